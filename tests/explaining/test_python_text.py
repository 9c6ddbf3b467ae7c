"""The Python that `explain` writes for subscripts gives what R gives."""

import numpy as np
import pytest
from corpus import cases, tensor_of
from hypothesis import given, settings
from hypothesis import strategies as st

from pybridge import NA, errors, explain, newaxis, r_slice, r_subscripts

READ = [case for case in cases() if "value" not in case and "error" not in case["expected"]]


def run_python(explanation, x):
    """Run the Python text of an explanation on a tensor."""
    found = eval(explanation.python, {"x": x, "numpy": np})
    return np.asarray(found)


def assert_python_is_right(x, text, **how):
    explanation = explain(x.shape, text, **how)
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
    explanation = explain(x.shape, case["subscripts"], **how)
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
    explanation = explain(shape, text)
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
    assert explain((6, 7, 8), "images[1, , ]").python == "images[0]"
    assert explain((6,), " my.x@r [ 1:2 ] ").python == "my.x[0:2]"
    assert explain((6,), r_subscripts("1:2")).python == "x[0:2]"
    held = r_subscripts(slice(NA, 2), newaxis)
    assert explain((6,), held).python == "x[0:2, numpy.newaxis]"


def test_long_python_is_whole_in_the_field_and_short_in_print():
    text = f"c({', '.join(map(str, [*range(1, 400, 2), 2]))})"
    explanation = explain((500, 2), text)
    assert_python_is_right(np.arange(1000).reshape(500, 2), text)
    assert len(explanation.python) > 500
    assert max(map(len, str(explanation).split("\n"))) < 250
