"""Convert R vectors to NumPy arrays: views of R's memory if the bits agree."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from pybridge.conversion.casting import Refuse
from pybridge.conversion.moments import durations_from, moments_from
from pybridge.conversion.places import first_index, position
from pybridge.conversion.policies import FromR
from pybridge.conversion.rvalues import (
    NA_DOUBLE_BITS,
    NA_INTEGER,
    NA_INTEGER64,
    Texts,
    Vector,
)
from pybridge.errors import ConversionError
from pybridge.lossless import EXACT_IN_FLOAT64

Array = np.ndarray[Any, Any]

_DATES = frozenset({"Date"})
_TIMES = frozenset({"POSIXct", "POSIXt"})

TRANSPARENT = frozenset({"AsIs", "noquote", "table", "xtabs", "integer64", "factor", "ordered"})
"""Classes that do not change the meaning of the elements, or are decoded here."""

_POLICIES = 'na="mask" gives a masked array, na="float" a float array with NaN'


def array_from(vector: Vector, policies: FromR) -> tuple[Array, Refuse | None]:
    """Return the elements of a vector, and a function that raises for `NA` in a part of them."""
    classes, r_type, values = vector.classes, vector.r_type, vector.values
    if not classes:
        if r_type == "character":
            return _labelled(vector.texts, values, policies), None
        return _bare_array_from(r_type, values, policies)
    if set(classes) == {"difftime"}:
        durations = durations_from(values, vector.texts[0] if vector.texts else None)
        return _masked(durations, np.isnat(durations)) if policies.na == "mask" else durations, None
    is_moment = _DATES <= set(classes) <= _DATES | {"IDate"} or set(classes) == _TIMES
    if not is_moment:
        refuse_classes(classes)
    if "integer64" in classes and r_type != "double":
        raise ConversionError(
            "an integer64 of package bit64 keeps its numbers in the bits of doubles, and this one "
            f"is of type {r_type}: unclass(x) gives what it holds"
        )
    if is_moment:
        if r_type not in ("integer", "double"):
            raise ConversionError(f"a date of type {r_type} is broken")
        moments = moments_from(values, set(classes) != _TIMES)
        return _masked(moments, np.isnat(moments)) if policies.na == "mask" else moments, None
    if "factor" in classes:
        return _labelled(*factor_from(vector), policies), None
    if r_type == "character":
        return _labelled(vector.texts, values, policies), None
    if "integer64" in classes:
        return _integers(values.view("i8"), NA_INTEGER64, policies)
    return _bare_array_from(r_type, values, policies)


def _bare_array_from(r_type: str, values: Array, policies: FromR) -> tuple[Array, Refuse | None]:
    if r_type == "logical":
        return _logical(values, policies), None
    if r_type == "integer":
        return _integers(values, NA_INTEGER, policies)
    array = _owned(values, policies)
    return _masked(array, _is_na(values)) if policies.na == "mask" else array, None


def refuse_classes(classes: tuple[str, ...]) -> None:
    """Raise `ConversionError` for classes that change the meaning of the elements."""
    if not set(classes) <= TRANSPARENT:
        raise ConversionError(
            f"an R object of class {', '.join(classes)} has numbers whose meaning depends on the "
            "class: unclass(x) gives the numbers, as.character(x) text"
        )


def _owned(values: Array, policies: FromR) -> Array:
    return values.copy(order="K") if policies.copy else values


def _masked(values: Array, mask: Array) -> Array:
    return np.ma.MaskedArray(values, mask=mask)


def _is_na(values: Array) -> Array:
    """Return where R's NA is, which differs from other NaNs in the low word."""
    missing: Array
    if values.dtype.kind == "f":
        missing = np.isnan(values)
        # R compares the low word only.
        missing &= values.view("u8") << np.uint64(32) == np.uint64(NA_DOUBLE_BITS << 32 & 2**64 - 1)
        return missing
    if values.dtype.kind == "c":
        missing = _is_na(values.real)
        missing |= _is_na(values.imag)
        return missing
    return np.zeros(values.shape, bool, order="F")


def _logical(values: Array, policies: FromR) -> Array:
    if policies.na == "float":
        return _floats(values, NA_INTEGER)
    if policies.na == "mask":
        return _masked(values != 0, values == NA_INTEGER)
    _refuse_na(values, NA_INTEGER, "logical", values)
    logicals: Array = values != 0
    return logicals


def _integers(values: Array, na: int, policies: FromR) -> tuple[Array, Refuse | None]:
    if policies.na == "float":
        return _floats(values, na), None
    array = _owned(values, policies)
    if policies.na == "mask":
        return _masked(array, values == na), None
    what = "integer" if na == NA_INTEGER else "integer64"
    return array, partial(_refuse_na, values, na, what)


def _floats(values: Array, na: int) -> Array:
    missing = values == na
    if values.itemsize == 8:
        beyond = ((values > EXACT_IN_FLOAT64) | (values < -EXACT_IN_FLOAT64)) & ~missing
        if beyond.any():
            where = first_index(beyond)
            raise ConversionError(
                f"element {position(where)} is {values[where]}, and a float holds every integer "
                'only up to 2^53: na="mask" keeps integers'
            )
    reals = values.astype("f8")
    # R's own NaN for NA, so that it can be converted back.
    reals.view("u8")[missing] = NA_DOUBLE_BITS
    return reals


def _refuse_na(values: Array, na: int, what: str, part: Array) -> None:
    # The least integer is R's NA, so one pass without a temporary array finds it.
    if part.size and np.minimum.reduce(part, axis=None) == na:
        where = first_index(values == na)
        raise ConversionError(
            f"element {position(where)} is NA, and NumPy's {what} has none: {_POLICIES}"
        )


def factor_from(vector: Vector) -> tuple[Texts, Array]:
    """Return the levels of a factor, followed by None, and the index of each element's level."""
    if vector.r_type != "integer":
        raise ConversionError(
            f"a factor keeps integers, and this one is of type {vector.r_type}: unclass(x) "
            "gives what it holds"
        )
    codes, levels = vector.values, vector.texts
    beyond = ((codes < 1) | (codes > len(levels))) & (codes != NA_INTEGER)
    if beyond.any():
        where = first_index(beyond)
        raise ConversionError(
            f"element {position(where)} of a factor has the code {codes[where]}, and there are "
            f"{len(levels)} levels: as.integer(x) gives the codes"
        )
    places = np.where(codes == NA_INTEGER, len(levels), codes.astype("i8") - 1)
    return [*levels, None], places


def _labelled(distinct: Sequence[str | None], places: Array, policies: FromR) -> Array:
    """Return the text of each element; None among the distinct texts is `NA`."""
    texts = np.array([text or "" for text in distinct], dtype="U")
    is_na = np.array([text is None for text in distinct], dtype=bool)
    # An empty array cannot be indexed, even by no index.
    array = texts[places] if places.size else np.empty(places.shape, "U1", order="F")
    missing = is_na[places] if places.size else np.zeros(places.shape, bool)
    if policies.na == "mask":
        return _masked(array, missing)
    if missing.any():
        raise ConversionError(
            f"element {position(first_index(missing))} is NA, and NumPy's text has none: "
            'na="mask" gives a masked array'
        )
    return array
