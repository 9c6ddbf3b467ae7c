"""The table of dtypes: R's identical() on what R made itself, in every shape and memory order."""

import ml_dtypes
import numpy as np
import pytest
from conversion_oracle import DTYPES, SHAPES, assert_identical, is_identical, layouts, r_value

from pybridge.conversion import from_r, to_r
from pybridge.conversion.copying import copy_tiles

SHAPE_IDS = ["x".join(map(str, shape)) or "scalar" for shape in SHAPES]


@pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_IDS)
@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.name)
def test_every_dtype_shape_and_layout_is_identical_in_r(dtype, shape):
    x = dtype.array(shape)
    code = dtype.r_array(shape)
    seen = 0
    for layout, laid_out in layouts(x):
        assert laid_out.shape == shape
        before = laid_out.tobytes()
        value = to_r(laid_out)
        assert is_identical(value, code), (layout, assert_identical(value, code))
        assert laid_out.tobytes() == before
        seen += 1
    assert seen >= 3


@pytest.mark.parametrize("shape", SHAPES, ids=SHAPE_IDS)
@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.name)
def test_what_r_made_arrives_with_every_element_in_place(dtype, shape):
    expected = dtype.array(shape or (1,)) if shape else dtype.array(()).reshape(1)
    if dtype.name == "S1":
        expected = expected.view("u1")
    found = from_r(r_value(dtype.r_array(shape)))
    assert type(found) is np.ndarray
    assert found.shape == expected.shape
    assert found.dtype.kind == np.dtype(dtype.back).kind
    if dtype.back != "U":
        assert found.dtype == dtype.back
    np.testing.assert_array_equal(found, expected.astype(found.dtype))


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (np.array([[1, 2, 3], [4, 5, 6]], "i2"), "matrix(c(1L, 4L, 2L, 5L, 3L, 6L), 2)"),
        (np.array([[1, 2, 3], [4, 5, 6]], "i8"), "matrix(c(1, 4, 2, 5, 3, 6), 2)"),
        (np.array([-0.0, np.inf, -np.inf, 5e-324]), "c(-0, Inf, -Inf, 2^-1074)"),
        (np.array([True, False]), "c(TRUE, FALSE)"),
        (np.array([-2147483647, 2147483647], "i4"), "c(-.Machine$integer.max, 2147483647L)"),
        (np.array([2**53, -(2**53)]), "c(2^53, -2^53)"),
        (np.array(["", "a", "žluťoučký", "𝕏"]), 'c("", "a", "žluťoučký", "\\U1D54F")'),
        (np.array("x"), '"x"'),
        (b"a\0\xff", "as.raw(c(0x61, 0, 0xff))"),
        (b"", "raw()"),
        (bytearray(b"\1\2"), "as.raw(1:2)"),
        (np.array([1, 255], "u1").view("V1"), "as.raw(c(1, 255))"),
        (memoryview(np.arange(6, dtype="i4").reshape(2, 3)), "matrix(c(0L,3L,1L,4L,2L,5L), 2)"),
        (np.array([[-8, 7]]).astype(ml_dtypes.int4), "matrix(c(-8L, 7L), 1)"),
        (np.array([0.5, 448]).astype(ml_dtypes.float8_e4m3fn), "c(0.5, 448)"),
        (True, "TRUE"),
        (3, "3"),
        (2.5, "2.5"),
        (1 - 2j, "1-2i"),
        ("é", '"\\u00e9"'),
        (None, "NULL"),
        (np.float32(0.5), "0.5"),
        (np.uint8(7), "7L"),
        (np.array([[1.5, 2.5]]).view(np.recarray), "matrix(c(1.5, 2.5), 1)"),
    ],
)
def test_literals(value, code):
    assert_identical(to_r(value), code)


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        (np.array([1, 2], "i4"), "c(1, 2)"),
        (np.array([1, 2], "i4"), "c(2L, 1L)"),
        (np.array([1, 2], "i4"), "array(1:2)"),
        (np.array([[1, 2]], "i4"), "matrix(1:2, 2)"),
        (np.array([0.0]), "-0"),
        (np.array([np.nan]), "NA_real_"),
    ],
)
def test_the_oracle_sees_a_wrong_type_order_shape_value_and_missingness(value, wrong):
    assert not is_identical(to_r(value), wrong)
    with pytest.raises(AssertionError, match="not identical in R"):
        assert_identical(to_r(value), wrong)


def test_nan_is_not_na_and_keeps_its_bits_both_ways():
    value = r_value("c(NA, NaN, 1)")
    found = from_r(value)
    assert np.isnan(found).tolist() == [True, True, False]
    assert found.view("u8")[0] & 0xFFFFFFFF == 1954
    assert_identical(to_r(found), "c(NA, NaN, 1)")
    assert_identical(to_r(found.reshape(3, 1)[::-1]), "matrix(c(1, NaN, NA))")
    assert_identical(to_r(np.array([np.nan], "f4")), "NaN")
    pair = from_r(r_value("c(NA_complex_, complex(real = NaN, imaginary = 2))"))
    assert_identical(to_r(pair), "c(NA_complex_, complex(real = NaN, imaginary = 2))")


def test_text_in_every_encoding_of_r_arrives_as_text():
    latin = 'x <- "fa\\xE7ile"; Encoding(x) <- "latin1"; c(x, "plain", "caf\\u00e9", x)'
    assert from_r(r_value(latin)).tolist() == ["façile", "plain", "café", "façile"]
    assert_identical(to_r(from_r(r_value(latin))), f"enc2utf8({{{latin}}})")
    marks = r_value("Encoding(x)", x=to_r(["a", "é"]))
    assert list(marks) == ["unknown", "UTF-8"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("1:10", np.arange(1, 11, dtype="i4")),
        ("matrix(1:6, 2)", np.array([[1, 3, 5], [2, 4, 6]], "i4")),
        ("3:1 + 0", np.array([3.0, 2.0, 1.0])),
        ("as.numeric(1:4)", np.array([1.0, 2.0, 3.0, 4.0])),
        ("as.character(1:3)", np.array(["1", "2", "3"])),
        ("sort(c(3, 1, 2))", np.array([1.0, 2.0, 3.0])),
        ("seq_len(0)", np.array([], "i4")),
        ("c(a = 1, b = 2)", np.array([1.0, 2.0])),
        ("array(1:3)", np.array([1, 2, 3], "i4")),
        ("I(c(1.5, 2))", np.array([1.5, 2.0])),
        ("table(c(1, 1, 2))", np.array([2, 1], "i4")),
        ("c(TRUE, FALSE)", np.array([True, False])),
    ],
)
def test_compact_named_and_labelled_vectors_of_r(code, expected):
    found = from_r(r_value(code))
    assert found.dtype.kind == expected.dtype.kind
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((700, 900), (1, 0)),
        ((3, 300, 500), (2, 0, 1)),
        ((600000,), (0,)),
        ((40, 50, 6, 70), (1, 3, 0, 2)),
        ((2, 1, 400000), (2, 1, 0)),
    ],
)
def test_arrays_of_many_tiles_are_copied_whole(shape, axes):
    x = np.arange(np.prod(shape), dtype="i4").reshape(shape)
    x = np.ascontiguousarray(x.transpose(axes)).transpose(np.argsort(axes))
    value = to_r(x)
    # R recomputes each element from its position.
    places = " + ".join(
        f"slice.index(x, {axis}) * {int(np.prod(shape[axis:]))} - {int(np.prod(shape[axis:]))}"
        for axis in range(1, len(shape) + 1)
    )
    dim = f"dim = c({', '.join(map(str, shape))})"
    same = r_value(f"y <- array(0, {dim}); x <- y; all(v == {places})", v=value)
    assert list(same) == [True]
    tiles = []
    target = np.empty(shape, "f8", order="F")
    copy_tiles(target, x, finish=lambda part, _source, _mask: tiles.append(part.size))
    np.testing.assert_array_equal(target, x)
    assert sum(tiles) == x.size
    assert len(tiles) > 1
