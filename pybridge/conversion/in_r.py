"""The two verbs of the R package, `to_python` and `from_python`: `from_r` and `to_r` inside R.

R hands an object over, or takes one back, through the C code of its package; what is here runs in
the middle of a call from R.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pybridge.backends import backend_of, find_backend
from pybridge.conversion import convert_to_python, convert_to_r
from pybridge.conversion.casting import Order, Wanted, own_array
from pybridge.conversion.policies import Arriving, FromR, Labelling, ToR
from pybridge.conversion.reticulate_host import ReticulateLibrary
from pybridge.errors import ArgumentError, PybridgeError

_opened: list[ReticulateLibrary] = []


def open_r(own_path: str, r_path: str) -> None:
    """Bind R, in whose process this is, and the library of its package."""
    if not _opened:
        _opened.append(ReticulateLibrary(own_path, r_path))


def from_python(x: Any, policies: ToR, has_dimnames: bool) -> None:
    """Make an R object of `x` and give it to R; the dimnames are what R handed over."""
    r = _opened[0]
    dimnames = None
    if has_dimnames:
        dimnames = convert_to_python(r, r.inside(r.handed), FromR("error"))
    r.inside(r.give, convert_to_r(r, x, policies, dimnames))


def to_python(dtype: str | None, like: Any, na: Arriving, order: Order) -> Any:
    """Return what R handed over, in memory of its own, in the dtype that is asked for."""
    r = _opened[0]
    labelling: Labelling = "drop"
    if isinstance(like, str):
        if like != "xarray":
            raise ArgumentError(f'`like` is a tensor or "xarray", not {like!r}')
        labelling, like = "xarray", None
    elif like is not None and backend_of(like).names_another:
        labelling = "xarray"
    wanted = Wanted(dtype, like, order)
    policies = FromR(na, scalars=True, dimnames=labelling)
    return _own(convert_to_python(r, r.inside(r.handed), policies), wanted)


def _own(found: Any, wanted: Wanted) -> Any:
    if isinstance(found, Mapping):
        return {name: _within(repr(name), value, wanted) for name, value in found.items()}
    if isinstance(found, list):
        return [_within(str(place), value, wanted) for place, value in enumerate(found, start=1)]
    if isinstance(found, np.ndarray):
        return own_array(found, wanted)
    holder = find_backend(found)
    if holder is None or not holder.names_another:
        return found
    return holder.with_values(found, own_array(holder.value_of(found), wanted))


def _within(place: str, value: Any, wanted: Wanted) -> Any:
    try:
        return _own(value, wanted)
    except PybridgeError as error:
        raise type(error)(f"element {place}: {error}", **error.fields) from error
