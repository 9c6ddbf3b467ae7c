"""What a dialect lowers subscripts to: selections, and what each knows of its result."""

import numpy as np
import pytest

from pybridge.subscripts.selections import (
    Gather,
    Masked,
    Orthogonal,
    TracedGather,
    TracedMask,
    TracedRun,
    orthogonal,
    regular_run,
)


def test_a_mask_lists_its_coordinates_in_its_order():
    mask = np.array([[True, False, True], [True, False, False]])
    found = [axis.tolist() for axis in Masked((2, 3), mask).coordinates]
    assert found == [[0, 0, 1], [0, 2, 0]]
    found = [axis.tolist() for axis in Masked((2, 3), mask, "F").coordinates]
    assert found == [[0, 1, 0], [0, 0, 2]]


def test_vectors_are_taken_on_the_axes_that_remain():
    rows = Gather(np.array([4, 0]))
    lowered = orthogonal((2, 3, 5), (1, None, slice(0, 2, 1), rows))
    assert lowered.key == (1, None, slice(0, 2, 1), slice(None))
    assert lowered.takes == ((2, rows),)
    assert not lowered.is_view
    assert lowered.result_shape == (1, 2, 2)
    assert orthogonal((2, 3), (1, slice(None))).is_view


def test_a_traced_selection_knows_the_sizes_that_it_can():
    axes = (TracedGather("indices", 4), TracedMask("mask"), TracedRun(None, "last", 1), None)
    assert orthogonal((2, 3, 5), axes).result_shape == (4, None, None, 1)
    assert Orthogonal((2, None), (slice(None), slice(1, None))).result_shape == (2, None)


@pytest.mark.parametrize("count", [4, 31, 32, 100])
@pytest.mark.parametrize("step", [1, -1, 7])
def test_a_run_is_told_from_other_indices_whatever_their_number(count, step):
    indices = np.arange(1000, 1000 + count * step, step)
    assert regular_run(indices) == range(1000, 1000 + count * step, step)
    # the first two and the last stay where a run has them
    indices[2] += 1
    assert regular_run(indices) is None
