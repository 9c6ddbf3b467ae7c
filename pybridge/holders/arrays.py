"""Arrays and variables of the libraries: read and written by the primitives of their backend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np

from pybridge.backends.protocol import Backend, Tensor
from pybridge.backends.traits import Trait
from pybridge.errors import ImmutableTensorError
from pybridge.holders import writing
from pybridge.holders.fitting import fit_value
from pybridge.holders.growing import grown
from pybridge.holders.protocol import Holder, HolderOf, Value
from pybridge.holders.reading import read
from pybridge.shape import Shape
from pybridge.subscripts.selections import Orthogonal, Selection

if TYPE_CHECKING:
    import numpy.typing as npt

    from pybridge.dialects.base_assignment import Growth


class Arrays(Holder):
    """The arrays of one library, and variables that hold one of its own or of another library."""

    __slots__ = ("_holder_of", "backend", "name")

    backend: Backend
    """The primitives of the library."""

    def __init__(self, backend: Backend, holder_of: HolderOf) -> None:
        """Serve the arrays of a backend; `holder_of` finds the holder of what a variable holds."""
        self.backend = backend
        self.name = backend.name  # type: ignore[misc]
        self._holder_of = holder_of

    def serves(self, x: object) -> bool:
        return self.backend.serves(x)

    def shape(self, x: Tensor) -> Shape:
        return self.backend.shape(x)

    def dtype_name(self, x: Tensor) -> str:
        return self.backend.dtype_name(x)

    def traits(self, x: Tensor) -> tuple[Trait, ...]:
        return self.backend.traits(x)

    def value_of(self, x: Tensor) -> Tensor:
        return self.backend.value_of(x)

    def has_writing(self, x: Tensor) -> bool:
        return self.backend.writes_in_place or self.backend.is_writable(x)

    def is_compiling(self) -> bool:
        return self.backend.is_compiling()

    def as_array(self, x: Tensor) -> tuple[Backend, Tensor]:
        return self.backend, x

    def like(self, x: Tensor) -> tuple[Backend, Tensor]:
        return self.backend, x

    def leaves_reshape_to_numpy(self, x: Tensor, ndim: int) -> bool:
        return isinstance(x, np.matrix)

    def to_numpy(self, x: Tensor) -> npt.NDArray[Any]:
        return self.backend.to_numpy(x)

    def _inner(self, x: Tensor) -> tuple[Holder, Tensor]:
        """Return the tensor of a variable, or `x` itself, with its holder."""
        tensor = self.value_of(x)
        return (self if tensor is x else self._holder_of(tensor)), tensor

    def read(self, x: Tensor, selection: Selection) -> Tensor:
        holder, tensor = self._inner(x)
        if holder is not self:
            return holder.read(tensor, selection)
        if tensor is not x and _is_key(selection) and selection.key:
            has_its_axes = len(selection.shape) == len(self.shape(tensor))  # to R none is one
            part = self.backend.part_of_variable(x, selection.key) if has_its_axes else None
            if part is not None:
                return part
        return read(self.backend, tensor, selection)

    def fit(self, x: Tensor, value: Value) -> Any:
        return fit_value(self.backend, x, value)

    def write(self, x: Tensor, selection: Selection, value: Value) -> Tensor:
        refuse_immutable(self.backend, x)
        holder, tensor = self._inner(x)
        if holder is self:
            fitted = writing.fit_broadcast(self.backend, tensor, selection, value)
            writing.write(self.backend, x, selection, fitted)
        else:  # a variable that holds a tensor of another library
            self.backend.store(x, holder.updated(tensor, selection, value))
        return x

    def updated(
        self, x: Tensor, selection: Selection | None, value: Value, growth: Growth | None = None
    ) -> Tensor:
        holder, tensor = self._inner(x)
        if holder is not self:
            return holder.updated(tensor, selection, value, growth)
        backend = self.backend
        if growth is None:
            fitted = None
            if selection is not None:  # what does not fit is refused before anything is copied
                fitted = writing.fit_broadcast(backend, tensor, selection, value)
            copied = backend.copy(tensor)
        else:
            fitted = self.fit(tensor, value)
            copied = grown(backend, tensor, growth)
        return copied if selection is None else writing.write(backend, copied, selection, fitted)

    def transpose(self, x: Tensor, axes: tuple[int, ...]) -> Tensor:
        return self.backend.transpose(x, axes)


def _is_key(selection: Selection) -> TypeGuard[Orthogonal]:
    """Return whether the selection is a key of only scalars, ranges and new axes."""
    return isinstance(selection, Orthogonal) and selection.is_view and not selection.takes


def refuse_immutable(backend: Backend, x: Tensor) -> None:
    """Raise if `x` cannot be written in place, with the cause and what to do."""
    if not backend.is_writable(x):
        cause = ""
        if getattr(x, "requires_grad", False):
            cause = (
                ": autograd forbids it for tensors that need gradients, except under "
                "torch.no_grad()"
            )
        elif isinstance(x, np.ndarray):
            cause = _why_read_only(x)
        raise ImmutableTensorError(
            f"this {type(x).__name__} cannot be written in place{cause}; "
            "`r_assign(x, ..., value=...)` returns an updated one"
        )


def _why_read_only(x: Any) -> str:
    """Return why a NumPy array is read-only; a view of R's memory is so on purpose."""
    owner = x
    while isinstance(owner, np.ndarray):
        owner = owner.base
    # reticulate keeps the R object in a capsule, and from_r() in an object of its own.
    kind = type(owner).__name__
    if kind == "RMemory" or (kind == "PyCapsule" and '"r_object"' in repr(owner)):
        return (
            ": it is read-only, a view of R's memory, where a vector does not change; "
            "write to its `copy()`, or in R to what `to_python()` makes"
        )
    return ": it is read-only; write to its `copy()`"
