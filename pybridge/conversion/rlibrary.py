"""R's own C functions, and what is made of them: the same in each process that holds R.

Two hosts bring them: rpy2, in a process of Python (`rpy2_host`), and the R package, in a process of
R (`reticulate_host`). The work in between is done here on R's shared library itself, for four
reasons: the functions needed (`DATAPTR_OR_NULL`, `R_tryEvalSilent`) are not all among those rpy2
declares, which change from one release to the next; a read-only pointer must not make R copy a
shared vector; a call must not let go of Python's own lock half-way, or another thread that drops an
R object would change R's lists under it; and an R error in the middle of a C call would jump over
Python's frames, so whatever can fail is evaluated by R under its own guard.

An interrupt may come between any two steps of Python. So nothing here is put on R's stack of
protected objects: what must live is held by an object of Python, and what is only read is read
before R can collect it. And nothing from R is trusted: the type and the length of an object are
looked at before a pointer is followed.
"""

from __future__ import annotations

import ctypes
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from pybridge.conversion.pages import LARGE, prepare_pages
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

NA_INTEGER64 = -(2**63)
"""The bits of `NA` in an integer64 of the package bit64."""

NA_DOUBLE_BITS = 0x7FF00000000007A2
"""The bits of R's `NA_real_`: a NaN whose low word is 1954."""

NATIVE, UTF8, BYTES = 0, 1, 3
"""How R marks the encoding of a string (`cetype_t`)."""

_Pointer = ctypes.c_void_p

_T = TypeVar("_T")

SIGNATURES: dict[str, tuple[Any, Sequence[Any]]] = {
    "CDR": (_Pointer, (_Pointer,)),
    "DATAPTR_OR_NULL": (_Pointer, (_Pointer,)),
    "DATAPTR_RO": (_Pointer, (_Pointer,)),
    "R_CHAR": (_Pointer, (_Pointer,)),
    "R_curErrorBuf": (ctypes.c_char_p, ()),
    "R_PreserveObject": (None, (_Pointer,)),
    "R_ReleaseObject": (None, (_Pointer,)),
    "R_tryEvalSilent": (_Pointer, (_Pointer, _Pointer, ctypes.POINTER(ctypes.c_int))),
    "Rf_getAttrib": (_Pointer, (_Pointer, _Pointer)),
    "Rf_getCharCE": (ctypes.c_int, (_Pointer,)),
    "Rf_install": (_Pointer, (ctypes.c_char_p,)),
    "Rf_isObject": (ctypes.c_int, (_Pointer,)),
    "Rf_allocVector": (_Pointer, (ctypes.c_uint, ctypes.c_ssize_t)),
    "Rf_lcons": (_Pointer, (_Pointer, _Pointer)),
    "Rf_mkString": (_Pointer, (ctypes.c_char_p,)),
    "Rf_ScalarReal": (_Pointer, (ctypes.c_double,)),
    "Rf_setAttrib": (_Pointer, (_Pointer, _Pointer, _Pointer)),
    "Rf_xlength": (ctypes.c_ssize_t, (_Pointer,)),
    "SETCAR": (_Pointer, (_Pointer, _Pointer)),
    "SET_VECTOR_ELT": (_Pointer, (_Pointer, ctypes.c_ssize_t, _Pointer)),
    "TYPEOF": (ctypes.c_int, (_Pointer,)),
    "VECTOR_ELT": (_Pointer, (_Pointer, ctypes.c_ssize_t)),
}

_MAKE_STRINGS = """function(bytes, count, codes) {
  x <- readBin(bytes, "character", count)
  Encoding(x) <- "UTF-8"
  if (is.null(codes)) x else x[codes]
}"""


_MEMORY_TYPES = {
    name: (np.dtype(name).str, np.dtype(name).itemsize)
    for name in ("i4", "f8", "c16", "u1", "i8", "u8")
}
"""Of each dtype of R's memory, NumPy's full name and the size; to ask NumPy takes longer."""


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
        code, stride = _MEMORY_TYPES[dtype]
        strides = []
        for size in shape:
            strides.append(stride)
            stride *= size
        self.__array_interface__ = {
            "version": 3,
            "data": (address, not writable),
            "typestr": code,
            "shape": shape,
            "strides": tuple(strides),
        }


class RLibrary(ABC):
    """R's C functions; only a function that `inside` runs may call them.

    Methods take and return the addresses of R objects as integers, or objects that hold one where
    the name says `sexp`. An address is safe only until the next allocation, unless an object of
    Python holds it.
    """

    null_sexp: Any
    """What stands for R's NULL."""

    def __init__(self, library: Any) -> None:
        """Bind the functions of R, which has started, from its shared library."""
        self.c: Any = library
        for name, (result, arguments) in SIGNATURES.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
        self._evaluate = self.evaluator()
        self.null = self.constant("R_NilValue")
        self.na_string = self.constant("R_NaString")
        self._base = self.constant("R_BaseEnv")
        self._calls: dict[tuple[int, int], list[int]] = {}
        self._vectors: dict[int, list[tuple[int, Any]]] = {}
        self.inside(self._prepare)

    def _prepare(self) -> None:
        self._true = self._preserved(self.c.Rf_allocVector(LOGICAL, 1))
        ctypes.c_int.from_address(self.c.DATAPTR_RO(self._true)).value = 1
        text = self._preserved(self.c.Rf_mkString(_MAKE_STRINGS.encode()))
        written = self._preserved(self.call("str2lang", text))
        self._make_strings = self._preserved(self.call("eval", written))

    def evaluator(self) -> Any:
        """Return the function of C that evaluates a call under R's guard."""
        return self.c.R_tryEvalSilent

    def constant(self, name: str) -> int:
        """Return the address that a variable of R's library holds; 0 before R has started."""
        return int(_Pointer.in_dll(self.c, name).value or 0)

    def _preserved(self, address: int) -> int:
        self.c.R_PreserveObject(address)
        return address

    # What a host gives

    @abstractmethod
    def inside(self, work: Callable[..., _T], *arguments: Any) -> _T:
        """Return `work(*arguments)`, run while R belongs to this thread."""

    @abstractmethod
    def sexp(self, address: int) -> Any:
        """Return an object that keeps the R object at `address` alive."""

    @abstractmethod
    def allocate_large(self, r_type: int, length: int) -> int:
        """Return the address of a new R vector that R does not fill with zeros, if it can.

        Nothing holds it. Raises `ConversionError` where R's memory ends.
        """

    # Objects

    def allocate(self, r_type: int, length: int) -> Any:
        """Return a new R vector, or raise `ConversionError`; its numbers are not yet set."""
        size = length * ITEM_SIZES[r_type]
        if size < LARGE:
            return self.sexp(self.allocate_small(r_type, length))
        sexp = self.sexp(self.allocate_large(r_type, length))
        prepare_pages(self.c.DATAPTR_RO(address_of(sexp)), size)
        return sexp

    def new_array(
        self, r_type: int, dtype: str, shape: tuple[int, ...], has_dim: bool
    ) -> tuple[Any, np.ndarray[Any, Any]]:
        """Return a new R vector or array, and its memory, in which the numbers are not yet set."""
        sexp = self.allocate(r_type, math.prod(shape))
        if has_dim:
            self.set_integers(sexp, "dim", shape)
        return sexp, self.view(sexp, dtype, shape, writable=True)

    def allocate_small(self, r_type: int, length: int) -> int:
        """Return the address of a new R vector, made by R: it says no in its own words."""
        spare = self._vectors.setdefault(r_type, [])
        expression, count = spare.pop() if spare else self._new_vector_call(r_type)
        try:
            count.value = length
            return self._evaluated(expression)
        finally:
            spare.append((expression, count))

    def _new_vector_call(self, r_type: int) -> tuple[int, Any]:
        """Return the call of R that makes a vector, and the memory of its length."""
        expression = self._new_call(int(self.c.Rf_install(b"vector")), 2)
        number = self._preserved(self.c.Rf_ScalarReal(0.0))
        mode = self._preserved(self.c.Rf_mkString(TYPE_NAMES[r_type].encode()))
        self._set_arguments(expression, (mode, number))
        return expression, ctypes.c_double.from_address(self.c.DATAPTR_RO(number))

    def call(self, function: str | int, *arguments: int | Callable[[], int]) -> int:
        """Evaluate a function of R's base package, or one at an address, under R's guard.

        The arguments are values: a symbol or a call among them would be evaluated. One may be given
        as a function that makes it, once the arguments before it are safe.
        """
        if isinstance(function, str):
            function = int(self.c.Rf_install(function.encode()))
        spare = self._calls.setdefault((function, len(arguments)), [])
        # A finalizer of R may come here again in the middle of a call, so each has its own cells.
        expression = spare.pop() if spare else self._new_call(function, len(arguments))
        try:
            self._set_arguments(expression, arguments)
            return self._evaluated(expression)
        finally:
            self._set_arguments(expression, (self.null,) * len(arguments))
            spare.append(expression)

    def _evaluated(self, expression: int) -> int:
        failed = ctypes.c_int(0)
        result = self._evaluate(expression, self._base, ctypes.byref(failed))
        if failed.value:
            raise self.refusal()
        return int(result)

    def refusal(self) -> ConversionError:
        """Return the error that R has met last."""
        message = self.c.R_curErrorBuf().decode("utf-8", "replace").strip()
        return ConversionError("R refused: " + message.removeprefix("Error: "))

    def _new_call(self, function: int, count: int) -> int:
        cells = self.null
        for _ in range(count):
            cells = self.c.Rf_lcons(self.null, cells)
        return self._preserved(int(self.c.Rf_lcons(function, cells)))

    def _set_arguments(self, expression: int, arguments: Sequence[int | Callable[[], int]]) -> None:
        cell = expression
        for argument in arguments:
            cell = self.c.CDR(cell)
            self.c.SETCAR(cell, argument() if callable(argument) else argument)

    def view(
        self, sexp: Any, dtype: str, shape: tuple[int, ...], *, writable: bool = False
    ) -> np.ndarray[Any, Any]:
        """Return the memory of an R vector as a column-major array that keeps it alive."""
        address = address_of(sexp)
        size = ITEM_SIZES.get(self.c.TYPEOF(address), 0)
        length = self.c.Rf_xlength(address) if size else 0
        if math.prod(shape) != length or _MEMORY_TYPES[dtype][1] != size:
            raise ConversionError(
                f"an R object of type {self.type_name(address)} and length {length} is not what "
                f"its attributes say: {shape}"
            )
        if length == 0:
            # The address of an empty vector points nowhere.
            empty = np.empty(shape, dtype, order="F")
            empty.flags.writeable = writable
            return empty
        data = self.c.DATAPTR_OR_NULL(address)
        if not data:
            # A compact vector such as 1:10 has no memory yet: R expands it, under its guard.
            sexp = self.sexp(self.call(".subset", address, self._true))
            address = address_of(sexp)
            if self.c.Rf_xlength(address) != length:
                raise ConversionError("a compact vector of R does not have the length that it says")
            data = self.c.DATAPTR_RO(address)
        return np.asarray(RMemory(sexp, data, dtype, shape, writable=writable))

    def type_name(self, address: int) -> str:
        """Return what R calls the type of an object."""
        return TYPE_NAMES.get(self.c.TYPEOF(address), "object")

    def strings(self, texts: Iterable[str], codes: np.ndarray[Any, Any] | None) -> Any:
        """Return a new character vector of distinct texts without NUL, in UTF-8.

        With codes it has for each the text of that position, or `NA` where the code is R's `NA`.
        """
        ended = [*texts, ""]
        count = np.array([len(ended) - 1.0])
        made = self.call(
            self._make_strings,
            lambda: self._vector(RAW, "\0".join(ended).encode()),
            lambda: self._vector(DOUBLE, count.tobytes()),
            self.null if codes is None else lambda: self._vector(INTEGER, codes.tobytes()),
        )
        return self.sexp(made)

    def address_or_null(self, sexp: Any) -> int:
        """Return where an R object lies; what stands for NULL lies at R's NULL."""
        return self.null if sexp is self.null_sexp else address_of(sexp)

    # Attributes

    def attribute(self, address: int, name: str) -> int:
        """Return the address of an attribute, R's NULL when there is none."""
        return int(self.c.Rf_getAttrib(address, self.c.Rf_install(name.encode())))

    def set_attribute(self, sexp: Any, name: str, value: Any) -> None:
        """Set an attribute that is known to be valid: R must have nothing to refuse."""
        if name == "dimnames":
            # The only one for which R allocates vectors: less than this, which is free at once.
            self.allocate_small(DOUBLE, 1024)
        self._set(address_of(sexp), name, self.address_or_null(value))

    def set_integers(self, sexp: Any, name: str, values: Sequence[int]) -> None:
        """Set an attribute to a new integer vector."""
        memory = np.array(values, "i4").tobytes()
        # Nothing is allocated between the two, so that nothing need hold the new vector.
        self._set(address_of(sexp), name, self._vector(INTEGER, memory))

    def _set(self, address: int, name: str, value: int) -> None:
        self.c.Rf_setAttrib(address, self.c.Rf_install(name.encode()), value)

    def _vector(self, r_type: int, memory: bytes) -> int:
        """Return the address of a new vector with these bytes; nothing holds it."""
        address = self.allocate_small(r_type, len(memory) // ITEM_SIZES[r_type])
        if memory:
            ctypes.memmove(self.c.DATAPTR_RO(address), memory, len(memory))
        return address

    def list_of(self, elements: Sequence[Any]) -> Any:
        """Return a new R list that holds these objects."""
        sexp = self.allocate(LIST, len(elements))
        for index, element in enumerate(elements):
            self.c.SET_VECTOR_ELT(address_of(sexp), index, self.address_or_null(element))
        return sexp

    def elements(self, address: int) -> list[int]:
        """Return the addresses of the elements of an R list."""
        return [self.c.VECTOR_ELT(address, index) for index in range(self.c.Rf_xlength(address))]


def address_of(sexp: Any) -> int:
    """Return where the R object behind an object of a host lies."""
    capsule = sexp.__sexp__
    try:
        # Our own capsules have it at hand.
        return int(capsule.address)
    except AttributeError:
        return int(capsule.rid)
