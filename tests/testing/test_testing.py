"""The test kit for others: its oracle, its assertion, its strategies and its plugin."""

import contextlib
import json
import re
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from processes import INHERITED, ROOT, python

from pybridge import R, errors, r_slice
from pybridge.errors import ArgumentError
from pybridge.testing import OwnProcess, RError, assert_same_as_r, r_text, run_r
from pybridge.testing import strategies as kit
from pybridge.testing.corpus import PATH, SCHEMA, cases, corpus

# ---- The oracle ----------------------------------------------------------------------------------


def test_reads_every_kind_in_r_order():
    found = run_r(
        """list(a = array(1:30, c(2, 3, 5)), b = c(TRUE, NA), c = c(1.5, NA), d = c("x", NA),
                e = NULL, f = 1+2i, g = integer(0), h = 7L)"""
    )
    assert found["a"][1, 2, 3] == 24  # x[2, 3, 4] = 2 + (3 - 1) * 2 + (4 - 1) * 6
    assert found["a"].shape == (2, 3, 5)
    np.testing.assert_array_equal(found["b"], [1.0, np.nan])
    np.testing.assert_array_equal(found["c"], [1.5, np.nan])
    assert found["d"].tolist() == ["x", None]
    assert found["e"] is None
    assert found["f"][0] == 1 + 2j
    assert found["g"].shape == (0,)
    assert found["h"].dtype == np.int64


def test_sends_arrays_so_that_subscripts_agree():
    x = np.arange(30).reshape(2, 3, 5)
    assert run_r("x[2, 3, 4]", x=x)[0] == x[1, 2, 3]
    assert run_r("dim(x)", x=x).tolist() == [2, 3, 5]


def test_integers_beyond_rs_own_are_sent_as_reals():
    assert run_r("c(typeof(x), typeof(y))", x=[2**31 - 1], y=[2**31]).tolist() == [
        "integer",
        "double",
    ]


def test_r_errors_are_errors_here():
    with pytest.raises(RError, match="subscript out of bounds"):
        run_r("matrix(1:6, 2)[3, 1]")
    with pytest.raises(RError, match="unexpected"):
        run_r("1 +* 2")
    with pytest.raises(errors.ArgumentError, match=r"takes no array of dtype \[\('a', '<i8'\)\]"):
        run_r("x", x=np.zeros(2, [("a", "int64")]))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.arange(6.0).reshape(2, 3), "array(c(0.0, 3.0, 1.0, 4.0, 2.0, 5.0), dim = c(2, 3))"),
        ([1, -2], "c(1L, -2L)"),
        ([True, False], "c(TRUE, FALSE)"),
        ([np.nan, np.inf, -np.inf, 1e300, 0.1], "c(NaN, Inf, -Inf, 1e+300, 0.1)"),
        (['a"b', "ü\n"], r'c("a\"b", "ü\n")'),
        ([1 + 2j], "complex(real = 1.0, imaginary = 2.0)"),
        (np.zeros((2, 0), int), "array(integer(0), dim = c(2, 0))"),
        ([], "numeric(0)"),
        (2**40, "1099511627776.0"),
    ],
)
def test_text_can_be_pasted(value, text):
    assert r_text(value) == text
    array = np.asarray(value)
    np.testing.assert_array_equal(run_r(text), array.reshape(array.shape or (1,)))


def test_a_process_of_its_own_answers_as_this_one_and_survives_the_end_of_r():
    with OwnProcess() as r:
        x = np.arange(6).reshape(2, 3)
        np.testing.assert_array_equal(r("print(x); x[2, ]", x=x), [3, 4, 5])
        with pytest.raises(RError, match="subscript out of bounds"):
            r("x[3, 1]", x=x)
        with pytest.raises(RError, match=r"R ended with status 1 while it ran:\n.Internal"):
            r(".Internal(quit('no', 0L, FALSE))")
        assert r("1 + 1")[0] == 2
        assert r("Sys.getpid()")[0] != run_r("Sys.getpid()")[0]


# ---- The assertion -------------------------------------------------------------------------------

X = np.arange(1, 31).reshape(2, 3, 5)

WRONG = [
    ("value", lambda: X[0, 0] + (np.arange(5) == 4), "x[1, 1, ]", {}, "1 of 5 elements"),
    ("order", lambda: X[0, 0, ::-1], "x[1, 1, ]", {}, r"4 of 5 .* first at \[1\]: 5L, and in R 1L"),
    ("shape", lambda: X[0], "x[1, , , drop = FALSE]", {}, r"shape is \(3, 5\), and in R \(1, 3"),
    ("axes", lambda: X[0].T, "x[1, , ]", {}, r"shape is \(5, 3\)"),
    ("kind", lambda: X[0].astype(float), "x[1, , ]", {}, "kind is real, and in R integer"),
    ("logical", lambda: (X[0, 0] > 3).astype(int), "x[1, 1, ] > 3", {}, "in R logical"),
    ("dtype", lambda: X[0].astype("int32"), "x[1, , ]", {"like": X}, "dtype int32, not a ndarr"),
    ("NaN", lambda: np.array([np.nan, 2]), "c(1, NaN)", {}, "2 of 2"),
    ("list", lambda: X, "list(x)", {}, "R gives a list"),
    ("rtol", lambda: np.array([1.1]), "1", {"rtol": 0.01}, "1 of 1"),
    ("infinite", lambda: np.array([1.0, np.inf]), "c(Inf, 1)", {"rtol": 0.5}, "2 of 2"),
]


@pytest.mark.parametrize(("actual", "source", "options", "words"), [w[1:] for w in WRONG])
def test_the_assertion_fails(actual, source, options, words):
    with pytest.raises(AssertionError, match=words) as caught:
        assert_same_as_r(actual(), source, **({"x": X} if "x" in source else {}), **options)
    code = str(caught.value).partition("paste into R:\n")[2]
    assert run_r(code) is not None  # what stands there runs in R, and starts with the tensor
    assert code.startswith("x <- array(c(1L, 16L, 6L," if "x" in source else source)


def test_the_assertion_tells_libraries_apart():
    import torch

    t = torch.arange(1, 31).reshape(2, 3, 5)
    assert_same_as_r(R(t)[2, [3, 1]], "x[2, c(3, 1), ]", x=t, like=t)
    with pytest.raises(AssertionError, match=r"it is a ndarray .*, not a Tensor of dtype torch"):
        assert_same_as_r(R(X)[2, [3, 1]], "x[2, c(3, 1), ]", x=t, like=t)


def test_the_assertion_holds():
    assert_same_as_r(5, "5L")
    assert_same_as_r(np.float32(0.5), "0.5")
    assert_same_as_r(np.array([1.0, np.nan]), "c(1, NA)")
    assert_same_as_r(np.ma.array([1, 2], mask=[False, True]), "c(1L, NA)")
    assert_same_as_r(np.array([0.1 + 0.2, 3]), "c(0.3, 3)", rtol=1e-15)
    assert_same_as_r(np.array(["a", "b"]), "letters[1:2]")
    with OwnProcess() as own:
        assert_same_as_r(X[1], "x[2, , ]", x=X, run=own)


# ---- The strategies ------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.data())
def test_the_three_forms_of_a_subscript_mean_the_same(data):
    x = kit.places(data.draw(kit.shapes(min_axes=0)))
    written = data.draw(kit.subscripts(x.shape))
    assert_same_as_r(R(x)[written.python], written.r, x=x, like=x[...])
    assert_same_as_r(r_slice(x, written.text), written.r, x=x)


@pytest.mark.parametrize("kind", kit.KINDS)
def test_every_kind_of_subscript_is_drawn_and_no_other(kind):
    seen = set()

    @settings(deadline=None, max_examples=200, derandomize=True, database=None)
    @given(kit.subscripts((4,), kinds=[kind]))
    def collect(written):
        seen.add((type(written.python[0]), written.text))

    collect()
    classes = {"position": int, "range": slice, "vector": list, "mask": list, "missing": slice}
    assert {cls for cls, _ in seen} == {classes[kind]}
    forms = {
        "position": ["[1-4]", "-[1-4]"],
        "range": [
            r"\d:\d",
            r"-\d:-\d",
            r"\d:\d:2",
            r"NA:-\d",
            r"\d:NA:-1",
            r"-\d:\d",
            r"\d:-\d:-1",
        ],
        "vector": [r"array\(-1\)", r"c\(\d, -\d.*", r"integer\(0\)"],
        "mask": [r"c\(((TRUE|FALSE)(, )?){4}\)"],
        "missing": [""],
    }
    for form in forms[kind]:
        assert any(re.fullmatch(form, text) for _, text in seen), (form, seen)


@settings(deadline=None, max_examples=50)
@given(st.data())
def test_drawn_values_reach_r_and_come_back(data):
    dtype = data.draw(
        st.sampled_from(["float64", "float32", "int64", "uint8", "bool", "complex64"])
    )
    x = data.draw(kit.values(data.draw(kit.shapes()), dtype))
    assert x.dtype == dtype
    assert_same_as_r(x, "x", x=x, like=x)
    assert_same_as_r(x, r_text(x))


QUITTING = ("quit()", "q('no')", "base::quit(status = 0)", "f <- function() q('no', 0); f(); 1")


@pytest.mark.parametrize("code", [*QUITTING, "on.exit(quit('no')); 1", "do.call('q', list('no'))"])
def test_r_code_that_quits_is_an_error_and_is_no_expected_one(code):
    with pytest.raises(RError, match="the R code quits"):
        run_r(code)
    with pytest.raises(AssertionError, match=r"the R code quits.*; this is no answer"):
        assert_same_as_r(lambda: 1 / 0, code, raises=ZeroDivisionError)


def test_quit_is_base_rs_own_outside_of_a_question():
    import rpy2.rinterface as ri

    before = [ri.baseenv[name] for name in ("quit", "q")]
    for code in ("1", "quit()", "stop('no')", "1 +"):
        with contextlib.suppress(RError):
            run_r(code)
    after = [ri.baseenv[name] for name in ("quit", "q")]
    assert [one.rsame(other) for one, other in zip(before, after, strict=True)] == [True] * 2


def test_an_r_that_ends_the_process_is_a_failure():
    code = "from pybridge.testing import run_r; run_r('.Internal(quit(\"no\", 0L, FALSE))')"
    done = python("-c", code, RPY2_CFFI_MODE="ABI")
    assert done.returncode == 1
    assert "R ended the process while it ran:\n.Internal" in done.stderr


@pytest.mark.parametrize(
    "value",
    ["x", "list(1, list(x))", "structure(1, names = x)", "factor(1, labels = x)", "list(a = x)"],
)
@pytest.mark.parametrize("encoding", ["unknown", "UTF-8", "bytes"])
def test_an_answer_with_text_that_is_none_is_an_error_of_r(value, encoding):
    code = "x <- '\\xff'; Encoding(x) <- "
    with pytest.raises(RError):
        run_r(f"{code}'{encoding}'; {value}")
    assert run_r("1")[0] == 1


@pytest.mark.parametrize(
    "send", [lambda x: x, lambda x: [x], lambda x: {"a": [x]}, lambda x: {x: 1}]
)
def test_half_a_character_is_not_sent_to_r(send):
    with pytest.raises(ArgumentError, match="half of a surrogate pair"):
        run_r("x", x=send("\ud800"))
    with pytest.raises(ArgumentError, match="half of a surrogate pair"):
        run_r("'\ud800'")


NOT_MEANT = [
    "1 +",
    "nofun(1)",
    "noobject",
    "library(nopackage)",
    "nopackage::f(1)",
    "get('noobject')",
]


@pytest.mark.parametrize("code", NOT_MEANT)
def test_code_that_r_cannot_run_is_no_expected_error(code):
    def fails():
        raise ValueError("a value")

    with pytest.raises(AssertionError, match="this is no answer, unless r_match or r_class"):
        assert_same_as_r(fails, code, raises=ValueError)
    assert_same_as_r(fails, code, raises=ValueError, r_match=".")
    assert_same_as_r(fails, code, raises=ValueError, r_class="error")
    assert_same_as_r(fails, "stop('the object of it is not found')", raises=ValueError)


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_r_reads_text_of_any_script_in_any_locale(locale):
    code = """
from pybridge.testing import run_r
print(*map(ord, run_r('"\\u00e9\\U0001d54f"')[0]))"""
    done = python("-c", code, LC_ALL=locale, RPY2_CFFI_MODE="ABI")
    assert done.stdout.split() == [str(0xE9), str(0x1D54F)], done.stderr


# ---- The plugin, as another project has it -------------------------------------------------------

PROJECT = """
import numpy as np
from pybridge.testing import assert_same_as_r
x = np.arange(1, 7).reshape(2, 3)
def test_right(r):
    assert r("x[2, 1]", x=x)[0] == 4
    assert_same_as_r(x[:, 1], "x[, 2]", x=x, run=r)
def test_wrong(r):
    assert_same_as_r(x[:, 1], "x[, 1]", x=x, run=r)
def test_where(r):
    import os, sys
    assert bool(r("Sys.getpid()")[0] == os.getpid()) is {here}
    assert ("rpy2.rinterface" in sys.modules) is {here}
"""


@pytest.mark.parametrize("is_own", [False, True])
def test_the_plugin_in_a_project_of_its_own(is_own, tmp_path):
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["pybridge.testing.plugin"]\n')
    (tmp_path / "test_it.py").write_text(PROJECT.format(here=not is_own))
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nr_own_process = {is_own}\n")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**INHERITED, "RPY2_CFFI_MODE": "ABI"},
        capture_output=True,
        text=True,
    )
    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert "x <- array(c(1L, 4L, 2L, 5L, 3L, 6L), dim = c(2, 3))" in done.stdout


def test_importing_pybridge_imports_nothing_of_it():
    code = """
import sys, pybridge, pybridge.testing
print(sorted(n for n in sys.modules if n.startswith("pybridge.testing.")))
import pybridge.testing.strategies, pybridge.testing.asserting, pybridge.testing.corpus
print(sorted({"hypothesis", "pytest", "rpy2"} & set(sys.modules)))
"""
    done = python("-c", code)
    assert done.stdout == "[]\n[]\n", done.stderr


# ---- The corpus ----------------------------------------------------------------------------------


def test_the_corpus_follows_its_schema():
    schema = json.loads(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    check = Draft202012Validator(schema)
    assert list(check.iter_errors(corpus())) == []
    for wrong in ({"version": "1"}, {"cases": []}, {"cases": [{**cases()[0], "dialect": "s"}]}):
        assert list(check.iter_errors({**corpus(), **wrong})), wrong
    assert re.fullmatch(r'\{"\$schema": "(.*)",', PATH.read_text().split("\n")[0])[1] == SCHEMA.name


def test_both_packages_carry_the_corpus():
    assert (ROOT / "r/inst/python/pybridge/testing/subscripts.json").samefile(PATH)


def test_the_corpus_is_read_from_a_zip(tmp_path):
    archive = tmp_path / "pybridge.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for path in (ROOT / "pybridge").rglob("*"):
            if path.suffix in (".py", ".json"):
                opened.write(path, path.relative_to(ROOT))
    code = "from pybridge.testing.corpus import PATH, cases; print(PATH, len(cases()))"
    done = python("-P", "-c", code, PYTHONPATH=str(archive))
    place = archive / PATH.relative_to(ROOT)
    assert done.stdout == f"{place} {len(cases())}\n", done.stderr
