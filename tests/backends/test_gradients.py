"""Gradients of reading and updating, compared with the same in dense one-hot matrices.

The dense form knows nothing of pybridge: reading is a product with a 0-1 matrix whose rows stand
for the selected elements, in order; updating keeps what is not named and adds the transpose times
the value. Their gradients are matrix products too.
"""

import numpy as np
import pytest

from pybridge import NA, r_assign, r_slice

X = np.arange(1.0, 31).reshape(2, 3, 5) / 7
READS = {
    "scalar": (2, 3, 5),
    "range": (slice(None), slice(2, 3), slice(1, 5, 2)),
    "descending": (1, slice(3, 1), slice(NA, NA, -2)),
    "new axis": (1, None, slice(2, NA)),
    "repeats": (slice(None), [3, 1, 3], [5, 5]),
    "mask": (X % 0.4 < 0.2,),
    "points": ([[1, 1, 1], [2, 3, 5], [1, 1, 1]],),
}


def places(subscripts):
    """Return the row-major place of each element that is selected, in order; NumPy alone."""
    numbers = np.arange(X.size).reshape(X.shape)
    key = tuple(
        None
        if part is None
        else slice_of(part, X.shape[k])
        if isinstance(part, slice)
        else part - 1
        if isinstance(part, int)
        else np.array(part) - 1
        for k, part in enumerate(subscripts)
    )
    if isinstance(subscripts[0], np.ndarray):
        return numbers[subscripts[0]]
    if np.ndim(subscripts[0]) == 2:
        return numbers[tuple(np.array(subscripts[0]).T - 1)]
    if any(isinstance(part, np.ndarray) for part in key):
        return numbers[np.ix_(*(np.arange(n)[part] for part, n in zip(key, X.shape, strict=True)))]
    return numbers[key]


def slice_of(part, size):
    start, stop, step = (None if p is NA else p for p in (part.start, part.stop, part.step))
    step = step or (-1 if start and stop and start > stop else 1)
    positions = np.arange(1, size + 1)
    first = start or (1 if step > 0 else size)
    last = stop or (size if step > 0 else 1)
    wanted = [p for p in range(first, last + (1 if step > 0 else -1), step) if p in positions]
    assert wanted
    end = wanted[-1] - 1 + (1 if step > 0 else -1)
    return slice(wanted[0] - 1, None if end < 0 else end, step)


def dense_read(subscripts):
    found = places(subscripts)
    matrix = np.zeros((found.size, X.size))
    matrix[np.arange(found.size), found.ravel()] = 1
    return matrix, found.shape


def dense_update(subscripts):
    """Return what is kept of the tensor, and where each value goes: the last of equals wins."""
    matrix, shape = dense_read(subscripts)
    for place in range(X.size):
        named = np.flatnonzero(matrix[:, place])
        matrix[named[:-1], place] = 0
    return np.diag(1 - matrix.sum(0)), matrix.T, shape


def tf_gradients(function, *arrays):
    import tensorflow as tf

    tensors = [tf.constant(array) for array in arrays]
    with tf.GradientTape() as tape:
        for tensor in tensors:
            tape.watch(tensor)
        found = function(*tensors)
        loss = tf.reduce_sum(found**3)
    return found.numpy(), [
        g.numpy() for g in map(tf.convert_to_tensor, tape.gradient(loss, tensors))
    ]


def tf_compiled_gradients(function, *arrays):
    import tensorflow as tf

    return tf_gradients(tf.function(function, autograph=False, jit_compile=True), *arrays)


def jax_gradients(function, *arrays):
    import jax
    import jax.numpy as jnp

    tensors = [jnp.asarray(array) for array in arrays]
    loss = jax.jit(
        jax.grad(lambda *given: (function(*given) ** 3).sum(), argnums=(0, 1)[: len(arrays)])
    )
    return np.asarray(function(*tensors)), list(map(np.asarray, loss(*tensors)))


def torch_gradients(function, *arrays):
    import torch

    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    found = function(*tensors)
    (found**3).sum().backward()
    return found.detach().numpy(), [tensor.grad.numpy() for tensor in tensors]


GRADIENTS = {
    "tensorflow": tf_gradients,
    "tensorflow xla": tf_compiled_gradients,
    "jax": jax_gradients,
    "torch": torch_gradients,
}


@pytest.mark.parametrize("library", GRADIENTS)
@pytest.mark.parametrize("name", READS)
def test_reading_has_the_gradient_of_the_dense_form(library, name):
    subscripts = READS[name]
    matrix, shape = dense_read(subscripts)
    found, (gradient,) = GRADIENTS[library](lambda x: r_slice(x, *subscripts), X)
    dense = matrix @ X.ravel()
    np.testing.assert_allclose(found, dense.reshape(shape), rtol=1e-12)
    np.testing.assert_allclose(gradient.ravel(), matrix.T @ (3 * dense**2), rtol=1e-12)


@pytest.mark.parametrize("library", GRADIENTS)
@pytest.mark.parametrize("name", READS)
def test_updating_has_the_gradient_of_the_dense_form(library, name):
    subscripts = READS[name]
    kept, placed, shape = dense_update(subscripts)
    value = -np.arange(1.0, 1 + placed.shape[1]).reshape(shape) / 3

    def update(x, v):
        return r_assign(x, *subscripts, value=v)

    found, (of_x, of_value) = GRADIENTS[library](update, X, value)
    dense = kept @ X.ravel() + placed @ value.ravel()
    np.testing.assert_allclose(found.ravel(), dense, rtol=1e-12)
    np.testing.assert_allclose(of_x.ravel(), kept.T @ (3 * dense**2), rtol=1e-12)
    np.testing.assert_allclose(of_value.ravel(), placed.T @ (3 * dense**2), rtol=1e-12)


def test_the_dense_form_is_what_it_says():
    matrix, shape = dense_read(READS["points"])
    assert shape == (3,)
    assert np.flatnonzero(matrix).tolist() == [0, 30 + 29, 60]
    kept, placed, _ = dense_update(READS["points"])
    assert placed[:, 0].sum() == 0  # overwritten by the third
    assert (placed[0, 2], placed[29, 1], kept.trace()) == (1, 1, 28)
    assert places(READS["descending"]).tolist() == [[14, 12, 10], [9, 7, 5], [4, 2, 0]]


def test_a_value_that_is_a_keras_variable_gets_its_gradient():
    import keras
    import tensorflow as tf

    weights = keras.Variable(np.array([1.0, 2.0]), dtype="float64")
    with tf.GradientTape() as tape:
        found = r_assign(tf.constant(X[0, 0]), [5, 1], value=weights)
        loss = tf.reduce_sum(found**2)
    assert tape.gradient(loss, weights.value).numpy().tolist() == [2.0, 4.0]


def test_gradients_flow_into_variables_that_are_read():
    import keras
    import tensorflow as tf

    for variable in (tf.Variable(X), keras.Variable(X, dtype="float64")):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(r_slice(variable, 1, [3, 3], 5))
        held = getattr(variable, "value", variable)
        gradient = tf.convert_to_tensor(
            tape.gradient(loss, held if not callable(held) else variable)
        )
        assert (gradient[0, 2, 4], float(tf.reduce_sum(gradient))) == (2, 2)
