"""A NumPy array from whatever `to_r` is given: a tensor of any library, scalars, a buffer."""

from __future__ import annotations

from typing import Any

import numpy as np

from pybridge.backends import find_backend, open_tensor
from pybridge.errors import UnsupportedTensorError

Array = np.ndarray[Any, Any]


def numpy_from(x: Any) -> Array:
    """Return `x` as a NumPy array, a view where its library offers one; masks are kept."""
    if isinstance(x, np.ndarray | np.generic | bool | int | float | complex | str):
        return np.asanyarray(x)
    if isinstance(x, list | tuple):
        return _from_scalars(x)
    if find_backend(x) is not None:
        backend, held = open_tensor(x)
        return backend.to_numpy(held)
    if hasattr(type(x), "columns"):
        raise UnsupportedTensorError(
            f"{_name(x)} is a table, not a tensor: pass a dict of its columns, "
            "{name: table[name].to_numpy() for name in table}"
        )
    if hasattr(x, "__array__") or isinstance(x, memoryview):
        return np.asarray(x)
    raise UnsupportedTensorError(f"{_name(x)} has no R equivalent")


def _from_scalars(x: Any) -> Array:
    """Return scalars of one type as an array; integers never turn into floats on the way."""
    if type(x[0]) is not int:
        return np.asarray(x)
    try:
        return np.asarray(x, dtype="int64")
    except OverflowError:
        return np.asarray(x, dtype=object)


def _name(x: Any) -> str:
    return f"{type(x).__module__}.{type(x).__qualname__}"
