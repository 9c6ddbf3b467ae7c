"""What a backend must offer: a few primitives with NumPy's contract, and no decisions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from pybridge.backends.traits import Trait
from pybridge.dialects.labels import AxisLabels
from pybridge.dialects.selections import Key, Selection
from pybridge.errors import TracingError
from pybridge.shape import Shape

if TYPE_CHECKING:
    import numpy.typing as npt

Tensor: TypeAlias = Any
"""A tensor of some library; only its backend looks inside."""
Indices: TypeAlias = Any
"""A vector of zero-based indices: int64 in NumPy, or a tensor of the backend's own library."""


class Backend(ABC):
    """The primitives. Each takes and gives native tensors: same library, dtype, device, graph.

    What is written here is what most libraries share; a backend writes what its own does otherwise.

    A tensor that is *traced* has no values yet: it stands in a graph that is being built, or is
    computed lazily. Beyond these methods a backend's tensors do integer arithmetic and compare by
    Python's operators.
    """

    __slots__ = ()

    name: ClassVar[str]
    """The library's name, as its users know it."""
    takes_numbers: ClassVar[bool] = False
    """Whether `assign_axes` and `set_key` take one of Python's own numbers for a value."""
    names_another: ClassVar[bool] = False
    """Whether `value_of` gives the tensor itself, to which this library adds names."""
    sums_unsigned: ClassVar[bool] = True
    """Whether the library sums unsigned integers of 64 bits, or of the most that it has."""
    variables_take_keys: ClassVar[bool] = False
    """Whether a variable gives more than a tensor for a key: a part that assigns to it."""
    is_store: ClassVar[bool] = False
    """Whether the arrays lie in a store, and are never read whole but for what `load` gives."""
    _library: ClassVar[Any] = None
    """The module that has most functions under NumPy's names, where it is one for all tensors."""
    _functions: ClassVar[dict[str, Any]] = {}
    """What the library has under another name, or does otherwise."""

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
        """Return whether a compiler of the library is reading Python code now."""
        return False

    def is_open(self, number: Any) -> bool:
        """Return whether a compiler made a symbol of a number, which may differ between calls."""
        return False

    def value_of(self, x: Tensor) -> Tensor:
        """Return the tensor that a variable holds now, or that `x` gives names to; else `x`."""
        return x

    def traits(self, x: Tensor) -> tuple[Trait, ...]:
        """Return what sets `x` apart from other tensors of this library, where a verb may fail."""
        return ()

    @abstractmethod
    def to_numpy(self, x: Tensor) -> npt.NDArray[Any]:
        """Return the values of `x`, computed if need be; `TracingError` where it can have none.

        A dtype that NumPy lacks comes as a wider one that holds it exactly.
        """

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
        """Return `x` in new memory, where the library has memory to share."""
        return x

    def reshape(self, x: Tensor, shape: tuple[int, ...]) -> Tensor:
        """Return the elements of `x`, read and filled row-major, in `shape`."""
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

    def where(self, condition: Any, x: Any, y: Any) -> Tensor:
        """Return `x` where `condition` is true and `y` elsewhere, broadcast by NumPy's rule.

        `condition` is an array or a tensor of logicals; of `x` and `y` one may be a number.
        """
        return self.function("where")(condition, x, y)

    def isnan(self, x: Tensor) -> Tensor:
        """Return where a tensor of reals holds NaN."""
        return self.function("isnan")(x)

    def _comparable(self, x: Tensor) -> Tensor:
        """Return numbers that the library compares, and as NumPy does."""
        return x

    def argmax(self, x: Tensor, axis: int) -> Indices:
        """Return the index of the first greatest entry along an axis; `x` holds no NaN."""
        return self.function("argmax")(self._comparable(x), axis)

    def argmin(self, x: Tensor, axis: int) -> Indices:
        """Return the index of the first least entry along an axis; `x` holds no NaN."""
        return self.function("argmin")(self._comparable(x), axis)

    @abstractmethod
    def argsort(self, x: Tensor) -> Indices:
        """Return the indices of a vector in ascending order, equals in theirs; it holds no NaN."""

    @abstractmethod
    def as_indices(self, x: Tensor) -> Tensor:
        """Return a tensor of integers in the signed dtype that the library indexes by.

        While a compiler reads the code it may be a NumPy array, of which the compiler hides the
        values.
        """

    def cast(self, x: Tensor, name: str) -> Tensor:
        """Return a tensor of numbers in the dtype `name`, or the widest like it that there is."""
        return x.astype(name)

    def function(self, name: str) -> Any:
        """Return the library's own function of a name that NumPy has, or None where it has none.

        Beside NumPy's names there are `lgamma` and `digamma`, and `cummax` and
        `cummin`. `cumsum` and its like take a vector and the axis 0, `concat` tensors and an axis;
        what summarizes takes a tensor and gives one of no axis.
        """
        return self._functions.get(name) or getattr(self._library, name, None)

    @abstractmethod
    def arange(self, start: Any, stop: Any, step: Any) -> Tensor:
        """Return `start, start + step, ...` before `stop` as indices; traced scalars are allowed.

        Raises `TracingError` where the library must know how many there are.
        """

    @abstractmethod
    def nonzero(self, mask: Tensor) -> tuple[Tensor, ...]:
        """Return the coordinates where `mask` is true, row-major, one vector per axis.

        Raises `TracingError` where the library must know how many there are while it traces.
        """

    @abstractmethod
    def assign_axes(self, x: Tensor, axes: tuple[Any, ...], value: Any) -> Tensor:
        """Set an orthogonal selection; return `x` itself if it is writable, else a new tensor.

        `axes` has one entry for each axis of `x`: a slice of a positive step (of any step where the
        size is unknown), or indices. `value` has as many axes as `x`, each of size 1 or as many as
        are selected; it may be a number where the backend takes them. NumPy indices name no
        element twice where `value` has another size than 1; where indices are a traced tensor the
        last of equals wins.
        """

    def set_key(self, x: Tensor, key: Key, value: Any) -> Tensor | None:
        """Set `x[key]` as NumPy's brackets do, or return None where the library's cannot.

        The key may hold one vector of indices, none twice where `value` is not a number. `value`
        broadcasts to `x[key]`; it is an array, a tensor of this library, or a number.
        """
        return None

    @abstractmethod
    def assign_points(self, x: Tensor, coordinates: tuple[Indices, ...], value: Tensor) -> Tensor:
        """Set one element for each entry of the coordinates, as `assign_axes` does.

        `value` is a vector with one entry for each point, or with one for all.
        """

    def assign_mask(self, x: Tensor, mask: npt.NDArray[np.bool_], value: Tensor) -> Tensor:
        """Set the elements where `mask` is true, row-major, as `assign_points` does."""
        return self.assign_points(x, tuple(np.nonzero(mask)), value)

    def labels(self, x: Tensor) -> AxisLabels | None:
        """Return what gives the labels of an axis, or None where this library has no labels."""
        return None

    def axis_names(self, x: Tensor) -> tuple[str, ...] | None:
        """Return a name for each axis, "" where it has none, or None without such names."""
        return None

    def with_labels(self, x: Tensor, selection: Selection, values: Tensor) -> Tensor:
        """Return values, read of those of `x`, with its labels cut alike."""
        return values

    def with_values(self, x: Tensor, values: Tensor) -> Tensor:
        """Return updated values of `x` as what `x` is, where that holds more than values."""
        return values

    def refuse_subscripts(self, x: Tensor, written: tuple[Any, ...]) -> None:  # noqa: B027
        """Raise `SubscriptLabelError` for a subscript whose names or labels are not those of `x`.

        `written` is what stood between the brackets.
        """

    def refuse_value(self, x: Tensor, selection: Selection, value: Any) -> None:  # noqa: B027
        """Raise `AssignmentError` for a value whose named axes are not those it goes into."""

    def store(self, x: Tensor, value: Tensor) -> None:
        """Set all of a variable at once; `value` has its shape and dtype."""
        raise AssertionError(f"a {self.name} tensor is not a variable")

    def load(self, x: Tensor, selection: Selection) -> tuple[npt.NDArray[Any], Selection]:
        """Return what a selection needs of a store, and the selection that names the same in it."""
        raise AssertionError(f"a {self.name} tensor is not a store")


def static_shape(backend: Backend, x: Tensor) -> Shape:
    """Return the sizes of `x`; where a compiler left one open, it compiles anew for each size."""
    shape = backend.shape(x)
    if None not in shape:
        return shape
    sizes = zip(shape, x.shape, strict=True)
    return tuple([int(size) if backend.is_open(size) else known for known, size in sizes])


def with_numpy_dtype(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return `values` as float32 where their dtype is a narrow real that NumPy itself lacks."""
    is_foreign = values.dtype.kind == "V" and "float" in values.dtype.name
    return values.astype(np.float32) if is_foreign else values


def without_values(x: Tensor) -> TracingError:
    """Return the error for a symbol of traced code whose values somebody asked for."""
    return TracingError(
        f"a {type(x).__name__} has no elements yet: it is a symbol in traced code. Ask for them "
        "after the traced function has returned"
    )
