"""R's own `[<-` on tensors: a vector may grow, and the value repeats by R's rule."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pybridge.backends import NUMPY
from pybridge.backends.protocol import Backend, Indices, Tensor
from pybridge.dialects.labels import AxisLabels
from pybridge.errors import AssignmentError
from pybridge.shape import Shape, known_shape
from pybridge.subsetting.lowering import read_as_r_does
from pybridge.subsetting.reading import filled, missing_value
from pybridge.subsetting.values import backend_of_value, fit_value, is_number
from pybridge.subsetting.writing import write

if TYPE_CHECKING:
    from pybridge.dialects.base_assignment import Assignment


def growth_in_place(length: int, shape: Shape) -> AssignmentError:
    """Return the error for a tensor that would have to grow in place."""
    return AssignmentError(
        f"R would make a new vector of length {length} of this tensor of shape {shape}, which "
        'cannot grow in place; `r_assign(x, ..., value=..., dialect="base")` returns it'
    )


def plan_as_r_does(
    backend: Backend,
    x: Tensor,
    written: tuple[Any, ...],
    value: Any,
    labels: AxisLabels | None = None,
) -> tuple[Assignment, Tensor]:
    """Return what R's `[<-` does, and the recycled value.

    NumPy's values are recycled directly; for other libraries, recycle the indices and gather once.
    """
    from pybridge.dialects import base, base_assignment

    shape = backend.shape(x)
    subscripts = read_as_r_does(backend, shape, written, labels, is_write=True)
    fitted = fit_value(backend, x, value)
    if is_number(fitted):
        fitted = np.array(fitted)
    serving = backend_of_value(backend, fitted)
    if serving is NUMPY:
        plan = base_assignment.plan_assignment(subscripts, shape, fitted)
        return plan, plan.value
    sizes = base.known_sizes(serving.shape(fitted))
    places = np.arange(math.prod(sizes)).reshape(sizes)
    plan = base_assignment.plan_assignment(subscripts, shape, places)
    if plan.value.ndim == 0:
        return plan, serving.reshape(fitted, ())
    if plan.selection is None or np.array_equal(plan.value, places):
        return plan, fitted
    taken = serving.take(serving.reshape(fitted, (-1,)), plan.value.ravel(), 0)
    return plan, serving.reshape(taken, plan.value.shape)


def assign_as_r_does(backend: Backend, x: Tensor, plan: Assignment, fitted: Tensor) -> Tensor:
    """Return the result of R's `[<-` on `x`, in new memory."""
    if plan.growth is None:
        updated = backend.copy(x)
    else:
        updated = grow(backend, x, plan.growth.length, plan.growth.gap)
    if plan.selection is None:
        return updated
    return write(backend, updated, plan.selection, fitted)


def grow(backend: Backend, x: Tensor, length: int, gap: Indices) -> Tensor:
    """Return a vector of `length` that begins with the elements of `x`, column by column.

    It holds `NA` at the indices `gap`; the other new elements are arbitrary, to be written next.
    Raises `MissingValueError` if there is a gap and the dtype has no missing value.
    """
    missing = None
    if len(gap):
        missing = missing_value(backend, x, f"position {int(gap[0]) + 1} would be NA")
    size = math.prod(known_shape(backend.shape(x)))
    columns = backend.in_columns(x)
    if size == 0:
        grown = filled(backend, columns, 0, (length,))
    else:
        indices = np.arange(length)
        indices[size:] = 0
        grown = backend.take(columns, indices, 0)
    if missing is None:
        return grown
    holes = np.zeros(length, bool)
    holes[list(gap)] = True
    return backend.where(holes, missing, grown)
