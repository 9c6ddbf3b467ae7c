"""Positions of elements as R counts them: from one, column-major."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


def first_index(mask: Array) -> tuple[int, ...]:
    """Return the index of the first True element, in R's order."""
    return unraveled(int(mask.ravel(order="F").argmax()), mask.shape)


def unraveled(place: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the index of an element from its offset in R's order."""
    return tuple(int(index) for index in np.unravel_index(place, shape, order="F"))


def position(where: tuple[int, ...]) -> str:
    """Return an index as R writes it."""
    return "[" + ", ".join(str(index + 1) for index in where or (0,)) + "]"
