"""The dtype of a tensor that is written, and values that it cannot hold."""

import numpy as np
import pytest
from backends.adapters import ADAPTERS

from pybridge import NA, errors, r_assign, r_slice

DTYPES = ["bool", "int8", "uint8", "int32", "int64", "float16", "bfloat16", "float32", "complex64"]


def of_dtype(library, dtype, values):
    """Return a tensor of a dtype that NumPy may lack."""
    import jax.numpy as jnp
    import keras
    import tensorflow as tf
    import torch

    array = np.array(values)
    return {
        "tensorflow": lambda: tf.cast(tf.constant(array), dtype),
        "jax": lambda: jnp.asarray(array, dtype),
        "torch": lambda: torch.tensor(array).to(getattr(torch, dtype)),
        "keras": lambda: keras.Variable(
            array.astype(bool if dtype == "bool" else float), dtype=dtype
        ),
    }[library]()


def dtype_of(tensor):
    return str(getattr(tensor.dtype, "name", tensor.dtype)).removeprefix("torch.")


@pytest.mark.parametrize(
    ("library", "dtype"),
    [
        (library, dtype)
        for library in ("tensorflow", "jax", "torch", "keras")
        for dtype in DTYPES
        if (library, dtype) != ("keras", "complex64")  # keras.Variable has no complex dtype
    ],
)
def test_the_dtype_stays(library, dtype):
    x = of_dtype(library, dtype, [[0, 1, 1], [1, 0, 1]])
    read = {
        "scalar": r_slice(x, 1, 2),
        "vector": r_slice(x, slice(None), [3, 1]),
        "points": r_slice(x, [[1, 1], [2, 3]]),
        "empty": r_slice(x, [], 1),
        "update": r_assign(x, 1, 1, value=True),
        "update by a vector": r_assign(x, slice(None), [3, 1], value=0),
    }
    assert {dtype_of(found) for found in read.values()} == {dtype}
    numbers = {
        name: np.asarray(of_float(found)).tolist()
        for name, found in read.items()
        if name != "empty"
    }
    assert numbers == {
        "scalar": 1,
        "vector": [[1, 0], [1, 1]],
        "points": [0, 1],
        "update": [[1, 1, 1], [1, 0, 1]],
        "update by a vector": [[0, 1, 0], [0, 0, 0]],
    }


def of_float(tensor):
    if type(tensor).__module__.startswith("torch"):
        return tensor.detach().to(__import__("torch").complex64).real.numpy()
    array = np.asarray(tensor.numpy() if hasattr(tensor, "numpy") else tensor)
    return (array.astype(np.float32) if array.dtype.kind == "V" else array).real.astype(float)


@pytest.mark.parametrize("library", ["tensorflow", "jax", "torch", "keras"])
@pytest.mark.parametrize(
    ("dtype", "value", "error"),
    [
        ("int32", 0.5, errors.LossyValueError),
        ("int32", np.nan, errors.LossyValueError),
        ("uint8", 300, errors.LossyValueError),
        ("uint8", -1, errors.LossyValueError),
        ("bool", 2, errors.LossyValueError),
        ("float32", 1j, errors.LossyValueError),
        ("float16", 1e6, errors.LossyValueError),
        ("bfloat16", 257, errors.LossyValueError),
        ("bfloat16", 3.4e38, errors.LossyValueError),
        ("float32", 2**24 + 1, errors.LossyValueError),
        ("float32", "1", errors.AssignmentError),
        ("int32", 3.0, None),
        ("float32", 0.1, None),
        ("bfloat16", 256, None),
        ("bfloat16", 0.1, None),
        ("uint8", True, None),
    ],
)
def test_a_value_that_would_lose_information_is_refused(library, dtype, value, error):
    x = of_dtype(library, dtype, [0, 1])
    tensors = [value]
    if not isinstance(value, str):
        tensors += [np.array([value]), ADAPTERS["torch"].make(np.array(value))]
        tensors += [
            ADAPTERS["jax"].make(np.array(value)),
            ADAPTERS["tensorflow"].make(np.array(value)),
        ]
    for given in tensors:
        if error is None:
            found = of_float(r_assign(x, 2, value=given))[1]
            assert found == pytest.approx(float(value), rel=1e-2)
        else:
            with pytest.raises(error):
                r_assign(x, 2, value=given)


@pytest.mark.parametrize(
    ("library", "mode"), [("tensorflow", "function"), ("jax", "jit"), ("keras", "model")]
)
def test_a_traced_value_is_cast_within_its_kind_alone(library, mode):
    def write(x, whole, wide):
        results = []
        for tensor, value in ((x, wide), (x, whole), (whole, x), (whole, wide)):
            try:
                results.append(r_assign(tensor, slice(2, NA), value=r_slice(value, slice(2, NA))))
            except errors.LossyValueError as error:
                results.append(error)
        return results

    arrays = (np.array([1, 2, 3], "float32"), np.array([4, 5, 6], "int32"), np.array([7.0, 8, 9]))
    found = ADAPTERS[library].modes[mode](write, *arrays)
    assert found[0].tolist() == [1, 8, 9]
    assert found[1].tolist() == [1, 5, 6]
    assert [each.dtype for each in found[:2]] == ["float32"] * 2
    assert [type(each) for each in found[2:]] == [errors.LossyValueError] * 2
