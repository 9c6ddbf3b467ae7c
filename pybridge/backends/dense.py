"""Assignment for libraries that cannot scatter: one `where` over the whole tensor.

A functional update copies the tensor anyway, so that looking at every element costs no more in
kind. Axes that are whole need no size, and of a batch Keras's symbolic tensors know none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pybridge.backends.protocol import Backend, Tensor
from pybridge.dialects.selections import WHOLE, axis_indices


def assign_dense(
    backend: Backend,
    x: Tensor,
    axes: tuple[Any, ...],
    value: Tensor,
    traced_hits: Callable[[Tensor, Any, int], tuple[Any, Any]],
) -> Tensor:
    """Return `x` with `value` at an orthogonal selection, as `Backend.assign_axes` wants it.

    `traced_hits` gives what `hits` gives, for an axis of `x` whose size or indices are traced.
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
            hit, source = traced_hits(x, axis, place)
        else:
            hit, source = hits(axis, size)
        if sizes[place] != 1:
            value = backend.take(value, source, place)
        key = (None,) * place + (slice(None),) + (None,) * (len(axes) - place - 1)
        if isinstance(hit, np.ndarray):
            mask = mask & hit[key]
        else:
            traced.append(backend.basic(hit, key))
    for other in traced:
        value = backend.where(other, value, x)
    return backend.where(mask, value, x)


def hits(axis: Any, size: int) -> tuple[Any, Any]:
    """Return which positions of an axis are set, and from which entry of the value.

    >>> hit, source = hits(np.array([3, 0]), 4)
    >>> hit.tolist(), source.tolist()
    ([True, False, False, True], [1, 0, 0, 0])
    """
    indices = axis_indices(axis, size)
    hit = np.zeros(size, bool)
    source = np.zeros(size, np.int64)
    hit[indices] = True
    source[indices] = np.arange(len(indices))
    return hit, source
