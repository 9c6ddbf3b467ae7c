"""Zarr: arrays in chunks, of both formats, in any store.

Zarr reads and writes outer products and points by itself, chunk by chunk and several at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import zarr

from pybridge.backends.protocol import Indices
from pybridge.errors import ImmutableTensorError
from pybridge.holders.stores import Part, Store


class ZarrStore(Store):
    """The blocks of `zarr.Array`."""

    __slots__ = ()

    name = "zarr"

    def serves(self, x: object) -> bool:
        return isinstance(x, zarr.Array)

    def refuse_read_only(self, x: Any) -> None:
        if x.read_only:
            raise ImmutableTensorError(
                'this Zarr array was opened for reading; open it with mode="r+" to write into it'
            )

    def _chunks(self, x: Any) -> tuple[int, ...]:
        return tuple([max(1, size) for size in x.chunks])

    def _read(self, x: Any, parts: tuple[Part, ...]) -> npt.NDArray[Any]:
        if all(isinstance(part, slice) for part in parts):
            return np.asarray(x.get_basic_selection(parts))
        return np.asarray(x.get_orthogonal_selection(parts))

    def _write(self, x: Any, parts: tuple[Part, ...], value: npt.NDArray[Any]) -> None:
        if all(isinstance(part, slice) for part in parts):
            x.set_basic_selection(parts, value)
        else:
            x.set_orthogonal_selection(parts, value)

    def _read_points(self, x: Any, coordinates: tuple[Indices, ...]) -> npt.NDArray[Any]:
        return np.asarray(x.get_coordinate_selection(coordinates))

    def _write_points(
        self, x: Any, coordinates: tuple[Indices, ...], value: npt.NDArray[Any]
    ) -> None:
        x.set_coordinate_selection(coordinates, value)


HOLDER = ZarrStore()
