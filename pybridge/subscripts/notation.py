"""How subscripts are written: `NA`, and R and Python source of numbers, names and ranges."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final

import numpy as np

PRINTED_ENTRIES: Final = 12
"""The number of entries of a vector in a message; a longer one is abbreviated."""

ALL: Final = 2**62
"""As many entries as there are."""

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


def is_whole_axis(item: Any) -> bool:
    """Return whether a subscript is `:`, the whole axis."""
    return type(item) is slice and item.start is item.stop is item.step is None


def r_source(item: Any, most: int = ALL) -> str:
    """Return a subscript as R source, of a vector at most `most` entries.

    >>> r_source(slice(None, 5)), r_source(slice(1, 9, 2)), r_source(slice(1, 3, NA))
    ('NA:5', '1:9:2', '1:3:NA')
    >>> r_source(slice(None)), r_source(None), r_source(...), r_source(-1)
    ('', 'newaxis', '..', '-1')
    """
    if item is None or item is ...:
        return "newaxis" if item is None else ".."
    if isinstance(item, slice):
        bounds = [item.start, item.stop] + [item.step] * (item.step is not None)
        return "" if is_whole_axis(item) else ":".join(map(number_text, bounds))
    source = getattr(item, "r_source", None)
    return number_text(item) if source is None else source(most)


def short_text(item: Any) -> str:
    """Return a subscript, or several, as R source for a message; a long vector is abbreviated."""
    return r_source(item, PRINTED_ENTRIES)


def python_source(item: Any) -> str:
    """Return a subscript as Python source, as it is written alone or in a call.

    >>> python_source(slice(None, 5)), python_source(-1), python_source(None), python_source(...)
    ('slice(None, 5, None)', '-1', 'None', '...')
    """
    if isinstance(item, slice):
        bounds = ", ".join(map(python_source, (item.start, item.stop, item.step)))
        return f"slice({bounds})"
    if isinstance(item, float) and not np.isfinite(item):
        return f'float("{item}")'
    return "..." if item is ... else getattr(item, "python", None) or repr(item)


def number_text(value: object) -> str:
    """Return the R text of one number, logical or `NA`; None is an open end.

    >>> number_text(True), number_text(3.0), number_text(2.5), number_text(-1), number_text(1e300)
    ('TRUE', '3', '2.5', '-1', '1e+300')
    >>> number_text(NA), number_text(float("nan")), number_text(float("-inf"))
    ('NA', 'NaN', '-Inf')
    """
    if value is NA or value is None:
        return "NA"
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


def vector_source(entries: list[str], shape: tuple[int, ...], empty: str) -> str:
    """Return R source of a vector or an array from that of its entries, column by column.

    In R `c(3)` is a number, hence `array(3)`.

    >>> vector_source(["1", "2"], (1, 2), "integer(0)"), vector_source([], (0,), "integer(0)")
    ('matrix(c(1, 2), ncol = 2)', 'integer(0)')
    """
    joined = f"c({', '.join(entries)})" if entries else empty
    if len(shape) == 1:
        return f"array({entries[0]})" if len(entries) == 1 else joined
    if len(shape) == 2 and shape[1] > 0:
        return f"matrix({joined}, ncol = {shape[1]})"
    return f"array({joined}, dim = c({', '.join(map(str, shape))}))"


def shown(texts: list[str], count: int, most: int) -> list[str]:
    """Return the texts of some entries of `count`, with three dots before the last if not all."""
    return texts if count <= most else [*texts[:-1], "...", texts[-1]]


def shown_places(count: int, most: int) -> range | list[int]:
    """Return the places of the entries that are shown of `count`."""
    return range(count) if count <= most else [*range(most - 1), count - 1]


def is_missing(entry: Any) -> bool:
    """Return whether an object is `NA`, the masked constant of NumPy, or the `NA` of pandas.

    >>> is_missing(NA), is_missing(np.ma.masked), is_missing(float("nan"))
    (True, True, False)
    """
    return entry is NA or entry is np.ma.masked or type(entry).__name__ == "NAType"


def as_real(value: float) -> float:
    """Convert a number to a real; an integer beyond the reals becomes infinite, as in R."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
