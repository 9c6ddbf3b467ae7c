"""`broadcast`, against NumPy's own."""

import itertools

import numpy as np
import pytest

from pybridge import broadcast, recycle
from pybridge.errors import (
    BroadcastError,
    r_classes,
)


@pytest.mark.parametrize("align", ["trailing", "leading"])
def test_every_pair_of_small_shapes_broadcasts_as_numpy(align):
    failures = 0
    shapes = [shape for ndim in range(4) for shape in itertools.product(range(5), repeat=ndim)]
    for pair in itertools.product(shapes, repeat=2):
        factors = zip(pair, (1, 100), strict=True)
        operands = [k * np.arange(1, np.prod(shape) + 1).reshape(shape) for shape, k in factors]
        by_numpy = operands
        if align == "leading":
            ndim = max(x.ndim for x in operands)
            by_numpy = [x.reshape(x.shape + (1,) * (ndim - x.ndim)) for x in operands]
        try:
            expected = np.broadcast_arrays(*by_numpy)
        except ValueError:
            with pytest.raises(BroadcastError, match=r"do not broadcast: axis \d has the sizes"):
                broadcast(*operands, align=align)
            failures += 1
            continue
        for x, y in zip(broadcast(*operands, align=align), expected, strict=True):
            assert x.shape == y.shape
            assert np.array_equal(x, y)
    assert failures > 1000


def test_up_to_six_axes_and_three_operands():
    x = np.zeros((2, 1, 3, 1, 5, 1))
    y, z = np.arange(7), np.arange(12).reshape(4, 3, 1, 1, 1)
    found = broadcast(x, y, z)
    assert [a.shape for a in found] == [(2, 4, 3, 1, 5, 7)] * 3
    assert found[2][1, 3, 2, 0, 4, 6] == 11
    deep = np.zeros((2, 3, 1, 1, 5, 2))
    assert recycle(deep, np.arange(6), 2.0)[1][1, 2, 0, 0, 4, 1] == 5


def test_the_broadcast_error_names_axis_and_sizes():
    with pytest.raises(BroadcastError) as caught:
        broadcast(np.zeros((2, 3, 5)), np.zeros(2), np.zeros((4, 1)))
    assert str(caught.value) == (
        "shapes (2, 3, 5), (2) and (4, 1) do not broadcast: axis 2 has the sizes 3 and 4"
    )
    assert (caught.value.axis, caught.value.align) == (2, "trailing")
    assert r_classes(caught.value)[0] == "pybridge_error_broadcast"
