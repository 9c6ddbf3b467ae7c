"""What adds names, labels or an owner to an object of another library, which has the elements."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from pybridge.backends.protocol import Backend, Tensor
from pybridge.backends.traits import Trait
from pybridge.holders.protocol import Holder, HolderOf, Value
from pybridge.shape import Shape


class Wrapper(Holder):
    """A holder around another one, which answers what the wrapper does not change."""

    __slots__ = ("_holder_of",)

    def __init__(self, holder_of: HolderOf) -> None:
        """Serve what wraps any object for which `holder_of` finds a holder."""
        self._holder_of = holder_of

    @abstractmethod
    def value_of(self, x: Tensor) -> Tensor:
        """Return the object that has the elements."""

    def inner(self, x: Tensor) -> tuple[Holder, Tensor]:
        """Return what `x` wraps, with its holder."""
        value = self.value_of(x)
        return self._holder_of(value), value

    def shape(self, x: Tensor) -> Shape:
        holder, value = self.inner(x)
        return holder.shape(value)

    def dtype_name(self, x: Tensor) -> str:
        holder, value = self.inner(x)
        return holder.dtype_name(value)

    def traits(self, x: Tensor) -> tuple[Trait, ...]:
        holder, value = self.inner(x)
        return holder.traits(value)

    def has_writing(self, x: Tensor) -> bool:
        holder, value = self.inner(x)
        return holder.has_writing(value)

    def operand(self, x: Tensor) -> Tensor:
        holder, value = self.inner(x)
        holder.operand(value)
        return x

    def as_array(self, x: Tensor) -> tuple[Backend, Tensor]:
        holder, value = self.inner(x)
        return holder.as_array(value)

    def like(self, x: Tensor) -> tuple[Backend, Tensor]:
        holder, value = self.inner(x)
        return holder.like(value)

    def to_numpy(self, x: Tensor) -> np.ndarray[Any, Any]:
        holder, value = self.inner(x)
        return holder.to_numpy(value)

    def fit(self, x: Tensor, value: Value) -> Any:
        holder, own = self.inner(x)
        return holder.fit(own, value)

    def transpose(self, x: Tensor, axes: tuple[int, ...]) -> Tensor:
        holder, value = self.inner(x)
        return holder.transpose(value, axes)
