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

A value is a NumPy array, masked where it is `NA`, and its shape is R's dim. A vector of one
entry has no axis, because `array(3)` has one. Whole numbers are int64, others float64.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from math import ceil, floor, isfinite, prod
from typing import Any, Final, NoReturn, TypeAlias

import numpy as np

from pybridge.errors import SubscriptSyntaxError, SubscriptTypeError
from pybridge.lossless import INT64_MAX
from pybridge.subscripts import NA, Characters, Scalar, Subscripts, Vector
from pybridge.subscripts.calls import CALLS
from pybridge.subscripts.notation import as_real
from pybridge.subscripts.python_values import as_subscript, as_subscripts, negated

MOST_CHARACTERS: Final = 100_000
MOST_NESTED: Final = 50
MOST_ENTRIES: Final = 10_000_000
MOST_KEPT: Final = 1000  # characters and entries of a text whose subscripts are kept
_SHOWN: Final = 60  # characters of a long text in an error
_TOKEN: Final = re.compile(r"""(?xs)
    (?P<space>[ \t\r\n\f]+) | (?P<end>\Z) | (?P<sign>%/%|%%|\*\*|[-+*/^:(),=])
  | (?P<number>(?:(?P<hex>0[xX][0-9a-fA-F]+)|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)L?)
    (?P<more>[\w.])? | (?P<name>(?:[^\W\d_]|\.(?![0-9]))[\w.]*)(?P<label>[ \t\r\n\f]*=)?
  | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*') | (?P<other>.)""")
# A minus before a call or a range in parentheses, whose value R leaves out, however many it has.
_NEGATED: Final = re.compile(r"[(\s]*-[-+(\s]*(?:[^\W\d][\w.]*\s*\(|[^\"':]*:)")
_ESCAPE: Final = re.compile(r"""(?xs)
    \\(?:x(?P<x>[0-9a-fA-F]{1,2}) | (?P<octal>[0-7]{1,3}) | [uU]\{(?P<braced>[0-9a-fA-F]{1,8})\}
  | u(?P<u>[0-9a-fA-F]{1,4}) | U(?P<U>[0-9a-fA-F]{1,8}) | (?P<char>[^\0\ud800-\udfff]))
  | (?P<unfit>[\0\ud800-\udfff])""")
_ESCAPED: Final = dict(zip("abfnrtv\\\"'` \n", "\a\b\f\n\r\t\v\\\"'` \n", strict=True))
_OPERATORS: Final = frozenset([":", "+", "-", "*", "/", "^", "**", "%%", "%/%"])
_TOO_MANY: Final = f"more than {MOST_ENTRIES:,} entries; use a variable, or a range as a subscript"
_STEP: Final = "a step belongs to a range that is a subscript; here use seq(from, to, by = step)"
_NO_CHARACTER: Final = "this escape is not a character"
_ITS_OWN: Final = "`{}` is a subscript of its own, not a part of one"
_HINTS: Final = {  # advice for tokens of R, Python or a keyboard that are not in the grammar
    **{name: _ITS_OWN.format(name) for name in ("..", "newaxis", *[f"{call}()" for call in CALLS])},
    **{name[0]: f"`{name[0]}` is a variable in R; write {name}" for name in ("TRUE", "FALSE")},
    **dict.fromkeys(["True", "true", "False", "false"], "R writes TRUE and FALSE"),
    "None": "R writes NULL or newaxis for a new axis, and nothing for a whole axis",
    **dict.fromkeys(["nan", "inf"], "R writes NaN, NA and Inf"),
    **dict.fromkeys(["Ellipsis", "..."], "write `..` for all the axes that are not named"),
    "drop": "`drop` is not a subscript; give it as an argument of its own, as in drop=False",
    "[": "a vector is written c(...)",
    "]": "give the part between the brackets, without them",
    "!": "write the logicals themselves, or pass a mask",
    "#": "text holds no comments",
    **dict.fromkeys("\u2212\u2013", "this is a typographic minus or dash; write -"),
    **dict.fromkeys("\u201c\u201d", 'this is a typographic quote; write "'),
    **dict.fromkeys("\"'", "this string has no end"),
}
_Token: TypeAlias = re.Match[str]
_Value: TypeAlias = np.ndarray[Any, Any]
_Given: TypeAlias = dict[str, _Value]
_NULL: Final[_Value] = np.empty(0, "V1")
_CONSTANTS: Final[dict[str, _Value]] = {
    **{"TRUE": np.array(True), "FALSE": np.array(False), "NA": np.ma.array(False, mask=True)},
    **dict.fromkeys(["NA_integer_", "NA_real_", "NaN"], np.ma.array(0, np.int64, mask=True)),
    **{"Inf": np.array(np.inf), "NULL": _NULL},
}
_kept: Final[dict[str, Subscripts]] = {}


def _subscript_of(read: Any) -> Any:
    """Return the subscript for an R value, or for a slice, `...` or None of Python."""
    if isinstance(read, np.ndarray) and read.dtype.kind == "O":
        return Characters(tuple(read.ravel().tolist()))
    return as_subscript(None if read is _NULL else read)


def parse_subscripts(text: str) -> Subscripts:
    """Return the subscripts that R would send for `text`, the part between R's brackets.

    Raises `SubscriptSyntaxError`, whose `offset` points at the character, for text outside the
    grammar, `SubscriptError` for a second `..`. Nothing is evaluated and no name looked up.

    >>> parse_subscripts("NA:5, , -1").items
    (slice(None, 5, None), slice(None, None, None), -1)
    >>> parse_subscripts("1:3, n")
    Traceback (most recent call last):
    pybridge.errors.SubscriptSyntaxError: `n` is a variable, and text is never evaluated; pass ...
        1:3, n
             ^
    """
    if not isinstance(text, str):
        kind = type(text).__name__
        raise SubscriptTypeError(f"text is a string, not of type `{kind}`", subscript=f"<{kind}>")
    subscripts = _kept.get(text)  # loops repeat their texts
    if subscripts is None:
        parser = _Parser(text)
        subscripts = as_subscripts((Subscripts(tuple(parser.items)),))
        if len(text) + parser.entries <= MOST_KEPT:
            if len(_kept) > 255:
                _kept.clear()
            _kept[text] = subscripts
    return subscripts


def _vector(values: _Value) -> _Value:
    """Return a vector without dim; its numbers are int64 if all are whole and exact."""
    known = np.ma.getdata(values)
    if known.dtype.kind == "f" and np.all((np.abs(known) < 2.0**53) & (np.trunc(known) == known)):
        values = values.astype(np.int64)
    return values.reshape(()) if values.size == 1 else values


class _Parser:
    """The subscripts in `items`; `_tokens` are left to read, the next one last."""

    def __init__(self, text: str) -> None:
        self._text = text[:MOST_CHARACTERS]
        self._depth = self.entries = 0
        if len(text) > MOST_CHARACTERS:
            self._fail(MOST_CHARACTERS, f"subscript text has at most {MOST_CHARACTERS} characters")
        tokens = [token for token in _TOKEN.finditer(text) if not token["space"]]
        for token in tokens:
            if token["more"]:
                self._fail(token.end() - 1, f"the number `{token['number']}` runs on into a word")
            if token["other"]:
                char = token[0]
                name = f"`{char}`" if char.isprintable() else f"the character U+{ord(char):04X}"
                hint = f"; {_HINTS[char]}" if char in _HINTS else ""
                self._fail(token, f"{name} is not part of subscript text{hint}")
        self._tokens, self.items = tokens[::-1], list[Any]()
        while not self.items or (self._next[0] == "," and self._tokens.pop()):
            self.items.append(self._item())
        if self._next[0]:
            self._unexpected(self._next, "a comma or an operator")

    @property
    def _next(self) -> _Token:
        return self._tokens[-1]

    def _fail(self, at: _Token | int, why: str) -> NoReturn:
        """Raise an error that shows the text with a caret under the character."""
        text, offset = self._text, at if isinstance(at, int) else at.start()
        start = max(0, min(offset - _SHOWN // 2, len(text) - _SHOWN))
        window = [char if char.isprintable() else "\ufffd" for char in text[start : start + _SHOWN]]
        before, after = "... " * (start > 0), " ..." * (start + _SHOWN < len(text))
        shown = f"    {before}{''.join(window)}{after}\n{' ' * (4 + len(before) + offset - start)}^"
        raise SubscriptSyntaxError(f"{why}\n{shown}", subscript=text, offset=offset)

    def _unexpected(self, token: _Token, wanted: str) -> NoReturn:
        where = f"`{' '.join(token[0].split())}` is where {wanted} should be"
        where = where if token[0] else f"the text ends where {wanted} is missing"
        where = "`)` closes nothing" if token[0] == ")" and not self._depth else where
        self._fail(token, _HINTS.get(token["label"] and token["name"], where))

    def _item(self, call: str = "") -> Any:
        """Read a subscript of the text, or a part of a call in CALLS."""
        first = self._first = self._next
        if call and first[0] in (",", ")"):
            self._fail(first, f"this part of {call}() is empty")
        if call and first["label"]:
            self._fail(first, f"{call}() in text takes no names, and `{first['name']} =` is one")
        if not call and first[0] in ("", ","):
            return _subscript_of(slice(None))
        if not call and first[0] in ("..", "newaxis"):
            return _subscript_of(... if self._tokens.pop()[0] == ".." else None)
        read = _subscript_of(self._expression(is_whole=True))
        is_negated = _NEGATED.match(self._text, first.start(), self._next.start())
        return negated(read) if is_negated and isinstance(read, int | Scalar | Vector) else read

    def _listed(self, read: Callable[[], Any], is_call: bool = True) -> list[Any]:
        """Read parentheses, in which `read` reads each part of a call, or the one value."""
        opened, parts = self._tokens.pop(), list[Any]()
        is_more = not is_call or self._next[0] != ")"
        while is_more:
            parts.append(read())
            is_more = is_call and self._next[0] == "," and bool(self._tokens.pop())
        if not self._next[0]:
            self._fail(opened, "this parenthesis is never closed")
        if self._next[0] != ")":
            self._unexpected(self._next, "`)`")
        self._tokens.pop()
        return parts

    def _expression(self, is_whole: bool = False) -> Any:
        """Read a value, in which `:` is R's own, or a whole subscript, in which it is a range."""
        starts, values = list[_Token](), list[Any]()
        while not starts or (self._next[0] == ":" and self._tokens.pop()):
            starts.append(self._next)
            if self._next[0] == ":" or (values and self._next[0] in ("", ",", ")")):
                self._fail(self._next, "a bound is missing; an open end is written NA, as in NA:5")
            if len(values) == 3:
                self._fail(self._next, "a range has a start, an end and a step, and no more")
            values.append(self._operand())
        sign = self._next
        if sign[0] in _OPERATORS:
            self._fail(sign, f"text has no arithmetic, and `{sign[0]}` is; write or pass the value")
        if len(values) == 1:
            return values[0]
        if not is_whole:
            if len(values) == 3:
                self._fail(starts[2], _STEP)
            return self._made(starts[1], self._colon, *values)
        for start, value in zip(starts, values, strict=True):
            kinds = "bif" if np.ma.is_masked(value) else "if"
            if value.ndim > 0 or value.dtype.kind not in kinds:
                self._fail(start, "a bound of a range is one number or NA")
        return slice(*[NA if np.ma.is_masked(value) else value.item() for value in values])

    def _operand(self) -> Any:
        self._depth += 1
        if self._depth > MOST_NESTED:
            self._fail(self._next, f"this nests more than {MOST_NESTED} deep")
        token = self._next if self._next[0] == "(" else self._tokens.pop()
        if token.lastgroup == "name":
            value = self._named(token)
        elif token.lastgroup == "string":
            value = np.array(self._characters(token), "O")
        elif token.lastgroup == "number":
            digits = token[0].removesuffix("L")
            base = 16 if token["hex"] else 10 if digits.isdigit() and len(digits) < 19 else 0
            number = int(digits, base) if base else float(digits)
            value = _vector(np.array(number if number <= INT64_MAX else as_real(number)))
        elif token[0] in ("-", "+"):
            value = self._made(token, self._signed, token[0], self._operand())
        elif token[0] == "(":
            (value,) = self._listed(self._expression, is_call=False)
        else:
            self._unexpected(token, "a subscript" if self._depth == 1 else "a value")
        self._depth -= 1
        return value

    def _named(self, token: _Token) -> Any:
        """Read a constant or a call."""
        name, is_call = token[0], self._next[0] == "("
        if is_call and name in CALLS and token is self._first:
            parts = self._listed(lambda: self._item(name))
            if self._next[0] in _OPERATORS:
                self._fail(token, _HINTS[f"{name}()"])
            return CALLS[name](tuple(parts))
        if is_call and name in _FUNCTIONS:
            return self._made(token, self._called, name, self._listed(self._argument))
        if not is_call and name in _CONSTANTS:
            return _CONSTANTS[name]
        why = f"`{name}` is a variable, and text is never evaluated"
        if is_call:
            known, name = ", ".join([*_FUNCTIONS, *CALLS]), f"{name}()"
            why = f"`{name}` is not a function of subscript text, which has {known}"
        self._fail(token, _HINTS.get(name, f"{why}; pass its value as a subscript instead of text"))

    def _argument(self) -> tuple[str | None, _Value]:
        name = self._tokens.pop()["name"] if self._next["label"] else None
        return name, self._expression()

    def _characters(self, token: _Token) -> str:
        def character(escape: _Token) -> str:
            kind = str(escape.lastgroup)
            written = escape[kind]
            if kind == "char" and written in _ESCAPED:
                return _ESCAPED[written]
            code = 0 if kind in ("char", "unfit") else int(written, 8 if kind == "octal" else 16)
            if 0 < code < 0xD800 or 0xE000 <= code <= 0x10FFFF:
                return chr(code)
            why = f"`\\{written}` is not an escape in R" if kind == "char" else _NO_CHARACTER
            why = f"U+{ord(written):04X} is not a character of a string" if kind == "unfit" else why
            self._fail(token.start() + 1 + escape.start(), why)

        kinds = {escape.lastgroup for escape in _ESCAPE.finditer(token[0])} - {"char", "unfit"}
        if kinds & {"x", "octal"} and kinds - {"x", "octal"}:
            self._fail(token, "R does not mix \\u with \\x or octal escapes in one string")
        return _ESCAPE.sub(character, token[0][1:-1])

    def _made(self, token: _Token, function: Callable[..., _Value], *operands: Any) -> _Value:
        """Call a function, whose errors point at `token`, and count its entries."""
        self._at = token
        value = function(*operands)
        self.entries += value.size
        self._need(self.entries <= MOST_ENTRIES, _TOO_MANY)
        return value

    def _need(self, holds: object, why: str) -> None:
        if not holds:
            self._fail(self._at, why)

    def _one(self, value: _Value, what: str) -> Any:
        self._need(value.dtype.kind in "bif" and value.size == 1, f"{what} is one number")
        self._need(not np.ma.is_masked(value), f"{what} is a number, not NA")
        return value.item() * 1  # a logical is a number

    def _whole(self, value: _Value, what: str) -> int:
        size = self._one(value, what)
        self._need(size >= 0 and size % 1 == 0, f"{what} is a whole number, 0 or more")
        self._need(size <= MOST_ENTRIES, _TOO_MANY)
        return int(size)

    def _signed(self, sign: str, value: _Value) -> _Value:
        self._need(value.dtype.kind in "bif", "arithmetic needs numbers")
        return (value.ravel() * np.int64(-1 if sign == "-" else 1)).reshape(value.shape)

    def _colon(self, *ends: _Value) -> _Value:
        first, last = [self._one(end, "a bound of `:` within other text") for end in ends]
        self._need(isfinite(first) and isfinite(last), "a sequence has finite ends")
        steps = abs(float(last) - float(first)) + 2.0**-23  # R's tolerance
        return self._progression(first, 1 if first <= last else -1, floor(steps) + 1)

    def _progression(self, first: float, by: float, count: float) -> _Value:
        self._need(count <= MOST_ENTRIES, _TOO_MANY)
        is_exact = isinstance(first + by, int) and abs(first) + abs(by) * count < 2**62
        number = int if is_exact else float
        return _vector(number(first) + np.arange(count, dtype=np.int64) * number(by))

    def _called(self, call: str, arguments: list[tuple[str | None, _Value]]) -> Any:
        """Call a function with arguments matched as R does: by exact name, then by position."""
        function, formals, *blank = _FUNCTIONS[call]
        takes, given = f"{call}() in text takes {', '.join(formals) or 'no names'}", _Given()
        named = dict(arguments)
        free = iter([f for f in formals or map(str, range(len(arguments))) if f not in named])
        for name, value in sorted(arguments, key=lambda argument: argument[0] is None):
            self._need(name is None or name in formals, f"{takes}, not `{name}`")
            formal = name or next(free, "")
            self._need(formal, f"{takes} and no more")
            self._need(formal not in given, f"{call}() has `{formal}` twice")
            given[formal] = value
        return function(self, given, *blank)

    def _c(self, given: _Given) -> _Value:
        pieces = [value.ravel("F") for value in given.values() if value is not _NULL]
        is_text = {piece.dtype.kind == "O" for piece in pieces}
        self._need(len(is_text) < 2, "c() in text holds names or numbers, not both")
        return _vector(np.ma.hstack(pieces)) if pieces else _NULL

    def _seq(self, given: _Given) -> _Value:
        self._need(given, "seq() needs at least one number")
        is_alone = list(given) == ["from"]
        if is_alone and given["from"].size != 1:
            return self._progression(1, 1, given["from"].size)
        parts = {name: self._one(value, f"`{name}` in seq()") for name, value in given.items()}
        self._need(all(map(isfinite, parts.values())), "the arguments of seq() are finite")
        first, last, by = [parts.get(name, 1) for name in ("from", "to", "by")]
        if "by" not in given:
            return self._colon(*map(np.array, (1, first) if is_alone else (first, last)))
        self._need(by != 0 or first == last, "`by` in seq() is not 0")
        steps = (last - first) / (by or 1)
        self._need(steps >= 0, "wrong sign in `by` of seq(): it leads away from `to`")
        if abs(last - first) <= 100 * np.finfo(float).eps * max(abs(first), abs(last)):
            return _vector(np.array(float(first)))
        count = floor(steps + 1e-10) + 1 if isfinite(steps) else steps  # R's tolerance
        terms = self._progression(first, by, count)
        return _vector((np.minimum if by > 0 else np.maximum)(terms, last))

    def _matrix(self, given: _Given) -> _Value:
        data, by_row = given.get("data", _NULL), given.get("byrow", np.array(False))
        sizes = {n: self._whole(given[n], f"`{n}`") for n in ("nrow", "ncol") if n in given}
        rows = sizes.get("nrow")
        columns = sizes.get("ncol", ceil(data.size / rows) if rows else int(rows is None))
        rows = sizes.get("nrow", ceil(data.size / columns) if columns else 0)
        is_flag = by_row.dtype.kind == "b" and by_row.size == 1 and not np.ma.is_masked(by_row)
        self._need(is_flag, "`byrow` is TRUE or FALSE")
        return self._shaped("matrix", data, [rows, columns], "C" if by_row.item() else "F")

    def _array(self, given: _Given) -> _Value:
        data = given.get("data", _NULL)
        dim = given.get("dim", np.array(data.size)).ravel("F")
        self._need(1 <= dim.size <= 32, "`dim` has 1 to 32 sizes")
        sizes = [self._whole(dim[k : k + 1], "each size in `dim`") for k in range(dim.size)]
        return self._shaped("array", data, sizes, "F")

    def _shaped(self, call: str, data: _Value, dim: list[int], order: Any) -> _Value:
        self._need(data.dtype.kind in "bif", f"{call}() in text needs numbers or logicals")
        self._need(prod(max(size, 1) for size in dim) <= MOST_ENTRIES, _TOO_MANY)
        filled = f"{call}() of {' x '.join(map(str, dim))} holds {prod(dim)} entries"
        self._need(prod(dim) == data.size, f"{filled} and gets {data.size}")
        return data.ravel("F").reshape(dim, order=order)

    def _of_length(self, given: _Given, blank: Any) -> _Value:
        self._need(given or blank is not None, "seq_len() needs a length")
        length = given.get("length", given.get("length.out", np.array(0)))
        count = self._whole(length, "a length")
        return self._progression(1, 1, count) if blank is None else _vector(np.repeat(blank, count))


_FUNCTIONS: Final[dict[str, tuple[Any, ...]]] = {
    "c": (_Parser._c, []),
    "seq": (_Parser._seq, ["from", "to", "by"]),
    "seq_len": (_Parser._of_length, ["length.out"], None),
    "matrix": (_Parser._matrix, ["data", "nrow", "ncol", "byrow"]),
    "array": (_Parser._array, ["data", "dim"]),
    **dict.fromkeys(["integer", "numeric"], (_Parser._of_length, ["length"], np.int64(0))),
    "logical": (_Parser._of_length, ["length"], np.False_),
    "character": (_Parser._of_length, ["length"], np.array("", "O")),
}
