"""JAX: arrays, and the tracers of `jit`, `vmap` and `grad`; every size is static.

Arrays never change in place. A traced position beyond its axis reads NaN (the lowest integer of an
integer dtype) and writes nothing. A mask or a range with a traced bound has no static size, so both
raise while traced.
"""

from __future__ import annotations

import functools
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from pybridge.backends.keys import assignment_key
from pybridge.backends.protocol import Backend, Indices, with_numpy_dtype, without_values
from pybridge.backends.traits import Trait
from pybridge.errors import TracingError, UnsupportedTensorError

_DELETED = Trait(
    "a deleted array", "its memory was given away by donation or .delete(); use the result instead"
)
_KEYS = Trait(
    "an array of keys for random numbers",
    "jax.random.key_data(x) gives their numbers",
    ("read", "reshape", "recycle"),
)


_NARROW_INTEGERS = Trait(
    "an array of integers of 2 or 4 bits",
    "JAX hardly computes in them; cast it first, x.astype('int8')",
    ("read", "write", "assign", "value", "subscript", "reshape", "recycle", "search"),
)


@functools.cache
def _traits_of_dtype(dtype: Any) -> tuple[Trait, ...]:
    if jnp.issubdtype(dtype, jax.dtypes.extended):
        return (_KEYS,)
    return (_NARROW_INTEGERS,) if dtype.name.endswith(("int2", "int4")) else ()


class JaxBackend(Backend):
    """The primitives of `pybridge.backends.protocol.Backend` on `jax.Array`."""

    __slots__ = ()

    name = "jax"
    takes_numbers = True
    _library: ClassVar[Any] = jnp
    _functions: ClassVar[dict[str, Any]] = {
        "concat": jnp.concatenate,
        "cummax": jax.lax.cummax,
        "cummin": jax.lax.cummin,
        "lgamma": jax.scipy.special.gammaln,
        "digamma": jax.scipy.special.digamma,
    }

    def serves(self, x: object) -> bool:
        return isinstance(x, jax.Array)

    def is_traced(self, x: Any) -> bool:
        return isinstance(x, jax.core.Tracer)

    def traits(self, x: Any) -> tuple[Trait, ...]:
        if not isinstance(x, jax.core.Tracer) and x.is_deleted():
            return (_DELETED,)
        return _traits_of_dtype(x.dtype)

    def to_numpy(self, x: Any) -> npt.NDArray[Any]:
        if isinstance(x, jax.core.Tracer):
            raise without_values(x)
        try:
            return with_numpy_dtype(np.asarray(x))
        except TypeError as error:  # the keys of random numbers have a dtype of JAX's own
            raise UnsupportedTensorError(f"NumPy cannot hold this {x.dtype} array") from error

    def convert(self, value: Any, like: Any) -> Any:
        if jnp.iscomplexobj(value) and not jnp.iscomplexobj(like):
            value = value.real  # JAX warns of it, also where the other part is zero
        return _on_device(jnp.asarray(value, like.dtype), like)

    def take(self, x: Any, indices: Indices, axis: int) -> Any:
        if not len(indices):  # of no index JAX makes a constant, which is on its default device
            return x[(slice(None),) * axis + (slice(0, 0),)]
        # NumPy indices are checked, so that nothing is clipped or filled
        mode = "clip" if isinstance(indices, np.ndarray) else "fill"
        return jnp.take(x, indices, axis, mode=mode)

    def take_points(self, x: Any, coordinates: tuple[Indices, ...]) -> Any:
        if all(isinstance(axis, np.ndarray) for axis in coordinates):
            return x[coordinates]
        return x.at[coordinates].get(mode="fill")

    def argsort(self, x: Any) -> Any:
        return jnp.argsort(x, stable=True)

    def as_indices(self, x: Any) -> Any:
        # 64 bits only where JAX has them enabled
        indices = jax.dtypes.canonicalize_dtype(np.int64)
        if jnp.issubdtype(x.dtype, jnp.unsignedinteger):  # none becomes a negative number
            x = jnp.minimum(x, min(_greatest(indices), _greatest(x.dtype)))
        return x.astype(indices)

    def cast(self, x: Any, name: str) -> Any:
        # 64 bits only where JAX has them enabled
        return x.astype(jax.dtypes.canonicalize_dtype(name))

    def arange(self, start: Any, stop: Any, step: Any) -> Any:
        raise TracingError(
            "a range with a traced bound has no static size, and JAX compiles for static sizes; "
            "give the bounds as numbers, or use jax.lax.dynamic_slice with a fixed size"
        )

    def nonzero(self, mask: Any) -> tuple[Any, ...]:
        if not isinstance(mask, jax.core.Tracer):
            return tuple([_on_device(axis, mask) for axis in jnp.nonzero(mask)])
        raise TracingError(
            "how many elements a traced mask selects is unknown, and JAX compiles for static "
            "sizes; use jnp.where(mask, x, other), or pass the mask as a constant"
        )

    def assign_axes(self, x: Any, axes: tuple[Any, ...], value: Any) -> Any:
        for axis, indices in enumerate(axes):
            if isinstance(indices, jax.Array) and np.shape(value) and value.shape[axis] != 1:
                value = jnp.take(value, _last_of_equals(indices, x.shape[axis]), axis)
        return x.at[assignment_key(axes, x.shape)].set(value)

    def assign_points(self, x: Any, coordinates: tuple[Indices, ...], value: Any) -> Any:
        if any(isinstance(axis, jax.Array) for axis in coordinates) and value.shape[0] != 1:
            flat: Any = 0
            is_beyond: Any = False
            for indices, size in zip(coordinates, x.shape, strict=True):
                flat = flat * size + indices
                is_beyond = is_beyond | (indices >= size)
            # an entry that sets nothing must not count as a duplicate
            value = value[_last_of_equals(jnp.where(is_beyond, x.size, flat), x.size)]
        return x.at[coordinates].set(value if coordinates else value.reshape(()))


BACKEND = JaxBackend()


def _on_device(x: Any, like: Any) -> Any:
    """Return `x` on the device of `like`, or on each device among which `like` is divided.

    JAX makes what comes from NumPy, and some results without an element, on its default device; two
    arrays that were put on different devices raise in it.
    """
    if isinstance(x, jax.core.Tracer) or isinstance(like, jax.core.Tracer):
        return x
    devices = like.devices()
    if x.devices() == devices:
        return x
    if len(devices) == 1:
        return jax.device_put(x, next(iter(devices)))
    if isinstance(like.sharding, jax.sharding.NamedSharding):
        spec: Any = jax.sharding.PartitionSpec  # of no axis, so that each device has all of it
        return jax.device_put(x, jax.sharding.NamedSharding(like.sharding.mesh, spec()))
    return x


def _greatest(dtype: Any) -> int:
    iinfo: Any = jnp.iinfo
    return int(iinfo(dtype).max)


def _last_of_equals(indices: Any, size: int) -> Any:
    """Return for each index the place of its last duplicate: scatter has no order."""
    places = jnp.arange(len(indices))
    return jax.ops.segment_max(places, indices, size)[indices]
