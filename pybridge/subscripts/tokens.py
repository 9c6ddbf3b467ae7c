"""The tokens of subscript text, and the error that points at a character of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NoReturn

from pybridge.errors import SubscriptSyntaxError

MOST_CHARACTERS: Final = 100_000
"""The maximal length of a text."""

MOST_NESTED: Final = 50
"""The maximal nesting depth of parentheses, calls and signs."""

_SHOWN: Final = 60
"""The number of characters of a long text in an error."""

_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\n\f]+)
      | (?P<hex>0[xX][0-9a-fA-F]+L?)
      | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?L?)
      | (?P<name>(?:[^\W\d_]|\.(?![0-9]))[\w.]*)
      | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<sign>%/%|%%|\*\*|[-+*/^:(),=])""",
    re.VERBOSE | re.DOTALL,
)

_RUNS_ON: Final = re.compile(r"[\w.]")

HINTS: Final = {
    "T": "`T` is a variable in R; write TRUE",
    "F": "`F` is a variable in R; write FALSE",
    "True": "R writes TRUE",
    "False": "R writes FALSE",
    "true": "R writes TRUE",
    "false": "R writes FALSE",
    "None": "R writes NULL or newaxis for a new axis, and nothing for a whole axis",
    "nan": "R writes NaN or NA",
    "inf": "R writes Inf",
    "Ellipsis": "write `..` for all the axes that are not named",
    "...": "write `..` for all the axes that are not named",
    "drop": "`drop` is not a subscript; give it as an argument of its own, as in drop=False",
    "[": "a vector is written c(...)",
    "]": "give the part between the brackets, without them",
    "!": "write the logicals themselves, or pass a mask",
    "#": "text holds no comments",
    "\N{MINUS SIGN}": "this is a typographic minus; write -",
    "\N{EN DASH}": "this is a dash; write -",
    "\N{LEFT DOUBLE QUOTATION MARK}": 'this is a typographic quote; write "',
    "\N{RIGHT DOUBLE QUOTATION MARK}": 'this is a typographic quote; write "',
}
"""Advice for tokens of R, Python or a keyboard that are not in the grammar."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word, number, string or sign of a text, and its offset."""

    kind: str
    text: str
    offset: int


def fail_at(text: str, offset: int, message: str) -> NoReturn:
    """Raise an error that shows the text with a caret under the character."""
    start = max(0, min(offset - _SHOWN // 2, len(text) - _SHOWN))
    window = text[start : start + _SHOWN]
    before, after = "... " * (start > 0), " ..." * (start + _SHOWN < len(text))
    window = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in window)
    caret = " " * (len(before) + offset - start) + "^"
    raise SubscriptSyntaxError(
        f"{message}\n    {before}{window}{after}\n    {caret}", subscript=text, offset=offset
    )


def split_text(text: str) -> list[Token]:
    """Return the tokens of a text, the last of kind "end".

    >>> [token.text for token in split_text("NA:5, -1")]
    ['NA', ':', '5', ',', '-', '1', '']
    """
    if len(text) > MOST_CHARACTERS:
        raise SubscriptSyntaxError(
            f"this text has {len(text)} characters, and subscript text has at most "
            f"{MOST_CHARACTERS}; pass a long vector as a subscript instead of text",
            subscript=text[:_SHOWN],
            offset=MOST_CHARACTERS,
        )
    tokens: list[Token] = []
    offset = depth = 0
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            char = text[offset]
            if char in "\"'":
                fail_at(text, offset, "this string has no end")
            name = f"`{char}`" if char.isprintable() else f"the character U+{ord(char):04X}"
            hint = f"; {HINTS[char]}" if char in HINTS else ""
            fail_at(text, offset, f"{name} is not part of subscript text{hint}")
        kind = str(match.lastgroup)
        depth += (match.group() == "(") - (match.group() == ")")
        if depth > MOST_NESTED:
            fail_at(text, offset, f"this nests more than {MOST_NESTED} deep")
        if kind != "space":
            tokens.append(Token(kind, match.group(), offset))
        offset = match.end()
        if kind in ("hex", "number") and _RUNS_ON.match(text, offset):
            fail_at(text, offset, f"the number `{match.group()}` runs on into a letter or a digit")
    tokens.append(Token("end", "", len(text)))
    return tokens
