"""Objects that are like arrays: read in one place, in finite time, or an error.

What has brackets and a length, or `__array__`, is not thereby an array. NumPy takes an object for a
sequence whose element is the object itself, reads the data under a mask, and of Arrow's memory
another number where an element is missing.
"""

from __future__ import annotations

import datetime
from collections.abc import ItemsView, Iterator, KeysView, Sequence, Set, ValuesView
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from pybridge.errors import AssignmentError
from pybridge.holders.foreign import advice_for, is_of_arrow
from pybridge.lossless import EXACT_IN_FLOAT64
from pybridge.subscripts import NA

if TYPE_CHECKING:
    import numpy.typing as npt

_Reading: TypeAlias = Literal["whole", "masked", "sequence", "arrow", "unordered", "unknown"]
_WHOLE: Final = str | bytes | bytearray | memoryview | range
_SEQUENCES: Final = (list, tuple, Sequence, KeysView, ValuesView, ItemsView)
_PROTOCOLS: Final = {"__array__", "__array_interface__", "__array_struct__"}


def readable(value: Any) -> Any:
    """Return a value that `numpy.asarray` reads as it is meant.

    A masked element becomes `NA`. Sequences and views of a dict become lists. Raises
    `AssignmentError` for what has no order, may have no end, or is not NumPy's to read.

    >>> readable([1, np.ma.masked]), readable({"a": 3}.values())
    ([1, NA], [3])
    """
    kind: type = type(value)
    match reading_of(kind):
        case "whole":
            return value
        case "masked" if value.ndim == 0:
            return NA if value.mask else value.data[()]
        case "masked":
            return [readable(value[k, ...]) for k in range(len(value))]
        case "sequence":
            entries = value if issubclass(kind, list | tuple) else list(value)
            kinds: set[type] = {*map(type, entries)}
            if all(reading_of(entry) == "whole" for entry in kinds):
                return entries
            return [readable(entry) for entry in entries]
        case "arrow":
            raise AssignmentError(
                f"a value of type {kind.__name__} is Arrow's: {advice_for(value)}"
            )
        case "unordered":
            raise AssignmentError(
                f"a value of type {kind.__name__} has no order or no end; list(value) makes a "
                "vector of its entries"
            )
    raise AssignmentError(
        f"a value of type {kind.__name__} is neither an array nor a sequence; "
        "numpy.asarray(value) makes an array of what is one"
    )


@lru_cache(maxsize=256)
def reading_of(kind: type) -> _Reading:
    """Return how values of a class are read."""
    if is_of_arrow(kind):
        return "arrow"
    if issubclass(kind, np.ma.MaskedArray):
        return "masked"
    if issubclass(kind, _WHOLE):
        return "whole"
    if issubclass(kind, _SEQUENCES):
        return "sequence"
    if issubclass(kind, Set | Iterator):
        return "unordered"
    names = {name for base in kind.__mro__ for name in vars(base)}  # hasattr() asks metaclasses too
    if names & _PROTOCOLS or issubclass(kind, dict) or not names >= {"__len__", "__getitem__"}:
        return "whole"
    return "unknown"


def numpy_time(time: Any) -> Any:
    """Return a date, time or duration of Python or pandas as NumPy's, in UTC if it has a zone.

    >>> numpy_time(datetime.timedelta(minutes=1))
    np.timedelta64(60000000,'us')
    """
    exact = getattr(time, "to_datetime64", None) or getattr(time, "to_timedelta64", None)
    if exact is not None:  # of pandas, with nanoseconds
        return exact()
    if isinstance(time, np.generic):
        return time
    if isinstance(time, datetime.timedelta):
        return np.timedelta64(time)
    if isinstance(time, datetime.datetime) and time.tzinfo is not None:
        time = time.astimezone(datetime.UTC).replace(tzinfo=None)
    return np.datetime64(time)


def is_vector_like(value: Any) -> bool:
    """Return whether a value has entries, and is not one entry by itself."""
    kind: type = type(value)
    reading = reading_of(kind)
    if issubclass(kind, str | bytes | bytearray | np.generic):
        return False
    names = {name for base in kind.__mro__ for name in vars(base)}
    is_array = issubclass(kind, range | memoryview) or bool(names & _PROTOCOLS)
    return is_array or reading != "whole"


def has_wide_integers(value: Any) -> bool:
    """Return whether a list has an integer that a real rounds.

    >>> has_wide_integers([2**53 + 1, 1.0]), has_wide_integers([2**53, 1.0])
    (True, False)
    """
    if not isinstance(value, list | tuple):
        return False
    for entry in value:
        if isinstance(entry, list | tuple):
            if has_wide_integers(entry):
                return True
        elif isinstance(entry, int | np.integer) and abs(int(entry)) > EXACT_IN_FLOAT64:
            return True
    return False


def as_objects(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the elements as objects; a time stays one, which `astype` makes an integer.

    >>> as_objects(np.array(["2024-01-01"], "M8[ns]"))[0]
    np.datetime64('2024-01-01T00:00:00.000000000')
    """
    if array.dtype.kind not in "mM":
        return array.astype(object)
    objects = np.empty(array.size, object)
    objects[:] = list(array.ravel())
    return objects.reshape(array.shape)
