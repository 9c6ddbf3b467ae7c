"""R's rules for one subscript on one axis of an array, or on a plain vector.

Here one-based positions become zero-based indices for R's own dialect.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from pybridge import subscripts as sub
from pybridge.dialects import selections as to
from pybridge.dialects.base_colon import FAR, Colon, Evaluated, real, traced
from pybridge.errors import (
    SubscriptError,
    SubscriptMaskError,
    SubscriptOutOfBoundsError,
    SubscriptTypeError,
    SubscriptWarning,
    warn,
)
from pybridge.subscripts import short_text

LARGEST_INTEGER: Final = 2**31 - 1
"""The largest integer of R, which holds positions on the axis of an array."""

Indices: TypeAlias = npt.NDArray[np.int64]
Holes: TypeAlias = npt.NDArray[np.bool_]
Picked: TypeAlias = range | to.Gather
"""What a subscript names on one axis."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a subscript names on one axis or vector, in order.

    On a plain vector the indices may be beyond its end; `reach` is the length that would contain
    them all, R's `stretch` in an assignment.
    """

    axis: Picked
    reach: int


def extent(axis: Picked) -> int:
    """Return the number of entries of an axis selection."""
    return len(axis) if isinstance(axis, range) else len(axis.indices)


def indices_and_holes(axis: Picked) -> tuple[Indices, Holes | None]:
    """Return the indices of a range or a gather, and a mask of `NA`."""
    if isinstance(axis, to.Gather):
        return axis.indices, axis.missing
    return np.arange(axis.start, axis.stop, axis.step), None


def choose_each(items: tuple[Evaluated, ...], sizes: tuple[int, ...]) -> tuple[Picked, ...]:
    """Return what each subscript names on its axis of an array."""
    pairs = zip(items, sizes, strict=True)
    return tuple(choose(item, size, axis).axis for axis, (item, size) in enumerate(pairs))


def choose(item: Evaluated, size: int, axis: int | None) -> Chosen:
    """Return what one subscript names on an axis of `size`, or on a plain vector of that length.

    `axis`, zero-based, is None on a plain vector and for the linear form: there R accepts positions
    beyond the end, and positions beyond its integers.
    """
    match item:
        case sub.Missing():
            return Chosen(range(size), size)
        case sub.Scalar(value=value):
            if type(value) is int:
                if 0 < value <= size:
                    return Chosen(range(value - 1, value), size)
                if -LARGEST_INTEGER <= value < 0:
                    return Chosen(_all_but_run(-value, min(-value, size), size), 0)
            number = real(value, str(item))
            absent = np.array([True]) if math.isnan(number) else None
            return _choose_numbers(np.array([number]), absent, size, axis, str(item))
        case Colon():
            return _choose_colon(item, size, axis)
        case sub.Vector():
            return _choose_numbers(*item.in_columns(), size, axis, item)
        case sub.Mask():
            return _choose_flags(item, size, axis)
        case sub.NewAxis():  # NULL is integer(0)
            return Chosen(range(0), 0)
        case sub.Characters():
            raise SubscriptTypeError(
                f"`{item}` names a position; tensors carry no dimnames, so use its number",
                subscript=str(item),
            )
        case _:
            raise traced(str(item))


def _choose_numbers(
    values: npt.NDArray[Any], missing: Holes | None, size: int, axis: int | None, written: object
) -> Chosen:
    """Apply R's rules for numbers: truncate, drop zeros, exclude, fill in `NA`."""
    if values.size == 0:
        return Chosen(range(0), 0)
    if missing is None and values.dtype.kind == "i" and values.min() > 0:
        highest = int(values.max())
        if highest <= size:
            return Chosen(_gathered(values - 1), highest)
    positions, missing = whole_positions(values, missing, size, axis)
    lowest, highest = int(positions.min()), int(positions.max())
    if axis is not None and highest > size:
        raise out_of_bounds(int(positions[positions > size][0]), axis, size, written)
    if lowest < 0:
        if highest > 0 or missing is not None:
            raise _mixed_signs(written)
        is_included = np.ones(size, bool)
        excluded = -1 - positions[positions < 0]
        is_included[excluded[excluded < size]] = False
        return Chosen(_gathered(np.flatnonzero(is_included)), 0)
    if lowest == 0:
        is_nonzero = positions != 0 if missing is None else (positions != 0) | missing
        positions = positions[is_nonzero]
        missing = None if missing is None else missing[is_nonzero]
    indices = positions - 1
    if missing is None:
        return Chosen(_gathered(indices), highest)
    indices[missing] = 0
    return Chosen(to.Gather(indices, missing), highest)


def whole_positions(
    values: npt.NDArray[Any], missing: Holes | None, size: int, axis: int | None
) -> tuple[Indices, Holes | None]:
    """Return whole positions, 0 where they are `NA`.

    Infinite positions are `NA`. On the axis of an array so are those beyond R's integers, and R
    warns of both there.
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
        values = np.trunc(np.where(absent, 0, values)).clip(-FAR, FAR).astype(np.int64)
    elif missing is not None:
        values = np.where(missing, 0, values)
    if axis is not None:
        limit = LARGEST_INTEGER if size <= LARGEST_INTEGER else FAR
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


def _gathered(indices: Indices) -> Picked:
    run = to.regular_run(indices)
    return to.Gather(indices) if run is None else run


def _choose_colon(item: Colon, size: int, axis: int | None) -> Chosen:
    """Apply the rules for numbers to R's `:` without expanding it."""
    start, direction, count = item.start, item.direction, item.count
    if isinstance(start, float):
        numbers = start + direction * np.arange(count, dtype=np.float64)
        return _choose_numbers(numbers, None, size, axis, item.text)
    last = start + direction * (count - 1)
    low, high = min(start, last), max(start, last)
    if axis is not None:
        limit = LARGEST_INTEGER if size <= LARGEST_INTEGER else FAR
        if low > limit or high < -limit:  # beyond R's integers
            _warn_of_lost_integers()
            return Chosen(to.Gather(np.zeros(count, np.int64), np.ones(count, bool)), 0)
        if low < -limit or high > limit:
            _warn_of_lost_integers()
        if high > size:
            raise out_of_bounds(max(low, size + 1), axis, size, item.text)
        if low < -limit:  # NA, among negative positions that are not
            raise _mixed_signs(item.text)
    if low < 0:
        if high > 0:
            raise _mixed_signs(item.text)
        return Chosen(_all_but_run(max(-high, 1), min(-low, size), size), 0)
    if low == 0:
        count -= 1
        start = 1 if direction > 0 else start
    if count == 0:
        return Chosen(range(0), 0)
    first = start - 1
    return Chosen(range(first, first + direction * count, direction), high)


def _all_but_run(first: int, last: int, size: int) -> Picked:
    """Exclude the positions from `first` to `last`; none if `first > last`."""
    if first > last:
        return range(size)
    if first == 1:
        return range(last, size)
    if last == size:
        return range(first - 1)
    return to.Gather(np.concatenate([np.arange(first - 1), np.arange(last, size)]))


def _choose_flags(item: sub.Mask, size: int, axis: int | None) -> Chosen:
    """Apply R's rules for logicals: recycle, and extend beyond the end of a plain vector."""
    flags, missing = item.in_columns()
    count = flags.size
    if axis is not None and count > size:
        text = short_text(item)
        raise SubscriptMaskError(
            f"(subscript) logical subscript too long: {count} entries of `{text}` on axis "
            f"{axis + 1} of size {size}; R recycles a shorter one",
            subscript=text,
        )
    if count == 0:
        return Chosen(range(0), 0)
    reach = count if count > size else 0
    length = max(count, size)
    if missing is None:
        indices = np.flatnonzero(repeated(flags, length))
        return Chosen(_gathered(indices), reach)
    flags, missing = repeated(flags, length), repeated(missing, length)
    indices = np.flatnonzero(flags | missing)
    holes = missing[indices]
    indices[holes] = 0
    return Chosen(to.Gather(indices, holes if holes.any() else None), reach)


def repeated(values: npt.NDArray[Any], length: int) -> npt.NDArray[Any]:
    """Recycle a vector that is not empty to `length`, truncated.

    >>> repeated(np.array([7, 8, 9]), 5)
    array([7, 8, 9, 7, 8])
    """
    if len(values) == length:
        return values
    times = -(-length // len(values))
    return np.broadcast_to(values, (times, len(values))).reshape(-1)[:length]


def out_of_bounds(
    position: int, axis: int, size: int, written: object, row: str = ""
) -> SubscriptOutOfBoundsError:
    """Return R's error for a position beyond an axis, zero-based here."""
    text = short_text(written)
    place = "" if text == str(position) else f"{row} of `{text}`"
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
