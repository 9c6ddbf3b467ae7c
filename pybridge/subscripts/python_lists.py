"""Read a Python list as a vector of positions, logicals or names, or as a matrix.

`python_values` reads everything else, with the same readers of entries and the same errors.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pybridge.errors import SubscriptTypeError
from pybridge.lossless import INT64_MAX
from pybridge.subscripts import (
    NA,
    Characters,
    Entries,
    Mask,
    Subscript,
    Vector,
    is_missing,
    read_only,
)
from pybridge.subscripts.notation import as_real

if TYPE_CHECKING:
    import numpy.typing as npt

_MOST_IN_ROWS: Final = 2**26  # a longer nested list is not read as a matrix of positions
_INTS: Final = {int}
_BOOLS: Final = {bool}


def from_list(value: list[Any]) -> Subscript:
    """Read a list of numbers, of logicals or of names; nested lists are a matrix.

    >>> from_list([3, NA]).missing, from_list([[1, 2], [3, 4]]).values.shape
    (array([False,  True]), (2, 2))
    """
    if len(value) == 0:
        return Vector(read_only(np.empty(0, np.int64)))
    kinds = {*map(type, value)}
    if kinds == _BOOLS:
        return Mask.borrowed(read_only(np.array(value)))
    if kinds == _INTS:
        try:
            return Vector.borrowed(read_only(np.array(value, np.int64)))
        except OverflowError:
            pass  # beyond 64 bits: see below
    if any(map(_is_row, value)):
        return _from_rows(value)
    entries = list(map(_entry, value))
    if str in map(type, entries) and all(
        isinstance(entry, str) or entry is NA for entry in entries
    ):
        names = [None if entry is NA else entry for entry in entries]
        return names_from(tuple(names), (len(names),))
    kinds = {type(entry) for entry in entries if entry is not NA}
    is_na = np.array([entry is NA for entry in entries])
    if kinds <= {bool}:  # a vector of NA alone is logical in R too
        return entries_from(np.array([entry is True for entry in entries]), is_na)
    if not kinds <= {int, float}:
        text = python_text(value)
        raise SubscriptTypeError(
            f"`{text}` mixes {', '.join(sorted(kind.__name__ for kind in kinds))}; a vector "
            "holds numbers or logicals, and nothing else",
            subscript=text,
        )
    known = [0 if entry is NA else entry for entry in entries]
    try:
        return entries_from(np.array(known, np.float64 if float in kinds else np.int64), is_na)
    except OverflowError:  # beyond 64 bits, hence beyond every axis: the dialect raises
        return entries_from(np.array(list(map(as_real, known)), np.float64), is_na)


def _is_row(entry: Any) -> bool:
    return isinstance(entry, list | tuple | range) or (
        isinstance(entry, np.ndarray) and entry.ndim > 0
    )


def _entry(entry: Any) -> Any:
    """Read one entry of a list as a plain number, logical, string or `NA`."""
    if type(entry) in (int, float, bool, str):
        return entry
    if is_missing(entry):
        return NA
    if isinstance(entry, np.generic | np.ndarray):
        if isinstance(entry, np.ma.MaskedArray) and entry.mask.any():
            return NA
        return float(as_float64(np.asarray(entry))) if entry.dtype.kind == "f" else entry.item()
    for kind in (str, float):
        if isinstance(entry, kind):
            return kind(entry)
    if is_integer_like(entry):
        return index_of(entry)
    array = array_of(entry)
    return _entry(array[()]) if array is not None and array.ndim == 0 else entry


def _from_rows(value: list[Any]) -> Subscript:
    """Read nested lists as a matrix of positions or of logicals."""
    if all(type(row) is list and {*map(type, row)} == {int} for row in value):
        try:
            return Vector(read_only(np.array(value, np.int64)))
        except (ValueError, OverflowError):
            pass  # uneven rows, or numbers beyond 64 bits: see below
    text = python_text(value)
    try:
        if sum([_length(row) for row in value]) > _MOST_IN_ROWS:
            raise MemoryError
        array = np.array(_rows_of_entries(value), dtype=object)
        if any(map(_is_row, array.ravel().tolist())):
            raise ValueError
    except (ValueError, MemoryError, OverflowError):
        raise SubscriptTypeError(
            f"`{text}` has rows of different lengths; a matrix needs equal ones", subscript=text
        ) from None
    entries = from_list(array.ravel().tolist())
    if not isinstance(entries, Entries):
        raise SubscriptTypeError(f"`{text}` is not a matrix of numbers", subscript=text)
    is_na = None if entries.missing is None else entries.missing.reshape(array.shape)
    return type(entries)(entries.values.reshape(array.shape), is_na)


def _rows_of_entries(value: Any) -> list[Any]:
    """Return nested lists with plain entries: NumPy would read another object as a row."""
    rows = [_rows_of_entries(one) if _is_row(one) else _entry(one) for one in value]
    for entry in rows:
        if entry is not NA and not isinstance(entry, list | int | float | str):
            raise no_subscript(entry, "not an entry of a matrix of positions or logicals")
    return rows


def _length(row: Any) -> int:
    if isinstance(row, range):  # whose len() has limits
        return (row[-1] - row[0]) // row.step + 1 if row else 0
    return len(row) if _is_row(row) else 1


def names_from(texts: tuple[str | None, ...], shape: tuple[int, ...]) -> Characters:
    """Return names with their shape, which is omitted for a plain vector."""
    return Characters(texts, shape if len(shape) > 1 or shape == (1,) else None)


def entries_from(array: npt.NDArray[Any], is_na: npt.NDArray[np.bool_] | None) -> Vector | Mask:
    """Copy an array of logicals or numbers into a `Mask` or a `Vector`."""
    kind = array.dtype.kind
    is_na = None if is_na is None else read_only(is_na.copy())
    if kind == "b":
        return Mask(read_only(array.copy()), is_na)
    is_beyond = kind == "u" and array.size > 0 and int(array.max()) > INT64_MAX
    if kind == "f" or is_beyond:
        values = as_float64(array)
        is_nan = np.isnan(values)
        if is_nan.any():
            is_na = read_only(is_nan if is_na is None else is_nan | is_na)
        return Vector(read_only(values), is_na)
    return Vector(read_only(array.astype(np.int64)), is_na)


def as_float64(array: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return numbers as float64; a fraction of a wider dtype stays one, on its side of 1, 2, ...

    >>> wide = np.nextafter(np.longdouble(1), np.longdouble(2))
    >>> bool(as_float64(np.array([wide, 1]))[0] == 1)
    False
    """
    values = array.astype(np.float64)
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        is_above, is_below = array > values, array < values
        values = np.where(is_above, np.nextafter(values, np.inf), values)
        values = np.where(is_below, np.nextafter(values, -np.inf), values)
    return values


def is_integer_like(value: Any) -> bool:
    """Return whether a value has `__index__` and is not an array."""
    return hasattr(type(value), "__index__") and not hasattr(value, "shape")


def index_of(value: Any) -> int:
    """Return the integer of an integer-like object, or raise `SubscriptTypeError`."""
    try:
        return int(operator.index(value))
    except Exception as error:  # whatever the object raises
        raise no_subscript(value, f"not a subscript: it gives no integer, {error}") from error


def array_of(value: Any) -> npt.NDArray[Any] | None:
    """Return the NumPy array of an object, or None if it has none."""
    if not hasattr(type(value), "__array__"):
        return None
    try:
        array = np.asarray(value)
    except Exception as error:  # whatever the object raises
        raise no_subscript(value, f"not a subscript: NumPy cannot read it, {error}") from error
    return None if array.dtype.kind == "O" else array


def no_subscript(value: Any, why: str) -> SubscriptTypeError:
    """Return the error for an object of another type."""
    name = type(value).__name__
    return SubscriptTypeError(f"an object of type `{name}` is {why}", subscript=f"<{name}>")


def python_text(value: Any) -> str:
    """Return the text of any Python value for a message, abbreviated."""
    try:
        text = str(value)
    except Exception:  # a huge integer, deep lists, an object whose repr fails
        return f"<{type(value).__name__}>"
    return text if len(text) <= 80 else f"{text[:60]} ... {text[-15:]}"
