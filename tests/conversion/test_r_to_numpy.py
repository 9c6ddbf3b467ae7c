"""R vectors of every type, shape and form as NumPy arrays."""

import numpy as np
import pytest
from conversion_oracle import DTYPES, SHAPES, r_value

from pybridge.conversion import from_r


@pytest.mark.parametrize("shape", SHAPES, ids=str)
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
