"""The tensor dialect on one axis: positions, ranges, vectors and logicals become indices.

A size of None is unknown (traced code): nothing can be checked then, and negative indices keep
Python's meaning for the backend to finish. r/R/array-axis.R has the same rules for R's own arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pybridge import subscripts as sub
from pybridge.dialects import selections as to
from pybridge.dialects.traced import lower_traced_axis, lower_traced_range
from pybridge.errors import (
    SubscriptMaskError,
    SubscriptMissingError,
    SubscriptOutOfBoundsError,
    SubscriptRangeError,
    SubscriptTypeError,
)
from pybridge.shape import Size
from pybridge.subscripts import NA, short_text

if TYPE_CHECKING:
    import numpy.typing as npt

_INT64: Final = np.dtype(np.int64)
_BOOL: Final = np.dtype(np.bool_)
# No axis is longer, so a longer step selects the same; some steps exceed a library's integers.
_LONGEST: Final = 2**52
# With an unknown size a library may count in 32 bits, where a larger position wraps around.
_FARTHEST: Final = 2**31 - 1


def index_from_position(position: int, size: int | None, axis: int = 0) -> int:
    """Return the zero-based index of a position; `axis`, zero-based, is for the message.

    >>> index_from_position(1, 10), index_from_position(-1, 10), index_from_position(-1, None)
    (0, 9, -1)
    """
    if size is None:
        if not 0 < abs(position) <= _FARTHEST:
            raise _bad_bound(position, sub.number_text(position), axis, None)
        return position - 1 if position > 0 else position
    if 0 < position <= size:
        return position - 1
    if -size <= position < 0:
        return position + size
    if position == 0:
        raise _zero(str(position), axis, size)
    raise _beyond(sub.number_text(position), position, axis, size)


def slice_from_range(start: Any, stop: Any, step: Any, size: int | None, axis: int = 0) -> slice:
    """Return the slice of the positions `start:stop:step`, both ends included.

    The bounds are ints; `NA` or None is an open end. With a known size every start and stop of the
    result is within the axis, so the slice has exactly these positions. `axis`, zero-based, is for
    the messages. If `start > stop` and both have the same sign, the range runs downward, as R's `:`
    does; bounds of different signs never do. If the start alone counts from the end, a range that
    would select nothing raises: its start has fallen below 1.

    >>> slice_from_range(5, 1, NA, 10), slice_from_range(8, -8, NA, 28)
    (slice(4, None, -1), slice(7, 21, 1))
    >>> slice_from_range(26, -26, NA, 28), slice_from_range(-3, NA, NA, None)
    (slice(0, 0, 1), slice(-3, None, 1))
    """
    written = step
    is_open_start = start is None or start is NA
    is_open_stop = stop is None or stop is NA
    if step is None or step is NA:
        if is_open_start or is_open_stop:
            if is_open_start and is_open_stop:
                return to.WHOLE
            step = 1
        else:
            step = -1 if start > stop and start * stop > 0 else 1
    else:
        if step == 0:
            raise _zero_step(_range_text(start, stop, step))
        if (
            not is_open_start
            and not is_open_stop
            and start * stop > 0
            and start != stop
            and (step > 0) != (start < stop)
        ):
            text = _range_text(start, stop, step)
            raise SubscriptRangeError(
                f"`{text}`: wrong sign in the step; from {start} to {stop} the step is "
                f"{'positive' if start < stop else 'negative'}",
                subscript=text,
            )
        longest = size or _LONGEST
        if not -longest <= step <= longest:
            step = longest if step > 0 else -longest
    if size is None:
        return _slice_of_unknown_size(start, stop, step, is_open_start, is_open_stop, axis)
    if is_open_start:
        first = 0 if step > 0 else size - 1
    elif 0 < start <= size:
        first = start - 1
    elif -size <= start < 0:
        first = start + size
    elif start == size + 1 and is_open_stop and step > 0:
        return to.NOTHING  # so that NA:k and (k+1):NA always split an axis
    else:
        raise _bad_bound(start, _range_text(start, stop, written), axis, size)
    if is_open_stop:
        last = size - 1 if step > 0 else 0
    elif 0 < stop <= size:
        last = stop - 1
    elif -size <= stop < 0:
        last = stop + size
    else:
        raise _bad_bound(stop, _range_text(start, stop, written), axis, size)
    if first > last if step > 0 else first < last:
        if not is_open_start and not is_open_stop and start < 0 < stop:
            raise _start_below_one(start, stop, _range_text(start, stop, written), first + 1, axis)
        return to.NOTHING
    return slice(first, last + 1 if step > 0 else (last - 1 if last > 0 else None), step)


def _start_below_one(
    start: int, stop: int, text: str, position: int, axis: int
) -> SubscriptRangeError:
    return SubscriptRangeError(
        f"`{text}` on axis {axis + 1} would select nothing: {start} counts from the end, so it "
        f"runs from position {position} to {stop}; write `max(1, ...)` for a start that may fall "
        "below 1",
        subscript=text,
    )


def _slice_of_unknown_size(
    start: Any, stop: Any, step: int, is_open_start: bool, is_open_stop: bool, axis: int
) -> slice:
    for bound, is_open in ((start, is_open_start), (stop, is_open_stop)):
        if not is_open and not 0 < abs(bound) <= _FARTHEST:
            raise _bad_bound(bound, _range_text(start, stop, NA), axis, None)
    first = None if is_open_start else (start - 1 if start > 0 else start)
    if is_open_stop:
        return slice(first, None, step)
    last = stop - 1 if stop > 0 else stop
    end = last + 1 if step > 0 else last - 1
    # an end beyond the edge of the axis is an open end in Python
    edge = 0 if step > 0 and last < 0 else -1 if step < 0 and last >= 0 else None
    return slice(first, None if end == edge else end, step)


def lower_axis(item: sub.Subscript, size: Size, axis: int, drop: bool) -> to.AxisSelection:
    """Return the selection of one subscript on its axis."""
    match item:
        case sub.Missing():
            return to.WHOLE
        case sub.Scalar(value=value):
            index = index_from_position(_whole_number(value, item, axis), size, axis)
            return index if drop else to.slice_of_index(index)
        case sub.Range():
            return _lower_range(item, size, axis)
        case sub.Vector():
            return to.Gather(indices_from_positions(item, size, axis))
        case sub.Mask():
            return to.Gather(_indices_from_mask(item, size, axis))
        case sub.Traced():
            return lower_traced_axis(item, size, axis, drop)
        case _:
            raise SubscriptTypeError(
                f"`{item}` names a position; tensors carry no dimnames, so use its number",
                subscript=str(item),
            )


def _lower_range(item: sub.Range, size: Size, axis: int) -> to.AxisSelection:
    bounds: list[Any] = [item.start, item.stop, item.step]
    has_traced = False
    for k, bound in enumerate(bounds):
        if isinstance(bound, sub.Traced):
            has_traced = True
        elif bound is not NA:
            bounds[k] = _whole_number(bound, item, axis)
    start, stop, step = bounds
    if has_traced:
        return _range_with_traced(item, start, stop, step, size, axis)
    return slice_from_range(start, stop, step, size, axis)


def _range_with_traced(
    item: sub.Range, start: Any, stop: Any, step: Any, size: Size, axis: int
) -> to.AxisSelection:
    if step is not NA and not isinstance(step, sub.Traced) and step == 0:
        raise _zero_step(str(item))
    for bound in (start, stop):
        if not (bound is NA or isinstance(bound, sub.Traced)) and (
            bound == 0 or (size is not None and abs(bound) > size)
        ):
            raise _bad_bound(bound, short_text(item), axis, size)
    return lower_traced_range(start, stop, step)


def _whole_number(value: Any, item: sub.Subscript, axis: int) -> int:
    """Return a scalar or a bound as an int; a whole real is accepted."""
    if value is NA:
        raise SubscriptMissingError(
            f"`NA` on axis {axis + 1} is not a position; for an open end write a range such as "
            "`NA:5`",
            subscript="NA",
        )
    if not isinstance(value, float):
        return value  # type: ignore[no-any-return]
    if not value.is_integer():
        raise _fractional(value, short_text(item), axis)
    return int(value)


def indices_from_positions(item: sub.Vector, size: Size, axis: int) -> npt.NDArray[np.int64]:
    """Return the zero-based indices of a vector of positions, each checked against the axis.

    >>> from pybridge.subscripts.python_values import vector
    >>> indices_from_positions(vector([3, 1, -1]), 5, 0)
    array([2, 0, 4])
    """
    if item.values.ndim != 1:
        text = short_text(item)
        raise SubscriptTypeError(
            f"`{text}` has {item.values.ndim} axes; on axis {axis + 1} a vector is needed. A "
            "matrix of positions with one column for each axis must be the only subscript",
            subscript=text,
        )
    return checked_indices(item.values, item.missing, size, axis, item)


def indices_from_integers(
    positions: npt.NDArray[np.int64], size: int
) -> npt.NDArray[np.int64] | None:
    """Return the indices of positions, at least one, or None if any is beyond the axis.

    >>> indices_from_integers(np.array([3, -1]), 5), indices_from_integers(np.array([0]), 5)
    (array([2, 4]), None)
    """
    indices = positions - 1
    # below position 1 the unsigned number is huge: one maximum checks both ends
    if np.maximum.reduce(indices.view(np.uint64)) < size:
        return indices
    np.add(indices, size + 1, out=indices, where=positions < 0)
    return indices if np.maximum.reduce(indices.view(np.uint64)) < size else None


def checked_indices(
    values: npt.NDArray[Any],
    missing: npt.NDArray[np.bool_] | None,
    size: Size,
    axis: int,
    item: sub.Vector,
) -> npt.NDArray[np.int64]:
    """Return the indices of positions, each checked; `item` is the subscript as written."""
    if missing is not None:
        text = short_text(item)
        where = int(np.flatnonzero(missing)[0]) + 1
        raise SubscriptMissingError(
            f"entry {where} of `{text}` on axis {axis + 1} is NA; every entry must be a position",
            subscript=text,
        )
    if values.size == 0:
        return np.empty(0, np.int64)
    if values.dtype.kind == "f":
        is_whole = np.isfinite(values) & (values == np.trunc(values))
        if not is_whole.all():
            raise _fractional(float(values[~is_whole][0]), short_text(item), axis)
    elif size is not None:
        indices = indices_from_integers(values, size)
        if indices is not None:
            return indices
    limit = _FARTHEST if size is None else size
    bad = (values == 0) | (values > limit) | (values < -limit)
    if bad.any():
        position = int(values[bad][0])
        text = short_text(item)
        raise _bad_bound(position, text, axis, size)
    whole = values.astype(np.int64)
    return np.where(whole > 0, whole - 1, whole + (size or 0))


def common_indices(written: Any, size: Size) -> npt.NDArray[np.int64] | None:
    """Return the indices of a list or an array of valid positions, or None for other values."""
    if size is None:
        return None
    if type(written) is list:
        indices = []
        for position in written:  # faster than a NumPy array for a short list
            if type(position) is not int or not 0 < position <= size:
                break
            indices.append(position - 1)
        else:
            return np.array(indices, np.int64) if indices else None
        kinds = {*map(type, written)}
        if kinds == {bool}:
            written = np.array(written)
        elif kinds != {int}:
            return None
        else:
            try:
                written = np.array(written, np.int64)
            except OverflowError:
                return None
    if written.ndim != 1 or not written.size:
        return None
    if written.dtype == _INT64:
        return indices_from_integers(written, size)
    if written.dtype == _BOOL and len(written) == size:
        return np.flatnonzero(written)
    return None


def _indices_from_mask(item: sub.Mask, size: Size, axis: int) -> npt.NDArray[np.int64]:
    if item.missing is not None and short_text(item) == "NA":
        _whole_number(NA, item, axis)
    refuse_missing_mask(item)
    if item.values.ndim != 1:
        text = short_text(item)
        raise SubscriptMaskError(
            f"`{text}` has {item.values.ndim} axes; on axis {axis + 1} a logical vector is needed",
            subscript=text,
        )
    if size is not None and len(item.values) != size:
        text = short_text(item)
        raise SubscriptMaskError(
            f"`{text}` has length {len(item.values)} and axis {axis + 1} has size {size}; a "
            "logical subscript has one entry for each position, nothing is recycled",
            subscript=text,
        )
    return np.flatnonzero(item.values)


def refuse_missing_mask(item: sub.Mask) -> None:
    """Raise for a logical that holds `NA`."""
    if item.missing is not None:
        text = short_text(item)
        raise SubscriptMissingError(
            f"`{text}` holds NA; a logical subscript must say TRUE or FALSE everywhere",
            subscript=text,
        )


def _zero(text: str, axis: int, size: Size) -> SubscriptOutOfBoundsError:
    return SubscriptOutOfBoundsError(
        f"`{text}` on axis {axis + 1}: positions start at 1, so there is no position 0; the first "
        "is 1, the last -1",
        subscript=text,
        position=0,
        axis=axis + 1,
        size=size,
    )


def _beyond(text: str, position: int, axis: int, size: Size) -> SubscriptOutOfBoundsError:
    number = sub.number_text(position)
    place = f"position {number}" if text == number else f"`{text}`: position {number}"
    known = (
        f"has size {size}"
        if size is not None
        else f"has a size that is not known here, so that positions end at {_FARTHEST}"
    )
    return SubscriptOutOfBoundsError(
        f"{place} is out of bounds: axis {axis + 1} {known}",
        subscript=text,
        position=position,
        axis=axis + 1,
        size=size,
    )


def _range_text(start: Any, stop: Any, step: Any) -> str:
    bounds = (NA if bound is None else bound for bound in (start, stop, step))
    return str(sub.Range(*bounds))


def _zero_step(text: str) -> SubscriptRangeError:
    return SubscriptRangeError(
        f"`{text}` has step 0; a step moves forward or backward, so write 1 or -1", subscript=text
    )


def _bad_bound(bound: int, text: str, axis: int, size: Size) -> SubscriptOutOfBoundsError:
    return _zero(text, axis, size) if bound == 0 else _beyond(text, bound, axis, size)


def _fractional(value: float, text: str, axis: int) -> SubscriptTypeError:
    return SubscriptTypeError(
        f"`{text}` on axis {axis + 1}: {sub.number_text(value)} is not a whole number; a position "
        "is one",
        subscript=text,
    )
