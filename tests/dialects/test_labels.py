"""Names as subscripts: R's own `[` on arrays with dimnames says what they mean."""

import itertools

import numpy as np
import pytest
import rpy2.robjects as ro

from pybridge import errors
from pybridge.dialects import tensor
from pybridge.dialects.labels import (
    UniqueLabels,
    names_as_r_reads,
    nearest_labels,
    positions_from_names,
)
from pybridge.subscripts import Characters, Scalar, Subscripts, Vector
from pybridge.subscripts.python_values import as_subscript

ROWS = ["a", "b", "", "a", None]
COLUMNS = ["p", "q", "b"]
NAMES = ["a", "b", "p", "zz", "", None]


def r_text(names):
    return f"c({', '.join('NA_character_' if name is None else repr(name) for name in names)})"


def asked_of_r(written):
    """Return what R's own brackets give for each text, or None where they raise."""
    found = ro.r(
        f"""local({{
          m <- matrix(as.double(1:15), 5, dimnames = list({r_text(ROWS)}, {r_text(COLUMNS)}))
          v <- as.double(1:5); names(v) <- {r_text(ROWS)}
          u <- matrix(as.double(1:15), 5, dimnames = list({r_text(ROWS)}, NULL))
          lapply(c({", ".join(map(repr, written))}), function(text)
            tryCatch(as.vector(eval(parse(text = text))), error = function(e) NULL))
        }})"""
    )
    return [None if each is ro.NULL else np.array(each, float) for each in found]


def labels(axis):
    return [ROWS, COLUMNS][axis]


def as_read(characters, ndim, given=labels):
    return names_as_r_reads(Subscripts(characters), given, ndim).items


def elements(items, shape):
    """Read 1, 2, 3... laid column by column, at positions of which some are NA."""
    x = np.arange(1.0, 1 + np.prod(shape)).reshape(shape, order="F")
    if len(items) == 1 and items[0].values.ndim == 2:
        values, holes = items[0].values, items[0].missing
        found = x[tuple(np.maximum(values - 1, 0).T)]
        return found if holes is None else np.where(holes.any(axis=1), np.nan, found)
    if len(items) == 1:
        flat = x.ravel(order="F")[np.maximum(items[0].values - 1, 0)]
        return flat if items[0].missing is None else np.where(items[0].missing, np.nan, flat)
    return x[np.ix_(*[item.values - 1 for item in items])].ravel(order="F")


def test_names_mean_in_the_base_dialect_what_they_mean_to_r():
    pairs = [list(pair) for pair in itertools.product(NAMES, repeat=2)]
    vectors = asked_of_r([f"v[{r_text(pair)}]" for pair in pairs])
    alone = asked_of_r([f"m[{r_text(pair)}]" for pair in pairs])
    axes = asked_of_r([f"m[{r_text([one])}, {r_text([two])}]" for one, two in pairs])
    matrices = asked_of_r([f"m[matrix({r_text(pair)}, 1)]" for pair in pairs])
    assert sum(each is None for each in [*axes, *matrices]) > 20
    for pair, vector, flat, both, matrix in zip(pairs, vectors, alone, axes, matrices, strict=True):
        names = Characters(tuple(pair))
        one, two = (Characters((name,)) for name in pair)
        for items, ndim, shape, expected in [
            ((names,), 1, (5,), vector),
            ((names,), 2, (5, 3), flat),
            ((one, two), 2, (5, 3), both),
            ((Characters(tuple(pair), (1, 2)),), 2, (5, 3), matrix),
        ]:
            if expected is None:
                with pytest.raises(errors.SubscriptError, match=r"^subscript out of bounds"):
                    as_read(items, ndim)
            else:
                found = elements(as_read(items, ndim), shape)
                assert np.array_equal(found, expected, equal_nan=True), (pair, found, expected)


def test_where_an_axis_has_no_labels_names_stay_for_the_dialect_to_refuse():
    names = Characters(("a", "b"))
    none = [lambda axis: None, lambda axis: [ROWS, None][axis]]
    for items, ndim, given in [
        ((names,), 1, none[0]),
        ((names, Scalar(1)), 2, none[0]),
        ((Characters(("a", "p"), (1, 2)),), 2, none[1]),
        ((Scalar(1), Scalar(1), names), 2, labels),
    ]:
        assert as_read(items, ndim, given) == items
    unknown = (Characters(("a", "zz")),)
    assert names_as_r_reads(Subscripts(unknown), labels, 1, is_write=True).items == unknown
    known = names_as_r_reads(Subscripts((names,)), labels, 1, is_write=True).items
    assert known == (as_subscript([1, 2]),)


def test_each_name_is_one_position_in_the_tensor_dialect():
    assert positions_from_names(Characters(("b",)), labels, 0, 2, is_alone=False) == Scalar(2)
    one = positions_from_names(as_subscript(["q"]), labels, 1, 2, is_alone=False)
    assert one == as_subscript([2])
    matrix = as_subscript(np.array([["b", "p"], ["b", "b"]]))
    assert str(matrix) == 'matrix(c("b", "b", "p", "b"), ncol = 2)'
    points = positions_from_names(matrix, labels, 0, 2, is_alone=True)
    assert points.values.tolist() == [[2, 1], [2, 3]]
    nothing = positions_from_names(Characters(()), labels, 0, 2, is_alone=True)
    assert isinstance(nothing, Vector)
    assert nothing.values.shape == (0,)
    for item, ndim, is_alone in [(matrix, 2, False), (matrix, 3, True)]:
        with pytest.raises(errors.SubscriptTypeError, match=r"has shape \(2, 2\)"):
            positions_from_names(item, labels, 0, ndim, is_alone=is_alone)
    with pytest.raises(errors.SubscriptTypeError, match=r"has shape \(1, 1, 1\)"):
        positions_from_names(as_subscript(np.array([[["a"]]])), labels, 0, 1, is_alone=True)


def refused(name, given=labels):
    with pytest.raises(errors.SubscriptError) as caught:
        positions_from_names(Characters((name,)), given, 0, 2, is_alone=False)
    return caught.value


def test_an_unknown_or_doubled_label_says_which_are_meant():
    error = refused("A", lambda axis: ["abc", "a1", "xy"])
    assert isinstance(error, errors.SubscriptLabelError)
    assert (error.label, error.axis, error.nearest, error.positions) == ("A", 1, ("a1",), ())
    assert str(error) == '"A" is not a label of axis 1; the nearest are "a1"'
    error = refused("zz", lambda axis: [*"abcdef"])
    assert str(error) == (
        '"zz" is not a label of axis 1; the labels are "a", "b", "c", "d", "e", ...'
    )
    error = refused("a")
    assert (error.nearest, error.positions) == ((), (1, 4))
    assert str(error) == (
        '"a" is the label of 2 positions of axis 1, 1, 4; use the numbers of those that you want'
    )
    assert "1, 2, 3, 4, 5, ...;" in str(refused("a", lambda axis: ["a"] * 7))
    assert str(refused("")).startswith('"" is not a label')
    assert isinstance(refused(None), errors.SubscriptMissingError)
    assert "axis 1 has no labels" in str(refused("a", lambda axis: None))
    assert nearest_labels("setsoa", ["virginica", "setosa", None, "SETOSA"]) == ("setosa",)


def test_names_are_written_as_r_writes_them():
    many = Characters(tuple("abcdefghijklmnop"))
    assert str(many).count('"') == 32
    error = refused_text(many)
    assert '"k", ..., "p")' in error
    assert str(Characters(("a", None))) == 'c("a", NA)'


def test_the_name_of_a_column_where_a_row_is_expected_says_where_it_goes():
    def refused_on(rows, name):
        named = [rows, ["u", None, "v"], None].__getitem__
        with pytest.raises((errors.SubscriptLabelError, errors.SubscriptTypeError)) as caught:
            positions_from_names(Characters((name,), (1,)), named, 0, 3, is_alone=False)
        return caught.value

    for rows in (["a", "b"], None):
        error = refused_on(rows, "v")
        assert (error.label, error.axis) == ("v", 1)
        assert 'but of axis 2: write `[, "v"]`, or in Python `[:, "v"]`' in str(error)
    assert "the labels are" in str(refused_on(["a", "b"], "w"))
    assert "has no labels" in str(refused_on(None, "w"))
    assert isinstance(refused_on(None, None), errors.SubscriptTypeError)


class Searched(UniqueLabels):
    """Labels that count how often they are searched, and are never read one by one."""

    def __init__(self, texts):
        self.texts, self.searches = texts, 0

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, place):
        assert isinstance(place, slice)
        return self.texts[place]

    def __contains__(self, name):
        return name in self.texts

    def positions_of(self, names):
        self.searches += 1
        return [self.texts.index(name) + 1 if name in self.texts else 0 for name in names]


def test_labels_that_find_themselves_are_asked_once():
    labels = Searched(["a", "", "c", "d"])
    item = Characters(("d", "a", "d"))
    assert (
        str(positions_from_names(item, lambda axis: labels, 0, 1, is_alone=False)) == "c(4, 1, 4)"
    )
    assert labels.searches == 1
    assert 'nearest are "a"' in str(refused("A", lambda axis: labels))
    assert '"" is not a label' in str(refused("", lambda axis: labels))
    (read,) = names_as_r_reads(Subscripts((Characters(("c", "x")),)), lambda axis: labels, 1).items
    assert read.values.tolist() == [3, 0]


def refused_text(item):
    with pytest.raises(errors.SubscriptTypeError) as caught:
        positions_from_names(item, lambda axis: None, 0, 1, is_alone=True)
    return str(caught.value)


def test_the_tensor_dialect_lowers_a_name_to_its_index():
    named = [["a", "b", "c"], ["p", "q"]].__getitem__
    assert tensor.lower((Characters(("b",)), 2), (3, 2), as_subscript, labels=named).key == (1, 1)
    found = tensor.lower((1, ["q", "p"]), (3, 2), as_subscript, labels=named)
    assert found.result_shape == (2,)
    assert found.takes[0][1].indices.tolist() == [1, 0]
    with pytest.raises(errors.SubscriptTypeError, match="no dimnames"):
        tensor.lower((Characters(("b",)), 2), (3, 2), as_subscript)
