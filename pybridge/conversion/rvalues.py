"""Descriptions of R objects, independent of the bridge that reads or makes them.

R types have the names of R's `typeof()`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from pybridge.conversion.copying import AfterTile, copy_tiles
from pybridge.lossless import INT32_MAX, INT64_MAX

Array = np.ndarray[Any, Any]

DTYPES = {"logical": "i4", "integer": "i4", "double": "f8", "complex": "c16", "raw": "u1"}
"""The dtype of the memory of each vector of numbers."""

ITEM_SIZES = {"logical": 4, "integer": 4, "double": 8, "complex": 16, "raw": 1}

NA_INTEGER = -INT32_MAX - 1
"""The bits of R's `NA` in a logical or an integer vector."""

NA_INTEGER64 = -INT64_MAX - 1
"""The bits of `NA` in an integer64 of the package bit64."""

NA_DOUBLE_BITS = 0x7FF00000000007A2
"""The bits of R's `NA_real_`: a NaN whose low word is 1954."""

LARGEST_AXIS = INT32_MAX

Texts: TypeAlias = list[str | None]
"""Strings of R; None is `NA`."""

RowNames: TypeAlias = int | Array | Texts
"""The row names of a data frame; the number of rows if they are 1, 2, 3..."""


@dataclass(slots=True)
class Vector:
    """The description of an atomic R vector."""

    r_type: str
    """R's type."""
    values: Array
    """R's memory in the shape of the vector; for text, zero-based indices of `texts`."""
    has_dim: bool
    """Whether the vector has axes."""
    classes: tuple[str, ...] = ()
    """The class attribute, empty for a vector without attributes."""
    texts: Sequence[str | None] = ()
    """The distinct strings of a character vector, the levels of a factor, the time zone of a
    POSIXct or the unit of a difftime."""
    dimnames: tuple[list[Texts | None], Texts] | None = None
    """The labels of each axis and the names of the axes, if requested."""


@dataclass(frozen=True, slots=True)
class ListOfR:
    """The description of a list or a data frame."""

    elements: Sequence[Any]
    """The parts of each element."""
    names: Texts | None
    classes: tuple[str, ...] = ()
    row_names: RowNames | None = None
    """The row names of a data frame."""


@dataclass(frozen=True, slots=True)
class MatrixOfR:
    """The description of a general or diagonal sparse matrix of the package Matrix."""

    name: str
    """Its class."""
    shape: tuple[int, int]
    indices: Mapping[str, Array]
    """Those of the slots i, j and p that it has, zero-based, in writable memory of their own."""
    entries: Vector | None
    """The entries, in memory of their own; None for a pattern, of which every entry is TRUE."""


@dataclass(frozen=True, slots=True)
class OtherObject:
    """The description of an object without a counterpart in Python."""

    r_type: str
    classes: tuple[str, ...] = ()


@dataclass(slots=True)
class NewNumbers:
    """A numeric vector to make in R, and the elements to copy into its memory."""

    r_type: str
    dtype: str
    source: Array
    mask: Array | None = None
    finish: AfterTile | None = None
    has_dim: bool = False
    attributes: Mapping[str, New] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the sizes of the axes; a vector without a dim has one or none."""
        shape: tuple[int, ...] = self.source.shape
        return shape

    @property
    def size(self) -> int:
        """Return the number of bytes in R."""
        return self.source.size * ITEM_SIZES[self.r_type]

    def fill(self, target: Array) -> None:
        """Copy into the column-major memory `target`, with checks."""
        copy_tiles(target, self.source, mask=self.mask, finish=self.finish)

    def filled(self) -> Array:
        """Return the elements in new column-major memory."""
        target = np.empty(self.shape, self.dtype, order="F")
        self.fill(target)
        return target


@dataclass(slots=True)
class NewText:
    """A character vector to make in R."""

    memory: bytes | bytearray
    """UTF-8 in R's order, each string followed by NUL, which no string contains."""
    is_ascii: bool
    """Whether every byte is ASCII, so that R need not mark the strings."""
    shape: tuple[int, ...]
    is_na: Array | None = None
    """Where the elements are `NA`, in R's order and without axes; their strings are empty."""
    has_dim: bool = False
    attributes: Mapping[str, New] | None = None

    @property
    def count(self) -> int:
        """Return the number of strings."""
        return math.prod(self.shape)

    @property
    def places_of_na(self) -> Array | None:
        """Return the one-based positions of `NA`, or None without any."""
        if self.is_na is None or not self.is_na.any():
            return None
        return np.asarray(np.flatnonzero(self.is_na) + 1).astype(
            "i4" if self.count <= INT32_MAX else "f8"
        )

    def texts(self) -> Texts:
        """Return the strings one by one."""
        texts: Texts = self.memory.decode().split("\0")[:-1]  # type: ignore[assignment]
        if self.is_na is not None:
            for place in np.flatnonzero(self.is_na):
                texts[place] = None
        return texts


@dataclass(frozen=True, slots=True)
class NewList:
    """A list to make in R."""

    elements: Sequence[New]
    attributes: Mapping[str, New] | None = None
    places: Sequence[str] = ()
    """The name of each element in an error message."""


@dataclass(frozen=True, slots=True)
class NewMatrix:
    """A matrix of R's package Matrix to make."""

    name: str
    """Its class."""
    slots: Mapping[str, New]


New: TypeAlias = Any
"""NewNumbers, NewText, NewList, NewMatrix, None for NULL, or an existing object of the host."""


def integers(values: Sequence[int]) -> NewNumbers:
    """Return an integer vector to make."""
    return NewNumbers("integer", "i4", np.array(values, "i4"))
