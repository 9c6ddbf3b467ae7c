"""Make a vector longer, as R's assignment beyond its end does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from pybridge.backends.protocol import Backend, Tensor
from pybridge.holders.reading import filled, missing_value
from pybridge.shape import known_shape

if TYPE_CHECKING:
    from pybridge.dialects.base_assignment import Growth


def grown(backend: Backend, x: Tensor, growth: Growth) -> Tensor:
    """Return a vector of a new length that begins with the elements of `x`, column by column.

    It holds `NA` at the indices of the gap; the other new elements are arbitrary, to be written
    next. Raises `MissingValueError` if there is a gap and the dtype has no missing value.
    """
    length, gap = growth.length, growth.gap
    missing = None
    if len(gap):
        missing = missing_value(backend, x, f"position {int(gap[0]) + 1} would be NA")
    size = math.prod(known_shape(backend.shape(x)))
    columns = backend.in_columns(x)
    if size == 0:
        longer = filled(backend, columns, 0, (length,))
    else:
        indices = np.arange(length)
        indices[size:] = 0
        longer = backend.take(columns, indices, 0)
    if missing is None:
        return longer
    is_na = np.zeros(length, bool)
    is_na[list(gap)] = True
    return backend.where(is_na, missing, longer)
