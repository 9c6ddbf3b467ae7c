"""The frozen classes that subscripts and selections are made of."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import ClassVar

import numpy as np
import pytest

from pybridge import NA
from pybridge.subscripts import Characters, Scalar, Vector
from pybridge.subscripts.frozen import Frozen
from pybridge.subscripts.python_values import vector
from pybridge.subscripts.selections import Gather


class Point(Frozen):
    row: int
    column: int = 7
    label: str = "a"


class Corner(Point):
    def __str__(self):
        return "corner"


class Thing(Frozen, eq=False):
    size: int


class Run(Frozen):
    start: int
    step: int
    length: int


class OpenRun(Frozen):
    start: int | None
    stop: int | None
    step: int


class Index(Frozen):
    index: int


class Whole(Frozen):
    shared: ClassVar[int] = 3


WHOLE = Whole()


def test_a_frozen_value_prints_its_fields():
    assert repr(Run(4, -2, 3)) == "Run(start=4, step=-2, length=3)"
    assert repr(OpenRun(1, None, step=2)) == "OpenRun(start=1, stop=None, step=2)"
    assert repr(Characters(("a",))) == "Characters(values=('a',), shape=None)"
    assert repr(vector([3, 1])) == "Vector(values=array([3, 1]), missing=None, axes=())"
    assert repr(Whole()) == "Whole()"
    assert (repr(Corner(3)), str(Corner(3))) == (
        "Corner(row=3, column=7, label='a')",
        "corner",
    )


def test_a_frozen_value_takes_its_fields_by_place_and_by_name():
    same = [Point(3), Point(3, 7), Point(row=3), Point(3, label="a", column=7), Point(3, 7, "a")]
    assert [(point.row, point.column, point.label) for point in same] == [(3, 7, "a")] * 5
    assert list(inspect.signature(Point).parameters) == ["row", "column", "label"]
    assert inspect.signature(Point).parameters["column"].default == 7


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Point(), r"Point.__init__\(\) missing 1 required positional argument: 'row'"),
        (lambda: Run(4, 2), r"Run.__init__\(\) missing 1 .* 'length'"),
        (lambda: Run(4, 2, 3, 5), r"Run.__init__\(\) takes 4 positional arguments but 5"),
        (lambda: Run(4, 2, stride=3), r"Run.__init__\(\) got an unexpected .* 'stride'"),
        (lambda: Run(4, 2, 3, start=4), r"Run.__init__\(\) got multiple values .* 'start'"),
        (lambda: Whole(3), r"Whole\(\) takes no arguments"),
        (lambda: Vector(), r"missing 1 required positional argument: 'values'"),
    ],
)
def test_wrong_arguments_are_refused_as_of_any_function(make, message):
    with pytest.raises(TypeError, match=message):
        make()


def test_frozen_values_are_equal_by_class_and_fields():
    assert Run(4, 2, 3) == Run(4, 2, 3) != Run(4, 2, 5)
    assert hash(Run(4, 2, 3)) == hash(Run(4, 2, 3))
    assert Point(3) != Corner(3)
    assert Index(3) != Scalar(3)
    assert Scalar(2.5) == 2.5 != Scalar(3)
    assert Whole() == WHOLE != Scalar(3)
    assert len({Run(4, 2, 3), Run(4, 2, 3), Index(4), Scalar(4), WHOLE, Whole()}) == 4
    with pytest.raises(TypeError, match="unhashable"):
        hash(Point([1]))


def test_values_without_equality_are_equal_to_themselves_alone():
    one = Thing(3)
    assert one == one != Thing(3)
    assert len({one, one, Thing(3)}) == 2
    gather = Gather(np.array([2, 0]))
    assert gather == gather != Gather(gather.indices)
    assert hash(gather) == hash(gather)


@pytest.mark.parametrize("item", [Run(4, -2, 3), Scalar(3), Corner(3), Thing(5), WHOLE, vector(2)])
def test_no_attribute_of_a_frozen_value_is_set_or_deleted(item):
    before = repr(item)
    for name in [*item.__match_args__, "other", "__class__"]:
        message = f"`{name}` of {type(item).__name__} cannot change"
        with pytest.raises(AttributeError, match=message):
            setattr(item, name, 1)
        with pytest.raises(AttributeError, match=message):
            delattr(item, name)
    assert repr(item) == before
    assert not hasattr(item, "__dict__")


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_frozen_values_survive_a_pickle_and_a_copy(copied):
    for item in (Run(4, -2, 3), OpenRun(1, None, 2), Scalar(NA), Corner(3, label="b"), WHOLE):
        same = copied(item)
        assert type(same) is type(item)
        assert same == item
    gather = copied(Gather(np.array([2, 0]), np.array([False, True])))
    assert (gather.indices.tolist(), gather.missing.tolist()) == ([2, 0], [False, True])


def test_frozen_values_match_patterns():
    match Run(4, -2, 3):
        case Run(start, step, length=length):
            assert (start, step, length) == (4, -2, 3)
    match Corner(3):
        case Point(row, column):
            assert (row, column) == (3, 7)
    match WHOLE:
        case Index():
            pytest.fail("a whole axis is not an index")
