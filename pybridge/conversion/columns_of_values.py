"""Read Python values as columns: lists, arrays of objects, records, dates, decimals.

The types of the entries say the kind; None, `pandas.NA` and the like are missing. Entries of
several kinds are no column.
"""

from __future__ import annotations

import datetime
import enum
import itertools
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

import numpy as np

from pybridge.conversion.columns import (
    Days,
    Decimals,
    Durations,
    InR,
    Integers,
    Moments,
    Numbers,
    Texts,
)
from pybridge.conversion.frames import column_places, each
from pybridge.conversion.places import position, unraveled
from pybridge.conversion.tables import Frame
from pybridge.errors import ConversionError
from pybridge.holders.array_likes import numpy_time
from pybridge.lossless import EXACT_IN_FLOAT64, INT64_MAX
from pybridge.subscripts import NA

Array = np.ndarray[Any, Any]

_MISSING: Final = frozenset({"NoneType", "NAType", "NaTType", "MaskedConstant", type(NA).__name__})
_NA_OF_RPY2: Final = {
    "NALogicalType": "logical",
    "NAIntegerType": "integer",
    "NARealType": "real",
    "NAComplexType": "complex",
    "NACharacterType": "text",
}
_KINDS: Final = (
    (bool | np.bool_, "logical"),
    (int | np.integer, "integer"),
    (float | np.floating, "real"),
    (complex | np.complexfloating, "complex"),
    (str, "text"),
    (datetime.datetime | np.datetime64, "moment"),
    (datetime.date, "day"),
    (datetime.timedelta | np.timedelta64, "duration"),
    (Decimal, "decimal"),
    (datetime.time, "time of day"),
    (Fraction, "fraction"),
    (bytes, "bytes"),
    (enum.Enum, "enum"),  # a member that is a number or a text is that
)
_REFUSED: Final = {
    "enum": "a member of an enum has no R equivalent: x.value is its value, x.name its name",
    "time of day": "a time of day has no R equivalent: x.isoformat() is its text",
    "fraction": "a fraction has no R equivalent: float(x) rounds it, str(x) is its text",
    "bytes": "bytes among other objects are neither text nor raw: x.decode() is their text",
}
_WIDER: Final = {"integer": 0, "real": 1, "complex": 2}
"""The kinds of numbers that an array may mix, the narrowest first."""


def kind_of_type(cls: type) -> str | None:
    """Return the kind of the values of a class, "missing" for those of None; None if it has none.

    >>> kind_of_type(int), kind_of_type(type(None)), kind_of_type(list)
    ('integer', 'missing', None)
    """
    if cls.__name__ in _MISSING:
        return "missing"
    return next((kind for base, kind in _KINDS if issubclass(cls, base)), None)


def is_value(x: Any) -> bool:
    """Return whether `x` is one element of a vector by itself."""
    return kind_of_type(type(x)) is not None or is_na_of_rpy2(type(x))


def is_na_of_rpy2(cls: type) -> bool:
    """Return whether a class is that of an `NA` of rpy2, which are subclasses of numbers."""
    return cls.__name__ in _NA_OF_RPY2 and cls.__module__.startswith("rpy2.")


def na_of_rpy2(x: Any) -> InR:
    """Return the column of an `NA` of rpy2, which has a type of R."""
    kind = _NA_OF_RPY2[type(x).__name__]
    if kind == "text":
        return Texts([None])
    dtype = {"logical": "?", "integer": "i4", "real": "f8", "complex": "c16"}[kind]
    return Numbers(np.zeros(1, dtype), np.ones(1, bool))


def column_of_list(entries: Sequence[Any]) -> InR | None:
    """Return the column of a list, or None if it has entries of several types, or none.

    >>> column_of_list(["hello", None]).texts
    ['hello', None]
    >>> column_of_list([1, "a"]) is None
    True
    """
    types = {*map(_plain_type, {*map(type, entries)})}
    without_value = _without_value(types)
    kinds = {_NA_OF_RPY2[cls.__name__] for cls in without_value if is_na_of_rpy2(cls)}
    present = types - without_value
    kinds |= {str(kind_of_type(cls)) for cls in present}
    if len(present) != 1 or len(kinds) != 1:
        return None
    kind = kinds.pop()
    if kind in ("None", "bytes"):
        return None
    if kind == "moment" and len({_zone_of(x) for x in entries if type(x) not in without_value}) > 1:
        return None
    missing = np.array([type(x) in without_value for x in entries], bool) if without_value else None
    if kind in _STAND_IN and issubclass(cls := present.pop(), np.generic):
        known = entries if missing is None else filled(entries, missing, cls(0))
        return Numbers(np.array(known), missing)
    return _column(kind, entries, missing, (len(entries),))


def _plain_type(cls: type) -> type:
    """Return a type, int for that of an integer of Python of any class."""
    is_int = issubclass(cls, int) and not issubclass(cls, bool) and not is_na_of_rpy2(cls)
    return int if is_int else cls


def _without_value(types: set[type]) -> set[type]:
    """Return the types of None, of `NA` and the like."""
    return {cls for cls in types if is_na_of_rpy2(cls) or kind_of_type(cls) == "missing"}


def column_of_objects(array: Array, missing: Array | None = None) -> InR | None:
    """Return the column of an array of objects in its shape, or None if lists are among them.

    Numbers of several types are of the widest. Entries of several kinds raise `ConversionError`.
    """
    entries = array.ravel(order="F").tolist()
    lost = np.zeros(len(entries), bool) if missing is None else missing.ravel(order="F")
    present = [*itertools.compress(entries, (~lost).tolist())] if lost.any() else entries
    types = {*map(type, present)}
    without_value = _without_value(types)
    kinds = {str(kind_of_type(cls)) for cls in types - without_value}
    if "None" in kinds:
        return None
    if kinds == {"bytes"} and is_text_of_hdf5(array.dtype):
        kinds = {"text"}
        entries = [x.decode() if isinstance(x, bytes) else x for x in entries]
    elif len(kinds) > 1 and kinds <= _WIDER.keys():
        kinds = {max(kinds, key=_WIDER.__getitem__)}
    if without_value:
        lost = lost | np.array([type(entry) in without_value for entry in entries], bool)
    if len(kinds) > 1:
        _refuse_mixture(entries, lost, array.shape)
    kind = kinds.pop() if kinds else "text"
    return _column(kind, entries, lost if lost.any() else None, array.shape)


def _refuse_mixture(entries: list[Any], missing: Array, shape: tuple[int, ...]) -> None:
    first: str | None = None
    for place, entry in enumerate(entries):
        kind = None if missing[place] else kind_of_type(type(entry))
        first = first or kind
        if kind not in (None, first):
            hint = (
                '; na="float" lets NaN be NA'
                if first == "text" and isinstance(entry, float) and entry != entry
                else ""
            )
            raise ConversionError(
                f"element {position(unraveled(place, shape))} is {entry!r}, of the kind {kind}, "
                f"among elements of the kind {first}, and an R vector has one kind: a list of "
                f"them becomes an R list{hint}"
            )


def is_text_of_hdf5(dtype: np.dtype[Any]) -> bool:
    """Return whether an array is text that h5py has read, as bytes in UTF-8."""
    about: Mapping[str, Any] = dtype.metadata or {}
    return about.get("vlen") in (str, bytes) or about.get("h5py_encoding") is not None


def _column(
    kind: str, entries: Sequence[Any], missing: Array | None, shape: tuple[int, ...]
) -> InR:
    """Return the column of entries in R's order, all of one kind except the missing ones."""
    if kind in _REFUSED:
        place = 0 if missing is None else int(missing.argmin())
        raise ConversionError(f"element {position(unraveled(place, shape))}: {_REFUSED[kind]}")
    if missing is not None:
        entries = filled(entries, missing, _STAND_IN.get(kind))

    def shaped(values: Array) -> Array:
        return values.reshape(shape, order="F")

    mask = None if missing is None else shaped(missing)
    match kind:
        case "text":
            return Texts([*entries], shape)
        case "integer":
            return _integers(entries, mask, shape)
        case "logical" | "real" | "complex":
            return Numbers(shaped(_numbers(kind, entries, shape)), mask)
        case "decimal":
            return Decimals(entries)
        case "day":
            return Days(shaped(_days(entries)))
        case "duration":
            return Durations(shaped(_times(entries, np.timedelta64("NaT", "us"))))
    zones = {_zone_of(x) for x in entries if x is not None}
    if len(zones) > 1:
        raise ConversionError(
            "its times have different zones, and a POSIXct has one: astimezone() gives them one"
        )
    values = _times(entries, np.datetime64("NaT", "us"))
    return Moments(shaped(values), zone_name(zones.pop()) if zones else None)


_STAND_IN: Final[dict[str, Any]] = {"logical": False, "integer": 0, "real": 0.0, "complex": 0j}


def filled(entries: Sequence[Any], missing: Array, stand_in: Any = None) -> list[Any]:
    """Return entries with a stand-in where they are missing."""
    return [stand_in if na else x for x, na in zip(entries, missing.tolist(), strict=True)]


def _integers(entries: Sequence[Any], mask: Array | None, shape: tuple[int, ...]) -> InR:
    try:
        values = np.array([*map(int, entries)], "i8")
    except OverflowError:
        return Integers([*map(int, entries)], mask, shape)
    return Numbers(values.reshape(shape, order="F"), mask)


def _numbers(kind: str, entries: Sequence[Any], shape: tuple[int, ...]) -> Array:
    values = np.array(entries, {"logical": "?", "real": "f8", "complex": "c16"}[kind])
    if kind == "logical":
        return values
    for place in np.flatnonzero(np.abs(values) >= EXACT_IN_FLOAT64).tolist():
        entry = entries[place]
        if isinstance(entry, int | np.integer) and int(values[place].real) != int(entry):
            raise ConversionError(
                f"element {position(unraveled(place, shape))} is {entry} among reals, and "
                "R's double holds every integer only up to 2^53"
            )
    return values


# Times


def _zone_of(x: Any) -> Any:
    """Return the time zone of a moment, None without one."""
    return getattr(x, "tzinfo", None)


def zone_name(zone: Any) -> str | None:
    """Return R's name of a time zone, or raise: an offset has no name that R knows.

    >>> zone_name(datetime.UTC), zone_name(None)
    ('UTC', None)
    """
    if zone is None:
        return None
    # zoneinfo has a key, pytz a zone
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if name is None and zone.utcoffset(None) == datetime.timedelta(0):
        name = "UTC"
    if name is None:
        raise ConversionError(
            f"the time zone {zone} has no name in R: x.astimezone(datetime.UTC), or "
            '.dt.tz_convert("UTC") of a Series, is the same moment'
        )
    return str(name)


def _days(entries: Sequence[Any]) -> Array:
    """Return dates as datetime64[D]; NumPy's own reading takes 50 times as long."""
    first = datetime.date(1970, 1, 1).toordinal()
    least = -INT64_MAX - 1  # NaT
    counts = [least if day is None else day.toordinal() - first for day in entries]
    return np.array(counts, "i8").view("M8[D]")


def _times(entries: Sequence[Any], missing: Any) -> Array:
    return np.array([missing if time is None else numpy_time(time) for time in entries])


# Arrays


def column_of_array(x: Array) -> InR:
    """Return the column of an array of one axis, of any dtype.

    >>> column_of_array(np.array([1, 2]))
    Numbers(values=array([1, 2]), missing=None)
    """
    missing = None
    if isinstance(x, np.ma.MaskedArray) and x.dtype.names is None:
        missing = np.ma.getmaskarray(x).copy()
        x = np.asarray(x)
    dtype = x.dtype
    if dtype.names is not None:
        return table_of_records(x)
    if x.ndim != 1:
        raise ConversionError(
            f"it has shape {x.shape[1:]} in each row, and a column of a data frame has one value"
        )
    if dtype.kind == "O":
        column = column_of_objects(x, missing)
        if column is None:
            raise ConversionError("its entries are objects, which no R vector holds")
        return column
    if dtype.kind == "S" and is_text_of_hdf5(dtype):
        texts = [text.decode() for text in x.tolist()]
        return Texts(texts if missing is None else filled(texts, missing))
    if dtype.kind in "UT":
        return Texts(x.tolist() if missing is None else filled(x.tolist(), missing))
    if dtype.kind in "mM":
        x = x.astype(dtype.newbyteorder("="))
        if missing is not None:
            x[missing] = np.array("NaT", x.dtype)
        if dtype.kind == "m":
            return Durations(x)
        return Days(x.astype("M8[D]")) if np.datetime_data(dtype)[0] in "DW" else Moments(x, None)
    return Numbers(x, missing)


def table_of_records(x: Array) -> Frame:
    """Return the table of an array of records, of which each field is a column.

    >>> table_of_records(np.array([(1, "a")], [("n", "i4"), ("s", "U1")])).names
    ['n', 's']
    """
    if x.ndim > 1:
        raise ConversionError(
            f"an array of records of shape {x.shape} has no rows: x.ravel() has, for one data frame"
        )
    x = x.reshape(-1)
    names = [*(x.dtype.names or ())]
    columns = each(lambda name: column_of_array(x[name]), names, column_places(names))
    return Frame(names, columns, len(x))
