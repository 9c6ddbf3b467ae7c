"""What a type checker knows: the result is of the same library, and a wrong use is reported.

With `make lint`, mypy and pyright check every `assert_type` below, and a test runs the same
claims on tensors. Both must report each line in `wrong_uses`: a comment that ignores an error is
itself an error if there is no error in its line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, assert_type

import numpy as np
from numpy.typing import NDArray

from pybridge import (
    NA,
    R,
    array_reshape,
    broadcast,
    newaxis,
    order,
    r_assign,
    r_slice,
    r_subscripts,
    recycle,
    recycled,
    which,
    which_max,
)
from pybridge.annotations import HasShape

if TYPE_CHECKING:  # each of these libraries may be missing where the example runs
    import dask.array
    import jax
    import torch
    import zarr

Bytes = NDArray[np.uint8]
Reals = NDArray[np.float64]
Positions = NDArray[np.int64]
AnyTensor = TypeVar("AnyTensor", bound=HasShape)


def of_numpy(digits: Bytes, weights: Reals) -> Bytes:
    """Show NumPy: the dtype stays, and the number of axes is unknown."""
    crop = assert_type(R(digits)[:, NA:14, -14:NA], Bytes)
    assert_type(R(digits)[[3, 1], ..., newaxis], Bytes)
    assert_type(R(digits)[digits > 3], Bytes)
    assert_type(R(digits)[3], Any)  # an array, or a scalar where `digits` has one axis
    assert_type(R(digits)[r_subscripts("1, 2")], Any)
    assert_type(r_slice(digits, [3, 1], 1), Bytes)
    assert_type(r_slice(digits, 3, drop=False), Bytes)
    assert_type(r_slice(digits, ", NA:14"), Any)  # only the text says what drops
    assert_type(r_assign(weights, 1, value=0), Reals)
    assert_type(r_assign(weights, 9, value=0, dialect="base"), Reals)
    assert_type(recycle(weights, weights), tuple[Reals, ...])
    assert_type(broadcast(weights, 1.5, align="leading"), tuple[NDArray[Any], ...])
    assert_type(which(digits > 3), Positions)
    assert_type(order(weights), Positions)
    assert_type(R(weights)[which_max(weights)], Reals)
    for row in R(digits):
        assert_type(row, Any)
    return assert_type(array_reshape(crop, (-1, 14 * 14)), Bytes)


def of_known_shape(square: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    """Show that the number of axes is unknown after reading, and known after writing."""
    assert_type(R(square)[1, NA:2], Reals)
    assert_type(r_assign(square, 1, value=0), np.ndarray[tuple[int, int], np.dtype[np.float64]])


def of_torch(t: torch.Tensor, weight: torch.nn.Parameter) -> None:
    """Show PyTorch: the result for a parameter is a plain tensor."""
    assert_type(R(t)[1, NA:5], torch.Tensor)
    assert_type(R(weight)[1], torch.Tensor)
    assert_type(r_slice(t, "1, NA:5"), torch.Tensor)
    assert_type(r_assign(weight, 1, value=0), torch.Tensor)
    assert_type(array_reshape(weight, (2, -1)), torch.Tensor)
    assert_type(recycle(t, weight), tuple[torch.Tensor, ...])
    assert_type(broadcast(t, t), tuple[torch.Tensor, ...])
    assert_type(recycled(torch.add)(t, t), torch.Tensor)
    assert_type(which_max(t, axis=1), torch.Tensor)
    assert_type(next(iter(R(t))), torch.Tensor)


def of_others(j: jax.Array, d: dask.array.Array) -> None:
    """Show JAX and dask, as any other library: the result has the type of the input."""
    assert_type(R(j)[..., -1], jax.Array)
    assert_type(r_assign(j, 1, value=0), jax.Array)
    assert_type(array_reshape(j, (2, -1)), jax.Array)
    assert_type(recycle(j, j), tuple[jax.Array, ...])
    assert_type(order(j), jax.Array)
    assert_type(R(d)[2:3], dask.array.Array)
    assert_type(r_slice(d, slice(2, 3)), dask.array.Array)
    assert_type(array_reshape(d, -1), dask.array.Array)


def of_stores(path: str) -> None:
    """Show an array on disk: the result is a NumPy array."""
    z = zarr.open_array(path, mode="r")
    assert_type(R(z)[2:3], NDArray[Any])
    assert_type(r_slice(z, slice(2, 3)), NDArray[Any])


def last(x: AnyTensor) -> AnyTensor:
    """Return the last of each row, as code that takes tensors of any library."""
    return R(x)[..., -1]


def take_numpy(x: NDArray[Any]) -> None:
    """Take NumPy arrays alone."""


def take_reals(x: Reals) -> None:
    """Take reals alone."""


def take_torch(x: torch.Tensor) -> None:
    """Take PyTorch tensors alone."""


def take_weight(x: torch.nn.Parameter) -> None:
    """Take parameters alone."""


def wrong_uses(n: Bytes, t: torch.Tensor, w: torch.nn.Parameter, j: jax.Array) -> None:
    """Show what both checkers report."""
    take_torch(R(n)[1:2])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    take_numpy(R(t)[1:2])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    take_reals(R(n)[1:2])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    take_weight(R(w)[1:2])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    take_numpy(r_slice(j, "1:2"))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    take_torch(r_assign(n, 1, value=0))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    take_torch(array_reshape(n, -1))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    take_torch(recycle(n, n)[1])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    take_torch(broadcast(n, 1)[1])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    take_numpy(recycled(torch.add)(t, t))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    take_numpy(which_max(t))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    take_torch(order(n))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    take_torch(last(n))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    R([1, 2, 3])  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    R(n, dialect="r")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
    R(n) + 1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue, reportUnusedExpression]
    take_torch(R(n).shape)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
    del R(n)[1]  # type: ignore[attr-defined]  # pyright: ignore[reportIndexIssue]
