"""`array_reshape`: new sizes for a tensor, read and filled in row-major order.

r/R/reshape.R has the same rules for R's own arrays.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from pybridge.annotations import Detachable, ScalarT, TensorT, Variable
from pybridge.backends.protocol import Backend, Tensor, static_shape
from pybridge.compiling import in_graph, runs_as_python
from pybridge.errors import ArgumentError, value_text
from pybridge.holders import find_holder, holder_of, open_array
from pybridge.shape import Order, reversed_axes
from pybridge.shapes.sizes import UNKNOWN, new_sizes, read_sizes

if TYPE_CHECKING:
    import numpy.typing as npt


@overload
def array_reshape(x: Variable, dim: Any, order: Order = ...) -> Any: ...
@overload
def array_reshape(
    x: np.ndarray[Any, np.dtype[ScalarT]], dim: Any, order: Order = ...
) -> npt.NDArray[ScalarT]: ...
@overload
def array_reshape(x: Detachable[TensorT], dim: Any, order: Order = ...) -> TensorT: ...
@overload
def array_reshape(x: TensorT, dim: Any, order: Order = ...) -> TensorT: ...
@runs_as_python
def array_reshape(x: Tensor, dim: Any, order: Order = "C") -> Tensor:
    """Return the elements of `x` with the sizes `dim`, as a tensor of the same library.

    Elements are read and filled in row-major order, the last axis fastest, for any memory
    layout of `x`. `order="F"` reads and fills in column-major order, the first axis fastest, as
    R's `dim<-` does. One entry of `dim` may be `-1` or `NA`. It is computed from the others.

    For NumPy the result shares memory with `x` if one set of strides can describe it. Otherwise it
    is a copy. Library, device, dtype and graph stay. If a size of `x` is unknown in traced code,
    the library itself checks the product when the code runs.

    Raises `ReshapeError` if `dim` does not fit or is not a vector of sizes, and
    `UnsupportedTensorError` if `x` is not a tensor. Source of the rule: reticulate's
    `array_reshape`; in R's words, `aperm(array(aperm(x), rev(dim)))`.

    >>> import numpy as np
    >>> x = np.arange(1, 31).reshape(2, 3, 5)
    >>> array_reshape(x, (6, -1))[:2]
    array([[ 1,  2,  3,  4,  5],
           [ 6,  7,  8,  9, 10]])
    >>> array_reshape(x, (6, -1), order="F")[:2]
    array([[ 1,  2,  3,  4,  5],
           [16, 17, 18, 19, 20]])
    """
    if not isinstance(order, str) or order not in ("C", "F"):
        several = ""
        if isinstance(order, int):
            several = "; the sizes are one argument, as in `array_reshape(x, (4, 4))`"
        raise ArgumentError(f'`order` is "C" or "F", not {value_text(order)}{several}')
    backend, x = open_array(x, "reshape")
    if backend.is_compiling():
        return _reshape_in_graph(x, dim, order)
    return _reshaped(backend, x, new_sizes(backend.shape(x), dim), order)


def reshape_unless_numpy_does(x: Any, dim: Any, order: Order) -> Any:
    """Return `x` reshaped to `dim`, or NotImplemented if reticulate's own function must do it.

    That function is `numpy.reshape`, which the R package masks. It keeps the class of a
    `numpy.matrix` and of pandas' arrays, and reads stores and tables.
    """
    holder = find_holder(x)
    if holder is None or holder.leaves_reshape_to_numpy(x, len(dim)):
        return NotImplemented
    return array_reshape(x, dim, order)


@in_graph
def _reshape_in_graph(x: Tensor, dim: Any, order: Order) -> Tensor:
    """Reshape while a compiler may leave a size of `x` open, whose elements must fit."""
    backend, _ = holder_of(x).as_array(x)
    shape = backend.shape(x)
    if None in shape:
        sizes = read_sizes(dim)
        others = math.prod([size for size in sizes if size != UNKNOWN])
        has_one_open = sizes.count(UNKNOWN) == 1
        if not has_one_open or others == 0 or math.prod(x.shape) % others != 0:
            shape = static_shape(backend, x)
    return _reshaped(backend, x, new_sizes(shape, dim), order)


def _reshaped(backend: Backend, x: Tensor, sizes: tuple[int, ...], order: Order) -> Tensor:
    if order == "C":
        return backend.reshape(x, sizes)
    # column-major in both shapes is row-major once the axes of both are reversed
    reversed_x = backend.transpose(x, reversed_axes(len(backend.shape(x))))
    filled = backend.reshape(reversed_x, sizes[::-1])
    return backend.transpose(filled, reversed_axes(len(sizes)))
