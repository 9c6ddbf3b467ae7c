"""R's own dialect: exactly what R 4.5's `[` and `[<-` do on a vector or an array.

A tensor of one axis is a plain vector, one of no axis a vector of length 1, any other an array.
Negative positions exclude, zeros vanish, fractions are cut off toward zero, logicals recycle, `NA`
selects `NA`, and every axis of extent 1 drops. Each error and warning begins with R's own words.
Sources: R Language Definition, 3.4.1 to 3.4.2, and R itself, which the tests ask.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from pybridge import selections as to
from pybridge import subscripts as sub
from pybridge.errors import (
    SubscriptCountError,
    SubscriptError,
    SubscriptMaskError,
    SubscriptMissingError,
    SubscriptOutOfBoundsError,
    SubscriptRangeError,
    SubscriptTypeError,
    SubscriptWarning,
    TracingError,
    warn,
)
from pybridge.subscripts import NA, short_text

LARGEST_INTEGER: Final = 2**31 - 1
"""R keeps the positions on the axis of an array in integers of this size."""
LONGEST_VECTOR: Final = 2**52
"""R makes no vector longer than this."""
_FAR: Final = 2**62
"""Stands for every position beyond all vectors."""

Indices: TypeAlias = npt.NDArray[np.int64]
Holes: TypeAlias = npt.NDArray[np.bool_]
Picked: TypeAlias = to.Whole | to.Run | to.Gather
"""What a subscript names on one axis."""

_NOTHING: Final = to.Run(0, 1, 0)


@dataclass(frozen=True, slots=True)
class Colon:
    """What R's `:` gives: `count` numbers from `start`, up or down by one."""

    start: int | float
    direction: int
    count: int
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a subscript names on one axis or vector, in order.

    On a plain vector the indices may lie beyond it; `reach` is the length that would hold them all,
    which is R's `stretch` in an assignment.
    """

    axis: Picked
    reach: int


Evaluated: TypeAlias = sub.Subscript | Colon
"""A subscript as R's `[` receives it: every `:` is applied."""


def resolve(subscripts: sub.Subscripts, shape: to.Shape, *, drop: bool = True) -> to.Selection:
    """Resolve subscripts against a shape as R's `[` does.

    One subscript alone is linear, column-major; a matrix of positions with one column per axis
    selects one element per row. Otherwise R wants one subscript for each axis.

    >>> resolve(sub.as_subscripts((-2, [0, 2, 1])), (3, 5)).result_shape
    (2, 2)
    >>> resolve(sub.as_subscripts((-2, 4)), (3, 5), drop=False).result_shape
    (2, 1)
    """
    sizes = known_sizes(shape)
    items = evaluate(subscripts)
    if len(items) < 2:
        return _resolve_alone(items[0] if items else sub.MISSING, sizes)
    if len(items) != len(sizes):
        raise wrong_count("incorrect number of dimensions", subscripts, sizes)
    axes = choose_each(items, sizes)
    return _orthogonal(sizes, axes, all(map(_is_basic, items)), drop)


def known_sizes(shape: to.Shape) -> tuple[int, ...]:
    """Return the sizes of a shape, or refuse one that traced code does not know."""
    sizes = tuple(size for size in shape if size is not None)
    if len(sizes) != len(shape):
        raise TracingError(
            f"R's own dialect needs every size, and axis {shape.index(None) + 1} has an unknown one "
            "here; the tensor dialect does without"
        )
    return sizes


def wrong_count(
    words: str, subscripts: sub.Subscripts, sizes: tuple[int, ...]
) -> SubscriptCountError:
    """Return the error that R says in `words` for too many or too few subscripts."""
    text = short_text(subscripts)
    axes = "a plain vector" if len(sizes) < 2 else f"a tensor of {len(sizes)} axes"
    return SubscriptCountError(
        f"{words}: `[{text}]` has {len(subscripts)} subscripts and meets {axes}; R takes one for "
        "each axis, or one alone that counts the elements column by column",
        subscript=text,
        count=len(subscripts),
        ndim=len(sizes),
    )


def _is_basic(item: Evaluated) -> bool:
    """Return whether a view will do: positions and ranges of positions, nothing else."""
    match item:
        case sub.Scalar(value=value):
            return isinstance(value, int | float) and value >= 1
        case Colon(start=start, direction=direction, count=count):
            return start >= 1 and start + direction * (count - 1) >= 1
        case _:
            return isinstance(item, sub.Missing)


def _resolve_alone(item: Evaluated, shape: tuple[int, ...]) -> to.Selection:
    """Resolve one subscript alone; it counts the elements column by column."""
    if isinstance(item, sub.Missing):
        shape = shape or (1,)
        return to.Orthogonal(shape, (to.WHOLE,) * len(shape))
    size = math.prod(shape)
    if len(shape) > 1:
        if is_coordinates(item, shape):
            return points(item, shape)
        masked = whole_mask(item, shape)
        if masked is not None:
            return masked
    chosen = _beyond_as_missing(choose(item, size, None), size)
    if len(shape) < 2:
        return to.Orthogonal((size,), (chosen,), _is_basic(item))
    return linear_points(chosen, shape)


def _beyond_as_missing(chosen: Chosen, size: int) -> Picked:
    """Turn the indices beyond a vector into `NA`, as R does where it reads."""
    if chosen.reach <= size:
        return chosen.axis
    indices, missing = indices_and_holes(chosen.axis, size)
    beyond = indices >= size
    if not beyond.any():  # an over-long logical that is FALSE out there
        return chosen.axis
    return to.Gather(np.where(beyond, 0, indices), beyond if missing is None else beyond | missing)


def indices_and_holes(axis: Picked, size: int) -> tuple[Indices, Holes | None]:
    """Return the indices that an axis selection stands for, and which of them are `NA`."""
    match axis:
        case to.Whole():
            return np.arange(size), None
        case to.Run(start=start, step=step, length=length):
            return np.arange(start, start + step * length, step), None
        case to.Gather(indices=indices, missing=missing):
            return indices, missing


def linear_points(axis: Picked, shape: tuple[int, ...]) -> to.Points:
    """Return the elements at column-major indices, all within the array."""
    indices, missing = indices_and_holes(axis, math.prod(shape))
    if 0 in shape:  # nothing but NA can have been selected
        coordinates: tuple[Indices, ...] = (np.zeros(len(indices), np.int64),) * len(shape)
    else:
        coordinates = np.unravel_index(indices, shape, order="F")
    return to.Points(shape, coordinates, len(indices), missing)


def _orthogonal(
    shape: tuple[int, ...],
    chosen: tuple[Picked, ...],
    is_basic: bool,
    drop: bool,
) -> to.Orthogonal:
    if not drop:
        return to.Orthogonal(shape, chosen, is_basic)
    extents = [extent(axis, size) for axis, size in zip(chosen, shape, strict=True)]
    dropped = [k for k, count in enumerate(extents) if count == 1]
    if len(dropped) == len(shape):
        dropped.pop()  # where every axis would drop, R leaves a vector of length 1
    axes: list[to.AxisSelection] = list(chosen)
    for k in dropped:
        match chosen[k]:
            case to.Whole():
                axes[k] = to.Index(0)
            case to.Run(start=start):
                axes[k] = to.Index(start)
    kept = [k for k, axis in enumerate(axes) if not isinstance(axis, to.Index)]
    squeezed = tuple(place for place, k in enumerate(kept) if k in dropped)
    return to.Orthogonal(shape, tuple(axes), is_basic, squeezed)


def extent(axis: Picked, size: int) -> int:
    """Return how many entries an axis selection has on an axis of `size`."""
    match axis:
        case to.Whole():
            return size
        case to.Run(length=length):
            return length
        case to.Gather(indices=indices):
            return len(indices)


def evaluate(subscripts: sub.Subscripts) -> tuple[Evaluated, ...]:
    """Do what R does before `[` sees its subscripts: apply every `:`, and refuse `..`.

    Errors and warnings of `:` come before those of any subscript, whatever their order.
    """
    items = subscripts.items
    for item in items:
        if isinstance(item, sub.Rest):
            raise SubscriptTypeError(
                "`..` is no subscript in R's own dialect; write one subscript for each axis, "
                "missing ones as `:`, or use the tensor dialect",
                subscript="..",
            )
    if not any(isinstance(item, sub.Range) for item in items):
        return items
    return tuple(_colon(item) if isinstance(item, sub.Range) else item for item in items)


def _colon(item: sub.Range) -> Colon:
    """Apply R's `:`; `a:b:s` is `(a:b):s`, of which R uses the first number and warns."""
    text = short_text(item)
    start, direction, count = _one_colon(item.start, item.stop, text)
    if item.step is NA:
        return Colon(start, direction, count, text)
    if count > 1:
        warn(
            f"numerical expression has {count} elements: only the first used: `{text}` is "
            f"`({sub.Range(item.start, item.stop)}):{sub.number_text(item.step)}` in R's own "
            "dialect; write seq() or a vector for steps",
            SubscriptWarning,
        )
    return Colon(*_one_colon(item.start, item.step, text), text)


def _one_colon(start: Any, stop: Any, text: str) -> tuple[int | float, int, int]:
    """Return the first number, the direction and the count of R's `start:stop`."""
    if type(start) is int and type(stop) is int and abs(start) < _FAR and abs(stop) < _FAR:
        distance: int | float = abs(stop - start)
    else:
        start, stop = _real(start, text), _real(stop, text)
        if math.isnan(start) or math.isnan(stop):
            raise SubscriptMissingError(
                f"NA/NaN argument: both ends of `{text}` must be numbers, since in R's own "
                "dialect a range is R's `:`; for open ends use the tensor dialect",
                subscript=text,
            )
        distance = math.inf if math.isinf(start) else abs(stop - start)
    if distance >= LONGEST_VECTOR:
        raise SubscriptRangeError(
            f"result would be too long a vector: `{text}` has more than 2^52 entries",
            subscript=text,
        )
    direction = 1 if start <= stop else -1
    if isinstance(start, float) and start.is_integer():
        start = min(max(int(start), -_FAR), _FAR)
    # R forgives a distance that falls short of a whole number by the rounding of a float
    count = int(distance + 1 + float(np.finfo(np.float32).eps))
    return start, direction, count


def _real(value: Any, text: str) -> float:
    """Return a number as R's double; `NA` is NaN."""
    if value is NA:
        return math.nan
    if isinstance(value, sub.Traced):
        raise _traced(text)
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def choose_each(items: tuple[Evaluated, ...], sizes: tuple[int, ...]) -> tuple[Picked, ...]:
    """Return what each subscript names on its axis of an array."""
    pairs = zip(items, sizes, strict=True)
    return tuple(choose(item, size, axis).axis for axis, (item, size) in enumerate(pairs))


def choose(item: Evaluated, size: int, axis: int | None) -> Chosen:
    """Return what one subscript names on an axis of `size`, or on a plain vector of that length.

    `axis`, zero-based, is None on a plain vector and for the linear form: there R takes positions
    beyond the end, and keeps more of large numbers than its integers hold.
    """
    match item:
        case sub.Missing():
            return Chosen(to.WHOLE, size)
        case sub.Scalar(value=value):
            if type(value) is int and 0 < value <= size:
                return Chosen(to.Run(value - 1, 1, 1), size)
            number = _real(value, str(item))
            absent = np.array([True]) if math.isnan(number) else None
            return _choose_numbers(np.array([number]), absent, size, axis, str(item))
        case Colon():
            return _choose_colon(item, size, axis)
        case sub.Vector(values=values, missing=missing):
            if values.ndim != 1:
                values = values.ravel(order="F")
                missing = None if missing is None else missing.ravel(order="F")
            return _choose_numbers(values, missing, size, axis, item)
        case sub.Mask():
            return _choose_flags(item, size, axis)
        case sub.NewAxis():  # NULL is integer(0)
            return Chosen(_NOTHING, 0)
        case sub.Characters():
            raise SubscriptTypeError(
                f"`{item}` names a position; tensors carry no dimnames, so use its number",
                subscript=str(item),
            )
        case _:
            raise _traced(str(item))


def _traced(text: str) -> SubscriptTypeError:
    return SubscriptTypeError(
        f"`{text}` is a traced tensor, whose values R's own dialect would need; use the tensor "
        "dialect, or a NumPy array",
        subscript=text,
    )


def _choose_numbers(
    values: npt.NDArray[Any], missing: Holes | None, size: int, axis: int | None, written: object
) -> Chosen:
    """Apply R's rules for numbers: cut fractions off, drop zeros, exclude, fill in `NA`."""
    if values.size == 0:
        return Chosen(_NOTHING, 0)
    positions, missing = _positions(values, missing, size, axis)
    lowest, highest = int(positions.min()), int(positions.max())
    if axis is not None and highest > size:
        raise _out_of_bounds(int(positions[positions > size][0]), axis, size, written)
    if lowest < 0:
        if highest > 0 or missing is not None:
            raise _mixed_signs(written)
        return Chosen(_all_but(-1 - positions[positions < 0], size), 0)
    if lowest == 0:
        kept = positions != 0 if missing is None else (positions != 0) | missing
        positions = positions[kept]
        missing = None if missing is None else missing[kept]
    indices = positions - 1
    if missing is None:
        run = to.regular_run(indices)
        return Chosen(to.Gather(indices) if run is None else run, highest)
    indices[missing] = 0
    return Chosen(to.Gather(indices, missing), highest)


def _positions(
    values: npt.NDArray[Any], missing: Holes | None, size: int, axis: int | None
) -> tuple[Indices, Holes | None]:
    """Return whole positions, 0 where they are `NA`.

    Infinite positions are `NA`. On the axis of an array so are those that R's integers do not hold,
    and R warns of both there.
    """
    lost: Holes | None = None
    if values.dtype.kind == "f":
        infinite = np.isinf(values)
        if missing is not None:
            infinite &= ~missing
        if infinite.any():
            lost = infinite
        absent = np.isnan(values) | infinite if missing is None else missing | infinite
        missing = absent if absent.any() else None
        values = np.trunc(np.where(absent, 0, values)).clip(-_FAR, _FAR).astype(np.int64)
    elif missing is not None:
        values = np.where(missing, 0, values)
    if axis is not None:
        limit = LARGEST_INTEGER if size <= LARGEST_INTEGER else _FAR
        large = (values > limit) | (values < -limit)
        if large.any():
            lost = large if lost is None else lost | large
            missing = large if missing is None else large | missing
            values = np.where(large, 0, values)
        if lost is not None:
            _warn_of_lost_integers()
    return values, missing


def _warn_of_lost_integers() -> None:
    warn(
        "NAs introduced by coercion to integer range: R takes an infinite position, or one beyond "
        "2147483647, on the axis of an array as NA",
        SubscriptWarning,
    )


def _all_but(excluded: Indices, size: int) -> to.Run | to.Gather:
    kept = np.ones(size, bool)
    kept[excluded[excluded < size]] = False
    indices = np.flatnonzero(kept)
    run = to.regular_run(indices)
    return to.Gather(indices) if run is None else run


def _choose_colon(item: Colon, size: int, axis: int | None) -> Chosen:
    """Apply the rules for numbers to R's `:` without writing the numbers down."""
    start, direction, count = item.start, item.direction, item.count
    if isinstance(start, float):
        numbers = start + direction * np.arange(count, dtype=np.float64)
        return _choose_numbers(numbers, None, size, axis, item.text)
    last = start + direction * (count - 1)
    low, high = min(start, last), max(start, last)
    if axis is not None:
        limit = LARGEST_INTEGER if size <= LARGEST_INTEGER else _FAR
        if low > limit or high < -limit:  # none of them is an integer of R
            _warn_of_lost_integers()
            return Chosen(to.Gather(np.zeros(count, np.int64), np.ones(count, bool)), 0)
        if low < -limit or high > limit:
            _warn_of_lost_integers()
        if high > size:
            raise _out_of_bounds(max(low, size + 1), axis, size, item.text)
    if low < 0:
        if high > 0:
            raise _mixed_signs(item.text)
        if axis is not None and low < -LARGEST_INTEGER and size <= LARGEST_INTEGER:
            raise _mixed_signs(item.text)  # with the NA that they became
        return Chosen(_all_but_run(max(-high, 1), min(-low, size), size), 0)
    if low == 0:
        count -= 1
        start = 1 if direction > 0 else start
    if count == 0:
        return Chosen(_NOTHING, 0)
    return Chosen(to.Run(start - 1, direction, count), high)


def _all_but_run(first: int, last: int, size: int) -> to.Run | to.Gather:
    """Exclude the positions from `first` to `last`, none where they are the wrong way round."""
    if first > last:
        return to.Run(0, 1, size)
    if first == 1:
        return to.Run(last, 1, size - last) if last < size else _NOTHING
    if last == size:
        return to.Run(0, 1, first - 1)
    return to.Gather(np.concatenate([np.arange(first - 1), np.arange(last, size)]))


def _choose_flags(item: sub.Mask, size: int, axis: int | None) -> Chosen:
    """Apply R's rules for logicals: recycle, and beyond the end of a plain vector extend."""
    flags, missing = item.values, item.missing
    count = flags.size
    if axis is not None and count > size:
        text = short_text(item)
        raise SubscriptMaskError(
            f"(subscript) logical subscript too long: {count} entries of `{text}` on axis "
            f"{axis + 1} of size {size}; R recycles a shorter one",
            subscript=text,
        )
    if count == 0:
        return Chosen(_NOTHING, 0)
    if flags.ndim != 1:
        flags = flags.ravel(order="F")
        missing = None if missing is None else missing.ravel(order="F")
    reach = count if count > size else 0
    length = max(count, size)
    if missing is None:
        indices = np.flatnonzero(flags if count == length else np.resize(flags, length))
        run = to.regular_run(indices)
        return Chosen(to.Gather(indices) if run is None else run, reach)
    if count != length:
        flags, missing = np.resize(flags, length), np.resize(missing, length)
    indices = np.flatnonzero(flags | missing)
    holes = missing[indices]
    indices[holes] = 0
    return Chosen(to.Gather(indices, holes if holes.any() else None), reach)


def whole_mask(item: Evaluated, shape: tuple[int, ...]) -> to.Masked | None:
    """Return the selection of a logical, alone, that has one entry for each element of an array."""
    if not isinstance(item, sub.Mask) or len(shape) < 2 or item.missing is not None:
        return None
    flags = item.values
    if flags.size != math.prod(shape):
        return None
    if flags.shape != shape:
        flags = flags.ravel(order="F").reshape(shape, order="F")
    return to.Masked(shape, flags, "F")


def is_coordinates(item: Evaluated, shape: tuple[int, ...]) -> bool:
    """Return whether a subscript, alone, has one column of positions for each axis."""
    return (
        isinstance(item, sub.Vector)
        and len(shape) > 1
        and item.values.ndim == 2
        and item.values.shape[1] == len(shape)
    )


def points(item: Evaluated, shape: tuple[int, ...]) -> to.Points:
    """Return one element for each row of a matrix of positions.

    R reads a row from the left and stops at the first `NA`, which selects `NA`, or zero, which
    drops the row; what stands to the right of it is never looked at.
    """
    assert isinstance(item, sub.Vector)
    matrix, missing = item.values, item.missing
    rows, columns = matrix.shape
    flat, absent = _positions(
        matrix.ravel(order="F"), None if missing is None else missing.ravel(order="F"), 0, 0
    )
    positions = flat.reshape(matrix.shape, order="F")
    is_na = (
        np.zeros(matrix.shape, bool)
        if absent is None
        else absent.reshape((rows, columns), order="F")
    )
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
    kept = is_missing | ~ends.any(axis=1)
    is_missing = is_missing[kept]
    indices = np.where(is_missing[:, None], 0, positions[kept] - 1)
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
    return SubscriptOutOfBoundsError(
        f"subscript out of bounds: position {position} in row {row + 1} of `{text}` on axis "
        f"{axis + 1} of size {size}; the axis of an array takes no position beyond its size",
        subscript=text,
        position=position,
        axis=axis + 1,
        size=size,
    )


def _out_of_bounds(
    position: int, axis: int, size: int, written: object
) -> SubscriptOutOfBoundsError:
    text = short_text(written)
    place = "" if text == str(position) else f" of `{text}`"
    return SubscriptOutOfBoundsError(
        f"subscript out of bounds: position {position}{place} on axis {axis + 1} of size {size}; "
        "the axis of an array takes no position beyond its size",
        subscript=text,
        position=position,
        axis=axis + 1,
        size=size,
    )


def _mixed_signs(written: object) -> SubscriptError:
    text = short_text(written)
    return SubscriptError(
        f"only 0's may be mixed with negative subscripts: `{text}` both names and excludes "
        "positions, or holds NA beside exclusions; in R's own dialect a negative number excludes",
        subscript=text,
    )
