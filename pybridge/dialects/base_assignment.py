"""R's own `[<-`: which elements a value goes to, how it recycles, and when a vector grows.

Subscripts follow `pybridge.dialects.base`. The value is read column by column whatever its shape,
and recycled. A single subscript warns if the value does not fit evenly, and lets a vector grow;
several raise instead. Source: R Language Definition, 3.4.4, and R itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pybridge import subscripts as sub
from pybridge.dialects import base
from pybridge.dialects import selections as to
from pybridge.dialects.base_axis import (
    Chosen,
    choose,
    choose_each,
    extent,
    indices_and_holes,
    repeated,
)
from pybridge.dialects.base_colon import LONGEST_VECTOR, Evaluated, evaluate
from pybridge.errors import AssignmentError, RecyclingWarning, SubscriptMissingError, warn
from pybridge.shape import Shape

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


def plan_assignment(subscripts: sub.Subscripts, shape: Shape, value: Value) -> Assignment:
    """Return the steps of R's `[<-` for `value` on a tensor of `shape`; no data is touched.

    >>> from pybridge.subscripts.python_values import as_subscripts
    >>> plan_assignment(as_subscripts((5,)), (3,), np.array(9)).growth
    Growth(length=5, gap=array([3]))
    >>> plan_assignment(as_subscripts((2, slice(None))), (2, 3), np.array([7, 8, 9])).value
    array([[7, 8, 9]])
    """
    sizes = base.known_sizes(shape)
    items = evaluate(subscripts)
    if value.size == 0 and 0 in sizes:
        return Assignment(None, value)  # R checks nothing more if both sides are empty
    if len(items) < 2:
        return _plan_alone(items[0] if items else sub.MISSING, sizes, value)
    if len(items) != len(sizes):
        words = "incorrect number of subscripts" + (" on matrix" if len(items) == 2 else "")
        raise base.wrong_count(words, subscripts, sizes)
    axes = choose_each(items, sizes)
    selection = base.selected_axes(sizes, axes)
    if len(items) == 2:  # R checks for NA first on a matrix, and last on more axes
        _refuse_missing(subscripts, value, selection.has_missing)
    count = math.prod(map(extent, axes))
    if count and value.size == 0:
        raise _empty(count)
    if count and count % value.size:
        raise AssignmentError(
            f"{_unevenly(count, value.size)}; several subscripts want a value that fits evenly"
        )
    _refuse_missing(subscripts, value, selection.has_missing)
    return _recycled(selection, count, value)


def _plan_alone(item: Evaluated, shape: tuple[int, ...], value: Value) -> Assignment:
    """Return the steps for a single subscript: linear, or one element per row of a matrix."""
    selection: to.Selection | None = base.whole_mask(item, shape)
    if isinstance(item, sub.Missing):
        selection = to.Orthogonal(shape or (1,), ())
    elif base.is_coordinates(item, shape):
        selection = base.points(item, shape)
    if selection is not None:
        _refuse_missing(item, value, selection.has_missing)
        count = math.prod(base.known_sizes(selection.result_shape))
        return _recycled(selection, count, value)
    size = math.prod(shape)
    chosen = choose(item, size, None)
    has_missing = isinstance(chosen.axis, to.Gather) and chosen.axis.missing is not None
    _refuse_missing(item, value, has_missing)
    growth = _growth(chosen, size) if chosen.reach > size else None
    if growth is not None:
        selection = base.selected_axes((growth.length,), (chosen.axis,))
    elif len(shape) < 2:
        selection = base.selected_axes((size,), (chosen.axis,))
    else:
        selection = base.linear_points(chosen.axis, shape)
    return _recycled(selection, extent(chosen.axis), value, growth)


def _growth(chosen: Chosen, size: int) -> Growth:
    if chosen.reach > LONGEST_VECTOR:
        raise AssignmentError(
            f"vector is too large: position {chosen.reach} would need a vector of more than 2^52 "
            "elements"
        )
    indices, missing = indices_and_holes(chosen.axis)
    is_gap = np.ones(chosen.reach - size, bool)
    is_new = indices >= size if missing is None else (indices >= size) & ~missing
    is_gap[indices[is_new] - size] = False
    return Growth(chosen.reach, np.flatnonzero(is_gap) + size)


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
        text = sub.short_text(written)
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
