"""The tensor dialect: one-based, both ends included, open ends, and no silent trap.

`lower` turns the caller's subscripts and a shape into a checked, zero-based selection.
`tensor_axis` holds the rules for one axis. r/R/array.R has the same rules for R's own arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from pybridge import subscripts as sub
from pybridge.dialects import selections as to
from pybridge.dialects.labels import AxisLabels, positions_from_names
from pybridge.dialects.tensor_axis import (
    checked_indices,
    common_indices,
    index_from_position,
    lower_axis,
    refuse_missing_mask,
    slice_from_range,
)
from pybridge.dialects.traced import lower_traced_alone
from pybridge.errors import SubscriptCountError, SubscriptMaskError
from pybridge.shape import Order, Shape, fits_shape
from pybridge.subscripts import NA, short_text
from pybridge.subscripts.python_values import as_subscript, as_subscripts
from pybridge.subscripts.spelling import spelled_out

_BOUNDS: Final = frozenset({int, type(NA), type(None)})
"""The types of the bounds of a common range."""

_WITHOUT_TENSORS: Final = frozenset(
    {sub.Scalar, sub.Vector, sub.Mask, sub.Missing, sub.NewAxis, sub.Rest}
)
"""Subscript types that cannot contain a tensor and need no further reading."""


def lower(
    written: tuple[Any, ...],
    shape: Shape,
    to_subscript: Callable[[Any], sub.Subscript] = as_subscript,
    drop: bool = True,
    order: Order = "C",
    labels: AxisLabels | None = None,
) -> to.Selection:
    """Return the selection that subscripts make on a tensor of `shape`.

    Scalars drop their axis unless `drop` is False. A logical array of the whole shape, alone,
    selects in `order`. A matrix of positions with one column per axis, alone, selects one element
    per row. `to_subscript` makes a subscript of any other value. With `labels`, which gives
    those of an axis, names are positions. Too many subscripts and a second `..` raise before any
    other fault.

    >>> lower((2, slice(NA, 3)), (4, 5)).key, lower((..., -1), (4, 5)).key
    ((1, slice(0, 3, 1)), (slice(None, None, None), 4))
    >>> lower(([3, 1],), (4, 5)).result_shape
    (2, 5)
    """
    key: to.Key = ()
    takes: tuple[tuple[int, to.Taken], ...] = ()
    axis = dropped = 0
    is_compact = False
    try:
        for item in written:
            kind = type(item)
            if kind is int:
                index = index_from_position(item, shape[axis], axis)
                axis += 1
                if drop:
                    key += (index,)
                    dropped += 1
                else:
                    key += (to.slice_of_index(index),)
                continue
            if kind is slice:
                start, stop, step = item.start, item.stop, item.step
                if type(start) in _BOUNDS and type(stop) in _BOUNDS and type(step) in _BOUNDS:
                    key += (slice_from_range(start, stop, step, shape[axis], axis),)
                    axis += 1
                    continue
            elif item is ...:
                unnamed = _count_unnamed(written, len(shape), to_subscript)
                key += (to.WHOLE,) * unnamed
                axis += unnamed
                continue
            elif item is None:
                key += (None,)
                continue
            elif kind is list or kind is np.ndarray:
                indices = common_indices(item, shape[axis] if axis < len(shape) else None)
                if indices is not None:
                    takes += ((len(key) - dropped, to.Gather(indices)),)
                    key += (to.WHOLE,)
                    axis += 1
                    continue
            elif kind is str or kind is sub.Subscripts:
                is_compact = True
                break
            subscript = item if kind in _WITHOUT_TENSORS else to_subscript(item)
            if isinstance(subscript, sub.NewAxis):
                key += (None,)
            elif isinstance(subscript, sub.Rest):
                unnamed = _count_unnamed(written, len(shape), to_subscript)
                key += (to.WHOLE,) * unnamed
                axis += unnamed
            else:
                if labels is not None and isinstance(subscript, sub.Characters) and shape[axis:]:
                    is_alone = len(written) == 1
                    subscript = positions_from_names(
                        subscript, labels, axis, len(shape), is_alone=is_alone
                    )
                whole = _lower_alone(subscript, shape, order) if len(written) == 1 else None
                if whole is not None:
                    return whole
                chosen = lower_axis(subscript, shape[axis], axis, drop)
                if isinstance(chosen, to.TAKEN):
                    takes += ((len(key) - dropped, chosen),)
                    chosen = to.WHOLE
                key += (chosen,)
                dropped += to.is_index(chosen)
                axis += 1
    except IndexError:
        if not shape and len(written) == 1 and isinstance(to_subscript(written[0]), sub.Missing):
            return to.Orthogonal(shape, ())
        _count_unnamed(written, len(shape), to_subscript)
        raise
    if is_compact:
        written = spelled_out(written)
        return lower(written, shape, to_subscript, drop=drop, order=order, labels=labels)
    return to.Orthogonal(shape, key, takes, not takes)


def _count_unnamed(
    written: tuple[Any, ...], ndim: int, to_subscript: Callable[[Any], sub.Subscript] = as_subscript
) -> int:
    """Return the number of axes that `..` covers; raise for a second one or too many subscripts."""
    rests = named = 0
    for item in written:
        if item is ... or type(item) is sub.Rest:
            rests += 1
        elif item is not None and type(item) is not sub.NewAxis:
            named += 1
    if named <= ndim and rests < 2:
        return ndim - named
    text = short_text(as_subscripts(tuple([to_subscript(item) for item in spelled_out(written)])))
    raise SubscriptCountError(
        f"`[{text}]` names {named} axes; the tensor has {ndim}",
        subscript=text,
        count=named,
        ndim=ndim,
    )


def _lower_alone(item: sub.Subscript, shape: Shape, order: Order) -> to.Selection | None:
    """Return the selection of a single subscript if it applies to all axes at once."""
    if isinstance(item, sub.Mask) and item.values.ndim > 1:
        return _whole_mask(item, shape, order)
    if isinstance(item, sub.Vector) and item.values.ndim == 2:
        return _points(item, shape)
    if isinstance(item, sub.Traced) and item.ndim > 1:
        return lower_traced_alone(item, shape, order)
    return None


def _whole_mask(item: sub.Mask, shape: Shape, order: Order) -> to.Selection:
    """Return the selection of a logical of the whole shape."""
    refuse_missing_mask(item)
    if not fits_shape(item.values.shape, shape):
        raise SubscriptMaskError(
            f"a logical array of shape {item.values.shape} does not fit a tensor of shape {shape}; "
            "alone it must have the tensor's own shape",
            subscript=short_text(item),
        )
    return to.Masked(shape, item.values, order)


def _points(item: sub.Vector, shape: Shape) -> to.Points:
    """Return one element for each row of a matrix of positions."""
    rows, columns = item.values.shape
    if columns != len(shape):
        text = short_text(item)
        raise SubscriptCountError(
            f"`{text}` has {columns} columns and the tensor {len(shape)} axes; a matrix of "
            "positions has one column for each axis",
            subscript=text,
            count=columns,
            ndim=len(shape),
        )
    missing = item.missing
    coordinates = tuple(
        checked_indices(
            item.values[:, axis],
            None if missing is None or not missing[:, axis].any() else missing[:, axis],
            size,
            axis,
            item,
        )
        for axis, size in enumerate(shape)
    )
    return to.Points(shape, coordinates, rows)


def least_sizes(subscripts: sub.Subscripts, ndim: int) -> tuple[int | None, ...]:
    """Return the minimal size of each axis for some subscripts, None if it must be known.

    In a vector the meaning of a negative number or a logical depends on the size, and in a range
    from the end to the start whether it is an error. A number may be a
    compiler's symbol, whose comparison makes a guard.

    >>> from pybridge.subscripts.python_values import as_subscripts
    >>> least_sizes(as_subscripts((slice(NA, -2), [3, 4], slice(6, NA), [True])), 5)
    (2, 4, 5, None, 0)
    """
    alone = subscripts.items[0] if len(subscripts) == 1 else None
    if isinstance(alone, sub.Vector | sub.Mask) and alone.values.ndim > 1:
        return (None,) * ndim
    unnamed = [sub.MISSING] * _count_unnamed(subscripts.items, ndim)
    items: list[sub.Subscript] = []
    for item in subscripts.items:
        items += unnamed if isinstance(item, sub.Rest) else [item]
    sizes = [_least_size(item) for item in items if not isinstance(item, sub.NewAxis)]
    return (*sizes, *[0] * (ndim - len(sizes)))


def _least_size(item: sub.Subscript) -> int | None:
    match item:
        case sub.Missing():
            return 0
        case sub.Scalar(value=value):
            return abs(value)  # type: ignore[arg-type, return-value]
        case sub.Range(start=start, stop=stop, step=step):
            if start is not NA and stop is NA and start > 0 and (step is NA or step > 0):
                return start - 1  # type: ignore[return-value]  # so that NA:k and (k+1):NA always split an axis
            if start is not NA and stop is not NA and start < 0 < stop:
                return None  # whether it is empty, and so an error, depends on the size
            bounds: list[Any] = [start, stop]
            return max([abs(bound) for bound in bounds if bound is not NA], default=0)
        case sub.Vector(values=values) if not (values < 0).any():
            return int(values.max(initial=0))
        case _:
            return None
