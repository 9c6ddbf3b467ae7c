"""What is passed between R and Python: the kinds of parts, and what each field of one holds.

R compares the kinds and the fields with its own, `part_fields` in r/R/crossing.R, when Python
starts; so this module needs no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FIELDS: Final[Mapping[str, Mapping[str, str]]] = {
    "texts": {"strings": "a string, or up to 64, none of them NA"},
    "text": {
        "utf8": "bytes of the distinct strings, each followed by NUL",
        "codes": "the one-based place of each element's string, NA for NA; None for 1, 2, 3...",
    },
    "typed": {"type": "R's type, raw or logical", "elements": "numbers; integers for logicals"},
    "shaped": {
        "object": "numbers, a text or texts, whose sizes the bridge does not show",
        "sizes": "an array with the size of each axis; -1 for a vector without a dim",
    },
    "classed": {
        "object": "the parts of a vector without its class",
        "classes": "a string or strings",
        "own_text": "a text: the levels of a factor, a time zone, the unit of a difftime; or None",
    },
    "labelled": {
        "object": "the parts of a vector without its labels",
        "labels": "a text or None for each axis",
        "names": "a text with the name of each axis, or None",
    },
    "list": {
        "elements": "parts",
        "names": "a text, or None",
        "classes": "a string or strings",
        "row_names": "a count, integers, a text, or None",
    },
    "count": {"rows": "the number of rows of a data frame whose row names are 1, 2, 3..."},
    "matrix": {
        "class": "the class of a general or diagonal sparse matrix of the package Matrix",
        "sizes": "an array of two sizes",
        "i": "zero-based row indices in memory of their own, or None",
        "j": "zero-based column indices, the same",
        "p": "pointers to the columns or rows, the same",
        "x": "a vector of the entries; None for a pattern",
    },
    "other": {"type": "R's type of an object without a counterpart", "classes": "strings"},
    "new_text": {
        "utf8": "bytes of all strings, each followed by NUL",
        "count": "the number of strings",
        "is_ascii": "whether every byte is ASCII",
        "places_of_na": "one-based places of NA, or None",
    },
    "new_list": {"...": "the parts of each element"},
    "new_matrix": {
        "class": "a class of the package Matrix",
        "names": "the name of each slot",
        "...": "the parts of each slot",
    },
    "logical": {"elements": "integers that become logicals"},
    "array": {"elements": "a vector that gets a dim", "sizes": "the size of each axis"},
    "with": {
        "object": "an object that gets attributes",
        "names": "the name of each attribute",
        "...": "the parts of each attribute",
    },
    "fill": {
        "type": "R's type of a vector that R allocates and Python fills",
        "sizes": "the size of each axis",
        "has_dim": "whether the vector has axes",
        "source": "the elements",
    },
    "object": {"object": "an R object as it is"},
}
"""The fields stand in this order after the kind. A text is a part of the kind text or texts."""
