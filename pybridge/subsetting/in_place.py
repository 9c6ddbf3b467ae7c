"""Write into a tensor in place, or raise if it cannot be changed."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from pybridge.backends import backend_of, open_tensor
from pybridge.backends.protocol import Backend, Tensor
from pybridge.dialects.selections import Selection
from pybridge.errors import ImmutableTensorError
from pybridge.shape import Order
from pybridge.subsetting import compiled
from pybridge.subsetting.lowering import (
    Dialect,
    labelled_subscripts,
    lower,
    refuse_other_value,
)
from pybridge.subsetting.tables import assign_on_table
from pybridge.subsetting.writing import fit_broadcast, write
from pybridge.subsetting.writing_as_r import growth_in_place, plan_as_r_does

_NDARRAY: Final = np.ndarray


def assign_in_place(
    x: Tensor,
    written: tuple[Any, ...],
    value: Any,
    *,
    dialect: Dialect = "tensor",
    order: Order = "C",
) -> Tensor | None:
    """Write `value` into `x` itself, or raise and leave `x` as it was.

    Return None, or what holds the elements now if the owner of `x` has replaced it.
    """
    backend, tensor = open_tensor(x, "write")
    holder = backend if tensor is x else backend_of(x)
    if backend.is_compiling():
        refuse_immutable(holder, x)
        fitting = compiled.value_of(value)
        compiled.assign(x, fitting, dialect, order, True, *compiled.arguments_of(backend, written))
        return None

    def write_part(part: Tensor) -> None:
        assign_in_place(part, written, value, dialect=dialect, order=order)

    owned = holder.written_by_owner(x, write_part)
    if owned is not None:
        return owned

    selection: Selection | None
    written, labels = labelled_subscripts(
        holder, x, written, dialect, is_text=False, is_table=backend.is_table
    )
    if backend.is_table:
        assign_on_table(backend, x, written, value, dialect=dialect, order=order, labels=labels)
        return None
    if isinstance(dialect, str) and dialect == "base":
        plan, fitted = plan_as_r_does(backend, tensor, written, value, labels)
        selection = plan.selection
        refuse_other_value(holder, x, selection, value, recycles=True)
        refuse_immutable(holder, x)
        if plan.growth is not None:
            raise growth_in_place(plan.growth.length, backend.shape(tensor))
        if selection is None:
            return None
    else:
        shape = backend.shape(tensor)
        selection = lower(backend, shape, written, dialect=dialect, order=order, labels=labels)
        refuse_immutable(holder, x)
        refuse_other_value(holder, x, selection, value, recycles=False)
        fitted = fit_broadcast(backend, tensor, selection, value)
    if holder.names_another:
        refuse_immutable(backend, tensor)
        write(backend, tensor, selection, fitted)
    elif backend is holder:
        write(backend, x, selection, fitted)
    else:  # a variable that holds a tensor of another library
        holder.store(x, write(backend, backend.copy(tensor), selection, fitted))
    return None


def has_writing(x: Tensor) -> bool:
    """Return whether the library writes such tensors in place, even if this one is read-only.

    NumPy has writable arrays too; a `jax.Array` or a `tf.Tensor` never changes.
    """
    backend, tensor = open_tensor(x)
    holder = backend_of(x)
    if backend.writes_in_place:
        return True
    return backend.is_writable(tensor) if holder.names_another else holder.is_writable(x)


def refuse_immutable(backend: Backend, x: Tensor) -> None:
    """Raise if `x` cannot be written in place, with the cause and what to do."""
    if not backend.is_writable(x):
        cause = ""
        if getattr(x, "requires_grad", False):
            cause = (
                ": autograd forbids it for tensors that need gradients, except under "
                "torch.no_grad()"
            )
        elif isinstance(x, _NDARRAY):
            cause = _why_read_only(x)
        raise ImmutableTensorError(
            f"this {type(x).__name__} cannot be written in place{cause}; "
            "`r_assign(x, ..., value=...)` returns an updated one"
        )


def _why_read_only(x: Any) -> str:
    """Return why a NumPy array is read-only; a view of R's memory is so on purpose."""
    owner = x
    while isinstance(owner, _NDARRAY):
        owner = owner.base
    # reticulate keeps the object of R in a capsule, and from_r() in an object of its own.
    kind = type(owner).__name__
    if kind == "RMemory" or (kind == "PyCapsule" and '"r_object"' in repr(owner)):
        return (
            ": it is read-only, a view of memory of R, where a vector does not change; "
            "write to its `copy()`, or in R to what `to_python()` makes"
        )
    return ": it is read-only; write to its `copy()`"
