"""Values of R without R: what they hold, how a record writes them, and their digest.

The oracle reads R's answers as an `RValue`, and describes the arrays that it sends as one. A record
keeps the same as JSON, in which every number comes back to its last bit.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Names = list[str | None] | None

R_NA = np.array([0x7FF00000000007A2], np.uint64).view(np.float64)
"""R's missing real: a NaN with 1954 in its lower half, of which R asks nothing else."""

DTYPES: dict[str, Any] = {
    "logical": np.bool_,
    "integer": np.int64,
    "double": np.float64,
    "complex": np.complex128,
    "character": object,
}
"""The types of R's vectors, and the dtype in which their elements are kept here."""


def is_na_real(reals: Array) -> Array:
    """Return which reals are R's NA, which is one of the NaN."""
    lower = np.ascontiguousarray(reals, np.float64).view(np.uint64) & np.uint64(0xFFFFFFFF)
    return np.asarray(np.isnan(reals) & (lower == np.uint64(1954)))


@dataclass(frozen=True, eq=False)
class RValue:
    """An R value: a vector, a list, an S4 object, a formula, NULL, or what the kit cannot read.

    `type` is R's `typeof()`, "formula" for a formula. `data` has the elements of a vector in R's
    order, one axis, for any shape; the values of a list or of the slots of an S4 object; and
    the text of a formula.
    """

    type: str
    data: Any = None
    is_na: Array = field(default_factory=lambda: np.zeros(0, bool))
    """Which elements of a vector are NA; NaN is not."""
    shape: tuple[int, ...] = ()
    """R's dim; the length of what has none; () for one Python number."""
    names: Names = None
    dimnames: list[Names] | None = None
    classes: tuple[str, ...] = ()
    levels: list[str] | None = None
    """The levels of a factor."""
    units: str | None = None
    """The units of a difftime."""
    row_names: list[str] | None = None
    """The row names of a data frame, unless they are 1, 2, 3, ..."""

    @property
    def is_vector(self) -> bool:
        """Whether it has elements of one type."""
        return self.type in DTYPES


def vector(
    data: Any, kind: str, is_na: Any = None, shape: tuple[int, ...] | None = None, **attributes: Any
) -> RValue:
    """Return a vector with flat elements in R's order."""
    flat = np.asarray(data, DTYPES[kind])
    missing = np.zeros(flat.size, bool) if is_na is None else np.asarray(is_na, bool)
    return RValue(
        kind, flat, missing, (flat.size,) if shape is None else tuple(map(int, shape)), **attributes
    )


def plain(value: RValue) -> Any:
    """Return a value as arrays, lists and dicts; see `run_r`."""
    if value.type == "NULL":
        return None
    if value.type == "list":
        entries = [plain(entry) for entry in value.data]
        return entries if value.names is None else dict(zip(value.names, entries, strict=True))
    if not value.is_vector:
        raise TypeError(
            f"the oracle does not read {described(value)}: have the R code return its parts, "
            "as vectors and lists"
        )
    data = value.data
    if value.type in ("logical", "integer") and value.is_na.any():
        data = np.where(value.is_na, np.nan, data.astype(float))
    return data.reshape(value.shape, order="F")


def described(value: RValue) -> str:
    """Return what a value is, in a few words.

    >>> described(vector([1, 2], "integer", classes=("Date",)))
    "an object of the class 'Date'"
    >>> described(RValue("closure")), described(vector([1.5], "double"))
    ("an object of R's type closure", 'double[1]')
    """
    if value.type == "NULL":
        return "NULL"
    if value.classes:
        return f"an object of the class {value.classes[0]!r}"
    if value.is_vector:
        return f"{value.type}[{','.join(map(str, value.shape))}]"
    if value.type == "list":
        return f"a list of {len(value.data)}"
    return f"an object of R's type {value.type}"


def digest(value: RValue) -> str:
    """Return the kind, the shape and 16 digits of a value's SHA-256; NaN and NA differ.

    >>> digest(vector([1, 2, 3], "integer"))
    'integer[3] f8194d9e890a6bae'
    """
    found = hashlib.sha256()
    for part in _parts(value):
        found.update(part)
    return f"{described(value)} {found.hexdigest()[:16]}"


def _parts(value: RValue) -> Iterator[bytes]:
    """Yield all that a value is, as bytes that are the same on every machine."""
    yield json.dumps(_head(value), sort_keys=True).encode()
    if value.type in ("list", "S4"):
        for entry in value.data:
            yield from _parts(entry)
    elif value.type == "character":
        yield json.dumps(value.data.tolist()).encode()
    elif value.is_vector:
        kind = {"logical": "|u1", "integer": "<i8"}.get(value.type, "<f8")
        data = value.data.view(float) if value.type == "complex" else value.data
        if kind == "<f8":
            data = np.where(np.isnan(data), np.nan, data)  # of every NaN
        yield np.ascontiguousarray(data, kind).tobytes()
        yield value.is_na.tobytes()


# ---- As JSON -------------------------------------------------------------------------------------


def to_json(value: RValue) -> dict[str, Any]:
    """Return a value as JSON holds it.

    The values of a vector are in R's order, down the columns. null is NA. The texts "NaN", "Inf"
    and "-Inf" are used because JSON has no such numbers. A real has enough digits to restore its
    last bit.

    >>> to_json(vector([0.1, np.nan, np.inf], "double", [False, True, False]))
    {'type': 'double', 'values': [0.1, None, 'Inf']}
    """
    found = _head(value)
    if value.is_vector:
        entries = zip(value.data.tolist(), value.is_na.tolist(), strict=True)
        found["values"] = [None if is_na else _entry_to_json(entry) for entry, is_na in entries]
    elif value.type in ("list", "S4"):
        found["values"] = [to_json(entry) for entry in value.data]
    return found


def _head(value: RValue) -> dict[str, Any]:
    """Return all of a value but its elements, as JSON holds it."""
    found: dict[str, Any] = {"type": value.type}
    if value.is_vector and len(value.shape) != 1:
        found["dim"] = list(value.shape)
    if value.type == "formula":
        found["text"] = value.data
    for name in ("names", "dimnames", "levels", "units", "row_names"):
        if getattr(value, name) is not None:
            found[name] = getattr(value, name)
    if value.classes:
        found["class"] = list(value.classes)
    return found


def _entry_to_json(entry: Any) -> Any:
    if isinstance(entry, complex):
        return [_entry_to_json(entry.real), _entry_to_json(entry.imag)]
    if isinstance(entry, float) and not math.isfinite(entry):
        return "NaN" if entry != entry else "Inf" if entry > 0 else "-Inf"
    return entry


def from_json(found: dict[str, Any]) -> RValue:
    """Return the value that `to_json` wrote."""
    kind = found["type"]
    attributes: dict[str, Any] = {
        name: found.get(name) for name in ("names", "dimnames", "levels", "units", "row_names")
    }
    attributes["classes"] = tuple(found.get("class", ()))
    if kind in DTYPES:
        entries = found["values"]
        is_na = np.array([entry is None for entry in entries], bool)
        flat = np.empty(len(entries), DTYPES[kind])
        na = na_of(kind)
        flat[:] = [na if e is None else _entry_from_json(e, kind) for e in entries]
        return RValue(kind, flat, is_na, tuple(found.get("dim", (flat.size,))), **attributes)
    if kind in ("list", "S4"):
        data = [from_json(entry) for entry in found["values"]]
        return RValue(kind, data, shape=(len(data),), **attributes)
    return RValue(kind, found.get("text"), **attributes)


def _entry_from_json(entry: Any, kind: str) -> Any:
    if kind == "complex":
        real, imaginary = (_entry_from_json(part, "double") for part in entry)
        return complex(real, imaginary)
    if kind == "double" and isinstance(entry, str):
        return float(entry.lower())
    return entry


def na_of(kind: str) -> Any:
    """Return the element of a vector of a type where it has no value."""
    absent = {"character": None, "double": R_NA[0], "complex": complex(R_NA[0], R_NA[0])}
    return absent.get(kind, 0)


# ---- Answers -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Condition:
    """An error or a warning of R: its message, its classes and the call that it came from."""

    message: str
    classes: tuple[str, ...] = ()
    call: str | None = None

    def text(self, kind: str) -> str:
        """Return the condition as R prints it, after its kind: "Error" or "Warning"."""
        return f"{kind}{'' if self.call is None else f' in {self.call}'}: {self.message}"


@dataclass(frozen=True, eq=False)
class Answer:
    """What R answered: a value, or the error with which it stopped, and its warnings."""

    value: RValue | None
    error: Condition | None = None
    warnings: tuple[Condition, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the answer as a record holds it."""
        found: dict[str, Any] = {}
        if self.value is not None:
            found["value"] = to_json(self.value)
        if self.error is not None:
            found["error"] = _condition_to_json(self.error)
        if self.warnings:
            found["warnings"] = [_condition_to_json(each) for each in self.warnings]
        return found

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Answer:
        """Return the answer that `to_json` wrote."""
        value = from_json(found["value"]) if "value" in found else None
        error = _condition_from_json(found["error"]) if "error" in found else None
        return cls(value, error, tuple(map(_condition_from_json, found.get("warnings", ()))))


def _condition_to_json(condition: Condition) -> dict[str, Any]:
    found = {"message": condition.message, "class": list(condition.classes)}
    return found if condition.call is None else {**found, "call": condition.call}


def _condition_from_json(found: dict[str, Any]) -> Condition:
    return Condition(found["message"], tuple(found["class"]), found.get("call"))
