"""NumPy: the reference backend, whose views and copies the others follow."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from pybridge.backends.protocol import Indices, Key
from pybridge.values import lossless_cast

FEW_BYTES = 48
"""Below this many bytes in a row, `take` along the last axis loses to plain indexing."""


class NumpyBackend:
    """The primitives of `pybridge.backends.protocol.Backend` on `numpy.ndarray`."""

    name = "numpy"

    def serves(self, x: object) -> bool:
        """See `Backend.serves`."""
        return isinstance(x, np.ndarray | np.generic)

    def shape(self, x: Any) -> tuple[int, ...]:
        """See `Backend.shape`."""
        shape: tuple[int, ...] = x.shape
        return shape

    def dtype_name(self, x: Any) -> str:
        """See `Backend.dtype_name`."""
        return str(x.dtype.name)

    def is_writable(self, x: Any) -> bool:
        """See `Backend.is_writable`."""
        return bool(x.flags.writeable)

    def basic(self, x: Any, key: Key) -> Any:
        """See `Backend.basic`."""
        return x[key]

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
        return x[coordinates]

    def take_mask(self, x: Any, mask: npt.NDArray[np.bool_]) -> Any:
        """See `Backend.take_mask`."""
        return x[mask]

    def copy(self, x: Any) -> Any:
        """See `Backend.copy`."""
        return np.array(x, copy=True, subok=True)

    def reshape(self, x: Any, shape: tuple[int, ...]) -> Any:
        """See `Backend.reshape`."""
        return x.reshape(shape)

    def transpose(self, x: Any, axes: tuple[int, ...]) -> Any:
        """See `Backend.transpose`."""
        return x.transpose(axes)

    def broadcast_to(self, x: Any, shape: tuple[int, ...]) -> Any:
        """See `Backend.broadcast_to`."""
        return np.broadcast_to(x, shape)

    def zeros_like(self, x: Any, shape: tuple[int, ...]) -> Any:
        """See `Backend.zeros_like`."""
        return np.zeros(shape, x.dtype)

    def fill_missing(self, x: Any, holes: npt.NDArray[np.bool_]) -> Any:
        """See `Backend.fill_missing`; R's complex NA is missing in both parts."""
        nan = complex(math.nan, math.nan) if x.dtype.kind == "c" else math.nan
        return np.where(holes, x.dtype.type(nan), x)

    def fit_value(self, x: Any, value: Any) -> Any:
        """See `Backend.fit_value`."""
        return lossless_cast(value, x.dtype)

    def assign(self, x: Any, key: Key, value: npt.NDArray[Any]) -> None:
        """See `Backend.assign`."""
        x[key] = value
