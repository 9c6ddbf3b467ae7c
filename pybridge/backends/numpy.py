"""NumPy: the reference backend, whose views and copies the others follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pybridge.backends.keys import assignment_key
from pybridge.backends.protocol import Backend, Indices
from pybridge.errors import AssignmentError, SubscriptCountError
from pybridge.subscripts.selections import Key

if TYPE_CHECKING:
    import numpy.typing as npt

FEW_AXES = 30
"""Up to this many axes every NumPy release takes a vector on each."""

FEW_BYTES = 16
"""Below this many bytes per row, indexing is usually faster than `take` along the last axis: on one
processor they break even at 12, on another at 48."""


class NumpyBackend(Backend):
    """The primitives of `pybridge.backends.protocol.Backend` on `numpy.ndarray`."""

    __slots__ = ()

    name = "numpy"
    takes_numbers = True
    writes_in_place = True
    _library: ClassVar[Any] = np
    _functions: ClassVar[dict[str, Any]] = {
        "concat": lambda parts, axis: (
            np.ma if any(map(np.ma.isMaskedArray, parts)) else np
        ).concatenate(parts, axis),
        "cummax": np.maximum.accumulate,
        "cummin": np.minimum.accumulate,
    }

    def serves(self, x: object) -> bool:
        return isinstance(x, np.ndarray | np.generic)

    def shape(self, x: Any) -> tuple[int, ...]:
        shape: tuple[int, ...] = x.shape
        return shape

    def is_writable(self, x: Any) -> bool:
        is_writable: bool = x.flags.writeable
        return is_writable

    def value_of(self, x: Any) -> Any:
        # a matrix always keeps two axes, so use its base class
        return x.view(np.ndarray) if isinstance(x, np.matrix) else x

    def basic(self, x: Any, key: Key) -> Any:
        try:
            return x[key]
        except IndexError as error:
            raise _too_many_axes(x, key) from error

    def reshape(self, x: Any, shape: tuple[int, ...]) -> Any:
        return self.value_of(x).reshape(shape)

    def to_numpy(self, x: Any) -> npt.NDArray[Any]:
        return x if isinstance(x, np.ma.MaskedArray) else np.asarray(x)

    def convert(self, value: Any, like: Any) -> Any:
        return self.to_numpy(value).astype(like.dtype, copy=False)

    def broadcast_to(self, x: Any, shape: tuple[int, ...]) -> Any:
        return _alike(x, lambda part: np.broadcast_to(part, shape))

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        if any(isinstance(part, np.ma.MaskedArray) for part in (condition, x, y)):
            masked: Any = np.ma
            return masked.where(condition, x, y)
        return np.where(condition, x, y)

    def take(self, x: Any, indices: Indices, axis: int) -> Any:
        # which of the two is faster depends on the layout
        ndim = x.ndim
        if x.dtype.names is not None:  # NumPy's `take` fails for a masked array of records
            return x[(slice(None),) * axis + (indices,)]
        if x.flags.c_contiguous:
            if axis == ndim - 1 and ndim > 1 and x.shape[-1] * x.itemsize < FEW_BYTES:
                return x[..., indices]
            return x.take(indices, axis)
        if x.flags.f_contiguous:
            return self.take(x.T, indices, ndim - 1 - axis).T
        return x[(slice(None),) * axis + (indices,)]  # `take` would copy all of `x` first

    def take_points(self, x: Any, coordinates: tuple[Indices, ...]) -> Any:
        if len(coordinates) > FEW_AXES:
            places = [*zip(*[axis.tolist() for axis in coordinates], strict=True)]
            return _alike(x, lambda part: np.array([part[place] for place in places], part.dtype))
        return x[coordinates]

    def take_mask(self, x: Any, mask: npt.NDArray[np.bool_]) -> Any:
        return x[mask]

    def copy(self, x: Any) -> Any:
        return np.array(x, copy=True, subok=True)

    def argsort(self, x: Any) -> Any:
        return np.argsort(x, kind="stable")

    def as_indices(self, x: Any) -> Any:
        return x.astype(np.int64, copy=False)

    def cast(self, x: Any, name: str) -> Any:
        return x.astype(name, copy=False)

    def arange(self, start: Any, stop: Any, step: Any) -> Any:
        return np.arange(start, stop, step)

    def nonzero(self, mask: Any) -> tuple[Any, ...]:
        return tuple(np.nonzero(mask))

    def assign_axes(self, x: Any, axes: tuple[Any, ...], value: Any) -> Any:
        key = assignment_key(axes, x.shape)
        return self.set_key(x, key, value)

    def set_key(self, x: Any, key: Key, value: Any) -> Any:
        _refuse_hard_mask(x, key)
        try:
            if not isinstance(value, np.ndarray):
                x[key] = value
                return x
            within = (
                *key,
                ...,
            )  # assignment to a scalar takes no array, but one to a 0-d array does
            x[within] = _apart(value, x, within) if np.may_share_memory(x, value) else value
        except IndexError as error:
            raise _too_many_axes(x, key) from error
        return x

    def assign_points(self, x: Any, coordinates: tuple[Indices, ...], value: Any) -> Any:
        _refuse_hard_mask(x, coordinates if len(coordinates) <= FEW_AXES else ...)
        if len(coordinates) > FEW_AXES:
            values = np.broadcast_to(_apart(value, x), len(coordinates[0]))
            for *place, entry in zip(*[axis.tolist() for axis in coordinates], values, strict=True):
                x[tuple(place)] = entry
        else:
            x[coordinates] = _apart(value, x)
        return x

    def assign_mask(self, x: Any, mask: npt.NDArray[np.bool_], value: Any) -> Any:
        _refuse_hard_mask(x, mask)
        x[_apart(mask, x)] = _apart(value, x)
        return x

    def store(self, x: Any, value: Any) -> None:
        _refuse_hard_mask(x, ...)
        x[...] = value


def _refuse_hard_mask(x: Any, key: Any) -> None:
    """Raise for a write to masked elements of a hard mask, which NumPy ignores without an error."""
    if isinstance(x, np.ma.MaskedArray) and x.hardmask and np.any(np.ma.getmaskarray(x)[key]):
        raise AssignmentError(
            "an element under a hard mask does not change; x.soften_mask() of the array, or of its "
            "copy, lets it be written"
        )


def _alike(x: Any, act: Callable[[Any], Any]) -> Any:
    """Apply `act` to an array, and to its mask if it has one."""
    if not isinstance(x, np.ma.MaskedArray):
        return act(x)
    return np.ma.MaskedArray(act(x.data), act(np.ma.getmaskarray(x)))


def _too_many_axes(x: Any, key: Key) -> SubscriptCountError:
    """Return the error for a valid key that NumPy rejects: too many axes."""
    ndim = x.ndim + sum([(part is None) - isinstance(part, int) for part in key])
    return SubscriptCountError(
        f"the result would have {ndim} axes, more than NumPy has", count=ndim, ndim=x.ndim
    )


def _apart(value: Any, x: Any, key: Key = ()) -> Any:
    """Return what is value for a write to `x[key]`, copied if it overlaps the memory written to.

    NumPy itself misses some overlaps: two steps of one sign along one axis, and a mask.
    """
    ends = tuple(
        [
            slice(int(part.min()), int(part.max()) + 1) if isinstance(part, np.ndarray) else part
            for part in key
        ]
    )
    return value.copy() if np.may_share_memory(x[ends], value, max_work=MAX_WORK) else value


MAX_WORK: Any = 1000
"""The limit of NumPy's search for a shared address; beyond it, copy."""


NUMPY = NumpyBackend()
