"""Functions on signals that an R package has ported."""

import numpy as np


def peaks(x):
    """Return the indices at which a signal is greater than before and after, from zero."""
    return np.flatnonzero((x[1:-1] > x[:-2]) & (x[1:-1] > x[2:])) + 1


def standardized(x):
    """Return each column with mean 0 and standard deviation 1; NaN where one is missing."""
    if x.ndim != 2:
        raise ValueError(f"a matrix is needed, not an array of {x.ndim} axes")
    return (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)


def decibels(x, reference=1.0):
    """Return levels in decibels; NumPy warns of a negative one."""
    return 10 * np.log10(x / reference)


def described(x):
    """Return what a report says of a signal."""
    return {"peaks": len(peaks(x)), "range": [x.min(), x.max()], "is_flat": bool(np.ptp(x) == 0)}
