"""Arrays that Hypothesis makes up, read in R element by element by rpy2's own iteration."""

import numpy as np
from conversion_oracle import r_value
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pybridge.conversion import from_r, to_r

DTYPES = st.sampled_from(["?", "i1", "u1", "i2", ">i2", "u2", "i4", "u4", ">f4", "f2", "f8", "U3"])


@st.composite
def arrays(draw):
    """An array of some dtype, then a view of it with some axes reversed, skipped or moved."""
    shape = draw(hnp.array_shapes(min_dims=1, max_dims=5, min_side=0, max_side=4))
    dtype = np.dtype(draw(DTYPES))
    elements = st.text("aé€𝕏", max_size=3) if dtype.kind == "U" else None
    if dtype.kind == "i" and dtype.itemsize == 4:
        elements = st.integers(-(2**31) + 1, 2**31 - 1)
    x = draw(hnp.arrays(dtype, shape, elements=elements))
    steps = [draw(st.sampled_from([1, 1, 2, -1, -2])) for _ in shape]
    x = x[tuple(slice(None, None, step) for step in steps)]
    return x.transpose(draw(st.permutations(range(x.ndim))))


@settings(deadline=None)
@given(arrays())
def test_r_sees_the_elements_down_the_first_axis(x):
    value = to_r(x)
    seen = [str(entry) for entry in value] if x.dtype.kind == "U" else list(value)
    np.testing.assert_array_equal(seen, x.ravel(order="F").tolist())
    dim = r_value("if (is.null(dim(x))) length(x) else dim(x)", x=value)
    assert tuple(dim) == x.shape
    back = from_r(value)
    assert back.shape == x.shape
    np.testing.assert_array_equal(back, x)


@settings(deadline=None)
@given(st.data())
def test_masks_travel_with_their_elements(data):
    x = data.draw(arrays())
    mask = data.draw(hnp.arrays(bool, x.shape))
    value = to_r(np.ma.MaskedArray(x, mask=mask))
    assert (
        list(r_value("as.vector(is.na(x) & !is.nan(x))", x=value))
        == (mask.ravel(order="F").tolist())
        if x.dtype.kind != "U"
        else True
    )
    back = from_r(value, na="mask")
    assert np.ma.getmaskarray(back).tolist() == mask.tolist()
    np.testing.assert_array_equal(back.data[~mask], x[~mask])
