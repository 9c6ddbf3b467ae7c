"""The whole corpus on every backend in every mode, and R's own dialect compared with NumPy's."""

import warnings

import numpy as np
import pytest
from backends.adapters import ADAPTERS, EVERY
from backends.running import MODES, STORE_MODES, base_cases, complaint, found_in, verdict
from corpus import cases

from pybridge import errors

CASES = cases()
EVERYWHERE = MODES + STORE_MODES


@pytest.mark.parametrize(("name", "mode"), EVERYWHERE, ids=[" ".join(pair) for pair in EVERYWHERE])
def test_the_corpus(name, mode):
    adapter = EVERY[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.PybridgeWarning)
        found = found_in(adapter, mode, CASES)
    assert len(found) == len(CASES) >= 280
    known = mode not in adapter.unknown
    complaints = {case["id"]: verdict(adapter, mode, case, found[case["id"]]) for case in CASES}
    refused = [each for each in found.values() if isinstance(each, errors.TracingError)]
    assert not refused or not known
    assert {text: why for text, why in complaints.items() if why} == {}


@pytest.mark.parametrize(("name", "mode"), MODES, ids=[" ".join(pair) for pair in MODES])
@pytest.mark.filterwarnings("ignore::pybridge.errors.PybridgeWarning")
def test_rs_own_dialect_as_on_numpy(name, mode):
    wanted = base_cases()
    found = found_in(ADAPTERS[name], mode, wanted)
    if mode in ADAPTERS[name].unknown:
        # R's own rules depend on every size, so that an unknown one is refused, whatever is asked
        assert {type(each) for each in found.values()} == {errors.TracingError}
        return
    complaints = {case["id"]: complaint(case, found[case["id"]]) for case in wanted}
    assert {text: why for text, why in complaints.items() if why} == {}


def test_the_comparison_itself_can_fail():
    case = {"shape": [2, 2], "expected": {"shape": [2], "values": [1, None]}}
    assert complaint(case, np.array([1.0, NAN])) is None
    assert "shape" in complaint(case, np.array([[1.0, NAN]]))
    assert "dtype" in complaint(case, np.array([1.0, NAN], "float32"))
    assert "not" in complaint(case, np.array([NAN, 1.0]))
    assert "Error" in complaint(case, errors.TracingError("no"))
    failing = {"shape": [2], "expected": {"error": "pybridge_error_subscript_oob"}}
    assert "expected" in complaint(failing, np.array([1.0]))
    assert "expected" in complaint(failing, errors.SubscriptError("no"))


NAN = float("nan")
