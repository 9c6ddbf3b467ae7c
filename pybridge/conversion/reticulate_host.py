"""The conversions of the R package, `to_python` and `from_python`: `from_r` and `to_r` inside R.

R values come as parts, of which reticulate shows numbers as array views of R's memory, and go as
parts, of which it converts numbers exactly. Large vectors are allocated by R and filled here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from pybridge.conversion.casting import Target, own_array
from pybridge.conversion.parts import FEW, named, parts_of
from pybridge.conversion.policies import FromR, NaFromR, ToR, remembering
from pybridge.conversion.python_to_r import new_object
from pybridge.conversion.r_memory import own_memory
from pybridge.conversion.r_to_python import policies_like, value_from
from pybridge.conversion.rvalues import DTYPES, NewNumbers
from pybridge.errors import AssignmentError, ConversionError, MissingValueError
from pybridge.shape import Order
from pybridge.subscripts import NA

Array = np.ndarray[Any, Any]

_LARGE = 2**23
"""From this many bytes R allocates the vector and Python fills it, which saves a copy."""


def from_python(x: Any, na: Any, int64: Any, mapping: Any, dimnames: Any) -> Any:
    """Return the parts of the R object that `x` becomes."""
    if dimnames is not None:
        dimnames = value_from(dimnames, FromR("error", factors="text"))
    return parts_of(new_object(x, _to_r(na, int64, mapping), dimnames), _parts_of_numbers)


def to_python(parts: Any, dtype: str | None, like: Any, na: NaFromR, order: Order) -> Any:
    """Convert the parts of an R object to an array in new memory."""
    if like is None:
        policies = _from_r(dtype, na, order)
    else:
        policies = policies_like(FromR(na, scalars=True), like, order, dtype)
    return value_from(parts, policies)


_to_r = remembering(ToR)


@remembering
def _from_r(dtype: str | None, na: NaFromR, order: Order) -> FromR:
    own = partial(own_array, target=Target(dtype, None, order))
    return FromR(na, scalars=True, own=own, frames="pandas" if dtype is None else "arrays")


def value_of_assignment(parts: Any) -> Any:
    """Convert the parts of an R object to a value for an assignment.

    It is a view of R's memory, masked if it contains `NA`; a single number is a Python number.
    """
    try:
        array = value_from(parts, FromR("mask", scalars=True, frames="dict", factors="text"))
    except ConversionError as error:
        raise AssignmentError(str(error), **error.fields) from error
    is_na, value = np.ma.getmaskarray(array), np.asarray(array)
    if value.dtype.kind in "mM":
        return value  # a missing date or duration is NaT
    if is_na.any():
        if value.dtype.kind == "U":
            raise MissingValueError("the value holds NA, and a tensor of strings has none")
        return array if array.ndim or value.dtype.kind == "f" else NA
    return value.item() if not value.ndim and value.dtype.kind in "biufc" else value


@dataclass(frozen=True, slots=True)
class Source:
    """Elements to copy into a new R vector, and the prefix of an error message."""

    new: NewNumbers
    place: str


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
    elif is_vector and 0 < memory.size <= FEW:
        elements = memory.tolist()
    elif new.has_dim and memory.ndim == 1:
        elements = ("array", memory, [float(memory.size)])
    return ("logical", elements) if is_logical else elements


def fill(source: Source, view: Any) -> None:
    """Write the elements into the R memory behind `view`."""
    new = source.new
    with named(source.place):
        new.fill(own_memory(view, new.r_type).view(new.dtype).reshape(new.shape, order="F"))


def filled(source: Source) -> Any:
    """Return the elements for reticulate to convert, if it does not share R's memory."""
    with named(source.place):
        return _converted(source.new)


def mark(view: Any, r_type: str) -> None:
    """Write 1 into the second element of a view of R's memory."""
    own_memory(view, r_type)[1] = 1
