"""A value that lies in the memory it is written to: as if it had been copied first.

The oracle copies the value, and then writes one element after the other.
"""

import itertools
import random
import tracemalloc

import numpy as np
import pytest

from pybridge import R, r_assign


def written_one_by_one(x, places, value):
    """Write a copy of `value` into `x`, element by element; the last of equal places wins."""
    value = np.array(value)
    for place, entry in zip(places, value.ravel().tolist(), strict=True):
        x[place] = entry


@pytest.mark.parametrize(
    "written",
    [
        slice(1, 7, 2),
        [1, 3, 5, 7],
        np.array([1, 3, 5, 7]),
        np.arange(8) % 2 == 0,
        [[1], [3], [5], [7]],
        "seq(1, 7, by = 2)",
        "c(1, 3, 5, 7)",
    ],
    ids=str,
)
@pytest.mark.parametrize("dialect", ["tensor", "base"])
def test_two_steps_along_one_memory(written, dialect):
    if dialect == "base" and isinstance(written, slice):
        written = range(1, 8, 2)
    import torch

    x = np.arange(8)
    R(x, dialect=dialect)[written] = x[:4]
    assert x.tolist() == [0, 1, 1, 3, 2, 5, 3, 7]
    y = torch.arange(8)
    R(y, dialect=dialect)[written] = y[:4]
    assert y.tolist() == [0, 1, 1, 3, 2, 5, 3, 7]
    z = np.arange(8)
    assert r_assign(z, written, value=z[:4], dialect=dialect).tolist() == x.tolist()
    assert z.tolist() == list(range(8))


def view(rng, memory):
    """Return a random view of up to 3 axes: strided, reversed, transposed, or a view of a view."""
    shape = rng.choice([(24,), (4, 6), (6, 4), (2, 3, 4), (4, 3, 2)])
    found = memory.reshape(shape)
    for _ in range(rng.randint(0, 2)):
        found = found[tuple(part(rng, size) for size in found.shape)]
        found = found.transpose(rng.sample(range(found.ndim), found.ndim))
    return found


def part(rng, size):
    step = rng.choice([1, 1, 2, 3, -1, -2])
    start, stop = sorted(rng.sample(range(size + 1), 2)) if size else (0, 0)
    return slice(start, stop, step) if step > 0 else slice(stop - 1, (start or size * -9) - 1, step)


def subscript(rng, size):
    """Return a subscript for an axis and the indices that it names."""
    match rng.choice(["all", "range", "vector", "mask"]):
        case "range":
            first, last = rng.randint(1, size), rng.randint(1, size)
            step = rng.choice([1, 2]) * (1 if first <= last else -1)
            return slice(first, last, step), list(range(first, last + (step > 0) * 2 - 1, step))
        case "vector":
            chosen = rng.choices(range(1, size + 1), k=rng.randint(1, size))
            return chosen, chosen
        case "mask":
            mask = [rng.random() < 0.6 for _ in range(size)]
            return mask, [k + 1 for k in range(size) if mask[k]]
    return slice(None), list(range(1, size + 1))


def case(rng):
    """Draw a tensor, subscripts, the places that they name, and a value of that many elements."""
    memory = np.arange(24)
    while True:
        x, other = view(rng, memory), view(rng, memory)
        if not x.size or not other.size:
            continue
        if rng.random() < 0.3:
            mask = np.array([rng.random() < 0.5 for _ in range(x.size)]).reshape(x.shape)
            places = [tuple(place) for place in np.argwhere(mask).tolist()]
            kept, written = (len(places),), (mask,)
            if rng.random() < 0.5 and places:
                written = ((np.array(places) + 1).tolist(),)
        else:
            pairs = [subscript(rng, size) for size in x.shape]
            written = tuple(pair[0] for pair in pairs)
            kept = tuple(len(pair[1]) for pair in pairs)
            places = [
                tuple(p - 1 for p in place)
                for place in itertools.product(*(pair[1] for pair in pairs))
            ]
        cut = other[tuple(slice(size) for size in kept[: other.ndim])]
        if cut.shape == kept:
            return memory, x, written, places, cut


def same_view(array, memory):
    start = array.__array_interface__["data"][0] - memory.__array_interface__["data"][0]
    return start // memory.itemsize, array.shape, [k // memory.itemsize for k in array.strides]


@pytest.mark.parametrize("library", ["numpy", "torch"])
def test_every_layout_against_copying_first(library):
    import torch

    rng = random.Random(7)
    overlapping = 0
    for _ in range(1500):
        memory, x, written, places, value = case(rng)
        start, shape, strides = same_view(x, memory)
        expected = memory.copy()
        copied = np.lib.stride_tricks.as_strided(expected[start:], shape, [k * 8 for k in strides])
        written_one_by_one(copied, places, value)
        overlapping += np.shares_memory(x, value)
        if library == "torch":
            if min(strides) < 0 or min(value.strides) < 0:
                continue  # PyTorch has no such views
            shared = torch.from_numpy(memory)
            begin, sizes, steps = same_view(value, memory)
            value = torch.as_strided(shared, sizes, steps, begin)
            x = torch.as_strided(shared, shape, strides, start)
        R(x)[written] = value
        np.testing.assert_array_equal(memory, expected, err_msg=f"{shape} {strides} {written}")
    assert overlapping > 300


def test_a_mask_that_is_the_tensor_itself():
    b = np.array([[True, False, True], [False, True, True]])
    for flip in (b, b[::-1], b[:, ::-1], b[::-1, ::-1]):
        x = b.copy()
        mask = x[::-1] if flip is not b else x
        at = mask.copy()
        expected = x.copy()
        expected[at] = [False, True, False, False]
        R(x)[mask] = np.array([False, True, False, False])
        np.testing.assert_array_equal(x, expected)


@pytest.mark.parametrize("library", ["tensorflow", "keras"])
def test_a_variable_written_from_what_it_held(library):
    import keras
    import tensorflow as tf

    for written in ((slice(1, 7, 2),), ([1, 3, 5, 7],), (np.arange(8) % 2 == 0,)):
        x = tf.Variable(np.arange(8)) if library == "tensorflow" else keras.Variable(np.arange(8.0))
        for value in (R(x)[1:4], np.asarray(x)[:4]):
            x.assign(np.arange(8))
            R(x)[written] = value
            assert np.asarray(x).tolist() == [0, 1, 1, 3, 2, 5, 3, 7]


def test_nothing_is_copied_where_nothing_overlaps():
    import torch

    x = np.zeros(2_000_000)
    halves, turns = (x[:1_000_000], x[1_000_000:]), (x[::2], x[1::2])
    tracemalloc.start()
    for target, value in (halves, turns):
        tracemalloc.reset_peak()
        R(target)[...] = value
        R(target)[2:1000000] = value[1:]
        assert tracemalloc.get_traced_memory()[1] < 100_000
    R(x)[1:1000000] = turns[1]
    assert tracemalloc.get_traced_memory()[1] > 8_000_000
    tracemalloc.stop()
    cloned = []

    class Spy(torch.Tensor):
        def clone(self, **kwargs):
            cloned.append(self.shape)
            return super().clone(**kwargs)

    y = torch.zeros(2, 1000)
    R(y)[1] = y[1].as_subclass(Spy)
    R(y)[:, 1:500] = y[:, 500:].as_subclass(Spy)
    assert cloned == []
    R(y)[:, 1:500] = y[:, 499:999].as_subclass(Spy)
    assert cloned == [(2, 500)]
