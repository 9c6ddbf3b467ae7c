"""Values as R source, to paste into R."""

from __future__ import annotations

import json
from typing import Any

from pybridge.testing.python_values import as_r
from pybridge.testing.r_values import RValue, described

EMPTY = {"logical": "logical(0)", "integer": "integer(0)", "double": "numeric(0)"}
EMPTY |= {"complex": "complex(0)", "character": "character(0)"}


def r_text(value: Any) -> str:
    """Return a Python value as R source, to paste into R.

    >>> import numpy as np
    >>> r_text(np.array([[1.0, 2.0], [np.nan, 4.0]]))
    'array(c(1.0, NaN, 2.0, 4.0), dim = c(2, 2))'
    >>> r_text(np.array([3, 1])), r_text([True]), r_text("it")
    ('c(3L, 1L)', 'TRUE', '"it"')
    >>> r_text({"a": np.ma.array([1, 2], mask=[False, True]), "b": None})
    'list(a = c(1L, NA), b = NULL)'
    """
    return source_of(as_r(value))


def source_of(value: RValue) -> str:
    """Return an R value as R source; a value that the kit cannot read becomes a comment."""
    if value.type == "NULL":
        return "NULL"
    if value.type == "formula":
        return str(value.data)
    if value.type == "list":
        names = value.names or [None] * len(value.data)
        parts = [
            f"{_name_text(name)} = {source_of(entry)}" if name else source_of(entry)
            for name, entry in zip(names, value.data, strict=True)
        ]
        if "data.frame" not in value.classes:
            return f"list({', '.join(parts)})"
        rows = value.row_names
        if rows is not None:
            parts.append(f"row.names = c({', '.join(map(_string, rows))})")
        return f"data.frame({', '.join([*parts, 'check.names = FALSE'])})"
    if not value.is_vector:
        return f"stop({_string(described(value))})"
    return _vector_source(value)


def _vector_source(value: RValue) -> str:
    if value.levels is not None:
        labels = [
            "NA" if is_na else _string(value.levels[code - 1])
            for code, is_na in zip(value.data.tolist(), value.is_na.tolist(), strict=True)
        ]
        text = f"factor({_joined(labels, 'character')}, "
        text += f"levels = {_joined(list(map(_string, value.levels)), 'character')}"
        return f"{text}, ordered = TRUE)" if "ordered" in value.classes else f"{text})"
    typed_na = {"character": "NA_character_", "complex": "NA_complex_"}
    typed_na |= {"integer": "NA_integer_", "double": "NA_real_"}
    is_alone = bool(value.is_na.all())  # then nothing else tells the type
    na = typed_na.get(value.type, "NA") if is_alone else "NA"
    entries = [
        na if is_na else entry_text(entry)
        for entry, is_na in zip(value.data.tolist(), value.is_na.tolist(), strict=True)
    ]
    if value.names is not None:
        entries = [
            f"{_name_text(name)} = {entry}" if name else entry
            for name, entry in zip(value.names, entries, strict=True)
        ]
    text = _joined(entries, value.type)
    if value.names is not None and len(entries) == 1:
        text = f"c({text})"
    if len(value.shape) > 1:
        text = f"array({text}, dim = c({', '.join(map(str, value.shape))}){_dimnames_text(value)})"
    if "Date" in value.classes:
        return f'structure({text}, class = "Date")'
    if "POSIXct" in value.classes:
        return f'as.POSIXct({text}, tz = "UTC")'
    if "difftime" in value.classes:
        return f"as.difftime({text}, units = {_string(value.units or 'secs')})"
    return text


def _joined(entries: list[str], kind: str) -> str:
    if not entries:
        return EMPTY[kind]
    return entries[0] if len(entries) == 1 else f"c({', '.join(entries)})"


def _dimnames_text(value: RValue) -> str:
    if value.dimnames is None:
        return ""
    parts = [
        "NULL" if names is None else _joined([_string(name or "") for name in names], "character")
        for names in value.dimnames
    ]
    return f", dimnames = list({', '.join(parts)})"


def _name_text(name: str) -> str:
    return name if name.isidentifier() and name.isascii() and name[0] != "_" else f"`{name}`"


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def entry_text(entry: Any) -> str:
    """Return one element as R source.

    >>> entry_text(True), entry_text(1e300), entry_text(7), entry_text(1 + 2j)
    ('TRUE', '1e+300', '7L', 'complex(real = 1.0, imaginary = 2.0)')
    """
    match entry:
        case None:
            return "NA"
        case bool():
            return "TRUE" if entry else "FALSE"
        case str():
            return _string(entry)
        case int():
            return f"{entry}L"
        case complex():
            real, imaginary = entry_text(entry.real), entry_text(entry.imag)
            return f"complex(real = {real}, imaginary = {imaginary})"
    if entry != entry:
        return "NaN"
    if entry in (float("inf"), float("-inf")):
        return "Inf" if entry > 0 else "-Inf"
    return repr(float(entry))


def one_text(value: RValue, k: int) -> str:
    """Return one element of a vector as R source.

    >>> one_text(as_r([1.5, 2.5]), 1)
    '2.5'
    """
    if value.is_na[k]:
        return "NA"
    if value.levels is not None:
        return _string(value.levels[value.data[k] - 1])
    return entry_text(value.data[k : k + 1].tolist()[0])
