"""Rules that few programs ever meet, each with what it gives written out.

They complete what the tests of each layer prove; `make coverage` measures that no line and no
branch of the pure layers is without a test.
"""

import copy
import pickle

import numpy as np
import pytest

from pybridge import NA, R, r_assign, r_slice, result_shape
from pybridge.dialects.selections import Masked
from pybridge.errors import (
    AssignmentError,
    SubscriptError,
    SubscriptMaskError,
    SubscriptMissingError,
    SubscriptOutOfBoundsError,
    SubscriptSyntaxError,
    SubscriptTypeError,
)
from pybridge.shapes import recycle_shapes
from pybridge.subscripts.literals import numbers

X = np.arange(1, 31).reshape(2, 3, 5)


def test_na_is_one_value_and_has_no_truth():
    assert copy.deepcopy(NA) is pickle.loads(pickle.dumps(NA)) is NA
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(NA)


def test_whole_reals_are_positions_and_bounds():
    assert R(X)[2.0, 3.0, 1.0:2.0].tolist() == [26, 27]


def test_numbers_and_texts_of_other_classes_are_read_as_plain_ones():
    class Real(float):
        pass

    assert R(X)[1, 1, [Real(3), Real(1)]].tolist() == [3, 1]


def test_a_vector_that_starts_and_ends_like_a_run_is_none():
    assert R(X)[1, 1, [1, 2, 4, 4]].tolist() == [1, 2, 4, 4]


@pytest.mark.parametrize("subscript", [0, slice(0, 2), slice(2, 0)])
def test_zero_is_no_position_of_an_axis_of_unknown_size(subscript):
    with pytest.raises(SubscriptOutOfBoundsError, match="positions start at 1"):
        result_shape((None, 3), subscript)


def test_what_is_known_of_an_axis_of_unknown_size():
    assert result_shape((None, 3), slice(2, 4)) == (None, 3)
    assert result_shape((None, 3), [2, 3]) == (2, 3)
    assert result_shape((None, 3), 2, drop=False) == (None, 3)
    assert result_shape((None, 3), -1, drop=False) == (None, 3)


def test_a_mask_on_one_axis_is_a_vector():
    with pytest.raises(SubscriptMaskError, match="has 2 axes; on axis 2 a logical vector"):
        R(X)[1, np.ones((2, 2), bool)]


def test_recycling_with_no_axis_and_with_no_element():
    assert recycle_shapes([(), (1,)]).shape == (1,)
    assert recycle_shapes([(0,), (2, 3)]).shape == (0,)


def test_an_open_range_of_an_unknown_size_may_keep_its_axis():
    assert result_shape((None, 3), slice(2, NA), 1, drop=False) == (None, 1)


def test_a_single_missing_logical_is_no_position():
    with pytest.raises(SubscriptMissingError, match="`NA` on axis 1 is no position"):
        r_slice(np.arange(1), "c(NA)")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1)", r"`\)` closes nothing"),
        ("(1, 2)", "`,` stands where"),
        ("1, drop = FALSE", "`drop` is no subscript"),
        ("seq(1, NA)", "is a number, not NA"),
        ("seq(1, Inf)", "the arguments of seq.. are finite"),
        ("seq_len(3, 2)", "and no more"),
        ("matrix(1:4, 2) + 1", "is one number, not an array"),
        ("matrix('a')", "needs numbers or logicals"),
    ],
)
def test_text_that_says_nothing(text, message):
    with pytest.raises(SubscriptSyntaxError, match=message):
        r_slice(X, text)


def test_missing_numbers_are_no_positions():
    for subscript in ("c(NaN, 1)", "NaN", [float("nan"), 1], float("nan")):
        with pytest.raises(SubscriptError):
            r_slice(X, subscript)
    assert numbers(np.array([np.nan, 1.0])).missing.tolist() == [True, False]


def test_text_of_matrices_and_signs():
    assert r_slice(X, "matrix(c(2, 3, 5), 1, 3)").tolist() == [30]
    assert r_slice(np.arange(5), "matrix(c(5, 1))").tolist() == [4, 0]
    assert r_slice(X, "2, +c(3, 1), 5").tolist() == [30, 20]


def test_vectors_of_blanks_are_as_long_as_they_say():
    assert r_slice(X, "integer(0)").shape == (0, 3, 5)
    with pytest.raises(SubscriptTypeError, match="tensors carry no dimnames"):
        r_slice(X, "character(2)")


# ---- The base dialect ----------------------------------------------------------------------------


def test_a_range_of_zero_alone_selects_nothing():
    assert result_shape((5,), slice(0, 0), dialect="base") == (0,)


def test_a_step_after_a_single_position_is_its_end():
    assert R(X[0, 0], dialect="base")[3:3:2].tolist() == [3, 2]


def test_a_bound_beyond_every_real_is_rs_infinity():
    with pytest.raises(SubscriptError, match=r"NA/NaN|too long|too large"):
        r_slice(X[0, 0], slice(1, 10**400), dialect="base")
    with pytest.raises(SubscriptError, match=r"NA/NaN|too long|too large"):
        r_slice(X[0, 0], slice(-(10**400), -1), dialect="base")


def test_nothing_does_not_fill_a_matrix():
    with pytest.raises(AssignmentError, match="replacement has length zero"):
        r_assign(np.zeros((2, 3)), 1, slice(1, 2), value=np.zeros(0), dialect="base")


# ---- Subscripts that a traced program computes ---------------------------------------------------


@pytest.fixture(scope="module")
def tf():
    import tensorflow

    return tensorflow


def traced(tf, read, *signature):
    """Return `read` as a graph whose arguments have no value while it is traced."""
    specs = [tf.TensorSpec(shape, dtype) for shape, dtype in signature]
    return tf.function(read, input_signature=specs, autograph=False)


def test_a_traced_end_with_a_known_start(tf):
    read = traced(tf, lambda x, k: R(x)[2:k], ((5,), tf.int64), ((), tf.int32))
    assert read(tf.range(5, dtype=tf.int64), 4).numpy().tolist() == [1, 2, 3]


def test_a_traced_end_with_a_step(tf):
    read = traced(tf, lambda x, k: R(x)[1:k:2], ((5,), tf.int64), ((), tf.int32))
    assert read(tf.range(5, dtype=tf.int64), 4).numpy().tolist() == [0, 2]


def test_a_traced_end_does_not_excuse_a_known_start(tf):
    read = traced(tf, lambda x, k: R(x)[6:k], ((5,), tf.int64), ((), tf.int32))
    with pytest.raises(SubscriptOutOfBoundsError, match="position 6 is out of bounds"):
        read(tf.range(5, dtype=tf.int64), 4)


def test_a_traced_step_is_refused(tf):
    read = traced(tf, lambda x, k: R(x)[1:4:k], ((5,), tf.int64), ((), tf.int32))
    with pytest.raises(SubscriptTypeError, match="step of a range"):
        read(tf.range(5, dtype=tf.int64), 2)


@pytest.mark.parametrize(
    ("shape", "message"),
    [((), "single logical"), ((4,), "length 4 and axis 1 has size 2"), ((2, 4), "own shape")],
)
def test_a_traced_mask_that_does_not_fit(tf, shape, message):
    read = traced(tf, lambda x, m: R(x)[m], ((2, 3), tf.float32), (shape, tf.bool))
    with pytest.raises(SubscriptMaskError, match=message):
        read(tf.zeros((2, 3)), tf.ones(shape, tf.bool))


def test_the_base_dialect_refuses_a_traced_bound(tf):
    read = traced(
        tf, lambda x, k: r_slice(x, slice(1, k), dialect="base"), ((5,), tf.int64), ((), tf.int32)
    )
    with pytest.raises(SubscriptTypeError):
        read(tf.range(5, dtype=tf.int64), 3)


def test_a_range_of_an_unknown_size_beside_two_vectors(tf):
    read = traced(tf, lambda x: R(x)[2:, [3, 1, 1], [5, 1, 1]], ((None, 3, 5), tf.int64))
    assert read(tf.constant(X)).numpy().tolist() == [[[30, 26, 26], [20, 16, 16], [20, 16, 16]]]


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_traced_positions_and_vectors(tf, dtype):
    x = tf.constant(X)
    vector = traced(tf, lambda x, k: R(x)[1, 1, k], ((2, 3, 5), tf.int64), ((2,), dtype))
    assert vector(x, tf.constant([-1, 2], dtype)).numpy().tolist() == [5, 2]
    kept = traced(tf, lambda x, k: r_slice(x, k, drop=False), ((2, 3, 5), tf.int64), ((), dtype))
    assert kept(x, tf.constant(2, dtype)).shape == (1, 3, 5)
    between = traced(
        tf, lambda x, a, b: R(x)[1, 1, a:b], ((2, 3, 5), tf.int64), ((), dtype), ((), dtype)
    )
    assert between(x, tf.constant(4, dtype), tf.constant(2, dtype)).numpy().tolist() == [4, 3, 2]
    to_end = traced(tf, lambda x, a: R(x)[1, 1, a:], ((2, 3, 5), tf.int64), ((), dtype))
    assert to_end(x, tf.constant(-2, dtype)).numpy().tolist() == [4, 5]


def test_a_traced_matrix_of_positions(tf):
    read = traced(tf, lambda x, k: R(x)[k], ((2, 3, 5), tf.int64), ((2, 3), tf.int32))
    assert read(tf.constant(X), [[1, 2, 3], [2, 3, 5]]).numpy().tolist() == [8, 30]
    wrong = traced(tf, lambda x, k: R(x)[k], ((2, 3, 5), tf.int64), ((2, 2), tf.int32))
    with pytest.raises(SubscriptError, match="one column for each axis"):
        wrong(tf.constant(X), [[1, 2], [2, 3]])
    beside = traced(tf, lambda x, k: R(x)[k, 1], ((2, 3, 5), tf.int64), ((2, 2), tf.int32))
    with pytest.raises(SubscriptTypeError, match="a scalar or a vector is needed"):
        beside(tf.constant(X), [[1, 2], [2, 3]])


def test_traced_masks_of_an_axis_and_of_the_whole_shape(tf):
    axis = traced(tf, lambda x, m: R(x)[1, m, 1], ((2, 3, 5), tf.int64), ((3,), tf.bool))
    assert axis(tf.constant(X), [True, False, True]).numpy().tolist() == [1, 11]
    whole = traced(tf, lambda x, m: R(x)[m], ((2, 3, 5), tf.int64), ((2, 3, 5), tf.bool))
    assert whole(tf.constant(X), X > 28).numpy().tolist() == [29, 30]


def test_the_shapes_of_traced_selections(tf):
    found = []

    def read(vector, matrix, mask):
        found.append(result_shape((2, 3, 5), 1, vector))
        found.append(result_shape((2, 3, 5), matrix))
        found.append(result_shape((2, 3, 5), mask))
        return vector

    signature = (((2,), tf.int32), ((4, 3), tf.int32), ((2, 3, 5), tf.bool))
    traced(tf, read, *signature)([1, 2], np.ones((4, 3), "int32"), X > 28)
    assert found == [(2, 5), (4,), (None,)]


def test_a_traced_position_drops_its_axis(tf):
    read = traced(tf, lambda x, k: R(x)[k, 3], ((2, 3, 5), tf.int64), ((), tf.int32))
    assert read(tf.constant(X), 2).numpy().tolist() == [26, 27, 28, 29, 30]


def test_traced_reals_are_no_positions(tf):
    read = traced(tf, lambda x, k: R(x)[k], ((2, 3, 5), tf.int64), ((), tf.float32))
    with pytest.raises(SubscriptTypeError, match="positions in traced code are integers"):
        read(tf.constant(X), 1.0)


def test_a_mask_lists_its_coordinates_in_its_order():
    mask = np.array([[True, False, True], [True, False, False]])
    found = [axis.tolist() for axis in Masked((2, 3), mask).coordinates]
    assert found == [[0, 0, 1], [0, 2, 0]]
    found = [axis.tolist() for axis in Masked((2, 3), mask, "F").coordinates]
    assert found == [[0, 1, 0], [0, 0, 2]]
