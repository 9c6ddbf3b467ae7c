"""The rules of the assertion: what agrees with each kind of R object, and what differs."""

import dataclasses
import datetime
from collections import namedtuple

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import xarray as xr

from pybridge import errors
from pybridge.testing import RError, RWarning, assert_same_as_r, run_r

NAN = float("nan")
CUBE = np.arange(24.0).reshape(2, 3, 4)
DATES = np.array(["2024-02-29", "1969-12-31", "NaT"], "datetime64[D]")


@dataclasses.dataclass
class Test:
    statistic: float
    p_value: float

    __test__ = False


Point = namedtuple("Point", "x y")
FRAME = pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]})
R_CLASS = "setClass('Range', representation(lo = 'numeric', hi = 'numeric'))"
R_FRAME = "data.frame(a = 1:3, b = c('x', NA, 'z'))"

AGREE = {
    "NA of an integer": (np.ma.array([1, 2], mask=[False, True]), "c(1L, NA)"),
    "None among numbers": ([1, None], "c(1L, NA)"),
    "None among logicals": ([True, None], "c(TRUE, NA)"),
    "None among texts": (["x", None], "c('x', NA)"),
    "pandas' own NA": (pd.array([1, None], "Int64"), "c(1L, NA)"),
    "pandas' own texts": (pd.array(["x", None], "string"), "c('x', NA)"),
    "the NA of polars": (pl.Series([1.5, None]), "c(1.5, NA)"),
    "the NA of pyarrow": (pa.array([1, None]), "c(1L, NA)"),
    "NULL": (None, "NULL"),
    "a scalar and one element": (np.float64(0.5), "array(0.5, 1)"),
    "a list": ([np.arange(2), "x", [None, 1.5]], "list(0:1, 'x', c(NA, 1.5))"),
    "a list with names": ({"a": 1, "b": None}, "list(a = 1L, b = NULL)"),
    "names in another order": ({"b": "x", "a": 1}, "list(a = 1L, b = 'x')"),
    "a list in a list": ({"a": {"b": [1, 2]}}, "list(a = list(b = 1:2))"),
    "a vector with names": ({"a": 1.5, "b": 2.5}, "c(a = 1.5, b = 2.5)"),
    "a classed list": (
        Test(0.5, 0.25),
        "structure(list(statistic = 0.5, p.value = 0.25), class = 'htest')",
    ),
    "a named tuple": (Point(1.0, 2.0), "list(x = 1, y = 2)"),
    "a data frame": (FRAME, R_FRAME),
    "a data frame of polars": (pl.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]}), R_FRAME),
    "a table of pyarrow": (pa.table({"a": [1, 2, 3], "b": ["x", None, "z"]}), R_FRAME),
    "columns in a dict": ({"a": [1, 2, 3], "b": ["x", None, "z"]}, R_FRAME),
    "an empty data frame": (pd.DataFrame(), "data.frame()"),
    "a factor": (
        pd.Categorical(["v", "u", None], categories=["v", "u"]),
        "factor(c('v', 'u', NA), levels = c('v', 'u'))",
    ),
    "an ordered factor": (
        pd.Series(pd.Categorical(["lo", "hi"], ["lo", "hi"], ordered=True)),
        "factor(c('lo', 'hi'), levels = c('lo', 'hi'), ordered = TRUE)",
    ),
    "dates": (DATES, "as.Date(c('2024-02-29', '1969-12-31', NA))"),
    "dates of Python": ([datetime.date(2024, 2, 29), None], "as.Date(c('2024-02-29', NA))"),
    "dates of pandas": (pd.to_datetime(pd.Series(["2024-02-29"])), "as.Date('2024-02-29')"),
    "times": (
        np.array(["2024-02-29T12:30:00.25"], "datetime64[ms]"),
        "as.POSIXct('2024-02-29 12:30:00.25', tz = 'UTC')",
    ),
    "times in a zone": (
        pd.Series(pd.to_datetime(["2024-02-29 12:30"])).dt.tz_localize("Europe/Zurich"),
        "as.POSIXct('2024-02-29 12:30', tz = 'Europe/Zurich')",
    ),
    "differences": (
        np.array([90, 30], "timedelta64[s]"),
        "as.difftime(c(1.5, 0.5), units = 'mins')",
    ),
    "a difference of Python": ([datetime.timedelta(days=14)], "as.difftime(2, units = 'weeks')"),
    "an S4 object": ({"lo": 1.5, "hi": 2.5}, f"{R_CLASS}(lo = 1.5, hi = 2.5)"),
    "a formula": ("y ~ x + log(z)", "y ~ x + log( z )"),
    "a series": (np.array([1, 2, 3]), "ts(1:3)"),
    "a table of counts": ({"u": 2, "v": 1}, "table(c('u', 'u', 'v'))"),
    "a matrix of pandas": (pd.DataFrame({"a": [1.5], "b": [2.5]}), "matrix(c(1.5, 2.5), 1)"),
    "the order of elements": (CUBE, "aperm(array(0:23 + 0, c(4, 3, 2)))"),
}


@pytest.mark.parametrize(("actual", "source"), AGREE.values(), ids=AGREE)
def test_what_agrees(actual, source):
    assert_same_as_r(actual, source)
    if isinstance(actual, str):  # R would have a text: a formula is what no input is
        return
    # what is sent to R is what agrees with it, and the assertion sees itself
    assert_same_as_r(actual, "x", x=actual)


DIFFERS = {
    "an element": ([1, 3], "c(1L, 2L)", {}, r"1 of 2 .* first at \[2\]: 3L, and in R 2L"),
    "the last bit": (np.array([0.1 + 0.2]), "0.3", {}, "0.30000000000000004, and in R 0.3"),
    "an element in an array": (
        CUBE,
        "aperm(array(0:23 + 0.5 * (0:23 == 23), 4:2))",
        {},
        r"at \[2, 3, 4\]",
    ),
    "NA is shown as NA": ([1, 2], "c(1L, NA)", {}, r"first at \[2\]: 2L, and in R NA"),
    "a kind with NA": (np.array([1.0, NAN]), "c(1L, NA)", {}, "kind is real, and in R integer"),
    "NaN and NA, when asked": (np.array([NAN]), "NA_real_", {"check_na": True}, "NaN, and in R NA"),
    "NA and NaN, when asked": ([None, 1.5], "c(NaN, 1.5)", {"check_na": True}, "NA, and in R NaN"),
    "keys": ({"a": 1.5}, "c(b = 1.5)", {}, 'are "a", and in R "b"'),
    "keys in another order": ({"b": 1.5, "a": 2.5}, "c(a = 1.5, b = 2.5)", {}, "2 of 2 elements"),
    "keys of what has no names": ({"a": 1.5}, "1.5", {}, 'are "a", and in R none'),
    "no names": (np.array([1.5]), "c(b = 1.5)", {"check_names": True}, 'are none, and in R "b"'),
    "dimnames": (
        xr.DataArray([[1.5, 2.5]], dims=("i", "j"), coords={"j": ["u", "v"]}),
        "matrix(c(1.5, 2.5), 1, dimnames = list(NULL, c('u', 'w')))",
        {"check_names": True},
        'names of axis 2 are "u", "v", and in R "u", "w"',
    ),
    "an absent entry": ({"a": 1}, "list(a = 1L, b = 2L)", {}, 'Python lacks "b"'),
    "an extra entry": ({"a": 1, "c": 2}, "list(a = 1L)", {}, 'R lacks "c"'),
    "an entry": ({"a": {"b": [1, 3]}}, "list(a = list(b = 1:2))", {}, r"\$a\$b: 1 of 2 elements"),
    "an entry without a name": ([[1], "x"], "list(1L, 'y')", {}, r'\[\[2\]\]: .*"x", and in R "y"'),
    "a list without names": ([1.5], "list(a = 1.5)", {"check_names": True}, 'none, and in R "a"'),
    "the length of a list": ([1.5, "x"], "list(1.5)", {}, "2 entries, and R a list of 1"),
    "the order of a list": (
        {"b": 2, "a": 1},
        "list(a = 1L, b = 2L)",
        {"check_names": True},
        "order is",
    ),
    "a column": (FRAME.assign(a=[1, 2, 4]), R_FRAME, {}, r"\$a: 1 of 3 elements"),
    "columns": (FRAME[["a"]], R_FRAME, {}, 'columns differ: Python lacks "b"'),
    "the order of columns": (
        FRAME[["b", "a"]],
        R_FRAME,
        {},
        'order is "b", "a", and in R "a", "b"',
    ),
    "row names": (
        FRAME.set_axis(list("uvw")),
        R_FRAME,
        {"check_names": True},
        r'names are "u", .* 1, 2',
    ),
    "levels": (pd.Categorical(["u"]), "factor('u', c('v', 'u'))", {}, 'are "u", and in R "v", "u"'),
    "a factor and texts": (["u"], "factor('u')", {}, "kind is character, and in R factor"),
    "a factor's order": (
        pd.Categorical(["u"]),
        "factor('u', ordered = TRUE)",
        {},
        "in R ordered fact",
    ),
    "a factor's element": (
        pd.Categorical(["u", "u"], ["u", "v"]),
        "factor(c('u', 'v'))",
        {},
        r'first at \[2\]: "u", and in R "v"',
    ),
    "a date": (DATES[:1], "as.Date('2024-03-01')", {}, "2024-02-29, and in R 2024-03-01"),
    "a date and a time": (
        DATES[:1],
        "as.POSIXct('2024-02-29')",
        {},
        "kind is Date, and in R POSIXct",
    ),
    "a time": (
        np.array(["2024-02-29T12"], "datetime64[h]"),
        "as.POSIXct('2024-02-29 13:00', tz = 'UTC')",
        {},
        "2024-02-29T12:00:00.000000, and in R 2024-02-29T13",
    ),
    "a difference": (
        np.array([90], "m8[s]"),
        "as.difftime(2, units = 'mins')",
        {},
        "secs, and in R 2",
    ),
    "a slot": ({"lo": 1.0, "hi": []}, f"{R_CLASS}(lo = 2)", {}, "@lo: 1 of 1"),
    "a formula": ("y ~ x", "y ~ z", {}, "formula is 'y ~ x', and in R 'y ~ z'"),
    "NULL": ([1], "NULL", {}, "Python gives a list, and R NULL"),
    "a list and a vector": (
        {"a": "x", "b": [1, 2]},
        "1:3",
        {},
        r"R gives integer\[3\], and Python a",
    ),
    "a vector and a list": (CUBE, "list(1)", {}, "R gives a list of 1, which agrees with a list"),
    "a DataFrame": (CUBE, R_FRAME, {}, "agrees with a DataFrame or a mapping of columns"),
}


@pytest.mark.parametrize(("actual", "source", "options", "words"), DIFFERS.values(), ids=DIFFERS)
def test_what_differs(actual, source, options, words):
    with pytest.raises(AssertionError, match=words) as caught:
        assert_same_as_r(actual, source, **options)
    assert f"paste into R:\n{source}\n# actual: " in str(caught.value)
    if options:  # what is only compared when it is asked for
        assert_same_as_r(actual, source)


REFUSED = {
    "sum": "R's type builtin, which the kit does not compare",
    "globalenv()": "R's type environment",
    "quote(f(x))": "R's type language",
    "as.POSIXlt('2024-02-29')": r"as.POSIXct\(\) makes it a vector",
    "structure(1, class = 'integer64')": r"'integer64', and the kit does not .* unclass\(\)",
    "list(1, a = 2)": "without a name of its own for each entry",
}


@pytest.mark.parametrize(("source", "words"), REFUSED.items())
def test_what_is_refused_in_words(source, words):
    with pytest.raises(AssertionError, match=words):
        assert_same_as_r({"a": 1.0}, source)


def test_the_values_alone():
    assert_same_as_r(np.median([1, 2, 3]), "median(1:3)", check_kind=False)
    with pytest.raises(AssertionError, match="check_kind=False compares the values alone"):
        assert_same_as_r(np.median([1, 2, 3]), "median(1:3)")
    assert_same_as_r(["u", "v"], "factor(c('u', 'v'))", check_kind=False)
    with pytest.raises(AssertionError, match="1 of 1"):
        assert_same_as_r(2.5, "2L", check_kind=False)
    with pytest.raises(
        AssertionError, match="character, and in R integer, which have no values in"
    ):
        assert_same_as_r("2", "2L", check_kind=False)


def test_tolerances_by_name():
    source = "data.frame(a = c(1, 2), b = c(100, 200))"
    near = pd.DataFrame({"a": [1.0, 2.0], "b": [100.0, 200.1]})
    assert_same_as_r(near, source, rtol={"b": 1e-3})
    assert_same_as_r(near, source, atol={"b": 0.11})
    assert_same_as_r(near, source, rtol=1e-3)
    with pytest.raises(AssertionError, match=r"\$b: 1 of 2"):
        assert_same_as_r(near, source, atol={"a": 0.11})
    with pytest.raises(AssertionError, match=r"\$b: 1 of 2"):
        assert_same_as_r(near, source, rtol=1e-4)
    with pytest.raises(errors.ArgumentError, match='name "c", and R\'s value has "a", "b"'):
        assert_same_as_r(near, source, rtol={"c": 1e-3})
    with pytest.raises(errors.ArgumentError, match=r"need a list .* R gives double\[1\]"):
        assert_same_as_r(1.0, "1", rtol={"a": 1})
    assert_same_as_r(0.5, "0.75", atol=0.25)
    with pytest.raises(AssertionError, match="1 of 1"):
        assert_same_as_r(0.5, "0.75", atol=0.2)


def test_what_is_no_option_is_no_variable_either():
    with pytest.raises(
        errors.ArgumentError, match=r'does not name "tol", .*: its options are like, rtol'
    ):
        assert_same_as_r(1.0, "1", tol=1)
    with pytest.raises(errors.ArgumentError, match='does not name "x"'):
        assert_same_as_r(1.0, "x.y <- 1; f_x <- 1", x=1)
    assert_same_as_r(1.0, "x.y * 2", **{"x.y": 0.5})


# ---- Errors and warnings -------------------------------------------------------------------------

X = np.arange(6).reshape(2, 3)


def stops():
    raise ValueError("Python's own words")


def test_both_stop():
    assert_same_as_r(
        lambda: X[2], "x[3, ]", x=X, raises=IndexError, match="out of", r_match="out of"
    )
    signal = (
        "stop(structure(class = c('mine', 'error', 'condition'), list(message = 'm', call = NULL)))"
    )
    assert_same_as_r(stops, signal, raises=(KeyError, ValueError), r_class="mine")
    wrong = [
        (
            stops,
            "1L",
            {},
            r"^R does not stop: it gives 1L, and Python raises ValueError: Python's own",
        ),
        (
            lambda: 7,
            "stop('no')",
            {},
            r"^R stops: no, and Python gives 7L, where it should raise Val",
        ),
        (
            lambda: X[2],
            "stop('no')",
            {},
            "Python raises IndexError: .*, which is not ValueError; R st",
        ),
        (
            stops,
            "stop('no')",
            {"match": "any"},
            "Python's message is .*, in which 'any' is not found",
        ),
        (
            stops,
            "stop('no')",
            {"r_match": "yes"},
            "R's message is 'no', in which 'yes' is not found",
        ),
        (
            stops,
            "stop('no')",
            {"r_class": "mine"},
            'R\'s condition has the classes "simpleError", ',
        ),
    ]
    for function, source, options, words in wrong:
        with pytest.raises(AssertionError, match=words) as caught:
            assert_same_as_r(function, source, raises=ValueError, **options)
        assert f"paste into R:\n{source}" in str(caught.value) or "which is not" in words


def test_both_warn():
    def warns():
        import warnings

        warnings.warn("one is lost", UserWarning, stacklevel=1)
        return [1, None]

    source = "as.integer(c('1', 'one'))"
    assert_same_as_r(warns, source, warns=UserWarning, match="lost", r_match="coercion")
    assert_same_as_r(warns, source, warns=UserWarning, r_class="simpleWarning")
    wrong = [
        (
            lambda: [1, None],
            source,
            {},
            "^R warns: NAs introduced by coercion, and Python does not",
        ),
        (
            warns,
            "c(1L, NA)",
            {},
            "^R does not warn, and Python warns: one is lost by a UserWarning",
        ),
        (warns, source, {"match": "two"}, "Python's message is 'one is lost', in which 'two'"),
        (
            warns,
            source,
            {"r_match": "two"},
            "R's message is 'NAs introduced by coercion', in which",
        ),
        (warns, "as.integer(c('2', 'one'))", {}, r"1 of 2 .* 1L, and in R 2L"),
    ]
    for function, code, options, words in wrong:
        with pytest.raises(AssertionError, match=words):
            assert_same_as_r(function, code, warns=UserWarning, **options)
    with pytest.warns(RWarning, match="NAs introduced by coercion"):
        assert_same_as_r([1, None], source)


def test_options_that_contradict_each_other():
    with pytest.raises(errors.ArgumentError, match="raises or warns"):
        assert_same_as_r(stops, "1", raises=ValueError, warns=UserWarning)
    with pytest.raises(errors.ArgumentError, match="go with raises or with warns"):
        assert_same_as_r(1.0, "1", r_match="no")
    with pytest.raises(errors.ArgumentError, match="run is the fixture `r` or an OwnProcess"):
        assert_same_as_r(1.0, "1", run=run_r)
    with pytest.raises(errors.ArgumentError, match="`lambda: f\\(x\\)`, and not a ndarray"):
        assert_same_as_r(X, "stop()", raises=ValueError)


def test_an_error_of_r_is_told_once(capfd):
    with pytest.raises(RError) as caught:
        run_r("f <- function(x) stop('it is ', x); f(1)")
    assert str(caught.value) == "Error in f(1): it is 1"
    assert caught.value.classes == ("simpleError", "error", "condition")
    with pytest.raises(RError, match=r"^Error: object 'absent' not found$"):
        run_r("absent")
    with pytest.raises(RError, match=r"^Error: it$"):
        assert_same_as_r(1, "stop('it')")
    with pytest.warns(RWarning, match=r"^Warning in f\(1\): hm$"):
        run_r("f <- function(x) warning('hm'); f(1)")
    assert capfd.readouterr() == ("", "")


COUNTED = {
    "logicals": (np.array([True]), "FALSE"),
    "integers": (np.array([7]), "8L"),
    "factors": (pd.Categorical(["u"], ["u", "v"]), "factor('v', c('u', 'v'))"),
    "text": (np.array(["a"]), "'b'"),
    "dates": (np.array(["2024-01-01"], "M8[D]"), "as.Date('2024-01-02')"),
    "times": (np.array(["2024-01-01T00:00:00"], "M8[s]"), ".POSIXct(1704067201, 'UTC')"),
    "durations": (np.array([60], "m8[s]"), "as.difftime(61, units = 'secs')"),
}


@pytest.mark.parametrize("kind", COUNTED)
@pytest.mark.parametrize("tolerance", [{"rtol": 1.0}, {"atol": 1e9}, {"rtol": {"x": 1.0}}])
def test_what_is_counted_has_no_tolerance(kind, tolerance):
    value, code = COUNTED[kind]
    if isinstance(tolerance.get("rtol"), dict):
        value, code = {"x": value}, f"list(x = {code})"
    with pytest.raises(AssertionError):
        assert_same_as_r(value, code, **tolerance)


@pytest.mark.parametrize("kind", ["dates", "times", "durations"])
def test_a_time_has_a_tolerance_in_seconds_by_its_name(kind):
    value, code = COUNTED[kind]
    apart = 86400.0 if kind == "dates" else 1.0
    assert_same_as_r({"x": value}, f"list(x = {code})", atol={"x": apart})
    with pytest.raises(AssertionError):
        assert_same_as_r({"x": value}, f"list(x = {code})", atol={"x": 0.9 * apart})


@pytest.mark.parametrize("kind", ["i8", "f8", "c16"])
def test_one_side_of_reals_is_enough_for_a_tolerance(kind):
    assert_same_as_r(np.array([1], kind), "1.001", atol=0.01, check_kind=False)
    assert_same_as_r(np.array([1.001]), "1L", atol=0.01, check_kind=False)
