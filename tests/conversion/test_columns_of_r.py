"""Data frames of R as DataFrames of pandas; R says whether what comes back is what went."""

import numpy as np
import pandas as pd
import pytest
from conversion_oracle import assert_identical, r_value

from pybridge import from_r, to_r
from pybridge.conversion.casting import Target, own_array
from pybridge.conversion.policies import FromR
from pybridge.conversion.r_to_python import value_from
from pybridge.conversion.rpy2_host import r_host
from pybridge.errors import ConversionError

TEXT = pd.Series(["text"]).dtype


@pytest.mark.parametrize(
    "code",
    [
        *("mtcars", "iris", "airquality", "ToothGrowth", "warpbreaks", "esoph"),
        *("mtcars[0, ]", "iris[0, ]", "iris[c(5, 3), ]", "head(iris)", "mtcars[c('Fiat 128'), ]"),
        *("data.frame()", "data.frame(row.names = c('a', 'b'))", "data.frame(row.names = 1:3)"),
        "data.frame(x = c(TRUE, NA), y = c(NA, 7L), z = c(NA, NaN), w = c(1i, NA))",
        "data.frame(x = c('a', NA), y = c('é', ''), z = NA_character_)",
        "data.frame(x = factor(c('b', NA, 'a'), levels = c('b', 'a', 'z')), y = ordered(3:1))",
        "data.frame(x = factor(c(NA, NA)), y = ordered(c('u', 'u'), levels = 'u'))",
        "data.frame(d = as.Date(c('2020-02-29', NA, '1500-01-01')))",
        "data.frame(t = as.POSIXct(c(1.5, NA, -1e9 + 2^-20), tz = 'Europe/Berlin'))",
        "data.frame(t = as.POSIXct(c(0, NA), tz = 'UTC'))",
        "data.frame(x = as.difftime(c(1.5, NA, -3), units = 'secs'))",
        "x <- data.frame(i = 1:3); x$l <- list(1:2, 'a', NULL); x",
        "x <- data.frame(i = 1:2); x$l <- list(list(a = 1:2, b = 'u'), iris); x",
        "x <- data.frame(a = 1, b = 2); names(x) <- c('a', 'a'); x",
        "x <- data.frame(a = 1, b = 2); names(x) <- c('', 'é'); x",
        "data.frame(a = logical(), b = integer(), c = character(), d = as.Date(character()))",
        "data.frame(a = factor(character()), t = .POSIXct(numeric(), 'UTC'), z = complex())",
        "data.frame(a = 1:3, row.names = c(10L, -2L, 0L))",
    ],
)
def test_a_data_frame_and_what_comes_back_are_identical(code):
    table = from_r(r_value(code))
    assert type(table) is pd.DataFrame
    assert_identical(to_r(table), code)


def test_every_column_and_the_row_names_are_where_pandas_has_them():
    table = from_r(
        r_value(
            """data.frame(
                i = 1:3, d = c(0.5, NA, 2), l = c(TRUE, FALSE, TRUE), s = c("a", NA, "é"),
                f = factor(c("v", "u", "v"), levels = c("v", "u", "w")), n = c(7L, NA, -7L),
                m = c(NA, TRUE, FALSE), o = ordered(c("lo", NA, "hi"), levels = c("lo", "hi")),
                day = as.Date(c("2020-02-29", NA, "1969-12-31")),
                t = as.POSIXct(c(1582934400, NA, 0), tz = "Europe/Berlin"),
                e = as.difftime(c(1.5, NA, -2), units = "hours"), row.names = c("r1", "r2", "r3")
            )"""
        )
    )
    expected = pd.DataFrame(
        {
            "i": np.array([1, 2, 3], "i4"),
            "d": [0.5, np.nan, 2],
            "l": [True, False, True],
            "s": pd.Series(["a", None, "é"], dtype=TEXT),
            "f": pd.Categorical(["v", "u", "v"], categories=["v", "u", "w"]),
            "n": pd.array([7, None, -7], dtype="Int32"),
            "m": pd.array([None, True, False], dtype="boolean"),
            "o": pd.Categorical(["lo", None, "hi"], categories=["lo", "hi"], ordered=True),
            "day": pd.PeriodIndex(["2020-02-29", None, "1969-12-31"], freq="D"),
            "t": pd.DatetimeIndex(["2020-02-29 01:00", None, "1970-01-01 01:00"])
            .as_unit("s")
            .tz_localize("Europe/Berlin"),
            "e": pd.to_timedelta([1.5, None, -2], unit="h").as_unit("s"),
        }
    )
    expected.index = ["r1", "r2", "r3"]
    pd.testing.assert_frame_equal(table, expected)


@pytest.mark.parametrize(
    ("code", "index"),
    [
        ("cars[1:3, ]", pd.RangeIndex(3)),
        ("cars[c(3, 5), ]", pd.Index([3, 5])),
        ("mtcars[2:1, ]", pd.Index(["Mazda RX4 Wag", "Mazda RX4"])),
        ("cars[0, ]", pd.RangeIndex(0)),
        ("mtcars[0, ]", pd.Index([], dtype=object)),
    ],
)
def test_row_names_are_the_index(code, index):
    pd.testing.assert_index_equal(from_r(r_value(code)).index, index, exact=True)


def test_a_table_is_writable_memory_of_its_own():
    frame = r_value("data.frame(x = c(1, 2), y = c(3, 4))")
    table = from_r(frame)
    table.loc[0, "x"] = 9
    table["y"] += 1
    assert table.to_numpy().tolist() == [[9, 4], [2, 5]]
    assert_identical(frame, "data.frame(x = c(1, 2), y = c(3, 4))")


def test_policies_reach_every_column():
    code = "data.frame(l = c(TRUE, FALSE), i = 1:2, d = c(NA, NaN), s = c('a', 'b'))"
    masked = from_r(r_value(code), na="mask")
    assert [str(dtype) for dtype in masked.dtypes[:3]] == ["boolean", "Int32", "Float64"]
    assert_identical(to_r(masked), code)
    floats = from_r(r_value("data.frame(l = c(TRUE, NA), i = c(NA, 2L))"), na="float")
    assert [str(dtype) for dtype in floats.dtypes] == ["float64", "float64"]
    assert_identical(to_r(floats), "data.frame(l = c(1, NA), i = c(NA, 2))")
    wide = """x <- data.frame(k = 1:2); x$k <- structure(
        readBin(as.raw(c(1, 0, 0, 0, 0, 0, 0, 0x40, rep(0, 7), 0x80)), "double", 2),
        class = "integer64"); x"""
    table = from_r(r_value(wide))
    assert table["k"].tolist() == [2**62 + 1, pd.NA]
    assert_identical(to_r(table, int64="integer64"), wide)


def as_in_r(code, wanted, frames):
    def own(values, refuse=None):
        return own_array(values, wanted, refuse)

    policies = FromR(scalars=True, own=own, frames=frames)
    return value_from(r_host().parts(r_value(code)), policies)


def test_a_dtype_is_the_dtype_of_every_column_and_like_makes_a_dict():
    table = as_in_r(
        "data.frame(i = 1:2, f = c(0.5, 2), row.names = c('a', 'b'))", Target("float32"), "arrays"
    )
    assert [*map(str, table.dtypes)] == ["float32", "float32"]
    assert table.index.tolist() == ["a", "b"]
    assert table.to_numpy().tolist() == [[1, 0.5], [2, 2]]
    with pytest.raises(
        ConversionError, match="column 'Species': a factor is categories, and a tensor has none"
    ):
        as_in_r("iris", Target("float32"), "arrays")
    tensors = as_in_r("data.frame(i = 1:2)", Target(like=np.zeros(1, "f4")), "dict")
    assert tensors["i"].dtype == "float32"
    with pytest.raises(ConversionError, match="row names, such as 'Mazda RX4', and a dict"):
        as_in_r("mtcars", Target(like=np.zeros(1)), "dict")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("x <- data.frame(i = 1:3); x$m <- matrix(1:6, 3); x", "column 'm': it is a matrix"),
        ("x <- data.frame(i = 1:2); x$d <- cars[1:2, ]; x", "column 'd': it is a data frame"),
        ("data.frame(t = as.POSIXct(1, tz = 'Nowhere/At all'))", "Nowhere.* is none of Olson"),
        ("data.frame(f = addNA(factor(c('a', NA))))", "column 'f': NA is a level"),
        ("data.frame(f = as.Date(1.5))", "not a whole number of days"),
        ("data.frame(e = as.difftime(c(0, 1e-12), units = 'secs'))", r"\[2\] is 1e-12 secs"),
        ("data.frame(e = structure(1, class = 'difftime', units = 'years'))", "'years' is broken"),
        ("data.frame(r = as.roman(3))", "column 'r': an R object of class roman"),
        ("x <- data.frame(a = 1:2); x$l <- list(NULL, NULL); x", "no element of a column of lists"),
        ("x <- data.frame(a = 1:2); x$l <- list(1, c(1L, NA)); x", "column 'l': element 2: .* NA"),
        ("x <- data.frame(a = 1:2); x$p <- as.POSIXlt(c('2020-01-01', NA)); x", "class POSIXlt"),
        ("x <- data.frame(a = 1); names(x) <- NA; x", "name of column 1 is NA"),
        ("x <- data.frame(a = 1:2); x$m <- Matrix::Diagonal(2); x", "column 'm': it is a matrix"),
        (
            "structure(list(a = NULL), class = 'data.frame', row.names = integer())",
            "column 'a': it is NULL",
        ),
        (
            "structure(list(1:3, 1:2), names = c('a', 'b'), class = 'data.frame', row.names = 1:3)",
            "column 'b' has 2 rows, and the data frame has 3: it is broken",
        ),
        ("structure(list(1:3), class = 'data.frame', row.names = 1:3)", "columns without names"),
        ("structure(list(a = 1), class = 'data.frame', row.names = 1:3)", "has 1 rows"),
        (
            "structure(list(a = structure(7L, levels = 'u', class = 'factor')), "
            "class = 'data.frame', row.names = 1L)",
            "has the code 7",
        ),
    ],
)
def test_what_pandas_cannot_hold_is_refused(code, message):
    with pytest.raises(ConversionError, match=message):
        from_r(r_value(code))


def test_a_data_frame_in_a_list_is_a_table_there():
    found = from_r(r_value("list(a = mtcars, b = list(cars))"))
    assert found["a"].shape == (32, 11)
    assert found["b"][0]["dist"].tolist()[:2] == [2, 10]


RANDOM = """
    set.seed({seed}); n <- sample(0:6, 1); pick <- function(from) sample(from, n, replace = TRUE)
    makers <- list(
        function() pick(c(TRUE, NA, FALSE)), function() pick(c(TRUE, FALSE)),
        function() pick(c(1L, NA, -.Machine$integer.max)), function() pick(1:9),
        function() pick(c(0.1, NA, NaN, -0, Inf, 1e300)), function() pick(c(1i, NA, 2)),
        function() pick(c("a", NA, "é", "", "NA", "None", "nan")),
        function() factor(pick(c("u", NA, "v")), levels = c("v", "w", "u")),
        function() ordered(pick(c("1", "10", "2"))),
        function() as.Date(pick(c(-99999, 0, 18321, NA))),
        function() .POSIXct(pick(c(-1e9 + 0.5, 0, 1e9 + 2^-20, NA)), "America/New_York"),
        function() .POSIXct(pick(c(1, NA)), "UTC"),
        function() as.difftime(pick(c(0.25, -3, NA)), units = "secs"),
        function() c(list(1:3), lapply(
            pick(1:4)[-1], function(k) switch(k, NULL, "a", list(b = 1i), 2)
        ))
    )
    x <- lapply(sample(makers, sample(0:9, 1), replace = TRUE), function(make) make())
    x <- x[lengths(x) == n]
    names(x) <- sample(c("a", "b", "a b", "é", ""), length(x), replace = TRUE)
    class(x) <- "data.frame"
    attr(x, "row.names") <- switch(sample(3, 1), .set_row_names(n), sample(c(-9:-1, 1:99), n),
        sample(c("r", "1", "é", "", "x y", "NA", "None"), n))
    x
"""


@pytest.mark.parametrize("seed", range(100))
def test_random_data_frames_come_back_identical(seed):
    code = RANDOM.format(seed=seed).replace("\n", "\n ")
    assert_identical(to_r(from_r(r_value(code))), code)


def test_numbers_by_which_the_other_side_counts_its_rows_become_its_automatic_ones():
    of_r = from_r(r_value("data.frame(x = 7:9, row.names = 0:2)"))
    assert of_r.index.tolist() == [0, 1, 2]
    assert_identical(to_r(of_r), "data.frame(x = 7:9)")
    of_python = to_r(pd.DataFrame({"x": [0.5, 2]}, index=[1, 2]))
    assert_identical(of_python, "data.frame(x = c(0.5, 2))")
    assert from_r(of_python).index.tolist() == [0, 1]
