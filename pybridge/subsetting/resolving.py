"""From what stood between the brackets to a selection: read, then resolved under a dialect."""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

import numpy as np

from pybridge.backends import NUMPY, find_backend
from pybridge.backends.protocol import Backend, Tensor
from pybridge.dialects import tensor
from pybridge.dialects.selections import Order, Selection, Shape
from pybridge.dialects.shortcut import short_selection
from pybridge.errors import ArgumentError, SubscriptTypeError
from pybridge.subscripts import NA, Subscripts
from pybridge.subscripts.python_values import as_subscripts, lent
from pybridge.subsetting import values
from pybridge.subsetting.arguments import refuse_foreign, without_tensors

if TYPE_CHECKING:
    from pybridge.dialects import base_assignment

Dialect: TypeAlias = Literal["tensor", "base"]


def read_subscripts(written: tuple[Any, ...]) -> Subscripts:
    """Return subscripts to keep: values as in `R(x)[...]`, or one string of R text."""
    return _read(tuple(map(without_tensors, written)))


def read_for_one_use(written: tuple[Any, ...]) -> Subscripts:
    """Return subscripts that nobody keeps, so that arrays only lend their memory."""
    return _read(tuple([lent(without_tensors(item)) for item in written]))


def _read(written: tuple[Any, ...]) -> Subscripts:
    if len(written) == 1 and isinstance(written[0], str):
        from pybridge.subscripts.text import (
            parse_subscripts,  # few programs write text: it waits till then
        )

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
    are_texts = isinstance(dialect, str) and isinstance(order, str)
    return drop is True and are_texts and dialect == "tensor" and order == "C"


def refuse_dialect(dialect: Any) -> NoReturn:
    """Raise `ArgumentError` for what is no dialect."""
    raise ArgumentError(f'`dialect` is "tensor" or "base", not {dialect!r}')


def checked_shape(shape: Any) -> Shape:
    """Return a shape that the caller wrote: one size or several, None for one that is unknown.

    >>> checked_shape((60000, 28)), checked_shape(5), checked_shape([None, 3])
    ((60000, 28), (5,), (None, 3))
    """
    if find_backend(shape) is not None:
        raise ArgumentError("`shape` is a tensor here; write x.shape in place of x")
    try:
        if isinstance(shape, str | bytes | dict | set):
            raise TypeError
        entries = (shape,) if isinstance(shape, int) else tuple(shape)
        return tuple([None if size is None or size is NA else _size(size) for size in entries])
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(
            f"`shape` is a tuple of sizes, whole numbers of 0 or more, not {shape!r}"
        ) from None


def _size(size: Any) -> int:
    if isinstance(size, bool) or not 0 <= size < 2**63:
        raise ValueError
    return operator.index(size)


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
    if not isinstance(order, str) or order not in ("C", "F"):
        raise ArgumentError(f'`order` is "C" or "F", not {order!r}')
    if not isinstance(dialect, str):
        refuse_dialect(dialect)
    if dialect == "tensor":
        return tensor.resolve(subscripts, shape, drop=drop, order=order)
    if dialect == "base":
        from pybridge.dialects import base  # and few programs port R code line by line

        return base.resolve(subscripts, shape, drop=drop)
    refuse_dialect(dialect)


def plan_as_r_does(
    backend: Backend, x: Tensor, written: tuple[Any, ...], value: Any
) -> tuple[base_assignment.Assignment, Tensor]:
    """Return what R's `[<-` does, and the value as it repeats.

    Only NumPy's values are repeated as they are; of another library's it is their places that
    repeat, and then the elements are taken by place.
    """
    from pybridge.dialects import base, base_assignment

    subscripts = read_for_one_use(written)
    refuse_foreign(backend, subscripts)
    fitted = values.fit_value(backend, x, value)
    shape = backend.shape(x)
    serving = values.backend_of_value(backend, fitted)
    if serving is NUMPY:
        plan = base_assignment.plan_assignment(subscripts, shape, fitted)
        return plan, plan.value
    sizes = base.known_sizes(serving.shape(fitted))
    places = np.arange(math.prod(sizes)).reshape(sizes)
    plan = base_assignment.plan_assignment(subscripts, shape, places)
    if plan.value.ndim == 0:
        return plan, serving.reshape(fitted, ())
    if plan.selection is None or np.array_equal(plan.value, places):
        return plan, fitted
    taken = serving.take(serving.reshape(fitted, (-1,)), plan.value.ravel(), 0)
    return plan, serving.reshape(taken, plan.value.shape)
