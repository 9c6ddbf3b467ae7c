"""Reading and writing while `torch.compile` reads the code: one graph, and few guards.

The compiler takes each line for a part of its graph, and guards whatever a line looks up. So what
depends on shapes and subscripts alone is worked out in functions that it calls without reading
them, and that return nothing but numbers, texts and tuples of them. Only what tensors hold is left
to the general path.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pybridge import execution, values
from pybridge.arguments import without_tensors
from pybridge.backends.protocol import Backend, Key, Tensor, static_shape
from pybridge.compiling import gives_constants
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
from pybridge.subscripts import NA, Range, Subscripts, Traced

if TYPE_CHECKING:
    import numpy.typing as npt


_LARGEST: Final[dict[type, dict[str, float]]] = {
    int: {"float32": 2**24, "float64": 2**53},
    float: {"float32": values.FLOAT32_MAX, "float64": math.inf},
}
"""Up to what a number of Python goes into a tensor of reals without loss."""


class Compiled:
    """What the public functions do to tensors of `backend`, in lines that a compiler can take over.

    They are methods because `torch.compile` guards every function that it finds by its global name,
    and the methods of a class all at once.
    """

    __slots__ = ("backend",)

    def __init__(self, backend: Backend) -> None:
        """Serve the tensors of a library whose compiler reads Python code."""
        self.backend = backend

    def read(
        self,
        x: Tensor,
        written: tuple[Any, ...],
        *,
        drop: bool,
        dialect: Dialect,
        order: Order,
    ) -> Tensor:
        """Return the elements of `x` that the subscripts name."""
        if self._has_tensor(written):
            shape = self.backend.shape(x)
            written = self._all_tensors(x, written)
        else:
            if self._has_open(written):
                key = self._open_key(x, written) if drop and dialect == "tensor" else None
                if key is not None:
                    return self.backend.basic(x, key)
                written = tuple([self._fixed(item) for item in written])
            shape = self._open_shape(x, dialect, None, written)
            name = self.backend.dtype_name(x)
            inner, steps = _reading(shape, name, drop, dialect, order, *written)
            if steps is not None:
                return self._read_by_steps(self.backend.reshape(x, inner) if inner else x, steps)
        selection = select(self.backend, shape, written, drop=drop, dialect=dialect, order=order)
        return execution.read(self.backend, x, selection)

    def assign(
        self,
        x: Tensor,
        written: tuple[Any, ...],
        value: Any,
        *,
        dialect: Dialect,
        order: Order,
        is_in_place: bool = False,
    ) -> Tensor:
        """Return `x` with a value at the elements that the subscripts name.

        That is `x` itself if it is written in place, and else a new tensor.
        """
        fitted = self._fitted(x, value)
        if self._has_tensor(written):
            written = self._all_tensors(x, written)
            shape = self.backend.shape(x)
            selection = select(self.backend, shape, written, dialect=dialect, order=order)
            values.refuse_unbroadcast(self.backend.shape(fitted), selection.result_shape)
            updated = x if is_in_place else self.backend.copy(x)
            return execution.write(self.backend, updated, selection, fitted)
        if self._has_open(written):
            written = tuple([self._fixed(item) for item in written])
        sizes = self.backend.shape(fitted)
        if None in sizes and not _can_stay_open(self.backend.shape(x), sizes, dialect, *written):
            sizes = static_shape(self.backend, fitted)
        shape = self._open_shape(x, dialect, sizes, written)
        growth, inner, places, steps = _writing(shape, sizes, dialect, order, *written)
        if growth is None:
            updated = x if is_in_place else self.backend.copy(x)
        elif is_in_place:
            raise execution.growth_in_place(growth[0], shape)
        else:
            updated = execution.grow(self.backend, x, *growth)
        if places is not None:
            fitted = self.backend.take(self.backend.reshape(fitted, (-1,)), places, 0)
        if steps is not None:
            # reshaped to one axis, a tensor of none still has its own memory
            target = updated if inner is None else self.backend.reshape(updated, inner)
            self._write_by_steps(target, steps, fitted)
        return updated

    def _fitted(self, x: Tensor, value: Any) -> Tensor:
        """Return a value as a tensor like `x`; of a number left open only its kind is known."""
        name = self.backend.dtype_name(x)
        if type(value) is float or type(value) is int:
            limit = _LARGEST[type(value)].get(name)
            # what is left open is guarded to lose nothing; a constant is checked as elsewhere
            if limit is not None and self.backend.is_open(value) and -limit <= value <= limit:
                return self.backend.convert(value, x)
            value = self.backend.fixed(value)
        elif isinstance(value, np.ndarray):
            raise TracingError(
                "a NumPy array is no value inside torch.compile, which hides its elements; make it "
                "a torch tensor"
            )
        elif self.backend.serves(value):
            return values.fit_value(self.backend, x, value)
        else:
            value = self._fixed(value)
        numbers, imaginary, shape = _constant(name, value)
        if imaginary is not None:  # the compiler keeps no complex constants
            fitted = self.backend.convert(numbers, x) + self.backend.convert(imaginary, x) * 1j
            return self.backend.reshape(fitted, shape)
        if not shape:
            return self.backend.convert(numbers[0], x)
        return self.backend.reshape(self.backend.convert(numbers, x), shape)

    def new_sizes(self, x: Tensor, dim: Any) -> tuple[int, ...]:
        """Return the new sizes of `x`, as `new_sizes` does; a size of `x` stays open where it can.

        It can where one entry of `dim` is open too, and a guard sees to it that the elements fit.
        """
        entries = tuple(dim) if isinstance(dim, tuple | list) else (dim,)
        shape = self.backend.shape(x)
        if self._has_tensor(entries) or self._has_open(entries):
            return new_sizes(
                static_shape(self.backend, x), [self._fixed(entry) for entry in entries]
            )
        if None in shape:
            others = _product(*entries)
            count = math.prod([self.backend.size(x, axis) for axis in range(len(shape))])
            if others is None or count % others != 0:
                shape = static_shape(self.backend, x)
        return _sizes(shape, *entries)

    def _has_tensor(self, written: tuple[Any, ...]) -> bool:
        """Return whether a tensor of the library is among subscripts that a compiler meets.

        A NumPy array is one to the compiler. What is common comes first here, since the compiler
        guards each name that a line looks up.
        """
        for item in written:
            kind = type(item)
            if kind is int or item is None:
                continue
            parts = self._parts(item)
            if kind is not slice and kind is not list:
                if kind is Range:
                    parts = (item.start, item.stop, item.step)
                elif kind is Subscripts or kind is tuple:
                    parts = tuple(item.items if kind is Subscripts else item)
                if any(isinstance(part, Traced | np.ndarray) for part in parts):
                    return True
            for part in parts:
                if self.backend.serves(part):
                    return True
        return False

    def _parts(self, item: Any) -> tuple[Any, ...]:
        """Return the bounds of a slice, the entries of a list, or any other subscript alone."""
        if type(item) is slice:
            return (item.start, item.stop, item.step)
        return tuple(item) if type(item) is list else (item,)

    def _has_open(self, written: tuple[Any, ...]) -> bool:
        """Return whether a number that the compiler left open is among the subscripts."""
        for item in written:
            for part in self._parts(item):
                if (type(part) is int or type(part) is float) and self.backend.is_open(part):
                    return True
        return False

    def _open_key(self, x: Tensor, written: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """Return the key of scalars and ranges whose numbers stay open, or None.

        Guards see to it that they are positions on their axes. Elsewhere they become constants, for
        the usual error: to write one takes numbers.
        """
        sizes = tuple([self.backend.size(x, axis) for axis in range(len(self.backend.shape(x)))])
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

    def _fixed(self, written: Any) -> Any:
        """Return a subscript or a value with every number in it a constant of the graph."""
        kind = type(written)
        if kind is int or kind is float:
            return self.backend.fixed(written)
        if kind is slice:
            parts = (written.start, written.stop, written.step)
            return slice(*[self._fixed(part) for part in parts])
        if kind is list or kind is tuple:
            return kind([self._fixed(entry) for entry in written])
        return written

    def _open_shape(
        self, x: Tensor, dialect: Dialect, value: Shape | None, written: tuple[Any, ...]
    ) -> Shape:
        """Return the sizes of `x`, with None for one that the compiler may leave open.

        `value` is the shape of what is assigned, None when reading. A size may be left open where
        the subscripts need no more of it than that it is large enough. That is checked by a guard;
        an axis that is too short becomes a known one, whose error is the usual one.
        """
        shape = self.backend.shape(x)
        if None not in shape:
            return shape
        for axis, least in enumerate(_least_sizes(shape, dialect, value, *written)):
            if shape[axis] is None and (least is None or self.backend.size(x, axis) < least):
                return static_shape(self.backend, x)
        return shape

    def _all_tensors(self, x: Tensor, written: tuple[Any, ...]) -> tuple[Any, ...]:
        """Make tensors of the lists that stand beside tensors, checked: nothing checks those later.

        So are arrays made into tensors, their values unknown. The general path would make arrays of
        the lists, whose values the compiler hides.
        """
        named = [item is not None and item is not ... for item in written]
        found: list[Any] = []
        is_after_rest = False
        for k, item in enumerate(written):
            is_after_rest = is_after_rest or item is ...
            after = len(self.backend.shape(x)) - sum(named[k:])
            axis = after if is_after_rest else sum(named[:k])
            if isinstance(item, np.ndarray):
                item = self.backend.as_indices(item)
            elif isinstance(item, list) and not self._has_tensor((item,)):
                shape = known_shape(static_shape(self.backend, x))
                indices = _indices(shape, axis, self._fixed(item))
                item = self.backend.take(self.backend.arange(1, shape[axis] + 1, 1), indices, 0)
            elif self.backend.serves(item):
                self._refuse_short_mask(x, item, axis)
            else:
                item = self._fixed(item)
            found.append(without_tensors(item))
        return tuple(found)

    def _refuse_short_mask(self, x: Tensor, mask: Tensor, axis: int) -> None:
        """Raise where the size of a mask, left open, is not that of its axis."""
        if self.backend.dtype_name(mask) != "bool":
            return
        ndim = len(self.backend.shape(mask))
        if ndim == 1 and axis < len(self.backend.shape(x)):
            places = [(0, axis)]
        elif ndim == len(self.backend.shape(x)):
            places = [(k, k) for k in range(ndim)]
        else:
            return  # the dialect refuses that
        for place, other in places:
            if self.backend.size(mask, place) != self.backend.size(x, other):
                _refuse_mask(static_shape(self.backend, mask), static_shape(self.backend, x), axis)

    def _as_key(self, parts: tuple[Any, ...]) -> Key:
        """Put the slices of `_as_parts` together again."""
        return tuple([slice(*part) if isinstance(part, tuple) else part for part in parts])

    def _read_by_steps(self, x: Tensor, steps: tuple[Any, ...]) -> Tensor:
        holes = steps[-1]
        if steps[0] == "points":
            found = self.backend.take_points(x, steps[1])
        else:
            _, parts, takes, squeezed, is_copied, _ = steps
            found = self.backend.basic(x, self._as_key(parts)) if parts else x
            for place, indices in takes:
                found = self.backend.take(found, indices, place)
            if is_copied:
                found = self.backend.copy(found)
            if squeezed:
                found = execution.without_axes(self.backend, found, squeezed)
        if holes is None:
            return found
        missing = self.backend.reshape(self._fitted(x, NA), (1,))
        return self.backend.assign_points(found, holes, missing)

    def _write_by_steps(self, x: Tensor, steps: tuple[Any, ...], value: Tensor) -> None:
        if steps[0] == "points":
            _, coordinates, entries = steps
            value = self.backend.reshape(value, (-1,))
            if entries is not None and self.backend.shape(value) != (1,):
                value = self.backend.take(value, entries, 0)
            self.backend.assign_points(x, coordinates, value)
            return
        _, key, aligned, turns, parts = steps
        if key is None:
            if self.backend.shape(value) not in ((), aligned):  # one of no axis broadcasts
                value = self.backend.reshape(value, aligned)
        else:
            value = self.backend.basic(value, self._as_key(key))
        for place, entries in turns:
            turn = entries or slice(None, None, -1)
            value = execution.turned(self.backend, value, turn, place, len(parts))
        target: list[Any] = []
        for part in parts:
            if len(part) == 3:
                target.append(slice(*part))
                continue
            indices, shape = part
            found = self.backend.as_indices(indices)
            target.append(found if shape is None else self.backend.reshape(found, shape))
        x[tuple(target)] = value


@gives_constants
def _can_stay_open(shape: Shape, sizes: Shape, dialect: Dialect, *written: Any) -> bool:
    """Return whether each size of a value that is left open goes into one that is open itself."""
    if dialect == "base":
        return False
    selection = resolve(shape, read_for_one_use(written))
    if not isinstance(selection, Orthogonal) or len(sizes) > len(selection.kept_shape):
        return False
    kept = selection.kept_shape[len(selection.kept_shape) - len(sizes) :]
    return all(given is not None or size is None for given, size in zip(sizes, kept, strict=True))


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


@gives_constants
def _refuse_mask(found: Shape, shape: Shape, axis: int) -> None:
    """Raise the error of the dialect for a mask that does not fit."""
    mask = np.zeros(known_shape(found), bool)
    resolve(shape, read_for_one_use((slice(None),) * (axis if mask.ndim == 1 else 0) + (mask,)))


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
        assert isinstance(selection, Points | Masked)
        return ("points", _as_numbers(selection.coordinates), holes)
    takes = [
        (place, tuple(axis.indices.tolist()))
        for place, axis in gathers(selection.axes)
        if isinstance(axis, Gather)
    ]
    parts = _as_parts(selection_key(selection.axes) or ())
    is_copied = not takes and not selection.is_written_as_basic
    return ("axes", parts, tuple(takes), selection.squeezed, is_copied, holes)


def _as_numbers(coordinates: tuple[npt.NDArray[np.int64], ...]) -> tuple[tuple[int, ...], ...]:
    return tuple([tuple(axis.tolist()) for axis in coordinates])


def _as_parts(key: Key) -> tuple[Any, ...]:
    """Return a key with its slices taken apart."""
    return tuple([(p.start, p.stop, p.step) if isinstance(p, slice) else p for p in key])


@gives_constants
def _constant(
    dtype: str, value: Any
) -> tuple[tuple[Any, ...], tuple[float, ...] | None, tuple[int, ...]]:
    """Return the elements of a value, the imaginary parts of complex ones, and its shape."""
    cast = values.cast_for(dtype, value)
    flat = cast.ravel()
    if cast.dtype.kind == "c":
        return tuple(flat.real.tolist()), tuple(flat.imag.tolist()), cast.shape
    return tuple(flat.tolist()), None, cast.shape


@gives_constants
def _writing(
    shape: Shape, sizes: Shape, dialect: Dialect, order: Order, *written: Any
) -> tuple[Any, Any, Any, Any]:
    """Return how a value of `sizes` is written.

    That is how a vector grows first, the shape in which to write if it is not the tensor's own, the
    places of the value's elements, and the steps.
    """
    subscripts = read_for_one_use(written)
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
        assert isinstance(selection, Points | Masked)
        coordinates, entries = selection.coordinates, None
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
    key = None
    if None in aligned:
        key = _as_parts(execution.aligned_key(selection.axes, len(sizes)))
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


@gives_constants
def _product(*entries: Any) -> int | None:
    """Return the product of all entries but an open one, or None where none or too many are."""
    sizes = read_sizes(entries)
    known = [size for size in sizes if size != UNKNOWN]
    return math.prod(known) or None if len(known) == len(sizes) - 1 else None


@gives_constants
def _sizes(shape: Shape, *entries: Any) -> tuple[int, ...]:
    return new_sizes(shape, entries)
