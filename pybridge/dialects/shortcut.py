"""The tensor dialect on common subscripts, straight from the values of Python.

Common are integers, ranges of integers and open ends, `...`, new axes, and vectors of integers or
logicals. They need no objects in between, and most calls have no others. The rules
are those of `tensor`, whose functions are called here; whatever else there is, and every error, is
left to the general path by returning None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pybridge.dialects import selections as to
from pybridge.dialects.tensor import (
    gather,
    index_from_position,
    indices_from_integers,
    run_from_slice,
    slice_from_range,
)
from pybridge.errors import SubscriptError
from pybridge.subscripts import NA

if TYPE_CHECKING:
    import numpy.typing as npt

_PLAIN: Final = frozenset({int, type(NA), type(None)})
"""What the bounds of a range may be."""

_VECTORS: Final = frozenset({list, np.ndarray})
_WHOLE: Final = slice(None)
_INT64: Final = np.dtype(np.int64)
_BOOL: Final = np.dtype(np.bool_)


def short_key(written: Any, shape: to.Shape) -> Any:
    """Return the NumPy key of scalars, ranges and new axes, or None.

    `written` is what stood between the brackets, a tuple if there were several.

    >>> short_key((2, slice(NA, 3)), (4, 5)), short_key([2, 1], (4, 5))
    ((1, slice(0, 3, 1)), None)
    """
    kind = type(written)
    try:
        if kind is slice and shape:
            return _short_slice(written, shape[0])
        elif kind is int and shape:
            return index_from_position(written, shape[0])
        elif kind is tuple:
            return _short_keys(written, shape)
    except SubscriptError:
        pass  # the general path says what is wrong, with the subscripts as they were written
    return None


def _short_slice(written: slice, size: to.Size) -> slice | None:
    start, stop, step = written.start, written.stop, written.step
    if start is None and stop is None and step is None:
        return written
    if type(start) in _PLAIN and type(stop) in _PLAIN and type(step) in _PLAIN and step != 0:
        return slice_from_range(start, stop, step, size)
    return None


def _short_keys(written: tuple[Any, ...], shape: to.Shape) -> tuple[Any, ...] | None:
    key: list[Any] = []
    axis, ndim = 0, len(shape)
    for item in written:
        kind = type(item)
        if kind is slice and axis < ndim:
            part = _short_slice(item, shape[axis])
            if part is None:
                return None
            key.append(part)
            axis += 1
        elif kind is int and axis < ndim:
            key.append(index_from_position(item, shape[axis]))
            axis += 1
        elif item is None:
            key.append(None)
        elif item is ...:
            spelled = _spelled_out(written, ndim)
            return None if spelled is None else _short_keys(spelled, shape)
        else:
            return None
    return tuple(key)


def _spelled_out(written: tuple[Any, ...], ndim: int) -> tuple[Any, ...] | None:
    """Return the subscripts with `...` as the axes for which it stands, or None if it cannot."""
    places = [k for k, item in enumerate(written) if item is ...]
    if not places:
        return written
    named = sum([item is not None for item in written]) - 1
    if len(places) > 1 or named > ndim:
        return None
    return (*written[: places[0]], *[_WHOLE] * (ndim - named), *written[places[0] + 1 :])


def short_gather(
    written: tuple[Any, ...], shape: to.Shape
) -> tuple[tuple[Any, ...] | None, npt.NDArray[np.int64], int] | None:
    """Return how to read by one vector beside scalars, ranges and new axes, or None.

    Gives the NumPy key of the others, None where all are whole, the indices, and the axis along
    which to take them then. On
    large tensors objects cost little beside the elements, but the code that makes them has left the
    processor's caches by then: that is why a vector has a path of its own.

    >>> short_gather((2, [3, 1]), (4, 5))
    ((1, slice(None, None, None)), array([2, 0]), 0)
    """
    spelled = _spelled_out(written, len(shape))
    if spelled is None:
        return None
    place = -1
    for k, item in enumerate(spelled):
        if type(item) in _VECTORS:
            if place >= 0:
                return None
            place = k
    if place < 0:
        return None
    before = spelled[:place]
    axis = place - sum([item is None for item in before])
    indices = _short_indices(spelled[place], shape[axis]) if axis < len(shape) else None
    if indices is None:
        return None
    key = short_key((*before, _WHOLE, *spelled[place + 1 :]), shape)
    if key is None:
        return None
    kept = sum([type(part) is not int for part in key[:place]])
    return None if key.count(_WHOLE) == len(key) else key, indices, kept


def _short_indices(written: Any, size: to.Size) -> npt.NDArray[np.int64] | None:
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


def short_selection(written: tuple[Any, ...], shape: to.Shape) -> to.Orthogonal | None:
    """Return the selection of scalars, ranges, new axes and vectors, or None.

    >>> short_selection((2, [3, 1]), (4, 5)).result_shape
    (2,)
    """
    spelled = _spelled_out(written, len(shape))
    if spelled is None:
        return None
    axes: list[to.AxisSelection] = []
    is_basic = True
    axis, ndim = 0, len(shape)
    try:
        for item in spelled:
            if item is None:
                axes.append(to.NEW_AXIS)
                continue
            if axis == ndim:
                return None
            size = shape[axis]
            kind = type(item)
            if kind is slice:
                part = _short_slice(item, size)
                if part is None:
                    return None
                axes.append(to.WHOLE if part == _WHOLE else run_from_slice(part, size))
            elif kind is int:
                axes.append(to.Index(index_from_position(item, size)))
            elif kind in _VECTORS:
                indices = _short_indices(item, size)
                if indices is None:
                    return None
                axes.append(gather(indices, size))
                is_basic = False
            else:
                return None
            axis += 1
    except SubscriptError:
        return None
    axes.extend([to.WHOLE] * (ndim - axis))
    return to.Orthogonal(shape, tuple(axes), is_basic)
