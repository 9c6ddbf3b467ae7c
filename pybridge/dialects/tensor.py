"""The tensor dialect: one-based, both ends included, open ends, and no silent trap.

`resolve` turns subscripts and a shape into a checked, zero-based selection. `index_from_position`
and `slice_from_range` hold the arithmetic for one axis; the short path for common subscripts calls
the same two, so that a rule is written once. A size of None is unknown (traced code): nothing can
be checked then, and negative indices keep Python's meaning for the backend to finish.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pybridge import subscripts as sub
from pybridge.dialects import selections as to
from pybridge.dialects.traced import (
    fits_shape,
    resolve_traced_alone,
    resolve_traced_axis,
    resolve_traced_range,
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

if TYPE_CHECKING:
    import numpy.typing as npt

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
    is_open_start = start is NA or start is None
    is_open_stop = stop is NA or stop is None
    have_one_sign = not is_open_start and not is_open_stop and start * stop > 0
    if step is NA or step is None:
        step = -1 if have_one_sign and start > stop else 1
    elif have_one_sign and start != stop and (step > 0) != (start < stop):
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
        return slice(0, 0, 1)  # so that NA:k and (k+1):NA always split an axis
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
        return slice(first, last + 1, step) if first <= last else slice(0, 0, 1)
    if first < last or size == 0:
        return slice(0, 0, 1)
    return slice(first, last - 1 if last > 0 else None, step)


def run_from_slice(made: slice, size: to.Size) -> to.AxisSelection:
    """Return what `slice_from_range` gave for an axis of `size` as a selection of that axis."""
    if size is None:
        return to.OpenRun(made.start, made.stop, made.step)
    return to.Run(made.start, made.step, len(range(*made.indices(size))))


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


def resolve(
    subscripts: sub.Subscripts, shape: to.Shape, *, drop: bool = True, order: to.Order = "C"
) -> to.Selection:
    """Resolve subscripts against a shape under the tensor dialect.

    Scalars drop their axis unless `drop` is False. A logical of the whole shape, alone, selects in
    `order`. A matrix of positions with one column per axis, alone, selects one element per row.

    >>> from pybridge.subscripts.python_values import as_subscripts
    >>> resolve(as_subscripts((slice(NA, 5), -1)), (10, 3)).result_shape
    (5,)
    """
    items = subscripts.items
    if len(items) == 1:
        alone = items[0]
        if isinstance(alone, sub.Missing):
            items = ()
        elif isinstance(alone, sub.Mask) and alone.values.ndim > 1:
            return _whole_mask(alone, shape, order)
        elif isinstance(alone, sub.Vector) and alone.values.ndim == 2:
            return _points(alone, shape)
        elif isinstance(alone, sub.Traced) and alone.ndim > 1:
            return resolve_traced_alone(alone, shape, order)
    axes: list[to.AxisSelection] = []
    is_basic = True
    size_at = iter(enumerate(shape))
    for item in _expanded(items, subscripts, len(shape)):
        if isinstance(item, sub.NewAxis):
            axes.append(to.NEW_AXIS)
            continue
        axis, size = next(size_at)
        axes.append(_resolve_axis(item, size, axis, drop))
        is_basic = is_basic and not isinstance(item, _ARRAYS)
    return to.Orthogonal(shape, tuple(axes), is_basic)


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
    expanded = _expanded(subscripts.items, subscripts, ndim)
    return tuple([_least_size(item) for item in expanded if not isinstance(item, sub.NewAxis)])


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


def _expanded(
    items: tuple[sub.Subscript, ...], written: sub.Subscripts, ndim: int
) -> list[sub.Subscript]:
    """Make `..` and the missing trailing axes explicit: after this, subscript k is axis k."""
    named = sum(not isinstance(item, _NO_AXIS) for item in items)
    if named > ndim:
        raise SubscriptCountError(
            f"`[{short_text(written)}]` names {named} axes; the tensor has {ndim}",
            subscript=short_text(written),
            count=named,
            ndim=ndim,
        )
    filled: list[sub.Subscript] = []
    for item in items:
        if isinstance(item, sub.Rest):
            filled.extend([sub.MISSING] * (ndim - named))
        else:
            filled.append(item)
    if not any(isinstance(item, sub.Rest) for item in items):
        filled.extend([sub.MISSING] * (ndim - named))
    return filled


def _resolve_axis(item: sub.Subscript, size: to.Size, axis: int, drop: bool) -> to.AxisSelection:
    match item:
        case sub.Missing():
            return to.WHOLE
        case sub.Scalar(value=value):
            index = index_from_position(_whole_number(value, item, axis), size, axis)
            if drop:
                return to.Index(index)
            if size is None:
                return to.OpenRun(index, index + 1 if index != -1 else None, 1)
            return to.Run(index, 1, 1)
        case sub.Range():
            return _resolve_range(item, size, axis)
        case sub.Vector():
            return gather(indices_from_positions(item, size, axis), size)
        case sub.Mask():
            return gather(_indices_from_mask(item, size, axis), size)
        case sub.Traced():
            return resolve_traced_axis(item, size, axis, drop)
        case _:
            raise SubscriptTypeError(
                f"`{item}` names a position; tensors carry no dimnames, so use its number",
                subscript=str(item),
            )


def _resolve_range(item: sub.Range, size: to.Size, axis: int) -> to.AxisSelection:
    start, stop, step = (
        value if value is NA or isinstance(value, sub.Traced) else _whole_number(value, item, axis)
        for value in (item.start, item.stop, item.step)
    )
    if step == 0:
        raise SubscriptRangeError(
            f"`{item}` has step 0; a step moves forward or backward, so write 1 or -1",
            subscript=str(item),
        )
    if any(isinstance(value, sub.Traced) for value in (start, stop, step)):
        return _resolve_traced_range(item, start, stop, step, size, axis)
    return run_from_slice(slice_from_range(start, stop, step, size, axis), size)


def _resolve_traced_range(
    item: sub.Range, start: Any, stop: Any, step: Any, size: to.Size, axis: int
) -> to.AxisSelection:
    for bound in (start, stop):
        if not (bound is NA or isinstance(bound, sub.Traced)) and (
            bound == 0 or (size is not None and abs(bound) > size)
        ):
            raise _bad_bound(bound, short_text(item), axis, size)
    return resolve_traced_range(start, stop, step)


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
    return int(value)


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


def gather(indices: npt.NDArray[np.int64], size: to.Size) -> to.AxisSelection:
    """Return what selects some indices: a run where they are regular, which is cheaper."""
    run = to.regular_run(indices) if size is not None else None
    return run if run is not None else to.Gather(indices)


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


def _bad_bound(bound: int, text: str, axis: int, size: to.Size) -> SubscriptOutOfBoundsError:
    return _zero(text, axis, size) if bound == 0 else _beyond(text, bound, axis, size)


def _fractional(value: float, text: str, axis: int) -> SubscriptTypeError:
    return SubscriptTypeError(
        f"`{text}` on axis {axis + 1}: {sub.number_text(value)} is not a whole number; a position "
        "is one",
        subscript=text,
    )
