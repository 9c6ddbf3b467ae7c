"""R lists and data frames: lists, dicts of columns, and what Keras reports of a training."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pybridge.conversion.numpy_to_r import vector_from
from pybridge.conversion.policies import ToR
from pybridge.conversion.r_to_numpy import DTYPES, shape_of
from pybridge.conversion.rlibrary import CHARACTER, NA_INTEGER, RLibrary, address_of
from pybridge.conversion.strings import character_vector, texts_of
from pybridge.errors import ConversionError, PybridgeError

PLAIN_LISTS = frozenset({"AsIs", "list", "keras_training_history"})
"""Classes of lists that are nothing but a list with names."""

_NA_TYPES = {
    "NALogicalType": "?",
    "NAIntegerType": "i4",
    "NARealType": "f8",
    "NAComplexType": "c16",
    "NACharacterType": "U1",
}


def is_history(x: Any) -> bool:
    """Tell whether `x` is what Keras returns from `fit`."""
    return isinstance(getattr(x, "history", None), dict) and hasattr(x, "epoch")


def is_metric(x: Any) -> bool:
    """Tell whether `x` is a metric of Keras, whose result is a tensor or a dict of them."""
    from_keras = any(cls.__module__.partition(".")[0] == "keras" for cls in type(x).__mro__)
    return from_keras and hasattr(x, "update_state") and hasattr(x, "result")


def history_columns(history: Any) -> dict[str, Any]:
    """Return the columns of a training history: the epoch, counted from one, and each metric."""
    epochs = np.asarray(history.epoch, dtype="i4") + np.int32(1)
    metrics = {name: np.asarray(values) for name, values in history.history.items()}
    for name, values in metrics.items():
        if values.shape[:1] != epochs.shape:
            raise ConversionError(
                f"the history holds {len(values)} values of {name!r} for {epochs.size} epochs and "
                'not for which: to_r(history.history, mapping="list") keeps them as they are'
            )
    return {"epoch": epochs, **metrics}


def is_vector_of_scalars(x: Sequence[Any]) -> bool:
    """Tell whether a list holds scalars of one and the same type, so that it is a vector."""
    types = set(map(type, x))
    return (
        len(types) == 1
        and isinstance(x[0], bool | int | float | complex | str | np.generic)
        and not is_na(x[0])
    )


def is_na(x: Any) -> bool:
    """Tell whether `x` is one of the objects that stand for `NA` in rpy2, numbers by their type."""
    cls = type(x)
    return cls.__name__ in _NA_TYPES and cls.__module__.startswith("rpy2.")


def na_vector(r: RLibrary, x: Any) -> Any:
    """Return the `NA` of rpy2 as an R vector of length 1."""
    dtype = _NA_TYPES[type(x).__name__]
    return vector_from(r, np.ma.MaskedArray(np.zeros(1, dtype), mask=True), ToR())


def r_list(
    r: RLibrary, elements: Sequence[Any], names: Sequence[str] | None, convert: Callable[[Any], Any]
) -> Any:
    """Return an R list of the converted elements."""
    return r.inside(_new_list, r, _each(convert, elements), names)


def _new_list(r: RLibrary, elements: list[Any], names: Sequence[str] | None) -> Any:
    sexp = r.list_of(elements)
    if names is not None:
        r.set_attribute(sexp, "names", character_vector(r, names, len(names)))
    return sexp


def r_mapping(
    r: RLibrary, x: Mapping[Any, Any], policies: ToR, convert: Callable[[Any], Any]
) -> Any:
    """Return an R data frame, or a named list, of a dict."""
    for name in x:
        if not isinstance(name, str):
            raise ConversionError(f"names in R are text, and {name!r} is not: str(name) makes one")
    names = list(x)
    if policies.mapping == "list":
        return r_list(r, list(x.values()), names, convert)
    columns = _each(convert, x.values(), map("column {!r}".format, x))
    return r.inside(_data_frame, r, names, columns)


def _data_frame(r: RLibrary, names: list[str], columns: list[Any]) -> Any:
    counts = [_rows(r, column) for column in columns]
    for name, count in zip(names, counts, strict=True):
        if count is None:
            raise ConversionError(
                f"column {name!r} is no array, so it has no rows: "
                'mapping="list" makes an R list of the dict'
            )
        if count != counts[0]:
            raise ConversionError(
                f"column {name!r} has {count} rows, and column {names[0]!r} has {counts[0]}: "
                'mapping="list" makes an R list of the dict'
            )
    rows = counts[0] or 0 if counts else 0
    sexp = r.list_of(columns)
    r.set_attribute(sexp, "names", character_vector(r, names, len(names)))
    r.set_attribute(sexp, "class", character_vector(r, ["data.frame"], 1))
    # R's short form of the row names 1, 2, 3...
    r.set_integers(sexp, "row.names", [NA_INTEGER, -rows] if rows else [])
    return sexp


def _rows(r: RLibrary, column: Any) -> int | None:
    address = r.address_or_null(column)
    if address == r.null or r.c.TYPEOF(address) not in (*DTYPES, CHARACTER):
        return None
    dim = r.attribute(address, "dim")
    return int(r.c.Rf_xlength(address) if dim == r.null else shape_of(r, column)[0])


def list_from(r: RLibrary, sexp: Any, is_frame: bool, convert: Callable[[Any], Any]) -> Any:
    """Return a dict of a data frame or a named list, a Python list of any other R list."""
    elements, names = r.inside(_elements_of, r, sexp)
    if names is None and not is_frame:
        return _each(convert, elements)
    names = names or []
    if len(names) != len(elements) or len(set(names)) < len(names) or "" in names or None in names:
        raise ConversionError(
            "the names of the list are not all there or not all different, so it is no dict: "
            "unname(x) gives a plain list"
        )
    places = map(("column {!r}" if is_frame else "element {!r}").format, names)
    return dict(zip(names, _each(convert, elements, places), strict=True))


def _elements_of(r: RLibrary, sexp: Any) -> tuple[list[Any], list[str | None] | None]:
    address = address_of(sexp)
    if r.attribute(address, "dim") != r.null:
        raise ConversionError("a list with a dim has no counterpart: c(x) drops the dim")
    elements = [r.sexp(element) for element in r.elements(address)]
    attribute = r.attribute(address, "names")
    return elements, None if attribute == r.null else texts_of(r, r.sexp(attribute))


def _each(
    convert: Callable[[Any], Any], values: Iterable[Any], places: Iterable[str] | None = None
) -> list[Any]:
    """Convert each value; an error begins with its place, which is its number where none is."""
    found = []
    places = map("element {}".format, itertools.count(1)) if places is None else places
    for place, value in zip(places, values, strict=False):
        try:
            found.append(convert(value))
        except PybridgeError as error:
            raise type(error)(f"{place}: {error}", **error.fields) from error
    return found
