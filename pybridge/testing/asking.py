"""Whom the assertion asks: the R of the run of pytest, or R itself."""

from __future__ import annotations

from collections.abc import Mapping

from pybridge.testing.oracle import Oracle, ask_r
from pybridge.testing.r_values import Answer, RValue

_oracle: Oracle | None = None


class _ThisProcess:
    """R in this process, where no run of pytest has another."""

    def ask(self, source: str, inputs: Mapping[str, RValue], /) -> Answer:
        """Return all that R answers to source with inputs by name."""
        return ask_r(source, inputs)


def set_oracle(oracle: Oracle | None) -> None:
    """Set whom the assertion asks if a test names nobody; None for R in this process."""
    global _oracle
    _oracle = oracle


def current_oracle() -> Oracle:
    """Return whom the assertion asks if a test names nobody."""
    return _ThisProcess() if _oracle is None else _oracle
