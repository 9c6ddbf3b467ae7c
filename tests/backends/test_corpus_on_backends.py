"""The whole corpus on every backend in every mode, and R's own dialect compared with NumPy's."""

import warnings

import numpy as np
import pytest
from backends.adapters import ADAPTERS, EVERY
from backends.running import (
    MODES,
    STORE_MODES,
    base_cases,
    complaint,
    found_in,
    one_of_each,
    signature,
    verdict,
)
from corpus import cases

from pybridge import errors

CASES = cases()
EVERYWHERE = MODES + STORE_MODES


def both(pairs):
    """Return a decorator for a test of one case of each signature and, slowly, of every case.

    NumPy takes every case, quickly.
    """
    found = [
        pytest.param(
            name, mode, is_whole, id=f"{name} {mode}{', every case' * is_whole}", marks=marks
        )
        for name, mode in pairs
        for is_whole, marks in ([(True, ())] if name == "numpy" else BOTH)
    ]
    return pytest.mark.parametrize(("name", "mode", "is_whole"), found)


BOTH = [(False, ()), (True, pytest.mark.slow)]


@both(EVERYWHERE)
def test_the_corpus(name, mode, is_whole):
    adapter = EVERY[name]
    known = mode not in adapter.unknown
    wanted = CASES if is_whole else one_of_each(CASES, known)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.PybridgeWarning)
        found = found_in(adapter, mode, wanted)
    assert len(found) == len(wanted) >= (280 if is_whole else 150)
    complaints = {case["id"]: verdict(adapter, mode, case, found[case["id"]]) for case in wanted}
    refused = [each for each in found.values() if isinstance(each, errors.TracingError)]
    assert not refused or not known
    assert {text: why for text, why in complaints.items() if why} == {}


@both(MODES)
@pytest.mark.filterwarnings("ignore::pybridge.errors.PybridgeWarning")
def test_rs_own_dialect_as_on_numpy(name, mode, is_whole):
    wanted = base_cases() if is_whole else one_of_each(base_cases())
    found = found_in(ADAPTERS[name], mode, wanted)
    if mode in ADAPTERS[name].unknown:
        # R's own rules depend on every size, so that an unknown one is refused, whatever is asked
        assert {type(each) for each in found.values()} == {errors.TracingError}
        return
    complaints = {case["id"]: complaint(case, found[case["id"]]) for case in wanted}
    assert {text: why for text, why in complaints.items() if why} == {}


def test_every_kind_of_selection_has_a_signature_of_its_own():
    one = {"id": "one", "shape": [2, 3], "dialect": "tensor", "expected": {}}
    texts = ["1, ", "2:2, ", "c(1, 2), ", "2:1, ", "c(TRUE, FALSE), ", "newaxis, .."]
    found = [{**one, "subscripts": text} for text in texts]
    found += [{**found[0], "dialect": "base"}, {**found[1], "shape": [2, 3, 5]}]
    found += [{**found[0], "value": {"shape": [], "values": [1]}}]
    assert len({signature(case) for case in found}) == len(found) - 1  # logicals are positions too
    assert one_of_each([found[0], {**found[0], "subscripts": "2, "}]) == found[:1]


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
