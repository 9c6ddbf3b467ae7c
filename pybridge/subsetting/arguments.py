"""Tensors among the subscripts: read where their values are known, carried along where not."""

from __future__ import annotations

from types import EllipsisType, NoneType
from typing import Any, Final

import numpy as np

from pybridge.backends import NUMPY, find_backend, open_tensor
from pybridge.errors import SubscriptTypeError, TracingError
from pybridge.subscripts import SUBSCRIPT_TYPES, NAType, Range, Subscripts, Traced

_PLAIN: Final = (SUBSCRIPT_TYPES - {Range}) | {
    *(int, NoneType, EllipsisType, NAType, bool, float, str, range, np.ndarray, Subscripts)
}
"""Types that hold no tensor of another library."""


def without_tensors(written: Any) -> Any:
    """Return one subscript with every tensor in it read into NumPy, or marked as traced.

    A tensor whose values are known becomes a NumPy array, so that all the checks of a dialect apply
    to it. One whose values are unknown becomes a `Traced`. Anything else comes back as it is.

    >>> without_tensors(slice(1, 3))
    slice(1, 3, None)
    """
    kind = type(written)
    if kind in _PLAIN:
        return written
    if kind is slice or kind is Range:
        start, stop, step = written.start, written.stop, written.step
        if type(start) in _PLAIN and type(stop) in _PLAIN and type(step) in _PLAIN:
            return written
        return kind(*map(without_tensors, (start, stop, step)))
    if isinstance(written, tuple):
        return written
    if kind is list:
        if all(type(entry) in _PLAIN for entry in written):
            return written
        try:
            return [_known_entry(entry) for entry in written]
        except RecursionError:
            raise SubscriptTypeError(
                "a list that lies in itself, or too deep in others, is no vector of positions",
                subscript="<list>",
            ) from None
    backend = find_backend(written)
    if backend is None or backend is NUMPY:
        return written
    backend, value = open_tensor(written, "subscript")
    if not backend.is_traced(value):
        return backend.to_numpy(value)
    return Traced(value, backend.shape(value), backend.dtype_name(value) == "bool", backend)


def _known_entry(entry: Any) -> Any:
    known = without_tensors(entry)
    if isinstance(known, Traced):
        raise TracingError(
            f"`{known}` is a traced tensor in a list of positions; stack the list into one tensor"
        )
    return known
