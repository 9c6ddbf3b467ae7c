"""The kinds of array of TensorFlow and Keras, eager and inside their graphs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from product.kind import (
    COMPLEX,
    LOGICALS,
    NUMBERS,
    TEXTS,
    Kind,
    array,
    numbers,
)


def of_tensorflow() -> Iterator[tuple[str, Kind]]:
    import tensorflow as tf

    def make(dtype, elements=NUMBERS):
        return tf.cast(tf.constant(elements), dtype)

    for name in ("int8", "int64", "uint8", "uint64", "float16", "bfloat16", "float32", "float64"):
        yield name, numbers(lambda name=name: make(name))
    yield "bool", Kind(lambda: tf.constant(LOGICALS), LOGICALS, True, True)
    yield "complex64", Kind(lambda: tf.constant(COMPLEX, tf.complex64), COMPLEX, 6j, 6j)
    yield "text", Kind(lambda: tf.constant(TEXTS), TEXTS, "z", "z")
    yield "variable", numbers(lambda: tf.Variable(make("float32")))
    yield (
        "variable of any shape",
        numbers(lambda: tf.Variable(make("float32"), shape=tf.TensorShape(None))),
    )
    yield "ragged", numbers(lambda: tf.RaggedTensor.from_tensor(make("float32")))
    yield "sparse", numbers(lambda: tf.sparse.from_dense(make("float32")))
    yield (
        "quantized",
        numbers(lambda: tf.quantization.quantize(make("float32"), 0, 255, tf.quint8)[0]),
    )
    for name, run, late in (
        ("function", in_function, ()),
        ("sizes unknown", in_open_function, ("InvalidArgumentError",)),
        ("XLA", in_xla, ()),
    ):
        more: dict[str, Any] = {"run": run, "is_traced": True, "late": late}
        yield name, numbers(lambda: make("int64"), **more)
        yield f"{name}, reals", numbers(lambda: make("float64"), **more)
        make_logicals = lambda: tf.constant(LOGICALS)  # noqa: E731
        yield f"{name}, logicals", Kind(make_logicals, LOGICALS, True, True, **more)


def in_function(act, x, known=True, jit_compile=False):
    import tensorflow as tf

    spec = tf.TensorSpec(x.shape if known else [None] * x.shape.rank, x.dtype)
    run = tf.function(act, jit_compile=jit_compile, autograph=False)
    return run.get_concrete_function(spec)(x)


def in_open_function(act, x):
    return in_function(act, x, known=False)


def in_xla(act, x):
    return in_function(act, x, jit_compile=True)


def of_keras() -> Iterator[tuple[str, Kind]]:
    import keras

    yield "variable", numbers(lambda: keras.Variable(array("f4")))
    yield "symbolic", numbers(lambda: array("f4"), run=in_model, is_traced=True)
    yield "symbolic integers", numbers(lambda: array("i4"), run=in_model, is_traced=True)
    yield (
        "symbolic, a size unknown",
        numbers(lambda: array("f4"), run=in_open_model, is_traced=True),
    )


def in_model(act, x, shape=(2, 3)):
    import keras

    entry = keras.Input(batch_shape=shape, dtype=str(x.dtype))
    result = act(entry)
    model = keras.Model([entry], [result, keras.ops.copy(entry)])
    return model([keras.ops.convert_to_tensor(x)])[0]


def in_open_model(act, x):
    return in_model(act, x, (None, 3))
