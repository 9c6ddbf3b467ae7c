"""What R calls, and nothing else does: records of subscripts in, tensors or failures out.

R sends one list of whole numbers, the record, for the subscripts that need no more; what a number
cannot say crosses beside it as tagged values. No NA crosses as itself. Nothing is raised into R:
an error comes back as a `Failure`, which R turns into a condition of its own.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from pybridge import subscripts as sub
from pybridge.backends import backend_of
from pybridge.dialects.tensor import index_from_position, slice_from_range
from pybridge.errors import PybridgeError, r_classes
from pybridge.subsetting import r_slice

# The codes of a record; r/src/capture.c writes them.
NO_DROP: Final = 1
BASE: Final = 2
COLUMN_MAJOR: Final = 4
MISSING: Final = 0
NEW_AXIS: Final = 1
REST: Final = 2
POSITION: Final = 3
VALUE: Final = 4
RANGE_OF_VALUES: Final = 5
RANGE: Final = 8
HAS_START: Final = 1
HAS_STOP: Final = 2
HAS_STEP: Final = 4

_WHOLE: Final = slice(None)


class Failure:
    """An error on its way to R: what R needs to signal a condition of its own."""

    __slots__ = ("error",)

    def __init__(self, error: Exception) -> None:
        self.error = error

    @property
    def message(self) -> str:
        """The text for the user."""
        return str(self.error)

    @property
    def classes(self) -> list[str]:
        """The classes of R's condition, most specific first."""
        return r_classes(self.error) or ["pybridge_error"]


def subset(x: Any, record: Any) -> Any:
    """Return the elements of `x` that a record of whole numbers names."""
    try:
        if type(x) is np.ndarray:
            key = numpy_key(record, x.shape)
            if key is not None:
                return x[key]
        return _subset(x, record, [])
    except PybridgeError as error:
        return Failure(error)


def subset_by_values(x: Any, record: Any, values: list[Any]) -> Any:
    """Return the elements of `x` that a record and the values beside it name."""
    try:
        return _subset(x, record, values)
    except PybridgeError as error:
        return Failure(error)


def _subset(x: Any, record: Any, values: list[Any]) -> Any:
    if type(record) is int:
        record = [record]
    options = record[0]
    return r_slice(
        x,
        *decode(record, values),
        drop=not options & NO_DROP,
        dialect="base" if options & BASE else "tensor",
        order="F" if options & COLUMN_MAJOR else "C",
    )


def reshape(x: Any, dim: list[int], order: str) -> Any:
    """Return the elements of `x` in the shape `dim`, read and filled row-major."""
    try:
        return backend_of(x).reshape(x, tuple(dim))
    except PybridgeError as error:
        return Failure(error)


def numpy_key(record: Any, shape: tuple[int, ...]) -> Any:
    """Return the NumPy key of a record, or None where the general path must look.

    >>> numpy_key([0, 8 + 1 + 2, 1, 3, 3, -1], (10, 5, 2))
    (slice(0, 3, 1), 4)
    """
    if type(record) is int or record[0]:
        return None
    key: list[Any] = []
    axis = 0
    ndim = len(shape)
    numbers = iter(record)
    next(numbers)
    for code in numbers:
        if code == NEW_AXIS:
            key.append(None)
            continue
        if code == REST or axis == ndim:
            return None
        if code >= RANGE:
            start = next(numbers) if code & HAS_START else None
            stop = next(numbers) if code & HAS_STOP else None
            step = next(numbers) if code & HAS_STEP else None
            if step == 0:
                return None
            key.append(slice_from_range(start, stop, step, shape[axis], axis))
        elif code == POSITION:
            key.append(index_from_position(next(numbers), shape[axis], axis))
        else:
            key.append(_WHOLE)
        axis += 1
    return tuple(key)


def decode(record: Any, values: list[Any]) -> tuple[sub.Subscript, ...]:
    """Return the subscripts of a record and the values beside it."""
    items: list[sub.Subscript] = []
    beside = iter(values)
    numbers = iter(record)
    next(numbers)
    for code in numbers:
        if code == MISSING:
            items.append(sub.MISSING)
        elif code == NEW_AXIS:
            items.append(sub.NEW_AXIS)
        elif code == REST:
            items.append(sub.REST)
        elif code == POSITION:
            items.append(sub.Scalar(next(numbers)))
        elif code == VALUE:
            items.append(_from_value(*next(beside)))
        else:
            bounds = [next(numbers) if code & bit else sub.NA for bit in (1, 2, 4)]
            items.append(sub.Range(*bounds))
    return tuple(items)


def _from_value(kind: str, value: Any, holes: Any = None) -> sub.Subscript:
    if kind == "characters":
        return sub.Characters(tuple(value))
    if kind == "tensor" or holes is None:
        return sub.as_subscript(value)
    return sub.as_subscript(np.ma.MaskedArray(value, holes))
