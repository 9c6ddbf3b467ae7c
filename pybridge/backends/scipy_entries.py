"""The entries of SciPy's sparse arrays: selected, changed, and computed with.

SciPy adds up entries that share their coordinates, and so does every function here that is not
linear in them.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from pybridge.backends.keys import axis_indices
from pybridge.backends.protocol import Indices
from pybridge.errors import UnsupportedTensorError
from pybridge.subscripts.selections import WHOLE

_COMPRESSED: Final = ("csr", "csc")
WRITABLE: Final = ("csr", "csc", "coo", "lil", "dok")
_NEAREST: Final = {"dia": "csr"}
"""The format of a result where its own could store more zeros than entries."""


class MaskOfNaN(sp.coo_array):  # type: ignore[misc]
    """A sparse mask of NaN, whose opposite would be dense."""

    def __invert__(self) -> Any:
        raise UnsupportedTensorError(
            "this sparse array has NaN, and what is not NaN includes each of its zeros; set the "
            "NaN to 0 first, or take the numbers that it stores, x.data"
        )


def summed(x: Any) -> Any:
    """Return an array whose entries have coordinates of their own: `x` itself if they do."""
    if x.format not in ("csr", "csc", "coo"):
        x = x.tocsr() if x.ndim == 2 else x.tocoo()
    if not x.has_canonical_format:
        x = x.copy()
        x.sum_duplicates()
    return x


def entries_of(x: Any) -> tuple[npt.NDArray[Any], tuple[npt.NDArray[Any], ...]]:
    """Return the entries of `x` and their coordinates, which may be memory of `x`."""
    entries = x.tocoo(copy=False)
    return entries.data, entries.coords


def arranged_like(
    x: Any, data: npt.NDArray[Any], coordinates: tuple[Any, ...], shape: tuple[int, ...]
) -> Any:
    """Return new entries in the class and the format of `x`, or the nearest that SciPy has."""
    is_matrix = isinstance(x, sp.spmatrix)
    if len(shape) > 2 and (is_matrix or x.format != "coo"):
        raise UnsupportedTensorError(
            f"a {type(x).__name__} has two axes at the most, and the result would have "
            f"{len(shape)}; scipy.sparse.coo_array(x) makes an array of it that may have more"
        )
    kind = MaskOfNaN if isinstance(x, MaskOfNaN) else sp.coo_array
    result = kind((data, coordinates), shape=shape)
    if is_matrix:
        return result.toarray() if len(shape) == 1 else formatted(sp.coo_matrix(result), x)
    return result if len(shape) == 1 and x.ndim != 1 else formatted(result, x)


def formatted(result: Any, x: Any) -> Any:
    """Return a sparse array in the format of `x`, or in the nearest."""
    return result.asformat(_NEAREST.get(x.format, x.format))


def selected(x: Any, parts: list[Any]) -> Any:
    """Return what an index, a slice or a vector for each axis selects."""
    if all(isinstance(part, slice) and part == WHOLE for part in parts):
        return x.copy()
    if x.format in _COMPRESSED and x.ndim == 2:
        result = x[tuple(parts)]
        if all(map(_keeps_axis, parts)) or not sp.issparse(result):
            return result
        return result.toarray().ravel() if isinstance(x, sp.spmatrix) else sp.coo_array(result)
    data, coordinates = entries_of(x)
    shape = []
    for axis, (part, size) in enumerate(zip(parts, x.shape, strict=True)):
        entries, places, count = _found(part, size, coordinates[axis])
        data = data[entries]
        coordinates = tuple(
            [places if k == axis else along[entries] for k, along in enumerate(coordinates)]
        )
        shape.append(count)
    if not any(map(_keeps_axis, parts)):
        return data.sum(dtype=data.dtype)
    kept = [k for k, part in enumerate(parts) if _keeps_axis(part)]
    along_kept = tuple([coordinates[k] for k in kept])
    return arranged_like(x, data, along_kept, tuple([shape[k] for k in kept]))


def _keeps_axis(part: Any) -> bool:
    return isinstance(part, slice | np.ndarray)


def _found(part: Any, size: int, along: npt.NDArray[Any]) -> tuple[Any, npt.NDArray[Any], int]:
    """Return which entries an axis selects, their places in the result, and its size.

    >>> _found(slice(4, None, -2), 5, np.array([1, 2, 4]))
    (array([1, 2]), array([1, 0]), 3)
    >>> _found(np.array([2, 0, 2]), 5, np.array([1, 2]))
    (array([1, 1]), array([0, 2]), 3)
    """
    if not isinstance(part, np.ndarray):
        run = range(*part.indices(size)) if isinstance(part, slice) else range(part, part + 1)
        places, rest = np.divmod(along.astype(np.int64) - run.start, run.step)
        entries = np.flatnonzero((rest == 0) & (places >= 0) & (places < len(run)))
        return entries, places[entries], len(run)
    by_index = np.argsort(part, kind="stable")
    ordered = part[by_index]
    first = np.searchsorted(ordered, along, "left")
    counts = np.searchsorted(ordered, along, "right") - first
    entries = np.repeat(np.arange(len(along)), counts)
    within = np.arange(len(entries)) - np.repeat(np.cumsum(counts) - counts, counts)
    return entries, by_index[first[entries] + within], len(part)


def need_countable(x: Any) -> None:
    """Raise for an array with more elements than 64 bits count."""
    if math.prod(x.shape) >= 2**63:
        raise UnsupportedTensorError(
            f"a {type(x).__name__} of shape {x.shape} has more elements than 64 bits count, so "
            "its points, its shape and its order are not supported; take rows or columns"
        )


def _flat(x: Any, coordinates: tuple[Any, ...]) -> npt.NDArray[np.int64]:
    """Return row-major indices into all elements of `x`."""
    need_countable(x)
    flat = np.zeros(1, np.int64)
    for along, size in zip(coordinates, x.shape, strict=True):
        flat = flat * size + along
    return flat


def values_at(x: Any, points: tuple[Indices, ...]) -> npt.NDArray[Any]:
    """Return the elements at some points, in a dense vector."""
    if x.format in _COMPRESSED and x.ndim == 2:
        return np.asarray(x[points]).ravel() if len(points[0]) else np.zeros(0, x.dtype)
    entries = summed(sp.coo_array(x))
    wanted = _flat(x, points)
    values = np.zeros(len(wanted), x.dtype)
    if len(entries.data):
        stored = _flat(x, entries.coords)
        by_place = np.argsort(stored)
        places = by_place[np.searchsorted(stored[by_place], wanted).clip(max=len(stored) - 1)]
        is_stored = stored[places] == wanted
        values[is_stored] = entries.data[places[is_stored]]
    return values


def nonzeros(value: Any, x: Any) -> tuple[npt.NDArray[Any], tuple[npt.NDArray[Any], ...]]:
    """Return the elements of a value that are not 0, in the dtype of `x`, and where they are."""
    if sp.issparse(value):
        entries = summed(sp.coo_array(value))
        is_other = entries.data != 0
        return entries.data[is_other], tuple([along[is_other] for along in entries.coords])
    value = np.asarray(value, x.dtype)
    value = value if value.ndim else value.reshape((1,) * x.ndim)
    places = np.nonzero(value)
    return value[places], places


def at_points(x: Any, points: tuple[Indices, ...], values: Any) -> tuple[Any, Any, Any]:
    """Return which entries of `x` stay when points get values, and the entries that these add."""
    values = np.broadcast_to(values.astype(x.dtype), len(points[0]))
    is_kept = ~np.isin(_flat(x, entries_of(x)[1]), _flat(x, points))
    is_other = values != 0
    return is_kept, values[is_other], tuple([along[is_other] for along in points])


def replaced(
    x: Any, is_kept: npt.NDArray[np.bool_], added: npt.NDArray[Any], indices: tuple[Any, ...]
) -> tuple[npt.NDArray[Any], tuple[npt.NDArray[Any], ...]]:
    """Return the entries of `x` that are kept, and those that are added."""
    data, coordinates = entries_of(x)
    pairs = zip(coordinates, indices, strict=True)
    return np.concatenate([data[is_kept], added]), tuple(
        [np.concatenate([along[is_kept], new]) for along, new in pairs]
    )


def is_selected(along: npt.NDArray[Any], part: Any, size: int) -> npt.NDArray[np.bool_]:
    """Return which coordinates a slice of positive step, or a vector, selects."""
    if not isinstance(part, slice):
        return np.isin(along, part)
    start, stop, step = part.indices(size)
    return np.asarray((along >= start) & (along < stop) & ((along - start) % step == 0))


def index_at(part: Any, size: int, places: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the indices at some places of a slice, or of a vector."""
    if not isinstance(part, slice):
        return np.asarray(part[places])
    start, _, step = part.indices(size)
    return start + step * places.astype(np.int64)


def with_lines(x: Any, lines: npt.NDArray[Any], part: Any) -> Any:
    """Replace some rows of a CSR array, or columns of a CSC one, by those of `part`.

    The others are copied as they are, run by run, which costs much less than sorting all entries.
    """
    counts = np.diff(x.indptr).astype(np.int64)
    counts[lines] = np.diff(part.indptr)
    ends = np.concatenate([[0], np.cumsum(counts)])
    data, indices = np.empty(ends[-1], x.dtype), np.empty(ends[-1], x.indices.dtype)
    first = 0
    for k, line in enumerate([*lines.tolist(), len(counts)]):
        for old, new in ((x.data, data), (x.indices, indices)):
            new[ends[first] : ends[line]] = old[x.indptr[first] : x.indptr[line]]
        if line == len(counts):
            break
        first = line + 1
        for old, new in ((part.data, data), (part.indices, indices)):
            new[ends[line] : ends[first]] = old[part.indptr[k] : part.indptr[k + 1]]
    return _replace(x, type(x)((data, indices, ends), shape=x.shape))


def few_lines(x: Any, parts: tuple[Any, ...]) -> tuple[int, Any]:
    """Return the axis that a format compresses and the lines of it that slices or indices name.

    The lines are None where the format compresses no axis, and where they are many.
    """
    axis = 1 if x.format == "csc" else 0
    if x.format not in _COMPRESSED or x.ndim != 2:
        return axis, None
    lines = np.unique(axis_indices(parts[axis], x.shape[axis]))
    return axis, lines if len(lines) * _MANY <= x.shape[axis] else None


_MANY: Final = 3
"""A write to more than one line in so many sorts all entries."""


def updated(x: Any, *change: Any) -> Any:
    """Change the entries of `x` itself where SciPy can, else return a new array."""
    new = arranged_like(x, *replaced(x, *change), x.shape)
    return _replace(x, new) if x.format in WRITABLE else new


def _replace(x: Any, new: Any) -> Any:
    vars(x).update(vars(new))  # all at once, so that nothing is half changed
    return x


def each(x: Any, name: str) -> Any:
    """Apply a method of SciPy to each entry."""
    return formatted(getattr(summed(x), name)(), x)


def extremes(x: Any, axis: int, name: str) -> Any:
    """Return the indices of the first extremes along an axis."""
    if not sp.issparse(x):
        return getattr(np, name)(x, axis)
    need_countable(x)
    others = (*x.shape[:axis], *x.shape[axis + 1 :])
    axes = (*[k for k in range(x.ndim) if k != axis], axis)
    lines = x if x.ndim == 2 else sp.coo_array(x).transpose(axes).reshape((-1, x.shape[axis]))
    along = getattr(summed(lines), name)(axis=axis if x.ndim == 2 else 1)
    return np.asarray(along).reshape(others)


def _concat(parts: list[Any], axis: int) -> Any:
    if not any(map(sp.issparse, parts)):
        return np.concatenate(parts, axis)
    like = next(part for part in parts if sp.issparse(part))
    if like.ndim == 1:
        rows = sp.hstack([sp.coo_array(part).reshape((1, -1)) for part in parts])
        return formatted(rows.reshape((-1,)), like)
    return formatted((sp.vstack if axis == 0 else sp.hstack)(parts), like)


def _reduced(sparse: Any, dense: Any) -> Any:
    return lambda x: sparse(summed(x)) if sp.issparse(x) else dense(x)


FUNCTIONS: Final[dict[str, Any]] = {
    "sum": _reduced(lambda x: x.data.sum(), np.sum),
    "max": _reduced(lambda x: x.max(), np.max),
    "min": _reduced(lambda x: x.min(), np.min),
    "any": _reduced(lambda x: x.data.any(), np.any),
    "all": _reduced(lambda x: np.bool_(x.count_nonzero() == math.prod(x.shape)), np.all),
    "concat": _concat,
    "matmul": lambda x, y: x @ y,
}
"""Functions of all elements and of several arrays, by NumPy's name."""


KEEPING_ZERO: Final = {
    **{
        name: name
        for name in ("sqrt", "expm1", "log1p", "sin", "tan", "sinh", "tanh", "arcsin", "arctan")
    },
    **{name: name for name in ("arcsinh", "arctanh", "floor", "ceil", "trunc", "sign")},
    "abs": "__abs__",
    "round": "rint",
}
"""SciPy's own functions of every entry, by NumPy's name."""
