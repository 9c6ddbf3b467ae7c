"""What a verb should give, by loops over an array of Python's objects."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from product.kind import Kind, objects

NEVER: Any = object()
"""What a verb should give of elements that it does not take: an error of ours."""


def columns(v: np.ndarray) -> np.ndarray:
    """Return the elements column by column."""
    return v.T.reshape(-1)


def changed(v: np.ndarray, *cells: tuple[Any, Any]) -> np.ndarray:
    """Return the elements with some cells replaced."""
    v = v.copy()
    for key, element in cells:
        v[key] = element
    return v


def vector_order(entries: list[Any], decreasing: bool) -> list[int]:
    known = [k for k, entry in enumerate(entries) if entry is not None]
    known.sort(key=lambda k: entries[k], reverse=decreasing)
    if decreasing:  # equals keep their order
        known.sort(key=lambda k: -entries[k] if not isinstance(entries[k], str) else 0)
    return known + [k for k, entry in enumerate(entries) if entry is None]


def comparable(v: np.ndarray) -> bool:
    return all(entry is None or isinstance(entry, bool | int | float) for entry in v.ravel())


def is_empty(v: np.ndarray) -> bool:
    """Return whether no element is known, as in an array that has a shape alone."""
    return all(entry is None for entry in v.ravel())


def order_of(v: np.ndarray, decreasing: bool) -> Any:
    if not comparable(v):
        return NEVER
    if is_empty(v):
        return objects([[None, None]] * 6)
    rows, _ = v.shape
    places = vector_order(columns(v).tolist(), decreasing)
    return objects([[k % rows + 1, k // rows + 1] for k in places])


def extreme_of(v: np.ndarray, is_greatest: bool) -> Any:
    if not comparable(v):
        return NEVER
    if is_empty(v):
        return objects([[None, None]])
    entries = [entry for entry in columns(v).tolist() if entry is not None]
    wanted = max(entries) if is_greatest else min(entries)
    k = columns(v).tolist().index(wanted)
    return objects([[k % 2 + 1, k // 2 + 1]])


def extremes_of(v: np.ndarray) -> Any:
    if not comparable(v):
        return NEVER
    if is_empty(v):
        return objects([None, None])
    found = []
    for row in v.tolist():
        known = [entry for entry in row if entry is not None]
        found.append(row.index(max(known)) + 1)
    return objects(found)


def trues_of(v: np.ndarray) -> Any:
    if not all(entry is None or isinstance(entry, bool) for entry in v.ravel()):
        return NEVER
    return objects([[i + 1, j + 1] for j in range(3) for i in range(2) if v[i, j] is True])


def numeric(v: np.ndarray, *, allow_complex: bool = True) -> bool:
    allowed = (bool, int, float, complex) if allow_complex else (bool, int, float)
    return all(entry is None or isinstance(entry, allowed) for entry in v.ravel())


def reduced(act: Callable[[list[Any]], Any], *, allow_complex: bool = False) -> Any:
    def expect(v: np.ndarray, kind: Kind) -> Any:
        if is_time(kind) or not numeric(v, allow_complex=allow_complex):
            return NEVER
        entries = columns(v).tolist()
        return objects(None if None in entries else act(entries))

    return expect


def reduced_without(act: Callable[[list[Any]], Any], *, allow_complex: bool = False) -> Any:
    def expect(v: np.ndarray, kind: Kind) -> Any:
        if is_time(kind) or not numeric(v, allow_complex=allow_complex):
            return NEVER
        if is_empty(v):
            return objects(None)
        return objects(act([entry for entry in columns(v).tolist() if entry is not None]))

    return expect


def each(act: Callable[[Any], Any], *, allow_complex: bool = False) -> Any:
    def expect(v: np.ndarray, kind: Kind) -> Any:
        if is_time(kind) or not numeric(v, allow_complex=allow_complex):
            return NEVER
        result = np.empty(v.shape, object)
        for place in np.ndindex(*v.shape):
            result[place] = None if v[place] is None else act(v[place])
        return result

    return expect


def is_time(kind: Kind) -> bool:
    return isinstance(kind.value, np.datetime64 | np.timedelta64)


def running(v: np.ndarray, kind: Kind) -> Any:
    if is_time(kind) or not numeric(v):
        return NEVER
    total, found = 0, []
    for entry in columns(v).tolist():
        total = None if total is None or entry is None else total + entry
        found.append(total)
    return objects(found)


def any_of(v: np.ndarray, kind: Kind) -> Any:
    if is_time(kind) or not all(isinstance(entry, int | None) for entry in v.ravel()):
        return NEVER
    entries = columns(v).tolist()
    return objects(True if any(entries) else (None if None in entries else False))


def in_order(v: np.ndarray, kind: Kind) -> Any:
    if not comparable(v):
        return NEVER
    if is_empty(v):
        return objects([None] * v.size)
    return objects(sorted(entry for entry in columns(v).tolist() if entry is not None))


def span(v: np.ndarray, kind: Kind) -> Any:
    if is_time(kind) or not numeric(v, allow_complex=False):
        return NEVER
    entries = columns(v).tolist()
    return objects([None, None] if None in entries else [min(entries), max(entries)])


def running_greatest(v: np.ndarray, kind: Kind) -> Any:
    if is_time(kind) or not numeric(v, allow_complex=False):
        return NEVER
    greatest, found = -math.inf, []
    for entry in columns(v).tolist():
        greatest = None if greatest is None or entry is None else max(greatest, entry)
        found.append(greatest)
    return objects(found)


def in_r(v: np.ndarray, kind: Kind) -> Any:
    """Return the elements as R holds them; a time is counted in days or seconds."""
    if kind.is_text:
        return objects_from(v, [entry.decode() for entry in v.ravel()])
    if is_empty(v) or any(isinstance(entry, tuple | bytes) for entry in v.ravel()):
        return NEVER
    unit = np.datetime_data(kind.value)[0] if is_time(kind) else ""
    scale = {"h": 3600, "ms": 1e-3, "ns": 1e-9}.get(unit, 1)
    return objects_from(v, [entry if scale == 1 else entry * scale for entry in v.ravel()])


def objects_from(v: np.ndarray, entries: list[Any]) -> np.ndarray:
    result = np.empty(v.shape, object)
    result.ravel()[:] = entries
    return result


def positions_of(v: np.ndarray, kind: Kind) -> Any:
    if is_time(kind) or not all(type(entry) in (int, float) for entry in v.ravel()):
        return NEVER
    entries = v[0].tolist()
    return objects([10 * entry for entry in entries])


def mask_of(v: np.ndarray, kind: Kind) -> Any:
    if not all(isinstance(entry, bool) for entry in v.ravel()):
        return NEVER
    return objects([10 * (3 * i + j + 1) for i in range(2) for j in range(3) if v[i, j]])
