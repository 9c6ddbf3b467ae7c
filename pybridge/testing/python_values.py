"""Python values as R would hold them, for the inputs of a test and for the values it compares.

All NumPy arrays are read here. pandas, polars, pyarrow and xarray are recognized by their
attributes and never imported. A tensor of another library is read by pybridge itself, which is then
imported.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from pybridge.errors import ArgumentError
from pybridge.testing.r_values import Array, Names, RValue, is_na_real, na_of, vector

KINDS = {"b": "logical", "i": "integer", "u": "integer", "f": "double", "c": "complex"}
SCALARS: tuple[type, ...] = (bool, int, float, complex, str, np.generic)
SCALARS += (datetime.date, datetime.timedelta)  # a datetime is a date
DAY = 86400.0


def as_r(x: Any) -> RValue:
    """Return a Python value as R would hold it.

    Arrays, tensors, Series, scalars and lists of scalars become vectors. None becomes NULL. A
    mapping, a dataclass and a named tuple become a named list. A data frame becomes a data frame.

    >>> as_r(np.ma.array([1, 2], mask=[False, True])).is_na
    array([False,  True])
    >>> as_r({"a": [1, 2], "b": "x"}).names
    ['a', 'b']
    """
    if isinstance(x, RValue):
        return x
    if x is None:
        return RValue("NULL")
    columns = columns_of(x)
    if columns is not None:
        return data_frame(columns, row_names_of(x))
    entries = entries_of(x)
    if entries is not None:
        data = [as_r(entry) for entry in entries.values()]
        return RValue("list", data, shape=(len(data),), names=[str(name) for name in entries])
    if isinstance(x, list | tuple) and not _is_array_like(x):
        return RValue("list", [as_r(entry) for entry in x], shape=(len(x),))
    return vector_of(x)


def data_frame(columns: Mapping[str, Any], row_names: list[str] | None = None) -> RValue:
    """Return columns as R's data frame."""
    data = [dataclasses.replace(as_r(column), names=None) for column in columns.values()]
    names: Names = [str(name) for name in columns]
    classes = ("data.frame",)
    return RValue("list", data, shape=(len(data),), names=names, classes=classes,
                  row_names=row_names)  # fmt: skip


def entries_of(x: Any) -> dict[str, Any] | None:
    """Return the entries of what has names: a mapping, a dataclass, a named tuple; or None."""
    if isinstance(x, Mapping):
        return dict(x)
    if dataclasses.is_dataclass(x) and not isinstance(x, type | RValue):
        return {each.name: getattr(x, each.name) for each in dataclasses.fields(x)}
    return dict(x._asdict()) if isinstance(x, tuple) and hasattr(x, "_asdict") else None


def columns_of(x: Any) -> dict[str, Any] | None:
    """Return the columns of a data frame of pandas, polars or pyarrow; or None."""
    if _library(x) in ("pandas", "polars") and hasattr(x, "columns"):
        names = list(x.columns)
        if len(set(names)) < len(names):
            raise ArgumentError("two columns of the data frame have the same name")
        return {str(name): x[name] for name in names}
    if _library(x) == "pyarrow" and hasattr(x, "column_names"):
        return {name: x[name] for name in x.column_names}
    return None


def row_names_of(x: Any) -> list[str] | None:
    """Return the row names of a data frame of pandas, unless its index counts the rows."""
    index = getattr(x, "index", None)
    if _library(x) != "pandas" or index is None or type(index).__name__ == "RangeIndex":
        return None
    return [str(label) for label in index]


def vector_of(x: Any) -> RValue:
    """Return an array, a tensor, a Series, a list of scalars or a scalar as an R vector."""
    library = _library(x)
    if library == "pandas" and hasattr(x, "dtype"):
        return _of_pandas(x)
    if library == "polars" and hasattr(x, "to_list"):
        return vector_of(x.to_list())
    if library == "pyarrow" and hasattr(x, "to_pylist"):
        return vector_of(x.to_pylist())
    if library == "xarray" and hasattr(x, "indexes"):
        return _of_xarray(x)
    if not isinstance(x, (np.ndarray, list, tuple, *SCALARS)):
        from pybridge.conversion.tensors import numpy_from  # what `import pybridge` has not loaded

        x = numpy_from(x)
    if isinstance(x, list | tuple) and any(entry is None for entry in x):
        x = np.array([*x, None], object)[:-1]
    return _of_numpy(np.asanyarray(x))


def _of_numpy(array: Array) -> RValue:
    is_na = np.ma.getmaskarray(array).ravel(order="F").copy()
    shape, kind = array.shape, array.dtype.kind
    flat = np.asarray(np.ma.getdata(array)).ravel(order="F")
    if kind == "O":
        is_na |= np.array([entry is None or _is_pandas_na(entry) for entry in flat], bool)
        flat, kind = _without_objects(flat, is_na)
    if kind in "Mm":
        return _of_time(flat, is_na | np.isnat(flat), shape)
    if kind in "UT":
        return _filled(vector(flat.astype(object), "character", is_na, shape))
    if kind == "V" and flat.dtype.names is None and flat.dtype.itemsize:
        flat, kind = _as_float(flat), "f"  # a dtype that NumPy lacks, such as bfloat16
    if kind not in KINDS:
        raise ArgumentError(f"the oracle takes no array of dtype {array.dtype}")
    if kind in "iu" and flat.size and not _is_r_integer(flat):
        kind = "f"  # reals are used, as by R's parser
    if kind == "f":
        flat = flat.astype(float)
        is_na |= is_na_real(flat)
    return _filled(vector(flat, KINDS[kind], is_na, shape))


def _filled(value: RValue) -> RValue:
    """Return a vector in which what is NA holds what R has there."""
    if value.is_na.any():
        value.data[value.is_na] = na_of(value.type)
    return value


def _as_float(flat: Array) -> Array:
    try:
        return flat.astype(float)
    except (TypeError, ValueError):
        raise ArgumentError(f"the oracle takes no array of dtype {flat.dtype}") from None


def _is_r_integer(flat: Array) -> bool:
    """Return whether R's integers hold every entry."""
    return bool(int(flat.min()) > -(2**31) and int(flat.max()) < 2**31)


def _is_pandas_na(entry: Any) -> bool:
    return type(entry).__name__ in ("NAType", "NaTType")


def _without_objects(flat: Array, is_na: Array) -> tuple[Array, str]:
    """Return an array of objects as one of their dtype; what is None has no part in it."""
    known = flat[~is_na].tolist()
    if any(isinstance(entry, str) for entry in known):
        if not all(isinstance(entry, str) for entry in known):
            raise ArgumentError("an array of objects holds texts and others; R's vectors have one")
        return flat, "U"
    found = np.array(known) if known else np.zeros(0, bool)
    if found.dtype.kind == "O" and known and isinstance(known[0], datetime.date):
        found = np.array(known, "datetime64[us]" if hasattr(known[0], "hour") else "datetime64[D]")
    if found.dtype.kind == "O" and known and isinstance(known[0], datetime.timedelta):
        found = np.array(known, "timedelta64[us]")
    if found.dtype.kind == "O" or found.ndim != 1:
        raise ArgumentError(f"the oracle takes no array of objects such as {known[0]!r}")
    whole = np.zeros(flat.size, found.dtype)
    whole[~is_na] = found
    return whole, found.dtype.kind


def _of_time(flat: Array, is_na: Array, shape: tuple[int, ...]) -> RValue:
    """Return dates, times and differences of times; a time is read as UTC."""
    unit = np.datetime_data(flat.dtype)[0]
    is_time = flat.dtype.kind == "M"
    whole = np.where(is_na, np.zeros(1, flat.dtype), flat)
    if is_time and unit in ("D", "W", "M", "Y"):
        days = whole.astype("datetime64[D]").astype(np.int64).astype(float)
        return _filled(vector(days, "double", is_na, shape, classes=("Date",)))
    ticks = np.datetime_data(flat.dtype)[0]
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
    if ticks not in per_second:
        whole, ticks = whole.astype(f"{flat.dtype.kind}8[s]"), "s"
    step = np.datetime_data(whole.dtype)[1]
    seconds = whole.astype(np.int64) * step / per_second[ticks]
    if is_time:
        return _filled(vector(seconds, "double", is_na, shape, classes=("POSIXct", "POSIXt")))
    return _filled(vector(seconds, "double", is_na, shape, classes=("difftime",), units="secs"))


def _of_pandas(x: Any) -> RValue:
    """Return a pandas Series, index or array, with the index as names."""
    dtype, array = x.dtype, getattr(x, "array", x)
    row_names = row_names_of(x)
    names: Names = None if row_names is None else list(row_names)
    if hasattr(dtype, "categories"):
        levels = [str(level) for level in array.categories]
        codes = np.asarray(array.codes, np.int64)
        classes = ("ordered", "factor") if array.ordered else ("factor",)
        return vector(np.where(codes < 0, 0, codes + 1), "integer", codes < 0,
                      classes=classes, levels=levels, names=names)  # fmt: skip
    if isinstance(dtype, np.dtype):
        found = _of_numpy(np.asarray(x))
    elif getattr(dtype, "tz", None) is not None:
        found = _of_numpy(np.asarray(array.tz_convert("UTC").tz_localize(None)))
    else:
        is_na = np.asarray(array.isna(), bool)
        if getattr(dtype, "kind", "O") in "iubf":
            found = _of_numpy(
                np.ma.array(array.to_numpy(dtype.numpy_dtype, na_value=0), mask=is_na)
            )
        else:
            found = _of_numpy(np.array([*array, None], object)[:-1])
    return dataclasses.replace(found, names=names)


def _of_xarray(x: Any) -> RValue:
    """Return an xarray DataArray, with the labels of its axes as dimnames."""
    labels: list[Names] = [
        [str(label) for label in x.indexes[dim]] if dim in x.indexes else None for dim in x.dims
    ]
    found = _of_numpy(np.asanyarray(x.values))
    if x.ndim == 1:
        return dataclasses.replace(found, names=labels[0])
    return dataclasses.replace(found, dimnames=labels if any(labels) else None)


def _is_array_like(x: list[Any] | tuple[Any, ...]) -> bool:
    """Return whether a list is an array written out: scalars, or equal lists of them."""
    if all(entry is None or isinstance(entry, SCALARS) for entry in x):
        return any(entry is not None for entry in x) or not x
    if not all(isinstance(entry, list | tuple) and _is_array_like(entry) for entry in x):
        return False
    return len({_shape(entry) for entry in x}) == 1


def _shape(x: Any) -> tuple[int, ...]:
    return (len(x), *_shape(x[0])) if isinstance(x, list | tuple) and len(x) else ()


def _library(x: Any) -> str:
    return type(x).__module__.partition(".")[0]


def names_text(names: Iterable[Any]) -> str:
    """Return names for a message.

    >>> names_text(["a", None])
    '"a", NA'
    """
    return ", ".join("NA" if name is None else f'"{name}"' for name in names)
