"""Turn the caller's subscripts into the selection that is read or written."""

from __future__ import annotations

import functools
import operator
from typing import Any, Final, Literal, NoReturn, TypeAlias

import numpy as np

from pybridge.axis import Axis, axes_of_shape, has_other_labels, has_other_name
from pybridge.backends.protocol import Tensor
from pybridge.dialects import tensor
from pybridge.dialects.axes import Reader, opened
from pybridge.errors import ArgumentError, AssignmentError, TracingError, value_text
from pybridge.holders.protocol import Holder, Value
from pybridge.lossless import INT64_MAX
from pybridge.shape import Order, Shape, known_shape
from pybridge.subscripts import (
    NA,
    Characters,
    Entries,
    Kind,
    Mask,
    Subscript,
    Subscripts,
    Traced,
    Vector,
    mapped,
)
from pybridge.subscripts.python_values import as_subscript, as_subscripts, borrow_array
from pybridge.subscripts.selections import WHOLE, Gather, Orthogonal, Selection, orthogonal
from pybridge.subscripts.spelling import spelled_out
from pybridge.subsetting.arguments import without_tensors

Dialect: TypeAlias = Literal["tensor", "base"]

_TENSOR: Final = "tensor"
_ROW_MAJOR: Final = "C"
"""The default options, compared by identity first."""


def read_subscripts(written: tuple[Any, ...]) -> Subscripts:
    """Return subscripts that can be stored, from values or one string of R text."""
    return as_subscripts(tuple(map(without_tensors, spelled_out(written))))


def lower(
    holder: Holder | None,
    shape: Shape,
    written: tuple[Any, ...],
    *,
    drop: bool = True,
    dialect: Dialect = "tensor",
    order: Order = "C",
    axes: tuple[Axis, ...] | None = None,
) -> Selection:
    """Return the selection that subscripts make on a tensor of `shape`; no data is touched.

    Without a holder a traced tensor among them may be of any library; without `axes` a name is not
    a position.
    """
    check_drop(drop)
    if order is not _ROW_MAJOR and (not isinstance(order, str) or order not in ("C", "F")):
        raise ArgumentError(f'`order` is "C" or "F", not {value_text(order)}')
    if dialect is not _TENSOR and not isinstance(dialect, str):
        refuse_dialect(dialect)
    read = subscript_reader(None if holder is None else holder.name)
    if dialect == _TENSOR:
        return tensor.lower(written, shape, read, drop=drop, order=order, axes=axes)
    if dialect == "base":
        from pybridge.dialects import base  # rarely needed, so imported late

        if holder is not None and holder.list_axis is not None and len(shape) == 2:
            return _lower_as_data_frame(holder, shape, written, read, drop, axes)
        return base.lower(written, shape, read, drop=drop, axes=axes)
    refuse_dialect(dialect)


def _lower_as_data_frame(
    holder: Holder,
    shape: Shape,
    written: tuple[Any, ...],
    read: Reader,
    drop: bool,
    axes: tuple[Axis, ...] | None,
) -> Selection:
    """Return what R's `[.data.frame` selects: only a single column drops its axis."""
    from pybridge.dialects import base  # rarely needed, so imported late

    sizes = known_shape(shape)
    items = opened(written, read)
    if len(items) == 1 and not _names_elements(items[0], sizes):
        items, drop = (WHOLE, items[0]) if holder.list_axis else (items[0], WHOLE), False
    selection = base.lower(items, shape, read, drop=False, axes=axes)
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


def labelled_subscripts(
    holder: Holder, x: Tensor, shape: Shape, written: tuple[Any, ...], *, is_text: bool
) -> tuple[tuple[Any, ...], tuple[Axis, ...] | None]:
    """Return the subscripts, and the axes of `x` if any of them may have labels.

    A string is a name where there are labels; a single one may be text of subscripts.
    """
    texts_of = holder.labels(x)
    if texts_of is not None and not (is_text and len(written) == 1):
        written = tuple([_as_name(item) for item in written])
    axes = holder.axes(x)
    if texts_of is None and not axes:
        return written, None
    return written, axes_of_shape(shape, axes, texts_of)


def _as_name(item: Any) -> Any:
    return Characters((str(item),)) if isinstance(item, str) else item


def refuse_other_value(
    holder: Holder, x: Tensor, selection: Selection | None, value: Value, *, recycles: bool
) -> None:
    """Raise `AssignmentError` for a value whose names or labels contradict the selection.

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
                f"the value is along {other.name!r} and the selection is along {axis.name!r}; "
                "transpose or rename it, or write its values without labels"
            )
        is_along = size == count or (axis.name is not None and axis.name == other.name)
        if is_along and has_other_labels(axis, other):
            along = "" if axis.name is None else f" along {axis.name!r}"
            raise AssignmentError(
                f"the value has other labels{along} than the selection; bring them into that "
                "order, or write its values without labels"
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
    if isinstance(size, bool) or not 0 <= size <= INT64_MAX:
        raise ValueError
    return operator.index(size)


@functools.cache
def subscript_reader(name: str | None) -> Reader:
    """Return the function that reads one subscript, perhaps a tensor, for a tensor of a library."""
    return functools.partial(_read_one, name)


def _read_one(name: str | None, item: Any) -> Subscript:
    if type(item) is np.ndarray:
        return borrow_array(item)
    known = without_tensors(item)
    subscript = borrow_array(known) if type(known) is np.ndarray else as_subscript(known)
    if name is not None and isinstance(subscript, Kind) and not isinstance(subscript, Entries):
        _refuse_foreign(name, subscript)
    return subscript


def _refuse_foreign(name: str, item: Any) -> Any:
    """Raise `TracingError` if a traced subscript belongs to another library than the tensor."""
    if isinstance(item, Traced) and item.backend.name != name:
        raise TracingError(
            f"a {name} tensor cannot be subscripted by `{item}`, a traced tensor "
            f"of {item.backend.name} whose values are unknown; convert one of them first"
        )
    return mapped(item, functools.partial(_refuse_foreign, name))
