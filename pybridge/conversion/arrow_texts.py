"""Read the texts and bytes of Arrow: offsets into one buffer, or views into several."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from pybridge.conversion.columns import EncodedTexts
from pybridge.conversion.rvalues import NewText
from pybridge.conversion.strings import refuse_nul
from pybridge.errors import ConversionError

Array = np.ndarray[Any, Any]

_INLINE = 12
"""Up to this many bytes stand in the view itself."""

_BLOCK = 2**16
"""Strings that are gathered at once, so that the indices of their bytes stay small."""


def texts_column(kind: str, chunks: Sequence[Any], missing: Array | None) -> EncodedTexts:
    """Return texts, read in one pass over their buffers."""
    memory = b"".join([_terminated(kind, chunk) for chunk in chunks])
    count = sum(chunk.count for chunk in chunks)
    is_ascii = memory.isascii()
    if not is_ascii:
        try:
            memory.decode()
        except UnicodeDecodeError as error:
            raise ConversionError(f"a string is not valid UTF-8: {error}") from None
    return EncodedTexts((), encoded=NewText(memory, is_ascii, (count,), missing))


def bytes_elements(
    kind: str, size: int | None, chunks: Sequence[Any], missing: Array | None
) -> list[bytes | None]:
    """Return the elements of a column of bytes one by one; None is missing."""
    elements: list[bytes | None] = []
    for chunk in chunks:
        if kind == "fixed_size_binary":
            width = int(size or 0)
            memory = chunk.buffer(1, "u1", width).tobytes()
            elements += [memory[k * width : (k + 1) * width] for k in range(chunk.count)]
        else:
            memory, stops = _joined(kind, chunk)
            data = memory.tobytes()
            bounds = itertools.pairwise([0, *stops.tolist()])
            elements += [data[start:stop] for start, stop in bounds]
    if missing is not None:
        for place in np.flatnonzero(missing):
            elements[place] = None
    return elements


def _terminated(kind: str, chunk: Any) -> bytes:
    """Return the strings of a chunk, each followed by NUL; a missing one is empty."""
    memory, stops = _joined(kind, chunk)
    if not len(stops):
        return b""
    is_nul = memory == 0
    if is_nul.any():
        place = int(np.searchsorted(stops, int(is_nul.argmax()), "right"))
        start = int(stops[place - 1]) if place else 0
        refuse_nul(memory[start : int(stops[place])].tobytes().decode("utf-8", "replace"))
    result = np.zeros(len(memory) + len(stops), "u1")
    is_byte = np.ones(len(result), bool)
    is_byte[stops + np.arange(len(stops))] = False
    result[is_byte] = memory
    return result.tobytes()


def _joined(kind: str, chunk: Any) -> tuple[Array, Array]:
    """Return the bytes of all elements of a chunk, and where each ends."""
    if kind.endswith("view"):
        return _of_views(chunk)
    dtype = "i8" if kind.startswith("large") else "i4"
    bounds = chunk.buffer(1, dtype, more=1).astype("i8")
    view = chunk.view.buffer(2)
    data = np.frombuffer(view, "u1") if view.size_bytes else np.zeros(0, "u1")
    starts, lengths = bounds[:-1], np.diff(bounds)
    missing = chunk.missing
    if missing is not None and lengths[missing].any():
        lengths = np.where(missing, 0, lengths)
        return _gathered(data, starts, lengths)
    return data[bounds[0] : bounds[-1]], bounds[1:] - bounds[0]


def _of_views(chunk: Any) -> tuple[Array, Array]:
    """Return the bytes of views: 16 bytes each, a length, then the string or where it is."""
    views = chunk.buffer(1, "u1", 16).reshape(-1, 16)
    words = views.view("i4").reshape(-1, 4)
    lengths = words[:, 0].astype("i8")
    missing = chunk.missing
    if missing is not None:
        lengths[missing] = 0
    ends = np.cumsum(lengths)
    if not len(ends):
        return np.zeros(0, "u1"), ends
    is_long = lengths > _INLINE
    if not is_long.any():
        is_byte = np.arange(_INLINE, dtype="u1") < lengths.astype("u1")[:, np.newaxis]
        return np.ascontiguousarray(views[:, 4:])[is_byte], ends
    memory = np.empty(int(ends[-1]), "u1")
    starts = ends - lengths
    is_short = ~is_long
    _put(memory, starts[is_short], lengths[is_short], views.reshape(-1),
         16 * np.flatnonzero(is_short) + 4)  # fmt: skip
    for number in np.unique(words[is_long, 2]).tolist():
        here = np.flatnonzero(is_long & (words[:, 2] == number))
        data = np.frombuffer(chunk.view.buffer(2 + number), "u1")
        _put(memory, starts[here], lengths[here], data, words[here, 3].astype("i8"))
    return memory, ends


def _put(target: Array, starts: Array, lengths: Array, source: Array, places: Array) -> None:
    """Copy strings of given lengths from `places` of `source` to `starts` of `target`."""
    for first in range(0, len(starts), _BLOCK):
        block = slice(first, first + _BLOCK)
        within = _within(lengths[block])
        target[np.repeat(starts[block], lengths[block]) + within] = source[
            np.repeat(places[block], lengths[block]) + within
        ]


def _gathered(source: Array, places: Array, lengths: Array) -> tuple[Array, Array]:
    ends = np.cumsum(lengths)
    memory = np.empty(int(ends[-1]) if len(ends) else 0, "u1")
    _put(memory, ends - lengths, lengths, source, places)
    return memory, ends


def _within(lengths: Array) -> Array:
    """Return the number of each byte within its string, from 0.

    >>> _within(np.array([2, 0, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) - np.repeat(ends - lengths, lengths))
