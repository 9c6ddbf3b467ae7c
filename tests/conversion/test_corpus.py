"""The corpus of conversions, which the tests of the R package run as well.

What it expects is written in the other language: R's own value, or NumPy's own array.
"""

import json
from collections import Counter
from functools import partial
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from conversion_oracle import assert_identical, r_value

import pybridge
from pybridge.conversion import to_r
from pybridge.conversion.casting import Target, own_array
from pybridge.conversion.policies import FromR
from pybridge.conversion.r_to_python import value_from
from pybridge.conversion.rpy2_host import r_host
from pybridge.errors import PybridgeError

PATH = Path(pybridge.__file__).parent / "testing" / "conversion.json"
CASES = json.loads(PATH.read_text(encoding="utf-8"))
NA_REAL = np.array([0x7FF00000000007A2], "u8").view("f8")[0]


def of_numpy(code):
    return eval(code, {"np": np, "ml_dtypes": ml_dtypes, "NA_REAL": NA_REAL})


def of_r(case):
    policy = dict(case["policy"])
    na = policy.pop("na", "error")
    own = partial(own_array, target=Target(**policy))
    frames = "arrays" if "dtype" in policy else "pandas"
    policies = FromR(na, scalars=True, own=own, frames=frames)
    return value_from(r_host().parts(r_value(case["r"])), policies)


def assert_same_array(found, expected):
    assert type(found) is type(expected)
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    assert found.flags.writeable
    assert found.flags.owndata or found.base.flags.owndata
    if isinstance(found, np.ma.MaskedArray):
        assert found.mask.tolist() == expected.mask.tolist()
        found, expected = found.compressed(), expected.compressed()
    assert found.flags.f_contiguous == expected.flags.f_contiguous
    assert found.tobytes("C") == expected.tobytes("C")


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.get("r") or case["numpy"])[:40])
def test_a_case_of_the_corpus(case):
    to_python = case["direction"] == "to_python"
    convert = of_r if to_python else lambda case: to_r(of_numpy(case["numpy"]), **case["policy"])
    if "error" in case:
        with pytest.raises(PybridgeError, match=case["error"]):
            convert(case)
    elif to_python:
        assert_same_array(convert(case), of_numpy(case["numpy"]))
    else:
        assert_identical(convert(case), case["r"])


def test_the_corpus_has_both_directions_values_and_errors():
    kinds = Counter((case["direction"], "error" in case) for case in CASES)
    assert len(kinds) == 4
    assert min(kinds.values()) >= 10
