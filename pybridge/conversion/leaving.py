"""Convert arrays, matrices, scalars, lists, dicts, tables and Keras results to new R objects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from pybridge.conversion.frames import (
    history_columns,
    is_history,
    is_metric,
    is_na,
    is_vector_of_scalars,
    na_vector,
    r_list,
    r_mapping,
)
from pybridge.conversion.labels import labels_of
from pybridge.conversion.numpy_to_r import Dimnames, vector_from
from pybridge.conversion.pandas_to_r import frame_to_r, is_frame
from pybridge.conversion.policies import ToR
from pybridge.conversion.rvalues import New
from pybridge.conversion.scipy_to_r import in_memory, is_sparse, matrix_to_r
from pybridge.conversion.tensors import numpy_from
from pybridge.errors import ArgumentError, ConversionError

_NUMBERS = frozenset({bool, int, float, complex})
_NESTING = (list, tuple, dict, set, frozenset, np.ndarray)
_DEEPEST = 200
_NESTED = "a list or dict that contains itself, or is nested too deep, has no counterpart in R"


def new_object(
    x: Any,
    policies: ToR,
    dimnames: Dimnames | None = None,
    look: Callable[[Any], Any] | None = None,
) -> New:
    """Return the description of `x` as an R object; `look` describes R objects in it."""
    if dimnames is None:
        try:
            return _new(x, policies, look)
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
        return is_vector_of_scalars(x)
    without = x is None or isinstance(x, Mapping | bytes | bytearray)
    return not (without or is_frame(x) or is_history(x) or is_metric(x))


def _new(x: Any, policies: ToR, look: Any) -> New:
    # Skip the slower tests below.
    if isinstance(x, np.ndarray):
        return vector_from(x, policies)
    if type(x) in _NUMBERS or isinstance(x, np.number | np.bool_):
        return vector_from(np.asarray(x), policies)
    if is_na(x):
        return na_vector(x)
    if x is None or hasattr(x, "__sexp__"):
        return x
    if isinstance(x, bytes | bytearray):
        return vector_from(np.frombuffer(x, "S1"), policies)

    def convert(element: Any) -> New:
        return _new(element, policies, look)

    x = in_memory(x)
    if is_sparse(x):
        # R has sparse matrices alone: any other array has the elements of a dense one
        return matrix_to_r(x, policies) if x.ndim == 2 else vector_from(x.toarray(), policies)
    if is_frame(x):
        return frame_to_r(x, policies, convert)
    if isinstance(x, Mapping):
        return r_mapping(x, policies, convert, look)
    if is_history(x):
        as_frame = replace(policies, mapping="data.frame")
        return r_mapping(history_columns(x), as_frame, convert, look)
    if isinstance(x, list | tuple) and not is_vector_of_scalars(x):
        return r_list(x, None, convert)
    if is_metric(x):
        return convert(x.result())
    return vector_from(numpy_from(x), policies, labels=labels_of(x))
