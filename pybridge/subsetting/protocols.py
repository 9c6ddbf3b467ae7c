"""What `R(x)` answers to Python beside the brackets: the tensor's own answer, or a refusal.

Python falls back from one protocol to the next: what has brackets and no `__iter__` is asked for
element 0, 1, 2, until there is none. Brackets that count from one make nonsense of that, so each
protocol has an answer of its own here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Generic, NoReturn, overload

import numpy as np

from pybridge.annotations import TensorT_co
from pybridge.backends import backend_of, open_tensor
from pybridge.backends.protocol import Backend, Tensor
from pybridge.errors import OperationError, TracingError
from pybridge.subscripts import Traced
from pybridge.subsetting.arguments import without_tensors

_OPERAND = (
    "R(x) is a tensor to put subscripts on, and no operand; compute with the tensor itself, `x + y`"
    ", or with what the brackets give, `R(x)[1] == y`. `recycled(operator.add)(x, y)` adds by R's "
    "rule"
)


def _is_one(element: Any) -> bool:
    try:
        return np.ndim(element) == 0
    except Exception:  # uneven rows, and whatever an object raises
        return False


class Protocols(Generic[TensorT_co]):
    """The protocols of Python on the tensor that a subclass holds in `_tensor`.

    Iteration, length, membership, truth and conversion to NumPy are the tensor's own: all of them
    count its first axis. Operators are refused, since NumPy's rule and R's differ there.
    """

    __slots__ = ()

    _tensor: Tensor

    def __len__(self) -> int:
        """Return the size of the first axis."""
        return self._first_axis("len()")[2]

    @overload
    def __iter__(self: Protocols[np.ndarray[Any, Any]]) -> Iterator[Any]: ...
    @overload
    def __iter__(self) -> Iterator[TensorT_co]: ...
    def __iter__(self) -> Iterator[Tensor]:
        """Yield what stands at each position of the first axis, as the tensor itself does."""
        backend, x, size = self._first_axis("iteration")
        return (backend.basic(x, (index,)) for index in range(size))

    @overload
    def __reversed__(self: Protocols[np.ndarray[Any, Any]]) -> Iterator[Any]: ...
    @overload
    def __reversed__(self) -> Iterator[TensorT_co]: ...
    def __reversed__(self) -> Iterator[Tensor]:
        backend, x, size = self._first_axis("reversed()")
        return (backend.basic(x, (index,)) for index in reversed(range(size)))

    def _first_axis(self, asked: str) -> tuple[Backend, Tensor, int]:
        backend, x = open_tensor(self._tensor)
        if (holder := backend_of(self._tensor)).names_another:
            backend, x = holder, self._tensor
        shape = backend.shape(x)
        if not shape:
            raise OperationError(f"{asked} needs an axis, and this tensor of shape () has none")
        if shape[0] is None:
            raise TracingError(f"{asked} needs the size of axis 1, which is not known here")
        return backend, x, shape[0]

    def __contains__(self, element: Any) -> bool:
        """Return whether one element equals `element`, at whatever place."""
        backend, x = open_tensor(self._tensor)
        if not _is_one(element):
            raise OperationError(
                "`in` looks for one element; `numpy.isin(y, x)` tells of each element of y whether "
                "it is in x"
            )
        values, element = backend.to_numpy(x), without_tensors(element)
        if isinstance(element, Traced):
            raise OperationError(f"nobody knows whether `{element}` is in it while code is traced")
        try:
            return bool(np.any(values == element))
        except OverflowError:  # an integer that is larger than every element can be
            return False

    def __bool__(self) -> bool:
        """Return the truth of the only element."""
        backend, x = open_tensor(self._tensor)
        shape = backend.shape(x)
        if shape.count(1) != len(shape):
            raise OperationError(
                f"a tensor of shape {shape} is neither true nor false; ask about one element, or "
                "about them together, as numpy.any(x) and numpy.all(x) do"
            )
        # some libraries know the truth of no array with axes, and of a store all say something else
        one = backend.basic(x, (0,) * len(shape)) if shape or backend.is_store else x
        try:
            return bool(one)
        except RuntimeError as error:  # of PyTorch, where there are no values
            raise OperationError(
                f"nobody knows whether this {type(x).__name__} is true: {error}"
            ) from error

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        """Return the tensor as NumPy's functions take it."""
        x = self._tensor
        open_tensor(x)
        given: dict[str, Any] = {} if copy is None else {"copy": copy}
        try:
            return np.asarray(x, dtype, **given)
        except Exception as error:  # each library has its own for what NumPy cannot have
            raise OperationError(f"NumPy cannot read this {type(x).__name__}: {error}") from error

    def __bytes__(self) -> bytes:
        return bytes(self._tensor)

    if not TYPE_CHECKING:  # so that a checker refuses too what is refused here

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
