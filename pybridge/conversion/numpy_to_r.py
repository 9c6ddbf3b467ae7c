"""Convert NumPy arrays to descriptions of R vectors, by the table of dtypes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pybridge.conversion.copying import AfterTile
from pybridge.conversion.moments import numbers_from
from pybridge.conversion.places import first_index, position
from pybridge.conversion.policies import ToR
from pybridge.conversion.rvalues import (
    LARGEST_AXIS,
    NA_DOUBLE_BITS,
    NA_INTEGER,
    NA_INTEGER64,
    New,
    NewList,
    NewNumbers,
    NewText,
)
from pybridge.conversion.strings import new_text, vector_of_texts
from pybridge.errors import ArgumentError, ConversionError, value_text
from pybridge.lossless import (
    EXACT_IN_FLOAT64,
    INT32_MAX,
    INT64_MAX,
    NARROW_INTEGERS,
    NARROW_REALS,
    integer_bounds,
    is_within,
)

Array = np.ndarray[Any, Any]
NamedAxes = list[tuple[str, Sequence[str | None] | None]]
"""The name of each axis, "" for none, and its labels."""
Dimnames = Sequence[Sequence[str] | None] | Mapping[str, Sequence[str] | None]

_BEYOND_DOUBLE = (
    f"R's double holds every integer only up to 2^53 ({EXACT_IN_FLOAT64}); "
    'int64="character" keeps all digits, astype("float64") rounds'
)
_BEYOND_INTEGER = (
    "R's integer holds -2147483647 to 2147483647; "
    'int64="double" holds integers up to 2^53, int64="character" any'
)
_IS_NA = (
    'R\'s integer reads it as NA; na="integer" lets it be NA, '
    'astype("int64") keeps the number, as a double'
)

_BEYOND_INTEGER64 = (
    "R's integer64 holds -9223372036854775807 to 9223372036854775807; "
    'int64="character" keeps all digits'
)


@dataclass(frozen=True, slots=True)
class Rule:
    """The R type of a dtype, and the bounds of its values."""

    r_type: str
    """R's type."""
    dtype: str
    """The dtype of R's memory."""
    lowest: int | None = None
    """The least value that R holds; None if the dtype has no smaller one."""
    highest: int | None = None
    """The greatest value that R holds."""
    why: str = ""
    """The message for a value out of bounds."""
    classes: tuple[str, ...] = ()
    """The R classes of the result."""


@lru_cache(maxsize=256)
def rule_for(dtype: np.dtype[Any], policies: ToR) -> Rule:
    """Return the rule for a dtype, which depends on the policies but never on a value."""
    kind, size, name = dtype.kind, dtype.itemsize, dtype.name
    if kind == "b":
        return Rule("logical", "i4")
    if name in NARROW_INTEGERS:
        return Rule("integer", "i4")
    if kind in "iu":
        return _integer_rule(kind, size, policies)
    if (kind == "f" and size <= 8) or name in NARROW_REALS:
        return Rule("double", "f8")
    if kind == "c" and size <= 16:
        return Rule("complex", "c16")
    if kind in "UT":
        return Rule("character", "O")
    if kind in "SV" and size == 1 and dtype.names is None:
        return Rule("raw", "u1")
    raise ConversionError(_no_rule(dtype))


def _integer_rule(kind: str, size: int, policies: ToR) -> Rule:
    if size < 4:
        return Rule("integer", "i4")
    if kind == "i" and size == 4:
        lowest = None if policies.na == "integer" else NA_INTEGER + 1
        return Rule("integer", "i4", lowest, None, _IS_NA)
    signed = kind == "i"
    if policies.int64 == "integer":
        return Rule("integer", "i4", NA_INTEGER + 1 if signed else None, INT32_MAX, _BEYOND_INTEGER)
    if policies.int64 == "character":
        return Rule("character", "O")
    if policies.int64 == "integer64":
        lowest, highest = (NA_INTEGER64 + 1, None) if signed else (None, INT64_MAX)
        return Rule("double", "i8", lowest, highest, _BEYOND_INTEGER64, ("integer64",))
    if size == 4:
        return Rule("double", "f8")
    return Rule(
        "double", "f8", -EXACT_IN_FLOAT64 if signed else None, EXACT_IN_FLOAT64, _BEYOND_DOUBLE
    )


def _no_rule(dtype: np.dtype[Any]) -> str:
    if dtype.kind == "S":
        return (
            f"an array of bytes ({dtype}) is neither text nor raw: np.char.decode(x) makes text; "
            "bytes, or an array of dtype S1, become raw"
        )
    if dtype.kind in "fc":
        narrower = "float64" if dtype.kind == "f" else "complex128"
        return f'{dtype} holds more digits than R\'s double: x.astype("{narrower}") rounds'
    return f"dtype {dtype} has no R equivalent"


def vector_from(
    array: Array,
    policies: ToR,
    dimnames: Dimnames | None = None,
    labels: NamedAxes | None = None,
) -> NewNumbers | NewText:
    """Return the description of the R vector or array for `array`.

    Its labels are `dimnames` from the user, or `labels`, already checked. A single axis with a name
    stays an axis.
    """
    mask = None
    if isinstance(array, np.ma.MaskedArray):
        mask = None if array.mask is np.ma.nomask else np.asarray(array.mask)
        array = np.asarray(array)
    elif type(array) is not np.ndarray:
        array = np.asarray(array)
    classes: tuple[str, ...] = ()
    if array.dtype.kind in "mM":
        array, classes = numbers_from(array, mask)
    rule = rule_for(array.dtype, policies)
    if rule.r_type == "raw":
        if mask is not None and mask.any():
            raise ConversionError("R's raw has no NA, so a masked byte has no counterpart")
        array = array.view("u1")
    if dimnames is not None:
        labels = checked_labels(dimnames, array.shape)
    _check_axes(array.shape)
    has_dim = len(array.shape) > 1 or bool(labels and labels[0][0])
    new: NewNumbers | NewText
    if rule.r_type == "character":
        new = new_text(_texts(array, mask), array.shape, has_dim)
    else:
        finish = _finish(rule, array, mask, policies)
        new = NewNumbers(rule.r_type, rule.dtype, array, mask, finish, has_dim)
    classes = classes or rule.classes
    if labels or classes:
        new.attributes = _attributes(array.shape, has_dim, labels, classes)
    return new


def _attributes(
    shape: tuple[int, ...], has_dim: bool, labels: NamedAxes | None, classes: tuple[str, ...]
) -> dict[str, New]:
    attributes = label_attributes(shape, labels, has_dim) if labels else {}
    if classes:
        attributes["class"] = vector_of_texts(classes)
    if "POSIXct" in classes:
        attributes["tzone"] = vector_of_texts(["UTC"])
    elif "difftime" in classes:
        attributes["units"] = vector_of_texts(["secs"])
    return attributes


def label_attributes(
    shape: tuple[int, ...], labels: NamedAxes, has_dim: bool | None = None
) -> dict[str, New]:
    """Return the dimnames to make; the names, for a vector without a dim."""
    if has_dim is None:
        has_dim = len(shape) > 1 or bool(labels[0][0])
    if has_dim:
        return {"dimnames": dimnames_list(shape, labels)}
    texts = labels[0][1]
    return {"names": None if texts is None else vector_of_texts(texts)}


def dimnames_list(shape: tuple[int, ...], labels: NamedAxes) -> NewList:
    """Return the list of dimnames to make; R has no labels for an empty axis."""
    vectors = [
        None if texts is None or size == 0 else vector_of_texts(texts)
        for size, (_, texts) in zip(shape, labels, strict=True)
    ]
    names = [name for name, _ in labels]
    return NewList(vectors, {"names": vector_of_texts(names)} if any(names) else {})


def _finish(rule: Rule, array: Array, mask: Array | None, policies: ToR) -> AfterTile | None:
    """Return the function to call after each tile, or None."""
    checked = rule.lowest is not None or rule.highest is not None
    filled = policies.na == "float" and array.dtype.kind not in "biu"
    if not (checked or filled or mask is not None):
        return None

    def finish(target: Array, source: Array, masked: Array | None) -> None:
        if checked:
            seen = source if masked is None else source[~masked]
            if not is_within(seen, rule.lowest, rule.highest):
                _reject(rule, array, mask)
        if filled:
            _set_na(target, np.isnan(target))
        if masked is not None:
            _set_na(target, masked)

    return finish


def _set_na(target: Array, where: Array) -> None:
    if target.dtype.kind == "i":
        target[where] = integer_bounds(target.dtype.name)[0]  # R's NA, in 32 bits and in 64
    elif target.dtype.kind == "c":
        # A tile cannot be viewed as another dtype, but its fields can.
        for part in (target.real, target.imag):
            part.view("u8")[where] = NA_DOUBLE_BITS
    else:
        target.view("u8")[where] = NA_DOUBLE_BITS


def _reject(rule: Rule, array: Array, mask: Array | None) -> None:
    bad = np.zeros(array.shape, bool)
    if rule.lowest is not None:
        bad |= array < rule.lowest
    if rule.highest is not None:
        bad |= array > rule.highest
    if mask is not None:
        bad &= ~mask
    where = first_index(bad)
    raise ConversionError(f"element {position(where)} is {array[where]}: {rule.why}")


def _texts(array: Array, mask: Array | None) -> list[str | None]:
    """Return texts, or the digits of integers, in R's order; None is missing."""
    texts: list[str | None] = array.ravel(order="F").tolist()
    if array.dtype.kind in "iu":
        texts = [*map(str, texts)]
    elif array.dtype.kind == "T":  # a StringDType has an object of its own for a missing text
        texts = [text if isinstance(text, str) else None for text in texts]
    if mask is not None:
        for place in np.flatnonzero(mask.ravel(order="F")):
            texts[place] = None
    return texts


def _check_axes(shape: tuple[int, ...]) -> None:
    if len(shape) < 2 or max(shape) <= LARGEST_AXIS:
        return
    for axis, size in enumerate(shape, start=1):
        if size > LARGEST_AXIS:
            raise ConversionError(
                f"axis {axis} has {size} positions; an axis of an R array holds {LARGEST_AXIS}"
            )


def checked_labels(dimnames: Dimnames, shape: tuple[int, ...]) -> NamedAxes | None:
    """Return labels from the user for each axis, or None if no axis has any."""
    if isinstance(dimnames, str) or not isinstance(dimnames, Iterable):
        raise _no_labels(dimnames)
    if isinstance(dimnames, Mapping):
        is_vector = len(shape) == 1
        pairs = [("" if is_vector else str(name), label) for name, label in dimnames.items()]
    else:
        pairs = [("", label) for label in dimnames]
    if any(isinstance(label, str) or not isinstance(label, Iterable | None) for _, label in pairs):
        raise _no_labels(dimnames)
    if len(pairs) != len(shape):
        raise ArgumentError(f"dimnames name {len(pairs)} axes, and the array has {len(shape)}")
    labels: NamedAxes = []
    for axis, ((name, label), size) in enumerate(zip(pairs, shape, strict=True), start=1):
        texts = None if label is None else [str(text) for text in label]
        if texts is not None and len(texts) != size:
            raise ArgumentError(f"dimnames give axis {axis} {len(texts)} labels for {size} places")
        labels.append((name, texts))
    return labels if any(texts is not None or name for name, texts in labels) else None


def _no_labels(dimnames: Any) -> ArgumentError:
    return ArgumentError(
        "dimnames hold one sequence of labels, or None, for each axis, and are not "
        f"{value_text(dimnames)}; the labels of a DataArray need no argument"
    )
