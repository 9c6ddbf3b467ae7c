"""TensorFlow: eager tensors, variables, and the symbolic tensors of `tf.function`.

Strings are served. Ragged and sparse tensors raise: their axes have no single size, or no memory to
index. In a graph on a CPU a traced position beyond its axis raises when the code runs; compiled by
XLA it is clamped to the axis.
"""

from __future__ import annotations

import functools
import math
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from pybridge.backends.keys import axis_indices
from pybridge.backends.protocol import Backend, Indices, with_numpy_dtype, without_values
from pybridge.backends.traits import Trait
from pybridge.errors import ConversionError, TracingError
from pybridge.shape import Shape
from pybridge.subscripts.selections import WHOLE, Key

_ARCS = ("sin", "cos", "tan", "sinh", "cosh", "tanh")


def _with_nan(reduce: Any, x: Any) -> Any:
    """Return the maximum or the minimum, NaN if there is one, which XLA would ignore."""
    extreme = reduce(x)
    if not x.dtype.is_floating:
        return extreme
    nan = tf.constant(math.nan, x.dtype)
    return tf.where(tf.reduce_any(tf.math.is_nan(x)), nan, extreme)


def _accumulate(step: Any, x: Any, axis: int) -> Any:
    """Accumulate along a vector in steps of doubled length: TensorFlow has no such function."""
    size = x.shape[axis]
    if size is None:
        raise TracingError("the size of this vector is unknown while tf.function traces")
    reach = 1
    while reach < size:
        x = tf.concat([x[:reach], step(x[reach:], x[:-reach])], 0)
        reach *= 2
    return x


_TRAITS = {
    tf.RaggedTensor: Trait("a ragged tensor", "x.to_tensor() makes a dense one"),
    tf.SparseTensor: Trait("a sparse tensor", "tf.sparse.to_dense(x) makes a dense one"),
    tf.IndexedSlices: Trait("a tensor of indexed slices", "tf.convert_to_tensor(x) makes it whole"),
}
_COMPOSITE = tuple(_TRAITS)
_QUANTIZED = Trait(
    "a quantized tensor", "tf.quantization.dequantize() makes a tensor of reals", ("read",)
)
_OPAQUE = Trait("a tensor of handles", "it has no elements to name")


class TensorFlowBackend(Backend):
    """The primitives of `pybridge.backends.protocol.Backend` on `tf.Tensor` and `tf.Variable`."""

    __slots__ = ()

    name = "tensorflow"
    _library = tf.math
    _functions: ClassVar[dict[str, Any]] = {
        "broadcast_to": tf.broadcast_to,
        "isnan": tf.math.is_nan,
        "sum": tf.reduce_sum,
        "prod": tf.reduce_prod,
        "any": tf.reduce_any,
        "all": tf.reduce_all,
        "max": functools.partial(_with_nan, tf.reduce_max),
        "min": functools.partial(_with_nan, tf.reduce_min),
        "concat": tf.concat,
        "matmul": tf.matmul,
        "cummax": functools.partial(_accumulate, tf.maximum),
        "cummin": functools.partial(_accumulate, tf.minimum),
        "trunc": lambda x: tf.where(x < 0, tf.math.ceil(x), tf.math.floor(x)),
        "log2": lambda x: tf.math.log(x) / tf.constant(math.log(2), x.dtype),
        "log10": lambda x: tf.math.log(x) / tf.constant(math.log(10), x.dtype),
        **{"arc" + name: getattr(tf.math, "a" + name) for name in _ARCS},
    }

    def serves(self, x: object) -> bool:
        # composite tensors are recognized, to raise a clear error
        return isinstance(x, (tf.Tensor, tf.Variable, *_COMPOSITE))

    def traits(self, x: Any) -> tuple[Trait, ...]:
        if isinstance(x, _COMPOSITE):
            return (next(each for kind, each in _TRAITS.items() if isinstance(x, kind)),)
        if x.dtype.is_quantized:
            return (_QUANTIZED,)
        return (_OPAQUE,) if x.dtype in (tf.resource, tf.variant) else ()

    def shape(self, x: Any) -> Shape:
        shape = x.shape
        if _has_unknown_rank(x):
            shape = tf.convert_to_tensor(x).shape
        if shape.rank is None:
            raise TracingError(
                "the number of axes of this tensor is unknown while tf.function traces; give it "
                "with tf.ensure_shape() or an input_signature"
            )
        return tuple(shape)

    def size(self, x: Any, axis: int) -> Any:
        size = x.shape[axis]
        return tf.shape(x, out_type=tf.int64)[axis] if size is None else size

    def is_writable(self, x: Any) -> bool:
        return isinstance(x, tf.Variable)

    def is_traced(self, x: Any) -> bool:
        return bool(tf.is_symbolic_tensor(x))

    def value_of(self, x: Any) -> Any:
        return tf.convert_to_tensor(x) if isinstance(x, tf.Variable) else x

    def to_numpy(self, x: Any) -> npt.NDArray[Any]:
        try:
            values = np.asarray(x.numpy())
        except (AttributeError, NotImplementedError) as error:
            raise without_values(x) from error
        return _decoded(values) if x.dtype == tf.string else with_numpy_dtype(values)

    def convert(self, value: Any, like: Any) -> Any:
        if isinstance(value, tf.Tensor):
            if value.dtype.is_complex and not like.dtype.is_complex:
                value = tf.math.real(
                    value
                )  # TensorFlow warns about it, even if the imaginary part is zero
            return value if value.dtype == like.dtype else tf.cast(value, like.dtype)
        return tf.constant(value, like.dtype)

    def take(self, x: Any, indices: Indices, axis: int) -> Any:
        return tf.gather(x, indices, axis=axis)

    def take_points(self, x: Any, coordinates: tuple[Indices, ...]) -> Any:
        return tf.gather_nd(x, _stacked(coordinates))

    def reshape(self, x: Any, shape: tuple[int, ...]) -> Any:
        return tf.reshape(x, shape)

    def transpose(self, x: Any, axes: tuple[int, ...]) -> Any:
        return tf.transpose(x, axes)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        if isinstance(x, int):  # TensorFlow converts it to int32, whatever the other dtype is
            x = tf.constant(x, y.dtype)
        return tf.where(condition, x, y)

    def _comparable(self, x: Any) -> Any:
        if x.dtype == tf.bool:
            return tf.cast(x, tf.uint8)
        if x.dtype.is_floating:  # XLA sorts -0 before 0
            return tf.where(x == 0, tf.zeros_like(x), x)
        return x

    def argsort(self, x: Any) -> Any:
        return tf.cast(tf.argsort(self._comparable(x), stable=True), tf.int64)

    def as_indices(self, x: Any) -> Any:
        if x.dtype == tf.uint64:  # unsigned numbers must not become negative
            x = tf.minimum(x, tf.constant(tf.int64.max, tf.uint64))
        return tf.cast(x, tf.int64)

    def cast(self, x: Any, name: str) -> Any:
        return tf.cast(x, name)

    def arange(self, start: Any, stop: Any, step: Any) -> Any:
        start, stop, step = (tf.cast(part, tf.int64) for part in (start, stop, step))
        # tf.range refuses an empty range
        stop = tf.where(step > 0, tf.maximum(start, stop), tf.minimum(start, stop))
        return tf.range(start, stop, step)

    def nonzero(self, mask: Any) -> tuple[Any, ...]:
        return tuple(tf.unstack(tf.where(mask), axis=1))

    def assign_axes(self, x: Any, axes: tuple[Any, ...], value: Any) -> Any:
        if _has_unknown_rank(x):
            x.assign(self.assign_axes(tf.convert_to_tensor(x), axes, value))
            return x
        if not all(map(_is_slice, axes, x.shape)):
            return _scatter_axes(x, axes, value)
        if axes:
            return _set_slices(x, axes, value)
        if isinstance(x, tf.Variable):
            x.assign(value)
            return x
        return value

    def assign_points(self, x: Any, coordinates: tuple[Indices, ...], value: Any) -> Any:
        if _has_unknown_rank(x):
            x.assign(self.assign_points(tf.convert_to_tensor(x), coordinates, value))
            return x
        if not coordinates:
            return self.assign_axes(x, (), tf.reshape(value, ()))
        indices = _stacked(coordinates)
        count = tf.shape(indices)[0] if indices.shape[0] is None else indices.shape[0]
        if tf.is_tensor(count) or value.shape[0] != count:
            value = tf.broadcast_to(value, (count,))
        if tf.is_symbolic_tensor(indices):
            sizes = tf.shape(x, out_type=tf.int64)
            strides = tf.math.cumprod(sizes, exclusive=True, reverse=True)
            indices = tf.cast(indices, tf.int64)
            flat = tf.reduce_sum(indices * strides, 1)
            # an entry that sets nothing must not count as a duplicate
            flat = tf.where(tf.reduce_any(indices >= sizes, 1), tf.reduce_prod(sizes), flat)
            value = tf.gather(value, _last_of_equals(flat, tf.reduce_prod(sizes)))
        return _scatter(x, indices, value)

    def store(self, x: Any, value: Any) -> None:
        x.assign(value)

    def part_of_variable(self, x: Any, key: Key) -> Any:
        return x[key]


BACKEND = TensorFlowBackend()


def _has_unknown_rank(x: Any) -> bool:
    """Return whether a variable accepts tensors of any number of axes."""
    return isinstance(x, tf.Variable) and x.shape.rank is None


def _stacked(coordinates: tuple[Indices, ...]) -> Any:
    """Return vectors as rows of indices for gather_nd and scatter_nd."""
    if all(isinstance(axis, np.ndarray) for axis in coordinates):
        return np.stack(coordinates, -1)
    return tf.stack([tf.cast(axis, tf.int64) for axis in coordinates], -1)


def _is_slice(axis: Any, size: int | None) -> bool:
    # XLA updates only slices of step 1; for an unknown size there is no alternative
    if not isinstance(axis, slice):
        return False
    return axis.step in (None, 1) or size is None or tf.executing_eagerly()


def _broadcast(value: Any, x: Any, key: Key) -> Any:
    """Broadcast a value to the shape of `x[key]`, which is read only if it is unknown."""
    sizes = [
        None if size is None else len(range(*part.indices(size)))
        for size, part in zip(x.shape, key, strict=True)
    ]
    if None in sizes:
        return tf.broadcast_to(value, tf.shape(x[key]))
    return value if value.shape == sizes else tf.broadcast_to(value, sizes)


def _set_slices(x: Any, key: Key, value: Any) -> Any:
    """Set by slices; `x[key].assign()` would do so for a variable, but reads the slice first."""
    arguments = {
        "begin": np.array([part.start or 0 for part in key]),
        "end": np.array([part.stop or 0 for part in key]),
        "strides": np.array([part.step or 1 for part in key]),
        "value": _broadcast(value, x, key),
        "begin_mask": sum(1 << k for k, part in enumerate(key) if part.start is None),
        "end_mask": sum(1 << k for k, part in enumerate(key) if part.stop is None),
    }
    if isinstance(x, tf.Variable):
        tf.raw_ops.ResourceStridedSliceAssign(ref=x.handle, **arguments)
        return x
    return tf.raw_ops.TensorStridedSliceUpdate(input=x, **arguments)


def _scatter(x: Any, indices: Any, updates: Any) -> Any:
    if all(size is not None and size < _LARGEST for size in x.shape):
        # tf.vectorized_map scatters by 32 bits only; larger indices stay beyond the axis
        indices = tf.cast(tf.minimum(tf.cast(indices, tf.int64), _LARGEST), tf.int32)
    if isinstance(x, tf.Variable):
        x.scatter_nd_update(indices, updates)
        return x
    return tf.tensor_scatter_nd_update(x, indices, updates)


def _scatter_axes(x: Any, axes: tuple[Any, ...], value: Any) -> Any:
    """Scatter along the axes that are not whole, moved to the front and back again."""
    chosen = [k for k, axis in enumerate(axes) if not (type(axis) is slice and axis == WHOLE)]
    order = chosen + [k for k in range(len(axes)) if k not in chosen]
    vectors = [_indices_on(x, axes[k], k) for k in chosen]
    for k, indices in zip(chosen, vectors, strict=True):
        if tf.is_tensor(indices) and value.shape[k] != 1:
            last = _last_of_equals(indices, tf.shape(x, out_type=tf.int64)[k])
            value = tf.gather(value, last, axis=k)
    is_moved = order != sorted(order)
    moved = tf.transpose(x, order) if is_moved else x
    indices = _grid(vectors)
    points_shape = tf.shape(indices)[:-1] if tf.is_tensor(indices) else indices.shape[:-1]
    rest = moved.shape[len(chosen) :]
    sizes = tf.shape(moved)[len(chosen) :] if None in rest else tuple(rest)
    updates = tf.transpose(value, order) if is_moved else value
    if tf.is_tensor(points_shape) or tf.is_tensor(sizes):
        updates = tf.broadcast_to(updates, tf.concat([points_shape, sizes], 0))
    elif updates.shape != (*points_shape, *sizes):
        updates = tf.broadcast_to(updates, (*points_shape, *sizes))
    if not is_moved:
        return _scatter(x, indices, updates)
    back = [order.index(k) for k in range(len(order))]
    updated = tf.transpose(_scatter(moved, indices, updates), back)
    return x.assign(updated) if isinstance(x, tf.Variable) else updated


_LARGEST = int(np.iinfo(np.int32).max)


def _indices_on(x: Any, axis: Any, place: int) -> Indices:
    """Return the indices selected on one axis; its size may be unknown."""
    if isinstance(axis, slice) and x.shape[place] is None:
        return tf.range(tf.shape(x, out_type=tf.int64)[place])[axis]
    return axis_indices(axis, x.shape[place])


def _grid(vectors: list[Indices]) -> Any:
    """Return every combination of the vectors' entries as rows of indices."""
    if len(vectors) == 1:
        return vectors[0][:, None]
    if all(isinstance(vector, np.ndarray) for vector in vectors):
        return np.stack(np.meshgrid(*vectors, indexing="ij"), -1)
    wide = [tf.cast(vector, tf.int64) for vector in vectors]
    return tf.stack(tf.meshgrid(*wide, indexing="ij"), -1)


def _last_of_equals(indices: Any, size: Any) -> Any:
    """Return for each index the place of its last duplicate: scatter has no order."""
    places = tf.range(tf.shape(indices, out_type=tf.int64)[0])
    last = tf.math.unsorted_segment_max(places, indices, size)
    return tf.gather(last, indices)


def _decoded(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the texts of a string tensor, which stores them as UTF-8 bytes."""
    texts = np.empty(values.shape, object)
    try:
        texts.flat[:] = [element.decode("utf-8") for element in values.ravel().tolist()]
    except UnicodeDecodeError as error:
        raise ConversionError(
            f"a string tensor holds {error.object!r}, which is not text in UTF-8"
        ) from error
    return texts
