"""From what stood between the brackets to a selection: read, then resolved under a dialect."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pybridge.arguments import refuse_foreign, without_tensors
from pybridge.backends.protocol import Backend
from pybridge.dialects import tensor
from pybridge.dialects.shortcut import short_selection
from pybridge.errors import ArgumentError, SubscriptTypeError
from pybridge.python_values import as_subscripts, lent
from pybridge.selections import Order, Selection, Shape
from pybridge.subscripts import Subscripts

Dialect: TypeAlias = Literal["tensor", "base"]


def read_subscripts(written: tuple[Any, ...]) -> Subscripts:
    """Return subscripts to keep: values as in `R(x)[...]`, or one string of R text."""
    return _read(tuple(map(without_tensors, written)))


def read_for_one_use(written: tuple[Any, ...]) -> Subscripts:
    """Return subscripts that nobody keeps, so that arrays only lend their memory."""
    return _read(tuple([lent(without_tensors(item)) for item in written]))


def _read(written: tuple[Any, ...]) -> Subscripts:
    if len(written) == 1 and isinstance(written[0], str):
        from pybridge.text import parse_subscripts  # few programs write text: it waits till then

        return parse_subscripts(written[0])
    for item in written:
        if isinstance(item, str):
            raise SubscriptTypeError(
                f"the text {item!r} stands beside other subscripts; one text holds them all, "
                'as in "10:99, , NA:5"',
                subscript=item,
            )
    return as_subscripts(written)


def is_short(drop: bool, dialect: Dialect, order: Order) -> bool:
    """Return whether the options are the usual ones, for which there are short paths."""
    return drop is True and dialect == "tensor" and order == "C"


def select(
    backend: Backend,
    shape: Shape,
    written: tuple[Any, ...],
    *,
    drop: bool = True,
    dialect: Dialect = "tensor",
    order: Order = "C",
) -> Selection:
    """Return the selection that subscripts make of a tensor of `shape`, touching no data.

    Tensors among them have been read by `without_tensors`.
    """
    if is_short(drop, dialect, order):
        short = short_selection(written, shape)
        if short is not None:
            return short
    subscripts = _read(tuple(map(lent, written)))
    refuse_foreign(backend, subscripts)
    return resolve(shape, subscripts, drop=drop, dialect=dialect, order=order)


def resolve(
    shape: Shape,
    subscripts: Subscripts,
    *,
    drop: bool = True,
    dialect: Dialect = "tensor",
    order: Order = "C",
) -> Selection:
    """Return what subscripts that were read select of a shape, without the short path."""
    if not isinstance(drop, bool):
        raise ArgumentError(f"`drop` is True or False, not {drop!r}")
    if order not in ("C", "F"):
        raise ArgumentError(f'`order` is "C" or "F", not {order!r}')
    if dialect == "tensor":
        return tensor.resolve(subscripts, shape, drop=drop, order=order)
    if dialect == "base":
        from pybridge.dialects import base  # and few programs port R code line by line

        return base.resolve(subscripts, shape, drop=drop)
    raise ArgumentError(f'`dialect` is "tensor" or "base", not {dialect!r}')
