"""The corpus of values, which the tests of the R package run as well: what becomes what.

What it expects is written in the other language; R's `identical()` and the library's own
comparison decide.
"""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conversion_oracle import assert_identical, r_value
from value_names import NAMES

from pybridge.conversion import from_r, to_r
from pybridge.errors import PybridgeError
from pybridge.testing.values import difference, value_cases


def name_of(case):
    return f"{case.get('r', '')} {case.get('python', '')}"[:70]


@pytest.mark.parametrize("case", value_cases("from_python"), ids=name_of)
def test_a_value_of_python_in_r(case):
    value = eval(case["python"], dict(NAMES))
    policy = {name: x for name, x in case["policy"].items() if name != "like"}
    if "error" in case:
        with pytest.raises(PybridgeError, match=case["error"]):
            to_r(value, **policy)
    else:
        assert_identical(to_r(value, **policy), case["r"])


@pytest.mark.parametrize("case", value_cases("to_python"), ids=name_of)
def test_a_value_of_r_in_python(case):
    value = r_value(case["r"])
    if "error" in case:
        with pytest.raises(PybridgeError, match=case["error"]):
            from_r(value, **case["policy"])
        return
    found = from_r(value, **case["policy"])
    expected = eval(case["python"], dict(NAMES))
    if isinstance(expected, dict):  # from_r gives each vector an axis
        found = {name: x.reshape(expected[name].shape) for name, x in found.items()}
    assert difference(found, expected) == ""


def test_the_comparison_sees_every_kind_of_difference():
    pairs = [
        (np.array([1]), np.array([1.0])),
        (np.array([1]), np.array([2])),
        ([1, 2], [1]),
        ({"a": 1}, {"b": 1}),
        (pd.Series([1, 2]), pd.Series([1.0, 2.0])),
        (pd.Series([1], index=["a"]), pd.Series([1], index=["b"])),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"a": [2]})),
        (pd.Categorical(["a"]), pd.Categorical(["a"], categories=["a", "b"])),
        (pl.Series([None, 1.0]), pl.Series([float("nan"), 1.0])),
        (pl.DataFrame({"a": [1]}), pl.DataFrame({"a": [1]}, schema={"a": pl.Int32})),
        (pa.array([1]), pa.array([1], pa.int32())),
        (pa.table({"a": [1]}), pa.table({"a": [None]})),
    ]
    for one, other in pairs:
        assert difference(one, other), (one, other)
        assert difference(one, one) == ""
    assert len(value_cases("from_python")) > 60
    assert len(value_cases("to_python")) > 20
