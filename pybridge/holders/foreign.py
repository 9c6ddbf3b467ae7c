"""Advice for objects that are not tensors: the call that converts them."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

_CALLS: Final = {
    "awkward": "awkward.to_numpy(x) makes a NumPy array of one whose rows have equal lengths",
    "polars": "x.to_pandas(use_pyarrow_extension_array=True) makes a pandas table or column",
    "pyarrow": "x.to_pandas(types_mapper=pandas.ArrowDtype) makes a pandas table or column",
}
"""By the package of a type."""

_OF_IBIS: Final = "x.to_pyarrow(), x.to_polars() or x.to_pandas() runs the query"
_CALLS_BY_NAME: Final = {
    "polars.LazyFrame": "x.collect() runs the query and makes a table of it",
    "polars.Expr": "an expression has no elements; df.select(x) makes a table of it",
    "pyarrow.Dataset": "x.to_table() reads it into a table",
    "pyarrow.Scanner": "x.to_table() reads it into a table",
    "pyarrow.RecordBatchReader": "x.read_all() reads it into a table",
    "pyarrow.Scalar": "x.as_py() is its value",
    "duckdb.DuckDBPyRelation": "x.to_arrow_table(), x.pl() or x.df() runs the query",
    "ibis.Table": _OF_IBIS,
    "ibis.Column": _OF_IBIS,
    "narwhals.LazyFrame": "x.collect().to_native() makes a table of its library",
    "narwhals.DataFrame": "x.to_native() is the table of its library",
    "narwhals.Series": "x.to_native() is the column of its library",
    "xarray.Dataset": 'x["name"] is one of its arrays',
}
"""By the package and the name of a type or of one of its bases."""

_CALLS_BY_TYPE: Final = {
    "DataTree": 'x["path"] is one of its arrays',
    "_iLocIndexer": "it counts from zero by itself; give the table, df",
    "_LocIndexer": "it takes labels by itself; give the table, df",
}


def is_of_arrow(kind: type) -> bool:
    """Return whether a class is of PyArrow or polars, whose `__array__` loses missing elements."""
    return kind.__module__.partition(".")[0] in ("pyarrow", "polars")


def advice_for(x: Any) -> str:
    """Return what to write where an array is needed and `x` is not one.

    >>> advice_for({"a": 1})
    "take one of its values, x['a']"
    >>> advice_for([1, 2])
    'numpy.asarray(x) makes an array of it'
    """
    kind = type(x)
    for base in kind.__mro__:
        package = base.__module__.partition(".")[0].lstrip("_")
        call = _CALLS_BY_NAME.get(f"{package}.{base.__name__}", "")
        if call:
            return call
    for package, call in _CALLS.items():
        is_missing = call.startswith("x.to_pandas") and not hasattr(kind, "to_pandas")
        if f"{kind.__module__}.".startswith(f"{package}.") and not is_missing:
            return call
    if kind.__name__ in _CALLS_BY_TYPE:
        return _CALLS_BY_TYPE[kind.__name__]
    if isinstance(x, Mapping):
        first = next(iter(x), "name")
        return f"take one of its values, x[{first!r}]"
    if isinstance(x, ModuleType):
        return f"it is the module {x.__name__}; give an array"
    if x is None:
        return "there is nothing to name elements of"
    if hasattr(kind, "__arrow_c_array__"):  # of a picture it loses the axes
        makes_axes = hasattr(kind, "__array_interface__")
        return f"{'numpy.asarray' if makes_axes else 'pyarrow.array'}(x) makes an array of it"
    if hasattr(kind, "__arrow_c_stream__"):
        return "pyarrow.table(x) makes a table of it"
    if hasattr(kind, "to_numpy"):
        return "x.to_numpy() makes a NumPy array of it"
    if hasattr(kind, "__array__") or isinstance(x, list | tuple | range | int | float | complex):
        return "numpy.asarray(x) makes an array of it"
    if hasattr(kind, "__dlpack__"):
        return "numpy.from_dlpack(x) makes an array of it"
    return "give a NumPy array, or a tensor of one of its libraries"
