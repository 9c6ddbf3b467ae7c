"""R's own dialect: exactly what R 4.5's `[` and `[<-` do on a vector or an array.

A tensor of one axis is a plain vector, one of no axis a vector of length 1, any other an array.
Negative positions exclude, zeros vanish, fractions are cut off toward zero, logicals recycle, `NA`
selects `NA`, and every axis of extent 1 is dropped. Each error and warning begins with R's own
words. Sources: R Language Definition, 3.4.1 to 3.4.2, and R itself, which the tests run.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from pybridge.axis import Axis, plain_axes
from pybridge.dialects.axes import Reader, opened
from pybridge.dialects.colon import Colon, evaluated, is_short, select_as_r_does
from pybridge.errors import SubscriptCountError, SubscriptTypeError, TracingError
from pybridge.shape import Shape
from pybridge.subscripts import (
    Subscript,
    Subscripts,
    TracedRange,
    Vector,
    is_whole_axis,
    short_text,
)
from pybridge.subscripts import selections as to
from pybridge.subscripts.kinds import check_rests, select_alone
from pybridge.subscripts.python_values import as_subscript
from pybridge.subscripts.resolve import R_ARRAY, R_VECTOR


class _Null(Vector):
    """R's NULL, which is integer(0) as a subscript."""

    def r_source(self, most: int) -> str:
        """Return R source."""
        return "NULL"


_NULL: Final = _Null(np.empty(0, np.int64))


def lower(
    written: tuple[Any, ...],
    shape: Shape,
    read: Reader = as_subscript,
    *,
    drop: bool = True,
    axes: tuple[Axis, ...] | None = None,
) -> to.Selection:
    """Return the selection that R's `[` makes of subscripts.

    A single subscript is linear, column-major; a matrix of positions with one column per axis
    selects one element per row. Otherwise R needs one subscript for each axis.

    >>> lower((-2, [0, 2, 1]), (3, 5)).result_shape
    (2, 2)
    >>> lower((-2, 4), (3, 5), drop=False).result_shape
    (2, 1)
    """
    sizes = known_sizes(shape)
    axes = plain_axes(shape) if axes is None else axes
    items = received(written, read)
    if len(items) == 1:
        return _lower_alone(items[0], axes, sizes)
    if len(items) != len(sizes):
        raise wrong_count("incorrect number of dimensions", items, sizes)
    parts = [select_as_r_does(*pair, R_ARRAY) for pair in zip(items, axes, strict=True)]
    return selected_axes(sizes, parts, is_view=all(map(_is_basic, items)), drop=drop)


def received(written: tuple[Any, ...], read: Reader) -> tuple[Subscript, ...]:
    """Return subscripts as R's `[` receives them, with every `:` evaluated; `..` raises.

    Errors and warnings of `:` precede those of any subscript, in any order. No subscript is
    a missing one.
    """
    items = opened(written, read) or (to.WHOLE,)
    for item in items:
        if item is ...:
            check_rests(Subscripts(items))
            raise SubscriptTypeError(
                "`..` is not a subscript in R's own dialect; write one subscript for each axis, "
                "`:` in Python and nothing in R for a whole axis, or use the tensor dialect",
                subscript="..",
            )
    return tuple([item if type(item) is int else _as_received(item) for item in items])


def _as_received(item: Subscript) -> Subscript:
    if type(item) is slice:
        return item if is_short(item) or is_whole_axis(item) else evaluated(item)
    if item is None:
        return _NULL
    return evaluated(item) if isinstance(item, TracedRange) else item


def known_sizes(shape: Shape) -> tuple[int, ...]:
    """Return the sizes of a shape; raise if one is unknown."""
    if None in shape:
        raise TracingError(
            f"R's own dialect needs every size, and that of axis {shape.index(None) + 1} is not "
            "known here; the tensor dialect does without"
        )
    return shape  # type: ignore[return-value]


def wrong_count(
    words: str, items: tuple[Subscript, ...], sizes: tuple[int, ...]
) -> SubscriptCountError:
    """Return R's error, `words`, for too many or too few subscripts."""
    text = short_text(Subscripts(items))
    axes = "a plain vector" if len(sizes) < 2 else f"a tensor of {len(sizes)} axes"
    return SubscriptCountError(
        f"{words}: `[{text}]` has {len(items)} subscripts for {axes}; R takes one for "
        "each axis, or one alone that counts the elements column by column",
        subscript=text,
        count=len(items),
        ndim=len(sizes),
    )


def _is_basic(item: Subscript) -> bool:
    """Return whether a view suffices: only positions and ranges."""
    if type(item) is int:
        return item > 0
    return type(item) is slice or (isinstance(item, Colon) and item.is_positive)


def _lower_alone(item: Subscript, axes: tuple[Axis, ...], sizes: tuple[int, ...]) -> to.Selection:
    """Return the selection of a single subscript, which counts the elements column by column."""
    whole = alone(item, axes)
    if whole is not None:
        return whole
    part = select_as_r_does(item, as_vector(axes, sizes), R_VECTOR)
    if len(sizes) < 2:
        return selected_axes((math.prod(sizes),), [part], is_view=_is_basic(item))
    return linear_points(part, sizes)


def alone(item: Subscript, axes: tuple[Axis, ...]) -> to.Selection | None:
    """Return the selection of a single subscript that speaks of all axes, None of another."""
    if is_whole_axis(item):
        return to.Orthogonal(tuple([axis.size for axis in axes]) or (1,), ())
    return select_alone(item, axes, R_ARRAY, "F") if len(axes) > 1 else None


def as_vector(axes: tuple[Axis, ...], sizes: tuple[int, ...]) -> Axis:
    """Return R's plain vector of the elements; only that of one axis has names."""
    first = axes[0] if axes else Axis()
    return first.as_vector(math.prod(sizes), has_names=len(axes) == 1)


def linear_points(part: to.AxisSelection, shape: tuple[int, ...]) -> to.Points:
    """Return the elements at column-major indices, all within the array."""
    indices, missing = indices_and_holes(part, math.prod(shape))
    if 0 in shape:  # only NA can be selected
        coordinates: Any = (np.zeros(len(indices), np.int64),) * len(shape)
    else:
        coordinates = np.unravel_index(indices, shape, order="F")
    return to.Points(shape, coordinates, len(indices), missing)


def indices_and_holes(part: to.AxisSelection, size: int) -> tuple[Any, Any]:
    """Return the indices that are selected on a vector of `size`, and a mask of `NA`."""
    if isinstance(part, to.Gather):
        return part.indices, part.missing
    if isinstance(part, slice):
        return np.arange(*part.indices(size)), None
    return np.array([part]), None


def selected_axes(
    shape: tuple[int, ...],
    parts: list[to.AxisSelection],
    *,
    is_view: bool = False,
    drop: bool = False,
) -> to.Orthogonal:
    """Combine what is selected on each axis; if `drop`, axes of extent 1 are removed."""
    dropped = _dropped(shape, parts) if drop else ()
    kept: list[to.AxisSelection] = []
    squeezed: list[int] = []
    for k, part in enumerate(parts):
        if not isinstance(part, to.Taken):
            run: Any = part if type(part) is slice else to.slice_of_index(part)  # type: ignore[arg-type]
            part = run.indices(shape[k])[0] if k in dropped else run
        elif k in dropped:
            squeezed.append(sum(map(to.keeps_axis, kept)))
        kept.append(part)
    return to.orthogonal(shape, kept, tuple(squeezed), is_view=is_view)


def _dropped(shape: tuple[int, ...], parts: list[to.AxisSelection]) -> list[int]:
    """Return the axes of extent 1, which R drops."""
    dropped = [k for k, part in enumerate(parts) if _is_one(part, shape[k])]
    if dropped and len(dropped) == len(shape):
        dropped.pop()  # if every axis would be dropped, R leaves a vector of length 1
    return dropped


def _is_one(part: to.AxisSelection, size: int) -> bool:
    """Return whether a selection is of one position."""
    if type(part) is slice:
        if part.step == 1 and part.stop is not None:
            return part.stop - part.start == 1  # type: ignore[no-any-return]
        return to.count_on(part, size) == 1
    return not isinstance(part, to.Taken) or part.count(size) == 1
