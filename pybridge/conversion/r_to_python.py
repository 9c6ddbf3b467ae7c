"""Convert R objects, given as parts, to arrays, lists, dicts and tables."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from pybridge.conversion.arrow_arrays import table_library, units_of
from pybridge.conversion.casting import Target, own_array
from pybridge.conversion.columns_of_r import categories, frame_from, vector_in_library
from pybridge.conversion.frames import list_from
from pybridge.conversion.labels import labelled_from
from pybridge.conversion.parts import described
from pybridge.conversion.policies import FromR, Labelling
from pybridge.conversion.r_to_numpy import array_from
from pybridge.conversion.r_to_scipy import advice_for, matrix_from
from pybridge.conversion.rvalues import ListOfR, MatrixOfR, Vector
from pybridge.errors import ConversionError
from pybridge.holders import holder_of
from pybridge.shape import Order

_LISTS_OF_VALUES = {
    "POSIXlt": "as.POSIXct(x) is a vector of the same times",
    "numeric_version": "as.character(x) is the text of the versions",
}
"""Classes of lists whose elements are not their meaning."""


def value_from(parts: Any, policies: FromR) -> Any:
    """Convert the parts of an R object to Python, with labels if they have them."""
    x = described(parts)
    if x is None:
        return None
    if isinstance(x, Vector):
        if policies.like is not None:
            return vector_in_library(x, policies)
        if "factor" in x.classes and policies.factors == "categories":
            return categories(x, policies)
        return _array(x, policies)
    if isinstance(x, MatrixOfR):
        return matrix_from(x, policies)
    advice = None
    if isinstance(x, ListOfR):
        if "data.frame" in x.classes:
            return frame_from(x, value_from, policies)
        advice = next(
            (_LISTS_OF_VALUES[name] for name in x.classes if name in _LISTS_OF_VALUES), None
        )
        if advice is None:
            return list_from(x, lambda element: value_from(element, policies))
        r_type = "list"
    else:
        r_type, advice = x.r_type, advice_for(x)
    kind = f"of class {', '.join(x.classes)}" if x.classes else f"of type {r_type}"
    if advice is not None:
        raise ConversionError(f"an R object {kind} has no counterpart in Python: {advice}")
    raise ConversionError(
        f"an R object {kind} has no array: vectors, arrays, lists and data frames can be converted"
    )


def needs_labels(policies: FromR) -> bool:
    """Return whether names and dimnames are converted as well."""
    return policies.dimnames != "drop" or policies.like == "pandas"


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
        return _as_arrays(policies, Target(dtype, None, order), "xarray")
    target = Target(dtype, like, order)  # raises where a dtype is given as well
    library = table_library(like)
    if library is not None:
        return replace(policies, like=library, units=units_of(like))
    labelling: Labelling = "xarray" if holder_of(like).name == "xarray" else "drop"
    return _as_arrays(policies, target, labelling)


def _as_arrays(policies: FromR, target: Target, labelling: Labelling) -> FromR:
    own = partial(own_array, target=target)
    return replace(policies, own=own, dimnames=labelling, frames="dict")
