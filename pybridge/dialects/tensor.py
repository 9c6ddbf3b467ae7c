"""The tensor dialect: one-based, both ends included, open ends, and no silent trap.

`lower` is the road that every subscript takes: what stood between the brackets, and a shape, become
a checked, zero-based key and what is taken after it. `index_from_position` and `slice_from_range`
hold the arithmetic for one axis. A size of None is unknown (traced code): nothing can be checked
then, and negative indices keep Python's meaning for the backend to finish.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pybridge import subscripts as sub
from pybridge.dialects import selections as to
from pybridge.dialects.traced import (
    fits_shape,
    lower_traced_alone,
    lower_traced_axis,
    lower_traced_range,
)
from pybridge.errors import (
    SubscriptCountError,
    SubscriptMaskError,
    SubscriptMissingError,
    SubscriptOutOfBoundsError,
    SubscriptRangeError,
    SubscriptTypeError,
)
from pybridge.subscripts import NA, short_text
from pybridge.subscripts.python_values import as_subscript, as_subscripts
from pybridge.subscripts.spelling import spelled_out

if TYPE_CHECKING:
    import numpy.typing as npt

_BOUNDS: Final = frozenset({int, type(NA), type(None)})
"""What the bounds of a common range are."""

_INT64: Final = np.dtype(np.int64)
_BOOL: Final = np.dtype(np.bool_)

_ARRAYS: Final = (sub.Vector, sub.Mask, sub.Traced)
_NO_AXIS: Final = (sub.NewAxis, sub.Rest)


def index_from_position(position: int, size: int | None, axis: int = 0) -> int:
    """Return the zero-based index of a position; `axis`, zero-based, is for the message.

    >>> index_from_position(1, 10), index_from_position(-1, 10), index_from_position(-1, None)
    (0, 9, -1)
    """
    if size is None:
        if position == 0:
            raise _zero(str(position), axis, None)
        return position - 1 if position > 0 else position
    if 0 < position <= size:
        return position - 1
    if -size <= position < 0:
        return position + size
    if position == 0:
        raise _zero(str(position), axis, size)
    raise _beyond(sub.number_text(position), position, axis, size)


def slice_from_range(start: Any, stop: Any, step: Any, size: int | None, axis: int = 0) -> slice:
    """Return the slice of the positions `start:stop:step`, both ends included.

    The bounds are ints; `NA` or None is an open end. With a known size every start and stop of the
    result lies on the axis, so the slice holds exactly the positions asked for. `axis`,
    zero-based, is for the messages. Where `start > stop` and both have one sign the range runs
    downward, as R's `:` does; bounds of different signs never do so by themselves.

    >>> slice_from_range(5, 1, NA, 10), slice_from_range(8, -8, NA, 28)
    (slice(4, None, -1), slice(7, 21, 1))
    >>> slice_from_range(26, -26, NA, 28), slice_from_range(-3, NA, NA, None)
    (slice(0, 0, 1), slice(-3, None, 1))
    """
    written = step
    is_open_start = start is None or start is NA
    is_open_stop = stop is None or stop is NA
    if step is None or step is NA:
        if is_open_start or is_open_stop:
            if is_open_start and is_open_stop:
                return to.WHOLE
            step = 1
        else:
            step = -1 if start > stop and start * stop > 0 else 1
    elif step == 0:
        raise _zero_step(_range_text(start, stop, step))
    elif (
        not is_open_start
        and not is_open_stop
        and start * stop > 0
        and start != stop
        and (step > 0) != (start < stop)
    ):
        text = _range_text(start, stop, step)
        raise SubscriptRangeError(
            f"`{text}`: wrong sign in the step; from {start} to {stop} the step is "
            f"{'positive' if start < stop else 'negative'}",
            subscript=text,
        )
    if size is None:
        return _slice_of_unknown_size(start, stop, step, is_open_start, is_open_stop, axis)
    if is_open_start:
        first = 0 if step > 0 else size - 1
    elif 0 < start <= size:
        first = start - 1
    elif -size <= start < 0:
        first = start + size
    elif start == size + 1 and is_open_stop and step > 0:
        return to.NOTHING  # so that NA:k and (k+1):NA always split an axis
    else:
        raise _bad_bound(start, _range_text(start, stop, written), axis, size)
    if is_open_stop:
        last = size - 1 if step > 0 else 0
    elif 0 < stop <= size:
        last = stop - 1
    elif -size <= stop < 0:
        last = stop + size
    else:
        raise _bad_bound(stop, _range_text(start, stop, written), axis, size)
    if step > 0:
        return slice(first, last + 1, step) if first <= last else to.NOTHING
    if first < last or size == 0:
        return to.NOTHING
    return slice(first, last - 1 if last > 0 else None, step)


def _slice_of_unknown_size(
    start: Any, stop: Any, step: int, is_open_start: bool, is_open_stop: bool, axis: int
) -> slice:
    for bound, is_open in ((start, is_open_start), (stop, is_open_stop)):
        if not is_open and bound == 0:
            raise _zero(_range_text(start, stop, NA), axis, None)
    first = None if is_open_start else (start - 1 if start > 0 else start)
    if is_open_stop:
        return slice(first, None, step)
    last = stop - 1 if stop > 0 else stop
    end = last + 1 if step > 0 else last - 1
    # an end that steps over the edge of the axis is an open end in Python
    edge = 0 if step > 0 and last < 0 else -1 if step < 0 and last >= 0 else None
    return slice(first, None if end == edge else end, step)


def lower(
    written: tuple[Any, ...],
    shape: to.Shape,
    *,
    drop: bool = True,
    order: to.Order = "C",
    read: Callable[[Any], sub.Subscript] = as_subscript,
) -> to.Key | to.Selection:
    """Lower subscripts to what NumPy's own brackets take, and what is taken after them.

    Scalars drop their axis unless `drop` is False. A logical of the whole shape, alone, selects in
    `order`. A matrix of positions with one column per axis, alone, selects one element per row.
    Where scalars, ranges and new axes say all, the answer is the bare key. `read` makes a subscript
    of what is none of the common kinds. Too many subscripts and a second `..` are refused first.

    >>> lower((2, slice(NA, 3)), (4, 5)), lower((..., -1), (4, 5))
    ((1, slice(0, 3, 1)), (slice(None, None, None), 4))
    >>> lower(([3, 1],), (4, 5)).result_shape
    (2, 5)
    """
    key: list[Any] = []
    takes: list[tuple[int, to.Taken]] = []
    axis = 0
    is_compact = False
    try:
        for item in written:
            kind = type(item)
            if kind is slice:
                start, stop, step = item.start, item.stop, item.step
                if type(start) in _BOUNDS and type(stop) in _BOUNDS and type(step) in _BOUNDS:
                    key.append(slice_from_range(start, stop, step, shape[axis], axis))
                    axis += 1
                    continue
            elif kind is int:
                index = index_from_position(item, shape[axis], axis)
                key.append(index if drop else _kept(index))
                axis += 1
                continue
            elif item is None:
                key.append(None)
                continue
            elif kind is list or kind is np.ndarray:
                indices = _common_indices(item, shape[axis] if axis < len(shape) else None)
                if indices is not None:
                    takes.append((_count_kept(key), to.Gather(indices)))
                    key.append(to.WHOLE)
                    axis += 1
                    continue
            elif kind is str or kind is sub.Subscripts:
                is_compact = True
                break
            subscript = sub.REST if item is ... else read(item)
            if isinstance(subscript, sub.NewAxis):
                key.append(None)
            elif isinstance(subscript, sub.Rest):
                unnamed = _count_unnamed(written, len(shape), read)
                key.extend([to.WHOLE] * unnamed)
                axis += unnamed
            else:
                whole = _lower_alone(subscript, shape, order) if len(written) == 1 else None
                if whole is not None:
                    return whole
                chosen = _lower_axis(subscript, shape[axis], axis, drop)
                if isinstance(chosen, to.TAKEN):
                    takes.append((_count_kept(key), chosen))
                    chosen = to.WHOLE
                key.append(chosen)
                axis += 1
    except IndexError:
        if not shape and len(written) == 1 and isinstance(read(written[0]), sub.Missing):
            return ()
        _count_unnamed(written, len(shape), read)
        raise
    if is_compact:
        return lower(spelled_out(written), shape, drop=drop, order=order, read=read)
    return to.Lowered(shape, tuple(key), tuple(takes), is_view=False) if takes else tuple(key)


def _kept(index: int) -> slice:
    """Return the slice of one index, which keeps its axis."""
    return slice(index, index + 1 if index != -1 else None, 1)


def _count_kept(key: list[Any]) -> int:
    """Return how many axes a key keeps."""
    return sum([type(part) is not int for part in key])


def _count_unnamed(
    written: tuple[Any, ...], ndim: int, read: Callable[[Any], sub.Subscript] = as_subscript
) -> int:
    """Return for how many axes `..` stands; refuse a second one, and too many subscripts."""
    rests = sum([item is ... or isinstance(item, sub.Rest) for item in written])
    new = sum([item is None or isinstance(item, sub.NewAxis) for item in written])
    named = len(written) - rests - new
    if named <= ndim and rests < 2:
        return ndim - named
    text = short_text(as_subscripts(tuple([read(item) for item in spelled_out(written)])))
    raise SubscriptCountError(
        f"`[{text}]` names {named} axes; the tensor has {ndim}",
        subscript=text,
        count=named,
        ndim=ndim,
    )


def _lower_alone(item: sub.Subscript, shape: to.Shape, order: to.Order) -> to.Selection | None:
    """Return what the only subscript selects if it concerns all axes at once."""
    if isinstance(item, sub.Mask) and item.values.ndim > 1:
        return _whole_mask(item, shape, order)
    if isinstance(item, sub.Vector) and item.values.ndim == 2:
        return _points(item, shape)
    if isinstance(item, sub.Traced) and item.ndim > 1:
        return lower_traced_alone(item, shape, order)
    return None


def least_sizes(subscripts: sub.Subscripts, ndim: int) -> tuple[int | None, ...]:
    """Return for each axis the least size that subscripts fit, None where the size must be known.

    Which positions a negative number or a logical means in a vector depends on the size.

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
    found = [_least_size(item) for item in items if not isinstance(item, sub.NewAxis)]
    return (*found, *[0] * (ndim - len(found)))


def _least_size(item: sub.Subscript) -> int | None:
    match item:
        case sub.Missing():
            return 0
        case sub.Scalar(value=value):
            return abs(value)  # type: ignore[arg-type, return-value]
        case sub.Range(start=start, stop=stop, step=step):
            if start is not NA and stop is NA and start > 0 and (step is NA or step > 0):
                return start - 1  # type: ignore[return-value]  # so that NA:k and (k+1):NA always split an axis
            bounds: list[Any] = [start, stop]
            return max([abs(bound) for bound in bounds if bound is not NA], default=0)
        case sub.Vector(values=values) if not (values < 0).any():
            return int(values.max(initial=0))
        case _:
            return None


def _lower_axis(item: sub.Subscript, size: to.Size, axis: int, drop: bool) -> to.AxisSelection:
    match item:
        case sub.Missing():
            return to.WHOLE
        case sub.Scalar(value=value):
            index = index_from_position(_whole_number(value, item, axis), size, axis)
            return index if drop else _kept(index)
        case sub.Range():
            return _lower_range(item, size, axis)
        case sub.Vector():
            return to.Gather(indices_from_positions(item, size, axis))
        case sub.Mask():
            return to.Gather(_indices_from_mask(item, size, axis))
        case sub.Traced():
            return lower_traced_axis(item, size, axis, drop)
        case _:
            raise SubscriptTypeError(
                f"`{item}` names a position; tensors carry no dimnames, so use its number",
                subscript=str(item),
            )


def _lower_range(item: sub.Range, size: to.Size, axis: int) -> to.AxisSelection:
    start, stop, step = (
        value if value is NA or isinstance(value, sub.Traced) else _whole_number(value, item, axis)
        for value in (item.start, item.stop, item.step)
    )
    if any(isinstance(value, sub.Traced) for value in (start, stop, step)):
        return _range_with_traced(item, start, stop, step, size, axis)
    return slice_from_range(start, stop, step, size, axis)


def _range_with_traced(
    item: sub.Range, start: Any, stop: Any, step: Any, size: to.Size, axis: int
) -> to.AxisSelection:
    if step is not NA and not isinstance(step, sub.Traced) and step == 0:
        raise _zero_step(str(item))
    for bound in (start, stop):
        if not (bound is NA or isinstance(bound, sub.Traced)) and (
            bound == 0 or (size is not None and abs(bound) > size)
        ):
            raise _bad_bound(bound, short_text(item), axis, size)
    return lower_traced_range(start, stop, step)


def _whole_number(value: Any, item: sub.Subscript, axis: int) -> int:
    """Return a scalar or a bound as an int; a whole real is fine."""
    if value is NA:
        raise SubscriptMissingError(
            f"`NA` on axis {axis + 1} is no position; for an open end write a range such as `NA:5`",
            subscript="NA",
        )
    if isinstance(value, float):
        if not value.is_integer():
            raise _fractional(value, short_text(item), axis)
        return int(value)
    return value  # type: ignore[no-any-return]


def indices_from_positions(item: sub.Vector, size: to.Size, axis: int) -> npt.NDArray[np.int64]:
    """Return the zero-based indices of a vector of positions, each checked against the axis.

    >>> from pybridge.subscripts.python_values import vector
    >>> indices_from_positions(vector([3, 1, -1]), 5, 0)
    array([2, 0, 4])
    """
    if item.values.ndim != 1:
        text = short_text(item)
        raise SubscriptTypeError(
            f"`{text}` has {item.values.ndim} axes; on axis {axis + 1} a vector is needed. A "
            "matrix of positions with one column for each axis must be the only subscript",
            subscript=text,
        )
    return _checked_indices(item.values, item.missing, size, axis, item)


def indices_from_integers(
    positions: npt.NDArray[np.int64], size: int
) -> npt.NDArray[np.int64] | None:
    """Return the indices of some positions, one at least, or None where one is beyond the axis.

    >>> indices_from_integers(np.array([3, -1]), 5), indices_from_integers(np.array([0]), 5)
    (array([2, 4]), None)
    """
    indices = positions - 1
    # what is below position 1 becomes a huge unsigned number: one maximum checks both ends
    if indices.view(np.uint64).max() < size:
        return indices
    np.add(indices, size + 1, out=indices, where=positions < 0)
    return indices if indices.view(np.uint64).max() < size else None


def _checked_indices(
    values: npt.NDArray[Any],
    missing: npt.NDArray[np.bool_] | None,
    size: to.Size,
    axis: int,
    item: sub.Vector,
) -> npt.NDArray[np.int64]:
    if missing is not None:
        text = short_text(item)
        where = int(np.flatnonzero(missing)[0]) + 1
        raise SubscriptMissingError(
            f"entry {where} of `{text}` on axis {axis + 1} is NA; every entry must be a position",
            subscript=text,
        )
    if values.size == 0:
        return np.empty(0, np.int64)
    if values.dtype.kind == "f":
        is_whole = np.isfinite(values) & (values == np.trunc(values))
        if not is_whole.all():
            raise _fractional(float(values[~is_whole][0]), short_text(item), axis)
    elif size is not None:
        indices = indices_from_integers(values, size)
        if indices is not None:
            return indices
    limit = np.inf if size is None else size
    bad = (values == 0) | (values > limit) | (values < -limit)
    if bad.any():
        position = int(values[bad][0])
        text = short_text(item)
        if position == 0:
            raise _zero(text, axis, size)
        raise _beyond(text, position, axis, size)
    whole = values.astype(np.int64)
    return np.where(whole > 0, whole - 1, whole + (size or 0))


def _common_indices(written: Any, size: to.Size) -> npt.NDArray[np.int64] | None:
    """Return the indices of a list or an array that fits as it is, or None for a closer look."""
    if size is None:
        return None
    if type(written) is list:
        kinds = {*map(type, written)}
        if kinds == {bool}:
            written = np.array(written)
        elif kinds != {int}:
            return None
        elif min(written) >= 1 and max(written) <= size:
            return np.array(written, np.int64) - 1  # a look at a short list costs least
        else:
            try:
                written = np.array(written, np.int64)
            except OverflowError:
                return None
    if written.ndim != 1 or not written.size:
        return None
    if written.dtype == _INT64:
        return indices_from_integers(written, size)
    if written.dtype == _BOOL and len(written) == size:
        return np.flatnonzero(written)
    return None


def _indices_from_mask(item: sub.Mask, size: to.Size, axis: int) -> npt.NDArray[np.int64]:
    if item.missing is not None and short_text(item) == "NA":
        _whole_number(NA, item, axis)
    _refuse_missing_mask(item)
    if item.values.ndim != 1:
        text = short_text(item)
        raise SubscriptMaskError(
            f"`{text}` has {item.values.ndim} axes; on axis {axis + 1} a logical vector is needed",
            subscript=text,
        )
    if size is not None and len(item.values) != size:
        text = short_text(item)
        raise SubscriptMaskError(
            f"`{text}` has length {len(item.values)} and axis {axis + 1} has size {size}; a "
            "logical subscript has one entry for each position, nothing is recycled",
            subscript=text,
        )
    return np.flatnonzero(item.values)


def _whole_mask(item: sub.Mask, shape: to.Shape, order: to.Order) -> to.Selection:
    _refuse_missing_mask(item)
    if not fits_shape(item.values.shape, shape):
        raise SubscriptMaskError(
            f"a logical array of shape {item.values.shape} meets a tensor of shape {shape}; alone "
            "it must have the tensor's own shape",
            subscript=short_text(item),
        )
    return to.Masked(shape, item.values, order)


def _refuse_missing_mask(item: sub.Mask) -> None:
    if item.missing is not None:
        text = short_text(item)
        raise SubscriptMissingError(
            f"`{text}` holds NA; a logical subscript must say TRUE or FALSE everywhere",
            subscript=text,
        )


def _points(item: sub.Vector, shape: to.Shape) -> to.Points:
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
        _checked_indices(
            item.values[:, axis],
            None if missing is None or not missing[:, axis].any() else missing[:, axis],
            size,
            axis,
            item,
        )
        for axis, size in enumerate(shape)
    )
    return to.Points(shape, coordinates, rows)


def _zero(text: str, axis: int, size: to.Size) -> SubscriptOutOfBoundsError:
    return SubscriptOutOfBoundsError(
        f"`{text}` on axis {axis + 1}: positions start at 1, and 0 is none; the first is 1, the "
        "last -1",
        subscript=text,
        position=0,
        axis=axis + 1,
        size=size,
    )


def _beyond(text: str, position: int, axis: int, size: to.Size) -> SubscriptOutOfBoundsError:
    shown = sub.number_text(position)
    place = f"position {shown}" if text == shown else f"`{text}`: position {shown}"
    return SubscriptOutOfBoundsError(
        f"{place} is out of bounds: axis {axis + 1} has size {size}",
        subscript=text,
        position=position,
        axis=axis + 1,
        size=size,
    )


def _range_text(start: Any, stop: Any, step: Any) -> str:
    bounds = (NA if bound is None else bound for bound in (start, stop, step))
    return str(sub.Range(*bounds))


def _zero_step(text: str) -> SubscriptRangeError:
    return SubscriptRangeError(
        f"`{text}` has step 0; a step moves forward or backward, so write 1 or -1", subscript=text
    )


def _bad_bound(bound: int, text: str, axis: int, size: to.Size) -> SubscriptOutOfBoundsError:
    return _zero(text, axis, size) if bound == 0 else _beyond(text, bound, axis, size)


def _fractional(value: float, text: str, axis: int) -> SubscriptTypeError:
    return SubscriptTypeError(
        f"`{text}` on axis {axis + 1}: {sub.number_text(value)} is not a whole number; a position "
        "is one",
        subscript=text,
    )
