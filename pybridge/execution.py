"""Apply a selection to a tensor: the cheapest plan that keeps every axis in its place.

Reading takes scalars, runs and new axes in one step, which is a view where the library has views,
and then each gather along its own axis, the one that shrinks the tensor most first. Writing goes
through the same view. Nothing here knows a dialect.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pybridge.backends.protocol import Backend, Indices, Key, Tensor
from pybridge.errors import MissingValueError
from pybridge.selections import (
    Gather,
    Masked,
    Orthogonal,
    Points,
    Selection,
    Shape,
    gathers,
    selection_key,
)


def read(backend: Backend, x: Tensor, selection: Selection) -> Tensor:
    """Return the elements of `x` that `selection` names.

    A selection that the caller wrote with scalars, ranges and new axes alone gives a view where the
    library has views; any other gives new memory, whatever the values in it. Raises
    `MissingValueError` where the selection holds `NA` and the dtype of `x` has no missing value.
    """
    if backend.shape(x) != selection.shape:  # a 0-d tensor is R's vector of length 1
        x = backend.reshape(x, known_shape(selection.shape))
    if selection.has_missing:
        return _read_with_missing(backend, x, selection)
    match selection:
        case Orthogonal():
            return _read_orthogonal(backend, x, selection)
        case Points(coordinates=coordinates):
            return backend.take_points(x, coordinates)
        case Masked(mask=mask, order=order):
            if order == "F":
                reverse = tuple(range(len(selection.shape)))[::-1]
                return backend.take_mask(backend.transpose(x, reverse), mask.T)
            return backend.take_mask(x, mask)


def _read_orthogonal(backend: Backend, x: Tensor, selection: Orthogonal) -> Tensor:
    key = selection_key(selection.axes)
    found = x if key is None else backend.basic(x, key)
    chosen = gathers(selection.axes)
    if len(chosen) > 1:
        sizes = selection.kept_shape
        before = backend.shape(found)
        chosen.sort(key=lambda pair: (sizes[pair[0]] or 0) / max(before[pair[0]] or 1, 1))
    for axis, gather in chosen:
        found = backend.take(found, gather.indices, axis)
    if not chosen and not selection.is_written_as_basic:
        found = backend.copy(found)
    if selection.squeezed:
        found = backend.reshape(found, known_shape(selection.result_shape))
    return found


def _read_with_missing(backend: Backend, x: Tensor, selection: Selection) -> Tensor:
    """Read with a stand-in element wherever the selection is `NA`, then blank those."""
    holes = _missing_holes(selection)
    if holes.size == 0:
        return backend.zeros_like(x, holes.shape)
    _refuse_missing(backend, x, "the subscript selects NA")
    shape = known_shape(selection.shape)
    if 0 in shape:  # there is no element to stand in: every one of the result is NA
        return backend.fill_missing(backend.zeros_like(x, holes.shape), holes)
    if isinstance(selection, Orthogonal):
        found = _read_orthogonal(backend, x, selection)
    else:
        assert isinstance(selection, Points)
        found = backend.take_points(x, selection.coordinates)
    return backend.fill_missing(found, holes)


def _refuse_missing(backend: Backend, x: Tensor, reason: str) -> None:
    name = backend.dtype_name(x)
    if not ("float" in name or "complex" in name):
        raise MissingValueError(
            f"{reason}, and a tensor of dtype {name} has no missing value; convert the tensor to a "
            "real dtype first",
            dtype=name,
        )


def _missing_holes(selection: Selection) -> npt.NDArray[np.bool_]:
    """Return, in the shape of the result, where it is `NA`."""
    if isinstance(selection, Points):
        assert selection.missing is not None
        return selection.missing
    assert isinstance(selection, Orthogonal)
    kept = known_shape(selection.kept_shape)
    holes = np.zeros(kept, bool)
    for axis, gather in gathers(selection.axes):
        if gather.missing is not None:
            holes |= gather.missing.reshape([-1 if k == axis else 1 for k in range(len(kept))])
    return holes.reshape(known_shape(selection.result_shape))


def grow(backend: Backend, x: Tensor, length: int, gap: Indices) -> Tensor:
    """Return a vector of `length` that begins with the elements of `x`, column by column.

    At the indices `gap` it holds `NA`, at the other new ones anything: they are about to be
    written. Raises `MissingValueError` where there is a gap and the dtype has no missing value.
    """
    if len(gap):
        _refuse_missing(backend, x, f"position {int(gap[0]) + 1} would be NA")
    size = math.prod(known_shape(backend.shape(x)))
    flat = backend.reshape(backend.transpose(x, tuple(range(len(backend.shape(x))))[::-1]), (size,))
    if size == 0:
        grown = backend.zeros_like(x, (length,))
    else:
        indices = np.arange(length)
        indices[size:] = 0
        grown = backend.take(flat, indices, 0)
    if len(gap) == 0:
        return grown
    holes = np.zeros(length, bool)
    holes[gap] = True
    return backend.fill_missing(grown, holes)


def write(backend: Backend, x: Tensor, selection: Selection, value: npt.NDArray[Any]) -> None:
    """Set the elements of `x` that `selection` names, in place.

    `value` has the dtype of `x` and broadcasts to the selection before any axis is squeezed. Where
    an element is named more than once the last wins, as in R. Entries that are `NA` set nothing.
    """
    if backend.shape(x) != selection.shape:
        x = backend.reshape(x, known_shape(selection.shape))
    match selection:
        case Orthogonal():
            _write_orthogonal(backend, x, selection, value)
        case Points():
            kept = _last_points(selection)
            value = np.broadcast_to(value, (selection.count,))
            if kept is None:
                backend.assign(x, selection.coordinates, value)
            else:
                coordinates = tuple(axis[kept] for axis in selection.coordinates)
                backend.assign(x, coordinates, value[kept])
        case Masked(mask=mask, order=order):
            if order == "F":
                reverse = tuple(range(len(selection.shape)))[::-1]
                x, mask = backend.transpose(x, reverse), mask.T
            backend.assign(x, (mask,), value)


def _write_orthogonal(
    backend: Backend, x: Tensor, selection: Orthogonal, value: npt.NDArray[Any]
) -> None:
    plan = write_plan(selection, value)
    if plan.within is None:
        backend.assign(x, (...,) if plan.basic is None else plan.basic, plan.value)
    else:
        target = x if plan.basic is None else backend.basic(x, plan.basic)
        backend.assign(target, plan.within, plan.value)


@dataclass(frozen=True, slots=True)
class WritePlan:
    """How to write an orthogonal selection: first `basic`, then `within` what that gave."""

    basic: Key | None
    within: Key | None
    value: npt.NDArray[Any]


def write_plan(selection: Orthogonal, value: npt.NDArray[Any]) -> WritePlan:
    """Return the keys and the value for writing, each element named once.

    Arrays that a slice separates would move their axes to the front in NumPy, so that the whole
    axes between two gathers become arrays as well.
    """
    basic = selection_key(selection.axes)
    chosen = gathers(selection.axes)
    if not chosen:
        return WritePlan(basic, None, value)
    kept = known_shape(selection.kept_shape)
    value = np.broadcast_to(value, kept)
    arrays: dict[int, Indices] = {}
    for axis, gather in chosen:
        last = _last_entries(gather)
        arrays[axis] = gather.indices if last is None else gather.indices[last]
        if last is not None:
            value = value.take(last, axis)
    first, final = min(arrays), max(arrays)
    for axis in range(first, final + 1):
        if axis not in arrays:
            arrays[axis] = np.arange(kept[axis])
    span = np.ix_(*(arrays[axis] for axis in range(first, final + 1)))
    return WritePlan(basic, (slice(None),) * first + span, value)


def _last_entries(gather: Gather) -> Indices | None:
    """Return which entries of a gather to write, or None for all: no `NA`, the last of equals.

    Of two combinations that name one element, R writes the later in column-major order. That is
    the one with the later entry on every axis, so each axis can be settled by itself.
    """
    entries = None if gather.missing is None else np.flatnonzero(~gather.missing)
    indices = gather.indices if entries is None else gather.indices[entries]
    last = last_of_equals(indices)
    if last is None:
        return entries
    return last if entries is None else entries[last]


def _last_points(selection: Points) -> Indices | None:
    shape = known_shape(selection.shape)
    missing = selection.missing
    entries = None if missing is None else np.flatnonzero(~missing)
    coordinates = selection.coordinates
    if entries is not None:
        coordinates = tuple(axis[entries] for axis in coordinates)
    if len(coordinates) == 0 or len(coordinates[0]) == 0:
        return entries
    last = last_of_equals(np.ravel_multi_index(coordinates, shape))
    if last is None:
        return entries
    return last if entries is None else entries[last]


def last_of_equals(indices: Indices) -> Indices | None:
    """Return where the last of each equal index stands, in order, or None if all differ.

    >>> last_of_equals(np.array([4, 2, 4])), last_of_equals(np.array([4, 2]))
    (array([1, 2]), None)
    """
    count = len(indices)
    if count < 2:
        return None
    if int(indices.max()) < 8 * count:
        is_repeated = np.bincount(indices).max() > 1
        if not is_repeated:
            return None
    found, back = np.unique(indices[::-1], return_index=True)
    if len(found) == count:
        return None
    return np.sort(count - 1 - back)


def known_shape(shape: Shape) -> tuple[int, ...]:
    """Return a shape whose sizes are all known."""
    sizes = tuple(size for size in shape if size is not None)
    assert len(sizes) == len(shape), "a size is unknown here"
    return sizes
