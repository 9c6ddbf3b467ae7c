"""Keras: variables, and the symbolic tensors of functional models on any of its backends.

A variable reads as its tensor of Keras's own backend. Reading a symbolic tensor adds only Keras's
operations to the model, with constants as NumPy arrays, so the model can be saved, and loaded
without pybridge. Constants are int32, with which every backend of Keras can index.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import keras
import numpy as np
import numpy.typing as npt
from keras import ops

from pybridge.backends.dense import assign_dense
from pybridge.backends.keys import upward_key
from pybridge.backends.protocol import Backend, Indices, without_values
from pybridge.errors import TracingError
from pybridge.shape import Shape
from pybridge.subscripts.selections import Key


class KerasBackend(Backend):
    """The primitives of `pybridge.backends.protocol.Backend` on Keras's own tensor types.

    Values that are not symbolic are constants for the model, as NumPy arrays.
    """

    __slots__ = ()

    name = "keras"
    sums_unsigned = False
    _library = ops
    _functions: ClassVar[dict[str, Any]] = {"concat": ops.concatenate}

    def serves(self, x: object) -> bool:
        return isinstance(x, keras.KerasTensor | keras.Variable)

    def size(self, x: Any, axis: int) -> Any:
        # an unknown size is computed when the model runs
        return ops.sum(_ones_along(x, axis)) if x.shape[axis] is None else x.shape[axis]

    def dtype_name(self, x: Any) -> str:
        return str(x.dtype)

    def is_writable(self, x: Any) -> bool:
        return isinstance(x, keras.Variable)

    def is_traced(self, x: Any) -> bool:
        return isinstance(x, keras.KerasTensor)

    def value_of(self, x: Any) -> Any:
        return x.value if isinstance(x, keras.Variable) else x

    def to_numpy(self, x: Any) -> npt.NDArray[Any]:
        if isinstance(x, keras.KerasTensor):
            raise without_values(x)
        return np.asarray(ops.convert_to_numpy(x))

    def convert(self, value: Any, like: Any) -> Any:
        if isinstance(value, keras.KerasTensor):
            return value if value.dtype == like.dtype else ops.cast(value, like.dtype)
        return np.asarray(value).astype(like.dtype)

    def basic(self, x: Any, key: Key) -> Any:
        # a negative step flips, because PyTorch under Keras lacks it
        if isinstance(x, np.ndarray):
            return x[key]
        before, upward, after = upward_key(key, x.shape)
        for axis in before:  # Keras 3.12 flips one axis alone on TensorFlow
            x = ops.flip(x, axis)
        part = ops.get_item(x, upward)
        for axis in after:
            part = ops.flip(part, axis)
        return part

    def take(self, x: Any, indices: Indices, axis: int) -> Any:
        if isinstance(indices, np.ndarray):
            if isinstance(x, np.ndarray):
                return x.take(indices, axis)
            indices = indices.astype(np.int32)
        return ops.take(x, indices, axis=axis)

    def take_points(self, x: Any, coordinates: tuple[Indices, ...]) -> Any:
        return self.take(ops.reshape(x, (-1,)), _flat(x.shape, coordinates), 0)

    def reshape(self, x: Any, shape: tuple[int, ...]) -> Any:
        return x.reshape(shape) if isinstance(x, np.ndarray) else ops.reshape(x, shape)

    def transpose(self, x: Any, axes: tuple[int, ...]) -> Any:
        return ops.transpose(x, axes)

    def broadcast_to(self, x: Any, shape: tuple[int, ...]) -> Any:
        if isinstance(x, np.ndarray):
            return np.broadcast_to(x, shape)
        return ops.broadcast_to(x, shape)

    def _comparable(self, x: Any) -> Any:
        if x.dtype == "bool":
            return ops.cast(x, "uint8")
        if "float" in x.dtype:  # XLA sorts -0 before 0
            return ops.where(ops.equal(x, 0), ops.zeros_like(x), x)
        return x

    def argsort(self, x: Any) -> Any:
        return ops.argsort(self._comparable(x))

    def as_indices(self, x: Any) -> Any:
        # indices beyond 32 bits stay beyond every axis
        name = x.dtype
        if name in ("uint32", "uint64", "int64"):
            x = ops.cast(x, "int64")
            if name != "int64":  # none becomes a negative number
                x = ops.where(ops.less(x, 0), _LARGEST, x)
            x = ops.clip(x, -_LARGEST, _LARGEST)
        return ops.cast(x, "int32")

    def cast(self, x: Any, name: str) -> Any:
        return ops.cast(x, name)

    def arange(self, start: Any, stop: Any, step: Any) -> Any:
        raise TracingError(
            "a range with a symbolic bound has no size that a functional model could know; give "
            "the bounds as numbers, or a vector of positions as a tensor"
        )

    def positions_on(self, x: Any, axis: int) -> Any:
        return ops.cumsum(_ones_along(x, axis)) - 1

    def nonzero(self, mask: Any) -> tuple[Any, ...]:
        raise TracingError(
            "how many elements a symbolic mask selects is unknown, and a functional model has no "
            "axis of such a size on every backend; multiply by the mask, or use keras.ops.where"
        )

    def assign_axes(self, x: Any, axes: tuple[Any, ...], value: Any) -> Any:
        return assign_dense(self, x, axes, value, _find_traced)

    def assign_points(self, x: Any, coordinates: tuple[Indices, ...], value: Any) -> Any:
        flat = _flat(x.shape, coordinates)
        spread = assign_dense(self, ops.reshape(x, (-1,)), (flat,), value, _find_traced)
        return ops.reshape(spread, tuple(-1 if size is None else size for size in x.shape))

    def store(self, x: Any, value: Any) -> None:
        x.assign(value)


_LARGEST = int(np.iinfo(np.int32).max)


def _flat(sizes: Shape, coordinates: tuple[Indices, ...]) -> Indices:
    """Return row-major positions; of all the sizes only the first may be unknown.

    An index beyond its axis becomes one beyond the tensor, not an element of the next row. So does
    an index beyond 32 bits.
    """
    if None in sizes[1:]:
        raise TracingError(
            f"points of a symbolic tensor of shape {tuple(sizes)} cannot be counted: only the "
            "first size may be unknown"
        )
    countable = _LARGEST // max(math.prod(map(int, sizes[1:])), 1)  # type: ignore[arg-type]
    flat: Any = np.zeros(1, np.int32)
    is_beyond: Any = np.zeros(1, bool)
    for axis, (indices, size) in enumerate(zip(coordinates, sizes, strict=True)):
        limit = min(size or countable, countable) if axis == 0 else size
        if isinstance(indices, np.ndarray) and isinstance(flat, np.ndarray):
            is_beyond = is_beyond | (indices >= limit)
            flat = flat * (size or 1) + np.minimum(indices, _LARGEST).astype(np.int32)
            continue
        indices = ops.cast(indices, "int32")
        is_beyond = ops.logical_or(is_beyond, ops.greater_equal(indices, limit))
        flat = ops.add(ops.multiply(flat, size or 1), indices)
    if isinstance(flat, np.ndarray):
        return np.where(is_beyond, _LARGEST, flat).astype(np.int32)
    return ops.where(is_beyond, _LARGEST, flat)


def _ones_along(x: Any, axis: int) -> Any:
    """Return ones along an axis of unknown size."""
    ones = ops.ones_like(x, dtype="int32")
    others = tuple(k for k in range(len(x.shape)) if k != axis)
    if any(x.shape[k] == 0 for k in others):
        return ops.max(ones, axis=others, initial=1)
    return ops.get_item(ones, tuple(slice(None) if k == axis else 0 for k in range(len(x.shape))))


def _find_traced(x: Any, axis: Any, place: int) -> tuple[Any, Any]:
    """Compare every index with every position; the last match is the source."""
    if x.shape[place] is None:  # counted when the model runs
        positions = ops.cumsum(_ones_along(x, place)) - 1
    else:
        positions = np.arange(x.shape[place], dtype=np.int32)
    if isinstance(axis, slice):
        indices = BACKEND.basic(positions, (axis,))
    else:
        indices = ops.cast(axis, "int32")
    matches = ops.equal(ops.expand_dims(indices, 1), ops.expand_dims(positions, 0))
    order = ops.cumsum(ops.ones_like(indices, dtype="int32")) - 1
    source = ops.max(ops.where(matches, ops.expand_dims(order, 1), -1), axis=0, initial=-1)
    return ops.greater_equal(source, 0), ops.maximum(source, 0)


BACKEND = KerasBackend()
