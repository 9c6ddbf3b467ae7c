"""One strided copy into column-major memory, in tiles that fit the processor's cache.

A row-major array copied into column-major memory walks one of the two across the grain: the
plain loop fetches a whole cache line for every element. In tiles, each line is used up while it
is still there, and the checks of a tile read what was just written. A second thread takes every
tile that the first has not yet begun, where there is a processor for it: what is copied is plain
memory, for which NumPy lets go of Python's lock.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from itertools import product
from typing import Any, TypeAlias

import numpy as np

Array = np.ndarray[Any, Any]

_TILE = 2**16
"""Elements of a tile: half a megabyte of R's numbers, what a core's own cache holds."""

_SMALL = 2**10
"""With fewer elements than these the memory order does not matter."""

_SHORTEST = 64
"""A tile cut across the grain is at least this long, so that the inner loop is worth starting."""

_SHARED = 2**21
"""From this many elements on, a second thread saves more than it costs to start."""


_Look: TypeAlias = Callable[[Array, Array, Array | None], None]
"""What looks at a copy, at what was copied and at its mask."""


def copy_tiles(
    target: Array,
    source: Array,
    *,
    mask: Array | None = None,
    check: _Look | None = None,
    finish: _Look | None = None,
) -> None:
    """Copy `source` into the column-major `target`, with NumPy's unchecked conversion of dtype.

    After each tile, `finish(target_tile, source_tile, mask_tile)` may check or change it. With
    `check`, a tile is cast to a buffer in the memory order of `source` first, where the two are
    compared the fastest, and `check(buffer, source_tile, mask_tile)` may refuse it. Neither is ever
    called on an empty tile, and both may run in two threads at a time.
    """
    size = source.size
    if size < _SMALL:  # what follows would cost more than it saves
        if size:
            _copy(target, source, mask, check, finish)
        return
    # Reversed, column-major memory is what NumPy's loops expect.
    target, source = target.T, source.T
    mask = None if mask is None else mask.T

    def copy(tile: tuple[Any, ...]) -> None:
        masked = None if mask is None else mask[tile]
        _copy(target[tile], source[tile], masked, check, finish)

    if size < 2 * _TILE:
        _copy(target, source, mask, check, finish)
    elif size < _SHARED:
        for tile in _tiles(source):
            copy(tile)
    else:
        share(copy, _tiles(source))


def _copy(
    target: Array, part: Array, masked: Array | None, check: _Look | None, finish: _Look | None
) -> None:
    if check is not None:
        given, part = part, part.astype(target.dtype, order="K", casting="unsafe")
        check(part, given, masked)
    np.copyto(target, part, casting="unsafe")
    if finish is not None:
        finish(target, part, masked)


def _processors() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1  # not every system tells what this process may use


def share(work: Callable[[Any], object], tasks: Iterator[Any]) -> None:
    """Do each task in this thread or in another, where there is a processor for it.

    The first failure ends both and is raised.
    """
    if _processors() < 2:
        for task in tasks:
            work(task)
        return
    failures: list[BaseException] = []
    lock = threading.Lock()

    def work_on() -> None:
        try:
            while not failures:
                with lock:
                    task = next(tasks, None)
                if task is None:
                    return
                work(task)
        except BaseException as error:
            failures.append(error)

    # What NumPy is to do about overflow belongs to the context, and before NumPy 2 to the thread.
    told = np.geterr()

    def work_elsewhere() -> None:
        with np.errstate(**told):
            work_on()

    other = threading.Thread(target=copy_context().run, args=(work_elsewhere,), daemon=True)
    other.start()
    try:
        work_on()
    finally:
        _wait_for(other, failures)
    if failures:
        raise failures[0]


def _wait_for(other: threading.Thread, failures: list[BaseException]) -> None:
    """Wait until a thread has ended, also through an interrupt, which makes it end soon."""
    while other.is_alive():
        try:
            other.join()
        except BaseException as error:
            failures.append(error)


def _tiles(source: Array) -> Iterator[tuple[Any, ...]]:
    """Yield subscripts that cover `source`, which is about to be copied in row-major order."""
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
