"""`explain`: its Python is run, its words and each of its contrasts are written out here."""

import warnings

import numpy as np
import pytest
from corpus import cases, tensor_of
from hypothesis import given, settings
from hypothesis import strategies as st
from processes import python

from pybridge import NA, errors, explain, newaxis, r_slice, r_subscripts
from pybridge.__main__ import main
from pybridge.errors import PybridgeWarning
from pybridge.subscripts import (
    MISSING,
    NEW_AXIS,
    REST,
    Mask,
    Range,
    Scalar,
    Subscripts,
    Traced,
    Vector,
)

READ = [case for case in cases() if "value" not in case and "error" not in case["expected"]]


def run_python(explanation, x):
    """Run the Python text of an explanation on a tensor."""
    found = eval(explanation.python, {"x": x, "numpy": np})
    return np.asarray(found)


def assert_python_is_right(x, text, **how):
    explanation = explain(text, shape=x.shape, **how)
    expected = np.asarray(r_slice(x, text, **how))
    np.testing.assert_array_equal(run_python(explanation, x), expected, str(explanation))
    assert run_python(explanation, x).shape == expected.shape == explanation.result_shape
    return explanation


def test_the_corpus_is_there():
    assert len(READ) > 150


@pytest.mark.filterwarnings("ignore::pybridge.errors.PybridgeWarning")
@pytest.mark.parametrize("case", READ, ids=[case["id"] for case in READ])
def test_the_python_of_every_case_gives_what_r_gives(case):
    x = tensor_of(case)
    how = {"drop": case.get("drop", True), "dialect": case["dialect"]}
    explanation = explain(case["subscripts"], shape=x.shape, **how)
    found = run_python(explanation, x)
    expected = case["expected"]
    values = [np.nan if value is None else value for value in expected["values"]]
    assert list(found.shape) == list(explanation.result_shape) == expected["shape"]
    np.testing.assert_array_equal(found.ravel(), values)
    assert str(explanation).count("\n") >= 2


PIECES = st.sampled_from([
    "", "1", "-1", "1:2", "2:1", "NA:NA:-1", "2:NA", "-1:1:-1", "newaxis",
    "c(1, 2)", "c(2, 1, 2)", "c(1, 3)", "integer(0)", "array(2)",
])  # fmt: skip


@settings(deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=4), st.booleans())
def test_the_python_of_random_subscripts_is_right(pieces, drop):
    x = np.arange(60.0).reshape(3, 4, 5)
    try:
        r_slice(x, ", ".join(pieces), drop=drop)
    except errors.SubscriptCountError:
        return
    assert_python_is_right(x, ", ".join(pieces), drop=drop)


BASE_PIECES = st.sampled_from([
    "", "1", "-1", "1:2", "0:2", "-1:-2", "0", "2.7", "NULL", "TRUE", "NA",
    "c(1, 2)", "c(2, NA, 2)", "c(TRUE, NA)", "c(-1, -3)", "integer(0)", "c(FALSE, TRUE, FALSE)",
])  # fmt: skip


@settings(deadline=None)
@given(st.lists(BASE_PIECES, min_size=3, max_size=3) | st.lists(BASE_PIECES, max_size=1))
def test_the_python_of_r_s_own_subscripts_is_right(pieces):
    for shape in [(3, 4, 5), (3, 1, 5)] if len(pieces) == 3 else [(3, 4), (5,), (0, 3)]:
        x = np.arange(float(np.prod(shape))).reshape(shape)
        try:
            r_slice(x, ", ".join(pieces), dialect="base")
        except errors.SubscriptError:
            continue
        assert_python_is_right(x, ", ".join(pieces), dialect="base")


PYTHON = [
    ("NA:5, , 8:-8", (60000, 28, 28), "x[0:5, :, 7:21]"),
    ("-1", (60000, 28, 28), "x[59999]"),
    ("5:1, 2", (6, 7), "x[4::-1, 1]"),
    (".., newaxis, ", (6, 7, 8), "x[:, :, numpy.newaxis]"),
    ("", (6, 7), "x[:]"),
    ("", (), "x[...]"),
    ("c(1, 2)", (6, 7), "x[0:2].copy()"),
    (", c(3, 1, 4)", (6, 7), "x[:, [2, 0, 3]]"),
    ("c(1, 5, 2), c(3, 1, 4)", (6, 7), "x[numpy.ix_([0, 4, 1], [2, 0, 3])]"),
    ("2, , c(3, 1, 4)", (6, 7, 8), "x[1].take([2, 0, 3], axis=1)"),
    ("c(1, 5, 2), 2:3, c(3, 1, 4)", (6, 7, 8), None),
    ("matrix(c(1, 2, 3, 4), ncol = 2)", (6, 7), "x[[0, 1], [2, 3]]"),
    ("c(TRUE, FALSE)", (2, 3), "x[0:1].copy()"),
    ("array(c(TRUE, FALSE), c(1, 2))", (1, 2), "x[numpy.array([[True, False]])]"),
]


@pytest.mark.parametrize(("text", "shape", "python"), PYTHON)
def test_python_is_written_as_a_person_would(text, shape, python):
    explanation = explain(text, shape=shape)
    if python is None:
        python = "x[:, 1:3].take([0, 4, 1], axis=0).take([2, 0, 3], axis=2)"
    assert explanation.python == python


def test_python_follows_r_s_order_of_a_logical_of_the_whole_shape():
    x = np.arange(6).reshape(2, 3)
    text = "matrix(c(TRUE, FALSE, TRUE, TRUE, FALSE, TRUE), 2)"
    explanation = assert_python_is_right(x, text, dialect="base")
    assert explanation.python == "x.T[numpy.array([[True, False], [True, True], [False, True]])]"
    assert run_python(explanation, x).tolist() == [0, 1, 4, 5]


def test_python_takes_the_name_in_the_text():
    assert explain("images[1, , ]", shape=(6, 7, 8)).python == "images[0]"
    assert explain(" my.x@r [ 1:2 ] ", shape=(6,)).python == "my.x[0:2]"
    assert explain(r_subscripts("1:2"), shape=(6,)).python == "x[0:2]"
    held = r_subscripts(slice(NA, 2), newaxis)
    assert explain(held, shape=(6,)).python == "x[0:2, numpy.newaxis]"


def test_long_python_is_whole_in_the_field_and_short_in_print():
    text = f"c({', '.join(map(str, [*range(1, 400, 2), 2]))})"
    explanation = explain(text, shape=(500, 2))
    assert_python_is_right(np.arange(1000).reshape(500, 2), text)
    assert len(explanation.python) > 500
    assert max(map(len, str(explanation).split("\n"))) < 250


SELECTED = [
    ("NA:5, , -1", (9, 7, 8), "tensor", [
        "axis 1 of size 9: `NA:5` is positions 1 to 5",
        "axis 2 of size 7: everything",
        "axis 3 of size 8: `-1` is position 8, and the axis goes",
    ]),
    ("5:1, newaxis", (9,), "tensor", [
        "axis 1 of size 9: `5:1` is positions 5 down to 1",
        "`newaxis`: a new axis of size 1",
    ]),
    ("26:-26", (28,), "tensor", ["axis 1 of size 28: `26:-26` is nothing"]),
    ("1:9:2", (9,), "tensor", ["axis 1 of size 9: `1:9:2` is positions 1, 3, 5, 7, 9"]),
    ("1:99:2", (99,), "tensor", ["axis 1 of size 99: `1:99:2` is positions 1, 3, 5, 7, ..., 99"]),
    ("c(3, -1, 3)", (9,), "tensor", ["axis 1 of size 9: `c(3, -1, 3)` is positions 3, 9, 3"]),
    ("matrix(c(1, 2, 3, 4), ncol = 2)", (6, 7), "tensor",
        ["2 elements, one for each row of the matrix"]),
    ("matrix(c(TRUE, FALSE, FALSE, FALSE), 2)", (2, 2), "tensor",
        ["1 element where the logical is TRUE, row by row"]),
    ("matrix(c(TRUE, FALSE, FALSE, TRUE), 2)", (2, 2), "base",
        ["2 elements where the logical is TRUE, column by column"]),
    ("c(2, NA, 4)", (6, 7), "base",
        ["3 elements, counted column by column through the whole tensor, 1 of them NA"]),
    ("c(2, NA)", (6,), "base", ["axis 1 of size 6: `c(2, NA)` is positions 2, NA"]),
    ("-1, ", (3, 1), "base", [
        "axis 1 of size 3: `-1` is positions 2, 3",
        "axis 2 of size 1: everything, and the axis goes",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shape", "dialect", "selected"), SELECTED)
def test_what_each_axis_selects_is_said_in_positions(text, shape, dialect, selected):
    assert list(explain(text, shape=shape, dialect=dialect).selected) == selected


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
    ("2", (6, 7), ["it takes one subscript alone as counting every element, column by column"]),
    ("-1", (6, 7), ["it takes one subscript alone as counting every element, column by column",
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
    ("matrix(c(-1, 2), ncol = 2)", (2, 2), ["it refuses negative positions in a matrix"]),
    ("matrix(c(1, 2), ncol = 2)", (2, 2), []),
    ("", (6, 7), []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shape", "contrasts"), IN_R)
def test_what_r_would_do_differently(text, shape, contrasts):
    assert list(explain(text, shape=shape).in_r) == contrasts


def test_r_drops_nothing_more_when_the_axes_are_kept():
    assert explain("1:2, 3:3", shape=(6, 7), drop=False).in_r == ()


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
        "it pairs the vectors on axes 1 and 2 entry by entry instead of crossing them, and refuses "
        "their lengths 3 and 2"]),
    ("c(-1, -2), c(-1, -1)", (6, 7), "tensor", [
        "it pairs the vectors on axes 1 and 2 entry by entry instead of crossing them"]),
    ("-1, , c(-1, -2)", (6, 7, 8), "tensor", [
        "it moves the vector of axis 3 to the front, because another kind of subscript stands "
        "between it and the next number or vector"]),
    ("-1, c(-1, -2)", (6, 7, 8), "tensor", []),
    ("c(-1, -2), , -1", (6, 7, 8), "tensor", []),
    ("matrix(c(1, 2, 3, 4, 5, 6), ncol = 2)", (6, 7), "tensor", [
        "it takes the matrix as indices of the first axis, which gives shape (3, 2, 7)"]),
    ("matrix(c(TRUE, FALSE, FALSE, TRUE), 2)", (2, 2), "tensor", []),
    ("matrix(c(TRUE, TRUE, TRUE, FALSE), 2)", (2, 2), "base", [ROWS]),
    ("matrix(c(TRUE, FALSE, FALSE, TRUE), 2)", (2, 2), "base", []),
    ("2", (6, 7), "base", ["it takes one subscript alone as the first axis, and counts from 0"]),
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
    ("3:5:0", (9,), "base", ["on axis 1 `3:5:0` would be an error, because Python knows no step of "
                             "0"]),
    ("1.5:3", (9,), "base", ["on axis 1 `1.5:3` would be an error, because Python takes whole "
                             "numbers only"]),
    ("c(1.5, 2)", (9,), "base", ["on axis 1 `c(1.5, 2)` would be an error, because Python "
                                 "takes whole numbers only"]),
    (", ", (3, 1), "base", ["it keeps axis 2 at size 1; only a number drops its axis there"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shape", "dialect", "contrasts"), IN_PYTHON)
def test_what_python_would_do_differently(text, shape, dialect, contrasts):
    assert list(explain(text, shape=shape, dialect=dialect).in_python) == contrasts


def test_python_always_drops_the_axis_of_a_number():
    (contrast,) = explain("-1, ", shape=(6, 7), drop=False).in_python
    assert contrast == "it always drops an axis on which a number stands, axis 1 here"


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
    """Return the key that NumPy would be given, with the same numbers."""
    key = []
    for item in subscripts.items:
        match item:
            case Scalar(value=value):
                key.append(value)
            case Range():
                bounds = (item.start, item.stop, item.step)
                key.append(slice(*(None if bound is NA else bound for bound in bounds)))
            case Vector(values=values) | Mask(values=values):
                key.append(values)
            case _:
                key.append({MISSING: slice(None), NEW_AXIS: None, REST: ...}[item])
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
    explanation = explain(text, shape=x.shape, drop=drop)
    try:
        in_r = np.atleast_1d(r_slice(x, text, dialect="base", drop=drop))
    except errors.SubscriptError:
        in_r = None
    try:
        # nothing in the brackets is all of a tensor without axes, which Python writes [...]
        is_bare = not x.ndim and explanation.subscripts.items == (MISSING,)
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
    ("c(TRUE, FALSE), ", (6, 7), ["refuses this: `c(TRUE, FALSE)` has length 2"]),
    ("-1, ", (6, 7), ["gives shape (7,)"]),
    ("c(-1, -2), ", (4, 7), ["gives the same shape, (2, 7), but other elements"]),
    ("2", (6, 7), ["gives shape (7,)"]),
    ("matrix(c(1, 2, 3, 4), ncol = 2)", (6, 7), []),
    ("matrix(c(TRUE, TRUE, TRUE, FALSE), 2)", (2, 2),
        ["gives the same shape, (3,), but other elements"]),
    ("c(2, NA)", (6,), ["refuses this: entry 2 of `c(2, NA)` on axis 1 is NA"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shape", "contrasts"), IN_TENSOR)
def test_what_the_tensor_dialect_would_do_differently(text, shape, contrasts):
    found = explain(text, shape=shape, dialect="base").in_tensor_dialect
    assert len(found) == len(contrasts)
    for one, start in zip(found, contrasts, strict=True):
        assert one.startswith(start)


def test_a_warning_of_r_is_told_and_not_raised():
    with warnings.catch_warnings():
        warnings.simplefilter("error", PybridgeWarning)
        explanation = explain("1:9:3", shape=(9,), dialect="base")
    (told,) = explanation.in_r
    assert told.startswith("warns: numerical expression has 9 elements")
    assert explanation.python == "x[0:3]"


PAGE = """\
x[NA:5, , 8:-8]  in the tensor dialect
  axis 1 of size 60000: `NA:5` is positions 1 to 5
  axis 2 of size 28: everything
  axis 3 of size 28: `8:-8` is positions 8 to 21
in Python      x[0:5, :, 7:21]
shape          (60000, 28, 28) -> (5, 28, 14)
R's own [      on axis 1 `NA:5` is an error, because `:` needs two numbers; there it is `1:5`
               on axis 3 `8:-8` counts down through 0, and signs may not be mixed
Python's [     on axis 3 `8:-8` would be positions 9 to 20, because Python counts from 0 and \
leaves out the end
"""


def test_the_command_line_prints_the_page(capsys):
    assert main(["explain", "x[NA:5, , 8:-8]", "--shape", "60000,28,28"]) == 0
    assert capsys.readouterr().out == PAGE


def test_the_command_line_takes_the_dialect_and_keeps_axes(capsys):
    assert main(["explain", "x[-1, 2]", "--shape", "6, 7", "--dialect", "base", "--keep-axes"]) == 0
    assert "(6, 7) -> (5, 1)" in capsys.readouterr().out
    assert main(["explain", "", "--shape", ""]) == 0
    assert "() -> ()" in capsys.readouterr().out


def test_the_command_line_alone_says_what_there_is(capsys):
    assert main([]) == 2
    assert "doctor" in capsys.readouterr().err


def test_the_same_in_all_languages_is_said():
    assert str(explain("c(TRUE, FALSE), ", shape=(2, 3))).endswith(
        "R's own [      it drops axis 1 too, where one position is left"
    )
    assert str(explain("", shape=(2, 3))).endswith("R's own [ and Python's [ would do the same")


WRONG = [
    (["x[1, n]", "--shape", "6,7"], "`n` is a variable"),
    (["x[1, 8]", "--shape", "6,7"], "position 8 is out of bounds: axis 2 has size 7"),
    (["x[1]", "--shape", "6,seven"], "--shape takes sizes with commas"),
    (["x[1]", "--shape", "6,,7"], "--shape takes sizes with commas"),
    (["x[1]", "--shape", "6,-7"], "--shape takes sizes with commas"),
    (["x[[1]]", "--shape", "6"], "a vector is written c(...)"),
    (["x@py[1]", "--shape", "6"], "`@` is no part of subscript text"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[message for _, message in WRONG])
def test_wrong_input_is_one_message_and_status_2(arguments, message, capsys):
    assert main(["explain", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert message in printed.err
    assert "Traceback" not in printed.err


def test_the_module_runs():
    explaining = ["-m", "pybridge", "explain", "--shape", "60000,28,28"]
    done = python(*explaining, "NA:5, , 8:-8")
    assert (done.returncode, done.stdout, done.stderr) == (0, PAGE, "")
    done = python(*explaining, "1:")
    assert (done.returncode, done.stdout) == (2, "")
    assert "an open end is written NA" in done.stderr


@pytest.mark.parametrize("shape", [(2.0,), (-1,), (None,), ("2",), (True,)])
def test_a_shape_is_whole_sizes(shape):
    with pytest.raises(errors.ArgumentError, match="`shape` is a tuple of sizes"):
        explain("", shape=shape)


def test_a_traced_subscript_has_nothing_to_explain():
    held = Subscripts((Traced(object(), 0, False),))
    with pytest.raises(errors.PybridgeError, match="traced tensor"):
        explain(held, shape=(6,), dialect="base")


def test_an_explanation_is_a_value():
    explanation = explain("1:2", shape=(6,))
    assert explanation == explain("x[1:2]", shape=(6,))
    assert hash(explanation) == hash(explain("x[1:2]", shape=(6,)))
    with pytest.raises(AttributeError):
        explanation.python = "x"
