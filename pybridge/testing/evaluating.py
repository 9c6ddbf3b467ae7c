"""Evaluate Python code for `expect_same_as_python()` of the R package."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping
from typing import Any

from pybridge.errors import ArgumentError

_FILE = "<the Python code>"


class Evaluated:
    """What code does: it gives a value, or raises; and it may warn."""

    __slots__ = ("error", "value", "warnings")

    def __init__(self, value: Any, error: Exception | None, caught: list[Warning]) -> None:
        """Store what the code gave, or its exception, and its warnings."""
        self.value = value
        self.error = None if error is None else _described(error)
        """None, or the names of the exception's classes, the own one first, and its message."""
        self.warnings = [_described(each) for each in caught]
        """The same of each warning."""


def evaluate(code: str, variables: Mapping[str, Any]) -> Evaluated:
    """Return what an expression gives, or statements of which the last one is an expression.

    `variables` are the names that the code can use, in addition to Python's own. Raises
    `ArgumentError` for code that is not Python, or whose last statement is not an expression.

    >>> evaluate("y = x + 1; y * 2", {"x": 3}).value
    8
    >>> classes, message = evaluate("[1, 2][x]", {"x": 3}).error
    >>> classes[:2], message
    (['IndexError', 'LookupError'], 'list index out of range')
    """
    try:
        statements = ast.parse(code, _FILE).body
    except SyntaxError as error:
        raise ArgumentError(f"the code is not Python: {error}") from error
    last = statements.pop() if statements else None
    if not isinstance(last, ast.Expr):
        raise ArgumentError(
            "the last statement of the Python code is an expression, whose value is compared; "
            f"write one below {code.strip()[-60:]!r}"
        )
    known = dict(variables)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            exec(compile(ast.Module(statements, []), _FILE, "exec"), known)
            value = eval(compile(ast.Expression(last.value), _FILE, "eval"), known)
        except Exception as error:
            return Evaluated(None, error, [_warning(each) for each in caught])
    return Evaluated(value, None, [_warning(each) for each in caught])


def _warning(caught: warnings.WarningMessage) -> Warning:
    message = caught.message
    return message if isinstance(message, Warning) else caught.category(message)


def _described(condition: Exception) -> tuple[list[str], str]:
    return [each.__name__ for each in type(condition).__mro__], str(condition)
