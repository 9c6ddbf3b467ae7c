"""R's own `:`, which R evaluates before `[` gets its subscripts."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from pybridge.axis import Axis
from pybridge.errors import (
    SubscriptMissingError,
    SubscriptRangeError,
    SubscriptWarning,
    warn,
)
from pybridge.subscripts import Kind, Subscript, TracedRange, number_text, r_source
from pybridge.subscripts.kinds import select
from pybridge.subscripts.ranges import slice_of_run
from pybridge.subscripts.resolve import (
    FAR,
    LARGEST_INTEGER,
    Policies,
    beyond_array,
    real_of,
    resolve,
    warn_of_lost_integers,
)
from pybridge.subscripts.selections import AxisSelection, Gather

LONGEST_VECTOR: Final = 2**52
"""The length of R's longest vector."""


class Colon(Kind):
    """The result of R's `:`: `count` numbers from `start`, up or down by one."""

    start: int | float
    direction: int
    count: int
    text: str

    def r_source(self, most: int) -> str:
        """Return the range as it was written."""
        return self.text

    def on(self, axis: Axis, policies: Policies) -> AxisSelection:
        """Return the indices; what is beyond the axis is not written out."""
        start, direction = self.start, self.direction
        if isinstance(start, float):
            numbers = start + direction * np.arange(self.count, dtype=np.float64)
            return resolve(numbers, None, axis, policies, self)
        last = start + direction * (self.count - 1)
        low, high = min(start, last), max(start, last)
        if low > 0 and high <= (axis.size or 0):
            return slice_of_run(start - 1, last - 1, direction)
        if axis.number is not None:
            limit = LARGEST_INTEGER if (axis.size or 0) <= LARGEST_INTEGER else FAR
            if low < -limit or high > limit:  # beyond R's integers
                warn_of_lost_integers()
            if low > limit or high < -limit:
                return Gather(np.zeros(self.count, np.int64), np.ones(self.count, bool))
            if high > (axis.size or 0):
                beyond = start if start > (axis.size or 0) else (axis.size or 0) + 1
                raise beyond_array(beyond, axis, self.text)
            if low < -limit:  # NA, among negative positions that are not
                low, high = -1, 1
        if low < 0 < high:  # the ends alone raise R's error
            return resolve(np.array([-1, 1]), None, Axis(size=1), policies, self)
        if low < 0:  # what is excluded beyond the end means nothing
            start, last = (max(bound, -(axis.size or 0) - 1) for bound in (start, last))
        positions = start + direction * np.arange(abs(last - start) + 1)
        return resolve(positions, None, axis, policies, self)

    @property
    def is_positive(self) -> bool:
        """Whether all numbers are positions."""
        return self.start >= 1 and self.start + self.direction * (self.count - 1) >= 1


def is_short(item: slice) -> bool:
    """Return whether `:` has two positions of R's integers and no step, and so raises nothing."""
    start, stop = item.start, item.stop
    if type(start) is not int or type(stop) is not int or item.step is not None:
        return False
    return 0 < start <= LARGEST_INTEGER and 0 < stop <= LARGEST_INTEGER


def select_as_r_does(item: Subscript, axis: Axis, policies: Policies) -> AxisSelection:
    """Return what one subscript selects on an axis, where a short `:` is not evaluated yet."""
    if type(item) is not slice or item.start is None:
        return select(item, axis, policies)
    start, stop = item.start, item.stop
    if max(start, stop) <= (axis.size or 0):
        return slice_of_run(start - 1, stop - 1, 1 if start <= stop else -1)
    return evaluated(item).on(axis, policies)


def evaluated(item: slice | TracedRange) -> Colon:
    """Evaluate R's `:`; `a:b:s` is `(a:b):s`, of which R uses the first number, with a warning.

    >>> evaluated(slice(5, 2))
    Colon(start=5, direction=-1, count=4, text='5:2')
    """
    if isinstance(item, TracedRange):
        raise item.refusal()
    text = r_source(item)
    start, direction, count = _one_colon(item.start, item.stop, text)
    if item.step is None:
        return Colon(start, direction, count, text)
    if count > 1:
        warn(
            f"numerical expression has {count} elements: only the first used: `{text}` is "
            f"`({r_source(slice(item.start, item.stop))}):{number_text(item.step)}` in R's own "
            "dialect; write seq() or a vector for steps",
            SubscriptWarning,
        )
    return Colon(*_one_colon(item.start, item.step, text), text)


def _one_colon(start: Any, stop: Any, text: str) -> tuple[int | float, int, int]:
    """Return the first number, the direction and the count of R's `start:stop`."""
    if type(start) is int and type(stop) is int and abs(start) < FAR and abs(stop) < FAR:
        distance = abs(stop - start)
        if distance < LONGEST_VECTOR:
            return start, 1 if start <= stop else -1, distance + 1
    start, stop = real_of(start), real_of(stop)
    if math.isnan(start) or math.isnan(stop):
        raise SubscriptMissingError(
            f"NA/NaN argument: both ends of `{text}` must be numbers, since in R's own "
            "dialect a range is R's `:`; for open ends use the tensor dialect",
            subscript=text,
        )
    length: float = math.inf if math.isinf(start) else abs(stop - start)
    if length >= LONGEST_VECTOR:
        raise SubscriptRangeError(
            f"result would be too long a vector: `{text}` has more than 2^52 entries",
            subscript=text,
        )
    direction = 1 if start <= stop else -1
    if start.is_integer():
        start = min(max(int(start), -FAR), FAR)
    # R tolerates a distance that rounding makes a little less than a whole number
    return start, direction, int(length + 1 + _FLT_EPSILON)


_FLT_EPSILON: Final = float(np.finfo(np.float32).eps)
