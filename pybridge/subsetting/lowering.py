"""Turn the caller's subscripts into the selection that is read or written."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any, Final, Literal, NoReturn, TypeAlias

from pybridge.axis import Axis, has_other_labels, has_other_name
from pybridge.backends.protocol import Tensor
from pybridge.dialects import tensor
from pybridge.dialects.labels import AxisLabels, names_as_r_reads, refuse_other_axes
from pybridge.dialects.selections import Gather, Orthogonal, Selection, orthogonal
from pybridge.errors import ArgumentError, AssignmentError, TracingError, value_text
from pybridge.holders import find_holder
from pybridge.holders.protocol import Holder, Value
from pybridge.shape import Order, Shape, known_shape
from pybridge.subscripts import (
    MISSING,
    NA,
    Characters,
    Mask,
    Range,
    Subscript,
    Subscripts,
    Traced,
    Vector,
)
from pybridge.subscripts.python_values import as_subscript, as_subscripts, borrow_array
from pybridge.subscripts.spelling import spelled_out
from pybridge.subsetting.arguments import without_tensors

Dialect: TypeAlias = Literal["tensor", "base"]

_TENSOR: Final = "tensor"
_ROW_MAJOR: Final = "C"
"""The default options, compared by identity first."""


def read_subscripts(written: tuple[Any, ...]) -> Subscripts:
    """Return subscripts that can be stored, from values or one string of R text."""
    return as_subscripts(tuple(map(without_tensors, spelled_out(written))))


def read_for_one_use(written: tuple[Any, ...]) -> Subscripts:
    """Return subscripts for immediate use: their arrays are not copied."""
    return as_subscripts(
        tuple([borrow_array(without_tensors(item)) for item in spelled_out(written)])
    )


def lower(
    holder: Holder | None,
    shape: Shape,
    written: tuple[Any, ...],
    *,
    drop: bool = True,
    dialect: Dialect = "tensor",
    order: Order = "C",
    labels: AxisLabels | None = None,
) -> Selection:
    """Return the selection that subscripts make on a tensor of `shape`; no data is touched.

    Without a holder a traced tensor among them may be of any library; without `labels` a name is
    not a position.
    """
    check_drop(drop)
    if order is not _ROW_MAJOR and (not isinstance(order, str) or order not in ("C", "F")):
        raise ArgumentError(f'`order` is "C" or "F", not {value_text(order)}')
    if dialect is not _TENSOR and not isinstance(dialect, str):
        refuse_dialect(dialect)
    name = None if holder is None else holder.name
    if dialect == _TENSOR:
        to_subscript = subscript_reader(name)
        return tensor.lower(written, shape, to_subscript, drop=drop, order=order, labels=labels)
    if dialect == "base":
        if holder is not None and holder.list_axis is not None and len(shape) == 2:
            return _lower_as_data_frame(holder, shape, written, drop, labels)
        return _lower_as_array(name, shape, written, drop, labels)
    refuse_dialect(dialect)


def _lower_as_array(
    name: str | None,
    shape: Shape,
    written: tuple[Any, ...],
    drop: bool,
    labels: AxisLabels | None,
) -> Selection:
    from pybridge.dialects import base  # rarely needed, so imported late

    return base.lower(read_as_r_does(name, shape, written, labels), shape, drop=drop)


def _lower_as_data_frame(
    holder: Holder,
    shape: Shape,
    written: tuple[Any, ...],
    drop: bool,
    labels: AxisLabels | None,
) -> Selection:
    """Return what R's `[.data.frame` selects: only a single column drops its axis."""
    sizes = known_shape(shape)
    items = read_as_r_does(holder.name, sizes, written, None).items
    if len(items) == 1 and not _names_elements(items[0], sizes):
        written, drop = (MISSING, items[0]) if holder.list_axis else (items[0], MISSING), False
    selection = _lower_as_array(holder.name, shape, written, False, labels)
    if drop and isinstance(selection, Orthogonal) and selection.kept_shape[1] == 1:
        rows, column = selection.axes
        if isinstance(column, Gather) and column.missing is None:
            return orthogonal(shape, (rows, int(column.indices[0])))
        if isinstance(column, slice):
            return orthogonal(shape, (rows, column.indices(sizes[1])[0]))
    return selection


def _names_elements(item: Any, shape: tuple[int, ...]) -> bool:
    """Return whether one subscript names elements, as a matrix does, and not columns."""
    if isinstance(item, Mask):
        return item.values.shape == shape
    return isinstance(item, Vector) and item.values.ndim == 2


def check_drop(drop: Any) -> None:
    """Raise `ArgumentError` for another `drop` than a logical."""
    if drop is not True and drop is not False:
        raise ArgumentError(f"`drop` is True or False, not {value_text(drop)}")


def read_as_r_does(
    name: str | None,
    shape: Shape,
    written: tuple[Any, ...],
    labels: AxisLabels | None,
    *,
    is_write: bool = False,
) -> Subscripts:
    """Return subscripts for R's own dialect, with positions for names where there are labels."""
    subscripts = read_for_one_use(written)
    for item in subscripts.items:
        refuse_foreign(name, item)
    if labels is None:
        return subscripts
    return names_as_r_reads(subscripts, labels, len(shape), is_write=is_write)


def labelled_subscripts(
    holder: Holder, x: Tensor, written: tuple[Any, ...], dialect: Dialect, *, is_text: bool
) -> tuple[tuple[Any, ...], AxisLabels | None]:
    """Return subscripts that agree with the names and labels of `x`, and its labels as text.

    A string is a name where there are labels; a single one may be text of subscripts. Raises
    `SubscriptLabelError` for logicals or positions of another axis.
    """
    labels = holder.labels(x)
    if labels is not None and not (is_text and len(written) == 1):
        written = tuple([Characters((str(w),)) if isinstance(w, str) else w for w in written])
    axes = holder.axes(x)
    if axes:
        written = tuple(map(without_tensors, spelled_out(written)))
        single = (holder.list_axis or 0) if len(axes) == 2 else 0
        refuse_other_axes(axes, written, is_base=dialect == "base", single=single)
    return written, labels


def refuse_other_value(
    holder: Holder, x: Tensor, selection: Selection | None, value: Value, *, recycles: bool
) -> None:
    """Raise `AssignmentError` for a value whose names or labels contradict where it goes.

    The last axes of both meet, as in broadcasting. Where R recycles, the first ones of more than
    one element meet, because the value runs down the columns.
    """
    its = value.axes
    axes = holder.axes(x) if its else ()
    if value.holder is None or not axes or not isinstance(selection, Orthogonal):
        return
    own, shape = value.holder.shape(value.elements), selection.result_shape
    targets = [*zip(selected_axes(axes, selection), shape, strict=True)]
    sources = [*zip(its, own, strict=True)]
    if recycles and own != shape:
        targets, sources = (
            [pair for pair in pairs if pair[1] != 1] for pairs in (targets, sources)
        )
    else:
        targets, sources = targets[::-1], sources[::-1]
    for (axis, size), (other, count) in zip(targets, sources, strict=False):
        if has_other_name(axis, other):
            raise AssignmentError(
                f"the value lies along {other.name!r} and goes along {axis.name!r}; transpose or "
                "rename it, or write its bare values"
            )
        is_along = size == count or (axis.name is not None and axis.name == other.name)
        if is_along and has_other_labels(axis, other):
            along = "" if axis.name is None else f" along {axis.name!r}"
            raise AssignmentError(
                f"the value has other labels{along} than where it goes; bring them into that "
                "order, or write its bare values"
            )


def selected_axes(axes: tuple[Axis, ...], selection: Orthogonal) -> list[Axis]:
    """Return the axes of the result of a selection, with their names and labels."""
    old = iter(axes)
    result = []
    for part in selection.axes:
        axis = Axis() if part is None else next(old)
        if isinstance(part, Gather):
            result.append(axis.selected(part.indices))
        elif isinstance(part, slice):
            result.append(axis.selected(part))
        elif not isinstance(part, int):
            result.append(Axis(axis.name))
    return [axis for place, axis in enumerate(result) if place not in selection.squeezed]


def refuse_dialect(dialect: Any) -> NoReturn:
    """Raise `ArgumentError` for an unknown dialect."""
    raise ArgumentError(f'`dialect` is "tensor" or "base", not {value_text(dialect)}')


def checked_shape(shape: Any) -> Shape:
    """Return a shape from one size or several, None for one that is unknown.

    >>> checked_shape((60000, 28)), checked_shape(5), checked_shape([None, 3])
    ((60000, 28), (5,), (None, 3))
    """
    if find_holder(shape) is not None:
        raise ArgumentError("`shape` is a tensor here; write x.shape in place of x")
    try:
        if isinstance(shape, str | bytes | dict | set):
            raise TypeError
        entries = (shape,) if isinstance(shape, int) else tuple(shape)
        return tuple([None if size is None or size is NA else _size(size) for size in entries])
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(
            f"`shape` is a tuple of sizes, whole numbers of 0 or more, not {value_text(shape)}"
        ) from None


def _size(size: Any) -> int:
    if isinstance(size, bool) or not 0 <= size < 2**63:
        raise ValueError
    return operator.index(size)


@functools.cache
def subscript_reader(name: str | None) -> Callable[[Any], Subscript]:
    """Return the function that reads one subscript, perhaps a tensor, for a tensor of a library."""
    return functools.partial(_read_one, name)


def _read_one(name: str | None, item: Any) -> Subscript:
    subscript = as_subscript(borrow_array(without_tensors(item)))
    if isinstance(subscript, _MAY_HOLD_TENSORS):
        refuse_foreign(name, subscript)
    return subscript


_MAY_HOLD_TENSORS: Final = (Traced, Range)


def refuse_foreign(name: str | None, item: Subscript) -> None:
    """Raise `TracingError` if a traced subscript belongs to another library than the tensor."""
    if name is None:
        return
    parts = (item.start, item.stop, item.step) if isinstance(item, Range) else (item,)
    for part in parts:
        if isinstance(part, Traced) and part.backend.name != name:
            raise TracingError(
                f"a {name} tensor cannot be subscripted by `{part}`, a traced tensor "
                f"of {part.backend.name} whose values are unknown; convert one of them first"
            )
