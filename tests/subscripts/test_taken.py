"""What is taken along an axis of unknown size, or by a traced tensor, on arrays of NumPy."""

import itertools

import numpy as np
import pytest

from pybridge import NA, all_but
from pybridge.axis import Axis
from pybridge.backends.numpy import NumpyBackend
from pybridge.subscripts import Mask, Traced, is_scalar
from pybridge.subscripts import selections as to
from pybridge.subscripts.kinds import select
from pybridge.subscripts.python_values import as_subscript
from pybridge.subscripts.resolve import TENSOR


class UnknownSizes(NumpyBackend):
    """NumPy that tells no size before the code runs."""

    def shape(self, x):
        return (None,) * x.ndim

    def size(self, x, axis):
        return x.shape[axis]

    def is_traced(self, x):
        return True


BACKEND = UnknownSizes()
X = np.arange(6)
UNKNOWN = Axis(size=None)
KNOWN = Axis(size=len(X))
PARTS = [1, 3, -1, -6, slice(2, 4), slice(4, 2), slice(1, 6, 2), slice(3, NA), slice(NA, 3)]
PARTS += [slice(NA, -2), slice(-2, NA), slice(5, NA, -2), slice(NA, NA), [2, 2, 5], [-1, 4], []]
PARTS += [slice(-3, -1), slice(NA, NA, 2), slice(2, -2), slice(NA, 2, -1)]


def read(item, axis=UNKNOWN):
    """Return the indices that a subscript selects."""
    part = select(as_subscript(item), axis, TENSOR)
    if isinstance(part, to.Taken):
        return X[part.on(BACKEND, X, 0)].tolist()
    return np.atleast_1d(X[part]).tolist()


def traced(values):
    values = np.asarray(values)
    return Traced(values, values.shape, values.dtype == bool, BACKEND)


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_what_is_left_of_an_unknown_size_is_that_of_the_known_one(count):
    pairs = list(itertools.combinations(PARTS, count))
    assert pairs
    for parts in pairs[:400]:
        assert read(all_but(*parts)) == read(all_but(*parts), KNOWN), parts


def test_all_but_all_but_some_are_those():
    assert read(all_but(all_but(2, 4))) == [1, 3]
    assert read(all_but(all_but(-1, -2))) == [4, 5]
    assert read(all_but(all_but(-1, 1))) == [0, 5]
    assert read(all_but(all_but(2), 3)) == [1]


class Clamping(UnknownSizes):
    """A library that reads the last element where an index is beyond the axis, as XLA does."""

    def take(self, x, indices, axis):
        return x.take(indices, axis, mode="clip")


def test_an_index_beyond_an_unknown_size_is_read_nowhere():
    for parts in [(7,), (-7,), (1, 9)]:
        part = select(all_but(*parts), UNKNOWN, TENSOR)
        with pytest.raises(IndexError):
            part.on(BACKEND, X, 0)
        assert (part.on(Clamping(), X, 0) == len(X)).all()


@pytest.mark.parametrize("axis", [UNKNOWN, KNOWN])
@pytest.mark.parametrize(
    ("part", "left"),
    [
        (traced(2), [0, 2, 3, 4, 5]),
        (traced([2, -1, 2]), [0, 2, 3, 4]),
        (traced(X > 2), [0, 1, 2]),
        (traced(np.arange(100) % 3 + 1), [3, 4, 5]),
        (slice(traced(2), 4), [0, 4, 5]),
        (slice(2, traced(-2)), [0, 5]),
        (slice(traced(4), NA, -1), [4, 5]),
        (slice(NA, traced(4), 1), [4, 5]),
        (all_but(traced(2)), [1]),
    ],
)
def test_traced_parts_are_left_out(axis, part, left):
    assert read(all_but(part), axis) == left
    assert read(all_but(part, 4), axis) == [index for index in left if index != 3]


def test_what_is_taken_knows_how_many_indices_it_has():
    assert to.TracedIndex(2).count(5) == 1
    assert to.TracedGather(np.array([1, 2]), 2).count(5) == 2
    assert to.TracedMask(X > 2).count(6) is to.LeftOut((1,)).count(6) is None
    assert to.Gather(np.array([1, 2, 1])).count(None) == 3
    assert to.kept(to.TracedIndex(2)).keeps_axis
    assert is_scalar(traced(2))
    assert not is_scalar(traced([2]))
    assert not to.keeps_axis(to.TracedIndex(2))
    with pytest.raises(NotImplementedError):
        to.Taken().on(BACKEND, X, 0)


def test_negative_indices_of_an_unknown_size_count_from_the_start():
    assert to.Gather(np.array([-1, 2])).on(BACKEND, X, 0).tolist() == [5, 2]
    assert to.Gather(np.array([4, 2])).on(BACKEND, X, 0).tolist() == [4, 2]
    assert to.TracedIndex(np.array(-1)).on(BACKEND, X, 0).tolist() == [5]
    assert to.TracedGather(np.array([-1, -9]), 2).on(BACKEND, X, 0).tolist() == [5, 6]
    assert read(Mask(np.array([True, False, True]))) == [0, 2]


def test_the_shape_of_a_selection_counts_what_is_taken():
    parts = (None, 1, to.TracedIndex(2), to.TracedGather(X, 3), slice(0, 2, 1), to.TracedMask(X))
    selection = to.orthogonal((5, 5, 5, 5, None), parts)
    assert selection.result_shape == (1, 3, 2, None)
    assert to.orthogonal((None, 4), (slice(0, 2, 1),)).result_shape == (None, 4)
