"""The two verbs of the R package, `to_python` and `from_python`: `from_r` and `to_r` inside R.

r/R/crossing.R splits R objects into parts that reticulate converts exactly, and builds R objects
from the parts returned here. Bare numbers arrive as array views of R's memory, other objects as
lists that begin with a keyword.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from pybridge.conversion.arriving import array_or_list, policies_like
from pybridge.conversion.casting import Wanted, own_array
from pybridge.conversion.leaving import new_object
from pybridge.conversion.policies import Arriving, FromR, ToR, remembering
from pybridge.conversion.rvalues import (
    DTYPES,
    ListOfR,
    New,
    NewMatrix,
    NewNumbers,
    NewText,
    OtherObject,
    RowNames,
    Texts,
    Vector,
    check_shape,
)
from pybridge.conversion.strings import (
    BYTES_REFUSAL,
    all_texts,
    places_of,
    texts_from,
)
from pybridge.errors import (
    AssignmentError,
    ConversionError,
    MissingValueError,
    PybridgeError,
)
from pybridge.shape import Order
from pybridge.subscripts import NA

Array = np.ndarray[Any, Any]

_LARGE = 2**23
"""From this many bytes R allocates the vector and Python fills it, which saves a copy."""

_FEW = 64
"""Up to this many elements a list converts faster than an array."""


def from_python(x: Any, na: Any, int64: Any, mapping: Any, dimnames: Any) -> Any:
    """Return the parts of the R object that `x` becomes."""
    if dimnames is not None:
        dimnames = array_or_list(look, dimnames, FromR("error", factors="text"))
    return _parts(new_object(x, _leaving(na, int64, mapping), dimnames))


def to_python(parts: Any, dtype: str | None, like: Any, na: Arriving, order: Order) -> Any:
    """Convert the parts of an R object to an array in new memory."""
    if like is None:
        policies = _arriving(dtype, na, order)
    else:
        policies = policies_like(FromR(na, scalars=True), like, order, dtype)
    return array_or_list(look, parts, policies)


_leaving = remembering(ToR)


@remembering
def _arriving(dtype: str | None, na: Arriving, order: Order) -> FromR:
    own = partial(own_array, wanted=Wanted(dtype, None, order))
    return FromR(na, scalars=True, own=own, frames="pandas" if dtype is None else "arrays")


def value_of_assignment(parts: Any) -> Any:
    """Convert the parts of an R object to a value for an assignment.

    It is a view of R's memory, masked if it contains `NA`; a single number is a Python number.
    """
    try:
        array = array_or_list(
            look, parts, FromR("mask", scalars=True, frames="dict", factors="text")
        )
    except ConversionError as error:
        raise AssignmentError(str(error), **error.fields) from error
    missing, value = np.ma.getmaskarray(array), np.asarray(array)
    if value.dtype.kind in "mM":
        return value  # a missing date or duration is NaT
    if missing.any():
        if value.dtype.kind == "U":
            raise MissingValueError("the value holds NA, and a tensor of strings has none")
        return array if array.ndim or value.dtype.kind == "f" else NA
    return value.item() if not value.ndim and value.dtype.kind in "biufc" else value


# From R

_BARE = {float: "double", int: "integer", complex: "complex"}


def look(parts: Any, _with_labels: bool = False) -> Any:
    """Return the description of an R object from its parts."""
    if parts is None:
        return None
    if not isinstance(parts, list):
        return _numbers(parts, None)
    kind = parts[0]
    if kind == "texts":
        texts = [parts[1]] if isinstance(parts[1], str) else parts[1]
        return Vector("character", np.arange(len(texts)), False, (), texts)
    if kind == "vector":
        return _vector(*parts[1:])
    if kind == "list":
        _, elements, names, classes, has_dim, rows = parts
        if has_dim:
            raise ConversionError("a list with a dim has no counterpart: c(x) drops the dim")
        texts = None if names is None else all_texts(*_texts(names))
        return ListOfR(elements, texts, tuple(classes), _row_names(rows))
    if kind == "other":
        return OtherObject(parts[1], tuple(parts[2]))
    if kind == "S4":
        return OtherObject("S4", tuple(parts[1]), dict(parts[2]) | _own_slots(parts[3]))
    return _numbers(parts, None)


def _numbers(parts: Any, r_type: str | None) -> Vector:
    """Return bare numbers: a view of R's memory, or one number."""
    r_type = r_type or _BARE.get(type(parts))
    if isinstance(parts, list):
        parts, r_type = _unusual(parts, r_type)
    if not isinstance(parts, np.ndarray):
        return Vector(str(r_type), np.array([parts], DTYPES[str(r_type)]), has_dim=False)
    if r_type is None:
        r_type = {"i": "integer", "f": "double", "c": "complex"}[parts.dtype.kind]
    return Vector(r_type, parts.view("u1") if r_type == "raw" else parts, has_dim=True)


def _unusual(parts: list[Any], r_type: str | None) -> tuple[Any, str | None]:
    kind = parts[0]
    if kind == "shaped":  # longer than an R axis, or with more axes than NumPy has
        return parts[1].reshape(parts[2], order="F"), r_type
    _refuse_broken(parts)
    raise AssertionError(parts)


def _refuse_broken(parts: list[Any]) -> None:
    _, r_type, length, type_of_dim, dim = parts
    if type_of_dim != "integer":
        raise ConversionError(f"the dim of an R array is of type {type_of_dim}: it is broken")
    check_shape(r_type, int(length), dim)


def _vector(
    r_type: str,
    elements: Any,
    dim: Any,
    is_one: bool,
    classes: list[str],
    of_class: Any,
    labels: Any,
) -> Vector:
    texts: Texts = []
    if r_type == "character":
        if dim and dim[0] == "broken":
            _refuse_broken(dim)
        distinct, codes = _texts(elements)
        count = len(distinct) if codes is None else codes.size
        texts, values = places_of(distinct, codes, (count,) if dim is None else tuple(dim))
    else:
        values = _numbers(elements, r_type).values
    if of_class is not None:
        texts = all_texts(*_texts(of_class))
    return Vector(r_type, values, not is_one, tuple(classes), texts, _dimnames(labels, values.ndim))


def _own_slots(parts: Any) -> dict[str, Array]:
    """Return vectors that R has copied for Python alone, as writable memory."""
    kinds = {"i": "integer", "f": "double"}
    return {slot: memory_of(view, kinds[view.dtype.kind]) for slot, view in dict(parts).items()}


def _row_names(parts: Any) -> RowNames | None:
    if parts is None:
        return None
    return all_texts(*_texts(parts)) if isinstance(parts, list) else parts


def _texts(parts: list[Any]) -> tuple[list[str], Array | None]:
    if parts[0] == "bytes":
        raise ConversionError(BYTES_REFUSAL)
    if parts[0] == "no text":
        raise ConversionError(
            f"an R object of type {parts[1]} is where R stores text: the object that it belongs "
            "to is broken"
        )
    return texts_from(bytes(parts[1])), parts[2]


def _dimnames(labels: Any, ndim: int) -> tuple[list[Texts | None], Texts] | None:
    if labels is None:
        return None
    of_axes, names = labels
    texts = [None if label is None else all_texts(*_texts(label)) for label in of_axes]
    return texts, [None] * ndim if names is None else all_texts(*_texts(names))


# To R


@dataclass(frozen=True, slots=True)
class Source:
    """Elements to copy into a new R vector, and the prefix of an error message."""

    new: NewNumbers
    place: str


def _parts(new: New, place: str = "") -> Any:
    """Return the parts from which r/R/crossing.R builds the object."""
    if new is None:
        return None
    if isinstance(new, NewNumbers):
        bare = _parts_of_numbers(new, place)
    elif isinstance(new, NewText):
        bare = _parts_of_text(new)
    elif isinstance(new, NewMatrix):
        return ("matrix", new.name, _parts(new.slots, place))
    else:
        names = new.places or [""] * len(new.elements)
        elements = zip(names, new.elements, strict=True)
        bare = ("list", tuple([_element(one, place, name) for name, one in elements]))
    if not new.attributes:
        return bare
    return ("with", bare, {name: _parts(value) for name, value in new.attributes.items()})


def _element(new: New, place: str, name: str) -> Any:
    place += f"{name}: " if name else ""
    if isinstance(new, NewNumbers):
        with _Place(place):
            return _parts(new, place)
    return _parts(new, place)


class _Place:
    """The prefix of an error message."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __enter__(self) -> None:
        pass

    def __exit__(self, _type: object, error: BaseException | None, _traceback: object) -> None:
        if self.place and isinstance(error, PybridgeError):
            raise type(error)(f"{self.place}{error}", **error.fields) from error


def _parts_of_numbers(new: NewNumbers, place: str) -> Any:
    if new.size >= _LARGE and _is_as_in_r(new):
        return new.source  # reticulate's own copy is the only one
    if new.size >= _LARGE:
        sizes = [float(size) for size in new.shape or (1,)]
        return ("fill", new.r_type, sizes, new.has_dim, Source(new, place))
    return _converted(new)


def _is_as_in_r(new: NewNumbers) -> bool:
    """Return whether the elements are a vector of numbers with the bits that R has."""
    is_plain = new.r_type in ("integer", "double") and new.mask is None and new.finish is None
    is_vector = new.source.ndim == 1 and not new.has_dim and new.source.flags.c_contiguous
    return is_plain and is_vector and new.source.dtype == DTYPES[new.r_type] == new.dtype


def _converted(new: NewNumbers) -> Any:
    """Return elements that reticulate converts exactly."""
    memory = new.filled()
    is_vector = not new.has_dim
    if new.r_type == "raw":
        flat = bytearray(memory.tobytes("F"))
        return flat if is_vector else ("array", flat, [*map(float, new.shape)])
    if new.r_type == "double":
        memory = memory.view("f8")  # an integer64 keeps its bits
    is_logical = new.r_type == "logical"
    if is_logical and new.mask is None:
        memory, is_logical = memory.astype(bool, order="K"), False
    elements: Any = memory
    if is_vector and memory.size == 1:
        elements = memory.item()
    elif is_vector and 0 < memory.size <= _FEW:
        elements = memory.tolist()
    elif new.has_dim and memory.ndim == 1:
        elements = ("array", memory, [float(memory.size)])
    return ("logical", elements) if is_logical else elements


def _parts_of_text(new: NewText) -> Any:
    if 0 < new.count <= _FEW and new.missing is None and not new.has_dim:
        texts = new.texts()
        return texts[0] if len(texts) == 1 else texts
    parts = ("text", bytearray(new.memory), float(new.count), new.is_ascii, new.places_of_na)
    return ("array", parts, [*map(float, new.shape)]) if new.has_dim else parts


def fill(source: Source, view: Any) -> None:
    """Write the elements into the R memory behind `view`."""
    new = source.new
    with _Place(source.place):
        new.fill(memory_of(view, new.r_type).view(new.dtype).reshape(new.shape, order="F"))


def filled(source: Source) -> Any:
    """Return the elements for reticulate to convert, if it does not share R's memory."""
    with _Place(source.place):
        return _converted(source.new)


class _Memory:
    def __init__(self, interface: dict[str, Any], view: Array) -> None:
        self.__array_interface__ = interface
        self.view = view  # keeps the R object alive


def memory_of(view: Array, r_type: str) -> Array:
    """Return a writable array of the R memory behind reticulate's read-only `view`.

    R has just allocated it for this purpose, and nothing else refers to it.
    """
    dtype = np.dtype(DTYPES[r_type])
    strides = [dtype.itemsize * math.prod(view.shape[:axis]) for axis in range(view.ndim)]
    return np.asarray(
        _Memory(
            {
                "version": 3,
                "data": (view.__array_interface__["data"][0], False),
                "typestr": dtype.str,
                "shape": view.shape,
                "strides": tuple(strides),
            },
            view,
        )
    )
