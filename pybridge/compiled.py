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
from pybridge.arguments import has_tensor
from pybridge.backends.protocol import Backend, Tensor, static_shape
from pybridge.compiling import errors_shown, gives_constants
from pybridge.dialects.shortcut import short_key
from pybridge.dialects.tensor import least_sizes
from pybridge.errors import TracingError
from pybridge.execution import known_shape
from pybridge.resolving import Dialect, read_for_one_use, resolve, select
from pybridge.selections import (
    Gather,
    Masked,
    NewAxis,
    OpenRun,
    Order,
    Orthogonal,
    Points,
    Run,
    Selection,
    Shape,
    assignment_key,
    axis_indices,
    gathers,
    selection_key,
)
from pybridge.shapes import UNKNOWN, new_sizes, read_sizes

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
        if _has_open(backend, written):
            key = _open_key(backend, x, written) if drop and dialect == "tensor" else None
            if key is not None:
                return backend.basic(x, key)
            written = tuple([_fixed(backend, item) for item in written])
        shape = _open_shape(backend, x, dialect, None, written)
        name = backend.dtype_name(x)
        inner, steps = _reading(shape, name, drop, dialect, order, *written)
        if steps is not None:
            return _read_by_steps(backend, backend.reshape(x, inner) if inner else x, steps)
    selection = select(backend, shape, written, drop=drop, dialect=dialect, order=order)
    return execution.read(backend, x, selection)


def _has_open(backend: Backend, written: tuple[Any, ...]) -> bool:
    """Return whether a number that the compiler left open is among the subscripts."""
    for item in written:
        kind = type(item)
        parts: tuple[Any, ...] = (item,)
        if kind is slice:
            parts = (item.start, item.stop, item.step)
        elif kind is list:
            parts = tuple(item)
        for part in parts:
            if (type(part) is int or type(part) is float) and backend.is_open(part):
                return True
    return False


def _open_key(backend: Backend, x: Tensor, written: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Return the key of scalars and ranges whose numbers stay open, or None.

    Guards see to it that they are positions on their axes. Elsewhere they become constants, for the
    usual error: to write one takes numbers.
    """
    sizes = tuple([backend.size(x, axis) for axis in range(len(backend.shape(x)))])
    axis = 0
    for item in written:
        if item is ... or axis == len(sizes) or isinstance(item, list):
            return None
        if item is None:
            continue
        size = sizes[axis]
        if type(item) is int:
            bounds: tuple[Any, ...] = (item,)
        elif type(item) is slice and item.step is None:
            bounds = tuple([end for end in (item.start, item.stop) if type(end) is int])
        else:
            return None
        for bound in bounds:
            if not (0 < bound <= size or -size <= bound < 0):
                return None
        axis += 1
    key: tuple[Any, ...] | None = short_key(written, sizes)
    return key


def _fixed(backend: Backend, written: Any) -> Any:
    """Return a subscript or a value with every number in it a constant of the graph."""
    kind = type(written)
    if kind is int or kind is float:
        return backend.fixed(written)
    if kind is slice:
        parts = (written.start, written.stop, written.step)
        return slice(*[_fixed(backend, part) for part in parts])
    if kind is list or kind is tuple:
        return kind([_fixed(backend, entry) for entry in written])
    return written


def _open_shape(
    backend: Backend, x: Tensor, dialect: Dialect, value: Shape | None, written: tuple[Any, ...]
) -> Shape:
    """Return the sizes of `x`, with None for one that the compiler may leave open.

    `value` is the shape of what is assigned, None when reading. A size may be left open where the
    subscripts need no more of it than that it is large enough. That is checked by a guard; an axis
    that is too short becomes a known one, whose error is the usual one.
    """
    shape = backend.shape(x)
    if None not in shape:
        return shape
    for axis, least in enumerate(_least_sizes(shape, dialect, value, *written)):
        if shape[axis] is None and (least is None or backend.size(x, axis) < least):
            return static_shape(backend, x)
    return shape


@gives_constants
def _least_sizes(
    shape: Shape, dialect: Dialect, value: Shape | None, *written: Any
) -> tuple[int | None, ...]:
    every = (None,) * len(shape)
    if dialect == "base":
        return every
    subscripts = read_for_one_use(written)
    selection = resolve(shape, subscripts)
    if value is not None and not _is_plainly_set(selection, value):
        return every
    return least_sizes(subscripts, len(shape))


def _is_plainly_set(selection: Selection, value: Shape) -> bool:
    """Return whether an open size can stay so: slices run upward, and the value repeats there."""
    if not isinstance(selection, Orthogonal) or len(value) > len(selection.kept_shape):
        return False
    axes = [axis for axis in selection.axes if not isinstance(axis, NewAxis)]
    aligned = execution.aligned_sizes(selection.axes, value)
    count = sum([isinstance(axis, Gather) for axis in axes])
    return count < 2 and not any(
        size is None and ((isinstance(axis, OpenRun) and axis.step < 0) or given not in (1, None))
        for axis, size, given in zip(axes, selection.shape, aligned, strict=True)
    )


def _all_tensors(backend: Backend, x: Tensor, written: tuple[Any, ...]) -> tuple[Any, ...]:
    """Make tensors of the lists that stand beside tensors, checked: the rest can check no tensor.

    So are arrays made into tensors, their values unknown. The general path would make arrays of the
    lists, whose values the compiler hides.
    """
    named = [item is not None and item is not ... for item in written]
    found: list[Any] = []
    is_after_rest = False
    for k, item in enumerate(written):
        is_after_rest = is_after_rest or item is ...
        if isinstance(item, np.ndarray):
            item = backend.as_indices(item)
        elif isinstance(item, list) and not has_tensor(backend, (item,)):
            shape = known_shape(static_shape(backend, x))
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
def _reading(
    shape: Shape, dtype: str, drop: bool, dialect: Dialect, order: Order, *written: Any
) -> tuple[tuple[int, ...] | None, tuple[Any, ...] | None]:
    """Return the shape in which to read, if not the tensor's own, and how to read it."""
    subscripts = read_for_one_use(written)
    selection = resolve(shape, subscripts, drop=drop, dialect=dialect, order=order)
    if selection.has_missing:
        with errors_shown():
            execution.refuse_missing(dtype, execution.SELECTS_NA)
    return _inner(shape, selection), reading_steps(selection)


def _inner(shape: Shape, selection: Selection) -> tuple[int, ...] | None:
    """Return the shape of the selection where it is not the tensor's: a 0-d one is R's vector."""
    return known_shape(selection.shape) if selection.shape != shape else None


def reading_steps(selection: Selection) -> tuple[Any, ...] | None:
    """Return how to read a selection, or None where there is no element for a hole to replace.

    That is the coordinates of points, or a key whose slices are taken apart, the gathers, the axes
    to drop and whether to copy; and then the coordinates of what is `NA` in the result.

    >>> from pybridge.selections import Index
    >>> reading_steps(Orthogonal((2, 3), (Index(1), Gather(np.array([2, 0])))))
    ('axes', (1, (None, None, None)), ((0, (2, 0)),), (), False, None)
    """
    if selection.has_missing and 0 in selection.shape:
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
    missing = execution.missing_value(backend, x, execution.SELECTS_NA)
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
    fitted = _fitted(backend, x, value)
    if has_tensor(backend, written):
        written = _all_tensors(backend, x, written)
        selection = select(backend, backend.shape(x), written, dialect=dialect, order=order)
        values.refuse_unbroadcast(backend.shape(fitted), selection.result_shape)
        return execution.write(backend, x if is_in_place else backend.copy(x), selection, fitted)
    if _has_open(backend, written):
        written = tuple([_fixed(backend, item) for item in written])
    sizes = static_shape(backend, fitted) if dialect == "base" else backend.shape(fitted)
    shape = _open_shape(backend, x, dialect, sizes, written)
    growth, inner, places, steps = _writing(shape, sizes, dialect, order, *written)
    if growth is None:
        updated = x if is_in_place else backend.copy(x)
    elif is_in_place:
        raise execution.growth_in_place(growth[0], shape)
    else:
        updated = execution.grow(backend, x, *growth)
    if places is not None:
        fitted = backend.take(backend.reshape(fitted, (-1,)), places, 0)
    if steps is not None:
        # reshaped to one axis, a tensor of none still has its own memory
        target = updated if inner is None else backend.reshape(updated, inner)
        _write_by_steps(backend, target, steps, fitted)
    return updated


def _fitted(backend: Backend, x: Tensor, value: Any) -> Tensor:
    """Return a value as a tensor like `x`; of a number that is left open only the kind is known."""
    if isinstance(value, np.ndarray):
        raise TracingError(
            "a NumPy array is no value inside torch.compile, which hides its elements; make it a "
            "torch tensor"
        )
    if backend.serves(value):
        return values.fit_value(backend, x, value)
    name = backend.dtype_name(x)
    if type(value) is not float and type(value) is not int:
        value = _fixed(backend, value)
    elif name in ("float32", "float64") and backend.is_open(value):
        return backend.convert(value, x)
    else:
        value = backend.fixed(value)
    numbers, shape = _constant(name, value)
    if not shape:
        return backend.convert(numbers[0], x)
    return backend.reshape(backend.convert(numbers, x), shape)


@gives_constants
def _constant(dtype: str, value: Any) -> tuple[tuple[Any, ...], tuple[int, ...]]:
    """Return the elements of a value and its shape."""
    with errors_shown():
        cast = values.cast_for(dtype, value)
    return tuple(cast.ravel().tolist()), cast.shape


@gives_constants
def _writing(
    shape: Shape, sizes: Shape, dialect: Dialect, order: Order, *written: Any
) -> tuple[Any, Any, Any, Any]:
    """Return how a value of `sizes` is written.

    That is how a vector grows first, the shape in which to write if it is not the tensor's own, the
    places of the value's elements, and the steps.
    """
    subscripts = read_for_one_use(written)
    with errors_shown():
        if dialect == "tensor":
            selection = resolve(shape, subscripts, order=order)
            values.refuse_unbroadcast(sizes, selection.result_shape)
            return None, _inner(shape, selection), None, writing_steps(selection, sizes)
        from pybridge.dialects import base_assignment

        known = known_shape(sizes)
        every = np.arange(math.prod(known)).reshape(known)
        plan = base_assignment.plan_assignment(subscripts, shape, every)
    growth = None
    if plan.growth is not None:
        growth = (plan.growth.length, tuple(plan.growth.gap.tolist()))
    if plan.selection is None:
        return growth, None, None, None
    grown = shape if plan.growth is None else (plan.growth.length,)
    steps = writing_steps(plan.selection, plan.value.shape)
    places = tuple(plan.value.ravel().tolist())
    return growth, _inner(grown, plan.selection), places, steps


def writing_steps(selection: Selection, sizes: Shape) -> tuple[Any, ...] | None:
    """Return how to write a value of `sizes` into a selection, or None where nothing is named.

    That is the coordinates of points and the entries of the value that count; or how the value gets
    one axis for each of the tensor's, by a key where a size is open and by its sizes elsewhere, how
    it turns along each, and the slices or indices.

    >>> from pybridge.selections import Index
    >>> writing_steps(Orthogonal((2, 3), (Index(1), Gather(np.array([2, 0, 2])))), (3,))
    ('axes', None, (1, 3), ((1, (1, 2)),), ((1, 2, None), ((0, 2), None)))
    """
    if not isinstance(selection, Orthogonal):
        coordinates, entries = _coordinates(selection), None
        if isinstance(selection, Points):
            coordinates, entries = execution.settled_points(selection)
        if coordinates and not len(coordinates[0]):
            return None
        taken = None if entries is None else tuple(entries.tolist())
        return ("points", _as_numbers(coordinates), taken)
    if execution.names_nothing(selection):
        return None
    aligned = execution.aligned_sizes(selection.axes, sizes)
    settled = execution.settled_axes(selection.axes, aligned)
    key = execution.aligned_key(selection.axes, len(sizes)) if None in aligned else None
    turns = tuple(
        [
            (place, None if isinstance(turn, slice) else tuple(turn.tolist()))
            for place, (_, turn) in enumerate(settled)
            if turn is not None
        ]
    )
    # in a graph a slice with a step is set by way of a copy of everything, a gather is not
    gathered = [
        k
        for k, (axis, _) in enumerate(settled)
        if isinstance(axis, Gather) or (isinstance(axis, Run) and axis.step != 1)
    ]
    axes = [axis for axis, _ in settled]
    known = tuple([size or 0 for size in selection.shape])  # an open one is not looked at
    for k in gathered:
        axes[k] = Gather(axis_indices(axes[k], known[k]))
    parts = [
        (part.start, part.stop, part.step)
        if isinstance(part, slice)
        else (tuple(part.ravel().tolist()), part.shape if part.ndim > 1 else None)
        for part in assignment_key(tuple(axes), known)
    ]
    return ("axes", key, aligned, turns, tuple(parts))


def _write_by_steps(backend: Backend, x: Tensor, steps: tuple[Any, ...], value: Tensor) -> None:
    if steps[0] == "points":
        _, coordinates, entries = steps
        value = backend.reshape(value, (-1,))
        if entries is not None and backend.shape(value) != (1,):
            value = backend.take(value, entries, 0)
        backend.assign_points(x, coordinates, value)
        return
    _, key, aligned, turns, parts = steps
    if key is None:
        if backend.shape(value) not in ((), aligned):  # a value of no axis broadcasts as it is
            value = backend.reshape(value, aligned)
    else:
        value = backend.basic(value, tuple([slice(None) if part == ":" else part for part in key]))
    for place, entries in turns:
        turn = entries or slice(None, None, -1)
        value = execution.turned(backend, value, turn, place, len(parts))
    target: list[Any] = []
    for part in parts:
        if len(part) == 3:
            target.append(slice(*part))
            continue
        indices, shape = part
        found = backend.as_indices(indices)
        target.append(found if shape is None else backend.reshape(found, shape))
    x[tuple(target)] = value


def sizes_compiled(backend: Backend, x: Tensor, dim: Any) -> tuple[int, ...]:
    """Return the new sizes of `x`, as `new_sizes` does; a size of `x` stays open where it can.

    It can where one entry of `dim` is open too, and a guard sees to it that the elements fit.
    """
    entries = (dim,) if type(dim) is int else tuple(dim)
    shape = backend.shape(x)
    if has_tensor(backend, entries) or _has_open(backend, entries):
        return new_sizes(static_shape(backend, x), [_fixed(backend, entry) for entry in entries])
    if None in shape:
        others = _product(*entries)
        count = math.prod([backend.size(x, axis) for axis in range(len(shape))])
        if others is None or count % others != 0:
            shape = static_shape(backend, x)
    return _sizes(shape, *entries)


@gives_constants
def _product(*entries: Any) -> int | None:
    """Return the product of all entries but an open one, or None where none or too many are."""
    with errors_shown():
        sizes = read_sizes(entries)
    known = [size for size in sizes if size != UNKNOWN]
    return math.prod(known) or None if len(known) == len(sizes) - 1 else None


@gives_constants
def _sizes(shape: Shape, *entries: Any) -> tuple[int, ...]:
    with errors_shown():
        return new_sizes(shape, entries)
