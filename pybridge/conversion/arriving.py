"""R objects, as a host shows them, as arrays, lists and dicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pybridge.conversion.frames import PLAIN_LISTS, list_from
from pybridge.conversion.labels import labelled_from
from pybridge.conversion.policies import FromR
from pybridge.conversion.r_to_numpy import array_from
from pybridge.conversion.rvalues import ListOfR, Vector
from pybridge.errors import ConversionError

Look = Callable[[Any, bool], Any]
"""What shows an R object of a host; the second argument tells whether with its labels."""


def array_or_list(look: Look, v: Any, policies: FromR) -> Any:
    """Return what an R object of a host is in Python."""
    found = look(v, policies.dimnames != "drop")
    if found is None:
        return None
    if isinstance(found, Vector):
        return _array(found, policies)
    if isinstance(found, ListOfR):
        is_frame = "data.frame" in found.classes
        if is_frame or set(found.classes) <= PLAIN_LISTS:
            of_elements = replace(policies, scalars=policies.scalars and not is_frame)
            return list_from(found, lambda element: array_or_list(look, element, of_elements))
        r_type = "list"
    else:
        r_type = found.r_type
    described = f"of class {', '.join(found.classes)}" if found.classes else f"of type {r_type}"
    raise ConversionError(
        f"an R object {described} has no array: from_r takes vectors, arrays, lists and data "
        "frames; of an object made of a list, unclass(x) is one"
    )


def _array(vector: Vector, policies: FromR) -> Any:
    found, refuse = array_from(vector, policies)
    if policies.scalars and found.size == 1 and not vector.has_dim:
        found = found.reshape(())
    if policies.own is not None:
        found = policies.own(found, refuse=refuse)
    elif refuse is not None:
        refuse(found)
    return found if policies.dimnames == "drop" else labelled_from(vector, found)
