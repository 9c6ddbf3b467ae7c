"""R's `crossprod` and `tcrossprod`: products of matrices, in reals as R computes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from pybridge.backends.protocol import Tensor
from pybridge.errors import ShapeError
from pybridge.r_functions.binding import in_one_dtype
from pybridge.r_functions.numbers import Numbers


def cross_product(x: Any, y: Any, name: str) -> Tensor:
    """Return `t(x) %*% y`, or `x %*% t(y)` if `name` is "tcrossprod".

    A vector is a matrix of one column. Integers and logicals are multiplied as reals, so no product
    overflows. A masked element makes each sum that contains it `NA`. Raises `ShapeError` if the
    sizes do not fit. Source of the rule: R's help page of `crossprod`.

    >>> cross_product(np.array([[1, 2], [3, 4]], "int8"), np.array([10, 100], "int8"), "crossprod")
    array([[310.],
           [420.]])
    """
    shared = 0 if name == "crossprod" else 1  # the axis that is summed over
    tensors = [Numbers(f"{name}()", operand) for operand in in_one_dtype([x, y])[1]]
    backend = tensors[0].backend
    matrices = []
    for numbers in tensors:
        shape = numbers.shape
        if len(shape) not in (1, 2):
            raise ShapeError(f"{name}() takes matrices and vectors, not a tensor of shape {shape}")
        reals = numbers.as_reals()
        matrices.append(reals if len(shape) == 2 else backend.reshape(reals, (-1, 1)))
    sizes = [backend.shape(matrix)[shared] for matrix in matrices]
    if None not in sizes and sizes[0] != sizes[1]:
        raise ShapeError(f"non-conformable arguments: {name}() of sizes {sizes[0]} and {sizes[1]}")
    incomplete = [_incomplete(numbers, shared) for numbers in tensors]
    matrices[shared] = backend.transpose(matrices[shared], (1, 0))
    with np.errstate(all="ignore"):
        product = tensors[0].to_own_dtype(tensors[0].function("matmul")(*matrices))
    if incomplete[0] is incomplete[1] is None:
        return product
    left, right = (np.zeros(1, bool) if lines is None else lines for lines in incomplete)
    is_missing = np.broadcast_to(left[:, None] | right[None, :], product.shape)
    return tensors[0].masked(product, is_missing)


def _incomplete(numbers: Numbers, shared: int) -> Any:
    """Return a mask of columns, or rows if `shared` is 1, that contain a masked element."""
    is_na = numbers.is_na
    if is_na is None:
        return None
    return (is_na if is_na.ndim == 2 else is_na[:, None]).any(axis=shared)
