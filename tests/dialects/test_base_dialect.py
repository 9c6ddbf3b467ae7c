"""The base dialect against R itself: value, shape, warnings and error, read and assigned.

Wherever a test compares, what is expected comes from R's own `[` and `[<-`, which evaluate the same
cases as R source; see base_cases.py. The literal tests beside them say the traps out loud.
"""

import itertools
import pickle
import warnings

import base_cases
import fuzz_dialects
import numpy as np
import pytest
from base_cases import (
    LOGICAL_NA,
    MISSING,
    NULL,
    Both,
    Case,
    Outcome,
    by_pybridge,
    by_r,
    differs,
    disagreements,
    flags,
    matrix,
    random_cases,
    scalar,
    span,
    value_of,
    vector,
)
from hearing import heard_warnings

from pybridge import NA, R, errors, r_assign, r_slice, result_shape
from pybridge.backends import backend_of
from pybridge.dialects import base
from pybridge.dialects import selections as to
from pybridge.subscripts import Range, Scalar, Traced
from pybridge.subscripts.python_values import as_subscripts, mask
from pybridge.testing import run_r

SIZES = range(7)
LENGTHS = range(4)
RANDOM_CASES = 100_000


def agree(cases: list[Case]) -> None:
    assert cases
    found = disagreements(cases)
    assert not found, "\n" + "\n".join(found)


def read_and_assigned(size: int, subscripts: list[Both]) -> list[Case]:
    """Return each subscript on a plain vector and on both axes of an array, read and assigned."""
    cases = []
    for k, item in enumerate(subscripts):
        cases.append(Case((size,), (item,)))
        cases.append(Case((size,), (item,), value=value_of(k % 4), in_place=k % 3 == 0))
        cases.append(Case((size, 2), (item, MISSING), drop=k % 2 == 0))
        cases.append(Case((2, size), (scalar(2), item), value=value_of((k + 1) % 4)))
    return cases


@pytest.mark.parametrize("size", SIZES)
def test_every_range(size):
    ends = (NA, *range(-size - 1, size + 2))
    agree(read_and_assigned(size, [span(a, b) for a, b in itertools.product(ends, ends)]))


@pytest.mark.parametrize("size", SIZES)
def test_every_range_with_a_third_number(size):
    ends = range(-size - 1, size + 2, 2)
    spans = [span(a, b, s) for a, b, s in itertools.product(ends, ends, (-2, -1, 0, 1, 2, 1.5))]
    agree(read_and_assigned(size, spans))


@pytest.mark.parametrize("size", SIZES)
def test_every_short_vector(size):
    entries = (NA, *range(-size - 1, size + 2))
    vectors = [vector(v) for n in LENGTHS for v in itertools.product(entries, repeat=n)]
    agree(read_and_assigned(size, vectors))


@pytest.mark.parametrize("size", SIZES)
def test_every_short_logical(size):
    logicals = [flags(v) for n in range(5) for v in itertools.product((True, False, NA), repeat=n)]
    agree(read_and_assigned(size, logicals))


@pytest.mark.parametrize("size", SIZES)
def test_every_scalar_and_real(size):
    reals = [k / 4 for k in range(-4 * size - 8, 4 * size + 9)]
    odd = [np.inf, -np.inf, np.nan, NA, 2**31 - 1, -(2**31), -3e9, -1e300]
    on_axes = [3e9, 2**31, 1e300, 10**400]
    numbers = [*map(scalar, (*range(-size - 2, size + 3), *reals, *odd)), LOGICAL_NA, NULL]
    pairs = [vector([a, b]) for a, b in itertools.product((*reals[::3], *odd[:4]), repeat=2)]
    # a vector would grow to 2^31 - 1 elements, so that the last kinds are only read
    small = [item for item in (*numbers, *pairs) if item.python != 2**31 - 1]
    agree(read_and_assigned(size, small))
    large = [*map(scalar, (2**31 - 1, *on_axes)), vector([1, 3e9]), vector([NA, 3e9, -1])]
    agree([Case((size,), (item,)) for item in large])
    agree([Case((size, 2), (item, scalar(1)), value=value_of(n)) for item in large for n in (1, 2)])


@pytest.mark.parametrize("size", SIZES)
def test_ranges_around_the_largest_integer(size):
    largest = 2**31 - 1
    ends = [largest - 2, largest, largest + 1, largest + 3, 3e9, 3e9 + 2, 1e15]
    pairs = [(a, b) for a, b in itertools.permutations(ends, 2) if abs(a - b) < 10]
    pairs += [(a, a) for a in ends]
    spans = [span(sign * a, sign * b) for a, b in pairs for sign in (1, -1)]
    agree(
        [Case((size,), (item,)) for item in spans]
        + [
            Case((size, 2), (item, scalar(1)), value=v)
            for item in spans
            for v in (None, value_of(2))
        ]
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("length", LENGTHS)
def test_every_length_of_value_meets_every_count(size, length):
    counts = [vector([1] * n) for n in range(7)] + [span(1, n) for n in range(size + 3)]
    more = [MISSING, vector([-1]), flags([True]), flags([True, NA]), flags([False] * (size + 2))]
    items = [*counts, *more]
    cases = [Case((size,), (item,), value=value_of(length)) for item in items]
    cases += [Case((size, 3), (item, span(1, 2)), value=value_of(length)) for item in items]
    agree(cases + [Case((size, 2, 2), (item,), value=value_of(length)) for item in items])


KINDS_OF_4 = [
    MISSING, NULL, LOGICAL_NA,
    *map(scalar, (3, 2.9, 0, -2, 5, -9, NA, -np.inf)),
    *itertools.starmap(span, ((2, 4), (4, 1), (3, 3), (0, 2), (-1, -2), (-1, 1), (3, 6), (NA, 2))),
    span(1, 3, 2), span(-0.5, 2.5),
    *map(vector, ([], [2], [3, 1, 1], [4, 3, 2, 1], [0, 2, 0], [-1, -4], [-1, 2], [-1, NA])),
    vector([NA, 2]), vector([1, 5]), vector([1.7, 4.9]),
    *map(flags, ([], [True], [True, False], [True, NA, False], [False, True, False, True])),
    flags([True] * 5),
    matrix(np.array([[1, 2], [4, 3]])), matrix(np.array([[True, False]])),
    matrix(np.array([[[2], [1]]])),
]  # fmt: skip


@pytest.mark.parametrize("drop", [True, False])
def test_every_pair_of_kinds_reads(drop):
    agree(
        [
            Case(shape, (first, second), drop)
            for shape in ((4, 5), (3, 1), (0, 4))
            for first, second in itertools.product(KINDS_OF_4, KINDS_OF_4)
        ]
    )


def test_every_pair_of_kinds_assigns():
    cases = []
    for first, second in itertools.product(KINDS_OF_4, KINDS_OF_4):
        for k, length in enumerate((0, 1, 2, 3, 4, 6, 12)):
            shape = ((4, 5), (3, 1), (0, 4))[k % 3]
            cases.append(Case(shape, (first, second), value=value_of(length), in_place=k == 2))
        cases.append(Case((4, 5), (first, second), value=value_of(2, 2)))
    agree(cases)


def test_every_kind_alone_on_arrays():
    tables = [
        matrix(np.array(rows, float).reshape(-1, columns))
        for columns in (1, 2, 3)
        for rows in (
            [], [[1] * columns], [[2] * columns, [1] * columns], [[0] * columns, [1] * columns],
            [[np.nan] * columns, [2] * columns], [[-1] * columns], [[9] * columns],
            [[0] + [9] * (columns - 1)], [[9] + [0] * (columns - 1)], [[1.9] * columns],
            [[np.nan] + [9] * (columns - 1)], [[np.inf] * columns], [[-3e9] * columns],
            [[1] * columns, [-1] * columns, [9] * columns], [[1] * columns] * 2,
        )
    ]  # fmt: skip
    masks = [
        matrix(np.arange(20).reshape(4, 5) % 3 == 0),
        matrix(np.arange(20).reshape(5, 4) % 3 == 0),
        matrix(np.arange(24).reshape(2, 3, 4) % 5 == 0),
        matrix(np.arange(2).reshape(1, 2) == 0),
    ]
    wide = [scalar(17), scalar(21), scalar(-17), span(7, 3), span(19, 22), vector([1, 20, 30])]
    items = [*KINDS_OF_4, *tables, *masks, *wide]
    cases = []
    for shape in ((4, 5), (2, 3, 4), (20,), (1, 1), (0, 3), ()):
        cases += [Case(shape, (item,), drop) for item in items for drop in (True, False)]
        cases += [
            Case(shape, (item,), value=value_of(n), in_place=n == 2)
            for item in items
            for n in (0, 1, 2, 3, 20)
        ]
        cases += [Case(shape, (), value=value) for value in (None, value_of(1), value_of(3))]
    large = matrix(np.array([[3e9, 1], [1, 2]]))  # NA here, but a vector would grow that long
    cases += [Case((4, 5), (large,), value=value) for value in (None, value_of(1), value_of(2))]
    agree(cases)


def test_every_wrong_count_of_subscripts():
    shapes = ((), (3,), (2, 3), (2, 3, 5), (0, 2))
    kinds = (MISSING, scalar(1), scalar(9), span(1, NA), span(1, 3, 2), scalar(np.inf), NULL)
    agree(
        [
            Case(shape, items, value=value)
            for shape in shapes
            for count in (2, 3, 4)
            for items in itertools.combinations_with_replacement(kinds, count)
            for value in (None, value_of(1), value_of(0))
        ]
    )


def test_random_cases_on_one_to_four_axes():
    agree(random_cases(RANDOM_CASES, seed=4))


# The comparison itself


def outcomes_of(case: Case) -> tuple[Outcome, Outcome]:
    return by_r([case])[0], next(by_pybridge([case]))


def test_the_comparison_sees_a_wrong_value():
    case = Case((2, 3), (scalar(2), MISSING))
    wanted, ours = outcomes_of(case)
    assert not differs(case, wanted, ours)
    assert differs(case, wanted, Outcome((), ours.shape, ours.values[::-1].copy()))
    wrong = ours.values.copy()
    wrong[2] = np.nan
    assert differs(case, wanted, Outcome((), ours.shape, wrong))


def test_the_comparison_sees_a_wrong_shape():
    case = Case((2, 3), (scalar(2), MISSING), drop=False)
    wanted, ours = outcomes_of(case)
    assert wanted.shape == (1, 3)
    assert not differs(case, wanted, ours)
    assert differs(case, wanted, Outcome((), (3,), ours.values))


def test_the_comparison_sees_a_wrong_warning():
    case = Case((5,), (span(1, 3),), value=value_of(2))
    wanted, ours = outcomes_of(case)
    assert wanted.said == ("W:number of items to replace is not a multiple of replacement length",)
    assert not differs(case, wanted, ours)
    assert differs(case, wanted, Outcome((), ours.shape, ours.values))
    assert differs(case, wanted, Outcome(("W:number of items: ",), ours.shape, ours.values))
    quiet = Case((5,), (span(1, 2),), value=value_of(2))
    assert differs(quiet, by_r([quiet])[0], Outcome(ours.said, (5,), by_r([quiet])[0].values))


class LeavesAFile:
    """A position that leaves an open file behind, as tests that ran before may have done."""

    def __index__(self):
        open(__file__)  # noqa: SIM115
        return 2


def test_the_comparison_hears_nothing_of_what_other_code_left_open():
    with warnings.catch_warnings(record=True) as left:
        warnings.simplefilter("always")
        LeavesAFile().__index__()
    assert [warning.category for warning in left] == [ResourceWarning]
    agree([Case((3,), (Both(LeavesAFile(), "2L"),), value=value) for value in (None, value_of(1))])


def test_the_comparison_sees_a_wrong_error():
    case = Case((2, 3), (scalar(3), MISSING))
    wanted, ours = outcomes_of(case)
    assert wanted.said == ("E:subscript out of bounds",)
    assert not differs(case, wanted, ours)
    message = str(ours.error)
    assert differs(case, wanted, Outcome((), (3,), np.ones(3)))
    assert differs(case, wanted, Outcome((), error=errors.SubscriptError(message)))
    assert differs(case, wanted, Outcome((), error=IndexError(message)))
    assert differs(
        case, wanted, Outcome((), error=errors.SubscriptOutOfBoundsError("out of bounds: 3"))
    )
    fine = Case((2, 3), (scalar(2), MISSING))
    assert differs(fine, by_r([fine])[0], ours)


def test_a_disagreement_prints_r_source_that_runs():
    case = Case((2, 3), (vector([3, 1]), MISSING), value=value_of(2, 3))
    with pytest.raises(Exception, match="subscript out of bounds"):
        run_r(str(case))
    fine = Case((2, 3), (vector([2, 1]), span(1, 2)), drop=False)
    np.testing.assert_array_equal(run_r(str(fine)), [[4, 5], [1, 2]])


def test_the_fuzzer_counts_and_prints_what_differs(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["fuzz_dialects.py", "base", "--cases", "300", "--seed", "5"])
    assert fuzz_dialects.main() == 0
    assert "300 cases compared with R in" in capsys.readouterr().out
    monkeypatch.setattr(
        base_cases, "CLASSES", {**base_cases.CLASSES, "subscript out of bounds": KeyError}
    )
    assert fuzz_dialects.main() == 1
    printed = capsys.readouterr().out
    assert "random_cases(300, seed=5000015)" in printed
    source = next(line for line in printed.splitlines() if line.startswith("{x0 <- x <- "))
    with pytest.raises(Exception, match="subscript out of bounds"):
        run_r(source)
    monkeypatch.setattr("sys.argv", ["fuzz_dialects.py", "base", "--seconds", "0"])
    assert fuzz_dialects.main() == 1  # a run that compared nothing is no success


# The traps, said out loud; x is c(10, 20, 30, 40, 50), m is matrix(1:6, 2, byrow = TRUE)

X = np.array([10.0, 20.0, 30.0, 40.0, 50.0])
M = np.arange(1.0, 7.0).reshape(2, 3)
CUBE = np.arange(1.0, 31.0).reshape(2, 3, 5)


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
        read(M, 3, 1)  # TRUE is not 1, and 3 is no logical


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
    with pytest.raises(errors.SubscriptTypeError, match=r"`\.\.` is no subscript in R's own"):
        R(M, dialect="base")[..., 1]
    with pytest.raises(errors.SubscriptTypeError, match="tensors carry no dimnames"):
        r_slice(M, "'a', 1", dialect="base")


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


def test_a_vector_grows_and_an_array_becomes_one():
    grown = r_assign(np.array([1.0, 2.0, 3.0]), 5, value=9, dialect="base")
    np.testing.assert_array_equal(grown, [1, 2, 3, np.nan, 9])
    np.testing.assert_array_equal(
        r_assign(M, 8, value=9, dialect="base"), [1, 4, 2, 5, 3, 6, np.nan, 9]
    )
    grown = r_assign(np.array(3 + 0j), 3, value=1j, dialect="base")
    assert grown.shape == (3,)
    assert np.isnan(grown[1].imag)
    np.testing.assert_array_equal(
        r_assign(np.empty((0, 3)), 2, value=9, dialect="base"), [np.nan, 9]
    )


def test_a_masked_value_hides_nothing_in_the_tensor_dialect_either():
    x = X.copy()
    R(x)[2:3] = [NA, 7]
    np.testing.assert_array_equal(x, [10, np.nan, 7, 40, 50])
    R(x)[4:5] = np.ma.array([1.0, 2.0], mask=[False, True])
    np.testing.assert_array_equal(x, [10, np.nan, 7, 1, np.nan])


def test_in_place_a_tensor_cannot_grow():
    x = X.copy()
    with pytest.raises(errors.AssignmentError, match=r"vector of length 7 .* cannot grow in place"):
        R(x, dialect="base")[7] = 1
    with pytest.raises(errors.SubscriptOutOfBoundsError):
        R(x.reshape(1, 5), dialect="base")[1, 7] = 1
    np.testing.assert_array_equal(x, X)
    with pytest.raises(errors.ImmutableTensorError, match="r_assign"):
        R(np.broadcast_to(1.0, (3,)), dialect="base")[1] = 1


def test_a_vector_too_large_is_an_error():
    with pytest.raises(errors.AssignmentError, match="vector is too large: "):
        r_assign(X, 1e16, value=1, dialect="base")
    with pytest.raises(errors.SubscriptRangeError, match="result would be too long a vector: "):
        r_slice(X, slice(1, 1e17), dialect="base")


def test_values_recycle_column_by_column():
    with pytest.warns(
        errors.RecyclingWarning, match="number of items to replace is not a multiple"
    ):
        assert assigned(X, slice(1, 3), value=[7, 8]) == [7, 8, 7, 40, 50]
    with pytest.raises(
        errors.AssignmentError, match="number of items to replace is not a multiple"
    ):
        assigned(M, 1, slice(None), value=[7, 8])
    assert assigned(M, slice(None), slice(None), value=[7, 8, 9]) == [[7, 9, 8], [8, 7, 9]]
    assert assigned(M, slice(None), [1, 2], value=[[7, 8], [9, 0]]) == [[7, 8, 3], [9, 0, 6]]
    assert assigned(X, slice(1, 4), value=[[7, 8], [9, 0]]) == [7, 9, 8, 0, 50]
    with pytest.raises(errors.AssignmentError, match="replacement has length zero"):
        assigned(X, 1, value=[])
    assert assigned(X, [], value=[]) == X.tolist()
    with pytest.raises(errors.SubscriptMissingError, match="NAs are not allowed in subscripted"):
        assigned(X, [1, NA], value=[7, 8])
    assert assigned(X, [1, NA], value=7) == [7, 20, 30, 40, 50]


def test_na_as_a_value():
    values = [Both(NA, "NA"), Both([1.5, NA], "c(1.5, NA)"), Both([[NA, 7]], "matrix(c(NA, 7), 1)")]
    values.append(Both(np.ma.array([1.5, 2.5], mask=[True, False]), "c(NA, 2.5)"))
    agree([Case((4,), (span(2, 4),), value=value) for value in values])
    agree([Case((4, 2), (span(2, 3), scalar(2)), value=value) for value in values])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = r_assign(np.array([1j, 2j]), 1, value=NA, dialect="base")
    assert np.isnan([made[0].real, made[0].imag]).all()  # Re() and Im() of it are NA in R as well
    with pytest.raises(errors.MissingValueError, match="the value holds NA, and a tensor of dtype"):
        r_assign(np.array([1, 2]), 1, value=NA, dialect="base")
    with pytest.raises(errors.LossyValueError):
        r_assign(np.float32([1, 2]), [1, 2], value=[NA, 2**40 + 1], dialect="base")


def test_a_traced_subscript_is_refused():
    traced = Traced(np.ones(()), (), is_logical=False, backend=backend_of(M))
    for written in ((traced,), (traced, 1), (Range(1, traced),), (1, Range(traced, 2))):
        with pytest.raises(errors.SubscriptTypeError, match="is a traced tensor, whose values R's"):
            r_slice(M, *written, dialect="base")


def test_a_value_that_would_lose_information():
    x = np.array([1, 2, 3])
    with pytest.raises(errors.LossyValueError):
        R(x, dialect="base")[2] = 0.5
    assert x.tolist() == [1, 2, 3]
    R(x, dialect="base")[-2] = [7.0, 8.0]
    assert x.tolist() == [7, 2, 8]


def test_a_value_that_shares_memory_with_the_tensor():
    x = X.copy()
    R(x, dialect="base")[slice(1, 4)] = x[1:]
    assert x.tolist() == [20, 30, 40, 50, 50]
    x = X.copy()
    R(x, dialect="base")[[5, 4, 3, 2, 1]] = x
    assert x.tolist() == X[::-1].tolist()


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


def test_what_is_regular_becomes_a_slice():
    def axis(written, size=10):
        return base.lower(as_subscripts((written, [1, 1])), (size, 2)).axes[0]

    assert axis(-1) == slice(1, 10, 1)
    assert axis(-10) == slice(0, 9, 1)
    assert axis(slice(-1, -4)) == slice(4, 10, 1)
    assert axis(slice(-7, -12)) == slice(0, 6, 1)
    assert axis([9, 6, 3, 0]) == slice(8, None, -3)
    assert axis([True, False]) == slice(0, 10, 2)
    assert axis(slice(0, 4)) == slice(0, 4, 1)
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
