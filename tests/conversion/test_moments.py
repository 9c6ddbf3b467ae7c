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
    assert back.dtype == x.dtype
    np.testing.assert_array_equal(back, x)
    assert_identical(to_r(back), code)
    assert from_r(r_value(code), na="mask").mask.tolist() == np.isnat(x).tolist()


PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6}


def random_counts(unit, size=10_000):
    """Return times of 1900 to 2100, of which a double holds each microsecond."""
    largest = 4 * 10**9 * PER_SECOND[unit]
    return np.random.default_rng(5).integers(-largest, largest, size)


@pytest.mark.parametrize("unit", PER_SECOND)
@pytest.mark.parametrize("kind", ["M8", "m8"])
def test_random_times_come_back_in_their_own_unit(kind, unit):
    x = random_counts(unit).astype(f"{kind}[{unit}]")
    back = from_r(to_r(x))
    assert back.dtype == x.dtype
    np.testing.assert_array_equal(back, x)
    assert list(to_r(back)) == list(to_r(x))


@pytest.mark.parametrize("unit", PER_SECOND)
@pytest.mark.parametrize("kind", ["M8", "m8"])
@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_random_times_come_back_in_the_unit_of_a_table(library, kind, unit):
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    x = random_counts(unit).astype(f"{kind}[{unit}]")
    make = {
        "pandas": lambda x: pd.DataFrame({"t": x}),
        "polars": lambda x: pl.from_pandas(pd.DataFrame({"t": x})),
        "pyarrow": lambda x: pa.table({"t": pa.array(x)}),
    }[library]
    for values in (x, x[:0], x[:3].astype(f"{kind}[s]").astype(x.dtype)):
        table = make(values)
        column = table["t"]
        for back, same in ((from_r(to_r(table), like=table)["t"], column),
                           (from_r(to_r(column), like=column), column)):  # fmt: skip
            assert unit_of(back) == unit_of(same)
            arrow = pa.array(back.to_arrow() if library == "polars" else back)
            counts = pa.array(arrow).cast(pa.int64())
            assert counts.to_pylist() == (values.view("i8") * scale_of(same, unit)).tolist()


def unit_of(column):
    dtype = getattr(column, "dtype", getattr(column, "type", None))
    if isinstance(dtype, np.dtype):
        return np.datetime_data(dtype)[0]
    return getattr(dtype, "unit", getattr(dtype, "time_unit", None))


def scale_of(column, unit):
    """Return how many of a column's unit are in another: polars has no seconds."""
    return {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit_of(column)] // PER_SECOND[unit]


@pytest.mark.parametrize(
    ("seconds", "dtype"),
    [
        ("numeric()", "M8[s]"),
        ("NA_real_", "M8[s]"),
        ("c(1, 2.5)", "M8[ms]"),
        ("c(1, 2.5, 3.000001)", "M8[us]"),
        ("1.000000001", "M8[ns]"),
        ("1e15", "M8[s]"),
        ("-62167219200.5", "M8[ms]"),
        ("1L", "M8[s]"),
    ],
)
def test_the_coarsest_unit_that_makes_the_same_doubles(seconds, dtype):
    code = f".POSIXct({seconds}, 'UTC')"
    back = from_r(r_value(code))
    assert back.dtype == dtype
    assert_identical(to_r(back), code.replace("1L", "1"))
    durations = from_r(r_value(f"as.difftime({seconds}, units = 'secs')"))
    assert durations.dtype == dtype.replace("M", "m")
