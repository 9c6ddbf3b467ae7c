"""NumPy: the reference backend, whose views and copies the others follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pybridge.backends.protocol import Indices, Key
from pybridge.dialects.selections import AxisSelection, assignment_key
from pybridge.errors import SubscriptCountError

if TYPE_CHECKING:
    import numpy.typing as npt

FEW_BYTES = 16
"""Below this many bytes in a row `take` along the last axis loses to plain indexing, as a rule: on
one processor they break even at 12, on another at 48."""


FEW_AXES = 30
"""Of so many axes every release of NumPy takes a vector on each."""


class NumpyBackend:
    """The primitives of `pybridge.backends.protocol.Backend` on `numpy.ndarray`."""

    __slots__ = ()

    name = "numpy"

    def serves(self, x: object) -> bool:
        """See `Backend.serves`."""
        return isinstance(x, np.ndarray | np.generic)

    def shape(self, x: Any) -> tuple[int, ...]:
        """See `Backend.shape`."""
        shape: tuple[int, ...] = x.shape
        return shape

    def size(self, x: Any, axis: int) -> Any:
        """See `Backend.size`."""
        return x.shape[axis]

    def dtype_name(self, x: Any) -> str:
        """See `Backend.dtype_name`."""
        return str(x.dtype.name)

    def is_writable(self, x: Any) -> bool:
        """See `Backend.is_writable`."""
        return bool(x.flags.writeable)

    def is_traced(self, x: Any) -> bool:
        """See `Backend.is_traced`: never."""
        return False

    def is_compiling(self) -> bool:
        """See `Backend.is_compiling`: never."""
        return False

    def is_open(self, number: Any) -> bool:
        """See `Backend.is_open`: never."""
        return False

    def value_of(self, x: Any) -> Any:
        """See `Backend.value_of`; a matrix keeps two axes whatever is selected, so not that."""
        return x.view(np.ndarray) if isinstance(x, np.matrix) else x

    def to_numpy(self, x: Any) -> npt.NDArray[Any]:
        """See `Backend.to_numpy`."""
        return np.asarray(x)

    def convert(self, value: Any, like: Any) -> Any:
        """See `Backend.convert`."""
        return np.asarray(value).astype(like.dtype, copy=False)

    def basic(self, x: Any, key: Key) -> Any:
        """See `Backend.basic`."""
        try:
            return x[key]
        except IndexError as error:  # a dialect has checked all bounds: too many axes are left
            ndim = x.ndim + key.count(None) - sum([isinstance(part, int) for part in key])
            raise SubscriptCountError(
                f"the result would have {ndim} axes, more than NumPy has", count=ndim, ndim=x.ndim
            ) from error

    def take(self, x: Any, indices: Indices, axis: int) -> Any:
        """See `Backend.take`; which of NumPy's two ways is faster depends on the layout."""
        ndim = x.ndim
        if x.flags.c_contiguous:
            if axis == ndim - 1 and ndim > 1 and x.shape[-1] * x.itemsize < FEW_BYTES:
                return x[..., indices]
            return x.take(indices, axis)
        if x.flags.f_contiguous:
            return self.take(x.T, indices, ndim - 1 - axis).T
        if axis == ndim - 1:
            return x.take(indices, axis)
        return x[(slice(None),) * axis + (indices,)]

    def take_points(self, x: Any, coordinates: tuple[Indices, ...]) -> Any:
        """See `Backend.take_points`."""
        if len(coordinates) > FEW_AXES:
            places = zip(*[axis.tolist() for axis in coordinates], strict=True)
            return np.array([x[place] for place in places], x.dtype)
        return x[coordinates]

    def take_mask(self, x: Any, mask: npt.NDArray[np.bool_]) -> Any:
        """See `Backend.take_mask`."""
        return x[mask]

    def copy(self, x: Any) -> Any:
        """See `Backend.copy`."""
        return np.array(x, copy=True, subok=True)

    def reshape(self, x: Any, shape: tuple[int, ...]) -> Any:
        """See `Backend.reshape`."""
        return self.value_of(x).reshape(shape)

    def transpose(self, x: Any, axes: tuple[int, ...]) -> Any:
        """See `Backend.transpose`."""
        return x.transpose(axes)

    def broadcast_to(self, x: Any, shape: tuple[int, ...]) -> Any:
        """See `Backend.broadcast_to`."""
        return np.broadcast_to(x, shape)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        """See `Backend.where`."""
        return np.where(condition, x, y)

    def isnan(self, x: Any) -> Any:
        """See `Backend.isnan`."""
        return np.isnan(x)

    def argmax(self, x: Any, axis: int) -> Any:
        """See `Backend.argmax`."""
        return x.argmax(axis)

    def argmin(self, x: Any, axis: int) -> Any:
        """See `Backend.argmin`."""
        return x.argmin(axis)

    def argsort(self, x: Any) -> Any:
        """See `Backend.argsort`."""
        return np.argsort(x, kind="stable")

    def as_indices(self, x: Any) -> Any:
        """See `Backend.as_indices`."""
        return x.astype(np.int64, copy=False)

    def arange(self, start: Any, stop: Any, step: Any) -> Any:
        """See `Backend.arange`."""
        return np.arange(start, stop, step)

    def nonzero(self, mask: Any) -> tuple[Any, ...]:
        """See `Backend.nonzero`."""
        return tuple(np.nonzero(mask))

    def assign_axes(self, x: Any, axes: tuple[AxisSelection, ...], value: Any) -> Any:
        """See `Backend.assign_axes`."""
        key = assignment_key(axes, x.shape)
        x[key] = _apart(value, x, key) if np.may_share_memory(x, value) else value
        return x

    def assign_points(self, x: Any, coordinates: tuple[Indices, ...], value: Any) -> Any:
        """See `Backend.assign_points`."""
        if len(coordinates) > FEW_AXES:
            values = np.broadcast_to(_apart(value, x), len(coordinates[0]))
            for *place, entry in zip(*[axis.tolist() for axis in coordinates], values, strict=True):
                x[tuple(place)] = entry
        else:
            x[coordinates] = _apart(value, x)
        return x

    def assign_mask(self, x: Any, mask: npt.NDArray[np.bool_], value: Any) -> Any:
        """See `Backend.assign_mask`."""
        x[_apart(mask, x)] = _apart(value, x)
        return x

    def store(self, x: Any, value: Any) -> None:
        """See `Backend.store`."""
        x[...] = value


def _apart(given: Any, x: Any, key: Key = ()) -> Any:
    """Return what is given for a write to `x[key]`, copied where it lies in the memory written to.

    NumPy itself overlooks some overlaps: two steps of one sign along one axis, and a mask.
    """
    ends = tuple(
        [
            slice(int(part.min()), int(part.max()) + 1) if isinstance(part, np.ndarray) else part
            for part in key
        ]
    )
    return given.copy() if np.may_share_memory(x[ends], given, max_work=_EFFORT) else given


_EFFORT: Any = 1000
"""How long NumPy may look for an address that two arrays have in common; when in doubt, copy."""
