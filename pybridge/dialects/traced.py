"""The tensor dialect for traced tensors as subscripts, whose values are unknown.

Shapes and dtypes are checked here; the rest is arithmetic in the graph. A position beyond its axis
has the library's own behaviour: TensorFlow on a CPU, PyTorch and dask raise when the code runs; JAX
reads NaN (or an extreme integer) and writes nothing; TensorFlow compiled by XLA clamps. Position 0
is beyond the axis.
"""

from __future__ import annotations

from typing import Any

from pybridge import subscripts as sub
from pybridge.dialects import selections as to
from pybridge.errors import SubscriptCountError, SubscriptMaskError, SubscriptTypeError
from pybridge.shape import Order, Shape, Size, fits_shape
from pybridge.subscripts import NA


def index_of_traced(item: sub.Traced) -> Any:
    """Return the zero-based indices of traced positions; negative ones count from the end."""
    positions = _integers(item)
    where = item.backend.where
    return where(positions > 0, positions - 1, where(positions < 0, positions, to.NOWHERE))


def lower_traced_axis(item: sub.Traced, size: Size, axis: int, drop: bool) -> to.AxisSelection:
    """Resolve a traced scalar, vector or mask on one axis."""
    if item.ndim > 1:
        raise SubscriptTypeError(
            f"`{item}` has {item.ndim} axes; on axis {axis + 1} a scalar or a vector is needed",
            subscript=str(item),
        )
    if item.is_logical:
        return _traced_mask(item, size, axis)
    indices = index_of_traced(item)
    if item.ndim == 1:
        return to.TracedGather(indices, item.shape[0])
    if drop:
        return to.TracedIndex(indices)
    return to.TracedGather(item.backend.reshape(indices, (1,)), 1)


def _traced_mask(item: sub.Traced, size: Size, axis: int) -> to.TracedMask:
    if item.ndim == 0:
        raise SubscriptMaskError(
            f"`{item}` is a single logical; a logical subscript has one entry for each position of "
            f"axis {axis + 1}",
            subscript=str(item),
        )
    length = item.shape[0]
    if length is not None and size is not None and length != size:
        raise SubscriptMaskError(
            f"`{item}` has length {length} and axis {axis + 1} has size {size}; a logical "
            "subscript has one entry for each position, nothing is recycled",
            subscript=str(item),
        )
    return to.TracedMask(item.tensor)


def lower_traced_range(start: Any, stop: Any, step: Any) -> to.TracedRun:
    """Resolve a range with a traced bound; known bounds are ints, open ends `NA`.

    The rules are those of `slice_from_range`, except that a step of the wrong sign selects nothing
    if the signs of the bounds are unknown.
    """
    traced = start if isinstance(start, sub.Traced) else stop
    if isinstance(step, sub.Traced) or not isinstance(traced, sub.Traced):
        raise SubscriptTypeError(
            "the step of a range must be a number, not a traced tensor",
            subscript=str(sub.Range(start, stop, step)),
        )
    if step is NA:
        step = 1
        if start is not NA and stop is not NA:
            low, high = (_integers(b) if isinstance(b, sub.Traced) else b for b in (start, stop))
            runs_down = (low > high) & ((low > 0) == (high > 0))
            step = traced.backend.where(runs_down, -1, _integers(traced) * 0 + 1)
    return to.TracedRun(_bound(start), _bound(stop), step)


def _bound(bound: Any) -> Any:
    if bound is NA:
        return None
    if isinstance(bound, sub.Traced):
        return index_of_traced(bound)
    return bound - 1 if bound > 0 else bound


def lower_traced_alone(
    item: sub.Traced, shape: Shape, order: Order
) -> to.TracedPoints | to.TracedMasked:
    """Resolve a single subscript: a mask of the whole shape, or a matrix of positions."""
    if item.is_logical:
        if not fits_shape(item.shape, shape):
            raise SubscriptMaskError(
                f"a logical tensor of shape {item.shape} does not fit a tensor of shape {shape}; "
                "alone it must have the tensor's own shape",
                subscript=str(item),
            )
        return to.TracedMasked(shape, item.tensor, order)
    columns = item.shape[1] if item.ndim == 2 else 0
    if columns is not None and columns != len(shape):
        raise SubscriptCountError(
            f"`{item}` has shape {item.shape} and the tensor {len(shape)} axes; a matrix of "
            "positions has one column for each axis",
            subscript=str(item),
            count=columns,
            ndim=len(shape),
        )
    indices = index_of_traced(item)
    coordinates = tuple(
        item.backend.basic(indices, (slice(None), axis)) for axis in range(len(shape))
    )
    return to.TracedPoints(shape, coordinates, item.shape[0])


def _integers(item: sub.Traced) -> Any:
    name = item.backend.dtype_name(item.tensor)
    if not name.startswith(("int", "uint")):
        raise SubscriptTypeError(
            f"`{item}` is a traced tensor of dtype {name}, whose values are unknown; positions in "
            "traced code are integers or logicals",
            subscript=str(item),
        )
    return item.backend.as_indices(item.tensor)
