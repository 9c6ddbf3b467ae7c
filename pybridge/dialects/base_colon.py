"""R's own `:`, which R evaluates before `[` gets its subscripts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np

from pybridge import subscripts as sub
from pybridge.errors import (
    SubscriptMissingError,
    SubscriptRangeError,
    SubscriptTypeError,
    SubscriptWarning,
    warn,
)
from pybridge.subscripts import NA, short_text
from pybridge.subscripts.python_values import as_real

LONGEST_VECTOR: Final = 2**52
"""The length of R's longest vector."""
FAR: Final = 2**62
"""A position beyond all vectors."""


@dataclass(frozen=True, slots=True)
class Colon:
    """The result of R's `:`: `count` numbers from `start`, up or down by one."""

    start: int | float
    direction: int
    count: int
    text: str


Evaluated: TypeAlias = sub.Subscript | Colon
"""A subscript as R's `[` receives it, with every `:` evaluated."""


def evaluate(subscripts: sub.Subscripts) -> tuple[Evaluated, ...]:
    """Evaluate every `:`, as R does before `[` gets its subscripts; `..` raises.

    Errors and warnings of `:` precede those of any subscript, whatever their order.
    """
    items = subscripts.items
    for item in items:
        if isinstance(item, sub.Rest):
            raise SubscriptTypeError(
                "`..` is not a subscript in R's own dialect; write one subscript for each axis, "
                "`:` in Python and nothing in R for a whole axis, or use the tensor dialect",
                subscript="..",
            )
    if not any(isinstance(item, sub.Range) for item in items):
        return items
    return tuple(_colon(item) if isinstance(item, sub.Range) else item for item in items)


def _colon(item: sub.Range) -> Colon:
    """Evaluate R's `:`; `a:b:s` is `(a:b):s`, of which R uses the first number, with a warning."""
    text = short_text(item)
    start, direction, count = _one_colon(item.start, item.stop, text)
    if item.step is NA and not isinstance(item, sub.RangeByNA):
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
    if type(start) is int and type(stop) is int and abs(start) < FAR and abs(stop) < FAR:
        distance: int | float = abs(stop - start)
    else:
        start, stop = real(start, text), real(stop, text)
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
        start = min(max(int(start), -FAR), FAR)
    # R tolerates a distance that rounding makes a little less than a whole number
    count = int(distance + 1 + float(np.finfo(np.float32).eps))
    return start, direction, count


def real(value: Any, text: str) -> float:
    """Convert a number to R's double; `NA` is NaN."""
    if value is NA:
        return math.nan
    if isinstance(value, sub.Traced):
        raise traced(text)
    return as_real(value)


def traced(text: str) -> SubscriptTypeError:
    """Return the error for a traced subscript, whose values are unknown."""
    return SubscriptTypeError(
        f"`{text}` is a traced tensor, whose values R's own dialect would need; use the tensor "
        "dialect, or a NumPy array",
        subscript=text,
    )
