"""Answers to R: a value, or the conditions that R must signal."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from pybridge.errors import PybridgeError, PybridgeWarning, collected_warnings, r_classes


class Answer:
    """A result with the conditions that R must signal: an error, or warnings and a value."""

    __slots__ = ("error", "value", "warnings")

    def __init__(
        self, value: Any, error: Exception | None, collected: Sequence[PybridgeWarning] = ()
    ) -> None:
        """Store the outcome of a call."""
        self.value = value
        self.error = error
        self.warnings = collected

    def describe(self) -> list[tuple[str, list[str], dict[str, Any]]]:
        """Return each condition as message, classes and fields; an error comes last."""
        conditions: list[Exception] = [*self.warnings]
        if self.error is not None:
            conditions.append(self.error)
        return [_described(condition) for condition in conditions]


def _described(condition: Exception) -> tuple[str, list[str], dict[str, Any]]:
    if isinstance(condition, PybridgeError):
        fields = {name: _for_r(value) for name, value in condition.fields.items()}
        return str(condition), r_classes(condition), fields
    if isinstance(condition, PybridgeWarning):
        kind = type(condition).__name__.removesuffix("Warning").lower()
        return str(condition), [f"pybridge_warning_{kind}"], {}
    return _foreign_text(condition), ["pybridge_error_python", "pybridge_error"], {}


def _for_r(field: Any) -> Any:
    """Return a field of an error as R can read it: integers beyond 32 bits would become NA."""
    if isinstance(field, int) and abs(field) >= 2**31:
        return float(field)
    return [_for_r(entry) for entry in field] if isinstance(field, list | tuple) else field


def _foreign_text(error: Exception) -> str:
    """Return the first line of a library's error, which may be pages long."""
    lines = str(error).strip().splitlines() or ["(no message)"]
    return f"{type(error).__name__}: {lines[0][:300]}"


def answering(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function return an `Answer` instead of raising or warning."""

    @functools.wraps(function)
    def answer(*arguments: Any) -> Any:
        with collected_warnings() as collected:
            try:
                value = function(*arguments)
            except Exception as error:
                return Answer(None, error, collected)
        return Answer(value, None, collected) if collected else value

    return answer


def answering_errors(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function that emits no warnings return an `Answer` instead of raising."""

    @functools.wraps(function)
    def answer(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except Exception as error:
            return Answer(None, error)

    return answer
