"""What a type checker knows of a tensor: the library of what goes in names that of what comes out.

A checker sees no library that is not installed, so that each is known here by what its tensors
offer. Where the type depends on values, as NumPy's scalars do, the answer is `Any`, as in NumPy.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np

from pybridge.subscripts import Subscripts

Position: TypeAlias = float | np.number[Any] | str | Subscripts
"""A subscript that may drop its axis: where all do, NumPy gives no array but a scalar."""


class HasShape(Protocol):
    """Any tensor; what has no shape, as a list, is refused."""

    @property
    def shape(self) -> Any:
        """Return the sizes."""


class Stored(HasShape, Protocol):
    """An array of Zarr or HDF5, from which comes an array of NumPy."""

    @property
    def attrs(self) -> Any:
        """Return what is written beside the elements."""

    def resize(self, sizes: Any, /) -> Any:
        """Give the store another shape."""


class Variable(HasShape, Protocol):
    """A variable of Keras or TensorFlow, from which comes the tensor that it holds."""

    def assign(self, value: Any, /) -> Any:
        """Hold another tensor."""


TensorT = TypeVar("TensorT", bound=HasShape)
TensorT_co = TypeVar("TensorT_co", bound=HasShape, covariant=True)
ShapeT = TypeVar("ShapeT", bound=tuple[Any, ...])
ScalarT = TypeVar("ScalarT", bound=np.generic)


class Detachable(HasShape, Protocol[TensorT_co]):
    """A tensor of PyTorch: from a parameter comes a plain tensor, and so from any subclass."""

    def detach(self) -> TensorT_co:
        """Return the same elements, without a history."""
