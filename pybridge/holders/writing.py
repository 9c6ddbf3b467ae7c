"""Writing: a value, cast and aligned with the axes, set at a selection.

Indices are sorted upward and made unique first, because libraries write in different orders; the
entries of the value are permuted and dropped to match. Nothing here knows a dialect.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pybridge.backends.protocol import Backend, Indices, Tensor
from pybridge.holders.fitting import backend_of_value, fit_value, is_number, refuse_unbroadcast
from pybridge.holders.protocol import Value
from pybridge.holders.reading import counted, is_vector_of_scalar, traced_coordinates
from pybridge.shape import Shape, Size, known_shape
from pybridge.subscripts import selections as to
from pybridge.subscripts.selections import Key

if TYPE_CHECKING:
    import numpy.typing as npt


def fit_broadcast(backend: Backend, x: Tensor, selection: to.Selection, value: Value) -> Any:
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

    `value` comes from `fit_value` and broadcasts to the selection before any axis is squeezed. If
    an element is named more than once, the last value wins, as in R. `NA` entries set nothing.
    """
    if is_vector_of_scalar(backend, x, selection):
        inner = backend.reshape(backend.value_of(x), (1,))
        written = backend.reshape(_write(backend, inner, selection, value), ())
        return backend.assign_axes(x, (), written)
    key = _bracket_key(selection, value) if isinstance(selection, to.Orthogonal) else None
    written = None if key is None else backend.set_key(x, key, value)
    return _write(backend, x, selection, value) if written is None else written


def _write(backend: Backend, x: Tensor, selection: to.Selection, value: Any) -> Tensor:
    if names_nothing(selection):  # some libraries fail on that
        return x
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
    k = axis = -1
    dropped: list[int] = []
    for j, other in enumerate(key):
        if other is not None and type(other) is not slice:
            dropped.append(j)
            continue
        axis += 1
        if axis == place:
            k = j
    part: Any = taken.indices
    run = to.regular_run(part)
    if run is not None and run.step == 1:
        part = to.slice_from_run(run)
    elif run is not None and run.step == -1 and len(run) > FEW:
        return None  # an upward slice and a reversed value cost less
    elif (run is None and not is_number(value) and last_of_equals(part) is not None) or (
        dropped and max(k, *dropped) - min(k, *dropped) != len(dropped)
    ):
        return None
    return (*key[:k], part, *key[k + 1 :])


def _native(backend: Backend, x: Tensor, value: Any) -> Tensor:
    """Convert a value that is still a NumPy array to the library of `x`."""
    if is_number(value) or backend_of_value(backend, value) is backend:
        return value
    return backend.convert(value, x)


def _keep_unless(backend: Backend, x: Tensor, mask: Tensor, changed: Tensor) -> Tensor:
    """Set `x` to `changed` where the mask is true, and to its own values elsewhere."""
    ndim = len(backend.shape(x))
    if len(backend.shape(changed)) != ndim:
        changed = backend.reshape(changed, (1,) * ndim)
    updated = backend.where(mask, changed, backend.value_of(x))
    return backend.assign_axes(x, (to.WHOLE,) * ndim, updated)


def _write_points(backend: Backend, x: Tensor, selection: to.Points, value: Tensor) -> Tensor:
    if not selection.coordinates:  # rows without columns name the one element: the last row wins
        last = backend.basic(_native(backend, x, value), (-1,))
        return backend.assign_axes(x, (), last)
    coordinates, entries = points_to_set(selection)
    values = backend_of_value(backend, value)
    if values.shape(value)[0] is None:
        value = values.broadcast_to(value, (selection.count,))  # checked when the code runs
    if entries is not None and values.shape(value)[0] != 1:
        value = values.take(value, entries, 0)
    return backend.assign_points(x, counted(backend, x, coordinates), _native(backend, x, value))


def _write_axes(backend: Backend, x: Tensor, selection: to.Orthogonal, value: Any) -> Tensor:
    """Align the value with the axes of `x`, and set all of it at once."""
    ndim = len(selection.shape)
    chosen, value, sizes = parts_to_set(backend_of_value(backend, value), selection, value)
    masks: list[Tensor] = []
    parts: list[slice | Indices] = []
    for place, part in enumerate(chosen):
        if isinstance(part, to.TracedMask) and sizes[place] == 1:
            masks.append(_along(backend, part.mask, place, ndim))
            part = to.WHOLE
        elif isinstance(part, to.Taken):
            part = part.on(backend, x, place)
        parts.append(part)
    value = _native(backend, x, value)
    if not masks:
        return backend.assign_axes(x, tuple(parts), value)
    mask = functools.reduce(lambda one, other: one & other, masks)
    copied = backend.copy(backend.value_of(x))
    return _keep_unless(backend, x, mask, backend.assign_axes(copied, tuple(parts), value))


def parts_to_set(
    values: Backend, selection: to.Orthogonal, value: Any
) -> tuple[list[Any], Any, Shape]:
    """Return what to set on each axis, and the value with one axis for each, with its sizes.

    A part is a slice of positive step, or what is taken along the axis, where no element is named
    for two values; `values` is the backend of the value.
    """
    axes = selection.axes
    ndim = len(selection.shape)
    sizes: Shape = (1,) * ndim
    if not is_number(value):
        value, sizes = _aligned(values, axes, value)
        if sizes.count(None) == 1:
            value, sizes = _stretched(values, axes, value, sizes)
    parts: list[Any] = []
    for axis in axes:
        if axis is None:
            continue
        place = len(parts)
        part, entries = axis_to_set(axis, selection.shape[place], is_single=sizes[place] == 1)
        if entries is not None:
            value = _with_entries(values, value, entries, place, ndim)
        parts.append(part)
    return parts, value, sizes


def _stretched(
    values: Backend, axes: tuple[to.AxisSelection, ...], value: Tensor, sizes: Shape
) -> tuple[Tensor, Shape]:
    """Broadcast a value of one unknown size to what a vector selects, checked at run time."""
    place = sizes.index(None)
    axis = [axis for axis in axes if axis is not None][place]
    if not isinstance(axis, to.Gather):
        return value, sizes
    stretched = known_shape((*sizes[:place], len(axis.indices), *sizes[place + 1 :]))
    return values.broadcast_to(value, stretched), stretched


_BACKWARD: Final = slice(None, None, -1)


def axis_to_set(axis: Any, size: Size, *, is_single: bool) -> tuple[Any, slice | Indices | None]:
    """Return the indices to set on an axis, and the entries of the value that go there.

    The indices ascend, hold no `NA`, and name no element for two values. The entries are a slice or
    a vector; None means all of them, or the only one where the value `is_single`.

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
    if isinstance(axis, to.Taken):
        return axis, None
    return to.slice_of_index(axis), None


def names_nothing(selection: to.Selection) -> bool:
    """Return whether the selection is known to set nothing."""
    if not isinstance(selection, to.Orthogonal):
        missing = selection.missing if isinstance(selection, to.Points) else None
        return selection.count == 0 or (missing is not None and bool(missing.all()))
    if 0 in selection.shape or 0 in selection.kept_shape:
        return True
    for _, taken in selection.takes:
        if type(taken) is to.Gather and taken.missing is not None and taken.missing.all():
            return True
    return False


def _with_entries(
    values: Backend, value: Tensor, entries: slice | Indices, place: int, ndim: int
) -> Tensor:
    """Take the entries that `axis_to_set` returned along one of the `ndim` axes of a value."""
    if not isinstance(entries, slice):
        return values.take(value, entries, place)
    around = (slice(None),)
    return values.basic(value, around * place + (entries,) + around * (ndim - place - 1))


def _along(backend: Backend, mask: Tensor, axis: int, ndim: int) -> Tensor:
    """Reshape a mask of one axis so that it runs along `axis` of `ndim`."""
    return backend.basic(mask, (None,) * axis + (slice(None),) + (None,) * (ndim - axis - 1))


def _aligned(
    values: Backend, axes: tuple[to.AxisSelection, ...], value: Tensor
) -> tuple[Tensor, Shape]:
    """Return the value with one axis for each axis of the tensor, and its new shape."""
    sizes = values.shape(value)
    aligned = aligned_sizes(axes, sizes)
    if aligned == sizes:
        return value, aligned
    if None not in aligned:
        return values.reshape(value, known_shape(aligned)), aligned
    return values.basic(value, aligned_key(axes, len(sizes))), aligned


def aligned_key(axes: tuple[to.AxisSelection, ...], ndim: int) -> Key:
    """Return the key that gives a value of `ndim` axes the sizes of `aligned_sizes`.

    >>> aligned_key((1, slice(None), None, slice(None)), 3)
    (None, slice(None, None, None), 0, slice(None, None, None))
    """
    place = ndim - sum(map(to.keeps_axis, axes))
    key: list[Any] = [0] * place  # surplus leading axes have size 1
    for axis in axes:
        if not to.keeps_axis(axis):
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

    `sizes` broadcast to the selection; surplus leading sizes are 1, as NumPy allows.

    >>> aligned_sizes((1, slice(None), None, slice(None)), (3, 1, 5))
    (1, 3, 5)
    """
    place = len(sizes) - sum(map(to.keeps_axis, axes))
    aligned: list[Size] = []
    for axis in axes:
        if not to.keeps_axis(axis):
            aligned.append(1)
            continue
        if axis is not None:
            aligned.append(sizes[place] if place >= 0 else 1)
        place += 1
    return tuple(aligned)


def _last_entries(gather: to.Gather) -> Indices | None:
    """Return the entries of a gather to write, or None for all: no `NA`, the last of equals.

    If two combinations of indices name one element, R keeps the later in column-major order. That
    one has the later entry on every axis, so each axis can be treated by itself.
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
    """Return the coordinates to set, without duplicates or `NA`, and the entries of the value.

    None means all entries.

    >>> points_to_set(to.Points((5,), (np.array([3, 0, 3]),), 3))
    ((array([0, 3]),), array([1, 2]))
    """
    entries = None if selection.missing is None else np.flatnonzero(~selection.missing)
    coordinates = _entries_of(selection.coordinates, entries)
    if len(coordinates) == 0 or len(coordinates[0]) == 0:
        return coordinates, entries
    flat = np.zeros(len(coordinates[0]), np.int64)
    for axis in coordinates:  # a size may be unknown, so use the extent of the coordinates
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
"""Up to this many indices, Python detects duplicates faster than NumPy."""


def last_of_equals(indices: Indices) -> Indices | None:
    """Return the place of the last of equal indices, in order, or None if all differ.

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
    distinct, back = np.unique(indices[::-1], return_index=True)
    if len(distinct) == count:
        return None
    return np.sort(count - 1 - back)
