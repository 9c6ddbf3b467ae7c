"""`which`, `which_max`, `which_min` and `order`: functions that return positions, from one.

A library's own functions count from zero, so `R(x)[np.argmax(x)]` is off by one. You can use the
positions that these functions return in `R(x)[...]` directly. `r/R/positions.R` has the same rules
for R's own arrays.
"""

from __future__ import annotations

import math
import operator
from typing import TYPE_CHECKING, Any, Final, overload

import numpy as np

from pybridge.annotations import Detachable, TensorT, Variable
from pybridge.backends.numpy import NUMPY
from pybridge.backends.protocol import Backend, Indices, Tensor
from pybridge.compiling import in_graph, runs_as_python
from pybridge.errors import ArgumentError, TracingError, UnsupportedTensorError, value_text
from pybridge.holders import holder_of, open_array
from pybridge.lossless import integer_bounds, kind_of
from pybridge.shape import Order, Shape, reversed_axes
from pybridge.subscripts import NA, NAType
from pybridge.subscripts.selections import WHOLE, Key

if TYPE_CHECKING:
    import numpy.typing as npt

_BACKWARD: Final = slice(None, None, -1)


@overload
def which(mask: Variable, *, order: Order = ...) -> Any: ...
@overload
def which(mask: np.ndarray[Any, Any], *, order: Order = ...) -> npt.NDArray[np.int64]: ...
@overload
def which(mask: Detachable[TensorT], *, order: Order = ...) -> TensorT: ...
@overload
def which(mask: TensorT, *, order: Order = ...) -> TensorT: ...
@runs_as_python
def which(mask: Tensor, *, order: Order = "F") -> Tensor:
    """Return the positions where `mask` is true, in integers of its own library.

    The positions in a vector are a vector. The positions in a tensor with more axes are a
    coordinate matrix, as R's `which(mask, arr.ind = TRUE)` returns it: one row for each element and
    one column for each axis, in column-major order as in R. `order="C"` returns the rows in
    row-major order, in which `R(x)[mask]` selects. A masked element is not true. The coordinate
    matrix of a tensor without axes has no columns.

    Raises `UnsupportedTensorError` if `mask` does not hold logicals, and `TracingError` if the
    library must know the number of positions while it traces. Source of the rule: R's help page
    of `which`.

    >>> x = np.array([[3, 1, 4], [1, 5, 9]])
    >>> which(x[1] > 2), which(x > 3).tolist()
    (array([2, 3]), [[2, 2], [1, 3], [2, 3]])
    """
    return which_as("which", mask, order)


def which_as(verb: str, mask: Tensor, order: Order) -> Tensor:
    """Return the positions where `mask` is true; errors speak of `verb`."""
    if order not in ("C", "F"):
        raise ArgumentError(f'`order` is "C" or "F", not {value_text(order)}')
    if holder_of(mask).is_compiling():
        return _which_in_graph(verb, mask, order)
    return _which(verb, mask, order)


def _which(verb: str, mask: Tensor, order: Order) -> Tensor:
    backend, x = open_array(mask, "search")
    name = backend.dtype_name(x)
    if name != "bool":
        raise UnsupportedTensorError(
            f"{verb}() takes logicals, and this tensor holds {name}; compare it first, as in "
            f"`{verb}(x > 0)`"
        )
    if isinstance(x, np.ma.MaskedArray):
        x = x.filled(False)
    ndim = len(backend.shape(x))
    if ndim == 0:
        return _columns(backend, [_true(backend, backend.reshape(x, (1,)), f"{verb}()")[0]], 0)
    if ndim == 1:
        return _true(backend, x, f"{verb}()")[0] + 1
    if order == "C":
        return _columns(backend, _true(backend, x, f"{verb}()"), ndim) + 1
    indices = _true(backend, backend.transpose(x, reversed_axes(ndim)), f"{verb}()")
    return _columns(backend, indices[::-1], ndim) + 1


@overload
def which_max(x: Variable, axis: int | None = ...) -> Any: ...
@overload
def which_max(x: np.ndarray[Any, Any], axis: None = ...) -> npt.NDArray[np.int64]: ...
@overload
def which_max(x: np.ndarray[Any, Any], axis: int) -> Any: ...
@overload
def which_max(x: Detachable[TensorT], axis: int | None = ...) -> TensorT: ...
@overload
def which_max(x: TensorT, axis: int | None = ...) -> TensorT: ...
@runs_as_python
def which_max(x: Tensor, axis: int | None = None) -> Tensor:
    """Return the position of the first maximum of `x`, ignoring NaN and `NA`.

    Without an axis the result selects that element in `R(x)[...]`. It is a vector of one position,
    or a coordinate matrix of one row if `x` has several axes. The first maximum is the first in
    column-major order, as in R. The result is empty if `x` is empty or all elements are missing.

    `axis` counts from one, or from the end if it is negative. With an axis the result has the other
    axes of `x`, and holds positions along that axis. It is 0, which is not a position, if all
    elements there are missing. In traced code a missing result is also 0 without an axis, because
    sizes cannot depend on values.

    Raises `UnsupportedTensorError` for complex numbers and strings, `ArgumentError` for an axis
    that `x` does not have. Source of the rule: R's help page of `which.max`.

    >>> x = np.array([[3, 9, 4], [9, 5, np.nan]])
    >>> which_max(x[0]), which_max(x)
    (array([2]), array([[2, 1]]))
    >>> which_max(x, 1), which_max(x, -1)
    (array([2, 1, 1]), array([2, 1]))
    """
    return extreme_as("which_max", x, axis, True)


@overload
def which_min(x: Variable, axis: int | None = ...) -> Any: ...
@overload
def which_min(x: np.ndarray[Any, Any], axis: None = ...) -> npt.NDArray[np.int64]: ...
@overload
def which_min(x: np.ndarray[Any, Any], axis: int) -> Any: ...
@overload
def which_min(x: Detachable[TensorT], axis: int | None = ...) -> TensorT: ...
@overload
def which_min(x: TensorT, axis: int | None = ...) -> TensorT: ...
@runs_as_python
def which_min(x: Tensor, axis: int | None = None) -> Tensor:
    """Return the position of the first minimum of `x`, as `which_max` does.

    >>> from pybridge import R
    >>> x = np.array([3, np.nan, 1, 1])
    >>> which_min(x), R(x)[which_min(x)]
    (array([3]), array([1.]))
    """
    return extreme_as("which_min", x, axis, False)


@overload
def order(x: Variable, *, decreasing: bool = ..., na_last: bool | NAType | None = ...) -> Any: ...
@overload
def order(
    x: np.ndarray[Any, Any], *, decreasing: bool = ..., na_last: bool | NAType | None = ...
) -> npt.NDArray[np.int64]: ...
@overload
def order(
    x: Detachable[TensorT], *, decreasing: bool = ..., na_last: bool | NAType | None = ...
) -> TensorT: ...
@overload
def order(
    x: TensorT, *, decreasing: bool = ..., na_last: bool | NAType | None = ...
) -> TensorT: ...
@runs_as_python
def order(x: Tensor, *, decreasing: bool = False, na_last: bool | NAType | None = True) -> Tensor:
    """Return the positions that sort `x` in ascending order.

    The sort is stable in both directions, as in R. Missing elements, NaN and `NA`, come last, or
    first with `na_last=False`. With `na_last=NA` they are dropped. The result is a vector for a
    vector, and a coordinate matrix for more axes, with ties in column-major order. dask sorts a
    vector in one chunk.

    Raises `UnsupportedTensorError` for complex numbers and for strings, whose order in R depends on
    the locale. Raises `TracingError` with `na_last=NA` if the library must know the number of
    positions while it traces. Source of the rule: R's help page of `order`.

    >>> from pybridge import R
    >>> x = np.array([3, np.nan, 1, 3])
    >>> order(x), order(x, decreasing=True), order(x, na_last=NA)
    (array([3, 1, 4, 2]), array([1, 4, 3, 2]), array([3, 1, 4]))
    >>> R(x)[order(x)]
    array([ 1.,  3.,  3., nan])
    """
    return order_as("order", x, decreasing, na_last)


def order_as(verb: str, x: Tensor, decreasing: bool, na_last: bool | NAType | None) -> Tensor:
    """Return the positions that sort `x`; errors speak of `verb`."""
    if not isinstance(decreasing, bool):
        raise ArgumentError(f"`decreasing` is True or False, not {decreasing!r}")
    if na_last is NA:
        na_last = None
    if not isinstance(na_last, bool | None):
        raise ArgumentError(f"`na_last` is True, False or NA, not {na_last!r}")
    if holder_of(x).is_compiling():
        return _order_in_graph(verb, x, decreasing, na_last, True)
    return _order(verb, x, decreasing, na_last)


def _order(
    verb: str, x: Tensor, decreasing: bool, na_last: bool | None, is_in_graph: bool = False
) -> Tensor:
    backend, x, missing = _comparable(verb, x, is_in_graph)
    shape = backend.shape(x)
    if 0 in shape:
        return _zeros(backend, x, _shape_of_rows(shape, 0))
    whole, x = x, backend.in_columns(x)
    if missing is None:
        indices = _sorted(backend, x, decreasing)
    else:
        missing = backend.in_columns(missing)
        indices = _sorted(backend, _filled(backend, x, missing, 0), decreasing)
        is_na = backend.take(missing, indices, 0)
        if na_last is not None:
            by = backend.argsort(is_na if na_last else ~is_na)
        else:
            by = _true(backend, ~is_na, f"{verb}() without the missing elements")[0]
        indices = backend.take(indices, by, 0)
    return _positions(backend, whole, indices)


def extreme_as(
    verb: str, x: Tensor, axis: int | None, is_greatest: bool, is_in_graph: bool = False
) -> Tensor:
    """Return the position of the first maximum or minimum of `x`; errors speak of `verb`."""
    if not is_in_graph and holder_of(x).is_compiling():
        return _extreme_in_graph(verb, x, axis, is_greatest, True)
    backend, x, missing = _comparable(verb, x, is_in_graph)
    shape = backend.shape(x)
    place = 0 if axis is None else _place(axis, len(shape))
    if 0 in shape:
        if axis is None:
            return _zeros(backend, x, _shape_of_rows(shape, 0))
        return _zeros(backend, x, shape[:place] + shape[place + 1 :])
    whole = x
    if axis is None:
        x = backend.in_columns(x)
        missing = None if missing is None else backend.in_columns(missing)
    search = backend.argmax if is_greatest else backend.argmin
    if missing is None:
        indices, has_none = search(x, place), None
    else:
        indices = search(_filled(backend, x, missing, -1 if is_greatest else 1), place)
        # If every known element equals the filling, take the first that is not missing.
        known = backend.argmax(~missing, place)
        indices = backend.where(indices < known, known, indices)
        at_first = backend.basic(missing, (WHOLE,) * place + (0,))
        has_none = at_first & (known < 1)
    if axis is not None:
        return indices + 1 if has_none is None else backend.where(has_none, 0, indices + 1)
    indices = backend.reshape(indices, (1,))
    if has_none is None:
        return _positions(backend, whole, indices)
    if not is_in_graph and not backend.is_traced(x):
        is_empty = bool(backend.to_numpy(has_none))
        return _positions(backend, whole, backend.basic(indices, (slice(0, 1 - is_empty),)))
    has_none = backend.reshape(has_none, (1,) if len(shape) == 1 else (1, 1))
    return backend.where(has_none, 0, _positions(backend, whole, indices))


_which_in_graph = in_graph(_which)
_extreme_in_graph = in_graph(extreme_as)
_order_in_graph = in_graph(_order)


def _comparable(verb: str, x: Tensor, is_in_graph: bool) -> tuple[Backend, Tensor, Tensor | None]:
    """Return the backend, the elements as numbers, and a mask of missing ones, or None.

    A call in a compiled graph also runs on known values, but must not depend on them.
    """
    backend, x = open_array(x, "search")
    missing = None
    if isinstance(x, np.ma.MaskedArray):
        missing = np.ma.getmaskarray(x)
        x = x.data
    name = backend.dtype_name(x)
    if backend is NUMPY and x.dtype.kind in "mM":
        is_na = np.isnat(x)
        missing = is_na if missing is None else missing | is_na
        x = np.asarray(x).astype(np.int64)  # a view would read other byte orders wrongly
    elif kind_of(name) == "f":
        is_na = backend.isnan(x)
        missing = is_na if missing is None else missing | is_na
    elif kind_of(name) not in ("b", "i", "u"):
        raise UnsupportedTensorError(
            f"{verb}() compares numbers, and this tensor holds {name}, which has no order that "
            "every language shares"
        )
    if missing is None or is_in_graph or backend.is_traced(x):
        return backend, x, missing
    return backend, x, missing if backend.has_true(missing) else None


def _filled(backend: Backend, x: Tensor, missing: Tensor, sign: int) -> Tensor:
    """Return `x` with missing elements replaced by 0, or by the least or greatest value."""
    name = backend.dtype_name(x)
    filling: Any = 0
    if name == "bool":
        filling = sign > 0
    elif sign and kind_of(name) in ("i", "u"):
        filling = integer_bounds(name)[0 if sign < 0 else 1]
    elif sign:
        filling = sign * math.inf
    return backend.where(missing, backend.convert(np.array(filling), x), x)


def _sorted(backend: Backend, x: Tensor, decreasing: bool) -> Indices:
    """Return the indices that sort a vector, stably."""
    if not decreasing:
        return backend.argsort(x)
    size = backend.size(x, 0)
    upward = backend.argsort(backend.basic(x, (_BACKWARD,)))
    return size - 1 - backend.basic(upward, (_BACKWARD,))


def _place(axis: Any, ndim: int) -> int:
    try:
        number = operator.index(axis)
    except TypeError:
        number = 0
    if isinstance(axis, bool) or not 1 <= abs(number) <= ndim:
        raise ArgumentError(
            f"`axis` is a number from 1 to {ndim}, or from -1 to -{ndim} counted from the end, not "
            f"{axis!r}"
            if ndim
            else f"`axis` is {axis!r}, and the tensor has no axis"
        )
    return number - 1 if number > 0 else number + ndim


def _true(backend: Backend, mask: Tensor, verb: str) -> tuple[Indices, ...]:
    """Return the coordinates where a mask is true, row-major."""
    try:
        return backend.nonzero(mask)
    except TracingError as error:
        raise TracingError(
            f"{verb} returns as many positions as the values require, and {backend.name} "
            "must know the number while tracing; call it outside, or use the library's "
            "`where(mask, x, other)`"
        ) from error


def _positions(backend: Backend, x: Tensor, indices: Indices) -> Tensor:
    """Convert indices of the vector `in_columns(x)` to positions of the tensor `x`."""
    ndim = len(backend.shape(x))
    if ndim == 1:
        return indices + 1
    columns: list[Indices] = []
    for axis in range(ndim - 1):
        size = backend.size(x, axis)
        columns.append(indices % size)
        indices = indices // size
    return _columns(backend, [*columns, indices], ndim) + (1 if ndim else 0)


def _columns(backend: Backend, vectors: Any, ndim: int) -> Tensor:
    """Combine vectors as the columns of a matrix; for `ndim` 0 it has rows only."""
    upright: Key = (WHOLE, None)
    if ndim == 0:
        return backend.basic(backend.basic(vectors[0], upright), (WHOLE, slice(0, 0)))
    matrix = backend.basic(vectors[0], upright)
    for k in range(1, ndim):
        column = backend.basic(vectors[k], upright)
        matrix = backend.where(np.arange(ndim) >= k, column, matrix)
    return matrix


def _zeros(backend: Backend, x: Tensor, shape: Shape) -> Tensor:
    """Return zeros in the dtype of indices; `x` is empty, so casting it is cheap."""
    sizes = tuple([0 if size is None else size for size in shape])
    if None in shape:
        raise TracingError(f"the positions in an empty tensor of shape {shape} need its sizes")
    zero = backend.convert(np.zeros((), np.int64), backend.as_indices(x))
    return backend.copy(backend.broadcast_to(zero, sizes))


def _shape_of_rows(shape: Shape, count: int) -> Shape:
    return (count,) if len(shape) == 1 else (count, len(shape))
