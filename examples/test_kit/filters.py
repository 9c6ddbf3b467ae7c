"""Two functions of R's package stats, ported to NumPy: `filter()` and `ave()`.

Nothing here needs pybridge or R. Only the tests ask R, or its records, whether the port is right.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]


def linear_filter(
    x: npt.ArrayLike,
    weights: npt.ArrayLike,
    *,
    sides: int = 2,
    circular: bool = False,
    recursive: bool = False,
) -> Reals:
    """Return weighted sums along a series: `stats::filter()` of R.

    A sum that needs a missing value, or one beyond an end of the series, is NaN. Raises
    `ValueError` for missing weights, more weights than values, and other `sides` than 1 and 2.
    """
    x, weights = np.asarray(x, float), np.asarray(weights, float)
    if np.isnan(weights).any():
        raise ValueError("missing values in weights")
    if recursive:
        return _recursive(x, weights)
    if sides not in (1, 2):
        raise ValueError("sides must be 1 or 2")
    if len(weights) > len(x):
        raise ValueError(f"{len(weights)} weights for a series of {len(x)} values")
    shift = len(weights) // 2 if sides == 2 else 0
    padded = np.full(len(x) + 2 * len(weights), np.nan)
    padded[len(weights) : -len(weights) or None] = x
    if circular:
        padded = np.concatenate([x[len(x) - len(weights) :], x, x[: len(weights)]])
    total = np.zeros(len(x))
    for k, weight in enumerate(weights):  # in R's order, so that the last bit agrees
        first = len(weights) + shift - k
        total = total + weight * padded[first : first + len(x)]
    return total


def _recursive(x: Reals, weights: Reals) -> Reals:
    found = np.zeros(len(weights) + len(x))
    for k, value in enumerate(x, len(weights)):
        total = value
        for lag, weight in enumerate(weights, 1):
            total = total + weight * found[k - lag]
        found[k] = total
    return found[len(weights) :]


def ave(
    x: Any, groups: npt.ArrayLike | None = None, function: Callable[[Any], Any] = np.mean
) -> Any:
    """Return `x` with each value replaced by that of its group: `stats::ave()` of R.

    A mapping keeps its names. A value whose group is missing (None or NaN) does not change. Groups
    are repeated if there are fewer groups than values; lengths that do not fit are a `UserWarning`.
    """
    if isinstance(x, Mapping):
        return dict(zip(x, ave(list(x.values()), groups, function).tolist(), strict=True))
    values = np.asarray(x)
    found = values.astype(float)
    labels = [0] if groups is None else [*np.asarray(groups, object)]
    if len(values) % len(labels):
        warnings.warn(f"{len(values)} values for {len(labels)} groups", stacklevel=2)
    repeated = [labels[k % len(labels)] for k in range(len(values))]
    for label in {label for label in labels if label is not None and label == label}:
        members = np.array([each == label for each in repeated], bool)
        found[members] = function(values[members])
    return found
