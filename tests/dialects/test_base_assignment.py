"""R's own assignment by hand: values that recycle and grow, NA, and what is refused."""

import warnings

import numpy as np
import pytest
from base_cases import (
    Both,
    Case,
    agree,
    scalar,
    span,
)

from pybridge import NA, R, errors, r_assign, r_slice
from pybridge.backends.numpy import NUMPY
from pybridge.subscripts import Traced

X = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
M = np.arange(1.0, 7.0).reshape(2, 3)


def assigned(x, *subscripts, value):
    return r_assign(x, *subscripts, value=value, dialect="base").tolist()


def test_a_vector_grows_and_an_array_becomes_one():
    grown = r_assign(np.array([1.0, 2.0, 3.0]), 5, value=9, dialect="base")
    np.testing.assert_array_equal(grown, [1, 2, 3, np.nan, 9])
    np.testing.assert_array_equal(
        r_assign(M, 8, value=9, dialect="base"), [1, 4, 2, 5, 3, 6, np.nan, 9]
    )
    grown = r_assign(np.array(3 + 0j), 3, value=1j, dialect="base")
    assert grown.shape == (3,)
    assert np.isnan(grown[1].imag)
    np.testing.assert_array_equal(
        r_assign(np.empty((0, 3)), 2, value=9, dialect="base"), [np.nan, 9]
    )


def test_a_masked_value_hides_nothing_in_the_tensor_dialect_either():
    x = X.copy()
    R(x)[2:3] = [NA, 7]
    np.testing.assert_array_equal(x, [10, np.nan, 7, 40, 50])
    R(x)[4:5] = np.ma.array([1.0, 2.0], mask=[False, True])
    np.testing.assert_array_equal(x, [10, np.nan, 7, 1, np.nan])


def test_in_place_a_tensor_cannot_grow():
    x = X.copy()
    with pytest.raises(errors.AssignmentError, match=r"vector of length 7 .* cannot grow in place"):
        R(x, dialect="base")[7] = 1
    with pytest.raises(errors.SubscriptOutOfBoundsError):
        R(x.reshape(1, 5), dialect="base")[1, 7] = 1
    np.testing.assert_array_equal(x, X)
    with pytest.raises(errors.ImmutableTensorError, match="r_assign"):
        R(np.broadcast_to(1.0, (3,)), dialect="base")[1] = 1


def test_a_vector_too_large_is_an_error():
    with pytest.raises(errors.AssignmentError, match="vector is too large: "):
        r_assign(X, 1e16, value=1, dialect="base")
    with pytest.raises(errors.SubscriptRangeError, match="result would be too long a vector: "):
        r_slice(X, slice(1, 1e17), dialect="base")


def test_values_recycle_column_by_column():
    with pytest.warns(
        errors.RecyclingWarning, match="number of items to replace is not a multiple"
    ):
        assert assigned(X, slice(1, 3), value=[7, 8]) == [7, 8, 7, 40, 50]
    with pytest.raises(
        errors.AssignmentError, match="number of items to replace is not a multiple"
    ):
        assigned(M, 1, slice(None), value=[7, 8])
    assert assigned(M, slice(None), slice(None), value=[7, 8, 9]) == [[7, 9, 8], [8, 7, 9]]
    assert assigned(M, slice(None), [1, 2], value=[[7, 8], [9, 0]]) == [[7, 8, 3], [9, 0, 6]]
    assert assigned(X, slice(1, 4), value=[[7, 8], [9, 0]]) == [7, 9, 8, 0, 50]
    with pytest.raises(errors.AssignmentError, match="replacement has length zero"):
        assigned(X, 1, value=[])
    assert assigned(X, [], value=[]) == X.tolist()
    with pytest.raises(errors.SubscriptMissingError, match="NAs are not allowed in subscripted"):
        assigned(X, [1, NA], value=[7, 8])
    assert assigned(X, [1, NA], value=7) == [7, 20, 30, 40, 50]


def test_na_as_a_value():
    values = [Both(NA, "NA"), Both([1.5, NA], "c(1.5, NA)"), Both([[NA, 7]], "matrix(c(NA, 7), 1)")]
    values.append(Both(np.ma.array([1.5, 2.5], mask=[True, False]), "c(NA, 2.5)"))
    agree([Case((4,), (span(2, 4),), value=value) for value in values])
    agree([Case((4, 2), (span(2, 3), scalar(2)), value=value) for value in values])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = r_assign(np.array([1j, 2j]), 1, value=NA, dialect="base")
    assert np.isnan([made[0].real, made[0].imag]).all()  # Re() and Im() of it are NA in R as well
    with pytest.raises(errors.MissingValueError, match="the value holds NA, and a tensor of dtype"):
        r_assign(np.array([1, 2]), 1, value=NA, dialect="base")
    with pytest.raises(errors.LossyValueError):
        r_assign(np.float32([1, 2]), [1, 2], value=[NA, 2**40 + 1], dialect="base")


def test_a_traced_subscript_is_refused():
    traced = Traced(np.ones(()), (), is_logical=False, backend=NUMPY)
    for written in ((traced,), (traced, 1), (slice(1, traced),), (1, slice(traced, 2))):
        with pytest.raises(errors.SubscriptTypeError, match="is a traced tensor, whose values R's"):
            r_slice(M, *written, dialect="base")


def test_a_value_that_would_lose_information():
    x = np.array([1, 2, 3])
    with pytest.raises(errors.LossyValueError):
        R(x, dialect="base")[2] = 0.5
    assert x.tolist() == [1, 2, 3]
    R(x, dialect="base")[-2] = [7.0, 8.0]
    assert x.tolist() == [7, 2, 8]


def test_a_value_that_shares_memory_with_the_tensor():
    x = X.copy()
    R(x, dialect="base")[slice(1, 4)] = x[1:]
    assert x.tolist() == [20, 30, 40, 50, 50]
    x = X.copy()
    R(x, dialect="base")[[5, 4, 3, 2, 1]] = x
    assert x.tolist() == X[::-1].tolist()
