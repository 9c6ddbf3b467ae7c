"""Shape arithmetic where no tensor is needed, with sizes that traced code does not know."""

import math

import numpy as np
import pytest

from pybridge import NA
from pybridge.errors import BroadcastError, RecyclingError, ReshapeError, TracingError
from pybridge.shapes import (
    broadcast_shapes,
    known_count,
    leading_fit,
    recycle_shapes,
    shape_text,
)
from pybridge.shapes.sizes import new_sizes, read_shape


@pytest.mark.parametrize(
    ("shape", "dim", "expected"),
    [
        ((None, 28, 28), (-1, 784), (-1, 784)),
        ((None, 28, 28), (NA, 784), (-1, 784)),
        ((None, 28, 28), (32, 784), (32, 784)),  # the library checks it when the code runs
        ((None, 0), (-1, 5), (0, 5)),
        ((2, 3, 5), (-1,), (30,)),
        ((2, 3, 5), (5, -1, 2), (5, 3, 2)),
        ((), (1, -1), (1, 1)),
        ((0,), (-1, 3), (0, 3)),
    ],
)
def test_new_sizes(shape, dim, expected):
    assert new_sizes(shape, dim) == expected


def test_two_open_sizes_are_an_error_also_when_a_size_is_unknown():
    with pytest.raises(ReshapeError, match="leaves the sizes 1 and 2 open"):
        new_sizes((None, 3), (-1, NA))


class Traced:
    """A number that a library knows only when the code runs."""

    def __index__(self):
        raise RuntimeError("no value yet")

    def __iter__(self):
        raise RuntimeError("no value yet")


@pytest.mark.parametrize("dim", [Traced(), (Traced(), 784)])
def test_a_size_without_a_value_is_named(dim):
    with pytest.raises(ReshapeError, match=r"`dim\[1\]` is an object of type Traced"):
        new_sizes((None, 784), dim)


def test_read_shape():
    assert read_shape((None, 3.0, NA, math.nan)) == (None, 3, None, None)
    assert read_shape(np.array([2, 3])) == (2, 3)
    with pytest.raises(ReshapeError):
        read_shape("2 x 3")


def test_shape_text_and_count():
    assert shape_text([2, None]) == "(2, NA)"
    assert shape_text((3,)) == "(3)"
    assert known_count(()) == 1
    assert known_count((None, None)) is None
    assert known_count((None, 0, 3)) == 0


@pytest.mark.parametrize(
    ("shapes", "align", "expected"),
    [
        ([(None, 3), (3,)], "trailing", (None, 3)),
        ([(None, 3), (5, 1)], "trailing", (5, 3)),
        ([(None, 3), (1, 3)], "trailing", (None, 3)),
        ([(None, None), (None,)], "trailing", (None, None)),
        ([(4, None), (4,)], "leading", (4, None)),
        ([(0, 3), (1, 1)], "trailing", (0, 3)),
        ([(2, 3, 5)], "trailing", (2, 3, 5)),
        ([], "trailing", ()),
    ],
)
def test_broadcast_shapes(shapes, align, expected):
    assert broadcast_shapes(shapes, align) == expected


def test_broadcast_shapes_of_size_zero_and_more_fail():
    with pytest.raises(BroadcastError, match="axis 1 has the sizes 0 and 2"):
        broadcast_shapes([(0, 3), (2, 1)])


@pytest.mark.parametrize(
    ("shapes", "expected", "paths"),
    [
        ([(None, 3), (5, None)], (5, 3), ((), ())),
        ([(None, 3), ()], (None, 3), ((), ((None, 3),))),
        ([(1,), (None, 3)], (None, 3), (((None, 3),), ())),
        ([(2, 3, None), (6,)], (2, 3, None), ((), ((2, 3, None),))),
        ([(4, None), (2,)], (4, None), ((), ((4, None),))),
        ([(None,), (None,)], (None,), ((), ())),
        ([(None,), (7,)], (7,), ((), ())),
        ([(None,), ()], (None,), ((), ((None,),))),
        ([(0, None), (4,)], (0, None), ((), ((0, None),))),
        ([(0, 3), (None,)], (0, 3), ((), ((0, 3),))),
    ],
)
def test_recycling_that_needs_no_unknown_size(shapes, expected, paths):
    found = recycle_shapes(shapes)
    assert (found.shape, found.paths, found.error) == (expected, paths, None)
    assert found.warnings == ()


@pytest.mark.parametrize(
    "shapes",
    [
        [(None, 3), (3,)],
        [(None,), (2, 3)],
        [(3, None), (7,)],
        [(2, None, 3), (6,)],
        [(None, 3), (0,)],
    ],
)
def test_recycling_that_depends_on_an_unknown_size_is_refused(shapes):
    found = recycle_shapes(shapes)
    assert found.shape is None
    assert isinstance(found.error, TracingError)
    assert "known only when the code runs" in str(found.error)


def test_arrays_with_unknown_sizes_that_cannot_match():
    found = recycle_shapes([(None, 3), (None, 4)])
    assert isinstance(found.error, RecyclingError)


def test_stages_that_say_nothing_new_are_left_out():
    assert recycle_shapes([(2,), (4,), (8,), (8, 3)]).paths[0] == ((8, 3),)
    assert recycle_shapes([(2,), (3,), (6,)]).paths == (((3,), (6,)), ((6,),), ())
    assert recycle_shapes([(1, 1), (3,), (0,)]).paths[0] == ((0,),)


def test_leading_fit():
    assert leading_fit(10, (2, 3, 5)) == (3, 30)
    assert leading_fit(3, (1, 3, None)) == (2, 3)
    assert leading_fit(3, (None, 3)) is None


def test_a_size_beyond_every_tensor():
    with pytest.raises(ReshapeError, match="more than any tensor has"):
        new_sizes((0,), [0, 10**30])


def test_recycling_with_no_axis_and_with_no_element():
    assert recycle_shapes([(), (1,)]).shape == (1,)
    assert recycle_shapes([(0,), (2, 3)]).shape == (0,)
