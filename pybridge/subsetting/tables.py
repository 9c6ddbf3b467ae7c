"""Tables: subscripts as R's data frames read them, and values cast column by column.

The rows and columns of a table are its axes, and text names them by their labels. Each column has
a dtype of its own, to which the value is cast by the law of every assignment.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from pybridge.backends import find_backend, open_tensor
from pybridge.backends.protocol import Backend, Indices, Tensor
from pybridge.dialects import selections as to
from pybridge.dialects.labels import AxisLabels
from pybridge.errors import (
    AssignmentError,
    LossyValueError,
    MissingValueError,
    PybridgeError,
    UnsupportedTensorError,
)
from pybridge.shape import Order, Shape, known_shape
from pybridge.subscripts import MISSING, NA, Mask, Vector, is_missing
from pybridge.subsetting.array_likes import as_objects, is_vector_like, readable
from pybridge.subsetting.lowering import (
    Dialect,
    check_drop,
    lower,
    read_as_r_does,
    refuse_other_value,
)
from pybridge.subsetting.values import lossless_cast, masked_cast, refuse_unbroadcast
from pybridge.subsetting.writing import last_of_equals


def lower_on_table(
    backend: Backend,
    shape: Shape,
    written: tuple[Any, ...],
    *,
    drop: bool = True,
    dialect: Dialect,
    order: Order,
    labels: AxisLabels | None,
) -> to.Selection:
    """Return the selection that subscripts make on a table.

    The base dialect follows R's `[.data.frame`: one subscript selects columns, and only a single
    column drops its axis. Raises `MissingValueError` where R would make rows or elements of `NA`.
    """
    if dialect == "base" and len(shape) == 2:
        selection = _lower_as_data_frame(backend, shape, written, drop, order, labels)
    else:
        selection = lower(
            backend, shape, written, drop=drop, dialect=dialect, order=order, labels=labels
        )
    if isinstance(selection, to.Orthogonal) and None in selection.key:
        raise UnsupportedTensorError(
            "a table has rows and columns, and no place for a new axis; leave `newaxis` out"
        )
    if selection.has_missing:
        raise MissingValueError(
            "the subscript names NA or a position beyond the end, and a table gets no rows of "
            "missing values; name rows that it has",
            dtype="",
        )
    if isinstance(selection, to.Masked):
        return to.Points(shape, selection.coordinates, selection.count)
    return selection


def _lower_as_data_frame(
    backend: Backend,
    shape: Shape,
    written: tuple[Any, ...],
    drop: bool,
    order: Order,
    labels: AxisLabels | None,
) -> to.Selection:
    check_drop(drop)
    sizes = known_shape(shape)
    items = read_as_r_does(backend, sizes, written, None).items
    if len(items) == 1 and not _names_elements(items[0], sizes):
        written, drop = (MISSING, items[0]), False
    options: Any = {"dialect": "base", "order": order, "labels": labels}
    selection = lower(backend, shape, written, drop=False, **options)
    if drop and isinstance(selection, to.Orthogonal) and selection.kept_shape[1] == 1:
        rows, column = selection.axes
        if isinstance(column, to.Gather) and column.missing is None:
            return to.orthogonal(shape, (rows, int(column.indices[0])))
        if isinstance(column, slice):
            return to.orthogonal(shape, (rows, column.indices(sizes[1])[0]))
    return selection


def _names_elements(item: Any, shape: tuple[int, ...]) -> bool:
    """Return whether one subscript names elements, as a matrix does, and not columns."""
    if isinstance(item, Mask):
        return item.values.shape == shape
    return isinstance(item, Vector) and item.values.ndim == 2


def assign_on_table(
    backend: Backend,
    x: Tensor,
    written: tuple[Any, ...],
    value: Any,
    *,
    dialect: Dialect,
    order: Order,
    labels: AxisLabels | None,
) -> Tensor:
    """Set the elements of a table that subscripts name in place, column by column; return it.

    Every value is cast before any column is set, so that an error leaves the table as it was.
    """
    selection = lower_on_table(
        backend, backend.shape(x), written, dialect=dialect, order=order, labels=labels
    )
    refuse_other_value(backend, x, selection, value, recycles=dialect == "base")
    columns: dict[int, Any] = {}
    for place, rows, part in _by_column(selection, value, recycles=dialect == "base"):
        if place not in columns:
            columns[place] = backend.read_column(x, place)
        try:
            columns[place] = _written(columns[place], rows, part)
        except PybridgeError as error:
            name = x.columns[place] if len(selection.shape) == 2 else x.name
            raise type(error)(f"column {name!r}: {error}", **error.fields) from error
    return backend.write_columns(x, columns)


def _by_column(
    selection: to.Selection, value: Any, *, recycles: bool
) -> Iterator[tuple[int, Indices, Any]]:
    """Yield each selected column, the indices of its rows, and the entries that go there."""
    shape = known_shape(selection.result_shape)
    if isinstance(selection, to.Points):
        array = _broadcast(_as_array(value), shape, recycles)
        rows, columns = (*selection.coordinates, np.zeros(selection.count, np.int64))[:2]
        for column in np.unique(columns).tolist():
            entries = np.flatnonzero(columns == column)
            yield column, rows[entries], array[entries]
        return
    assert isinstance(selection, to.Orthogonal)
    indices = [
        _indices(axis, size) for axis, size in zip(selection.axes, selection.shape, strict=True)
    ]
    rows, places = (*indices, np.zeros(1, np.int64))[:2]
    if hasattr(value, "iloc") and value.ndim == 2 and len(shape) == 2 and not recycles:
        refuse_unbroadcast(value.shape, shape)
        own_rows = np.zeros(len(rows), np.int64) if len(value) == 1 else slice(None)
        for k, place in enumerate(places.tolist()):
            yield place, rows, value.iloc[:, k if value.shape[1] > 1 else 0].iloc[own_rows]
        return
    block = _broadcast(_as_array(value), shape, recycles).reshape(len(rows), len(places))
    for k, place in enumerate(places.tolist()):
        yield place, rows, block[:, k]


def _indices(axis: Any, size: Any) -> Indices:
    if isinstance(axis, to.Gather):
        return axis.indices
    return np.arange(size)[axis if isinstance(axis, slice) else [axis]]


def _as_array(value: Any) -> np.ndarray[Any, Any]:
    """Return a value as an array; a list keeps its entries as they are, text beside numbers."""
    if hasattr(value, "iloc") and value.ndim == 2:  # columns of several dtypes
        value = [list(row) for row in value.itertuples(index=False)]
    if find_backend(value) is not None:
        backend, tensor = open_tensor(value, "value")
        return backend.to_numpy(tensor)
    if not is_vector_like(value):
        entry = np.empty((), object)
        entry[()] = value
        return entry
    entries = readable(value)
    if not isinstance(entries, list | tuple):
        has_entries = hasattr(type(entries), "__iter__")
        entries = list(entries) if has_entries else as_objects(np.asarray(entries))
    try:
        return np.array(entries, object)
    except ValueError as error:
        raise AssignmentError(
            f"a list of uneven rows is not a value of a table: {error}"
        ) from error


def _broadcast(
    array: np.ndarray[Any, Any], shape: tuple[int, ...], recycles: bool
) -> np.ndarray[Any, Any]:
    """Return a value in the shape of a selection, by NumPy's rule or as R fills columns."""
    if recycles and array.ndim and array.shape != shape:
        size = math.prod(shape)
        if size == 0:
            return np.empty(shape, array.dtype)
        if array.size == 0 or array.size > size or size % array.size:
            raise AssignmentError(
                f"replacement has {array.size} items, need {size}: R fills one column after the "
                "other, with a value that fits a whole number of times"
            )
        return np.resize(array.ravel(order="F"), size).reshape(shape, order="F")
    refuse_unbroadcast(array.shape, shape)
    surplus = array.ndim - len(shape)
    return np.broadcast_to(array.reshape(array.shape[max(surplus, 0) :]), shape, subok=True)


def _written(column: Any, rows: Indices, part: Any) -> Any:
    """Return a column with entries set; the last of those for one row wins."""
    last = last_of_equals(rows)
    if last is not None:
        rows, part = rows[last], part[last] if isinstance(part, np.ndarray) else part.iloc[last]
    entries = _entries(part)
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufc":
        column[rows] = lossless_cast(entries, dtype)
        return column
    own = getattr(dtype, "numpy_dtype", None)
    if isinstance(own, np.dtype) and own.kind in "biuf":
        fitted = masked_cast(entries, own)
        column[rows] = fitted.tolist() if np.ma.is_masked(fitted) else np.asarray(fitted)
        return column
    listed = [None if is_missing(entry) else entry for entry in _listed(entries)]
    if isinstance(dtype, np.dtype) and dtype.kind == "O":
        objects = np.empty(len(listed), object)
        objects[:] = listed
        column[rows] = objects
        return column
    try:
        column[rows] = listed
        changed = _first_changed(listed, list(column[rows]))
    except Exception as error:  # of whatever library the dtype is
        raise AssignmentError(
            f"a column of dtype {dtype} does not take the value: {error}"
        ) from error
    if changed is not None:
        raise LossyValueError(
            f"{changed!r} would lose information in a column of dtype {dtype}; convert the value "
            "or the column first",
            dtype=str(dtype),
        )
    return column


def _first_changed(wanted: list[Any], arrived: list[Any]) -> Any:
    """Return the first entry that a column does not give back, None if there is none."""
    for entry, found in zip(wanted, arrived, strict=True):
        is_absent = entry is None or type(entry).__name__ == "NaTType" or entry != entry
        if is_absent:
            is_kept = found is None or is_missing(found) or found != found
        else:
            is_kept = bool(entry == found) and not is_missing(found)
        if not is_kept:
            return entry
    return None


def _listed(entries: Any) -> list[Any]:
    """Return entries as Python's objects; a time of NumPy stays one."""
    if isinstance(entries, list):
        return entries
    if isinstance(entries, np.ma.MaskedArray) or entries.dtype.kind not in "mM":
        return list(entries.tolist())
    return list(entries)


def _entries(part: Any) -> Any:
    """Return entries as an array of a plain dtype, or as a list of objects with `NA`."""
    array = part.array if hasattr(part, "iloc") else part
    dtype = array.dtype
    if isinstance(dtype, np.dtype) and dtype.kind not in "OmM":
        return array if isinstance(array, np.ndarray) else np.asarray(array)
    return [NA if entry is None else entry for entry in list(array)]
