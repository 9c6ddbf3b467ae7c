"""Base class for stores: arrays on disk that are read and written in blocks.

Reading returns NumPy arrays. The smallest cover of a selection is read, and NumPy then selects from
it, so the indexing rules of a library do not matter. Operations that would need a whole store
raise.
"""

from __future__ import annotations

import itertools
import math
from abc import abstractmethod
from typing import Any, Final, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from pybridge.backends.numpy import NUMPY
from pybridge.backends.protocol import Backend, Indices
from pybridge.backends.traits import Trait
from pybridge.holders import writing
from pybridge.holders.fitting import fit_in_numpy, refuse_unbroadcast
from pybridge.holders.protocol import Holder, Value, not_served
from pybridge.holders.reading import read
from pybridge.subscripts import selections as to

Part: TypeAlias = slice | npt.NDArray[np.int64]
"""The part of an axis to read: a slice of positive step, or ascending unique indices."""

MOST_NEEDLESS: Final = 4
"""A cover with this many times the selected elements is split."""


_ADVICE: Final = "read it, or take it to dask with dask.array.from_array()"


class Store(Holder):
    """An array in a store, of which a library reads and writes blocks and points.

    A library needs `serves`, `_read`, `_write`, `_read_points`, `_write_points`, `_chunks` and
    `refuse_read_only`, and `dtype` if its own is not one of NumPy's.
    """

    __slots__ = ()

    def traits(self, x: Any) -> tuple[Trait, ...]:
        """Return the trait of every store: no verb reads all of it without being asked."""
        what = f"an array in a {self.name} store"
        return (Trait(what, _ADVICE, ("read", "write", "assign", "value", "subscript")),)

    def dtype(self, x: Any) -> np.dtype[Any]:
        """Return the dtype in which NumPy has the elements."""
        dtype: np.dtype[Any] = np.dtype(x.dtype)
        return dtype

    @abstractmethod
    def refuse_read_only(self, x: Any) -> None:
        """Raise `ImmutableTensorError` if `x` cannot be written to."""

    @abstractmethod
    def _read(self, x: Any, parts: tuple[Part, ...]) -> npt.NDArray[Any]:
        """Return the outer product of the parts, one for each axis, in a new array."""

    @abstractmethod
    def _write(self, x: Any, parts: tuple[Part, ...], value: npt.NDArray[Any]) -> None:
        """Set the outer product of the parts, which is not empty; `value` has its shape."""

    @abstractmethod
    def _read_points(self, x: Any, coordinates: tuple[Indices, ...]) -> npt.NDArray[Any]:
        """Return one element for each entry of the coordinates, which are not empty."""

    @abstractmethod
    def _write_points(
        self, x: Any, coordinates: tuple[Indices, ...], value: npt.NDArray[Any]
    ) -> None:
        """Set one element for each entry of the coordinates, without duplicates."""

    @abstractmethod
    def _chunks(self, x: Any) -> tuple[int, ...]:
        """Return the sizes of the blocks of the store, none of them 0."""

    def _load(self, x: Any, selection: to.Selection) -> tuple[npt.NDArray[Any], to.Selection]:
        """Return the smallest cover of a selection, and the selection within the cover.

        Chunks without a selected element are not read, except that a mask or a matrix of
        coordinates may be so dense that an outer product reads the same chunks.
        """
        if len(selection.shape) != len(self.shape(x)):  # in R a store without axes is a vector
            return self._read(x, ()), selection
        match selection:
            case to.Orthogonal():
                return self._load_axes(x, selection)
            case to.Points(coordinates=coordinates, missing=missing) if coordinates:
                return self._load_points(x, coordinates, missing)
            case to.Masked():
                return self._load_points(x, selection.coordinates, None)
        return self._read(x, (slice(None),) * len(self.shape(x))), selection

    def _load_axes(
        self, x: Any, selection: to.Orthogonal
    ) -> tuple[npt.NDArray[Any], to.Orthogonal]:
        parts: list[Part] = []
        axes: list[to.AxisSelection] = []
        shape = selection.shape  # a library may look it up at each access
        for axis in selection.axes:
            if axis is None:
                axes.append(axis)
                continue
            part, local = cover(axis, cast("int", shape[len(parts)]))
            parts.append(part)
            axes.append(local)
        loaded = self._read(x, tuple(parts))
        return loaded, to.orthogonal(loaded.shape, tuple(axes), selection.squeezed)

    def _load_points(
        self, x: Any, coordinates: tuple[Indices, ...], missing: npt.NDArray[np.bool_] | None
    ) -> tuple[npt.NDArray[Any], to.Points]:
        many = len(coordinates[0])
        entries = np.arange(many) if missing is None else np.flatnonzero(~missing)
        asked, places = tuple([axis[entries] for axis in coordinates]), np.zeros(many, np.int64)
        if len(entries) == 0:
            one = np.zeros(min(1, math.prod(self.shape(x))), np.int64)
            asked, back = (one,) * len(coordinates), places[:0]
        else:
            flat = np.ravel_multi_index(asked, self.shape(x))
            distinct, back = np.unique(flat, return_inverse=True)
            asked = np.unravel_index(distinct, self.shape(x))
        places[entries] = back
        loaded = self._read_distinct(x, asked) if len(asked[0]) else np.zeros(0, self.dtype(x))
        return loaded, to.Points(loaded.shape, (places,), many, missing)

    def _read_distinct(self, x: Any, coordinates: tuple[Indices, ...]) -> npt.NDArray[Any]:
        """Read points by an outer product if that reads no more chunks and few more elements."""
        lines = [np.unique(axis, return_inverse=True) for axis in coordinates]
        if math.prod(len(line) for line, _ in lines) <= MOST_NEEDLESS * len(coordinates[0]):
            blocks = [axis // size for axis, size in zip(coordinates, self._chunks(x), strict=True)]
            touched = len(np.unique(np.stack(blocks), axis=1).T)
            if touched == math.prod(len(np.unique(block)) for block in blocks):
                whole = self._read(x, tuple([line for line, _ in lines]))
                return np.asarray(whole[tuple([back for _, back in lines])])
        return self._read_points(x, coordinates)

    def shape(self, x: Any) -> tuple[int, ...]:
        return tuple(x.shape)

    def dtype_name(self, x: Any) -> str:
        return str(self.dtype(x).name)

    def has_writing(self, x: Any) -> bool:
        return True

    operand = not_served(f"an operation would read all of this store at once; {_ADVICE}")

    def like(self, x: Any) -> tuple[Backend, npt.NDArray[Any]]:
        return NUMPY, np.empty(0, self.dtype(x))

    def leaves_reshape_to_numpy(self, x: Any, ndim: int) -> bool:
        return True

    def to_numpy(self, x: Any) -> npt.NDArray[Any]:
        return self._read(x, (slice(None),) * len(self.shape(x)))

    def read(self, x: Any, selection: to.Selection) -> Any:
        return read(NUMPY, *self._load(x, selection))

    def fit(self, x: Any, value: Value) -> npt.NDArray[Any]:
        return fit_in_numpy(self.name, self.dtype_name(x), value)

    def write(self, x: Any, selection: to.Selection, value: Value) -> Any:
        self.refuse_read_only(x)
        fitted = self.fit(x, value)
        refuse_unbroadcast(fitted.shape, selection.result_shape)
        if writing.names_nothing(selection):
            return x
        if len(selection.shape) != len(self.shape(x)):  # in R a store without axes is a vector
            whole = self._read(x, ()).reshape(1)
            self._write(x, (), writing.write(NUMPY, whole, selection, fitted).reshape(()))
        elif isinstance(selection, to.Orthogonal):
            self._write_axes(x, selection, fitted)
        else:
            self._write_distinct(x, selection, fitted.ravel())
        return x

    def _write_axes(self, x: Any, selection: to.Orthogonal, value: npt.NDArray[Any]) -> None:
        chosen, value, sizes = writing.parts_to_set(NUMPY, selection, value)
        parts: list[Part] = []
        for place, part in enumerate(chosen):
            if isinstance(part, slice):
                parts.append(slice(*part.indices(self.shape(x)[place])))
                continue
            indices, first = np.unique(part.indices, return_index=True)
            if sizes[place] != 1:
                value = value.take(first, place)
            parts.append(indices)
        counts = [count(part) if isinstance(part, slice) else len(part) for part in parts]
        self._write(x, tuple(parts), np.broadcast_to(value, counts))

    def _write_distinct(self, x: Any, selection: to.Selection, values: npt.NDArray[Any]) -> None:
        if isinstance(selection, to.Masked):
            selection = to.Points(selection.shape, selection.coordinates, selection.count)
        assert isinstance(selection, to.Points), "nothing is traced in a store"
        if not selection.coordinates:  # rows without columns name the one element
            self._write(x, (), values[-1].reshape(()))
            return
        coordinates, entries = writing.points_to_set(selection)
        if entries is not None and len(values) != 1:
            values = values[entries]
        flat = np.ravel_multi_index(coordinates, self.shape(x))
        distinct, first = np.unique(flat, return_index=True)
        asked = np.unravel_index(distinct, self.shape(x))
        self._write_points(x, asked, np.broadcast_to(values, flat.shape)[first])

    updated = not_served(
        "an updated copy of an array in a store would be all of it; write in place, "
        "`R(x)[...] = value` (in R `x@r[...] <- value`), or read what you need and update that"
    )
    transpose = not_served(f"a new order of axes would need all of this store at once; {_ADVICE}")


def cover(axis: to.AxisSelection, size: int) -> tuple[Part, to.AxisSelection]:
    """Return the part of an axis to read, and the selection within that part."""
    if isinstance(axis, slice):
        run = range(*axis.indices(size))
        if len(run) == 0 or run.step > 0:
            return to.slice_from_run(run), slice(0, len(run), 1)
        return to.slice_from_run(run[::-1]), slice(None, None, -1)
    if isinstance(axis, int):
        return slice(axis, axis + 1), 0
    assert isinstance(axis, to.Gather), "the sizes of a store are known, and nothing is traced"
    known: Any = slice(None) if axis.missing is None else ~axis.missing
    distinct, back = np.unique(axis.indices[known], return_inverse=True)
    places = np.zeros(len(axis.indices), np.int64)
    places[known] = back
    if len(places) and len(back) == 0:  # read one element as a stand-in for NA
        distinct = np.zeros(min(1, size), np.int64)
    return distinct, to.Gather(places, axis.missing)


def count(piece: slice, entries: Part = slice(None)) -> int:
    """Return the number of indices of a bounded slice, or of those that are selected in it.

    >>> count(slice(2, 9, 3)), count(slice(2, 9, 1), np.array([0, 6]))
    (3, 2)
    """
    if isinstance(entries, slice):
        return len(range(piece.start, piece.stop, piece.step or 1))
    return len(entries)


def split(part: Part, size: int, chunk: int) -> list[tuple[slice, Part]]:
    """Return the slices to read for one axis, each with the selection within it.

    Slices reach from the first to the last selected index in consecutive chunks, as long as they
    contain few unselected elements.

    >>> [(piece.start, piece.stop, entries.tolist())
    ...     for piece, entries in split(np.array([3, 4, 90, 91]), 100, 10)]
    [(3, 5, [0, 1]), (90, 92, [0, 1])]
    """
    if isinstance(part, slice):
        if part.step in (None, 1):
            return [(slice(*part.indices(size)), slice(None))]
        part = np.arange(*part.indices(size), dtype=np.int64)  # HDF5 would read it step by step
    pieces: list[tuple[slice, Part]] = []
    first = 0
    blocks = part // chunk
    changes = (
        np.flatnonzero(np.diff(blocks)) + 1
    )  # pieces end at block boundaries only, so test only those
    for k in [*changes.tolist(), len(part)] if len(part) else []:
        if k < len(part):
            is_apart = blocks[k] > blocks[k - 1] + 1
            if not is_apart and part[k] - part[first] + 1 <= MOST_NEEDLESS * (k - first + 1):
                continue
        start = int(part[first])
        pieces.append((slice(start, int(part[k - 1]) + 1, 1), part[first:k] - start))
        first = k
    return pieces


def runs(part: Part, size: int) -> list[tuple[slice, slice]]:
    """Return slices that cover exactly the indices of a part, each with its entries of the part.

    >>> runs(np.array([3, 4, 7]), 10)
    [(slice(3, 5, 1), slice(0, 2, None)), (slice(7, 8, 1), slice(2, 3, None))]
    """
    if isinstance(part, slice):
        return [(slice(*part.indices(size)), slice(None))]
    ends = [0, *(np.flatnonzero(np.diff(part) != 1) + 1).tolist(), len(part)]
    return [
        (slice(int(part[a]), int(part[b - 1]) + 1, 1), slice(a, b))
        for a, b in itertools.pairwise(ends)
        if b > a
    ]


def by_chunk(
    coordinates: tuple[Indices, ...], chunks: tuple[int, ...]
) -> list[tuple[tuple[slice, ...], tuple[Indices, ...], Indices]]:
    """Return for each chunk with points the box around them, the points in it, and their entries.

    >>> [(box, where.tolist()) for box, _, where in by_chunk((np.array([1, 9, 2]),), (5,))]
    [((slice(1, 3, None),), [0, 2]), ((slice(9, 10, None),), [1])]
    """
    blocks = np.stack([axis // size for axis, size in zip(coordinates, chunks, strict=True)])
    _, which = np.unique(blocks, axis=1, return_inverse=True)
    which = which.ravel()
    order = np.argsort(which, kind="stable")
    ends = np.flatnonzero(np.diff(which[order])) + 1
    boxes = []
    for entries in np.split(order, ends):
        points = [axis[entries] for axis in coordinates]
        box = tuple([slice(int(axis.min()), int(axis.max()) + 1) for axis in points])
        inner = tuple([axis - part.start for axis, part in zip(points, box, strict=True)])
        boxes.append((box, inner, entries))
    return boxes
