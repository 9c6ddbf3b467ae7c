"""The whole corpus on every backend in every mode, and R's own dialect compared with NumPy's."""

import warnings

import numpy as np
import pytest
from backends.adapters import ADAPTERS, ALL
from backends.running import MODES, STORE_MODES, act, complaint, found_in, verdict
from corpus import cases

from pybridge import errors

CASES = cases()
EVERYWHERE = MODES + STORE_MODES

BASE_READS = [
    *("", "2", "7", "31", "-1", "0", "c(1, 7, 7)", "c(-1, -30)", "c(TRUE, FALSE)", "NA", "1.9"),
    *("2, 3, 5", "2, , ", ", 3:1, ", ", -2, ", "0, , ", ", , c(5, 1, 5)", "3, 1, 1", "1, 1"),
    *("c(1, NA), 1, 1", ", c(TRUE, FALSE, NA), 2", "2, 3:2, -(1:3)", "1:2, 3, c(TRUE, FALSE)"),
    *("matrix(c(1, 2, 3, 1, 5, 4), ncol = 3)", "matrix(c(1, 2, NA, 1, 5, 4), ncol = 3)"),
    *("integer(0)", "integer(0), 1, 1", "2, c(0, 3), 1.5", "-1, -1, -1"),
]
BASE_WRITES = [
    *(("2", 0.5), ("c(7, 7)", [1, 2]), ("", [1, 2, 3]), ("2, , ", np.arange(15) / 4)),
    *((", 3:1, 2", [1, 2]), ("c(2, 1), 2, c(5, 1, 5)", [1, 2, 3, 4, 5, 6]), ("-1, -1, -1", 9)),
    *(("matrix(c(1, 1, 3, 3, 5, 5), ncol = 3)", [8, 9]), ("c(TRUE, NA)", 7), ("33", 1)),
    *(("2, , ", [1, 2]), ("3, 1, 1", 1), ("c(NA, 2)", [1, 2]), ("1:2", []), ("0, , ", 3)),
]


def base_cases():
    reads = [{"subscripts": text, "drop": drop} for text in BASE_READS for drop in (True, False)]
    writes = [
        {
            "subscripts": text,
            "value": {"shape": np.shape(value), "values": np.ravel(value).tolist()},
        }
        for text, value in BASE_WRITES
    ]
    made = []
    for number, case in enumerate(reads + writes):
        case = {"id": f"{number}: {case}", "dialect": "base", "shape": [2, 3, 5], **case}
        found = act(np.arange(1.0, 31).reshape(2, 3, 5), case)
        if isinstance(found, Exception):
            case["expected"] = {"error": type(found).r_class}
        else:
            case["expected"] = {"shape": list(found.shape), "values": found.ravel().tolist()}
        made.append(case)
    return made


@pytest.mark.parametrize(("name", "mode"), EVERYWHERE, ids=[" ".join(pair) for pair in EVERYWHERE])
def test_the_corpus(name, mode):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.PybridgeWarning)
        found = found_in(name, mode, CASES)
    assert len(found) == len(CASES) >= 280
    known = mode not in ALL[name].unknown
    complaints = {case["id"]: verdict(name, mode, case, found[case["id"]]) for case in CASES}
    refused = [each for each in found.values() if isinstance(each, errors.TracingError)]
    assert not refused or not known
    assert {text: why for text, why in complaints.items() if why} == {}


@pytest.mark.parametrize(("name", "mode"), MODES, ids=[" ".join(pair) for pair in MODES])
@pytest.mark.filterwarnings("ignore::pybridge.errors.PybridgeWarning")
def test_rs_own_dialect_as_on_numpy(name, mode):
    wanted = base_cases()
    found = found_in(name, mode, wanted)
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
