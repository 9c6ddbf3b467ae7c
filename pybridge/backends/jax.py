"""JAX: arrays, and the tracers of `jit`, `vmap` and `grad`; every size is static.

Arrays never change in place. A traced position beyond its axis reads NaN (the lowest integer of an
integer dtype) and writes nothing. What a mask or a traced bound selects has no static size, so
that both are refused while traced.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from pybridge.backends.protocol import Indices, Key, with_numpy_dtype, without_values
from pybridge.dialects.selections import AxisSelection, assignment_key
from pybridge.errors import TracingError, UnsupportedTensorError


class JaxBackend:
    """The primitives of `pybridge.backends.protocol.Backend` on `jax.Array`."""

    __slots__ = ()

    name = "jax"

    def serves(self, x: object) -> bool:
        """See `Backend.serves`."""
        return isinstance(x, jax.Array)

    def shape(self, x: Any) -> tuple[int, ...]:
        """See `Backend.shape`."""
        return tuple(x.shape)

    def size(self, x: Any, axis: int) -> Any:
        """See `Backend.size`."""
        return x.shape[axis]

    def dtype_name(self, x: Any) -> str:
        """See `Backend.dtype_name`."""
        return str(x.dtype.name)

    def is_writable(self, x: Any) -> bool:
        """See `Backend.is_writable`: never."""
        return False

    def is_traced(self, x: Any) -> bool:
        """See `Backend.is_traced`."""
        return isinstance(x, jax.core.Tracer)

    def is_compiling(self) -> bool:
        """See `Backend.is_compiling`: never: it runs the code."""
        return False

    def is_open(self, number: Any) -> bool:
        """See `Backend.is_open`: never."""
        return False

    def value_of(self, x: Any) -> Any:
        """See `Backend.value_of`."""
        return x

    def to_numpy(self, x: Any) -> npt.NDArray[Any]:
        """See `Backend.to_numpy`."""
        if isinstance(x, jax.core.Tracer):
            raise without_values(x)
        try:
            return with_numpy_dtype(np.asarray(x))
        except TypeError as error:  # the keys of random numbers have a dtype of JAX's own
            raise UnsupportedTensorError(f"NumPy cannot hold this {x.dtype} array") from error

    def convert(self, value: Any, like: Any) -> Any:
        """See `Backend.convert`."""
        if jnp.iscomplexobj(value) and not jnp.iscomplexobj(like):
            value = value.real  # JAX warns of it, also where the other part is zero
        return jnp.asarray(value, like.dtype)

    def basic(self, x: Any, key: Key) -> Any:
        """See `Backend.basic`."""
        return x[key]

    def take(self, x: Any, indices: Indices, axis: int) -> Any:
        """See `Backend.take`; NumPy indices are checked, so that nothing is clipped or filled."""
        if isinstance(indices, np.ndarray):
            return jnp.take(x, indices, axis, mode="clip")
        return jnp.take(x, indices, axis, mode="fill")

    def take_points(self, x: Any, coordinates: tuple[Indices, ...]) -> Any:
        """See `Backend.take_points`."""
        if all(isinstance(axis, np.ndarray) for axis in coordinates):
            return x[coordinates]
        return x.at[coordinates].get(mode="fill")

    def take_mask(self, x: Any, mask: npt.NDArray[np.bool_]) -> Any:
        """See `Backend.take_mask`."""
        return x[np.nonzero(mask)]

    def copy(self, x: Any) -> Any:
        """See `Backend.copy`: an array never changes."""
        return x

    def reshape(self, x: Any, shape: tuple[int, ...]) -> Any:
        """See `Backend.reshape`."""
        return x.reshape(shape)

    def transpose(self, x: Any, axes: tuple[int, ...]) -> Any:
        """See `Backend.transpose`."""
        return x.transpose(axes)

    def broadcast_to(self, x: Any, shape: tuple[int, ...]) -> Any:
        """See `Backend.broadcast_to`."""
        return jnp.broadcast_to(x, shape)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        """See `Backend.where`."""
        return jnp.where(condition, x, y)

    def isnan(self, x: Any) -> Any:
        """See `Backend.isnan`."""
        return jnp.isnan(x)

    def argmax(self, x: Any, axis: int) -> Any:
        """See `Backend.argmax`."""
        return jnp.argmax(x, axis)

    def argmin(self, x: Any, axis: int) -> Any:
        """See `Backend.argmin`."""
        return jnp.argmin(x, axis)

    def argsort(self, x: Any) -> Any:
        """See `Backend.argsort`."""
        return jnp.argsort(x, stable=True)

    def as_indices(self, x: Any) -> Any:
        """See `Backend.as_indices`; 64 bits only where JAX has them enabled."""
        indices = jax.dtypes.canonicalize_dtype(np.int64)
        if jnp.issubdtype(x.dtype, jnp.unsignedinteger):  # none becomes a negative number
            x = jnp.minimum(x, min(np.iinfo(indices).max, np.iinfo(x.dtype).max))
        return x.astype(indices)

    def arange(self, start: Any, stop: Any, step: Any) -> Any:
        """See `Backend.arange`."""
        raise TracingError(
            "a range with a traced bound has no static size, and JAX compiles for static sizes; "
            "give the bounds as numbers, or use jax.lax.dynamic_slice with a fixed size"
        )

    def nonzero(self, mask: Any) -> tuple[Any, ...]:
        """See `Backend.nonzero`."""
        if not isinstance(mask, jax.core.Tracer):
            return tuple(jnp.nonzero(mask))
        raise TracingError(
            "how many elements a traced mask selects is unknown, and JAX compiles for static "
            "sizes; use jnp.where(mask, x, other), or pass the mask as a constant"
        )

    def assign_axes(self, x: Any, axes: tuple[AxisSelection, ...], value: Any) -> Any:
        """See `Backend.assign_axes`."""
        for axis, selected in enumerate(axes):
            indices = getattr(selected, "indices", None)
            if isinstance(indices, jax.Array) and value.shape[axis] != 1:
                value = jnp.take(value, _last_of_equals(indices, x.shape[axis]), axis)
        return x.at[assignment_key(axes, x.shape)].set(value)

    def assign_points(self, x: Any, coordinates: tuple[Indices, ...], value: Any) -> Any:
        """See `Backend.assign_points`."""
        if any(isinstance(axis, jax.Array) for axis in coordinates) and value.shape[0] != 1:
            flat = jnp.ravel_multi_index(coordinates, x.shape, mode="clip")
            value = value[_last_of_equals(flat, x.size)]
        return x.at[coordinates].set(value if coordinates else value.reshape(()))

    def assign_mask(self, x: Any, mask: npt.NDArray[np.bool_], value: Any) -> Any:
        """See `Backend.assign_mask`."""
        return self.assign_points(x, tuple(np.nonzero(mask)), value)

    def store(self, x: Any, value: Any) -> None:
        """See `Backend.store`."""
        raise AssertionError("a JAX array is no variable")


BACKEND = JaxBackend()


def _last_of_equals(indices: Any, size: int) -> Any:
    """Return for each index where the last of its equals stands: scatter has no order."""
    places = jnp.arange(len(indices))
    return jax.ops.segment_max(places, indices, size)[indices]
