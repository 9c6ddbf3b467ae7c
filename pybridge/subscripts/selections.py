"""What subscripts resolve to: zero-based, checked, tied to one shape.

The dialect that builds a selection has checked every index against the shape; nothing checks it
again. A selection knows the shape of its result without touching any data. A size is None where
traced code does not know it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from pybridge.shape import Order, Shape, Size
from pybridge.subscripts.frozen import Frozen
from pybridge.subscripts.taken import (
    NOWHERE,
    Gather,
    LeftOut,
    Taken,
    TracedGather,
    TracedIndex,
    TracedMask,
    TracedRun,
    from_the_start,
    wrapped,
)

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "NOTHING",
    "NOWHERE",
    "OF_ALL_AXES",
    "WHOLE",
    "AxisSelection",
    "Gather",
    "Key",
    "LeftOut",
    "Masked",
    "Orthogonal",
    "Points",
    "Selection",
    "Taken",
    "TracedGather",
    "TracedIndex",
    "TracedMask",
    "TracedMasked",
    "TracedPoints",
    "TracedRun",
    "count_on",
    "from_the_start",
    "is_index",
    "keeps_axis",
    "kept",
    "orthogonal",
    "regular_run",
    "slice_from_run",
    "slice_of_index",
    "wrapped",
]

Key: TypeAlias = tuple[Any, ...]
"""A zero-based key as NumPy reads it: an int, a slice or None for each subscript.

For a known size, slices stay within the axis and ints are not negative. For an unknown size both
have Python's meaning.
"""

WHOLE: Final = slice(None)
NOTHING: Final = slice(0, 0, 1)


AxisSelection: TypeAlias = int | slice | Taken | None
"""The selection on one axis; None is a new axis."""


def kept(part: AxisSelection) -> AxisSelection:
    """Return the selection of one position as one that keeps its axis, any other as it is."""
    if isinstance(part, TracedIndex):
        return TracedIndex(part.index, keeps_axis=True)
    if isinstance(part, Taken) or not is_index(part):
        return part
    return slice_of_index(part)  # type: ignore[arg-type]


def keeps_axis(part: AxisSelection) -> bool:
    """Return whether the axis of a selection remains in the result."""
    return part.keeps_axis if isinstance(part, Taken) else not is_index(part)


def count_on(part: slice | Taken, size: Size) -> Size:
    """Return how many elements are selected on an axis of `size`; None if unknown."""
    if isinstance(part, Taken):
        return part.count(size)
    if part is WHOLE or size is None:
        return size
    return len(range(*part.indices(size)))


def is_index(part: Any) -> bool:
    """Return whether a part of a key is one index, which drops its axis.

    True for an int or a compiler's symbolic int.
    """
    return part is not None and type(part) is not slice


class Orthogonal:
    """A selection on each axis, independent of the others; axes never move.

    `key` is applied first: trailing axes that it does not name are whole, and so is an axis that
    has an entry in `takes`. Then each of `takes` is applied along its place, which counts the axes
    that the key keeps. `squeezed` holds the axes of the result, zero-based, that R drops at the end
    because their extent is 1. `is_view` is True where the caller wrote only scalars, ranges and new
    axes, for which a library with views gives a view; a vector always selects into new memory.
    """

    __slots__ = ("is_view", "key", "shape", "squeezed", "takes")
    __match_args__ = ("shape", "key", "takes", "is_view", "squeezed")

    def __init__(
        self,
        shape: Shape,
        key: Key,
        takes: tuple[tuple[int, Taken], ...] = (),
        is_view: bool = True,
        squeezed: tuple[int, ...] = (),
    ) -> None:
        """Store what a dialect has checked; a plain class, because every reading builds one."""
        self.shape = shape
        self.key = key
        self.takes = takes
        self.is_view = is_view
        self.squeezed = squeezed

    @property
    def axes(self) -> tuple[AxisSelection, ...]:
        """The selection on each axis of `shape`, in order, and None for a new axis."""
        takes = dict(self.takes)
        axes: list[AxisSelection] = []
        place = 0
        for part in self.key:
            if is_index(part):
                axes.append(part)
                continue
            axes.append(takes.get(place, part))
            place += 1
        named = len(axes) - self.key.count(None)
        return (*axes, *[WHOLE] * (len(self.shape) - named))

    @property
    def kept_shape(self) -> Shape:
        """The shape of the result before any axis is squeezed."""
        sizes: list[Size] = []
        old = iter(self.shape)
        for axis in self.axes:
            size = 1 if axis is None else next(old)
            if isinstance(axis, slice | Taken):
                if keeps_axis(axis):
                    sizes.append(count_on(axis, size))
            elif axis is None:
                sizes.append(1)
        return tuple(sizes)

    @property
    def result_shape(self) -> Shape:
        """The shape of the result."""
        shape = self.kept_shape
        if not self.squeezed:
            return shape
        return tuple([size for k, size in enumerate(shape) if k not in self.squeezed])

    @property
    def has_missing(self) -> bool:
        """Whether the result holds `NA` that the tensor does not."""
        for _, taken in self.takes:  # noqa: SIM110  a generator would be slower
            if type(taken) is Gather and taken.missing is not None:
                return True
        return False


class _OneAxis(Frozen):
    """Base class of selections whose result has one axis, for any number of axes of the tensor."""

    @property
    def result_shape(self) -> Shape:
        """The shape of the result: one axis of `count` elements."""
        return (self.count,)  # type: ignore[attr-defined]

    @property
    def has_missing(self) -> bool:
        """Whether the result holds `NA` that the tensor does not."""
        return getattr(self, "missing", None) is not None


class Points(_OneAxis, eq=False):
    """One element for each entry of the coordinates.

    `coordinates` has one int64 vector for each axis of `shape`, all of one length. `missing` is a
    mask of entries that select R's `NA`; their coordinates are 0.
    """

    shape: Shape
    coordinates: tuple[npt.NDArray[np.int64], ...]
    count: int
    missing: npt.NDArray[np.bool_] | None = None


class Masked(_OneAxis, eq=False):
    """The elements where `mask`, of the whole shape, is true, in row- or column-major order."""

    shape: Shape
    mask: npt.NDArray[np.bool_]
    order: Order = "C"

    @property
    def count(self) -> int:
        """The number of selected elements."""
        return int(np.count_nonzero(self.mask))

    @property
    def coordinates(self) -> tuple[npt.NDArray[np.int64], ...]:
        """The coordinates where the mask is true, one vector for each axis, in its order."""
        if self.order == "F":
            return tuple(np.nonzero(self.mask.T))[::-1]
        return tuple(np.nonzero(self.mask))


class TracedPoints(_OneAxis, eq=False):
    """One element for each entry of traced coordinates."""

    shape: Shape
    coordinates: tuple[Any, ...]
    count: Size


class TracedMasked(_OneAxis, eq=False):
    """The elements where a traced mask of the whole shape is true."""

    shape: Shape
    mask: Any
    order: Order = "C"

    @property
    def count(self) -> None:
        """The number of selected elements is unknown."""
        return None


Selection: TypeAlias = Orthogonal | Points | Masked | TracedPoints | TracedMasked
OF_ALL_AXES: Final = (Points, Masked, TracedPoints, TracedMasked)
"""The selections that one subscript alone makes of all axes."""


def orthogonal(
    shape: Shape,
    axes: Iterable[AxisSelection],
    squeezed: tuple[int, ...] = (),
    *,
    is_view: bool = True,
) -> Orthogonal:
    """Combine per-axis selections; a view if it may be one, `is_view`, and none is a vector.

    >>> orthogonal((4, 5), (1, slice(0, 3, 1))).result_shape
    (3,)
    """
    key: list[int | slice | None] = []
    takes: list[tuple[int, Taken]] = []
    place = 0
    for axis in axes:
        kind = type(axis)
        if kind is slice or axis is None:
            place += 1
        elif kind is not int and isinstance(axis, Taken):
            takes.append((place, axis))
            axis = WHOLE
            place += 1
        key.append(axis)  # type: ignore[arg-type]
    return Orthogonal(shape, tuple(key), tuple(takes), is_view and not takes, squeezed)


def regular_run(indices: npt.NDArray[np.int64]) -> range | None:
    """Return the range that `indices` form, or None if they are irregular or repeat.

    >>> regular_run(np.array([4, 2, 0])), regular_run(np.array([0, 0]))
    (range(4, -2, -2), None)
    """
    count = len(indices)
    if count == 0:
        return range(0)
    first = int(indices[0])
    step = int(indices[1]) - first if count > 1 else 1
    if step == 0 or int(indices[-1]) - first != step * (count - 1):
        return None
    run = range(first, first + step * count, step)
    if count < _SHORT:
        return run if indices.tolist() == [*run] else None
    return run if bool((indices[1:] - indices[:-1] == step).all()) else None


_SHORT: Final = 32
"""Below this count Python compares faster than NumPy."""


def slice_from_run(run: range) -> slice:
    """Return the slice of the indices of a range, all within the axis.

    >>> slice_from_run(range(4, -2, -2)), slice_from_run(range(3, 3))
    (slice(4, None, -2), slice(0, 0, 1))
    """
    if len(run) == 0:
        return NOTHING
    stop = run.start + run.step * len(run)
    return slice(run.start, stop if stop >= 0 else None, run.step)


def slice_of_index(index: int) -> slice:
    """Return the slice of one index, which keeps its axis."""
    return slice(index, index + 1 if index != -1 else None, 1)
