"""Character vectors: R holds pointers to cached strings, so each distinct one is read once."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import Any

import numpy as np

from pybridge.conversion.rlibrary import (
    BYTES,
    CHARACTER,
    NA_INTEGER,
    NATIVE,
    UTF8,
    RLibrary,
    address_of,
)
from pybridge.errors import ConversionError
from pybridge.subsetting.values import need_utf8


def character_vector(r: RLibrary, texts: Iterable[str | None], length: int) -> Any:
    """Return a new R character vector, UTF-8, in which None stands for `NA`."""
    distinct: dict[str, int] = {}
    codes = np.fromiter(
        (
            NA_INTEGER if text is None else distinct.setdefault(text, len(distinct) + 1)
            for text in texts
        ),
        "i4",
        length,
    )
    for text in distinct:
        if "\0" in text:
            raise ConversionError(f"R strings cannot hold a NUL character: {text!r}")
        if not text.isascii():
            need_utf8(text, ConversionError)
    in_order = len(distinct) == length
    return r.strings(distinct, None if in_order else codes)


def texts_of(r: RLibrary, sexp: Any) -> list[str | None]:
    """Return the strings of an R character vector; None stands for `NA`."""
    distinct, inverse = distinct_texts(r, sexp)
    return [distinct[index] for index in inverse.tolist()]


def distinct_texts(r: RLibrary, sexp: Any) -> tuple[list[str | None], np.ndarray[Any, Any]]:
    """Return the distinct strings of a character vector, and for each element which it is."""
    address = address_of(sexp)
    if r.c.TYPEOF(address) != CHARACTER:
        raise ConversionError(
            f"an R object of type {r.type_name(address)} stands where R keeps text: the object "
            "that it belongs to is broken"
        )
    memory = _pointers(r, sexp)
    pointers, inverse = np.unique(memory, return_inverse=True)
    if any(_needs_translation(r, pointer) for pointer in pointers.tolist()):
        # Only R knows its native encoding, so it does the translation.
        memory = _pointers(r, r.sexp(r.call("enc2utf8", address)))
        pointers, inverse = np.unique(memory, return_inverse=True)
    # `memory` keeps the strings alive until here.
    texts = [_text(r, pointer) for pointer in pointers.tolist()]
    del memory
    return texts, inverse


def _pointers(r: RLibrary, sexp: Any) -> np.ndarray[Any, Any]:
    return r.view(sexp, "u8", (r.c.Rf_xlength(address_of(sexp)),))


def _needs_translation(r: RLibrary, pointer: int) -> bool:
    encoding = r.c.Rf_getCharCE(pointer)
    if encoding == BYTES:
        raise ConversionError(
            'a string is marked with Encoding "bytes", so it is no text; charToRaw() gives raw'
        )
    if encoding == UTF8 or pointer == r.na_string:
        return False
    return encoding != NATIVE or not _bytes(r, pointer).isascii()


def _text(r: RLibrary, pointer: int) -> str | None:
    if pointer == r.na_string:
        return None
    found = _bytes(r, pointer)
    try:
        return found.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConversionError(f"a string in R is not valid UTF-8: {found!r}") from error


def _bytes(r: RLibrary, pointer: int) -> bytes:
    return ctypes.string_at(r.c.R_CHAR(pointer), r.c.Rf_xlength(pointer))
