"""Read Python values as subscripts: numbers, slices, lists, arrays, columns, logicals, names.

Values are copied, so a subscript never changes; values that can never be a subscript raise. The
meaning of a subscript is left to the dialects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from pybridge.errors import SubscriptError, SubscriptTypeError
from pybridge.subscripts import (
    NA,
    Call,
    Characters,
    Kind,
    Mask,
    Negated,
    Scalar,
    Subscript,
    Subscripts,
    Traced,
    TracedRange,
    Vector,
    mapped,
    read_only,
    short_text,
)
from pybridge.subscripts.kinds import check_rests
from pybridge.subscripts.python_lists import (
    array_of,
    as_float64,
    entries_from,
    from_list,
    index_of,
    is_integer_like,
    names_from,
    no_subscript,
    python_text,
)
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


def negated(values: Any) -> Negated:
    """Make the subscript of numbers that stand behind a minus, which one number does too."""
    numbers = vector([values.value] if isinstance(values, Scalar) else values)
    return Negated(numbers.values, numbers.missing)


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
        return from_list(value)
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
        text = python_text(value)
        raise SubscriptTypeError(
            f"the tuple `{text}` is several subscripts if it is alone in the brackets, and "
            "here it is one of several: write its parts, or a list for a vector of positions",
            subscript=text,
        )
    if isinstance(value, list):
        return from_list(value)
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
    text = ":".join("NA" if part is None else python_text(part) for part in parts)
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
        return names_from(tuple(map(str, array.ravel())), array.shape)
    if kind in "OU":
        if is_na is not None:
            array = np.where(is_na, np.array(NA, "O"), array)
        if array.ndim == 0 and (array.item() is None or array.item() is ...):
            raise no_subscript(array.item(), "a subscript by itself, not in an array")
        return as_subscript(array.item() if array.ndim == 0 else array.tolist())
    if kind not in "biuf":
        raise SubscriptTypeError(
            f"an array of dtype {array.dtype} is not a subscript; use integers, whole reals or "
            "logicals",
            subscript=f"<{array.dtype} array>",
        )
    if array.ndim > 0:
        return entries_from(array, is_na)
    if is_na is not None and is_na.any():
        return as_subscript(NA) if kind == "b" else Scalar(NA)
    return _scalar(float(as_float64(array))) if kind == "f" else as_subscript(array.item())


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
            f"`{python_text(value)}` is read as a vector, and that many positions do not fit "
            "in memory; a range with open ends is a slice, as in `1:NA`",
            subscript=python_text(value),
        ) from None


_MOST_IN_RANGE: Final = 2**40  # a longer range is not expanded into memory


def _from_object(value: Any) -> Subscript:
    """Read an integer-like object or a column of a data frame; raise for others."""
    if is_integer_like(value):
        return index_of(value)
    if hasattr(type(value), "to_numpy"):
        return _from_array(np.asarray(value.to_numpy()))
    array = array_of(value)
    if array is not None:
        return _from_array(array)
    raise no_subscript(
        value, "not a subscript; use numbers, logicals, a range, newaxis, .. or a missing subscript"
    )


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
