"""`array_reshape` compared with NumPy's own ways: `python benchmarks/reshaping.py`."""

import numpy as np
from timing import compare, main

from pybridge import array_reshape

rng = np.random.default_rng(0)
images = rng.integers(0, 256, (60000, 28, 28), np.int32)


def copies():
    """Time reshapes that move memory, compared with the faster of NumPy's two ways."""
    for name, x, dim, order in [
        ("row-major from column-major memory", np.asfortranarray(images), (60000, 784), "C"),
        ("row-major from every second row", images[:, ::2], (60000, -1), "C"),
        ("column-major from row-major memory", images[:20000], (20000, 784), "F"),
    ]:
        yield compare(
            name,
            lambda x=x, dim=dim, order=order: array_reshape(x, dim, order),
            [
                lambda x=x, dim=dim, order=order: np.reshape(x, dim, order=order),
                lambda x=x, dim=dim, order=order: np.array(x, order=order).reshape(
                    dim, order=order
                ),
            ],
        )


def views():
    """Time a call's own cost: it must not depend on the size of the tensor."""
    small = np.arange(30).reshape(2, 3, 5)
    for name, x, dim in [
        ("(60000, 28, 28) to (60000, 784)", images, (60000, 784)),
        ("(2, 3, 5) to (6, 5)", small, (6, 5)),
        ("(2, 3, 5) to (-1, 5)", small, (-1, 5)),
    ]:
        yield compare(
            name,
            lambda x=x, dim=dim: array_reshape(x, dim),
            [lambda x=x, dim=dim: np.reshape(x, dim)],
        )


if __name__ == "__main__":
    main(
        {
            "array_reshape, copies of (60000, 28, 28) int32": copies,
            "array_reshape, views: the cost of a call": views,
        }
    )
