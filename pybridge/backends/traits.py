"""What sets some arrays of a library apart, and the one gate before every verb.

A library has arrays that are more than elements, sizes and a dtype: masked, sparse, quantized,
deleted ones. A backend declares each such trait with the verbs that serve it; every other verb
refuses the array, in one sentence that says what to do instead.
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
    """What such an array is called, with its article."""
    advice: str
    """What to do where a verb does not serve it."""
    verbs: tuple[Verb, ...] = ()
    """The verbs that serve it."""


def admit(traits: tuple[Trait, ...], verb: Verb) -> None:
    """Raise `UnsupportedTensorError` where one of an array's traits is not served by a verb.

    >>> admit((Trait("this", "that is", ("read",)),), "reshape")
    Traceback (most recent call last):
    pybridge.errors.UnsupportedTensorError: this is not served by `array_reshape`; that is
    """
    for each in traits:
        if verb not in each.verbs:
            raise UnsupportedTensorError(
                f"{each.what} is not served by {_NAMES[verb]}; {each.advice}"
            )
