"""Tables: rows and columns, where each column has a dtype of its own.

A value is cast column by column, by the rule of every assignment, before any column is set.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pybridge.backends.protocol import Indices, Tensor
from pybridge.errors import (
    AssignmentError,
    LossyValueError,
    MissingValueError,
    PybridgeError,
    UnsupportedTensorError,
    value_text,
)
from pybridge.holders.array_likes import as_objects, is_vector_like, readable
from pybridge.holders.fitting import lossless_cast, masked_cast, refuse_unbroadcast
from pybridge.holders.protocol import Holder, Value, not_served
from pybridge.holders.writing import last_of_equals
from pybridge.shape import Shape, known_shape
from pybridge.subscripts import NA, is_missing, name_text
from pybridge.subscripts import selections as to

if TYPE_CHECKING:
    from pybridge.dialects.base_assignment import Growth

_COLUMN: Final = 'x["column"]'
"""How messages write a column whose name is not known yet."""


class Table(Holder):
    """A table, or one column of one; a library reads parts, and reads and replaces columns."""

    __slots__ = ()

    list_axis = 1
    fit = not_served("each column of a table casts the value to its own dtype")
    like = not_served("a table is not one array; x.to_numpy() makes a NumPy array of it")

    @abstractmethod
    def _dtype(self, x: Tensor, place: int) -> Any:
        """Return the dtype of a column."""

    @abstractmethod
    def _column_name(self, x: Tensor, place: int) -> Any:
        """Return the name of a column, or None."""

    @abstractmethod
    def _part(self, x: Tensor, rows: Any, columns: Any) -> Tensor:
        """Return what an index, a slice or indices select of rows and of columns."""

    @abstractmethod
    def _joined(self, x: Tensor, parts: list[Any], order: Indices) -> Tensor:
        """Return columns of one dtype as one column, whose elements are taken in an order."""

    @abstractmethod
    def _column(self, x: Tensor, place: int) -> Any:
        """Return one column to write into: a copy, or what never changes."""

    @abstractmethod
    def _entries(self, x: Tensor, place: int) -> np.ndarray[Any, Any]:
        """Return the entries of one column; a missing one is `NA` or masked."""

    def _written(self, column: Any, rows: Indices, part: np.ndarray[Any, Any]) -> Any:
        """Return a column with a value at different rows, cast to its dtype; or raise."""
        return _written(column, rows, part)

    @abstractmethod
    def _with_columns(self, x: Tensor, columns: Mapping[int, Any]) -> Tensor:
        """Return a new table, or column, with whole columns replaced."""

    def leaves_reshape_to_numpy(self, x: Tensor, ndim: int) -> bool:
        return True

    def read(self, x: Tensor, selection: to.Selection) -> Tensor:
        selection = _on_table(selection)
        if isinstance(selection, to.Points):
            return self._points(x, *selection.coordinates)
        axes = [_as_brackets_read(axis) for axis in selection.axes]
        return self._part(x, *(*axes, slice(None))[:2])

    def _points(self, x: Tensor, rows: Indices, columns: Indices | None = None) -> Tensor:
        """Return one element for each entry of the coordinates, as one column."""
        if columns is None:
            return self._part(x, rows, slice(None))
        used = np.unique(columns).tolist()
        dtypes: list[Any] = []
        for column in used:
            dtype = self._dtype(x, column)
            if dtype not in dtypes:
                dtypes.append(dtype)
        if len(dtypes) > 1:
            raise UnsupportedTensorError(
                f"elements of columns of dtype {', '.join(map(str, dtypes))} are not one vector; "
                "read each column by itself"
            )
        parts = [self._part(x, rows[columns == column], column) for column in used]
        return self._joined(x, parts, np.argsort(np.argsort(columns, kind="stable")))

    def _changed(self, x: Tensor, selection: to.Selection, value: Value) -> dict[int, Any]:
        """Return the columns that a write changes, with the value in them."""
        columns: dict[int, Any] = {}
        for place, rows, part in _by_column(_on_table(selection), value):
            column = columns[place] if place in columns else self._column(x, place)
            last = last_of_equals(rows)
            if last is not None:
                rows, part = rows[last], part[last]
            try:
                columns[place] = self._written(column, rows, part)
            except PybridgeError as error:
                text = _of_column(str(error), self._column_name(x, place))
                raise type(error)(text, **error.fields) from error
        return columns

    def updated(
        self, x: Tensor, selection: to.Selection | None, value: Value, growth: Growth | None = None
    ) -> Tensor:
        assert selection is not None, "a table does not grow"
        return self._with_columns(x, self._changed(x, selection, value))

    def _block(self, x: Tensor) -> np.ndarray[Any, Any]:
        """Return the entries of all columns as objects."""
        sizes = known_shape(self.shape(x))
        block: np.ndarray[Any, Any] = np.empty(sizes, dtype=object)
        for place in range(sizes[1]):
            entries: Any = as_objects(self._entries(x, place))
            block[:, place] = np.ma.filled(entries, NA)  # type: ignore[call-overload]
        return block


def _of_column(text: str, name: Any) -> str:
    """Return a message about a column with its name, if it has one."""
    if name is None:
        return text
    return f"column {name!r}: {text.replace(_COLUMN, f'x[{name_text(str(name))}]')}"


def _on_table(selection: to.Selection) -> to.Orthogonal | to.Points:
    """Return a selection that a table serves, or raise."""
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
        return to.Points(selection.shape, selection.coordinates, selection.count)
    assert isinstance(selection, to.Orthogonal | to.Points), "nothing is traced in a table"
    return selection


def _as_brackets_read(axis: Any) -> Any:
    return axis.indices if isinstance(axis, to.Gather) else axis


def recycled_down_columns(value: Value, shape: Shape) -> Value:
    """Return a value in the shape of a selection, as R fills one column after the other."""
    array = _as_array(value)
    sizes = known_shape(shape)
    if array.ndim == 0 or array.shape == sizes:
        return value
    size = math.prod(sizes)
    if size == 0:
        return Value(np.empty(sizes, array.dtype))
    if array.size == 0 or array.size > size or size % array.size:
        raise AssignmentError(
            f"replacement has {array.size} items, need {size}: R fills one column after the "
            "other, with a value that fits a whole number of times"
        )
    return Value(np.resize(array.ravel(order="F"), size).reshape(sizes, order="F"))


def _by_column(
    selection: to.Orthogonal | to.Points, value: Value
) -> Iterator[tuple[int, Indices, Any]]:
    """Yield each selected column, the indices of its rows, and the entries that go there."""
    shape = known_shape(selection.result_shape)
    if isinstance(selection, to.Points):
        array = _broadcast(_as_array(value), shape)
        rows, columns = (*selection.coordinates, np.zeros(selection.count, np.int64))[:2]
        for column in np.unique(columns).tolist():
            entries = np.flatnonzero(columns == column)
            yield column, rows[entries], array[entries]
        return
    indices = [
        _indices(axis, size) for axis, size in zip(selection.axes, selection.shape, strict=True)
    ]
    rows, places = (*indices, np.zeros(1, np.int64))[:2]
    table, own = value.holder, _shape_of_table(value)
    if isinstance(table, Table) and own is not None and len(shape) == 2:
        refuse_unbroadcast(own, shape)
        own_rows = np.zeros(len(rows), np.int64) if own[0] == 1 else slice(None)
        for k, place in enumerate(places.tolist()):
            yield place, rows, table._entries(value.elements, k if own[1] > 1 else 0)[own_rows]
        return
    block = _broadcast(_as_array(value), shape).reshape(len(rows), len(places))
    for k, place in enumerate(places.tolist()):
        yield place, rows, block[:, k]


def _shape_of_table(value: Value) -> tuple[int, ...] | None:
    """Return the sizes of a value that has columns of several dtypes, or None."""
    if not isinstance(value.holder, Table):
        return None
    shape = known_shape(value.holder.shape(value.elements))
    return shape if len(shape) == 2 else None


def _indices(axis: Any, size: Any) -> Indices:
    if isinstance(axis, to.Gather):
        return axis.indices
    return np.arange(*axis.indices(size)) if isinstance(axis, slice) else np.array([axis])


def _as_array(value: Value) -> np.ndarray[Any, Any]:
    """Return a value as an array; a list keeps its entries unchanged, text next to numbers."""
    elements = value.elements
    if isinstance(value.holder, Table) and _shape_of_table(value) is not None:
        return value.holder._block(elements)
    if value.holder is not None:
        return value.holder.to_numpy(elements)
    if not is_vector_like(elements):
        entry = np.empty((), object)
        entry[()] = elements
        return entry
    entries = readable(elements)
    if not isinstance(entries, list | tuple):
        has_entries = hasattr(type(entries), "__iter__")
        entries = list(entries) if has_entries else as_objects(np.asarray(entries))
    try:
        return np.array(entries, object)
    except ValueError as error:
        raise AssignmentError(
            f"a list of uneven rows is not a value of a table: {error}"
        ) from error


def _broadcast(array: np.ndarray[Any, Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Return a value in the shape of a selection, by NumPy's rule."""
    refuse_unbroadcast(array.shape, shape)
    surplus = array.ndim - len(shape)
    return np.broadcast_to(array.reshape(array.shape[max(surplus, 0) :]), shape, subok=True)


def _written(column: Any, rows: Indices, part: np.ndarray[Any, Any]) -> Any:
    """Return an array of NumPy or of another library, with entries set."""
    entries = plain_entries(part)
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "biufc":
        column[rows] = one_for_each(lossless_cast(entries, dtype, "column"))
        return column
    own = getattr(dtype, "numpy_dtype", None)
    if isinstance(own, np.dtype) and own.kind in "biuf":
        fitted = one_for_each(masked_cast(entries, own, "column"))
        column[rows] = fitted.tolist() if np.ma.is_masked(fitted) else np.asarray(fitted)
        return column
    listed = [None if is_missing(entry) else entry for entry in _listed(entries)]
    _refuse_other_category(listed, dtype)
    if isinstance(dtype, np.dtype) and dtype.kind == "O":
        column[rows] = objects_of(listed)
        return column
    try:
        column[rows] = listed
        changed = first_changed(listed, list(column[rows]))
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


def _refuse_other_category(entries: list[Any], dtype: Any) -> None:
    """Raise `AssignmentError` for an entry that is not a category of a column of categories."""
    categories = getattr(dtype, "categories", None)
    if categories is None:
        return
    known = list(categories)
    for entry in entries:
        is_absent = entry is None or entry != entry
        if not is_absent and entry not in known:
            new, listed = _text(entry), ", ".join(map(_text, known[:5]))
            raise AssignmentError(
                f"{new} is not a category of the column, whose categories are "
                f"{listed}{', ...' if len(known) > 5 else ''}; add it first, "
                f"{_COLUMN} = {_COLUMN}.cat.add_categories({new}), "
                f"in R {_COLUMN} <- {_COLUMN}$cat$add_categories({new})"
            )


def _text(entry: Any) -> str:
    """Return an entry as it is written in Python and in R."""
    return name_text(entry) if isinstance(entry, str) else value_text(entry)


def first_changed(wanted: list[Any], arrived: list[Any]) -> Any:
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


def plain_entries(part: np.ndarray[Any, Any]) -> Any:
    """Return entries as an array of a plain dtype, or as a list of objects with `NA`."""
    if part.dtype.kind not in "OmM":
        return part
    return [NA if entry is None else entry for entry in list(part)]


def one_for_each(cast: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return entries of a column that are elements, or raise for a list among them."""
    if cast.ndim != 1:
        raise AssignmentError(f"a list cannot be an element of a column of dtype {cast.dtype}")
    return cast


def objects_of(entries: list[Any]) -> np.ndarray[Any, Any]:
    """Return an array of one axis whose elements are objects, be they lists.

    >>> objects_of([[1, 2], [3, 4]]).shape
    (2,)
    """
    return np.fromiter(entries, object, len(entries))
