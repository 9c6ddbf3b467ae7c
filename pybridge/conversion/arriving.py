"""Convert R objects, as described by a host, to arrays, lists, dicts and tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pybridge.conversion.frames import PLAIN_LISTS, list_from
from pybridge.conversion.labels import labelled_from
from pybridge.conversion.policies import FromR
from pybridge.conversion.r_to_numpy import array_from
from pybridge.conversion.r_to_pandas import frame_from
from pybridge.conversion.r_to_scipy import advice_for, is_sparse_class, matrix_from
from pybridge.conversion.rvalues import ListOfR, Vector
from pybridge.errors import ConversionError

Look = Callable[[Any, bool], Any]
"""A function that describes an R object, with labels if its second argument is True."""


def array_or_list(look: Look, v: Any, policies: FromR) -> Any:
    """Convert an R object of a host to Python."""
    described = look(v, policies.dimnames != "drop")
    if described is None:
        return None
    if isinstance(described, Vector):
        return _array(described, policies)
    if isinstance(described, ListOfR):
        if "data.frame" in described.classes:
            return frame_from(
                described,
                lambda column: look(column, False),
                lambda column, of_column: array_or_list(look, column, of_column),
                policies,
            )
        if set(described.classes) <= PLAIN_LISTS:
            return list_from(described, lambda element: array_or_list(look, element, policies))
        r_type, advice = "list", None
    elif is_sparse_class(described):
        return matrix_from(described, lambda slot: look(slot, False), policies)
    else:
        r_type, advice = described.r_type, advice_for(described)
    kind = f"of class {', '.join(described.classes)}" if described.classes else f"of type {r_type}"
    if advice is not None:
        raise ConversionError(f"an R object {kind} has no counterpart in Python: {advice}")
    raise ConversionError(
        f"an R object {kind} has no array: from_r takes vectors, arrays, lists and data "
        "frames; of an object made of a list, unclass(x) is one"
    )


def _array(vector: Vector, policies: FromR) -> Any:
    array, refuse = array_from(vector, policies)
    if policies.scalars and array.size == 1 and not vector.has_dim:
        array = array.reshape(())
    if policies.own is not None:
        array = policies.own(array, refuse=refuse)
    elif refuse is not None:
        refuse(array)
    return array if policies.dimnames == "drop" else labelled_from(vector, array)
