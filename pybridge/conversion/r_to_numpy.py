"""R vectors to NumPy arrays: views of R's own memory wherever the two agree on the bits."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from pybridge.conversion.casting import Refuse
from pybridge.conversion.moments import moments_from
from pybridge.conversion.numpy_to_r import LARGEST_EXACT
from pybridge.conversion.places import first_index, position
from pybridge.conversion.policies import FromR
from pybridge.conversion.rlibrary import (
    CHARACTER,
    COMPLEX,
    DOUBLE,
    INTEGER,
    LOGICAL,
    NA_DOUBLE_BITS,
    NA_INTEGER,
    NA_INTEGER64,
    RAW,
    TYPE_NAMES,
    RLibrary,
    address_of,
)
from pybridge.conversion.strings import distinct_texts, texts_of
from pybridge.errors import ConversionError

Array = np.ndarray[Any, Any]

DTYPES = {LOGICAL: "i4", INTEGER: "i4", DOUBLE: "f8", COMPLEX: "c16", RAW: "u1"}

_DATES = frozenset({"Date"})
_TIMES = frozenset({"POSIXct", "POSIXt"})

TRANSPARENT = frozenset({"AsIs", "noquote", "table", "xtabs", "integer64", "factor", "ordered"})
"""Classes whose elements mean what the bare vector says, or that are decoded here."""

_POLICIES = 'na="mask" gives a masked array, na="float" a float array with NaN'


def array_from(
    r: RLibrary, sexp: Any, classes: tuple[str, ...], policies: FromR
) -> tuple[Array, Refuse | None]:
    """Return the elements of an atomic R vector, whose classes have been read.

    Beside them comes what is to be called with each part of them, and refuses `NA`.
    """
    is_moment = _DATES <= set(classes) <= _DATES | {"IDate"} or set(classes) == _TIMES
    if not is_moment:
        _refuse_classes(classes)
    r_type = r.c.TYPEOF(address_of(sexp))
    if "integer64" in classes and r_type != DOUBLE:
        raise ConversionError(
            "an integer64 of package bit64 keeps its numbers in the bits of doubles, and this one "
            f"is of type {TYPE_NAMES[r_type]}: unclass(x) gives what it holds"
        )
    if is_moment:
        if r_type not in (INTEGER, DOUBLE):
            raise ConversionError(f"a date of type {TYPE_NAMES[r_type]} is broken")
        moments = moments_from(r.inside(_numbers, r, sexp), set(classes) != _TIMES)
        return _masked(moments, np.isnat(moments)) if policies.na == "mask" else moments, None
    if "factor" in classes:
        return _labelled(*r.inside(_factor, r, sexp), policies), None
    if r_type == CHARACTER:
        return _labelled(*r.inside(_character, r, sexp), policies), None
    values = r.inside(_numbers, r, sexp)
    if "integer64" in classes:
        return _integers(values.view("i8"), NA_INTEGER64, policies)
    return bare_array_from(r_type, values, policies)


def bare_array_from(r_type: int, values: Array, policies: FromR) -> tuple[Array, Refuse | None]:
    """Return the elements of a vector of numbers without classes, seen as R's memory, likewise."""
    if r_type == LOGICAL:
        return _logical(values, policies), None
    if r_type == INTEGER:
        return _integers(values, NA_INTEGER, policies)
    found = _owned(values, policies)
    return _masked(found, _is_na(values)) if policies.na == "mask" else found, None


def shape_of(r: RLibrary, sexp: Any) -> tuple[int, ...]:
    """Return the shape of an R vector: its `dim`, or its length."""
    address = address_of(sexp)
    dim = r.attribute(address, "dim")
    if dim == r.null:
        return (r.c.Rf_xlength(address),)
    if r.c.TYPEOF(dim) != INTEGER:
        raise ConversionError(f"the dim of an R array is of type {r.type_name(dim)}: it is broken")
    return tuple(r.view(r.sexp(dim), "i4", (r.c.Rf_xlength(dim),)).tolist())


def classes_of(r: RLibrary, sexp: Any) -> tuple[str, ...]:
    """Return the class attribute of an R object, empty for a bare one."""
    address = address_of(sexp)
    if not r.c.Rf_isObject(address):
        return ()
    names = r.attribute(address, "class")
    # An object of R's older kinds of class, such as a reference, may have no class to read.
    return ("?",) if names == r.null else tuple(map(str, texts_of(r, r.sexp(names))))


def _refuse_classes(classes: tuple[str, ...]) -> None:
    if not set(classes) <= TRANSPARENT:
        raise ConversionError(
            f"an R object of class {', '.join(classes)} means more than its bare numbers: "
            "unclass(x) gives those, as.character(x) text"
        )


def _owned(values: Array, policies: FromR) -> Array:
    return values.copy(order="K") if policies.copy else values


def _masked(values: Array, mask: Array) -> Array:
    return np.ma.MaskedArray(values, mask=mask)


def _is_na(values: Array) -> Array:
    """Tell R's NA from other NaNs, by the low word as R does."""
    found: Array
    if values.dtype.kind == "f":
        found = np.isnan(values)
        # R looks at the low word alone.
        found &= values.view("u8") << np.uint64(32) == np.uint64(NA_DOUBLE_BITS << 32 & 2**64 - 1)
        return found
    if values.dtype.kind == "c":
        found = _is_na(values.real)
        found |= _is_na(values.imag)
        return found
    return np.zeros(values.shape, bool, order="F")


def _logical(values: Array, policies: FromR) -> Array:
    if policies.na == "float":
        return _floats(values, NA_INTEGER)
    if policies.na == "mask":
        return _masked(values != 0, values == NA_INTEGER)
    _refuse_na(values, NA_INTEGER, "logical", values)
    found: Array = values != 0
    return found


def _integers(values: Array, na: int, policies: FromR) -> tuple[Array, Refuse | None]:
    if policies.na == "float":
        return _floats(values, na), None
    found = _owned(values, policies)
    if policies.na == "mask":
        return _masked(found, values == na), None
    what = "integer" if na == NA_INTEGER else "integer64"
    return found, partial(_refuse_na, values, na, what)


def _floats(values: Array, na: int) -> Array:
    missing = values == na
    if values.itemsize == 8:
        beyond = ((values > LARGEST_EXACT) | (values < -LARGEST_EXACT)) & ~missing
        if beyond.any():
            where = first_index(beyond)
            raise ConversionError(
                f"element {position(where)} is {values[where]}, and a float holds every integer "
                'only up to 2^53: na="mask" keeps integers'
            )
    found = values.astype("f8")
    # The very NaN that R takes for NA, so that it can go back.
    found.view("u8")[missing] = NA_DOUBLE_BITS
    return found


def _refuse_na(values: Array, na: int, what: str, part: Array) -> None:
    # The least integer is R's NA, so one pass without a temporary array finds it.
    if part.size and np.minimum.reduce(part, axis=None) == na:
        where = first_index(values == na)
        raise ConversionError(
            f"element {position(where)} is NA, and NumPy's {what} has none: {_POLICIES}"
        )


def _numbers(r: RLibrary, sexp: Any) -> Array:
    return r.view(sexp, DTYPES[r.c.TYPEOF(address_of(sexp))], shape_of(r, sexp))


def is_scalar(r: RLibrary, sexp: Any) -> bool:
    """Tell whether an R vector is one element without axes."""
    address = address_of(sexp)
    return bool(r.c.Rf_xlength(address) == 1 and r.attribute(address, "dim") == r.null)


def _character(r: RLibrary, sexp: Any) -> tuple[list[str | None], Array]:
    shape = shape_of(r, sexp)
    distinct, inverse = distinct_texts(r, sexp)
    if math.prod(shape) != inverse.size:
        raise ConversionError(f"{inverse.size} strings do not have the shape {shape}")
    return distinct, inverse.reshape(shape, order="F")


def _factor(r: RLibrary, sexp: Any) -> tuple[list[str | None], Array]:
    r_type = r.c.TYPEOF(address_of(sexp))
    if r_type != INTEGER:
        raise ConversionError(
            f"a factor keeps integers, and this one is of type {TYPE_NAMES[r_type]}: unclass(x) "
            "gives what it holds"
        )
    codes = _numbers(r, sexp)
    attribute = r.attribute(address_of(sexp), "levels")
    levels = [] if attribute == r.null else texts_of(r, r.sexp(attribute))
    beyond = ((codes < 1) | (codes > len(levels))) & (codes != NA_INTEGER)
    if beyond.any():
        where = first_index(beyond)
        raise ConversionError(
            f"element {position(where)} of a factor has the code {codes[where]}, and there are "
            f"{len(levels)} levels: as.integer(x) gives the codes"
        )
    places = np.where(codes == NA_INTEGER, len(levels), codes.astype("i8") - 1)
    return [*levels, None], places


def _labelled(distinct: list[str | None], places: Array, policies: FromR) -> Array:
    """Return the text at each place; None among the distinct ones is `NA`."""
    texts = np.array([text or "" for text in distinct], dtype="U")
    absent = np.array([text is None for text in distinct], dtype=bool)
    # A gather of nothing from nothing has no index to be wrong about.
    found = texts[places] if places.size else np.empty(places.shape, "U1", order="F")
    missing = absent[places] if places.size else np.zeros(places.shape, bool)
    if policies.na == "mask":
        return _masked(found, missing)
    if missing.any():
        raise ConversionError(
            f"element {position(first_index(missing))} is NA, and NumPy's text has none: "
            'na="mask" gives a masked array'
        )
    return found
