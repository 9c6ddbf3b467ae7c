"""Tensors as subscripts: read if their values are known, passed on as `Traced` if not."""

from __future__ import annotations

from types import EllipsisType, NoneType
from typing import Any, Final

import numpy as np

from pybridge.axis import Axis
from pybridge.errors import SubscriptTypeError, TracingError
from pybridge.holders import ARRAYS_OF_NUMPY, find_holder, open_array
from pybridge.subscripts import Entries, Kind, NAType, Subscripts, Traced, mapped
from pybridge.subscripts.python_values import as_subscript

_PLAIN: Final = frozenset(
    {int, NoneType, EllipsisType, NAType, bool, float, str, range, np.ndarray, Subscripts}
)
"""Types that cannot contain a tensor of another library."""


def without_tensors(written: Any) -> Any:
    """Replace the tensors in a subscript by NumPy arrays, or by `Traced` if traced.

    A dialect can check the values of an array, but not those of a traced tensor. Any other
    subscript is returned unchanged.

    >>> without_tensors(slice(1, 3))
    slice(1, 3, None)
    """
    kind = type(written)
    if kind in _PLAIN:
        return written
    if kind is slice or isinstance(written, Kind):
        return mapped(written, without_tensors)
    if isinstance(written, tuple):
        return written
    if kind is list:
        if all(type(entry) in _PLAIN for entry in written):
            return written
        try:
            return [_known_entry(entry) for entry in written]
        except RecursionError:
            raise SubscriptTypeError(
                "a list that contains itself, or is nested too deep, is not a vector of positions",
                subscript="<list>",
            ) from None
    holder = find_holder(written)
    if holder is None or holder is ARRAYS_OF_NUMPY:
        return written
    axes = holder.axes(written)
    backend, value = open_array(written, "subscript")
    if not backend.is_traced(value):
        return _with_axes(backend.to_numpy(value), axes)
    return Traced(value, backend.shape(value), backend.dtype_name(value) == "bool", backend)


def _with_axes(array: Any, axes: tuple[Axis, ...]) -> Any:
    """Return an array, or the subscript that it is with the names and labels of its axes."""
    if not axes:
        return array
    subscript = as_subscript(array)
    if not isinstance(subscript, Entries):
        return subscript
    return type(subscript)(subscript.values, subscript.missing, axes)


def _known_entry(entry: Any) -> Any:
    known = without_tensors(entry)
    if isinstance(known, Traced):
        raise TracingError(
            f"`{known}` is a traced tensor in a list of positions; stack the list into one tensor"
        )
    return known
