"""Subscripts that a traced program computes: what is known of them is checked all the same."""

import numpy as np
import pytest

from pybridge import R, r_slice, r_subscripts, result_shape
from pybridge.errors import (
    SubscriptError,
    SubscriptMaskError,
    SubscriptOutOfBoundsError,
    SubscriptRangeError,
    SubscriptTypeError,
)
from pybridge.subscripts import python_source
from pybridge.subsetting.arguments import without_tensors

X = np.arange(1, 31).reshape(2, 3, 5)


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
    signature = ((5,), tf.int64), ((), tf.int32)
    for read in (lambda x, k: R(x)[1:4:k], lambda x, k: R(x)[k:4:k], lambda x, k: R(x)[1:k:k]):
        with pytest.raises(SubscriptTypeError, match="step of a range"):
            traced(tf, read, *signature)(tf.range(5, dtype=tf.int64), 2)


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


def test_a_traced_end_does_not_excuse_a_step_of_zero(tf):
    read = traced(tf, lambda x, k: R(x)[1:k:0], ((5,), tf.int64), ((), tf.int32))
    with pytest.raises(SubscriptRangeError, match="has step 0"):
        read(tf.range(5, dtype=tf.int64), 4)


def test_what_is_traced_prints_its_type(tf):
    printed = []

    def read(x, k):
        held = r_subscripts(known(k), slice(2, known(k)))
        printed.extend([str(held), [python_source(item) for item in held.items]])
        return R(x)[1, held.items[1]]

    def known(k):
        return without_tensors(k)

    found = traced(tf, read, ((3, 5), tf.int64), ((), tf.int32))(
        tf.reshape(tf.range(15, dtype=tf.int64), (3, 5)), 4
    )
    assert found.numpy().tolist() == [1, 2, 3]
    assert printed == [f"{printed[1][0]}, 2:{printed[1][0]}", printed[1]]
    assert printed[1][1] == f"2:{printed[1][0]}"
    assert "Tensor" in printed[1][0]
