"""One function of R's base, ported to NumPy: `findInterval()`. It needs no pybridge."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def find_interval(
    x: npt.ArrayLike, breaks: npt.ArrayLike, *, left_open: bool = False
) -> npt.NDArray[np.int64]:
    """Return how many breaks are at or below each value; below it, with `left_open`.

    Raises `ValueError` unless the breaks are sorted and none is missing.
    """
    breaks = np.asarray(breaks, float)
    if np.isnan(breaks).any() or (breaks[1:] < breaks[:-1]).any():
        raise ValueError("the breaks must be sorted, and none may be missing")
    return np.searchsorted(breaks, np.asarray(x, float), "left" if left_open else "right")
