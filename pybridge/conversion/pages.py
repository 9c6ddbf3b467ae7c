"""What the operating system says about a large piece of memory, where it is Linux."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys

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


def use_huge_pages(address: int, size: int) -> None:
    """Ask for huge pages, as NumPy does for its own arrays: the first touch costs a third."""
    if not _IS_LINUX or os.environ.get("NUMPY_MADVISE_HUGEPAGE") == "0":
        return
    start = -(-address // mmap.PAGESIZE) * mmap.PAGESIZE
    length = address + size - start
    # It is advice: a kernel without huge pages refuses it, and nothing is lost.
    ctypes.CDLL(None).madvise(
        ctypes.c_void_p(start), ctypes.c_size_t(length), ctypes.c_int(mmap.MADV_HUGEPAGE)
    )
