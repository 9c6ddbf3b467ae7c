"""The port and R on values that Hypothesis draws: R is asked each time, and nothing is recorded."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from intervals import find_interval

from pybridge import R
from pybridge.testing import assert_same_as_r
from pybridge.testing import strategies as kit

# the fixture `r` is one R for the whole run, so that every example may use it
drawn = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
numbers = st.lists(st.floats(allow_nan=False), max_size=6)


@pytest.mark.parametrize("left_open", [False, True])
@drawn
@given(x=numbers, breaks=numbers.map(sorted))
def test_every_value_has_its_interval(r, x, breaks, left_open):
    x, breaks = np.array(x, float), np.array(breaks, float)
    source = f"findInterval(x, b, left.open = {str(left_open).upper()})"
    assert_same_as_r(find_interval(x, breaks, left_open=left_open), source, x=x, b=breaks, run=r)


@drawn
@given(breaks=numbers.filter(lambda breaks: breaks != sorted(breaks)))
def test_breaks_that_are_not_sorted_are_refused(r, breaks):
    assert_same_as_r(
        lambda: find_interval([1.0], breaks),
        "findInterval(1, b)",
        b=np.array(breaks),
        raises=ValueError,
        r_match="sorted non-decreasingly",
        run=r,
    )


@drawn
@given(data=st.data())
def test_whatever_is_selected(r, data):
    """The kit draws subscripts too, for code that uses pybridge."""
    x = kit.places(data.draw(kit.shapes(min_size=1)))
    written = data.draw(kit.subscripts(x.shape))
    assert_same_as_r(R(x)[written.python], written.r, x=x, run=r)
