"""How fast `array_reshape` is beside NumPy's own ways: `python benchmarks/reshaping.py`.

Prints the best time of each, and the ratio to NumPy's best. The last column must stay at 1.1 or
less where memory moves; where both give a view, what counts is the overhead in microseconds.
"""

import gc
import time

import numpy as np

from pybridge import array_reshape


def best_of_each(calls, rounds):
    """Return the best time of each call, in seconds; the calls take turns, so load hits all."""
    best = [float("inf")] * len(calls)
    for _ in range(rounds):
        for k, call in enumerate(calls):
            gc.collect()
            start = time.perf_counter()
            call()
            best[k] = min(best[k], time.perf_counter() - start)
    return best


def repeated(call, count):
    def run():
        for _ in range(count):
            call()

    return run


def main():
    images = np.random.default_rng(0).integers(0, 256, (60000, 28, 28), np.int32)
    column_major = np.asfortranarray(images)
    strided = images[:, ::2, :]
    moves = [
        ("row-major from column-major memory", column_major, (60000, 784), "C"),
        ("row-major from every second row", strided, (60000, -1), "C"),
        ("column-major from row-major memory", images, (60000, 784), "F"),
    ]
    print(f"{'(60000, 28, 28) int32':40}{'array_reshape':>15}{'numpy':>12}{'ratio':>8}")
    for name, x, dim, order in moves:
        ours, reshape, copy_first = best_of_each(
            [
                lambda x=x, dim=dim, order=order: array_reshape(x, dim, order),
                lambda x=x, dim=dim, order=order: np.reshape(x, dim, order=order),
                lambda x=x, dim=dim, order=order: np.array(x, order=order).reshape(
                    dim, order=order
                ),
            ],
            7,
        )
        theirs = min(reshape, copy_first)
        print(f"{name:40}{ours * 1e3:12.1f} ms{theirs * 1e3:9.1f} ms{ours / theirs:8.2f}")
    count = 20000
    small = np.arange(30).reshape(2, 3, 5)
    print(f"\n{'a view, per call':40}{'array_reshape':>15}{'numpy':>12}{'ratio':>8}")
    for name, x, dim in [
        ("(60000, 28, 28) to (60000, 784)", images, (60000, 784)),
        ("(2, 3, 5) to (6, 5)", small, (6, 5)),
        ("(2, 3, 5) to (-1, 5)", small, (-1, 5)),
    ]:
        ours, theirs = best_of_each(
            [
                repeated(lambda x=x, dim=dim: array_reshape(x, dim), count),
                repeated(lambda x=x, dim=dim: np.reshape(x, dim), count),
            ],
            5,
        )
        ours, theirs = ours / count * 1e6, theirs / count * 1e6
        print(f"{name:40}{ours:12.2f} us{theirs:9.2f} us{ours / theirs:8.2f}")


if __name__ == "__main__":
    main()
