"""Keys as a library needs them: without negative steps, or with every axis in its place."""

from __future__ import annotations

from typing import Any

import numpy as np

from pybridge.shape import Shape
from pybridge.subscripts.selections import Key, is_index


def upward_key(
    key: tuple[Any, ...], sizes: Shape
) -> tuple[tuple[int, ...], tuple[Any, ...], tuple[int, ...]]:
    """Return a key without negative steps, the axes to flip before it and those to flip after it.

    For libraries whose slices only run upward. An axis of unknown size is flipped before, where
    index i is ~i; any other is flipped after, when it is shorter.

    >>> upward_key((1, slice(4, None, -2), slice(None, None, -1)), (3, 5, None))
    ((2,), (1, slice(0, 6, 2), slice(None, None, 1)), (0,))
    """
    upward: list[Any] = []
    before: list[int] = []
    after: list[int] = []
    axis = result_axis = 0
    for part in key:
        if isinstance(part, slice) and part.step is not None and part.step < 0:
            size = sizes[axis]
            if size is None:
                before.append(axis)
                first, last = (None if end is None else ~end for end in (part.start, part.stop))
                part = slice(first, last, -part.step)
            else:
                run = range(*part.indices(size))[::-1]
                part = slice(run.start, run.stop, run.step)
                after.append(result_axis)
        upward.append(part)
        axis += part is not None
        result_axis += not is_index(part)
    return tuple(before), tuple(upward), tuple(after)


def assignment_key(axes: tuple[Any, ...], sizes: tuple[int, ...]) -> Key:
    """Return a NumPy key of slices and vectors that keeps every axis in its place.

    NumPy moves axes to the front if a slice separates two vectors, so all axes between two vectors
    become vectors too. The indices may be tensors of another library.

    >>> axes = (np.array([2, 0]), slice(None), np.array([4, 1, 3]), slice(None))
    >>> [getattr(part, "shape", part) for part in assignment_key(axes, (3, 2, 5, 7))]
    [(2, 1, 1), (2, 1), (3,), slice(None, None, None)]
    """
    places = [k for k, axis in enumerate(axes) if type(axis) is not slice]
    if len(places) < 2:
        return axes
    first, final = places[0], places[-1]
    key = list(axes)
    for k in range(first, final):
        indices = axis_indices(axes[k], sizes[k])
        key[k] = indices.reshape((-1,) + (1,) * (final - k))
    return tuple(key)


def axis_indices(axis: Any, size: int) -> Any:
    """Return all the indices that a slice or a vector selects on an axis of known size."""
    return np.arange(*axis.indices(size)) if isinstance(axis, slice) else axis
