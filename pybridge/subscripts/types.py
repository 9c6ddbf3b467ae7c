"""Subscripts as small frozen values, independent of any shape or dialect.

A subscript has the numbers of the user, one-based and signed. A dialect turns subscripts into a
selection; nothing here subtracts one. Each kind prints itself in R's notation, compares by value,
is hashable, and can be used on many tensors.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from pybridge.axis import Axis
from pybridge.subscripts.frozen import Frozen

if TYPE_CHECKING:
    import numpy.typing as npt

PRINTED_ENTRIES: Final = 12
"""The number of entries of a vector in a message; a longer one is abbreviated."""

_WRITTEN_OUT: Final = 10**300
"""Larger integers are written in powers of ten: Python limits their conversion to text."""


class NAType(Enum):
    """The type of `NA`: R's missing value, which is an open end in a range.

    The member of an enumeration stays the same object through a copy or a pickle, and
    `torch.compile` treats it as a constant.

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
"""An open end of a range, or a missing entry."""
newaxis: Final = None
"""A new axis of size 1, as `numpy.newaxis`."""


class Missing(Frozen):
    """A missing subscript, `:` in Python: the whole axis."""

    def __str__(self) -> str:
        return ""


class NewAxis(Frozen):
    """`newaxis` or `NULL`: a new axis of size 1 in the tensor dialect, empty in R's own."""

    def __str__(self) -> str:
        return "newaxis"


class Rest(Frozen):
    """`..`: all the axes that no other subscript names, possibly none."""

    def __str__(self) -> str:
        return ".."


class Scalar(Frozen):
    """One number: a position in the tensor dialect; `-1` excludes in R's own.

    >>> str(Scalar(3)), str(Scalar(2.5)), str(Scalar(NA))
    ('3', '2.5', 'NA_integer_')
    """

    value: int | float | NAType

    def __str__(self) -> str:
        return "NA_integer_" if self.value is NA else number_text(self.value)


class Range(Frozen):
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


class RangeByNA(Range):
    """A range whose step is `NA`: open in the tensor dialect, an error of R's own `:`.

    >>> str(RangeByNA(1, 3))
    '1:3:NA'
    """

    def __str__(self) -> str:
        return f"{super().__str__()}:NA"


class _Entries(Frozen):
    """Base class of subscripts with arrays: their own memory, and equality by value."""

    values: npt.NDArray[Any]
    missing: npt.NDArray[np.bool_] | None = None
    axes: tuple[Axis, ...] = ()

    def __init__(
        self,
        values: npt.NDArray[Any],
        missing: npt.NDArray[np.bool_] | None = None,
        axes: tuple[Axis, ...] = (),
    ) -> None:
        if missing is not None:
            missing = _owned(missing) if missing.any() else None
        object.__setattr__(self, "values", _owned(values))
        object.__setattr__(self, "missing", missing)
        object.__setattr__(self, "axes", axes)  # the names and labels that the entries came with

    def _content(self) -> tuple[Any, ...]:
        """Return the key for equality: 1 equals 1.0, and values under `NA` are ignored."""
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

    def in_columns(self) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_] | None]:
        """Return the entries column by column, and a mask of `NA`."""
        missing = self.missing
        return self.values.ravel(order="F"), None if missing is None else missing.ravel(order="F")

    def _entry_texts(self, most: int) -> list[str]:
        flat, holes = self.in_columns()
        is_plain_na = holes is None or self.values.dtype.kind == "b" or not holes.all()
        hole = "NA" if is_plain_na else "NA_integer_"  # R's bare NA is a logical
        places = range(flat.size) if flat.size <= most else [*range(most - 1), flat.size - 1]
        texts = [
            hole if holes is not None and holes[k] else number_text(flat[k].item()) for k in places
        ]
        if flat.size > most:
            texts.insert(most - 1, "...")
        return texts

    def _text(self, most: int) -> str:
        """Return R code for the value; in R `c(3)` is a number, hence `array(3)`."""
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

    def __str__(self) -> str:
        return self._text(max(self.values.size, 1))


class Vector(_Entries):
    """Several numbers, or a matrix of them; `values` is a read-only int64 or float64 array.

    `missing` is a mask of the entries that are `NA`; their values are arbitrary.

    >>> from pybridge.subscripts.python_values import vector
    >>> str(vector([1, NA, 3])), vector([2, 1]) == vector([2, 1]), vector([2, 1]) == vector([1, 2])
    ('c(1, NA, 3)', True, False)
    """


class Mask(_Entries):
    """Logicals for one axis, or for the whole tensor; `missing` is a mask of `NA`.

    >>> str(Mask(np.array([True, False])))
    'c(TRUE, FALSE)'
    """


class Characters(Frozen):
    """Names, labels of an axis; None is `NA`. An axis without labels raises.

    `shape` is None for a single name and for a plain vector of several. A vector of one name has
    the shape (1,), a matrix of names its own shape with row-major values.

    >>> print(Characters(("a",)), Characters(("a", None)), Characters(("a",), (1,)))
    "a" c("a", NA) array("a")
    """

    values: tuple[str | None, ...]
    shape: tuple[int, ...] | None = None

    def __str__(self) -> str:
        return self._text(max(len(self.values), 1))

    def _text(self, most: int) -> str:
        values, shape = self.values, self.shape
        if shape is not None and len(shape) == 2:  # R is column-major
            values = tuple([name for k in range(shape[1]) for name in values[k :: shape[1]]])
        ends = values if len(values) <= most else (*values[: most - 1], values[-1])
        quoted = [name_text(name) for name in ends]
        if len(values) > most:
            quoted.insert(most - 1, "...")
        joined = f"c({', '.join(quoted)})" if quoted else "character(0)"
        if shape is None:
            return quoted[0] if len(quoted) == 1 else joined
        if len(shape) == 2:
            return f"matrix({joined}, ncol = {shape[1]})"
        return f"array({quoted[0] if len(quoted) == 1 else joined})"


def name_text(name: str | None) -> str:
    """Return the R text of a name.

    >>> name_text("a\\n"), name_text(None)
    ('"a\\\\u{a}"', 'NA')
    """
    return "NA" if name is None else f'"{"".join(map(_escaped, name))}"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\u{{{ord(char):x}}}"


class Traced(Frozen, eq=False):
    """A traced tensor of positions or logicals, whose values are unknown.

    It compares by identity, as tensors do. `shape` has None for an unknown size; `backend` serves
    the tensor.
    """

    tensor: Any
    shape: tuple[int | None, ...]
    is_logical: bool
    backend: Any = None

    @property
    def ndim(self) -> int:
        """The number of axes of the tensor."""
        return len(self.shape)

    def __str__(self) -> str:
        return f"<{type(self.tensor).__name__}>"


Subscript: TypeAlias = (
    Missing | NewAxis | Rest | Scalar | Range | Vector | Mask | Characters | Traced
)

SUBSCRIPT_TYPES: Final = frozenset(
    {Missing, NewAxis, Rest, Scalar, Range, RangeByNA, Vector, Mask, Characters, Traced}
)
"""For exact-type lookups; these classes are not meant to be subclassed."""

MISSING: Final = Missing()
NEW_AXIS: Final = NewAxis()
REST: Final = Rest()


class Subscripts(Frozen):
    """All the subscripts between two brackets, in order.

    >>> str(Subscripts((Range(NA, 5), MISSING, Scalar(-1))))
    'NA:5, , -1'
    """

    items: tuple[Subscript, ...] = ()

    def __str__(self) -> str:
        return ", ".join(map(str, self.items))

    def __repr__(self) -> str:
        return f"<Subscripts [{short_text(self)}]>"

    def __len__(self) -> int:
        return len(self.items)


def number_text(value: object) -> str:
    """Return the R text of one number, logical or `NA`.

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


def is_missing(entry: Any) -> bool:
    """Return whether an object is `NA`, the masked constant of NumPy, or the `NA` of pandas.

    >>> is_missing(NA), is_missing(np.ma.masked), is_missing(float("nan"))
    (True, True, False)
    """
    return entry is NA or entry is np.ma.masked or type(entry).__name__ == "NAType"


def short_text(subscript: object) -> str:
    """Return a subscript in R's notation for a message; a long vector is abbreviated.

    >>> short_text(Vector(np.arange(1, 100)))
    'c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ..., 99)'
    """
    if isinstance(subscript, _Entries | Characters):
        return subscript._text(PRINTED_ENTRIES)
    if isinstance(subscript, Subscripts):
        return ", ".join(map(short_text, subscript.items))
    return str(subscript)


def read_only(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Make an array read-only and return it, so that a subscript need not copy it."""
    values.flags.writeable = False
    return values


def _owned(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return read_only(values.copy()) if values.flags.writeable else values
