"""SciPy's sparse arrays and matrices of every format; nothing is made dense on the way.

CSR and CSC are read by SciPy's own indexing. Every other format is read and written by the
coordinates of its entries, in time and memory that grow with their number. SciPy adds up entries
that share their coordinates, and so does every function here that is not linear in them.

A result has the class and the format of what it came from, as far as SciPy has one: a selection of
DIA is CSR, a vector that is selected from an array a `coo_array`, one from a matrix a NumPy array,
and only a `coo_array` has three axes or more.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from pybridge.backends.keys import axis_indices
from pybridge.backends.numpy import NUMPY
from pybridge.backends.protocol import Backend, Indices
from pybridge.backends.scipy_entries import (
    FUNCTIONS,
    KEEPING_ZERO,
    WRITABLE,
    MaskOfNaN,
    arranged_like,
    at_points,
    each,
    entries_of,
    extremes,
    few_lines,
    formatted,
    index_at,
    is_selected,
    need_countable,
    nonzeros,
    replaced,
    selected,
    summed,
    updated,
    values_at,
    with_lines,
)
from pybridge.backends.traits import Trait
from pybridge.errors import UnsupportedTensorError
from pybridge.subscripts.selections import WHOLE, Key, is_index, slice_of_index

_SPARSE = Trait(
    "a sparse SciPy array",
    "each of its zeros would repeat too; x.toarray() makes a dense one, which broadcasts",
    ("read", "write", "assign", "value", "subscript", "reshape", "search", "compute"),
)
_TABLE = Trait(
    "a sparse array of several axes",
    "`which(mask)` gives the positions of a sparse mask; x.toarray() makes a dense array of it",
    ("read", "write", "assign", "value", "recycle", "reshape", "search", "compute"),
)
_FOREIGN_NUMBERS = Trait(
    "a sparse array of a dtype in which SciPy does not compute",
    "cast it first, x.astype('float32')",
)


class ScipyBackend(Backend):
    """The primitives of `pybridge.backends.protocol.Backend` on sparse arrays and matrices.

    Vectors taken from a matrix, and elements, are NumPy's; so is a value that is not sparse.
    """

    __slots__ = ()

    name = "scipy"
    takes_numbers = True
    writes_in_place = True

    def serves(self, x: object) -> bool:
        return bool(sp.issparse(x))

    def dtype_name(self, x: Any) -> str:
        return str(np.dtype(x.dtype).name)

    def is_writable(self, x: Any) -> bool:
        return x.format in WRITABLE

    def traits(self, x: Any) -> tuple[Trait, ...]:
        dtype = np.dtype(x.dtype)
        if dtype.kind not in "biufc" or dtype == np.float16 or not dtype.isnative:
            return (_FOREIGN_NUMBERS,)
        return (_SPARSE,) if x.ndim == 1 else (_SPARSE, _TABLE)

    def to_numpy(self, x: Any) -> npt.NDArray[Any]:
        return np.asarray(x.toarray() if sp.issparse(x) else x)

    def stored_values(self, x: Any) -> npt.NDArray[Any]:
        if not sp.issparse(x):
            return np.asarray(x)
        values: npt.NDArray[Any] = summed(x).data
        is_full = len(values) == math.prod(x.shape)
        return values if is_full else np.append(values, values.dtype.type())

    def convert(self, value: Any, like: Any) -> Any:
        if sp.issparse(value):
            # only a coo_array can be aligned with more than two axes
            value = sp.coo_array(value) if np.ndim(like) > 2 else value
            if np.iscomplexobj(value) and not np.iscomplexobj(like):
                value = value.real  # NumPy warns of it, also where the other part is zero
            return self.cast(value, like.dtype)
        return np.asarray(value).astype(like.dtype, copy=False)

    def full(self, x: Any, value: Any, shape: tuple[int, ...]) -> Any:
        if not sp.issparse(x) or not shape:
            return np.full(shape, value, x.dtype)[()]
        vectors = [np.arange(size if value != 0 else 0) for size in shape]
        coordinates = tuple([axis.ravel() for axis in np.meshgrid(*vectors, indexing="ij")])
        data = np.full(len(coordinates[0]), value, x.dtype)
        return arranged_like(x, data, coordinates, shape)

    def basic(self, x: Any, key: Key) -> Any:
        if not sp.issparse(x):
            return NUMPY.basic(x, key)
        parts = [part for part in key if part is not None]
        parts += [WHOLE] * (x.ndim - len(parts))
        if None not in key:
            return selected(x, parts)
        part = selected(x, [slice_of_index(part) if is_index(part) else part for part in parts])
        entries = sp.coo_array(part)
        old = iter(zip(entries.coords, part.shape, strict=True))
        new_axis = (np.zeros(len(entries.data), np.int64), 1)
        axes = [(new_axis if each is None else next(old), is_index(each)) for each in key]
        result_axes = [*[axis for axis, is_gone in axes if not is_gone], *old]
        coordinates = tuple([along for along, _ in result_axes])
        shape = tuple([size for _, size in result_axes])
        if not shape:
            return entries.data.sum(dtype=x.dtype)
        return arranged_like(x, entries.data, coordinates, shape)

    def take(self, x: Any, indices: Indices, axis: int) -> Any:
        if not sp.issparse(x):
            return NUMPY.take(x, indices, axis)
        return selected(x, [indices if k == axis else WHOLE for k in range(x.ndim)])

    def take_points(self, x: Any, coordinates: tuple[Indices, ...]) -> Any:
        if not sp.issparse(x):
            return NUMPY.take_points(x, coordinates)
        values = values_at(x, coordinates)
        return values if isinstance(x, sp.spmatrix) else sp.coo_array(values)

    def copy(self, x: Any) -> Any:
        return x.copy()

    def reshape(self, x: Any, shape: tuple[int, ...]) -> Any:
        if not sp.issparse(x):
            # a scalar, or a vector that was taken from a matrix
            return np.reshape(x, shape)
        if len(shape) == 0:
            return selected(x, [0] * x.ndim)
        if len(shape) == 1 and isinstance(x, sp.spmatrix):  # a NumPy vector would have all zeros
            need_countable(x)
            return _wide(sp.coo_array(x)).reshape(shape)
        return _reshaped(x, x, shape)

    def transpose(self, x: Any, axes: tuple[int, ...]) -> Any:
        if not sp.issparse(x):
            return np.transpose(x, axes)
        if axes == (*range(x.ndim),):
            return x.copy()
        return x.transpose() if x.ndim == 2 else x.transpose(axes)

    def in_columns(self, x: Any) -> Any:
        if not sp.issparse(x):
            return NUMPY.in_columns(x)
        if x.ndim == 1:
            return x
        need_countable(x)
        columns = x if isinstance(x, sp.coo_array) else sp.coo_array(x)
        return _wide(columns.transpose()).reshape((-1,))

    def broadcast_to(self, x: Any, shape: tuple[int, ...]) -> Any:
        if sp.issparse(x):
            raise UnsupportedTensorError(f"{_SPARSE.what} does not broadcast; {_SPARSE.advice}")
        return np.broadcast_to(x, shape)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        if not any(map(sp.issparse, (condition, x, y))):
            return np.where(condition, x, y)
        if not sp.issparse(y):
            raise UnsupportedTensorError(
                f"{_SPARSE.what} cannot be chosen from by a condition; {_SPARSE.advice}"
            )
        points = self.nonzero(condition)
        values = self.take_points(x, points) if sp.issparse(x) else x
        return arranged_like(y, *replaced(y, *at_points(y, points, self.to_numpy(values))), y.shape)

    def isnan(self, x: Any) -> Any:
        if not sp.issparse(x):
            return np.isnan(x)
        entries = summed(sp.coo_array(x))
        return MaskOfNaN((np.isnan(entries.data), entries.coords), shape=x.shape)

    def argmax(self, x: Any, axis: int) -> Any:
        return extremes(x, axis, "argmax")

    def argmin(self, x: Any, axis: int) -> Any:
        return extremes(x, axis, "argmin")

    def argsort(self, x: Any) -> Any:
        # the result has an entry for every zero, so a dense vector costs no more
        return np.argsort(self.to_numpy(x), kind="stable")

    def as_indices(self, x: Any) -> Any:
        return x.astype(np.int64)

    def cast(self, x: Any, name: str) -> Any:
        return formatted(summed(x).astype(name), x) if sp.issparse(x) else x.astype(name)

    def function(self, name: str) -> Any:
        method = KEEPING_ZERO.get(name)
        return FUNCTIONS.get(name) if method is None else lambda x: each(x, method)

    def arange(self, start: Any, stop: Any, step: Any) -> Any:
        return np.arange(start, stop, step)

    def nonzero(self, mask: Any) -> tuple[Any, ...]:
        if not sp.issparse(mask):
            return tuple(np.nonzero(mask))
        entries = summed(sp.coo_array(mask))
        points = [axis[entries.data != 0].astype(np.int64) for axis in entries.coords]
        by_rows = np.lexsort(points[::-1])
        return tuple([axis[by_rows] for axis in points])

    def assign_axes(self, x: Any, axes: tuple[Any, ...], value: Any) -> Any:
        axis, lines = few_lines(x, axes)
        if lines is not None:
            within = [*axes]
            within[axis] = np.searchsorted(lines, axis_indices(axes[axis], x.shape[axis]))
            part = self.assign_axes(self.take(x, lines, axis), tuple(within), value)
            return with_lines(x, lines, part)
        data, coordinates = entries_of(x)
        is_kept = np.zeros(len(data), bool)
        for part, size, along in zip(axes, x.shape, coordinates, strict=True):
            is_kept |= ~is_selected(along, part, size)
        added, places = nonzeros(value, x)
        indices: list[Any] = []
        for k, (part, size) in enumerate(zip(axes, x.shape, strict=True)):
            if len(added) == 0:  # no axis is written out, however long it is
                indices.append(places[k])
                continue
            if np.ndim(value) and value.shape[k] != 1:
                indices.append(index_at(part, size, places[k]))
                continue
            # one entry of the value for all that is selected on this axis
            distinct = np.unique(axis_indices(part, size))
            count = len(distinct)
            indices = [np.repeat(each, count) for each in indices]
            places = tuple([np.repeat(each, count) for each in places])
            indices.append(np.tile(distinct, len(added)))
            added = np.repeat(added, count)
        return updated(x, is_kept, added, tuple(indices))

    def assign_points(self, x: Any, coordinates: tuple[Indices, ...], value: Any) -> Any:
        axis, lines = few_lines(x, coordinates)
        if lines is not None:
            within = [*coordinates]
            within[axis] = np.searchsorted(lines, coordinates[axis])
            part = self.assign_points(self.take(x, lines, axis), tuple(within), value)
            return with_lines(x, lines, part)
        return updated(x, *at_points(x, coordinates, self.to_numpy(value)))


BACKEND = ScipyBackend()


def _reshaped(x: Any, part: Any, shape: tuple[int, ...]) -> Any:
    """Return a part of `x` in a shape, arranged like `x`."""
    need_countable(part)
    result = _wide(summed(sp.coo_array(part))).reshape(shape)
    return arranged_like(x, result.data, result.coords, result.shape)


def _wide(x: Any) -> Any:
    """Return the same entries with coordinates of 64 bits, if their positions need them.

    SciPy 1.15 multiplies coordinates of 32 bits, and so wraps around.
    """
    if math.prod(x.shape) <= np.iinfo(np.int32).max:
        return x
    wide = x.copy()
    wide.coords = tuple([axis.astype(np.int64) for axis in x.coords])
    return wide
