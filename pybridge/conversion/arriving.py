"""Convert R objects, as described by a host, to arrays, lists, dicts and tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from pybridge.conversion.arrow_arrays import table_library
from pybridge.conversion.casting import Wanted, own_array
from pybridge.conversion.columns_of_r import categories, frame_from, vector_in_library
from pybridge.conversion.frames import list_from
from pybridge.conversion.labels import labelled_from
from pybridge.conversion.policies import FromR, Labelling
from pybridge.conversion.r_to_numpy import array_from
from pybridge.conversion.r_to_scipy import advice_for, is_sparse_class, matrix_from
from pybridge.conversion.rvalues import ListOfR, Vector
from pybridge.errors import ConversionError
from pybridge.holders import holder_of
from pybridge.shape import Order

Look = Callable[[Any, bool], Any]
"""A function that describes an R object, with labels if its second argument is True."""

_LISTS_OF_VALUES = {
    "POSIXlt": "as.POSIXct(x) is a vector of the same times",
    "numeric_version": "as.character(x) is the text of the versions",
}
"""Classes of lists whose elements are not their meaning."""


def array_or_list(look: Look, v: Any, policies: FromR) -> Any:
    """Convert an R object of a host to Python."""
    described = look(v, policies.dimnames != "drop" or policies.like == "pandas")
    if described is None:
        return None
    if isinstance(described, Vector):
        if policies.like is not None:
            return vector_in_library(described, policies)
        if "factor" in described.classes and policies.factors == "categories":
            return categories(described, policies)
        return _array(described, policies)
    advice = None
    if isinstance(described, ListOfR):
        if "data.frame" in described.classes:
            return frame_from(
                described,
                lambda column: look(column, False),
                lambda column, of_column: array_or_list(look, column, of_column),
                policies,
            )
        advice = next(
            (_LISTS_OF_VALUES[name] for name in described.classes if name in _LISTS_OF_VALUES), None
        )
        if advice is None:
            return list_from(described, lambda element: array_or_list(look, element, policies))
        r_type = "list"
    elif is_sparse_class(described):
        return matrix_from(described, lambda slot: look(slot, False), policies)
    else:
        r_type, advice = described.r_type, advice_for(described)
    kind = f"of class {', '.join(described.classes)}" if described.classes else f"of type {r_type}"
    if advice is not None:
        raise ConversionError(f"an R object {kind} has no counterpart in Python: {advice}")
    raise ConversionError(
        f"an R object {kind} has no array: vectors, arrays, lists and data frames can be converted"
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


def policies_like(policies: FromR, like: Any, order: Order, dtype: str | None = None) -> FromR:
    """Return `policies` for a result like a library, a table, a function or a tensor."""
    if isinstance(like, str) and like == "xarray":
        return _as_arrays(policies, Wanted(dtype, None, order), "xarray")
    wanted = Wanted(dtype, like, order)  # raises where a dtype is given as well
    library = table_library(like)
    if library is not None:
        return replace(policies, like=library)
    labelling: Labelling = "xarray" if holder_of(like).name == "xarray" else "drop"
    return _as_arrays(policies, wanted, labelling)


def _as_arrays(policies: FromR, wanted: Wanted, labelling: Labelling) -> FromR:
    own = partial(own_array, wanted=wanted)
    return replace(policies, own=own, dimnames=labelling, frames="dict")
