"""One request for every verb: open, read the subscripts, meet the axes, lower; the holder acts.

`R(x)[...]`, `r_slice`, `r_assign`, writing in place and what R calls all come through here.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from pybridge.axis import Axis
from pybridge.backends.numpy import NUMPY
from pybridge.backends.protocol import Tensor
from pybridge.errors import SubscriptLabelError
from pybridge.holders import holder_of, open_tensor
from pybridge.holders.arrays import refuse_immutable
from pybridge.holders.protocol import Holder, Value
from pybridge.holders.tables import recycled_down_columns
from pybridge.shape import Order, Shape
from pybridge.subscripts import name_text
from pybridge.subscripts.selections import Selection
from pybridge.subsetting import compiled
from pybridge.subsetting.lowering import (
    Dialect,
    labelled_subscripts,
    lower,
    refuse_other_value,
    subscript_reader,
)
from pybridge.subsetting.planning import growth_in_place, plan_as_r_does
from pybridge.subsetting.values import read_value


class Request(NamedTuple):
    """An object with subscripts that agree with its axes, opened for one verb."""

    x: Tensor
    holder: Holder
    """What holds `x`."""
    elements: Tensor
    """What has the elements of `x`: `x` itself, or what it wraps."""
    inner: Holder
    """What holds these."""
    shape: Shape
    written: tuple[Any, ...]
    axes: tuple[Axis, ...] | None

    def selection(self, dialect: Dialect, order: Order, *, drop: bool = True) -> Selection:
        """Return what the subscripts select."""
        return lower(
            self.inner,
            self.shape,
            self.written,
            drop=drop,
            dialect=dialect,
            order=order,
            axes=self.axes,
        )


def request_for(
    x: Tensor, opened: tuple[Holder, Tensor], written: tuple[Any, ...], *, is_text: bool
) -> Request:
    """Return the subscripts of an object as they meet its axes; `open_tensor` has opened it."""
    inner, elements = opened
    holder = inner if elements is x else holder_of(x)
    shape = inner.shape(elements)
    written, axes = labelled_subscripts(holder, x, shape, written, is_text=is_text)
    return Request(x, holder, elements, inner, shape, written, axes)


def read(
    x: Tensor,
    written: tuple[Any, ...],
    *,
    drop: bool = True,
    dialect: Dialect = "tensor",
    order: Order = "C",
    is_text: bool = True,
) -> Tensor:
    """Return the elements of `x` that the subscripts name, with its names and labels."""
    opened = inner, elements = open_tensor(x)
    if inner.is_compiling():
        arguments = compiled.arguments_of(inner.as_array(elements)[0], written)
        return compiled.read(elements, drop, dialect, order, *arguments)
    request = request_for(x, opened, written, is_text=is_text)
    return request.holder.read(x, request.selection(dialect, order, drop=drop))


def assign(
    x: Tensor,
    written: tuple[Any, ...],
    value: Any,
    *,
    dialect: Dialect = "tensor",
    order: Order = "C",
) -> Tensor:
    """Return `x` with `value` at the elements that the subscripts name, in a new object."""
    opened = inner, elements = open_tensor(x, "assign")
    if inner.is_compiling():
        fitting = compiled.value_of(value)
        arguments = compiled.arguments_of(inner.as_array(elements)[0], written)
        return compiled.assign(elements, fitting, dialect, order, False, *arguments)
    request = request_for(x, opened, written, is_text=True)
    selection, opened_value, growth = _change(request, value, dialect, order)
    return request.holder.updated(x, selection, opened_value, growth)


def assign_in_place(
    x: Tensor,
    written: tuple[Any, ...],
    value: Any,
    *,
    dialect: Dialect = "tensor",
    order: Order = "C",
) -> Tensor | None:
    """Write `value` into `x` itself, or raise and leave `x` as it was.

    Return None, or what holds the elements now if the owner of `x` has replaced it.
    """
    opened = inner, elements = open_tensor(x, "write")
    if inner.is_compiling():
        backend, _ = inner.as_array(elements)
        refuse_immutable(backend, x)
        fitting = compiled.value_of(value)
        compiled.assign(x, fitting, dialect, order, True, *compiled.arguments_of(backend, written))
        return None
    request = request_for(x, opened, written, is_text=False)
    selection, opened_value, growth = _change(request, value, dialect, order)
    if growth is not None:
        raise growth_in_place(growth.length, request.shape)
    if selection is None:
        return None
    now = request.holder.write(x, selection, opened_value)
    return None if now is x else now


def assign_for_name(
    x: Tensor,
    written: tuple[Any, ...],
    value: Any,
    *,
    dialect: Dialect = "tensor",
    order: Order = "C",
) -> Tensor | None:
    """Write `value` into `x` itself, or return what the name of `x` is bound to from now on.

    That is the updated tensor if the library never writes in place, or what holds the elements now
    if their owner has replaced `x`.
    """
    change = assign_in_place if has_writing(x) else assign
    return change(x, written, value, dialect=dialect, order=order)


def assign_by_key(x: Tensor, key: Any, value: Any) -> None:
    """Write by Python's own brackets; a read-only array is an error that says so."""
    if isinstance(x, np.ndarray):
        refuse_immutable(NUMPY, x)
    x[key] = value


def has_writing(x: Tensor) -> bool:
    """Return whether the library writes such tensors in place, even if this one is read-only.

    NumPy has writable arrays too; a `jax.Array` or a `tf.Tensor` never changes.
    """
    return holder_of(x).has_writing(x)


def _change(
    request: Request, value: Any, dialect: Dialect, order: Order
) -> tuple[Selection | None, Value, Any]:
    """Return what is set, the value that broadcasts there, and how the vector grows, if it does."""
    opened_value = read_value(value)
    holder, x, inner, shape = request.holder, request.x, request.inner, request.shape
    is_base = isinstance(dialect, str) and dialect == "base"
    if is_base and inner.list_axis is None:
        read = subscript_reader(inner.name)
        plan, recycled = plan_as_r_does(
            inner, request.elements, shape, request.written, opened_value, read, request.axes
        )
        refuse_other_value(holder, x, plan.selection, opened_value, recycles=True)
        return plan.selection, recycled, plan.growth
    try:
        selection = request.selection(dialect, order)
    except SubscriptLabelError as error:
        # an ambiguous name has positions, and a subscript with labels of its own names no axis
        if holder.adding and error.fields.get("axis") == 2 and not error.positions:
            adding = holder.adding.replace('"new"', name_text(error.label))
            raise SubscriptLabelError(f"{error}; {adding}", **error.fields) from error
        raise
    refuse_other_value(holder, x, selection, opened_value, recycles=is_base)
    if is_base:
        opened_value = recycled_down_columns(opened_value, selection.result_shape)
    return selection, opened_value, None
