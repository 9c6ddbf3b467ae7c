"""Recycling compared with NumPy with the axes written out: `python benchmarks/recycling.py`."""

import numpy as np
from timing import compare, main

from pybridge import broadcast, recycle, recycled

rng = np.random.default_rng(0)
add = recycled(np.add)


def large():
    """Time sums at 10 MB, compared with the same sums with the axis written out."""
    matrix, vector = rng.random((1250, 1000)), rng.random(1250)
    yield compare(
        "matrix + vector",
        lambda: add(matrix, vector),
        [lambda: np.add(matrix, vector[:, None])],
    )
    by_columns = np.asfortranarray(matrix)
    yield compare(
        "matrix in column-major memory + vector",
        lambda: add(by_columns, vector),
        [lambda: np.add(by_columns, vector[:, None])],
    )
    cube, plane = rng.random((50, 250, 100)), rng.random(12500)
    yield compare(
        "(50, 250, 100) + vector of 50 x 250",
        lambda: add(cube, plane),
        [lambda: np.add(cube, plane.reshape(250, 50).T[:, :, None])],
    )
    longer = rng.random(1250000)
    yield compare(
        "vector + vector that fits 1000 times",
        lambda: add(longer, vector),
        [
            lambda: np.add(longer, np.tile(vector, 1000)),
            lambda: np.add(longer.reshape(1000, 1250), vector).reshape(-1),
        ],
    )
    yield compare("matrix + number", lambda: add(matrix, 2.5), [lambda: np.add(matrix, 2.5)])


def small():
    """Time a call's own cost on shapes (2, 3) and (2)."""
    matrix, vector = rng.random((2, 3)), rng.random(2)
    column = [lambda: np.add(matrix, vector[:, None])]
    yield compare("recycled(np.add)(matrix, vector)", lambda: add(matrix, vector), column)
    yield compare("recycled(np.add)(matrix, matrix)", lambda: add(matrix, matrix), column)
    views = [lambda: np.broadcast_arrays(matrix, vector[:, None])]
    yield compare("recycle(matrix, vector)", lambda: recycle(matrix, vector), views)
    yield compare(
        "broadcast(matrix, vector, leading)",
        lambda: broadcast(matrix, vector, align="leading"),
        views,
    )


if __name__ == "__main__":
    main(
        {
            "Recycling at 10 MB": large,
            "Recycling: the cost of a call": small,
        }
    )
