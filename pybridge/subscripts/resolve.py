"""The one resolver: positions, counted from one, become indices, counted from zero.

What a missing position, a negative one, zero and one beyond the axis do are policies, as in vctrs'
`vec_as_location()`. The dialects are settings of them. r/R/array-axis.R has the rules of the tensor
dialect for R's own arrays.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from pybridge.axis import Axis
from pybridge.errors import (
    SubscriptError,
    SubscriptMissingError,
    SubscriptOutOfBoundsError,
    SubscriptTypeError,
    SubscriptWarning,
    warn,
)
from pybridge.lossless import INT32_MAX
from pybridge.shape import Size
from pybridge.subscripts.frozen import Frozen
from pybridge.subscripts.notation import NA, as_real, number_text, short_text
from pybridge.subscripts.selections import Gather, regular_run, slice_from_run

if TYPE_CHECKING:
    import numpy.typing as npt

LARGEST_INTEGER: Final = INT32_MAX
"""The largest R integer, which holds positions on the axis of an array."""
FAR: Final = 2**62
"""A position beyond all axes."""
FARTHEST: Final = INT32_MAX
"""With an unknown size a library may count in 32 bits, where a larger position wraps around."""
INT64: Final = np.dtype(np.int64)
BOOL: Final = np.dtype(np.bool_)

Holes: TypeAlias = "npt.NDArray[np.bool_] | None"


class Policies(Frozen):
    """What the resolver does with an entry that names no element of the axis.

    `is_loose` has R coerce as its own `[` does: fractions are cut off, logicals are recycled, and
    of equal labels the first is meant. Otherwise all three are errors.
    """

    missing: Literal["error", "NA"]
    negative: Literal["from_end", "exclude"]
    zero: Literal["error", "drop"]
    beyond: Literal["error", "NA", "grow"]
    is_loose: bool


TENSOR: Final = Policies("error", "from_end", "error", "error", False)
"""The tensor dialect."""
R_ARRAY: Final = Policies("NA", "exclude", "drop", "error", True)
"""R's own `[` on the axis of an array."""
R_VECTOR: Final = Policies("NA", "exclude", "drop", "NA", True)
"""R's own `[` on a plain vector, or counting the elements of an array."""
R_GROWING: Final = Policies("NA", "exclude", "drop", "grow", True)
"""R's own `[<-` there: a position beyond the end makes the vector longer."""


def position_on(position: int, axis: Axis, policies: Policies) -> int | slice | Gather:
    """Return what one position selects.

    >>> position_on(2, Axis(size=5), TENSOR), position_on(-1, Axis(size=5), TENSOR)
    (1, 4)
    >>> position_on(-2, Axis(size=5), R_ARRAY).indices
    array([0, 2, 3, 4])
    """
    size = axis.size
    if size is None:
        if 0 < abs(position) <= FARTHEST:  # negative ones keep Python's meaning
            return position - 1 if position > 0 else position
    elif 0 < position <= size:
        return position - 1
    elif -size <= position < 0:
        if policies.negative == "from_end":
            return position + size
        return _without(-1 - position, size)
    if not policies.is_loose:
        raise no_position(position, axis, number_text(position))
    return resolve(np.array([max(min(position, FAR), -FAR)]), None, axis, policies, position)


def _without(index: int, size: int) -> slice | Gather:
    """Return all indices below `size` but one."""
    if index in (0, size - 1):
        return slice(1, size, 1) if index == 0 else slice(0, size - 1, 1)
    indices = np.arange(size - 1)
    indices[index:] += 1
    return Gather(indices)


def resolve(
    values: npt.NDArray[Any], missing: Holes, axis: Axis, policies: Policies, written: Any
) -> slice | Gather:
    """Return the indices of a vector of positions; `written` is the subscript, for an error.

    With an unknown size negative indices keep Python's meaning, for the backend to finish.

    >>> resolve(np.array([3, 1, -1]), None, Axis(size=5), TENSOR, "c(3, 1, -1)").indices
    array([2, 0, 4])
    >>> resolve(np.array([1, 0, 9]), None, Axis(size=5), R_VECTOR, "c(1, 0, 9)").missing
    array([False,  True])
    """
    size = axis.size
    if missing is None and values.dtype == INT64 and size is not None and len(values):
        gather = _gather_of_integers(values, size, policies.negative == "from_end")
        if gather is not None:
            return gather
    if missing is not None and policies.missing == "error":
        raise _missing_entry(missing, axis, written)
    if not policies.is_loose:
        _refuse_fractions(values, axis, written)
    elif missing is not None or values.dtype != INT64 or _is_far(values, axis):
        values, missing = whole_as_r_reads(values, missing, axis)
    limit = FARTHEST if size is None else size
    known = values if missing is None else values[~missing]
    low, high = (known.min(), known.max()) if len(known) else (1, 1)
    if low <= 0 or high > limit:
        _refuse_beyond(known, limit, axis, policies, written)
    values = values.astype(np.int64, copy=False)
    if low < 0:
        if policies.negative == "exclude":
            if missing is not None or high > 0:
                raise _mixed_signs(written)
            return _all_but(known, limit)
        values = np.where(values < 0, values + ((size or 0) + 1), values)
    elif low == 0 and policies.zero == "drop":
        is_kept = values != 0 if missing is None else (values != 0) | missing
        values, missing = values[is_kept], None if missing is None else missing[is_kept]
    if high > limit and policies.beyond == "NA":
        missing = values > limit if missing is None else (values > limit) | missing
    if missing is None:
        return Gather(values - 1)
    return Gather(np.where(missing, 0, values - 1), missing)


def common_gather(written: Any, size: Size) -> Gather | None:
    """Return what a list or an array of valid positions or logicals selects, None for any other.

    The short way of the tensor dialect, which makes no subscript of what most programs write.

    >>> common_gather([3, 1, -1], 5).indices, common_gather([3, 9], 5)
    (array([2, 0, 4]), None)
    """
    if size is None:
        return None
    if type(written) is list:
        indices = []
        for position in written:  # faster than an array for a short list
            if type(position) is not int or not 0 < position <= size:
                break
            indices.append(position - 1)
        else:
            return Gather(np.array(indices, np.int64))
        if {*map(type, written)} not in _COMMON:
            return None
        written = np.array(written)
    if type(written) is not np.ndarray or written.ndim != 1 or not written.size:
        return None
    if written.dtype == BOOL:
        return Gather(np.flatnonzero(written)) if len(written) == size else None
    return None if written.dtype != INT64 else _gather_of_integers(written, size, True)


_COMMON: Final = ({bool}, {int})


def _gather_of_integers(
    positions: npt.NDArray[np.int64], size: int, has_signs: bool
) -> Gather | None:
    """Return what positions select; None if one is beyond the axis, or from its end by policy."""
    indices = positions - 1
    # below position 1 the unsigned index is huge: one maximum checks both ends
    if np.maximum.reduce(indices.view(np.uint64)) < size:
        return Gather(indices)
    if not has_signs:
        return None
    np.add(indices, size + 1, out=indices, where=positions < 0)
    return Gather(indices) if np.maximum.reduce(indices.view(np.uint64)) < size else None


def _missing_entry(
    missing: npt.NDArray[np.bool_], axis: Axis, written: Any
) -> SubscriptMissingError:
    text, entry = short_text(written), int(np.flatnonzero(missing)[0]) + 1
    return SubscriptMissingError(
        f"entry {entry} of `{text}` on axis {axis.place} is NA; every entry must be a position",
        subscript=text,
    )


def _refuse_fractions(values: npt.NDArray[Any], axis: Axis, written: Any) -> None:
    """Raise for an entry that is not a whole number."""
    if values.dtype.kind == "f":
        is_whole = np.isfinite(values) & (values == np.trunc(values))
        if not is_whole.all():
            raise fractional(float(values[~is_whole][0]), short_text(written), axis)


def _refuse_beyond(
    known: npt.NDArray[Any], limit: int, axis: Axis, policies: Policies, written: Any
) -> None:
    """Raise for the first position that a policy does not allow."""
    is_refused = np.zeros(len(known), bool)
    if policies.beyond == "error":
        is_refused |= known > limit
    if policies.zero == "error":
        is_refused |= known == 0
    if policies.negative == "from_end":
        is_refused |= known < -limit
    if is_refused.any():
        position = int(known[is_refused][0])
        error = beyond_array if policies.is_loose else no_position
        raise error(position, axis, short_text(written))


def _all_but(positions: npt.NDArray[np.int64], size: int) -> slice | Gather:
    """Exclude positions, none of which is above 0, as a negative number of R's own `[` does.

    Where the rest is regular it is a slice, which a library reads faster.
    """
    is_included = np.ones(size + 1, bool)  # the first place is that of 0
    is_included[-positions[positions >= -size]] = False
    indices = np.flatnonzero(is_included[1:])
    run = regular_run(indices)
    return Gather(indices) if run is None else slice_from_run(run)


def _mixed_signs(written: Any) -> SubscriptError:
    text = short_text(written)
    return SubscriptError(
        f"only 0's may be mixed with negative subscripts: `{text}` both names and excludes "
        "positions, or holds NA among exclusions; in R's own dialect a negative number "
        "excludes",
        subscript=text,
    )


def _is_far(values: npt.NDArray[np.int64], axis: Axis) -> bool:
    """Return whether R's integers, which hold positions on the axis of an array, may overflow."""
    if axis.number is None or not len(values):
        return False
    return bool(values.max() > LARGEST_INTEGER or values.min() < -LARGEST_INTEGER)


def whole_as_r_reads(
    values: npt.NDArray[Any], missing: Holes, axis: Axis
) -> tuple[npt.NDArray[np.int64], Holes]:
    """Return whole positions, 0 where they are `NA`, and a mask of those.

    Infinite positions are `NA`. On the axis of an array so are those beyond R's integers, and R
    warns of both there.
    """
    lost: Holes = None
    if values.dtype.kind == "f":
        is_infinite = np.isinf(values)
        if missing is not None:
            is_infinite &= ~missing
        lost = is_infinite if is_infinite.any() else None
        is_na = np.isnan(values) | is_infinite
        is_na = is_na if missing is None else is_na | missing
        missing = is_na if is_na.any() else None
        values = np.trunc(np.where(is_na, 0, values)).clip(-FAR, FAR).astype(np.int64)
    elif missing is not None:
        values = np.where(missing, 0, values)
    if axis.number is not None:
        limit = LARGEST_INTEGER if (axis.size or 0) <= LARGEST_INTEGER else FAR
        is_large = (values > limit) | (values < -limit)
        if is_large.any():
            lost = is_large if lost is None else lost | is_large
            missing = is_large if missing is None else is_large | missing
            values = np.where(is_large, 0, values)
        if lost is not None:
            warn_of_lost_integers()
    return values, missing


def warn_of_lost_integers() -> None:
    """Warn, as R does, of positions that its integers cannot hold."""
    warn(
        "NAs introduced by coercion to integer range: R takes an infinite position, or one beyond "
        "2147483647, on the axis of an array as NA",
        SubscriptWarning,
    )


def whole_number(value: Any, axis: Axis, written: Any) -> int:
    """Return one position as an int; a whole real is accepted."""
    if value is NA:
        raise not_a_position(axis)
    if isinstance(value, float) and not value.is_integer():
        raise fractional(value, short_text(written), axis)
    return int(value) if isinstance(value, float) else value


def real_of(value: Any) -> float:
    """Convert a number to R's double; `NA` is NaN, and what is too large infinite."""
    return math.nan if value is NA or value is None else as_real(value)


def no_position(position: int, axis: Axis, text: str) -> SubscriptOutOfBoundsError:
    """Return the error for a position that names no element of an axis."""
    number, size = number_text(position), axis.size
    if position == 0:
        words = (
            f"`{text}` on axis {axis.place}: positions start at 1, so there is no position 0; the "
            "first is 1, the last -1"
        )
    else:
        place = f"position {number}" if text == number else f"`{text}`: position {number}"
        known = f"has size {size}"
        if size is None:
            known = f"has a size that is not known here, so that positions end at {FARTHEST}"
        words = f"{place} is out of bounds: axis {axis.place} {known}"
    return SubscriptOutOfBoundsError(
        words, subscript=text, position=position, axis=axis.place, size=size
    )


def beyond_array(position: int, axis: Axis, text: str, row: str = "") -> SubscriptOutOfBoundsError:
    """Return R's error for a position beyond the axis of an array."""
    place = "" if text == str(position) else f"{row} of `{text}`"
    return SubscriptOutOfBoundsError(
        f"subscript out of bounds: position {position}{place} on axis {axis.place} of size "
        f"{axis.size}; the axis of an array takes no position beyond its size",
        subscript=text,
        position=position,
        axis=axis.place,
        size=axis.size,
    )


def not_a_position(axis: Axis) -> SubscriptMissingError:
    """Return the error for a single `NA`."""
    return SubscriptMissingError(
        f"`NA` on axis {axis.place} is not a position; for an open end write a range such as "
        "`NA:5`",
        subscript="NA",
    )


def fractional(value: float, text: str, axis: Axis) -> SubscriptTypeError:
    """Return the error for a position that is not whole."""
    return SubscriptTypeError(
        f"`{text}` on axis {axis.place}: {number_text(value)} is not a whole number; a position is "
        "one",
        subscript=text,
    )


def repeated(values: npt.NDArray[Any], length: int) -> npt.NDArray[Any]:
    """Recycle a vector that is not empty to `length`, truncated.

    >>> repeated(np.array([7, 8, 9]), 5)
    array([7, 8, 9, 7, 8])
    """
    if len(values) == length:
        return values
    times = -(-length // len(values))
    return np.broadcast_to(values, (times, len(values))).reshape(-1)[:length]
