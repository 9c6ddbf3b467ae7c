"""R lists, and data frames made of or into dicts: Python lists, dicts, and Keras histories."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from pybridge.conversion.policies import ToR
from pybridge.conversion.rvalues import (
    NA_INTEGER,
    ListOfR,
    New,
    NewList,
    NewMatrix,
    NewNumbers,
    NewText,
    Vector,
    integers,
)
from pybridge.conversion.strings import vector_of_texts
from pybridge.errors import ConversionError, PybridgeError


def is_history(x: Any) -> bool:
    """Return whether `x` is what Keras returns from `fit`."""
    return isinstance(getattr(x, "history", None), dict) and hasattr(x, "epoch")


def is_metric(x: Any) -> bool:
    """Return whether `x` is a Keras metric, whose result is a tensor or a dict of tensors."""
    from_keras = any(cls.__module__.partition(".")[0] == "keras" for cls in type(x).__mro__)
    return from_keras and hasattr(x, "update_state") and hasattr(x, "result")


def history_columns(history: Any) -> dict[str, Any]:
    """Return the columns of a training history: the epoch, from one, and each metric."""
    epochs = np.asarray(history.epoch, dtype="i4") + np.int32(1)
    metrics = {name: np.asarray(values) for name, values in history.history.items()}
    for name, values in metrics.items():
        if values.shape[:1] != epochs.shape:
            raise ConversionError(
                f"the history holds {len(values)} values of {name!r} for {epochs.size} epochs, and "
                "does not say for which epochs: to_r(history.history) keeps them as they are"
            )
    return {"epoch": epochs, **metrics}


def r_list(
    elements: Sequence[Any], names: Sequence[str] | None, convert: Callable[[Any], New]
) -> NewList:
    """Return an R list of the converted elements."""
    attributes = {} if names is None else {"names": vector_of_texts(names)}
    places = element_places(len(elements))
    return NewList(each(convert, elements, places), attributes, places)


def r_mapping(
    x: Mapping[Any, Any],
    policies: ToR,
    convert: Callable[[Any], New],
    described: Callable[[Any], Any],
) -> NewList:
    """Convert a dict to an R data frame or a named list; `described` describes R objects in it."""
    for name in x:
        if not isinstance(name, str):
            raise ConversionError(f"names in R are text, and {name!r} is not: str(name) makes one")
    names = list(x)
    if policies.mapping == "list":
        return r_list(list(x.values()), names, convert)
    places = column_places(names)
    columns = each(convert, x.values(), places)
    for column in columns:
        if isinstance(column, NewNumbers | NewText) and column.attributes:
            own = column.attributes
            column.attributes = {name: own[name] for name in own if name != "names"}
    count = _count_rows(names, columns, described)
    return data_frame(names, columns, automatic_row_names(count))


def automatic_row_names(count: int) -> New:
    """Return the row names 1, 2, 3... to make, in R's short form."""
    return integers([NA_INTEGER, -count] if count else [])


def data_frame(names: Sequence[str], columns: Sequence[New], row_names: New) -> NewList:
    """Return the data frame of R to make."""
    attributes = {
        "names": vector_of_texts([*names]),
        "class": vector_of_texts(["data.frame"]),
        "row.names": row_names,
    }
    return NewList(columns, attributes, column_places(names))


def _count_rows(names: list[str], columns: list[New], described: Callable[[Any], Any]) -> int:
    counts = [_rows(column, described) for column in columns]
    for name, count in zip(names, counts, strict=True):
        if count is None:
            raise ConversionError(
                f"column {name!r} is not an array, so it has no rows: "
                'mapping="list" makes an R list of the dict'
            )
        if count != counts[0]:
            raise ConversionError(
                f"column {name!r} has {count} rows, and column {names[0]!r} has {counts[0]}: "
                'mapping="list" makes an R list of the dict'
            )
    return counts[0] or 0 if counts else 0


def _rows(column: New, described: Callable[[Any], Any]) -> int | None:
    if isinstance(column, NewNumbers | NewText):
        shape = column.shape
    elif column is None or isinstance(column, NewList | NewMatrix):
        return None
    else:
        column_in_r = described(column)
        if not isinstance(column_in_r, Vector):
            return None
        shape = column_in_r.values.shape
    return shape[0] if shape else 1


def list_from(r_list: ListOfR, convert: Callable[[Any], Any]) -> Any:
    """Convert a data frame or a named list to a dict, any other R list to a Python list."""
    is_frame = "data.frame" in r_list.classes
    if r_list.names is None and not is_frame:
        return each(convert, r_list.elements, element_places(len(r_list.elements)))
    names = r_list.names or []
    if (
        len(names) != len(r_list.elements)
        or len(set(names)) < len(names)
        or "" in names
        or None in names
    ):
        raise ConversionError(
            "the names of the list are not all there or not all different, so it cannot be a dict: "
            "unname(x) gives a plain list"
        )
    places = column_places(names) if is_frame else map("element {!r}".format, names)
    return dict(zip(names, each(convert, r_list.elements, places), strict=True))


def element_places(count: int) -> list[str]:
    """Return what an error message calls each element of a list."""
    return [f"element {place}" for place in range(1, count + 1)]


def column_places(names: Iterable[str | None]) -> list[str]:
    """Return what an error message calls each column of a table."""
    return [*map("column {!r}".format, names)]


def each(convert: Callable[[Any], Any], values: Iterable[Any], places: Iterable[str]) -> list[Any]:
    """Convert each value; an error message begins with its place."""
    converted = []
    for place, value in zip(places, values, strict=True):
        try:
            converted.append(convert(value))
        except PybridgeError as error:
            prefix = f"{place}: " if place else ""
            raise type(error)(f"{prefix}{error}", **error.fields) from error
    return converted
