"""R in a process of R, where the C code of the R package hands objects over and takes them back."""

from __future__ import annotations

import ctypes
import threading
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeVar

from pybridge.conversion.rlibrary import SIGNATURES, RLibrary
from pybridge.errors import ConversionError

_T = TypeVar("_T")


class _Hold:
    """What keeps an R object alive, until it is dropped."""

    __slots__ = ("address", "dropped", "is_kept")

    def __init__(self, address: int, dropped: deque[int]) -> None:
        self.address = address
        self.dropped = dropped
        self.is_kept = False

    def __del__(self) -> None:
        # Any thread may drop it, and only R's own thread may tell R. One that was interrupted
        # while it was made has no such attribute, and keeps nothing.
        if getattr(self, "is_kept", False):
            self.dropped.append(self.address)


class HeldObject:
    """An R object that lives as long as this one."""

    __slots__ = ("__sexp__",)

    def __init__(self, hold: Any) -> None:
        """Keep a hold, which has the address."""
        self.__sexp__ = hold


class ReticulateLibrary(RLibrary):
    """R's functions in R's own thread, in the middle of a call from R."""

    def __init__(self, own_path: str, r_path: str) -> None:
        """Bind the package's library at `own_path`, and R's, whose path only Windows must know."""
        self._own = ctypes.PyDLL(own_path)
        self._own.pybridge_allocate.restype = ctypes.c_void_p
        self._own.pybridge_allocate.argtypes = (ctypes.c_uint, ctypes.c_ssize_t)
        self._own.pybridge_failure.restype = ctypes.c_char_p
        self._own.pybridge_handed.restype = ctypes.c_void_p
        self._own.pybridge_give.argtypes = (ctypes.c_void_p,)
        self._thread = threading.get_ident()
        self._dropped: deque[int] = deque()
        # The package's library leads to R's, unless R is linked into the program itself.
        library = ctypes.PyDLL(r_path) if r_path else self._own
        super().__init__(library if hasattr(library, "Rf_xlength") else ctypes.PyDLL(None))
        self.null_sexp = HeldObject(SimpleNamespace(address=self.null))

    def evaluator(self) -> Any:
        """Return the package's own, which keeps the value alive for a while."""
        function = self._own.pybridge_evaluate
        function.restype, function.argtypes = SIGNATURES["R_tryEvalSilent"]
        return function

    def inside(self, work: Callable[..., _T], *arguments: Any) -> _T:
        """Run `work` in R's own thread, which has R anyhow."""
        if threading.get_ident() != self._thread:
            raise ConversionError("R works in its own thread alone, and this is another")
        while self._dropped:
            self.c.R_ReleaseObject(self._dropped.popleft())
        return work(*arguments)

    def sexp(self, address: int) -> Any:
        """Return an object that keeps the R object at `address` alive."""
        if address == self.null:
            return self.null_sexp
        preserve = self.c.R_PreserveObject
        hold = _Hold(address, self._dropped)
        hold.is_kept = True  # Python looks for an interrupt after the next call, not before it
        preserve(address)
        return HeldObject(hold)

    def allocate_large(self, r_type: int, length: int) -> int:
        """Return a vector that the package's C code makes under R's guard."""
        address = self._own.pybridge_allocate(r_type, length)
        if not address:
            message = self._own.pybridge_failure().decode("utf-8", "replace")
            raise ConversionError(f"R refused: {message}")
        return int(address)

    def handed(self) -> Any:
        """Return the object that R handed over."""
        return self.sexp(int(self._own.pybridge_handed()))

    def give(self, sexp: Any) -> None:
        """Give R an object to take."""
        self._own.pybridge_give(self.address_or_null(sexp))
