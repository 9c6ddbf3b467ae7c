"""R's `crossprod` and `tcrossprod`: products of matrices, in reals as R computes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from pybridge.backends.protocol import Tensor
from pybridge.errors import ShapeError
from pybridge.r_functions.binding import in_one_dtype
from pybridge.r_functions.numbers import Numbers


def cross_product(x: Any, y: Any, name: str) -> Tensor:
    """Return `t(x) %*% y`, or `x %*% t(y)` where `name` is "tcrossprod".

    A vector is a matrix of one column. Integers and logicals are multiplied as reals, so that no
    product wraps around; a masked element makes each sum that it is part of `NA`. Raises
    `ShapeError` where the sizes do not fit. Source of the rule: R's help page of `crossprod`.

    >>> cross_product(np.array([[1, 2], [3, 4]], "int8"), np.array([10, 100], "int8"), "crossprod")
    array([[310.],
           [420.]])
    """
    shared = 0 if name == "crossprod" else 1  # the axis along which products are added
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
    holes = [_incomplete(numbers, shared) for numbers in tensors]
    matrices[shared] = backend.transpose(matrices[shared], (1, 0))
    with np.errstate(all="ignore"):
        product = tensors[0].given_back(tensors[0].function("matmul")(*matrices))
    if holes[0] is holes[1] is None:
        return product
    left, right = (np.zeros(1, bool) if hole is None else hole for hole in holes)
    is_missing = np.broadcast_to(left[:, None] | right[None, :], product.shape)
    return tensors[0].with_holes(product, is_missing)


def _incomplete(numbers: Numbers, shared: int) -> Any:
    """Return which columns of a matrix hold a masked element, or rows if `shared` is 1."""
    if numbers.hidden is None:
        return None
    hidden = numbers.hidden
    return (hidden if hidden.ndim == 2 else hidden[:, None]).any(axis=shared)
