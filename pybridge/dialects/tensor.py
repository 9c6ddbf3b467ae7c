"""The tensor dialect: one-based, both ends included, open ends, and no silent trap.

`lower` turns the caller's subscripts and a shape into a checked, zero-based selection. r/R/array.R
has the same rules for R's own arrays.
"""

from __future__ import annotations

from typing import Any

from pybridge.axis import Axis, plain_axes
from pybridge.dialects.axes import COMPACT, Reader, expanded, spelled
from pybridge.errors import SubscriptError
from pybridge.shape import Order, Shape, Size
from pybridge.subscripts import Subscript
from pybridge.subscripts import selections as to
from pybridge.subscripts.kinds import least_size, select, select_alone
from pybridge.subscripts.python_values import as_subscript
from pybridge.subscripts.ranges import range_on
from pybridge.subscripts.resolve import TENSOR, common_gather, position_on


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
    is_alone = len(written) == 1
    for item in written:
        if item is ... or type(item) in COMPACT:
            written, is_alone = _spelled_and_expanded(written, len(axes), read)
            break
    if not axes and written:
        return _select_of_no_axis(written, read, order)
    key: list[Any] = []
    takes: list[tuple[int, to.Taken]] = []
    place = 0
    rest = iter(axes)
    try:
        for item in written:
            kind = type(item)
            if kind is int and drop:
                key.append(position_on(item, next(rest), TENSOR))
                continue
            if kind is slice:
                part: Any = range_on(item, next(rest), read)
            elif item is None:
                part = None
            else:
                part = _taken(item, next(rest), axes if is_alone else (), read, order)
                if isinstance(part, to.OF_ALL_AXES):
                    return part
            if not drop:
                part = to.kept(part)
            if type(part) is not slice and isinstance(part, to.Taken):
                takes.append((place, part))
                part = to.WHOLE
            key.append(part)
            place += part is None or type(part) is slice
    except (StopIteration, SubscriptError):
        expanded(written, len(axes), read)  # too many subscripts come before any other fault
        raise
    return to.Orthogonal(shape, tuple(key), tuple(takes), not takes)


def _spelled_and_expanded(
    written: tuple[Any, ...], ndim: int, read: Reader
) -> tuple[tuple[Any, ...], bool]:
    """Return one subscript for each axis, and whether there was only one."""
    written = spelled(written)
    return (expanded(written, ndim, read) if ndim else written), len(written) == 1


def _taken(item: Any, axis: Axis, axes: tuple[Axis, ...], read: Reader, order: Order) -> Any:
    """Return what any other subscript selects; of all `axes`, if it is the only subscript."""
    part = common_gather(item, axis.size)
    if part is not None:
        return part
    subscript = read(item)
    whole = select_alone(subscript, axes, TENSOR, order) if axes else None
    return select(subscript, axis, TENSOR) if whole is None else whole


def _select_of_no_axis(written: tuple[Any, ...], read: Reader, order: Order) -> to.Selection:
    """Return what subscripts select of a tensor without axes: new axes, a logical, or rows."""
    items = tuple(map(read, written))
    whole = select_alone(items[0], (), TENSOR, order) if len(items) == 1 else None
    return to.orthogonal((), expanded(items, 0, read)) if whole is None else whole


def least_sizes(items: tuple[Subscript, ...], ndim: int) -> Shape:
    """Return the minimal size of each axis for opened subscripts, None if it must be known.

    In a vector the meaning of a negative number or a logical depends on the size, and in a range
    from the end to the start whether it is an error. A number may be a compiler's symbol, whose
    comparison makes a guard.

    >>> items = (slice(None, -2), as_subscript([3, 4]), slice(6, None), as_subscript([True]))
    >>> least_sizes(items, 5)
    (2, 4, 5, None, 0)
    """
    items = expanded(items, ndim, as_subscript)
    if len(items) == 1 and _is_of_whole_shape(items[0]):
        return (None,) * ndim
    sizes: list[Size] = [least_size(item) for item in items if item is not None]
    return (*sizes, *[0] * (ndim - len(sizes)))


def _is_of_whole_shape(item: Subscript) -> bool:
    return getattr(getattr(item, "values", None), "ndim", 1) > 1
