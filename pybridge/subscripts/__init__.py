"""What the caller wrote: subscripts as small frozen values, tied to no shape and no dialect.

`kinds` says what a kind is, which knows how it is written and what it selects on an axis;
`entries`, `names`, `traced` and `calls` have them. `resolve` and `ranges` make indices, counted
from zero, of positions, counted from one. `python_values`, `text` and `records` read subscripts
from Python values, from R text and from the record of a call in R. `selections` and `taken` have
what they select.
"""

from pybridge.subscripts.calls import CALLS, AllBut, Call
from pybridge.subscripts.entries import Entries, Mask, Negated, Vector, read_only
from pybridge.subscripts.kinds import (
    Kind,
    Scalar,
    Subscript,
    Subscripts,
    is_scalar,
    mapped,
)
from pybridge.subscripts.names import Characters
from pybridge.subscripts.notation import (
    NA,
    PRINTED_ENTRIES,
    NAType,
    is_missing,
    is_whole_axis,
    name_text,
    newaxis,
    number_text,
    python_source,
    r_source,
    short_text,
)
from pybridge.subscripts.traced import Traced, TracedRange

__all__ = [
    "CALLS",
    "NA",
    "PRINTED_ENTRIES",
    "AllBut",
    "Call",
    "Characters",
    "Entries",
    "Kind",
    "Mask",
    "NAType",
    "Negated",
    "Scalar",
    "Subscript",
    "Subscripts",
    "Traced",
    "TracedRange",
    "Vector",
    "is_missing",
    "is_scalar",
    "is_whole_axis",
    "mapped",
    "name_text",
    "newaxis",
    "number_text",
    "python_source",
    "r_source",
    "read_only",
    "short_text",
]
