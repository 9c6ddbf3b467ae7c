"""R's own brackets by hand: the traps, one by one, as literals.

In R `X` is c(10, 20, 30, 40, 50) and `M` is matrix(1:6, 2, byrow = TRUE).
"""

import pickle

import numpy as np
import pytest
from hearing import heard_warnings

from pybridge import NA, R, errors, r_assign, r_slice, result_shape
from pybridge.dialects import base
from pybridge.subscripts import Scalar
from pybridge.subscripts import selections as to
from pybridge.subscripts.python_values import mask

X = np.array([10.0, 20.0, 30.0, 40.0, 50.0])


M = np.arange(1.0, 7.0).reshape(2, 3)


CUBE = np.arange(1.0, 31.0).reshape(2, 3, 5)


NO_REST = (
    "`..` is not a subscript in R's own dialect; write one subscript for each axis, `:` in Python "
    "and nothing in R for a whole axis, or use the tensor dialect"
)


def read(x, *subscripts, drop=True):
    return r_slice(x, *subscripts, drop=drop, dialect="base").tolist()


def assigned(x, *subscripts, value):
    return r_assign(x, *subscripts, value=value, dialect="base").tolist()


def shape_of(x, *subscripts, drop=True):
    shape = r_slice(x, *subscripts, drop=drop, dialect="base").shape
    assert result_shape(x.shape, *subscripts, drop=drop, dialect="base") == shape
    return shape


def test_descending_ranges_and_vectors_that_end_at_position_1():
    assert read(X, slice(5, 1)) == [50, 40, 30, 20, 10]
    assert read(X, [3, 2, 1]) == [30, 20, 10]
    assert read(X, [2, 1]) == [20, 10]
    assert read(CUBE, 2, slice(3, 1), 5) == [30, 25, 20]


def test_permutations_and_repeats():
    assert read(X, [2, 3, 1]) == [20, 30, 10]
    assert read(X, [1, 1, 2]) == [10, 10, 20]
    assert assigned(X, [1, 1, 2], value=[7, 8, 9]) == [8, 9, 30, 40, 50]  # the last wins


def test_zeros_are_dropped():
    assert read(X, [0, 1]) == [10]
    assert read(X, 0) == []
    assert shape_of(M, 0, slice(None)) == (0, 3)


def test_negative_positions_exclude():
    assert read(X, -1) == [20, 30, 40, 50]
    assert read(X, slice(-1, -3)) == [40, 50]
    assert read(X, [-1, -1, -9]) == [20, 30, 40, 50]
    assert read(M, -1, -2) == [4, 6]
    with pytest.raises(errors.SubscriptError, match="only 0's may be mixed with negative"):
        read(X, [-1, 2])
    with pytest.raises(errors.SubscriptError, match="only 0's may be mixed with negative"):
        read(X, slice(-1, 1))


def test_one_position_beyond_an_axis_of_28():
    image = np.arange(28.0 * 2).reshape(28, 2)
    with pytest.raises(errors.SubscriptOutOfBoundsError) as caught:
        r_slice(image, [1, 29], 1, dialect="base")
    assert (caught.value.position, caught.value.axis, caught.value.size) == (29, 1, 28)
    assert str(caught.value).startswith(
        "subscript out of bounds: position 29 of `c(1, 29)` on axis 1 of size 28;"
    )
    assert np.isnan(r_slice(image[:, 0], [1, 29], dialect="base")).tolist() == [False, True]


def test_a_range_beyond_the_axis():
    assert read(X, slice(4, 7))[:2] == [40, 50]
    assert np.isnan(read(X, slice(4, 7))[2:]).all()
    with pytest.raises(errors.SubscriptOutOfBoundsError, match="subscript out of bounds: "):
        read(M, 1, slice(2, 4))


def test_a_third_number_in_a_range_is_not_a_step():
    message = "numerical expression has 3 elements: only the first used"
    with pytest.warns(errors.SubscriptWarning, match=message):
        assert read(X, slice(1, 3, 2)) == [10, 20]
    with pytest.warns(errors.SubscriptWarning, match="has 4 elements: only the first used"):
        assert read(X, slice(-1, -4, -2)) == [30, 40, 50]
    with (
        pytest.warns(errors.SubscriptWarning, match=message),
        pytest.raises(errors.SubscriptError, match="only 0's"),
    ):
        read(X, slice(-1, 1, 1))


def test_open_ends_are_an_error_of_r():
    for written in (slice(NA, 3), slice(2, NA), slice(2, None)):
        with pytest.raises(errors.SubscriptMissingError, match="NA/NaN argument: "):
            read(X, written)


def test_logicals_recycle_and_overflow():
    assert read(X, [True, False]) == [10, 30, 50]
    assert read(X, True) == X.tolist()
    with pytest.raises(
        errors.SubscriptMaskError, match=r"\(subscript\) logical subscript too long"
    ):
        read(M, [True, False, True], 1)
    long = read(X, [False] * 5 + [True])
    assert len(long) == 1
    assert np.isnan(long[0])
    with pytest.raises(errors.SubscriptOutOfBoundsError):
        read(M, 3, 1)  # TRUE is not 1, and 3 is not a logical


def test_bool_is_not_0_or_1():
    assert read(X, False) == []
    assert read(X, np.array([True, True, False, False, True])) == [10, 20, 50]
    assert read(M, True, 1) == [1, 4]


def test_vectors_apart_leave_the_axes_where_they_are():
    tensor = np.arange(1.0, 4 * 3 * 5 * 6 + 1).reshape(4, 3, 5, 6)
    got = r_slice(tensor, [1, 2, 4], slice(1, 2), [1, 3, 4], [6, 1], dialect="base")
    np.testing.assert_array_equal(got, tensor[np.ix_([0, 1, 3], [0, 1], [0, 2, 3], [5, 0])])
    got = r_slice(tensor, 1, slice(None), [1, 3, 2], [6, 1], dialect="base")
    np.testing.assert_array_equal(got, tensor[0][np.ix_([0, 1, 2], [0, 2, 1], [5, 0])])


def test_drop_with_every_kind():
    assert shape_of(CUBE, 1, [2], slice(3, 3)) == (1,)
    assert shape_of(CUBE, 1, [2], slice(3, 3), drop=False) == (1, 1, 1)
    assert shape_of(CUBE, [2], slice(None), -1) == (3, 4)
    assert shape_of(CUBE, [True, False], slice(None), -1, drop=False) == (1, 3, 4)
    assert shape_of(CUBE, 1, None, 2) == (0,)
    assert shape_of(CUBE, 1, None, 2, drop=False) == (1, 0, 1)
    assert shape_of(CUBE, Scalar(NA), slice(1, 2), Scalar(NA)) == (2,)
    assert shape_of(np.zeros((1, 5, 1)), slice(None), slice(None), slice(None)) == (5,)
    assert shape_of(np.zeros((1, 5, 1)), slice(None)) == (1, 5, 1)  # x[] drops nothing


def test_vectors_of_length_0_and_1():
    assert shape_of(M, [], 1) == (0,)
    assert shape_of(M, [2], slice(None)) == (3,)
    assert shape_of(M, [2], slice(None), drop=False) == (1, 3)
    assert read(X, []) == []


def test_the_whole_keeps_its_last_element():
    assert read(X, slice(None)) == X.tolist()
    assert R(M, dialect="base")[:, :].tolist() == M.tolist()


def test_subscript_and_value_are_never_changed():
    rows, flag, value = np.array([2, 1, 0]), np.array([True, False]), np.array([7.0, 8.0])
    table = np.array([[2.0, 3.0], [1.0, np.nan]])
    copies = [item.copy() for item in (rows, flag, value, table)]
    r_assign(M, rows, 2, value=value, dialect="base")
    r_assign(M, flag, [1, 2], value=value, dialect="base")
    r_assign(M, table, value=5, dialect="base")
    for item, copy in zip((rows, flag, value, table), copies, strict=True):
        np.testing.assert_array_equal(item, copy)


def test_new_axes_and_the_rest_do_not_exist_in_r():
    assert read(X, None) == []
    with pytest.raises(errors.SubscriptTypeError, match=r"`\.\.` is not a subscript in R's own"):
        R(M, dialect="base")[..., 1]
    with pytest.raises(errors.SubscriptTypeError, match="tensors carry no dimnames"):
        r_slice(M, "'a', 1", dialect="base")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("..", NO_REST),
        ("1, ..", NO_REST),
        ("newaxis, ..", NO_REST),
        ("NULL, 2:3, ..", NO_REST),
        ("1, .., ..", "`1, .., ..` has more than one `..`; only one can cover the other axes"),
    ],
)
def test_the_rest_is_refused_in_the_words_of_r(text, words):
    """The R package has the same words for R's own arrays: its tests compare both."""
    for function, value in ((r_slice, {}), (r_assign, {"value": 1})):
        with pytest.raises(errors.SubscriptError) as caught:
            function(M, text, dialect="base", **value)
        assert str(caught.value) == words


def test_linear_subscripts_count_down_the_columns():
    assert read(M, 2) == [4]
    assert read(M, slice(2, 5)) == [4, 2, 5, 3]
    assert read(M, M > 2) == [4, 5, 3, 6]
    assert assigned(M, M > 2, value=[7, 8]) == [[1, 2, 7], [7, 8, 8]]


def test_a_matrix_of_positions():
    assert read(M, [[2, 1], [1, 3]]) == [4, 3]
    assert read(M, [[0, 9], [1, 3]]) == [3]
    assert np.isnan(read(M, [[NA, 9], [1, 3]])).tolist() == [True, False]
    with pytest.raises(errors.SubscriptError, match="negative values are not allowed in a matrix"):
        read(M, [[1, -1]])
    with pytest.raises(errors.SubscriptOutOfBoundsError, match="position 4 in row 2 of"):
        read(M, [[1, 1], [1, 4]])
    assert read(M, [[1, 2, 3]]) == [1, 4, 2]  # three columns: a linear vector


def test_na_selects_na():
    assert np.isnan(read(X, [1, NA])).tolist() == [False, True]
    assert np.isnan(read(X, mask([True], [True]))).all()
    found = r_slice(np.array([1 + 1j, 2 + 2j]), [2, 3], dialect="base")
    assert found[0] == 2 + 2j
    assert np.isnan(found[1].real)
    assert np.isnan(found[1].imag)
    assert found.dtype == np.complex128
    assert r_slice(X.astype(np.float32), 9, dialect="base").dtype == np.float32


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool"])
def test_na_where_the_dtype_has_none(dtype):
    x = np.array([1, 0, 1], dtype)
    with pytest.raises(errors.MissingValueError, match="the subscript selects NA"):
        r_slice(x, 4, dialect="base")
    assert r_slice(np.ones((2, 3), dtype), [], Scalar(NA), dialect="base").shape == (0,)
    with pytest.raises(errors.MissingValueError, match="position 4 would be NA"):
        r_assign(x, 5, value=1, dialect="base")
    grown = r_assign(x, [5, 4], value=1, dialect="base")
    assert grown.dtype == x.dtype
    assert grown.tolist() == [*x.tolist(), 1, 1]
    assert r_assign(x, [NA, 2], value=1, dialect="base").tolist() == [1, 1, 1]


def test_views_for_positions_and_ranges_and_new_memory_for_all_else():
    def is_view(*written):
        return np.shares_memory(CUBE, r_slice(CUBE, *written, dialect="base"))

    whole = slice(None)
    assert is_view(1, whole, slice(5, 1))
    assert is_view(slice(2, 2), slice(3, 1), whole)
    assert is_view(1, 1, 1)
    assert not is_view([1], whole, whole)
    assert not is_view(whole, [1, 2, 3], whole)
    assert not is_view(True, whole, whole)
    assert not is_view(-1, whole, whole)


def test_what_leaves_out_one_end_is_a_slice():
    def axis(written, size=10):
        return base.lower((written, [1, 1]), (size, 2)).axes[0]

    assert axis(-1) == slice(1, 10, 1)
    assert axis(-10) == slice(0, 9, 1)
    assert axis(slice(-1, -4)) == slice(4, 10, 1)
    assert axis(slice(-7, -12)) == slice(0, 6, 1)
    assert axis(slice(1, 4)) == slice(0, 4, 1)
    assert axis(slice(0, 4)).indices.tolist() == [0, 1, 2, 3]
    assert axis(7) == 6
    assert isinstance(axis(-5), to.Gather)


def test_memory_layout_never_changes_which_element_is_meant():
    for made in (np.asfortranarray(CUBE), CUBE[::-1, :, ::-1][::-1, :, ::-1], CUBE.copy().T.T):
        for written in (
            (17,),
            (slice(3, 9),),
            (CUBE > 20,),
            ([[2, 1, 4]],),
            (-1, [3, 1], slice(1, 2)),
        ):
            assert read(made, *written) == read(CUBE, *written)
            value = np.asfortranarray(r_assign(made, *written, value=0, dialect="base"))
            assert value.tolist() == assigned(CUBE, *written, value=0)


def test_both_ways_of_asking_for_the_dialect():
    by_name = R(CUBE, dialect="base")
    assert by_name[-1, 2, [1, 5]].tolist() == read(CUBE, -1, 2, [1, 5])
    assert isinstance(by_name, R)
    assert repr(by_name).endswith(', dialect="base")')
    assert R(X)[-1] == 50  # the other dialect is untouched
    for call in (
        lambda: R(X, dialect="r"),
        lambda: r_slice(X, 1, dialect="r"),
        lambda: r_assign(X, 1, value=1, dialect="r"),
    ):
        with pytest.raises(errors.ArgumentError, match='`dialect` is "tensor" or "base", not'):
            call()


def test_text_reads_as_r_would():
    assert read(CUBE, "-1, c(3, 1), 5:4") == read(CUBE, -1, [3, 1], slice(5, 4))
    assert np.isnan(read(X, "NA")).all()
    assert len(read(X, "NA")) == 5  # NA is logical in R, and recycles
    assert read(X, "c(TRUE, FALSE)") == [10, 30, 50]
    assert shape_of(M, "NULL, 1") == (0,)
    with pytest.warns(errors.SubscriptWarning, match="has 3 elements"):
        assert read(X, "1:3:0") == [10]


def test_warnings_point_at_the_caller():
    with heard_warnings() as heard:
        r_slice(M, np.inf, 1, dialect="base")
        r_assign(X, slice(1, 3), value=[1, 2], dialect="base")
        R(X.copy(), dialect="base")[1:3] = [1, 2]
    assert [warning.filename for warning in heard] == [__file__] * 3


def test_an_unknown_size_is_refused():
    with pytest.raises(errors.TracingError, match="that of axis 2 is not known here"):
        result_shape((2, None), 1, 1, dialect="base")


def test_errors_survive_a_pickle():
    with pytest.raises(errors.SubscriptOutOfBoundsError) as caught:
        read(M, 3, 1)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.fields) == (str(caught.value), caught.value.fields)


def test_a_class_of_a_users_own_is_in_r_what_it_is_made_of():
    class TooDeepError(errors.ReshapeError):
        pass

    classes = ["pybridge_error_reshape", "pybridge_error_shape", "pybridge_error"]
    assert errors.r_classes(TooDeepError("six axes")) == classes


def test_large_axes_are_not_written_down():
    # an array of 2^40 elements that takes no memory; what is slow or large here would not return
    big = np.broadcast_to(np.float64(1), (2**20, 2**20))
    assert result_shape(big.shape, slice(2, 2**20), -1, dialect="base") == (2**20 - 1, 2**20 - 1)
    assert r_slice(big, 2**20, slice(2**20 - 1, 1), dialect="base").shape == (2**20 - 1,)
    assert r_slice(big, 2**40, dialect="base").tolist() == [1]
    with (
        pytest.warns(errors.SubscriptWarning, match="NAs introduced by coercion"),
        pytest.raises(errors.SubscriptOutOfBoundsError, match="subscript out of bounds: "),
    ):
        result_shape((3, 4), slice(1, 2**40), 1, dialect="base")
    assert r_slice(big, slice(-2, 1 - 2**31), 7, dialect="base").tolist() == [1]


def test_a_range_of_zero_alone_selects_nothing():
    assert result_shape((5,), slice(0, 0), dialect="base") == (0,)


def test_a_step_after_a_single_position_is_its_end():
    assert R(np.arange(1, 6), dialect="base")[3:3:2].tolist() == [3, 2]


def test_a_bound_beyond_every_real_is_rs_infinity():
    with pytest.raises(errors.SubscriptError, match=r"NA/NaN|too long|too large"):
        r_slice(np.arange(1, 6), slice(1, 10**400), dialect="base")
    with pytest.raises(errors.SubscriptError, match=r"NA/NaN|too long|too large"):
        r_slice(np.arange(1, 6), slice(-(10**400), -1), dialect="base")


def test_nothing_does_not_fill_a_matrix():
    with pytest.raises(errors.AssignmentError, match="replacement has length zero"):
        r_assign(np.zeros((2, 3)), 1, slice(1, 2), value=np.zeros(0), dialect="base")


def test_a_range_longer_than_any_vector_is_refused():
    for written in (slice(1, 2**60), slice(-(2**60), 3), slice(1, 2**63)):
        with pytest.raises(errors.SubscriptRangeError, match="result would be too long a vector"):
            r_slice(np.arange(3.0), written, dialect="base")


def test_the_smallest_integer_is_beyond_those_of_r():
    x = np.arange(6.0).reshape(2, 3)
    with pytest.warns(errors.SubscriptWarning, match="coercion to integer range"):
        found = r_slice(x, [-(2**63)], slice(None), dialect="base")
    assert np.isnan(found).tolist() == [True] * 3


def test_a_second_rest_is_named_first():
    with pytest.raises(errors.SubscriptError, match=r"more than one `\.\.`"):
        r_slice(CUBE, ..., 1, ..., dialect="base")
