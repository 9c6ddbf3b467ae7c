"""Advice for objects that are not tensors: the call that converts them."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any, Final

_CALLS: Final = {
    "awkward": "awkward.to_numpy(x) makes a NumPy array of one whose rows have equal lengths",
    "polars": "x.to_pandas(use_pyarrow_extension_array=True) makes a table or a column of pandas",
    "pyarrow": "x.to_pandas(types_mapper=pandas.ArrowDtype) makes a table or a column of pandas",
}
"""By the package of a type."""

_CALLS_BY_TYPE: Final = {
    "Dataset": 'x["name"] is one of its arrays',
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
    for package, call in _CALLS.items():
        if f"{kind.__module__}.".startswith(f"{package}."):
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
    if hasattr(kind, "to_numpy"):
        return "x.to_numpy() makes a NumPy array of it"
    if hasattr(kind, "__array__") or isinstance(x, list | tuple | range | int | float | complex):
        return "numpy.asarray(x) makes an array of it"
    if hasattr(kind, "__dlpack__"):
        return "numpy.from_dlpack(x) makes an array of it"
    return "give a NumPy array, or a tensor of one of its libraries"
