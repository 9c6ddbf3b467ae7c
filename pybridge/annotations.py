"""Typing protocols: the type of the input determines the type of the output.

The libraries may not be installed, so protocols describe their tensors. If the type depends on
values, as for NumPy's scalars, it is `Any`, as in NumPy's own annotations.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np

from pybridge.subscripts import Subscripts

Position: TypeAlias = float | np.number[Any] | str | Subscripts
"""A subscript that may drop its axis; if all do, NumPy returns a scalar."""


class HasShape(Protocol):
    """Any tensor; a list, which has no shape, is an error."""

    @property
    def shape(self) -> Any:
        """Return the sizes."""


class Stored(HasShape, Protocol):
    """A Zarr or HDF5 array, which is read as a NumPy array."""

    @property
    def attrs(self) -> Any:
        """Return the metadata."""

    def resize(self, sizes: Any, /) -> Any:
        """Change the shape of the store."""


class Variable(HasShape, Protocol):
    """A Keras or TensorFlow variable, which is read as its tensor."""

    def assign(self, value: Any, /) -> Any:
        """Replace the tensor."""


TensorT = TypeVar("TensorT", bound=HasShape)
TensorT_co = TypeVar("TensorT_co", bound=HasShape, covariant=True)
ShapeT = TypeVar("ShapeT", bound=tuple[Any, ...])
ScalarT = TypeVar("ScalarT", bound=np.generic)


class Detachable(HasShape, Protocol[TensorT_co]):
    """A PyTorch tensor; a parameter or another subclass is read as a plain tensor."""

    def detach(self) -> TensorT_co:
        """Return the same elements without their gradient history."""
