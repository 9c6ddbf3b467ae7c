"""TensorStore: arrays in chunks, of many formats, on disks and beyond one machine.

TensorStore reads and writes outer products and points by itself. A part of an array keeps the
origin that it had in the whole, so that its indices may start anywhere; here they start at zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import tensorstore as ts

from pybridge.backends.protocol import Indices
from pybridge.backends.traits import Trait
from pybridge.errors import ImmutableTensorError
from pybridge.holders.stores import Part, Store

_WRITE_ONLY = Trait("an array that is open for writing alone", "open it with read=True", ("write",))
_JSON = Trait("an array of JSON values", "x.read().result() gives them as objects", ("read",))


class TensorStores(Store):
    """The blocks of `tensorstore.TensorStore`."""

    __slots__ = ()

    name = "tensorstore"

    def serves(self, x: object) -> bool:
        return isinstance(x, ts.TensorStore)

    def dtype(self, x: Any) -> np.dtype[Any]:
        dtype: np.dtype[Any] = x.dtype.numpy_dtype
        return dtype

    def dtype_name(self, x: Any) -> str:
        return str(x.dtype.name)

    def traits(self, x: Any) -> tuple[Trait, ...]:
        own = [] if x.readable else [_WRITE_ONLY]
        if x.dtype.name == "json":
            own.append(_JSON)
        return (*super().traits(x), *own)

    def refuse_read_only(self, x: Any) -> None:
        if not x.writable:
            raise ImmutableTensorError(
                "this TensorStore was opened for reading; open it with write=True to write into it"
            )

    def _chunks(self, x: Any) -> tuple[int, ...]:
        chunks = x.chunk_layout.read_chunk.shape or (None,) * x.rank
        sizes = zip(chunks, x.shape, strict=True)
        return tuple([max(1, chunk or size) for chunk, size in sizes])

    def _read(self, x: Any, parts: tuple[Part, ...]) -> npt.NDArray[Any]:
        whole = _from_zero(x)
        return np.array(whole.oindex[_bounded(x, parts)].read().result(), copy=None)

    def _write(self, x: Any, parts: tuple[Part, ...], value: npt.NDArray[Any]) -> None:
        _from_zero(x).oindex[_bounded(x, parts)].write(self._own(x, value)).result()

    def _read_points(self, x: Any, coordinates: tuple[Indices, ...]) -> npt.NDArray[Any]:
        return np.array(_from_zero(x).vindex[coordinates].read().result(), copy=None)

    def _write_points(
        self, x: Any, coordinates: tuple[Indices, ...], value: npt.NDArray[Any]
    ) -> None:
        _from_zero(x).vindex[coordinates].write(self._own(x, value)).result()

    def _own(self, x: Any, value: npt.NDArray[Any]) -> npt.NDArray[Any]:
        # checked before; narrow reals arrive as float32
        return np.ascontiguousarray(value).reshape(value.shape).astype(self.dtype(x), copy=False)


HOLDER = TensorStores()


def _from_zero(x: Any) -> Any:
    """Return the same array with indices from zero on every axis."""
    return x[ts.d[:].translate_to[0]] if x.rank else x


def _bounded(x: Any, parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return parts whose slices end within the array, because TensorStore raises for others."""
    bounded: list[Part] = []
    for part, size in zip(parts, x.shape, strict=True):
        if isinstance(part, slice):
            run = range(*part.indices(size))
            part = slice(run.start, run[-1] + 1, run.step) if len(run) else slice(0, 0)
        bounded.append(part)
    return tuple(bounded)
