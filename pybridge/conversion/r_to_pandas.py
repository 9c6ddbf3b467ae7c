"""Convert data frames of R to pandas, each column to the dtype that holds what R's column holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

import numpy as np

from pybridge.conversion.frames import PLAIN_LISTS, each, list_from
from pybridge.conversion.moments import durations_from
from pybridge.conversion.policies import FromR
from pybridge.conversion.r_to_numpy import array_from, factor_from, refuse_classes
from pybridge.conversion.rvalues import ListOfR, RowNames, Vector
from pybridge.errors import ConversionError

Array = np.ndarray[Any, Any]


def frame_from(
    frame: ListOfR,
    look: Callable[[Any], Any],
    convert: Callable[[Any, FromR], Any],
    policies: FromR,
) -> Any:
    """Convert a data frame to a DataFrame, or to a dict of columns if that is asked for.

    `convert` converts an R object to an array or a list.
    """
    policies = replace(policies, scalars=False)
    pandas = None
    if policies.frames != "dict" and policies.dimnames == "drop":
        pandas = pandas_if_installed()
    if pandas is None:
        _refuse_row_names(frame.row_names, policies)
        return list_from(frame, lambda column: convert(column, policies))
    names = _column_names(frame)
    places = list(map("column {!r}".format, names))
    if policies.frames == "arrays":
        columns = each(
            lambda column: _cast_column(pandas, convert, column, policies), frame.elements, places
        )
    else:
        columns = each(
            lambda column: _column(pandas, look, convert, column, policies), frame.elements, places
        )
    index = _index(pandas, frame.row_names, columns)
    _check_rows(columns, places, len(index))
    table = pandas.DataFrame(dict(enumerate(columns)), index=index, copy=True)
    table.columns = _text_index(pandas, names)
    return table


def pandas_if_installed() -> Any:
    """Return the package pandas, or None."""
    try:
        return import_module("pandas")
    except ImportError:
        return None


# Rows and names


def _refuse_row_names(names: RowNames | None, policies: FromR) -> None:
    if names is None or isinstance(names, int) or len(names) == 0:
        return
    if policies.frames == "dict" or policies.dimnames != "drop":
        reason = "a dict of columns has no place for them"
    else:
        reason = 'pandas is not installed, which holds them: pip install "pybridge-r[pandas]"'
    raise ConversionError(
        f"the data frame has row names, such as {names[0]!r}, and {reason}; "
        "row.names(x) <- NULL drops them, as.list(x) is the list of columns alone"
    )


def _column_names(frame: ListOfR) -> list[str]:
    names = frame.names or []
    if len(names) != len(frame.elements):
        raise ConversionError("the data frame has columns without names: names(x) <- sets them")
    known = [name for name in names if name is not None]
    if len(known) < len(names):
        raise ConversionError(
            f"the name of column {names.index(None) + 1} is NA: names(x) <- sets the names"
        )
    return known


def _index(pandas: Any, names: RowNames | None, columns: list[Any]) -> Any:
    if names is None:
        names = len(columns[0]) if columns else 0
    if isinstance(names, int):
        return pandas.RangeIndex(names)
    if isinstance(names, np.ndarray):
        return pandas.Index(names.astype("int64"))
    if None in names:
        raise ConversionError(
            f"row name {names.index(None) + 1} is NA: row.names(x) <- NULL drops them"
        )
    return _text_index(pandas, names)


def _text_index(pandas: Any, texts: Sequence[str | None]) -> Any:
    return pandas.Index(texts, dtype=None if texts else object)


def _check_rows(columns: list[Any], places: list[str], count: int) -> None:
    for place, column in zip(places, columns, strict=True):
        if len(column) != count:
            raise ConversionError(
                f"{place} has {len(column)} rows, and the data frame has {count}: it is broken"
            )


# Columns


def _cast_column(pandas: Any, convert: Any, column: Any, policies: FromR) -> Any:
    """Return a column of the dtype that the user asked for."""
    array = convert(column, policies)
    if not isinstance(array, np.ndarray):
        raise ConversionError("it is not a vector, so it has no dtype")
    return _plain_or_nullable(pandas, _one_axis(array), policies)


def _column(pandas: Any, look: Any, convert: Any, column: Any, policies: FromR) -> Any:
    """Return the column of pandas that holds what a column of R holds."""
    described = look(column)
    if isinstance(described, Vector):
        _one_axis(described.values)
        return _vector_column(pandas, described, policies)
    if isinstance(described, ListOfR):
        if "data.frame" in described.classes:
            raise ConversionError(
                "it is a data frame, and a column of pandas is not: do.call(data.frame, x) makes "
                "one table of both"
            )
        if set(described.classes) <= PLAIN_LISTS:
            return _list_column(described, lambda element: convert(element, policies))
    convert(column, policies)  # most other objects raise here
    what = "NULL" if described is None else "a matrix"
    raise ConversionError(f"it is {what}, and a column of pandas has one value for each row")


def _one_axis(values: Array) -> Array:
    if values.ndim > 1:
        raise ConversionError(
            "it is a matrix, and a column of pandas is not: do.call(data.frame, x) makes a column "
            "of each of its columns"
        )
    return values


def _vector_column(pandas: Any, vector: Vector, policies: FromR) -> Any:
    classes = set(vector.classes)
    if "factor" in classes:
        return _categorical(pandas, vector)
    if "Date" in classes:
        # A period of one day is a day; datetime64 of pandas is a moment.
        days, _ = array_from(vector, FromR())
        return pandas.arrays.PeriodArray(days.view("i8"), dtype=pandas.PeriodDtype("D"))
    if "POSIXct" in classes:
        moments, _ = array_from(vector, FromR())
        return _in_zone(pandas, moments, vector.texts)
    if "difftime" in classes:
        return durations_from(vector.values, vector.texts[0] if vector.texts else None)
    if vector.r_type == "character":
        refuse_classes(vector.classes)
        texts = np.array([*vector.texts, None], dtype=object)[vector.values]
        # The array alone: pandas would align the index of a Series with that of the table.
        return pandas.Series(texts, dtype=pandas.Series(["text"]).dtype).array
    is_whole = vector.r_type in ("logical", "integer") or "integer64" in classes
    look_for_na = replace(policies, na="mask") if is_whole and policies.na == "error" else policies
    return _plain_or_nullable(pandas, array_from(vector, look_for_na)[0], policies)


def _plain_or_nullable(pandas: Any, array: Array, policies: FromR) -> Any:
    """Return an array; with missing elements or if masked arrays are asked for a nullable one."""
    if not isinstance(array, np.ma.MaskedArray):
        return array
    values, mask = np.asarray(array), np.ma.getmaskarray(array)
    if policies.na != "mask" and not mask.any():
        return values
    kinds = {
        "b": pandas.arrays.BooleanArray,
        "i": pandas.arrays.IntegerArray,
        "u": pandas.arrays.IntegerArray,
        "f": pandas.arrays.FloatingArray,
    }
    if values.dtype.kind in kinds and values.dtype != "float16":
        return kinds[values.dtype.kind](values.copy(), mask.copy())
    if mask.any() and values.dtype.kind not in "M":
        raise ConversionError(
            f"element [{int(mask.argmax()) + 1}] is NA, which a column of dtype {values.dtype} "
            "does not hold"
        )
    return values


def _categorical(pandas: Any, vector: Vector) -> Any:
    refuse_classes(vector.classes)
    known, places = factor_from(vector)
    levels = known[:-1]
    if None in levels:
        raise ConversionError(
            "NA is a level of the factor, and a category of pandas is a value: "
            "factor(x, exclude = NA) makes it a missing element"
        )
    if len(set(levels)) < len(levels):
        raise ConversionError("a level of the factor is there twice: the factor is broken")
    codes = np.where(places == len(levels), -1, places)
    return pandas.Categorical.from_codes(
        codes, _text_index(pandas, levels), ordered="ordered" in vector.classes
    )


def _in_zone(pandas: Any, moments: Array, zones: Any) -> Any:
    """Return times with the zone in which R prints them; without one it is UTC."""
    zone = (zones[0] if zones else None) or "UTC"
    in_utc = pandas.DatetimeIndex(moments).tz_localize("UTC")
    try:
        return (in_utc if zone == "UTC" else in_utc.tz_convert(zone)).array
    except (KeyError, ValueError, OSError):
        raise ConversionError(
            f'the time zone {zone!r} is not known to Python: attr(x, "tzone") <- "UTC" shows the '
            "same moments in UTC"
        ) from None


def _list_column(column: ListOfR, convert: Callable[[Any], Any]) -> Any:
    places = [f"element {place}" for place in range(1, len(column.elements) + 1)]
    elements = each(convert, column.elements, places)
    if all(element is None for element in elements):
        raise ConversionError(
            "no element of a column of lists has a value, so that it would come back as text: "
            "x$name <- NULL removes the column"
        )
    objects = np.empty(len(elements), dtype=object)
    for place, element in enumerate(elements):  # at once NumPy would look into them
        objects[place] = element
    return objects
