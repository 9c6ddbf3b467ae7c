"""What the caller chose where a value has no exact counterpart, checked once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from pybridge.errors import ArgumentError

Missing = Literal["error", "float", "integer"]
Wide = Literal["double", "integer", "character"]
Mappings = Literal["data.frame", "list"]
Arriving = Literal["error", "mask", "float"]


@dataclass(frozen=True, slots=True)
class ToR:
    """The policies of `to_r`."""

    na: Missing = "error"
    """Which values of an array, besides masked ones, mean `NA`."""
    int64: Wide = "double"
    """What integers become that R's own integer cannot hold."""
    mapping: Mappings = "data.frame"
    """What a dict becomes."""

    def __post_init__(self) -> None:
        """Reject a policy that does not exist."""
        _check("na", self.na, Missing)
        _check("int64", self.int64, Wide)
        _check("mapping", self.mapping, Mappings)


@dataclass(frozen=True, slots=True)
class FromR:
    """The policies of `from_r`."""

    na: Arriving = "error"
    """What becomes of `NA`."""
    copy: bool = False
    """Whether the result must be writable memory of its own."""

    def __post_init__(self) -> None:
        """Reject a policy that does not exist."""
        _check("na", self.na, Arriving)
        if not isinstance(self.copy, bool):
            raise ArgumentError(f"copy must be True or False, not {self.copy!r}")


def _check(name: str, value: object, choices: Any) -> None:
    if value not in get_args(choices):
        listed = ", ".join(repr(choice) for choice in get_args(choices))
        raise ArgumentError(f"{name} must be one of {listed}, not {value!r}")
