"""R's own C functions, and the one lock around them.

rpy2 finds R, starts it and gives users its objects. The work in between is done here on R's
shared library itself, for four reasons: the functions needed (`DATAPTR_OR_NULL`,
`R_tryEvalSilent`) are not all among those rpy2 declares, which change from one release to the
next; a read-only pointer must not make R copy a shared vector; a call must not let go of Python's
own lock half-way, or another thread that drops an R object would change R's lists under it; and
an R error in the middle of a C call would jump over Python's frames, so whatever can fail is
evaluated by R under its own guard.
"""

from __future__ import annotations

import ctypes
import platform
import warnings
from collections import deque
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from pybridge.conversion.pages import can_allocate, process_size, use_huge_pages
from pybridge.errors import ConversionError

NULL, LOGICAL, INTEGER, DOUBLE, COMPLEX, CHARACTER, LIST, RAW = 0, 10, 13, 14, 15, 16, 19, 24
"""R's type codes ("R Internals", 1.1)."""

TYPE_NAMES = {
    1: "symbol",
    2: "pairlist",
    3: "closure",
    4: "environment",
    6: "language",
    8: "builtin",
    9: "char",
    20: "expression",
    22: "externalptr",
    25: "S4",
    NULL: "NULL",
    LOGICAL: "logical",
    INTEGER: "integer",
    DOUBLE: "double",
    COMPLEX: "complex",
    CHARACTER: "character",
    LIST: "list",
    RAW: "raw",
}

ITEM_SIZES = {LOGICAL: 4, INTEGER: 4, DOUBLE: 8, COMPLEX: 16, CHARACTER: 8, LIST: 8, RAW: 1}

NA_INTEGER = -(2**31)
"""The bits of R's `NA` in a logical or an integer vector."""

NA_DOUBLE_BITS = 0x7FF00000000007A2
"""The bits of R's `NA_real_`: a NaN whose low word is 1954."""

NATIVE, UTF8, BYTES = 0, 1, 3
"""How R marks the encoding of a string (`cetype_t`)."""

_GUARDED_SIZE = 2**24
"""From this many bytes on, an allocation may fail, so R makes it under its own guard."""

_Pointer = ctypes.c_void_p
_UNLIMITED = ctypes.c_size_t(-1).value

_SIGNATURES: dict[str, tuple[Any, Sequence[Any]]] = {
    "ALTREP": (ctypes.c_int, (_Pointer,)),
    "DATAPTR_OR_NULL": (_Pointer, (_Pointer,)),
    "DATAPTR_RO": (_Pointer, (_Pointer,)),
    "R_CHAR": (_Pointer, (_Pointer,)),
    "R_curErrorBuf": (ctypes.c_char_p, ()),
    "R_tryEvalSilent": (_Pointer, (_Pointer, _Pointer, ctypes.POINTER(ctypes.c_int))),
    "Rf_allocVector": (_Pointer, (ctypes.c_uint, ctypes.c_ssize_t)),
    "Rf_getAttrib": (_Pointer, (_Pointer, _Pointer)),
    "Rf_getCharCE": (ctypes.c_int, (_Pointer,)),
    "Rf_install": (_Pointer, (ctypes.c_char_p,)),
    "Rf_isObject": (ctypes.c_int, (_Pointer,)),
    "Rf_lang1": (_Pointer, (_Pointer,)),
    "Rf_lang2": (_Pointer, (_Pointer, _Pointer)),
    "Rf_lang3": (_Pointer, (_Pointer, _Pointer, _Pointer)),
    "Rf_mkCharLenCE": (_Pointer, (ctypes.c_char_p, ctypes.c_int, ctypes.c_int)),
    "Rf_mkString": (_Pointer, (ctypes.c_char_p,)),
    "Rf_protect": (_Pointer, (_Pointer,)),
    "Rf_ScalarReal": (_Pointer, (ctypes.c_double,)),
    "Rf_setAttrib": (_Pointer, (_Pointer, _Pointer, _Pointer)),
    "Rf_unprotect": (None, (ctypes.c_int,)),
    "Rf_xlength": (ctypes.c_ssize_t, (_Pointer,)),
    "SET_STRING_ELT": (None, (_Pointer, ctypes.c_ssize_t, _Pointer)),
    "SET_VECTOR_ELT": (_Pointer, (_Pointer, ctypes.c_ssize_t, _Pointer)),
    "STRING_ELT": (_Pointer, (_Pointer, ctypes.c_ssize_t)),
    "TYPEOF": (ctypes.c_int, (_Pointer,)),
    "VECTOR_ELT": (_Pointer, (_Pointer, ctypes.c_ssize_t)),
}


class RMemory:
    """The memory of an R vector, in NumPy's array protocol; it keeps the R object alive."""

    __slots__ = ("__array_interface__", "sexp")

    sexp: Any
    """The rpy2 object whose memory this is."""

    def __init__(
        self, sexp: Any, address: int, dtype: str, shape: tuple[int, ...], *, writable: bool
    ) -> None:
        """Describe `shape` elements of `dtype`, column-major, that start at `address`."""
        self.sexp = sexp
        stride = np.dtype(dtype).itemsize
        strides = []
        for size in shape:
            strides.append(stride)
            stride *= size
        self.__array_interface__ = {
            "version": 3,
            "data": (address, not writable),
            "typestr": np.dtype(dtype).str,
            "shape": shape,
            "strides": tuple(strides),
        }


class RLibrary:
    """R's C functions with R's lock; `with library:` is the only place where they may be called.

    Methods take and return the addresses of R objects as integers, or rpy2 objects where the name
    says `sexp`. An address is safe only until the next allocation, unless an rpy2 object holds it.
    """

    def __init__(self, openrlib: Any) -> None:
        """Start R if nobody has, and bind its functions; `openrlib` is rpy2's module."""
        rinterface: Any = import_module("rpy2.rinterface")
        situation: Any = import_module("rpy2.situation")
        path = situation.get_rlib_path(openrlib.R_HOME, platform.system())
        # PyDLL keeps Python's lock during a call; each call is short.
        self.c: Any = ctypes.PyDLL(str(path))
        self._stack_limit = ctypes.c_size_t.in_dll(self.c, "R_CStackLimit")
        self._start(rinterface)
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(self.c, name)
            function.restype, function.argtypes = result, arguments
        self._cast = openrlib.ffi.cast
        self._lock = openrlib.rlock
        self._depth = 0
        self._saved_stack_limit = _UNLIMITED
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
        self.null_sexp = rinterface.NULL
        self.null = self._constant("R_NilValue")
        self.na_string = self._constant("R_NaString")
        self._base = self._constant("R_BaseEnv")

    def _start(self, rinterface: Any) -> None:
        started_by_others = self._constant("R_NilValue") != 0
        limit = self._stack_limit.value
        # R's check knows the stack of one thread only, and this may be another.
        self._stack_limit.value = _UNLIMITED
        with warnings.catch_warnings():
            # That R was started by someone else or in a worker thread is no fault here.
            warnings.simplefilter("ignore")
            rinterface.initr()
        if started_by_others:
            self._stack_limit.value = limit

    def _constant(self, name: str) -> int:
        return int(_Pointer.in_dll(self.c, name).value or 0)

    def __enter__(self) -> RLibrary:
        """Take R for this thread, whose stack R knows nothing of, so its check is off."""
        self._lock.acquire()
        self._depth += 1
        if self._depth == 1:
            self._saved_stack_limit = self._stack_limit.value
            self._stack_limit.value = _UNLIMITED
            while self._dropped:
                self._dropped.popleft().let_go()
        return self

    def __exit__(self, *_: object) -> None:
        """Give R back with its stack check as it was."""
        self._depth -= 1
        if self._depth == 0:
            self._stack_limit.value = self._saved_stack_limit
        self._lock.release()

    def drop(self, capsule: Any) -> None:
        """Let go of an R object now if R is free, otherwise when it is next entered.

        rpy2's own capsules let go at once, from any thread, also while another one is inside R.
        """
        if self._lock.acquire(blocking=False):
            try:
                capsule.let_go()
            finally:
                self._lock.release()
        else:
            self._dropped.append(capsule)

    # Objects

    def sexp(self, address: int) -> Any:
        """Return an rpy2 object that keeps the R object at `address` alive."""
        if address == self.null:
            return self.null_sexp
        self.c.Rf_protect(address)
        try:
            capsule = self._capsule(self._cast("SEXP", address), address)
        finally:
            self.c.Rf_unprotect(1)
        return self._classes[self.c.TYPEOF(address)](capsule)

    def allocate(self, r_type: int, length: int) -> Any:
        """Return a new R vector as an rpy2 object; its numbers are not yet set."""
        size = length * ITEM_SIZES[r_type]
        if size < _GUARDED_SIZE:
            return self.sexp(self.c.Rf_allocVector(r_type, length))
        if self._has_room(size):
            sexp = self.sexp(self.c.Rf_allocVector(r_type, length))
            use_huge_pages(self.c.DATAPTR_RO(address_of(sexp)), size)
            return sexp
        # R says no in its own words, or fills the vector with zeros.
        mode = self.c.Rf_protect(self.c.Rf_mkString(TYPE_NAMES[r_type].encode()))
        number = self.c.Rf_protect(self.c.Rf_ScalarReal(length))
        try:
            return self.sexp(self.call("vector", mode, number))
        finally:
            self.c.Rf_unprotect(2)

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

    def call(self, function: str, *arguments: int) -> int:
        """Evaluate a function of R's base package on up to two objects, under R's guard."""
        symbol = self.c.Rf_install(function.encode())
        language = (self.c.Rf_lang1, self.c.Rf_lang2, self.c.Rf_lang3)[len(arguments)]
        expression = self.c.Rf_protect(language(symbol, *arguments))
        failed = ctypes.c_int(0)
        result = self.c.R_tryEvalSilent(expression, self._base, ctypes.byref(failed))
        self.c.Rf_unprotect(1)
        if failed.value:
            message = self.c.R_curErrorBuf().decode("utf-8", "replace").strip()
            raise ConversionError(f"R refused: {message}")
        return int(result)

    def view(
        self, sexp: Any, dtype: str, shape: tuple[int, ...], *, writable: bool = False
    ) -> np.ndarray[Any, Any]:
        """Return the memory of an R vector as a column-major array that keeps it alive."""
        if 0 in shape:
            # The address of an empty vector points nowhere.
            empty = np.empty(shape, dtype, order="F")
            empty.flags.writeable = writable
            return empty
        address = address_of(sexp)
        data = self.c.DATAPTR_OR_NULL(address)
        if not data:
            # A compact vector such as 1:10 has no memory yet: R expands it, under its guard.
            sexp = self._expanded(address)
            data = self.c.DATAPTR_RO(address_of(sexp))
        return np.asarray(RMemory(sexp, data, dtype, shape, writable=writable))

    def _expanded(self, address: int) -> Any:
        positions = self.c.Rf_protect(self.call("seq_along", address))
        try:
            return self.sexp(self.call(".subset", address, positions))
        finally:
            self.c.Rf_unprotect(1)

    # Attributes

    def attribute(self, address: int, name: str) -> int:
        """Return the address of an attribute, R's NULL when there is none."""
        return int(self.c.Rf_getAttrib(address, self.c.Rf_install(name.encode())))

    def set_attribute(self, sexp: Any, name: str, value: Any) -> None:
        """Set an attribute that is known to be valid: R must have nothing to refuse."""
        symbol = self.c.Rf_install(name.encode())
        self.c.Rf_setAttrib(address_of(sexp), symbol, address_of(value))

    def integers(self, values: Iterable[int]) -> Any:
        """Return a new integer vector."""
        found = np.fromiter(values, "i4")
        sexp = self.allocate(INTEGER, found.size)
        self.view(sexp, "i4", found.shape, writable=True)[...] = found
        return sexp

    def list_of(self, elements: Sequence[Any]) -> Any:
        """Return a new R list that holds these rpy2 objects."""
        sexp = self.allocate(LIST, len(elements))
        for index, element in enumerate(elements):
            self.c.SET_VECTOR_ELT(address_of(sexp), index, address_of(element))
        return sexp

    def elements(self, address: int) -> list[int]:
        """Return the addresses of the elements of an R list."""
        return [self.c.VECTOR_ELT(address, index) for index in range(self.c.Rf_xlength(address))]


def address_of(sexp: Any) -> int:
    """Return where the R object behind an rpy2 object lies."""
    capsule = sexp.__sexp__
    try:
        # Our own capsules have it at hand.
        return int(capsule.address)
    except AttributeError:
        return int(capsule.rid)


def _capsule_class(base: Any, library: RLibrary) -> Any:
    class Capsule(base):  # type: ignore[misc]
        """rpy2's hold on an R object, let go only while no other thread is inside R."""

        __slots__ = ("address",)

        def __init__(self, cdata: Any, address: int) -> None:
            super().__init__(cdata)
            self.address = address

        def __del__(self) -> None:
            library.drop(self)

        def let_go(self) -> None:
            super().__del__()

    return Capsule


_bound: list[RLibrary] = []


def r_library() -> RLibrary:
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
                _bound.append(RLibrary(openrlib))
    return _bound[0]
