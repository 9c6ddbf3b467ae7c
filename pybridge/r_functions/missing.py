"""R's `is.na`, `is.nan`, `is.finite` and `is.infinite` on tensors."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from pybridge.backends.protocol import Tensor
from pybridge.errors import UnsupportedTensorError
from pybridge.holders import open_tensor


def elementwise_test(x: Tensor, name: str) -> npt.NDArray[np.bool_]:
    """Return a NumPy mask of the elements of `x` that pass R's test `name`.

    A masked element and a missing date are `NA`, and NaN is both `NA` and NaN, as in R. Traced
    tensors raise a `PybridgeError`. Source of the rules: R's help pages of `NA` and
    `is.finite`.

    >>> elementwise_test(np.ma.array([1.0, np.nan, np.inf], mask=[True, False, False]), "is.na")
    array([ True,  True, False])
    """
    holder, x = open_tensor(x)
    x = holder.operand(x)
    values = x if isinstance(x, np.ndarray) else holder.to_numpy(x)  # to_numpy() drops the mask
    is_na = np.ma.getmaskarray(values)
    data = np.ma.getdata(values)
    nan, infinite = _nan_and_infinite(data, name)
    if name == "is.nan":
        return nan & ~is_na if data.dtype.kind not in "mM" else np.zeros(data.shape, bool)
    if name == "is.infinite":
        return infinite & ~is_na
    return ~(nan | infinite | is_na) if name == "is.finite" else nan | is_na


def _nan_and_infinite(
    data: npt.NDArray[Any], name: str
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return where an array is NaN or a missing date, and where it is infinite."""
    none = np.zeros(data.shape, bool)
    kind = data.dtype.kind
    if kind in "biu":
        return none, none
    if kind in "mM":
        return np.isnat(data), none
    if kind in "UST" and name == "is.na":
        # a StringDType may have an object for missing strings
        is_missing = [not isinstance(entry, str | bytes) for entry in data.ravel().tolist()]
        return np.array(is_missing, bool).reshape(data.shape) if kind == "T" else none, none
    try:
        return np.isnan(data), np.isinf(data)
    except TypeError:
        raise UnsupportedTensorError(
            f"{name}() does not take {data.dtype}, which is not a dtype of numbers or dates"
        ) from None
