"""What the operating system says about a large piece of memory, where it is Linux."""

from __future__ import annotations

import ctypes
import functools
import mmap
import sys
from typing import Any

from pybridge.conversion.copying import share

_IS_LINUX = sys.platform == "linux"


def process_size() -> int | None:
    """Return the bytes of address space in use, more than any part of the process can hold."""
    if not _IS_LINUX:
        return None
    with open("/proc/self/statm", "rb") as statm:
        return int(statm.read().split()[0]) * mmap.PAGESIZE


def can_allocate(size: int) -> bool:
    """Tell whether the C library gives `size` bytes; they are given back untouched."""
    library = ctypes.CDLL(None)
    library.malloc.restype = ctypes.c_void_p
    library.malloc.argtypes = (ctypes.c_size_t,)
    library.free.argtypes = (ctypes.c_void_p,)
    address = library.malloc(size)
    library.free(address)
    return address is not None


SEVERAL_PAGES = 2**17
"""From this many bytes on, to ask for all pages at once costs less than to meet them one by one."""

LARGE = 2**24
"""From this many bytes on the zeros with which R fills a vector cost more than to look for another
way."""

# MADV_POPULATE_WRITE, of Linux 5.14.
_HUGE, _ALL_NOW = (mmap.MADV_HUGEPAGE, 23) if _IS_LINUX else (0, 0)


def prepare_pages(address: int, size: int) -> None:
    """Advise the system that memory is about to be written whole: its first touch costs less then.

    All pages in one call cost a half of what they cost one by one. Huge pages, for which NumPy
    asks, may cost nothing or several times as much: they are asked for only where a system does not
    know the other.
    """
    if size < SEVERAL_PAGES or not _IS_LINUX:
        return
    start = -(-address // mmap.PAGESIZE) * mmap.PAGESIZE
    length = address + size - start
    advise = _advise()
    # It is advice: where it is refused nothing is lost.
    if size < LARGE:
        advise(start, length, _ALL_NOW)
    elif advise(start, LARGE, _ALL_NOW):
        advise(start, length, _HUGE)
    else:
        rest = ((start + done, min(LARGE, length - done)) for done in range(LARGE, length, LARGE))
        share(lambda part: advise(*part, _ALL_NOW), rest)


@functools.cache
def _advise() -> Any:
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return advise
