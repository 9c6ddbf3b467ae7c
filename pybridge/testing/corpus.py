"""The corpus: the meaning of subscripts, as cases in JSON for any language.

`subscripts.json` is next to this file in the Python package, and in the R package at
`system.file("python/pybridge/testing/subscripts.json", package = "pybridge")`.
`subscripts.schema.json` describes it. A case has a shape, the text between two brackets, and the
result. Its tensor has the elements 1, 2, 3, ... in row-major order, as reals.
`expected` is a shape and values in row-major order (null is NA), or the class of the error. With a
`value` the case is an assignment, and `expected` is the whole tensor afterwards. R has confirmed
every case: for the base dialect with its own brackets, for the tensor dialect with the same rules
written in base R. The first number of the version grows when a case changes its meaning.
"""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

PATH = Path(__file__).with_name("subscripts.json")
SCHEMA = PATH.with_name("subscripts.schema.json")


def corpus() -> dict[str, Any]:
    """Return the whole file: its version and its cases."""
    text = files(__package__).joinpath(PATH.name).read_text(encoding="utf-8")  # also in a zip
    contents: dict[str, Any] = json.loads(text)
    return contents


def cases() -> list[dict[str, Any]]:
    """Return every case of the corpus.

    >>> cases()[0]["subscripts"], cases()[0]["expected"]
    ('1', {'shape': [], 'values': [1]})
    """
    all_cases: list[dict[str, Any]] = corpus()["cases"]
    return all_cases


def tensor_of(case: dict[str, Any]) -> npt.NDArray[np.float64]:
    """Return the tensor of a case."""
    shape = tuple(case["shape"])
    return np.arange(1.0, 1 + int(np.prod(shape))).reshape(shape)


def value_of(case: dict[str, Any]) -> npt.NDArray[np.float64]:
    """Return the value that a case assigns."""
    value = case["value"]
    return np.array(value["values"], float).reshape(value["shape"])


def is_expected(case: dict[str, Any], outcome: npt.NDArray[Any] | Exception) -> bool:
    """Return whether an array, or an exception, is the expected result of a case."""
    expected = case["expected"]
    if isinstance(outcome, Exception) or "error" in expected:
        return isinstance(outcome, Exception) and "error" in expected
    values = np.array([np.nan if v is None else v for v in expected["values"]], float)
    return list(outcome.shape) == expected["shape"] and bool(
        np.array_equal(outcome.ravel(), values, equal_nan=True)
    )
