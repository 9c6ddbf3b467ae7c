"""R's `rbind`, `cbind` and `sort` on tensors of one library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pybridge.backends.numpy import NUMPY
from pybridge.backends.protocol import Backend, Tensor
from pybridge.errors import ArgumentError, ShapeError, SummaryWarning, UnsupportedTensorError, warn
from pybridge.holders import find_holder, open_array
from pybridge.holders.fitting import fit_value
from pybridge.holders.protocol import Value
from pybridge.r_functions.positions import order
from pybridge.subscripts import NAType
from pybridge.subscripts.frozen import Frozen


def in_one_dtype(operands: Sequence[Any]) -> tuple[Backend, list[Tensor]]:
    """Return operands as tensors of one library and dtype, those of the first tensor among them.

    Operands of R are cast without loss. Raises `UnsupportedTensorError` for tensors of two
    libraries, and of two dtypes, because no library widens as R does.
    """
    opened = [open_array(x, "compute") for x in operands if find_holder(x) is not None]
    if not opened:
        raise UnsupportedTensorError(
            "none of these is a tensor that pybridge supports; convert one of them first"
        )
    first = next((pair for pair in opened if pair[0] is not NUMPY), opened[0])
    backend, like = first
    name = backend.dtype_name(like)
    tensors = []
    for operand in operands:
        if isinstance(operand, OperandOfR):
            tensors.append(
                backend.convert(fit_value(backend, like, Value(np.asarray(operand.values))), like)
            )
            continue
        own, x = open_array(operand, "compute")
        if own is not backend:
            raise UnsupportedTensorError(
                f"a {own.name} tensor and a {backend.name} tensor cannot be combined; convert one "
                "first"
            )
        if own.dtype_name(x) != name or (own is NUMPY and x.dtype.names and x.dtype != like.dtype):
            raise UnsupportedTensorError(
                f"a tensor of {x.dtype} and one of {like.dtype} cannot be combined; convert one "
                "first"
            )
        tensors.append(x)
    return backend, tensors


class OperandOfR(Frozen, eq=False):
    """An operand from R: numbers that take the dtype of the tensors among the operands."""

    values: Any


def bind(operands: Sequence[Any], is_rows: bool) -> Tensor:
    """Combine matrices and vectors as R's `rbind` does, or `cbind`.

    A vector is one row. It is recycled to the length of the others, with R's warning if the longer
    length is not a multiple of its length. Empty vectors are dropped, unless all are empty.
    Matrices must have the same size on the other axis. Source of the rule: R's help page of
    `cbind`.

    >>> bind([np.array([[1, 2], [3, 4]]), np.array([5])], True)
    array([[1, 2],
           [3, 4],
           [5, 5]])
    """
    verb, along = ("rbind()", "columns") if is_rows else ("cbind()", "rows")
    backend, tensors = in_one_dtype(operands)
    place = 1 if is_rows else 0  # the axis whose size all share
    shapes = [backend.shape(x) for x in tensors]
    for shape in shapes:
        if len(shape) > 2 or (None in shape and any(len(other) != 2 for other in shapes)):
            raise ShapeError(
                f"{verb} puts matrices and vectors of known sizes together, not a tensor of shape "
                f"{shape}"
            )
    lengths = [shape[place] if len(shape) == 2 else (*shape, 1)[0] for shape in shapes]
    matrices = [k for k, shape in enumerate(shapes) if len(shape) == 2]
    for k in matrices[1:]:
        sizes = {lengths[k], lengths[matrices[0]]} - {None}  # an unknown size may be any
        if len(sizes) > 1:
            raise ShapeError(f"number of {along} of matrices must match (see arg {k + 1})")
    concat = backend.function("concat")
    if concat is None:
        raise UnsupportedTensorError(f"{backend.name} has no function for {verb}")
    if len(matrices) == len(tensors):
        return concat(tensors, 1 - place)
    shared = lengths[matrices[0]] if matrices else max(length or 0 for length in lengths)
    assert shared is not None
    least = 1 if any(lengths) else 0
    rows, has_warned = [], False
    for k, (x, shape, length) in enumerate(zip(tensors, shapes, lengths, strict=True)):
        if len(shape) == 2:
            rows.append(x)
            continue
        length = length or 0
        if length < least:
            continue
        if length and (length > shared or shared % length) and not has_warned:
            has_warned = True
            warn(
                f"number of {along} of result is not a multiple of vector length (arg {k + 1})",
                SummaryWarning,
            )
        if len(shape) == 0:
            x = backend.reshape(x, (1,))
        if length != shared:
            x = backend.take(x, np.arange(shared) % max(length, 1), 0)
        rows.append(backend.reshape(x, (1, shared) if is_rows else (shared, 1)))
    return concat(rows, 1 - place)


def sort(x: Tensor, decreasing: bool, na_last: bool | NAType | None) -> Tensor:
    """Return the elements of `x` in order, as a vector.

    Missing elements come last, come first, or are left out.

    >>> sort(np.array([[3, np.nan], [1, 2]]), False, None)
    array([1., 2., 3.])
    """
    backend, tensor = open_array(x, "compute")
    if isinstance(decreasing, bool) is False:
        raise ArgumentError("`decreasing` is TRUE or FALSE")
    flat = backend.in_columns(tensor)
    positions = order(flat, decreasing=decreasing, na_last=na_last)
    return backend.take(flat, positions - 1, 0)
