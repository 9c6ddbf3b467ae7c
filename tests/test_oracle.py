"""The oracle itself: it must read what R holds, and tell differences apart."""

import numpy as np
import pytest
from oracle import r_text, run_r


def test_reads_every_kind_in_r_order():
    found = run_r(
        """list(a = array(1:30, c(2, 3, 5)), b = c(TRUE, NA), c = c(1.5, NA), d = c("x", NA),
                e = NULL, f = 1+2i, g = integer(0), h = 7L)"""
    )
    assert found["a"][1, 2, 3] == 24  # x[2, 3, 4] = 2 + (3 - 1) * 2 + (4 - 1) * 6
    assert found["a"].shape == (2, 3, 5)
    np.testing.assert_array_equal(found["b"], [1.0, np.nan])
    np.testing.assert_array_equal(found["c"], [1.5, np.nan])
    assert found["d"].tolist() == ["x", None]
    assert found["e"] is None
    assert found["f"][0] == 1 + 2j
    assert found["g"].shape == (0,)
    assert found["h"].dtype == np.int64


def test_sends_arrays_so_that_subscripts_agree():
    x = np.arange(30).reshape(2, 3, 5)
    assert run_r("x[2, 3, 4]", x=x)[0] == x[1, 2, 3]
    assert run_r("dim(x)", x=x).tolist() == [2, 3, 5]


def test_r_errors_are_errors_here():
    from rpy2.rinterface_lib.embedded import RRuntimeError

    with pytest.raises(RRuntimeError, match="subscript out of bounds"):
        run_r("matrix(1:6, 2)[3, 1]")


def test_text_can_be_pasted():
    x = np.arange(6).reshape(2, 3)
    assert r_text(x) == "array(c(0, 3, 1, 4, 2, 5), dim = c(2, 3))"
    np.testing.assert_array_equal(run_r(r_text(x)), x)
