"""How much memory R has left for what rpy2 allocates."""

from __future__ import annotations

from collections.abc import Callable

from pybridge.errors import ConversionError

_SHARE = 8
"""One part in this many of R's free memory is used before R is asked again."""

_SPARE = 2**14
"""Bytes of each part that are left for R itself."""

_OVERHEAD = 2**9
"""An upper bound of the bytes of an R object besides its elements."""


class Allowance:
    """The bytes that rpy2 may allocate: it does so without R's error handling, where errors end
    the process.
    """

    def __init__(self, free_memory: Callable[[], float]) -> None:
        """Take the function that asks R for its free bytes; asking needs almost no memory."""
        self._free_memory = free_memory
        self.left = 0

    def spend(self, size: int) -> None:
        """Count the bytes of one object, or raise `ConversionError` if R has no room for it."""
        if not self.has_room(size):
            raise ConversionError("R has no memory left, see mem.maxVSize() and mem.maxNSize()")
        self.left -= size + _OVERHEAD

    def note(self, size: int) -> None:
        """Count bytes that R itself allocates, with its error handling."""
        self.left -= size

    def has_room(self, size: int) -> bool:
        """Return whether R has memory left; R is asked before each part of it is used."""
        if self.left < size + _OVERHEAD:
            self.left = 2**62
            left = 0
            try:
                left = int(self._free_memory()) // _SHARE - _SPARE
            finally:
                self.left = left
        return self.left >= size + _OVERHEAD
