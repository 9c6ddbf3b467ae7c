"""Copy the elements of R objects to new arrays of a given dtype, memory order and library.

Each element is cast once, in tiles, and checked; nothing is lost without a policy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from importlib import import_module
from typing import Any, get_args

import numpy as np

from pybridge.conversion.copying import copy_tiles
from pybridge.conversion.places import first_index, position
from pybridge.errors import ArgumentError, ConversionError
from pybridge.holders import open_tensor
from pybridge.lossless import (
    Check,
    LossyCast,
    cast,
    is_exact_in_float64,
    is_narrow,
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
    is_na, source = None, values
    if isinstance(values, np.ma.MaskedArray):
        is_na, source = np.ma.getmaskarray(values), np.asarray(values)
    copying = partial(_copy_in_tiles, order=order, refuse=refuse)
    try:
        result = cast(source, dtype, is_na=is_na, order=order, copying=copying)
    except LossyCast as lossy:
        raise _lossy(lossy, dtype) from None
    if is_na is None:
        return result
    return np.ma.MaskedArray(result, mask=np.array(is_na, order=order))


def _copy_in_tiles(
    target: Array,
    source: Array,
    is_na: Array | None,
    check: Check | None,
    *,
    order: Order,
    refuse: Refuse | None,
) -> None:
    def after(part_cast: Array, part: Array, part_is_na: Array | None) -> None:
        if refuse is not None:
            refuse(part)
        if check is not None:
            check(part_cast, part, part_is_na)

    calls: dict[str, Any] = {}
    if check is not None or refuse is not None:
        # Only a comparison of each element with its cast gains from a buffer.
        calls = {"check" if is_exact_in_float64(source.dtype, target.dtype) else "finish": after}
    # Reversed, row-major memory is column-major, which is what tiles are made for.
    if order == "C":
        target, source, is_na = target.T, source.T, None if is_na is None else is_na.T
    copy_tiles(target, source, mask=is_na, **calls)


@lru_cache(maxsize=256)
def _refuse_kinds(source: np.dtype[Any], dtype: np.dtype[Any]) -> None:
    is_number = dtype.kind in "biufc" or is_narrow(dtype.name)
    if source.kind == "U" and dtype.kind not in "UTO":
        raise ConversionError(
            f"text cannot become dtype {dtype}: as.numeric(x) reads numbers from it"
        )
    if source.kind == "M" and dtype.kind != "M":
        raise ConversionError(
            f"a date or time cannot become dtype {dtype}: as.numeric(x) is its number"
        )
    if source.kind in "biufc" and not is_number:
        advice = (
            "as.character(x) makes text" if dtype.kind in "UTO" else "it is not a numeric dtype"
        )
        raise ConversionError(f"numbers cannot become dtype {dtype}: {advice}")


def _lossy(lossy: LossyCast, dtype: np.dtype[Any]) -> ConversionError:
    where = first_index(lossy.is_lost)
    value = lossy.values[where]
    if lossy.values.dtype.kind == "c" and dtype.kind != "c":
        return ConversionError(
            f"element {position(where)} is {value}, and dtype {dtype} has no imaginary "
            "part: Re(x) is the real one"
        )
    if lossy.values.dtype.kind == "f" and np.isnan(value):
        return ConversionError(
            f"element {position(where)} is {_nan_name(value)}, and dtype {dtype} has no "
            'missing value: a real dtype has, and na = "mask" masks NA'
        )
    return ConversionError(
        f"element {position(where)} is {value}, which dtype {dtype} does not hold: convert x "
        "first, or choose a wider dtype"
    )


def _nan_name(value: Any) -> str:
    return "NA" if int(np.float64(value).view("u8")) & 0xFFFFFFFF == 1954 else "NaN"
