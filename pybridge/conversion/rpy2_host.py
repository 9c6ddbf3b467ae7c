"""R in a process of Python, as rpy2 finds and starts it, and the one lock around it."""

from __future__ import annotations

import ctypes
import os
import platform
import warnings
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any, TypeVar

from pybridge.conversion.pages import can_allocate, process_size
from pybridge.conversion.rlibrary import (
    CHARACTER,
    COMPLEX,
    DOUBLE,
    INTEGER,
    ITEM_SIZES,
    LIST,
    LOGICAL,
    RAW,
    RLibrary,
)
from pybridge.errors import ConversionError

_T = TypeVar("_T")

_UNLIMITED = ctypes.c_size_t(-1).value


class Rpy2Library(RLibrary):
    """R's functions under rpy2's lock; R objects are rpy2's own."""

    def __init__(self, openrlib: Any) -> None:
        """Start R if nobody has, and bind its functions; `openrlib` is rpy2's module."""
        rinterface: Any = import_module("rpy2.rinterface")
        situation: Any = import_module("rpy2.situation")
        path = situation.get_rlib_path(openrlib.R_HOME, platform.system())
        # PyDLL keeps Python's lock during a call; each call is short.
        library = ctypes.PyDLL(str(path))
        self._stack_limit = ctypes.c_size_t.in_dll(library, "R_CStackLimit")
        self._normal_limit = self._stack_limit.value
        self._is_lifted = False
        self._start(rinterface, library)
        self._cast = openrlib.ffi.cast
        self._lock = openrlib.rlock
        self._attempt = _attempt_at(openrlib.rlock)
        self._is_torn = False
        self._dropped: deque[Any] = deque()
        self._capsule = _capsule_class(rinterface._rinterface.SexpCapsule, self)
        self._classes = {
            LOGICAL: rinterface.BoolSexpVector,
            INTEGER: rinterface.IntSexpVector,
            DOUBLE: rinterface.FloatSexpVector,
            COMPLEX: rinterface.ComplexSexpVector,
            CHARACTER: rinterface.StrSexpVector,
            LIST: rinterface.ListSexpVector,
            RAW: rinterface.ByteSexpVector,
        }
        self._class = rinterface.Sexp
        self.null_sexp = rinterface.NULL
        super().__init__(library)
        os.register_at_fork(after_in_child=self._after_fork)

    def _start(self, rinterface: Any, library: Any) -> None:
        started_by_others = bool(ctypes.c_void_p.in_dll(library, "R_NilValue").value)
        limit = self._stack_limit.value
        try:
            # R's check knows the stack of one thread only, and this may be another.
            self._stack_limit.value = _UNLIMITED
            with warnings.catch_warnings():
                # That R was started by someone else or in a worker thread is no fault here.
                warnings.simplefilter("ignore")
                rinterface.initr()
        finally:
            if started_by_others:
                self._stack_limit.value = limit

    def inside(self, work: Callable[..., _T], *arguments: Any) -> _T:
        """Run `work` while this thread has R's lock, with R's check of the stack off.

        R knows nothing of the stack of this thread. An interrupt may come at every step: the lock
        is taken and given back by C alone, and the check that an interrupt left off is on again
        after the next call.
        """
        if self._is_torn:
            raise ConversionError(
                "this process was forked while another thread was at work in R, and R's state is "
                'torn: start the process anew instead, multiprocessing.get_context("spawn")'
            )
        # The caller may have the lock for work of its own, with the check on.
        is_nested = self._lock._is_owned() and self._is_lifted
        with self._lock:
            if is_nested:
                return work(*arguments)
            try:
                self._lift_limit()
                self._let_go_of_dropped()
                return work(*arguments)
            finally:
                self._stack_limit.value = self._normal_limit
                self._is_lifted = False

    def _lift_limit(self) -> None:
        limit = self._stack_limit.value
        if not (self._is_lifted and limit == _UNLIMITED):
            self._normal_limit = limit
        self._is_lifted = True
        self._stack_limit.value = _UNLIMITED

    def _let_go_of_dropped(self) -> None:
        while self._dropped:
            self._dropped.popleft().let_go()

    def _after_fork(self) -> None:
        try:
            with self._attempt as is_free:
                self._is_torn = not is_free
        except RuntimeError:
            # It was not taken, so that there was nothing to give back.
            pass

    def drop(self, capsule: Any) -> None:
        """Let go of an R object now if R is free, otherwise when it is next entered.

        rpy2's own capsules let go at once, from any thread, also while another one is inside R.
        """
        self._dropped.append(capsule)
        if self._is_torn:
            return
        if self._lock._is_owned():
            self._let_go_of_dropped()
            return
        try:
            with self._attempt as is_free:
                if is_free:
                    self._let_go_of_dropped()
        except RuntimeError:
            pass

    def sexp(self, address: int) -> Any:
        """Return an rpy2 object that keeps the R object at `address` alive."""
        if address == self.null:
            return self.null_sexp
        capsule = self._capsule(self._cast("SEXP", address), address)
        return self._classes.get(self.c.TYPEOF(address), self._class)(capsule)

    def allocate_large(self, r_type: int, length: int) -> int:
        """Return a vector without zeros where it is certain that R has room for it."""
        if self._has_room(length * ITEM_SIZES[r_type]):
            return int(self.c.Rf_allocVector(r_type, length))
        return self.allocate_small(r_type, length)

    def _has_room(self, size: int) -> bool:
        """Tell whether an allocation is certain to succeed, by R's limit and the system's."""
        used = process_size()
        if used is None:
            return False
        try:
            limit = self.call("mem.maxVSize")
        except ConversionError:
            # R before 4.2 does not tell.
            return False
        megabytes = ctypes.c_double.from_address(self.c.DATAPTR_RO(limit))
        return used + size < megabytes.value * 2**20 and can_allocate(size)


def _attempt_at(lock: Any) -> Any:
    """Return what takes a lock by `with` where it is free, and tells whether it did.

    An interrupt cannot come between taking the lock and the block, nor between the block and giving
    it back, because C alone does both. Where it was not taken, the end of the block raises
    `RuntimeError`.
    """
    take = staticmethod(partial(lock.acquire, False))
    give_back = staticmethod(lock.__exit__)
    return type("Attempt", (), {"__enter__": take, "__exit__": give_back})()


def _capsule_class(base: Any, library: Rpy2Library) -> Any:
    class Capsule(base):  # type: ignore[misc]
        """rpy2's hold on an R object, let go only while no other thread is inside R."""

        __slots__ = ("address",)

        def __init__(self, cdata: Any, address: int) -> None:
            super().__init__(cdata)
            self.address = address

        def __del__(self) -> None:
            library.drop(self)

        def let_go(self) -> None:
            # An interrupt may have left it half made.
            with suppress(AttributeError, KeyError):
                super().__del__()

    return Capsule


_bound: list[Rpy2Library] = []


def r_library() -> Rpy2Library:
    """Return R, started at the first call.

    R is one to a process, and so is what is bound to it: rpy2's lock decides between threads.
    """
    if not _bound:
        try:
            openrlib: Any = import_module("rpy2.rinterface_lib.openrlib")
        except ImportError as error:
            raise ImportError(
                "conversion needs rpy2 and R: install the extra `rpy2` of this package"
            ) from error
        with openrlib.rlock:
            if not _bound:
                _bound.append(Rpy2Library(openrlib))
    return _bound[0]
