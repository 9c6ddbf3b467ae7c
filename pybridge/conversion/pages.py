"""What the operating system says about a large piece of memory, where it is Linux."""

from __future__ import annotations

import ctypes
import functools
import mmap
import os
import sys
from typing import Any

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
"""From this many bytes on huge pages are worth asking for, and the zeros with which R fills a
vector cost more than to look for another way."""

_HUGE, _ALL_NOW = mmap.MADV_HUGEPAGE if _IS_LINUX else 0, 23  # MADV_POPULATE_WRITE, Linux 5.14


def prepare_pages(address: int, size: int) -> None:
    """Advise the system that memory is about to be written whole: its first touch costs less then.

    Large memory gets huge pages, as NumPy asks for its own arrays, and so costs a third; what is
    smaller gets all its pages in one call, and costs a half.
    """
    if size < SEVERAL_PAGES or not _IS_LINUX or os.environ.get("NUMPY_MADVISE_HUGEPAGE") == "0":
        return
    start = -(-address // mmap.PAGESIZE) * mmap.PAGESIZE
    # It is advice: a kernel without it refuses, and nothing is lost.
    _advise()(start, address + size - start, _HUGE if size >= LARGE else _ALL_NOW)


@functools.cache
def _advise() -> Any:
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    return advise
