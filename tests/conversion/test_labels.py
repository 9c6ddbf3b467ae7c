"""Names and dimnames of R."""

import numpy as np
import pytest
import rpy2.robjects as ro
import xarray as xr
from conversion_oracle import assert_identical
from labelled import labelled

from pybridge import errors, from_r, to_r
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


def test_conversion_keeps_what_both_sides_can_hold():
    for text in (
        "c(a = 1, b = 2)",
        "1:3",
        'array(1:3, 3, list(species = c("a", "b", "c")))',
        "array(1:4, c(2, 2), list(x = NULL, y = NULL))",
        "matrix(1:6, 2)",
        'matrix(c("u", "v"), 1, dimnames = list("r", c("p", "q")))',
        'array(c(TRUE, FALSE), 2:1, list(rows = NULL, c("p")))',
        'matrix(0, 0, 2, dimnames = list(NULL, c("a", "b")))',
        'structure(c(1, 2), names = c("a", "a"))',
        "2.5",
    ):
        v = ro.r(text)
        there = from_r(v, like="xarray")
        assert isinstance(there, xr.DataArray)
        assert np.array_equal(there.values, from_r(v))
        assert ro.r["identical"](to_r(there), v)[0], text
    x = labelled()
    back = from_r(to_r(x), like=x)
    assert back.dims == x.dims
    assert np.array_equal(back.values, x.values)
    assert back.coords["part"].identical(x.reset_coords(drop=True).coords["part"])
    assert back.coords["year"].values.tolist() == ["1935", "1936", "1937"]  # R's labels are text
    own = to_r(x, dimnames=[None, ["a", "b", "c"], None])
    assert ro.r["names"](ro.r["dimnames"](own)) is ro.NULL


def test_what_conversion_cannot_keep_is_refused():
    for text, why in [
        ("array(1:4, c(2, 2), list(x = NULL, x = NULL))", "needs different names"),
        ('structure(1:2, names = c("a", NA))', "label 2 of axis 1 is NA"),
    ]:
        with pytest.raises(errors.ConversionError, match=why):
            from_r(ro.r(text), like="xarray")
    with pytest.raises(errors.ArgumentError, match="dimnames must be one of 'drop', 'xarray'"):
        from_r(ro.r("1"), dimnames="keep")
    with pytest.raises(errors.ArgumentError, match="only NumPy has masked arrays"):
        from_r(ro.r("NA"), like="xarray", na="mask")


def test_the_older_form_of_like_warns_and_means_the_same():
    with pytest.warns(DeprecationWarning, match='like="xarray"'):
        found = from_r(ro.r("c(a = 1, b = 2)"), dimnames="xarray")
    assert found.identical(from_r(ro.r("c(a = 1, b = 2)"), like="xarray"))
    with pytest.raises(errors.ArgumentError, match="leave `dimnames` out"):
        from_r(ro.r("1"), dimnames="xarray", like="pandas")


@pytest.mark.parametrize("dimnames", [True, 3, "ab", [True], ["a", "b"], [3]])
def test_dimnames_that_hold_no_labels_say_what_they_take(dimnames):
    with pytest.raises(errors.ArgumentError, match="one sequence of labels, or None"):
        to_r(np.arange(2), dimnames=dimnames)
