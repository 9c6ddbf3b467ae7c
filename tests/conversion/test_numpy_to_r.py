"""NumPy arrays to R: R's identical() on what R made itself, in every dtype, shape and memory order.

Arrays that Hypothesis draws are read in R element by element, by rpy2's own iteration.
"""

import ml_dtypes
import numpy as np
import pytest
from conversion_oracle import DTYPES, SHAPES, assert_identical, is_identical, layouts, r_value
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pybridge.conversion import from_r, to_r

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


DRAWN = st.sampled_from(["?", "i1", "u1", "i2", ">i2", "u2", "i4", "u4", ">f4", "f2", "f8", "U3"])


@st.composite
def arrays(draw):
    """An array of some dtype, then a view of it with some axes reversed, skipped or moved."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=5, min_side=0, max_side=4))
    dtype = np.dtype(draw(DRAWN))
    elements = st.text("aé€𝕏", max_size=3) if dtype.kind == "U" else None
    if dtype.kind == "i" and dtype.itemsize == 4:
        elements = st.integers(-(2**31) + 1, 2**31 - 1)
    x = draw(hnp.arrays(dtype, shape, elements=elements))
    steps = [draw(st.sampled_from([1, 1, 2, -1, -2])) for _ in shape]
    x = x[tuple(slice(None, None, step) for step in steps)]
    return x.transpose(draw(st.permutations(range(x.ndim))))


@settings(deadline=None)
@given(arrays())
def test_r_sees_the_elements_down_the_first_axis(x):
    value = to_r(x)
    seen = [str(entry) for entry in value] if x.dtype.kind == "U" else list(value)
    np.testing.assert_array_equal(seen, x.ravel(order="F").tolist())
    dim = r_value("if (is.null(dim(x))) length(x) else dim(x)", x=value)
    assert tuple(dim) == x.shape
    back = from_r(value)
    assert back.shape == x.shape
    np.testing.assert_array_equal(back, x)


@settings(deadline=None)
@given(st.data())
def test_masks_travel_with_their_elements(data):
    x = data.draw(arrays())
    mask = data.draw(hnp.arrays(bool, x.shape))
    value = to_r(np.ma.MaskedArray(x, mask=mask))
    is_na = "is.na(x)" if x.dtype.kind == "U" else "is.na(x) & !is.nan(x)"
    assert list(r_value(f"as.vector({is_na})", x=value)) == mask.ravel(order="F").tolist()
    back = from_r(value, na="mask")
    assert np.ma.getmaskarray(back).tolist() == mask.tolist()
    np.testing.assert_array_equal(back.data[~mask], x[~mask])
