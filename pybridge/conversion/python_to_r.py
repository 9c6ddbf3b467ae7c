"""Convert arrays, matrices, scalars, lists, dicts, tables and Keras results to new R objects."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pybridge.conversion.columns import Moments
from pybridge.conversion.columns_of_arrow import column_of_arrow, is_scalar_of_arrow, speaks_arrow
from pybridge.conversion.columns_of_pandas import (
    column_of_pandas,
    is_frame,
    is_of_pandas,
    names_of,
    table_of_pandas,
)
from pybridge.conversion.columns_of_values import (
    column_of_list,
    column_of_objects,
    is_na_of_rpy2,
    is_text_of_hdf5,
    is_value,
    kind_of_type,
    na_of_rpy2,
    table_of_records,
)
from pybridge.conversion.frames import (
    history_columns,
    is_history,
    is_metric,
    r_list,
    r_mapping,
)
from pybridge.conversion.labels import labels_of
from pybridge.conversion.numpy_to_r import Dimnames, NamedAxes, label_attributes, vector_from
from pybridge.conversion.policies import ToR
from pybridge.conversion.rvalues import New
from pybridge.conversion.scipy_to_r import in_memory, is_sparse, matrix_to_r
from pybridge.conversion.strings import vector_of_texts
from pybridge.conversion.tables import Nulls
from pybridge.conversion.tensors import numpy_from
from pybridge.errors import ArgumentError, ConversionError
from pybridge.holders import find_holder

Array = np.ndarray[Any, Any]

_NUMBERS = frozenset({bool, int, float, complex})
_NESTING = (list, tuple, dict, set, frozenset, np.ndarray)
_DEEPEST = 200
_NESTED = "a list or dict that contains itself, or is nested too deep, has no counterpart in R"


def new_object(
    x: Any,
    policies: ToR,
    dimnames: Dimnames | None = None,
    described: Callable[[Any], Any] | None = None,
) -> New:
    """Return the description of `x` as an R object; `described` describes R objects in it."""
    if dimnames is None:
        try:
            return _new(x, policies, described)
        except RecursionError:
            raise ConversionError(_NESTED) from None
    x = in_memory(x)
    if is_sparse(x):
        if x.ndim == 2:
            return matrix_to_r(x, policies, dimnames)
        return vector_from(x.toarray(), policies, dimnames)
    if hasattr(x, "__sexp__") or not _is_array(x):
        raise ArgumentError(
            "dimnames go with one array: R objects, lists, dicts and tables have their own"
        )
    return vector_from(numpy_from(x), policies, dimnames)


def refuse_cycles(x: Any) -> None:
    """Raise `ConversionError` for a list, dict or object array that contains itself.

    What converts its elements one in the other would never end. Each object is looked at once, so
    the time is linear in their number.

    >>> rows = [1, 2]
    >>> refuse_cycles([rows, rows])
    >>> rows.append({"all": rows})
    >>> refuse_cycles([rows])
    Traceback (most recent call last):
    ...
    pybridge.errors.ConversionError: a list or dict that contains itself, or is nested too deep, ...
    """
    finished: set[int] = set()
    path = [(0, iter((x,)))]
    open_ones: set[int] = set()
    while path:
        number, elements = path[-1]
        inner = next(((id(one), one) for one in elements if isinstance(one, _NESTING)), None)
        if inner is None:
            path.pop()
            open_ones.discard(number)
            finished.add(number)
        elif inner[0] in open_ones or len(path) > _DEEPEST:
            raise ConversionError(_NESTED)
        elif inner[0] not in finished:
            open_ones.add(inner[0])
            path.append((inner[0], _elements(inner[1])))


def _elements(x: Any) -> Iterator[Any]:
    if isinstance(x, np.ndarray):
        return iter(x.ravel()) if x.dtype.hasobject else iter(())
    return iter(x.values() if isinstance(x, dict) else x)


def _is_array(x: Any) -> bool:
    if isinstance(x, list | tuple):
        return column_of_list(x) is not None
    without = x is None or isinstance(x, Mapping | bytes | bytearray)
    has_columns = is_frame(x) or is_history(x) or is_metric(x) or _fields(x) is not None
    return not (without or has_columns)


def _new(x: Any, policies: ToR, described: Any) -> New:
    # Skip the slower tests below.
    if isinstance(x, np.ndarray) and x.dtype.kind not in "OV":
        return vector_from(x, policies)
    if type(x) in _NUMBERS or isinstance(x, np.number | np.bool_):
        return _of_array(x, policies)
    if is_na_of_rpy2(type(x)):  # of which some are R objects
        return na_of_rpy2(x).in_r(policies)
    if x is None or hasattr(x, "__sexp__"):
        return x
    if isinstance(x, bytes | bytearray):
        return vector_from(np.frombuffer(x, "S1"), policies)

    def convert(element: Any) -> New:
        return _new(element, policies, described)

    if isinstance(x, np.ndarray | np.void):
        return _of_array(x, policies)
    x = in_memory(x)
    if is_sparse(x):
        # R has sparse matrices alone: any other array has the elements of a dense one
        return matrix_to_r(x, policies) if x.ndim == 2 else vector_from(x.toarray(), policies)
    if is_frame(x):
        return table_of_pandas(x, convert).in_r(policies)
    if is_of_pandas(x):
        return _with_names(column_of_pandas(x, convert).in_r(policies), names_of(x))
    if is_scalar_of_arrow(x):  # of which some are mappings
        return column_of_arrow(x).in_r(policies)
    if isinstance(x, Mapping):
        return r_mapping(x, policies, convert, described)
    if is_history(x):
        as_frame = replace(policies, mapping="data.frame")
        return r_mapping(history_columns(x), as_frame, convert, described)
    fields = _fields(x)
    if fields is not None:
        return r_mapping(fields, policies, convert, described)
    if isinstance(x, list | tuple):
        column = column_of_list(x)
        return r_list(x, None, convert) if column is None else column.in_r(policies)
    if is_value(x):
        return _of_value(x, policies)
    if is_metric(x):
        return convert(x.result())
    holder = find_holder(x)
    if speaks_arrow(x) and (holder is None or holder.axis_names(x) is None):
        return column_of_arrow(x).in_r(policies)
    array = numpy_from(x)
    return _of_array(array, policies, labels_of(x))


def _of_value(x: Any, policies: ToR) -> New:
    """Return a vector of one element; what has no value is NA, of the type that is known."""
    column = column_of_list([x])
    if column is None:
        is_time = type(x).__name__ == "NaTType"
        column = Moments(np.array(["NaT"], "M8[ns]"), None) if is_time else Nulls(1)
    return column.in_r(policies)


def _of_array(x: Any, policies: ToR, labels: NamedAxes | None = None) -> New:
    """Return the R object of an array of any dtype."""
    x = np.asanyarray(x)
    if x.dtype.names is not None:
        return table_of_records(x).in_r(policies)
    if x.dtype.kind == "O" or is_text_of_hdf5(x.dtype):
        return _of_objects(x, policies, labels)
    return vector_from(x, policies, labels=labels)


def _of_objects(x: Array, policies: ToR, labels: NamedAxes | None) -> New:
    missing = None
    if isinstance(x, np.ma.MaskedArray):
        missing, x = np.ma.getmaskarray(x), np.asarray(x)
    if policies.na == "float":
        is_nan = np.frompyfunc(lambda entry: isinstance(entry, float) and entry != entry, 1, 1)
        is_na = np.asarray(is_nan(x), bool)
        missing = is_na if missing is None else missing | is_na
    column = column_of_objects(x, missing)
    if column is None:
        raise ConversionError(
            f"an array of objects holds {_first_object(x)!r}: text, numbers and dates can be "
            "converted, and a list of objects becomes an R list"
        )
    new = column.in_r(policies)
    return _with_labels(new, x.shape, labels)


def _first_object(x: Array) -> Any:
    return next(entry for entry in x.ravel(order="F") if kind_of_type(type(entry)) is None)


def _with_labels(new: New, shape: tuple[int, ...], labels: NamedAxes | None) -> New:
    if labels:
        own = label_attributes(shape, labels)
        new.has_dim = new.has_dim or "dimnames" in own
        new.attributes = {**(new.attributes or {}), **own}
    return new


def _with_names(new: New, names: list[str] | None) -> New:
    if names is not None:
        new.attributes = {**(new.attributes or {}), "names": vector_of_texts(names)}
    return new


def _fields(x: Any) -> dict[str, Any] | None:
    """Return the fields of a namedtuple or a dataclass by name, or None for anything else."""
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return dict(zip(x._fields, x, strict=True))
    # some arrays are dataclasses, such as those of Zarr
    if dataclasses.is_dataclass(x) and not isinstance(x, type) and find_holder(x) is None:
        return {field.name: getattr(x, field.name) for field in dataclasses.fields(x)}
    return None
