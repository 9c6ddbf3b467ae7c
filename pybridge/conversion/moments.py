"""Dates and times: R's Date and POSIXct, which are doubles, and NumPy's datetime64, integers.

A Date is datetime64[D]. A POSIXct is datetime64 in UTC, and a difftime timedelta64, in the coarsest
of s, ms, us and ns whose values make R's same doubles, so that a time comes back in its own unit. A
number that would not survive the round trip raises; a missing date is NaT.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from pybridge.conversion.places import first_index, position
from pybridge.conversion.rvalues import NA_DOUBLE_BITS, NA_INTEGER
from pybridge.errors import ConversionError
from pybridge.lossless import EXACT_IN_FLOAT64, INT64_MAX, integer_bounds

Array = np.ndarray[Any, Any]

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_LONGEST = 2.0**53
_SECONDS = {"m": 60, "h": 3600, "D": 86400, "W": 604800}
_UNITS = {"secs": 1, "mins": 60, "hours": 3600, "days": 86400, "weeks": 604800}


def moments_from(values: Array, is_date: bool) -> Array:
    """Return R's numbers of days, or of seconds, as datetime64: seconds in the coarsest unit.

    >>> moments_from(np.array([1.5, np.nan]), is_date=False)
    array(['1970-01-01T00:00:01.500',                     'NaT'],
          dtype='datetime64[ms]')
    """
    numbers = values.astype("f8")
    missing = np.isnan(numbers)
    if values.dtype.kind == "i":
        missing = values == integer_bounds(values.dtype.name)[0]
    known = np.where(missing, 0.0, numbers)
    if is_date:
        unit, bad = "D", (np.abs(known) >= _LONGEST) | (np.floor(known) != known)
        counts = np.where(bad, 0.0, known).astype("i8")
    else:
        counts, unit, bad = _coarsest(known)
    if bad.any():
        where = first_index(bad)
        what = "a whole number of days" if is_date else "a time in whole nanoseconds of 64 bits"
        number = "days" if is_date else "seconds"
        raise ConversionError(
            f"element {position(where)} is {numbers[where]} {number} from 1970, which is not {what}"
            ": as.numeric(x) gives the number"
        )
    moments = counts.astype(f"M8[{unit}]")
    moments[missing] = np.array("NaT", moments.dtype)
    return moments


def durations_from(values: Array, unit: str | None) -> Array:
    """Return the numbers of a difftime in R's unit as timedelta64 in the coarsest unit.

    >>> durations_from(np.array([1.5, np.nan]), "mins")
    array([   90, 'NaT'], dtype='timedelta64[s]')
    """
    if unit not in _UNITS or values.dtype.kind not in "if":
        raise ConversionError(f"a difftime of type {values.dtype} in units {unit!r} is broken")
    missing = values == NA_INTEGER if values.dtype.kind == "i" else np.isnan(values)
    numbers = np.where(missing, 0.0, values)
    counts, finest, bad = _coarsest(numbers, _UNITS[unit])
    if bad.any():
        where = first_index(bad)
        raise ConversionError(
            f"element {position(where)} is {numbers[where]} {unit}, which is not a whole number of "
            "nanoseconds in 64 bits: as.numeric(x) gives the number"
        )
    durations = counts.astype(f"m8[{finest}]")
    durations[missing] = np.array("NaT", durations.dtype)
    return durations


def _coarsest(numbers: Array, scale: int = 1) -> tuple[Array, str, Array]:
    """Return numbers of `scale` seconds as counts of the coarsest unit that makes the same doubles.

    The third part says which numbers no unit makes.
    """
    for unit in _PER_SECOND:
        per_second = _PER_SECOND[unit]
        bad = np.abs(numbers) >= min(_LONGEST, INT64_MAX / per_second) / scale
        counts = _counts(np.where(bad, 0.0, numbers) * scale, per_second)
        bad |= _seconds(counts, per_second) / scale != numbers
        if not bad.any():
            break
    return counts, unit, bad


def _counts(seconds: Array, per_second: int) -> Array:
    whole = np.floor(seconds)
    parts = np.rint((seconds - whole) * per_second).astype("i8")
    return np.asarray(whole.astype("i8") * per_second + parts)


def _seconds(counts: Array, per_second: int) -> Array:
    """Return the doubles nearest to counts of a unit; -1 millisecond is -0.001, as in R."""
    whole = counts // per_second
    parts = whole.astype("f8") + (counts - whole * per_second) / per_second
    # a count that a double holds is divided at once, which rounds once
    return np.asarray(np.where(np.abs(counts) <= EXACT_IN_FLOAT64, counts / per_second, parts))


def numbers_from(moments: Array, mask: Array | None = None) -> tuple[Array, tuple[str, ...]]:
    """Convert datetime64 or timedelta64 to R's numbers, NaN for NaT, and R's classes."""
    is_duration = moments.dtype.kind == "m"
    unit, step = np.datetime_data(moments.dtype)
    missing = np.isnat(moments)
    if mask is not None:
        missing = missing | mask
    counts = np.where(missing, 0, moments.astype(moments.dtype.newbyteorder("=")).view("i8"))
    if unit in ("D", "W") and not is_duration:
        days = _scaled(moments, counts, step * (7 if unit == "W" else 1))
        lost = np.abs(days) > EXACT_IN_FLOAT64
        if lost.any():
            _reject_count(moments, lost)
        return _with_missing(days.astype("f8"), missing), ("Date",)
    if unit in _SECONDS:
        step, unit = step * _SECONDS[unit], "s"
    if unit not in _PER_SECOND:
        advice = 'x.astype("datetime64[D]") is a Date, x.astype("datetime64[us]") a POSIXct'
        if is_duration:
            advice = 'x.astype("int64") has one; months and years have no fixed length'
        raise ConversionError(f"{moments.dtype} has no R equivalent: {advice}")
    counts = _scaled(moments, counts, step)
    per_second = _PER_SECOND[unit]
    seconds = _seconds(counts, per_second)
    bad = (_counts(seconds, per_second) != counts) | (np.abs(seconds) > _LONGEST)
    classes = ("difftime",) if is_duration else ("POSIXct", "POSIXt")
    if bad.any():
        where = first_index(bad)
        coarser = "timedelta64[us]" if is_duration else "datetime64[us]"
        raise ConversionError(
            f"element {position(where)} is {moments[where]}, and the double of a {classes[0]} does "
            f'not distinguish it from its neighbours: x.astype("{coarser}") truncates it'
        )
    return _with_missing(seconds, missing), classes


def _scaled(moments: Array, counts: Array, factor: int) -> Array:
    """Convert counts of a unit to counts of a unit smaller by a factor."""
    beyond = np.abs(counts) > INT64_MAX // factor
    if beyond.any():
        _reject_count(moments, beyond)
    return np.asarray(counts * factor)


def _reject_count(moments: Array, lost: Array) -> None:
    where = first_index(lost)
    unit, step = np.datetime_data(moments.dtype)
    count = int(moments[where].astype("i8"))  # NumPy's text of times so far from 1970 is wrong
    raise ConversionError(
        f"element {position(where)} is {count} x {step}{unit} from 1970, and R's double holds "
        "every whole number of days or seconds only up to 2^53"
    )


def _with_missing(numbers: Array, missing: Array) -> Array:
    numbers.view("u8")[missing] = NA_DOUBLE_BITS
    return numbers
