"""Parse R's subscript text, which is never evaluated: `"10:99, , NA:5"`.

The text is the part between R's brackets. It becomes the subscripts that R would send:
`3` and `c(3)` are one number, `1:3` alone is a range, `c(1:3, 7)` a vector, `NULL` a new axis.

    subscripts   subscript {"," subscript}
    subscript    nothing | ".." | "newaxis" | part
    part         expression | a name in CALLS "(" [part {"," part}] ")"
    expression   numbers, logicals, NA, strings, calls, signs, ":" and parentheses
    call         c, seq, seq_len, matrix, array; integer, numeric, logical and character for `(0)`

A sign binds tighter than ":", as in R. A range in parentheses is a value, hence a vector. There is
no arithmetic and there are no variables. Text may have 100,000 characters and nest 50 deep, and its
vectors may have 10 million entries together. Source: R Language Definition, 10.4.2.

A value is an array of NumPy, masked where it is `NA`, and its shape is R's dim. A vector of one
entry has no axis, because `array(3)` has one. Whole numbers are int64, others float64.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from math import ceil, floor, isfinite, prod
from typing import Any, Final, NoReturn, TypeAlias

import numpy as np
import numpy.typing as npt

from pybridge.errors import SubscriptSyntaxError, SubscriptTypeError
from pybridge.subscripts import NA, Characters, Subscript, Subscripts
from pybridge.subscripts.calls import CALLS
from pybridge.subscripts.python_values import as_real, as_subscript, as_subscripts

MOST_CHARACTERS: Final = 100_000
MOST_NESTED: Final = 50
MOST_ENTRIES: Final = 10_000_000
MOST_KEPT: Final = 1000  # characters and entries of a text whose subscripts are kept
_SHOWN: Final = 60  # characters of a long text in an error

_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\n\f]+) | (?P<end>\Z)
      | (?P<number>(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)L?)
        (?P<more>[\w.])?
      | (?P<name>(?:[^\W\d_]|\.(?![0-9]))[\w.]*)
      | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<sign>%/%|%%|\*\*|[-+*/^:(),=]) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(
    r"""\\(?:x(?P<x>[0-9a-fA-F]{1,2}) | (?P<octal>[0-7]{1,3}) | [uU]\{(?P<braced>[0-9a-fA-F]{1,8})\}
      | u(?P<u>[0-9a-fA-F]{1,4}) | U(?P<U>[0-9a-fA-F]{1,8}) | (?P<char>[^\0\ud800-\udfff]))
      | (?P<unfit>[\0\ud800-\udfff])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED: Final = dict(zip("abfnrtv\\\"'` \n", "\a\b\f\n\r\t\v\\\"'` \n", strict=True))
_ARITHMETIC: Final = frozenset(["+", "-", "*", "/", "^", "**", "%%", "%/%"])

_OPEN_END: Final = "this range lacks a bound; an open end is written NA, as in NA:5 or 5:NA"
_OF_ITS_OWN: Final = "`{}` is a subscript of its own, not a part of one"
_TOO_MANY: Final = (
    f"this makes more than {MOST_ENTRIES:,} entries; hold such a vector in a variable, or write a "
    "range as a subscript of its own"
)
_HINTS: Final = {
    "T": "`T` is a variable in R; write TRUE",
    "F": "`F` is a variable in R; write FALSE",
    **dict.fromkeys(["True", "true"], "R writes TRUE"),
    **dict.fromkeys(["False", "false"], "R writes FALSE"),
    "None": "R writes NULL or newaxis for a new axis, and nothing for a whole axis",
    "nan": "R writes NaN or NA",
    "inf": "R writes Inf",
    **dict.fromkeys(["Ellipsis", "..."], "write `..` for all the axes that are not named"),
    **{name: _OF_ITS_OWN.format(name) for name in ("..", "newaxis")},
    "drop": "`drop` is not a subscript; give it as an argument of its own, as in drop=False",
    "[": "a vector is written c(...)",
    "]": "give the part between the brackets, without them",
    "!": "write the logicals themselves, or pass a mask",
    "#": "text holds no comments",
    "\N{MINUS SIGN}": "this is a typographic minus; write -",
    "\N{EN DASH}": "this is a dash; write -",
    **dict.fromkeys("\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}", 'write "'),
    **dict.fromkeys("\"'", "this string has no end"),
}
"""Advice for tokens of R, Python or a keyboard that are not in the grammar."""

_Token: TypeAlias = re.Match[str]
_Value: TypeAlias = npt.NDArray[Any]
_Given: TypeAlias = dict[str, _Value]


def _subscript_of(read: Any) -> Subscript:
    """Return the subscript for a value of R, or for a slice, `...` or None of Python."""
    if isinstance(read, np.ndarray) and read.dtype.kind == "O":
        return Characters(tuple(read.ravel().tolist()))
    return as_subscript(None if read is _NULL else read)


_kept: Final[dict[str, Subscripts]] = {}


def parse_subscripts(text: str) -> Subscripts:
    """Return the subscripts that R would send for `text`, the part between R's brackets.

    Raises `SubscriptSyntaxError`, whose `offset` points at the character, for text outside the
    grammar, `SubscriptError` for a second `..`. Nothing is evaluated and no name looked up.

    >>> parse_subscripts("NA:5, , -1").items
    (Range(start=NA, stop=5, step=NA), Missing(), Scalar(value=-1))
    >>> str(parse_subscripts("c(1:3, 7), ..")), len(parse_subscripts(""))
    ('c(1, 2, 3, 7), ..', 1)
    >>> parse_subscripts("1:3, n")
    Traceback (most recent call last):
    pybridge.errors.SubscriptSyntaxError: `n` is a variable, and text is never evaluated; pass ...
        1:3, n
             ^
    """
    if not isinstance(text, str):
        name = type(text).__name__
        message = f"subscript text is a string, not an object of type `{name}`"
        raise SubscriptTypeError(message, subscript=f"<{name}>")
    subscripts = _kept.get(text)  # loops repeat their texts
    if subscripts is None:
        parser = _Parser(text)
        subscripts = parser.subscripts()
        if len(text) + parser.entries <= MOST_KEPT:
            if len(_kept) > 255:
                _kept.clear()
            _kept[text] = subscripts
    return subscripts


class _Parser:
    """One pass over the tokens; `entries` counts what the functions made."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = self._depth = self.entries = 0
        if len(text) > MOST_CHARACTERS:
            self._fail(
                MOST_CHARACTERS,
                f"this text has {len(text)} characters, and subscript text has at most "
                f"{MOST_CHARACTERS}; pass a long vector as a subscript instead of text",
            )
        self._tokens = [token for token in _TOKEN.finditer(text) if token.lastgroup != "space"]
        for token in self._tokens:
            char = token[token.lastgroup or 0]
            if token.lastgroup == "more":
                number = token["number"]
                self._fail(token.end() - 1, f"the number `{number}` runs on into a letter or digit")
            if token.lastgroup == "other":
                name = f"`{char}`" if char.isprintable() else f"the character U+{ord(char):04X}"
                hint = f"; {_HINTS[char]}" if char in _HINTS else ""
                self._fail(token.start(), f"{name} is not part of subscript text{hint}")

    def _fail(self, offset: int, message: str) -> NoReturn:
        """Raise an error that shows the text with a caret under the character."""
        text, start = self._text, max(0, min(offset - _SHOWN // 2, len(self._text) - _SHOWN))
        window = text[start : start + _SHOWN]
        shown = "".join(
            char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in window
        )
        before, after = "... " * (start > 0), " ..." * (start + _SHOWN < len(text))
        caret = " " * (len(before) + offset - start) + "^"
        raise SubscriptSyntaxError(
            f"{message}\n    {before}{shown}{after}\n    {caret}",
            subscript=text[:MOST_CHARACTERS],
            offset=offset,
        )

    @property
    def _next(self) -> _Token:
        return self._tokens[self._position]

    def _take(self) -> _Token:
        self._position += 1
        return self._tokens[self._position - 1]

    def _enter(self) -> _Token:
        """Take the first token of something that may nest."""
        self._depth += 1
        if self._depth > MOST_NESTED:
            self._fail(self._next.start(), f"this nests more than {MOST_NESTED} deep")
        return self._take()

    def _is_name_before(self, sign: str) -> bool:
        return self._next.lastgroup == "name" and self._tokens[self._position + 1][0] == sign

    def _unexpected(self, token: _Token, wanted: str) -> NoReturn:
        missing = f"the text ends where {wanted} is missing"
        self._fail(
            token.start(), f"`{token[0]}` is where {wanted} should be" if token[0] else missing
        )

    def subscripts(self) -> Subscripts:
        """Read the whole text."""
        items = [self._item()]
        while self._next[0] == ",":
            self._take()
            items.append(self._item())
        if self._next[0] == ")":
            self._fail(self._next.start(), "`)` closes nothing")
        if self._next[0]:
            self._unexpected(self._next, "a comma or an operator")
        return as_subscripts((Subscripts(tuple(items)),))

    def _item(self) -> Subscript:
        if self._next[0] in ("", ","):
            return _subscript_of(slice(None))
        if self._next[0] in ("..", "newaxis"):
            return _subscript_of(... if self._take()[0] == ".." else None)
        return self._part()

    def _part(self, call: str = "") -> Any:
        """Read a subscript that may also be a part of a call in CALLS."""
        first, name = self._next, self._next[0]
        if call and name in (",", ")"):
            self._fail(first.start(), f"this part of {call}() is empty")
        if call and self._is_name_before("="):
            self._fail(first.start(), f"{call}() in text takes no names, and `{name} =` is one")
        if name not in CALLS or not self._is_name_before("("):
            parts = self._operands()
            bounds = [self._bound(*part) for part in parts] if len(parts) > 1 else []
            return _subscript_of(slice(*bounds) if bounds else parts[0][1])
        self._enter()
        made = CALLS[name](tuple(self._in_parentheses(partial(self._part, name))))
        self._depth -= 1
        if self._next[0] == ":" or self._next[0] in _ARITHMETIC:
            self._fail(first.start(), _OF_ITS_OWN.format(f"{name}()"))
        return made

    def _in_parentheses(self, read: Callable[[], Any]) -> list[Any]:
        opened = self._take()
        parts: list[Any] = []
        while parts or self._next[0] != ")":
            parts.append(read())
            if self._next[0] != ",":
                break
            self._take()
        self._close(opened)
        return parts

    def _close(self, opened: _Token) -> None:
        token = self._take()
        if not token[0]:
            self._fail(opened.start(), "this parenthesis is never closed")
        if token[0] != ")":
            self._unexpected(token, "`)`")

    def _bound(self, token: _Token, value: _Value) -> Any:
        is_na = np.ma.is_masked(value)
        if value.ndim > 0 or value.dtype.kind not in ("bif" if is_na else "if"):
            self._fail(token.start(), "a bound of a range is one number or NA")
        return NA if is_na else value.item()

    def _operands(self) -> list[tuple[_Token, _Value]]:
        """Read one operand, or several with colons between them, each with its first token."""
        parts = [(self._next, self._operand())]
        while self._next[0] == ":":
            self._take()
            start = self._next
            if start[0] in ("", ",", ":", ")"):
                self._fail(start.start(), _OPEN_END)
            if len(parts) == 3:
                self._fail(start.start(), "a range has a start, an end and a step, and no more")
            parts.append((start, self._operand()))
        if self._next[0] in _ARITHMETIC:
            self._fail(
                self._next.start(),
                f"subscript text has no arithmetic, and `{self._next[0]}` is; write the number, or "
                "pass values instead of text",
            )
        return parts

    def _value(self) -> _Value:
        """Read a value within other text, where a range is the sequence of R's own `:`."""
        (_, start), *others = self._operands()
        if len(others) == 2:
            self._fail(
                others[1][0].start(),
                "a step belongs to a range that is a subscript of its own; within other text use "
                "seq(from, to, by = step)",
            )
        return self._made(others[0][0], _colon, start, others[0][1]) if others else start

    def _made(self, token: _Token, function: Callable[..., _Value], *operands: Any) -> _Value:
        """Call a function, and count its entries."""
        try:
            value = function(*operands)
            self.entries += value.size
            _need(self.entries <= MOST_ENTRIES, _TOO_MANY)
        except ValueError as error:
            self._fail(token.start(), str(error))
        return value

    def _operand(self) -> _Value:
        token = self._enter()
        kind, text = token.lastgroup, token[0]
        if kind == "name":
            value = self._call(token) if self._next[0] == "(" else self._constant(token)
        elif kind == "string":
            value = np.array(self._characters(token), "O")
        elif kind == "number":
            value = _number(text.removesuffix("L"))
        elif text in ("-", "+"):
            value = self._made(token, _signed, text, self._operand())
        elif text == "(":
            value = self._value()
            self._close(token)
        elif text == ":":
            self._fail(token.start(), _OPEN_END)
        else:
            self._unexpected(token, "a subscript" if self._depth == 1 else "a value")
        self._depth -= 1
        return value

    def _constant(self, token: _Token) -> _Value:
        name = token[0]
        if name not in _CONSTANTS:
            unknown = f"`{name}` is a variable, and text is never evaluated; pass its value as a "
            self._fail(token.start(), _HINTS.get(name, f"{unknown}subscript instead of text"))
        return _CONSTANTS[name]

    def _call(self, token: _Token) -> _Value:
        name = token[0]
        if name in CALLS:
            self._fail(token.start(), _OF_ITS_OWN.format(f"{name}()"))
        if name not in _FUNCTIONS:
            self._fail(
                token.start(),
                f"`{name}()` is not a function of subscript text, which has "
                f"{', '.join([*_FUNCTIONS, *CALLS])}; pass its value as a subscript instead of "
                "text",
            )
        arguments = self._in_parentheses(self._argument)
        return self._made(token, _called, name, arguments)

    def _argument(self) -> tuple[str | None, _Value]:
        name = None
        if self._is_name_before("="):
            name = self._take()[0]
            self._take()
        return name, self._value()

    def _characters(self, token: _Token) -> str:
        """Return the characters that a string of R has."""

        def character(escape: re.Match[str]) -> str:
            kind = str(escape.lastgroup)
            written = escape[kind]
            if kind == "char":
                if written in _ESCAPED:
                    return _ESCAPED[written]
                why = f"`\\{written}` is not an escape in R"
            elif kind == "unfit":
                why = f"U+{ord(written):04X} is not a character of a string"
            else:
                code = int(written, 8 if kind == "octal" else 16)
                if 0 < code <= 0x10FFFF and not 0xD800 <= code < 0xE000:
                    return chr(code)
                why = "this escape is not a character"
            self._fail(token.start() + 1 + escape.start(), why)

        kinds = {escape.lastgroup for escape in _ESCAPE.finditer(token[0])} - {"char", "unfit"}
        if kinds & {"x", "octal"} and kinds - {"x", "octal"}:
            self._fail(token.start(), "R does not mix \\u with \\x or octal escapes in one string")
        return _ESCAPE.sub(character, token[0][1:-1])


def _need(holds: object, why: str) -> None:
    if not holds:
        raise ValueError(why)


def _vector(values: _Value) -> _Value:
    """Return a vector without dim; its numbers are int64 if all are whole and exact."""
    known = np.ma.getdata(values)
    if known.dtype.kind == "f" and np.all((np.abs(known) < 2.0**53) & (np.trunc(known) == known)):
        values = values.astype(np.int64)
    return values.reshape(()) if values.size == 1 else values


def _number(digits: str) -> _Value:
    is_hex, is_exact = digits[1:2] in ("x", "X"), digits.isdigit() and len(digits) < 19
    value = int(digits, 16) if is_hex else int(digits) if is_exact else float(digits)
    return _vector(np.array(value if is_exact or value < 2**53 else as_real(value)))


def _one(value: _Value, what: str) -> int | float:
    _need(value.dtype.kind in "bif" and value.size == 1, f"{what} is one number")
    _need(not np.ma.is_masked(value), f"{what} is a number, not NA")
    entry: int | float = value.item()
    return int(entry) if isinstance(entry, bool) else entry


def _whole(value: _Value, what: str) -> int:
    size = _one(value, what)
    _need(isfinite(size) and size == floor(size) >= 0, f"{what} is a whole number, 0 or more")
    _need(size <= MOST_ENTRIES, _TOO_MANY)
    return int(size)


def _signed(sign: str, value: _Value) -> _Value:
    _need(value.dtype.kind in "bif", "arithmetic needs numbers")
    return (value.ravel() * np.int64(-1 if sign == "-" else 1)).reshape(value.shape)


def _colon(*ends: _Value) -> _Value:
    first, last = [_one(end, "a bound of `:` within other text") for end in ends]
    _need(isfinite(first) and isfinite(last), "a sequence has finite ends")
    tolerance = float(np.finfo(np.float32).eps)  # R's own, as 1e-10 in seq()
    count = floor(abs(float(last) - float(first)) + 1 + tolerance)
    return _progression(first, 1 if first <= last else -1, count)


def _progression(first: float, by: float, count: float) -> _Value:
    _need(count <= MOST_ENTRIES, _TOO_MANY)
    steps = np.arange(int(count), dtype=np.int64)
    if isinstance(first, int) and isinstance(by, int) and abs(first) + abs(by) * count < 2**62:
        return _vector(first + steps * by)
    with np.errstate(all="ignore"):
        return _vector(float(first) + steps * float(by))


def _called(call: str, arguments: list[tuple[str | None, _Value]]) -> _Value:
    """Call a function with its arguments matched as R does: by exact name, then by position."""
    formals, function = _FUNCTIONS[call]
    takes = f"{call}() in text takes {', '.join(formals) or 'no names'}"
    places = formals or [str(k) for k in range(len(arguments))]
    named = [name for name, _ in arguments]
    free = [formal for formal in places if formal not in named]
    given: _Given = {}
    for name, value in sorted(arguments, key=lambda argument: argument[0] is None):
        _need(name is not None or free, f"{takes} and no more")
        formal = free.pop(0) if name is None else name
        _need(name is None or name in formals, f"{takes}, not `{name}`")
        _need(formal not in given, f"{call}() has `{formal}` twice")
        given[formal] = value
    return function(given)


def _c(given: _Given) -> _Value:
    """Return R's `c(...)`: logicals among numbers become numbers, `NULL` vanishes."""
    pieces = [value.ravel("F") for value in given.values() if value is not _NULL]
    is_names = {piece.dtype.kind == "O" for piece in pieces}
    _need(len(is_names) < 2, "c() in text holds names or numbers, not both")
    _need(sum([piece.size for piece in pieces]) <= MOST_ENTRIES, _TOO_MANY)
    return _vector(np.ma.concatenate(pieces)) if pieces else _NULL


def _seq(given: _Given) -> _Value:
    _need(given, "seq() needs at least one number")
    is_alone = list(given) == ["from"]
    if is_alone and given["from"].size != 1:
        return _progression(1, 1, given["from"].size)
    parts = {name: _one(value, f"`{name}` in seq()") for name, value in given.items()}
    _need(all(map(isfinite, parts.values())), "the arguments of seq() are finite")
    first, last, by = [parts.get(name, 1) for name in ("from", "to", "by")]
    if "by" not in given:
        return _colon(*map(np.array, (1, first) if is_alone else (first, last)))
    return _seq_by(first, last, by)


def _seq_by(first: float, last: float, by: float) -> _Value:
    span = last - first
    _need(by != 0 or span == 0, "`by` in seq() is not 0")
    steps = span / by if span else 0.0
    _need(steps >= 0, "wrong sign in `by` of seq(): it leads away from `to`")
    if abs(span) <= 100 * np.finfo(float).eps * max(abs(first), abs(last)):
        return _vector(np.array(float(first)))
    terms = _progression(first, by, floor(steps + 1e-10) + 1 if isfinite(steps) else steps)
    return _vector((np.minimum if by > 0 else np.maximum)(terms, last))


def _matrix(given: _Given) -> _Value:
    data, by_row = given.get("data", _NULL), given.get("byrow", np.array(False))
    rows, columns = [
        _whole(given[size], f"`{size}`") if size in given else None for size in ("nrow", "ncol")
    ]
    if columns is None:
        columns = ceil(data.size / rows) if rows else int(rows is None)
    if rows is None:
        rows = ceil(data.size / columns) if columns else 0
    is_flag = by_row.dtype.kind == "b" and by_row.size == 1 and not np.ma.is_masked(by_row)
    _need(is_flag, "`byrow` is TRUE or FALSE")
    return _shaped("matrix", data, (rows, columns), "C" if by_row.item() else "F")


def _array(given: _Given) -> _Value:
    data = given.get("data", _NULL)
    dim = given.get("dim", np.array(data.size)).ravel("F")
    _need(1 <= dim.size <= 32, "`dim` has 1 to 32 sizes")
    sizes = [_whole(dim[k : k + 1], "each size in `dim`") for k in range(dim.size)]
    return _shaped("array", data, tuple(sizes), "F")


def _shaped(call: str, data: _Value, dim: tuple[int, ...], order: Any) -> _Value:
    """Return data with a dim, which they must fill exactly once."""
    _need(data.dtype.kind in "bif", f"{call}() in text needs numbers or logicals")
    _need(prod(max(size, 1) for size in dim) <= MOST_ENTRIES, _TOO_MANY)
    sizes = " x ".join(map(str, dim))
    filled = f"{call}() of {sizes} holds {prod(dim)} entries and gets {data.size}"
    _need(prod(dim) == data.size, filled)
    return data.ravel("F").reshape(dim, order=order)


def _of_length(blank: Any, dtype: Any, given: _Given) -> _Value:
    count = _whole(given["length"], "a length") if given else 0
    return _vector(np.full(count, blank, dtype))


def _seq_len(given: _Given) -> _Value:
    _need(given, "seq_len() needs a length")
    return _progression(1, 1, _whole(given["length.out"], "a length"))


_NULL: Final[_Value] = np.empty(0, "V1")
_CONSTANTS: Final[dict[str, _Value]] = {
    "TRUE": np.array(True),
    "FALSE": np.array(False),
    "NA": np.ma.array(False, mask=True),
    **dict.fromkeys(["NA_integer_", "NA_real_", "NaN"], np.ma.array(0, np.int64, mask=True)),
    "Inf": np.array(np.inf),
    "NULL": _NULL,
}
_FUNCTIONS: Final[dict[str, tuple[tuple[str, ...], Callable[[_Given], _Value]]]] = {
    "c": ((), _c),
    "seq": (("from", "to", "by"), _seq),
    "seq_len": (("length.out",), _seq_len),
    "matrix": (("data", "nrow", "ncol", "byrow"), _matrix),
    "array": (("data", "dim"), _array),
    "integer": (("length",), partial(_of_length, 0, np.int64)),
    "numeric": (("length",), partial(_of_length, 0, np.int64)),
    "logical": (("length",), partial(_of_length, False, bool)),
    "character": (("length",), partial(_of_length, "", "O")),
}
