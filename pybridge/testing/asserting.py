"""The assertion of the kit: a tensor of any library equals the result of R code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from pybridge.conversion.tensors import numpy_from
from pybridge.testing.oracle import Array, r_text, run_r

KINDS = {"b": "logical", "i": "integer", "u": "integer", "f": "real", "c": "complex"}
KINDS |= {"U": "character", "O": "character"}


def assert_same_as_r(
    actual: Any,
    source: str,
    /,
    *,
    like: Any = None,
    rtol: float = 0.0,
    run: Callable[..., Any] = run_r,
    **variables: Any,
) -> None:
    """Assert that `actual`, a tensor of any library, equals the result of R for `source`.

    `variables` are the arrays that the source names; tensors of any library are taken. The kind
    (logical, integer, real, complex, character), the shape and every element must agree. R has no
    array without axes, so that one element and R's vector of length 1 agree; R's NA and NaN agree
    with NaN and with an element that a mask hides. With `like`, `actual` must have its type and its
    dtype too. `rtol` allows a relative difference of reals, none by default. `run` is another R,
    such as an `OwnProcess`.

    Raises `AssertionError` whose text holds the R code to paste, and `RError` where R stops.

    >>> x = np.arange(1, 31).reshape(2, 3, 5)
    >>> assert_same_as_r(x[1, [2, 0]], "x[2, c(3, 1), ]", x=x)
    >>> m = np.array([[1, 2], [3, 4]])
    >>> assert_same_as_r(m[0], "m[, 1]", m=m)
    Traceback (most recent call last):
      ...
    AssertionError: 1 of 2 elements are not as in R, the first at [2]: 2L, and in R 3L
    paste into R:
    m <- array(c(1L, 3L, 2L, 4L), dim = c(2, 2))
    m[, 1]
    # actual: c(1L, 2L)
    """
    arrays = {name: np.asarray(_numpy(value)) for name, value in variables.items()}
    array = _numpy(actual)
    complaint = _complaint(array, run(source, **arrays), rtol) or _unlike(actual, like)
    if complaint is not None:
        lines = [f"{name} <- {r_text(value)}" for name, value in arrays.items()]
        actual_text = f"# actual: {r_text(_filled(array))}"
        raise AssertionError("\n".join([complaint, "paste into R:", *lines, source, actual_text]))


def _numpy(x: Any) -> Array:
    """Return a tensor as an array; a dtype that NumPy lacks, such as bfloat16, becomes float."""
    array = numpy_from(x)
    return array.astype(float) if array.dtype.kind == "V" else array


def _unlike(actual: Any, like: Any) -> str | None:
    if like is None:
        return None
    # one element of a NumPy array is a scalar of NumPy
    actual, wanted = (
        ("ndarray" if isinstance(x, np.generic) else type(x).__name__, getattr(x, "dtype", "none"))
        for x in (actual, like)
    )
    if actual == wanted:
        return None
    return f"it is a {actual[0]} of dtype {actual[1]}, not a {wanted[0]} of dtype {wanted[1]}"


def _filled(array: Array) -> Array:
    """Return an array without a mask, with NaN for masked elements."""
    data = np.asarray(np.ma.getdata(array))
    hidden = np.ma.getmaskarray(array)
    return np.where(hidden, np.nan, data) if hidden.any() else data


def _complaint(actual: Array, wanted: Any, rtol: float) -> str | None:
    """Return how an array differs from R's result, or None."""
    if not isinstance(wanted, np.ndarray):
        return f"R gives a {type(wanted).__name__}, not an array: {wanted!r}"
    shape = wanted.shape
    if actual.shape != shape and not (actual.shape == () and shape == (1,)):
        return f"the shape is {actual.shape}, and in R {shape}"
    has_holes = isinstance(actual, np.ma.MaskedArray) and bool(actual.mask.any())
    actual = _filled(actual).reshape(shape)
    kinds = [KINDS.get(array.dtype.kind, str(array.dtype)) for array in (actual, wanted)]
    if kinds[0] != kinds[1] and not (has_holes and "character" not in kinds):
        return f"the kind is {kinds[0]} ({actual.dtype}), and in R {kinds[1]}"
    same = actual == wanted
    if kinds[0] in ("real", "complex") and kinds[1] in ("real", "complex"):
        same = same | ((actual != actual) & (wanted != wanted))
        is_finite = np.isfinite(actual) & np.isfinite(wanted)
        with np.errstate(invalid="ignore", over="ignore"):
            same = same | (is_finite & (np.abs(actual - wanted) <= rtol * np.abs(wanted)))
    if bool(np.all(same)):
        return None
    places = np.argwhere(~np.asarray(same))
    first = tuple(places[0])
    position = ", ".join(str(k + 1) for k in first)
    return (
        f"{len(places)} of {actual.size} elements are not as in R, the first at [{position}]: "
        f"{r_text(actual[first])}, and in R {r_text(wanted[first])}"
    )
