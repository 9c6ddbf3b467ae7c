"""A kind of array that a verb may meet, and the elements of the arrays in the product test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

NUMBERS = [[3, 1, 5], [4, 0, 2]]


ABSENT = [[3, None, 5], [4, 0, None]]


LOGICALS = [[True, False, True], [False, False, True]]


SOME_LOGICALS = [[True, None, True], [False, False, None]]


COMPLEX = [[3 + 1j, 1, 5], [4, 0, 2 - 1j]]


TEXTS = [["cc", "a", "ee"], ["dd", "", "b"]]


RECORDS = [[(3, 0.5), (1, 1.5), (5, 2.5)], [(4, 0.0), (0, 7.5), (2, 8.5)]]


@dataclass(frozen=True)
class Kind:
    """One kind of array."""

    make: Callable[[], Any]
    """A new array of this kind."""
    elements: list[Any]
    """Its elements, in nested lists; numbers of a time count its units."""
    value: Any
    """What can be written into it: an object that is none of its elements."""
    element: Any
    """The same as an element."""
    run: Callable[[Callable[[Any], Any], Any], Any] = lambda act, x: act(x)
    """Run a verb on an array; a trace gives a result that has values."""
    is_traced: bool = False
    """Whether the values are unknown while a verb runs."""
    late: tuple[str, ...] = ()
    """Errors by which the library refuses when the code runs, where sizes were unknown before."""
    is_table: bool = False
    """Whether R's own dialect reads it as a data frame of R."""
    keeps_rows: bool = False
    """Whether one row of it is a table, as the library has no other object for a row."""
    is_labelled: bool = False
    """Whether the columns have the labels u, v and w."""
    is_text: bool = False
    """Whether its bytes are text."""
    tolerance: float = 0.002
    """How near a number must come, relative to itself."""

    @property
    def reference(self) -> np.ndarray:
        """The elements in an array of objects."""
        return objects(self.elements)


def objects(elements: Any) -> np.ndarray:
    """Return nested lists as an array of objects; a tuple is one element.

    >>> objects([[(1, 2), None]]).shape
    (1, 2)
    """

    def sizes(entry):
        return (len(entry), *(sizes(entry[0]) if entry else ())) if isinstance(entry, list) else ()

    shape = sizes(elements)
    found = np.empty(shape, object)
    for place in np.ndindex(*shape):
        entry = elements
        for index in place:
            entry = entry[index]
        found[place] = entry
    return found


def numbers(make: Callable[[], Any], elements: Any = NUMBERS, **more: Any) -> Kind:
    return Kind(make, elements, 6, 6, **more)


def array(dtype: Any, elements: Any = NUMBERS) -> np.ndarray:
    return np.array(elements, dtype)


def masked(dtype: Any, elements: Any = ABSENT) -> np.ma.MaskedArray:
    hidden = [[entry is None for entry in row] for row in elements]
    # what is hidden is greater than all else, so that reading it shows
    known = [[99 if entry is None else entry for entry in row] for row in elements]
    return np.ma.MaskedArray(np.array(known, dtype), hidden)


def precision(dtype: str) -> float:
    """Return how near a result in a dtype comes to the exact one."""
    return 0.13 if dtype.startswith("float8") else 0.01 if dtype == "bfloat16" else 0.002
