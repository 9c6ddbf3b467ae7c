"""Convert DataFrames of pandas to data frames of R, each column exactly or with an error."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pybridge.conversion.frames import each, r_list
from pybridge.conversion.moments import numbers_from
from pybridge.conversion.numpy_to_r import vector_from
from pybridge.conversion.policies import ToR
from pybridge.conversion.rvalues import NA_INTEGER, New, NewList, integers
from pybridge.conversion.strings import new_text, vector_of_texts
from pybridge.conversion.tensors import numpy_from
from pybridge.errors import ConversionError

Array = np.ndarray[Any, Any]

_LISTS = (list, tuple, Mapping, np.ndarray)


def is_frame(x: Any) -> bool:
    """Return whether `x` is a DataFrame of pandas."""
    pandas: Any = sys.modules.get("pandas")
    return pandas is not None and isinstance(x, pandas.DataFrame)


def frame_to_r(x: Any, policies: ToR, convert: Callable[[Any], New]) -> NewList:
    """Return the data frame to make of a DataFrame; `convert` converts an element of a list."""
    names = _column_names(x)
    places = list(map("column {!r}".format, names))
    columns = each(lambda at: _column(x.iloc[:, at], policies, convert), range(len(names)), places)
    attributes = {
        "names": vector_of_texts(names),
        "class": vector_of_texts(["data.frame"]),
        "row.names": _row_names(x.index),
    }
    return NewList(columns, attributes, places)


# Rows and names


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


def _row_names(index: Any) -> New:
    """Return the row names to make; of 0, 1, 2... they are R's automatic ones, 1, 2, 3..."""
    if index.nlevels > 1:
        _refuse_index(f"the index has {index.nlevels} levels, and a row name is one text")
    count = len(index)
    if index.hasnans:
        _refuse_index("the index has a missing value, and a row name is not NA")
    is_integers = index.dtype.kind in "iu"
    if is_integers and np.array_equal(index.to_numpy(), np.arange(count)):
        # R's short form of the row names 1, 2, 3...
        return integers([NA_INTEGER, -count] if count else [])
    if not index.is_unique:
        twice = index[index.duplicated()].tolist()[0]
        _refuse_index(f"the index has {twice!r} more than once, and row names are different")
    if is_integers:
        if int(index.max()) > -NA_INTEGER - 1 or int(index.min()) <= NA_INTEGER:
            _refuse_index("the index has numbers beyond R's integer")
        return integers(index.tolist())
    texts = index.tolist()
    if not all(isinstance(text, str) for text in texts):
        _refuse_index(f"the index is of dtype {index.dtype}, and row names are text or integers")
    return vector_of_texts(texts)


def _refuse_index(reason: str) -> None:
    raise ConversionError(f"{reason}: x.reset_index() makes columns of the index")


# Columns


def _column(column: Any, policies: ToR, convert: Callable[[Any], New]) -> New:
    """Return the vector to make of a column, by its dtype."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype):
        if dtype.kind == "O":
            return _objects(column, policies, convert)
        return _numbers(column.to_numpy(), policies)
    pandas: Any = sys.modules["pandas"]
    if isinstance(dtype, pandas.CategoricalDtype):
        return _factor(column)
    if isinstance(dtype, pandas.DatetimeTZDtype):
        return _zoned(column, policies)
    if isinstance(dtype, pandas.PeriodDtype):
        return _days(column, policies)
    if isinstance(dtype, pandas.IntervalDtype):
        raise ConversionError(
            f"dtype {dtype} has no R equivalent: astype(str) makes text, .cat.codes of pandas.cut "
            "the numbers of the intervals"
        )
    if isinstance(dtype, pandas.StringDtype):
        return _texts(column)
    return vector_from(numpy_from(column), policies)


def _numbers(values: Array, policies: ToR) -> New:
    if values.dtype.kind != "m":
        return vector_from(values, policies)
    seconds, classes = numbers_from(values)
    new = vector_from(seconds, ToR())
    new.attributes = {"class": vector_of_texts(classes), "units": vector_of_texts(["secs"])}
    return new


def _texts(column: Any) -> New:
    missing = column.isna().tolist()
    texts = [None if na else str(x) for x, na in zip(column.tolist(), missing, strict=True)]
    return new_text(texts, (len(texts),))


def _objects(column: Any, policies: ToR, convert: Callable[[Any], New]) -> New:
    """Convert objects of Python: texts, dates or lists; None and NaN are missing."""
    missing = column.isna().to_numpy()
    present = column[~missing].tolist()
    if all(isinstance(x, str) for x in present):
        return _texts(column)
    if all(type(x) is datetime.date for x in present):
        days = np.array([np.datetime64(x) for x in present], "M8[D]")
        dates = np.full(len(column), np.datetime64("NaT"), "M8[D]")
        dates[~missing] = days
        return vector_from(dates, policies)
    if any(isinstance(x, _LISTS) or is_frame(x) for x in present):
        return r_list(column.tolist(), None, convert)
    where = next(at for at, x in enumerate(column) if not missing[at] and not isinstance(x, str))
    raise ConversionError(
        f"element [{where + 1}] of a column of objects is {column.iloc[where]!r}: texts, dates and "
        "lists can be converted; astype() gives numbers a dtype"
    )


def _factor(column: Any) -> New:
    categories, codes = column.cat.categories, column.cat.codes.to_numpy()
    levels = categories.tolist()
    if not all(isinstance(level, str) for level in levels):
        raise ConversionError(
            f"levels of a factor are text, and the categories are of dtype {categories.dtype}: "
            ".cat.rename_categories(str) makes them text, astype() gives the values a dtype"
        )
    classes = ["ordered", "factor"] if column.cat.ordered else ["factor"]
    new = vector_from(np.ma.MaskedArray(codes.astype("i4") + 1, mask=codes < 0), ToR())
    new.attributes = {"levels": vector_of_texts(levels), "class": vector_of_texts(classes)}
    return new


def _zoned(column: Any, policies: ToR) -> New:
    zone = column.dtype.tz
    # zoneinfo has a key, pytz a zone; an offset has no name that R knows.
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if name is None and zone.utcoffset(None) == datetime.timedelta(0):
        name = "UTC"
    if name is None:
        raise ConversionError(
            f'the time zone {zone} has no name in R: .dt.tz_convert("UTC") has the same moments'
        )
    new = vector_from(column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy(), policies)
    new.attributes = {**(new.attributes or {}), "tzone": vector_of_texts([str(name)])}
    return new


def _days(column: Any, policies: ToR) -> New:
    if column.dtype != "period[D]":
        raise ConversionError(
            f"dtype {column.dtype} has no R equivalent: .dt.to_timestamp() gives moments, "
            "astype(str) text"
        )
    return vector_from(column.array.asi8.view("M8[D]"), policies)
