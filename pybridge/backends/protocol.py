"""What a backend must offer: a few primitives with NumPy's contract, and no decisions."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from pybridge.selections import Shape

Tensor: TypeAlias = Any
"""A tensor of some library; only its backend looks inside."""
Key: TypeAlias = tuple[Any, ...]
"""A zero-based NumPy key: ints, slices and None, one entry for each axis."""
Indices: TypeAlias = npt.NDArray[np.int64]


class Backend(Protocol):
    """The primitives. Each takes and gives native tensors: same library, dtype, device, graph."""

    name: str
    """The library's name, as its users know it."""

    def serves(self, x: object) -> bool:
        """Return whether `x` is a tensor of this library."""
        ...

    def shape(self, x: Tensor) -> Shape:
        """Return the sizes of `x`; None where traced code does not know one."""
        ...

    def dtype_name(self, x: Tensor) -> str:
        """Return the dtype under NumPy's name, such as "uint8" or "bfloat16"."""
        ...

    def is_writable(self, x: Tensor) -> bool:
        """Return whether `x` can be changed in place."""
        ...

    def basic(self, x: Tensor, key: Key) -> Tensor:
        """Return `x[key]` for ints, slices (of negative step too) and None; a view if any."""
        ...

    def take(self, x: Tensor, indices: Indices, axis: int) -> Tensor:
        """Return the slices `indices` along `axis`, in new memory."""
        ...

    def take_points(self, x: Tensor, coordinates: tuple[Indices, ...]) -> Tensor:
        """Return one element for each entry of the coordinates, as a tensor of one axis."""
        ...

    def take_mask(self, x: Tensor, mask: npt.NDArray[np.bool_]) -> Tensor:
        """Return the elements where `mask` is true, row-major, as a tensor of one axis."""
        ...

    def copy(self, x: Tensor) -> Tensor:
        """Return `x` in new memory, where the library has memory to share."""
        ...

    def reshape(self, x: Tensor, shape: tuple[int, ...]) -> Tensor:
        """Return the elements of `x`, read and filled row-major, in `shape`."""
        ...

    def transpose(self, x: Tensor, axes: tuple[int, ...]) -> Tensor:
        """Return `x` with its axes in the order `axes`."""
        ...

    def broadcast_to(self, x: Tensor, shape: tuple[int, ...]) -> Tensor:
        """Return `x` broadcast to `shape` by NumPy's rule."""
        ...

    def zeros_like(self, x: Tensor, shape: tuple[int, ...]) -> Tensor:
        """Return zeros of the dtype and device of `x` in `shape`."""
        ...

    def fill_missing(self, x: Tensor, holes: npt.NDArray[np.bool_]) -> Tensor:
        """Return `x` with NaN where `holes`, of the shape of `x`, is true."""
        ...

    def fit_value(self, x: Tensor, value: Any) -> Any:
        """Return `value` in the dtype of `x`, or raise `LossyValueError`."""
        ...

    def assign(self, x: Tensor, key: Key, value: npt.NDArray[Any]) -> None:
        """Set `x[key] = value` in place; arrays in `key` stand next to each other."""
        ...
