"""R's Math group, element by element and along a vector: `sqrt(x)`, `round(x, 1)`, `cumsum(x)`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, TypeAlias

import numpy as np

from pybridge.backends.protocol import Tensor
from pybridge.errors import ArgumentError, LossyValueError, UnsupportedTensorError
from pybridge.r_functions.numbers import COMPLEX, INTEGER, LOGICAL, REAL, Numbers, bounds_of
from pybridge.r_functions.summaries import exact_total, refuse_overflow

_Own: TypeAlias = Callable[[Numbers, Tensor], Tensor]

_OF_ANGLES: Final = ("sin", "cos", "tan", "sinh", "cosh", "tanh")
_PLAIN: Final = {
    **{name: name for name in ("sqrt", "exp", "log", "log2", "log10", "expm1", "log1p", "lgamma")},
    **{name: name for name in _OF_ANGLES},
    **{f"a{name}": f"arc{name}" for name in _OF_ANGLES},
}
"""R's functions that are the library's own, and their names in NumPy."""

_OF_COMPLEX: Final = frozenset({"sqrt", "exp", "log", "sin", "cos", "sinh", "cosh"})
"""Those of them in which R and the libraries agree on complex numbers."""

_WHOLE: Final = {"floor": "floor", "ceiling": "ceil", "trunc": "trunc"}
_REALS: Final = (LOGICAL, INTEGER, REAL)


def math_group(x: Tensor, name: str, argument: float | None = None) -> Tensor:
    """Return what the function `name` of R's Math group makes of `x`.

    The shape stays, but for `cumsum` and its like, which give a vector in column-major order. A
    function of reals takes integers as the widest reals of the library; one that needs no reals
    keeps the dtype, and logicals become integers. `argument` is the number of digits, or the
    divisor that stands for the base of a logarithm. Source of the rules: R's help page
    "groupGeneric" and those of the functions; `round` is that of R 4.0.0, to the nearest number
    that has so many digits.

    >>> math_group(np.array([[1, 2], [3, 4]]), "cumsum")
    array([ 1,  4,  6, 10])
    >>> math_group(np.array([0.15, 2.5, -1.5]), "round", 0)
    array([ 0.,  2., -2.])
    """
    verb = f"{name}()"
    if name.startswith("cum"):
        return _accumulated(Numbers(verb, x), name)
    kinds = (*_REALS, COMPLEX) if name == "abs" or name in _OF_COMPLEX else _REALS
    numbers = Numbers(verb, x, kinds)
    return numbers.with_holes(_computed(numbers, name, argument), numbers.hidden)


def _computed(numbers: Numbers, name: str, argument: float | None) -> Tensor:
    is_whole = numbers.kind in (LOGICAL, INTEGER)
    if name in ("abs", "sign"):
        return _abs(numbers) if name == "abs" else _sign(numbers)
    if is_whole and (name in _WHOLE or (name == "round" and (argument or 0) >= 0)):
        return numbers.as_plain()
    with np.errstate(all="ignore"):
        return numbers.given_back(_of_reals(numbers, numbers.as_reals(), name, argument))


def _of_reals(numbers: Numbers, x: Tensor, name: str, argument: float | None) -> Tensor:
    if name in _WHOLE:
        return numbers.function(_WHOLE[name])(x)
    if name in _OWN:
        return _OWN[name](numbers, x)
    if name in ("round", "signif"):
        if argument is None or math.isnan(argument):
            raise ArgumentError(f"`digits` of {numbers.verb} is a number, not NA")
        rounded = _round if name == "round" else _signif
        digits = math.floor(max(min(argument, 400), -400) + 0.5)
        wide = numbers.backend.cast(x, "float64")  # in the widest reals, as R computes
        return numbers.backend.convert(rounded(numbers, wide, digits), x)
    found = numbers.function(_PLAIN[name])(x)
    return found if argument is None else found / numbers.number(argument, found)


def _abs(numbers: Numbers) -> Tensor:
    x = numbers.as_plain()
    if numbers.kind is LOGICAL or numbers.name.startswith("uint"):
        return x
    if numbers.kind is not INTEGER:
        return numbers.given_back(numbers.function("abs")(numbers.as_reals()))
    if numbers.has_values and 0 not in numbers.shape:
        least = numbers.bounds()[0]
        if least == bounds_of(numbers.name)[0]:
            raise LossyValueError(
                f"abs() of {least} is no {numbers.name}; convert the tensor to a wider dtype first",
                dtype=numbers.name,
            )
    return numbers.function("abs")(x)


def _sign(numbers: Numbers) -> Tensor:
    if numbers.kind is REAL:
        x = numbers.as_reals()
        found = numbers.function("sign")(x)  # PyTorch's gives 0 for NaN
        return numbers.given_back(numbers.backend.where(numbers.backend.isnan(x), x, found))
    x = numbers.as_plain()
    if numbers.name.startswith("uint"):
        return numbers.backend.where(x != 0, numbers.number(1, x), numbers.number(0, x))
    return numbers.function("sign")(x)


def _where(numbers: Numbers, condition: Any, value: float, x: Tensor) -> Tensor:
    return numbers.backend.where(condition, numbers.number(value, x), x)


def _turn(numbers: Numbers, x: Tensor, period: int) -> Tensor:
    """Return the angle in half turns, between half a period below 0 and half of one above."""
    rest = x - period * numbers.function("trunc")(x / period)
    half = period / 2
    rest = numbers.backend.where(rest <= -half, rest + period, rest)
    return numbers.backend.where(rest > half, rest - period, rest)


def _of_half_turns(name: str, period: int, exact: dict[float, float]) -> _Own:
    """Return a function of angles in half turns, which at some of them is exact, as in R."""

    def of_half_turns(numbers: Numbers, x: Tensor) -> Tensor:
        x = _turn(numbers, x, period)
        found = numbers.function(name)(x * math.pi)
        for value, result in exact.items():
            found = _where(numbers, numbers.equal(x, value), result, found)
        return found

    return of_half_turns


def _at_poles(name: str) -> _Own:
    """Return a function that is NaN at its poles, 0 and the negative integers, as in R."""

    def of_gamma(numbers: Numbers, x: Tensor) -> Tensor:
        found = numbers.function(name)(x)
        is_pole = (x <= 0) & numbers.equal(numbers.function("floor")(x), x)
        return _where(numbers, is_pole, math.nan, found)

    return of_gamma


def _trigamma(numbers: Numbers, x: Tensor) -> Tensor:
    """Return the trigamma function, below one half by its reflection, which libraries lack."""
    trigamma = numbers.function("trigamma")
    is_low = x < 0.5
    found = trigamma(numbers.backend.where(is_low, 1 - x, x))
    sine = _OWN["sinpi"](numbers, x)
    reflected = (math.pi / sine) * (math.pi / sine) - found
    found = numbers.backend.where(is_low, reflected, found)
    found = _where(numbers, numbers.equal(x, -math.inf), math.inf, found)
    return _where(numbers, numbers.equal(x, math.inf), 0, found)  # JAX says NaN


_OWN: Final[dict[str, _Own]] = {
    "sinpi": _of_half_turns("sin", 2, {0: 0, 1: 0, 0.5: 1, -0.5: -1}),
    "cospi": _of_half_turns("cos", 2, {0: 1, 0.5: 0, -0.5: 0, 1: -1}),
    "tanpi": _of_half_turns("tan", 1, {0: 0, 0.25: 1, -0.25: -1, 0.5: math.nan}),
    "gamma": _at_poles("gamma"),
    "digamma": _at_poles("digamma"),
    "trigamma": _trigamma,
}


def _round(numbers: Numbers, x: Tensor, digits: int) -> Tensor:
    """Round to the nearer of two numbers of so many digits; at a tie to the even one.

    The steps are those of R, so that the last bit is R's as well.
    """
    if digits == 0:
        return numbers.function("round")(x)
    most, precision = _most_digits(numbers, x)
    if digits > most + precision:
        return x
    size = numbers.function("abs")(x)
    if digits < -most:
        return numbers.backend.where(size < math.inf, x * 0, x)
    rest = max(digits - most, 0)  # a larger power of ten is no finite number
    power: Any = _power_of_ten(digits - rest)
    other = _power_of_ten(rest)
    if most < 308:  # XLA divides an array by one number less exactly than by an array
        power = size * 0 + power
    scaled = size * power * other
    low, high = numbers.function("floor")(scaled), numbers.function("ceil")(scaled)
    found = _nearer(numbers, size, low, low / power / other, high / power / other)
    is_fine = numbers.equal(x, 0) | ~(size < math.inf)
    least = _least_whole_number(precision - digits)
    if least is not None:
        is_fine = is_fine | (size >= least)
    return numbers.backend.where(is_fine, x, found * numbers.function("sign")(x))


def _most_digits(numbers: Numbers, x: Tensor) -> tuple[int, int]:
    """Return the greatest exponent of ten in reals, and the number of digits that all hold."""
    return (308, 15) if numbers.backend.dtype_name(x) == "float64" else (38, 6)


def _power_of_ten(exponent: int) -> float:
    """Return a power of ten as R multiplies it up, which is not the nearest number beyond 1e22."""
    power, square, rest = 1.0, 10.0, abs(exponent)
    while rest:
        power = power * square if rest % 2 else power
        square, rest = square * square, rest // 2
    return power if exponent >= 0 else 1 / power


def _least_whole_number(digits: int) -> float | None:
    """Return the power of two from which on R takes a number to have no more than `digits`."""
    exponent = math.floor(digits / math.log10(2) - 0.5) + 1
    return None if exponent > 1023 else 2.0**exponent


def _nearer(numbers: Numbers, size: Tensor, low: Tensor, below: Tensor, above: Tensor) -> Tensor:
    """Return the nearer of two numbers around `size`; at a tie the one whose last digit is even."""
    to_below, to_above = size - below, above - size
    is_even = numbers.equal(numbers.function("floor")(low / 2) * 2, low)
    goes_down = (to_below < to_above) | (numbers.equal(to_below, to_above) & is_even)
    return numbers.backend.where(goes_down, below, above)


def _signif(numbers: Numbers, x: Tensor, digits: int) -> Tensor:
    """Round to so many significant digits, one at least."""
    digits = max(digits, 1)
    if digits > 22:
        return x
    where = numbers.backend.where
    size = numbers.function("abs")(x)
    is_fine = numbers.equal(x, 0) | ~(size < math.inf)
    size = _where(numbers, is_fine, 1, size)
    exponent = numbers.function("floor")(numbers.function("log10")(size))
    ten = exponent * 0 + 10
    exponent = where(ten**exponent > size, exponent - 1, exponent)
    exponent = where(ten ** (exponent + 1) <= size, exponent + 1, exponent)
    shift = digits - 1 - exponent
    most, _ = _most_digits(numbers, x)
    over = _where(numbers, shift <= most, 0, shift - most)
    power = _powers_of_ten(numbers, numbers.function("abs")(shift) - over, most)
    other = _powers_of_ten(numbers, over, most)
    scaled = where(shift > 0, size * power * other, size / power)
    if numbers.backend.dtype_name(x) == "float64":
        nearest = numbers.function("round")(scaled)
        found = where(shift > 0, nearest / power / other, nearest * power)
    else:  # a product in float32 would hide on which side of a tie it lies
        low, high = numbers.function("floor")(scaled), numbers.function("ceil")(scaled)
        below, above = (where(shift > 0, end / power / other, end * power) for end in (low, high))
        found = _nearer(numbers, size, low, below, above)
    return where(is_fine, x, found * numbers.function("sign")(x))


def _powers_of_ten(numbers: Numbers, exponents: Tensor, most: int) -> Tensor:
    """Return `_power_of_ten` of each of some exponents from 0 to `most`."""
    powers, square = exponents * 0 + 1, 10.0
    for _ in range(most.bit_length()):
        half = numbers.function("floor")(exponents / 2)
        is_odd = ~numbers.equal(half * 2, exponents)
        powers = numbers.backend.where(is_odd, powers * square, powers)
        exponents, square = half, square * square
    return powers


def _accumulated(numbers: Numbers, name: str) -> Tensor:
    """Return a running sum, product, greatest or least, column by column."""
    is_extreme = name in ("cummax", "cummin")
    if is_extreme and numbers.kind is COMPLEX:
        raise UnsupportedTensorError(f"{numbers.verb} does not take complex numbers")
    accumulate = numbers.function(name)
    holes = None
    if numbers.hidden is not None:
        holes = np.logical_or.accumulate(numbers.backend.in_columns(numbers.hidden))
        numbers.x = np.where(numbers.hidden, numbers.number(0, numbers.x), numbers.x)
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
    return numbers.with_holes(numbers.given_back(x), holes)
