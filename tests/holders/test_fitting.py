"""Values on their way in: every pair of dtypes at both ends, against exact arithmetic."""

import math
import warnings
from fractions import Fraction

import numpy as np
import pytest
from backends.adapters import ADAPTERS

from pybridge import errors, r_assign
from pybridge.holders.fitting import lossless_cast

INTEGERS = [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
DTYPES = [*INTEGERS, "bool", "float16", "float32", "float64", "complex64", "complex128"]

EXPONENTS = (0, 1, 7, 8, 11, 12, 15, 16, 24, 31, 32, 53, 54, 63, 64)


def numbers(dtype):
    """Return the numbers of a dtype at which casts go wrong: its ends, and the powers of two."""
    powers = [n for k in EXPONENTS for p in (2**k, -(2**k)) for n in (p - 1, p, p + 1)]
    if dtype.kind == "b":
        return np.array([False, True])
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        return np.array([n for n in [*powers, 0] if info.min <= n <= info.max], dtype)
    reals = [*powers, 0.0, -0.0, 0.5, math.inf, -math.inf, math.nan, 1e300]
    if dtype.kind == "c":
        reals += [1 + 1j, complex(1, math.nan), complex(1, -0.0)]
    with np.errstate(all="ignore"):
        return np.array(list(map(complex if dtype.kind == "c" else float, reals))).astype(dtype)


def is_lossless(number, target, arrived):
    """Return whether `number` may go into a dtype, where it `arrived` by NumPy's own cast."""
    if isinstance(number, complex) and target.kind != "c":
        if number.imag != 0:
            return False
        number = number.real
    if isinstance(number, float | complex) and target.kind in "fc":  # rounding is fine
        return bool(np.isfinite(arrived)) or not np.isfinite(number)
    if not np.isfinite(number):
        return False
    if target.kind in "fc":
        return bool(np.isfinite(arrived)) and Fraction(arrived.real) == Fraction(number)
    ends = (0, 1) if target.kind == "b" else (np.iinfo(target).min, np.iinfo(target).max)
    return Fraction(number).denominator == 1 and ends[0] <= number <= ends[1]


@pytest.mark.parametrize("source", DTYPES)
def test_every_cast_keeps_the_number_or_is_refused(source):
    for name in DTYPES:
        target = np.dtype(name)
        for entry in numbers(np.dtype(source)):
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                arrived = np.array([entry]).astype(target)[0].item()
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                try:
                    found = lossless_cast(np.array([entry]), target)[0].item()
                except errors.LossyValueError:
                    assert not is_lossless(entry.item(), target, arrived), (entry, name)
                else:
                    assert is_lossless(entry.item(), target, arrived), (entry, name)
                    np.testing.assert_array_equal(found, arrived)


CASES = [
    ("float64", np.int64(2**53 + 1), False),
    ("float64", np.int64(-(2**53) - 1), False),
    ("float64", np.uint64(2**64 - 1), False),
    ("float64", np.int64(2**53), True),
    ("float32", np.int32(2**24 + 1), False),
    ("float16", np.int32(-(2**31)), False),
    ("float16", np.int32(2**31 - 1), False),
    ("float16", np.int16(-2049), False),
    ("float16", np.int8(-128), True),
    ("complex64", np.int32(2**24 + 1), False),
    ("complex128", np.int64(2**53 + 1), False),
    ("int32", np.float16(1), True),
    ("int32", np.float16(-np.inf), False),
    ("float64", np.complex128(1), True),
    ("float64", np.complex128(1 + 2j), False),
    ("int64", np.uint64(2**63), False),
]


@pytest.mark.parametrize("library", ["numpy", *ADAPTERS])
@pytest.mark.parametrize("of", ["numpy", "torch", "tensorflow", "jax"])
def test_a_tensor_of_known_values_loses_nothing_either(library, of, caplog):
    for dtype, number, is_fine in CASES:
        if library == "keras" and dtype.startswith("complex"):
            continue  # which has no variables of complex numbers
        x = np.zeros(2, dtype)
        x = x if library == "numpy" else ADAPTERS[library].make(x)
        value = np.array([number])
        value = value if of == "numpy" else ADAPTERS[of].make(value)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if is_fine:
                found = r_assign(x, 1, value=value)
                if library != "numpy":
                    found = ADAPTERS[library].read(found)
                assert found.tolist() == [number, 0]
            else:
                with pytest.raises(errors.LossyValueError):
                    r_assign(x, 1, value=value)
    assert caplog.records == []  # TensorFlow logs what others warn of
