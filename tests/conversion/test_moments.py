"""Dates and times: R's Date and POSIXct, and NumPy's datetime64."""

import numpy as np
import pytest
from conversion_oracle import assert_identical, r_value

from pybridge.conversion import from_r, to_r
from pybridge.errors import ConversionError

END = {"M8[D]": "", "M8[W]": "", "M8[7D]": ""} | dict.fromkeys(
    ("M8[h]", "M8[m]", "M8[25s]"), ', "UTC"'
)


@pytest.mark.parametrize("dtype", ["M8[D]", "M8[W]", "M8[h]", "M8[m]", "M8[25s]", "M8[7D]"])
@pytest.mark.parametrize("count", [2**62 + 1, -(2**62) - 1, 2**63 - 1, -(2**63) + 1])
def test_a_moment_whose_number_no_double_holds_is_refused(dtype, count):
    x = np.array([0, count]).view(dtype)
    with pytest.raises(ConversionError, match=rf"element \[2\] is {count} x .* from 1970"):
        to_r(x)
    # Under a mask it is nothing but missing.
    value = to_r(np.ma.array(x, mask=[False, True]))
    assert_identical(
        value, f"{'as.Date' if dtype[-2] in 'DW' else '.POSIXct'}(c(0, NA){END[dtype]})"
    )


def test_the_last_day_that_a_double_tells_from_the_next_crosses():
    for dtype in ("M8[D]", ">M8[D]"):
        x = np.array([2**53, -(2**53)]).astype(dtype)
        assert_identical(to_r(x), "as.Date(c(2^53, -2^53))")
        with pytest.raises(ConversionError, match=r"\[1\] is 9007199254740993 x 1D"):
            to_r(x + np.timedelta64(1, "D"))


@pytest.mark.parametrize(
    ("moments", "code"),
    [
        (["2026-01-02", "1969-12-31"], 'as.Date(c("2026-01-02", "1969-12-31"))'),
        (["2026-01-02", "NaT"], 'as.Date(c("2026-01-02", NA))'),
        (["2026-01-02T03:04:05", "NaT"], '.POSIXct(c(1767323045, NA), "UTC")'),
        (["2026-01-02T03:04:05.25"], '.POSIXct(1767323045.25, "UTC")'),
        (["1969-12-31T23:59:59.999"], '.POSIXct(-0.001, "UTC")'),
        (["1900-01-01T00:00:00.000001"], '.POSIXct(-2208988799.999999, "UTC")'),
    ],
)
def test_dates_and_times_cross_both_ways(moments, code):
    x = np.array(moments, "M8")
    assert_identical(to_r(x), code)
    back = from_r(r_value(code))
    assert back.dtype == ("M8[D]" if "Date" in code else "M8[ns]")
    if "1900" not in moments[0]:  # whose microsecond a double holds to some nanoseconds
        np.testing.assert_array_equal(back, x.astype(back.dtype))
    assert_identical(to_r(back), code)
    assert from_r(r_value(code), na="mask").mask.tolist() == np.isnat(x).tolist()
