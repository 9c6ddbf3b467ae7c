"""Tensors of every library on their way to R, and what is not a tensor."""

import dask.array
import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from conversion_oracle import assert_identical

from pybridge.conversion import to_r
from pybridge.errors import ConversionError, TracingError, UnsupportedTensorError

VALUES = [[1, 2, 3], [4, 5, 6]]


NUMBERS = "c(1, 4, 2, 5, 3, 6)"


HALVES = "matrix(c(0.5, 2, 1, 2.5, 1.5, 3), 2)"


def matrix(values: str) -> str:
    return f"matrix({values}, 2)"


EXPECTED = {
    "bool": (matrix("c(TRUE, TRUE, FALSE, FALSE, FALSE, FALSE)"), lambda v: v % 3 == 1),
    "int8": (matrix("c(1L, 4L, 2L, 5L, 3L, 6L)"), None),
    "uint8": (matrix("c(1L, 4L, 2L, 5L, 3L, 6L)"), None),
    "int16": (matrix("c(1L, 4L, 2L, 5L, 3L, 6L)"), None),
    "int32": (matrix("c(1L, 4L, 2L, 5L, 3L, 6L)"), None),
    "int64": (matrix(NUMBERS), None),
    "float16": (HALVES, lambda v: v / 2),
    "bfloat16": (HALVES, lambda v: v / 2),
    "float32": (HALVES, lambda v: v / 2),
    "float64": (HALVES, lambda v: v / 2),
    "complex64": (matrix("complex(real = c(1,4,2,5,3,6), imaginary = -1)"), lambda v: v - 1j),
}


MAKERS = {
    "torch": lambda values, dtype: torch.from_numpy(values).to(getattr(torch, dtype)),
    "tensorflow": lambda values, dtype: tf.cast(values, dtype),
    "tensorflow variable": lambda values, dtype: tf.Variable(tf.cast(values, dtype)),
    "jax": lambda values, dtype: jnp.asarray(values).astype(dtype),
    "keras variable": lambda values, dtype: keras.Variable(tf.cast(values, dtype), dtype=dtype),
    "dask": lambda values, dtype: dask.array.from_array(
        np.asarray(tf.cast(values, dtype)), chunks=(1, 2)
    ),
}


@pytest.mark.parametrize("library", MAKERS)
@pytest.mark.parametrize("dtype", EXPECTED)
def test_tensors_of_every_library_and_dtype(library, dtype):
    code, formula = EXPECTED[dtype]
    values = np.array(VALUES) if formula is None else formula(np.array(VALUES))
    with jax.enable_x64(True):
        tensor = MAKERS[library](values, dtype)
        assert dtype in str(tensor.dtype)
        assert_identical(to_r(tensor), code)


@pytest.mark.filterwarnings("ignore:ComplexHalf", "ignore:torch.quantize_per_tensor")
def test_torch_tensors_of_every_kind_of_memory():
    x = torch.arange(30, dtype=torch.float32).reshape(2, 3, 5)
    code = "aperm(array(0:29 + 0, c(5, 3, 2)))"
    assert_identical(to_r(x), code)
    assert_identical(to_r(x.requires_grad_()), code)
    assert_identical(to_r(torch.nn.Parameter(x)), code)
    assert_identical(to_r(x.permute(2, 0, 1)), f"aperm({code}, c(3, 1, 2))")
    assert_identical(to_r(x[:, ::2]), f"({code})[, c(1, 3), ]")
    assert_identical(to_r(torch.tensor([1 + 2j]).conj()), "1-2i")
    assert_identical(to_r(torch.tensor([1 + 2j]).conj().imag), "-2")
    assert_identical(to_r(torch.tensor(2.5)), "2.5")
    assert_identical(to_r(torch.zeros(0, 3)), "matrix(0, 0, 3)")
    assert_identical(to_r(torch.tensor([0.5], dtype=torch.float8_e4m3fn)), "0.5")
    assert_identical(to_r(torch.tensor([1 + 2j], dtype=torch.complex32)), "1+2i")
    for refused in (x.to_sparse(), torch.quantize_per_tensor(x, 0.1, 0, torch.qint8)):
        with pytest.raises(UnsupportedTensorError, match=r"dense|dequantize"):
            to_r(refused)
    with pytest.raises(TracingError, match="meta device"):
        to_r(torch.zeros(2, device="meta"))


def test_tensorflow_text_and_what_has_no_elements():
    assert_identical(to_r(tf.constant([["a", "é"]])), 'matrix(c("a", "\\u00e9"), 1)')
    assert_identical(to_r(tf.constant("a")), '"a"')
    with pytest.raises(ConversionError, match="UTF-8"):
        to_r(tf.constant([b"\xff"]))
    for refused in (tf.ragged.constant([[1], [2, 3]]), tf.sparse.eye(2)):
        with pytest.raises(UnsupportedTensorError, match="dense"):
            to_r(refused)
    with pytest.raises(TracingError, match="symbol"):
        tf.function(to_r, autograph=False)(tf.zeros(2))
    variable = tf.Variable([1.0])
    with pytest.raises(TracingError, match="symbol"):
        tf.function(lambda: to_r(variable), autograph=False)()
    with pytest.raises(TracingError, match="symbol"):
        to_r(keras.Input((3,)))
    with pytest.raises(TracingError, match="symbol"):
        jax.jit(lambda x: to_r(x))(jnp.zeros(2))
    with pytest.raises(UnsupportedTensorError, match="NumPy cannot hold"):
        to_r(jax.random.key(0))
    with pytest.raises(UnsupportedTensorError, match="no R equivalent"):
        to_r(keras.layers.Dense(2))
    with pytest.raises(UnsupportedTensorError, match="no R equivalent"):
        to_r(dask.delayed(1))


def test_masks_survive_dask():
    masked = np.ma.array([1.5, 2.5, 3.5], mask=[False, True, False])
    assert_identical(to_r(dask.array.from_array(masked, chunks=2)), "c(1.5, NA, 3.5)")


def test_tables_are_told_how_to_cross():
    class Table:
        columns = ("a",)

        def __array__(self):
            return np.zeros((2, 1))

    with pytest.raises(UnsupportedTensorError, match=r"x.to_pandas\(\) makes a DataFrame"):
        to_r(Table())
