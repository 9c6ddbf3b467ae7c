"""R's Math group, element by element and along a vector: `sqrt(x)`, `round(x, 1)`, `cumsum(x)`."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from pybridge.backends.protocol import Tensor
from pybridge.errors import ArgumentError, LossyValueError, UnsupportedTensorError
from pybridge.lossless import integer_bounds, kind_of
from pybridge.r_functions.numbers import COMPLEX, INTEGER, LOGICAL, REAL, Numbers
from pybridge.r_functions.summaries import exact_total, refuse_overflow

_OF_ANGLES: Final = ("sin", "cos", "tan", "sinh", "cosh", "tanh")
_PLAIN: Final = {
    **{name: name for name in ("sqrt", "exp", "log", "log2", "log10", "expm1", "log1p", "lgamma")},
    **{name: name for name in _OF_ANGLES},
    **{f"a{name}": f"arc{name}" for name in _OF_ANGLES},
}
"""R's functions that every library has, and their names in NumPy."""

_OF_COMPLEX: Final = frozenset({"sqrt", "exp", "log", "sin", "cos", "sinh", "cosh"})
"""Those for which R and the libraries agree on complex numbers."""

_NOT_COMPUTED: Final = frozenset({"signif", "cospi", "sinpi", "tanpi", "gamma", "trigamma"})
"""The functions of the group that few libraries have, or none exactly as R."""

_WHOLE: Final = {"floor": "floor", "ceiling": "ceil", "trunc": "trunc"}
_REALS: Final = (LOGICAL, INTEGER, REAL)


def math_group(x: Tensor, name: str, argument: float | None = None) -> Tensor:
    """Apply the function `name` of R's Math group to `x`.

    The result has the shape of `x`; cumulative functions return a vector in column-major order. A
    function of reals converts integers to the widest reals of the library; others keep the dtype,
    and logicals become integers. `argument` is the number of digits, or the logarithm of the base.
    Source of the rules: R's help page "groupGeneric" and those of the functions; `round` follows
    R 4.0.0: the nearest number with that many digits.

    >>> math_group(np.array([[1, 2], [3, 4]]), "cumsum")
    array([ 1,  4,  6, 10])
    >>> math_group(np.array([0.15, 2.5, -1.5]), "round", 0)
    array([ 0.,  2., -2.])
    """
    verb = f"{name}()"
    if name in _NOT_COMPUTED:
        raise UnsupportedTensorError(
            f"{verb} is not computed on tensors; take the elements to R, `{name}(as.array(x))`"
        )
    if name.startswith("cum"):
        return _accumulated(Numbers(verb, x), name)
    kinds = (*_REALS, COMPLEX) if name == "abs" or name in _OF_COMPLEX else _REALS
    numbers = Numbers(verb, x, kinds)
    return numbers.masked(_computed(numbers, name, argument), numbers.is_na)


def _computed(numbers: Numbers, name: str, argument: float | None) -> Tensor:
    is_whole = numbers.kind in (LOGICAL, INTEGER)
    if name in ("abs", "sign"):
        return _abs(numbers) if name == "abs" else _sign(numbers)
    if is_whole and (name in _WHOLE or (name == "round" and (argument or 0) >= 0)):
        return numbers.as_plain()
    with np.errstate(all="ignore"):
        return numbers.to_own_dtype(_of_reals(numbers, numbers.as_reals(), name, argument))


def _of_reals(numbers: Numbers, x: Tensor, name: str, argument: float | None) -> Tensor:
    if name in _WHOLE:
        return numbers.function(_WHOLE[name])(x)
    if name == "digamma":
        return _digamma(numbers, x)
    if name == "round":
        if argument is None or math.isnan(argument):
            raise ArgumentError(f"`digits` of {numbers.verb} is a number, not NA")
        digits = math.floor(max(min(argument, 400), -400) + 0.5)
        wide = numbers.backend.cast(x, "float64")  # R computes in float64
        return numbers.backend.convert(_round(numbers, wide, digits), x)
    value = numbers.function(_PLAIN[name])(x)
    return value if argument is None else value / numbers.number(argument, value)


def _abs(numbers: Numbers) -> Tensor:
    x = numbers.as_plain()
    if numbers.kind is LOGICAL or kind_of(numbers.name) == "u":
        return x
    if numbers.kind is not INTEGER:
        return numbers.to_own_dtype(numbers.function("abs")(numbers.as_reals()))
    if numbers.has_values and 0 not in numbers.shape:
        least = numbers.bounds()[0]
        if least == integer_bounds(numbers.name)[0]:
            raise LossyValueError(
                f"abs() of {least} is not in the range of {numbers.name}; convert the tensor to a "
                "wider dtype first",
                dtype=numbers.name,
            )
    return numbers.function("abs")(x)


def _sign(numbers: Numbers) -> Tensor:
    if numbers.kind is REAL:
        x = numbers.as_reals()
        sign = numbers.function("sign")(x)  # PyTorch returns 0 for NaN
        return numbers.to_own_dtype(numbers.backend.where(numbers.backend.isnan(x), x, sign))
    x = numbers.as_plain()
    if kind_of(numbers.name) == "u":
        return numbers.backend.where(numbers.backend.cast(x, "bool"), numbers.number(1, x), x)
    return numbers.function("sign")(x)


def _where(numbers: Numbers, condition: Any, value: float, x: Tensor) -> Tensor:
    return numbers.backend.where(condition, numbers.number(value, x), x)


def _digamma(numbers: Numbers, x: Tensor) -> Tensor:
    """Return the digamma function, which in R is NaN at its poles, 0 and the negative integers."""
    value = numbers.function("digamma")(x)
    is_pole = (x <= 0) & numbers.equal(numbers.function("floor")(x), x)
    return _where(numbers, is_pole, math.nan, value)


def _round(numbers: Numbers, x: Tensor, digits: int) -> Tensor:
    """Round to the nearer of two numbers with that many digits; ties go to the even one.

    The steps are those of R, so the result equals R's to the last bit.
    """
    if digits == 0:
        return numbers.function("round")(x)
    most, precision = _most_digits(numbers, x)
    if digits > most + precision:
        return x
    size = numbers.function("abs")(x)
    if digits < -most:
        return numbers.backend.where(size < math.inf, x * 0, x)
    rest = max(digits - most, 0)  # a larger power of ten is infinite
    power: Any = _power_of_ten(digits - rest)
    other = _power_of_ten(rest)
    if most < 308:  # XLA divides by a number less exactly than by an array
        power = size * 0 + power
    scaled = size * power * other
    low, high = numbers.function("floor")(scaled), numbers.function("ceil")(scaled)
    nearest = _nearer(numbers, size, low, low / power / other, high / power / other)
    is_fine = numbers.equal(x, 0) | ~(size < math.inf)
    least = _least_whole_number(precision - digits)
    if least is not None:
        is_fine = is_fine | (size >= least)
    return numbers.backend.where(is_fine, x, nearest * numbers.function("sign")(x))


def _most_digits(numbers: Numbers, x: Tensor) -> tuple[int, int]:
    """Return the greatest exponent of ten of a real dtype, and its number of decimal digits."""
    return (308, 15) if numbers.backend.dtype_name(x) == "float64" else (38, 6)


def _power_of_ten(exponent: int) -> float:
    """Return a power of ten by repeated multiplication as in R; inexact beyond 1e22."""
    power, square, rest = 1.0, 10.0, abs(exponent)
    while rest:
        power = power * square if rest % 2 else power
        square, rest = square * square, rest // 2
    return power if exponent >= 0 else 1 / power


def _least_whole_number(digits: int) -> float | None:
    """Return the power of two from which R leaves numbers unrounded at `digits`."""
    exponent = math.floor(digits / math.log10(2) - 0.5) + 1
    return None if exponent > 1023 else 2.0**exponent


def _nearer(numbers: Numbers, size: Tensor, low: Tensor, below: Tensor, above: Tensor) -> Tensor:
    """Return the nearer of two numbers around `size`; at a tie the one with an even last digit."""
    to_below, to_above = size - below, above - size
    is_even = numbers.equal(numbers.function("floor")(low / 2) * 2, low)
    goes_down = (to_below < to_above) | (numbers.equal(to_below, to_above) & is_even)
    return numbers.backend.where(goes_down, below, above)


def _accumulated(numbers: Numbers, name: str) -> Tensor:
    """Return the cumulative sum, product, maximum or minimum, column by column."""
    is_extreme = name in ("cummax", "cummin")
    if is_extreme and numbers.kind is COMPLEX:
        raise UnsupportedTensorError(f"{numbers.verb} does not take complex numbers")
    accumulate = numbers.function(name)
    is_na = None
    if numbers.is_na is not None:
        is_na = np.logical_or.accumulate(numbers.backend.in_columns(numbers.is_na))
        numbers.x = np.where(numbers.is_na, numbers.number(0, numbers.x), numbers.x)
    if numbers.kind in (LOGICAL, INTEGER) and name == "cumsum":
        x = numbers.backend.in_columns(numbers.as_integers())
        if exact_total(numbers, x) is not None:
            exact = np.cumsum(numbers.backend.to_numpy(x).astype(object))
            for total in (max(exact), min(exact)):
                refuse_overflow(numbers, x, total)
    elif is_extreme and numbers.kind is not REAL:
        x = numbers.backend.in_columns(numbers.computable(numbers.as_plain()))
    else:
        x = numbers.backend.in_columns(numbers.as_reals())
    if numbers.shape == () or 0 not in numbers.shape:
        with np.errstate(all="ignore"):
            x = accumulate(x, 0)
    if is_extreme and x is not None and numbers.kind is INTEGER:
        x = numbers.backend.convert(x, numbers.x)
    return numbers.masked(numbers.to_own_dtype(x), is_na)
