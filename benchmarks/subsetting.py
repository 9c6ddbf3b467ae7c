"""Subscripts from Python compared with plain NumPy: `python benchmarks/subsetting.py`."""

import numpy as np
from timing import compare, main

from pybridge import NA, R, r_assign

rng = np.random.default_rng(1)


def common_subscripts():
    """Time a call's own cost: it must not depend on the size of the tensor."""
    for shape in ((100, 28, 28), (60000, 28, 28)):
        x = np.zeros(shape, np.uint8)
        yield compare(f"R(x)[1:5] on {shape}", lambda x=x: R(x)[1:5], [lambda x=x: x[0:5]])
        yield compare(
            f"R(x)[:, 15:NA, 15:NA] on {shape}",
            lambda x=x: R(x)[:, 15:NA, 15:NA],
            [lambda x=x: x[:, 14:, 14:]],
        )
        yield compare(f"R(x)[-1] on {shape}", lambda x=x: R(x)[-1], [lambda x=x: x[-1]])


def gathers():
    """Time gathers at 10 MB, compared with the fastest way to write each in NumPy.

    Both sides start from the same one-based positions.
    """
    x = rng.random((1300, 1000), np.float32).repeat(2, axis=1)
    rows, columns = 1 + rng.permutation(1300), 1 + rng.permutation(2000)
    yield compare(
        "rows in any order",
        lambda: R(x)[rows],
        [lambda: x[rows - 1], lambda: x.take(rows - 1, 0)],
    )
    yield compare(
        "columns in any order",
        lambda: R(x)[:, columns],
        [lambda: x[:, columns - 1], lambda: x.take(columns - 1, 1)],
    )
    yield compare(
        "rows and columns",
        lambda: R(x)[rows, columns],
        [
            lambda: x[np.ix_(rows - 1, columns - 1)],
            lambda: x.take(rows - 1, 0).take(columns - 1, 1),
            lambda: x.take(columns - 1, 1).take(rows - 1, 0),
        ],
    )
    images = rng.integers(0, 255, (13000, 28, 28), np.uint8)
    chosen, pixels = 1 + rng.permutation(13000), 1 + rng.permutation(28)
    yield compare(
        "images",
        lambda: R(images)[chosen],
        [lambda: images[chosen - 1], lambda: images.take(chosen - 1, 0)],
    )
    yield compare(
        "image columns",
        lambda: R(images)[..., pixels],
        [lambda: images[..., pixels - 1], lambda: images.take(pixels - 1, 2)],
    )
    yield compare(
        "image rows",
        lambda: R(images)[:, pixels],
        [lambda: images[:, pixels - 1], lambda: images.take(pixels - 1, 1)],
    )
    mask = rng.random(13000) < 0.5
    yield compare(
        "images by a mask",
        lambda: R(images)[mask],
        [lambda: images[mask], lambda: images.take(np.flatnonzero(mask), 0)],
    )
    whole = images > 128
    yield compare("pixels by a mask", lambda: R(images)[whole], [lambda: images[whole]])
    vector = rng.random(1_300_000)
    order = 1 + rng.permutation(1_300_000)
    yield compare(
        "a vector in any order",
        lambda: R(vector)[order],
        [lambda: vector[order - 1], lambda: vector.take(order - 1)],
    )
    run = np.arange(101, 1201)
    yield compare(
        "a run of rows held in a vector",
        lambda: R(x)[run],
        [lambda: x[run - 1], lambda: x.take(run - 1, 0)],
    )


def assignments():
    """Time assignments, compared with NumPy's."""
    x = np.zeros((1300, 2000), np.float32)
    rows, columns = 1 + rng.permutation(1300), 1 + rng.permutation(2000)
    value = rng.random((1300, 2000), np.float32)

    def ours():
        R(x)[rows, columns] = value

    def theirs():
        x[np.ix_(rows - 1, columns - 1)] = value

    yield compare("R(x)[rows, columns] = value", ours, [theirs])

    def update():
        updated = x.copy()
        updated[9:99] = 1
        return updated

    yield compare("r_assign(x, 10:99, 1)", lambda: r_assign(x, slice(10, 99), value=1), [update])


if __name__ == "__main__":
    main(
        {
            "Common subscripts: the cost of a call": common_subscripts,
            "Gathers at 10 MB": gathers,
            "Assignments at 10 MB": assignments,
        }
    )
