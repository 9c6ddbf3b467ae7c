"""One strided copy into column-major memory, in tiles that fit the processor's cache.

A row-major array copied into column-major memory walks one of the two across the grain: the
plain loop fetches a whole cache line for every element. In tiles, each line is used up while it
is still there, and the checks of a tile read what was just written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_TILE = 2**18
"""Elements of a tile: one to two megabytes of R's numbers, what a core's own cache holds."""

_SHORTEST = 64
"""A tile cut across the grain is at least this long, so that the inner loop is worth starting."""


def copy_tiles(
    target: Array,
    source: Array,
    *,
    mask: Array | None = None,
    finish: Callable[[Array, Array, Array | None], None] | None = None,
) -> None:
    """Copy `source` into the column-major `target`, with NumPy's unchecked conversion of dtype.

    After each tile, `finish(target_tile, source_tile, mask_tile)` may check or change it; it is
    never called on an empty tile.
    """
    if source.size == 0:
        return
    # Reversed, column-major memory is what NumPy's loops expect.
    target, source = target.T, source.T
    mask = None if mask is None else mask.T
    for tile in _tiles(source):
        np.copyto(target[tile], source[tile], casting="unsafe")
        if finish is not None:
            finish(target[tile], source[tile], None if mask is None else mask[tile])


def _tiles(source: Array) -> Iterator[tuple[Any, ...]]:
    """Yield subscripts that cover `source`, which is about to be copied in row-major order."""
    wide = [axis for axis, size in enumerate(source.shape) if size > 1]
    if source.size <= _TILE or not wide:
        # The ellipsis keeps an array of no axes an array.
        yield (...,)
        return
    fastest = min(wide, key=lambda axis: abs(source.strides[axis]))
    across = fastest != wide[-1] and source.shape[wide[-1]] > _SHORTEST
    axis = wide[-1] if across else wide[0]
    length = max(_TILE * source.shape[axis] // source.size, _SHORTEST if across else 1)
    before = (slice(None),) * axis
    for start in range(0, source.shape[axis], length):
        yield (*before, slice(start, start + length), ...)
