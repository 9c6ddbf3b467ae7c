"""The rules by which a Python value agrees with an R value: one for each kind of R value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pybridge.errors import ArgumentError
from pybridge.testing.python_values import (
    as_r,
    columns_of,
    entries_of,
    names_text,
    row_names_of,
    vector_of,
)
from pybridge.testing.r_source import one_text
from pybridge.testing.r_values import Array, Names, RValue, described, vector

Tolerance = float | Mapping[str, float]

SHOWN_AS_THEY_ARE = {"ts", "mts", "table", "xtabs", "matrix", "array", "noquote", "AsIs"}
"""Classes of vectors whose elements mean what they are; those of any other class are an error."""
TIMES = ("Date", "POSIXct", "difftime")
SECONDS = {"secs": 1.0, "mins": 60.0, "hours": 3600.0, "days": 86400.0, "weeks": 604800.0}
WORDS = {"double": "real"}


@dataclass(frozen=True)
class Rules:
    """What a test asks of the comparison; see `assert_same_as_r`."""

    rtol: Tolerance = 0.0
    atol: Tolerance = 0.0
    check_kind: bool = True
    check_names: bool = False
    check_na: bool = False
    seconds: float = 0.0
    """The absolute tolerance of times, which only a name gives."""

    def at(self, name: str | None) -> Rules:
        """Return the rules for one entry of a list: its own tolerance, where one is named."""
        tolerances = [
            tolerance.get(name or "", 0.0) if isinstance(tolerance, Mapping) else tolerance
            for tolerance in (self.rtol, self.atol)
        ]
        seconds = self.seconds
        if isinstance(self.atol, Mapping):
            seconds = tolerances[1]
        return replace(self, rtol=tolerances[0], atol=tolerances[1], seconds=seconds)

    def named(self) -> set[str]:
        """Return the entries that have a tolerance of their own."""
        return {n for t in (self.rtol, self.atol) if isinstance(t, Mapping) for n in t}


def difference(actual: Any, wanted: RValue, rules: Rules) -> str | None:
    """Return how a Python value differs from R's, or None.

    Raises `ArgumentError` for a tolerance of an entry that R's value does not have.
    """
    unknown = rules.named() - {name for name in wanted.names or () if name}
    if wanted.type not in ("list", "S4") and rules.named():
        raise ArgumentError(
            f"rtol and atol by name need a list or a data frame, and R gives {described(wanted)}"
        )
    if unknown:
        raise ArgumentError(
            f"rtol and atol name {names_text(sorted(unknown))}, and R's value has "
            f"{names_text(wanted.names or ())}"
        )
    return _difference(actual, wanted, rules, "")


def _difference(actual: Any, wanted: RValue, rules: Rules, path: str) -> str | None:
    where = f"{path}: " if path else ""
    if isinstance(actual, RValue):
        actual = _opened(actual)
    if wanted.type == "NULL":
        return None if actual is None else f"{where}Python gives {_shown(actual)}, and R NULL"
    if wanted.type == "formula":
        return _formula_difference(actual, wanted, where)
    if wanted.type in ("list", "S4"):
        return _list_difference(actual, wanted, rules, path)
    refused = _refused(wanted)
    if refused:
        return f"{where}{refused}"
    found = _as_vector(actual, wanted)
    if isinstance(found, str):
        return f"{where}{found}"
    complaint = _vector_difference(found, wanted, rules)
    return f"{where}{complaint}" if complaint else None


def _opened(value: RValue) -> Any:
    """Return what a record holds as a test would write it: lists and dicts, None, a formula."""
    if value.type in ("list", "S4"):
        has_names = value.names is not None and len(set(value.names)) == len(value.names)
        return dict(zip(value.names or (), value.data, strict=True)) if has_names else value.data
    if value.type in ("NULL", "formula"):
        return value.data
    return value


def _refused(wanted: RValue) -> str | None:
    """Return why an R vector, or what is none, is not compared; None if it is."""
    if not wanted.is_vector:
        advice = "have the R code return its parts, as vectors and lists"
        return f"R gives {described(wanted)}, which the kit does not compare: {advice}"
    known = {*SHOWN_AS_THEY_ARE, *TIMES, "POSIXt", "factor", "ordered"}
    unknown = [name for name in wanted.classes if name not in known]
    if not unknown:
        return None
    return (
        f"R gives an object of the class {unknown[0]!r}, and the kit does not know what its "
        "elements mean: unclass() it in the R code, or return its parts"
    )


# ---- Lists, data frames, S4 objects, formulas ----------------------------------------------------


def _formula_difference(actual: Any, wanted: RValue, where: str) -> str | None:
    if not isinstance(actual, str):
        return (
            f"{where}R gives a formula, which agrees with its text: Python gives {_shown(actual)}"
        )
    if re.sub(r"\s+", "", actual) == re.sub(r"\s+", "", wanted.data):
        return None
    return f"{where}the formula is {actual!r}, and in R {wanted.data!r}"


def _list_difference(actual: Any, wanted: RValue, rules: Rules, path: str) -> str | None:
    where = f"{path}: " if path else ""
    is_frame = "data.frame" in wanted.classes
    if "POSIXlt" in wanted.classes:
        return f"{where}R gives a POSIXlt, a list of parts: as.POSIXct() makes it a vector of times"
    names = wanted.names
    columns = columns_of(actual)
    entries = entries_of(actual) if columns is None else columns
    if entries is None and isinstance(actual, list | tuple) and not is_frame:
        if len(actual) != len(wanted.data):
            return f"{where}Python gives {len(actual)} entries, and R a list of {len(wanted.data)}"
        if rules.check_names and names is not None:
            return f"{where}the names are none, and in R {names_text(names)}"
        return _entries_difference(list(actual), wanted, rules, path)
    what = "a data frame" if is_frame else described(wanted)
    if entries is None:
        twin = "a DataFrame or a mapping of columns" if is_frame else "a mapping or a dataclass"
        if names is None:
            twin = "a list"
        return f"{where}R gives {what}, which agrees with {twin}: Python gives {_shown(actual)}"
    if names is None or not all(names) or len(set(names)) < len(names):
        return (
            f"{where}R gives {what} without a name of its own for each entry, which agrees with "
            "a list"
        )
    known = [name for name in names if name]
    spelled = {name: name if name in entries else _identifier(name) for name in known}
    absent = [name for name in known if spelled[name] not in entries]
    extra = [name for name in entries if name not in spelled.values()]
    if absent or extra:
        kind = "columns" if is_frame else "entries"
        texts = [f"Python lacks {names_text(absent)}"] * bool(absent)
        texts += [f"R lacks {names_text(extra)}"] * bool(extra)
        return f"{where}the {kind} differ: {', and '.join(texts)}"
    order = list(entries)
    if (is_frame or rules.check_names) and order != list(spelled.values()):
        return f"{where}the order is {names_text(order)}, and in R {names_text(known)}"
    if is_frame and rules.check_names and columns is not None:
        rows = row_names_of(actual)
        if rows != wanted.row_names:
            theirs = "1, 2, ..." if wanted.row_names is None else names_text(wanted.row_names)
            ours = "1, 2, ..." if rows is None else names_text(rows)
            return f"{where}the row names are {ours}, and in R {theirs}"
    return _entries_difference([entries[spelled[n]] for n in known], wanted, rules, path)


def _entries_difference(entries: list[Any], wanted: RValue, rules: Rules, path: str) -> str | None:
    names = wanted.names or [None] * len(entries)
    sign = "@" if wanted.type == "S4" else "$"
    is_frame = "data.frame" in wanted.classes
    for k, (name, entry, theirs) in enumerate(zip(names, entries, wanted.data, strict=True), 1):
        own = rules.at(name)
        if is_frame:  # the names of a column are those of the rows
            own = replace(own, check_names=False)
        complaint = _difference(
            entry, theirs, own, f"{path}{sign}{name}" if name else f"{path}[[{k}]]"
        )
        if complaint:
            return complaint
    return None


def _identifier(name: str) -> str:
    """Return a name of R as Python writes it: `p_value` for `p.value`."""
    return re.sub(r"\W", "_", name)


# ---- Vectors -------------------------------------------------------------------------------------


def _as_vector(actual: Any, wanted: RValue) -> RValue | str:
    """Return a Python value as a vector, or why it is not one."""
    entries = entries_of(actual)
    if entries is not None and len(wanted.shape) == 1 and (wanted.names or type(actual) is dict):
        named = _as_named_vector(entries, wanted)
        if named is not None:
            return named
    columns = columns_of(actual)
    if columns is not None and hasattr(actual, "to_numpy") and len(wanted.shape) == 2:
        # of pandas, polars: the columns and the index are the dimnames of a matrix
        rows: Names = None if row_names_of(actual) is None else list(row_names_of(actual) or ())
        return replace(vector_of(actual.to_numpy()), dimnames=[rows, list(columns)])
    found = as_r(actual)
    if found.is_vector:
        return found
    return f"R gives {described(wanted)}, and Python {_shown(actual)}"


def _as_named_vector(entries: Mapping[Any, Any], wanted: RValue) -> RValue | str | None:
    """Return a mapping as a vector in R's order, or how its keys are not R's names.

    None is for a mapping whose values are no vector.
    """
    found = as_r(list(entries.values()))
    if not found.is_vector or found.shape != (len(entries),):
        return None
    keys = [str(key) for key in entries]
    known = [name or "" for name in wanted.names or ()]
    names = [name if name in keys else _identifier(name) for name in known]
    if sorted(names) != sorted(keys):
        return (
            f"the names are {names_text(keys)}, and in R {names_text(known) if known else 'none'}"
        )
    found = as_r([entries[key] for key in sorted(entries, key=lambda key: names.index(str(key)))])
    return replace(found, names=wanted.names)


def kind_of(value: RValue) -> str:
    """Return the kind of a vector in words: real, integer, factor, Date, ...

    >>> kind_of(as_r(np.ones(2))), kind_of(as_r(np.array(["2024-02-29"], "datetime64[D]")))
    ('real', 'Date')
    """
    for name in (*TIMES, "ordered", "factor"):
        if name in value.classes:
            return "ordered factor" if name == "ordered" else name
    return WORDS.get(value.type, value.type)


def _vector_difference(actual: RValue, wanted: RValue, rules: Rules) -> str | None:
    shape = wanted.shape
    if actual.shape != shape and not (actual.shape == () and shape == (1,)):
        return f"the shape is {actual.shape}, and in R {shape}"
    actual = _at_midnight(actual, wanted)
    kinds = kind_of(actual), kind_of(wanted)
    if rules.check_kind and kinds[0] != kinds[1]:
        return (
            f"the kind is {kinds[0]}, and in R {kinds[1]} "
            "(check_kind=False compares the values alone)"
        )
    if rules.check_kind and wanted.levels is not None and actual.levels != wanted.levels:
        ours, theirs = names_text(actual.levels or ()), names_text(wanted.levels)
        return f"the levels are {ours}, and in R {theirs}"
    pair = _elements(actual), _elements(wanted)
    is_text = [data.dtype == object for data in pair]
    if is_text[0] != is_text[1]:
        return f"the kind is {kinds[0]}, and in R {kinds[1]}, which have no values in common"
    within = _tolerances(actual, wanted, rules)
    same = _same_elements(*pair, actual.is_na, wanted.is_na, within)
    if not bool(np.all(same)):
        return _first_difference(actual, wanted, same)
    return _names_difference(actual, wanted) if rules.check_names else None


def _at_midnight(actual: RValue, wanted: RValue) -> RValue:
    """Return times at midnight as dates, for R's dates: pandas has no dates of its own."""
    if "Date" not in wanted.classes or "POSIXct" not in actual.classes:
        return actual
    if np.any(actual.data[~actual.is_na] % SECONDS["days"]):
        return actual
    days = actual.data / SECONDS["days"]
    return vector(days, "double", actual.is_na, actual.shape, classes=("Date",), names=actual.names)


def _elements(value: RValue) -> Array:
    """Return the elements to compare: the labels of a factor, the seconds of a difference."""
    if value.levels is not None:
        codes = np.where(value.is_na, 0, value.data - 1)
        return np.array([*value.levels, None], object)[codes]
    if "difftime" in value.classes:
        return np.asarray(value.data * SECONDS[value.units or "secs"])
    return np.asarray(value.data)


def _tolerances(actual: RValue, wanted: RValue, rules: Rules) -> Rules:
    """Return the rules with the tolerances that the elements may have.

    What is counted is exact, and so is a time, whose tolerance in seconds needs its name.
    """
    kinds = {kind_of(actual), kind_of(wanted)}
    if kinds & {*TIMES}:
        unit = SECONDS["days"] if "Date" in kinds else 1.0
        return replace(rules, rtol=0.0, atol=rules.seconds / unit)
    return rules if kinds & {"real", "complex"} else replace(rules, rtol=0.0, atol=0.0)


def _same_elements(
    ours: Array, theirs: Array, our_na: Array, their_na: Array, rules: Rules
) -> Array:
    """Return which elements agree; NaN and NA are the same, unless the rules distinguish them."""
    if ours.dtype == object:
        return np.asarray((our_na & their_na) | (~our_na & ~their_na & (ours == theirs)))
    our_nan, their_nan = (np.isnan(ours) & ~our_na), (np.isnan(theirs) & ~their_na)
    if rules.check_na:
        same = (our_na & their_na) | (our_nan & their_nan)
    else:
        same = (our_na | our_nan) & (their_na | their_nan)
    known = ~(our_na | our_nan | their_na | their_nan)
    same = same | (known & (ours == theirs))
    is_finite = known & np.isfinite(ours) & np.isfinite(theirs)
    assert isinstance(rules.rtol, int | float)
    assert isinstance(rules.atol, int | float)
    if rules.rtol or rules.atol:
        with np.errstate(invalid="ignore", over="ignore"):
            distance = np.abs(np.where(is_finite, ours, 0.0) - np.where(is_finite, theirs, 0.0))
            same = same | (is_finite & (distance <= rules.atol + rules.rtol * np.abs(theirs)))
    return np.asarray(same)


def _first_difference(actual: RValue, wanted: RValue, same: Array) -> str:
    """Return how many elements differ, and the first of them in row-major order."""
    shape = wanted.shape
    differing = np.argwhere(~same.reshape(shape, order="F"))
    first = tuple(differing[0].tolist())
    k = int(np.ravel_multi_index(first, shape, order="F"))
    position = ", ".join(str(index + 1) for index in first)
    return (
        f"{len(differing)} of {same.size} elements are not as in R, the first at [{position}]: "
        f"{_element_text(actual, k)}, and in R {_element_text(wanted, k)}"
    )


def _element_text(value: RValue, k: int) -> str:
    text = one_text(value, k)
    if value.is_na[k] or kind_of(value) not in TIMES:
        return text
    number = float(value.data[k])
    if "difftime" in value.classes:
        return f"{number!r} {value.units}"
    if "Date" in value.classes:
        return str(np.datetime64(round(number), "D"))
    return str(np.datetime64(round(number * 1e6), "us"))


def _names_difference(actual: RValue, wanted: RValue) -> str | None:
    pairs: list[tuple[str, Names, Names]] = [("names", actual.names, wanted.names)]
    ours = actual.dimnames or [None] * len(wanted.shape)
    theirs = wanted.dimnames or [None] * len(wanted.shape)
    if len(wanted.shape) > 1:
        pairs = [
            (f"names of axis {k}", one, other)
            for k, (one, other) in enumerate(zip(ours, theirs, strict=True), 1)
        ]
    for what, one, other in pairs:
        if one != other:
            texts = ["none" if names is None else names_text(names) for names in (one, other)]
            return f"the {what} are {texts[0]}, and in R {texts[1]}"
    return None


def _shown(actual: Any) -> str:
    return "None" if actual is None else f"a {type(actual).__name__}"
