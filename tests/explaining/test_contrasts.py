"""What R and Python would have done differently, against R's and NumPy's own brackets."""

import warnings

import numpy as np
import pytest
from corpus import cases, tensor_of
from hypothesis import given, settings
from hypothesis import strategies as st

from pybridge import NA, errors, explain, r_slice
from pybridge.errors import PybridgeWarning

READ = [case for case in cases() if "value" not in case and "error" not in case["expected"]]

TWO = "is an error, because `:` needs two numbers; there it is"


IN_R = [
    ("1, 2:3", (6, 7), []),
    ("c(3, 1), 2", (6, 7), []),
    ("NA:5", (6,), [f"on axis 1 `NA:5` {TWO} `1:5`"]),
    ("NA:NA:-2", (7,), [f"on axis 1 `NA:NA:-2` {TWO} `seq(7, 1, by = -2)`"]),
    ("3:NA", (3,), [f"on axis 1 `3:NA` {TWO} `3`"]),
    ("4:NA", (3,), [f"on axis 1 `4:NA` {TWO} `integer(0)`"]),
    ("1:9:3", (9,), ["on axis 1 `1:9:3` is `(1:9):3`, which uses its first number alone; there it "
                     "is `seq(1, 7, by = 3)`"]),
    ("8:-8", (28,), ["on axis 1 `8:-8` counts down through 0, and signs may not be mixed"]),
    ("-1:1", (1,), ["on axis 1 `-1:1` counts up through 0, and signs may not be mixed"]),
    ("-3:-1", (9,), ["on axis 1 `-3:-1` drops those positions instead of counting from the end"]),
    ("-1", (9,), ["on axis 1 `-1` drops position 1 instead of taking the last"]),
    ("-3", (9,), ["on axis 1 `-3` drops position 3 instead of taking position 7"]),
    ("-2:-1", (4,), []),
    ("-1", (2,), []),
    ("c(-2, -1)", (4,), []),
    ("c(-1, -2)", (9,), ["on axis 1 `c(-1, -2)` drops those positions instead of counting from the "
                         "end"]),
    ("c(1, -2)", (9,), ["on axis 1 `c(1, -2)` is an error, because signs may not be mixed"]),
    ("2", (6, 7), ["it takes a single subscript as counting every element, column by column"]),
    ("-1", (6, 7), ["it takes a single subscript as counting every element, column by column",
                    "`-1` drops position 1 instead of taking the last"]),
    ("2, 1", (6, 7, 8), ["it needs one subscript for each axis, 3 here, and stops at 2"]),
    ("2, ..", (6, 7, 8), ["it has no `..`; each axis needs a subscript, if a missing one"]),
    ("1, newaxis, 2:3", (6, 7), ["it has no new axes: `NULL` selects nothing"]),
    ("1:2, 3:3", (6, 7), ["it drops axis 2 too, where one position is left"]),
    ("1:1, array(3), ", (6, 7, 1), ["it leaves a vector of length 1"]),
    ("1:1, 2:3, ", (6, 7, 1), ["it drops axes 1 and 3 too, where one position is left"]),
    ("1, 3:3", (6, 7), []),
    ("", (1, 7), []),
    ("matrix(c(TRUE, TRUE, TRUE, FALSE), 2)", (2, 2), ["it takes the elements column by column"]),
    ("matrix(c(TRUE, FALSE, FALSE, TRUE), 2)", (2, 2), []),
    ("matrix(c(-1, 2), ncol = 2)", (2, 2), ["it takes no negative positions in a matrix"]),
    ("matrix(c(1, 2), ncol = 2)", (2, 2), []),
    ("", (6, 7), []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shape", "contrasts"), IN_R)
def test_what_r_would_do_differently(text, shape, contrasts):
    assert list(explain(shape, text).in_r) == contrasts


def test_r_drops_nothing_more_when_the_axes_are_kept():
    assert explain((6, 7), "1:2, 3:3", drop=False).in_r == ()


@pytest.mark.filterwarnings("ignore::pybridge.errors.PybridgeWarning")
@pytest.mark.parametrize(("text", "shape", "contrasts"), IN_R)
def test_r_differs_where_a_contrast_says_so(text, shape, contrasts):
    """R's own dialect, which R itself has confirmed, gives something else, or the same."""
    x = np.arange(float(np.prod(shape))).reshape(shape)
    ours = r_slice(x, text)
    try:
        theirs = r_slice(x, text, dialect="base")
    except errors.SubscriptError:
        assert contrasts
        return
    is_same = np.array_equal(ours if ours.ndim else ours.reshape(1), theirs)
    assert is_same == (not contrasts)


ZERO = "because Python counts from 0"


END = "because Python counts from 0 and leaves out the end"


OUT = f"would be an error, {ZERO} and the last index is"


ROWS = "it takes the elements row by row"


IN_PYTHON = [
    ("NA:5", (9,), "tensor", []),
    ("-3:NA", (9,), "tensor", []),
    ("-1", (9,), "tensor", []),
    ("c(-1, -3)", (9,), "tensor", []),
    ("c(TRUE, FALSE, TRUE)", (3,), "tensor", []),
    ("2", (9,), "tensor", [f"on axis 1 `2` would be position 3, {ZERO}"]),
    ("9", (9,), "tensor", [f"on axis 1 `9` {OUT} 8"]),
    ("2:5", (9,), "tensor", [f"on axis 1 `2:5` would be positions 3 to 5, {END}"]),
    ("6:NA", (9,), "tensor", [f"on axis 1 `6:NA` would be positions 7 to 9, {ZERO}"]),
    ("NA:-2", (9,), "tensor", ["on axis 1 `NA:-2` would be positions 1 to 7, because Python leaves "
                               "out the end"]),
    ("8:-8", (28,), "tensor", [f"on axis 1 `8:-8` would be positions 9 to 20, {END}"]),
    ("5:1", (9,), "tensor", ["on axis 1 `5:1` would be nothing, because Python runs downward only "
                             "with a negative step"]),
    ("c(1, 3)", (9,), "tensor", [f"on axis 1 `c(1, 3)` would be positions 2, 4, {ZERO}"]),
    ("c(1, 9)", (9,), "tensor", [f"on axis 1 `c(1, 9)` {OUT} 8"]),
    ("c(-1, -2, -1), c(-1, -1)", (6, 7), "tensor", [
        "it pairs the vectors on axes 1 and 2 entry by entry instead of crossing them, and cannot "
        "pair their lengths 3 and 2"]),
    ("c(-1, -2), c(-1, -1)", (6, 7), "tensor", [
        "it pairs the vectors on axes 1 and 2 entry by entry instead of crossing them"]),
    ("-1, , c(-1, -2)", (6, 7, 8), "tensor", [
        "it moves the vector of axis 3 to the front, because another kind of subscript is "
        "between it and the next number or vector"]),
    ("-1, c(-1, -2)", (6, 7, 8), "tensor", []),
    ("c(-1, -2), , -1", (6, 7, 8), "tensor", []),
    ("matrix(c(1, 2, 3, 4, 5, 6), ncol = 2)", (6, 7), "tensor", [
        "it takes the matrix as indices of the first axis, which gives shape (3, 2, 7)"]),
    ("matrix(c(TRUE, FALSE, FALSE, TRUE), 2)", (2, 2), "tensor", []),
    ("matrix(c(TRUE, TRUE, TRUE, FALSE), 2)", (2, 2), "base", [ROWS]),
    ("matrix(c(TRUE, FALSE, FALSE, TRUE), 2)", (2, 2), "base", []),
    ("2", (6, 7), "base", ["it takes a single subscript as the first axis, and counts from 0"]),
    ("-1", (9,), "base", ["on axis 1 `-1` would be position 9, because Python counts negative "
                          "numbers from the end"]),
    ("0", (9,), "base", [f"on axis 1 `0` would be position 1, {ZERO}"]),
    ("2.7", (9,), "base", ["on axis 1 `2.7` would be an error, because Python takes whole "
                           "numbers only"]),
    ("c(TRUE, FALSE)", (9,), "base", [
        "on axis 1 `c(TRUE, FALSE)` would be an error, because a mask of 2 must have 9 "
        "entries there"]),
    ("NULL", (9,), "base", ["on axis 1 `newaxis` would be a new axis of size 1"]),
    ("c(0, NA)", (9,), "base", ["on axis 1 `c(0, NA)` cannot hold NA: NumPy has no missing "
                                "subscript"]),
    ("3:5:0", (9,), "base", ["on axis 1 `3:5:0` would be an error, because Python has no step of "
                             "0"]),
    ("1.5:3", (9,), "base", ["on axis 1 `1.5:3` would be an error, because Python takes whole "
                             "numbers only"]),
    ("c(1.5, 2)", (9,), "base", ["on axis 1 `c(1.5, 2)` would be an error, because Python "
                                 "takes whole numbers only"]),
    (", ", (3, 1), "base", ["it keeps axis 2 at size 1; only a number drops its axis there"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shape", "dialect", "contrasts"), IN_PYTHON)
def test_what_python_would_do_differently(text, shape, dialect, contrasts):
    assert list(explain(shape, text, dialect=dialect).in_python) == contrasts


def test_python_always_drops_the_axis_of_a_number():
    (contrast,) = explain((6, 7), "-1, ", drop=False).in_python
    assert contrast == "it always drops an axis whose subscript is a number, axis 1 here"


NUMPY_KEYS = {
    "NA:5": slice(None, 5), "-3:NA": slice(-3, None), "-1": -1, "c(-1, -3)": [-1, -3], "2": 2,
    "2:5": slice(2, 5), "6:NA": slice(6, None), "NA:-2": slice(None, -2), "8:-8": slice(8, -8),
    "5:1": slice(5, 1), "c(1, 3)": [1, 3], "0": 0,
}  # fmt: skip


KEYED = [case for case in IN_PYTHON if case[0] in NUMPY_KEYS and len(case[1]) == 1]


@pytest.mark.parametrize(("text", "shape", "dialect", "contrasts"), KEYED)
def test_numpy_differs_where_a_contrast_says_so(text, shape, dialect, contrasts):
    x = np.arange(shape[0])
    ours = r_slice(x, text, dialect=dialect)
    assert np.array_equal(x[NUMPY_KEYS[text]], ours) == (not contrasts)


ANY_PIECES = st.sampled_from([
    "", "1", "3", "-1", "-2", "1:2", "2:2", "2:1", "3:2", "NA:2", "2:NA", "-2:-1", "2:-1", "-1:1",
    "1:3:2", "NA:NA:-1", "newaxis", "..", "array(2)", "c(1, 3)", "c(3, 1)", "c(-1, -2)", "c(-1, 1)",
    "c(TRUE, FALSE, TRUE)", "integer(0)",
])  # fmt: skip


def numpy_key(subscripts):
    """Return NumPy's key with the same numbers."""
    key = []
    for item in subscripts.items:
        if isinstance(item, slice):
            item = slice(*[None if b is NA else b for b in (item.start, item.stop, item.step)])
        key.append(getattr(item, "values", getattr(item, "value", item)))
    return tuple(key)


@pytest.mark.filterwarnings("ignore::pybridge.errors.PybridgeWarning")
@settings(deadline=None, max_examples=max(500, settings().max_examples))
@given(st.lists(ANY_PIECES, min_size=1, max_size=3), st.sampled_from([(3, 3), (3, 4, 3), (1, 3)]))
def test_there_is_a_contrast_exactly_where_the_languages_differ(pieces, shape):
    x = np.arange(float(np.prod(shape))).reshape(shape)
    text = ", ".join(pieces)
    try:
        ours = r_slice(x, text)
    except errors.SubscriptError:
        return
    assert_contrasts_are_right(x, text, ours, drop=True)


def assert_contrasts_are_right(x, text, ours, drop):
    """Check that there is a remark exactly where R, or NumPy, gives something else."""
    explanation = explain(x.shape, text, drop=drop)
    try:
        in_r = np.atleast_1d(r_slice(x, text, dialect="base", drop=drop))
    except errors.SubscriptError:
        in_r = None
    try:
        # nothing in the brackets is all of a tensor without axes, which Python writes [...]
        is_bare = not x.ndim and explanation.subscripts.items == (slice(None),)
        in_python = x[... if is_bare else numpy_key(explanation.subscripts)]
    except (IndexError, TypeError):
        in_python = None
    in_r_s_shape = ours if ours.ndim else ours.reshape(1)  # R has no tensor without axes
    for is_same, contrasts in (
        (np.array_equal(ours, in_python), explanation.in_python),
        (np.array_equal(in_r_s_shape, in_r), explanation.in_r),
    ):
        assert is_same or contrasts, str(explanation)
        if ours.size:  # where nothing is selected, an axis may differ and the result not
            assert not (is_same and contrasts), str(explanation)


OF_TENSORS = [case for case in READ if case["dialect"] == "tensor"]


@pytest.mark.filterwarnings("ignore::pybridge.errors.PybridgeWarning")
@pytest.mark.parametrize("case", OF_TENSORS, ids=[case["id"] for case in OF_TENSORS])
def test_every_case_of_the_corpus_has_its_contrasts(case):
    x, drop = tensor_of(case), case.get("drop", True)
    ours = np.asarray(r_slice(x, case["subscripts"], drop=drop))
    assert_contrasts_are_right(x, case["subscripts"], ours, drop)


IN_TENSOR = [
    ("2", (6, 1), []),
    ("c(4, 2), ", (6, 1), ["gives shape (2, 1)"]),
    ("array(c(FALSE, TRUE, FALSE, FALSE), c(2, 2))", (2, 2), []),
    ("2, 3", (6, 7), ["gives shape ()"]),
    ("1:2, c(3, 1)", (6, 7), []),
    ("c(TRUE, FALSE), ", (6, 7), ["raises an error: `c(TRUE, FALSE)` has length 2"]),
    ("-1, ", (6, 7), ["gives shape (7,)"]),
    ("c(-1, -2), ", (4, 7), ["gives the same shape, (2, 7), but other elements"]),
    ("2", (6, 7), ["gives shape (7,)"]),
    ("matrix(c(1, 2, 3, 4), ncol = 2)", (6, 7), []),
    ("matrix(c(TRUE, TRUE, TRUE, FALSE), 2)", (2, 2),
        ["gives the same shape, (3,), but other elements"]),
    ("c(2, NA)", (6,), ["raises an error: entry 2 of `c(2, NA)` on axis 1 is NA"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shape", "contrasts"), IN_TENSOR)
def test_what_the_tensor_dialect_would_do_differently(text, shape, contrasts):
    found = explain(shape, text, dialect="base").in_tensor_dialect
    assert len(found) == len(contrasts)
    for one, start in zip(found, contrasts, strict=True):
        assert one.startswith(start)


def test_a_warning_of_r_is_told_and_not_raised():
    with warnings.catch_warnings():
        warnings.simplefilter("error", PybridgeWarning)
        explanation = explain((9,), "1:9:3", dialect="base")
    (told,) = explanation.in_r
    assert told.startswith("warns: numerical expression has 9 elements")
    assert explanation.python == "x[0:3]"
