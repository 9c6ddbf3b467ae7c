"""The memory of R vectors as NumPy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from pybridge.conversion.rvalues import DTYPES

Array = np.ndarray[Any, Any]

_ITEMS = {name: (np.dtype(name).str, np.dtype(name).itemsize) for name in DTYPES.values()}


class RMemory:
    """The memory of an R vector, in NumPy's array protocol, column-major."""

    __slots__ = ("__array_interface__", "__weakref__", "owner")

    owner: Any
    """What keeps the R object alive."""

    def __init__(
        self,
        owner: Any,
        view: Array,
        r_type: str,
        shape: tuple[int, ...],
        *,
        writable: bool = False,
    ) -> None:
        """Describe the memory that begins where that of `view` does."""
        self.owner = owner
        code, stride = _ITEMS[DTYPES[r_type]]
        strides = []
        for size in shape:
            strides.append(stride)
            stride *= size
        self.__array_interface__ = {
            "version": 3,
            "data": (view.__array_interface__["data"][0], not writable),
            "typestr": code,
            "shape": shape,
            "strides": tuple(strides),
        }


def own_memory(view: Array, r_type: str) -> Array:
    """Return a writable array of the R memory behind a read-only `view`.

    R has just allocated it for this purpose, and nothing else refers to it.
    """
    return np.asarray(RMemory(view, view, r_type, view.shape, writable=True))
