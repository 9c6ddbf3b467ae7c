"""What the subscripts of the libraries make of the corpus, against answers that are known."""

import zipfile

import numpy as np
import pytest
from processes import ROOT, python

from pybridge.errors import ArgumentError
from pybridge.testing import conformance
from pybridge.testing.conformance import python_key, report

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
    return report(["numpy", "dask"])


def verdicts(found, counting, library, **wanted):
    return {
        answer.case["subscripts"]: answer.verdicts[counting]
        for answer in found.answers
        if answer.library == library
        and all(answer.case.get(name) == value for name, value in wanted.items())
    }


def test_what_numpy_makes_of_known_cases(found):
    """Each is what a person finds by typing it."""
    vector = {"shape": [10], "dialect": "tensor"}
    copied = verdicts(found, "from one", "numpy", **vector)
    by_hand = verdicts(found, "from zero", "numpy", **vector)
    assert copied["1"] == "differs"  # 2, and R has 1
    assert copied["10"] == "refuses"
    assert copied["11"] == "same"  # an error in both
    assert copied["-1"] == "same"
    assert copied["1:3"] == "differs"
    assert copied["1:11"] == "differs"  # cut short without a word
    assert by_hand["1"] == by_hand["10"] == by_hand["1:3"] == by_hand["5:1"] == "same"
    assert by_hand["1:11"] == "differs"
    cube = {"shape": [5, 4, 6], "dialect": "tensor"}
    assert verdicts(found, "from zero", "numpy", **cube)["c(1, 3), 2, c(2, 5)"] == "differs"
    assert verdicts(found, "from zero", "dask", **cube)["c(1, 3), 2, c(2, 5)"] == "refuses"


def test_the_counts_add_up_and_pybridge_is_right(found):
    for library in ("numpy", "dask"):
        assert found.ours(library) == 387
        for counting in conformance.COUNTINGS:
            assert sum(found.count(counting, library).values()) == 387
            by_rule = [found.count(counting, library, rule) for rule in found.rules]
            assert sum(sum(count.values()) for count in by_rule) == 387
    lines = str(found).splitlines()
    assert lines[0] == "The corpus of subscripts, version 1.1: 387 cases."
    assert lines[-1].split()[-6:] == ["387", "0", "0"] * 2


def test_a_wrong_answer_of_ours_would_show(monkeypatch):
    monkeypatch.setattr(conformance, "r_slice", lambda x, *_, **__: x)
    assert report(["numpy"]).ours("numpy") < 150


def test_the_command():
    done = python("-m", "pybridge", "conformance", "numpy")
    assert done.returncode == 0, done.stderr
    assert "its own subscripts, counted from zero by hand" in done.stdout.lower()
    done = python("-m", "pybridge", "conformance", "numpi")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no such library: numpi; choose from numpy, tensorflow" in done.stderr
    with pytest.raises(ArgumentError):
        report(["numpi"])


@pytest.mark.parametrize("library", ["zarr", "h5py", "xarray"])
def test_pybridge_answers_every_case_on_stores_and_on_labelled_arrays(library):
    found = report([library])
    assert found.ours(library) == len(found.answers) >= 380
    assert found.count("from zero", library)["differs"] > 40


def test_the_survey_runs_from_a_zip(tmp_path):
    archive = tmp_path / "pybridge.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for path in (ROOT / "pybridge").rglob("*"):
            if path.suffix in (".py", ".json"):
                opened.write(path, path.relative_to(ROOT))
    done = python("-P", "-m", "pybridge", "conformance", "numpy", PYTHONPATH=str(archive))
    assert done.returncode == 0, done.stderr
    assert "pybridge's subscripts on it" in done.stdout
