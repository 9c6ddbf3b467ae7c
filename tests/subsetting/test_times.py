"""Dates and times: exact in every unit and byte order, or refused."""

import itertools
from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from pybridge import R, errors, order, r_assign, which_max, which_min

SECONDS = {
    "W": Fraction(604800),
    "D": Fraction(86400),
    "h": Fraction(3600),
    "m": Fraction(60),
    "s": Fraction(1),
    "ms": Fraction(1, 10**3),
    "us": Fraction(1, 10**6),
    "ns": Fraction(1, 10**9),
    "ps": Fraction(1, 10**12),
}
COUNTS = [*(k + d for k in (0, 10**4, 3 * 10**6, 2**40, 2**62) for d in (-1, 0, 1))]
COUNTS += [-count for count in COUNTS]

PAIRS = [
    pair
    for pair in itertools.product(SECONDS, SECONDS)
    if "ps" not in pair or not {*pair} & {*"WD"}
]


@pytest.mark.parametrize("pair", [("W", "ps"), ("ps", "D")])
def test_units_that_numpy_itself_refuses_to_convert_are_refused(pair):
    source, target = pair
    with pytest.raises(errors.LossyValueError, match="beyond what a tensor of dtype"):
        r_assign(np.zeros(1, f"M8[{target}]"), 1, value=np.array(3, f"M8[{source}]"))


@pytest.mark.parametrize("kind", ["M8", "m8"])
@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_time_arrives_exactly_or_is_refused(kind, source, target):
    for count in COUNTS:
        value = np.array(count, f"{kind}[{source}]")
        exact = count * SECONDS[source] / SECONDS[target]
        fits = exact.denominator == 1 and -(2**63) < exact < 2**63
        x = np.zeros(2, f"{kind}[{target}]")
        if fits:
            R(x)[1] = value
            assert x.astype("i8").tolist() == [exact, 0], (count, source, target)
        else:
            with pytest.raises(errors.LossyValueError):
                R(x)[1] = value
            assert x.astype("i8").tolist() == [0, 0]


@pytest.mark.parametrize("year", [1, 1582, 1970, 2024, 9999])
def test_years_and_months_are_first_days(year):
    x = np.zeros(1, "M8[D]")
    R(x)[1] = np.array(year - 1970, "M8[Y]")
    assert x[0].item() == date(year, 1, 1)
    months = np.zeros(1, "M8[M]")
    R(months)[1] = np.datetime64(date(year, 3, 1))
    assert str(months[0]) == f"{year:04}-03"
    with pytest.raises(errors.LossyValueError, match=f"{year:04}-03-02"):
        R(months)[1] = np.datetime64(date(year, 3, 2))


def test_an_absent_time_stays_absent():
    assert np.isnat(r_assign(np.zeros(1, "M8[ns]"), 1, value=np.datetime64("NaT", "D"))).all()
    with pytest.raises(errors.LossyValueError):  # the one integer that would become NaT
        r_assign(np.zeros(1, "m8[ns]"), 1, value=np.int64(-(2**63)))
    assert r_assign(np.zeros(1, "m8[s]"), 1, value=5) == np.timedelta64(5, "s")
    with pytest.raises(errors.AssignmentError):  # a year has no certain number of days
        r_assign(np.zeros(1, "m8[D]"), 1, value=np.timedelta64(1, "Y"))


def test_a_labelled_or_lazy_array_refuses_as_well():
    import dask.array as da
    import xarray as xr

    far = np.datetime64("9999-12-31")
    for x in (xr.DataArray(np.zeros(2, "M8[ns]")), da.zeros(2, dtype="M8[ns]")):
        with pytest.raises(errors.LossyValueError):
            r_assign(x, 1, value=far)
    lazy = da.from_array(np.array([far]))
    with pytest.raises(errors.LossyValueError):
        r_assign(da.zeros(2, dtype="M8[ns]"), [1], value=lazy)


@pytest.mark.parametrize("byte_order", "<>")
@pytest.mark.parametrize("code", ["M8[D]", "m8[h]", "i2", "i8", "u4", "f4", "f8"])
def test_the_byte_order_of_an_array_does_not_matter(code, byte_order):
    x = np.array([300, -2 if "u" not in code else 7, 20], "i8").astype(byte_order + code)
    assert order(x).tolist() == [2, 3, 1]
    assert order(x, decreasing=True).tolist() == [1, 3, 2]
    assert (which_max(x), which_min(x)) == (1, 2)
    assert R(x)[order(x)].tolist() == sorted(x.tolist())
