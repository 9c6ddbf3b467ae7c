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
from pathlib import Path
from typing import Any, TypeVar

from pybridge.conversion.parts import check_fields
from pybridge.errors import ConversionError

_T = TypeVar("_T")

_MAIN_THREAD = threading.main_thread().ident

_signal: Any = import_module("_signal")
"""Python's C function; the module `signal` is ten times slower."""

_FOLDER = Path(__file__).parent
_FILES = ("text.R", "crossing.R", "rpy2_side.R")
"""What R evaluates, in one environment; the first two are files of the R package as well."""


_ENVIRONMENT = 4
"""The type of a refusal, which nothing else has that these functions return."""


class _Hold(weakref.ref):  # type: ignore[type-arg]
    """A reference to rpy2's capsule of an R object, released after `owner` when R is idle."""

    __slots__ = ("capsule",)
    capsule: Any


class Session:
    """R under rpy2's lock, and the R functions that conversion calls."""

    def __init__(self, openrlib: Any) -> None:
        """Start R if it is not running; `openrlib` is rpy2's module."""
        self.rinterface: Any = import_module("rpy2.rinterface")
        self._runtime_error: Any = import_module("rpy2.rinterface_lib.embedded").RRuntimeError
        self._lock = openrlib.rlock
        self._stack = _UnlimitedStack(openrlib)
        self._inside_of: int | None = None
        self._is_torn = False
        self._holds: dict[int, _Hold] = {}
        self._dropped: deque[_Hold] = deque()
        self._functions: dict[str, Any] = {}
        with warnings.catch_warnings(), self._stack:
            # Whether R was started elsewhere or in a worker thread does not matter.
            warnings.simplefilter("ignore")
            self.rinterface.initr()
        os.register_at_fork(after_in_child=self._after_fork)
        self.inside(self._prepare)

    def _prepare(self) -> None:
        base = self.rinterface.baseenv
        own = base["new.env"](parent=base["baseenv"]())
        text = self.rinterface.StrSexpVector
        for name in _FILES:
            base["sys.source"](text([str(_FOLDER / name)]), own)
        self._functions = {name: own[name] for name in own["entries"]}
        fields = own["part_fields"]
        check_fields(dict(zip(fields.names, map(list, fields), strict=True)))

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

    def track(self, sexp: Any, owner: Any = None) -> Any:
        """Return `owner`, or `sexp`; the R object is released under the lock after its end.

        rpy2's capsules release at once, from any thread, even while another one is inside R. Every
        object that outlives the lock, if only in the frames of an error, must be returned here.
        """
        owner = sexp if owner is None else owner
        if owner is not self.rinterface.NULL:
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

    def call(self, name: str, *arguments: Any) -> Any:
        """Return the value of a function of crossing.R or rpy2_side.R, or raise its error."""
        return self.inside(self._call, name, arguments)

    def _call(self, name: str, arguments: Sequence[Any]) -> Any:
        try:
            value = self._functions[name](*arguments)
        except self._runtime_error as error:  # one that no R function can catch
            message = str(error).strip().removeprefix("Error: ")
            raise ConversionError(f"R raised an error: {message}") from None
        self.track(value)
        if value.typeof == _ENVIRONMENT:
            message, is_ours = value["message"][0].strip(), value["is_ours"][0]
            raise ConversionError(message if is_ours else f"R raised an error: {message}")
        return value


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
