"""Policies for values without an exact counterpart, checked once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeVar, get_args

from pybridge.errors import ArgumentError

NaPolicy = Literal["error", "float", "integer"]
Int64Policy = Literal["double", "integer", "character", "integer64"]
MappingPolicy = Literal["list", "data.frame"]
NaFromR = Literal["error", "mask", "float"]
Labelling = Literal["drop", "xarray"]
Frames = Literal["pandas", "arrays", "dict"]

_T = TypeVar("_T")

_MISSING, _WIDE = get_args(NaPolicy), get_args(Int64Policy)
_MAPPINGS, _NA_FROM_R = get_args(MappingPolicy), get_args(NaFromR)
_LABELLING = get_args(Labelling)


@dataclass(frozen=True, slots=True)
class ToR:
    """The policies of `to_r`."""

    na: NaPolicy = "error"
    """Which values of an array, besides masked ones, become `NA`."""
    int64: Int64Policy = "double"
    """The R type of integers beyond R's own integer."""
    mapping: MappingPolicy = "list"
    """The R type of a dict."""

    def __post_init__(self) -> None:
        """Reject a policy that does not exist."""
        _check("na", self.na, _MISSING)
        _check("int64", self.int64, _WIDE)
        _check("mapping", self.mapping, _MAPPINGS)


@dataclass(frozen=True, slots=True)
class FromR:
    """The policies of `from_r`."""

    na: NaFromR = "error"
    """What `NA` becomes."""
    scalars: bool = False
    """Whether a single element without a dim becomes an array without axes."""
    dimnames: Labelling = "drop"
    """Whether names and dimnames are dropped, or become labels of an xarray DataArray."""
    own: Callable[..., Any] | None = None
    """A function that makes the result from an array and the check for its parts."""
    copy: bool = False
    """Whether the result must be writable memory of its own."""
    like: Any = None
    """What a vector or a data frame becomes: a column or a table of "pandas", "polars" or
    "pyarrow", or what a function of the user makes of one; None for an array, and `frames`."""
    units: tuple[tuple[str | None, str], ...] = ()
    """The units of time of the columns of `like`, by name; a column by itself has none."""
    factors: Literal["categories", "text"] = "categories"
    """What a factor becomes."""
    frames: Frames = "pandas"
    """What the columns of a data frame become: pandas columns, each of the dtype that holds it;
    the arrays that `own` makes, in a DataFrame as well; or tensors, in a dict."""

    def __post_init__(self) -> None:
        """Reject a policy that does not exist."""
        _check("na", self.na, _NA_FROM_R)
        _check("dimnames", self.dimnames, _LABELLING)
        if self.dimnames == "xarray" and self.na == "mask":
            raise ArgumentError('only NumPy has masked arrays: combine a DataArray with na="float"')
        if not isinstance(self.copy, bool):
            raise ArgumentError(f"copy must be True or False, not {self.copy!r}")


def _check(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        listed = ", ".join(map(repr, choices))
        raise ArgumentError(f"{name} must be one of {listed}, not {value!r}")


def remembering(make: Callable[..., _T]) -> Callable[..., _T]:
    """Cache the results of a function of policies; errors are not cached."""
    remembered = lru_cache(maxsize=64)(make)

    def find(*choices: Any) -> _T:
        try:
            return remembered(*choices)
        except TypeError:
            return make(*choices)  # unhashable: let the constructor raise ArgumentError

    return find
