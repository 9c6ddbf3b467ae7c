"""Where an element is, as R counts: from one, down the first axis first."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def first_index(found: Array) -> tuple[int, ...]:
    """Return the index of the first True element, in R's order."""
    return unraveled(int(found.ravel(order="F").argmax()), found.shape)


def unraveled(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the index of an element from its place in R's order."""
    return tuple(int(index) for index in np.unravel_index(place, shape, order="F"))


def position(where: tuple[int, ...]) -> str:
    """Return an index as R writes it."""
    return "[" + ", ".join(str(index + 1) for index in where or (0,)) + "]"
