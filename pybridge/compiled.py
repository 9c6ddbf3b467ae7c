"""Reading and writing while `torch.compile` reads the code: one graph, and few guards.

The compiler takes each line for a part of its graph, and guards whatever a line looks up. So what
depends on shapes and subscripts alone is worked out in functions that it calls without reading
them, and that return nothing but numbers, texts and tuples of them. Only what tensors hold is left
to the general path.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pybridge import execution, values
from pybridge.arguments import has_tensor, refuse_uncompilable
from pybridge.backends.protocol import Backend, Tensor
from pybridge.compiling import gives_constants
from pybridge.dialects.tensor import least_sizes
from pybridge.errors import TracingError
from pybridge.resolving import Dialect, read_for_one_use, resolve, select
from pybridge.selections import (
    Gather,
    Masked,
    OpenRun,
    Order,
    Orthogonal,
    Points,
    Selection,
    Shape,
    axis_indices,
    gathers,
    kept_slice,
    selection_key,
)

if TYPE_CHECKING:
    import numpy.typing as npt


def read_compiled(
    backend: Backend,
    x: Tensor,
    written: tuple[Any, ...],
    *,
    drop: bool,
    dialect: Dialect,
    order: Order,
) -> Tensor:
    """Return the elements of `x` that the subscripts name."""
    if has_tensor(backend, written):
        shape = backend.shape(x)
        written = _all_tensors(backend, x, written)
    else:
        shape = _open_shape(backend, x, dialect, False, written)
        steps = _reading(shape, drop, dialect, order, *written)
        if steps is not None:
            return _read_by_steps(backend, x, steps)
    selection = select(backend, shape, written, drop=drop, dialect=dialect, order=order)
    return execution.read(backend, x, selection)


def _open_shape(
    backend: Backend, x: Tensor, dialect: Dialect, is_written: bool, written: tuple[Any, ...]
) -> Shape:
    """Return the sizes of `x`, with None for one that the compiler may leave open.

    It may where the subscripts need no more of the size than that it is large enough. That is
    checked by a guard; an axis that is too short becomes a known one, whose error is the usual one.
    """
    shape = backend.shape(x)
    if None not in shape:
        return shape
    for axis, least in enumerate(_least_sizes(shape, dialect, is_written, *written)):
        if shape[axis] is None and (least is None or backend.size(x, axis) < least):
            return backend.static_shape(x)
    return shape


@gives_constants
def _least_sizes(
    shape: Shape, dialect: Dialect, is_written: bool, *written: Any
) -> tuple[int | None, ...]:
    every = (None,) * len(shape)
    if dialect == "base":
        return every
    subscripts = read_for_one_use(written)
    selection = resolve(shape, subscripts)
    if is_written and not (isinstance(selection, Orthogonal) and _is_plainly_set(selection)):
        return every
    return least_sizes(subscripts, len(shape))


def _is_plainly_set(selection: Orthogonal) -> bool:
    """Return whether slices run upward and gathers are one, so that no size need be known."""
    count = sum([isinstance(axis, Gather) for axis in selection.axes])
    return count < 2 and all(axis.step > 0 for axis in selection.axes if isinstance(axis, OpenRun))


def _all_tensors(backend: Backend, x: Tensor, written: tuple[Any, ...]) -> tuple[Any, ...]:
    """Make tensors of the lists that stand beside tensors, checked: the rest can check no tensor.

    The general path would make arrays of them, whose values the compiler hides.
    """
    named = [item is not None and item is not ... for item in written]
    found: list[Any] = []
    is_after_rest = False
    for k, item in enumerate(written):
        is_after_rest = is_after_rest or item is ...
        if isinstance(item, list) and not has_tensor(backend, (item,)):
            shape = execution.known_shape(backend.static_shape(x))
            axis = len(shape) - sum(named[k:]) if is_after_rest else sum(named[:k])
            indices = _indices(shape, axis, item)
            item = backend.take(backend.arange(1, shape[axis] + 1, 1), indices, 0)
        found.append(item)
    return tuple(found)


@gives_constants
def _indices(shape: Shape, axis: int, item: list[Any]) -> tuple[int, ...]:
    """Return the indices that one list selects; too many subscripts are refused here."""
    selection = resolve(shape, read_for_one_use((slice(None),) * axis + (item,)))
    assert isinstance(selection, Orthogonal)
    size = shape[axis]
    assert size is not None
    return tuple(axis_indices(selection.axes[axis], size).tolist())


@gives_constants
def _reading(shape: Shape, drop: bool, dialect: Dialect, order: Order, *written: Any) -> Any:
    subscripts = read_for_one_use(written)
    return reading_steps(shape, resolve(shape, subscripts, drop=drop, dialect=dialect, order=order))


def reading_steps(shape: Shape, selection: Selection) -> tuple[Any, ...] | None:
    """Return how to read a selection, or None where the tensor's own shape is not what it selects.

    That is the coordinates of points, or a key whose slices are taken apart, the gathers, the axes
    to drop and whether to copy; and then the coordinates of what is `NA` in the result.

    >>> from pybridge.selections import Index
    >>> reading_steps((2, 3), Orthogonal((2, 3), (Index(1), Gather(np.array([2, 0])))))
    ('axes', (1, (None, None, None)), ((0, (2, 0)),), (), False, None)
    """
    if selection.shape != shape or (selection.has_missing and 0 in shape):
        return None
    holes = None
    if selection.has_missing:
        holes = _as_numbers(np.nonzero(execution.missing_holes(selection)))
    if not isinstance(selection, Orthogonal):
        return ("points", _as_numbers(_coordinates(selection)), holes)
    takes = [
        (place, tuple(axis.indices.tolist()))
        for place, axis in gathers(selection.axes)
        if isinstance(axis, Gather)
    ]
    parts = [
        (part.start, part.stop, part.step) if isinstance(part, slice) else part
        for part in selection_key(selection.axes) or ()
    ]
    is_copied = not takes and not selection.is_written_as_basic
    return ("axes", tuple(parts), tuple(takes), selection.squeezed, is_copied, holes)


def _as_numbers(coordinates: tuple[npt.NDArray[np.int64], ...]) -> tuple[tuple[int, ...], ...]:
    return tuple([tuple(axis.tolist()) for axis in coordinates])


def _coordinates(selection: Selection) -> tuple[npt.NDArray[np.int64], ...]:
    """Return the coordinates of points, or of where a mask of the whole shape is true."""
    if isinstance(selection, Points):
        return selection.coordinates
    assert isinstance(selection, Masked)
    if selection.order == "F":
        return tuple(np.nonzero(selection.mask.T))[::-1]
    return tuple(np.nonzero(selection.mask))


def _read_by_steps(backend: Backend, x: Tensor, steps: tuple[Any, ...]) -> Tensor:
    holes = steps[-1]
    if steps[0] == "points":
        found = backend.take_points(x, steps[1])
    else:
        _, parts, takes, squeezed, is_copied, _ = steps
        key = tuple([slice(*part) if isinstance(part, tuple) else part for part in parts])
        found = backend.basic(x, key) if key else x
        for place, indices in takes:
            found = backend.take(found, indices, place)
        if is_copied:
            found = backend.copy(found)
        if squeezed:
            found = execution.without_axes(backend, found, squeezed)
    if holes is None:
        return found
    missing = execution.missing_value(backend, x, "the subscript selects NA")
    return backend.assign_points(found, holes, backend.reshape(missing, (1,)))


def assign_compiled(
    backend: Backend,
    x: Tensor,
    written: tuple[Any, ...],
    value: Any,
    *,
    dialect: Dialect,
    order: Order,
) -> Tensor:
    """Return `x` with a value at the elements that the subscripts name; `x` never changes."""
    return _write(backend, x, written, value, dialect, order, is_in_place=False)


def assign_compiled_in_place(
    backend: Backend,
    x: Tensor,
    written: tuple[Any, ...],
    value: Any,
    *,
    dialect: Dialect,
    order: Order,
) -> None:
    """Write a value into `x` itself."""
    _write(backend, x, written, value, dialect, order, is_in_place=True)


def _write(
    backend: Backend,
    x: Tensor,
    written: tuple[Any, ...],
    value: Any,
    dialect: Dialect,
    order: Order,
    *,
    is_in_place: bool,
) -> Tensor:
    refuse_uncompilable(value)
    shape = backend.shape(x)
    if backend.serves(value):
        fitted = values.fit_value(backend, x, value)
    else:
        numbers, shape_of_value = _constant(backend.dtype_name(x), value)
        fitted = backend.reshape(backend.convert(numbers, x), shape_of_value)
    if has_tensor(backend, written) or not shape:
        if dialect != "tensor":
            raise TracingError(
                "inside torch.compile R's own `[<-` takes numbers as subscripts, and a tensor of "
                "one axis or more; its rules depend on values that only the running code knows"
            )
        written = _all_tensors(backend, x, written)
        selection = select(backend, shape, written, order=order)
        values.refuse_unbroadcast(backend.shape(fitted), selection.result_shape)
        return execution.write(backend, x if is_in_place else backend.copy(x), selection, fitted)
    sizes = backend.static_shape(fitted) if dialect == "base" else backend.shape(fitted)
    shape = _open_shape(backend, x, dialect, True, written)
    growth, places, steps = _writing(shape, sizes, dialect, order, *written)
    if growth is None:
        updated = x if is_in_place else backend.copy(x)
    elif is_in_place:
        raise execution.growth_in_place(growth[0], shape)
    else:
        updated = execution.grow(backend, x, *growth)
    if places is not None:
        fitted = backend.take(backend.reshape(fitted, (-1,)), places, 0)
    return updated if steps is None else _write_by_steps(backend, updated, steps, fitted)


@gives_constants
def _constant(dtype: str, value: Any) -> tuple[tuple[Any, ...], tuple[int, ...]]:
    """Return the elements of a value and its shape."""
    cast = values.cast_for(dtype, value)
    return tuple(cast.ravel().tolist()), cast.shape


@gives_constants
def _writing(
    shape: Shape, sizes: Shape, dialect: Dialect, order: Order, *written: Any
) -> tuple[Any, Any, Any]:
    """Return how a vector grows first, the places of the value's elements, and how to write."""
    subscripts = read_for_one_use(written)
    if dialect == "base":
        from pybridge.dialects import base_assignment

        known = execution.known_shape(sizes)
        every = np.arange(math.prod(known)).reshape(known)
        plan = base_assignment.plan_assignment(subscripts, shape, every)
        growth = None
        if plan.growth is not None:
            growth = (plan.growth.length, tuple(plan.growth.gap.tolist()))
        if plan.selection is None:
            return growth, None, None
        places = tuple(plan.value.ravel().tolist())
        return growth, places, writing_steps(plan.selection, plan.value.shape)
    selection = resolve(shape, subscripts, dialect=dialect, order=order)
    values.refuse_unbroadcast(sizes, selection.result_shape)
    return None, None, writing_steps(selection, sizes)


def writing_steps(selection: Selection, sizes: Shape) -> tuple[Any, ...] | None:
    """Return how to write a value of `sizes` into a selection, or None where nothing is named.

    That is the coordinates of points and the entries of the value that count; or how the value gets
    one axis for each of the tensor's, by a key where a size is open and by its sizes elsewhere, how
    it turns along each, and the slices or indices.

    >>> from pybridge.selections import Index
    >>> writing_steps(Orthogonal((2, 3), (Index(1), Gather(np.array([2, 0, 2])))), (3,))
    ('axes', None, (1, 3), ((1, (1, 2)),), ((1, 2, None), ((0, 2),)))
    """
    if not isinstance(selection, Orthogonal):
        coordinates, entries = _coordinates(selection), None
        if isinstance(selection, Points):
            coordinates, entries = execution.settled_points(selection)
        if coordinates and not len(coordinates[0]):
            return None
        taken = None if entries is None else tuple(entries.tolist())
        return ("points", _as_numbers(coordinates), taken)
    settled = execution.settled_axes(selection.axes)
    if execution.names_nothing(selection):
        return None
    aligned = execution.aligned_sizes(selection.axes, sizes)
    key = execution.aligned_key(selection.axes, len(sizes)) if None in aligned else None
    turns = tuple(
        [
            (place, None if isinstance(turn, slice) else tuple(turn.tolist()))
            for place, (_, turn) in enumerate(settled)
            if turn is not None and aligned[place] != 1
        ]
    )
    gathered = [k for k, (axis, _) in enumerate(settled) if isinstance(axis, Gather)]
    parts: list[Any] = []
    for k, (axis, _) in enumerate(settled):
        if gathered and gathered[0] <= k <= gathered[-1]:
            size = selection.shape[k]
            assert size is not None or isinstance(axis, Gather)
            parts.append((tuple(axis_indices(axis, size or 0).tolist()),))
        else:
            part = kept_slice(axis)
            parts.append((part.start, part.stop, part.step))
    return ("axes", key, aligned, turns, tuple(parts))


def _write_by_steps(backend: Backend, x: Tensor, steps: tuple[Any, ...], value: Tensor) -> Tensor:
    if steps[0] == "points":
        _, coordinates, entries = steps
        value = backend.reshape(value, (-1,))
        if entries is not None and backend.shape(value) != (1,):
            value = backend.take(value, entries, 0)
        return backend.assign_points(x, coordinates, value)
    _, key, aligned, turns, parts = steps
    if key is None:
        value = backend.reshape(value, aligned)
    else:
        value = backend.basic(value, tuple([slice(None) if part == ":" else part for part in key]))
    for place, entries in turns:
        value = execution.turned(backend, value, entries or slice(None, None, -1), place)
    axes = tuple([Gather(part[0]) if len(part) == 1 else OpenRun(*part) for part in parts])
    return backend.assign_axes(x, axes, value)
