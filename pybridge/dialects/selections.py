"""What subscripts resolved to: zero-based, checked, tied to one shape.

A selection trusts itself: whoever built it (a dialect) has checked every index against the shape.
It knows the shape of its result without touching any data. A size is None where traced code does
not know it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from pybridge.subscripts.frozen import Frozen

if TYPE_CHECKING:
    import numpy.typing as npt

Size: TypeAlias = int | None
Shape: TypeAlias = tuple[Size, ...]
Order: TypeAlias = Literal["C", "F"]


class Whole(Frozen):
    """All of an axis."""


class Index(Frozen):
    """One index; its axis is dropped. Negative, from the end, only where the size is unknown."""

    index: int


class Run(Frozen):
    """The indices `start, start + step, ...`, `length` of them; a descending run may reach 0.

    >>> Run(4, -2, 3).as_slice()
    slice(4, None, -2)
    """

    start: int
    step: int
    length: int

    def as_slice(self) -> slice:
        """Return the slice of the same indices on an axis that holds them all."""
        if self.length == 0:
            return slice(0, 0, 1)
        stop = self.start + self.step * self.length
        return slice(self.start, stop if stop >= 0 else None, self.step)


class OpenRun(Frozen):
    """A slice with Python's meaning, for an axis whose size is unknown while code is traced."""

    start: int | None
    stop: int | None
    step: int


class Gather(Frozen, eq=False):
    """The indices of `indices`, in any order, with repeats; 1-d int64.

    `missing` marks entries that select no element but R's `NA`; their index is 0.
    """

    indices: npt.NDArray[np.int64]
    missing: npt.NDArray[np.bool_] | None = None


class NewAxis(Frozen):
    """A new axis of size 1."""


class TracedIndex(Frozen, eq=False):
    """One index that a tensor holds, its value unknown; its axis is dropped.

    Here and below negative indices count from the end, and `NOWHERE` is never an index.
    """

    index: Any


class TracedGather(Frozen, eq=False):
    """The indices in a tensor of one axis and of `size` entries, their values unknown."""

    indices: Any
    size: Size


class TracedRun(Frozen, eq=False):
    """The indices from `first` to `last`, both included, by `step`; each may be a tensor.

    None is an open end. A step that leads away from the end selects nothing.
    """

    first: Any
    last: Any
    step: Any


class TracedMask(Frozen, eq=False):
    """The indices where a tensor of logicals is true, their number unknown."""

    mask: Any


AxisSelection: TypeAlias = (
    Whole
    | Index
    | Run
    | OpenRun
    | Gather
    | NewAxis
    | TracedIndex
    | TracedGather
    | TracedRun
    | TracedMask
)

SCALARS: Final = (Index, TracedIndex)
"""What drops its axis."""

NOT_SLICES: Final = (Gather, TracedIndex, TracedGather, TracedRun, TracedMask)
"""What a slice cannot say."""

NOWHERE: Final = -(2**31) + 1
"""Stands for position 0 in a traced tensor: it becomes an index beyond the axis, never the last."""

WHOLE: Final = Whole()
NEW_AXIS: Final = NewAxis()


class Orthogonal(Frozen, eq=False):
    """Each axis selected by itself; axes never move.

    `axes` holds one entry for each axis of `shape`, in order, and the new axes among them.
    `squeezed` are the axes of the result, zero-based, that R drops at the end because their
    extent is 1. `is_written_as_basic` tells that the caller wrote scalars, ranges and new axes
    alone, so that a library with views gives a view; what a vector selects is always new memory,
    whatever its values.
    """

    shape: Shape
    axes: tuple[AxisSelection, ...]
    is_written_as_basic: bool = True
    squeezed: tuple[int, ...] = ()

    @property
    def kept_shape(self) -> Shape:
        """The shape of the result before any axis is squeezed."""
        sizes: list[Size] = []
        old = iter(self.shape)
        for axis in self.axes:
            kind = type(axis)  # a match on classes costs several times as much
            if kind is NewAxis:
                sizes.append(1)
                continue
            size = next(old)
            if isinstance(axis, Run):
                sizes.append(axis.length)
            elif isinstance(axis, Gather):
                sizes.append(len(axis.indices))
            elif isinstance(axis, TracedGather):
                sizes.append(axis.size)
            elif kind is Whole:
                sizes.append(size)
            elif kind not in SCALARS:
                sizes.append(None)
        return tuple(sizes)

    @property
    def result_shape(self) -> Shape:
        """The shape of the result."""
        kept = self.kept_shape
        if not self.squeezed:
            return kept
        return tuple([size for k, size in enumerate(kept) if k not in self.squeezed])

    @property
    def has_missing(self) -> bool:
        """Whether the result holds `NA` that the tensor does not."""
        return any(isinstance(axis, Gather) and axis.missing is not None for axis in self.axes)


class Points(Frozen, eq=False):
    """One element for each entry of the coordinates; the result has one axis.

    `coordinates` holds one int64 vector for each axis of `shape`, all of one length. `missing`
    marks entries that select no element but R's `NA`; their coordinates are 0.
    """

    shape: Shape
    coordinates: tuple[npt.NDArray[np.int64], ...]
    count: int
    missing: npt.NDArray[np.bool_] | None = None

    @property
    def result_shape(self) -> Shape:
        """The shape of the result: one axis."""
        return (self.count,)

    @property
    def has_missing(self) -> bool:
        """Whether the result holds `NA` that the tensor does not."""
        return self.missing is not None


class Masked(Frozen, eq=False):
    """The elements where `mask`, of the whole shape, is true, in row- or column-major order."""

    shape: Shape
    mask: npt.NDArray[np.bool_]
    order: Order = "C"

    @property
    def result_shape(self) -> Shape:
        """The shape of the result: one axis."""
        return (int(np.count_nonzero(self.mask)),)

    @property
    def coordinates(self) -> tuple[npt.NDArray[np.int64], ...]:
        """Where the mask is true, one vector for each axis, in its order."""
        if self.order == "F":
            return tuple(np.nonzero(self.mask.T))[::-1]
        return tuple(np.nonzero(self.mask))

    @property
    def has_missing(self) -> bool:
        """Whether the result holds `NA` that the tensor does not: never."""
        return False


class TracedPoints(Frozen, eq=False):
    """One element for each entry of the coordinates, which are tensors of unknown values."""

    shape: Shape
    coordinates: tuple[Any, ...]
    count: Size

    @property
    def result_shape(self) -> Shape:
        """The shape of the result: one axis."""
        return (self.count,)

    @property
    def has_missing(self) -> bool:
        """Whether the result holds `NA` that the tensor does not: never."""
        return False


class TracedMasked(Frozen, eq=False):
    """The elements where a tensor of logicals, of the whole shape, is true."""

    shape: Shape
    mask: Any
    order: Order = "C"

    @property
    def result_shape(self) -> Shape:
        """The shape of the result: one axis of unknown size."""
        return (None,)

    @property
    def has_missing(self) -> bool:
        """Whether the result holds `NA` that the tensor does not: never."""
        return False


Selection: TypeAlias = Orthogonal | Points | Masked | TracedPoints | TracedMasked


def regular_run(indices: npt.NDArray[np.int64]) -> Run | None:
    """Return the run that `indices` form, or None where they are irregular or repeat.

    >>> regular_run(np.array([4, 2, 0])), regular_run(np.array([0, 0]))
    (Run(start=4, step=-2, length=3), None)
    """
    count = len(indices)
    if count == 0:
        return Run(0, 1, 0)
    first = int(indices[0])
    if count == 1:
        return Run(first, 1, 1)
    step = int(indices[1]) - first
    if step == 0 or int(indices[-1]) - first != step * (count - 1):
        return None
    if count > 2 and not bool((indices[1:] - indices[:-1] == step).all()):
        return None
    return Run(first, step, count)


def selection_key(axes: tuple[AxisSelection, ...]) -> tuple[Any, ...] | None:
    """Return the NumPy key of scalars, runs and new axes, or None where all are whole.

    Gathers stand as whole axes: they are applied afterwards, on the axes that remain.
    """
    key: list[Any] = []
    trivial = True
    for axis in axes:
        match axis:
            case Index(index=index):
                key.append(index)
            case Run():
                key.append(axis.as_slice())
            case OpenRun(start=start, stop=stop, step=step):
                key.append(slice(start, stop, step))
            case NewAxis():
                key.append(None)
            case _:
                key.append(slice(None))
                continue
        trivial = False
    return None if trivial else tuple(key)


def upward_key(
    key: tuple[Any, ...], sizes: Shape
) -> tuple[tuple[int, ...], tuple[Any, ...], tuple[int, ...]]:
    """Return a key without negative steps, the axes to flip before it and those to flip after it.

    For libraries whose slices run upward alone. An axis of unknown size flips before, where its
    index i is ~i; any other flips after, when it is shorter.

    >>> upward_key((1, slice(4, None, -2), slice(None, None, -1)), (3, 5, None))
    ((2,), (1, slice(0, 6, 2), slice(None, None, 1)), (0,))
    """
    upward: list[Any] = []
    before: list[int] = []
    after: list[int] = []
    axis = kept = 0
    for part in key:
        if isinstance(part, slice) and part.step is not None and part.step < 0:
            size = sizes[axis]
            if size is None:
                before.append(axis)
                first, last = (None if end is None else ~end for end in (part.start, part.stop))
                part = slice(first, last, -part.step)
            else:
                found = range(*part.indices(size))[::-1]
                part = slice(found.start, found.stop, found.step)
                after.append(kept)
        upward.append(part)
        axis += part is not None
        kept += not isinstance(part, int)
    return tuple(before), tuple(upward), tuple(after)


def gathers(axes: tuple[AxisSelection, ...]) -> list[tuple[int, AxisSelection]]:
    """Return what a slice cannot do, each with its axis once the scalars are dropped, zero-based.

    Those are the gathers, and all that a traced tensor selects.
    """
    found: list[tuple[int, AxisSelection]] = []
    kept = 0
    for axis in axes:
        if isinstance(axis, NOT_SLICES):
            found.append((kept, axis))
        if not isinstance(axis, Index):
            kept += 1
    return found


def assignment_key(axes: tuple[AxisSelection, ...], sizes: tuple[int, ...]) -> tuple[Any, ...]:
    """Return the NumPy key under which every axis is kept, at size 1 for a scalar.

    Arrays that a slice separates would move their axes to the front in NumPy, so that all the axes
    between two gathers become arrays as well. The indices may be tensors of another library.

    >>> axes = (Gather(np.array([2, 0])), WHOLE, Gather(np.array([4, 1, 3])), WHOLE)
    >>> [getattr(part, "shape", part) for part in assignment_key(axes, (3, 2, 5, 7))]
    [(2, 1, 1), (2, 1), (3,), slice(None, None, None)]
    """
    places = [k for k, axis in enumerate(axes) if type(axis) is Gather]
    if not places:
        return tuple([kept_slice(axis) for axis in axes])
    first, final = places[0], places[-1]
    key: list[Any] = []
    for k, axis in enumerate(axes):
        if first <= k <= final:
            indices = axis_indices(axis, sizes[k])
            key.append(indices if k == final else indices.reshape((-1,) + (1,) * (final - k)))
        else:
            key.append(kept_slice(axis))
    return tuple(key)


def kept_slice(axis: AxisSelection) -> slice:
    """Return the slice of a scalar, a run or a whole axis; a scalar keeps its axis.

    >>> kept_slice(Index(-1)), kept_slice(Run(2, 2, 3)), kept_slice(OpenRun(1, None, 1))
    (slice(-1, None, None), slice(2, 8, 2), slice(1, None, 1))
    """
    kind = type(axis)  # a match on classes costs several times as much
    if kind is Whole:
        return _WHOLE_SLICE
    if isinstance(axis, Run):
        return axis.as_slice()
    if isinstance(axis, Index):
        return slice(axis.index, axis.index + 1 if axis.index != -1 else None)
    assert isinstance(axis, OpenRun), "a gather is no slice"
    return slice(axis.start, axis.stop, axis.step)


_WHOLE_SLICE: Final = slice(None)


def axis_indices(axis: AxisSelection, size: int) -> Any:
    """Return all the indices that are selected on an axis of known size, as a vector."""
    if isinstance(axis, Gather):
        return axis.indices
    return np.arange(*kept_slice(axis).indices(size))
