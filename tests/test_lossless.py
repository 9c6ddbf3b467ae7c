"""The law of lossless casts, for the dtypes of ml_dtypes: the package itself is the oracle."""

import ml_dtypes
import numpy as np
import pytest

from pybridge.conversion.casting import Target, own_array
from pybridge.errors import ConversionError
from pybridge.lossless import (
    NARROW_INTEGERS,
    NARROW_REALS,
    exact_integers,
    is_certainly_kept,
    is_safe_cast,
    is_within,
    lost_entries,
    lost_in_narrow,
    may_lose,
)

ALL = [
    name
    for name, scalar in vars(ml_dtypes).items()
    if isinstance(scalar, type) and issubclass(scalar, np.generic) and "complex" not in name
    # a name that is not public may be left of making the others
    if not name.startswith("_")
]
# An older release of the package has fewer dtypes than the tables.
REALS = [name for name in NARROW_REALS if name in ALL]


def test_the_tables_name_every_dtype_of_the_package():
    assert {*ALL} - {*NARROW_REALS, *NARROW_INTEGERS} == set()


@pytest.mark.parametrize("name", REALS)
def test_a_real_dtype_has_what_its_package_says(name):
    scalar = getattr(ml_dtypes, name)
    limits = ml_dtypes.finfo(scalar)
    dtype = NARROW_REALS[name]
    assert dtype.digits == limits.nmant + 1
    assert dtype.largest == float(limits.max)
    with np.errstate(all="ignore"):
        cast = np.array([np.inf, np.nan, -1.0, 0.0]).astype(scalar).astype("f8")
    assert dtype.has_infinity == bool(np.isinf(cast[0]))
    assert dtype.has_nan == bool(np.isnan(cast[1]))
    assert dtype.has_sign == (cast[2] == -1)
    assert dtype.has_zero == (cast[3] == 0)


@pytest.mark.parametrize("name", [name for name in NARROW_INTEGERS if name in ALL])
def test_an_integer_dtype_has_what_its_package_says(name):
    limits = ml_dtypes.iinfo(getattr(ml_dtypes, name))
    assert NARROW_INTEGERS[name] == (limits.min, limits.max)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("source", ["int32", "float64"])
def test_no_whole_number_changes_and_what_is_exact_passes(name, source):
    values = np.arange(-600, 601).astype(source)
    with np.errstate(all="ignore"):
        arrived = values.astype(getattr(ml_dtypes, name)).astype("f8")
    lost = lost_in_narrow(values, name)
    is_exact = arrived == values
    assert not (is_exact & lost).any()
    if source == "int32" or name in NARROW_INTEGERS:
        assert np.array_equal(lost, ~is_exact)
    else:  # a real may be rounded, and stays finite
        assert np.isfinite(arrived[~lost]).all()


@pytest.mark.parametrize("name", REALS)
def test_nan_and_infinity_arrive_or_are_refused(name):
    scalar = getattr(ml_dtypes, name)
    for value in (np.nan, np.inf, -np.inf, 1e300, -1e300):
        with np.errstate(all="ignore"):
            cast = np.array([value]).astype(scalar)
        is_kept = np.array_equal(cast.astype("f8"), [value], equal_nan=True)
        assert lost_entries(np.array([value]), cast)[0] == (not is_kept)
        if is_kept:
            array = own_array(np.array([value, 1.0]), Target(name))
            assert np.array_equal(array.astype("f8"), [value, 1.0], equal_nan=True)
        else:
            with pytest.raises(ConversionError, match=r"element \[1\]"):
                own_array(np.array([value, 1.0]), Target(name))


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "uint64"])
def test_bounds_hold_where_each_number_is_between_them(dtype):
    limits = np.iinfo(dtype)
    numbers = [n for n in (limits.min, -5, 0, 5, 200, 2**31 - 1, limits.max) if n >= limits.min]
    values = np.array([n for n in numbers if n <= limits.max], dtype)
    for value in values:
        for lowest in (None, -(2**63), -5, 0, 5):
            for highest in (None, 5, 255, 2**63 - 1, 2**64 - 1):
                expected = (lowest is None or int(value) >= lowest) and (
                    highest is None or int(value) <= highest
                )
                assert is_within(np.array([value]), lowest, highest) == expected


def test_a_64_bit_integer_is_checked_on_its_way_to_any_real():
    values = np.array([2**53 + 1], "int64")
    assert exact_integers(values.dtype, np.dtype("complex128")) == (-(2**53), 2**53)
    with pytest.raises(ConversionError):
        own_array(values, Target("complex128"))


def test_a_cast_of_what_is_no_number_is_not_safe_or_loses_nothing():
    assert not is_safe_cast("float64", "a dtype that NumPy does not have")
    assert not may_lose(np.dtype("<U3"), np.dtype("O"))
    assert exact_integers(np.dtype("float64"), np.dtype("int8")) is None
    assert exact_integers(np.dtype("int8"), np.dtype("bool")) is None
    assert is_within(np.array([], "int32"), 5, 4)


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("value", [0.5, 60000.0, 1e39, np.inf, np.nan])
def test_only_finite_reals_are_certainly_kept(dtype, value):
    values = np.array([1.0, value])
    with np.errstate(over="ignore"):
        cast = values.astype(dtype)
    assert is_certainly_kept(values, cast) == bool(np.isfinite(cast).all())
