"""Subscripts as values: kinds, printing, equality, hashing, memory of their own, refusals.

The frozen classes that they and the selections are made of are tested here as well.
"""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

from pybridge import NA, R, newaxis, r_slice, r_subscripts
from pybridge.axis import Axis
from pybridge.errors import PybridgeError, SubscriptOutOfBoundsError, SubscriptTypeError
from pybridge.subscripts import (
    Characters,
    Mask,
    Scalar,
    Subscripts,
    Vector,
    python_source,
    r_source,
    short_text,
)
from pybridge.subscripts.python_values import as_subscript, as_subscripts, mask, vector
from pybridge.subscripts.resolve import TENSOR

X = np.arange(1, 31).reshape(2, 3, 5)


class Integer:
    def __index__(self):
        return 3


class Column:
    """What a column of a data frame offers."""

    def __init__(self, array):
        self.array = array

    def to_numpy(self):
        return self.array


class NAType:
    """The missing value of another library, which calls its type so."""


KINDS = [
    (3, 3, "3"),
    (-1, -1, "-1"),
    (2.0, 2, "2"),
    (2.5, Scalar(2.5), "2.5"),
    (-0.0, 0, "0"),
    (2**70, 2**70, "1180591620717411303424"),
    (float("inf"), Scalar(float("inf")), "Inf"),
    (float("nan"), Scalar(NA), "NA_integer_"),
    (np.int8(3), 3, "3"),
    (np.uint64(2**63 + 5), 2**63 + 5, "9223372036854775813"),
    (np.float16(2), 2, "2"),
    (np.longdouble(2.5), Scalar(2.5), "2.5"),
    (np.array(3), 3, "3"),
    (np.array(3, object), 3, "3"),
    (np.ma.masked, Scalar(NA), "NA_integer_"),
    (np.ma.array(3, mask=True), Scalar(NA), "NA_integer_"),
    (Integer(), 3, "3"),
    (NA, mask([False], [True]), "NA"),
    (True, mask([True]), "TRUE"),
    (np.False_, mask([False]), "FALSE"),
    (np.array(True), mask([True]), "TRUE"),
    (None, None, "newaxis"),
    (newaxis, None, "newaxis"),
    (..., ..., ".."),
    (slice(None), slice(None), ""),
    (slice(1, 3), slice(1, 3), "1:3"),
    (slice(NA, 5), slice(None, 5), "NA:5"),
    (slice(None, 5), slice(None, 5), "NA:5"),
    (slice(np.nan, np.int8(5), np.int64(2)), slice(None, 5, 2), "NA:5:2"),
    (slice(np.ma.masked, 2.0), slice(None, 2), "NA:2"),
    ([3], vector([3]), "array(3)"),
    ([3, 1], vector([3, 1]), "c(3, 1)"),
    (range(3, 0, -1), vector([3, 2, 1]), "c(3, 2, 1)"),
    (range(10**20, 10**20 + 1), vector([1e20]), "array(1e+20)"),
    ([1, NA], vector([1, 0], [False, True]), "c(1, NA)"),
    ([1, float("nan")], vector([1, NA]), "c(1, NA)"),
    ([1, np.ma.masked], vector([1, NA]), "c(1, NA)"),
    ([1, np.ma.array(3, mask=True)], vector([1, NA]), "c(1, NA)"),
    ([1, np.ma.array(3)], vector([1, 3]), "c(1, 3)"),
    ([np.str_("a"), "b"], Characters(("a", "b")), 'c("a", "b")'),
    ([1, NA], vector([1, NA]), "c(1, NA)"),
    ([np.int8(3), np.array(4), np.uint64(5), Integer()], vector([3, 4, 5, 3]), "c(3, 4, 5, 3)"),
    ([1.5, np.float32(2)], vector([1.5, 2]), "c(1.5, 2)"),
    ([2**70, 10**400, -(10**400)], vector([2.0**70, np.inf, -np.inf]), None),
    ([], vector([]), "integer(0)"),
    (np.empty(0), vector([]), "integer(0)"),
    (np.empty(0, bool), mask([]), "logical(0)"),
    (np.array([1, 2], np.uint64), vector([1, 2]), "c(1, 2)"),
    (np.array([2**63, 1], np.uint64), vector([2.0**63, 1]), "c(9.223372036854776e+18, 1)"),
    (np.ma.array([1, 2], mask=[False, True]), vector([1, NA]), "c(1, NA)"),
    (np.ma.array([1, None], object, mask=[False, True]), vector([1, NA]), "c(1, NA)"),
    (np.array([1, NA], object), vector([1, NA]), "c(1, NA)"),
    (np.array([np.nan, np.nan]), vector([NA, NA]), "c(NA_integer_, NA_integer_)"),
    (Column(np.array([3, 1])), vector([3, 1]), "c(3, 1)"),
    ([True, False], mask([True, False]), "c(TRUE, FALSE)"),
    ([np.True_, False], mask([True, False]), "c(TRUE, FALSE)"),
    ([True, NA], mask([True, False], [False, True]), "c(TRUE, NA)"),
    ([NA, NA], mask([False, False], [True, True]), "c(NA, NA)"),
    (np.ma.array([True, False], mask=[0, 1]), mask([1, 0], [0, 1]), "c(TRUE, NA)"),
    (Column(np.array([True, False])), mask([True, False]), "c(TRUE, FALSE)"),
    ([[1, 2, 3], [4, 5, 6]], vector(np.array([[1, 2, 3], [4, 5, 6]])), None),
    ([[1, 2], [3, NA]], vector([[1, 2], [3, NA]]), "matrix(c(1, 3, 2, NA), ncol = 2)"),
    ([np.array([1, 2]), range(2)], vector([[1, 2], [0, 1]]), "matrix(c(1, 0, 2, 1), ncol = 2)"),
    ([[True, False]], mask([[True, False]]), "matrix(c(TRUE, FALSE), ncol = 2)"),
    ([[]], vector(np.empty((1, 0))), "array(integer(0), dim = c(1, 0))"),
    (np.empty((0, 2), int), vector(np.empty((0, 2))), "matrix(integer(0), ncol = 2)"),
    (np.ones((1, 2, 1), bool), mask([[[1], [1]]]), "array(c(TRUE, TRUE), dim = c(1, 2, 1))"),
    ("a", Characters(("a",)), '"a"'),
    (np.str_("a"), Characters(("a",)), '"a"'),
    (["a", 'b"\n'], Characters(("a", 'b"\n')), r'c("a", "b\"\u{a}")'),
    (np.array(["a", "b"]), Characters(("a", "b")), 'c("a", "b")'),
    (np.empty(0, str), Characters(()), "character(0)"),
]


NAMES = [f"{type(value).__name__}: {text}" for value, _, text in KINDS]


@pytest.mark.parametrize(("value", "expected", "text"), KINDS, ids=NAMES)
def test_python_values_are_read_as_these_kinds(value, expected, text):
    found = as_subscript(value)
    assert type(found) is type(expected)
    assert found == expected
    assert hash(Subscripts((found,))) == hash(Subscripts((expected,)))
    if text is not None:
        assert r_source(found) == text


@pytest.mark.parametrize(("value", "expected", "text"), KINDS, ids=NAMES)
def test_each_kind_prints_python_source_that_reads_as_itself(value, expected, text):
    names = {"numpy": np, "NA": NA, "float": float}
    assert as_subscript(eval(python_source(expected), names)) == expected


def test_read_numbers_are_plain_numbers():
    assert type(as_subscript(np.float64(2))) is int
    assert type(as_subscript(np.longdouble(2.5)).value) is float
    assert type(as_subscript(np.int8(2))) is int
    assert as_subscript([3, 1]).values.dtype == np.int64
    assert as_subscript(np.array([3, 1], np.uint8)).values.dtype == np.int64
    assert as_subscript([3, 1.0]).values.dtype == np.float64


REFUSED = [
    (1j, "type `complex`"),
    (b"a", "type `bytes`"),
    ({1, 2}, "type `set`"),
    ({}, "type `dict`"),
    (object(), "type `object`"),
    (np.array([1j]), "dtype complex128"),
    (np.datetime64("2020-01-01"), "dtype datetime64"),
    (np.array(["2020-01-01"], "M8[D]"), "dtype datetime64"),
    (np.array([3], "m8[s]"), "dtype timedelta64"),
    (np.array([b"a"]), "dtype |S1"),
    (np.zeros(1, [("a", int)]), "dtype"),
    ([1, None], "mixes NoneType, int"),
    ([1, ...], "mixes ellipsis, int"),
    ([1, True], "mixes bool, int"),
    ([[True, 2]], "mixes bool, int"),
    ([1, "a"], "mixes int, str"),
    ([1, 2j], "mixes complex, int"),
    ([slice(1, 2)], "mixes slice"),
    ([[1, 2], [3]], "rows of different lengths"),
    ([np.zeros((2, 2)), np.zeros((2, 3))], "rows of different lengths"),
    ([1, [2, 3]], "rows of different lengths"),
    ([[1, [2]], [3]], "rows of different lengths"),
    ([["a", "b"]], "not a matrix of numbers"),
    ([[1, 2], [object(), 3]], "not an entry of a matrix of positions or logicals"),
    (slice(True, 3), "a bound of a range is one number or NA"),
    (slice("a", 3), "a bound of a range is one number or NA"),
    (slice([1, 2], 3), "a bound of a range is one number or NA"),
    ([10**5000, None], "mixes NoneType, int"),
    (np.array(None), "a subscript by itself, not in an array"),
    (np.array(..., object), "a subscript by itself, not in an array"),
]


@pytest.mark.parametrize(("value", "message"), REFUSED, ids=[m for _, m in REFUSED])
def test_other_values_are_refused_with_the_reason(value, message):
    with pytest.raises(SubscriptTypeError) as caught:
        as_subscript(value)
    assert message in str(caught.value)
    assert isinstance(caught.value, IndexError)


def test_a_long_list_is_shortened_in_its_message():
    with pytest.raises(SubscriptTypeError) as caught:
        as_subscript([*range(100_000), "a"])
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("digits", [400, 5000])  # Python itself refuses to write 5000 of them
@pytest.mark.parametrize("sign", [1, -1])
def test_a_huge_integer_is_out_of_bounds(digits, sign):
    x = np.arange(5)
    huge = sign * 10**digits
    for written in (huge, [huge, 1], slice(1, huge), slice(huge, None)):
        with pytest.raises(PybridgeError) as caught:
            R(x)[written]
        assert len(str(caught.value)) < 600
    with pytest.raises(SubscriptOutOfBoundsError):
        R(x)[huge]


def test_equal_numbers_are_equal_subscripts():
    assert as_subscript(3) == as_subscript(3.0)
    assert vector([3, 1]) == vector([3.0, 1.0]) == vector(np.array([3, 1], np.uint8))
    assert len({vector([3, 1]), vector([3.0, 1.0]), vector(np.array([3, 1], ">i2"))}) == 1
    assert vector([0.5, -0.0]) == vector([0.5, 0.0])
    assert hash(vector([0.5, -0.0])) == hash(vector([0.5, 0.0]))
    assert vector(np.array([[1, 2, 3], [4, 5, 6]], order="F")) == vector([[1, 2, 3], [4, 5, 6]])


def test_what_na_hides_makes_no_difference():
    assert vector([1, 2], [False, True]) == vector([1, 9], [False, True]) == vector([1, NA])
    assert hash(vector([1, 2], [False, True])) == hash(vector([1.0, np.nan]))
    assert mask([1, 1], [0, 1]) == mask([1, 0], [0, 1])
    assert vector([1, 2], [False, False]) == vector([1, 2])
    assert vector([1, 2], [False, False]).missing is None


def test_different_subscripts_differ():
    different = [
        slice(None), None, ..., 1, 2, Scalar(NA), slice(1, 2), slice(1, None), slice(NA, NA),
        slice(1, 2, NA), slice(1, 2, 1), vector([1]), vector([1, 2]), vector([2, 1]),
        vector([1, NA]), vector([NA, 1]), vector([1.5]), vector([[1, 2]]), vector([[1], [2]]),
        vector([]),
        vector([NA]), mask([]), mask([True]), mask([True, False]), mask([False], [True]),
        mask([[True, False]]), vector([2.0**63]), vector([2**62]),
        Characters(("1",)),
    ]  # fmt: skip
    for k, one in enumerate(different):
        assert [one == other for other in different].index(True) == k
        assert [one == other for other in different].count(True) == 1
    assert len({Subscripts((one,)) for one in different}) == len(different)


def test_subscripts_keep_their_own_memory():
    positions, flags = np.array([3, 1]), np.array([True, False])
    rows, masked = [[1, 2], [3, 4]], np.ma.array([1, 2], mask=[False, True])
    held = as_subscripts((positions, flags, rows, masked))
    before = str(held)
    positions[:], flags[:], masked.mask[:] = 0, False, False
    rows[0][0] = 99
    assert before == "c(3, 1), c(TRUE, FALSE), matrix(c(1, 3, 2, 4), ncol = 2), c(1, NA)"
    assert str(held) == before


def test_the_constructors_copy_too():
    values, holes = np.array([3, 1]), np.array([False, True])
    held = Vector(values, holes)
    values[:], holes[:] = 9, False
    assert held == vector([3, NA])
    assert values.flags.writeable
    flags = np.array([True, False])
    kept = Mask(flags)
    flags[:] = False
    assert kept == mask([True, False])


@pytest.mark.parametrize("item", [vector([3, NA]), mask([True, False], [False, True])])
@pytest.mark.parametrize(
    "copied", [lambda x: x, copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_subscripts_never_change(item, copied):
    same = copied(item)
    assert same == item
    assert hash(same) == hash(item)
    with pytest.raises(ValueError, match="read-only"):
        same.values[0] = 9
    with pytest.raises(ValueError, match="read-only"):
        same.missing[0] = True
    with pytest.raises(AttributeError):
        same.values = np.zeros(2)


def test_all_subscripts_survive_a_pickle_and_a_copy():
    held = r_subscripts("NA:5, , .., newaxis, c(1, NA), TRUE, NA, 'a', -1, NA_integer_")
    for same in (pickle.loads(pickle.dumps(held)), copy.deepcopy(held), copy.copy(held)):
        assert same == held
        assert hash(same) == hash(held)
        assert str(same) == str(held)
        assert same.items[0] == slice(None, 5)
    with pytest.raises(AttributeError):
        held.items = ()


def test_holes_must_have_the_shape_of_the_values():
    with pytest.raises(SubscriptTypeError, match="mark every entry"):
        vector([1, 2], [True])
    with pytest.raises(SubscriptTypeError, match="mark every entry"):
        mask([True, False], True)


def test_vector_takes_numbers_only():
    assert vector(3) == vector([3])
    assert vector([NA]) == vector([1], [True])
    assert isinstance(vector([NA, NA]), Vector)
    with pytest.raises(SubscriptTypeError, match="not a vector of numbers"):
        vector([True, False])
    with pytest.raises(SubscriptTypeError, match="not a vector of numbers"):
        vector("a")


def test_subscripts_print_and_hold_together():
    held = as_subscripts((slice(NA, 5), slice(None), -1, as_subscripts(([3, 1], ...))))
    assert str(held) == "NA:5, , -1, c(3, 1), .."
    assert repr(held) == "<Subscripts [NA:5, , -1, c(3, 1), ..]>"
    assert len(held) == 5
    assert held == r_subscripts("NA:5, , -1, c(3, 1), ..")
    assert {held: 1}[Subscripts(held.items)] == 1
    assert str(Subscripts()) == ""


def test_a_message_shows_the_ends_of_a_long_vector():
    assert short_text(vector(range(1, 100))) == "c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ..., 99)"
    assert str(vector(range(1, 100))).endswith("97, 98, 99)")
    assert short_text(vector(range(1, 13))) == "c(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)"


def test_a_lone_na_is_r_s_logical_and_no_position():
    x = np.arange(5.0)
    for written in (NA, "NA"):
        with pytest.raises(PybridgeError, match="for an open end write a range such as `NA:5`"):
            r_slice(x, written)
        assert np.isnan(r_slice(x, written, dialect="base")).tolist() == [True] * 5
    assert np.isnan(r_slice(x, "NA_integer_", dialect="base")).tolist() == [True]
    assert np.isnan(r_slice(x, float("nan"), dialect="base")).tolist() == [True]


def test_na_is_one_value_and_has_no_truth():
    assert copy.deepcopy(NA) is pickle.loads(pickle.dumps(NA)) is NA
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(NA)


def test_numbers_and_texts_of_other_classes_are_read_as_plain_ones():
    class Real(float):
        pass

    assert R(X)[1, 1, [Real(3), Real(1)]].tolist() == [3, 1]


def test_an_array_of_no_axis_is_a_position():
    assert R(X)[np.array(2), 3, 1] == 26


def test_an_object_that_numpy_cannot_read_is_no_subscript():
    class Broken:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("no memory of mine")

    with pytest.raises(SubscriptTypeError, match="NumPy cannot read it, no memory of mine"):
        as_subscript(Broken())


@pytest.mark.skipif(np.dtype("g").itemsize == 8, reason="no longer reals here")
@pytest.mark.parametrize("direction", [0, 2])
def test_a_fraction_of_a_wide_real_is_no_position(direction):
    """As float64 it would be 1."""
    wide = np.nextafter(np.longdouble(1), np.longdouble(direction))
    assert float(wide) == 1
    for written in (wide, np.array(wide), np.array([wide]), [wide], [wide, 2]):
        with pytest.raises(SubscriptTypeError, match="not a whole number"):
            r_slice(np.arange(3), written)
    whole = np.array([2], np.longdouble)
    assert r_slice(np.arange(3), whole).tolist() == [1]
    # R cuts the fraction off
    below = [] if direction == 0 else [0]
    assert r_slice(np.arange(3), np.array([wide]), dialect="base").tolist() == below


def test_what_a_kind_is_asked_for_beside_its_elements():
    from pybridge.subscripts import Call, Kind, is_scalar

    with pytest.raises(NotImplementedError):
        Call((1,)).on(Axis(size=3), TENSOR)
    assert Scalar(-2).least_size == 2
    assert [is_scalar(as_subscript(item)) for item in (2, 2.5, "a", [2], True, slice(1, 2))] == [
        *(True, True, True, False, False, False)
    ]
    nothing = Kind()
    for ask in (
        lambda: str(nothing),
        lambda: nothing.python,
        lambda: nothing.on(Axis(size=3), TENSOR),
    ):
        with pytest.raises(NotImplementedError):
            ask()
    assert nothing.alone((), TENSOR, "C") is None
    assert nothing.least_size is None
    assert nothing.mapped(str) is nothing


def test_bounds_that_are_no_numbers_of_python_print_python_source():
    assert python_source(slice(1.5, float("inf"))) == 'slice(1.5, float("inf"), None)'
    assert python_source(slice(1, NA, NA)) == "slice(1, NA, NA)"


def test_a_list_of_another_class_is_a_list():
    class Positions(list):
        pass

    assert as_subscript(Positions([3, 1])) == vector([3, 1])
    assert R(X)[1, 1, Positions([3, 1])].tolist() == [3, 1]


def test_positions_from_the_end_may_be_reals_or_beyond_64_bits():
    assert R(X)[1, 1, [-1.0, 2.0]].tolist() == [5, 2]
    with pytest.raises(SubscriptOutOfBoundsError):
        R(X)[1, 1, [2**70, 1]]
    with pytest.raises(SubscriptOutOfBoundsError):
        R(X)[1, 1, [2**63, 1]]


def test_a_minus_before_a_matrix_of_text_is_r_s_own():
    x = np.arange(6.0).reshape(2, 3)
    text = "-matrix(c(-1, -2, -1, -3), 2)"
    assert r_slice(x, text, dialect="base").tolist() == [0, 5]
    with pytest.raises(SubscriptTypeError, match=r"write `all_but\(matrix"):
        r_slice(x, text)


def test_a_logical_of_the_whole_shape_says_true_or_false():
    whole = np.ma.array([[True, False], [True, True]], mask=[[False, True], [False, False]])
    with pytest.raises(PybridgeError, match="must be TRUE or FALSE everywhere"):
        R(np.zeros((2, 2)))[whole]
