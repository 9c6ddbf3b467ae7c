"""Subscripts opened, one by one, and expanded: one for each axis."""

from __future__ import annotations

from collections.abc import Callable
from types import EllipsisType, NoneType
from typing import Any, Final, TypeAlias

from pybridge.errors import SubscriptCountError
from pybridge.subscripts import Subscript, Subscripts, is_whole_axis, short_text
from pybridge.subscripts.kinds import check_rests
from pybridge.subscripts.ranges import BOUNDS
from pybridge.subscripts.selections import WHOLE
from pybridge.subscripts.spelling import spelled_out

Reader: TypeAlias = Callable[[Any], Subscript]
"""A function that makes a subscript of any value."""


COMPACT: Final = frozenset({str, Subscripts})
"""The types of what may hold several subscripts."""


def spelled(written: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return subscripts as they were written, with text and stored ones expanded."""
    return written if COMPACT.isdisjoint(map(type, written)) else spelled_out(written)


def opened(written: tuple[Any, ...], read: Reader) -> tuple[Subscript, ...]:
    """Return subscripts one by one, from values, stored subscripts or one text of them.

    >>> from pybridge.subscripts.python_values import as_subscript
    >>> opened(("2, NA:3",), as_subscript)
    (2, slice(None, 3, None))
    """
    return tuple([item if _is_read(item) else read(item) for item in spelled(written)])


def _is_read(item: Any) -> bool:
    """Return whether a value is a subscript as it is, without being read."""
    if type(item) is slice:
        start, stop, step = item.start, item.stop, item.step
        return type(start) in BOUNDS and type(stop) in BOUNDS and type(step) in BOUNDS
    return type(item) is int or item is None or item is ...


def expanded(items: tuple[Any, ...], ndim: int, read: Reader) -> tuple[Any, ...]:
    """Return one subscript for each axis that is named, and None for each new axis.

    `..` becomes whole axes, those that no other subscript names. Raises for a second one, and for
    too many subscripts, before any other fault.

    >>> expanded((1, ..., None, 2), 4, int)
    (1, slice(None, None, None), slice(None, None, None), None, 2)
    """
    kinds = [*map(type, items)]
    rests = kinds.count(EllipsisType)
    named = len(items) - rests - kinds.count(NoneType)
    if named <= ndim and rests < 2:
        if rests == 0:
            return items
        place = kinds.index(EllipsisType)
        return (*items[:place], *(WHOLE,) * (ndim - named), *items[place + 1 :])
    if ndim == 0 and len(items) == 1 and is_whole_axis(items[0]):
        return ()
    items = tuple(map(read, items))
    check_rests(Subscripts(items))
    text = short_text(Subscripts(items))
    raise SubscriptCountError(
        f"`[{text}]` names {named} axes; the tensor has {ndim}",
        subscript=text,
        count=named,
        ndim=ndim,
    )
