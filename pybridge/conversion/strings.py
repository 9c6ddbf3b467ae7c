"""Character vectors, converted as UTF-8 bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from pybridge.conversion.rvalues import NA_INTEGER, NewText, Texts
from pybridge.errors import ConversionError
from pybridge.holders.fitting import need_utf8

Array = np.ndarray[Any, Any]


def new_text(texts: Sequence[str | None], shape: tuple[int, ...], has_dim: bool = False) -> NewText:
    """Return a character vector to make, of texts in R's order; None is `NA`."""
    missing, known = None, cast(Sequence[str], texts)
    try:
        joined = "\0".join([*known, ""])
    except TypeError:  # None is among them
        missing = np.array([text is None for text in texts], bool)
        known = [text or "" for text in texts]
        joined = "\0".join([*known, ""])
    if joined.count("\0") > len(known):
        for text in known:
            refuse_nul(text)
    try:
        memory = joined.encode()
    except UnicodeEncodeError:
        for text in known:
            need_utf8(text, ConversionError)
        raise
    return NewText(memory, len(memory) == len(joined), shape, missing, has_dim)


def refuse_nul(text: str) -> None:
    """Raise `ConversionError` for a text that an R string cannot hold."""
    if "\0" in text:
        raise ConversionError(f"R strings cannot hold a NUL character: {text[:]!r}")


def vector_of_texts(texts: Sequence[str | None]) -> NewText:
    """Return a plain character vector to make."""
    return new_text(texts, (len(texts),))


def texts_from(memory: bytes) -> list[str]:
    """Return the texts in NUL-terminated bytes."""
    try:
        return memory.decode("utf-8").split("\0")[:-1]
    except UnicodeDecodeError:
        return [_text(part) for part in memory.split(b"\0")[:-1]]


def _text(memory: bytes) -> str:
    try:
        return memory.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConversionError(f"a string in R is not valid UTF-8: {memory!r}") from error


def places_of(texts: list[str], codes: Array | None) -> tuple[Texts, Array]:
    """Return the distinct texts, followed by None, and the index of each element's text.

    `codes` count from one and may be R's NA; None means 1, 2, 3...
    """
    if codes is None:
        return [*texts, None], np.arange(len(texts))
    return [*texts, None], np.where(codes == NA_INTEGER, len(texts), codes.astype("i8") - 1)
