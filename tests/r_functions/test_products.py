"""`crossprod` and `tcrossprod` on each library; r/tests compare with R."""

import numpy as np
import pytest
from backends.adapters import ADAPTERS

from pybridge import errors
from pybridge.r_functions.binding import OperandOfR, bind
from pybridge.r_functions.products import cross_product

X = np.array([[1.0, 5.0, 2.0], [4.0, 0.0, 3.0]])
Y = np.array([[2.0, 1.0], [7.0, 3.0]])


@pytest.mark.parametrize("library", ADAPTERS)
def test_products_of_matrices_and_vectors(library):
    make, read = ADAPTERS[library].make, ADAPTERS[library].read
    pairs = [
        (cross_product(make(X), make(Y), "crossprod"), X.T @ Y),
        (cross_product(make(X), make(X), "tcrossprod"), X @ X.T),
        (
            cross_product(make(X), OperandOfR(np.array([1.0, 2.0])), "crossprod"),
            X.T @ [[1.0], [2.0]],
        ),
        (cross_product(OperandOfR(Y), make(X), "crossprod"), Y.T @ X),
        (cross_product(make(Y[0]), make(Y[0]), "tcrossprod"), np.outer(Y[0], Y[0])),
        (cross_product(make(Y[0]), make(Y[0]), "crossprod"), [[5.0]]),
    ]
    for found, expected in pairs:
        np.testing.assert_allclose(np.asarray(read(found)), expected, rtol=1e-6)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int64"])
def test_whole_numbers_are_multiplied_as_reals(dtype):
    x = np.array([[1, 0], [1, 1]]).astype(dtype) * np.array(100, "int8").astype(dtype)
    found = cross_product(x, x, "crossprod")
    assert found.dtype == "float64"
    np.testing.assert_array_equal(found, x.astype(float).T @ x.astype(float))


def test_what_does_not_fit_is_refused():
    with pytest.raises(errors.ShapeError, match="non-conformable"):
        cross_product(X, X.T, "crossprod")
    with pytest.raises(errors.ShapeError, match="matrices and vectors"):
        cross_product(X[None], X, "crossprod")


def test_a_masked_element_is_missing_in_each_sum_that_it_is_part_of():
    masked = np.ma.array(X, mask=X > 4)  # one element of column 2
    found = cross_product(masked, Y, "crossprod")
    assert np.ma.getmaskarray(found).tolist() == [[False, False], [True, True], [False, False]]
    np.testing.assert_array_equal(np.ma.getdata(found)[[0, 2]], (X.T @ Y)[[0, 2]])
    turned = cross_product(Y, masked, "crossprod")
    assert np.ma.getmaskarray(turned).tolist() == [[False, True, False], [False, True, False]]
    both = cross_product(masked, masked, "tcrossprod")
    assert np.ma.getmaskarray(both).tolist() == [[True, True], [True, False]]
    whole = cross_product(np.ma.array(X), Y, "crossprod")
    np.testing.assert_array_equal(whole, X.T @ Y)


def test_matrices_of_unknown_rows_are_put_together():
    import keras

    left, right = keras.Input((3,)), keras.Input((2,))
    assert bind([left, right], False).shape == (None, 5)
    assert bind([left, keras.KerasTensor((4, 3))], True).shape[1] == 3
    with pytest.raises(errors.ShapeError, match="must match"):
        bind([left, right], True)
    with pytest.raises(errors.ShapeError, match="known sizes"):
        bind([left, OperandOfR(np.array([1.0, 2.0, 3.0]))], True)
    model = keras.Model([left, right], bind([left, right], False))
    values = np.arange(6.0).reshape(2, 3), np.arange(4.0).reshape(2, 2)
    np.testing.assert_array_equal(np.asarray(model(values)), np.hstack(values))
