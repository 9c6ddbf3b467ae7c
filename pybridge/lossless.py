"""The rule of lossless casts: what a dtype holds, and which entries a cast would lose.

Rounding a real to a narrower real is what narrower reals are for, and loses nothing. Everything
else must arrive as it was: a fraction, NaN or infinity only where the dtype has it, an integer only
where it is exact, a finite real only where it stays finite, a time only where the unit holds it.
Assignment and conversion both apply this rule; each raises its own error.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import numpy as np

from pybridge.shape import Order

Array = np.ndarray[Any, Any]
Mask = np.ndarray[Any, np.dtype[np.bool_]]

FLOAT32_MAX: Final = float(np.finfo(np.float32).max)
EXACT_IN_FLOAT32: Final = 2**24
EXACT_IN_FLOAT64: Final = 2**53
"""The greatest integers below which a dtype skips none."""

INT32_MAX: Final = 2**31 - 1
INT64_MAX: Final = 2**63 - 1


class NarrowReal(NamedTuple):
    """What a real dtype holds that NumPy lacks."""

    digits: int
    """Bits of the significand: every integer up to `2**digits` is exact."""
    largest: float
    """The largest finite value."""
    has_infinity: bool = False
    has_nan: bool = True
    has_sign: bool = True
    has_zero: bool = True


NARROW_REALS: Final = {
    "bfloat16": NarrowReal(8, 3.3895313892515355e38, has_infinity=True),
    "float8_e3m4": NarrowReal(5, 15.5, has_infinity=True),
    "float8_e4m3": NarrowReal(4, 240.0, has_infinity=True),
    "float8_e4m3b11fnuz": NarrowReal(4, 30.0),
    "float8_e4m3fn": NarrowReal(4, 448.0),
    "float8_e4m3fnuz": NarrowReal(4, 240.0),
    "float8_e5m2": NarrowReal(3, 57344.0, has_infinity=True),
    "float8_e5m2fnuz": NarrowReal(3, 57344.0),
    "float8_e5m3fnu": NarrowReal(4, 114688.0, has_sign=False),
    "float8_e8m0fnu": NarrowReal(1, 2.0**127, has_sign=False, has_zero=False),
    "float6_e2m3fn": NarrowReal(4, 7.5, has_nan=False),
    "float6_e3m2fn": NarrowReal(3, 28.0, has_nan=False),
    "float4_e2m1fn": NarrowReal(2, 6.0, has_nan=False),
}
"""The real dtypes of the package ml_dtypes, which JAX, TensorFlow and Keras bring along."""

NARROW_INTEGERS: Final = {
    "int1": (-1, 0),
    "int2": (-2, 1),
    "int4": (-8, 7),
    "uint1": (0, 1),
    "uint2": (0, 3),
    "uint4": (0, 15),
}
"""The integer dtypes of ml_dtypes: the least and the greatest value of each."""

_TAKE_REALS: Final = frozenset({"float32", "float64", "f", "d"})
_TAKE_INTEGERS: Final = _TAKE_REALS | frozenset(
    {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
    | {"float16", "bfloat16", "complex64", "complex128", *"bBhHiIlLqQeFD"}
)


_KINDS: Final = (
    ("b", ("bool",)),
    ("i", ("int",)),
    ("u", ("uint",)),
    ("f", ("float", "bfloat", "longdouble")),
    ("c", ("complex", "clongdouble")),
)


@lru_cache(maxsize=256)
def kind_of(name: str) -> str:
    """Return the kind of a dtype, NumPy's letter, by its name in any library; "" for no number.

    >>> [kind_of(name) for name in ("uint4", "bfloat16", "complex32", "str")]
    ['u', 'f', 'c', '']
    """
    return next((kind for kind, starts in _KINDS if name.startswith(starts)), "")


@lru_cache(maxsize=64)
def integer_bounds(name: str) -> tuple[int, int]:
    """Return the least and the greatest integer of a dtype, also of int4, which NumPy lacks.

    >>> integer_bounds("uint8"), integer_bounds("int4")
    ((0, 255), (-8, 7))
    """
    bits = int(name.rpartition("int")[2])
    return (0, 2**bits - 1) if kind_of(name) == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


def is_narrow(name: str) -> bool:
    """Return whether a dtype is one of ml_dtypes, which NumPy knows only once that is imported."""
    return name in NARROW_REALS or name in NARROW_INTEGERS


def fits_unchecked(value: Any, dtype: str) -> bool:
    """Return True for a Python number of a usual size that the dtype holds; False means unknown.

    `dtype` is its name or, because NumPy takes time to make that, its character.

    >>> fits_unchecked(5, "uint8"), fits_unchecked(0.5, "uint8"), fits_unchecked(0.5, "f")
    (True, False, True)
    """
    kind = type(value)
    if kind is int:
        return 0 <= value <= 127 and dtype in _TAKE_INTEGERS
    return kind is float and abs(value) < FLOAT32_MAX and dtype in _TAKE_REALS


def is_safe_cast(source: str, target: str, casting: Literal["safe", "same_kind"] = "safe") -> bool:
    """Return whether dtypes cast, by NumPy's rule extended to bfloat16, and without its rounding.

    NumPy calls a cast from 64-bit integers to reals safe, which rounds beyond 2**53.

    >>> is_safe_cast("bfloat16", "float32"), is_safe_cast("int8", "bfloat16")
    (True, True)
    >>> is_safe_cast("int32", "float64"), is_safe_cast("int64", "float64")
    (True, False)
    >>> is_safe_cast("float16", "bfloat16"), is_safe_cast("float16", "bfloat16", "same_kind")
    (False, True)
    >>> is_safe_cast("datetime64[D]", "datetime64[ns]")
    False
    """
    if source == target:
        return True
    if "64[" in source:  # NumPy calls casts between units of time safe, which overflow
        return False
    if source == "bfloat16":
        return is_safe_cast("float32", target, casting)
    if target == "bfloat16":
        if casting == "safe":
            return source in ("bool", "int8", "uint8")
        target = "float32"
    if casting == "safe" and source in ("int64", "uint64") and "int" not in target:
        return False
    try:
        return np.can_cast(source, target, casting)
    except TypeError:
        return False


@lru_cache(maxsize=256)
def may_lose(source: np.dtype[Any], dtype: np.dtype[Any]) -> bool:
    """Return whether a cast between two dtypes has to be checked.

    >>> may_lose(np.dtype("int32"), np.dtype("float64")), may_lose(np.dtype("<U3"), np.dtype("<U2"))
    (False, True)
    """
    if source.kind == dtype.kind == "U":
        return dtype.itemsize < source.itemsize
    if source.kind == "U" or dtype.kind in "OT":
        return False
    return not is_safe_cast(source.name, dtype.name)


@lru_cache(maxsize=256)
def exact_integers(source: np.dtype[Any], dtype: np.dtype[Any]) -> tuple[int, int] | None:
    """Return bounds between which `dtype` holds every integer of `source`; None where unknown.

    >>> exact_integers(np.dtype("int64"), np.dtype("float32"))
    (-16777216, 16777216)
    """
    if source.kind not in "iu":
        return None
    if dtype.kind in "iu":
        return integer_bounds(dtype.name)
    if dtype.kind in "fc":
        whole: int = 2 ** (np.finfo(dtype).nmant + 1)
        return -whole, whole
    return None


_UNSIGNED: Final = {np.dtype(f"i{size}"): np.dtype(f"u{size}") for size in (4, 8)}
"""For signed dtypes in this machine's byte order: the same bits without a sign."""


def is_within(values: Array, lowest: int | None, highest: int | None) -> bool:
    """Return whether every integer lies between two bounds, None for an open one.

    >>> is_within(np.array([1, 300]), 0, 255), is_within(np.array([1, 300]), 0, None)
    (False, True)
    """
    if values.size == 0:
        return True
    unsigned = _UNSIGNED.get(values.dtype)
    # Read without a sign, a negative number is a huge one: most arrays need one pass alone.
    if unsigned is not None and (lowest is None or lowest <= 0) and highest is not None:
        most = np.maximum.reduce(values.view(unsigned), axis=None)
        if most <= min(highest, integer_bounds(values.dtype.name)[1]):
            return True
    return (lowest is None or int(np.minimum.reduce(values, axis=None)) >= lowest) and (
        highest is None or int(np.maximum.reduce(values, axis=None)) <= highest
    )


@lru_cache(maxsize=256)
def is_exact_in_float64(source: np.dtype[Any], dtype: np.dtype[Any]) -> bool:
    """Return whether a float64 is kept where it equals its cast: `dtype` is exact in float64."""
    return bool(source == "f8") and dtype.kind in "biu" and dtype.itemsize < 8


def is_certainly_kept(values: Array, cast: Array) -> bool:
    """Test cheaply that a cast lost nothing; False means unknown.

    >>> is_certainly_kept(np.array([1, 200]), np.array([1, 200], "uint8"))
    True
    """
    if is_narrow(cast.dtype.name):
        return False
    bounds = exact_integers(values.dtype, cast.dtype)
    if bounds is not None:
        return is_within(values, *bounds)
    if values.dtype.kind == cast.dtype.kind == "f":
        if cast.dtype.itemsize == 2:  # where a sum soon overflows
            return bool(np.logical_and.reduce(np.isfinite(cast), axis=None))
        # A sum is finite only where each entry is: one pass, and no array of its answers.
        return math.isfinite(np.add.reduce(cast, axis=None))
    return is_exact_in_float64(values.dtype, cast.dtype) and bool(np.equal(cast, values).all())


def lost_entries(values: Array, cast: Array) -> Mask:
    """Return where a cast lost information.

    >>> lost_entries(np.array([1, 300]), np.array([1, 44], "uint8"))
    array([False,  True])
    """
    if cast.dtype.kind in "mM":
        return _lost_times(values, cast)
    if values.dtype.kind not in "biufc" and not is_narrow(values.dtype.name):
        return np.asarray(cast != values)
    if is_narrow(cast.dtype.name):
        return lost_in_narrow(values, cast.dtype.name)
    if values.dtype.kind in "fc" and cast.dtype.kind in "fc":
        return np.asarray(np.isfinite(values) & ~np.isfinite(cast))
    return ~_same_numbers(values, cast)


class LossyCast(Exception):
    """What a cast would lose; assignment and conversion each make an error of their own of it."""

    def __init__(self, values: Array, is_lost: Mask) -> None:
        """Keep the values before the cast, and which of them it would lose."""
        super().__init__("a cast would lose information")
        self.values = values
        self.is_lost = is_lost


Check: TypeAlias = Callable[[Array, Array, Mask | None], None]
"""A function of a cast, of what was cast and of which of it is `NA`; it may raise."""

Copying: TypeAlias = Callable[[Array, Array, Mask | None, Check | None], None]
"""A way to copy a source into a target of another dtype: it calls the check with each part."""


def copy_at_once(target: Array, source: Array, is_na: Mask | None, check: Check | None) -> None:
    """Copy in one pass, and check in others."""
    np.copyto(target, source, casting="unsafe")
    if check is not None:
        check(target, source, is_na)


def cast(
    values: Array,
    dtype: np.dtype[Any],
    *,
    is_na: Mask | None = None,
    order: Order = "C",
    copying: Copying = copy_at_once,
) -> Array:
    """Return values in new memory, cast to a dtype of NumPy or ml_dtypes, or raise `LossyCast`.

    Entries where `is_na` is true may become anything.

    >>> cast(np.array([1.0, 2.0]), np.dtype("uint8"))
    array([1, 2], dtype=uint8)
    """
    if values.dtype.kind == "c" and dtype.kind != "c":
        _check_loss(values, has_imaginary_part(values), is_na)
        values = values.real
    result = np.empty(values.shape, dtype, order=order)
    if not may_lose(values.dtype, dtype):  # entering the context costs as much as a small copy
        copying(result, values, is_na, None)
        return result

    def check(part_cast: Array, part: Array, part_is_na: Mask | None) -> None:
        if part_is_na is None and is_certainly_kept(part, part_cast):
            return
        lost = lost_entries(part, part_cast)
        if (lost if part_is_na is None else lost & ~part_is_na).any():
            _check_loss(values, lost_entries(values, values.astype(dtype)), is_na)

    with np.errstate(all="ignore"):
        copying(result, values, is_na, check)
    return result


def _check_loss(values: Array, is_lost: Mask, is_na: Mask | None) -> None:
    is_lost = is_lost if is_na is None else is_lost & ~is_na
    if is_lost.any():
        raise LossyCast(values, is_lost)


def has_imaginary_part(values: Array) -> Mask:
    """Return which complex numbers no real dtype holds.

    >>> has_imaginary_part(np.array([1 + 0j, 1j, complex(1, np.nan)]))
    array([False,  True,  True])
    """
    return np.asarray(values.imag != 0)


def lost_in_narrow(values: Array, name: str) -> Mask:
    """Return which real or whole numbers a dtype of ml_dtypes does not hold.

    >>> lost_in_narrow(np.array([448.0, 449.0, np.nan, np.inf]), "float8_e4m3fn")
    array([False,  True, False,  True])
    """
    if name in NARROW_INTEGERS:
        least, greatest = NARROW_INTEGERS[name]
        with np.errstate(invalid="ignore"):
            return ~np.asarray((values >= least) & (values <= greatest) & (values % 1 == 0))
    dtype = NARROW_REALS[name]
    if values.dtype.kind in "biu":
        magnitudes = np.abs(values.astype(np.float64))
        is_rounded = np.ldexp(np.frexp(magnitudes)[0], dtype.digits) % 1 != 0
        lost = (magnitudes > dtype.largest) | is_rounded
    else:
        lost = np.isfinite(values) & (np.abs(values) > dtype.largest)
        if not dtype.has_infinity:
            lost |= np.isinf(values)
        if not dtype.has_nan:
            lost |= np.isnan(values)
    if not dtype.has_sign:
        lost |= values < 0
    if not dtype.has_zero:
        lost |= values == 0
    return np.asarray(lost)


def _lost_times(values: Array, cast: Array) -> Mask:
    """Return which times, or whole numbers of a unit, do not come back: NumPy wraps around."""
    is_absent = np.isnat(values) if values.dtype.kind in "mM" else np.zeros(values.shape, bool)
    is_changed = (cast.astype(values.dtype) != values) | np.isnat(cast)
    return np.where(is_absent, ~np.isnat(cast), is_changed)


def _same_numbers(values: Array, cast: Array) -> Mask:
    """Compare numbers across dtypes without the rounding of a common dtype."""
    with np.errstate(all="ignore"):  # the bounds overflow to inf in float16, as intended
        same = cast.real.astype(values.dtype) == values
        if values.dtype.kind in "iu" and cast.dtype.kind in "iu":
            same &= (cast < 0) == (values < 0)
        elif values.dtype.kind == "f" and cast.dtype.kind in "iu":
            least, greatest = integer_bounds(cast.dtype.name)
            same &= np.isfinite(values) & (values >= float(least))
            same &= values < float(greatest) + 1
        elif values.dtype.kind in "iu" and cast.dtype.kind in "fc":
            # The largest integers round up to a power of two that the integers do not hold.
            same &= np.isfinite(cast) & (
                cast.real < float(integer_bounds(values.dtype.name)[1]) + 1
            )
    return np.asarray(same)
