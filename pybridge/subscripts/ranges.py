"""Ranges of the tensor dialect: `start:stop:step`, both ends included, None an open end.

A range is a Python slice whose bounds are those of R. Its bounds may be whole reals, a compiler's
numbers or traced tensors too. r/R/array-axis.R has the same rules for R's own arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from pybridge.axis import Axis
from pybridge.errors import SubscriptRangeError
from pybridge.shape import Size
from pybridge.subscripts.notation import NA, r_source
from pybridge.subscripts.resolve import FARTHEST, TENSOR, no_position, whole_number
from pybridge.subscripts.selections import NOTHING, WHOLE, AxisSelection

BOUNDS: Final = frozenset({int, type(None), type(NA)})
"""The types of the bounds of a common range."""
# No axis is longer, so a longer step selects the same; some steps exceed a library's integers.
_LONGEST: Final = 2**52


def range_on(written: slice, axis: Axis, read: Callable[[Any], Any] | None = None) -> AxisSelection:
    """Return the slice of the positions `start:stop:step` on an axis.

    `read` makes a subscript of a range with a bound of another type, such as a tensor. With a known
    size every start and stop of the result is within the axis, so the slice has
    exactly these positions. If `start > stop` and both have the same sign, the range runs downward,
    as R's `:` does; bounds of different signs never do. If only the start counts from the end, a
    range that would select nothing raises: its start has fallen below 1.

    >>> range_on(slice(5, 1), Axis(size=10)), range_on(slice(8, -8), Axis(size=28))
    (slice(4, None, -1), slice(7, 21, 1))
    >>> range_on(slice(26, -26), Axis(size=28)), range_on(slice(-3, None), Axis())
    (slice(0, 0, 1), slice(-3, None, 1))
    """
    start, stop, step = written.start, written.stop, written.step
    size = axis.size
    if step is None:
        if start is None and stop is None:
            return WHOLE
        if type(start) is type(stop) is int and size is not None and 0 < start <= stop <= size:
            return slice(start - 1, stop, 1)
    if type(start) in BOUNDS and type(stop) in BOUNDS and type(step) in BOUNDS:
        start = None if start is NA else start
        stop = None if stop is NA else stop
        step = None if step is NA else step
    elif read is not None:
        known = read(written)
        return range_on(known, axis) if isinstance(known, slice) else known.on(axis, TENSOR)
    else:
        start, stop, step = (whole_bound(bound, axis, written) for bound in (start, stop, step))
    if start is None and stop is None and step is None:
        return WHOLE
    direction = _direction(start, stop)
    if step is None:
        step = direction or 1
    elif step == 0 or step * direction < 0:
        raise wrong_step(written, start, stop, step)
    else:
        longest = size or _LONGEST
        step = min(max(step, -longest), longest)
    if size is None:
        return _slice_of_unknown_size(written, start, stop, step, axis)
    if start == size + 1 and stop is None and step > 0:
        return NOTHING  # so that NA:k and (k+1):NA always split an axis
    first = bound_index(start, 0 if step > 0 else size - 1, axis, written)
    last = bound_index(stop, size - 1 if step > 0 else 0, axis, written)
    if (last - first) * step >= 0:
        return slice_of_run(first, last, step)
    if start is not None and stop is not None and start < 0 < stop:
        raise _start_below_one(written, first + 1, axis)
    return NOTHING


def whole_bound(bound: Any, axis: Axis, written: slice) -> Any:
    """Return a bound as a whole number, None if it is open."""
    if bound is None or bound is NA or type(bound) is int:
        return None if bound is NA else bound
    return whole_number(getattr(bound, "value", bound), axis, written)  # of a `Scalar`


def _direction(start: Any, stop: Any) -> int:
    """Return where two bounds of the same sign lead, 1 or -1; 0 if equal, mixed or open."""
    if start is None or stop is None or start == stop or start * stop <= 0:
        return 0
    return 1 if start < stop else -1


def bound_index(bound: Any, end: int, axis: Axis, written: slice) -> int:
    """Return the index of a bound; an open one is the end of the axis."""
    if bound is None:
        return end
    size = axis.size or 0
    if 0 < bound <= size:
        return bound - 1  # type: ignore[no-any-return]
    if -size <= bound < 0:
        return bound + size  # type: ignore[no-any-return]
    raise no_position(bound, axis, r_source(written))


def slice_of_run(first: int, last: int, step: int) -> slice:
    """Return the slice from one index to another, both included."""
    stop = last + 1 if step > 0 else last - 1
    return slice(first, stop if stop >= 0 else None, step)


def _slice_of_unknown_size(written: slice, start: Any, stop: Any, step: int, axis: Axis) -> slice:
    check_far_bounds((start, stop), axis, written)
    first = start - 1 if start is not None and start > 0 else start
    if stop is None:
        return slice(first, None, step)
    last = stop - 1 if stop > 0 else stop
    end = last + 1 if step > 0 else last - 1
    # an end beyond the edge of the axis is an open end in Python
    edge = 0 if step > 0 and last < 0 else -1 if step < 0 and last >= 0 else None
    return slice(first, None if end == edge else end, step)


def check_far_bounds(bounds: tuple[Any, ...], axis: Axis, written: slice) -> None:
    """Raise for a bound that is 0, or that no axis has; None is open."""
    limit = FARTHEST if axis.size is None else axis.size
    for bound in bounds:
        if bound is not None and not 0 < abs(bound) <= limit:
            raise no_position(bound, axis, r_source(written))


def least_size_of_range(written: slice) -> Size:
    """Return the size from which a range selects only by its bounds; None if also by the size."""
    start, stop = (None if bound is NA else bound for bound in (written.start, written.stop))
    step = None if written.step is NA else written.step
    if start is not None and stop is None and start > 0 and (step is None or step > 0):
        return start - 1  # type: ignore[no-any-return]  # so that NA:k and (k+1):NA always split an axis
    if start is not None and stop is not None and start < 0 < stop:
        return None  # whether it is empty, and so an error, depends on the size
    return max([abs(bound) for bound in (start, stop) if bound is not None], default=0)


def wrong_step(written: slice, start: Any, stop: Any, step: Any) -> SubscriptRangeError:
    """Return the error for a step of 0, or one that leads away from the end."""
    text = r_source(written)
    if step == 0:
        words = f"`{text}` has step 0; a step moves forward or backward, so write 1 or -1"
    else:
        words = (
            f"`{text}`: wrong sign in the step; from {start} to {stop} the step is "
            f"{'positive' if start < stop else 'negative'}"
        )
    return SubscriptRangeError(words, subscript=text)


def _start_below_one(written: slice, position: int, axis: Axis) -> SubscriptRangeError:
    text = r_source(written)
    return SubscriptRangeError(
        f"`{text}` on axis {axis.place} would select nothing: {written.start} counts from the end, "
        f"so it runs from position {position} to {written.stop}; write `max(1, ...)` for a start "
        "that may fall below 1",
        subscript=text,
    )
