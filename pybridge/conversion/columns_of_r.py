"""Read vectors and data frames of R as columns, and make columns of a library of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from pybridge.conversion.arrow_arrays import Consumer, Maker, maker
from pybridge.conversion.columns import (
    Days,
    Durations,
    Factor,
    InPython,
    Moments,
    Numbers,
    Texts,
    text_index,
)
from pybridge.conversion.frames import column_places, each, list_from
from pybridge.conversion.labels import refuse_na_label
from pybridge.conversion.moments import durations_from
from pybridge.conversion.parts import described
from pybridge.conversion.policies import FromR
from pybridge.conversion.r_to_numpy import array_from, factor_from, refuse_classes
from pybridge.conversion.rvalues import ListOfR, RowNames, Vector
from pybridge.conversion.tables import Frame, ListsOfR
from pybridge.errors import ArgumentError, ConversionError

Array = np.ndarray[Any, Any]
Convert = Callable[[Any, FromR], Any]


def pandas_if_installed() -> Any:
    """Return the package pandas, or None."""
    try:
        return import_module("pandas")
    except ImportError:
        return None


def _pandas() -> Any:
    pandas = pandas_if_installed()
    if pandas is None:
        raise ArgumentError(
            'there is no pandas here to make a table of: pip install "pybridge-r[pandas]"'
        )
    return pandas


# Vectors


def column_of_r(vector: Vector, policies: FromR) -> InPython:
    """Return the column of a vector of R of one axis."""
    _refuse_matrix(vector.values)
    classes = set(vector.classes)
    if "factor" in classes:
        refuse_classes(vector.classes)
        known, places = factor_from(vector)
        codes = np.where(places == len(known) - 1, -1, places)
        return Factor(codes, known[:-1], "ordered" in classes)
    if "Date" in classes:
        return Days(array_from(vector, FromR())[0])
    if "POSIXct" in classes:
        zone = vector.texts[0] if vector.texts else None
        return Moments(array_from(vector, FromR())[0], zone or None)
    if "difftime" in classes:
        return Durations(durations_from(vector.values, vector.texts[0] if vector.texts else None))
    if vector.r_type == "character":
        refuse_classes(vector.classes)
        texts = np.array([*vector.texts, None], dtype=object)
        return Texts(texts[vector.values].tolist())
    return _numbers(array_from(vector, policies)[0])


def _refuse_matrix(values: Array) -> None:
    if values.ndim > 1:
        raise ConversionError(
            "it is a matrix, and a column of a table is not: do.call(data.frame, x) makes a column "
            "of each of its columns"
        )


def _numbers(array: Array) -> Numbers:
    if isinstance(array, np.ma.MaskedArray):
        return Numbers(np.asarray(array), np.ma.getmaskarray(array))
    return Numbers(array)


def _masking(vector: Vector, policies: FromR, *, is_arrow: bool) -> FromR:
    """Return the policies by which `NA` is distinguished from the elements.

    A pandas column keeps a real `NA` as NaN; an Arrow column distinguishes the two.
    """
    is_whole = vector.r_type in ("logical", "integer") or "integer64" in vector.classes
    if policies.na == "error" and (is_whole or is_arrow):
        return replace(policies, na="mask")
    return policies


def column_in_pandas(vector: Vector, policies: FromR) -> Any:
    """Return a Series with the names of a vector, or a DataFrame with the dimnames of a matrix."""
    pandas = _pandas()
    labels = vector.dimnames[0] if vector.dimnames else [None] * vector.values.ndim
    for axis, texts in enumerate(labels, start=1):
        refuse_na_label(texts, axis)
    if vector.values.ndim > 2:
        raise ConversionError(
            f"an array of {vector.values.ndim} axes is not a table: "
            'like = "xarray" keeps the dimnames of any array'
        )
    indices = [None if texts is None else text_index(pandas, texts) for texts in labels]
    if vector.values.ndim < 2:
        column = _read(vector, policies).in_pandas(pandas, policies)
        return pandas.Series(column, index=indices[0] if indices else None, copy=True)
    count = vector.values.shape[1]
    columns = [
        _read(_column_of_matrix(vector, place), policies).in_pandas(pandas, policies)
        for place in range(count)
    ]
    index = pandas.RangeIndex(len(vector.values)) if indices[0] is None else indices[0]
    table = pandas.DataFrame(dict(enumerate(columns)), index=index, copy=True)
    table.columns = pandas.RangeIndex(count) if indices[1] is None else indices[1]
    return table


def _read(vector: Vector, policies: FromR) -> InPython:
    column = column_of_r(vector, _masking(vector, policies, is_arrow=False))
    return _in_units(column, None, policies)


def _column_of_matrix(vector: Vector, place: int) -> Vector:
    return replace(vector, values=vector.values[:, place], has_dim=False, dimnames=None)


def categories(vector: Vector, policies: FromR) -> Any:
    """Return a factor as a pandas Categorical, or raise without pandas."""
    pandas = pandas_if_installed()
    if pandas is None or policies.frames != "pandas" or policies.dimnames != "drop":
        reason = "a factor is categories, and a tensor has none"
        if pandas is None:
            reason = (
                "a factor becomes a pandas Categorical, which is not installed: "
                'pip install "pybridge-r[pandas]"'
            )
        raise ConversionError(f"{reason}; as.character(x) is its text, as.integer(x) its codes")
    if vector.values.ndim > 1:
        raise ConversionError(
            "a factor with a dim is not a column: as.character(x) is its text, as.integer(x) "
            "its codes"
        )
    return column_of_r(vector, policies).in_pandas(pandas, policies)


# Data frames


def frame_from(frame: ListOfR, convert: Convert, policies: FromR) -> Any:
    """Convert a data frame to a DataFrame, to a table of another library, or to a dict of columns.

    `convert` converts an R object to an array or a list.
    """
    policies = replace(policies, scalars=False)
    if policies.like is not None and policies.like != "pandas":
        read = _reader(convert, policies, is_arrow=True)
        return in_library(_table(frame, read, policies), policies.like)
    pandas = None
    if policies.like == "pandas":
        pandas = _pandas()
    elif policies.frames != "dict" and policies.dimnames == "drop":
        pandas = pandas_if_installed()
    if pandas is None:
        _refuse_row_names(frame.row_names, policies)
        return list_from(frame, lambda column: convert(column, policies))
    if policies.frames == "arrays":
        read = partial(_cast, convert=convert, policies=policies)
    else:
        read = _reader(convert, replace(policies, like=None), is_arrow=False)
    return _table(frame, read, policies).in_pandas(pandas, policies)


def in_library(column: InPython, like: Any) -> Any:
    """Return a column or a table of a library that speaks Arrow's protocol."""
    make: Maker = like.maker() if isinstance(like, Consumer) else maker(like)
    made = _made(column, make)
    return like.take(made) if isinstance(like, Consumer) else made


def _made(column: InPython, make: Maker) -> Any:
    if not isinstance(column, Frame):
        return column.in_arrow(make)
    if column.has_row_names:
        names: Any = column.row_names
        raise ConversionError(
            f"the data frame has row names, such as {names[0]!r}, and an Arrow table "
            "has none: cbind(name = row.names(x), x) makes a column of them, "
            "row.names(x) <- NULL drops them"
        )
    return column.table_of(make)


def vector_in_library(vector: Vector, policies: FromR) -> Any:
    """Return an R vector as a column of the library that `policies` name."""
    if policies.like == "pandas":
        return column_in_pandas(vector, policies)
    if vector.values.ndim > 1:
        raise ConversionError("it is a matrix, and a column is not: as.data.frame(x) is a table")
    column = column_of_r(vector, _masking(vector, policies, is_arrow=True))
    return in_library(_in_units(column, None, policies), policies.like)


def _table(frame: ListOfR, read: Callable[[Any], InPython], policies: FromR) -> Frame:
    """Return the columns of a data frame, each read by a function."""
    names = _column_names(frame)
    columns = each(read, frame.elements, column_places(names))
    columns = [_in_units(*pair, policies) for pair in zip(columns, names, strict=True)]
    rows = _count_rows(frame.row_names, columns)
    for name, column in zip(names, columns, strict=True):
        if len(column) != rows:
            raise ConversionError(
                f"column {name!r} has {len(column)} rows, and the data frame has {rows}: it is "
                "broken"
            )
    return Frame(names, columns, rows, frame.row_names)


def _in_units(column: InPython, name: str | None, policies: FromR) -> InPython:
    """Return times in the unit that a column of this name has in `like`, where it holds them."""
    unit = dict(policies.units).get(name)
    return column.in_unit(unit) if unit and isinstance(column, Moments | Durations) else column


def _reader(convert: Convert, policies: FromR, *, is_arrow: bool) -> Callable[[Any], InPython]:
    return partial(_column, convert=convert, policies=policies, is_arrow=is_arrow)


def _column(column: Any, convert: Convert, policies: FromR, *, is_arrow: bool) -> InPython:
    """Return the column that holds what an R column holds, given as parts."""
    x = described(column)
    if isinstance(x, Vector):
        return column_of_r(x, _masking(x, policies, is_arrow=is_arrow))
    if isinstance(x, ListOfR):
        if "data.frame" in x.classes:
            if is_arrow:
                return _struct(x, convert, policies)
            raise ConversionError(
                "it is a data frame, and a pandas column is not: do.call(data.frame, x) makes "
                "one table of both"
            )
        if set(x.classes) <= {"AsIs", "list"}:
            return ListsOfR(
                x.elements,
                lambda element: convert(element, policies),
                lambda element: _element(element, convert, policies),
            )
    convert(column, policies)  # most other objects raise here
    what = "NULL" if x is None else "a matrix"
    raise ConversionError(f"it is {what}, and a column of a table has one value for each row")


def _element(element: Any, convert: Convert, policies: FromR) -> InPython | None:
    return None if element is None else _column(element, convert, policies, is_arrow=True)


def _struct(frame: ListOfR, convert: Convert, policies: FromR) -> Frame:
    table = _table(frame, _reader(convert, policies, is_arrow=True), policies)
    if table.has_row_names:
        raise ConversionError("it is a data frame with row names, which a struct cannot have")
    return table


def _cast(column: Any, convert: Convert, policies: FromR) -> InPython:
    """Return a column of the dtype that the user asked for."""
    array = convert(column, policies)
    if not isinstance(array, np.ndarray):
        raise ConversionError("it is not a vector, so it has no dtype")
    _refuse_matrix(array)
    return _numbers(array)


def _count_rows(names: RowNames | None, columns: list[InPython]) -> int:
    if isinstance(names, int):
        return names
    if names is None:
        return len(columns[0]) if columns else 0
    return len(names)


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
