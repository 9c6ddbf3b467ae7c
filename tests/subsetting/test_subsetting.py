"""Reading and writing NumPy arrays: the traps by name, views, hygiene and errors, as literals."""

import pickle
import warnings
from typing import NamedTuple

import numpy as np
import pytest

from pybridge import NA, R, errors, newaxis, r_assign, r_slice, result_shape

TEN = np.arange(1, 11)
CUBE = np.arange(1, 121).reshape(5, 4, 6)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (slice(1, 3), [1, 2, 3]),
        (slice(NA, 5), [1, 2, 3, 4, 5]),
        (slice(6, NA), [6, 7, 8, 9, 10]),
        (slice(-3, NA), [8, 9, 10]),
        (slice(NA, -2), [1, 2, 3, 4, 5, 6, 7, 8, 9]),
        (slice(3, -3), [3, 4, 5, 6, 7, 8]),
        (slice(5, 1), [5, 4, 3, 2, 1]),
        (slice(-1, -3), [10, 9, 8]),
        (slice(1, 10, 3), [1, 4, 7, 10]),
        (slice(1, -2, 2), [1, 3, 5, 7, 9]),
        (slice(-1, 1, -4), [10, 6, 2]),
        (slice(10, 2, -2), [10, 8, 6, 4, 2]),
        (slice(NA, NA, -1), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (slice(-1, 1, -1), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]),
        (slice(-1, -4, -2), [10, 8]),
        (slice(7, -7), []),
        (slice(11, NA), []),
        (slice(4, 4), [4]),
        (slice(None), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ([3, 2, 1], [3, 2, 1]),
        ([2, 1], [2, 1]),
        ([5, 4, 3, 2, 1], [5, 4, 3, 2, 1]),
        ([2, 3, 1], [2, 3, 1]),
        ([1, 1, 2], [1, 1, 2]),
        ([1, -1], [1, 10]),
        ([7], [7]),
        ([], []),
        ([3.0, 1.0], [3, 1]),
        (np.array([3, 1], np.uint8), [3, 1]),
        (range(2, 9, 3), [2, 5, 8]),
        (TEN > 7, [8, 9, 10]),
        ([[3], [-1]], [3, 10]),
    ],
)
def test_what_a_subscript_selects(written, expected):
    found = r_slice(TEN, written)
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == TEN.dtype
    np.testing.assert_array_equal(R(TEN)[(written,)], expected)
    assert result_shape((10,), written) == (len(expected),)


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        ((slice(2, 4),), (3, 4, 6)),
        ((slice(None), slice(3, NA), slice(3, NA)), (5, 2, 4)),
        ((newaxis,), (1, 5, 4, 6)),
        ((slice(None), newaxis), (5, 1, 4, 6)),
        ((..., newaxis), (5, 4, 6, 1)),
        ((..., newaxis, slice(None)), (5, 4, 1, 6)),
        ((-1,), (4, 6)),
        (([1, 2, 4], slice(1, 2), [1, 3, 4]), (3, 2, 3)),
        ((1, slice(None), [1, 3, 2]), (4, 3)),
        (([1, 3], newaxis, slice(None), [2, 5]), (2, 1, 4, 2)),
        (([3, 1], 2, [6, 5]), (2, 2)),
        ((newaxis, ..., slice(6, 5)), (1, 5, 4, 2)),
        ((newaxis, slice(1, 5), newaxis, slice(1, 4)), (1, 5, 1, 4, 6)),
    ],
)
def test_axes_stay_in_place(written, shape):
    found = R(CUBE)[written]
    assert found.shape == shape
    assert result_shape(CUBE.shape, *written) == shape
    expected = CUBE
    axis = 0
    rest = 3 - sum(item is not None and item is not ... for item in written)
    for item in written:  # one axis at a time, each by NumPy's plainest indexing
        if item is None:
            expected = np.expand_dims(expected, axis)
            axis += 1
        elif item is ...:
            axis += rest
        elif isinstance(item, int):
            expected = np.take(expected, item - 1 if item > 0 else item, axis)
        else:
            positions = item if isinstance(item, list) else list(_positions(item, expected, axis))
            expected = np.take(expected, np.array(positions) - 1, axis)
            axis += 1
    np.testing.assert_array_equal(found, expected)


def _positions(written, x, axis):
    start = 1 if written.start in (None, NA) else written.start
    stop = x.shape[axis] if written.stop in (None, NA) else written.stop
    return range(start, stop + 1) if start <= stop else range(start, stop - 1, -1)


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        ((2,), (1, 4, 6)),
        ((2, 3, -1), (1, 1, 1)),
        (([2], 3, slice(1, 2)), (1, 1, 2)),
        ((..., 3), (5, 4, 1)),
        ((newaxis, 1, newaxis, 2, 3), (1, 1, 1, 1, 1)),
        ((CUBE[:, 0, 0] > 50, 1), (2, 1, 6)),
        ((slice(NA, 0 + 2), slice(None), 1), (2, 4, 1)),
    ],
)
def test_drop_false_keeps_every_axis(written, shape):
    found = r_slice(CUBE, *written, drop=False)
    assert found.shape == shape
    np.testing.assert_array_equal(found.ravel(), r_slice(CUBE, *written).ravel())


@pytest.mark.parametrize(
    "written",
    [
        (3,),
        (slice(2, 4),),
        (slice(5, 1), slice(None), slice(-1, -3)),
        (slice(None), newaxis, slice(NA, NA, -2)),
        (..., newaxis),
        (2, 1),
        (slice(3, NA), -1, slice(2, -2)),
    ],
)
def test_scalars_ranges_and_new_axes_give_views(written):
    assert np.shares_memory(R(CUBE)[written], CUBE)
    assert np.shares_memory(r_slice(CUBE, *written), CUBE)


@pytest.mark.parametrize(
    "written", [([1, 2, 3],), ([5, 3, 1],), ([2],), (CUBE > 3,), ([True] * 5,), ([[1, 1, 1]],)]
)
def test_vectors_and_masks_give_new_memory_whatever_their_values(written):
    assert not np.shares_memory(r_slice(CUBE, *written), CUBE)


def test_a_mask_of_the_whole_shape_selects_in_either_order():
    x = np.array([[1, 2, 3], [4, 5, 6]])
    mask = np.array([[True, False, True], [True, True, False]])
    assert R(x)[mask].tolist() == [1, 3, 4, 5]
    assert r_slice(x, mask, order="C").tolist() == [1, 3, 4, 5]
    assert r_slice(x, mask, order="F").tolist() == [1, 4, 5, 3]
    assert r_assign(x, mask, value=[-1, -2, -3, -4], order="F").tolist() == [
        [-1, 2, -4],
        [-2, -3, 6],
    ]


def test_the_last_of_equal_positions_wins():
    x = np.zeros((3, 4), int)
    value = np.arange(1, 13).reshape(3, 4)
    found = r_assign(x, [2, 2, 1], [4, 1, 4, 1], value=value)
    assert found.tolist() == [[12, 0, 0, 11], [8, 0, 0, 7], [0, 0, 0, 0]]
    assert r_assign(TEN, [[4], [2], [4]], value=[-1, -2, -3])[:4].tolist() == [1, -2, 3, -3]


def test_neither_subscript_nor_value_nor_tensor_is_changed():
    positions, values = np.array([3, -1]), np.array([7, 8])
    x = TEN.copy()
    r_slice(x, positions)
    r_assign(x, positions, value=values)
    assert positions.tolist() == [3, -1]
    assert values.tolist() == [7, 8]
    assert x.tolist() == TEN.tolist()
    R(x)[positions] = values
    assert x.tolist() == [1, 2, 7, 4, 5, 6, 7, 8, 9, 8]
    assert positions.tolist() == [3, -1]


def test_a_value_that_overlaps_its_target():
    x = TEN.copy()
    R(x)[1:5] = R(x)[5:1]
    assert x.tolist() == [5, 4, 3, 2, 1, 6, 7, 8, 9, 10]
    x = TEN.copy()
    R(x)[[1, 2, 3]] = R(x)[2:4]
    assert x.tolist() == [2, 3, 4, 4, 5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        ("int64", 0.5),
        ("int64", np.nan),
        ("int64", [1, 2.5]),
        ("uint8", 300),
        ("uint8", -1),
        ("uint64", -1),
        ("int64", np.uint64(2**63)),
        ("int32", 2.0**31),
        ("int64", 2.0**63),
        ("bool", 2),
        ("float64", 1j),
        ("float32", 1e300),
        ("float32", 2**24 + 1),
        ("float64", 2**53 + 1),
        ("float64", np.iinfo(np.int64).max),
        ("int64", "a"),
        ("float64", None),
        ("float64", np.datetime64("2020-01-01")),
    ],
)
def test_a_value_that_would_lose_information_is_refused(dtype, value):
    x = np.ones(2, dtype)
    for act in (lambda: r_assign(x, slice(1, 2), value=value), lambda: _write(x, value)):
        with pytest.raises(errors.AssignmentError) as caught:
            act()
        assert isinstance(caught.value, ValueError)
    assert x.tolist() == np.ones(2, dtype).tolist()


def _write(x, value):
    R(x)[1:2] = value


@pytest.mark.parametrize(
    ("dtype", "value", "expected"),
    [
        ("int64", 3.0, 3),
        ("uint8", 255, 255),
        ("uint8", True, 1),
        ("bool", 1.0, True),
        ("float32", 0.1, np.float32(0.1)),
        ("float32", np.nan, np.nan),
        ("float32", np.inf, np.inf),
        ("float64", 2 + 0j, 2.0),
        ("complex64", 1.5, 1.5 + 0j),
        ("float64", 2**53, 2.0**53),
        ("<U3", "abc", "abc"),
        ("O", "abc", "abc"),
    ],
)
def test_a_value_that_fits_is_taken(dtype, value, expected):
    x = np.zeros(2, dtype)
    R(x)[2] = value
    assert x.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(x[1], expected)


def test_text_that_would_be_cut_is_refused():
    x = np.array(["ab", "cd"])
    with pytest.raises(errors.LossyValueError):
        R(x)[1] = "abc"
    assert x.tolist() == ["ab", "cd"]


def test_an_array_that_is_read_only_is_not_written():
    x = TEN.copy()
    x.flags.writeable = False
    with pytest.raises(errors.ImmutableTensorError, match="r_assign"):
        R(x)[1] = 0
    assert r_assign(x, 1, value=0)[0] == 0


def test_logicals_are_never_zero_and_one():
    with pytest.raises(errors.SubscriptMaskError, match="length 1 and axis 1 has size 10"):
        R(TEN)[True]
    assert R(np.array([7]))[True].tolist() == [7]
    with pytest.raises(errors.SubscriptTypeError, match="mixes bool, int"):
        R(TEN)[[True, 2]]


def test_the_whole_axis_keeps_its_last_element():
    assert R(TEN)[:].tolist() == TEN.tolist()
    assert R(CUBE)[:, :, :].shape == CUBE.shape


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (0, "`0` on axis 1: positions start at 1"),
        (29, "position 29 is out of bounds: axis 1 has size 10"),
        ([1, 29], "`c(1, 29)`: position 29 is out of bounds: axis 1 has size 10"),
        (slice(1, 12), "`1:12`: position 12 is out of bounds: axis 1 has size 10"),
        (slice(1, 12, 2), "`1:12:2`: position 12 is out of bounds"),
        (slice(5, 1, 1), "`5:1:1`: wrong sign in the step; from 5 to 1 the step is negative"),
        (slice(1, 5, 0), "`1:5:0` has step 0"),
        (2.5, "`2.5` on axis 1: 2.5 is not a whole number"),
        ([1, NA], "entry 2 of `c(1, NA)` on axis 1 is NA"),
        ("a", "a"),
        ([True, False], "has length 2 and axis 1 has size 10"),
        ((1, 1), "`[1, 1]` names 2 axes; the tensor has 1"),
        ([[1, 2]], "has 2 columns and the tensor 1 axes"),
        ({"a": 1}, "an object of type `dict` is not a subscript"),
        (1j, "an object of type `complex` is not a subscript"),
    ],
)
def test_messages_say_what_was_met(written, message):
    with pytest.raises(errors.SubscriptError) as caught:
        R(TEN)[written]
    assert message in str(caught.value)
    assert isinstance(caught.value, IndexError)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (type(caught.value), str(caught.value))
    assert again.fields == caught.value.fields


def test_an_error_carries_its_fields():
    with pytest.raises(errors.SubscriptOutOfBoundsError) as caught:
        R(CUBE)[1, 7]
    error = caught.value
    assert (error.position, error.axis, error.size, error.subscript) == (7, 2, 4, "7")


@pytest.mark.parametrize("x", [[1, 2, 3], "text", 3, None, {"a": 1}])
def test_what_is_no_tensor_is_refused(x):
    with pytest.raises(errors.UnsupportedTensorError, match="is not a tensor"):
        R(x)[1]


@pytest.mark.parametrize("wrong", [{"drop": 1}, {"order": "K"}, {"dialect": "numpy"}])
def test_arguments_are_checked(wrong):
    with pytest.raises(errors.ArgumentError):
        r_slice(TEN, 1, **wrong)


def test_subclasses_and_scalars_stay_what_they_are():
    masked = np.ma.masked_array([1, 2, 3], [False, True, False])
    assert isinstance(R(masked)[2:3], np.ma.MaskedArray)
    assert R(TEN)[1] == 1
    assert isinstance(R(TEN)[1], np.int64)
    assert R(np.float64(3))[newaxis].tolist() == [3.0]
    record = np.array([(1, 2.0), (3, 4.0)], [("a", int), ("b", float)])
    assert R(record)[2]["a"] == 3


def test_nothing_warns():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        R(TEN)[[3, 1]]
        r_assign(TEN, [3, 1], value=[1.0, 2.0])
        r_assign(np.zeros(3, "f4"), 1, value=1e-300)


class Place(NamedTuple):
    row: int
    column: int


def test_a_tuple_of_any_class_is_several_subscripts() -> None:
    a = np.arange(1, 31).reshape(5, 6)
    assert R(a)[Place(2, 3)] == 9
    assert R(a, dialect="base")[Place(2, 3)] == 9
    np.testing.assert_array_equal(R(a)[Place(2, [3, 1])], [9, 7])
    expected = a.copy()
    expected[1, 2] = -1
    R(a)[Place(2, 3)] = -1
    np.testing.assert_array_equal(a, expected)
    torch = pytest.importorskip("torch", reason="needs torch, which is not installed")
    size = torch.zeros(2, 3).shape
    assert R(a)[size] == -1


@pytest.mark.parametrize("written", [(1, 2), Place(1, 2), ((1, 2), (2, 3)), ()])
def test_a_tuple_among_the_subscripts_is_an_error(written: tuple[object, ...]) -> None:
    a = np.arange(1, 31).reshape(5, 6)
    before = a.copy()
    for dialect in ("tensor", "base"):
        with pytest.raises(errors.SubscriptTypeError, match="write its parts"):
            r_slice(a, written, dialect=dialect)
        with pytest.raises(errors.SubscriptTypeError, match="write its parts"):
            R(a, dialect=dialect)[written, 1]
        with pytest.raises(errors.SubscriptTypeError, match="write its parts"):
            r_assign(a, written, 1, value=0, dialect=dialect)
        with pytest.raises(errors.SubscriptTypeError, match="write its parts"):
            R(a, dialect=dialect)[1, written] = 0
    np.testing.assert_array_equal(a, before)


def test_one_vector_is_set_in_its_place_whatever_stands_beside_it():
    x = np.zeros((2, 3, 4), int)
    R(x)[2, :, [4, 1]] = [[1, 2], [3, 4], [5, 6]]
    R(x)[1, [3, 1]] = [[7, 8, 9, 10], [11, 12, 13, 14]]
    assert x.tolist() == [
        [[11, 12, 13, 14], [0, 0, 0, 0], [7, 8, 9, 10]],
        [[2, 0, 0, 1], [4, 0, 0, 3], [6, 0, 0, 5]],
    ]
    R(x)[None, [2, 1, 2], 1, 4:3] = [[[15, 16], [17, 18], [19, 20]]]  # the last of equals wins
    assert x[:, 0].tolist() == [[11, 12, 18, 17], [2, 0, 20, 19]]
