"""A small example project: centered columns and cropped images, for any library.

It was ported from R. Its tests ask R itself whether the port is right.
"""

from __future__ import annotations

from typing import Any

from pybridge import R, recycled


def centered(x: Any) -> Any:
    """Return a matrix less the mean of each column: `sweep(x, 2, colMeans(x))` in R."""
    return x - x.mean(0)


def less_by_row(x: Any, v: Any) -> Any:
    """Return a matrix less one number for each row: `x - v` in R, where `v` runs down."""
    return recycled(lambda left, right: left - right)(x, v)


def cropped(images: Any, margin: int) -> Any:
    """Return images without a margin on all four sides: `x[, 3:6, 3:6]` in R for a margin of 2."""
    inner = slice(margin + 1, -margin - 1)
    return R(images)[:, inner, inner]
