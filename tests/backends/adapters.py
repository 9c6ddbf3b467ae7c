"""One row for each backend: how tests make its tensors, read them back, and run code on them.

A mode runs one function on native tensors made from NumPy arrays, and returns in NumPy the list
that the function returned; exceptions in the list stay, so that one trace carries many cases.
Adding a backend adds its name to `AdapterName`, and one row to `ADAPTERS`.
"""

import os

import numpy as np
from backends.adapter import Adapter, AdapterName, Traced, set_item, split
from backends.stores import SPARSE, STANDARD, STORES
from backends.tables import TABLES

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if "PYBRIDGE_TEST_DEVICE" not in os.environ:
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
# JAX holds 64 bits here, so that the corpus keeps its dtype; tests of its default say so
os.environ.setdefault("JAX_ENABLE_X64", "1")


# TensorFlow


def tf_make(array):
    import tensorflow as tf

    return tf.constant(array)


def tf_read(tensor):
    import tensorflow as tf

    assert isinstance(tensor, tf.Tensor), type(tensor)
    return tensor.numpy()


def tf_write(x, key, value):
    import tensorflow as tf

    variable = tf.Variable(x)
    variable[key].assign(value)
    return variable.value()


def tf_eager(function, *arrays):
    values, join = split(function(*map(tf_make, arrays)))
    return join(list(map(tf_read, values)))


def tf_variable(function, *arrays):
    import tensorflow as tf

    values, join = split(function(*(tf.Variable(array) for array in arrays)))
    return join(list(map(tf_read, values)))


def tf_function(function, *arrays, known=True, jit_compile=False):
    import tensorflow as tf

    traced = Traced(function, tf.is_symbolic_tensor)
    made = list(map(tf_make, arrays))
    specs = [
        tf.TensorSpec(tensor.shape if known else [None] * tensor.shape.rank, tensor.dtype)
        for tensor in made
    ]
    compiled = tf.function(traced, jit_compile=jit_compile, autograph=False)
    values = compiled.get_concrete_function(*specs)(*made)
    return traced.join(list(map(tf_read, values)))


def tf_unknown(function, *arrays):
    return tf_function(function, *arrays, known=False)


def tf_xla(function, *arrays):
    return tf_function(function, *arrays, jit_compile=True)


# JAX


def jax_make(array):
    import jax.numpy as jnp

    return jnp.asarray(array)


def jax_read(tensor):
    import jax

    assert isinstance(tensor, jax.Array), type(tensor)
    return np.asarray(tensor)


def jax_write(x, key, value):
    return x.at[key].set(value)


def jax_eager(function, *arrays):
    values, join = split(function(*map(jax_make, arrays)))
    return join(list(map(jax_read, values)))


def _is_tracer(tensor):
    import jax

    return isinstance(tensor, jax.core.Tracer)


def jax_jit(function, *arrays):
    import jax

    traced = Traced(function, _is_tracer)
    values = jax.jit(traced)(*map(jax_make, arrays))
    return traced.join(list(map(jax_read, values)))


def jax_vmap(function, *arrays):
    import jax
    import jax.numpy as jnp

    traced = Traced(function, _is_tracer)
    values = jax.jit(jax.vmap(traced))(*(jnp.stack([jax_make(array)] * 2) for array in arrays))
    for value in values:
        np.testing.assert_array_equal(value[0], value[1])
    return traced.join([jax_read(value[1]) for value in values])


# PyTorch


def torch_make(array):
    import torch

    return torch.tensor(array)


def torch_read(tensor):
    import torch

    assert isinstance(tensor, torch.Tensor), type(tensor)
    return tensor.detach().numpy()


def torch_write(x, key, value):
    return set_item(x, key, torch_make(value))


def torch_eager(function, *arrays):
    values, join = split(function(*map(torch_make, arrays)))
    return join(list(map(torch_read, values)))


def torch_graph(function, *arrays):
    """Run on tensors that want gradients: every result must be part of their graph."""
    made = [torch_make(array).requires_grad_(array.dtype.kind == "f") for array in arrays]
    values, join = split(function(*made))
    assert all(value.requires_grad for value in values) or not made[0].requires_grad
    return join(list(map(torch_read, values)))


def torch_functional(function, *arrays):
    """Run under vmap, whose tensors have no values that NumPy could read."""
    import torch

    traced = Traced(function, torch._C._functorch.is_functorch_wrapped_tensor)
    values = torch.func.vmap(traced)(*(torch.stack([torch_make(array)] * 2) for array in arrays))
    for value in values:
        np.testing.assert_array_equal(value[0], value[1])
    return traced.join([torch_read(value[1]) for value in values])


def torch_compiled(function, *arrays, dynamic=False):
    """Compile into one graph, its sizes open if the mode is `dynamic`.

    The compiler reports some errors as its own, unless it may break the graph.
    """
    import torch

    torch.compiler.reset()
    tensors = list(map(torch_make, arrays))
    try:
        values = torch.compile(function, backend="eager", fullgraph=True, dynamic=dynamic)(*tensors)
    except torch._dynamo.exc.Unsupported:
        torch.compile(function, backend="eager", dynamic=dynamic)(*tensors)
        raise
    return list(map(torch_read, values))


def torch_open(function, *arrays):
    return torch_compiled(function, *arrays, dynamic=True)


# Keras


def keras_make(array):
    import keras

    return keras.Variable(array, dtype=str(array.dtype))


def keras_read(tensor):
    import keras

    assert keras.ops.is_tensor(tensor), type(tensor)
    assert not isinstance(tensor, keras.Variable)
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def keras_variable(function, *arrays):
    values, join = split(function(*map(keras_make, arrays)))
    return join(list(map(keras_read, values)))


def keras_model(function, *arrays, known=True):
    """Build a functional model, and run it on the arrays."""
    import keras

    inputs = [
        keras.Input(
            batch_shape=(array.shape if known or not array.ndim else (None, *array.shape[1:])),
            dtype=str(array.dtype),
        )
        for array in arrays
    ]
    traced = Traced(function, lambda tensor: isinstance(tensor, keras.KerasTensor))
    values = traced(*inputs)
    if not values:
        return traced.join([])
    # Keras 3.12 takes no input that nothing is made of
    used = list(map(keras.ops.copy, inputs))
    model = keras.Model(inputs, [*values, *used])
    found = model([*map(keras.ops.convert_to_tensor, arrays)])[: len(values)]
    return traced.join(list(map(keras_read, found)))


def keras_batched(function, *arrays):
    return keras_model(function, *arrays, known=False)


# NumPy


def numpy_eager(function, *arrays):
    values, join = split(function(*(array.copy() for array in arrays)))
    return join(list(map(np.asarray, values)))


def numpy_read_only_make(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def numpy_read_only(function, *arrays):
    """Run on arrays that are read-only: the results are new arrays, or views that are so too."""
    values, join = split(function(*map(numpy_read_only_make, arrays)))
    return join(list(map(np.asarray, values)))


# dask


def dask_make(array):
    import dask.array as da

    return da.from_array(array, chunks=tuple(max(1, -(-n // 2)) for n in array.shape))


def dask_read(tensor):
    import dask.array as da

    assert isinstance(tensor, da.Array), type(tensor)
    return np.asarray(tensor.compute(scheduler="sync"))


def dask_lazy(function, *arrays):
    """Run with a scheduler that raises, and only then compute."""
    import dask

    def refuse(*_, **__):
        raise AssertionError("computed too early")

    with dask.config.set(scheduler=refuse):
        values, join = split(function(*map(dask_make, arrays)))
    return join(list(map(dask_read, values)))


# xarray


def xarray_make(array):
    import xarray as xr

    return xr.DataArray(array.copy(), attrs={"unit": "place"})


def xarray_read(found):
    import xarray as xr

    assert isinstance(found, xr.DataArray), type(found)
    assert found.attrs == {"unit": "place"}
    return found.to_numpy()


def xarray_eager(function, *arrays):
    values, join = split(function(*map(xarray_make, arrays)))
    return join(list(map(xarray_read, values)))


def xarray_lazy(function, *arrays):
    """Run over dask with a scheduler that raises, and only then compute."""
    import dask
    import dask.array as da

    def refuse(*_, **__):
        raise AssertionError("computed too early")

    with dask.config.set(scheduler=refuse):
        made = [xarray_make(array).copy(data=dask_make(array)) for array in arrays]
        values, join = split(function(*made))
    assert all(isinstance(value.data, da.Array) for value in values)
    return join([xarray_read(value.compute(scheduler="sync")) for value in values])


ADAPTERS = {
    AdapterName.TENSORFLOW: Adapter(
        tf_make,
        tf_read,
        {
            "eager": tf_eager,
            "variable": tf_variable,
            "function": tf_function,
            "unknown": tf_unknown,
            "xla": tf_xla,
        },
        frozenset({"unknown"}),
        write=tf_write,
    ),
    AdapterName.JAX: Adapter(
        jax_make,
        jax_read,
        {"eager": jax_eager, "jit": jax_jit, "vmap": jax_vmap},
        write=jax_write,
    ),
    AdapterName.TORCH: Adapter(
        torch_make,
        torch_read,
        {
            "eager": torch_eager,
            "graph": torch_graph,
            "vmap": torch_functional,
            "compiled": torch_compiled,
            "open": torch_open,
        },
        compiled=frozenset({"compiled", "open"}),
        shared=frozenset({"compiled"}),
        write=torch_write,
    ),
    AdapterName.KERAS: Adapter(
        keras_make,
        keras_read,
        {"variable": keras_variable, "model": keras_model, "batched": keras_batched},
        frozenset({"batched"}),
    ),
    AdapterName.DASK: Adapter(dask_make, dask_read, {"lazy": dask_lazy}),
}


LABELLED = {
    AdapterName.XARRAY: Adapter(
        xarray_make, xarray_read, {"numpy": xarray_eager, "dask": xarray_lazy}
    ),
}
"""What adds labels to a tensor of another library."""

ALL = ADAPTERS | STORES | STANDARD | LABELLED | SPARSE | TABLES

NUMPY = {
    AdapterName.NUMPY: Adapter(np.copy, np.asarray, {"eager": numpy_eager}),
    AdapterName.NUMPY_READ_ONLY: Adapter(
        numpy_read_only_make, np.asarray, {"eager": numpy_read_only}
    ),
}
"""What the others are compared with; the corpus runs on it as on them."""

EVERY = ALL | NUMPY
"""All adapters but those on a device, which are made when one is named: see devices.py."""
