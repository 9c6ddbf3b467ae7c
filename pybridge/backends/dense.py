"""Assignment for libraries that cannot scatter: one `where` over the whole tensor.

A functional update copies the tensor anyway, so visiting every element is of the same order. Whole
axes need no size, such as the batch axis of Keras's symbolic tensors, whose size is unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pybridge.backends.keys import axis_indices
from pybridge.backends.protocol import Backend, Tensor
from pybridge.subscripts.selections import WHOLE


def assign_dense(
    backend: Backend,
    x: Tensor,
    axes: tuple[Any, ...],
    value: Tensor,
    find_traced: Callable[[Tensor, Any, int], tuple[Any, Any]],
) -> Tensor:
    """Return `x` with `value` at an orthogonal selection; see `Backend.assign_axes`.

    `find_traced` gives what `find_written` gives, for an axis of `x` of traced size or indices.
    """
    mask = np.ones((1,) * len(axes), bool)
    traced: list[Any] = []
    sizes = backend.shape(value)
    for place, axis in enumerate(axes):
        if isinstance(axis, slice) and axis == WHOLE:
            continue
        size = backend.shape(x)[place]
        is_traced = not isinstance(axis, slice | np.ndarray)
        if size is None or is_traced:
            is_written, source = find_traced(x, axis, place)
        else:
            is_written, source = find_written(axis, size)
        if sizes[place] != 1:
            value = backend.take(value, source, place)
        key = (None,) * place + (slice(None),) + (None,) * (len(axes) - place - 1)
        if isinstance(is_written, np.ndarray):
            mask = mask & is_written[key]
        else:
            traced.append(backend.basic(is_written, key))
    for other in traced:
        value = backend.where(other, value, x)
    return backend.where(mask, value, x)


def find_written(axis: Any, size: int) -> tuple[Any, Any]:
    """Return which positions of an axis are set, and from which entry of the value.

    >>> is_written, source = find_written(np.array([3, 0]), 4)
    >>> is_written.tolist(), source.tolist()
    ([True, False, False, True], [1, 0, 0, 0])
    """
    indices = axis_indices(axis, size)
    is_written = np.zeros(size, bool)
    source = np.zeros(size, np.int64)
    is_written[indices] = True
    source[indices] = np.arange(len(indices))
    return is_written, source
