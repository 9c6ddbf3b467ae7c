"""Read pandas tables, Series, indices and arrays as columns, by their dtypes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pybridge.conversion.columns import Days, Factor, InR, Moments, Texts
from pybridge.conversion.columns_of_arrow import column_of_arrow
from pybridge.conversion.columns_of_values import (
    column_of_array,
    column_of_objects,
    filled,
    is_value,
    zone_name,
)
from pybridge.conversion.frames import column_places, each, element_places
from pybridge.conversion.rvalues import NA_INTEGER, RowNames
from pybridge.conversion.tables import Frame, Objects
from pybridge.conversion.tensors import numpy_from
from pybridge.errors import ConversionError

Array = np.ndarray[Any, Any]
Convert = Callable[[Any], Any]

_HOLDING = (list, tuple, Mapping, np.ndarray)


def is_of_pandas(x: Any) -> bool:
    """Return whether `x` is a Series, an Index or another array of pandas of one axis."""
    pandas: Any = sys.modules.get("pandas")
    if pandas is None:
        return False
    return isinstance(x, pandas.Series | pandas.Index | pandas.api.extensions.ExtensionArray)


def is_frame(x: Any) -> bool:
    """Return whether `x` is a pandas DataFrame."""
    pandas: Any = sys.modules.get("pandas")
    return pandas is not None and isinstance(x, pandas.DataFrame)


def table_of_pandas(x: Any, convert: Convert) -> Frame:
    """Return the table of a DataFrame; `convert` converts an element of a list to R."""
    names = _column_names(x)
    columns = each(
        lambda at: column_of_pandas(x.iloc[:, at], convert), range(len(names)), column_places(names)
    )
    return Frame(names, columns, len(x), _row_names(x.index))


def column_of_pandas(x: Any, convert: Convert) -> InR:
    """Return the column of a Series, an Index or an array."""
    dtype = x.dtype
    if isinstance(dtype, np.dtype):
        return _objects(x, convert) if dtype.kind == "O" else column_of_array(np.asarray(x))
    pandas: Any = sys.modules["pandas"]
    if isinstance(dtype, pandas.CategoricalDtype):
        return _factor(x)
    if isinstance(dtype, pandas.DatetimeTZDtype):
        return Moments(
            _array(x).tz_convert("UTC").tz_localize(None).to_numpy(), zone_name(dtype.tz)
        )
    if isinstance(dtype, pandas.PeriodDtype):
        return _days(x)
    if isinstance(dtype, pandas.IntervalDtype):
        raise ConversionError(
            f"dtype {dtype} has no R equivalent: astype(str) makes text, .cat.codes of pandas.cut "
            "the numbers of the intervals"
        )
    if isinstance(dtype, pandas.StringDtype):
        return _texts(x)
    if isinstance(dtype, pandas.ArrowDtype):
        return column_of_arrow(_array(x).__arrow_array__())
    return column_of_array(numpy_from(x))


def _array(x: Any) -> Any:
    return getattr(x, "array", x)


def _missing(x: Any) -> Array:
    return np.asarray(x.isna())


def _texts(x: Any) -> InR:
    missing, texts = _missing(x), x.tolist()
    return Texts(filled(texts, missing) if missing.any() else texts)


def _objects(x: Any, convert: Convert) -> InR:
    """Return a column of objects; None and NaN are missing."""
    entries = x.tolist()
    holding = (*_HOLDING, sys.modules["pandas"].DataFrame)
    if any(issubclass(cls, holding) for cls in {*map(type, entries)}):
        return Objects(each(convert, entries, element_places(len(entries))))
    missing = _missing(x)
    column = column_of_objects(np.asarray(x), missing)
    if column is None:
        where = next(k for k, entry in enumerate(entries) if not missing[k] and not is_value(entry))
        raise ConversionError(
            f"element [{where + 1}] of a column of objects is {entries[where]!r}: texts, numbers, "
            "dates and lists can be converted"
        )
    return column


def _factor(x: Any) -> Factor:
    array = _array(x)
    levels = array.categories.tolist()
    if not all(isinstance(level, str) for level in levels):
        raise ConversionError(
            f"levels of a factor are text, and the categories are of dtype "
            f"{array.categories.dtype}: .cat.rename_categories(str) makes them text, astype() "
            "gives the values a dtype"
        )
    return Factor(np.asarray(array.codes, "i8"), levels, bool(array.ordered))


def _days(x: Any) -> Days:
    if x.dtype != "period[D]":
        raise ConversionError(
            f"dtype {x.dtype} has no R equivalent: .dt.to_timestamp() gives moments, "
            "astype(str) text"
        )
    return Days(_array(x).asi8.view("M8[D]"))


# Names


def names_of(x: Any) -> list[str] | None:
    """Return the names of a vector: the labels of a Series, if they are text."""
    pandas: Any = sys.modules["pandas"]
    if not isinstance(x, pandas.Series) or isinstance(x.index, pandas.RangeIndex):
        return None
    labels = x.index.tolist() if x.index.nlevels == 1 else []
    return labels if labels and all(isinstance(label, str) for label in labels) else None


def _column_names(x: Any) -> list[str]:
    if x.columns.nlevels > 1:
        raise ConversionError(
            f"the columns have names of {x.columns.nlevels} levels, and R's are one text each: "
            'x.columns = x.columns.map("_".join) makes such names'
        )
    for name in x.columns:
        if not isinstance(name, str):
            raise ConversionError(
                f"names in R are text, and the column name {name!r} is not: "
                "x.columns = x.columns.astype(str) makes them text"
            )
    return [*map(str, x.columns)]


def _row_names(index: Any) -> RowNames:
    """Return the row names; of 0, 1, 2... they are R's automatic ones, 1, 2, 3..."""
    if index.nlevels > 1:
        _refuse_index(f"the index has {index.nlevels} levels, and a row name is one text")
    count = len(index)
    if index.hasnans:
        _refuse_index("the index has a missing value, and a row name is not NA")
    is_integers = index.dtype.kind in "iu"
    if is_integers and np.array_equal(index.to_numpy(), np.arange(count)):
        return count
    if not index.is_unique:
        twice = index[index.duplicated()].tolist()[0]
        _refuse_index(f"the index has {twice!r} more than once, and row names are different")
    if is_integers:
        if int(index.max()) > -NA_INTEGER - 1 or int(index.min()) <= NA_INTEGER:
            _refuse_index("the index has numbers beyond R's integer")
        return np.asarray(index.tolist(), "i4")
    texts = index.tolist()
    if not all(isinstance(text, str) for text in texts):
        _refuse_index(f"the index is of dtype {index.dtype}, and row names are text or integers")
    return [*map(str, texts)]


def _refuse_index(reason: str) -> None:
    raise ConversionError(f"{reason}: x.reset_index() makes columns of the index")
