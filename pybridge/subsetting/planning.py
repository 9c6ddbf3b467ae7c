"""R's own `[<-` on arrays: a vector may grow, and the value repeats by R's rule."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from pybridge.axis import Axis
from pybridge.backends.protocol import Tensor
from pybridge.errors import AssignmentError
from pybridge.holders.fitting import is_number
from pybridge.holders.protocol import Holder, Value
from pybridge.shape import Shape

if TYPE_CHECKING:
    from pybridge.dialects.axes import Reader
    from pybridge.dialects.base_assignment import Assignment


def growth_in_place(length: int, shape: Shape) -> AssignmentError:
    """Return the error for a tensor that would have to grow in place."""
    return AssignmentError(
        f"R would make a new vector of length {length} of this tensor of shape {shape}, which "
        'cannot grow in place; `r_assign(x, ..., value=..., dialect="base")` returns it'
    )


def plan_as_r_does(
    holder: Holder,
    x: Tensor,
    shape: Shape,
    written: tuple[Any, ...],
    value: Value,
    read: Reader,
    axes: tuple[Axis, ...] | None = None,
) -> tuple[Assignment, Value]:
    """Return what R's `[<-` does, and the recycled value in the dtype of `x`.

    NumPy's values are recycled directly; for other libraries, recycle the indices and gather once.
    """
    from pybridge.dialects import base, base_assignment  # rarely needed, so imported late

    fitted = holder.fit(x, value)
    if is_number(fitted) or isinstance(fitted, np.generic):
        fitted = np.array(fitted)
    if isinstance(fitted, np.ndarray):
        plan = base_assignment.plan_assignment(written, shape, fitted, read, axes)
        return plan, Value(plan.value)
    backend, _ = holder.as_array(fitted)
    sizes = base.known_sizes(backend.shape(fitted))
    places = np.arange(math.prod(sizes)).reshape(sizes)
    plan = base_assignment.plan_assignment(written, shape, places, read, axes)
    if plan.value.ndim == 0:
        fitted = backend.reshape(fitted, ())
    elif plan.selection is not None and not np.array_equal(plan.value, places):
        taken = backend.take(backend.reshape(fitted, (-1,)), plan.value.ravel(), 0)
        fitted = backend.reshape(taken, plan.value.shape)
    return plan, Value(fitted, holder)
