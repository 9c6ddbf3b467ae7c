"""What is taken along one axis where a slice cannot say it: indices, or what becomes them.

A traced tensor gives its indices when the code runs, and so does an axis of unknown size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pybridge.lossless import INT32_MAX
from pybridge.shape import Size

if TYPE_CHECKING:
    import numpy.typing as npt

NOWHERE: Final = -INT32_MAX
"""The index for position 0 in a traced tensor: beyond the axis, never the last."""


class Taken:
    """What is taken along one axis where a slice cannot say it: indices, or what becomes them.

    In a traced tensor negative indices count from the end, and `NOWHERE` is never an index.
    """

    __slots__ = ()
    keeps_axis: bool = True

    def count(self, size: Size) -> Size:
        """Return how many indices are taken on an axis of `size`; None if unknown."""
        return None

    def on(self, backend: Any, x: Any, place: int) -> Any:
        """Return the indices on an axis of `x`, none of them negative."""
        raise NotImplementedError


class Gather(Taken):
    """Indices in any order, with repeats; a 1-d int64 array.

    `missing` is a mask of entries that select R's `NA`; their index is 0.
    """

    __slots__ = ("indices", "missing")
    __match_args__ = ("indices", "missing")

    def __init__(
        self, indices: npt.NDArray[np.int64], missing: npt.NDArray[np.bool_] | None = None
    ) -> None:
        """Store the indices; a plain class, because every reading by a vector makes one."""
        self.indices = indices
        self.missing = missing

    def count(self, size: Size) -> int:
        """Return the number of indices."""
        return len(self.indices)

    def on(self, backend: Any, x: Any, place: int) -> Any:
        """Return the indices; those of an unknown size may be negative before."""
        if backend.shape(x)[place] is None:
            return from_the_start(backend, x, self.indices, place)
        return self.indices


class TracedIndex(Taken):
    """One index in a traced tensor; its axis is dropped, unless it `keeps_axis`."""

    __slots__ = ("index", "keeps_axis")

    def __init__(self, index: Any, *, keeps_axis: bool = False) -> None:
        """Store the index."""
        self.index = index
        self.keeps_axis = keeps_axis

    def count(self, size: Size) -> int:
        """Return 1."""
        return 1

    def on(self, backend: Any, x: Any, place: int) -> Any:
        """Return a vector of the one index."""
        return backend.reshape(wrapped(backend, x, self.index, place), (1,))


class TracedGather(Taken):
    """Indices in a traced tensor of one axis with `size` entries."""

    __slots__ = ("indices", "size")

    def __init__(self, indices: Any, size: Size) -> None:
        """Store the indices."""
        self.indices = indices
        self.size = size

    def count(self, size: Size) -> Size:
        """Return the number of indices."""
        return self.size

    def on(self, backend: Any, x: Any, place: int) -> Any:
        """Return the indices, counted from the start."""
        return wrapped(backend, x, self.indices, place)


class TracedRun(Taken):
    """The indices from `first` to `last`, both included, by `step`; each may be traced.

    None is an open end. A step that leads away from the end selects nothing.
    """

    __slots__ = ("first", "last", "step")

    def __init__(self, first: Any, last: Any, step: Any) -> None:
        """Store the bounds and the step."""
        self.first = first
        self.last = last
        self.step = step

    def on(self, backend: Any, x: Any, place: int) -> Any:
        """Return the indices of the run."""
        step = self.step
        size = backend.size(x, place)
        if isinstance(step, int):  # an open end has an explicit step, or runs upward
            first = (0 if step > 0 else size - 1) if self.first is None else self.first
            last = (size - 1 if step > 0 else 0) if self.last is None else self.last
            beyond = 1 if step > 0 else -1
        else:
            first, last, beyond = self.first, self.last, step
        first, last = (
            bound + size if isinstance(bound, int) and bound < 0 else bound
            for bound in (
                bound if isinstance(bound, int) else wrapped(backend, x, bound, place)
                for bound in (first, last)
            )
        )
        return backend.arange(first, last + beyond, step)


class TracedMask(Taken):
    """The indices where a traced mask is true; their number is unknown."""

    __slots__ = ("mask",)

    def __init__(self, mask: Any) -> None:
        """Store the mask."""
        self.mask = mask

    def on(self, backend: Any, x: Any, place: int) -> Any:
        """Return the indices where the mask is true."""
        return backend.nonzero(self.mask)[0]


class LeftOut(Taken):
    """All indices of an axis but those of `parts`, where a size or a part is not known yet.

    A part is an index, a slice, or what is taken.
    """

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Any, ...]) -> None:
        """Store the parts."""
        self.parts = parts

    def on(self, backend: Any, x: Any, place: int) -> Any:
        """Return the indices that are left."""
        every = backend.positions_on(x, place)
        known = self._known()
        if known is not None:
            return _left_of(backend, every, *known, backend.size(x, place))
        return backend.nonzero(self.mask(backend, every))[0]

    def without_size(self) -> Gather | None:
        """Return the indices that are left where that needs no size, else None.

        It needs none where a part runs to an end, because what is left counts from the other one,
        and where all but some are left out, because those are left.
        """
        if len(self.parts) == 1 and isinstance(self.parts[0], LeftOut):
            inner = self.parts[0]._known()
            if inner is not None:
                signed = [-1 - index if inner[1] else index for index in inner[0]]
                return Gather(np.array(sorted(signed), np.int64))
        ends = [part for part in self.parts if type(part) is slice and part.step in (None, 1)]
        if any(part.start is None and part.stop is None for part in ends):
            return Gather(np.empty(0, np.int64))
        tails = [part for part in ends if part.stop is None and part.start >= 0]
        heads = [part for part in ends if part.start is None and part.stop < 0]
        others = LeftOut(tuple([part for part in self.parts if part not in tails + heads]))
        known = others._known()
        if known is None or bool(tails) == bool(heads) or (known[0] and known[1] == bool(tails)):
            return None
        if tails:
            left = np.arange(min(part.start for part in tails))
            return Gather(np.setdiff1d(left, known[0]))
        left = np.arange(max(part.stop for part in heads), 0)
        return Gather(np.setdiff1d(left, [-1 - index for index in known[0]]))

    def _known(self) -> tuple[list[int], bool] | None:
        """Return the indices that are left out, each once, and whether they count from the end.

        None if one is traced, or if some count from the start and others from the end.
        """
        indices: set[int] = set()
        for part in self.parts:
            if isinstance(part, Gather):
                indices.update(part.indices.tolist())
            elif type(part) is int:
                indices.add(part)
            elif isinstance(part, slice) and _has_one_sign(part):
                indices.update(range(*_bounds_of(part)))
            else:
                return None
        if not indices or min(indices) >= 0:
            return sorted(indices), False
        return (sorted([-1 - index for index in indices]), True) if max(indices) < 0 else None

    def mask(self, backend: Any, every: Any) -> Any:
        """Return a mask of `every`, all indices of the axis, that is false at the parts."""
        is_left = backend.where(every >= 0, every, 0) >= 0  # of the library, not of NumPy
        for part in self.parts:
            if isinstance(part, TracedMask):
                is_left = backend.where(part.mask, False, is_left)
                continue
            if isinstance(part, slice):
                count, indices = None, backend.basic(every, (part,))
            else:
                part = part if isinstance(part, Taken) else Gather(np.array([part], np.int64))
                count, indices = part.count(None), part.on(backend, every, 0)
            if count is None or count > _FEW or isinstance(part, Gather):
                first = backend.basic(is_left, (slice(0, 1, 1),))
                false = backend.where(first, False, first)
                is_left = backend.assign_points(is_left, (indices,), false)
                continue
            for k in range(count):  # what every library does, also where it scatters nothing
                index = backend.basic(indices, (k,))
                is_before = backend.where(index > every, is_left, False)
                is_left = backend.where(index < every, is_left, is_before)
        return is_left


_FEW: Final = 64
"""Up to so many traced indices are compared one by one."""


def _has_one_sign(part: slice) -> bool:
    """Return whether a slice names the same indices on every axis that is long enough."""
    start, stop, step = part.start, part.stop, part.step
    if start is None or (stop is None and not (start < 0 < step or start >= 0 > step)):
        return False
    return stop is None or (start < 0) == (stop < 0)


def _bounds_of(part: slice) -> tuple[int, int, int]:
    end = 0 if part.step > 0 else -1
    return part.start, end if part.stop is None else part.stop, part.step


def _left_of(backend: Any, every: Any, out: list[int], from_end: bool, size: Any) -> Any:
    """Return the indices of an axis of unknown size but those in `out`, which ascend.

    Where one of them is beyond the axis, all become the size, which no library reads.
    """
    left = backend.basic(every, (slice(len(out), None, 1),)) - len(out)
    for index in out:
        left = backend.where(left >= index, left + 1, left)
    for index in out:
        found = backend.take(every, np.array([index], np.int64), 0)
        left = backend.where(found >= index, left, size)  # `==` of Keras compares objects
    if not from_end:
        return left
    return backend.basic(
        backend.where(left < size, size - 1 - left, size), (slice(None, None, -1),)
    )


def wrapped(backend: Any, x: Any, indices: Any, axis: int) -> Any:
    """Count traced negative indices from the start; invalid ones become the size of the axis."""
    size = backend.size(x, axis)
    from_end = backend.where(indices < -size, size, indices + size)
    return backend.where(indices < 0, from_end, indices)


def from_the_start(backend: Any, x: Any, indices: npt.NDArray[np.int64], axis: int) -> Any:
    """Count negative indices from the start of an axis whose size is known only at run time."""
    if indices.size == 0 or int(indices.min()) >= 0:
        return indices
    size = backend.size(x, axis)
    return backend.where(indices < 0, size + indices, indices)
