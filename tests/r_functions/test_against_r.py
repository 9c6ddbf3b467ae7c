"""R's functions on the tensors of every library, against R's own on an array of the same elements.

r/tests/testthat/test-generics-numbers.R puts the same question through R's own dispatch.
"""

import math
import re
from collections import Counter

import numpy as np
import pytest
from backends.adapters import ADAPTERS, Adapter

from pybridge import NA, order, which
from pybridge.errors import PybridgeError
from pybridge.r_functions.binding import OperandOfR, bind, sort
from pybridge.r_functions.elementwise import math_group
from pybridge.r_functions.summaries import mean, summary_group
from pybridge.testing import run_r

LIBRARIES = {"numpy": Adapter(np.array, np.asarray, {}), **ADAPTERS}
REALS = [-2.5, np.nan, -1, -0.5, 0, 0.25, 0.5, 1.5, 2.5, 17.125, 0.15, 2.675, 100000.5, -np.inf]
WHOLES = [-7, 3, 0, 1, -2, 5, 12, 4, -1, 6, 9, 2]
ELEMENTS = {
    "float64": REALS,
    "float32": REALS,
    "int64": WHOLES,
    "int32": WHOLES,
    "uint8": np.abs(WHOLES),
    "bool": np.array(WHOLES) > 1,
}
SHAPES = [(2, 3), (7,), (2, 3, 2), (0, 3)]

PLAIN = [
    *("abs", "sign", "sqrt", "floor", "ceiling", "trunc", "exp", "log", "log2", "log10", "expm1"),
    *("log1p", "cos", "sin", "tan", "acos", "asin", "atan", "cosh"),
    *("sinh", "tanh", "acosh", "asinh", "atanh", "lgamma", "digamma"),
    *("cumsum", "cumprod", "cummax", "cummin"),
]
SUMMARIES = ["sum", "prod", "max", "min", "range", "any", "all"]
CALLS = {
    **{f"{name}(x)": lambda x, name=name: math_group(x, name) for name in PLAIN},
    **{
        f"{name}(x, {digits})": lambda x, name=name, digits=digits: math_group(x, name, digits)
        for name, all_digits in {"round": (0, 1, 2, -1)}.items()
        for digits in all_digits
    },
    "log(x, 3)": lambda x: math_group(x, "log", math.log(3)),
    **{
        f"{name}(x, na.rm = {str(na_rm).upper()})": lambda x, name=name, na_rm=na_rm: summary_group(
            [x], name, na_rm
        )
        for name in SUMMARIES
        for na_rm in (False, True)
    },
    "mean(x)": lambda x: mean(x, False),
    "mean(x, na.rm = TRUE)": lambda x: mean(x, True),
    "sum(x, x)": lambda x: summary_group([x, x], "sum", False),
    "sort(x)": lambda x: sort(x, False, None),
    "sort(x, decreasing = TRUE)": lambda x: sort(x, True, None),
    "sort(x, na.last = TRUE)": lambda x: sort(x, False, True),
    "sort(x, TRUE, na.last = FALSE)": lambda x: sort(x, True, False),
    "place(order(x))": order,
    "place(order(x, decreasing = TRUE))": lambda x: order(x, decreasing=True),
    "place(order(x, na.last = FALSE))": lambda x: order(x, na_last=False),
    "place(order(x, na.last = NA))": lambda x: order(x, na_last=NA),
    "which(x, arr.ind = TRUE)": which,
    "rbind(x, x)": lambda x: bind([x, x], True),
    "cbind(x, x)": lambda x: bind([x, x], False),
    "cbind(x, 1L)": lambda x: bind([x, OperandOfR(np.int32(1))], False),
    "rbind(0L, x)": lambda x: bind([OperandOfR(np.int32(0)), x], True),
}
"""What is written in R, and what R's method calls in Python."""

REFUSED = {
    r"^(numpy|keras|dask) .* (lgamma|digamma)\(": "the library has no such function",
    r"float\d+ .*(any|all)\(": "R warns that it takes numbers for logicals",
    r"\(0, 3\) (max|min|range)\(": "Inf and -Inf, which integers do not hold",
    r"(rbind|cbind)\(.* of 3 axes": "R takes an array of three axes as a vector",
    r"^dask .* (sort|order|which)": "how many elements there are is unknown in dask",
}
"""What pybridge refuses although R has an answer, by "library dtype shape call", and why."""


def by_r(x):
    """Return what R gives for each call: an array, or None where it stops."""
    calls = f"list({', '.join(f'quote({call})' for call in CALLS)})"
    stopped = "error = function(e) 'stopped'"
    # the position of an element of an array is a row of coordinates
    place = "place <- function(k) if (is.null(dim(x))) k else arrayInd(k, dim(x))"
    source = f"{place}\nlapply({calls}, \\(call) tryCatch(suppressWarnings(eval(call)), {stopped}))"
    answers = run_r(source, x=x)
    return [None if answer.dtype.kind == "O" else answer for answer in answers]


def outcome(call, tensor, adapter, wanted, rtol):
    """Return "agrees", "refused" or how a result differs from R's."""
    try:
        result = call(tensor)
    except PybridgeError as error:
        return "agrees" if wanted is None else f"refused: {error}"
    if wanted is None:
        return "R stops, and here is a value"
    found = np.asarray(adapter.read(result))
    if found.shape != wanted.shape and not (found.shape == () and wanted.shape == (1,)):
        return f"shape {found.shape}, and in R {wanted.shape}"
    found, wanted = found.astype(float).reshape(wanted.shape), wanted.astype(float)
    if np.allclose(found, wanted, rtol=rtol, atol=rtol, equal_nan=True):
        return "agrees"
    return f"{found.tolist()}, and in R {wanted.tolist()}"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("dtype", ELEMENTS)
def test_every_function_gives_what_r_gives_or_is_refused(library, dtype):
    adapter, counts, wrong = LIBRARIES[library], Counter(), []
    # a library compiles or builds a graph for each dtype and shape
    shapes = SHAPES if library == "numpy" or dtype == "float64" else SHAPES[:1]
    for shape in shapes:
        x = np.resize(np.array(ELEMENTS[dtype], dtype), shape)
        tensor = adapter.make(x)
        rtol = 1e-9 if dtype != "float32" else 2e-5
        for (text, call), wanted in zip(CALLS.items(), by_r(x), strict=True):
            found = outcome(call, tensor, adapter, wanted, rtol)
            label = f"{library} {dtype} {shape} {text}" + " of 3 axes" * (len(shape) == 3)
            if found.startswith("refused") and any(re.search(why, label) for why in REFUSED):
                found = "refused"
            counts[found if found in ("agrees", "refused") else "wrong"] += 1
            if found not in ("agrees", "refused"):
                wrong.append(f"{label}: {found}")
    assert not wrong, "\n".join(wrong)
    assert counts.total() == len(CALLS) * len(shapes)
    assert counts["agrees"] > counts.total() * 0.75
