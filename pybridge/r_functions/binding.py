"""R's `rbind`, `cbind` and `sort`: elements of one library, put together or in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pybridge.backends import NUMPY, find_backend, open_tensor
from pybridge.backends.protocol import Backend, Tensor
from pybridge.errors import ArgumentError, ShapeError, SummaryWarning, UnsupportedTensorError, warn
from pybridge.r_functions.positions import order
from pybridge.subscripts import NAType
from pybridge.subscripts.frozen import Frozen
from pybridge.subsetting.values import fit_value


def in_one_dtype(operands: Sequence[Any]) -> tuple[Backend, list[Tensor]]:
    """Return operands as tensors of one library and dtype, those of the first tensor among them.

    What comes from R is cast without loss. Raises `UnsupportedTensorError` where two libraries
    meet, and where the tensors have different dtypes, since R's choice of the wider one is no
    library's.
    """
    opened = [open_tensor(x, "compute") for x in operands if find_backend(x) is not None]
    if not opened:
        raise UnsupportedTensorError(
            "none of these is a tensor that pybridge serves; convert one of them first"
        )
    first = next((pair for pair in opened if pair[0] is not NUMPY), opened[0])
    backend, like = first
    name = backend.dtype_name(like)
    found = []
    for operand in operands:
        if isinstance(operand, OperandOfR):
            found.append(
                backend.convert(fit_value(backend, like, np.asarray(operand.values)), like)
            )
            continue
        own, x = open_tensor(operand, "compute")
        if own is not backend or own.is_store:
            raise UnsupportedTensorError(
                f"a {own.name} tensor and a {backend.name} tensor cannot be combined; convert one "
                "first"
            )
        if own.dtype_name(x) != name or (own is NUMPY and x.dtype.names and x.dtype != like.dtype):
            raise UnsupportedTensorError(
                f"a tensor of {x.dtype} and one of {like.dtype} cannot be combined; convert one "
                "first"
            )
        found.append(x)
    return backend, found


class OperandOfR(Frozen, eq=False):
    """An operand that R made: numbers that take the dtype of the tensors beside them."""

    values: Any


def bind(operands: Sequence[Any], is_rows: bool) -> Tensor:
    """Return matrices and vectors put together as R's `rbind` does, or `cbind`.

    A vector is one row and repeats to the length of the others, with R's warning where that does
    not fit evenly; one of no element is left out, unless all are. Matrices must agree in the size
    of the other axis. Source of the rule: R's help page of `cbind`.

    >>> bind([np.array([[1, 2], [3, 4]]), np.array([5])], True)
    array([[1, 2],
           [3, 4],
           [5, 5]])
    """
    verb, along = ("rbind()", "columns") if is_rows else ("cbind()", "rows")
    backend, tensors = in_one_dtype(operands)
    place = 1 if is_rows else 0  # the axis that all share
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
    """Return the elements of `x` in order, as a vector; missing ones last, first or not at all.

    >>> sort(np.array([[3, np.nan], [1, 2]]), False, None)
    array([1., 2., 3.])
    """
    backend, held = open_tensor(x, "compute")
    if isinstance(decreasing, bool) is False:
        raise ArgumentError("`decreasing` is TRUE or FALSE")
    flat = backend.in_columns(held)
    positions = order(flat, decreasing=decreasing, na_last=na_last)
    return backend.take(flat, positions - 1, 0)
