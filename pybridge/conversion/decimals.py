"""Decimal numbers on their way to R, which has none.

A double holds every decimal of up to 15 digits, in the sense that R prints it again. A number with
more digits is an error unless a policy names another type.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from pybridge.conversion.numpy_to_r import vector_from
from pybridge.conversion.policies import ToR
from pybridge.conversion.rvalues import New
from pybridge.conversion.strings import vector_of_texts
from pybridge.errors import ConversionError
from pybridge.lossless import INT64_MAX

_DIGITS = 15
"""The number of decimal digits that every double keeps."""


def decimals_in_r(numbers: Sequence[Decimal | None], policies: ToR) -> New:
    """Return the vector to make of decimal numbers, by the policy `int64`.

    >>> decimals_in_r([Decimal("0.10"), None], ToR(int64="character")).texts()
    ['0.10', None]
    """
    if policies.int64 == "character":
        return vector_of_texts([None if x is None else str(x) for x in numbers])
    missing = np.array([x is None for x in numbers], bool)
    if policies.int64 == "double":
        reals = [_real(x, place) for place, x in enumerate(numbers, start=1)]
        return vector_from(np.ma.MaskedArray(np.array(reals, "f8"), missing), ToR())
    whole = [_whole(x, place) for place, x in enumerate(numbers, start=1)]
    return vector_from(np.ma.MaskedArray(np.array(whole, "i8"), missing), policies)


def _real(x: Decimal | None, place: int) -> float:
    if x is None:
        return 0.0
    if not x.is_finite():
        return float(x)
    is_short = len(x.normalize().as_tuple().digits) <= _DIGITS
    real = float(x)
    if Decimal(real) == x or (is_short and Decimal(repr(real)) == x):
        return real
    raise ConversionError(
        f"element [{place}] is {x}, and R's double keeps {_DIGITS} decimal digits: "
        'int64="character" keeps all, a cast to a float rounds'
    )


def _whole(x: Decimal | None, place: int) -> int:
    if x is None:
        return 0
    if not x.is_finite() or x != x.to_integral_value():
        raise ConversionError(
            f"element [{place}] is {x}, which is not a whole number: "
            'int64="double" or int64="character" can hold it'
        )
    if not -INT64_MAX - 1 <= x <= INT64_MAX:
        raise ConversionError(
            f'element [{place}] is {x}, which is beyond 64 bits: int64="character" keeps all digits'
        )
    return int(x)
