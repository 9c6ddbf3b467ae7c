"""The corpus of values: what values become between R and Python, with rpy2 and reticulate.

`values.json` is next to this file. A case has the code of an R value, the code of a Python value,
and the directions in which they are converted; or `error`, a regular expression for the message.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

PATH = Path(__file__).with_name("values.json")


def value_cases(direction: str) -> list[dict[str, Any]]:
    """Return the cases of one direction, "to_python" or "from_python"."""
    cases: list[dict[str, Any]] = json.loads(PATH.read_text(encoding="utf-8"))
    return [case for case in cases if case["direction"] in (direction, "both")]


def difference(found: Any, expected: Any) -> str:
    """Return how two values differ in type, dtype or elements; "" where they do not.

    >>> difference({"a": np.array(1)}, {"a": np.array(1)}), difference([1], [1.0])
    ('', "<class 'int'> instead of <class 'float'>")
    """
    if type(found) is not type(expected):
        return f"{type(found)} instead of {type(expected)}"
    if isinstance(expected, dict):
        if [*found] != [*expected]:
            return f"names {[*found]}"
        return "".join([difference(found[name], expected[name]) for name in expected])
    if isinstance(expected, list):
        if len(found) != len(expected):
            return f"length {len(found)}"
        return "".join([difference(one, other) for one, other in zip(found, expected, strict=True)])
    if isinstance(expected, np.ndarray):
        is_same = found.dtype == expected.dtype and found.shape == expected.shape
        return "" if is_same and found.tobytes() == expected.tobytes() else repr(found)
    return "" if _is_equal(found, expected) else f"{found!r} instead of {expected!r}"


def _is_equal(found: Any, expected: Any) -> bool:
    library = type(expected).__module__.partition(".")[0]
    if library == "pandas":
        if hasattr(expected, "index"):
            same = found.index.equals(expected.index) and found.equals(expected)
            return bool(same and _dtypes(found) == _dtypes(expected))
        return bool(found.dtype == expected.dtype and found.equals(expected))
    if library == "polars":
        # NaN and null are two values: written out they differ
        has_columns = hasattr(expected, "columns")
        types = [x.schema if has_columns else x.dtype for x in (found, expected)]
        elements = [x.rows() if has_columns else x.to_list() for x in (found, expected)]
        return bool(types[0] == types[1] and repr(elements[0]) == repr(elements[1]))
    if library == "pyarrow":
        types = [getattr(x, "schema", None) or x.type for x in (found, expected)]
        return bool(types[0] == types[1] and found.to_pylist() == expected.to_pylist())
    return bool(found == expected)


def _dtypes(x: Any) -> list[str]:
    return [str(dtype) for dtype in x.dtypes] if x.ndim == 2 else [str(x.dtype)]
