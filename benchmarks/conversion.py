"""Conversion compared with that of rpy2: `python benchmarks/conversion.py`."""

import os
from collections.abc import Iterator

os.environ.setdefault("RPY2_CFFI_MODE", "ABI")

import numpy as np
import rpy2.robjects as ro
from rpy2.robjects import numpy2ri
from timing import Row, compare, main

from pybridge import from_r, to_r

SHAPE = (3000, 28, 28)
DTYPES = ("uint8", "bool", "int64", "float32", "int32", "float64", "complex128")
TURNS = 3
RIVAL = "rpy2's numpy2ri"
RPY2 = (ro.default_converter + numpy2ri.converter).context


def arrays() -> Iterator[Row]:
    """Time images of every dtype on their way to R."""
    images = np.random.default_rng(1).integers(0, 127, SHAPE).astype("uint8")
    with RPY2() as context:
        for dtype in DTYPES:
            x = images.astype(dtype)
            theirs = [lambda x=x: context.py2rpy(x)]
            yield compare(
                f"to_r, {dtype}", lambda x=x: to_r(x), theirs, alternative=RIVAL, turns=TURNS
            )


def back() -> Iterator[Row]:
    """Time 100 MB of doubles on their way back: a view, and a copy."""
    value = to_r(np.zeros(12_500_000))
    with RPY2() as context:
        theirs = [lambda: context.rpy2py(value)]
        yield compare(
            "from_r, 100 MB", lambda: from_r(value), theirs, alternative=RIVAL, turns=TURNS
        )
        yield compare(
            "from_r(copy=True)",
            lambda: from_r(value, copy=True),
            theirs,
            alternative=RIVAL,
            turns=TURNS,
        )


def small() -> Iterator[Row]:
    """Time arrays so small that only the overhead counts."""
    with RPY2() as context:
        for name, x in {
            "float64 (5)": np.arange(5.0),
            "float64 (2, 3, 5)": np.arange(30.0).reshape(2, 3, 5),
            "uint8 (28, 28)": np.ones((28, 28), "uint8"),
            "float32 (100, 100)": np.ones((100, 100), "float32"),
            "float32 (1000, 100)": np.ones((1000, 100), "float32"),
        }.items():
            value = to_r(x)
            theirs = [lambda x=x: context.py2rpy(x)]
            yield compare(f"to_r, {name}", lambda x=x: to_r(x), theirs, alternative=RIVAL)
            theirs = [lambda value=value: context.rpy2py(value)]
            yield compare(
                f"from_r, {name}", lambda value=value: from_r(value), theirs, alternative=RIVAL
            )


if __name__ == "__main__":
    main(
        {
            f"Conversion to R, {SHAPE}": arrays,
            "Conversion from R": back,
            "Conversion: the cost of a call": small,
        }
    )
