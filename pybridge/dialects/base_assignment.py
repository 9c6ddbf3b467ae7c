"""R's own `[<-`: which elements a value goes to, how it recycles, and when a vector grows.

Subscripts follow `pybridge.dialects.base`. The value is read column by column for any shape,
and recycled. A single subscript warns if the value does not fit evenly, and lets a vector grow;
several raise instead. Source: R Language Definition, 3.4.4, and R itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pybridge.axis import Axis, plain_axes
from pybridge.dialects import base
from pybridge.dialects.axes import Reader
from pybridge.dialects.colon import LONGEST_VECTOR, select_as_r_does
from pybridge.errors import AssignmentError, RecyclingWarning, SubscriptMissingError, warn
from pybridge.shape import Shape
from pybridge.subscripts import Mask, Subscript, Subscripts, short_text
from pybridge.subscripts import selections as to
from pybridge.subscripts.python_values import as_subscript
from pybridge.subscripts.resolve import R_ARRAY, R_GROWING, repeated

Value = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """The tensor becomes a plain vector of `length` first, its elements column by column.

    `gap` holds the new indices without a value, which R sets to `NA`.
    """

    length: int
    gap: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """The steps of R's `[<-`: perhaps grow, then write `value` to `selection`, if any.

    `value` broadcasts to the selection before any axis is squeezed.
    """

    selection: to.Selection | None
    value: Value
    growth: Growth | None = None


def plan_assignment(
    written: tuple[Any, ...],
    shape: Shape,
    value: Value,
    read: Reader = as_subscript,
    axes: tuple[Axis, ...] | None = None,
) -> Assignment:
    """Return the steps of R's `[<-` for `value` on a tensor of `shape`; no data is touched.

    >>> plan_assignment((5,), (3,), np.array(9)).growth
    Growth(length=5, gap=array([3]))
    >>> plan_assignment((2, slice(None)), (2, 3), np.array([7, 8, 9])).value
    array([[7, 8, 9]])
    """
    sizes = base.known_sizes(shape)
    axes = plain_axes(shape) if axes is None else axes
    items = base.received(written, read)
    if value.size == 0 and 0 in sizes:
        return Assignment(None, value)  # R checks nothing more if both sides are empty
    if len(items) == 1:
        return _plan_alone(items[0], axes, sizes, value)
    if len(items) != len(sizes):
        words = "incorrect number of subscripts" + (" on matrix" if len(items) == 2 else "")
        raise base.wrong_count(words, items, sizes)
    parts = [select_as_r_does(*pair, R_ARRAY) for pair in zip(items, axes, strict=True)]
    selection = base.selected_axes(sizes, parts)
    text = Subscripts(items)
    if len(items) == 2:  # R checks for NA first on a matrix, and last on more axes
        _refuse_missing(text, value, selection.has_missing)
    count = math.prod(base.known_sizes(selection.kept_shape))
    if count and value.size == 0:
        raise _empty(count)
    if count and count % value.size:
        raise AssignmentError(
            f"{_unevenly(count, value.size)}; several subscripts want a value that fits evenly"
        )
    _refuse_missing(text, value, selection.has_missing)
    return _recycled(selection, count, value)


def _plan_alone(
    item: Subscript, axes: tuple[Axis, ...], shape: tuple[int, ...], value: Value
) -> Assignment:
    """Return the steps for a single subscript: linear, or one element per row of a matrix."""
    selection = base.alone(item, axes)
    if selection is not None:
        _refuse_missing(item, value, selection.has_missing)
        count = math.prod(base.known_sizes(selection.result_shape))
        return _recycled(selection, count, value)
    size = math.prod(shape)
    part = select_as_r_does(item, base.as_vector(axes, shape), R_GROWING)
    indices, missing = base.indices_and_holes(part, size)
    _refuse_missing(item, value, missing is not None)
    growth = _growth(item, indices, missing, size)
    if growth is not None:
        selection = base.selected_axes((growth.length,), [part])
    elif len(shape) < 2:
        selection = base.selected_axes((size,), [part])
    else:
        selection = base.linear_points(part, shape)
    return _recycled(selection, len(indices), value, growth)


def _growth(item: Subscript, indices: Any, missing: Any, size: int) -> Growth | None:
    """Return how a vector grows for indices beyond it, or for a logical that is longer."""
    length = len(item.in_columns()[0]) if isinstance(item, Mask) else 0
    known = indices if missing is None else indices[~missing]
    length = max(length, int(known.max(initial=-1)) + 1)
    if length <= size:
        return None
    if length > LONGEST_VECTOR:
        raise AssignmentError(
            f"vector is too large: position {length} would need a vector of more than 2^52 elements"
        )
    is_gap = np.ones(length - size, bool)
    is_gap[known[known >= size] - size] = False
    return Growth(length, np.flatnonzero(is_gap) + size)


def _recycled(
    selection: to.Selection, count: int, value: Value, growth: Growth | None = None
) -> Assignment:
    """Recycle the value over the selected elements, with R's warning."""
    if count == 0:
        return Assignment(None, value, growth)
    if value.size == 0:
        raise _empty(count)
    if count % value.size:
        warn(f"{_unevenly(count, value.size)}; the value repeats, cut off", RecyclingWarning)
    shape_to_fill: tuple[int, ...] = (count,)
    if isinstance(selection, to.Orthogonal):
        shape_to_fill = base.known_sizes(selection.kept_shape)
    if value.size == 1:
        value = value.reshape(())
    elif value.shape != shape_to_fill:
        value = repeated(value.ravel(order="F"), count).reshape(shape_to_fill, order="F")
    return Assignment(selection, value, growth)


def _refuse_missing(written: object, value: Value, has_missing: bool) -> None:
    if value.size > 1 and has_missing:
        text = short_text(written)
        raise SubscriptMissingError(
            f"NAs are not allowed in subscripted assignments: `[{text}]` selects NA, to which R "
            f"assigns only a value of length 1, and this one has {value.size}",
            subscript=text,
        )


def _empty(count: int) -> AssignmentError:
    return AssignmentError(
        f"replacement has length zero: {count} elements are selected and the value has none"
    )


def _unevenly(count: int, length: int) -> str:
    return (
        "number of items to replace is not a multiple of replacement length: "
        f"{count} elements are selected and the value has {length}"
    )
