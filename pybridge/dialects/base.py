"""R's own dialect: exactly what R 4.5's `[` and `[<-` do on a vector or an array.

A tensor of one axis is a plain vector, one of no axis a vector of length 1, any other an array.
Negative positions exclude, zeros vanish, fractions are cut off toward zero, logicals recycle, `NA`
selects `NA`, and every axis of extent 1 is dropped. Each error and warning begins with R's own
words. Sources: R Language Definition, 3.4.1 to 3.4.2, and R itself, which the tests run.
"""

from __future__ import annotations

import math

import numpy as np

from pybridge import subscripts as sub
from pybridge.dialects import selections as to
from pybridge.dialects.base_axis import (
    Chosen,
    Indices,
    Picked,
    choose,
    choose_each,
    extent,
    indices_and_holes,
    out_of_bounds,
    whole_positions,
)
from pybridge.dialects.base_colon import Colon, Evaluated, evaluate
from pybridge.errors import SubscriptCountError, SubscriptError, TracingError
from pybridge.shape import Shape
from pybridge.subscripts import short_text


def lower(subscripts: sub.Subscripts, shape: Shape, *, drop: bool = True) -> to.Selection:
    """Lower subscripts as R's `[` reads them.

    A single subscript is linear, column-major; a matrix of positions with one column per axis
    selects one element per row. Otherwise R needs one subscript for each axis.

    >>> from pybridge.subscripts.python_values import as_subscripts
    >>> lower(as_subscripts((-2, [0, 2, 1])), (3, 5)).result_shape
    (2, 2)
    >>> lower(as_subscripts((-2, 4)), (3, 5), drop=False).result_shape
    (2, 1)
    """
    sizes = known_sizes(shape)
    items = evaluate(subscripts)
    if len(items) < 2:
        return _lower_alone(items[0] if items else sub.MISSING, sizes)
    if len(items) != len(sizes):
        raise wrong_count("incorrect number of dimensions", subscripts, sizes)
    axes = choose_each(items, sizes)
    return selected_axes(sizes, axes, all(map(_is_basic, items)), drop)


def known_sizes(shape: Shape) -> tuple[int, ...]:
    """Return the sizes of a shape; raise if one is unknown."""
    sizes = tuple(size for size in shape if size is not None)
    if len(sizes) != len(shape):
        raise TracingError(
            f"R's own dialect needs every size, and that of axis {shape.index(None) + 1} is not "
            "known here; the tensor dialect does without"
        )
    return sizes


def wrong_count(
    words: str, subscripts: sub.Subscripts, sizes: tuple[int, ...]
) -> SubscriptCountError:
    """Return R's error, `words`, for too many or too few subscripts."""
    text = short_text(subscripts)
    axes = "a plain vector" if len(sizes) < 2 else f"a tensor of {len(sizes)} axes"
    return SubscriptCountError(
        f"{words}: `[{text}]` has {len(subscripts)} subscripts for {axes}; R takes one for "
        "each axis, or one alone that counts the elements column by column",
        subscript=text,
        count=len(subscripts),
        ndim=len(sizes),
    )


def _is_basic(item: Evaluated) -> bool:
    """Return whether a view suffices: only positions and ranges."""
    match item:
        case sub.Scalar(value=value):
            return isinstance(value, int | float) and value >= 1
        case Colon(start=start, direction=direction, count=count):
            return start >= 1 and start + direction * (count - 1) >= 1
        case _:
            return isinstance(item, sub.Missing)


def _lower_alone(item: Evaluated, shape: tuple[int, ...]) -> to.Selection:
    """Lower a single subscript, which counts the elements column by column."""
    if isinstance(item, sub.Missing):
        return to.Orthogonal(shape or (1,), ())
    size = math.prod(shape)
    if len(shape) > 1:
        if is_coordinates(item, shape):
            return points(item, shape)
        masked = whole_mask(item, shape)
        if masked is not None:
            return masked
    chosen = _beyond_as_missing(choose(item, size, None), size)
    if len(shape) < 2:
        return selected_axes((size,), (chosen,), _is_basic(item))
    return linear_points(chosen, shape)


def _beyond_as_missing(chosen: Chosen, size: int) -> Picked:
    """Turn indices beyond a vector into `NA`, as R does when reading."""
    if chosen.reach <= size:
        return chosen.axis
    indices, missing = indices_and_holes(chosen.axis)
    beyond = indices >= size
    if not beyond.any():  # a logical that is too long but FALSE beyond the end
        return chosen.axis
    return to.Gather(np.where(beyond, 0, indices), beyond if missing is None else beyond | missing)


def linear_points(axis: Picked, shape: tuple[int, ...]) -> to.Points:
    """Return the elements at column-major indices, all within the array."""
    indices, missing = indices_and_holes(axis)
    if 0 in shape:  # only NA can be selected
        coordinates: tuple[Indices, ...] = (np.zeros(len(indices), np.int64),) * len(shape)
    else:
        coordinates = np.unravel_index(indices, shape, order="F")
    return to.Points(shape, coordinates, len(indices), missing)


def selected_axes(
    shape: tuple[int, ...], chosen: tuple[Picked, ...], is_view: bool = False, drop: bool = False
) -> to.Orthogonal:
    """Combine per-axis choices; if `drop`, axes of extent 1 are removed."""
    dropped = [k for k, axis in enumerate(chosen) if extent(axis) == 1] if drop else []
    if dropped and len(dropped) == len(shape):
        dropped.pop()  # if every axis would be dropped, R leaves a vector of length 1
    key: list[int | slice] = []
    takes: list[tuple[int, to.Taken]] = []
    squeezed: list[int] = []
    place = 0
    for k, axis in enumerate(chosen):
        if isinstance(axis, range):
            whole = axis == range(shape[k])
            kept_part = to.WHOLE if whole else to.slice_from_run(axis)
            key.append(axis.start if k in dropped else kept_part)
            place += k not in dropped
            continue
        if k in dropped:
            squeezed.append(place)
        takes.append((place, axis))
        key.append(to.WHOLE)
        place += 1
    return to.Orthogonal(shape, tuple(key), tuple(takes), is_view, tuple(squeezed))


def whole_mask(item: Evaluated, shape: tuple[int, ...]) -> to.Masked | None:
    """Return the selection of a single logical with one entry for each element of an array."""
    if not isinstance(item, sub.Mask) or len(shape) < 2 or item.missing is not None:
        return None
    flags = item.values
    if flags.size != math.prod(shape):
        return None
    if flags.shape != shape:
        flags = flags.ravel(order="F").reshape(shape, order="F")
    return to.Masked(shape, flags, "F")


def is_coordinates(item: Evaluated, shape: tuple[int, ...]) -> bool:
    """Return whether a single subscript has one column of positions for each axis."""
    return (
        isinstance(item, sub.Vector)
        and len(shape) > 1
        and item.values.ndim == 2
        and item.values.shape[1] == len(shape)
    )


def points(item: Evaluated, shape: tuple[int, ...]) -> to.Points:
    """Return one element for each row of a matrix of positions.

    R reads a row from the left and stops at the first `NA`, which selects `NA`, or zero, which
    drops the row; entries to the right of it are ignored.
    """
    assert isinstance(item, sub.Vector)
    matrix = item.values
    flat, absent = whole_positions(*item.in_columns(), 0, 0)
    positions = flat.reshape(matrix.shape, order="F")
    is_na = np.zeros(len(flat), bool) if absent is None else absent
    is_na = is_na.reshape(matrix.shape, order="F")
    is_last = positions == 0  # NA or zero: both are 0 here
    is_read = np.ones(matrix.shape, bool)
    is_read[:, 1:] = ~np.logical_or.accumulate(is_last, axis=1)[:, :-1]
    bad = is_read & ((positions < 0) | (positions > np.array(shape, np.int64)))
    if bad.any():
        row = int(np.flatnonzero(bad.any(axis=1))[0])
        column = int(np.flatnonzero(bad[row])[0])
        raise _bad_coordinate(int(positions[row, column]), row, column, shape[column], item)
    ends = is_read & is_last
    is_missing = (ends & is_na).any(axis=1)
    used_rows = is_missing | ~ends.any(axis=1)
    is_missing = is_missing[used_rows]
    indices = np.where(is_missing[:, None], 0, positions[used_rows] - 1)
    return to.Points(
        shape, tuple(indices.T), len(indices), is_missing if is_missing.any() else None
    )


def _bad_coordinate(
    position: int, row: int, axis: int, size: int, item: sub.Vector
) -> SubscriptError:
    text = short_text(item)
    if position < 0:
        return SubscriptError(
            f"negative values are not allowed in a matrix subscript: {position} in row {row + 1}, "
            f"column {axis + 1} of `{text}`; name the position itself",
            subscript=text,
        )
    return out_of_bounds(position, axis, size, item, f" in row {row + 1}")
