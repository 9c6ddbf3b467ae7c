"""Values on their way into a tensor: cast without losing information, or refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pybridge.errors import AssignmentError, LossyValueError


def lossless_cast(value: Any, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Return `value` as an array of `dtype`, or raise `LossyValueError`.

    Rounding a real to a narrower real is what narrower reals are for, and is fine; everything else
    must arrive as it was: 0.5 or NaN into integers, 300 into uint8, a complex with an imaginary
    part into reals, a finite real that would become infinite, an integer that the reals of `dtype`
    would round. Logicals are 0 and 1, as in R.

    >>> lossless_cast([1.0, 2.0], np.dtype("uint8"))
    array([1, 2], dtype=uint8)
    """
    array = np.asarray(value)
    source = array.dtype
    is_rounded = source.kind in "iu" and dtype.kind in "fc"  # NumPy calls int64 to float64 safe
    if source == dtype or (np.can_cast(source, dtype, "safe") and not is_rounded):
        return array.astype(dtype, copy=False)
    if (source.kind in "OSUmMV") != (dtype.kind in "OSUmMV") or source.kind not in "biufc":
        if dtype.kind == "O" or (source.kind == dtype.kind and dtype.kind in "SU"):
            return _exact(array, dtype)
        raise AssignmentError(
            f"a value of type {_type_text(array, value)} does not fit a tensor of dtype {dtype}"
        )
    return _exact(array, dtype)


def _exact(array: npt.NDArray[Any], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    if array.dtype.kind == "c" and dtype.kind != "c":
        bad = (array.imag != 0) | np.isnan(array.imag)
        if bad.any():
            raise _lossy(array[bad].flat[0], dtype)
        array = array.real
    with np.errstate(all="ignore"):
        cast = array.astype(dtype)
    is_narrower_real = array.dtype.kind in "fc" and dtype.kind in "fc"
    if is_narrower_real:
        bad = np.isfinite(array) & ~np.isfinite(cast)
    else:
        bad = ~_same_numbers(array, cast)
    if bad.any():
        raise _lossy(array[bad].flat[0], dtype)
    return cast


def _same_numbers(array: npt.NDArray[Any], cast: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Compare numbers across dtypes without the rounding of a common dtype."""
    with np.errstate(all="ignore"):
        same = cast.astype(array.dtype) == array
    if array.dtype.kind in "iu" and cast.dtype.kind in "iu":
        same &= (cast < 0) == (array < 0)
    elif array.dtype.kind == "f" and cast.dtype.kind in "iu":
        info = np.iinfo(cast.dtype)
        same &= (array >= float(info.min)) & (array < float(info.max) + 1)
    elif array.dtype.kind in "iu" and cast.dtype.kind in "fc":
        # the largest integers round up to a power of two that the integers do not hold
        same &= cast.real < float(np.iinfo(array.dtype).max) + 1
    return np.asarray(same)


def _lossy(entry: Any, dtype: np.dtype[Any]) -> LossyValueError:
    shown = entry.item() if isinstance(entry, np.generic) else entry
    return LossyValueError(
        f"{shown} would lose information in a tensor of dtype {dtype}; convert the value or the "
        "tensor first",
        dtype=str(dtype),
    )


def _type_text(array: npt.NDArray[Any], value: Any) -> str:
    return type(value).__name__ if array.dtype.kind == "O" else str(array.dtype)
