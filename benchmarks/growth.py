"""Where cost is flat and where it grows, from 1 KB to 1 GB and from 1 to 6 axes.

`python benchmarks/growth.py` prints the times; `make bench` draws them as curves.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from timing import Row, compare, main

from pybridge import NA, R, array_reshape, recycled

SIZES = {"1 KB": 2**10, "32 KB": 2**15, "1 MB": 2**20, "32 MB": 2**25, "1 GB": 2**30}
ROW = 256  # bytes; 32 doubles

add = recycled(np.add)
VERBS: dict[str, tuple[Callable[[np.ndarray], object], Callable[[np.ndarray], object]]] = {
    "range, a view": (lambda x: R(x)[2:-2], lambda x: x[1:-1]),
    "reshape, a view": (lambda x: array_reshape(x, (-1, 4)), lambda x: x.reshape(-1, 4)),
    "rows by a vector": (lambda x: R(x)[rows(x)], lambda x: x[rows(x) - 1]),
    "recycled sum": (lambda x: add(x, x[:, 0]), lambda x: np.add(x, x[:, :1])),
}


def rows(x: np.ndarray) -> np.ndarray:
    """Return a quarter of the rows' positions, in no order that a slice could say."""
    return 1 + (np.arange(len(x) // 4) * 7919) % len(x)


def by_size(verb: str) -> Iterator[Row]:
    """Time a verb on (n, 32) doubles."""
    ours, theirs = VERBS[verb]
    memory = np.ones(max(SIZES.values()) // 8)
    for label, size in SIZES.items():
        x = memory[: size // 8].reshape(-1, ROW // 8)
        turns = 15 if size < 2**25 else 3
        yield compare(label, partial(ours, x), [partial(theirs, x)], turns=turns)


def by_axes() -> Iterator[Row]:
    """Time one range on every axis of a small tensor."""
    for axes in range(1, 7):
        x = np.ones((4,) * axes)
        ours, theirs = (slice(2, NA),) * axes, (slice(1, None),) * axes
        label = f"{axes} axes" if axes > 1 else "1 axis"
        yield compare(label, lambda x=x, key=ours: R(x)[key], [lambda x=x, key=theirs: x[key]])


if __name__ == "__main__":
    curves = {f"Growth: {verb}": partial(by_size, verb) for verb in VERBS}
    main({**curves, "Growth: a range on each axis": by_axes})
