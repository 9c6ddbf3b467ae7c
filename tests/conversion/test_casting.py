"""Arrays of their own, cast in tiles: what is lost is found in any tile."""

from functools import partial

import numpy as np
import pytest
from hearing import heard_warnings

from pybridge.conversion import copying
from pybridge.conversion.casting import Target, own_array
from pybridge.conversion.r_to_numpy import _refuse_na
from pybridge.errors import ConversionError

SHAPE = (37, 11, 13)


@pytest.fixture
def tiles(monkeypatch):
    """Cut arrays of a few thousand elements into many tiles, and list those that are reached."""
    reached, cut = [], copying._tiles

    def listed(source):
        for tile in cut(source):
            reached.append(tile)
            yield tile

    monkeypatch.setattr(copying, "_TILE", 256)
    monkeypatch.setattr(copying, "_SHORTEST", 4)
    monkeypatch.setattr(copying, "_tiles", listed)
    return reached


def column_major(dtype):
    return np.asfortranarray((np.arange(np.prod(SHAPE)) % 121).reshape(SHAPE).astype(dtype))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "uint8", "int64", "complex64", "int8"])
@pytest.mark.parametrize("source", ["float64", "int32", "complex128"])
def test_every_element_arrives(tiles, source, dtype, order):
    made = own_array(column_major(source), Target(dtype, order=order))
    assert made.dtype == dtype
    assert made.flags.f_contiguous == (order == "F")
    assert made.ravel().tolist() == [number % 121 for number in range(37 * 11 * 13)]
    assert len(tiles) > 10


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    ("source", "dtype", "value"),
    [
        ("float64", "uint8", 0.5),
        ("float64", "uint8", 256.0),
        ("float64", "uint8", -1.0),
        ("float64", "int32", 2.0**31),
        ("float64", "int32", np.nan),
        ("float64", "int64", 2.0**63),
        ("float64", "bool", 2.0),
        ("float64", "float32", 1e39),
        ("int32", "uint8", -1),
        ("int32", "int8", 128),
        ("int32", "float32", 2**24 + 1),
        ("int32", "float16", 2049),
        ("int32", "uint64", -5),
        ("complex128", "float64", 1j),
    ],
)
def test_one_lost_element_is_found_wherever_it_is(tiles, source, dtype, value, order):
    base = column_major(source)
    if dtype == "bool":
        base[...] = 1
    for index in [(0, 0, 0), (36, 10, 12), (20, 5, 7), (3, 10, 0)]:
        x = base.copy(order="F")
        x[index] = value
        where = ", ".join(str(i + 1) for i in index)
        with pytest.raises(ConversionError, match=rf"element \[{where}\] is "):
            own_array(x, Target(dtype, order=order))
    assert len(tiles) > 10 or source == "complex128"  # which is checked before it is cut


@pytest.mark.parametrize(
    ("source", "dtype", "value"),
    [("float64", "float32", np.inf), ("float64", "uint8", 255.0), ("int32", "float32", 2**24 + 2)],
)
def test_what_is_at_the_edge_is_kept(tiles, source, dtype, value):
    x = column_major(source)
    x[20, 5, 7] = value
    assert own_array(x, Target(dtype))[20, 5, 7] == value
    assert len(tiles) > 10


def test_na_is_refused_in_any_tile_before_what_it_would_be_cast_to(tiles):
    x = column_major("int32")
    x[30, 9, 12] = -(2**31)
    with pytest.raises(ConversionError, match=r"element \[31, 10, 13\] is NA"):
        own_array(x, Target("uint8"), partial(_refuse_na, x, -(2**31), "integer"))
    assert len(tiles) > 10


def test_casting_warns_of_nothing_in_any_tile(tiles):
    with heard_warnings() as heard, pytest.raises(ConversionError):
        own_array(np.full(SHAPE, 1e300, order="F"), Target("float32"))
    assert not heard
    assert tiles
