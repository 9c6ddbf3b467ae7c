"""The kinds of numbers in a tensor, and lossless casts to reals or wider integers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np

from pybridge.backends.numpy import NUMPY
from pybridge.backends.protocol import Backend, Tensor
from pybridge.errors import LossyValueError, UnsupportedTensorError
from pybridge.holders import open_array
from pybridge.lossless import (
    EXACT_IN_FLOAT32,
    EXACT_IN_FLOAT64,
    NARROW_REALS,
    is_narrow,
    is_safe_cast,
    kind_of,
)
from pybridge.shape import Shape

LOGICAL: Final = "logicals"
INTEGER: Final = "integers"
REAL: Final = "reals"
COMPLEX: Final = "complex numbers"

_KINDS: Final = {"b": LOGICAL, "i": INTEGER, "u": INTEGER, "f": REAL, "c": COMPLEX}

COMPUTED_IN_FLOAT32: Final = frozenset({"float16", *NARROW_REALS})
"""Reals that are computed in float32, because sums of them soon stop growing."""


class Numbers:
    """A tensor of numbers with its backend, its kind, and the mask of a masked array."""

    __slots__ = ("backend", "is_na", "kind", "name", "verb", "x")

    def __init__(self, verb: str, x: Tensor, kinds: tuple[str, ...] = ()) -> None:
        """Open a tensor for `verb`; `kinds` are those that R's function takes."""
        backend, x = open_array(x, "compute")
        self.is_na: Any = None
        if isinstance(x, np.ma.MaskedArray):
            mask = np.ma.getmaskarray(x)
            self.is_na = mask if mask.any() else None
            x = x.data
        self.verb = verb
        self.backend: Backend = backend
        self.x: Tensor = x
        self.name = backend.dtype_name(x)
        self.kind = _kind_of(backend, x, self.name)
        if self.kind not in (kinds or (LOGICAL, INTEGER, REAL, COMPLEX)):
            raise UnsupportedTensorError(
                f"{verb} does not take {self.kind or self.name}, and this tensor holds {self.name}"
            )

    @property
    def shape(self) -> Shape:
        """The sizes of the tensor."""
        return self.backend.shape(self.x)

    @property
    def has_values(self) -> bool:
        """Whether the values are known now."""
        return not (self.backend.is_traced(self.x) or self.backend.is_compiling())

    def function(self, name: str) -> Callable[..., Tensor]:
        """Return the library's function of a name."""
        function: Callable[..., Tensor] | None = self.backend.function(name)
        if function is None:
            raise UnsupportedTensorError(
                f"{self.backend.name} has no function for {self.verb}; as.array(x) brings the "
                "elements to R"
            )
        return function

    def number(self, value: float, like: Tensor) -> Tensor:
        """Return a number in the dtype of a tensor."""
        return self.backend.convert(np.array(value), like)

    def equal(self, x: Tensor, y: Tensor | float) -> Tensor:
        """Return where `x` equals `y`; on Keras symbols `==` compares identity."""
        y = self.number(y, x) if isinstance(y, float | int) else y
        return self.function("equal")(x, y)

    def bounds(self) -> tuple[int, int]:
        """Return the least and the greatest integer of a tensor that is not empty."""
        x = self.computable(self.x)
        least, greatest = self.function("min")(x), self.function("max")(x)
        return int(self.backend.to_numpy(least)), int(self.backend.to_numpy(greatest))

    def as_integers(self) -> Tensor:
        """Return logicals or integers in the widest integers that the library sums.

        Unsigned integers stay unsigned, so a sum can use all 64 bits, or 32 in libraries with no
        more.
        """
        is_unsigned = kind_of(self.name) == "u" and self.backend.sums_unsigned
        return self.backend.cast(self.x, "uint64" if is_unsigned else "int64")

    def computable(self, x: Tensor) -> Tensor:
        """Return integers in a dtype with which the library computes: some it can only store."""
        return self.as_integers() if self.name in ("uint16", "uint32") else x

    def as_plain(self) -> Tensor:
        """Return logicals as 0 and 1, as in R, and other numbers unchanged."""
        return self.backend.cast(self.x, "int32") if self.kind is LOGICAL else self.x

    def as_reals(self) -> Tensor:
        """Return integers as the widest reals, narrow reals as float32, others unchanged.

        Raises `LossyValueError` if the reals would round an integer whose value is known.
        """
        if self.kind in (REAL, COMPLEX):
            return self.backend.cast(self.x, "float32") if self.is_narrow else self.x
        reals = self.backend.cast(self.x, "float64")
        name = self.backend.dtype_name(reals)
        exact = EXACT_IN_FLOAT64 if name == "float64" else EXACT_IN_FLOAT32
        is_wide = not (is_narrow(self.name) or is_safe_cast(self.name, name))
        if is_wide and self.has_values and 0 not in self.shape:
            least, greatest = self.bounds()
            if max(-least, greatest) > exact:
                raise LossyValueError(
                    f"{self.verb} computes in {name}, which does not hold the integer "
                    f"{greatest if greatest > exact else least} of this {self.name} tensor; "
                    "convert the tensor first",
                    dtype=name,
                )
        return reals

    @property
    def is_narrow(self) -> bool:
        """Whether the tensor holds reals narrower than float32."""
        return self.kind is REAL and self.name in COMPUTED_IN_FLOAT32

    def to_own_dtype(self, result: Tensor) -> Tensor:
        """Convert a result computed in float32 back to the narrower dtype of the tensor."""
        return self.backend.convert(result, self.x) if self.is_narrow else result

    def masked(self, result: Tensor, is_na: Any) -> Tensor:
        """Mask the result where `holes` is true, unless it is None."""
        return result if is_na is None else np.ma.MaskedArray(result, is_na)

    def missing(self) -> Any:
        """Return a mask of `NA` and NaN, or None if the dtype has neither."""
        is_nan = None
        if self.kind is REAL:
            is_nan = self.backend.isnan(self.x)
        elif self.kind is COMPLEX:
            is_nan = ~self.equal(self.x, self.x)
        if self.is_na is None:
            return is_nan
        return self.is_na if is_nan is None else self.is_na | is_nan


def _kind_of(backend: Backend, x: Tensor, name: str) -> str:
    if backend is NUMPY and x.dtype.kind not in "biufcV":
        return ""
    return _KINDS.get(kind_of(name), "")
