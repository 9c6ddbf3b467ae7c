"""The laws that hold for every tensor and every valid subscript, by Hypothesis."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from subscript_draws import SHAPES, subscripted, tensor

from pybridge import NA, R, errors, r_assign, r_slice, result_shape
from pybridge.backends.numpy import NUMPY
from pybridge.dialects import tensor as tensor_dialect
from pybridge.holders.reading import read
from pybridge.subscripts.python_values import as_subscript


def test_no_law_is_broken_by_a_slow_machine():
    assert settings().deadline is None


@given(SHAPES)
def test_everything_is_the_tensor(shape):
    x = tensor(shape)
    everything = [
        (...,),
        (slice(None),) * len(shape) or (...,),
        (slice(NA, NA),) * len(shape) or (...,),
    ]
    for written in everything:
        np.testing.assert_array_equal(r_slice(x, *written), x)
        assert r_slice(x, *written).shape == shape
    np.testing.assert_array_equal(r_slice(x), x)


@given(subscripted())
def test_assigning_back_what_was_read_changes_nothing(case):
    shape, written = case
    x = tensor(shape)
    value = r_slice(x, *written)
    np.testing.assert_array_equal(r_assign(x, *written, value=value), x)
    y = x.copy()
    R(y)[written] = value
    np.testing.assert_array_equal(y, x)


@given(subscripted())
def test_what_is_assigned_is_read_back_where_no_position_repeats(case):
    shape, written = case
    x = tensor(shape)
    places = r_slice(x, *written)
    if len(np.unique(places)) == np.size(places):
        value = -np.reshape(np.arange(np.size(places)) + 1, np.shape(places))
        found = r_assign(x, *written, value=value)
        np.testing.assert_array_equal(r_slice(found, *written), value)
        assert np.sum(found != x) == np.size(places)


@given(subscripted(extras=False))
def test_several_axes_at_once_equal_one_axis_at_a_time(case):
    shape, written = case
    x = tensor(shape)
    found = x
    axis = 0
    for item in written if written != (...,) else ():
        found = r_slice(found, *[slice(None)] * axis, item)
        axis += not isinstance(item, int)
    np.testing.assert_array_equal(r_slice(x, *written), found)
    assert r_slice(x, *written).shape == found.shape


@given(subscripted(), st.booleans())
def test_the_predicted_shape_is_the_real_one(case, drop):
    shape, written = case
    found = r_slice(tensor(shape), *written, drop=drop)
    assert result_shape(shape, *written, drop=drop) == found.shape
    if not drop:
        assert found.ndim == len(shape) + sum(item is None for item in written)


NUMBERS = st.one_of(st.none(), st.just(NA), st.integers(-6, 6))
RAW = st.one_of(
    st.integers(-6, 6),
    st.none(),
    st.builds(slice, NUMBERS, NUMBERS, st.one_of(st.none(), st.integers(-3, 3))),
)


class Wrapped:
    """A subscript of a kind that nobody knows, so that it becomes one of pybridge's own types."""

    def __init__(self, item):
        self.item = item


def generally(x, written):
    """Read by subscripts of pybridge's own types, or return the error that refuses them."""
    wrapped = [item if item is None or item is ... else Wrapped(item) for item in written]
    try:
        found = tensor_dialect.lower(
            tuple(wrapped),
            x.shape,
            read=lambda item: as_subscript(getattr(item, "item", item)),
        )
    except errors.PybridgeError as error:
        return None, error
    return read(NUMPY, x, found), None


def outcome(act):
    """Return what a call gives, or the error that refuses it."""
    try:
        return act(), None
    except errors.PybridgeError as error:
        return None, error


@st.composite
def raw(draw):
    """Draw a shape, and subscripts that may fit it: scalars, ranges, new axes, `..` and vectors."""
    shape = draw(SHAPES)
    items = draw(st.lists(RAW, max_size=5))
    positions, logicals = st.integers(-5, 6), st.booleans()
    for _ in range(draw(st.integers(0, 2))):
        entries = draw(st.sampled_from([positions, logicals, positions | logicals]))
        vector = draw(st.lists(entries, max_size=4))
        if draw(st.booleans()) and len({*map(type, vector)}) == 1:
            vector = np.array(vector)
        items.insert(draw(st.integers(0, len(items))), vector)
    if draw(st.booleans()):
        items.insert(draw(st.integers(0, len(items))), ...)
    return shape, tuple(items)


@settings(max_examples=max(600, settings.default.max_examples))
@given(raw())
def test_values_of_python_and_subscripts_of_our_own_go_one_road(case):
    shape, written = case
    x = tensor(shape)
    general, refusal = generally(x, written)
    for reading in (lambda: R(x)[written], lambda: r_slice(x, *written)):
        found, our_refusal = outcome(reading)
        assert (type(our_refusal), str(our_refusal)) == (type(refusal), str(refusal))
        if refusal is None:
            np.testing.assert_array_equal(found, general)
            assert np.shape(found) == np.shape(general)
            if any(isinstance(item, list | np.ndarray) for item in written):
                assert not np.shares_memory(found, x)


@given(raw())
def test_what_was_lowered_knows_its_shape(case):
    shape, written = case
    selection, _ = outcome(lambda: tensor_dialect.lower(written, shape))
    if selection is not None:
        assert selection.result_shape == read(NUMPY, tensor(shape), selection).shape
        assert selection.is_view == (not any(isinstance(w, list | np.ndarray) for w in written))


def test_an_array_of_another_class_stands_beside_a_vector():
    x = tensor((3, 4))
    for rows in (np.ma.array([3, 1]), np.array([3, 1]).view(np.recarray)):
        np.testing.assert_array_equal(R(x)[rows, [1, 2]], [[9, 10], [1, 2]])


@settings(max_examples=1000)
@given(
    subscripted(kinds=("scalar", "range", "missing")),
    st.sampled_from(["int64", "uint8", "int8", "float64", "float32", "float16", "bool"]),
    st.sampled_from([0, 1, 127, 128, 300, -1, 0.5, 2.0, 1e300, float("nan"), True]),
)
def test_numbers_are_written_alike_in_place_and_in_a_copy(case, dtype, value):
    shape, written = case
    x = np.array(tensor(shape) % 100, dtype)
    y = x.copy()
    try:
        expected = r_assign(x, *written, value=value)
    except errors.PybridgeError as error:
        with pytest.raises(type(error)):
            R(y)[written] = value
        np.testing.assert_array_equal(y, x)
    else:
        R(y)[written] = value
        np.testing.assert_array_equal(y, expected)
        assert y.dtype == x.dtype
