"""Where cost is flat and where it grows, from 1 KB to 1 GB and from 1 to 6 axes.

These are tests of pytest-benchmark, since its groups and parameters are what a curve is made of:
`pytest benchmarks/growth.py`, which prints a table of its own, or `make bench` for the picture.
"""

import numpy as np
import pytest

from pybridge import NA, R, array_reshape, recycled

SIZES = {"1 KB": 2**10, "32 KB": 2**15, "1 MB": 2**20, "32 MB": 2**25, "1 GB": 2**30}
ROW = 256  # bytes; 32 doubles

add = recycled(np.add)
VERBS = {
    "range, a view": (lambda x: R(x)[2:-2], lambda x: x[1:-1]),
    "reshape, a view": (lambda x: array_reshape(x, (-1, 4)), lambda x: x.reshape(-1, 4)),
    "rows by a vector": (lambda x: R(x)[rows(x)], lambda x: x[rows(x) - 1]),
    "recycled sum": (lambda x: add(x, x[:, 0]), lambda x: np.add(x, x[:, :1])),
}


def rows(x):
    """Return a quarter of the rows' positions, in no order that a slice could say."""
    return 1 + (np.arange(len(x) // 4) * 7919) % len(x)


@pytest.fixture(scope="module")
def memory():
    """Return the largest array, of which every other is a part."""
    return np.ones(SIZES["1 GB"] // 8)


@pytest.mark.parametrize("way", ["pybridge", "NumPy"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("verb", VERBS)
def test_size(benchmark, memory, verb, size, way):
    """Times a verb on (n, 32) doubles."""
    x = memory[: SIZES[size] // 8].reshape(-1, ROW // 8)
    benchmark.group = f"{verb}, {size}"
    call = VERBS[verb][way == "NumPy"]
    benchmark.pedantic(
        call, (x,), rounds=15 if len(x) < 2**17 else 3, iterations=1, warmup_rounds=1
    )


@pytest.mark.parametrize("way", ["pybridge", "NumPy"])
@pytest.mark.parametrize("axes", range(1, 7))
def test_axes(benchmark, axes, way):
    """Times one range on every axis of a small tensor."""
    x = np.ones((4,) * axes)
    benchmark.group = f"a range on each of {axes} axes"
    ours, theirs = (slice(2, NA),) * axes, (slice(1, None),) * axes
    if way == "pybridge":
        benchmark(lambda: R(x)[ours])
    else:
        benchmark(lambda: x[theirs])
