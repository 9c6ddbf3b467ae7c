"""Names as subscripts: R's own `[` on arrays with dimnames says what they mean."""

import itertools

import numpy as np
import pytest
import rpy2.robjects as ro

from pybridge import errors
from pybridge.axis import UniqueLabels, axes_of_shape
from pybridge.backends.numpy import NUMPY
from pybridge.dialects import base, base_assignment, tensor
from pybridge.holders.reading import read
from pybridge.subscripts import Characters
from pybridge.subscripts.names import nearest_labels
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


def as_read(items, shape, given=labels):
    """Return 1, 2, 3... laid column by column, as R's own dialect reads them by names."""
    x = np.arange(1.0, 1 + np.prod(shape)).reshape(shape, order="F")
    found = base.lower(items, shape, axes=axes_of_shape(shape, (), given))
    return read(NUMPY, x, found).ravel(order="F")


def positions(item, given=labels, shape=(5, 3), axis=0):
    """Return the positions of names on one axis by the tensor dialect."""
    found = tensor.lower((*[slice(None)] * axis, item), shape, axes=axes_of_shape(shape, (), given))
    return found.takes[0][1].indices + 1 if found.takes else found.key[axis] + 1


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
        for items, shape, expected in [
            ((names,), (5,), vector),
            ((names,), (5, 3), flat),
            ((one, two), (5, 3), both),
            ((Characters(tuple(pair), (1, 2)),), (5, 3), matrix),
        ]:
            if expected is None:
                with pytest.raises(errors.SubscriptError, match=r"^subscript out of bounds"):
                    as_read(items, shape)
            else:
                found = as_read(items, shape)
                assert np.array_equal(found, expected, equal_nan=True), (pair, found, expected)


def test_where_an_axis_has_no_labels_names_are_refused():
    names = Characters(("a", "b"))
    none = [lambda axis: None, lambda axis: [ROWS, None][axis]]
    for items, shape, given in [
        ((names,), (5,), none[0]),
        ((names, 1), (5, 3), none[0]),
        ((Characters(("a", "p"), (1, 2)),), (5, 3), none[1]),
        ((1, names), (5, 3), none[1]),
    ]:
        with pytest.raises(errors.SubscriptTypeError, match="carry no dimnames"):
            as_read(items, shape, given)


def test_a_name_does_not_make_a_vector_longer():
    axes = axes_of_shape((5,), (), labels)
    plan = base_assignment.plan_assignment
    known = plan((Characters(("a", "b")),), (5,), np.array(9), axes=axes)
    assert known.growth is None
    assert known.selection.axes[0].indices.tolist() == [0, 1]
    with pytest.raises(errors.SubscriptTypeError, match="carry no dimnames"):
        plan((Characters(("a", "zz")),), (5,), np.array(9), axes=axes)


def test_each_name_is_one_position_in_the_tensor_dialect():
    assert positions(Characters(("b",))) == 2
    assert positions(as_subscript(["q"]), axis=1).tolist() == [2]
    matrix = as_subscript(np.array([["b", "p"], ["b", "b"]]))
    assert str(matrix) == 'matrix(c("b", "b", "p", "b"), ncol = 2)'
    points = tensor.lower((matrix,), (5, 3), axes=axes_of_shape((5, 3), (), labels))
    assert [column.tolist() for column in points.coordinates] == [[1, 1], [0, 2]]
    assert positions(Characters(())).shape == (0,)
    for item, shape, axis in [(matrix, (5, 3), 1), (matrix, (5, 3, 2), 0)]:
        with pytest.raises(errors.SubscriptTypeError, match=r"has shape \(2, 2\)"):
            positions(item, shape=shape, axis=axis)
    with pytest.raises(errors.SubscriptTypeError, match=r"has shape \(1, 1, 1\)"):
        positions(as_subscript(np.array([[["a"]]])), shape=(5,))


def refused(name, given=labels):
    with pytest.raises(errors.SubscriptError) as caught:
        positions(Characters((name,)), given)
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
            positions(Characters((name,), (1,)), named, (2, 3, 4))
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
    assert positions(item, lambda axis: labels, (4,)).tolist() == [4, 1, 4]
    assert labels.searches == 1
    assert 'nearest are "a"' in str(refused("A", lambda axis: labels))
    assert '"" is not a label' in str(refused("", lambda axis: labels))
    found = as_read((Characters(("c", "x")),), (4,), lambda axis: labels)
    np.testing.assert_array_equal(found, [3, np.nan])


def refused_text(item):
    with pytest.raises(errors.SubscriptTypeError) as caught:
        positions(item, lambda axis: None, (4,))
    return str(caught.value)


def test_the_tensor_dialect_lowers_a_name_to_its_index():
    named = [["a", "b", "c"], ["p", "q"]].__getitem__
    assert tensor.lower(
        (Characters(("b",)), 2), (3, 2), axes=axes_of_shape((3, 2), (), named)
    ).key == (1, 1)
    found = tensor.lower((1, ["q", "p"]), (3, 2), axes=axes_of_shape((3, 2), (), named))
    assert found.result_shape == (2,)
    assert found.takes[0][1].indices.tolist() == [1, 0]
    with pytest.raises(errors.SubscriptTypeError, match="no dimnames"):
        tensor.lower((Characters(("b",)), 2), (3, 2))


def test_a_matrix_of_names_without_labels_is_refused():
    matrix = as_subscript(np.array([["a", "p"]]))
    for lower in (tensor.lower, base.lower):
        with pytest.raises(errors.SubscriptTypeError, match="no dimnames"):
            lower((matrix,), (3, 2))
