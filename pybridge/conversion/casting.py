"""R objects to arrays of their own: the dtype, the memory order and the library that are asked for.

Each element is cast once, in tiles, and checked on the way; nothing is lost without a policy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any, Literal, get_args

import numpy as np

from pybridge.backends import open_tensor
from pybridge.conversion.copying import copy_tiles
from pybridge.conversion.places import first_index, position
from pybridge.errors import ArgumentError, ConversionError
from pybridge.subsetting.values import lost_entries

Array = np.ndarray[Any, Any]
Order = Literal["C", "F"]

_NARROW = ("bfloat16", "float8_", "float6_", "float4_", "int2", "int4", "uint2", "uint4")
"""Dtypes of the package ml_dtypes, which NumPy knows once it is imported."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an array is to become."""

    dtype: str | None = None
    """The dtype under NumPy's name; None for the one that the type of R has."""
    like: Any = None
    """A tensor of whose library, dtype and device the result is; None for a NumPy array."""
    order: Order = "C"
    """The memory order."""

    def __post_init__(self) -> None:
        """Reject what does not exist or contradicts itself."""
        if self.order not in get_args(Order):
            raise ArgumentError(f"order must be 'C' or 'F', not {self.order!r}")
        if self.dtype is not None and self.like is not None:
            raise ArgumentError("`like` brings its own dtype, so give `dtype` or `like`, not both")


Refuse = Callable[[Array], None]


def own_array(values: Array, wanted: Wanted, refuse: Refuse | None = None) -> Any:
    """Return `values` in memory of its own, cast without loss, or in a tensor like another.

    `refuse` is called with each part before it is read, and may raise.

    >>> own_array(np.array([1.0, 2.0]), Wanted("uint8"))
    array([1, 2], dtype=uint8)
    """
    if wanted.like is None:
        return _cast(values, _dtype_named(wanted.dtype) or values.dtype, wanted.order, refuse)
    if isinstance(values, np.ma.MaskedArray):
        raise ArgumentError('a masked array is NumPy\'s alone: `like` goes with na = "float"')
    backend, held = open_tensor(wanted.like)
    name = backend.dtype_name(held)
    if values.dtype.kind == "U" and name == "string":
        return backend.convert(values.astype(object), held)
    narrow = name.startswith(_NARROW)
    # NumPy does not read the names of its own text dtypes, such as "str32".
    dtype = held.dtype if name.startswith("str") else _dtype_named(name)
    made = _cast(values, dtype or values.dtype, wanted.order, refuse)
    # The library makes its own narrow reals of wider ones, whose values are those already.
    return backend.convert(made.astype("float32") if narrow else made, held)


@lru_cache(maxsize=64)
def _dtype_named(name: str | None) -> np.dtype[Any] | None:
    if name is None:
        return None
    if name.startswith(_NARROW):
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
    made = np.empty(source.shape, dtype, order=order)
    if _may_lose(source.dtype, dtype):  # else the context would cost as much as a small copy
        with np.errstate(all="ignore"):
            _fill(made, source, mask, order, refuse, may_lose=True)
    else:
        _fill(made, source, mask, order, refuse, may_lose=False)
    if mask is None:
        return made
    return np.ma.MaskedArray(made, mask=np.array(mask, order=order))


def _fill(
    made: Array,
    source: Array,
    mask: Array | None,
    order: Order,
    refuse: Refuse | None,
    may_lose: bool,
) -> None:
    """Cast into new memory; whoever calls has told NumPy what to do about overflow."""

    def check(cast: Array, part: Array, masked: Array | None) -> None:
        if refuse is not None:
            refuse(part)
        if may_lose and _is_lossy(part, cast, masked):
            _reject(source, made.dtype, mask)

    checks: dict[str, Any] = {}
    if may_lose or refuse is not None:
        # Only what compares each element with its cast gains from a buffer between the two.
        checks = {"check" if _is_compared(source.dtype, made.dtype) else "finish": check}
    # Reversed, row-major memory is column-major, which is what tiles are made for.
    if order == "C":
        copy_tiles(made.T, source.T, mask=None if mask is None else mask.T, **checks)
    else:
        copy_tiles(made, source, mask=mask, **checks)


@lru_cache(maxsize=256)
def _refuse_kinds(source: np.dtype[Any], dtype: np.dtype[Any]) -> None:
    is_number = dtype.kind in "biufc" or dtype.name.startswith(_NARROW)
    if source.kind == "U" and dtype.kind not in "UTO":
        raise ConversionError(f"text has no dtype {dtype}: as.numeric(x) reads numbers from it")
    if source.kind == "M" and dtype.kind != "M":
        raise ConversionError(f"a date or time has no dtype {dtype}: as.numeric(x) is its number")
    if source.kind in "biufc" and not is_number:
        advice = (
            "as.character(x) makes text" if dtype.kind in "UTO" else "it is no dtype of numbers"
        )
        raise ConversionError(f"numbers have no dtype {dtype}: {advice}")


@lru_cache(maxsize=256)
def _may_lose(source: np.dtype[Any], dtype: np.dtype[Any]) -> bool:
    if source == dtype or source.kind in "UM":
        is_cut = source.kind == dtype.kind == "U" and dtype.itemsize < source.itemsize
        return is_cut or (source.kind == "M" and source != dtype)
    if source.kind in "iu" and dtype.kind == "f":
        # NumPy calls int64 to float64 safe.
        return source.itemsize >= dtype.itemsize
    return not np.can_cast(source, dtype, "safe")


def _is_lossy(part: Array, cast: Array, masked: Array | None) -> bool:
    if masked is None and _is_kept(part, cast):
        return False
    lost = _lost(part, cast)
    if masked is not None:
        lost &= ~masked
    return bool(lost.any())


def _is_kept(part: Array, cast: Array) -> bool:
    """Tell cheaply, where it can be told so, that nothing was lost; False says nothing."""
    limits = _limits(part.dtype, cast.dtype)
    if limits is not None:
        least = int(np.minimum.reduce(part, axis=None))
        return limits[0] <= least and int(np.maximum.reduce(part, axis=None)) <= limits[1]
    if part.dtype.kind == cast.dtype.kind == "f":
        if cast.dtype.itemsize == 2:  # where a sum soon overflows
            return bool(np.logical_and.reduce(np.isfinite(cast), axis=None))
        # A sum is finite only where each entry is: one pass, and no array of its answers.
        return math.isfinite(np.add.reduce(cast, axis=None))
    return _is_compared(part.dtype, cast.dtype) and bool(np.equal(cast, part).all())


@lru_cache(maxsize=256)
def _limits(source: np.dtype[Any], dtype: np.dtype[Any]) -> tuple[int, int] | None:
    """Return between which integers of one dtype another certainly holds every one."""
    if source.kind == "i" and dtype.kind in "iu":
        return int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
    if source.kind == "i" and dtype.kind in "fc":
        whole: int = 2 ** (np.finfo(dtype).nmant + 1)  # up to here every integer is exact
        return -whole, whole
    return None


@lru_cache(maxsize=256)
def _is_compared(source: np.dtype[Any], dtype: np.dtype[Any]) -> bool:
    """Tell whether a double that equals its cast is one: each value of the dtype is a double."""
    return bool(source == "f8") and dtype.kind in "biu" and dtype.itemsize < 8


def _lost(values: Array, cast: Array) -> Array:
    if values.dtype.kind == "M":
        return np.asarray((cast.astype(values.dtype) != values) & ~np.isnat(values))
    if values.dtype.kind == "U":
        return np.asarray(cast != values)
    if cast.dtype.name.startswith(_NARROW):
        wide = cast.astype("float64")
        if values.dtype.kind == "f" and "int" not in cast.dtype.name:
            return np.asarray(np.isfinite(values) & ~np.isfinite(wide))
        return np.asarray(wide != values)
    return lost_entries(values, cast)


def _reals(source: Array, mask: Array | None, dtype: np.dtype[Any]) -> Array:
    lost = source.imag != 0
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
        lost = np.asarray(_lost(source, source.astype(dtype)))
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
