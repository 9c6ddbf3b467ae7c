"""Reading and writing by R's subscripts: `R(x)[...]`, `r_slice` and `r_assign`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, overload

import numpy as np

from pybridge.annotations import (
    Detachable,
    Position,
    ScalarT,
    ShapeT,
    Stored,
    TensorT,
    TensorT_co,
    Variable,
)
from pybridge.backends.numpy import NUMPY
from pybridge.backends.protocol import Tensor
from pybridge.compiling import runs_as_python
from pybridge.dialects.tensor import lower as lower_tensor
from pybridge.holders import find_holder, open_tensor
from pybridge.holders.arrays import refuse_immutable
from pybridge.holders.reading import read
from pybridge.holders.writing import fit_broadcast, write
from pybridge.shape import Order, Shape
from pybridge.subscripts import AllBut, Subscripts
from pybridge.subsetting import request
from pybridge.subsetting.lowering import (
    Dialect,
    checked_shape,
    lower,
    read_subscripts,
    refuse_dialect,
    subscript_reader,
)
from pybridge.subsetting.protocols import Protocols
from pybridge.subsetting.values import read_value

if TYPE_CHECKING:
    import numpy.typing as npt

_NDARRAY: Final = np.ndarray
_TO_SUBSCRIPT: Final = subscript_reader(NUMPY.name)
_TENSOR: Final = "tensor"


class R(Protocols[TensorT_co]):
    """R's subscripts on a tensor: `R(x)[1:3, NA:5, ..., -1]`, to read and to write.

    Positions start at 1, and ranges include both ends. `NA`, or a missing bound, is an open end.
    `-1` is the last position. `...` stands for all axes without a subscript. Scalars drop their
    axis; ranges, vectors and masks never do. Several vectors select a grid, and axes never move.
    For `drop=False` or text see `r_slice`. `R(x, dialect="base")` follows R's own `[` and `[<-`
    instead, with all their traps.

    For NumPy, scalars, ranges and new axes return a view, and other subscripts return a copy.
    `R(x)` also iterates, has a length and converts to NumPy as `x` does; operators raise. Functions
    that count from zero, such as `random.choice` or `bisect`, need `x`, not `R(x)`. Raises a
    `SubscriptError` for a subscript that does not fit. Source of the rules: "Who is right" in the
    documentation; for ranges R Language Definition, 3.3.1 and 3.4.1.

    >>> import numpy as np
    >>> from pybridge import NA
    >>> x = np.arange(1, 31).reshape(2, 3, 5)
    >>> R(x)[2, 3, NA:2]
    array([26, 27])
    >>> R(x)[..., -1].shape, R(x)[1, 3:1].shape, R(x)[:, None].shape
    ((2, 3), (3, 5), (2, 1, 3, 5))
    >>> R(x)[1, 1, 5:4] = [0, -1]
    >>> R(x)[1, 1]
    array([ 1,  2,  3, -1,  0])
    >>> R(x, dialect="base")[-1, 1:2, 3]
    array([18, 23])
    """

    __slots__ = ("_dialect", "_tensor")

    @overload
    def __init__(self: R[Any], x: Variable, *, dialect: Dialect = ...) -> None: ...
    @overload
    def __init__(
        self: R[npt.NDArray[ScalarT]],
        x: np.ndarray[Any, np.dtype[ScalarT]],
        *,
        dialect: Dialect = ...,
    ) -> None: ...
    @overload
    def __init__(self: R[npt.NDArray[Any]], x: Stored, *, dialect: Dialect = ...) -> None: ...
    @overload
    def __init__(self: R[TensorT], x: Detachable[TensorT], *, dialect: Dialect = ...) -> None: ...
    @overload
    def __init__(self: R[TensorT], x: TensorT, *, dialect: Dialect = ...) -> None: ...
    def __init__(self, x: Tensor, *, dialect: Dialect = "tensor") -> None:
        """Store `x`; nothing is copied or checked yet."""
        self._tensor = x
        self._dialect = dialect
        if dialect is _TENSOR:
            return
        if not isinstance(dialect, str) or dialect not in (_TENSOR, "base"):
            refuse_dialect(dialect)

    def __repr__(self) -> str:
        if self._dialect == "base":
            return f'R({self._tensor!r}, dialect="base")'
        return f"R({self._tensor!r})"

    @overload
    def __getitem__(
        self: R[np.ndarray[Any, Any]], written: Position | tuple[Position, ...]
    ) -> Any: ...
    @overload
    def __getitem__(self, written: Any) -> TensorT_co: ...
    @runs_as_python
    def __getitem__(self, written: Any) -> Tensor:
        """Return the elements that the subscripts select."""
        x = self._tensor
        if type(written) is not tuple:
            written = tuple(written) if isinstance(written, tuple) else (written,)
        if type(x) is _NDARRAY:  # half the time for a small array
            if self._dialect == "tensor":
                return read(NUMPY, x, lower_tensor(written, x.shape, _TO_SUBSCRIPT))
            from pybridge.dialects.base import lower as lower_base  # rarely needed, so late

            return read(NUMPY, x, lower_base(written, x.shape, _TO_SUBSCRIPT))
        return request.read(x, written, dialect=self._dialect, is_text=False)

    @runs_as_python
    def __setitem__(self, written: Any, value: Any) -> None:
        """Write `value` into the elements that the subscripts select.

        `value` broadcasts by NumPy's rule. With `dialect="base"` it recycles by R's rule, and a
        write that would make a vector longer raises.
        """
        x = self._tensor
        if type(written) is not tuple:
            written = tuple(written) if isinstance(written, tuple) else (written,)
        if type(x) is _NDARRAY and self._dialect == "tensor":
            selection = lower_tensor(written, x.shape, _TO_SUBSCRIPT)
            if not x.flags.writeable:
                refuse_immutable(NUMPY, x)
            write(NUMPY, x, selection, fit_broadcast(NUMPY, x, selection, read_value(value)))
        else:
            request.assign_in_place(x, written, value, dialect=self._dialect)


@runs_as_python
def r_subscripts(*subscripts: Any) -> Subscripts:
    """Return subscripts as one value, to print, compare, store and use on many tensors.

    They are values as in `R(x)[...]`, or one string of R text, with or without R's brackets; see
    `parse_subscripts` for its grammar. `result_shape` returns the shape of their result. Raises
    `SubscriptSyntaxError` for text that is not valid, `SubscriptTypeError` for other values.

    >>> import numpy as np
    >>> from pybridge import NA
    >>> crop = r_subscripts("NA:2, .., -1")
    >>> crop == r_subscripts(slice(NA, 2), ..., -1), {crop: "crop"}[crop]
    (True, 'crop')
    >>> print(crop)
    NA:2, .., -1
    >>> result_shape((2, 3, 5), crop), R(np.zeros((4, 2, 3, 5)))[crop].shape
    ((2, 3), (2, 2, 3))
    """
    return read_subscripts(subscripts)


@runs_as_python
def all_but(*parts: Any) -> Any:
    """Return a subscript that selects all positions of an axis except these, in order.

    A part is a position, a range as a slice, a vector of positions, or a name if the axis has
    labels. Logicals have one entry for each position, and leave out the positions where they are
    true. Negative positions count from the end. A position may occur twice. The axis stays, and
    `all_but()` selects everything. In R's own brackets you would write `x[-c(2, 4)]`, which is an
    error here because a minus counts from the end. You can use and store the result like any
    subscript; in text and in R write `all_but(2, 4:NA)`. Parts that do not fit the axis raise the
    errors that they raise alone.

    >>> import numpy as np
    >>> x = np.array([10, 20, 30, 40, 50])
    >>> R(x)[all_but(2, 4)], R(x)[all_but(-1)], R(x)[all_but(slice(2, 4))]
    (array([10, 30, 50]), array([10, 20, 30, 40]), array([10, 50]))
    >>> R(x)[all_but(x > 30)], r_slice(x, "all_but(1:3)")
    (array([10, 20, 30]), array([40, 50]))
    """
    return AllBut(tuple([_own_part(part) for part in parts]))


def _own_part(part: Any) -> Any:
    """Return a part that the caller cannot change; a compiler traces this, so nothing is read."""
    if isinstance(part, list):
        return [*part]
    return part.copy() if type(part) is _NDARRAY else part


@overload
def r_slice(
    x: Variable, *subscripts: Any, drop: bool = ..., dialect: Dialect = ..., order: Order = ...
) -> Any: ...
@overload
def r_slice(
    x: np.ndarray[Any, Any] | Stored,
    first: Position,
    /,
    *subscripts: Position,
    drop: Literal[True] = ...,
    dialect: Dialect = ...,
    order: Order = ...,
) -> Any: ...
@overload
def r_slice(
    x: np.ndarray[Any, np.dtype[ScalarT]],
    *subscripts: Any,
    drop: bool = ...,
    dialect: Dialect = ...,
    order: Order = ...,
) -> npt.NDArray[ScalarT]: ...
@overload
def r_slice(
    x: Stored, *subscripts: Any, drop: bool = ..., dialect: Dialect = ..., order: Order = ...
) -> npt.NDArray[Any]: ...
@overload
def r_slice(
    x: Detachable[TensorT],
    *subscripts: Any,
    drop: bool = ...,
    dialect: Dialect = ...,
    order: Order = ...,
) -> TensorT: ...
@overload
def r_slice(
    x: TensorT, *subscripts: Any, drop: bool = ..., dialect: Dialect = ..., order: Order = ...
) -> TensorT: ...
@runs_as_python
def r_slice(
    x: Tensor,
    *subscripts: Any,
    drop: bool = True,
    dialect: Dialect = "tensor",
    order: Order = "C",
) -> Tensor:
    """Return the elements of `x` that the subscripts select, as a tensor of the same library.

    `subscripts` are values as in `R(x)[...]`, or one string of R text such as `"10:99, , NA:5"` or
    `"x[10:99, , NA:5]"`. With `drop=False` scalars keep their axis, with size 1. `dialect="base"`
    follows R's own `[` exactly, with all its traps. `order` is the order in which a logical array
    of the same shape selects in the tensor dialect: "C" row-major, "F" column-major as in R.

    >>> import numpy as np
    >>> from pybridge import NA
    >>> x = np.arange(1, 31).reshape(2, 3, 5)
    >>> r_slice(x, 2, [3, 1], slice(NA, 2))
    array([[26, 27],
           [16, 17]])
    >>> r_slice(x, "2, c(3, 1), NA:2")
    array([[26, 27],
           [16, 17]])

    Raises a `SubscriptError` for subscripts that do not fit, `MissingValueError` if R would return
    NA and the dtype has no NA, and `UnsupportedTensorError` if `x` is not a tensor.
    """
    return request.read(x, subscripts, drop=drop, dialect=dialect, order=order)


@runs_as_python
def result_shape(
    shape: Shape, *subscripts: Any, drop: bool = True, dialect: Dialect = "tensor"
) -> Shape:
    """Return the shape of the result of `r_slice` on a tensor of `shape`, without reading data.

    `shape` is as in `explain`: sizes, with None for an unknown size, or a tensor or a table.

    >>> result_shape((60000, 28, 28), slice(None), slice(8, -8), slice(8, -8))
    (60000, 14, 14)
    >>> result_shape((60000, 28, 28), ", 15:NA, 15:NA")
    (60000, 14, 14)
    """
    if find_holder(shape) is None:
        sizes = checked_shape(shape)
        return lower(None, sizes, subscripts, drop=drop, dialect=dialect).result_shape
    is_text = len(subscripts) == 1 and isinstance(subscripts[0], str)
    found = request.request_for(shape, open_tensor(shape), subscripts, is_text=is_text)
    drop = drop and not found.holder.has_fixed_axes
    return found.selection(dialect, "C", drop=drop).result_shape


@overload
def r_assign(
    x: Variable, *subscripts: Any, value: Any, dialect: Dialect = ..., order: Order = ...
) -> Any: ...
@overload
def r_assign(
    x: np.ndarray[ShapeT, np.dtype[ScalarT]],
    *subscripts: Any,
    value: Any,
    dialect: Literal["tensor"] = ...,
    order: Order = ...,
) -> np.ndarray[ShapeT, np.dtype[ScalarT]]: ...
@overload
def r_assign(
    x: np.ndarray[Any, np.dtype[ScalarT]],
    *subscripts: Any,
    value: Any,
    dialect: Dialect,
    order: Order = ...,
) -> npt.NDArray[ScalarT]: ...
@overload
def r_assign(
    x: Detachable[TensorT],
    *subscripts: Any,
    value: Any,
    dialect: Dialect = ...,
    order: Order = ...,
) -> TensorT: ...
@overload
def r_assign(
    x: TensorT, *subscripts: Any, value: Any, dialect: Dialect = ..., order: Order = ...
) -> TensorT: ...
@runs_as_python
def r_assign(
    x: Tensor,
    *subscripts: Any,
    value: Any,
    dialect: Dialect = "tensor",
    order: Order = "C",
) -> Tensor:
    """Return a copy of `x` with `value` at the selected elements; `x` itself never changes.

    In the tensor dialect `value` broadcasts into the selection by NumPy's rule. In the base dialect
    it recycles by R's rule, and a plain vector grows if R's vector would grow. An element that is
    selected more than once gets the last of its values. The dtype of `x` stays. A value that would
    lose information raises `LossyValueError`.

    >>> import numpy as np
    >>> x = np.zeros((2, 3), int)
    >>> r_assign(x, 2, [3, 1], value=[7, 8])
    array([[0, 0, 0],
           [8, 0, 7]])
    """
    return request.assign(x, subscripts, value, dialect=dialect, order=order)
