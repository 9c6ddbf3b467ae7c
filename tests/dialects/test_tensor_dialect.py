"""The tensor dialect against its restatement in base R, over whole finite spaces."""

import itertools

import numpy as np
import pytest
from tensor_cases import Case, disagreements, outcome, random_cases, restated

from pybridge import NA, R, result_shape
from pybridge.dialects.tensor import least_sizes
from pybridge.errors import SubscriptMaskError, SubscriptOutOfBoundsError
from pybridge.subscripts.python_values import as_subscripts

SIZES = range(7)
X = np.arange(1, 31).reshape(2, 3, 5)
BOUNDS = (NA, *range(-8, 9), 1.5, -2.5)


def agree(cases: list[Case]) -> None:
    assert cases
    found = disagreements(cases)
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize("size", SIZES)
def test_every_range(size):
    agree(
        [
            Case((size,), (slice(start, stop, step),))
            for start, stop in itertools.product(BOUNDS, BOUNDS)
            for step in (NA, -3, -2, -1, 0, 1, 2, 3, 0.5)
        ]
    )


@pytest.mark.parametrize("size", SIZES)
def test_every_short_vector(size):
    entries = (NA, *range(-size - 1, size + 2))
    vectors = [list(v) for n in range(4) for v in itertools.product(entries, repeat=n)]
    agree([Case((size,), (v,)) for v in vectors])


@pytest.mark.parametrize("size", SIZES)
def test_every_scalar(size):
    scalars = (*range(-8, 9), 1.0, 2.5, -1.0, 1e300)
    agree([Case((size,), (p,), drop) for p in scalars for drop in (True, False)])


@pytest.mark.parametrize("size", SIZES)
def test_every_short_mask(size):
    masks = [list(m) for n in range(1, 7) for m in itertools.product((True, False), repeat=n)]
    agree([Case((size,), (m,)) for m in masks])


KINDS = [
    2,
    -1,
    slice(None),
    slice(NA, 2),
    slice(2, NA),
    slice(3, 1),
    slice(2, -2),
    slice(1, -1, 2),
    slice(4, NA),
    [3, 1],
    [2, 2, 1],
    [1, 2, 3],
    [-1, 1],
    [],
    [2],
    [True, False, True],
    [False, False, False],
    None,
    ...,
    0,
    4,
    [1, 4],
    [True, False],
]


@pytest.mark.parametrize("shape", [(3, 3), (3, 4), (4, 0)])
@pytest.mark.parametrize(
    ("drop", "value"),
    [
        (True, None),
        (False, None),
        (True, "scalar"),
        (True, "full"),
        (True, "last"),
        (True, "larger"),
    ],
)
def test_all_pairs_of_kinds(shape, drop, value):
    pairs = [pair for pair in itertools.product(KINDS, KINDS) if pair != (..., ...)]
    agree([Case(shape, pair, drop, value) for pair in pairs])


def test_no_axes():
    subscripts = [(), (...,), (None,), (..., None), (None, None), (slice(None),), (1,), ([],)]
    values = (None, "scalar", "full", "larger")
    agree([Case((), written, value=value) for written in subscripts[1:] for value in values])


@pytest.mark.parametrize("seed", range(2))  # `make fuzz` draws a million
def test_random_cases(seed):
    agree(list(random_cases(10_000, seed)))


def test_the_restatement_tells_cases_apart():
    """A comparison that cannot fail proves nothing: each field of an outcome must matter."""
    case = Case((2, 3), (2, slice(NA, 2)))
    (theirs,) = restated([case])
    assert theirs == [1, 2, 4, 5]
    assert outcome(case) == theirs
    for other in [
        Case((2, 3), (2, slice(NA, 3))),
        Case((2, 3), (1, slice(NA, 2))),
        Case((2, 3), (2, slice(2, 1))),
        Case((2, 3), (2, slice(NA, 2)), drop=False),
        Case((2, 3), (3, slice(NA, 2))),
        Case((2, 3), (2.5, slice(NA, 2))),
        Case((2, 3), (2, slice(NA, 2)), value="scalar"),
    ]:
        assert outcome(other) != theirs
    assert disagreements([case]) == []


def test_random_cases_are_mostly_valid_and_of_both_kinds():
    cases = list(random_cases(2_000, 0))
    outcomes = [outcome(case) for case in cases]
    assert 0.4 < np.mean([o[0] >= 0 for o in outcomes]) < 0.95
    assert 0.4 < np.mean([case.value is not None for case in cases]) < 0.6


@pytest.mark.parametrize(
    ("written", "least"),
    [
        ((), (0, 0, 0)),
        ((3, -4), (3, 4, 0)),
        ((2.0, slice(2, 3), slice(-2, None)), (2, 3, 2)),
        ((slice(NA, 4), slice(6, NA), slice(6, NA, -1)), (4, 5, 6)),
        ((None, ..., [3, 4], []), (0, 4, 0)),
        (([1, -1], [True, False]), (None, None, 0)),
        (([[1, 2, 3]],), (None, None, None)),
        (([[[True]]],), (None, None, None)),
        ((slice(-3, 4), slice(4, -3), slice(NA, 4)), (None, 4, 4)),
    ],
    ids=str,
)
def test_the_least_sizes_that_subscripts_fit(written, least):
    assert least_sizes(as_subscripts(written).items, 3) == least


def test_whole_reals_are_positions_and_bounds():
    assert R(X)[2.0, 3.0, 1.0:2.0].tolist() == [26, 27]


def test_a_vector_that_starts_and_ends_like_a_run_is_none():
    assert R(X)[1, 1, [1, 2, 4, 4]].tolist() == [1, 2, 4, 4]


@pytest.mark.parametrize("subscript", [0, slice(0, 2), slice(2, 0)])
def test_zero_is_no_position_of_an_axis_of_unknown_size(subscript):
    with pytest.raises(SubscriptOutOfBoundsError, match="positions start at 1"):
        result_shape((None, 3), subscript)


# In 32 bits the first of these is position 1; what a size leaves open may be counted so.
@pytest.mark.parametrize("position", [2**32 + 1, -(2**32) - 1, 2**31, 10**30])
def test_no_position_wraps_where_the_size_is_unknown(position):
    vectors = ([position], [1, position], np.array([float(position)]))
    for subscript in (position, slice(1, position), slice(position, NA), *vectors):
        with pytest.raises(SubscriptOutOfBoundsError, match="size that is not known here"):
            result_shape((None, 3), subscript)
    with pytest.raises(SubscriptOutOfBoundsError, match="size that is not known here"):
        result_shape((None, 3), np.array([[1, 1], [position if position < 10**19 else 2**62, 1]]))
    assert result_shape((None, 3), slice(2, 2**31 - 1)) == (None, 3)


def test_what_is_known_of_an_axis_of_unknown_size():
    assert result_shape((None, 3), slice(2, 4)) == (None, 3)
    assert result_shape((None, 3), [2, 3]) == (2, 3)
    assert result_shape((None, 3), 2, drop=False) == (None, 3)
    assert result_shape((None, 3), -1, drop=False) == (None, 3)


def test_a_mask_on_one_axis_is_a_vector():
    with pytest.raises(SubscriptMaskError, match="has 2 axes; on axis 2 a logical vector"):
        R(X)[1, np.ones((2, 2), bool)]


def test_an_open_range_of_an_unknown_size_may_keep_its_axis():
    assert result_shape((None, 3), slice(2, NA), 1, drop=False) == (None, 1)
