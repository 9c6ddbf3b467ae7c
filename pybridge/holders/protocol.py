"""The interface of what holds elements: read, write, update, and its axes.

A holder takes a resolved selection and knows no dialect; its name, its axes and what it serves are
declared. Whoever subscripts asks nothing else, so no other module knows a new kind of holder.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, NoReturn, TypeAlias

import numpy as np

from pybridge.axis import Axis, TextsOf
from pybridge.backends.numpy import NUMPY
from pybridge.backends.protocol import Backend, Tensor
from pybridge.backends.traits import Trait
from pybridge.errors import PybridgeError, UnsupportedTensorError
from pybridge.shape import Shape
from pybridge.subscripts.selections import Selection

if TYPE_CHECKING:
    from pybridge.dialects.base_assignment import Growth


class Value(NamedTuple):
    """What is assigned, opened once: `read_value` makes it, and the target casts it."""

    elements: Any
    """A tensor, or what NumPy reads: a number, a list, an array."""
    holder: Holder | None = None
    """What holds the elements of a tensor; None for what NumPy reads."""
    axes: tuple[Axis, ...] = ()
    """The axes with their names and labels; () for a value that has neither."""


class Holder(ABC):
    """What holds elements. Each method takes the object itself, of its library."""

    __slots__ = ()

    name: ClassVar[str]
    """The library's name, as its users know it."""
    list_axis: ClassVar[int | None] = None
    """The axis on which a single subscript selects in R's own dialect; None selects elements."""
    has_fixed_axes: ClassVar[bool] = False
    """Whether every axis stays, also one from which a single position is taken."""
    adding: ClassVar[str] = ""
    """What to write to add a column named "new", for a table; "" for what has no columns."""

    @abstractmethod
    def serves(self, x: object) -> bool:
        """Return whether `x` is an object of this library."""

    @abstractmethod
    def shape(self, x: Tensor) -> Shape:
        """Return the sizes of `x`; None where traced code does not know one."""

    @abstractmethod
    def dtype_name(self, x: Tensor) -> str:
        """Return the dtype under NumPy's name, such as "uint8" or "bfloat16"."""

    def traits(self, x: Tensor) -> tuple[Trait, ...]:
        """Return the traits of `x` that some verbs do not serve."""
        return ()

    def value_of(self, x: Tensor) -> Tensor:
        """Return the object whose elements `x` has, such as the tensor of a variable; or `x`."""
        return x

    def axes(self, x: Tensor) -> tuple[Axis, ...]:
        """Return the axes with their names and labels, or () if `x` has neither."""
        return ()

    def labels(self, x: Tensor) -> TextsOf | None:
        """Return a function that returns the labels of an axis as text, or None without labels."""
        return None

    def axis_names(self, x: Tensor) -> tuple[str, ...] | None:
        """Return a name for each axis, "" for none, or None if the library has no names."""
        return None

    def has_writing(self, x: Tensor) -> bool:
        """Return whether such objects are written in place, even if this one is read-only."""
        return False

    def is_compiling(self) -> bool:
        """Return whether a compiler of the library is tracing Python code now."""
        return False

    def operand(self, x: Tensor) -> Tensor:
        """Return `x` as an operand of an operation that reads all of it, or raise."""
        return x

    def as_array(self, x: Tensor) -> tuple[Backend, Tensor]:
        """Return all elements as an array of a library, with its backend; NumPy's by default."""
        return NUMPY, self.to_numpy(x)

    @abstractmethod
    def like(self, x: Tensor) -> tuple[Backend, Tensor]:
        """Return a backend and a tensor like which it converts, for an array like `x`."""

    def leaves_reshape_to_numpy(self, x: Tensor, ndim: int) -> bool:
        """Return whether numpy.reshape keeps the class of `x`, or reads all of it on purpose."""
        return False

    @abstractmethod
    def to_numpy(self, x: Tensor) -> np.ndarray[Any, Any]:
        """Return the values of `x`, computed if need be; raise `TracingError` if it has none."""

    @abstractmethod
    def read(self, x: Tensor, selection: Selection) -> Tensor:
        """Return the selected elements of `x`, with their names and labels."""

    @abstractmethod
    def fit(self, x: Tensor, value: Value) -> Any:
        """Return a value cast without loss to the dtype of `x`, in NumPy or in its library."""

    @abstractmethod
    def write(self, x: Tensor, selection: Selection, value: Value) -> Tensor:
        """Set the selected elements of `x`, and return what holds the elements of `x` then.

        `value` broadcasts into the selection; it is cast here, because columns have dtypes of their
        own. Raises and leaves everything as it was if `x` never changes or the value does not fit.
        """

    @abstractmethod
    def updated(
        self, x: Tensor, selection: Selection | None, value: Value, growth: Growth | None = None
    ) -> Tensor:
        """Return a new object with a value at the selected elements; `x` stays as it is."""

    @abstractmethod
    def transpose(self, x: Tensor, axes: tuple[int, ...]) -> Tensor:
        """Return `x` with its axes in the order `axes`."""


HolderOf: TypeAlias = Callable[[Any], Holder]
"""The function of the registry that finds a holder, which wrappers ask for what they hold."""


class not_served:
    """Declare a method of a holder that always raises: `write = not_served("advice")`.

    >>> class Sealed:
    ...     name = "sealed"
    ...     updated = not_served("open it first")
    >>> Sealed().updated(1)
    Traceback (most recent call last):
    pybridge.errors.UnsupportedTensorError: open it first
    """

    __isabstractmethod__ = False

    def __init__(self, advice: str, refusal: type[PybridgeError] = UnsupportedTensorError) -> None:
        """Store the sentence that says what to do, and the class of the error."""
        self.advice = advice
        self.refusal = refusal

    def __get__(self, holder: Any, kind: type) -> Callable[..., NoReturn]:
        """Return a method that raises for all arguments."""

        def refuse(*arguments: Any, **options: Any) -> NoReturn:
            raise self.refusal(self.advice)

        return refuse
