"""The tensor dialect: one-based, both ends included, open ends, and no silent trap.

`lower` turns the caller's subscripts and a shape into a checked, zero-based selection. r/R/array.R
has the same rules for R's own arrays.
"""

from __future__ import annotations

from typing import Any

from pybridge.axis import Axis, plain_axes
from pybridge.dialects.axes import Reader, expanded, opened
from pybridge.shape import Order, Shape, Size
from pybridge.subscripts import Kind, Subscript
from pybridge.subscripts import selections as to
from pybridge.subscripts.kinds import least_size, select
from pybridge.subscripts.python_values import as_subscript
from pybridge.subscripts.resolve import TENSOR


def lower(
    written: tuple[Any, ...],
    shape: Shape,
    read: Reader = as_subscript,
    *,
    drop: bool = True,
    order: Order = "C",
    axes: tuple[Axis, ...] | None = None,
) -> to.Selection:
    """Return the selection that subscripts make on a tensor of `shape`.

    Scalars drop their axis unless `drop` is False. A logical array of the whole shape, alone,
    selects in `order`. A matrix of positions with one column per axis, alone, selects one element
    per row. `read` makes a subscript of any value. `axes` have the labels by which names are
    positions.

    >>> lower((2, slice(None, 3)), (4, 5)).key, lower((..., -1), (4, 5)).key
    ((1, slice(0, 3, 1)), (slice(None, None, None), 4))
    >>> lower(([3, 1],), (4, 5)).result_shape
    (2, 5)
    """
    if axes is None:
        axes = plain_axes(shape)
    items = opened(written, read)
    if len(items) == 1 and isinstance(items[0], Kind):
        whole = items[0].alone(axes, TENSOR, order)
        if whole is not None:
            return whole
    key: list[Any] = []
    takes: list[tuple[int, to.Taken]] = []
    place = 0
    rest = iter(axes)
    for item in expanded(items, len(axes)):
        part = None if item is None else select(item, next(rest), TENSOR)
        if not drop:
            part = to.kept(part)
        if isinstance(part, to.Taken):
            takes.append((place, part))
            part = to.WHOLE
        key.append(part)
        place += not to.is_index(part)
    return to.Orthogonal(shape, tuple(key), tuple(takes), not takes)


def least_sizes(items: tuple[Subscript, ...], ndim: int) -> Shape:
    """Return the minimal size of each axis for opened subscripts, None if it must be known.

    In a vector the meaning of a negative number or a logical depends on the size, and in a range
    from the end to the start whether it is an error. A number may be a compiler's symbol, whose
    comparison makes a guard.

    >>> items = opened((slice(None, -2), [3, 4], slice(6, None), [True]), as_subscript)
    >>> least_sizes(items, 5)
    (2, 4, 5, None, 0)
    """
    items = expanded(items, ndim)
    if len(items) == 1 and _is_of_whole_shape(items[0]):
        return (None,) * ndim
    sizes: list[Size] = [least_size(item) for item in items if item is not None]
    return (*sizes, *[0] * (ndim - len(sizes)))


def _is_of_whole_shape(item: Subscript) -> bool:
    return getattr(getattr(item, "values", None), "ndim", 1) > 1
