"""What subscripts resolved to: zero-based, checked, tied to one shape.

A selection trusts itself: whoever built it (a dialect) has checked every index against the shape.
It knows the shape of its result without touching any data. A size is None where traced code does
not know it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Size: TypeAlias = int | None
Shape: TypeAlias = tuple[Size, ...]
Order: TypeAlias = Literal["C", "F"]


@dataclass(frozen=True, slots=True)
class Whole:
    """All of an axis."""


@dataclass(frozen=True, slots=True)
class Index:
    """One index; its axis is dropped. Negative, from the end, only where the size is unknown."""

    index: int


@dataclass(frozen=True, slots=True)
class Run:
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


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A slice with Python's meaning, for an axis whose size is unknown while code is traced."""

    start: int | None
    stop: int | None
    step: int


@dataclass(frozen=True, slots=True, eq=False)
class Gather:
    """The indices of `indices`, in any order, with repeats; 1-d int64.

    `missing` marks entries that select no element but R's `NA`; their index is 0.
    """

    indices: npt.NDArray[np.int64]
    missing: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True)
class NewAxis:
    """A new axis of size 1."""


AxisSelection: TypeAlias = Whole | Index | Run | OpenRun | Gather | NewAxis

WHOLE: Final = Whole()
NEW_AXIS: Final = NewAxis()


@dataclass(frozen=True, slots=True, eq=False)
class Orthogonal:
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
            size = None if isinstance(axis, NewAxis) else next(old)
            if not isinstance(axis, Index):
                sizes.append(_selected_size(axis, size))
        return tuple(sizes)

    @property
    def result_shape(self) -> Shape:
        """The shape of the result."""
        kept = self.kept_shape
        return tuple(size for k, size in enumerate(kept) if k not in self.squeezed)

    @property
    def has_missing(self) -> bool:
        """Whether the result holds `NA` that the tensor does not."""
        return any(isinstance(axis, Gather) and axis.missing is not None for axis in self.axes)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
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


@dataclass(frozen=True, slots=True, eq=False)
class Masked:
    """The elements where `mask`, of the whole shape, is true, in row- or column-major order."""

    shape: Shape
    mask: npt.NDArray[np.bool_]
    order: Order = "C"

    @property
    def result_shape(self) -> Shape:
        """The shape of the result: one axis."""
        return (int(np.count_nonzero(self.mask)),)

    @property
    def has_missing(self) -> bool:
        """Whether the result holds `NA` that the tensor does not: never."""
        return False


Selection: TypeAlias = Orthogonal | Points | Masked


def _selected_size(axis: AxisSelection, size: Size) -> Size:
    match axis:
        case Whole():
            return size
        case Run(length=length):
            return length
        case Gather(indices=indices):
            return len(indices)
        case NewAxis():
            return 1
        case _:
            return None


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


def gathers(axes: tuple[AxisSelection, ...]) -> list[tuple[int, Gather]]:
    """Return each gather with the axis it stands on once scalars are dropped, zero-based."""
    found: list[tuple[int, Gather]] = []
    kept = 0
    for axis in axes:
        if isinstance(axis, Gather):
            found.append((kept, axis))
        if not isinstance(axis, Index):
            kept += 1
    return found
