"""R objects in a Python process, by rpy2's public API: the parts of crossing.R.

Nothing here calls R's C library. R's memory is accessed by rpy2's array interface and views, rpy2
makes small vectors, and R functions do the rest.
"""

from __future__ import annotations

import os
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np

from pybridge.conversion.parts import described, parts_of
from pybridge.conversion.rpy2_numbers import TYPES, Numbers
from pybridge.conversion.rpy2_session import Session
from pybridge.conversion.rvalues import DTYPES, New, NewNumbers

_NULL, _SYMBOL, _LANGUAGE, _TEXT = 0, 1, 6, 16
"""R's other types by their codes ("R Internals", 1.1)."""


class Rpy2Host:
    """The bridge by rpy2: R objects as parts, and parts as R objects."""

    def __init__(self, openrlib: Any) -> None:
        """Start R if it is not running; `openrlib` is rpy2's module."""
        self.session = Session(openrlib)
        self.numbers = Numbers(self.session)
        r = self._r = self.session.rinterface
        self._words = lru_cache(maxsize=256)(lambda *words: r.StrSexpVector(words))
        self._flags = [self.session.inside(r.BoolSexpVector, [flag]) for flag in (False, True)]

    def parts(self, sexp: Any, with_labels: bool = False) -> Any:
        """Return the parts of an R object, with labels on demand."""
        return self.session.inside(self._parts, sexp, with_labels)

    def described(self, sexp: Any) -> Any:
        """Return the description of an R object."""
        return described(self.parts(sexp))

    def _parts(self, sexp: Any, with_labels: bool) -> Any:
        code = sexp.typeof
        if code == _NULL:
            return None
        if code in (_SYMBOL, _LANGUAGE):  # as an argument R would evaluate it
            classes = [*sexp.rclass] if "class" in [*sexp.list_attrs()] else []
            return ["other", "symbol" if code == _SYMBOL else "language", classes]
        if code in TYPES and not with_labels:
            view = self.numbers.bare(sexp, TYPES[code])
            if view is not None:
                return ["typed", TYPES[code], view]
        return self._read(self.session.call("split_object", sexp, self._flags[with_labels]))

    def _read(self, sexp: Any) -> Any:
        """Return a part as Python's values: a list, a string or strings, or numbers."""
        code = sexp.typeof
        if code == _NULL:
            return None
        if code == _TEXT:
            return sexp[0] if len(sexp) == 1 else [*sexp]
        if code in TYPES:
            return self.numbers.flat_view(sexp, TYPES[code])
        return [self._read(self.session.track(part)) for part in sexp]

    def make(self, new: New) -> Any:
        """Return a new R object, or one that is there already."""
        if new is None or hasattr(new, "__sexp__"):
            return self._r.NULL if new is None else new
        parts = parts_of(new, self.numbers.make)
        return parts if hasattr(parts, "__sexp__") else self.session.inside(self._made, parts)

    def _made(self, parts: Any) -> Any:
        if isinstance(parts, tuple):
            return self.session.call("make_object", *self._fields(parts))
        return self._in_r(parts)

    def _in_r(self, part: Any) -> Any:
        """Return a part as R has it."""
        if isinstance(part, tuple):
            self.numbers.allowance.spend(8 * len(part))
            return self.session.track(self._r.ListSexpVector(self._fields(part)))
        if part is None or hasattr(part, "__sexp__"):
            return self._r.NULL if part is None else part
        if isinstance(part, bool):
            return self._flags[part]
        strings = [part] if isinstance(part, str) else part
        if isinstance(strings, list) and isinstance(strings[0], str):
            self.numbers.allowance.spend(100 * len(strings) + 4 * sum(map(len, strings)))
            return self.session.track(self._r.StrSexpVector(strings))
        is_bytes = isinstance(part, bytearray)
        array = np.frombuffer(part, "u1") if is_bytes else np.array(part, ndmin=1)
        r_type = {"u1": "raw", "i4": "integer"}.get(array.dtype.str[1:], "double")
        return self.numbers.make(NewNumbers(r_type, DTYPES[r_type], array))

    def _fields(self, part: tuple[Any, ...]) -> list[Any]:
        """Return the fields of a part; the words that no object keeps are made once."""
        kind, *fields = part
        if kind == "with":
            new, names, *values = fields
            return [
                self._words(kind),
                self._in_r(new),
                self._words(*names),
                *map(self._in_r, values),
            ]
        return [self._words(kind), *map(self._in_r, fields)]


_hosts: list[Rpy2Host] = []


def r_host() -> Rpy2Host:
    """Return R, started at the first call.

    A process has one R and one host; rpy2's lock protects them.
    """
    if not _hosts:
        try:
            openrlib: Any = import_module("rpy2.rinterface_lib.openrlib")
        except ImportError as error:
            raise ImportError(
                "conversion needs rpy2 and R: install the extra `rpy2` of this package"
            ) from error
        except OSError as error:  # the system finds no R library there
            raise ImportError(
                f"conversion needs R, which is not at R_HOME, {os.environ.get('R_HOME')!r}: "
                f"unset it, or set it to what `R RHOME` prints ({error})"
            ) from error
        with openrlib.rlock:
            if not _hosts:
                _hosts.append(Rpy2Host(openrlib))
    return _hosts[0]
