"""Convert any argument of `to_r` to a NumPy array: tensors, scalars, buffers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from pybridge.conversion.strings import refuse_nul
from pybridge.errors import UnsupportedTensorError
from pybridge.holders import find_holder, open_tensor
from pybridge.holders.foreign import advice_for, is_of_arrow

Array = np.ndarray[Any, Any]


def numpy_from(x: Any) -> Array:
    """Return `x` as a NumPy array, a view if its library has one; masks are preserved."""
    if isinstance(x, str):
        return _text_array([x]).reshape(())
    if isinstance(x, np.ndarray | np.generic | bool | int | float | complex):
        return np.asanyarray(x)
    if isinstance(x, list | tuple):
        return _from_scalars(x)
    if is_of_arrow(type(x)):
        raise UnsupportedTensorError(f"{_name(x)} has no elements yet: {advice_for(x)}")
    if hasattr(type(x), "columns"):
        raise UnsupportedTensorError(
            f"{_name(x)} is a table without Arrow's protocol: x.to_pandas() makes a DataFrame of it"
        )
    if hasattr(type(x), "isna") and hasattr(type(x), "dtype"):
        from pybridge.holders.pandas import known_values  # imported where pandas is

        return known_values(x)
    if find_holder(x) is not None:
        holder, tensor = open_tensor(x)
        return holder.to_numpy(tensor)
    if hasattr(x, "__array__") or hasattr(x, "__array_interface__") or isinstance(x, memoryview):
        return np.asarray(x)
    advice = ": sorted(x) is a list" if isinstance(x, set | frozenset) else ""
    raise UnsupportedTensorError(f"{_name(x)} has no R equivalent{advice}")


def _from_scalars(x: Any) -> Array:
    """Return scalars of one type as an array; integers never become floats."""
    if isinstance(x[0], str):
        return _text_array(x)
    if type(x[0]) is not int:
        return np.asarray(x)
    try:
        return np.asarray(x, dtype="int64")
    except OverflowError:
        return np.asarray(x, dtype=object)


def _text_array(texts: Sequence[str]) -> Array:
    for text in texts:
        refuse_nul(text)  # NumPy would strip it from the end
    return np.asarray(texts)


def _name(x: Any) -> str:
    return f"{type(x).__module__}.{type(x).__qualname__}"
