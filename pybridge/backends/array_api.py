"""The array standard: any library whose arrays have `__array_namespace__`, with only the standard.

Used for libraries without a backend of their own. The standard has no vectors as subscripts on
several axes and none in assignments, so `take` and `where` are used, and a write visits every
element. If a library lacks a function of the standard, calls that need it raise.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pybridge.backends.dense import assign_dense
from pybridge.backends.keys import upward_key
from pybridge.backends.protocol import Backend, Indices
from pybridge.backends.traits import Trait
from pybridge.errors import TracingError, UnsupportedTensorError
from pybridge.shape import Shape
from pybridge.subscripts.selections import Key

_DOK = Trait(
    "a sparse array in a dictionary of keys", "x.to_coo() makes one that computes", ("read",)
)
_COMPRESSED = Trait(
    "a sparse array in compressed rows",
    "x.tocoo() makes one that broadcasts",
    ("read", "write", "assign", "value", "subscript", "reshape", "search", "compute"),
)
_BY_NAME = {"DOK": (_DOK,), "GCXS": (_COMPRESSED,), "CSR": (_COMPRESSED,), "CSC": (_COMPRESSED,)}


class ArrayApiBackend(Backend):
    """The primitives of `pybridge.backends.protocol.Backend` on arrays of the standard."""

    __slots__ = ()

    name = "array_api"

    def serves(self, x: object) -> bool:
        # NumPy's arrays have a namespace too, and a backend of their own
        is_numpy = isinstance(x, np.ndarray | np.generic)
        return hasattr(type(x), "__array_namespace__") and not is_numpy

    def traits(self, x: Any) -> tuple[Trait, ...]:
        return _BY_NAME.get(type(x).__name__, ()) if hasattr(x, "todense") else ()

    def shape(self, x: Any) -> Shape:
        return tuple([None if size is None else int(size) for size in x.shape])

    def size(self, x: Any, axis: int) -> Any:
        size = x.shape[axis]
        if size is None:
            raise TracingError(f"axis {axis + 1} of this {type(x).__name__} has an unknown size")
        return size

    def dtype_name(self, x: Any) -> str:
        return str(getattr(x.dtype, "name", x.dtype)).rpartition(".")[2]

    def is_writable(self, x: Any) -> bool:
        # the standard allows arrays that never change
        return hasattr(type(x), "__setitem__")

    def to_numpy(self, x: Any) -> npt.NDArray[Any]:
        if hasattr(x, "todense"):
            return np.asarray(x.todense())
        try:
            return np.array(np.from_dlpack(x))
        except (AttributeError, BufferError, RuntimeError, TypeError, ValueError):
            return np.array(x)

    def convert(self, value: Any, like: Any) -> Any:
        if self.serves(value):
            if value.__array_namespace__() is like.__array_namespace__():
                return _of(like, "astype")(value, like.dtype)
            value = self.to_numpy(value)
        return _of(like, "asarray")(np.asarray(value), dtype=like.dtype, **_placed(like))

    def basic(self, x: Any, key: Key) -> Any:
        # not every library slices by a negative step
        named = sum([part is not None for part in key])
        rest = (slice(None),) * (len(x.shape) - named)
        before, upward, after = upward_key((*key, *rest), self.shape(x))
        sizes = iter(x.shape)
        within = [part if part is None else _within(part, next(sizes)) for part in upward]
        part = (_of(x, "flip")(x, axis=before) if before else x)[tuple(within)]
        return _of(x, "flip")(part, axis=after) if after else part

    def take(self, x: Any, indices: Indices, axis: int) -> Any:
        is_sparse = hasattr(x, "todense")  # a sparse array is not a vector of indices
        return _of(x, "take")(x, indices if is_sparse else _beside(x, indices), axis=axis)

    def take_points(self, x: Any, coordinates: tuple[Indices, ...]) -> Any:
        return self.take(self.reshape(x, (-1,)), _flat(x, coordinates), 0)

    def copy(self, x: Any) -> Any:
        return _of(x, "asarray")(x, copy=True) if self.is_writable(x) else x

    def reshape(self, x: Any, shape: tuple[int, ...]) -> Any:
        return _of(x, "reshape")(x, shape)

    def transpose(self, x: Any, axes: tuple[int, ...]) -> Any:
        return _of(x, "permute_dims")(x, axes)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        like = x if self.serves(x) else y
        x, y = (part if self.serves(part) else self.convert(part, like) for part in (x, y))
        return _of(like, "where")(_beside(like, condition), x, y)

    def _comparable(self, x: Any) -> Any:
        # the standard does not compare logicals
        return self.cast(x, "uint8") if self.dtype_name(x) == "bool" else x

    def argsort(self, x: Any) -> Any:
        return _of(x, "argsort")(self._comparable(x), stable=True)

    def as_indices(self, x: Any) -> Any:
        return self.cast(x, "int64")

    def cast(self, x: Any, name: str) -> Any:
        return _of(x, "astype")(x, _of(x, name))

    def function(self, name: str) -> Any:
        def call(x: Any, *rest: Any) -> Any:
            function = _of(x[0] if isinstance(x, list) else x, _NAMES.get(name, name))
            if name == "concat":
                return function(list(map(_with_common_filling, x)), axis=rest[0])
            if name.startswith(("cum", "argm")):
                return function(x, axis=rest[0])
            return function(x, *rest)

        return call

    def _along(self, name: str, x: Any, axis: int) -> Any:
        # the package sparse drops every axis of size 1
        indices = self.function(name)(self._comparable(x), axis)
        others = tuple(x.shape[:axis]) + tuple(x.shape[axis + 1 :])
        return indices if tuple(indices.shape) == others else self.reshape(indices, others)

    def argmax(self, x: Any, axis: int) -> Any:
        return self._along("argmax", x, axis)

    def argmin(self, x: Any, axis: int) -> Any:
        return self._along("argmin", x, axis)

    def arange(self, start: Any, stop: Any, step: Any) -> Any:
        return np.arange(int(start), int(stop), int(step))

    def nonzero(self, mask: Any) -> tuple[Any, ...]:
        return tuple(_of(mask, "nonzero")(mask))

    def assign_axes(self, x: Any, axes: tuple[Any, ...], value: Any) -> Any:
        return self._set(x, assign_dense(self, x, axes, value, _no_tracing))

    def assign_points(self, x: Any, coordinates: tuple[Indices, ...], value: Any) -> Any:
        if not coordinates or len(coordinates[0]) == 0:
            return x if coordinates else self._set(x, self.reshape(value, ()))
        flat = _flat(x, coordinates)
        spread = assign_dense(self, self.reshape(x, (-1,)), (flat,), value, _no_tracing)
        return self._set(x, self.reshape(spread, x.shape))

    def _set(self, x: Any, updated: Any) -> Any:
        if not self.is_writable(x):
            return updated
        x[...] = updated
        return x


BACKEND = ArrayApiBackend()


_NAMES = {
    "cumsum": "cumulative_sum",
    "cumprod": "cumulative_prod",
    **{"arc" + name: "a" + name for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
}
"""Functions with another name in the standard than in NumPy."""


_SINCE = {"cumulative_sum": "2023.12", "cumulative_prod": "2024.12"}
"""The version of the standard that introduced a function."""


def _of(x: Any, name: str) -> Any:
    """Return the function of the standard with this name in the namespace of `x`."""
    namespace = x.__array_namespace__()
    try:
        if getattr(namespace, "__array_api_version__", "9999") < _SINCE.get(name, ""):
            raise AttributeError
        return getattr(namespace, name)
    except AttributeError:
        raise UnsupportedTensorError(
            f"{getattr(namespace, '__name__', namespace)} lacks `{name}` of the array standard, "
            "which is needed here; convert the array first, for example with numpy.asarray()"
        ) from None


def _placed(x: Any) -> dict[str, Any]:
    """Return the keyword argument that places a new array on the device of `x`."""
    device = getattr(x, "device", None)
    return {} if device is None or hasattr(x, "todense") else {"device": device}


def _with_common_filling(x: Any) -> Any:
    """Return a sparse array of one element as one filled with 0, not with itself."""
    if not hasattr(x, "todense") or x.shape != (1,):
        return x
    return _of(x, "asarray")(np.asarray(x.todense()))


def _beside(x: Any, values: Any) -> Any:
    """Return a NumPy array as one of the library of `x`, on its device."""
    return _of(x, "asarray")(values, **_placed(x)) if isinstance(values, np.ndarray) else values


def _within(part: Any, size: int | None) -> Any:
    """Clip a slice to its axis: the standard does not define the result otherwise."""
    if not isinstance(part, slice) or part.stop is None or size is None or part.stop <= size:
        return part
    return slice(part.start, size, part.step)


def _flat(x: Any, coordinates: tuple[Indices, ...]) -> Indices:
    """Return row-major positions."""
    return np.ravel_multi_index(coordinates, tuple(x.shape)).astype(np.int64)


def _no_tracing(x: Any, axis: Any, place: int) -> tuple[Any, Any]:
    raise TracingError(f"axis {place + 1} of this {type(x).__name__} has an unknown size")
