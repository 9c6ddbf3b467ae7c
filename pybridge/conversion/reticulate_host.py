"""R in a process of R, where the C code of the R package hands objects over and takes them back."""

from __future__ import annotations

import ctypes
import math
import threading
from collections import deque
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, TypeVar

import numpy as np

from pybridge.conversion.pages import prepare_pages
from pybridge.conversion.rlibrary import (
    COMPLEX,
    DOUBLE,
    INTEGER,
    ITEM_SIZES,
    LOGICAL,
    SIGNATURES,
    RLibrary,
    RMemory,
)
from pybridge.errors import ConversionError

Array = np.ndarray[Any, Any]

_T = TypeVar("_T")

# What is said of a vector on the board after its type, as r/src/host.c has it.
_ELEMENTS, _NDIM, _DIMS, _DATA = 1, 2, 3, 11
_MOST_AXES = _DATA - _DIMS
_NOT_BARE = -1
_NO_DIM = -1

_HANDED_DTYPES = {LOGICAL: "i4", INTEGER: "i4", DOUBLE: "f8", COMPLEX: "c16"}


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


class Board:
    """Memory that the C code and Python both know, where each says what it hands to the other.

    Values may cross in the middle of each other, on levels; only the highest is seen here.
    """

    def __init__(self, library: Any) -> None:
        """Find the board of the package's library."""
        library.pybridge_board.restype = ctypes.c_void_p
        counts = [ctypes.c_int() for _ in range(3)]
        address = library.pybridge_board(*map(ctypes.byref, counts))
        levels, count, desk_size = (number.value for number in counts)
        if count != _DATA + 1:
            raise ConversionError("the C code of the R package is of another version: restart R")
        self._first = 1 + count
        self._count = count
        self._step = 2 * count + desk_size // 8
        memory = (ctypes.c_longlong * (self._first + levels * self._step)).from_address(address)
        self._numbers = memoryview(memory).cast("B").cast("q")
        self._desks = [
            memoryview(memory).cast("B")[start : start + desk_size]
            for start in range(8 * (self._first + 2 * count), memory._length_ * 8, 8 * self._step)
        ]
        self.desk_size = desk_size

    def handed(self) -> tuple[int, Array, bool] | None:
        """Return type, memory and whether there is a dim of a bare vector of numbers, or None.

        The memory is there while the call from R lasts.
        """
        numbers = self._numbers
        level = numbers[0]
        at = self._first + level * self._step
        r_type = numbers[at]
        if r_type == _NOT_BARE:
            return None
        ndim = numbers[at + _NDIM]
        has_dim = ndim != _NO_DIM
        shape: tuple[int, ...] = (numbers[at + _ELEMENTS],)
        if has_dim:
            shape = tuple(numbers[at + _DIMS : at + _DIMS + ndim].tolist())
        dtype, address = _HANDED_DTYPES[r_type], numbers[at + _DATA]
        if address:
            found = np.asarray(RMemory(None, address, dtype, shape, writable=False))
        else:
            found = np.ndarray(shape, dtype, self._desks[level], order="F")
        return r_type, found, has_dim

    def ask(self, r_type: int, length: int, dim: tuple[int, ...] | None) -> None:
        """Say what vector the C code is to make."""
        self._write(1, r_type, length, dim)

    def made_at(self) -> int:
        """Return where the memory of the vector is that the C code made."""
        return self._numbers[1 + _DATA]

    def give(
        self, r_type: int, dtype: str, shape: tuple[int, ...], dim: tuple[int, ...] | None
    ) -> Array:
        """Say what small vector Python gives, and return the memory for its numbers."""
        level = self._numbers[0]
        at = self._first + level * self._step + self._count
        length = math.prod(shape)
        self._write(at, r_type, length, dim)
        self._numbers[at + _DATA] = length * ITEM_SIZES[r_type]
        return np.ndarray(shape, dtype, self._desks[level], order="F")

    def _write(self, at: int, r_type: int, length: int, dim: tuple[int, ...] | None) -> None:
        numbers = self._numbers
        numbers[at] = r_type
        numbers[at + _ELEMENTS] = length
        numbers[at + _NDIM] = _NO_DIM if dim is None else len(dim)
        for place, size in enumerate(dim or (), start=at + _DIMS):
            numbers[place] = size


class ReticulateLibrary(RLibrary):
    """R's functions in R's own thread, in the middle of a call from R."""

    def __init__(self, own_path: str, r_path: str) -> None:
        """Bind the package's library at `own_path`, and R's, whose path only Windows must know."""
        self._own = ctypes.PyDLL(own_path)
        self._board = Board(self._own)
        self._own.pybridge_make_vector.restype = ctypes.c_void_p
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
        return self._make(r_type, length, None)

    def _make(self, r_type: int, length: int, dim: tuple[int, ...] | None) -> int:
        self._board.ask(r_type, length, dim)
        address = self._own.pybridge_make_vector()
        if not address:
            raise self.refusal()
        return int(address)

    def new_array(
        self, r_type: int, dtype: str, shape: tuple[int, ...], has_dim: bool
    ) -> tuple[Any, Array]:
        """Return a new R vector or array, with its dim, and its memory, in one call of C."""
        length = math.prod(shape)
        if length == 0 or len(shape) > _MOST_AXES:
            return super().new_array(r_type, dtype, shape, has_dim)
        sexp = self.sexp(self._make(r_type, length, shape if has_dim else None))
        address = self._board.made_at()
        prepare_pages(address, length * ITEM_SIZES[r_type])
        return sexp, np.asarray(RMemory(sexp, address, dtype, shape, writable=True))

    def new_result(
        self, r_type: int, dtype: str, shape: tuple[int, ...], has_dim: bool
    ) -> tuple[Any, Array]:
        """Return the array that is all that R is to take, and its memory.

        A small one is made by the C code when R takes it: there is no object of R yet.
        """
        fits = math.prod(shape) * ITEM_SIZES[r_type] <= self._board.desk_size
        if not fits or len(shape) > _MOST_AXES:
            return self.new_array(r_type, dtype, shape, has_dim)
        return None, self._board.give(r_type, dtype, shape, shape if has_dim else None)

    def handed_numbers(self) -> tuple[int, Array, bool] | None:
        """Return type, memory and whether there is a dim of bare numbers that R handed over.

        The memory is there while the call from R lasts. None stands for any other object.
        """
        return self._board.handed()

    def handed(self) -> Any:
        """Return the object that R handed over."""
        return self.sexp(int(self._own.pybridge_handed()))

    def give(self, sexp: Any) -> None:
        """Give R an object to take."""
        self._own.pybridge_give(self.address_or_null(sexp))
