"""How fast recycling is beside NumPy with the axis written out: `python benchmarks/recycling.py`.

At 10 MB `recycled(np.add)(matrix, vector)` must cost at most 1.1 times
`np.add(matrix, vector[:, None])`; small calls show the overhead in microseconds.
"""

import gc
import time

import numpy as np

from pybridge import broadcast, recycle, recycled


def best_of_each(calls, rounds, count=1):
    """Return the best time of each call, in seconds; the calls take turns, so load hits all."""
    best = [float("inf")] * len(calls)
    for _ in range(rounds):
        for k, call in enumerate(calls):
            gc.collect()
            start = time.perf_counter()
            for _ in range(count):
                call()
            best[k] = min(best[k], (time.perf_counter() - start) / count)
    return best


def main():
    rng = np.random.default_rng(0)
    add = recycled(np.add)
    matrix, vector = rng.random((1250, 1000)), rng.random(1250)
    cube, plane = rng.random((50, 250, 100)), rng.random(12500)
    longer, shorter = rng.random(1250000), rng.random(1250)
    by_columns = np.asfortranarray(matrix)
    large = [
        ("matrix + vector", lambda: add(matrix, vector), lambda: matrix + vector[:, None]),
        (
            "matrix in column-major memory + vector",
            lambda: add(by_columns, vector),
            lambda: by_columns + vector[:, None],
        ),
        (
            "(50, 250, 100) + vector of 12500",
            lambda: add(cube, plane),
            lambda: cube + plane.reshape(250, 50).T[:, :, None],
        ),
        (
            "vector of 1250000 + vector of 1250",
            lambda: add(longer, shorter),
            lambda: longer + np.tile(shorter, 1000),
        ),
        ("matrix + number", lambda: add(matrix, 2.5), lambda: matrix + 2.5),
    ]
    print(f"{'10 MB of float64':42}{'recycled':>12}{'numpy':>12}{'ratio':>8}")
    for name, ours, theirs in large:
        ours, theirs = best_of_each([ours, theirs], 60)
        print(f"{name:42}{ours * 1e3:9.2f} ms{theirs * 1e3:9.2f} ms{ours / theirs:8.2f}")
    small, short = rng.random((2, 3)), rng.random(2)
    calls = [
        ("recycled(np.add)(matrix, vector)", lambda: add(small, short)),
        ("recycled(np.add)(matrix, matrix)", lambda: add(small, small)),
        ("recycle(matrix, vector)", lambda: recycle(small, short)),
        ('broadcast(..., align="leading")', lambda: broadcast(small, short, align="leading")),
        ("np.add(matrix, vector[:, None])", lambda: np.add(small, short[:, None])),
        (
            "np.broadcast_arrays(matrix, vector[:, None])",
            lambda: np.broadcast_arrays(small, short[:, None]),
        ),
    ]
    print(f"\n{'(2, 3) and (2), per call':50}")
    for (name, _), seconds in zip(
        calls, best_of_each([call for _, call in calls], 7, 5000), strict=True
    ):
        print(f"{name:50}{seconds * 1e6:9.2f} us")


if __name__ == "__main__":
    main()
