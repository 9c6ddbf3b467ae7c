"""`explain`: its Python is run, its words and each of its contrasts are written out here."""

from html import escape

import numpy as np
import pandas as pd
import pytest

from pybridge import errors, explain, result_shape
from pybridge.subscripts import (
    Subscripts,
    Traced,
)

SELECTED = [
    ("NA:5, , -1", (9, 7, 8), "tensor", [
        "axis 1 of size 9: `NA:5` is positions 1 to 5",
        "axis 2 of size 7: everything",
        "axis 3 of size 8: `-1` is position 8, and the axis is dropped",
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
        "axis 2 of size 1: everything, and the axis is dropped",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shape", "dialect", "selected"), SELECTED)
def test_what_each_axis_selects_is_said_in_positions(text, shape, dialect, selected):
    assert list(explain(shape, text, dialect=dialect).selected) == selected


def test_the_same_in_all_languages_is_said():
    assert str(explain((2, 3), "c(TRUE, FALSE), ")).endswith(
        "R's own [      it drops axis 1 too, where one position is left"
    )
    assert str(explain((2, 3), "")).endswith("R's own [ and Python's [ would do the same")


def test_a_traced_subscript_has_nothing_to_explain():
    held = Subscripts((Traced(object(), 0, False),))
    with pytest.raises(errors.PybridgeError, match="traced tensor"):
        explain((6,), held, dialect="base")


def test_an_explanation_shows_itself_as_text_and_as_html():
    explanation = explain(
        (9, 7), "x[c(TRUE, FALSE, TRUE, FALSE, FALSE, FALSE, FALSE, FALSE, TRUE)]"
    )
    assert repr(explanation) == str(explanation)
    html = explanation._repr_html_()
    for text in (*explanation.selected, *explanation.in_r, *explanation.in_python):
        assert escape(text) in html
    assert "would do the same" in explain((2, 3), "")._repr_html_()


def test_subscripts_come_after_the_shape_as_in_result_shape():
    for subscripts in [(1, slice(2, 3)), ([2, 1],), (..., -1), ("2, NA:2",)]:
        explanation = explain((2, 3), *subscripts)
        assert explanation.result_shape == result_shape((2, 3), *subscripts)
        assert explanation.shape == (2, 3)
    with pytest.raises(errors.ArgumentError, match="`shape` is a tuple of sizes"):
        explain("x[1]", (2, 3))


def test_an_explanation_is_a_value():
    explanation = explain((6,), "1:2")
    assert explanation == explain((6,), "x[1:2]")
    assert hash(explanation) == hash(explain((6,), "x[1:2]"))
    with pytest.raises(AttributeError):
        explanation.python = "x"


def test_a_tensor_or_a_table_stands_for_its_shape_and_its_labels():
    x = np.zeros((2, 3, 5))
    assert explain(x, 1, slice(2, 3)) == explain((2, 3, 5), 1, slice(2, 3))
    table = pd.DataFrame({"u": [1, 2], "v": [3, 4]}, index=["a", "b"])
    explanation = explain(table, "b", ["v", "u"])
    assert explanation.selected == (
        'axis 1 of size 2: `"b"` is position 2, and the axis is dropped',
        'axis 2 of size 2: `c("v", "u")` is positions 2, 1',
    )
    assert explanation.in_r == ()
    assert explain(table, '"b", all_but("u")').result_shape == (1,)
    with pytest.raises(errors.SubscriptLabelError, match='"w" is not a label'):
        explain(table, 1, "w")
