"""The interface of a backend: a few primitives with NumPy's contract, and no decisions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from pybridge.backends.traits import Trait
from pybridge.errors import TracingError
from pybridge.shape import Shape
from pybridge.subscripts.selections import Key

if TYPE_CHECKING:
    import numpy.typing as npt

Tensor: TypeAlias = Any
"""A tensor of some library; only its backend looks inside."""
Indices: TypeAlias = Any
"""A vector of zero-based indices: int64 in NumPy, or a tensor of the backend's own library."""


class Backend(ABC):
    """The primitives. Each takes and returns native tensors: same library, dtype, device, graph.

    The defaults suit most libraries; a backend overrides the others.

    A *traced* tensor has no values yet: it is part of a graph under construction, or lazy. Apart
    from these methods, tensors of a backend support Python's operators: `+ - * / // %` with tensors
    and with numbers on either side, comparisons, and `& | ~` on logicals. `bool(x)` of one element
    and `np.asarray(x)` work if the values are known.
    """

    __slots__ = ()

    name: ClassVar[str]
    """The library's name, as its users know it."""
    takes_numbers: ClassVar[bool] = False
    """Whether `assign_axes` and `set_key` accept a Python number as the value."""
    sums_unsigned: ClassVar[bool] = True
    """Whether the library sums unsigned integers of 64 bits, or of its widest dtype."""
    writes_in_place: ClassVar[bool] = False
    """Whether tensors of the library can be written in place, unless one is read-only."""
    _library: ClassVar[Any] = None
    """The module with most functions under NumPy's names, if there is one for all tensors."""
    _functions: ClassVar[dict[str, Any]] = {}
    """Functions with another name or behaviour in the library, by NumPy's name."""

    @abstractmethod
    def serves(self, x: object) -> bool:
        """Return whether `x` is a tensor of this library."""

    def shape(self, x: Tensor) -> Shape:
        """Return the sizes of `x`; None where traced code does not know one."""
        return tuple(x.shape)

    def size(self, x: Tensor, axis: int) -> Any:
        """Return the size of one axis: an int, or a traced scalar where it is unknown."""
        return x.shape[axis]

    def dtype_name(self, x: Tensor) -> str:
        """Return the dtype under NumPy's name, such as "uint8" or "bfloat16"."""
        return str(x.dtype.name)

    def is_writable(self, x: Tensor) -> bool:
        """Return whether `x` can be changed in place."""
        return False

    def is_traced(self, x: Tensor) -> bool:
        """Return whether the values of `x` are unknown now."""
        return False

    def is_compiling(self) -> bool:
        """Return whether a compiler of the library is tracing Python code now."""
        return False

    def is_open(self, number: Any) -> bool:
        """Return whether a number is a compiler's symbol, which may differ between calls."""
        return False

    def value_of(self, x: Tensor) -> Tensor:
        """Return the tensor of a variable, or `x` itself."""
        return x

    def traits(self, x: Tensor) -> tuple[Trait, ...]:
        """Return the traits of `x` that some verbs do not serve."""
        return ()

    @abstractmethod
    def to_numpy(self, x: Tensor) -> npt.NDArray[Any]:
        """Return the values of `x`, computed if need be; raise `TracingError` if it has none.

        A dtype that NumPy lacks becomes a wider one that holds it exactly.
        """

    def stored_values(self, x: Tensor) -> npt.NDArray[Any]:
        """Return all elements of `x` in NumPy, or those other than 0 and, if there is one, a 0.

        For checks of values and exact sums, without the zeros of a sparse array.
        """
        return self.to_numpy(x)

    def has_true(self, mask: Tensor) -> bool:
        """Return whether any logical of `mask`, whose values are known, is true."""
        return bool(self.to_numpy(self.function("any")(mask)))

    @abstractmethod
    def convert(self, value: Any, like: Tensor) -> Tensor:
        """Return an array or a tensor of this library in the dtype and on the device of `like`."""

    def basic(self, x: Tensor, key: Key) -> Tensor:
        """Return `x[key]` for ints, slices (of negative step too) and None; a view if any."""
        return x[key]

    @abstractmethod
    def take(self, x: Tensor, indices: Indices, axis: int) -> Tensor:
        """Return the slices `indices` along `axis`, in new memory."""

    @abstractmethod
    def take_points(self, x: Tensor, coordinates: tuple[Indices, ...]) -> Tensor:
        """Return one element for each entry of the coordinates, as a tensor of one axis."""

    def take_mask(self, x: Tensor, mask: npt.NDArray[np.bool_]) -> Tensor:
        """Return the elements where `mask` is true, row-major, as a tensor of one axis."""
        return self.take_points(x, tuple(np.nonzero(mask)))

    def copy(self, x: Tensor) -> Tensor:
        """Return `x` in new memory, if tensors of the library can share memory."""
        return x

    def reshape(self, x: Tensor, shape: tuple[int, ...]) -> Tensor:
        """Return the elements of `x`, read and filled row-major, in `shape`; one size may be -1."""
        return x.reshape(shape)

    def transpose(self, x: Tensor, axes: tuple[int, ...]) -> Tensor:
        """Return `x` with its axes in the order `axes`."""
        return x.transpose(axes)

    def in_columns(self, x: Tensor) -> Tensor:
        """Return the elements as a vector, column by column."""
        axes = range(len(self.shape(x)))
        return x if len(axes) == 1 else self.reshape(self.transpose(x, tuple(axes[::-1])), (-1,))

    def broadcast_to(self, x: Tensor, shape: tuple[int, ...]) -> Tensor:
        """Return `x` broadcast to `shape` by NumPy's rule."""
        return self.function("broadcast_to")(x, shape)

    def full(self, x: Tensor, value: Tensor, shape: tuple[int, ...]) -> Tensor:
        """Return a new tensor like `x`, filled with the element that `convert` returned."""
        return self.copy(self.broadcast_to(value, shape))

    def where(self, condition: Any, x: Any, y: Any) -> Tensor:
        """Return `x` where `condition` is true and `y` elsewhere, broadcast by NumPy's rule.

        `condition` is an array or a tensor of logicals; of `x` and `y` one may be a number.
        """
        return self.function("where")(condition, x, y)

    def isnan(self, x: Tensor) -> Tensor:
        """Return a mask of NaN in a tensor of reals."""
        return self.function("isnan")(x)

    def _comparable(self, x: Tensor) -> Tensor:
        """Return numbers that the library can compare, with the order of NumPy."""
        return x

    def argmax(self, x: Tensor, axis: int) -> Indices:
        """Return the index of the first maximum along an axis; `x` has no NaN."""
        return self.function("argmax")(self._comparable(x), axis)

    def argmin(self, x: Tensor, axis: int) -> Indices:
        """Return the index of the first minimum along an axis; `x` has no NaN."""
        return self.function("argmin")(self._comparable(x), axis)

    @abstractmethod
    def argsort(self, x: Tensor) -> Indices:
        """Return the indices that sort a vector stably, in its own library; it has no NaN."""

    @abstractmethod
    def as_indices(self, x: Tensor) -> Tensor:
        """Return integers in the signed dtype with which the library indexes.

        While a compiler traces, `x` may be a NumPy array whose values the compiler hides.
        """

    def cast(self, x: Tensor, name: str) -> Tensor:
        """Return numbers in the dtype `name`, or the widest of that kind in the library."""
        return x.astype(name)

    def function(self, name: str) -> Any:
        """Return the library's own function with NumPy's name, or None if it has none.

        The verbs ask for the elementwise functions `abs`, `sign`, `sqrt`, `exp`, `log` and its
        like, the trigonometric ones, `lgamma`, `digamma`, `floor`, `ceil`, `trunc`, `round`,
        `equal`; for the reductions `sum`, `prod`, `max`, `min`, `any`, `all`, which return a 0-d
        tensor; for `cumsum`, `cumprod`, `cummax`, `cummin` of a vector along the axis 0; for
        `concat` of tensors along an axis, and `matmul`. A verb without its function raises.
        `where`, `isnan`, `argmax`, `argmin` and `broadcast_to` are needed by their methods here.
        """
        return self._functions.get(name) or getattr(self._library, name, None)

    def positions_on(self, x: Tensor, axis: int) -> Indices:
        """Return all indices of an axis, whose size may be unknown."""
        return self.arange(0, self.size(x, axis), 1)

    @abstractmethod
    def arange(self, start: Any, stop: Any, step: Any) -> Tensor:
        """Return `start, start + step, ...` before `stop` as indices; traced scalars are allowed.

        Raises `TracingError` if the library must know their number.
        """

    @abstractmethod
    def nonzero(self, mask: Tensor) -> tuple[Tensor, ...]:
        """Return the coordinates where `mask` is true, row-major, one native vector per axis.

        Raises `TracingError` if the library must know their number while tracing.
        """

    @abstractmethod
    def assign_axes(self, x: Tensor, axes: tuple[Any, ...], value: Any) -> Tensor:
        """Set an orthogonal selection; return `x` itself if it is writable, else a new tensor.

        `axes` has one entry for each axis of `x`: a slice of a positive step (of any step where the
        size is unknown), or indices. `value` has as many axes as `x`, each of size 1 or as many as
        are selected; it may be a number if the backend accepts them. NumPy indices have no
        duplicates unless the size of `value` is 1; for traced indices the last duplicate wins.
        """

    def set_key(self, x: Tensor, key: Key, value: Any) -> Tensor | None:
        """Set `x[key]` as NumPy's brackets do, or return None if the library's cannot.

        The key may have one vector of indices, unique unless `value` is a number. `value`
        broadcasts to `x[key]`; it is an array, a tensor of this library, or a number.
        """
        return None

    @abstractmethod
    def assign_points(self, x: Tensor, coordinates: tuple[Indices, ...], value: Tensor) -> Tensor:
        """Set one element for each entry of the coordinates, as `assign_axes` does.

        `value` is a vector with one entry for each point, or with one for all. There is at least
        one point.
        """

    def assign_mask(self, x: Tensor, mask: npt.NDArray[np.bool_], value: Tensor) -> Tensor:
        """Set the elements where `mask` is true, row-major, as `assign_points` does."""
        return self.assign_points(x, tuple(np.nonzero(mask)), value)

    def store(self, x: Tensor, value: Tensor) -> None:
        """Set all of a variable at once; `value` has its shape and dtype."""
        raise AssertionError(f"a {self.name} tensor is not a variable")

    def part_of_variable(self, x: Tensor, key: Key) -> Tensor | None:
        """Return the part of a variable that can assign to it, or None if there is no such part."""
        return None


def static_shape(backend: Backend, x: Tensor) -> Shape:
    """Return the sizes of `x`; for an open size, the compiler recompiles for each value."""
    shape = backend.shape(x)
    if None not in shape:
        return shape
    sizes = zip(shape, x.shape, strict=True)
    return tuple([int(size) if backend.is_open(size) else known for known, size in sizes])


def with_numpy_dtype(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return `values` as float32 if their dtype is a narrow real that NumPy lacks."""
    is_foreign = values.dtype.kind == "V" and "float" in values.dtype.name
    return values.astype(np.float32) if is_foreign else values


def without_values(x: Tensor) -> TracingError:
    """Return the error for a request of the values of a symbol in traced code."""
    return TracingError(
        f"a {type(x).__name__} has no elements yet: it is a symbol in traced code. Ask for them "
        "after the traced function has returned"
    )
