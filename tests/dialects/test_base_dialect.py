"""The base dialect against R itself: value, shape, warnings and error, read and assigned.

Wherever a test compares, what is expected comes from R's own `[` and `[<-`, which evaluate the same
cases as R source; see base_cases.py. The traps are literal tests in test_base_by_hand.py.
"""

import itertools
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
    agree,
    by_pybridge,
    by_r,
    differs,
    flags,
    matrix,
    scalar,
    span,
    value_of,
    vector,
)
from base_draws import random_cases

from pybridge import NA, errors
from pybridge.testing import run_r

SIZES = range(7)
LENGTHS = range(4)
RANDOM_CASES = 20_000  # `make fuzz` draws a million


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


@pytest.mark.filterwarnings("ignore::pybridge.testing.RWarning")
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
