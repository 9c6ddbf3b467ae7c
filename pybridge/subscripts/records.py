"""Decode records: the whole numbers in which R sends subscripts.

Other values are sent with the record, tagged, and `NA` is never sent as
itself. r/R/record.R reads the same codes, and src/capture.c writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from pybridge.lossless import integer_bounds
from pybridge.subscripts import NA, Characters, Scalar
from pybridge.subscripts.calls import CALLS

# The first number holds the options.
NO_DROP: Final = 1
BASE: Final = 2
COLUMN_MAJOR: Final = 4
# Each subscript begins with its code.
MISSING: Final = 0
NEW_AXIS: Final = 1
REST: Final = 2
POSITION: Final = 3
VALUE: Final = 4
RANGE_OF_VALUES: Final = 5
VECTOR: Final = 6
RANGE: Final = 8
HAS_START: Final = 1
HAS_STOP: Final = 2
HAS_STEP: Final = 4
# A value begins with its tag, a call is known by its name. R compares its own codes and words with
# these when Python starts.
TAGS: Final = ("na", "entries", "characters", "int64", "tensor", "number", "call")
WORDS: Final = (*TAGS, *CALLS)

_OTHER_VERSION: Final = "install the same version of both"

_WHOLE: Final = slice(None)


def decode(record: list[int], values: Sequence[Any]) -> tuple[Any, ...]:
    """Return the subscripts of a record and its values, as `r_slice` takes them.

    >>> from pybridge.subscripts.python_values import as_subscripts
    >>> str(as_subscripts(decode([0, 9, 2, 0, 6, 2, 3, 1, 4], [("number", 3)])))
    '2:NA, , c(3, 1), 3'
    """
    items: list[Any] = []
    tagged_values = iter(values)
    numbers = iter(record)
    next(numbers)
    for code in numbers:
        if code == POSITION:
            items.append(next(numbers))
        elif code >= RANGE:
            start = next(numbers) if code & HAS_START else None
            stop = next(numbers) if code & HAS_STOP else None
            items.append(slice(start, stop, next(numbers) if code & HAS_STEP else None))
        elif code == MISSING:
            items.append(_WHOLE)
        elif code == REST:
            items.append(...)
        elif code == NEW_AXIS:
            items.append(None)
        elif code == VECTOR:
            items.append([*islice(numbers, next(numbers))])
        elif code == VALUE:
            value = _from_tagged(*next(tagged_values))
            items.append(Scalar(value) if value is NA else value)
        elif code == RANGE_OF_VALUES:
            items.append(slice(*[_from_tagged(*bound) for bound in next(tagged_values)]))
        else:
            raise ValueError(f"R writes a subscript by code {code}, unknown here; {_OTHER_VERSION}")
    return tuple(items)


def _from_tagged(tag: str, value: Any = None, more: Any = None, values: Sequence[Any] = ()) -> Any:
    """Return a tagged R value as a Python value; `more` is what else belongs to the tag.

    That is the holes of entries, the shape of names, or the record of a call, which has `values`.
    """
    match tag:
        case "number" | "tensor":
            return value
        case "entries":
            return value if more is None else np.ma.MaskedArray(value, more)
        case "na":
            return NA
        case "characters":
            return Characters(*_names(value, more))
        case "int64":
            return _from_bits(value)
        case "call" if value in CALLS:
            return CALLS[value](tuple(decode(more, values)))
        case "call":
            raise ValueError(f"R has a subscript {value}(), unknown here; {_OTHER_VERSION}")
        case _:
            raise ValueError(f"R tags a value as {tag!r}, unknown here; {_OTHER_VERSION}")


def _names(names: list[str | None], sizes: list[int] | None) -> tuple[Any, ...]:
    """Return the column-major names of R in row-major order with their shape."""
    if sizes is None:
        return tuple(names), None
    laid = np.array(names, object).reshape(sizes, order="F")
    return tuple(laid.ravel().tolist()), tuple(sizes)


def _from_bits(value: Any) -> npt.NDArray[Any]:
    """Return R's 64-bit integers, stored in the bits of reals; the smallest is NA."""
    integers = np.array(value, np.float64).view(np.int64)
    is_na = integers == integer_bounds("int64")[0]
    return np.ma.MaskedArray(integers, is_na) if is_na.any() else integers


def python_key(record: list[int], values: Sequence[Any]) -> Any:
    """Return the key for Python's own brackets; whole reals become integers.

    >>> python_key([0, 11, 1, 3, 0, 2], [])
    (slice(1, 3, None), slice(None, None, None), Ellipsis)
    """
    indices = tuple(map(_as_python_index, decode(record, values)))
    return indices[0] if len(indices) == 1 else indices


def _as_python_index(value: Any) -> Any:
    if isinstance(value, tuple(CALLS.values())):
        raise IndexError(
            f"`{value}` is a subscript of `@r[` and R(x)[...]; Python's own brackets do not have it"
        )
    if isinstance(value, slice):
        bounds = (value.start, value.stop, value.step)
        return slice(*(None if part is NA else _as_python_index(part) for part in bounds))
    if isinstance(value, np.ma.MaskedArray | Scalar):
        raise IndexError("NA is not an index in Python; `NA:5` is an open end")
    if isinstance(value, Characters):
        if None in value.values:
            raise IndexError("NA is not a key in Python")
        return value.values[0] if len(value.values) == 1 else list(value.values)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return np.array(value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        whole = value.astype(np.int64)
        return whole if np.array_equal(whole, value) else value
    return value
