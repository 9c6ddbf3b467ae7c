"""Writing: a value fitted, laid along the axes, and set where the subscripts name.

Each axis is written upward and no element twice, so that no library's order of writing shows: the
entries of the value are put in order and left out instead. Nothing here knows a dialect.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pybridge.backends.protocol import Backend, Indices, Tensor
from pybridge.dialects import selections as to
from pybridge.dialects.selections import Key
from pybridge.shape import Shape, Size, known_shape
from pybridge.subsetting.reading import counted, indices_on, is_vector_of_scalar, traced_coordinates
from pybridge.subsetting.values import backend_of_value, fit_value, is_number, refuse_unbroadcast

if TYPE_CHECKING:
    import numpy.typing as npt


def fit_broadcast(backend: Backend, x: Tensor, selection: to.Selection, value: Any) -> Any:
    """Return `value` in the dtype of `x`, checked to broadcast into the selection."""
    fitted = fit_value(backend, x, value)
    kind = type(fitted)
    if kind is not int and kind is not float:
        sizes = backend_of_value(backend, fitted).shape(fitted)
        if sizes:
            refuse_unbroadcast(sizes, selection.result_shape)
    return fitted


def write(backend: Backend, x: Tensor, selection: to.Selection, value: Any) -> Tensor:
    """Set the selected elements of `x`; return `x` if writable, else a new tensor.

    `value` is what `fit_value` gives for `x`, and broadcasts to the selection before any axis is
    squeezed. Where an element is named more than once the last wins, as in R. Entries that are `NA`
    set nothing.
    """
    if is_vector_of_scalar(backend, x, selection):
        inner = backend.reshape(backend.value_of(x), (1,))
        written = backend.reshape(_write(backend, inner, selection, value), ())
        return backend.assign_axes(x, (), written)
    key = _bracket_key(selection, value) if isinstance(selection, to.Orthogonal) else None
    written = None if key is None else backend.set_key(x, key, value)
    return _write(backend, x, selection, value) if written is None else written


def _write(backend: Backend, x: Tensor, selection: to.Selection, value: Any) -> Tensor:
    if is_number(value) and not (backend.takes_numbers and isinstance(selection, to.Orthogonal)):
        value = np.array(value)
    if isinstance(selection, to.Orthogonal):
        return _write_axes(backend, x, selection, value)
    values = backend_of_value(backend, value)
    if len(values.shape(value)) != 1:
        value = values.reshape(value, (-1,))
    if isinstance(selection, to.Points):
        return _write_points(backend, x, selection, value)
    value = _native(backend, x, value)
    match selection:
        case to.Masked(mask=mask, order="C"):
            return backend.assign_mask(x, mask, value)
        case to.Masked(coordinates=coordinates):
            return backend.assign_points(x, coordinates, value)
        case to.TracedPoints(coordinates=coordinates):
            return backend.assign_points(x, counted(backend, x, coordinates), value)
        case to.TracedMasked(mask=mask):
            if backend.shape(value) == (1,):
                return _keep_unless(backend, x, mask, value)
            return backend.assign_points(x, traced_coordinates(backend, selection), value)


def _bracket_key(selection: to.Orthogonal, value: Any) -> Key | None:
    """Return the key by which a library's brackets set the selection, or None where they would not.

    Brackets set equal indices in no certain order, and move axes where a slice separates the
    vector from an index.
    """
    key, shape = selection.key, selection.shape
    if not selection.takes:
        return key
    if len(selection.takes) != 1 or None in shape or 0 in shape or to.NOTHING in key:
        return None
    place, taken = selection.takes[0]
    if type(taken) is not to.Gather or taken.missing is not None or len(taken.indices) == 0:
        return None
    k = kept = -1
    dropped: list[int] = []
    for j, other in enumerate(key):
        if other is not None and type(other) is not slice:
            dropped.append(j)
            continue
        kept += 1
        if kept == place:
            k = j
    part: Any = taken.indices
    run = to.regular_run(part)
    if run is not None and run.step == 1:
        part = to.slice_from_run(run)
    elif run is not None and run.step == -1 and len(run) > FEW:
        return None  # a slice that runs up, and the value turned round, cost less
    elif (run is None and not is_number(value) and last_of_equals(part) is not None) or (
        dropped and max(k, *dropped) - min(k, *dropped) != len(dropped)
    ):
        return None
    return (*key[:k], part, *key[k + 1 :])


def _native(backend: Backend, x: Tensor, value: Any) -> Tensor:
    """Take a value that is still a NumPy array to the library of `x`."""
    if is_number(value) or backend_of_value(backend, value) is backend:
        return value
    return backend.convert(value, x)


def _keep_unless(backend: Backend, x: Tensor, mask: Tensor, changed: Tensor) -> Tensor:
    """Set all of `x` to what it was, or to `changed` where the mask is true."""
    ndim = len(backend.shape(x))
    if len(backend.shape(changed)) != ndim:
        changed = backend.reshape(changed, (1,) * ndim)
    updated = backend.where(mask, changed, backend.value_of(x))
    return backend.assign_axes(x, (to.WHOLE,) * ndim, updated)


def _write_points(backend: Backend, x: Tensor, selection: to.Points, value: Tensor) -> Tensor:
    if not selection.coordinates:  # each row of no column names the one element, the last row wins
        if not selection.count:
            return x
        last = backend.basic(_native(backend, x, value), (-1,))
        return backend.assign_axes(x, (), last)
    coordinates, entries = points_to_set(selection)
    values = backend_of_value(backend, value)
    if values.shape(value)[0] is None:
        value = values.broadcast_to(value, (selection.count,))  # which checks it when the code runs
    if entries is not None and values.shape(value)[0] != 1:
        value = values.take(value, entries, 0)
    return backend.assign_points(x, counted(backend, x, coordinates), _native(backend, x, value))


def _write_axes(backend: Backend, x: Tensor, selection: to.Orthogonal, value: Any) -> Tensor:
    """Give every axis of `x` one axis of the value, and set all at once."""
    axes = selection.axes
    if _names_nothing(selection):  # some libraries stumble over that
        return x
    ndim = len(selection.shape)
    sizes: Shape = (1,) * ndim
    values = backend_of_value(backend, value)
    if not is_number(value):
        value, sizes = _aligned(values, axes, value)
        if sizes.count(None) == 1:
            value, sizes = _stretched(values, axes, value, sizes)
    masks: list[Tensor] = []
    parts: list[slice | Indices] = []
    for axis in axes:
        if axis is None:
            continue
        place = len(parts)
        part, entries = axis_to_set(axis, selection.shape[place], is_single=sizes[place] == 1)
        if entries is not None:
            value = _with_entries(values, value, entries, place, ndim)
        if isinstance(part, to.TracedMask) and sizes[place] == 1:
            masks.append(_along(backend, part.mask, place, ndim))
            part = to.WHOLE
        elif isinstance(part, to.TAKEN):
            part = indices_on(backend, x, part, place)
        parts.append(part)
    value = _native(backend, x, value)
    if not masks:
        return backend.assign_axes(x, tuple(parts), value)
    mask = functools.reduce(lambda one, other: one & other, masks)
    copied = backend.copy(backend.value_of(x))
    return _keep_unless(backend, x, mask, backend.assign_axes(copied, tuple(parts), value))


def _stretched(
    values: Backend, axes: tuple[to.AxisSelection, ...], value: Tensor, sizes: Shape
) -> tuple[Tensor, Shape]:
    """Give a value of one unknown size what a vector selects; that checks it when the code runs."""
    place = sizes.index(None)
    axis = [axis for axis in axes if axis is not None][place]
    if not isinstance(axis, to.Gather):
        return value, sizes
    stretched = known_shape((*sizes[:place], len(axis.indices), *sizes[place + 1 :]))
    return values.broadcast_to(value, stretched), stretched


_BACKWARD: Final = slice(None, None, -1)


def axis_to_set(axis: Any, size: Size, *, is_single: bool) -> tuple[Any, slice | Indices | None]:
    """Return what to set on an axis of the tensor, and which entries of the value go there.

    What is set is ascending, holds no `NA`, and names no element for two values. The entries of the
    value are a slice or a vector; None stands for all of them, and for the one entry of a value
    that `is_single`.

    >>> axis_to_set(slice(4, None, -2), 5, is_single=False)
    (slice(0, 6, 2), slice(None, None, -1))
    """
    if isinstance(axis, to.Gather):
        run = to.regular_run(axis.indices) if axis.missing is None and size is not None else None
        if run is None or abs(run.step) != 1:
            entries = None
            if axis.missing is not None or not is_single:
                entries = _last_entries(axis)
            if entries is None:
                return axis, None
            return to.Gather(axis.indices[entries]), None if is_single else entries
        axis = to.slice_from_run(run)
    if isinstance(axis, slice):
        if size is None or axis.step is None or axis.step > 0:
            return axis, None
        upward = to.slice_from_run(range(*axis.indices(size))[::-1])
        return upward, None if is_single else _BACKWARD
    if isinstance(axis, to.TAKEN):
        return axis, None
    return to.slice_of_index(axis), None


def _names_nothing(selection: to.Orthogonal) -> bool:
    """Return whether no element is selected, as far as that can be known."""
    if 0 in selection.shape or 0 in selection.kept_shape:
        return True
    for _, taken in selection.takes:
        if type(taken) is to.Gather and taken.missing is not None and taken.missing.all():
            return True
    return False


def _with_entries(
    values: Backend, value: Tensor, entries: slice | Indices, place: int, ndim: int
) -> Tensor:
    """Return a value of `ndim` axes with the entries of one of them that `axis_to_set` gives."""
    if not isinstance(entries, slice):
        return values.take(value, entries, place)
    around = (slice(None),)
    return values.basic(value, around * place + (entries,) + around * (ndim - place - 1))


def _along(backend: Backend, mask: Tensor, axis: int, ndim: int) -> Tensor:
    """Lay a mask of one axis along `axis` of `ndim`."""
    return backend.basic(mask, (None,) * axis + (slice(None),) + (None,) * (ndim - axis - 1))


def _aligned(
    values: Backend, axes: tuple[to.AxisSelection, ...], value: Tensor
) -> tuple[Tensor, Shape]:
    """Return the value with one axis for each axis of the tensor, and its shape then."""
    sizes = values.shape(value)
    aligned = aligned_sizes(axes, sizes)
    if aligned == sizes:
        return value, aligned
    if None not in aligned:
        return values.reshape(value, known_shape(aligned)), aligned
    return values.basic(value, aligned_key(axes, len(sizes))), aligned


_KEPT: Final = (slice, to.Gather, to.TracedGather, to.TracedRun, to.TracedMask, type(None))


def _keeps_axis(axis: to.AxisSelection) -> bool:
    return isinstance(axis, _KEPT)


def aligned_key(axes: tuple[to.AxisSelection, ...], ndim: int) -> Key:
    """Return the key that gives a value of `ndim` axes the sizes of `aligned_sizes`.

    >>> aligned_key((1, slice(None), None, slice(None)), 3)
    (None, slice(None, None, None), 0, slice(None, None, None))
    """
    place = ndim - sum(map(_keeps_axis, axes))
    key: list[Any] = [0] * place  # more axes than are kept have size 1
    for axis in axes:
        if not _keeps_axis(axis):
            key.append(None)
            continue
        if axis is not None:
            key.append(to.WHOLE if place >= 0 else None)
        elif place >= 0:
            key.append(0)
        place += 1
    return tuple(key)


def aligned_sizes(axes: tuple[to.AxisSelection, ...], sizes: Shape) -> Shape:
    """Return the sizes of a value with one axis for each axis of the tensor that it goes into.

    `sizes` broadcast to what the axes select; more of them than that are 1, as NumPy allows.

    >>> aligned_sizes((1, slice(None), None, slice(None)), (3, 1, 5))
    (1, 3, 5)
    """
    place = len(sizes) - sum(map(_keeps_axis, axes))
    aligned: list[Size] = []
    for axis in axes:
        if not _keeps_axis(axis):
            aligned.append(1)
            continue
        if axis is not None:
            aligned.append(sizes[place] if place >= 0 else 1)
        place += 1
    return tuple(aligned)


def _last_entries(gather: to.Gather) -> Indices | None:
    """Return which entries of a gather to write, or None for all: no `NA`, the last of equals.

    Of two combinations that name one element, R writes the later in column-major order. That is
    the one with the later entry on every axis, so each axis can be decided by itself.
    """
    entries = None if gather.missing is None else np.flatnonzero(~gather.missing)
    indices = gather.indices if entries is None else gather.indices[entries]
    last = last_of_equals(indices)
    if last is None:
        return entries
    return last if entries is None else entries[last]


def points_to_set(
    selection: to.Points,
) -> tuple[tuple[npt.NDArray[np.int64], ...], npt.NDArray[np.int64] | None]:
    """Return the coordinates to set, none twice and none `NA`, and the entries of the value to use.

    None stands for all of them.

    >>> points_to_set(to.Points((5,), (np.array([3, 0, 3]),), 3))
    ((array([0, 3]),), array([1, 2]))
    """
    entries = None if selection.missing is None else np.flatnonzero(~selection.missing)
    coordinates = _entries_of(selection.coordinates, entries)
    if len(coordinates) == 0 or len(coordinates[0]) == 0:
        return coordinates, entries
    flat = np.zeros(len(coordinates[0]), np.int64)
    for axis in coordinates:  # the extents that occur serve where a size is unknown
        lowest = int(axis.min())
        flat = flat * (int(axis.max()) - lowest + 1) + (axis - lowest)
    last = last_of_equals(flat)
    if last is None:
        return coordinates, entries
    return _entries_of(coordinates, last), last if entries is None else entries[last]


def _entries_of(
    coordinates: tuple[npt.NDArray[np.int64], ...], entries: npt.NDArray[np.int64] | None
) -> tuple[npt.NDArray[np.int64], ...]:
    return coordinates if entries is None else tuple([axis[entries] for axis in coordinates])


FEW: Final = 64
"""Up to so many indices Python finds repeats sooner than NumPy."""


def last_of_equals(indices: Indices) -> Indices | None:
    """Return where the last of each equal index stands, in order, or None if all differ.

    >>> last_of_equals(np.array([4, 2, 4])), last_of_equals(np.array([4, 2]))
    (array([1, 2]), None)
    """
    count = len(indices)
    if count <= FEW and len({*indices.tolist()}) == count:
        return None
    if int(indices.min()) >= 0 and int(indices.max()) < 8 * count:
        is_repeated = np.bincount(indices).max() > 1
        if not is_repeated:
            return None
    found, back = np.unique(indices[::-1], return_index=True)
    if len(found) == count:
        return None
    return np.sort(count - 1 - back)
