"""Reading a variable by scalars and ranges: what its library gives for the same key."""

import numpy as np
import pytest
import tensorflow as tf

from pybridge import NA, R, r_slice

VALUES = np.arange(30.0).reshape(2, 3, 5)

# what the user of R writes, and the key that names the same elements in Python
KEYS = [
    ((1,), np.s_[0]),
    ((2, -1), np.s_[1, -1]),
    ((1, 3, 5), np.s_[0, 2, 4]),
    ((slice(NA, 1), slice(2, 3)), np.s_[:1, 1:]),
    ((..., slice(5, 1, -2)), np.s_[..., ::-2]),
    ((2, None, slice(1, 2)), np.s_[1, None, :2]),
    ((slice(None),), np.s_[:]),
]


@pytest.mark.parametrize(("written", "key"), KEYS)
def test_a_part_of_a_tf_variable_assigns_to_it(written, key):
    for read in (lambda v: R(v)[written], lambda v: r_slice(v, *written)):
        variable = tf.Variable(VALUES)
        part = read(variable)
        np.testing.assert_array_equal(part.numpy(), VALUES[key])
        part.assign(-np.ones(part.shape))
        expected = VALUES.copy()
        expected[key] = -1
        np.testing.assert_array_equal(variable.numpy(), expected)


def test_a_vector_of_positions_gives_a_tensor():
    part = R(tf.Variable(VALUES))[[2, 1], 1]
    assert not hasattr(part, "assign")
    np.testing.assert_array_equal(part.numpy(), VALUES[[1, 0], 0])


def test_gradients_flow_through_a_part_of_a_variable():
    variable = tf.Variable(VALUES)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(R(variable)[1, 2:3] ** 2)
    expected = np.zeros_like(VALUES)
    expected[0, 1:] = 2 * VALUES[0, 1:]
    gradient = tf.convert_to_tensor(tape.gradient(loss, variable))
    np.testing.assert_array_equal(gradient.numpy(), expected)
    compiled = tf.function(lambda: R(variable)[2, -1, 1:2], jit_compile=True)
    np.testing.assert_array_equal(compiled().numpy(), VALUES[1, -1, :2])


def test_a_variable_of_keras_on_tensorflow_does_likewise():
    import keras

    assert keras.backend.backend() == "tensorflow"
    variable = keras.Variable(VALUES, dtype="float64")
    theirs = variable[0, 1:]
    ours = R(variable)[1, slice(2, NA)]
    assert type(ours) is type(theirs)
    assert hasattr(ours, "assign") == hasattr(theirs, "assign")
    np.testing.assert_array_equal(np.asarray(ours), VALUES[0, 1:])
