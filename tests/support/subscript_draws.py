"""Shapes, and valid subscripts for them, drawn by Hypothesis for the laws."""

import numpy as np
from hypothesis import strategies as st

from pybridge import NA

SHAPES = st.lists(st.integers(0, 4), min_size=0, max_size=4).map(tuple)


def tensor(shape):
    return np.arange(1, 1 + int(np.prod(shape))).reshape(shape)


@st.composite
def axis_subscripts(draw, size, kinds=("scalar", "range", "vector", "mask", "missing")):
    """Draw one valid subscript for an axis."""
    positions = [p for p in range(-size, size + 1) if p]
    kind = draw(st.sampled_from(kinds))
    if kind == "missing" or not positions:
        return slice(None)
    position = st.sampled_from(positions)
    if kind == "scalar":
        return draw(position)
    if kind == "range":
        start, stop = draw(st.tuples(*[st.one_of(st.sampled_from([NA, None]), position)] * 2))
        if isinstance(start, int) and isinstance(stop, int) and start < 0 < stop:
            stop = max(stop, start + size + 1)  # else its start has fallen below 1
        return slice(start, stop, draw(st.sampled_from([None, NA])))
    if kind == "vector":
        return draw(st.lists(position, max_size=5))
    return draw(st.lists(st.booleans(), min_size=size, max_size=size)) or slice(None)


@st.composite
def subscripted(draw, kinds=("scalar", "range", "vector", "mask", "missing"), extras=True):
    """Draw a shape and valid subscripts for it, with new axes and `..` among them."""
    shape = draw(SHAPES)
    named = draw(st.integers(0, len(shape)))
    written = [draw(axis_subscripts(size, kinds)) for size in shape[:named]]
    if extras:
        for _ in range(draw(st.integers(0, 2))):
            written.insert(draw(st.integers(0, len(written))), None)
        if draw(st.booleans()):
            written.append(...)
    return shape, tuple(written) or (...,)
