"""Every case of the corpus: R confirms what it expects, and pybridge does it."""

import re
import shutil

import corpus as tool
import numpy as np
import pytest
from base_cases import CLASSES
from corpus import cases, expected_by_r, tensor_of, value_of
from processes import ROOT, python

import pybridge
from pybridge import NA, Subscripts, errors, r_assign, r_slice, r_subscripts, result_shape
from pybridge.subscripts import CALLS, python_source
from pybridge.subscripts.python_values import as_subscript
from pybridge.testing import assert_same_as_r
from pybridge.testing.corpus import PATH

CASES = cases()
BY_CLASS = {
    cls.r_class: cls
    for cls in vars(errors).values()
    if isinstance(cls, type) and issubclass(cls, errors.PybridgeError)
}


def test_the_corpus_is_there():
    assert len(CASES) >= 350
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert any("value" in case for case in CASES)
    assert any("error" in case["expected"] for case in CASES)


def test_the_tool_fills_in_no_other_checkout(tmp_path):
    """A Python that imports another copy of pybridge, as a shared environment can, is refused."""
    copy = tmp_path / "pybridge/testing"
    shutil.copytree(ROOT / "tests/support", tmp_path / "tests/support")
    shutil.copytree(PATH.parent, copy)
    before = PATH.read_bytes()
    done = python(str(tmp_path / "tests/support/corpus.py"))
    assert done.returncode == 1
    assert done.stderr.startswith("Nothing was written: ")
    assert f"and this script belongs to {tmp_path}." in done.stderr
    assert (copy / PATH.name).read_bytes() == PATH.read_bytes() == before


def test_the_tool_prints_what_it_writes(tmp_path, monkeypatch, capsys):
    file = tmp_path / "pybridge/testing" / PATH.name
    file.parent.mkdir(parents=True)
    file.touch()
    case = {"id": "it", "dialect": "tensor", "shape": [2], "subscripts": "1:2"}
    expected = {"shape": [2], "values": [1.0, None, 2.5]}
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "PATH", file)
    monkeypatch.setattr(tool, "corpus", lambda: {"version": "1.0", "cases": [case]})
    monkeypatch.setattr(tool, "expected_by_r", lambda unfilled: [expected])
    tool.main()
    printed = capsys.readouterr().out.splitlines()[0]
    assert printed in file.read_text().splitlines()
    assert '"values": [1, null, 2.5]' in printed
    assert printed.startswith('{"id": "it", "rule": "ranges", ')


def test_r_confirms_the_corpus():
    assert {case["dialect"] for case in CASES} == {"tensor", "base"}
    for case, expected in zip(CASES, expected_by_r(CASES), strict=True):
        assert case["expected"] == expected, case


REFUSED = [c for c in CASES if c["dialect"] == "base" and "error" in c["expected"]]


@pytest.mark.parametrize("case", REFUSED, ids=[case["id"] for case in REFUSED])
def test_where_rs_own_brackets_stop_pybridge_stops_too(case):
    x, inside, given = tensor_of(case), case["subscripts"], {}
    if "value" in case:
        given["value"] = value_of(case)
    error = BY_CLASS[case["expected"]["error"]]

    def act():
        verb = r_assign if given else r_slice
        return verb(x, inside, **given, dialect="base")

    words = [re.escape(words) for words, cls in CLASSES.items() if cls is error]
    words += ["can't mix"] if error is errors.SubscriptError else []
    source = f"x[{inside}] <- value" if given else f"x[{inside}]"
    assert_same_as_r(act, source, x=x, **given, raises=error, r_match="|".join(words))


def vector_of(case):
    """Return the subscripts of a case without a minus before a vector, which Python cannot see."""
    return Subscripts(tuple(map(as_subscript, of_python(case["subscripts"]))))


def of_python(text):
    """Return the subscripts of a text as values of Python, where a string alone would be text."""
    names = {"numpy": np, "NA": NA, **{name: getattr(pybridge, name) for name in CALLS}}
    values = [eval(python_source(item), names) for item in r_subscripts(text).items]
    return tuple([[value] if isinstance(value, str) else value for value in values])


READERS = {
    "text": lambda text: (text,),
    "stored": lambda text: (r_subscripts(text),),
    "printed": lambda text: (str(r_subscripts(text)),),
    "Python's values": of_python,
}
"""The ways into Python, beside the records of R."""


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case, reader):
    x = tensor_of(case)
    before = x.copy()
    expected = case["expected"]
    if reader == "Python's values" and case["rule"] == "a minus before a vector":
        expected = expected_by_r([{**case, "subscripts": str(vector_of(case))}])[0]

    def act():
        written = READERS[reader](case["subscripts"])
        if "value" in case:
            return r_assign(x, *written, value=value_of(case), dialect=case["dialect"])
        drop = case.get("drop", True)
        return r_slice(x, *written, dialect=case["dialect"], drop=drop)

    if "error" in expected:
        with pytest.raises(errors.PybridgeError) as caught:
            act()
        assert type(caught.value) is BY_CLASS[expected["error"]], caught.value
    else:
        found = act()
        assert isinstance(found, np.ndarray | np.generic)
        assert found.dtype == x.dtype
        assert list(found.shape) == expected["shape"]
        values = [np.nan if value is None else value for value in expected["values"]]
        np.testing.assert_array_equal(found.ravel(), values)
        if "value" not in case:
            kept = {"drop": case.get("drop", True), "dialect": case["dialect"]}
            written = READERS[reader](case["subscripts"])
            assert list(result_shape(x.shape, *written, **kept)) == expected["shape"]
    np.testing.assert_array_equal(x, before)
