"""Read Python values as subscripts: numbers, slices, lists, arrays, columns, logicals, names.

Values are copied, so a subscript never changes; values that can never be a subscript raise. The
meaning of a subscript is left to the dialects.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pybridge.errors import SubscriptError, SubscriptTypeError
from pybridge.lossless import INT64_MAX
from pybridge.subscripts import (
    NA,
    Call,
    Characters,
    Entries,
    Kind,
    Mask,
    Scalar,
    Subscript,
    Subscripts,
    Traced,
    TracedRange,
    Vector,
    is_missing,
    mapped,
    read_only,
    short_text,
)
from pybridge.subscripts.kinds import check_rests
from pybridge.subscripts.notation import as_real
from pybridge.subscripts.ranges import BOUNDS
from pybridge.subscripts.resolve import BOOL, INT64

if TYPE_CHECKING:
    import numpy.typing as npt


def vector(values: Any, missing: Any = None) -> Vector:
    """Make a `Vector`, with its own memory, from anything that NumPy reads as numbers.

    `NA`, `NaN` and masked entries become missing. Whole reals stay real: a dialect decides.
    """
    subscript = as_subscript(values)
    if isinstance(subscript, int | Scalar):
        subscript = as_subscript([values])
    if isinstance(subscript, Mask) and subscript.missing is not None and subscript.missing.all():
        subscript = Vector(np.zeros(subscript.values.shape, np.int64), subscript.missing)
    if not isinstance(subscript, Vector):
        raise SubscriptTypeError(
            f"`{subscript}` is not a vector of numbers", subscript=str(subscript)
        )
    return (
        subscript
        if missing is None
        else Vector(subscript.values, _holes(missing, subscript.values.shape))
    )


def mask(values: Any, missing: Any = None) -> Mask:
    """Make a `Mask`, with its own memory, from logicals; `missing` is a mask of `NA`."""
    logicals = read_only(np.array(values, bool))
    return Mask(logicals, None if missing is None else _holes(missing, logicals.shape))


def _holes(missing: Any, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    is_na = np.array(missing, bool)
    if is_na.shape != shape:
        raise SubscriptTypeError(
            f"`missing` has shape {is_na.shape} and the values have {shape}; mark every entry",
            subscript="<missing>",
        )
    return read_only(is_na)


def as_subscript(value: Any) -> Subscript:
    """Read one Python value as a subscript, copying memory that the caller could change.

    Accepts what R users and NumPy users write: integers and whole reals, `slice(a, b, s)` with
    both ends included, lists, ranges, NumPy arrays and scalars, logicals, `None`,
    `Ellipsis`, `NA`, and subscripts themselves. Raises `SubscriptTypeError` for anything else.

    >>> as_subscript(slice(2, NA)), as_subscript([3, 1]).values, as_subscript(2.5)
    (slice(2, None, None), array([3, 1]), Scalar(value=2.5))
    """
    kind = type(value)
    if kind is int or value is None or value is ...:
        return value
    if kind is slice:
        return _range_from_slice(value)
    if kind is list:
        return _from_sequence(value)
    if isinstance(value, Kind):
        return mapped(value, as_subscript) if isinstance(value, Call) else value
    if isinstance(value, bool | np.bool_):
        return mask([bool(value)])
    if value is NA:  # a single NA is a logical in R, and x[NA] recycles it
        return mask([False], [True])
    if isinstance(value, float):  # np.float64 too
        return _scalar(value)
    if isinstance(value, str):
        return Characters((str(value),))
    if isinstance(value, np.ndarray | np.generic):
        return _from_array(value)
    if isinstance(value, tuple):
        text = _python_text(value)
        raise SubscriptTypeError(
            f"the tuple `{text}` is several subscripts if it is alone in the brackets, and "
            "here it is one of several: write its parts, or a list for a vector of positions",
            subscript=text,
        )
    if isinstance(value, list):
        return _from_sequence(value)
    if isinstance(value, range):
        return _from_range(value)
    return _from_object(value)


def _scalar(value: float) -> int | Scalar:
    """Read a real of any width: a whole one is an int, NaN is `NA`."""
    value = float(value)
    if np.isnan(value):
        return Scalar(NA)
    return int(value) if value.is_integer() and abs(value) < 1e15 else Scalar(value)


def _bound(value: Any, written: slice) -> Any:
    """Read one bound of a range: a number, a `Scalar` of a compiler, or a traced tensor."""
    subscript = as_subscript(value)
    if isinstance(subscript, int):
        return subscript
    if isinstance(subscript, Scalar):
        if subscript.value is NA:
            return None
        return subscript.value if isinstance(subscript.value, float) else subscript
    if isinstance(subscript, Traced) and subscript.ndim == 0 and not subscript.is_logical:
        return subscript
    parts = [written.start, written.stop] + ([] if written.step is None else [written.step])
    text = ":".join("NA" if part is None else _python_text(part) for part in parts)
    raise SubscriptTypeError(
        f"`{text}`: a bound of a range is one number or NA, not `{short_text(subscript)}`",
        subscript=text,
    )


def _range_from_slice(value: slice) -> slice | TracedRange:
    """Read a range. `NA` is None, but as a step, and in `NA:NA`, which R's own `:` would read."""
    written = (value.start, value.stop, value.step)
    bounds = [
        (None if bound is NA else bound) if type(bound) in BOUNDS else _bound(bound, value)
        for bound in written
    ]
    if bounds[2] is None and value.step is not None:
        bounds[2] = NA
    if bounds == [None, None, None] and value != slice(None):
        return slice(NA, NA)
    known = slice(*bounds)
    return TracedRange(known) if any(isinstance(bound, Traced) for bound in bounds) else known


def _from_array(value: npt.NDArray[Any] | np.generic) -> Subscript:
    is_na = None
    if isinstance(value, np.ma.MaskedArray):
        is_na = np.ma.getmaskarray(value)
        value = value.data
    array = np.asarray(value)
    kind = array.dtype.kind
    if kind == "U" and is_na is None:
        return _names(tuple(map(str, array.ravel())), array.shape)
    if kind in "OU":
        if is_na is not None:
            array = np.where(is_na, np.array(NA, "O"), array)
        if array.ndim == 0 and (array.item() is None or array.item() is ...):
            raise _no_subscript(array.item(), "a subscript by itself, not in an array")
        return as_subscript(array.item() if array.ndim == 0 else array.tolist())
    if kind not in "biuf":
        raise SubscriptTypeError(
            f"an array of dtype {array.dtype} is not a subscript; use integers, whole reals or "
            "logicals",
            subscript=f"<{array.dtype} array>",
        )
    if array.ndim > 0:
        return _frozen(array, is_na)
    if is_na is not None and is_na.any():
        return as_subscript(NA) if kind == "b" else Scalar(NA)
    return _scalar(float(_as_float64(array))) if kind == "f" else as_subscript(array.item())


def _as_float64(array: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return numbers as float64; a fraction of a wider dtype stays one, on its side of 1, 2, ...

    >>> wide = np.nextafter(np.longdouble(1), np.longdouble(2))
    >>> bool(_as_float64(np.array([wide, 1]))[0] == 1)
    False
    """
    values = array.astype(np.float64)
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        is_above, is_below = array > values, array < values
        values = np.where(is_above, np.nextafter(values, np.inf), values)
        values = np.where(is_below, np.nextafter(values, -np.inf), values)
    return values


def _names(texts: tuple[str | None, ...], shape: tuple[int, ...]) -> Characters:
    """Return names with their shape, which is omitted for a plain vector."""
    return Characters(texts, shape if len(shape) > 1 or shape == (1,) else None)


def _frozen(array: npt.NDArray[Any], is_na: npt.NDArray[np.bool_] | None) -> Vector | Mask:
    """Copy an array of logicals or numbers into a `Mask` or a `Vector`."""
    kind = array.dtype.kind
    is_na = None if is_na is None else read_only(is_na.copy())
    if kind == "b":
        return Mask(read_only(array.copy()), is_na)
    is_beyond = kind == "u" and array.size > 0 and int(array.max()) > INT64_MAX
    if kind == "f" or is_beyond:
        values = _as_float64(array)
        is_nan = np.isnan(values)
        if is_nan.any():
            is_na = read_only(is_nan if is_na is None else is_nan | is_na)
        return Vector(read_only(values), is_na)
    return Vector(read_only(array.astype(np.int64)), is_na)


def borrow_array(value: npt.NDArray[Any]) -> Subscript:
    """Return an array of positions or logicals as a subscript that borrows its memory.

    For immediate use; call `as_subscript`, which copies, to keep the result. Anything but an int64
    or logical array is copied.
    """
    if value.ndim and type(value) is np.ndarray:
        if value.dtype == INT64:
            return Vector.borrowed(value)
        if value.dtype == BOOL:
            return Mask.borrowed(value)
    return as_subscript(value)


def _from_range(value: range) -> Vector:
    """Read a Python range; one that does not fit in memory is longer than any axis."""
    if not value:
        return Vector(read_only(np.empty(0, np.int64)))
    count = (value[-1] - value[0]) // value.step + 1
    is_far = max(abs(value[0]), abs(value[-1])) >= 2**62
    try:
        if count > _MOST_IN_RANGE:
            raise MemoryError
        if not is_far:
            return Vector(read_only(np.arange(value.start, value.stop, value.step, dtype=np.int64)))
        return Vector(read_only(float(value[0]) + float(value.step) * np.arange(count)))
    except MemoryError:
        raise SubscriptError(
            f"`{_python_text(value)}` is read as a vector, and that many positions do not fit "
            "in memory; a range with open ends is a slice, as in `1:NA`",
            subscript=_python_text(value),
        ) from None


_MOST_IN_RANGE: Final = 2**40  # a longer range is not expanded into memory
_MOST_IN_ROWS: Final = 2**26  # a longer nested list is not read as a matrix of positions


_INTS: Final = {int}
_BOOLS: Final = {bool}


def _from_sequence(value: list[Any]) -> Subscript:
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
        return _names(tuple(names), (len(names),))
    kinds = {type(entry) for entry in entries if entry is not NA}
    is_na = np.array([entry is NA for entry in entries])
    if kinds <= {bool}:  # a vector of NA alone is logical in R too
        return _frozen(np.array([entry is True for entry in entries]), is_na)
    if not kinds <= {int, float}:
        text = _python_text(value)
        raise SubscriptTypeError(
            f"`{text}` mixes {', '.join(sorted(kind.__name__ for kind in kinds))}; a vector "
            "holds numbers or logicals, and nothing else",
            subscript=text,
        )
    known = [0 if entry is NA else entry for entry in entries]
    try:
        return _frozen(np.array(known, np.float64 if float in kinds else np.int64), is_na)
    except OverflowError:  # beyond 64 bits, hence beyond every axis: the dialect raises
        return _frozen(np.array(list(map(as_real, known)), np.float64), is_na)


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
        return float(_as_float64(np.asarray(entry))) if entry.dtype.kind == "f" else entry.item()
    for kind in (str, float):
        if isinstance(entry, kind):
            return kind(entry)
    if _is_integer_like(entry):
        return _index_of(entry)
    array = _array_of(entry)
    return _entry(array[()]) if array is not None and array.ndim == 0 else entry


def _is_integer_like(value: Any) -> bool:
    return hasattr(type(value), "__index__") and not hasattr(value, "shape")


def _index_of(value: Any) -> int:
    try:
        return int(operator.index(value))
    except Exception as error:  # whatever the object raises
        raise _no_subscript(value, f"not a subscript: it gives no integer, {error}") from error


def _python_text(value: Any) -> str:
    """Return the text of any Python value for a message, abbreviated."""
    try:
        text = str(value)
    except Exception:  # a huge integer, deep lists, an object whose repr fails
        return f"<{type(value).__name__}>"
    return text if len(text) <= 80 else f"{text[:60]} ... {text[-15:]}"


def _from_rows(value: list[Any] | tuple[Any, ...] | range) -> Subscript:
    """Read nested lists as a matrix of positions or of logicals."""
    if all(type(row) is list and {*map(type, row)} == {int} for row in value):
        try:
            return Vector(read_only(np.array(value, np.int64)))
        except (ValueError, OverflowError):
            pass  # uneven rows, or numbers beyond 64 bits: see below
    text = _python_text(value)
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
    entries = _from_sequence(array.ravel().tolist())
    if not isinstance(entries, Entries):
        raise SubscriptTypeError(f"`{text}` is not a matrix of numbers", subscript=text)
    is_na = None if entries.missing is None else entries.missing.reshape(array.shape)
    return type(entries)(entries.values.reshape(array.shape), is_na)


def _rows_of_entries(value: Any) -> list[Any]:
    """Return nested lists with plain entries: NumPy would read another object as a row."""
    rows = [_rows_of_entries(one) if _is_row(one) else _entry(one) for one in value]
    for entry in rows:
        if entry is not NA and not isinstance(entry, list | int | float | str):
            raise _no_subscript(entry, "not an entry of a matrix of positions or logicals")
    return rows


def _length(row: Any) -> int:
    if isinstance(row, range):  # whose len() has limits
        return (row[-1] - row[0]) // row.step + 1 if row else 0
    return len(row) if _is_row(row) else 1


def _from_object(value: Any) -> Subscript:
    """Read an integer-like object or a column of a data frame; raise for others."""
    if _is_integer_like(value):
        return _index_of(value)
    if hasattr(type(value), "to_numpy"):
        return _from_array(np.asarray(value.to_numpy()))
    array = _array_of(value)
    if array is not None:
        return _from_array(array)
    raise _no_subscript(
        value, "not a subscript; use numbers, logicals, a range, newaxis, .. or a missing subscript"
    )


def _no_subscript(value: Any, why: str) -> SubscriptTypeError:
    name = type(value).__name__
    return SubscriptTypeError(f"an object of type `{name}` is {why}", subscript=f"<{name}>")


def _array_of(value: Any) -> npt.NDArray[Any] | None:
    """Return the NumPy array of an object, or None if it has none."""
    if not hasattr(type(value), "__array__"):
        return None
    try:
        array = np.asarray(value)
    except Exception as error:  # whatever the object raises
        raise _no_subscript(value, f"not a subscript: NumPy cannot read it, {error}") from error
    return None if array.dtype.kind == "O" else array


def as_subscripts(values: tuple[Any, ...]) -> Subscripts:
    """Read the subscripts between brackets; at most one may be `..`.

    >>> str(as_subscripts((slice(1, 3), Ellipsis, None)))
    '1:3, .., newaxis'
    """
    items: list[Subscript] = []
    for value in values:
        items += value.items if isinstance(value, Subscripts) else (as_subscript(value),)
    subscripts = Subscripts(tuple(items))
    check_rests(subscripts)
    return subscripts
