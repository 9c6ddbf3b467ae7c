"""The survey of the libraries' own subscripts, against answers that are known."""

import numpy as np
import pytest
from corpus import cases

from tools import conformance
from tools.conformance import COUNTINGS, count, python_key, survey

KEYS = [
    ("2", (2,), (1,)),
    ("-1", (-1,), (-1,)),
    ("0", (0,), (0,)),
    ("2:4", (slice(2, 4),), (slice(1, 4),)),
    ("2:-2", (slice(2, -2),), (slice(1, -1),)),
    ("2:-1", (slice(2, -1),), (slice(1, None),)),
    ("4:2", (slice(4, 2),), (slice(3, 0, -1),)),
    ("4:1", (slice(4, 1),), (slice(3, None, -1),)),
    ("-1:-3", (slice(-1, -3),), (slice(-1, -4, -1),)),
    ("NA:NA:-1", (slice(None, None, -1),), (slice(None, None, -1),)),
    ("-1:1:-4", (slice(-1, 1, -4),), (slice(-1, None, -4),)),
    ("1:10:3", (slice(1, 10, 3),), (slice(0, 10, 3),)),
    (", newaxis, ..", (slice(None), None, ...), (slice(None), None, ...)),
    ('"a", 2.5', (["a"], 2.5), (["a"], 1.5)),
]


@pytest.mark.parametrize(("text", "as_written", "from_zero"), KEYS)
def test_a_key_as_it_is_and_counted_from_zero(text, as_written, from_zero):
    assert python_key(text, from_zero=False) == as_written
    assert python_key(text, from_zero=True) == from_zero


def test_keys_of_vectors_and_logicals():
    (vector, mask) = python_key("c(3, -1), c(TRUE, FALSE)", from_zero=True)
    assert (vector.tolist(), mask.tolist()) == ([2, -1], [True, False])
    (matrix,) = python_key("matrix(c(1, 2, 3, 4), ncol = 2)", from_zero=False)
    assert matrix.tolist() == [[1, 3], [2, 4]]
    (holed,) = python_key("c(1, NA)", from_zero=True)
    np.testing.assert_array_equal(holed, [0, np.nan])


@pytest.fixture(scope="module")
def found():
    return survey(["numpy", "dask"])


def verdicts(found, counting, library, **wanted):
    return {
        answer.case["subscripts"]: answer.verdicts[counting]
        for answer in found
        if answer.library == library
        and all(answer.case.get(name) == value for name, value in wanted.items())
    }


def test_what_numpy_makes_of_known_cases(found):
    """Compare with what a person gets by typing it."""
    vector = {"shape": [10], "dialect": "tensor"}
    copied = verdicts(found, "Copied", "numpy", **vector)
    by_hand = verdicts(found, "Translated", "numpy", **vector)
    assert copied["1"] == "differs"  # 2, and R has 1
    assert copied["10"] == "refuses"
    assert copied["11"] == "same"  # an error in both
    assert copied["-1"] == "same"
    assert copied["1:3"] == "differs"
    assert copied["1:11"] == "differs"  # cut short without a word
    assert by_hand["1"] == by_hand["10"] == by_hand["1:3"] == by_hand["5:1"] == "same"
    assert by_hand["1:11"] == "differs"
    cube = {"shape": [5, 4, 6], "dialect": "tensor"}
    assert verdicts(found, "Translated", "numpy", **cube)["c(1, 3), 2, c(2, 5)"] == "differs"
    assert verdicts(found, "Translated", "dask", **cube)["c(1, 3), 2, c(2, 5)"] == "refuses"


def right(found, library):
    return sum(answer.is_ours_right for answer in found if answer.library == library)


def test_the_counts_add_up_and_pybridge_is_right(found):
    total = len(cases())
    for library in ("numpy", "dask"):
        assert right(found, library) == total
        for counting in COUNTINGS:
            assert count(found, counting, library).total() == total
            rules = {answer.rule for answer in found}
            by_rule = [count(found, counting, library, rule) for rule in rules]
            assert sum(each.total() for each in by_rule) == total


def test_a_wrong_answer_of_ours_would_show(monkeypatch):
    monkeypatch.setattr(conformance, "r_slice", lambda x, *_, **__: x)
    assert right(survey(["numpy"]), "numpy") < len(cases()) / 2


@pytest.mark.parametrize("library", ["zarr", "h5py", "xarray"])
def test_pybridge_answers_every_case_on_stores_and_on_labelled_arrays(library):
    found = survey([library])
    assert right(found, library) == len(cases())
    assert count(found, "Translated", library)["differs"] > 40
