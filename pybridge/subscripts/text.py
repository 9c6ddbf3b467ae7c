"""Parse R's subscript text, which is never evaluated: `"10:99, , NA:5"`.

The text is the part between R's brackets. It becomes the subscripts that R would send:
`3` and `c(3)` are one number, `1:3` alone is a range, `c(1:3, 7)` a vector, `NULL` a new axis.

    subscripts   subscript {"," subscript}
    subscript    nothing | ".." | "newaxis" | expression
    expression   numbers, logicals, NA, strings, calls, signs, ":" and parentheses
    call         c, seq, seq_len, matrix, array; integer, numeric, logical and character for `(0)`

A sign binds tighter than ":", as in R. A range in parentheses is a value, hence a vector. There is
no arithmetic and there are no variables. Text may have 100,000 characters and nest 50 deep, and its
vectors may have 10 million entries together. Source: R Language Definition, 10.4.2.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NoReturn, TypeAlias

import numpy as np

from pybridge import subscripts as sub
from pybridge.errors import SubscriptTypeError
from pybridge.subscripts import NA, NAType, Subscript, Subscripts, literals, python_values
from pybridge.subscripts.literals import LiteralError, Values
from pybridge.subscripts.tokens import HINTS, MOST_NESTED, Token, fail_at, split_text

_ESCAPE: Final = re.compile(
    r"""\\(?:x(?P<x>[0-9a-fA-F]{1,2}) | (?P<octal>[0-7]{1,3}) | [uU]\{(?P<braced>[0-9a-fA-F]{1,8})\}
      | u(?P<u>[0-9a-fA-F]{1,4}) | U(?P<U>[0-9a-fA-F]{1,8}) | (?P<char>.))""",
    re.VERBOSE | re.DOTALL,
)
_UNFIT: Final = re.compile("[\0\ud800-\udfff]")
"""Characters that no string of R can contain: NUL and surrogates."""
_ESCAPED: Final = dict(zip("abfnrtv\\\"'` \n", "\a\b\f\n\r\t\v\\\"'` \n", strict=True))

_ARITHMETIC: Final = frozenset(["+", "-", "*", "/", "^", "**", "%%", "%/%"])
_NO_BOUND: Final = frozenset([",", ":", ")"])
_OPEN_END: Final = "this range lacks a bound; an open end is written NA, as in NA:5 or 5:NA"


@dataclass(frozen=True, slots=True)
class _Colons:
    """`a:b` or `a:b:s`, until it is known whether it is a range or part of an expression."""

    parts: tuple[tuple[Values, Token], ...]


_Node: TypeAlias = Values | _Colons

_CONSTANTS: Final[dict[str, Values]] = {
    "TRUE": literals.logical(True),
    "FALSE": literals.logical(False),
    "NA": literals.logical(None),
    "NA_integer_": literals.MISSING_NUMBER,
    "NA_real_": literals.MISSING_NUMBER,
    "NaN": literals.MISSING_NUMBER,
    "Inf": literals.number(float("inf")),
    "NULL": literals.NULL,
}


MOST_KEPT: Final = 1000
"""The maximal number of characters and entries of a text that is cached."""


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
        raise SubscriptTypeError(
            f"subscript text is a string, not an object of type `{type(text).__name__}`",
            subscript=f"<{type(text).__name__}>",
        )
    try:
        return _parsed(text)
    except _LongError as long:
        return long.subscripts


class _LongError(Exception):
    """Returns subscripts from `_parsed` without caching them: exceptions are not cached."""

    def __init__(self, subscripts: Subscripts) -> None:
        self.subscripts = subscripts


@functools.lru_cache(maxsize=256)
def _parsed(text: str) -> Subscripts:
    """Parse a text once; loops repeat their texts."""
    subscripts = _Parser(text).subscripts()
    vectors = [item for item in subscripts.items if isinstance(item, sub.Vector | sub.Mask)]
    if len(text) + sum([item.values.size for item in vectors]) > MOST_KEPT:
        raise _LongError(subscripts)
    return subscripts


class _Parser:
    """One pass over the tokens; `_position` is the next one."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = split_text(text)
        self._position = 0
        self._depth = 0
        self._entries = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._position]

    def _take(self) -> Token:
        token = self._next
        self._position += 1
        return token

    def _fail(self, token: Token, message: str) -> NoReturn:
        fail_at(self._text, token.offset, message)

    def _unexpected(self, token: Token, wanted: str) -> NoReturn:
        if token.kind == "end":
            self._fail(token, f"the text ends where {wanted} is missing")
        self._fail(token, f"`{token.text}` is where {wanted} should be")

    def subscripts(self) -> Subscripts:
        items: list[Subscript] = []
        while True:
            items.append(self._subscript())
            token = self._take()
            if token.kind == "end":
                return python_values.as_subscripts(tuple(items))
            if token.text == ")":
                self._fail(token, "`)` closes nothing")
            if token.text != ",":
                self._unexpected(token, "a comma or an operator")

    def _subscript(self) -> Subscript:
        token = self._next
        if token.kind == "end" or token.text == ",":
            return slice(None)
        if token.text in ("..", "newaxis") and token.kind == "name":
            self._take()
            return ... if token.text == ".." else None
        node = self._expression()
        if isinstance(node, Values):
            return subscript_from_values(node)
        bounds = [self._bound(values, token) for values, token in node.parts]
        return python_values.as_subscript(slice(*bounds))

    def _bound(self, values: Values, token: Token) -> int | float | NAType:
        is_na = values.kind == "logical" and values.missing is not None
        if not (is_na or values.kind == "number") or len(values) != 1 or values.dim is not None:
            self._fail(token, "a bound of a range is one number or NA")
        return NA if values.missing is not None else values.values[0].item()

    def _expression(self) -> _Node:
        """Read one operand, or several with colons between them."""
        parts = [self._operand_here()]
        while self._next.text == ":":
            self._take()
            start = self._next
            if start.kind == "end" or start.text in _NO_BOUND:
                self._fail(start, _OPEN_END)
            if len(parts) == 3:
                self._fail(start, "a range has a start, an end and a step, and no more")
            parts.append(self._operand_here())
        operator = self._next
        if operator.kind == "sign" and operator.text in _ARITHMETIC:
            self._fail(
                operator,
                f"subscript text has no arithmetic, and `{operator.text}` is; write the number, or "
                "pass values instead of text",
            )
        return parts[0][0] if len(parts) == 1 else _Colons(tuple(parts))

    def _operand_here(self) -> tuple[Values, Token]:
        """Read one operand within the nesting limit, and return it with its first token."""
        first = self._next
        self._depth += 1
        if self._depth > MOST_NESTED:
            self._fail(first, f"this nests more than {MOST_NESTED} deep")
        operand = self._operand()
        self._depth -= 1
        return operand, first

    def _value(self) -> Values:
        return self._as_values(self._expression())

    def _as_values(self, node: _Node) -> Values:
        """Return a range inside an expression as the sequence of R's own `:`."""
        if isinstance(node, Values):
            return node
        (start, _), (stop, token), *step = node.parts
        if step:
            self._fail(
                step[0][1],
                "a step belongs to a range that is a subscript of its own; within other text use "
                "seq(from, to, by = step)",
            )
        return self._made(token, literals.colon, start, stop)

    def _made(self, token: Token, function: Callable[..., Values], *operands: Any) -> Values:
        """Call `function`, and count its entries against the limit of the text."""
        try:
            values = function(*operands)
            self._entries += len(values)
            literals.check_count(self._entries)
        except LiteralError as error:
            self._fail(token, str(error))
        return values

    def _operand(self) -> Values:
        token = self._take()
        if token.kind == "name":
            return self._named(token)
        if token.kind == "string":
            return Values("character", np.array([self._unescaped(token)], "O"))
        digits = token.text.removesuffix("L")
        if token.kind == "hex":
            return literals.number(int(digits, 16))
        if token.kind == "number":
            is_exact = digits.isdigit() and len(digits) < 19
            return literals.number(int(digits) if is_exact else float(digits))
        if token.text in ("-", "+"):
            operand, _ = self._operand_here()
            return self._made(token, literals.signed, token.text, operand)
        if token.text == "(":
            value = self._value()
            self._close(token)
            return value
        if token.text == ":":
            self._fail(token, _OPEN_END)
        return self._unexpected(token, "a subscript" if self._depth == 1 else "a value")

    def _close(self, opened: Token) -> None:
        token = self._take()
        if token.kind == "end":
            self._fail(opened, "this parenthesis is never closed")
        if token.text != ")":
            self._unexpected(token, "`)`")

    def _named(self, token: Token) -> Values:
        if self._next.text == "(":
            return self._call(token)
        constant = _CONSTANTS.get(token.text)
        if constant is not None:
            return constant
        if token.text in ("newaxis", ".."):
            self._fail(token, f"`{token.text}` is a subscript of its own, not a part of one")
        self._fail(
            token,
            HINTS.get(token.text)
            or f"`{token.text}` is a variable, and text is never evaluated; pass its value as a "
            "subscript instead of text",
        )

    def _call(self, token: Token) -> Values:
        function = literals.FUNCTIONS.get(token.text)
        if function is None:
            known = ", ".join(literals.FUNCTIONS)
            self._fail(
                token,
                f"`{token.text}()` is not a function of subscript text, which has {known}; pass "
                "its value as a subscript instead of text",
            )
        opened = self._take()
        arguments: list[literals.Argument] = []
        while arguments or self._next.text != ")":
            arguments.append(self._argument())
            if self._next.text != ",":
                break
            self._take()
        self._close(opened)
        return self._made(token, function, arguments)

    def _argument(self) -> literals.Argument:
        token = self._next
        name = None
        if token.kind == "name" and self._tokens[self._position + 1].text == "=":
            name = token.text
            self._position += 2
        return (name, self._value())

    def _unescaped(self, token: Token) -> str:
        def character(match: re.Match[str]) -> str:
            char = match["char"]
            if char is not None:
                if char not in _ESCAPED:
                    self._fail_within(token, match, f"`\\{char}` is not an escape in R")
                return _ESCAPED[char]
            digits = match["x"] or match["braced"] or match["u"] or match["U"]
            code = int(match["octal"], 8) if match["octal"] else int(digits, 16)
            if code == 0 or code > 0x10FFFF or 0xD800 <= code < 0xE000:
                self._fail_within(token, match, "this escape is not a character")
            return chr(code)

        body = token.text[1:-1]
        unfit = _UNFIT.search(body)
        if unfit:
            self._fail_within(token, unfit, f"U+{ord(unfit[0]):04X} is not a character of a string")
        codes = {
            match["x"] or match["octal"] for match in _ESCAPE.finditer(body) if not match["char"]
        }
        if None in codes and len(codes) > 1:
            self._fail(token, "R does not mix \\u with \\x or octal escapes in one string")
        return _ESCAPE.sub(character, body)

    def _fail_within(self, token: Token, match: re.Match[str], message: str) -> NoReturn:
        fail_at(self._text, token.offset + 1 + match.start(), message)


def subscript_from_values(values: Values) -> Subscript:
    """Return the subscript that R sends for a value; a vector of one number is a scalar.

    >>> subscript_from_values(literals.number(3.0)), subscript_from_values(literals.NULL)
    (Scalar(value=3), NewAxis())
    """
    if values.kind == "null":
        return None
    if values.kind == "character":
        return sub.Characters(tuple(values.values.tolist()))
    if values.kind == "logical":
        return python_values.mask(values.array, values.missing_array)
    if len(values) == 1 and values.dim is None:
        if values.missing is not None:
            return sub.Scalar(NA)
        return python_values.as_subscript(values.values[0].item())
    return python_values.vector(values.array, values.missing_array)
