"""What the caller wrote: subscripts as small frozen values, tied to no shape and no dialect.

A subscript keeps the numbers of the user, one-based and signed. A dialect turns subscripts into a
selection; nothing here subtracts one. `types` has the kinds, `python_values`, `text` and `records`
read them from Python values, from R text and from the record of a call in R.
"""

from pybridge.subscripts.types import (
    MISSING,
    NA,
    NEW_AXIS,
    PRINTED_ENTRIES,
    REST,
    SUBSCRIPT_TYPES,
    Characters,
    Mask,
    Missing,
    NAType,
    NewAxis,
    Range,
    RangeByNA,
    Rest,
    Scalar,
    Subscript,
    Subscripts,
    Traced,
    Vector,
    is_missing,
    name_text,
    newaxis,
    number_text,
    read_only,
    short_text,
)

__all__ = [
    "MISSING",
    "NA",
    "NEW_AXIS",
    "PRINTED_ENTRIES",
    "REST",
    "SUBSCRIPT_TYPES",
    "Characters",
    "Mask",
    "Missing",
    "NAType",
    "NewAxis",
    "Range",
    "RangeByNA",
    "Rest",
    "Scalar",
    "Subscript",
    "Subscripts",
    "Traced",
    "Vector",
    "is_missing",
    "name_text",
    "newaxis",
    "number_text",
    "read_only",
    "short_text",
]
