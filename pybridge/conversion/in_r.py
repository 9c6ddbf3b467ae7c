"""The two verbs of the R package, `to_python` and `from_python`: `from_r` and `to_r` inside R.

R hands an object over, or takes one back, through the C code of its package; what is here runs in
the middle of a call from R.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from pybridge.backends import backend_of
from pybridge.conversion import convert_bare, convert_to_python, convert_to_r
from pybridge.conversion.casting import Order, Wanted, own_array
from pybridge.conversion.policies import Arriving, FromR, Labelling, ToR, remembering
from pybridge.conversion.reticulate_host import ReticulateLibrary
from pybridge.errors import ArgumentError, AssignmentError, ConversionError, MissingValueError
from pybridge.subscripts import NA

_opened: list[ReticulateLibrary] = []


def open_r(own_path: str, r_path: str) -> None:
    """Bind R, in whose process this is, and the library of its package."""
    if not _opened:
        _opened.append(ReticulateLibrary(own_path, r_path))


def from_python(x: Any, na: Any, int64: Any, mapping: Any, has_dimnames: bool) -> None:
    """Make an R object of `x` and give it to R; the dimnames are what R handed over."""
    r = _opened[0]
    dimnames = None
    if has_dimnames:
        dimnames = convert_to_python(r, r.inside(r.handed), FromR("error"))
    policies = _leaving(na, int64, mapping)
    made = convert_to_r(r, x, policies, dimnames, r.new_result)
    if made is not None:  # None is on the board already
        r.inside(r.give, made)


def to_python(dtype: str | None, like: Any, na: Arriving, order: Order) -> Any:
    """Return what R handed over, in memory of its own, in the dtype that is asked for."""
    if like is None:
        policies = _arriving(dtype, na, order)
    else:
        policies = _arriving_like(dtype, like, na, order)
    r = _opened[0]
    found = r.inside(r.handed_numbers) if policies.dimnames == "drop" else None
    if found is None:
        return convert_to_python(r, r.inside(r.handed), policies)
    return convert_bare(*found, policies)


_leaving = remembering(ToR)


@remembering
def _arriving(dtype: str | None, na: Arriving, order: Order) -> FromR:
    own = partial(own_array, wanted=Wanted(dtype, None, order))
    return FromR(na, scalars=True, own=own)


def _arriving_like(dtype: str | None, like: Any, na: Arriving, order: Order) -> FromR:
    labelling: Labelling = "drop"
    if isinstance(like, str):
        if like != "xarray":
            raise ArgumentError(f'`like` is a tensor or "xarray", not {like!r}')
        labelling, like = "xarray", None
    elif like is not None and backend_of(like).names_another:
        labelling = "xarray"
    own = partial(own_array, wanted=Wanted(dtype, like, order))
    return FromR(na, scalars=True, own=own, dimnames=labelling)


def value_of_assignment() -> Any:
    """Return the value that R handed over to be written, as `to_python` reads it.

    It is a view of R's memory, masked where it holds `NA`; one number is a number of Python.
    """
    r = _opened[0]
    try:
        found = convert_to_python(r, r.inside(r.handed), FromR("mask", scalars=True))
    except ConversionError as error:
        raise AssignmentError(str(error), **error.fields) from error
    missing, value = np.ma.getmaskarray(found), np.asarray(found)
    if value.dtype.kind == "M":
        return value  # a missing date is NaT
    if missing.any():
        if value.dtype.kind == "U":
            raise MissingValueError("the value holds NA, and a tensor of strings has none")
        return found if found.ndim or value.dtype.kind == "f" else NA
    return value.item() if not value.ndim and value.dtype.kind in "biufc" else value
