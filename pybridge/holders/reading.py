"""Reading: a selection applied to a tensor.

The key is applied first, which gives a view where the library has views, then the vector of each
axis, the one that shrinks the tensor most first. Nothing here knows a dialect.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pybridge.backends.protocol import Backend, Indices, Tensor
from pybridge.errors import MissingValueError
from pybridge.lossless import kind_of
from pybridge.shape import Size, known_shape, reversed_axes
from pybridge.subscripts import selections as to

if TYPE_CHECKING:
    import numpy.typing as npt


def read(backend: Backend, x: Tensor, selection: to.Selection) -> Tensor:
    """Return the selected elements of `x`.

    Only scalars, ranges and new axes give a view, if the library has views; any other subscript
    gives new memory, for all values. Raises `MissingValueError` where `NA` is selected and the
    dtype of `x` has no missing value.
    """
    if len(selection.shape) == 1 and is_vector_of_scalar(backend, x, selection):
        x = backend.reshape(x, known_shape(selection.shape))
    if type(selection) is to.Orthogonal and selection.is_view and not selection.takes:
        return backend.basic(x, selection.key) if selection.key else _whole_view(backend, x)
    if selection.has_missing:
        return _read_with_missing(backend, x, selection)
    match selection:
        case to.Orthogonal():
            return _read_axes(backend, x, selection)
        case to.Points(coordinates=(), count=count):  # rows without columns: the one element
            return backend.take(backend.reshape(x, (1,)), np.zeros(count, np.int64), 0)
        case to.Points(coordinates=coordinates):
            return backend.take_points(x, counted(backend, x, coordinates))
        case to.Masked(mask=mask, order=order):
            if order == "F":
                return backend.take_mask(backend.transpose(x, reversed_axes(mask.ndim)), mask.T)
            return backend.take_mask(x, mask)
        case to.TracedPoints(coordinates=coordinates):
            return backend.take_points(x, counted(backend, x, coordinates))
        case to.TracedMasked():
            return backend.take_points(x, traced_coordinates(backend, selection))


def is_vector_of_scalar(backend: Backend, x: Tensor, selection: to.Selection) -> bool:
    """Return whether `x` has no axis and the selection has one: R sees a vector of length 1."""
    return len(selection.shape) == 1 and not backend.shape(x)


def _read_axes(backend: Backend, x: Tensor, selection: to.Orthogonal) -> Tensor:
    key, takes = selection.key, selection.takes
    part = x if key.count(to.WHOLE) == len(key) else backend.basic(x, key)
    if not takes:
        part = backend.copy(part)
    elif len(takes) > 1:
        before = backend.shape(part)
        takes = tuple(sorted(takes, key=lambda pair: _shrinkage(pair[1], before[pair[0]])))
    dropped = selection.squeezed
    is_known = None not in selection.shape
    for place, taken in takes:
        if is_known and type(taken) is to.Gather:  # no negative index is left
            part = backend.take(part, taken.indices, place)
            continue
        part = backend.take(part, taken.on(backend, part, place), place)
        if not taken.keeps_axis:
            dropped += (place,)
    return _without_axes(backend, part, dropped) if dropped else part


def _whole_view(backend: Backend, x: Tensor) -> Tensor:
    """Return all of `x` as another object, so that setting its shape leaves `x` unchanged."""
    ndim = len(backend.shape(x))
    return backend.basic(x, (to.WHOLE,) * ndim) if ndim else backend.reshape(x, ())


def _without_axes(backend: Backend, x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """Drop axes of size 1."""
    ndim = len(backend.shape(x))
    return backend.basic(x, tuple([0 if k in axes else to.WHOLE for k in range(ndim)]))


def _shrinkage(taken: to.Taken, size: Size) -> float:
    """Return the fraction of an axis that is selected; infinity if unknown."""
    count = taken.count(size)
    return math.inf if count is None else count / max(size or 1, 1)


def counted(backend: Backend, x: Tensor, coordinates: tuple[Indices, ...]) -> tuple[Indices, ...]:
    """Return coordinates without negative indices."""
    sizes = backend.shape(x)
    return tuple(
        to.wrapped(backend, x, indices, axis)
        if not isinstance(indices, np.ndarray)
        else (to.from_the_start(backend, x, indices, axis) if sizes[axis] is None else indices)
        for axis, indices in enumerate(coordinates)
    )


def traced_coordinates(backend: Backend, selection: to.TracedMasked) -> tuple[Indices, ...]:
    """Return the coordinates where a traced mask is true, in its order."""
    ndim = len(selection.shape)
    if selection.order == "F":
        return backend.nonzero(backend.transpose(selection.mask, reversed_axes(ndim)))[::-1]
    return backend.nonzero(selection.mask)


def _read_with_missing(backend: Backend, x: Tensor, selection: to.Selection) -> Tensor:
    """Read a stand-in element where the selection is `NA`, then set those to missing."""
    is_na = missing_holes(selection)
    if is_na.size == 0:
        return filled(backend, x, 0, is_na.shape)
    missing = missing_value(backend, x, SELECTS_NA)
    if 0 in selection.shape:  # without a stand-in element the whole result is NA
        return backend.full(x, missing, is_na.shape)
    if isinstance(selection, to.Orthogonal):
        part = _read_axes(backend, x, selection)
    else:
        assert isinstance(selection, to.Points)
        part = backend.take_points(x, selection.coordinates)
    return backend.where(is_na, missing, part)


SELECTS_NA: Final = "the subscript selects NA"


def missing_value(backend: Backend, x: Tensor, reason: str) -> Tensor:
    """Return NaN in the dtype of `x`; R's complex NA is missing in both parts.

    For a masked array, return a masked element.
    """
    if isinstance(x, np.ma.MaskedArray):
        return np.ma.MaskedArray(np.zeros((), x.dtype), True)
    name = backend.dtype_name(x)
    refuse_missing(name, reason)
    nan = complex(math.nan, math.nan) if kind_of(name) == "c" else math.nan
    return backend.convert(np.array(nan), x)


def refuse_missing(name: str, reason: str) -> None:
    """Raise `MissingValueError` if a dtype cannot hold `NA`; `reason` begins the message."""
    if kind_of(name) not in ("f", "c"):
        raise MissingValueError(
            f"{reason}, and a tensor of dtype {name} has no missing value; convert the tensor to a "
            "real dtype first",
            dtype=name,
        )


def filled(backend: Backend, x: Tensor, value: Any, shape: tuple[int, ...]) -> Tensor:
    """Return a new tensor like `x`, filled with one value."""
    return backend.full(x, backend.convert(np.array(value), x), shape)


def missing_holes(selection: to.Selection) -> npt.NDArray[np.bool_]:
    """Return a mask of the result that is true where it is `NA`."""
    if isinstance(selection, to.Points):
        assert selection.missing is not None
        return selection.missing
    assert isinstance(selection, to.Orthogonal)
    shape = known_shape(selection.kept_shape)
    is_na = np.zeros(shape, bool)
    for place, taken in selection.takes:
        if isinstance(taken, to.Gather) and taken.missing is not None:
            is_na |= taken.missing.reshape([-1 if k == place else 1 for k in range(len(shape))])
    return is_na.reshape(known_shape(selection.result_shape))
