"""dask: lazy arrays, which only `to_numpy` computes.

Every dask array is treated as traced, so a subscript that is a dask array stays lazy too; a
position beyond its axis raises when the result is computed. Arrays never change in place.
"""

from __future__ import annotations

import functools
import math
from typing import Any, ClassVar

import dask.array as da
import numpy as np
import numpy.typing as npt

from pybridge.backends.dense import assign_dense
from pybridge.backends.protocol import Backend, Indices
from pybridge.backends.traits import Trait
from pybridge.errors import SubscriptOutOfBoundsError, TracingError
from pybridge.shape import Shape
from pybridge.subscripts.selections import Key


def _accumulate(step: np.ufunc, x: Any, axis: int) -> Any:
    """Return what a step of NumPy accumulates along an axis, chunk by chunk."""
    x = x.astype(x.dtype.newbyteorder("="))
    start = math.inf if step is np.minimum else -math.inf
    if x.dtype.kind in "iu":
        bounds = np.iinfo(x.dtype)
        start = bounds.max if step is np.minimum else bounds.min
    reduce: Any = da.reductions.cumreduction
    return reduce(step.accumulate, step, start, x, axis, x.dtype)


_MASKED = Trait(
    "a dask array with masked elements",
    "x.compute() makes a masked NumPy array of it, dask.array.ma.filled(x, ...) fills its holes",
    ("read", "assign", "reshape"),
)


def _is_masked(x: Any) -> bool:
    return isinstance(x._meta, np.ma.MaskedArray)


class DaskBackend(Backend):
    """The primitives of `pybridge.backends.protocol.Backend` on `dask.array.Array`."""

    __slots__ = ()

    name = "dask"
    _library: ClassVar[Any] = da
    _functions: ClassVar[dict[str, Any]] = {
        "concat": da.concatenate,
        "cummax": functools.partial(_accumulate, np.maximum),
        "cummin": functools.partial(_accumulate, np.minimum),
    }

    def serves(self, x: object) -> bool:
        return isinstance(x, da.Array)

    def shape(self, x: Any) -> Shape:
        # dask writes an unknown size as NaN
        return tuple(None if math.isnan(size) else int(size) for size in x.shape)

    def size(self, x: Any, axis: int) -> Any:
        size = self.shape(x)[axis]
        if size is None:
            raise TracingError(
                f"axis {axis + 1} of this dask array has an unknown size; call "
                "x.compute_chunk_sizes() first"
            )
        return size

    def _need_sizes(self, x: Any) -> None:
        """Raise `TracingError` if the size of an axis is unknown."""
        for axis in range(x.ndim):
            self.size(x, axis)

    def is_traced(self, x: Any) -> bool:
        return True

    def traits(self, x: Any) -> tuple[Trait, ...]:
        return (_MASKED,) if _is_masked(x) else ()

    def to_numpy(self, x: Any) -> npt.NDArray[Any]:
        return np.asanyarray(x.compute())

    def convert(self, value: Any, like: Any) -> Any:
        return da.asarray(value).astype(like.dtype)  # type: ignore[no-untyped-call]

    def basic(self, x: Any, key: Key) -> Any:
        for axis, part in enumerate([part for part in key if part is not None]):
            if part != slice(None):
                self.size(x, axis)
        return x[key]

    def take(self, x: Any, indices: Indices, axis: int) -> Any:
        return da.take(x, _checked(indices, self.size(x, axis)), axis)

    def take_points(self, x: Any, coordinates: tuple[Indices, ...]) -> Any:
        if not all(isinstance(axis, np.ndarray) for axis in coordinates):
            return da.take(self.reshape(x, (-1,)), _flat(self.shape(x), coordinates), 0)
        self._need_sizes(x)
        if coordinates and len(coordinates[0]) == 0:  # dask divides by zero
            return da.zeros(0, dtype=x.dtype)
        return x.vindex[coordinates]

    def broadcast_to(self, x: Any, shape: tuple[int, ...]) -> Any:
        self._need_sizes(x)
        broadcast_to: Any = da.broadcast_to
        return broadcast_to(x, shape)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        # dask's own function reads masked data
        parts = [part for part in (condition, x, y) if isinstance(part, da.Array)]
        if not any(map(_is_masked, parts)):
            return da.where(condition, x, y)
        elemwise: Any = da.core.elemwise
        masked: Any = np.ma
        return elemwise(masked.where, condition, x, y)

    def reshape(self, x: Any, shape: tuple[int, ...]) -> Any:
        self._need_sizes(x)
        # dask splits and merges whole axes only, so reshape through one axis
        if x.size == 0:  # of which dask knows only some shapes
            return da.zeros([max(size, 0) for size in shape], dtype=x.dtype)
        try:
            return x.reshape(shape)
        except NotImplementedError:
            return x.reshape(-1).reshape(shape)

    def argsort(self, x: Any) -> Any:
        self.size(x, 0)
        return x.rechunk(-1).map_blocks(np.argsort, kind="stable", dtype=np.int64)

    def as_indices(self, x: Any) -> Any:
        # unsigned numbers must not become negative
        return (da.minimum(x, 2**63 - 1) if x.dtype == np.uint64 else x).astype(np.int64)

    def arange(self, start: Any, stop: Any, step: Any) -> Any:
        raise TracingError(
            "a range with a lazy bound has no known size; call .compute() on the bound first"
        )

    def nonzero(self, mask: Any) -> tuple[Any, ...]:
        self._need_sizes(mask)
        if mask.size == 0:
            return tuple([da.zeros(0, dtype=np.int64)] * mask.ndim)
        return tuple(da.nonzero(mask))

    def assign_axes(self, x: Any, axes: tuple[Any, ...], value: Any) -> Any:
        return assign_dense(self, x, axes, value, _find_lazy)

    def assign_points(self, x: Any, coordinates: tuple[Indices, ...], value: Any) -> Any:
        vector = self.reshape(x, (-1,))
        flat = _flat(self.shape(x), coordinates)
        if isinstance(flat, np.ndarray) and len(flat) == 0:
            return x
        return self.reshape(assign_dense(self, vector, (flat,), value, _find_lazy), x.shape)


BACKEND = DaskBackend()


def _flat(sizes: Shape, coordinates: tuple[Indices, ...]) -> Indices:
    """Return row-major positions."""
    flat: Any = np.zeros(1, np.int64)
    for indices, size in zip(coordinates, sizes, strict=True):
        flat = flat * size + _checked(indices, size)
    return flat


def _checked(indices: Indices, size: Any) -> Indices:
    """Return indices that are checked when their blocks are computed, if they are lazy."""
    if not isinstance(indices, da.Array):
        return indices
    within: Any = _within
    return indices.map_blocks(within, size, dtype=np.int64, meta=np.empty(0, np.int64))


def _within(block: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.int64]:
    bad = (block < 0) | (block >= size)
    if bad.any():
        position = int(block[bad][0]) + 1
        raise SubscriptOutOfBoundsError(
            f"a position that was lazy is out of bounds: its axis has size {size}",
            subscript="<Array>",
            position=position,
            size=size,
        )
    return block


def _find_lazy(x: Any, axis: Any, place: int) -> tuple[Any, Any]:
    """Compare every index with every position; the last match is the source."""
    size = BACKEND.size(x, place)
    count = axis.shape[0]
    if math.isnan(count):
        raise TracingError(
            "how many elements a lazy mask selects is unknown, so that one value alone can be "
            "written there; for a vector of values call .compute() on the mask first"
        )
    if count == 0:  # dask has no maximum of an empty array
        return np.zeros(size, bool), np.zeros(size, np.int64)
    matches = _checked(axis, size)[:, None] == np.arange(size)
    order = da.arange(count)[:, None]
    source = da.where(matches, order, -1).max(axis=0)
    return source >= 0, da.maximum(source, 0)
