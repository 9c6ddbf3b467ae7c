"""DataFrames of pandas as data frames of R."""

import datetime

import numpy as np
import pandas as pd
import pytest
from conversion_oracle import assert_identical

from pybridge import from_r, to_r
from pybridge.errors import ArgumentError, ConversionError


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: pd.DataFrame(), "data.frame()"),
        (lambda: pd.DataFrame(index=range(3)), "data.frame(row.names = 1:3)"),
        (lambda: pd.DataFrame({"i": np.arange(3, dtype="i4")}), "data.frame(i = 0:2)"),
        (lambda: pd.DataFrame({"x": [1, 2]}), "data.frame(x = c(1, 2))"),
        (
            lambda: pd.DataFrame({"s": ["a", None], "b": [True, False]}, index=["u", "é"]),
            "data.frame(s = c('a', NA), b = c(TRUE, FALSE), row.names = c('u', 'é'))",
        ),
        (
            lambda: pd.DataFrame({"s": np.array(["a", None, np.nan], object)}),
            "data.frame(s = c('a', NA, NA))",
        ),
        (
            lambda: pd.DataFrame({"x": [0.5, 2, 7]}, index=[7, 3, 0]),
            "data.frame(x = c(0.5, 2, 7), row.names = c(7L, 3L, 0L))",
        ),
        (
            lambda: pd.DataFrame({"x": [0.5, 2, 7]})[lambda x: x.x > 1],
            "data.frame(x = c(2, 7), row.names = c(1L, 2L))",
        ),
        (
            lambda: pd.DataFrame({"x": [0.5, 2]}, index=pd.array([7, 3], dtype="Int64")),
            "data.frame(x = c(0.5, 2), row.names = c(7L, 3L))",
        ),
        (
            lambda: pd.DataFrame({"x": [0.5, 2]}, index=pd.CategoricalIndex(["v", "u"])),
            "data.frame(x = c(0.5, 2), row.names = c('v', 'u'))",
        ),
        (
            lambda: pd.DataFrame({"x": [0.5, 2, 7]}, index=np.array([0, 1, 2], "u1")),
            "data.frame(x = c(0.5, 2, 7))",
        ),
        (
            lambda: pd.DataFrame(
                {
                    "i": pd.array([1, None], dtype="Int16"),
                    "w": pd.array([1, None], dtype="UInt64"),
                    "b": pd.array([None, True], dtype="boolean"),
                    "f": pd.array([0.5, None], dtype="Float32"),
                    "s": pd.array(["a", None], dtype="string"),
                    "z": [1j, 2],
                }
            ),
            "data.frame(i = c(1L, NA), w = c(1, NA), b = c(NA, TRUE), f = c(0.5, NA), "
            "s = c('a', NA), z = c(1i, 2+0i))",
        ),
        (
            lambda: pd.DataFrame(
                {
                    "f": pd.Categorical(["b", None, "a"], categories=["b", "a", "z"]),
                    "o": pd.Categorical(["b", "a", "a"], categories=["b", "a"], ordered=True),
                    "e": pd.Categorical([None] * 3, categories=[]),
                }
            ),
            "data.frame(f = factor(c('b', NA, 'a'), levels = c('b', 'a', 'z')), "
            "o = ordered(c('b', 'a', 'a'), levels = c('b', 'a')), e = factor(c(NA, NA, NA)))",
        ),
        (
            lambda: pd.DataFrame(
                {
                    "t": pd.to_datetime(["2026-01-02 03:04:05.25", None]),
                    "z": pd.to_datetime(["2026-01-02", None]).tz_localize("Asia/Tokyo"),
                    "u": pd.to_datetime(["2026-01-02", None]).tz_localize(datetime.UTC),
                    "d": [datetime.date(2026, 1, 2), None],
                    "p": pd.PeriodIndex(["2026-01-02", None], freq="D"),
                    "e": pd.to_timedelta(["1500ms", None]),
                }
            ),
            "data.frame(t = .POSIXct(c(1767323045.25, NA), 'UTC'), "
            "z = as.POSIXct(c('2026-01-02', NA), tz = 'Asia/Tokyo'), "
            "u = .POSIXct(c(1767312000, NA), 'UTC'), d = as.Date(c('2026-01-02', NA)), "
            "p = as.Date(c('2026-01-02', NA)), e = as.difftime(c(1.5, NA), units = 'secs'))",
        ),
        (
            lambda: pd.DataFrame(
                {"l": [[1, 2], "a", None], "m": [{"u": 1.5}, [], np.zeros((1, 2))]}
            ),
            "x <- data.frame(n = 1:3); x$l <- list(c(1, 2), 'a', NULL); "
            "x$m <- list(list(u = 1.5), list(), matrix(0, 1, 2)); x$n <- NULL; x",
        ),
        (
            lambda: pd.DataFrame([[1.5, 2.5]], columns=["a", "a"]),
            "structure(list(a = 1.5, a = 2.5), class = 'data.frame', row.names = 1L)",
        ),
        (
            lambda: pd.DataFrame({"x": pd.arrays.SparseArray([0.0, 2, 0])}),
            "data.frame(x = c(0, 2, 0))",
        ),
        (lambda: {"t": pd.DataFrame({"x": [0.5]})}, "list(t = data.frame(x = 0.5))"),
        (lambda: [pd.DataFrame({"x": [0.5]})], "list(data.frame(x = 0.5))"),
    ],
)
def test_a_table_is_the_data_frame(make, code):
    x = make()
    before = x.copy() if isinstance(x, pd.DataFrame) else None
    assert_identical(to_r(x), code)
    if before is not None:
        pd.testing.assert_frame_equal(x, before)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: pd.DataFrame(np.eye(2)), r"column name 0 is not: x.columns = x.columns.astype"),
        (lambda: pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), "2 levels"),
        (lambda: pd.DataFrame({"a": [1, 2]}, index=["u", "u"]), r"'u' more than once.*reset_index"),
        (lambda: pd.DataFrame({"a": [1, 2]}, index=[7, 7]), r"7 more than once"),
        (lambda: pd.DataFrame({"a": [1, 2]}, index=["u", None]), r"missing value.*reset_index"),
        (lambda: pd.DataFrame({"a": [1, 2]}, index=[0.5, 1]), "dtype float64, and row names are"),
        (lambda: pd.DataFrame({"a": [1]}, index=pd.to_datetime(["2020-01-01"])), "row names are"),
        (lambda: pd.DataFrame({"a": [1]}, index=[2**31]), "beyond R's integer"),
        (lambda: pd.DataFrame({"a": [1]}, index=[-(2**31)]), "beyond R's integer"),
        (lambda: pd.DataFrame({"a": [1]}, index=["u\0"]), "NUL"),
        (lambda: pd.DataFrame({"a": [1]}, index=[True]), "dtype bool, and row names are"),
        (lambda: pd.DataFrame({"a": [1]}, index=pd.array([None], dtype="Int64")), "missing value"),
        (
            lambda: pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([("a", 1)])),
            "index has 2 levels",
        ),
        (
            lambda: pd.DataFrame({"a": [1, 2**60]}),
            r"column 'a': element \[2\] is 1152921504606846976",
        ),
        (lambda: pd.DataFrame({"a": pd.Categorical([1, 2])}), "levels of a factor are text"),
        (lambda: pd.DataFrame({"a": pd.interval_range(0, 2)}), "column 'a': dtype interval"),
        (lambda: pd.DataFrame({"a": pd.period_range("2020", periods=2, freq="M")}), "to_timestamp"),
        (
            lambda: pd.DataFrame({"a": np.array(["u", 1], object)}),
            r"element \[2\] is 1, of the kind",
        ),
        (lambda: pd.DataFrame({"a": np.array(["u", {1}], object)}), r"element \[2\] .* is \{1\}:"),
        (lambda: pd.DataFrame({"a": pd.to_timedelta([2**62 + 1], unit="ns")}), "difftime does not"),
        (
            lambda: pd.DataFrame({"a": pd.to_datetime(["2020-01-01 00:00+02:00"])}),
            "has no name in R",
        ),
        (lambda: pd.DataFrame({"l": [[1], {1: 2}]}), "column 'l': element 2: names in R are text"),
    ],
)
def test_what_r_cannot_hold_is_refused(make, message):
    with pytest.raises(ConversionError, match=message):
        to_r(make())


def test_dimnames_do_not_go_with_a_table():
    with pytest.raises(ArgumentError, match="go with one array"):
        to_r(pd.DataFrame({"a": [1]}), dimnames=[["u"], ["a"]])


KINDS = {
    "f8": lambda rng, n: rng.choice([0.5, -1.25, np.inf, np.nan, 0], n),
    "i4": lambda rng, n: rng.integers(-9, 9, n).astype("i4"),
    "Int32": lambda rng, n: pd.array(rng.choice([1, None, -5], n), dtype="Int32"),
    "boolean": lambda rng, n: pd.array(rng.choice([True, None, False], n), dtype="boolean"),
    "bool": lambda rng, n: rng.integers(0, 2, n).astype(bool),
    "text": lambda rng, n: (
        pd.Series(
            rng.choice(np.array(["a", "é", "", None], object), n), dtype=pd.Series(["a"]).dtype
        ).array
    ),
    "factor": lambda rng, n: pd.Categorical(
        rng.choice(np.array(["u", "v", None], object), n), categories=["v", "u", "w"]
    ),
    "zone": lambda rng, n: pd.DatetimeIndex(
        rng.integers(-(10**9), 10**9, n).astype("M8[s]").astype("M8[ns]")
    ).tz_localize("America/New_York", ambiguous=True, nonexistent="shift_forward"),
    "day": lambda rng, n: pd.PeriodIndex(rng.integers(-999, 999, n).astype("M8[D]"), freq="D"),
    "span": lambda rng, n: (rng.integers(-(10**9), 10**9, n) * 1000).view("m8[ns]"),
    "list": lambda rng, n: [np.arange(k, dtype="i4") for k in rng.integers(0, 4, n)],
}
"""Columns that come back as they went."""


@pytest.mark.parametrize("seed", range(60))
def test_random_tables_come_back_as_they_went(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(0, 7))
    kinds = rng.choice(sorted(KINDS), rng.integers(0, 6))
    kinds = [kind for kind in kinds if kind != "list" or n]
    table = pd.DataFrame({f"c{at} {kind}": KINDS[kind](rng, n) for at, kind in enumerate(kinds)})
    if n and rng.integers(0, 2):
        table.index = pd.Index([f"r{at}" for at in rng.permutation(n)])
    elif not len(table.columns):
        table.index = pd.RangeIndex(0)
    back = from_r(to_r(table))
    for name, kind in zip(table.columns, kinds, strict=True):
        if kind in ("Int32", "boolean") and not back[name].isna().any():
            back[name] = back[name].astype(kind)  # without a missing element they are NumPy's
        if kind in ("zone", "span"):  # they come back in the coarsest unit that holds them
            back[name] = back[name].dt.as_unit("ns")
    pd.testing.assert_frame_equal(back, table, check_index_type=False, check_column_type=False)
