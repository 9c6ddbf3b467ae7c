"""Copy into column-major memory in tiles that fit the processor's cache.

A plain copy from row-major to column-major memory fetches a whole cache line for every element of
one of the two. In tiles, each line is used completely while it is cached, and the checks of a tile
read cached memory too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, TypeAlias

import numpy as np

Array = np.ndarray[Any, Any]

_TILE = 2**16
"""Elements of a tile: half a megabyte of doubles, about the size of a core's own cache."""

_SMALL = 2**10
"""Below this number of elements the memory order does not matter."""

_SHORTEST = 64
"""The minimal length of a tile along its inner loop."""

AfterTile: TypeAlias = Callable[[Array, Array, Array | None], None]
"""A function of a copy, its source and the mask."""


def copy_tiles(
    target: Array,
    source: Array,
    *,
    mask: Array | None = None,
    check: AfterTile | None = None,
    finish: AfterTile | None = None,
) -> None:
    """Copy `source` into the column-major `target`, with NumPy's unchecked conversion of dtype.

    After each tile, `finish(target_tile, source_tile, mask_tile)` may check or change it. With
    `check`, a tile is first cast to a buffer in the memory order of `source`, where comparing the
    two is fastest, and `check(buffer, source_tile, mask_tile)` may raise. Neither is called on an
    empty tile.
    """
    size = source.size
    if size < _SMALL:  # tiles would cost more than they save
        if size:
            _copy(target, source, mask, check, finish)
        return
    # Transposed, column-major memory suits NumPy's loops.
    target, source = target.T, source.T
    mask = None if mask is None else mask.T

    if size < 2 * _TILE:
        _copy(target, source, mask, check, finish)
        return
    for tile in _tiles(source):
        masked = None if mask is None else mask[tile]
        _copy(target[tile], source[tile], masked, check, finish)


def _copy(
    target: Array,
    part: Array,
    masked: Array | None,
    check: AfterTile | None,
    finish: AfterTile | None,
) -> None:
    if check is not None:
        source, part = part, part.astype(target.dtype, order="K", casting="unsafe")
        check(part, source, masked)
    np.copyto(target, part, casting="unsafe")
    if finish is not None:
        finish(target, part, masked)


def _tiles(source: Array) -> Iterator[tuple[Any, ...]]:
    """Yield keys of tiles that cover `source` for a copy in row-major order."""
    lengths = list(source.shape)
    wide = [axis for axis, size in enumerate(lengths) if size > 1]

    def shorten(axis: int, least: int) -> None:
        wanted = _TILE * lengths[axis] // math.prod(lengths)
        lengths[axis] = min(lengths[axis], max(wanted, least))

    fastest = min(wide, key=lambda axis: abs(source.strides[axis]))
    if fastest != wide[-1]:
        shorten(wide[-1], _SHORTEST)
    for axis in wide:
        shorten(axis, 1)
    cuts = [
        [slice(start, start + length) for start in range(0, size, length)]
        for size, length in zip(source.shape, lengths, strict=True)
    ]
    yield from product(*cuts)
