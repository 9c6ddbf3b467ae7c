"""The values in R's subscript text, and the few functions that it can call.

No name is looked up and nothing is evaluated. Each function returns what R 4.5 returns, or raises
`LiteralError`, which `text` turns into an error that points at the character. Whole numbers are
int64, others float64.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor, isfinite, prod
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from pybridge.subscripts.notation import as_real

MOST_ENTRIES: Final = 10_000_000
"""The maximal number of entries of all vectors in one text."""

_MOST_AXES: Final = 32
_EXACT: Final = 2.0**53
_FUZZ: Final = 1e-10
"""The tolerance of R's seq(), in steps."""
_FLT_EPSILON: Final = 1.1920928955078125e-07
"""The tolerance of R's `:` at its end."""

Kind: TypeAlias = Literal["null", "logical", "number", "character"]
_DTYPES: Final[dict[Kind, Any]] = {
    "null": bool,
    "logical": bool,
    "number": np.int64,
    "character": "O",
}
"""The kinds and their dtypes; in `c()` a kind absorbs the ones before it."""


class LiteralError(ValueError):
    """The operands of a function or an operator are invalid; the message says why."""


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """An R vector or array: a kind, flat values in R's order, a mask of `NA`, and `dim`."""

    kind: Kind
    values: npt.NDArray[Any]
    missing: npt.NDArray[np.bool_] | None = None
    dim: tuple[int, ...] | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def array(self) -> npt.NDArray[Any]:
        """The values in their shape."""
        return self.values if self.dim is None else self.values.reshape(self.dim, order="F")

    @property
    def missing_array(self) -> npt.NDArray[np.bool_] | None:
        """The mask of `NA` in the shape of the values, or None."""
        if self.missing is None or self.dim is None:
            return self.missing
        return self.missing.reshape(self.dim, order="F")


Argument: TypeAlias = tuple[str | None, Values]

NULL: Final = Values("null", np.empty(0, bool))


def number(value: float) -> Values:
    """Make one number from an int or a float; NaN is `NA`, as in subscripts."""
    if isinstance(value, int) and abs(value) < 2**63:
        return Values("number", np.array([value], np.int64))
    return numbers(np.array([as_real(value)]))


def numbers(values: npt.NDArray[Any], missing: npt.NDArray[np.bool_] | None = None) -> Values:
    """Make numbers: int64 if all are whole and exact."""
    if values.dtype.kind == "f":
        absent = np.isnan(values)
        if absent.any():
            missing = absent if missing is None else absent | missing
        known = values if missing is None else np.where(missing, 0.0, values)
        if bool((np.isfinite(known) & (np.abs(known) < _EXACT)).all()):
            whole = known.astype(np.int64)
            if bool((whole == known).all()):
                return Values("number", whole, missing)
        values = known
    return Values("number", values, missing)


def logical(*entries: bool | None) -> Values:
    """Make logicals; None is `NA`.

    >>> logical(True, None).missing
    array([False,  True])
    """
    missing = np.array([entry is None for entry in entries]) if None in entries else None
    return Values("logical", np.array([bool(entry) for entry in entries]), missing)


MISSING_NUMBER: Final = Values("number", np.zeros(1, np.int64), np.ones(1, bool))
"""R's `NA_integer_`."""


def check_count(count: float) -> int:
    """Return a count of entries as an int; raise if it exceeds the limit."""
    if not count <= MOST_ENTRIES:
        raise LiteralError(
            f"this makes more than {MOST_ENTRIES:,} entries; hold such a vector in a variable, or "
            "write a range as a subscript of its own"
        )
    return int(count)


def one_number(values: Values, what: str) -> int | float:
    """Return the only entry as a Python number."""
    if values.kind not in ("logical", "number") or len(values) != 1:
        raise LiteralError(f"{what} is one number")
    if values.missing is not None:
        raise LiteralError(f"{what} is a number, not NA")
    entry = values.values[0].item()
    return int(entry) if isinstance(entry, bool) else entry


def _whole(values: Values, what: str) -> int:
    count = one_number(values, what)
    if not isfinite(count) or count != floor(count) or count < 0:
        raise LiteralError(f"{what} is a whole number, 0 or more")
    return check_count(count)


def _flag(values: Values, what: str) -> bool:
    if values.kind != "logical" or len(values) != 1 or values.missing is not None:
        raise LiteralError(f"{what} is TRUE or FALSE")
    return bool(values.values[0])


def signed(sign: str, values: Values) -> Values:
    """Return R's `-values` or `+values`."""
    entries = _as_numbers(values).values
    return Values("number", -entries if sign == "-" else entries, values.missing, values.dim)


def _as_numbers(values: Values) -> Values:
    if values.kind in ("null", "character"):
        raise LiteralError("arithmetic needs numbers")
    if values.kind == "logical":
        return Values("number", values.values.astype(np.int64), values.missing, values.dim)
    return values


def colon(start: Values, stop: Values) -> Values:
    """Return R's `start:stop`, up or down by one."""
    first, last = (one_number(end, "a bound of `:` within other text") for end in (start, stop))
    return _colon(first, last)


def _colon(first: float, last: float) -> Values:
    if not (isfinite(first) and isfinite(last)):
        raise LiteralError("a sequence has finite ends")
    count = check_count(floor(abs(float(last) - float(first)) + 1 + _FLT_EPSILON))
    steps = np.arange(count, dtype=np.int64)
    return _progression(first, 1 if first <= last else -1, steps)


def _progression(first: float, by: float, steps: npt.NDArray[np.int64]) -> Values:
    """Return `first + steps * by`, in integers if both are."""
    if isinstance(first, int) and isinstance(by, int) and abs(first) + abs(by) * len(steps) < 2**62:
        return Values("number", first + steps * by)
    with np.errstate(all="ignore"):
        return numbers(float(first) + steps * float(by))


def matched(call: str, formals: tuple[str, ...], arguments: list[Argument]) -> dict[str, Values]:
    """Match arguments to formals as R does: by exact name, then by position."""
    matches: dict[str, Values] = {}
    for name, value in arguments:
        if name is None:
            continue
        if name not in formals:
            raise LiteralError(f"{call}() in text takes {', '.join(formals)}, not `{name}`")
        if name in matches:
            raise LiteralError(f"{call}() has `{name}` twice")
        matches[name] = value
    free = [formal for formal in formals if formal not in matches]
    for name, value in arguments:
        if name is None:
            if not free:
                raise LiteralError(f"{call}() in text takes {', '.join(formals)} and no more")
            matches[free.pop(0)] = value
    return matches


def combine(arguments: list[Argument]) -> Values:
    """Return R's `c(...)`: logicals among numbers become numbers, `NULL` vanishes."""
    for name, _ in arguments:
        if name is not None:
            raise LiteralError(f"c() in text takes no names, and `{name} =` is one")
    pieces = [value for _, value in arguments if value.kind != "null"]
    if not pieces:
        return NULL
    kind = max((piece.kind for piece in pieces), key=list(_DTYPES).index)
    if kind == "character" and any(piece.kind != "character" for piece in pieces):
        raise LiteralError("c() in text holds names or numbers, not both")
    check_count(sum(map(len, pieces)))
    if kind == "number":
        pieces = [_as_numbers(piece) for piece in pieces]
    values = np.concatenate([piece.values for piece in pieces])
    missing = None
    if any(piece.missing is not None for piece in pieces):
        missing = np.concatenate(
            [np.zeros(len(p), bool) if p.missing is None else p.missing for p in pieces]
        )
    return numbers(values, missing) if kind == "number" else Values(kind, values, missing)


def seq_len(arguments: list[Argument]) -> Values:
    """Return R's `seq_len(length.out)`."""
    matches = matched("seq_len", ("length.out",), arguments)
    if not matches:
        raise LiteralError("seq_len() needs a length")
    return _first(_whole(matches["length.out"], "the length in seq_len()"))


def _first(count: int) -> Values:
    return Values("number", np.arange(1, count + 1, dtype=np.int64))


def seq(arguments: list[Argument]) -> Values:
    """Return R's `seq(from, to, by)`."""
    matches = matched("seq", ("from", "to", "by"), arguments)
    if not matches:
        raise LiteralError("seq() needs at least one number")
    if len(matches) == 1 and "from" in matches and len(matches["from"]) != 1:
        return _first(len(matches["from"]))
    parts = {name: one_number(value, f"`{name}` in seq()") for name, value in matches.items()}
    if not all(map(isfinite, parts.values())):
        raise LiteralError("the arguments of seq() are finite")
    if set(parts) == {"from"}:
        return _colon(1, parts["from"])
    first, last = parts.get("from", 1), parts.get("to", 1)
    return _seq_by(first, last, parts["by"]) if "by" in parts else _colon(first, last)


def _seq_by(first: float, last: float, by: float) -> Values:
    span = last - first
    if span == 0 and (last == 0 or by == 0):
        return numbers(np.array([float(first)]))
    if by == 0:
        raise LiteralError("`by` in seq() is not 0")
    steps = span / by
    if steps < 0:
        raise LiteralError("wrong sign in `by` of seq(): it leads away from `to`")
    if abs(span) / max(abs(last), abs(first)) < 100 * np.finfo(float).eps:
        return numbers(np.array([float(first)]))
    count = check_count(floor(steps + _FUZZ) + 1 if isfinite(steps) else steps)
    terms = _progression(first, by, np.arange(count, dtype=np.int64))
    if terms.values.dtype.kind == "f":
        bounded = np.minimum(terms.values, last) if by > 0 else np.maximum(terms.values, last)
        return numbers(bounded)
    return terms


def matrix(arguments: list[Argument]) -> Values:
    """Return R's `matrix(data, nrow, ncol, byrow)`; the data must fill it exactly once."""
    matches = matched("matrix", ("data", "nrow", "ncol", "byrow"), arguments)
    data = _data("matrix", matches)
    sizes = {
        name: _whole(matches[name], f"`{name}`") for name in ("nrow", "ncol") if name in matches
    }
    rows, columns = sizes.get("nrow"), sizes.get("ncol")
    if columns is None:
        columns = 1 if rows is None else ceil(len(data) / rows) if rows else 0
    if rows is None:
        rows = ceil(len(data) / columns) if columns else 0
    by_row = "byrow" in matches and _flag(matches["byrow"], "`byrow`")
    shaped = _with_dim("matrix", data, (rows, columns))
    if not by_row:
        return shaped
    order = np.arange(len(data)).reshape(rows, columns).ravel(order="F")
    missing = None if data.missing is None else data.missing[order]
    return Values(data.kind, data.values[order], missing, (rows, columns))


def array(arguments: list[Argument]) -> Values:
    """Return R's `array(data, dim)`; the data must fill it exactly once."""
    matches = matched("array", ("data", "dim"), arguments)
    data = _data("array", matches)
    if "dim" not in matches:
        return _with_dim("array", data, (len(data),))
    dim = matches["dim"]
    if not 1 <= len(dim) <= _MOST_AXES:
        raise LiteralError(f"`dim` has 1 to {_MOST_AXES} sizes")
    sizes = tuple(_whole(_entry(dim, k), "each size in `dim`") for k in range(len(dim)))
    return _with_dim("array", data, sizes)


def _data(call: str, matches: dict[str, Values]) -> Values:
    data = matches.get("data")
    if data is None or data.kind in ("null", "character"):
        raise LiteralError(f"{call}() in text needs numbers or logicals")
    return data


def _entry(values: Values, k: int) -> Values:
    missing = None if values.missing is None or not values.missing[k] else values.missing[k : k + 1]
    return Values(values.kind, values.values[k : k + 1], missing)


def _with_dim(call: str, data: Values, dim: tuple[int, ...]) -> Values:
    check_count(prod(max(size, 1) for size in dim))
    product = prod(dim)
    if product != len(data):
        sizes = " x ".join(map(str, dim))
        raise LiteralError(f"{call}() of {sizes} holds {product} entries and gets {len(data)}")
    return Values(data.kind, data.values, data.missing, dim)


def _blank(call: str, kind: Kind, arguments: list[Argument]) -> Values:
    matches = matched(call, ("length",), arguments)
    count = _whole(matches["length"], f"the length in {call}()") if matches else 0
    return Values(kind, np.full(count, "" if kind == "character" else 0, _DTYPES[kind]))


FUNCTIONS: Final[dict[str, Callable[[list[Argument]], Values]]] = {
    "c": combine,
    "seq": seq,
    "seq_len": seq_len,
    "matrix": matrix,
    "array": array,
    "integer": lambda arguments: _blank("integer", "number", arguments),
    "numeric": lambda arguments: _blank("numeric", "number", arguments),
    "logical": lambda arguments: _blank("logical", "logical", arguments),
    "character": lambda arguments: _blank("character", "character", arguments),
}
"""The functions that text may call."""
