"""Python's protocols on `R(x)`, apart from brackets: those of the tensor itself, or an error.

Python falls back from one protocol to another: it iterates over an object without `__iter__` by
its brackets, from element 0 on. That would be wrong for brackets that count from one, so each
protocol is defined here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Generic, NoReturn, overload

import numpy as np

from pybridge.annotations import TensorT_co
from pybridge.backends.protocol import Tensor
from pybridge.errors import OperationError, PybridgeError, TracingError
from pybridge.holders import holder_of, open_tensor
from pybridge.holders.foreign import is_of_arrow
from pybridge.subscripts import Traced
from pybridge.subscripts.selections import Orthogonal
from pybridge.subsetting.arguments import without_tensors

_OPERAND = (
    "R(x) takes subscripts and is not an operand; compute with the tensor itself, `x + y`"
    ", or with what the brackets give, `R(x)[1] == y`. `recycled(operator.add)(x, y)` adds by R's "
    "rule"
)


def _is_one(element: Any) -> bool:
    try:
        return np.ndim(element) == 0
    except Exception:  # uneven rows, or any error of an object
        return False


def _without_mask(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return an array with NaN for what is masked, or raise where its dtype has none."""
    if not np.ma.is_masked(array):
        return np.ma.getdata(array)
    if array.dtype.kind != "f":
        raise OperationError(
            f"the tensor holds NA, and a NumPy array of dtype {array.dtype} has no missing "
            "value; fill it first"
        )
    return np.where(np.ma.getmaskarray(array), np.nan, np.ma.getdata(array))


class Protocols(Generic[TensorT_co]):
    """Python's protocols on the tensor that a subclass stores in `_tensor`.

    Iteration, length, membership, truth and conversion to NumPy are those of the tensor. Operators
    raise, because NumPy's rule and R's differ.
    """

    __slots__ = ()

    _tensor: Tensor

    def __len__(self) -> int:
        """Return the size of the first axis."""
        return self._first_size("len()")

    @overload
    def __iter__(self: Protocols[np.ndarray[Any, Any]]) -> Iterator[Any]: ...
    @overload
    def __iter__(self) -> Iterator[TensorT_co]: ...
    def __iter__(self) -> Iterator[Tensor]:
        """Yield the part at each position of the first axis, as the tensor itself does."""
        return map(self._part, range(self._first_size("iteration")))

    @overload
    def __reversed__(self: Protocols[np.ndarray[Any, Any]]) -> Iterator[Any]: ...
    @overload
    def __reversed__(self) -> Iterator[TensorT_co]: ...
    def __reversed__(self) -> Iterator[Tensor]:
        return map(self._part, reversed(range(self._first_size("reversed()"))))

    def _part(self, index: int) -> Tensor:
        holder = holder_of(self._tensor)
        return holder.read(self._tensor, Orthogonal(holder.shape(self._tensor), (index,)))

    def _first_size(self, asked: str) -> int:
        holder, x = open_tensor(self._tensor)
        shape = holder.shape(x)
        if not shape:
            raise OperationError(f"{asked} needs an axis, and this tensor of shape () has none")
        if shape[0] is None:
            raise TracingError(f"{asked} needs the size of axis 1, which is not known here")
        return shape[0]

    def __contains__(self, element: Any) -> bool:
        """Return whether any element equals `element`."""
        holder, x = open_tensor(self._tensor)
        if not _is_one(element):
            raise OperationError(
                "`in` looks for one element; `numpy.isin(y, x)` tests for each element of y "
                "whether it is in x"
            )
        backend, x = holder.as_array(x)
        values, element = backend.stored_values(x), without_tensors(element)
        if isinstance(element, Traced):
            raise OperationError(
                f"whether `{element}` is in the tensor is unknown while code is traced"
            )
        try:
            return bool(np.any(values == element))
        except OverflowError:  # an integer beyond the range of the dtype
            return False

    def __bool__(self) -> bool:
        """Return the truth of the only element."""
        holder, x = open_tensor(self._tensor)
        shape = holder.shape(x)
        if shape.count(1) != len(shape):
            raise OperationError(
                f"a tensor of shape {shape} is neither true nor false; ask about one element, or "
                "about them together, as numpy.any(x) and numpy.all(x) do"
            )
        # Some libraries have no truth value of an array with axes, and stores have other ones.
        backend, x = holder.as_array(x)
        one = backend.basic(x, (0,) * len(shape)) if shape else x
        try:
            return bool(one)
        except RuntimeError as error:  # PyTorch, without values
            raise OperationError(
                f"the truth of this {type(x).__name__} is unknown: {error}"
            ) from error

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """Return the tensor as a NumPy array."""
        x = self._tensor
        holder, tensor = open_tensor(x)
        options: dict[str, Any] = {} if copy is None else {"copy": copy}
        try:
            # one of SciPy's sparse arrays is an object without axes to NumPy
            has_own = hasattr(x, "__array__") and not is_of_arrow(type(x))
            array = x if has_own else _without_mask(holder.to_numpy(tensor))
            return np.asarray(array, dtype, **options)
        except PybridgeError:
            raise
        except Exception as error:  # each library raises its own
            raise OperationError(f"NumPy cannot read this {type(x).__name__}: {error}") from error

    def __bytes__(self) -> bytes:
        return bytes(self._tensor)

    if not TYPE_CHECKING:  # hidden from type checkers, which then report these uses

        def _refuse(self, *operands: object, **options: object) -> NoReturn:
            raise OperationError(_OPERAND)

        __hash__ = None
        __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
        __add__ = __sub__ = __mul__ = __matmul__ = __truediv__ = __floordiv__ = __mod__ = _refuse
        __pow__ = __divmod__ = __lshift__ = __rshift__ = __and__ = __or__ = __xor__ = _refuse
        __radd__ = __rsub__ = __rmul__ = __rmatmul__ = __rtruediv__ = __rfloordiv__ = _refuse
        __rmod__ = __rpow__ = __rdivmod__ = __rlshift__ = __rrshift__ = _refuse
        __rand__ = __ror__ = __rxor__ = __neg__ = __pos__ = __abs__ = __invert__ = _refuse
        __array_ufunc__ = _refuse

        def __delitem__(self, written: Any) -> NoReturn:
            raise OperationError(
                "a tensor cannot lose elements in place; keep the others in a new one, by a range, "
                "a vector or a mask"
            )

        def __getattr__(self, name: str) -> NoReturn:
            raise AttributeError(
                f"R(x) has no attribute {name!r}: it takes subscripts, and all else belongs to the "
                f"tensor itself, `x.{name}`",
                name=name,
                obj=self,
            )
