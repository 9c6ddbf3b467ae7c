"""Calls of R functions under the one lock around R in a Python process."""

from __future__ import annotations

import os
import signal
import threading
import warnings
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, TypeVar

from pybridge.errors import ConversionError

_T = TypeVar("_T")

_SHARE = 8
"""One part in this many of R's free memory is used before R is asked again."""

_SPARE = 2**14
"""Bytes of each part that are left for R itself."""

_OVERHEAD = 2**9
"""An upper bound of the bytes of an R object besides its elements."""

_MAIN_THREAD = threading.main_thread().ident

_signal: Any = import_module("_signal")
"""Python's C function; the module `signal` is ten times slower."""

_FUNCTIONS = {
    "new_vector": """function(type, dim) {
      x <- vector(type, prod(dim))
      if (length(dim) > 1L) dim(x) <- dim
      x
    }""",
    "drop_dim": "function(x) { dim(x) <- NULL; x }",
    "set_dim": "function(x, dim) { dim(x) <- as.integer(dim); x }",
    "strings": """function(bytes, count, is_ascii, missing) {
      x <- readBin(bytes, "character", count)
      if (!is_ascii) Encoding(x) <- "UTF-8"
      if (!is.null(missing)) x[missing] <- NA
      x
    }""",
    "apart": """function(x) {
      x <- enc2utf8(as.vector(unclass(x)))
      known <- unique(x)
      if (any(Encoding(known) == "bytes")) return(NULL)
      codes <- NULL
      if (2 * length(known) < length(x)) {
        known <- known[!is.na(known)]
        codes <- match(x, known)
      } else { # match() takes longer than more strings
        known <- x
        if (anyNA(x)) {
          codes <- replace(seq_along(x), is.na(x), NA)
          known[is.na(x)] <- ""
        }
      }
      bytes <- writeBin(known, raw(), useBytes = TRUE)
      if (is.null(codes)) bytes else list(bytes, codes)
    }""",
    "complex": """function(x) {
      dim(x) <- c(2, length(x) / 2)
      complex(real = x[1L, ], imaginary = x[2L, ])
    }""",
    "parts": """function(x) {
      x <- unclass(x)
      list(as.double(Re(x)), as.double(Im(x)))
    }""",
    "new_matrix": """function(name, slots) {
      if (!requireNamespace("Matrix", quietly = TRUE)) {
        stop("a sparse matrix in R needs the package Matrix, which is not installed")
      }
      class <- methods::getClass(name, where = asNamespace("Matrix"))
      do.call(methods::new, c(list(class), slots))
    }""",
    # R's heap grows in steps: near the limit only its free part is available.
    "room": """function() {
      heap <- gc()
      used <- heap[, "used"]
      limit <- 0.7 * c(mem.maxNSize(), mem.maxVSize() * 2^17)
      min(c(56, 8) * pmax(limit - used, heap[, "gc trigger"] - used), 2^30)
    }""",
}


class _Hold(weakref.ref):  # type: ignore[type-arg]
    """A reference to rpy2's capsule of an R object, released after `owner` when R is idle."""

    __slots__ = ("capsule",)
    capsule: Any


class Rpy2Session:
    """R under rpy2's lock, with rpy2's objects."""

    def __init__(self, openrlib: Any) -> None:
        """Start R if it is not running; `openrlib` is rpy2's module."""
        self._rinterface: Any = import_module("rpy2.rinterface")
        self._runtime_error: Any = import_module("rpy2.rinterface_lib.embedded").RRuntimeError
        self._lock = openrlib.rlock
        self._stack = _UnlimitedStack(openrlib)
        self._inside_of: int | None = None
        self._is_torn = False
        self._left = 0
        self._holds: dict[int, _Hold] = {}
        self._dropped: deque[_Hold] = deque()
        self._functions: dict[str, Any] = {}
        with warnings.catch_warnings(), self._stack:
            # Whether R was started elsewhere or in a worker thread does not matter.
            warnings.simplefilter("ignore")
            self._rinterface.initr()
        os.register_at_fork(after_in_child=self._after_fork)
        self.inside(self._prepare)

    def _prepare(self) -> None:
        for name, code in _FUNCTIONS.items():
            # Compiled now: R's just-in-time compiler ends the process if memory runs out.
            guarded = f"""local({{
              f <- compiler::cmpfun({code})
              compiler::cmpfun(function(...) tryCatch(f(...), error = identity))
            }})"""
            self._functions[name] = self._rinterface.evalr(guarded, envir=self._rinterface.baseenv)

    def inside(self, work: Callable[..., _T], *arguments: Any) -> _T:
        """Run `work` while this thread has R's lock, with R's stack check off.

        R does not know the stack of this thread. An interrupt is deferred until the work is done:
        in the middle of rpy2's code it would leave the lock or R's stack of protected objects in an
        inconsistent state.
        """
        if self._is_torn:
            raise ConversionError(
                "this process was forked while another thread was running R, so R's state is "
                'inconsistent: start a new process, multiprocessing.get_context("spawn")'
            )
        # The caller may hold the lock already.
        if self._inside_of == threading.get_ident():
            return work(*arguments)
        with _LateInterrupts(), self._lock, self._stack:
            self._inside_of = threading.get_ident()
            try:
                self._let_go_of_dropped()
                return work(*arguments)
            finally:
                self._inside_of = None

    def _after_fork(self) -> None:
        self._is_torn = not self._lock.acquire(blocking=False)
        if not self._is_torn:
            self._lock.release()

    def _tracked(self, sexp: Any, owner: Any = None) -> Any:
        """Return `owner`, or `sexp`; the R object is released under the lock after its end.

        rpy2's capsules release at once, from any thread, even while another one is inside R. Every
        object that outlives the lock, if only in the frames of an error, must be returned here.
        """
        owner = sexp if owner is None else owner
        if owner is not self._rinterface.NULL:
            hold = _Hold(owner, self._drop)
            hold.capsule = sexp.__sexp__
            self._holds[id(hold)] = hold
        return owner

    def _drop(self, hold: _Hold) -> None:
        """Release an R object now if this thread is inside R, else when R is next entered."""
        self._dropped.append(hold)
        if self._inside_of == threading.get_ident():
            self._let_go_of_dropped()

    def _let_go_of_dropped(self) -> None:
        while self._dropped:
            del self._holds[id(self._dropped.popleft())]

    def _reals(self, *values: float) -> Any:
        self._spend(8 * len(values))
        return self._tracked(self._rinterface.FloatSexpVector([*map(float, values)]))

    def _spend(self, size: int) -> None:
        """Count what rpy2 allocates without R's error handling, where errors end the process."""
        if not self._has_room(size):
            raise ConversionError("R has no memory left, see mem.maxVSize() and mem.maxNSize()")
        self._left -= size + _OVERHEAD

    def _has_room(self, size: int) -> bool:
        """Return whether R has memory left; R is asked before each part of it is used."""
        if self._left < size + _OVERHEAD:
            left, self._left = 0, 2**62  # asking takes almost no memory
            try:
                left = int(self.call("room")[0]) // _SHARE - _SPARE
            finally:
                self._left = left
        return self._left >= size + _OVERHEAD

    def call(self, name: str, *arguments: Any) -> Any:
        """Return the value of an R function of this module, or raise R's error."""
        return self.inside(self._call, name, arguments)

    def _call(self, name: str, arguments: Sequence[Any]) -> Any:
        try:
            value = self._functions[name](*arguments)
        except self._runtime_error as error:
            raise ConversionError(f"R raised an error: {_first_line(str(error))}") from None
        self._tracked(value)
        if isinstance(value, self._rinterface.ListSexpVector) and len(value.list_attrs()):
            raise ConversionError(f"R raised an error: {_first_line(value[0][0])}")
        return value


def _first_line(message: str) -> str:
    return message.strip().removeprefix("Error: ")


class _UnlimitedStack:
    """Turns R's stack check off: R knows the stack of one thread only."""

    def __init__(self, openrlib: Any) -> None:
        self._r = openrlib.rlib
        self._unlimited = openrlib.ffi.cast("uintptr_t", -1)
        self._limit: Any = None

    def __enter__(self) -> None:
        self._limit = self._r.R_CStackLimit
        self._r.R_CStackLimit = self._unlimited

    def __exit__(self, *_: object) -> None:
        self._r.R_CStackLimit = self._limit


class _LateInterrupts:
    """Defers interrupts in the main thread, the only one that gets them."""

    __slots__ = ("_came", "_handler")

    def __enter__(self) -> None:
        self._came: Any = None
        self._handler: Any = None
        if threading.get_ident() == _MAIN_THREAD:
            handler = _signal.getsignal(signal.SIGINT)
            if callable(handler):
                _signal.signal(signal.SIGINT, self._note)
                self._handler = handler

    def _note(self, *arguments: Any) -> None:
        self._came = arguments

    def __exit__(self, *_: object) -> None:
        handler = self._handler
        if handler is not None:
            _signal.signal(signal.SIGINT, handler)
            if self._came is not None:
                handler(*self._came)
