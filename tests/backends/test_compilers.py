"""Inside the compilers: one graph, no warning, and the same numbers."""

import importlib
import sys
import warnings

import numpy as np
import pytest
from backends.adapters import ADAPTERS

from pybridge import (
    NA,
    R,
    array_reshape,
    errors,
    r_assign,
    r_slice,
    recycle,
    recycled,
)
from pybridge.compiling import when_imported

X = np.arange(1.0, 31).reshape(2, 3, 5)


def test_autograph_leaves_the_package_alone(caplog):
    import tensorflow as tf

    @tf.function
    def read(x, i):
        if tf.reduce_sum(x) > 0:  # noqa: SIM108, AutoGraph is at work on the caller
            y = r_slice(x, "2, c(3, 1), NA:2")
        else:
            y = R(x)[1, [3, 1], 1:2]
        return y, R(x)[1, i, 2:NA], r_assign(x, 1, i, value=0.0), array_reshape(x, (5, 6))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # from Python 3.13 on AutoGraph's own reader of code is warned of itself
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="gast")
        found = read(tf.constant(X), tf.constant(2))
    assert [part.numpy().tolist() for part in found[:2]] == [[[26, 27], [16, 17]], [7, 8, 9, 10]]
    assert found[2][0, 1].numpy().tolist() == [0] * 5
    assert found[3].numpy().tolist() == X.reshape(5, 6).tolist()
    assert "AutoGraph" not in caplog.text


def test_every_public_function_is_kept_from_autograph():
    import inspect

    import pybridge

    public = [getattr(pybridge, name) for name in pybridge.__all__]
    functions = [each for each in public if inspect.isfunction(each)]
    assert len(functions) >= 5
    assert [each for each in functions if not hasattr(each, "autograph_info__")] == []


def test_a_variable_is_written_inside_a_graph():
    import tensorflow as tf

    variable = tf.Variable(X)

    @tf.function
    def write(i, mask):
        R(variable)[1, 2:3, 5:4] = -1.0
        R(variable)[2, i] = 0.0
        R(variable)[:, mask, 1] = 7.0

    write(tf.constant([3, 1]), tf.constant([False, True, False]))
    expected = X.copy()
    expected[0, 1:, 3:], expected[1, [2, 0]], expected[:, 1, 0] = -1, 0, 7
    np.testing.assert_array_equal(variable.numpy(), expected)


def test_a_graph_of_one_unknown_size_serves_batches_of_any():
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec([None, 3, 5], tf.float64)])
    def read(x):
        return R(x)[-1, 2:NA], R(x)[[-1, 1]], r_assign(x, -1, [3, 1], value=0), R(x)[NA:-2]

    for count in (1, 2, 4):
        x = np.arange(count * 15.0).reshape(count, 3, 5)
        last, ends, updated, others = read(tf.constant(x))
        np.testing.assert_array_equal(last, x[-1, 1:])
        np.testing.assert_array_equal(ends, x[[-1, 0]])
        np.testing.assert_array_equal(others, x[:-1])
        x[-1, [2, 0]] = 0
        np.testing.assert_array_equal(updated, x)


def test_jax_compiles_once_for_a_position_that_changes():
    import jax

    traces = []

    @jax.jit
    def read(x, i):
        traces.append(i)
        return R(x)[1, i]

    x = ADAPTERS["jax"].make(X)
    for position in (1, 2, 3, -1):
        np.testing.assert_array_equal(read(x, position), X[0, position - (position > 0)])
    assert len(traces) == 1


def test_jax_without_64_bits_indexes_as_well():
    import jax
    from jax import experimental

    # jax 0.7 has it elsewhere
    with (jax if hasattr(jax, "enable_x64") else experimental).enable_x64(False):
        x = ADAPTERS["jax"].make(X)
        assert x.dtype == "float32"
        found = jax.jit(lambda x, i: (R(x)[:, i], r_assign(x, slice(None), i, value=0)))(
            x, np.array([3, 1])
        )
        np.testing.assert_array_equal(found[0], X[:, [2, 0]])
        assert found[1].dtype == "float32"
        assert float(found[1].sum()) == X[:, 1].sum()
        np.testing.assert_array_equal(R(x)[2, [3, 1]], X[1, [2, 0]])


def test_a_mask_under_jit_is_refused_with_the_reason():
    import jax

    with pytest.raises(errors.TracingError, match=r"JAX compiles for static sizes.*jnp\.where"):
        jax.jit(lambda x: R(x)[x > 3])(ADAPTERS["jax"].make(X))


def test_dask_stays_lazy_where_sizes_are_unknown():
    x = ADAPTERS["dask"].make(X.ravel())
    some = x[x > 10]  # dask knows no size now
    doubled = R(some)[..., None] * 2
    np.testing.assert_array_equal(ADAPTERS["dask"].read(doubled), X.ravel()[10:, None] * 2)
    for act in (
        lambda: R(some)[2:NA],
        lambda: R(some)[[1, 2]],
        lambda: r_assign(some, [1, 2], value=0),
        lambda: r_slice(some, 1, dialect="base"),
    ):
        with pytest.raises(errors.TracingError, match=r"unknown|not known"):
            act()


@pytest.mark.parametrize("library", ADAPTERS)
def test_reshaping_and_recycling_stay_in_the_library(library):
    adapter = ADAPTERS[library]

    def work(x, v):
        from pybridge import broadcast

        return [
            array_reshape(x, (5, -1)),
            array_reshape(x, (5, -1), order="F"),
            recycle(x, v)[1],
            broadcast(x, R(v)[1:1])[1],
            recycled(lambda a, b: a + b)(x, v),
        ]

    v = np.array([10.0, 20, 30])
    column_major = np.resize(v, 30).reshape(5, 3, 2).T
    expected = [
        X.reshape(5, 6),
        X.ravel("F").reshape(5, 6, order="F"),
        column_major,
        np.full(X.shape, 10.0),
        X + column_major,
    ]
    for mode, run in adapter.modes.items():
        if mode in adapter.unknown or (library, mode) == ("torch", "graph"):
            continue
        for found, wanted in zip(run(work, X, v), expected, strict=True):
            np.testing.assert_array_equal(found, wanted, err_msg=mode)


def test_errors_keep_their_class_under_autograph():
    import tensorflow as tf

    for written, error in [
        (0, errors.SubscriptOutOfBoundsError),
        (9, errors.SubscriptOutOfBoundsError),
        (2.5, errors.SubscriptTypeError),
        ([True, False, True], errors.SubscriptMaskError),
    ]:
        with pytest.raises(error, match="axis 1"):
            tf.function(lambda x, w=written: R(x)[w])(tf.constant(X))


def test_a_module_is_acted_on_once_it_is_imported(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    name = "imported_late"
    module = tmp_path / f"{name}.py"
    module.write_text("raise ValueError('half an import')")
    seen = []
    when_imported(name, lambda module: seen.append(module.word))
    with pytest.raises(ValueError, match="half an import"):
        importlib.import_module(name)
    assert seen == []
    module.write_text("word = 'a whole one'  # another size: Python reads the file again")
    made = importlib.import_module(name)
    assert seen == ["a whole one"]
    when_imported(name, lambda module: seen.append(module.word))
    assert seen == ["a whole one"] * 2
    assert made.__spec__.origin == str(module)
    finders = [type(finder).__module__ for finder in sys.meta_path]
    assert finders.count(when_imported.__module__) <= 1  # of torch._dynamo, maybe
