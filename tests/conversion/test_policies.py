"""What has no exact counterpart: refused by default, and what each policy makes of it."""

import numpy as np
import pytest
from conversion_oracle import assert_identical, r_value

from pybridge.conversion import from_r, to_r
from pybridge.errors import ArgumentError, ConversionError, UnsupportedTensorError

NA_INT = -(2**31)

INTEGER64 = (
    'structure(readBin(as.raw(c(1,0,0,0,0,0,0,0x40, rep(255,8))), "double", 2),'
    ' class = "integer64")'
)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.array([[1, 2], [3, NA_INT]], "i4"), r"element \[2, 2\] is -2147483648: .* NA"),
        (np.array([0, 2**53 + 1]), r"element \[2\] is 9007199254740993: .*2\^53"),
        (np.array([-(2**53) - 1]), r"element \[1\] is -9007199254740993"),
        # read in the byte order of most machines these are 16 and 1
        (np.array([0, 2**60], ">i8"), r"element \[2\] is 1152921504606846976"),
        (np.array([2**56], ">u8"), r"element \[1\] is 72057594037927936"),
        (np.array([0, 1, 2**63], "u8"), r"element \[3\] is 9223372036854775808"),
        (np.array(2**60), r"element \[1\] is 1152921504606846976"),
        (np.array([1.5], np.longdouble), "holds more digits .*float64"),
        (np.array([1.5], np.clongdouble), "holds more digits .*complex128"),
        (np.array(["2026-01"], "M8[M]"), r"datetime64.* has no R equivalent: .*datetime64\[D\]"),
        (np.array([1767225600000000001], "M8[ns]"), r"element \[1\] .* does not distinguish it"),
        (np.array([1], "m8[M]"), "timedelta64.* has no R equivalent: .*months and years"),
        (np.zeros((2, 2), [("a", "i4")]), r"of shape \(2, 2\) has no rows: x.ravel\(\)"),
        (np.zeros(2, [("a", "i4", 3)]), r"column 'a': it has shape \(3,\) in each row"),
        (np.array([b"ab", b"c"]), "neither text nor raw"),
        (np.zeros(2, "V3"), "no R equivalent"),
        (np.array([1, "a"], object), r"element \[2\] is 'a', of the kind text, among"),
        (np.array([["a", "b"], ["c", 1]], object), r"element \[2, 2\] is 1, of the kind integer"),
        (np.array(["a", float("nan")], object), r"element \[2\] is nan, .*na=\"float\""),
        (np.array([b"ab", None], object), r"element \[1\]: bytes among other objects"),
        (np.array([{1}, None], object), r"an array of objects holds \{1\}"),
        (np.array([2**53 + 1, 0.5], object), r"element \[1\] is 9007199254740993 among reals"),
        (np.array(["a", "b\0c"]), "NUL"),
        (np.array(["\ud800"]), "surrogate"),
        (2**70, r"element \[1\] is 1180591620717411303424, beyond 64 bits"),
        ([1, 2**70], r"element \[2\] is 1180591620717411303424, beyond 64 bits"),
        ([-1, 2**63], r"element \[2\] is 9223372036854775808, beyond 64 bits"),
        (np.ma.array(np.array([1, 2], "u1").view("S1"), mask=[False, True]), "raw has no NA"),
    ],
)
def test_what_would_be_lost_is_refused(value, message):
    with pytest.raises(ConversionError, match=message):
        to_r(value)


def test_the_first_offending_element_is_named_in_r_order():
    x = np.zeros((300, 400, 5), "i8")
    x[7, 200, 3] = x[250, 100, 3] = 2**53 + 1
    for laid_out in (x, np.asfortranarray(x), x[:, ::-1].copy()[:, ::-1]):
        with pytest.raises(ConversionError, match=r"element \[251, 101, 4\] is 9007199254740993"):
            to_r(laid_out)


@pytest.mark.parametrize("dtype", ["u4", "i8", "u8"])
def test_int64_policies_name_the_type(dtype):
    x = np.array([[1, 2, 3], [4, 5, 6]], dtype)
    assert_identical(to_r(x), "matrix(c(1, 4, 2, 5, 3, 6), 2)")
    assert_identical(to_r(x, int64="double"), "matrix(c(1, 4, 2, 5, 3, 6), 2)")
    assert_identical(to_r(x, int64="integer"), "matrix(c(1L, 4L, 2L, 5L, 3L, 6L), 2)")
    assert_identical(to_r(x, int64="character"), 'matrix(c("1", "4", "2", "5", "3", "6"), 2)')


def test_int64_policies_at_their_limits():
    limit = np.array([2**31 - 1, -(2**31) + 1])
    assert_identical(to_r(limit, int64="integer"), "c(2147483647L, -2147483647L)")
    for beyond in (2**31, -(2**31)):
        with pytest.raises(ConversionError, match=f"is {beyond}: R's integer holds"):
            to_r(np.array([beyond]), int64="integer")
    with pytest.raises(ConversionError, match="4294967295"):
        to_r(np.array([2**32 - 1], "u4"), int64="integer")
    bits = to_r(np.array([2**62 + 1, -1]), int64="integer64")
    assert_identical(bits, INTEGER64)
    assert from_r(bits).tolist() == [2**62 + 1, -1]
    for beyond in (np.array([2**63], "u8"), np.array([-(2**63)])):
        with pytest.raises(ConversionError, match="R's integer64 holds"):
            to_r(beyond, int64="integer64")
    text = to_r(np.array([2**64 - 1, 0], "u8"), int64="character")
    assert_identical(text, 'c("18446744073709551615", "0")')
    assert_identical(to_r(np.array(-(2**63)), int64="character"), '"-9223372036854775808"')
    assert_identical(to_r(2**70, int64="character"), '"1180591620717411303424"')
    # The policy speaks of wide integers only.
    assert_identical(to_r(np.array([1, 2], "i4"), int64="character"), "1:2")


MASK = [[False, True, False], [True, False, False]]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (
            np.array([[True, False, True], [False, True, False]]),
            "c(TRUE, NA, NA, TRUE, TRUE, FALSE)",
        ),
        (np.array([[1, 2, 3], [4, 5, 6]], "u1"), "c(1L, NA, NA, 5L, 3L, 6L)"),
        (np.array([[1, NA_INT, 3], [4, 5, 6]], "i4"), "c(1L, NA, NA, 5L, 3L, 6L)"),
        (np.array([[1, 2**60, 3], [4, 5, 6]], "i8"), "c(1, NA, NA, 5, 3, 6)"),
        (np.array([[1, 2, 3], [4, 5, 6]], "f4"), "c(1, NA, NA, 5, 3, 6)"),
        (np.array([[1, 2, 3], [4, 5, np.nan]]), "c(1, NA, NA, 5, 3, NaN)"),
        (
            np.array([[1, 2, 3], [4, 5, 6]], "c8"),
            "c(1+0i, NA_complex_, NA_complex_, 5+0i, 3+0i, 6+0i)",
        ),
        (np.array([["a", "b", "c"], ["d", "e", "f"]]), 'c("a", NA, NA, "e", "c", "f")'),
    ],
)
@pytest.mark.parametrize("order", ["C", "F"])
def test_masked_elements_become_na_whatever_lies_under_the_mask(values, code, order):
    x = np.ma.array(values.copy(order), mask=np.array(MASK, order=order))
    value = to_r(x)
    assert_identical(value, f"matrix({code}, 2)")
    back = from_r(value, na="mask")
    assert back.mask.tolist() == MASK
    assert_identical(to_r(back), f"matrix({code}, 2)")


def test_a_value_beyond_is_refused_beside_a_mask():
    x = np.ma.array([1, 2**60, 2**61], mask=[False, True, False])
    with pytest.raises(ConversionError, match=r"element \[3\] is 2305843009213693952"):
        to_r(x)
    assert_identical(to_r(np.ma.array([1, 2], mask=False)), "c(1, 2)")
    assert_identical(to_r(np.ma.array([1, 2], mask=True)), "c(NA_real_, NA_real_)")


def test_na_policies_of_to_r():
    assert_identical(to_r(np.array([np.nan, 1.0])), "c(NaN, 1)")
    assert_identical(to_r(np.array([np.nan, 1.0]), na="float"), "c(NA, 1)")
    assert_identical(to_r(np.array([[np.nan, 1.0]], "f4"), na="float"), "matrix(c(NA, 1), 1)")
    assert_identical(to_r(np.array([complex(1, np.nan), 2]), na="float"), "c(NA_complex_, 2+0i)")
    assert_identical(to_r(np.array(["a", None, np.nan], object), na="float"), 'c("a", NA, NA)')
    assert_identical(to_r(np.array([NA_INT, 1], "i4"), na="integer"), "c(NA, 1L)")
    assert_identical(to_r(np.array([np.nan]), na="integer"), "NaN")
    with pytest.raises(ConversionError, match="-2147483648"):
        to_r(np.array([NA_INT, 1], "i4"), na="float")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("c(TRUE, NA, FALSE)", np.ma.array([True, False, False], mask=[False, True, False])),
        ("c(1L, NA, 3L)", np.ma.array([1, 0, 3], mask=[False, True, False], dtype="i4")),
        ("c(1, NA, NaN)", np.ma.array([1, 0, np.nan], mask=[False, True, False])),
        ("c(1+2i, NA_complex_)", np.ma.array([1 + 2j, 0], mask=[False, True])),
        ('c("é", NA)', np.ma.array(["é", ""], mask=[False, True])),
        ("c(1L, 2L)", np.ma.array([1, 2], mask=[False, False], dtype="i4")),
        ("as.raw(1:2)", np.ma.array([1, 2], mask=[False, False], dtype="u1")),
        ("logical(0)", np.ma.array([], mask=[], dtype=bool)),
    ],
)
def test_na_mask_masks_na_and_nothing_else(code, expected):
    found = from_r(r_value(code), na="mask")
    assert isinstance(found, np.ma.MaskedArray)
    assert found.dtype == expected.dtype
    assert found.mask.tolist() == expected.mask.tolist()
    np.testing.assert_array_equal(found.compressed(), expected.compressed())
    if found.dtype != "u1":
        assert_identical(to_r(found), code)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("c(TRUE, NA, FALSE)", [1.0, np.nan, 0.0]),
        ("c(1L, NA, 3L)", [1.0, np.nan, 3.0]),
        ("c(TRUE, FALSE)", [1.0, 0.0]),
        ("1:3", [1.0, 2.0, 3.0]),
        ("c(1, NA)", [1.0, np.nan]),
    ],
)
def test_na_float_gives_floats_whether_or_not_there_is_an_na(code, expected):
    found = from_r(r_value(code), na="float")
    assert found.dtype == "float64"
    np.testing.assert_array_equal(found, expected)
    assert_identical(to_r(found), f"as.numeric({code})")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("NA", r"element \[1\] is NA, and NumPy's logical has none: na=\"mask\""),
        ("c(1L, 2L, NA)", r"element \[3\] is NA, and NumPy's integer"),
        ("matrix(c(1:5, NA), 2)", r"element \[2, 3\] is NA"),
        ('c("a", NA)', r"element \[2\] is NA, and NumPy's text has none"),
        ("NA_character_", "is NA"),
        ('structure(1L, dim = c(1L, 1L), levels = "a", class = "factor")', "a factor with a dim"),
        ("as.roman(3)", "class roman has numbers"),
        ("numeric_version('1.2')", "as.character"),
        (
            'structure(readBin(as.raw(c(0,0,0,0,0,0,0,0x80)), "double"), class = "integer64")',
            r"element \[1\] is NA, and NumPy's integer64",
        ),
        ("as.Date(1.5)", r"element \[1\] is 1.5 days .* not a whole number of days"),
        ("as.POSIXct(c(0, 1e-12))", r"element \[2\] is 1e-12 seconds .* nanoseconds"),
        ("as.POSIXct(2^60)", r"element \[1\] is 1.15292\d+e\+18 seconds"),
        ("function(x) x", "has no array"),
        ("quote(a + b)", "has no array"),
        ("new.env()", "has no array"),
        ("as.POSIXlt(Sys.time())", "POSIXlt"),
        ("lm(dist ~ speed, cars)", "element 'call': an R object of class|type (call|language)"),
        ("structure(list(1), dim = 1L)", "list with a dim"),
        ("list(a = 1, a = 2)", "not all different"),
        ("list(a = 1, 2)", "not all there"),
        ('x <- "\\xff"; Encoding(x) <- "bytes"; x', "bytes"),
        ('x <- "a\\xff"; Encoding(x) <- "UTF-8"; x', r"`v` is not valid UTF-8"),
        ('x <- "a\\xff"; x', r"`v` is not valid UTF-8"),
        ("list(1, list(2, NA))", r"element 2: element 2: element \[1\] is NA"),
        ('list(n = 1:2, s = c("a", NA))', r"element 's': element \[2\] is NA"),
    ],
)
def test_what_numpy_cannot_hold_is_refused(code, message):
    with pytest.raises(ConversionError, match=message):
        from_r(r_value(code))


def test_float_policy_does_not_hide_missing_text():
    with pytest.raises(ConversionError, match="text has none"):
        from_r(r_value('c("a", NA)'), na="float")
    assert from_r(r_value('c("a", "b")'), na="float").tolist() == ["a", "b"]


def test_integer64_arrives_as_the_integers_it_holds():
    code = INTEGER64
    found = from_r(r_value(code))
    assert found.dtype == "int64"
    assert found.tolist() == [2**62 + 1, -1]
    with pytest.raises(ConversionError, match=r"2\^53"):
        from_r(r_value(code), na="float")


def test_factors_arrive_as_the_text_of_their_levels():
    factor = r_value('factor(c("low", "high", "low"), levels = c("low", "high", "none"))')
    assert from_r(factor).tolist() == ["low", "high", "low"]
    assert from_r(r_value("factor(character())")).shape == (0,)
    assert from_r(r_value("factor(c(2.5, 1))")).tolist() == ["2.5", "1"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: to_r(1, na="mask"), "na must be one of 'error', 'float', 'integer', not 'mask'"),
        (lambda: to_r(1, int64="bigint"), "int64 must be one of"),
        (lambda: to_r(1, mapping="dict"), "mapping must be one of"),
        (lambda: from_r(r_value("1"), na="integer"), "na must be one of 'error', 'mask', 'float'"),
        (lambda: from_r(r_value("1"), copy=1), "copy must be True or False"),
    ],
)
def test_policies_that_do_not_exist_are_refused(call, message):
    with pytest.raises(ArgumentError, match=message):
        call()


@pytest.mark.parametrize("value", [object(), {1, 2}, range(3), iter([1]), lambda x: x, np])
def test_what_is_no_tensor_is_refused(value):
    with pytest.raises(UnsupportedTensorError, match="has no R equivalent"):
        to_r(value)


def test_from_r_takes_only_r_objects():
    with pytest.raises(UnsupportedTensorError, match="an rpy2 object, not ndarray"):
        from_r(np.zeros(2))


def test_memory_that_r_does_not_have_is_an_error_and_no_crash():
    huge = np.broadcast_to(np.float32(0), (2**20, 2**20))
    with pytest.raises(
        ConversionError, match=r"R (raised an error: .*(allocate|memory)|has no memory left)"
    ):
        to_r(huge)
    with pytest.raises(ConversionError, match="axis 1 has 2147483648 positions"):
        to_r(np.broadcast_to(np.float32(0), (2**31, 1)))
    assert_identical(to_r(1.5), "1.5")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda pd: pd.array([7, None, -1], dtype="Int64"), "c(7, NA, -1)"),
        (lambda pd: pd.array([7, None], dtype="Int32"), "c(7L, NA)"),
        (lambda pd: pd.array([None, None], dtype="UInt8"), "c(NA_integer_, NA_integer_)"),
        (lambda pd: pd.array([True, None], dtype="boolean"), "c(TRUE, NA)"),
        (lambda pd: pd.array([0.5, None], dtype="Float64"), "c(0.5, NA)"),
        (lambda pd: pd.array(["a", None], dtype="string"), 'c("a", NA)'),
        (lambda pd: pd.Series(["a", None], dtype="string"), 'c("a", NA)'),
        (lambda pd: pd.Series([3, None], dtype="Int16", index=["u", "v"]), "c(u = 3L, v = NA)"),
        (lambda pd: pd.Categorical(["x", None, "y"]), 'factor(c("x", NA, "y"))'),
        (lambda pd: pd.Categorical([], categories=["u"]), 'factor(character(), "u")'),
        (lambda pd: pd.Series([1.5, np.nan]), "c(1.5, NaN)"),
        (lambda pd: pd.Index([1, 2]), "c(1, 2)"),
        (lambda pd: {"a": pd.array([1, None], dtype="Int64")}, "list(a = c(1, NA))"),
    ],
)
def test_what_pandas_misses_is_na(make, code):
    import pandas

    assert_identical(to_r(make(pandas)), code)


def test_an_integer_of_pandas_is_not_rounded_beside_a_missing_one():
    import pandas

    x = pandas.array([None, 2**53 + 1], dtype="Int64")
    with pytest.raises(ConversionError, match=r"element \[2\] is 9007199254740993"):
        to_r(x)
    assert_identical(to_r(x, int64="character"), 'c(NA, "9007199254740993")')
