"""What the caller wrote: subscripts as small frozen values, tied to no shape and no dialect.

A subscript keeps the numbers of the user, one-based and signed. A dialect turns subscripts into a
selection; nothing here subtracts one. Each kind prints itself in R's notation, compares by value
and can be used as a key of a dict or be used again on another tensor.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, field
from enum import Enum
from types import EllipsisType
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from pybridge.errors import SubscriptError, SubscriptTypeError

PRINTED_ENTRIES: Final = 12
"""How many entries of a vector a message shows; a longer one is abbreviated."""

_LENDABLE: Final = (np.dtype(np.int64), np.dtype(np.bool_))

_WRITTEN_OUT: Final = 10**300
"""Integers beyond this are beyond R's reals, and Python refuses to write some of them."""


class NAType(Enum):
    """The type of `NA`: R's missing value, which stands for an open end in a range.

    An enumeration of one member stays one object through a copy or a pickle, and `torch.compile`
    takes its members for the constants that they are.

    >>> NA
    NA
    """

    NA = "NA"

    def __repr__(self) -> str:
        return "NA"

    __str__ = __repr__

    def __bool__(self) -> bool:
        raise TypeError("NA is neither true nor false; test `value is NA`")


NA: Final = NAType.NA
newaxis: Final = None
"""A new axis of size 1, as `numpy.newaxis`."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A missing subscript, `:` in Python: the whole axis."""

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class NewAxis:
    """`newaxis` or `NULL`: a new axis of size 1 in the tensor dialect, nothing in R's own."""

    def __str__(self) -> str:
        return "newaxis"


@dataclass(frozen=True, slots=True)
class Rest:
    """`..`: all the axes that no other subscript names, possibly none."""

    def __str__(self) -> str:
        return ".."


@dataclass(frozen=True, slots=True)
class Scalar:
    """One number: a position in the tensor dialect; `-1` excludes in R's own.

    >>> str(Scalar(3)), str(Scalar(2.5)), str(Scalar(NA))
    ('3', '2.5', 'NA_integer_')
    """

    value: int | float | NAType

    def __str__(self) -> str:
        return "NA_integer_" if self.value is NA else number_text(self.value)


@dataclass(frozen=True, slots=True)
class Range:
    """`start:stop` or `start:stop:step`, both ends included; `NA` is an open end.

    >>> str(Range(NA, 5)), str(Range(1, 10, 3))
    ('NA:5', '1:10:3')
    """

    start: int | float | NAType = NA
    stop: int | float | NAType = NA
    step: int | float | NAType = NA

    def __str__(self) -> str:
        bounds = f"{number_text(self.start)}:{number_text(self.stop)}"
        return bounds if self.step is NA else f"{bounds}:{number_text(self.step)}"


class _Entries:
    """What the subscripts that hold arrays share: their own memory, and equality by value."""

    __slots__ = ()

    values: npt.NDArray[Any]
    missing: npt.NDArray[np.bool_] | None

    def __post_init__(self) -> None:
        for name in ("values", "missing"):
            array = getattr(self, name)
            if array is not None and array.flags.writeable:
                object.__setattr__(self, name, _read_only(array.copy()))
        if self.missing is not None and not self.missing.any():
            object.__setattr__(self, "missing", None)

    def __reduce__(self) -> tuple[Any, ...]:
        """Rebuild by the constructor, so that a copy or a pickle is read-only as well."""
        return (type(self), (self.values, self.missing))

    def _content(self) -> tuple[Any, ...]:
        """Return what decides equality: 1 and 1.0 are one number, what `NA` hides is nothing."""
        values = self.values
        holes = None
        if self.missing is not None:
            values = np.where(self.missing, np.zeros((), values.dtype), values)
            holes = self.missing.tobytes()
        if values.dtype.kind == "f":
            whole = np.where(np.abs(values) < 2.0**63, values, 0.0).astype(np.int64)
            values = whole if bool((whole == values).all()) else values + 0.0  # no -0.0
        return (type(self), values.dtype.str, values.shape, values.tobytes(), holes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Entries) and self._content() == other._content()

    def __hash__(self) -> int:
        return hash(self._content())

    def _entry_texts(self, most: int) -> list[str]:
        flat = self.values.ravel(order="F")
        holes = None if self.missing is None else self.missing.ravel(order="F")
        is_plain_na = holes is None or self.values.dtype.kind == "b" or not holes.all()
        hole = "NA" if is_plain_na else "NA_integer_"  # R's bare NA is a logical
        shown = range(flat.size) if flat.size <= most else [*range(most - 1), flat.size - 1]
        texts = [
            hole if holes is not None and holes[k] else number_text(flat[k].item()) for k in shown
        ]
        if flat.size > most:
            texts.insert(most - 1, "...")
        return texts

    def _text(self, most: int) -> str:
        """Write R that makes the same value; to R `c(3)` is a number, hence `array(3)`."""
        shape = self.values.shape
        entries = self._entry_texts(most)
        joined = f"c({', '.join(entries)})"
        if not entries:
            joined = "logical(0)" if self.values.dtype.kind == "b" else "integer(0)"
        if len(shape) == 1:
            if len(entries) != 1:
                return joined
            return entries[0] if self.values.dtype.kind == "b" else f"array({entries[0]})"
        if len(shape) == 2 and shape[1] > 0:
            return f"matrix({joined}, ncol = {shape[1]})"
        return f"array({joined}, dim = c({', '.join(map(str, shape))}))"


@dataclass(frozen=True, slots=True, eq=False)
class Vector(_Entries):
    """Several numbers, or a matrix of them; `values` is a read-only int64 or float64 array.

    `missing` marks the entries that are `NA`; their values mean nothing.

    >>> str(vector([1, NA, 3])), vector([2, 1]) == vector([2, 1]), vector([2, 1]) == vector([1, 2])
    ('c(1, NA, 3)', True, False)
    """

    values: npt.NDArray[Any]
    missing: npt.NDArray[np.bool_] | None = None

    def __str__(self) -> str:
        return self._text(max(self.values.size, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Mask(_Entries):
    """Logicals for one axis, or for the whole tensor; `missing` marks the `NA`s.

    >>> str(mask([True, False]))
    'c(TRUE, FALSE)'
    """

    values: npt.NDArray[np.bool_]
    missing: npt.NDArray[np.bool_] | None = None

    def __str__(self) -> str:
        return self._text(max(self.values.size, 1))


@dataclass(frozen=True, slots=True)
class Characters:
    """Names. Tensors carry no dimnames, so each dialect refuses them with the reason."""

    values: tuple[str, ...]

    def __str__(self) -> str:
        quoted = [f'"{"".join(map(_escaped, name))}"' for name in self.values]
        if len(quoted) == 1:
            return quoted[0]
        return f"c({', '.join(quoted)})" if quoted else "character(0)"


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\u{{{ord(char):x}}}"


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """A tensor of another library that stands for positions or logicals.

    Its values are unknown while code is traced. It compares by identity, as tensors do.
    `shape` holds None where a size is unknown; `backend` serves the tensor.
    """

    tensor: Any
    shape: tuple[int | None, ...]
    is_logical: bool
    backend: Any = None

    @property
    def ndim(self) -> int:
        """How many axes the tensor has."""
        return len(self.shape)

    def __str__(self) -> str:
        return f"<{type(self.tensor).__name__}>"


Subscript: TypeAlias = (
    Missing | NewAxis | Rest | Scalar | Range | Vector | Mask | Characters | Traced
)

MISSING: Final = Missing()
NEW_AXIS: Final = NewAxis()
REST: Final = Rest()


@dataclass(frozen=True, slots=True)
class Subscripts:
    """All the subscripts between two brackets, in order.

    >>> str(Subscripts((Range(NA, 5), MISSING, Scalar(-1))))
    'NA:5, , -1'
    """

    items: tuple[Subscript, ...] = field(default=())

    def __str__(self) -> str:
        return ", ".join(map(str, self.items))

    def __repr__(self) -> str:
        return f"<Subscripts [{short_text(self)}]>"

    def __len__(self) -> int:
        return len(self.items)


def number_text(value: object) -> str:
    """Write one number, logical or `NA` as R would.

    >>> number_text(True), number_text(3.0), number_text(2.5), number_text(-1), number_text(1e300)
    ('TRUE', '3', '2.5', '-1', '1e+300')
    >>> number_text(NA), number_text(float("nan")), number_text(float("-inf"))
    ('NA', 'NaN', '-Inf')
    """
    if value is NA:
        return "NA"
    if isinstance(value, Traced):
        return str(value)
    if isinstance(value, bool | np.bool_):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if np.isnan(value):
            return "NaN"
        if np.isinf(value):
            return "Inf" if value > 0 else "-Inf"
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int) and abs(value) > _WRITTEN_OUT:
        return f"{'-' * (value < 0)}1e+{int(value.bit_length() * 0.30103)}"
    return str(value)


def short_text(subscript: object) -> str:
    """Write a subscript in R's notation for a message: a long vector shows its two ends.

    >>> short_text(vector(range(1, 100)))
    'c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ..., 99)'
    """
    if isinstance(subscript, _Entries):
        return subscript._text(PRINTED_ENTRIES)
    if isinstance(subscript, Subscripts):
        return ", ".join(map(short_text, subscript.items))
    return str(subscript)


def _read_only(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    values.flags.writeable = False
    return values


def vector(values: Any, missing: Any = None) -> Vector:
    """Make a `Vector` of its own memory from anything that NumPy reads as numbers.

    `NA`, `NaN` and masked entries become missing. Whole reals stay real: a dialect decides.
    """
    made = as_subscript(values)
    if isinstance(made, Scalar):
        made = as_subscript([values])
    if isinstance(made, Mask) and made.missing is not None and made.missing.all():
        made = Vector(np.zeros(made.values.shape, np.int64), made.missing)
    if not isinstance(made, Vector):
        raise SubscriptTypeError(f"`{made}` is not a vector of numbers", subscript=str(made))
    return made if missing is None else Vector(made.values, _holes(missing, made.values.shape))


def mask(values: Any, missing: Any = None) -> Mask:
    """Make a `Mask` of its own memory from logicals; `missing` marks the `NA`s."""
    made = _read_only(np.array(values, bool))
    return Mask(made, None if missing is None else _holes(missing, made.shape))


def _holes(missing: Any, shape: tuple[int, ...]) -> npt.NDArray[np.bool_]:
    holes = np.array(missing, bool)
    if holes.shape != shape:
        raise SubscriptTypeError(
            f"`missing` has shape {holes.shape} and the values have {shape}; mark every entry",
            subscript="<missing>",
        )
    return _read_only(holes)


def as_subscript(value: Any) -> Subscript:
    """Read one Python value as a subscript, copying what the caller could change later.

    Accepts what R users and NumPy users write: integers and whole reals, `slice(a, b, s)` with
    both ends included, lists, tuples, ranges, NumPy arrays and scalars, logicals, `None`,
    `Ellipsis`, `NA`, and subscripts themselves. Raises `SubscriptTypeError` for anything else.

    >>> as_subscript(slice(2, None)), as_subscript([3, 1]).values
    (Range(start=2, stop=NA, step=NA), array([3, 1]))
    """
    kind = type(value)
    if kind is int:
        return Scalar(value)
    if kind is slice:
        return _range_from_slice(value)
    if value is None:
        return NEW_AXIS
    if isinstance(value, EllipsisType):
        return REST
    if isinstance(value, Subscript):
        return value
    if isinstance(value, bool | np.bool_):
        return mask([bool(value)])
    if value is NA:  # a lone NA is a logical in R, and x[NA] recycles it
        return mask([False], [True])
    if isinstance(value, float):
        return _scalar(value)
    if isinstance(value, str):
        return Characters((str(value),))
    if isinstance(value, np.ndarray | np.generic):
        return _from_array(value)
    if isinstance(value, list | tuple | range):
        return _from_sequence(value)
    return _from_object(value)


def _scalar(value: float) -> Scalar:
    """Read a real of any width; NaN is `NA`."""
    return Scalar(NA if np.isnan(value) else float(value))


def _bound(value: Any, written: slice) -> int | float | NAType | Any:
    """Read one bound of a range; `None` and `NA` are open ends."""
    if value is None or value is NA:
        return NA
    made = as_subscript(value)
    if isinstance(made, Scalar):
        return made.value
    if isinstance(made, Traced) and made.ndim == 0 and not made.is_logical:
        return made
    parts = [written.start, written.stop] + ([] if written.step is None else [written.step])
    text = ":".join("NA" if part is None else str(part) for part in parts)
    raise SubscriptTypeError(
        f"`{text}`: a bound of a range is one number or NA, not `{short_text(made)}`",
        subscript=text,
    )


def _range_from_slice(value: slice) -> Missing | Range:
    start, stop, step = value.start, value.stop, value.step
    if start is None and stop is None and step is None:
        return MISSING
    return Range(_bound(start, value), _bound(stop, value), _bound(step, value))


def _from_array(value: npt.NDArray[Any] | np.generic) -> Subscript:
    holes = None
    if isinstance(value, np.ma.MaskedArray):
        holes = np.ma.getmaskarray(value)
        value = value.data
    array = np.asarray(value)
    kind = array.dtype.kind
    if kind == "U":
        return Characters(tuple(map(str, array.ravel())))
    if kind == "O":
        if holes is not None:
            array = np.where(holes, np.array(NA, "O"), array)
        return as_subscript(array.item() if array.ndim == 0 else array.tolist())
    if kind not in "biuf":
        raise SubscriptTypeError(
            f"an array of dtype {array.dtype} is not a subscript; use integers, whole reals or "
            "logicals",
            subscript=f"<{array.dtype} array>",
        )
    if array.ndim > 0:
        return _frozen(array, holes)
    if holes is not None and holes.any():
        return as_subscript(NA) if kind == "b" else Scalar(NA)
    return _scalar(float(array)) if kind == "f" else as_subscript(array.item())


def _frozen(array: npt.NDArray[Any], holes: npt.NDArray[np.bool_] | None) -> Vector | Mask:
    """Copy an array of logicals or numbers into a `Mask` or a `Vector`."""
    kind = array.dtype.kind
    holes = None if holes is None else _read_only(holes.copy())
    if kind == "b":
        return Mask(_read_only(array.copy()), holes)
    is_beyond = kind == "u" and array.size > 0 and int(array.max()) >= 2**63
    if kind == "f" or is_beyond:
        values = array.astype(np.float64)
        absent = np.isnan(values)
        if absent.any():
            holes = _read_only(absent if holes is None else absent | holes)
        return Vector(_read_only(values), holes)
    return Vector(_read_only(array.astype(np.int64)), holes)


def lent(value: Any) -> Any:
    """Return an array of positions or logicals as a subscript that borrows its memory.

    For one use only: who keeps a subscript wants `as_subscript`, which copies. Anything else than
    an int64 or logical array comes back as it is.
    """
    if type(value) is not np.ndarray or value.dtype not in _LENDABLE or value.ndim == 0:
        return value
    seen = _read_only(value.view())
    return Mask(seen) if value.dtype == np.bool_ else Vector(seen)


def _from_sequence(value: list[Any] | tuple[Any, ...] | range) -> Subscript:
    if len(value) == 0:
        return Vector(_read_only(np.empty(0, np.int64)))
    if not isinstance(value, range) and {*map(type, value)} == {int}:
        try:
            return Vector(_read_only(np.array(value, np.int64)))
        except OverflowError:
            pass  # beyond 64 bits: see below
    if isinstance(value, range) and max(abs(value[0]), abs(value[-1])) < 2**62:
        return Vector(_read_only(np.arange(value.start, value.stop, value.step, dtype=np.int64)))
    if any(map(_is_row, value)):
        return _from_rows(value)
    entries = list(map(_entry, value))
    if all(isinstance(entry, str) for entry in entries):
        return Characters(tuple(entries))
    kinds = {type(entry) for entry in entries if entry is not NA}
    holes = np.array([entry is NA for entry in entries])
    if kinds <= {bool}:  # a vector of nothing but NA is logical in R as well
        return _frozen(np.array([entry is True for entry in entries]), holes)
    if not kinds <= {int, float}:
        text = _python_text(value)
        raise SubscriptTypeError(
            f"`{text}` mixes {', '.join(sorted(kind.__name__ for kind in kinds))}; a vector "
            "holds numbers or logicals, and nothing else",
            subscript=text,
        )
    known = [0 if entry is NA else entry for entry in entries]
    try:
        return _frozen(np.array(known, np.float64 if float in kinds else np.int64), holes)
    except OverflowError:  # beyond 64 bits, hence beyond every axis: the dialect will say so
        return _frozen(np.array(list(map(_real, known)), np.float64), holes)


def _is_row(entry: Any) -> bool:
    return isinstance(entry, list | tuple | range) or (
        isinstance(entry, np.ndarray) and entry.ndim > 0
    )


def _entry(entry: Any) -> Any:
    """Read one entry of a list as a plain number, logical, string or `NA`."""
    if type(entry) in (int, float, bool, str):
        return entry
    if entry is NA or entry is np.ma.masked or type(entry).__name__ == "NAType":  # pandas has one
        return NA
    if isinstance(entry, np.generic | np.ndarray):
        if isinstance(entry, np.ma.MaskedArray) and entry.mask.any():
            return NA
        return float(entry) if entry.dtype.kind == "f" else entry.item()
    for kind in (str, float):
        if isinstance(entry, kind):
            return kind(entry)
    return operator.index(entry) if _is_integer_like(entry) else entry


def _is_integer_like(value: Any) -> bool:
    return hasattr(type(value), "__index__") and not hasattr(value, "shape")


def _real(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _python_text(value: Any) -> str:
    """Write a Python value for a message, whatever it holds and however long it is."""
    try:
        text = str(value)
    except ValueError:  # an integer that Python refuses to write out
        return f"<{type(value).__name__}>"
    return text if len(text) <= 80 else f"{text[:60]} ... {text[-15:]}"


def _from_rows(value: list[Any] | tuple[Any, ...] | range) -> Subscript:
    """Read nested lists as a matrix of positions or of logicals."""
    text = _python_text(value)
    try:
        array = np.array(value, dtype=object)
    except ValueError:
        array = np.array([[]], dtype=object)
        is_even = False
    else:
        is_even = not any(map(_is_row, array.flat))
    if not is_even:
        raise SubscriptTypeError(
            f"`{text}` has rows of different lengths; a matrix needs equal ones", subscript=text
        )
    entries = _from_sequence(array.ravel().tolist())
    if not isinstance(entries, Vector | Mask):
        raise SubscriptTypeError(f"`{text}` is not a matrix of numbers", subscript=text)
    holes = None if entries.missing is None else entries.missing.reshape(array.shape)
    return type(entries)(entries.values.reshape(array.shape), holes)


def _from_object(value: Any) -> Subscript:
    """Read an integer-like object or a column of a data frame, or say why it is no subscript."""
    if _is_integer_like(value):
        return Scalar(int(operator.index(value)))
    if hasattr(type(value), "to_numpy"):
        return _from_array(np.asarray(value.to_numpy()))
    name = type(value).__name__
    raise SubscriptTypeError(
        f"an object of type `{name}` is not a subscript; use numbers, logicals, a range, "
        "newaxis, .. or a missing subscript",
        subscript=f"<{name}>",
    )


def as_subscripts(values: tuple[Any, ...]) -> Subscripts:
    """Read what stood between the brackets; at most one `..` is allowed.

    >>> str(as_subscripts((slice(1, 3), Ellipsis, None)))
    '1:3, .., newaxis'
    """
    items: list[Subscript] = []
    for value in values:
        if isinstance(value, Subscripts):
            items.extend(value.items)
        else:
            items.append(as_subscript(value))
    made = Subscripts(tuple(items))
    if sum(item is REST or isinstance(item, Rest) for item in items) > 1:
        raise SubscriptError(
            f"`{short_text(made)}` has more than one `..`; only one can stand for the other axes",
            subscript=short_text(made),
        )
    return made
