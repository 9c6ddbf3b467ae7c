"""Traits of special arrays, and the one check before every verb.

Some arrays of a library are more than elements, sizes and a dtype: masked, sparse, quantized or
deleted ones. A backend declares each such trait with the verbs that serve it; every other verb
raises an error that says what to do instead.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from pybridge.errors import UnsupportedTensorError
from pybridge.subscripts.frozen import Frozen

Verb: TypeAlias = Literal[
    "read", "write", "assign", "value", "subscript", "reshape", "recycle", "search", "compute"
]

_NAMES: Final[dict[Verb, str]] = {
    "read": "reading",
    "write": "writing in place",
    "assign": "`r_assign`",
    "value": "assignment, as the value",
    "subscript": "brackets, as a subscript",
    "reshape": "`array_reshape`",
    "recycle": "recycling and broadcasting",
    "search": "`which`, `which_max`, `which_min` and `order`",
    "compute": "R's functions of numbers",
}


class Trait(Frozen):
    """A trait of some arrays of a library, and the verbs that serve an array that has it."""

    what: str
    """The name of such an array, with its article."""
    advice: str
    """The advice if a verb does not serve it."""
    verbs: tuple[Verb, ...] = ()
    """The verbs that serve it."""


def admit(traits: tuple[Trait, ...], verb: Verb) -> None:
    """Raise `UnsupportedTensorError` if a verb does not serve one of the traits.

    >>> admit((Trait("this", "that is", ("read",)),), "reshape")
    Traceback (most recent call last):
    pybridge.errors.UnsupportedTensorError: this is not supported by `array_reshape`; that is
    """
    for each in traits:
        if verb not in each.verbs:
            raise UnsupportedTensorError(
                f"{each.what} is not supported by {_NAMES[verb]}; {each.advice}"
            )
