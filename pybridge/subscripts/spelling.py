"""What stood between the brackets, item by item: text is parsed, kept subscripts are laid out."""

from __future__ import annotations

from typing import Any

from pybridge.errors import SubscriptTypeError
from pybridge.subscripts import Subscripts


def spelled_out(written: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the subscripts one by one; text stands alone and holds all of them.

    >>> spelled_out(("2, ..",))
    (Scalar(value=2), Rest())
    """
    found: list[Any] = []
    for item in written:
        if isinstance(item, Subscripts):
            found.extend(item.items)
        elif not isinstance(item, str):
            found.append(item)
        elif len(written) == 1:
            from pybridge.subscripts.text import parse_subscripts  # few programs write text

            return parse_subscripts(item).items
        else:
            raise SubscriptTypeError(
                f"the text {item!r} stands beside other subscripts; one text holds them all, "
                'as in "10:99, , NA:5"',
                subscript=item,
            )
    return tuple(found)
