"""Apply a selection to a tensor: the cheapest plan that keeps every axis in its place.

Reading takes scalars, runs and new axes in one step, which is a view where the library has views,
and then each gather along its own axis, the one that shrinks the tensor most first. Writing settles
each axis by itself and then sets all in one step. Nothing here knows a dialect.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from pybridge.backends.protocol import Backend, Indices, Key, Tensor
from pybridge.dialects.selections import (
    NOT_SLICES,
    SCALARS,
    WHOLE,
    AxisSelection,
    Gather,
    Masked,
    NewAxis,
    Orthogonal,
    Points,
    Run,
    Selection,
    Shape,
    Size,
    TracedGather,
    TracedIndex,
    TracedMask,
    TracedMasked,
    TracedPoints,
    TracedRun,
    gathers,
    selection_key,
)
from pybridge.errors import AssignmentError, MissingValueError
from pybridge.subsetting.values import backend_of_value

if TYPE_CHECKING:
    import numpy.typing as npt


def read(backend: Backend, x: Tensor, selection: Selection) -> Tensor:
    """Return the elements of `x` that `selection` names.

    A selection that the caller wrote with scalars, ranges and new axes alone gives a view where the
    library has views; any other gives new memory, whatever the values in it. Raises
    `MissingValueError` where the selection holds `NA` and the dtype of `x` has no missing value.
    """
    if _is_vector_of_scalar(backend, x, selection):
        x = backend.reshape(x, known_shape(selection.shape))
    if selection.has_missing:
        return _read_with_missing(backend, x, selection)
    match selection:
        case Orthogonal():
            return _read_orthogonal(backend, x, selection)
        case Points(coordinates=(), count=count):  # each row of no column names the one element
            return backend.take(backend.reshape(x, (1,)), np.zeros(count, np.int64), 0)
        case Points(coordinates=coordinates):
            return backend.take_points(x, _counted(backend, x, coordinates))
        case Masked(mask=mask, order=order):
            if order == "F":
                return backend.take_mask(backend.transpose(x, _reversed(mask.ndim)), mask.T)
            return backend.take_mask(x, mask)
        case TracedPoints(coordinates=coordinates):
            return backend.take_points(x, _counted(backend, x, coordinates))
        case TracedMasked():
            return backend.take_points(x, _traced_coordinates(backend, selection))


def _read_orthogonal(backend: Backend, x: Tensor, selection: Orthogonal) -> Tensor:
    key = selection_key(selection.axes)
    chosen = gathers(selection.axes)
    found = x
    if key is not None:
        found = backend.basic(x, key)
    elif not chosen:
        found = _whole_view(backend, x)
    if len(chosen) > 1:
        before = backend.shape(found)
        chosen.sort(key=lambda pair: _shrinkage(pair[1], before[pair[0]]))
    for place, axis in chosen:
        found = backend.take(found, _indices(backend, found, axis, place), place)
    if not chosen and not selection.is_written_as_basic:
        found = backend.copy(found)
    dropped = [place for place, axis in chosen if isinstance(axis, TracedIndex)]
    if dropped:
        found = without_axes(backend, found, tuple(dropped))
    if selection.squeezed:
        found = without_axes(backend, found, selection.squeezed)
    return found


def _whole_view(backend: Backend, x: Tensor) -> Tensor:
    """Return all of `x` as another object, whose shape may be set without that of `x`."""
    ndim = len(backend.shape(x))
    return backend.basic(x, (slice(None),) * ndim) if ndim else backend.reshape(x, ())


def without_axes(backend: Backend, x: Tensor, axes: tuple[int, ...]) -> Tensor:
    """Drop axes of size 1."""
    ndim = len(backend.shape(x))
    return backend.basic(x, tuple(0 if k in axes else slice(None) for k in range(ndim)))


def _shrinkage(axis: AxisSelection, size: Size) -> float:
    """Return how much of an axis is kept; what is unknown comes last."""
    match axis:
        case Gather(indices=indices):
            return len(indices) / max(size or 1, 1)
        case TracedIndex():
            return 1 / max(size or 1, 1)
        case TracedGather(size=int(count)):
            return count / max(size or 1, 1)
        case _:
            return math.inf


def _indices(backend: Backend, x: Tensor, axis: AxisSelection, place: int) -> Indices:
    """Return the indices of a gather, or of what a traced tensor selects, none negative."""
    match axis:
        case Gather(indices=indices):
            if backend.shape(x)[place] is None:
                return _from_the_start(backend, x, indices, place)
            return indices
        case TracedIndex(index=index):
            return backend.reshape(_wrapped(backend, x, index, place), (1,))
        case TracedGather(indices=indices):
            return _wrapped(backend, x, indices, place)
        case TracedRun():
            return _traced_range(backend, x, axis, place)
        case TracedMask(mask=mask):
            return backend.nonzero(mask)[0]
        case _:
            raise AssertionError("a slice is no gather")


def _traced_range(backend: Backend, x: Tensor, axis: TracedRun, place: int) -> Indices:
    step = axis.step
    size = backend.size(x, place)
    if isinstance(step, int):  # an open end has an explicit step, or runs upward
        first = (0 if step > 0 else size - 1) if axis.first is None else axis.first
        last = (size - 1 if step > 0 else 0) if axis.last is None else axis.last
        beyond = 1 if step > 0 else -1
    else:
        first, last, beyond = axis.first, axis.last, step
    first, last = (
        bound + size if isinstance(bound, int) and bound < 0 else bound
        for bound in (
            bound if isinstance(bound, int) else _wrapped(backend, x, bound, place)
            for bound in (first, last)
        )
    )
    return backend.arange(first, last + beyond, step)


def _wrapped(backend: Backend, x: Tensor, indices: Indices, axis: int) -> Indices:
    """Count traced negative indices from the start; what no index is goes beyond the axis."""
    size = backend.size(x, axis)
    from_end = backend.where(indices < -size, size, indices + size)
    return backend.where(indices < 0, from_end, indices)


def _from_the_start(
    backend: Backend, x: Tensor, indices: npt.NDArray[np.int64], axis: int
) -> Indices:
    """Count negative indices from the start of an axis whose size only the running code knows."""
    if indices.size == 0 or int(indices.min()) >= 0:
        return indices
    size = backend.size(x, axis)
    return backend.where(indices < 0, size + indices, indices)


def _counted(backend: Backend, x: Tensor, coordinates: tuple[Indices, ...]) -> tuple[Indices, ...]:
    """Return coordinates of which none is negative."""
    sizes = backend.shape(x)
    return tuple(
        _wrapped(backend, x, indices, axis)
        if not isinstance(indices, np.ndarray)
        else (_from_the_start(backend, x, indices, axis) if sizes[axis] is None else indices)
        for axis, indices in enumerate(coordinates)
    )


def _traced_coordinates(backend: Backend, selection: TracedMasked) -> tuple[Indices, ...]:
    ndim = len(selection.shape)
    if selection.order == "F":
        return backend.nonzero(backend.transpose(selection.mask, _reversed(ndim)))[::-1]
    return backend.nonzero(selection.mask)


def _reversed(ndim: int) -> tuple[int, ...]:
    return tuple(range(ndim))[::-1]


def _read_with_missing(backend: Backend, x: Tensor, selection: Selection) -> Tensor:
    """Read with a stand-in element wherever the selection is `NA`, then blank those."""
    holes = missing_holes(selection)
    if holes.size == 0:
        return _filled(backend, x, 0, holes.shape)
    missing = missing_value(backend, x, SELECTS_NA)
    if 0 in selection.shape:  # there is no element to stand in: every one of the result is NA
        return backend.copy(backend.broadcast_to(missing, holes.shape))
    if isinstance(selection, Orthogonal):
        found = _read_orthogonal(backend, x, selection)
    else:
        assert isinstance(selection, Points)
        found = backend.take_points(x, selection.coordinates)
    return backend.where(holes, missing, found)


SELECTS_NA: Final = "the subscript selects NA"


def missing_value(backend: Backend, x: Tensor, reason: str) -> Tensor:
    """Return NaN in the dtype of `x`; R's complex NA is missing in both parts."""
    name = backend.dtype_name(x)
    refuse_missing(name, reason)
    nan = complex(math.nan, math.nan) if "complex" in name else math.nan
    return backend.convert(np.array(nan), x)


def refuse_missing(name: str, reason: str) -> None:
    """Raise `MissingValueError` for a dtype that cannot hold an `NA`, which comes for a reason."""
    if not ("float" in name or "complex" in name):
        raise MissingValueError(
            f"{reason}, and a tensor of dtype {name} has no missing value; convert the tensor to a "
            "real dtype first",
            dtype=name,
        )


def _filled(backend: Backend, x: Tensor, value: Any, shape: tuple[int, ...]) -> Tensor:
    """Return a new tensor like `x` with one value everywhere."""
    return backend.copy(backend.broadcast_to(backend.convert(np.array(value), x), shape))


def missing_holes(selection: Selection) -> npt.NDArray[np.bool_]:
    """Return, in the shape of the result, where it is `NA`."""
    if isinstance(selection, Points):
        assert selection.missing is not None
        return selection.missing
    assert isinstance(selection, Orthogonal)
    kept = known_shape(selection.kept_shape)
    holes = np.zeros(kept, bool)
    for axis, gather in gathers(selection.axes):
        if isinstance(gather, Gather) and gather.missing is not None:
            holes |= gather.missing.reshape([-1 if k == axis else 1 for k in range(len(kept))])
    return holes.reshape(known_shape(selection.result_shape))


def growth_in_place(length: int, shape: Shape) -> AssignmentError:
    """Return the error for a tensor that would have to grow where it is."""
    return AssignmentError(
        f"R would make a new vector of length {length} of this tensor of shape {shape}, which "
        'cannot grow in place; `r_assign(x, ..., value=..., dialect="base")` returns it'
    )


def assign_as_r_does(backend: Backend, x: Tensor, plan: Any, fitted: Tensor) -> Tensor:
    """Return `x` with what R's `[<-` does to it, in new memory."""
    if plan.growth is None:
        updated = backend.copy(x)
    else:
        updated = grow(backend, x, plan.growth.length, plan.growth.gap)
    if plan.selection is None:
        return updated
    return write(backend, updated, plan.selection, fitted)


def grow(backend: Backend, x: Tensor, length: int, gap: Indices) -> Tensor:
    """Return a vector of `length` that begins with the elements of `x`, column by column.

    At the indices `gap` it holds `NA`, at the other new ones anything: they are about to be
    written. Raises `MissingValueError` where there is a gap and the dtype has no missing value.
    """
    missing = None
    if len(gap):
        missing = missing_value(backend, x, f"position {int(gap[0]) + 1} would be NA")
    size = math.prod(known_shape(backend.shape(x)))
    flat = backend.reshape(backend.transpose(x, _reversed(len(backend.shape(x)))), (size,))
    if size == 0:
        grown = _filled(backend, x, 0, (length,))
    else:
        indices = np.arange(length)
        indices[size:] = 0
        grown = backend.take(flat, indices, 0)
    if missing is None:
        return grown
    holes = np.zeros(length, bool)
    holes[list(gap)] = True
    return backend.where(holes, missing, grown)


def write(backend: Backend, x: Tensor, selection: Selection, value: Tensor) -> Tensor:
    """Set the elements of `x` that `selection` names; return `x` if writable, else a new tensor.

    `value` is what `fit_value` gives for `x`, and broadcasts to the selection before any axis is
    squeezed. Where an element is named more than once the last wins, as in R. Entries that are `NA`
    set nothing.
    """
    if not _is_vector_of_scalar(backend, x, selection):
        return _write(backend, x, selection, value)
    inner = backend.reshape(backend.value_of(x), (1,))
    written = backend.reshape(_write(backend, inner, selection, value), ())
    return backend.assign_axes(x, (), written)


def _is_vector_of_scalar(backend: Backend, x: Tensor, selection: Selection) -> bool:
    """Return whether `x` has no axis and the selection one: to R it is a vector of length 1."""
    return len(selection.shape) == 1 and len(backend.shape(x)) == 0


def _write(backend: Backend, x: Tensor, selection: Selection, value: Tensor) -> Tensor:
    if isinstance(selection, Orthogonal):
        return _write_orthogonal(backend, x, selection, value)
    values = backend_of_value(backend, value)
    if len(values.shape(value)) != 1:
        value = values.reshape(value, (-1,))
    if isinstance(selection, Points):
        return _write_points(backend, x, selection, value)
    value = _native(backend, x, value)
    match selection:
        case Masked(mask=mask, order="C"):
            return backend.assign_mask(x, mask, value)
        case Masked(coordinates=coordinates):
            return backend.assign_points(x, coordinates, value)
        case TracedPoints(coordinates=coordinates):
            return backend.assign_points(x, _counted(backend, x, coordinates), value)
        case TracedMasked(mask=mask):
            if backend.shape(value) == (1,):
                return _keep_unless(backend, x, mask, value)
            return backend.assign_points(x, _traced_coordinates(backend, selection), value)


def _native(backend: Backend, x: Tensor, value: Tensor) -> Tensor:
    """Take a value that is still a NumPy array to the library of `x`."""
    return value if backend_of_value(backend, value) is backend else backend.convert(value, x)


def _keep_unless(backend: Backend, x: Tensor, mask: Tensor, changed: Tensor) -> Tensor:
    """Set all of `x` to what it was, or to `changed` where the mask is true."""
    ndim = len(backend.shape(x))
    if len(backend.shape(changed)) != ndim:
        changed = backend.reshape(changed, (1,) * ndim)
    updated = backend.where(mask, changed, backend.value_of(x))
    return backend.assign_axes(x, (WHOLE,) * ndim, updated)


def _write_points(backend: Backend, x: Tensor, selection: Points, value: Tensor) -> Tensor:
    if not selection.coordinates:  # each row of no column names the one element, the last row wins
        if not selection.count:
            return x
        last = backend.basic(_native(backend, x, value), (-1,))
        return backend.assign_axes(x, (), last)
    coordinates, entries = settled_points(selection)
    values = backend_of_value(backend, value)
    if values.shape(value)[0] is None:
        value = values.broadcast_to(value, (selection.count,))  # which checks it when the code runs
    if entries is not None and values.shape(value)[0] != 1:
        value = values.take(value, entries, 0)
    return backend.assign_points(x, _counted(backend, x, coordinates), _native(backend, x, value))


def _write_orthogonal(backend: Backend, x: Tensor, selection: Orthogonal, value: Tensor) -> Tensor:
    """Give every axis of `x` one axis of the value, then settle each by itself."""
    if names_nothing(selection):  # some libraries stumble over that
        return x
    values = backend_of_value(backend, value)
    value, sizes = _aligned(values, selection.axes, value)
    if sizes.count(None) == 1:
        value, sizes = _stretched(values, selection, value, sizes)
    masks: list[Tensor] = []
    axes: list[AxisSelection] = []
    for place, (axis, turn) in enumerate(settled_axes(selection.axes, sizes)):
        if turn is not None:
            value = turned(values, value, turn, place, len(sizes))
        if isinstance(axis, TracedMask) and sizes[place] == 1:
            masks.append(_along(backend, axis.mask, place, len(sizes)))
            axes.append(WHOLE)
        elif isinstance(axis, NOT_SLICES):
            axes.append(Gather(_indices(backend, x, axis, place)))
        else:
            axes.append(axis)
    value = _native(backend, x, value)
    if not masks:
        return backend.assign_axes(x, tuple(axes), value)
    mask = functools.reduce(lambda one, other: one & other, masks)
    copied = backend.copy(backend.value_of(x))
    return _keep_unless(backend, x, mask, backend.assign_axes(copied, tuple(axes), value))


def _stretched(
    values: Backend, selection: Orthogonal, value: Tensor, sizes: Shape
) -> tuple[Tensor, Shape]:
    """Give a value of one unknown size what a vector selects; that checks it when the code runs."""
    place = sizes.index(None)
    axis = [axis for axis in selection.axes if not isinstance(axis, NewAxis)][place]
    if not isinstance(axis, Gather):
        return value, sizes
    stretched = known_shape((*sizes[:place], len(axis.indices), *sizes[place + 1 :]))
    return values.broadcast_to(value, stretched), stretched


def settled_axes(
    axes: tuple[AxisSelection, ...], aligned: Shape
) -> list[tuple[AxisSelection, slice | Indices | None]]:
    """Return for each axis of the tensor what to set, and how the value turns along it.

    What is set is ascending, holds no `NA`, and names no element for two values, so that no
    library's order of writing shows. `aligned` is the shape of the value, one axis for each. It
    turns by a slice or by the entries that count; None leaves it.

    >>> settled_axes((Run(4, -2, 3), WHOLE), (3, 1))
    [(Run(start=0, step=2, length=3), slice(None, None, -1)), (Whole(), None)]
    """
    settled: list[tuple[AxisSelection, slice | Indices | None]] = []
    for axis in axes:
        turn = None
        if isinstance(axis, Run):
            if axis.step < 0:
                start = axis.start + axis.step * (axis.length - 1) if axis.length else 0
                turn = _BACKWARD if aligned[len(settled)] != 1 else None
                axis = Run(start, -axis.step, axis.length)
        elif isinstance(axis, Gather):
            is_single = aligned[len(settled)] == 1
            if axis.missing is not None or not is_single:
                turn = _last_entries(axis)
                if turn is not None:
                    axis = Gather(axis.indices[turn])
                    turn = None if is_single else turn
        elif isinstance(axis, NewAxis):
            continue
        settled.append((axis, turn))
    return settled


_BACKWARD: Final = slice(None, None, -1)


def names_nothing(selection: Orthogonal) -> bool:
    """Return whether no element is selected, as far as that can be known."""
    if 0 in selection.shape:
        return True
    for axis in selection.axes:
        if isinstance(axis, Run):
            if axis.length == 0:
                return True
        elif isinstance(axis, Gather) and (
            len(axis.indices) == 0 or (axis.missing is not None and axis.missing.all())
        ):
            return True
    return False


def turned(values: Backend, value: Tensor, turn: slice | Indices, place: int, ndim: int) -> Tensor:
    """Return a value of `ndim` axes with one of them turned as `settled_axes` says."""
    if not isinstance(turn, slice):
        return values.take(value, turn, place)
    around = (slice(None),)
    return values.basic(value, around * place + (turn,) + around * (ndim - place - 1))


def _along(backend: Backend, mask: Tensor, axis: int, ndim: int) -> Tensor:
    """Lay a mask of one axis along `axis` of `ndim`."""
    return backend.basic(mask, (None,) * axis + (slice(None),) + (None,) * (ndim - axis - 1))


def _aligned(
    values: Backend, axes: tuple[AxisSelection, ...], value: Tensor
) -> tuple[Tensor, Shape]:
    """Return the value with one axis for each axis of the tensor, and its shape then."""
    sizes = values.shape(value)
    aligned = aligned_sizes(axes, sizes)
    if aligned == sizes:
        return value, aligned
    if None not in aligned:
        return values.reshape(value, known_shape(aligned)), aligned
    return values.basic(value, aligned_key(axes, len(sizes))), aligned


def aligned_key(axes: tuple[AxisSelection, ...], ndim: int) -> Key:
    """Return the key that gives a value of `ndim` axes the sizes of `aligned_sizes`.

    >>> from pybridge.dialects.selections import Index
    >>> aligned_key((Index(1), WHOLE, NewAxis(), WHOLE), 3)
    (None, slice(None, None, None), 0, slice(None, None, None))
    """
    place = ndim - sum([not isinstance(axis, SCALARS) for axis in axes])
    key: list[Any] = [0] * place  # more axes than are kept have size 1
    for axis in axes:
        if isinstance(axis, SCALARS):
            key.append(None)
            continue
        if not isinstance(axis, NewAxis):
            key.append(slice(None) if place >= 0 else None)
        elif place >= 0:
            key.append(0)
        place += 1
    return tuple(key)


def aligned_sizes(axes: tuple[AxisSelection, ...], sizes: Shape) -> Shape:
    """Return the sizes of a value with one axis for each axis of the tensor that it goes into.

    `sizes` broadcast to what the axes select; more of them than that are 1, as NumPy allows.

    >>> from pybridge.dialects.selections import Index
    >>> aligned_sizes((Index(1), WHOLE, NewAxis(), WHOLE), (3, 1, 5)), aligned_sizes((WHOLE,), ())
    ((1, 3, 5), (1,))
    """
    place = len(sizes) - sum([type(axis) not in SCALARS for axis in axes])
    aligned: list[Size] = []
    for axis in axes:
        kind = type(axis)
        if kind in SCALARS:
            aligned.append(1)
            continue
        if kind is not NewAxis:
            aligned.append(sizes[place] if place >= 0 else 1)
        place += 1
    return tuple(aligned)


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


def settled_points(
    selection: Points,
) -> tuple[tuple[npt.NDArray[np.int64], ...], npt.NDArray[np.int64] | None]:
    """Return the coordinates to set, none twice and none `NA`, and the entries of the value to use.

    None stands for all of them.

    >>> settled_points(Points((5,), (np.array([3, 0, 3]),), 3))
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


def known_shape(shape: Shape) -> tuple[int, ...]:
    """Return a shape whose sizes are all known."""
    assert None not in shape, "a size is unknown here"
    return cast("tuple[int, ...]", shape)
