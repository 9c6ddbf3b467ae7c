"""Expand text and stored Subscripts into individual subscripts."""

from __future__ import annotations

from typing import Any

from pybridge.errors import SubscriptTypeError
from pybridge.subscripts import Subscripts


def written_in_brackets(text: str) -> tuple[str, str]:
    """Return the name before the brackets, if there are any, and the text inside them.

    >>> written_in_brackets("x[NA:5, , -1]"), written_in_brackets("images@r[1]")
    (('x', 'NA:5, , -1'), ('images', '1'))
    >>> written_in_brackets("NA:5, , -1"), written_in_brackets("x[1] + y")
    (('', 'NA:5, , -1'), ('', 'x[1] + y'))
    """
    before, bracket, inside = text.strip().partition("[")
    name = before.strip().removesuffix("@r")
    is_named = name[:1].isalpha() and name.replace(".", "_").isidentifier()
    if bracket and is_named and inside.endswith("]"):
        return name, inside[:-1]
    return "", text


def spelled_out(written: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the subscripts one by one; text must be the only item and has all of them.

    >>> spelled_out(("2, ..",))
    (2, Ellipsis)
    >>> spelled_out(("x@r[2, ..]",)) == spelled_out(("2, ..",))
    True
    """
    subscripts: list[Any] = []
    for item in written:
        if isinstance(item, Subscripts):
            subscripts.extend(item.items)
        elif not isinstance(item, str):
            subscripts.append(item)
        elif len(written) == 1:
            from pybridge.subscripts.text import parse_subscripts  # rarely needed, so imported late

            return parse_subscripts(written_in_brackets(item)[1]).items
        else:
            raise SubscriptTypeError(
                f"the text {item!r} is among other subscripts; one text holds them all, "
                'as in "10:99, , NA:5"',
                subscript=item,
            )
    return tuple(subscripts)
