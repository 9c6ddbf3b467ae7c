"""Subscripts opened, one by one, and expanded: one for each axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from pybridge.errors import SubscriptCountError, SubscriptError
from pybridge.subscripts import Subscript, Subscripts, is_whole_axis, short_text
from pybridge.subscripts.ranges import BOUNDS
from pybridge.subscripts.selections import WHOLE
from pybridge.subscripts.spelling import spelled_out

Reader: TypeAlias = Callable[[Any], Subscript]
"""A function that makes a subscript of any value."""


def opened(written: tuple[Any, ...], read: Reader) -> tuple[Subscript, ...]:
    """Return subscripts one by one, from values, stored subscripts or one text of them.

    >>> from pybridge.subscripts.python_values import as_subscript
    >>> opened(("2, NA:3",), as_subscript)
    (2, slice(None, 3, None))
    """
    for item in written:
        kind = type(item)
        if kind is slice:
            if not (
                type(item.start) in BOUNDS
                and type(item.stop) in BOUNDS
                and type(item.step) in BOUNDS
            ):
                break
        elif kind is not int and item is not None and item is not ...:
            break
    else:
        return written  # the common subscripts need no reading
    return tuple([read(item) for item in spelled_out(written)])


def expanded(items: tuple[Subscript, ...], ndim: int) -> tuple[Subscript, ...]:
    """Return one subscript for each axis that is named, and None for each new axis.

    `..` becomes whole axes, those that no other subscript names. Raises for a second one, and for
    too many subscripts, before any other fault.

    >>> expanded((1, ..., None, 2), 4)
    (1, slice(None, None, None), slice(None, None, None), None, 2)
    """
    if len(items) <= ndim and ... not in items:
        return items
    rests = items.count(...)
    named = len(items) - rests - items.count(None)
    if ndim == 0 and len(items) == 1 and is_whole_axis(items[0]):
        return ()
    check_rests(items)
    if named > ndim:
        text = short_text(Subscripts(items))
        raise SubscriptCountError(
            f"`[{text}]` names {named} axes; the tensor has {ndim}",
            subscript=text,
            count=named,
            ndim=ndim,
        )
    unnamed = (WHOLE,) * (ndim - named)
    return tuple([part for item in items for part in (unnamed if item is ... else (item,))])


def check_rests(items: tuple[Subscript, ...]) -> None:
    """Raise for a second `..`."""
    if items.count(...) > 1:
        text = short_text(Subscripts(items))
        raise SubscriptError(
            f"`{text}` has more than one `..`; only one can cover the other axes", subscript=text
        )
