"""What the caller chose where a value has no exact counterpart, checked once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, TypeVar, get_args

from pybridge.errors import ArgumentError

NaPolicy = Literal["error", "float", "integer"]
Int64Policy = Literal["double", "integer", "character", "integer64"]
MappingPolicy = Literal["data.frame", "list"]
Arriving = Literal["error", "mask", "float"]
Labelling = Literal["drop", "xarray"]

_T = TypeVar("_T")

_MISSING, _WIDE = get_args(NaPolicy), get_args(Int64Policy)
_MAPPINGS, _ARRIVING = get_args(MappingPolicy), get_args(Arriving)
_LABELLING = get_args(Labelling)


@dataclass(frozen=True, slots=True)
class ToR:
    """The policies of `to_r`."""

    na: NaPolicy = "error"
    """Which values of an array, besides masked ones, mean `NA`."""
    int64: Int64Policy = "double"
    """What integers become that R's own integer cannot hold."""
    mapping: MappingPolicy = "data.frame"
    """What a dict becomes."""

    def __post_init__(self) -> None:
        """Reject a policy that does not exist."""
        _check("na", self.na, _MISSING)
        _check("int64", self.int64, _WIDE)
        _check("mapping", self.mapping, _MAPPINGS)


@dataclass(frozen=True, slots=True)
class FromR:
    """The policies of `from_r`."""

    na: Arriving = "error"
    """What becomes of `NA`."""
    scalars: bool = False
    """Whether one element without axes is an array without axes."""
    dimnames: Labelling = "drop"
    """Whether names and dimnames are dropped, or kept in a DataArray of xarray."""
    own: Callable[..., Any] | None = None
    """What makes the result of an array, and of the check that its parts are still to pass."""
    copy: bool = False
    """Whether the result must be writable memory of its own."""

    def __post_init__(self) -> None:
        """Reject a policy that does not exist."""
        _check("na", self.na, _ARRIVING)
        _check("dimnames", self.dimnames, _LABELLING)
        if self.dimnames == "xarray" and self.na == "mask":
            raise ArgumentError(
                'a masked array is NumPy\'s alone: a DataArray goes with na="float"'
            )
        if not isinstance(self.copy, bool):
            raise ArgumentError(f"copy must be True or False, not {self.copy!r}")


def _check(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        listed = ", ".join(map(repr, choices))
        raise ArgumentError(f"{name} must be one of {listed}, not {value!r}")


def remembering(make: Callable[..., _T]) -> Callable[..., _T]:
    """Return a function that keeps what it has made of choices before; an error is not kept."""
    remembered = lru_cache(maxsize=64)(make)

    def find(*choices: Any) -> _T:
        try:
            return remembered(*choices)
        except TypeError:
            return make(*choices)  # a choice that has no hash, which is to be refused in our words

    return find
