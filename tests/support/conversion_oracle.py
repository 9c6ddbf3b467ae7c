"""R's own values and R's own `identical()`, and arrays whose values are a formula of positions.

Both languages compute the element at a position from the position itself, so neither memory order
nor a mistake made twice in opposite directions can hide.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np
from rpy2 import rinterface

rinterface.initr()

SHAPES = [
    (),
    (1,),
    (5,),
    (0,),
    (2, 3),
    (1, 1),
    (0, 4),
    (3, 0, 2),
    (2, 3, 5),
    (3, 1, 2, 5),
    (2, 1, 3, 2, 5),
    (2, 3, 1, 1, 2, 3),
    (1, 2, 3, 1, 2, 1, 5),
    (2, 1, 3, 1, 2, 2, 1, 3),
]


def r_value(code: str, **variables: Any) -> Any:
    """Evaluate R code, with `variables` bound to R objects, and return the R object."""
    env = rinterface.baseenv["new.env"](parent=rinterface.globalenv)
    for name, value in variables.items():
        env[name] = value
    parsed = rinterface.baseenv["parse"](
        text=rinterface.StrSexpVector([code]),
        encoding=rinterface.StrSexpVector(["UTF-8"]),  # R's locale may be another
    )
    return rinterface.baseenv["eval"](parsed, env)


def is_identical(value: Any, code: str) -> bool:
    """Return whether R finds `value` identical to the value of the code, bits and attributes."""
    strict = "num.eq = FALSE, single.NA = FALSE"
    same = r_value(f"identical(value, {{{code}}}, {strict})", value=value)
    return list(same) == [True]


def assert_identical(value: Any, code: str) -> None:
    """Assert that R finds them identical; the message has what R prints of both."""
    if not is_identical(value, code):
        shown = r_value(
            f"c(capture.output(str(value)), capture.output(str({{{code}}})))", value=value
        )
        raise AssertionError("not identical in R:\n" + "\n".join(shown))


@dataclass(frozen=True)
class Dtype:
    """A dtype, its values as a formula of a whole number v >= 0, and the same formula in R."""

    name: str
    """The dtype of NumPy."""
    values: Callable[[np.ndarray], np.ndarray]
    r_code: str
    """In R, of the vector v."""
    back: str
    """The dtype in which R's value comes back."""

    def array(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return the array whose element at each position is the formula of that position."""
        numbers = np.zeros(shape, np.int64)
        for index in np.ndindex(shape):
            numbers[index] = sum(
                (i + 1) * weight for i, weight in zip(index, weights(shape), strict=True)
            )
        dtype = getattr(ml_dtypes, self.name, None) or self.name
        return np.asarray(self.values(numbers)).astype(dtype).reshape(shape)

    def r_array(self, shape: tuple[int, ...]) -> str:
        """Return R code for the same array, built from R's own positions."""
        if not shape:
            return f"v <- 0; {self.r_code}"
        dim = f"c({', '.join(f'{size}L' for size in shape)})"
        weighted = f"c({', '.join(map(str, weights(shape)))})"
        places = f"arrayInd(seq_len(prod({dim})), {dim})"
        code = f"v <- as.vector({places} %*% {weighted}); x <- {self.r_code}"
        return f"{code}; x" if len(shape) == 1 else f"{code}; dim(x) <- {dim}; x"


def weights(shape: tuple[int, ...]) -> list[int]:
    """Return one weight for each axis, such that every position has its own number."""
    return [7 * math.prod(size + 1 for size in shape[:axis]) for axis in range(len(shape))]


_INTEGERS = [
    Dtype("int8", lambda v: v % 251 - 125, "as.integer(v %% 251 - 125)", "int32"),
    Dtype("int16", lambda v: v % 4999 * 13 - 32500, "as.integer(v %% 4999 * 13 - 32500)", "int32"),
    Dtype("int32", lambda v: 2147483647 - v, "as.integer(2147483647 - v)", "int32"),
    Dtype("uint8", lambda v: v % 251, "as.integer(v %% 251)", "int32"),
    Dtype("uint16", lambda v: 65535 - v, "as.integer(65535 - v)", "int32"),
    Dtype("uint32", lambda v: 4294967295 - v, "4294967295 - v", "float64"),
    Dtype("int64", lambda v: v - 2**53, "v - 2^53", "float64"),
    Dtype("uint64", lambda v: 2**53 - v, "2^53 - v", "float64"),
]

DTYPES = [
    Dtype("bool", lambda v: v % 3 == 0, "v %% 3 == 0", "bool"),
    *_INTEGERS,
    Dtype("float16", lambda v: v % 2048 / 8, "v %% 2048 / 8", "float64"),
    Dtype("float32", lambda v: v / 8 - 9, "v / 8 - 9", "float64"),
    Dtype("float64", lambda v: v / 7, "v / 7", "float64"),
    Dtype("bfloat16", lambda v: v % 256 / 4, "v %% 256 / 4", "float64"),
    Dtype(
        "complex64",
        lambda v: v / 8 + 1j * (3 - v),
        "complex(real = v / 8, imaginary = 3 - v)",
        "complex128",
    ),
    Dtype(
        "complex128",
        lambda v: v / 7 + 1j * (3 - v),
        "complex(real = v / 7, imaginary = 3 - v)",
        "complex128",
    ),
    Dtype(
        "U9",
        lambda v: np.char.add("né-", v.astype("U")),
        'enc2utf8(if (length(v)) paste0("n\\u00e9-", v) else character())',
        "U",
    ),
    Dtype("S1", lambda v: (v % 251).astype("u1").view("S1"), "as.raw(v %% 251)", "uint8"),
]


def layouts(x: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Yield `x` in every way that memory can hold it."""
    yield "C", np.ascontiguousarray(x).reshape(x.shape)
    yield "F", np.asfortranarray(x).reshape(x.shape)
    frozen = x.copy()
    frozen.flags.writeable = False
    yield "read-only", frozen
    if x.dtype.byteorder == "=" and x.dtype.itemsize > 1 and x.dtype.kind != "V":
        yield "other byte order", x.astype(x.dtype.newbyteorder())
    if x.ndim == 0:
        return
    wide = np.empty(tuple(2 * size + 1 for size in x.shape), x.dtype)
    every_second = wide[tuple(slice(1, None, 2) for _ in x.shape)]
    every_second[...] = x
    yield "strided", every_second
    backwards = tuple(slice(None, None, -1) for _ in x.shape)
    yield "backwards", np.ascontiguousarray(x[backwards])[backwards]
    rolled = np.moveaxis(x, 0, -1).copy()
    yield "axes rolled", np.moveaxis(rolled, -1, 0)
    unaligned = np.frombuffer(b"?" + x.tobytes(), np.uint8)[1:].view(x.dtype)
    yield "unaligned", unaligned.reshape(x.shape)
