"""HDF5 through h5py: datasets in chunks or in one block.

h5py takes a vector on one axis only, in ascending order, and is slow then, so blocks are read by
slices. A dataset in one block is read as if it had chunks of a few pages of a file.
"""

from __future__ import annotations

import itertools
import math
from typing import Any, Final

import h5py
import numpy as np
import numpy.typing as npt

from pybridge.backends.protocol import Indices
from pybridge.backends.traits import Trait
from pybridge.errors import ImmutableTensorError, UnsupportedTensorError
from pybridge.holders.stores import Part, Store, by_chunk, count, runs, split

_BYTES_AT_ONCE: Final = 65536
"""The assumed chunk size of a dataset in one block, in bytes."""


_VECTORS = Trait(
    "a dataset of vectors of any length",
    "h5py itself writes one, x[0] = [1, 2, 3]",
    ("read", "value"),
)


class H5pyStore(Store):
    """The blocks of `h5py.Dataset`."""

    __slots__ = ()

    name = "h5py"

    def serves(self, x: object) -> bool:
        return isinstance(x, h5py.Dataset)

    def shape(self, x: Any) -> tuple[int, ...]:
        if not x:
            raise UnsupportedTensorError(
                "the HDF5 file of this dataset is closed; open it again, and take the dataset from "
                "it while it is open"
            )
        if x.shape is None:
            raise UnsupportedTensorError("this HDF5 dataset is empty: it has no shape and no data")
        return tuple(x.shape)

    def traits(self, x: Any) -> tuple[Trait, ...]:
        is_of_vectors = h5py.check_vlen_dtype(x.dtype) not in (None, str, bytes)
        return (*super().traits(x), *((_VECTORS,) if is_of_vectors else ()))

    def refuse_read_only(self, x: Any) -> None:
        if x.file.mode == "r":
            raise ImmutableTensorError(
                'this HDF5 file was opened for reading; open it with h5py.File(path, "r+") to '
                "write into it"
            )

    def to_numpy(self, x: Any) -> npt.NDArray[Any]:
        if h5py.check_string_dtype(x.dtype) is None:
            return super().to_numpy(x)
        try:
            return np.asarray(x.asstr()[()], object)
        except UnicodeDecodeError as error:
            raise UnsupportedTensorError(
                f"the text of this HDF5 dataset is not in its encoding ({error}); x[()] has its "
                "bytes"
            ) from error

    def _chunks(self, x: Any) -> tuple[int, ...]:
        if x.chunks is not None:
            return tuple(x.chunks)
        sizes = []
        room = max(1, _BYTES_AT_ONCE // x.dtype.itemsize)
        for size in x.shape[::-1]:
            sizes.append(max(1, min(size, room)))
            room //= sizes[-1]
        return tuple(sizes[::-1])

    def _read(self, x: Any, parts: tuple[Part, ...]) -> npt.NDArray[Any]:
        if all(isinstance(part, slice) and part.step in (None, 1) for part in parts):
            return np.asarray(x[parts])
        axes = [
            split(part, size, chunk)
            for part, size, chunk in zip(parts, x.shape, self._chunks(x), strict=True)
        ]
        if math.prod(map(len, axes)) == 1:
            return _kept(x, tuple([axis[0] for axis in axes]))
        places = []
        for axis in axes:
            ends = [0, *itertools.accumulate([count(piece, entries) for piece, entries in axis])]
            places.append([slice(a, b) for a, b in itertools.pairwise(ends)])
        result = np.empty([axis[-1].stop if axis else 0 for axis in places], x.dtype)
        for box, target in zip(itertools.product(*axes), itertools.product(*places), strict=True):
            result[target] = _kept(x, box)
        return result

    def _write(self, x: Any, parts: tuple[Part, ...], value: npt.NDArray[Any]) -> None:
        pieces = [runs(part, size) for part, size in zip(parts, x.shape, strict=True)]
        for box in itertools.product(*pieces):
            x[tuple([piece for piece, _ in box])] = value[tuple([entries for _, entries in box])]

    def _read_points(self, x: Any, coordinates: tuple[Indices, ...]) -> npt.NDArray[Any]:
        result = np.empty(len(coordinates[0]), x.dtype)
        for box, inner, entries in by_chunk(coordinates, self._chunks(x)):
            result[entries] = x[box][inner]
        return result

    def _write_points(
        self, x: Any, coordinates: tuple[Indices, ...], value: npt.NDArray[Any]
    ) -> None:
        for box, inner, entries in by_chunk(coordinates, self._chunks(x)):
            block = x[box]
            block[inner] = value[entries]
            x[box] = block


HOLDER = H5pyStore()


def _kept(x: Any, box: tuple[tuple[slice, Part], ...]) -> npt.NDArray[Any]:
    """Read a box, and keep of each axis what was asked for."""
    block = np.asarray(x[tuple([piece for piece, _ in box])])
    for place, (_, entries) in enumerate(box):
        if not isinstance(entries, slice) and len(entries) != block.shape[place]:
            block = block.take(entries, place)
    return block
