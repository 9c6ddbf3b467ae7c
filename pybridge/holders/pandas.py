"""pandas: tables whose columns have dtypes of their own, and single columns, with labels.

`iloc` reads, so that what comes out is pandas' own object, with its index and its dtypes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd

from pybridge.axis import Axis, TextsOf, UniqueLabels
from pybridge.backends.protocol import Indices
from pybridge.backends.traits import Trait
from pybridge.errors import ImmutableTensorError, UnsupportedTensorError
from pybridge.holders.protocol import Value
from pybridge.holders.tables import Table, objects_of
from pybridge.subscripts import number_text
from pybridge.subscripts.selections import Selection

_ADVICE = "x.to_numpy() makes a NumPy array of it"
_TABLE = Trait(
    "a pandas table",
    _ADVICE,
    ("read", "write", "assign", "value"),
)
_COLUMN = Trait(
    "a pandas Series",
    _ADVICE,
    ("read", "write", "assign", "value", "subscript", "search"),
)


class PandasTables(Table):
    """Rows, columns and elements of a `DataFrame`, and elements of a `Series`."""

    __slots__ = ()

    name = "pandas"
    adding = (
        'x["new"] = value adds a column, in R x["new"] <- to_python(value, like = "pandas")$array'
    )

    def serves(self, x: object) -> bool:
        return isinstance(x, pd.DataFrame | pd.Series)

    def dtype_name(self, x: Any) -> str:
        dtypes = {x.dtype} if x.ndim == 1 else set(x.dtypes)
        if len(dtypes) != 1:
            raise UnsupportedTensorError("each column of a table has its own dtype: see x.dtypes")
        return str(dtypes.pop())

    def shape(self, x: Any) -> tuple[int, ...]:
        return tuple(x.shape)

    def traits(self, x: Any) -> tuple[Trait, ...]:
        return (_TABLE if x.ndim == 2 else _COLUMN,)

    def labels(self, x: Any) -> TextsOf:
        return lambda axis: None if is_count(x.axes[axis]) else labels_of_table(x.axes[axis])

    def to_numpy(self, x: Any) -> np.ndarray[Any, Any]:
        if x.ndim == 1:
            return known_values(x)
        values = np.asarray(x)
        missing = np.asarray(x.isna()) if values.dtype.kind == "O" else None
        if missing is None or not missing.any():
            return values
        known = values.copy()
        known[missing] = None
        return np.ma.MaskedArray(known, missing)

    def transpose(self, x: Any, axes: tuple[int, ...]) -> Any:
        return x if axes == tuple(range(x.ndim)) else x.T

    def _part(self, x: Any, rows: Any, columns: Any) -> Any:
        return x.iloc[rows] if x.ndim == 1 else x.iloc[rows, columns]

    def _dtype(self, x: Any, place: int) -> Any:
        return x.dtypes.iloc[place]

    def _joined(self, x: Any, parts: list[Any], order: Indices) -> Any:
        joined = pd.concat(parts, ignore_index=True) if parts else pd.Series(dtype=_only_dtype(x))
        return joined.iloc[order].reset_index(drop=True)

    def _column(self, x: Any, place: int) -> Any:
        series = x if x.ndim == 1 else x.iloc[:, place]
        if isinstance(series.dtype, np.dtype) and series.dtype.kind not in "mM":
            return series.to_numpy(copy=True)
        return series.array.copy()

    def _entries(self, x: Any, place: int) -> np.ndarray[Any, Any]:
        array = x.iloc[:, place].array
        if isinstance(array.dtype, np.dtype) and array.dtype.kind not in "OmM":
            return np.asarray(array)
        return objects_of(list(array))

    def has_writing(self, x: Any) -> bool:
        return True

    def write(self, x: Any, selection: Selection, value: Value) -> Any:
        self._replace(x, self._changed(x, selection, value))
        return x

    def _with_columns(self, x: Any, columns: Mapping[int, Any]) -> Any:
        copied = x.copy()
        self._replace(copied, columns)
        return copied

    def _replace(self, x: Any, columns: Mapping[int, Any]) -> None:
        """Replace whole columns in place."""
        for place, values in columns.items():
            if x.ndim == 2:
                x.isetitem(place, values)
                continue
            try:
                x.iloc[:] = values
            except ValueError as error:  # pandas', because of NumPy's, of memory that never changes
                if "read-only" not in f"{error} {error.__cause__}":
                    raise
                raise ImmutableTensorError(
                    "this Series cannot be written in place: its memory is read-only; write to its "
                    "`copy()`, or `r_assign(x, ..., value=...)` returns an updated one"
                ) from error

    def _column_name(self, x: Any, place: int) -> Any:
        return x.columns[place] if x.ndim == 2 else x.name

    def axes(self, x: Any) -> tuple[Axis, ...]:
        return tuple([Axis(None, None if is_count(index) else index) for index in x.axes])


HOLDER = PandasTables()


def _only_dtype(x: Any) -> Any:
    """Return the dtype of the first column, or that of objects where there is none."""
    return x.dtypes.iloc[0] if x.shape[1] else np.dtype(object)


def known_values(x: Any) -> np.ndarray[Any, Any]:
    """Return an array or a pandas column, with missing values masked."""
    dtype = x.dtype
    if isinstance(dtype, np.dtype):
        return np.asarray(x)
    missing = np.asarray(x.isna())
    if isinstance(dtype, pd.CategoricalDtype):
        x = getattr(x, "array", x)
        categories = np.asarray(dtype.categories)
        known = np.where(missing, 0, np.asarray(x.codes))
        empty = np.zeros(missing.shape, categories.dtype)
        return np.ma.MaskedArray(categories[known] if categories.size else empty, mask=missing)
    own = getattr(dtype, "numpy_dtype", None)
    if isinstance(own, np.dtype) and own.kind in "biufc":
        values = x.to_numpy(own, na_value=own.type())
        return np.ma.MaskedArray(values, mask=missing)
    if not missing.any():
        return np.asarray(x)
    # not every dtype takes a value in place of a missing one, so the known ones alone are asked for
    known = np.asarray(x[~missing])
    values = np.zeros(len(x), known.dtype)
    if known.dtype.kind == "O":
        values[:] = ""
    values[~missing] = known
    return np.ma.MaskedArray(values, mask=missing)


def is_count(index: Any) -> bool:
    """Return whether an index only counts, and so has no labels."""
    return isinstance(index, pd.RangeIndex)


class _TextIndex(UniqueLabels):
    """An index of different texts, which pandas searches by a table of hashes that it keeps."""

    def __init__(self, index: Any) -> None:
        self._index = index

    def __len__(self) -> int:
        return len(self._index)

    def __getitem__(self, place: Any) -> Any:
        entries = self._index[place]
        return entries.tolist() if isinstance(place, slice) else entries

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def positions_of(self, names: Sequence[str]) -> Sequence[int]:
        positions: Sequence[int] = (self._index.get_indexer(names) + 1).tolist()
        return positions


def labels_of_table(index: Any) -> Sequence[str | None] | None:
    """Return the labels of the rows or columns of a table, or None if they have no text."""
    if index.inferred_type == "string" and index.is_unique and not index.hasnans:
        return _TextIndex(index)
    return index_labels(index)


def index_labels(index: Any) -> Sequence[str | None] | None:
    """Return the labels of an index as text, or None if they have no unambiguous text.

    Numbers have all their digits, times are in UTC and as ISO 8601 writes them, without the T.
    Times with a zone, differences, periods and intervals are written as pandas writes them.
    """
    if index.nlevels > 1:
        return None
    if index.dtype.kind == "M" and not isinstance(index.dtype, pd.DatetimeTZDtype):
        entries = np.asarray(index)
        known = entries[~np.isnat(entries)]
        unit: Any = "D" if np.array_equal(known, known.astype("M8[D]")) else None
        if unit is None and np.array_equal(known, known.astype("M8[s]")):
            unit = "s"
        texts = np.datetime_as_string(entries, unit=unit).tolist()
        return [None if text == "NaT" else str(text).replace("T", " ") for text in texts]
    entries = index.tolist()
    if index.dtype.kind in "biuf":
        return [number_text(entry) for entry in entries]
    if all(isinstance(entry, _HAVE_TEXT) or _is_absent(entry) for entry in entries):
        return [_label_text(entry) for entry in entries]
    return None


_HAVE_TEXT = (str, bytes, int, float, NoneType, pd.Timestamp, pd.Timedelta, pd.Period, pd.Interval)
"""Types of labels with an unambiguous text."""


def _is_absent(entry: Any) -> bool:
    return entry is pd.NaT or entry is pd.NA


def _label_text(entry: Any) -> str | None:
    """Return one label as text, or None if it is missing."""
    if isinstance(entry, str):
        return entry
    if isinstance(entry, bytes):
        return entry.decode("utf-8", "backslashreplace")
    if entry is None or _is_absent(entry) or entry != entry:
        return None
    return number_text(entry) if isinstance(entry, int | float) else str(entry)
