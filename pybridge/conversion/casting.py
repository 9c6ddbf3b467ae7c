"""Copy the elements of R objects to new arrays of a given dtype, memory order and library.

Each element is cast once, in tiles, and checked; nothing is lost without a policy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, get_args

import numpy as np

from pybridge.conversion.copying import copy_tiles
from pybridge.conversion.places import first_index, position
from pybridge.errors import ArgumentError, ConversionError
from pybridge.holders import open_tensor
from pybridge.lossless import (
    has_imaginary_part,
    is_certainly_kept,
    is_exact_in_float64,
    is_narrow,
    lost_entries,
    may_lose,
)
from pybridge.shape import Order

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """The dtype, library and memory order of a result."""

    dtype: str | None = None
    """NumPy's name of the dtype; None for the default of the R type."""
    like: Any = None
    """A tensor whose library, dtype and device the result has; None for a NumPy array."""
    order: Order = "C"
    """The memory order."""

    def __post_init__(self) -> None:
        """Reject unknown or contradictory options."""
        if self.order not in get_args(Order):
            raise ArgumentError(f"order must be 'C' or 'F', not {self.order!r}")
        if self.dtype is not None and self.like is not None:
            raise ArgumentError("`like` determines the dtype, so give `dtype` or `like`, not both")


Refuse = Callable[[Array], None]


def own_array(values: Array, target: Target, refuse: Refuse | None = None) -> Any:
    """Return `values` in new memory, cast without loss, or in a tensor like another.

    `refuse` is called with each part before it is read, and may raise.

    >>> own_array(np.array([1.0, 2.0]), Target("uint8"))
    array([1, 2], dtype=uint8)
    """
    if target.like is None:
        return _cast(values, _dtype_named(target.dtype) or values.dtype, target.order, refuse)
    if isinstance(values, np.ma.MaskedArray):
        raise ArgumentError('only NumPy has masked arrays: combine `like` with na = "float"')
    holder, tensor = open_tensor(target.like)
    name = holder.dtype_name(tensor)
    backend, tensor = holder.like(tensor)
    if values.dtype.kind == "U" and name == "string":
        return backend.convert(values.astype(object), tensor)
    narrow = is_narrow(name)
    # NumPy does not parse the names of its own text dtypes, such as "str32".
    dtype = tensor.dtype if name.startswith("str") else _dtype_named(name)
    result = _cast(values, dtype or values.dtype, target.order, refuse)
    # The values are already rounded to the narrow dtype; the library converts from float32.
    return backend.convert(result.astype("float32") if narrow else result, tensor)


@lru_cache(maxsize=64)
def _dtype_named(name: str | None) -> np.dtype[Any] | None:
    if name is None:
        return None
    if is_narrow(name):
        try:
            narrow: np.dtype[Any] = np.dtype(getattr(import_module("ml_dtypes"), name))
            return narrow
        except (ImportError, AttributeError):
            raise ArgumentError(
                f"there is no dtype {name!r} without the package ml_dtypes, which JAX, TensorFlow "
                "and Keras bring along"
            ) from None
    try:
        return np.dtype(name)
    except TypeError:
        raise ArgumentError(f"there is no dtype {name!r} in NumPy") from None


def _cast(values: Array, dtype: np.dtype[Any], order: Order, refuse: Refuse | None = None) -> Array:
    _refuse_kinds(values.dtype, dtype)
    if dtype.kind in "UT" and dtype.itemsize == 0:
        dtype = values.dtype
    mask, source = None, values
    if isinstance(values, np.ma.MaskedArray):
        mask, source = np.ma.getmaskarray(values), np.asarray(values)
    if source.dtype.kind == "c" and dtype.kind != "c":
        source = _reals(source, mask, dtype)
    result = np.empty(source.shape, dtype, order=order)
    if may_lose(source.dtype, dtype):  # entering the context costs as much as a small copy
        with np.errstate(all="ignore"):
            _fill(result, source, mask, order, refuse, may_lose=True)
    else:
        _fill(result, source, mask, order, refuse, may_lose=False)
    if mask is None:
        return result
    return np.ma.MaskedArray(result, mask=np.array(mask, order=order))


def _fill(
    result: Array,
    source: Array,
    mask: Array | None,
    order: Order,
    refuse: Refuse | None,
    may_lose: bool,
) -> None:
    """Cast into new memory; the caller has set how NumPy reports overflow."""

    def check(cast: Array, part: Array, masked: Array | None) -> None:
        if refuse is not None:
            refuse(part)
        if may_lose and _is_lossy(part, cast, masked):
            _reject(source, result.dtype, mask)

    checks: dict[str, Any] = {}
    if may_lose or refuse is not None:
        # Only a comparison of each element with its cast gains from a buffer.
        checks = {"check" if is_exact_in_float64(source.dtype, result.dtype) else "finish": check}
    # Reversed, row-major memory is column-major, which is what tiles are result for.
    if order == "C":
        copy_tiles(result.T, source.T, mask=None if mask is None else mask.T, **checks)
    else:
        copy_tiles(result, source, mask=mask, **checks)


@lru_cache(maxsize=256)
def _refuse_kinds(source: np.dtype[Any], dtype: np.dtype[Any]) -> None:
    is_number = dtype.kind in "biufc" or is_narrow(dtype.name)
    if source.kind == "U" and dtype.kind not in "UTO":
        raise ConversionError(f"text has no dtype {dtype}: as.numeric(x) reads numbers from it")
    if source.kind == "M" and dtype.kind != "M":
        raise ConversionError(f"a date or time has no dtype {dtype}: as.numeric(x) is its number")
    if source.kind in "biufc" and not is_number:
        advice = (
            "as.character(x) makes text" if dtype.kind in "UTO" else "it is not a numeric dtype"
        )
        raise ConversionError(f"numbers have no dtype {dtype}: {advice}")


def _is_lossy(part: Array, cast: Array, masked: Array | None) -> bool:
    if masked is None and is_certainly_kept(part, cast):
        return False
    lost = lost_entries(part, cast)
    if masked is not None:
        lost &= ~masked
    return bool(lost.any())


def _reals(source: Array, mask: Array | None, dtype: np.dtype[Any]) -> Array:
    lost = has_imaginary_part(source)
    if mask is not None:
        lost &= ~mask
    if lost.any():
        where = first_index(lost)
        raise ConversionError(
            f"element {position(where)} is {source[where]}, and dtype {dtype} has no imaginary "
            "part: Re(x) is the real one"
        )
    return source.real


def _reject(source: Array, dtype: np.dtype[Any], mask: Array | None) -> None:
    with np.errstate(all="ignore"):
        lost = np.asarray(lost_entries(source, source.astype(dtype)))
    if mask is not None:
        lost &= ~mask
    where = first_index(lost)
    value = source[where]
    if source.dtype.kind == "f" and np.isnan(value):
        raise ConversionError(
            f"element {position(where)} is {_nan_name(value)}, and dtype {dtype} has no "
            'missing value: a real dtype has, and na = "mask" masks NA'
        )
    raise ConversionError(
        f"element {position(where)} is {value}, which dtype {dtype} does not hold: convert x "
        "first, or choose a wider dtype"
    )


def _nan_name(value: Any) -> str:
    return "NA" if int(np.float64(value).view("u8")) & 0xFFFFFFFF == 1954 else "NaN"
