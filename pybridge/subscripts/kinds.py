"""The kinds of subscripts: small frozen values that know how they are written and what they select.

Python's own int, slice, None and `...` are subscripts too: a position, a range, a new axis and all
the axes that are not named. They need no class, because `select`, `mapped`, `r_source` and
`python_source` treat them first. Anything else is a `Kind`. A subscript has the numbers of the
user, one-based and signed; it compares by value, is hashable, and can be used on many tensors.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from pybridge.axis import Axis
from pybridge.errors import SubscriptError
from pybridge.shape import Order, Size
from pybridge.subscripts.frozen import Frozen
from pybridge.subscripts.notation import (
    ALL,
    NA,
    NAType,
    number_text,
    r_source,
    short_text,
)
from pybridge.subscripts.ranges import least_size_of_range, range_on
from pybridge.subscripts.resolve import (
    Policies,
    position_on,
    real_of,
    resolve,
    whole_number,
)
from pybridge.subscripts.selections import (
    AxisSelection,
    Selection,
)

Axes: TypeAlias = tuple[Axis, ...]
Subscript: TypeAlias = Any
"""An int, a slice, None, `...` or a `Kind`."""


class Kind(Frozen):
    """Base class of the kinds; what a kind does not define, holds for a plain one."""

    def r_source(self, most: int) -> str:
        """Return R source, with at most `most` entries of a vector."""
        raise NotImplementedError

    @property
    def python(self) -> str:
        """Python source, as it is written between the brackets of `R(x)[...]`."""
        raise NotImplementedError

    def mapped(self, f: Callable[[Any], Any]) -> Any:
        """Return the same kind with `f` applied to the subscripts inside it."""
        return self

    def on(self, axis: Axis, policies: Policies) -> AxisSelection:
        """Return what it selects on an axis."""
        raise NotImplementedError

    def alone(self, axes: Axes, policies: Policies, order: Order) -> Selection | None:
        """Return the selection if, as the only subscript, it speaks of all axes at once."""
        return None

    @property
    def least_size(self) -> Size:
        """The size from which it selects the same on every axis; None if it must be known."""
        return None

    @property
    def is_scalar(self) -> bool:
        """Whether it is one position, which drops its axis."""
        return False

    def __str__(self) -> str:
        return self.r_source(ALL)


def select(item: Subscript, axis: Axis, policies: Policies) -> AxisSelection:
    """Return what one subscript selects on an axis.

    >>> from pybridge.subscripts.resolve import TENSOR
    >>> select(slice(2, -1), Axis(size=5), TENSOR)
    slice(1, 5, 1)
    >>> select(Scalar(2.0), Axis(size=3), TENSOR)
    1
    """
    kind = type(item)
    if kind is int:
        return position_on(item, axis, policies)
    if kind is slice:
        return range_on(item, axis)
    return item.on(axis, policies)  # type: ignore[no-any-return]


def select_alone(item: Subscript, axes: Axes, policies: Policies, order: Order) -> Selection | None:
    """Return what the only subscript selects if it speaks of all axes at once."""
    return item.alone(axes, policies, order) if isinstance(item, Kind) else None


def mapped(item: Subscript, f: Callable[[Any], Any]) -> Subscript:
    """Return a subscript with `f` applied to what is inside it.

    >>> mapped(slice(2, 5), lambda bound: bound and -bound)
    slice(-2, -5, None)
    """
    if isinstance(item, slice):
        return slice(f(item.start), f(item.stop), f(item.step))
    return item.mapped(f) if isinstance(item, Kind) else item


def least_size(item: Subscript) -> Size:
    """Return the size of an axis from which a subscript selects the same; None if it depends.

    A number may be a compiler's symbol, whose comparison makes a guard.
    """
    if isinstance(item, slice):
        return least_size_of_range(mapped(item, number_inside))
    return item.least_size if isinstance(item, Kind) else abs(item)


def number_inside(bound: Any) -> Any:
    """Return the number of a bound."""
    return bound.value if isinstance(bound, Scalar) else bound


def is_scalar(item: Subscript) -> bool:
    """Return whether a subscript is one position, which drops its axis in the tensor dialect."""
    return type(item) is int or (isinstance(item, Kind) and item.is_scalar)


class Scalar(Kind):
    """One number that is not an int: a real, `NA` of R's numbers, or a compiler's symbol.

    >>> str(Scalar(2.5)), str(Scalar(NA))
    ('2.5', 'NA_integer_')
    """

    value: float | NAType | Any

    def __eq__(self, other: object) -> bool:
        return bool(self.value == number_inside(other))

    def __hash__(self) -> int:
        return hash(self.value)

    def r_source(self, most: int) -> str:
        """Return R source."""
        return "NA_integer_" if self.value is NA else number_text(self.value)

    @property
    def python(self) -> str:
        """Python source."""
        return f'float("{math.nan if self.value is NA else self.value}")'

    def on(self, axis: Axis, policies: Policies) -> AxisSelection:
        """Return the index of the position; R cuts a fraction off."""
        if not policies.is_loose:
            return position_on(whole_number(self.value, axis, self), axis, policies)
        number = real_of(self.value)
        is_na = np.array([True]) if math.isnan(number) else None
        return resolve(np.array([number]), is_na, axis, policies, self)

    @property
    def least_size(self) -> Size:
        """The position itself, or that many from the end."""
        return abs(self.value)  # type: ignore[arg-type, no-any-return]

    @property
    def is_scalar(self) -> bool:
        """True."""
        return True


class Subscripts(Frozen):
    """All the subscripts between two brackets, in order.

    >>> str(Subscripts((slice(None, 5), slice(None), -1)))
    'NA:5, , -1'
    """

    items: tuple[Subscript, ...] = ()

    def r_source(self, most: int) -> str:
        """Return R source, with at most `most` entries of each vector."""
        return ", ".join([r_source(item, most) for item in self.items])

    def __str__(self) -> str:
        return self.r_source(ALL)

    def __repr__(self) -> str:
        return f"<Subscripts [{short_text(self)}]>"

    def __len__(self) -> int:
        return len(self.items)

    def __hash__(self) -> int:
        return hash(tuple(map(_hashable, self.items)))


def check_rests(subscripts: Subscripts) -> None:
    """Raise for a second `..`."""
    if sum([item is ... for item in subscripts.items]) > 1:
        text = short_text(subscripts)
        raise SubscriptError(
            f"`{text}` has more than one `..`; only one can cover the other axes", subscript=text
        )


def _hashable(item: Subscript) -> Any:
    """Return a subscript itself, or the bounds of a slice, which Python 3.11 cannot hash."""
    return (slice, item.start, item.stop, item.step) if isinstance(item, slice) else item
