"""Whether the port does what R does; R says what is right, and no number is copied by hand."""

import numpy as np
import pytest
from columns import centered, cropped, less_by_row

from pybridge.testing import assert_same_as_r
from pybridge.testing import strategies as kit


def torch_tensor(array):
    torch = pytest.importorskip("torch", reason="needs torch, which is not installed")
    return torch.from_numpy(array)


LIBRARIES = {"numpy": np.asarray, "torch": torch_tensor}


@pytest.fixture(params=LIBRARIES)
def make(request):
    return LIBRARIES[request.param]


def test_columns_are_centered(r, make):
    x = make(np.array([[1.0, 10.0, 4.0], [3.0, 30.0, 2.0]]))
    assert_same_as_r(centered(x), "sweep(x, 2, colMeans(x))", x=x, run=r, like=x)


def test_one_number_for_each_row(r, make):
    x, v = make(np.arange(9.0).reshape(3, 3)), make(np.array([1.0, 2.0, 3.0]))
    assert_same_as_r(less_by_row(x, v), "x - v", x=x, v=v, run=r)


def test_images_are_cropped(r, make):
    x = make(kit.places((2, 8, 8)))
    assert_same_as_r(cropped(x, 2), "x[, 3:6, 3:6]", x=x, run=r, like=x)


def test_numpys_own_rule_would_be_wrong(r):
    """The trap that the port avoids: on a square matrix `x - v` is valid, and other numbers."""
    x, v = np.arange(9.0).reshape(3, 3), np.array([1.0, 2.0, 3.0])
    with pytest.raises(
        AssertionError, match=r"6 of 9 elements are not as in R, the first at \[1, 2\]"
    ):
        assert_same_as_r(x - v, "x - v", x=x, v=v, run=r)
