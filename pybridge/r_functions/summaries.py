"""R's Summary group and the mean: `sum(x)`, `max(x, na.rm = TRUE)`, `range(x)`, `mean(x)`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from pybridge.backends.protocol import Tensor
from pybridge.errors import LossyValueError, SummaryWarning, UnsupportedTensorError, warn
from pybridge.lossless import integer_bounds
from pybridge.r_functions.binding import in_one_dtype
from pybridge.r_functions.numbers import COMPLEX, INTEGER, LOGICAL, REAL, Numbers

_NEUTRAL: Final = {"sum": 0.0, "prod": 1.0, "max": -math.inf, "min": math.inf}


def summary_group(operands: Sequence[Any], name: str, na_rm: bool) -> Tensor:
    """Apply the function `name` of R's Summary group to all elements of some tensors.

    The result has no axes; the result of `range` has two entries. Sums of integers are exact, in
    64 bits if the library has them, and raise if they do not fit. Products are reals. With `na_rm`,
    NaN and `NA` are ignored. Without elements, `max` of reals warns and returns -Inf as in R, and
    `max` of integers raises, because integers have no infinity.

    >>> print(summary_group([np.array([[1, 2], [3, 4]], "int8")], "sum", False))
    10
    >>> summary_group([np.array([3, np.nan, 1])], "range", True)
    array([1., 3.])
    """
    x = operands[0]
    if len(operands) > 1:
        backend, tensors = in_one_dtype(operands)
        x = backend.function("concat")([backend.reshape(tensor, (-1,)) for tensor in tensors], 0)
    numbers = Numbers(f"{name}()", x)
    if name in ("any", "all"):
        return _of_logicals(numbers, name, na_rm)
    if name in ("sum", "prod"):
        return _total(numbers, name, na_rm)
    if numbers.kind is COMPLEX:
        raise UnsupportedTensorError(f"{numbers.verb} does not take complex numbers")
    if name in ("max", "min"):
        return _extreme(numbers, name, na_rm)
    ends = [_extreme(numbers, end, na_rm) for end in ("min", "max")]
    is_na = np.array([True, True]) if np.ma.isMaskedArray(ends[0]) else None
    row = [numbers.backend.reshape(end, (1,)) for end in ends]
    return numbers.masked(numbers.function("concat")(row, 0), is_na)


def mean(x: Tensor, na_rm: bool) -> Tensor:
    """Return the mean of all elements of `x`, a real or a complex number; NaN if it is empty.

    >>> print(mean(np.array([True, True, False, True]), False))
    0.75
    """
    numbers = Numbers("mean()", x)
    missing = numbers.missing() if na_rm else None
    if missing is None:
        count = _count(numbers)
    elif None in numbers.shape:
        count = numbers.function("sum")(numbers.backend.cast(~missing, "int64"))
    else:
        count = _count(numbers) - numbers.function("sum")(numbers.backend.cast(missing, "int64"))
    is_whole = numbers.kind in (LOGICAL, INTEGER)
    total = None
    if is_whole and numbers.is_na is None and numbers.has_values:  # else the sum may wrap around
        integers = numbers.as_integers()
        if exact_total(numbers, integers) is None:
            total = numbers.backend.cast(numbers.function("sum")(integers), "float64")
    if total is None:
        total = _wide_total(numbers, "sum", missing)
    if np.ma.isMaskedArray(total):
        return numbers.to_own_dtype(total)
    with np.errstate(all="ignore"):
        if isinstance(count, int):
            average = total / numbers.number(count, total)
        else:
            average = total / numbers.backend.convert(count, total)
    return numbers.to_own_dtype(average)


def _count(numbers: Numbers) -> Any:
    """Return the number of elements, as a tensor if a size is unknown."""
    count: Any = 1
    for axis in range(len(numbers.shape)):
        count = count * numbers.backend.size(numbers.x, axis)
    return count


def _of_logicals(numbers: Numbers, name: str, na_rm: bool) -> Tensor:
    if numbers.kind not in (LOGICAL, INTEGER):
        raise UnsupportedTensorError(
            f"{numbers.verb} takes logicals, and this tensor holds {numbers.name}; compare it "
            f"first, as in `{name}(x > 0)`"
        )
    x = numbers.x if numbers.kind is LOGICAL else ~numbers.equal(numbers.x, 0)
    if numbers.is_na is None:
        return numbers.function(name)(x)
    result = numbers.function(name)(np.where(numbers.is_na, name == "all", x))
    is_settled = na_rm or bool(result) == (name == "any")
    return result if is_settled else np.ma.MaskedArray(result, True)


def _total(numbers: Numbers, name: str, na_rm: bool) -> Tensor:
    missing = numbers.missing() if na_rm else None
    if name == "prod" or numbers.kind in (REAL, COMPLEX):
        return numbers.to_own_dtype(_wide_total(numbers, name, missing))
    if numbers.is_na is not None:
        if not na_rm:
            return np.ma.MaskedArray(np.int64(0), True)
        numbers.x = np.where(numbers.is_na, numbers.number(0, numbers.x), numbers.x)
    x = numbers.as_integers()
    total = exact_total(numbers, x)
    if total is not None:
        refuse_overflow(numbers, x, total)
    return numbers.function("sum")(x)


def _wide_total(numbers: Numbers, name: str, missing: Any) -> Tensor:
    x = numbers.as_reals()
    if missing is not None:
        x = numbers.backend.where(missing, numbers.number(_NEUTRAL[name], x), x)
    elif numbers.is_na is not None:
        return np.ma.MaskedArray(np.zeros((), x.dtype), True)
    with np.errstate(all="ignore"):
        return numbers.function(name)(x)


def exact_total(numbers: Numbers, x: Tensor) -> int | None:
    """Return the exact sum of integers if the library's might wrap around, else None."""
    if not numbers.has_values or 0 in numbers.shape:
        return None
    backend = numbers.backend
    limit = integer_bounds(backend.dtype_name(x))[1]
    lowest, highest = integer_bounds(numbers.name) if numbers.kind is INTEGER else (0, 1)
    count = math.prod(size or 1 for size in numbers.shape)
    if max(-lowest, highest) * count <= limit:
        return None
    least, greatest = numbers.bounds()
    if max(-least, greatest) * count <= limit:
        return None
    values = backend.stored_values(x)
    if values.dtype.itemsize < 8:
        return int(values.sum(dtype=np.int64))
    low = values & 0xFFFFFFFF
    return (int((values >> 32).sum()) << 32) + int(low.sum())


def refuse_overflow(numbers: Numbers, x: Tensor, total: int) -> None:
    """Raise if integers cannot hold a sum, for which R returns `NA`."""
    name = numbers.backend.dtype_name(x)
    lowest, highest = integer_bounds(name)
    if not lowest <= total <= highest:
        raise LossyValueError(
            f"{numbers.verb} gives {total}, which {name} does not hold; convert the tensor to "
            "reals first",
            dtype=name,
        )


def _extreme(numbers: Numbers, name: str, na_rm: bool) -> Tensor:
    backend = numbers.backend
    x = numbers.computable(numbers.as_plain()) if numbers.kind is not REAL else numbers.as_reals()
    missing = numbers.missing() if na_rm else None
    if not na_rm and numbers.is_na is not None:
        return np.ma.MaskedArray(np.zeros((), x.dtype), True)
    if numbers.is_na is not None and numbers.kind is not REAL:
        x = x[~numbers.is_na]
        missing = None
    is_empty = 0 in backend.shape(x)
    is_checked = numbers.has_values and missing is not None and not is_empty
    if is_checked and bool(backend.to_numpy(numbers.function("all")(missing))):
        is_empty = True
    if not is_empty:
        if missing is not None:
            x = backend.where(missing, numbers.number(_NEUTRAL[name], x), x)
        extreme = numbers.function(name)(x)
        is_cast = numbers.kind is not LOGICAL and backend.dtype_name(x) != numbers.name
        return backend.convert(extreme, numbers.x) if is_cast else extreme
    if numbers.kind is not REAL:
        raise UnsupportedTensorError(
            f"{numbers.verb} of no element is {'-' if name == 'max' else ''}Inf in R, which "
            f"{numbers.name} does not hold"
        )
    value = _NEUTRAL[name]
    warn(
        f"no non-missing arguments to {name}; returning {'-' if name == 'max' else ''}Inf",
        SummaryWarning,
    )
    return backend.copy(numbers.number(value, numbers.x))
