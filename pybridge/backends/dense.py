"""Assignment for libraries that cannot scatter: one `where` over the whole tensor.

A functional update copies the tensor anyway, so that looking at every element costs no more in kind.
Axes that are whole need no size, which is what Keras's symbolic tensors have none of.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from pybridge.backends.protocol import Backend, Indices, Tensor
from pybridge.errors import TracingError
from pybridge.selections import AxisSelection, Gather, OpenRun, Size, Whole, axis_indices


def assign_dense(
    backend: Backend,
    x: Tensor,
    axes: tuple[AxisSelection, ...],
    value: Tensor,
    traced_hits: Callable[[Indices, int], tuple[Any, Any]],
) -> Tensor:
    """Return `x` with `value` at an orthogonal selection, as `Backend.assign_axes` wants it.

    `traced_hits` gives for a traced vector of indices what `hits` gives for a known one.
    """
    masks: list[Any] = []
    sizes = backend.shape(value)
    for place, axis in enumerate(axes):
        if isinstance(axis, Whole):
            continue
        size = backend.shape(x)[place]
        if size is None:
            raise _unknown_size(axis, place)
        if isinstance(axis, Gather) and not isinstance(axis.indices, np.ndarray):
            hit, source = traced_hits(axis.indices, size)
        else:
            hit, source = hits(axis, size)
        if sizes[place] != 1:
            value = backend.take(value, source, place)
        key = (None,) * place + (slice(None),) + (None,) * (len(axes) - place - 1)
        masks.append(hit[key] if isinstance(hit, np.ndarray) else backend.basic(hit, key))
    mask = functools.reduce(lambda one, other: one & other, masks, np.ones((1,) * len(axes), bool))
    return backend.where(mask, value, x)


def hits(axis: AxisSelection, size: int) -> tuple[Any, Any]:
    """Return which positions of an axis are set, and from which entry of the value.

    >>> hit, source = hits(Gather(np.array([3, 0])), 4)
    >>> hit.tolist(), source.tolist()
    ([True, False, False, True], [1, 0, 0, 0])
    """
    indices = axis_indices(axis, size)
    hit = np.zeros(size, bool)
    source = np.zeros(size, np.int64)
    hit[indices] = True
    source[indices] = np.arange(len(indices))
    return hit, source


def _unknown_size(axis: AxisSelection, place: int) -> TracingError:
    what = "a range" if isinstance(axis, OpenRun) else "positions"
    return TracingError(
        f"axis {place + 1} has no known size, and this library assigns to {what} by comparing "
        "every position of the axis; select the whole axis, or assign where its size is known"
    )
