"""The parts in which values are passed between R and Python, with reticulate and with rpy2.

r/R/crossing.R splits R objects into parts and makes R objects of parts; `described` and `parts_of`
are its other half. A part is None for NULL, plain numbers, or a list that begins with its kind;
part_fields.py describes the fields of each. A bridge shows numbers in its own way: as an array view
of R's memory, or as one number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from pybridge.conversion.r_memory import own_memory
from pybridge.conversion.rvalues import (
    DTYPES,
    ListOfR,
    MatrixOfR,
    New,
    NewList,
    NewMatrix,
    NewNumbers,
    NewText,
    OtherObject,
    RowNames,
    Texts,
    Vector,
)
from pybridge.conversion.strings import places_of, texts_from
from pybridge.errors import ConversionError, PybridgeError
from pybridge.part_fields import FIELDS

Array = np.ndarray[Any, Any]


def check_fields(fields: Mapping[str, Sequence[str]]) -> None:
    """Raise `ConversionError` if the R package has other kinds or other fields."""
    own = {kind: [*names] for kind, names in FIELDS.items()}
    theirs = {kind: [*names] for kind, names in fields.items()}
    if own != theirs:
        differ = sorted(
            kind for kind in own.keys() | theirs.keys() if own.get(kind) != theirs.get(kind)
        )
        raise ConversionError(
            f"pybridge in R and pybridge in Python differ in the parts {', '.join(differ)}: "
            "install the same version of both"
        )


# From R


def described(parts: Any) -> Any:
    """Return the description of an R object from its parts; None for NULL."""
    if parts is None:
        return None
    if not isinstance(parts, list):
        return _numbers(parts)
    kind = parts[0] if parts and isinstance(parts[0], str) else ""
    if kind not in _READERS or len(parts) != len(FIELDS[kind]) + 1:
        raise ConversionError(
            f"R sent a part that is not known here, {kind!r} with {len(parts) - 1} fields: install "
            "the same version of pybridge in R and in Python"
        )
    return _READERS[kind](*parts[1:])


_BARE: Final = {float: "double", int: "integer", complex: "complex"}
_KINDS: Final = {"i": "integer", "f": "double", "c": "complex", "u": "raw", "V": "raw"}


def _numbers(part: Any, r_type: str | None = None) -> Vector:
    """Return numbers without attributes: a view of R's memory, or one number."""
    if isinstance(part, np.ndarray):
        r_type = r_type or _KINDS[part.dtype.kind]
        values = part.view("u1") if r_type == "raw" else part
        return Vector(r_type, np.atleast_1d(values), has_dim=values.ndim > 0)
    r_type = r_type or _BARE[type(part)]
    return Vector(r_type, np.array([part], DTYPES[r_type]), has_dim=False)


def _texts(strings: Any) -> Vector:
    texts = _strings(strings)
    return Vector("character", np.arange(len(texts)), has_dim=False, texts=texts)


def _text(utf8: Any, codes: Any) -> Vector:
    is_array = isinstance(utf8, np.ndarray)
    distinct = texts_from(np.ravel(utf8).tobytes() if is_array else bytes(utf8))
    texts, places = places_of(distinct, None if codes is None else np.ravel(codes))
    return Vector("character", places, has_dim=False, texts=texts)


def _typed(r_type: str, elements: Any) -> Vector:
    if not isinstance(elements, list):
        return _numbers(elements, r_type)
    vector: Vector = described(elements)
    vector.r_type = r_type
    return vector


def _shaped(part: Any, sizes: Any) -> Vector:
    vector: Vector = described(part)
    shape = np.ravel(sizes).tolist()
    vector.values, vector.has_dim = vector.values.reshape(shape, order="F"), shape != [-1]
    return vector


def _classed(part: Any, classes: Any, own_text: Any) -> Vector:
    vector: Vector = described(part)
    vector.classes = _strings(classes)
    if own_text is not None:
        vector.texts = _all_texts(own_text)
    return vector


def _labelled(part: Any, labels: Any, names: Any) -> Vector:
    vector: Vector = described(part)
    texts = [None if label is None else _all_texts(label) for label in labels]
    vector.dimnames = texts, [None] * len(texts) if names is None else _all_texts(names)
    return vector


def _list(elements: Any, names: Any, classes: Any, row_names: Any) -> ListOfR:
    texts = None if names is None else _all_texts(names)
    return ListOfR(elements, texts, _strings(classes), _row_names(row_names))


def _matrix(name: str, sizes: Any, i: Any, j: Any, p: Any, x: Any) -> MatrixOfR:
    indices = {"i": i, "j": j, "p": p}
    own = {
        slot: own_memory(np.atleast_1d(view), "integer")
        for slot, view in indices.items()
        if view is not None
    }
    rows, columns = np.ravel(sizes).tolist()
    entries = None if x is None else described(x)
    if entries is not None:
        entries.values = own_memory(entries.values, entries.r_type)
    return MatrixOfR(name, (rows, columns), own, entries)


def _other(r_type: str, classes: Any) -> OtherObject:
    return OtherObject(r_type, _strings(classes))


_READERS: Final[dict[str, Callable[..., Any]]] = {
    "texts": _texts,
    "text": _text,
    "typed": _typed,
    "shaped": _shaped,
    "classed": _classed,
    "labelled": _labelled,
    "list": _list,
    "matrix": _matrix,
    "other": _other,
}


def _strings(part: Any) -> tuple[str, ...]:
    return (part,) if isinstance(part, str) else tuple(part)


def _row_names(part: Any) -> RowNames | None:
    if not isinstance(part, list):
        return None if part is None else np.ravel(part)
    return np.asarray(part[1]).item() if part[0] == "count" else _all_texts(part)


def _all_texts(part: Any) -> Texts:
    """Return the strings of a text one by one; None is `NA`."""
    text: Vector = described(part)
    return [text.texts[place] for place in text.values.tolist()]


# To R

FEW: Final = 64
"""Up to this many texts cross as strings, and numbers by reticulate as a list."""


def parts_of(new: New, numbers: Callable[[NewNumbers, str], Any], place: str = "") -> Any:
    """Return the parts of an R object to make; `numbers` returns those of numbers.

    `place` begins an error message about what is inside, also one of a bridge that copies numbers
    later, for which `numbers` has it.
    """
    if new is None:
        return None
    if isinstance(new, NewNumbers):
        bare = numbers(new, place)
    elif isinstance(new, NewText):
        bare = _parts_of_text(new)
    elif isinstance(new, NewMatrix):
        slots = [parts_of(slot, numbers, place) for slot in new.slots.values()]
        return ("new_matrix", new.name, [*new.slots], *slots)
    elif isinstance(new, NewList):
        names = new.places or [""] * len(new.elements)
        elements = zip(new.elements, names, strict=True)
        bare = ("new_list", *[_element(one, numbers, place, name) for one, name in elements])
    else:
        return ("object", new)
    if not new.attributes:
        return bare
    values = [parts_of(value, numbers) for value in new.attributes.values()]
    return ("with", bare, [*new.attributes], *values)


def _element(new: New, numbers: Callable[[NewNumbers, str], Any], place: str, name: str) -> Any:
    place += f"{name}: " if name else ""
    if not isinstance(new, NewNumbers):
        return parts_of(new, numbers, place)
    with named(place):
        return parts_of(new, numbers, place)


class named:
    """Let the messages of errors inside begin with a place."""

    __slots__ = ("_place",)

    def __init__(self, place: str) -> None:
        self._place = place

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if self._place and isinstance(error, PybridgeError):
            raise type(error)(f"{self._place}{error}", **error.fields) from error


def _parts_of_text(new: NewText) -> Any:
    if 0 < new.count <= FEW and new.is_na is None and not new.has_dim:
        texts = new.texts()
        return texts[0] if len(texts) == 1 else texts
    utf8 = bytearray(new.memory)
    parts = ("new_text", utf8, float(new.count), new.is_ascii, new.places_of_na)
    return ("array", parts, [*map(float, new.shape)]) if new.has_dim else parts
