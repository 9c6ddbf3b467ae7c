"""Every library compared with its own best spelling: `python benchmarks/backends.py`."""

import os
from collections.abc import Callable, Iterator
from functools import partial

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np
from timing import Row, compare, main

from pybridge import NA, R, r_assign

X = np.random.default_rng(1).random((64, 28, 28), np.float32)
ROWS = [3, 1, 60, 17]


def eager(
    library: str, label: str, ours: Callable[[], object], *theirs: Callable[[], object]
) -> Row:
    """Compare one eager call."""
    return compare(label, ours, theirs, alternative=library)


def tensorflow() -> Iterator[Row]:
    """TensorFlow, eager and inside `tf.function`."""
    import tensorflow as tf

    x = tf.constant(X)
    at = np.array(ROWS) - 1
    yield eager(
        "TensorFlow", "R(x)[, 15:NA, 15:NA]", lambda: R(x)[:, 15:NA, 15:NA], lambda: x[:, 14:, 14:]
    )
    yield eager("TensorFlow", "R(x)[5]", lambda: R(x)[5], lambda: x[4])
    yield eager("TensorFlow", "R(x)[rows]", lambda: R(x)[ROWS], lambda: tf.gather(x, at))
    yield eager(
        "TensorFlow",
        "R(x)[, , rows]",
        lambda: R(x)[:, :, [3, 1]],
        lambda: tf.gather(x, [2, 0], axis=2),
    )
    one = tf.zeros((28, 28))
    yield eager(
        "TensorFlow",
        "r_assign(x, 5)",
        lambda: r_assign(x, 5, value=one),
        lambda: tf.tensor_scatter_nd_update(x, [[4]], one[None]),
    )
    yield eager(
        "TensorFlow",
        "r_assign(x, , rows)",
        lambda: r_assign(x, slice(None), [3, 1], value=0.0),
        lambda: tf.transpose(
            tf.tensor_scatter_nd_update(
                tf.transpose(x, (1, 0, 2)), [[2], [0]], tf.zeros((2, 64, 28))
            ),
            (1, 0, 2),
        ),
    )
    variable, other = tf.Variable(X), tf.Variable(X)

    def ours() -> None:
        R(variable)[5, 1:3] = 0.0

    yield eager(
        "TensorFlow",
        "R(variable)[5, 1:3] = 0",
        ours,
        lambda: other[4, 0:3].assign(tf.zeros((3, 28))),
    )

    def read(x):
        return R(x)[:, 15:NA, 15:NA], R(x)[ROWS], r_assign(x, 5, value=one)

    def natively(x):
        update = tf.tensor_scatter_nd_update(x, [[4]], one[None])
        return x[:, 14:, 14:], tf.gather(x, at), update

    yield from compiled(tf.function, read, natively, x, "tf.function")


def jax() -> Iterator[Row]:
    """JAX, eager and inside `jit`."""
    import jax
    import jax.numpy as jnp

    x = jnp.asarray(X)
    at = np.array(ROWS) - 1

    def ready(function: Callable[[], object]) -> Callable[[], object]:
        return lambda: jax.block_until_ready(function())

    pairs = {
        "R(x)[, 15:NA, 15:NA]": (lambda: R(x)[:, 15:NA, 15:NA], lambda: x[:, 14:, 14:]),
        "R(x)[5]": (lambda: R(x)[5], lambda: x[4]),
        "R(x)[rows]": (lambda: R(x)[ROWS], lambda: jnp.take(x, at, 0)),
        "R(x)[, , rows]": (lambda: R(x)[:, :, [3, 1]], lambda: x[:, :, np.array([2, 0])]),
        "r_assign(x, 5)": (lambda: r_assign(x, 5, value=0.0), lambda: x.at[4].set(0.0)),
        "r_assign(x, , rows)": (
            lambda: r_assign(x, slice(None), [3, 1], value=0.0),
            lambda: x.at[:, np.array([2, 0])].set(0.0),
        ),
    }
    for label, (ours, theirs) in pairs.items():
        yield eager("JAX", label, ready(ours), ready(theirs))

    def read(x):
        return R(x)[:, 15:NA, 15:NA], R(x)[ROWS], r_assign(x, 5, value=0.0)

    def natively(x):
        return x[:, 14:, 14:], jnp.take(x, at, 0), x.at[4].set(0.0)

    yield from compiled(jax.jit, read, natively, x, "jax.jit", jax.block_until_ready)


def torch() -> Iterator[Row]:
    """PyTorch, eager and inside `torch.compile` (its graph alone: no C++ compiler is needed)."""
    import torch

    torch.set_num_threads(1)  # what is measured is the cost of a call
    x = torch.tensor(X)
    at = torch.tensor(ROWS) - 1
    yield eager(
        "PyTorch", "R(x)[, 15:NA, 15:NA]", lambda: R(x)[:, 15:NA, 15:NA], lambda: x[:, 14:, 14:]
    )
    yield eager("PyTorch", "R(x)[5]", lambda: R(x)[5], lambda: x[4])
    yield eager("PyTorch", "R(x)[5:1]", lambda: R(x)[5:1], lambda: x[:5].flip(0))
    yield eager("PyTorch", "R(x)[rows]", lambda: R(x)[ROWS], lambda: x.index_select(0, at))
    columns = torch.tensor([2, 0])
    yield eager(
        "PyTorch", "R(x)[, , rows]", lambda: R(x)[:, :, [3, 1]], lambda: x.index_select(2, columns)
    )

    def native_update() -> object:
        updated = x.clone()
        updated[:, columns] = 0.0
        return updated

    yield eager(
        "PyTorch",
        "r_assign(x, , rows)",
        lambda: r_assign(x, slice(None), [3, 1], value=0.0),
        native_update,
    )
    both, rows_of = [True, False] * 14, torch.tensor(ROWS)
    yield eager("PyTorch", "R(x)[, logicals]", lambda: R(x)[:, both], lambda: x[:, both])
    yield eager("PyTorch", "R(x)[tensor]", lambda: R(x)[rows_of], lambda: x[rows_of - 1])
    yield eager(
        "PyTorch", "R(x)[rows, rows]", lambda: R(x)[ROWS, [3, 1]], lambda: x[at][:, columns]
    )
    held, other, value = x.clone(), x.clone(), torch.zeros(3, 28)

    def ours() -> None:
        R(held)[5, 1:3] = 0.0

    def theirs() -> None:
        other[4, 0:3] = 0.0

    def our_tensor() -> None:
        R(held)[5, [3, 1, 7]] = value

    def their_tensor() -> None:
        other[4, [2, 0, 6]] = value

    yield eager("PyTorch", "R(x)[5, rows] = tensor", our_tensor, their_tensor)

    yield eager("PyTorch", "R(x)[5, 1:3] = 0", ours, theirs)

    def read(x):
        updated = r_assign(x, slice(None), [3, 1], value=0.0)
        return R(x)[:, 15:NA, 15:NA] + 1, R(x)[ROWS], R(x)[5] * 2, updated

    def natively(x):
        updated = x.clone()
        updated[:, torch.tensor([2, 0])] = 0.0
        rows = x.index_select(0, torch.tensor([2, 0, 59, 16]))
        return x[:, 14:, 14:] + 1, rows, x[4] * 2, updated

    compiler = partial(torch.compile, backend="aot_eager", fullgraph=True)
    yield from compiled(compiler, read, natively, x, "torch.compile")


def keras() -> Iterator[Row]:
    """A Keras variable, on whichever backend Keras runs."""
    import keras

    variable, other = keras.Variable(X), keras.Variable(X)
    yield eager("Keras", "R(variable)[5]", lambda: R(variable)[5], lambda: variable[4])
    yield eager(
        "Keras",
        "R(variable)[rows]",
        lambda: R(variable)[ROWS],
        lambda: keras.ops.take(variable, np.array(ROWS) - 1, axis=0),
    )

    def ours() -> None:
        R(variable)[5] = 0.0

    def theirs() -> None:
        zeros = keras.ops.zeros((1, 28, 28))
        other.assign(keras.ops.scatter_update(other, [[4]], zeros))

    yield eager("Keras", "R(variable)[5] = 0", ours, theirs)


def dask() -> Iterator[Row]:
    """dask: what it takes to build the graph."""
    import dask.array as da

    x = da.from_array(X, chunks=(16, 28, 28))
    yield eager(
        "dask", "R(x)[, 15:NA, 15:NA]", lambda: R(x)[:, 15:NA, 15:NA], lambda: x[:, 14:, 14:]
    )
    yield eager("dask", "R(x)[rows]", lambda: R(x)[ROWS], lambda: da.take(x, np.array(ROWS) - 1, 0))


def scipy() -> Iterator[Row]:
    """Sparse rows of SciPy: 200,000 x 30,000 with 60 million entries."""
    import scipy.sparse as sp

    rows, columns, count = 200_000, 30_000, 300
    random = np.random.default_rng(1)
    step = columns // count
    indices = np.empty((rows, count), np.int32)
    for k in range(0, rows, 10_000):
        indices[k : k + 10_000] = random.integers(0, step, (10_000, count), np.int32)
    indices += np.arange(0, columns, step, dtype=np.int32)
    pointers = np.arange(rows + 1, dtype=np.int32) * count
    ones = np.ones(rows * count, np.float32)
    x = sp.csr_array((ones, indices.ravel(), pointers), shape=(rows, columns))
    some_rows, some_columns = random.permutation(rows)[:1000], random.permutation(columns)[:2000]
    mask = random.random(rows) < 0.01
    from_one_rows, from_one_columns = some_rows + 1, some_columns + 1
    for label, ours, theirs in (
        ("R(x)[rows], 1,000", lambda: R(x)[from_one_rows], lambda: x[some_rows]),
        ("R(x)[, columns], 2,000", lambda: R(x)[:, from_one_columns], lambda: x[:, some_columns]),
        ("R(x)[mask], 2,000 rows", lambda: R(x)[mask], lambda: x[mask]),
    ):
        yield compare(label, ours, [theirs], alternative="SciPy")


def compiled(compiler, read, natively, x, label, wait=lambda found: found) -> Iterator[Row]:
    """Compare two compiled functions, each called once before."""
    ours, theirs = compiler(read), compiler(natively)
    for one, other in zip(ours(x), theirs(x), strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other))
    yield compare(
        f"inside {label}",
        lambda: wait(ours(x)),
        [lambda: wait(theirs(x))],
        alternative="the library's own code",
    )


if __name__ == "__main__":
    libraries = (tensorflow, jax, torch, keras, dask, scipy)
    main({(library.__doc__ or library.__name__).rstrip("."): library for library in libraries})
