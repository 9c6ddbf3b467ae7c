"""Whether the port does what R does: R says what is right, and no number is copied by hand.

Where R is missing, its record in `__r__` answers: see `pytest --r-record`.
"""

import numpy as np
import pytest
from filters import ave, linear_filter

from pybridge.testing import assert_same_as_r

X = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0])
W = np.array([0.1, 0.2, 0.7])


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("circular", [False, True])
def test_sums_along_a_series(r, sides, circular):
    found = linear_filter(X, W, sides=sides, circular=circular)
    source = f"filter(x, w, sides = {sides}L, circular = {str(circular).upper()})"
    assert_same_as_r(found, source, x=X, w=W, run=r)


def test_an_even_number_of_weights_looks_ahead(r):
    assert_same_as_r(linear_filter(X, W[:2]), "filter(x, w)", x=X, w=W[:2], run=r)


def test_sums_that_feed_themselves(r):
    found = linear_filter(X, W, recursive=True)
    assert_same_as_r(found, "filter(x, w, method = 'recursive')", x=X, w=W, run=r)


def test_a_missing_value_spreads_as_far_as_the_weights(r):
    x = np.ma.array(X, mask=X == 4)  # NA in R
    found = linear_filter(x.filled(np.nan), W)
    assert_same_as_r(found, "filter(x, w)", x=x, w=W, run=r)


@pytest.mark.parametrize(
    ("weights", "options", "r_options", "r_match"),
    [
        (np.ones(9), {}, "", "longer than time series"),
        (np.array([1.0, np.nan]), {}, "", "missing values in 'filter'"),
        (W, {"sides": 3}, ", sides = 3L", "'sides' must be 1 or 2"),
    ],
    ids=["too many weights", "a missing weight", "three sides"],
)
def test_what_is_refused(r, weights, options, r_options, r_match):
    assert_same_as_r(
        lambda: linear_filter(X, weights, **options),
        f"filter(x, w{r_options})",
        x=X,
        w=weights,
        raises=ValueError,
        r_match=r_match,
        run=r,
    )


GROUPS = ["u", "v", "u", "u", "v", "w", "v", "u"]


def test_averages_of_groups(r):
    assert_same_as_r(ave(X, GROUPS), "ave(x, g)", x=X, g=GROUPS, run=r)
    assert_same_as_r(ave(X), "ave(x)", x=X, run=r)


def test_another_function_than_the_mean(r):
    # the median of R has the kind of its values, and NumPy's is real: the values alone
    x = X.astype(int)
    found = ave(x, GROUPS, np.max)
    assert_same_as_r(found, "ave(x, g, FUN = max)", x=x, g=GROUPS, check_kind=False, run=r)


def test_names_stay(r):
    x = {"a": 1.0, "b": 2.0, "c": 6.0}
    found = ave(x, ["u", "v", "u"])
    source = "x <- unlist(x); ave(x, c('u', 'v', 'u'))"
    assert_same_as_r(found, source, x=x, check_names=True, run=r)


def test_a_value_without_a_group_stays(r):
    groups = ["u", None, "u", "u", "v", "w", None, "u"]
    assert_same_as_r(ave(X, groups), "ave(x, g)", x=X, g=groups, run=r)


def test_groups_that_do_not_fit(r):
    assert_same_as_r(
        lambda: ave(X[:3], ["u", "v"]),
        "ave(x, c('u', 'v'))",
        x=X[:3],
        warns=UserWarning,
        match="3 values for 2 groups",
        r_match="not a multiple",
        run=r,
    )


def test_rs_own_permutation(r):
    """A port that draws cannot have R's numbers: take R's permutation, and compare the rest."""
    order = r("set.seed(42); sample(8)")
    found = linear_filter(X[order - 1], W)
    assert_same_as_r(found, "set.seed(42); filter(x[sample(8)], w)", x=X, w=W, run=r)
