"""Names and dimnames of R."""

import numpy as np
import pytest
from conversion_oracle import assert_identical

from pybridge.conversion import from_r, to_r
from pybridge.errors import ArgumentError


def test_dimnames_are_set_going_and_dropped_coming():
    x = np.array([[1.5, 2.5, 3.5], [4.5, 5.5, 6.5]])
    code = "matrix(c(1.5, 4.5, 2.5, 5.5, 3.5, 6.5), 2"
    full = to_r(x, dimnames=[["a", "b"], ("x", "y", "é")])
    assert_identical(full, code + ', dimnames = list(c("a", "b"), c("x", "y", "é")))')
    half = to_r(x, dimnames=[None, np.array(["x", "y", "z"])])
    assert_identical(half, code + ', dimnames = list(NULL, c("x", "y", "z")))')
    named = to_r(x, dimnames={"rows": ["a", "b"], "cols": None})
    assert_identical(named, code + ', dimnames = list(rows = c("a", "b"), cols = NULL))')
    assert_identical(to_r(x, dimnames=[None, None]), code + ")")
    assert_identical(to_r(x[0], dimnames=[["x", "y", "z"]]), "c(x = 1.5, y = 2.5, z = 3.5)")
    assert_identical(to_r([1.5, 2.5], dimnames=[["x", "y"]]), "c(x = 1.5, y = 2.5)")
    text = to_r(np.array([["u", "v"]]), dimnames=[["r"], ["x", "y"]])
    assert_identical(text, 'matrix(c("u", "v"), 1, dimnames = list("r", c("x", "y")))')
    empty = to_r(np.zeros((0, 2)), dimnames=[None, ["x", "y"]])
    assert_identical(empty, 'matrix(0, 0, 2, dimnames = list(NULL, c("x", "y")))')
    assert type(from_r(full)) is np.ndarray
    np.testing.assert_array_equal(from_r(full), x)


@pytest.mark.parametrize(
    ("x", "dimnames", "message"),
    [
        (np.zeros((2, 3)), [["a", "b"]], "name 1 axes, and the array has 2"),
        (np.zeros((2, 3)), [["a", "b"], ["c", "d"]], "give axis 2 2 labels for 3 places"),
        (np.zeros(2), "ab", "one sequence of labels"),
        ({"a": [1.0]}, [["a"]], "go with one array"),
        ([np.zeros(2)], [["a", "b"]], "go with one array"),
        (None, [], "go with one array"),
    ],
)
def test_dimnames_that_do_not_fit_are_refused(x, dimnames, message):
    with pytest.raises(ArgumentError, match=message):
        to_r(x, dimnames=dimnames)
