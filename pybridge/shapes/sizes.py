"""The sizes of a new shape: read and check the argument `dim`.

No tensor is touched here. A size of a tensor is None where traced code does not know it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

import numpy as np

from pybridge.errors import ReshapeError, value_text
from pybridge.lossless import INT64_MAX
from pybridge.shape import Shape
from pybridge.shapes import elements_text, known_count, listed, shape_text
from pybridge.subscripts import NA, number_text

_MOST_SIZES: Final = 2**16

UNKNOWN: Final = -1
"""Stands in a new shape for the one size that follows from the others."""


def new_sizes(shape: Shape, dim: Any) -> tuple[int, ...]:
    """Return `dim` as the sizes of a tensor that had `shape`, or raise `ReshapeError`.

    The one size that may be `-1` or `NA` is computed; it stays -1 where `shape` has an unknown
    size, and the library computes it when the code runs.

    >>> new_sizes((2, 3, 5), [6, -1]), new_sizes((None, 28, 28), (NA, 784.0))
    ((6, 5), (-1, 784))
    """
    sizes = read_sizes(dim)
    unknown = [k for k, size in enumerate(sizes, 1) if size == UNKNOWN]
    if len(unknown) > 1:
        raise ReshapeError(
            f"`dim` = {shape_text(sizes)} leaves the sizes {listed(unknown)} open; at most one "
            "may be -1 or NA",
            shape=shape,
            dim=sizes,
        )
    count = known_count(shape)
    if count is None:
        return sizes
    if not unknown:
        if math.prod(sizes) != count:
            raise _unfit(shape, sizes, _wrong_product(count, sizes))
        return sizes
    others = -math.prod(sizes)
    if others == 0:
        why = f"{elements_text(count)} cannot become 0"
        if count == 0:
            why = "the other sizes multiply to 0, so any size fits the open one"
            why += "; write the size"
        raise _unfit(shape, sizes, why)
    if count % others:
        why = f"cannot be split evenly, {count} is not a multiple of {others}"
        raise _unfit(shape, sizes, f"{elements_text(count)} {why}")
    return tuple(count // others if size == UNKNOWN else size for size in sizes)


def _unfit(shape: Shape, sizes: tuple[int, ...], why: str) -> ReshapeError:
    message = f"cannot reshape {shape_text(shape)} to {shape_text(sizes)}: {why}"
    return ReshapeError(message, shape=shape, dim=sizes)


def _wrong_product(count: int, sizes: tuple[int, ...]) -> str:
    wanted = math.prod(sizes)
    message = f"{elements_text(count)} cannot become {wanted}"
    if len(sizes) == 1 and count:
        message += (
            f"; `dim` has the one entry {wanted}, so check that none was lost on the way: "
            f"c(nrow(x), {wanted}) is c({wanted}) where nrow(x) is NULL, as for a plain vector"
        )
        if wanted and count % wanted == 0:
            message += f"; c(-1, {wanted}) computes the other size"
    elif not sizes and count != 1:
        message += "; `dim` is empty, so check that it was not computed from NULL"
    return message


def read_sizes(dim: Any) -> tuple[int, ...]:
    """Read the argument `dim` as integers, with -1 for the size left open.

    Accepts one number or a sequence of numbers: integers, whole reals, `-1`, `NA` (also as NaN or
    a masked entry). Raises `ReshapeError` for anything else; logicals are not sizes.

    >>> read_sizes([2, 15.0]), read_sizes(NA), read_sizes(np.array([6, 5]))
    ((2, 15), (-1,), (6, 5))
    """
    kind = type(dim)
    if kind is int:
        return (_size(dim, 1),)
    if kind is not tuple and kind is not list:
        dim = _entries(dim)
    return tuple([_size(entry, k) for k, entry in enumerate(dim, 1)])


def _entries(dim: Any) -> Iterable[Any]:
    if dim is None:
        raise ReshapeError("`dim` is missing (NULL); give the new sizes, such as c(-1, 784)")
    if isinstance(dim, str | bytes | dict | set | frozenset):
        raise ReshapeError(
            f"`dim` is {value_text(dim)}, of type {type(dim).__name__}; give the new sizes as "
            "numbers"
        )
    if dim is NA or isinstance(dim, float | bool | np.generic):
        return [dim]
    if isinstance(dim, np.ndarray):
        if dim.ndim > 1:
            raise ReshapeError(
                f"`dim` has shape {shape_text(dim.shape)}; the new sizes are one vector"
            )
        flat = dim.reshape(-1)
        if isinstance(dim, np.ma.MaskedArray):
            return [NA if entry is np.ma.masked else entry for entry in flat]
        return flat
    try:
        entries = list(islice(dim, _MOST_SIZES + 1))  # what Python iterates may have no end
    except Exception:  # each library has its own for a scalar and for a traced tensor
        return [dim]
    if len(entries) > _MOST_SIZES:
        raise ReshapeError(
            f"`dim` has more than {_MOST_SIZES} entries, and no tensor has as many axes"
        )
    return entries


def _size(entry: Any, k: int) -> int:
    """Return one size; `k` is its one-based place in `dim`."""
    if type(entry) is int:
        size = entry
    elif entry is NA or (isinstance(entry, float | np.floating) and np.isnan(entry)):
        return UNKNOWN
    elif entry is None:
        raise ReshapeError(
            f"`dim[{k}]` is missing (NULL or None); write -1 or NA for the one size to be computed"
        )
    elif isinstance(entry, bool | np.bool_):
        raise ReshapeError(f"`dim[{k}]` is {number_text(entry)}; a logical is not a size")
    elif isinstance(entry, float | np.floating):
        if not np.isfinite(entry) or entry != np.floor(entry):
            raise ReshapeError(
                f"`dim[{k}]` is {number_text(float(entry))}; a size is a whole number"
            )
        size = int(entry)
    else:
        try:
            size = operator.index(entry)
        except Exception:
            raise ReshapeError(
                f"`dim[{k}]` is an object of type {type(entry).__name__}, not a known number; "
                "write -1 or NA for the one size to be computed when the code runs"
            ) from None
    if size > INT64_MAX:
        raise ReshapeError(f"`dim[{k}]` is {number_text(size)}, more than any tensor has")
    if size < UNKNOWN:
        raise ReshapeError(
            f"`dim[{k}]` is {size}; a size is 0 or more, and -1 or NA stands for the one to be "
            "computed"
        )
    return size


def read_shape(shape: Any) -> Shape:
    """Return a shape that the caller wrote: integers or whole reals, None or `NA` for unknown.

    >>> read_shape((NA, 28.0)), read_shape([None, 3]), read_shape(5), read_shape(())
    ((None, 28), (None, 3), (5,), ())
    """
    if type(shape) is not int:
        entries = shape if isinstance(shape, tuple | list) else _entries(shape)
        shape = [NA if size is None else size for size in entries]
    return tuple([None if size == UNKNOWN else size for size in read_sizes(shape)])
