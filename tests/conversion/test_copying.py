"""The strided copy, in tiles."""

import numpy as np
import pytest
from conversion_oracle import r_value

from pybridge.conversion import to_r
from pybridge.conversion.copying import copy_tiles


@pytest.mark.parametrize(
    ("shape", "axes"),
    [
        ((700, 900), (1, 0)),
        ((3, 300, 500), (2, 0, 1)),
        ((600000,), (0,)),
        ((40, 50, 6, 70), (1, 3, 0, 2)),
        ((2, 1, 400000), (2, 1, 0)),
    ],
)
def test_arrays_of_many_tiles_are_copied_whole(shape, axes):
    x = np.arange(np.prod(shape), dtype="i4").reshape(shape)
    x = np.ascontiguousarray(x.transpose(axes)).transpose(np.argsort(axes))
    value = to_r(x)
    # R recomputes each element from its position.
    places = " + ".join(
        f"slice.index(x, {axis}) * {int(np.prod(shape[axis:]))} - {int(np.prod(shape[axis:]))}"
        for axis in range(1, len(shape) + 1)
    )
    dim = f"dim = c({', '.join(map(str, shape))})"
    same = r_value(f"y <- array(0, {dim}); x <- y; all(v == {places})", v=value)
    assert list(same) == [True]
    tiles = []
    target = np.empty(shape, "f8", order="F")
    copy_tiles(target, x, finish=lambda part, _source, _mask: tiles.append(part.size))
    np.testing.assert_array_equal(target, x)
    assert sum(tiles) == x.size
    assert len(tiles) > 1
