"""Subscripts that are calls, such as `all_but(2, 4)`: the classes by their names."""

from __future__ import annotations

from typing import Any, Final

from pybridge.subscripts.frozen import Frozen


class AllBut(Frozen):
    """All positions of an axis but those of its parts."""

    parts: tuple[Any, ...]

    def __str__(self) -> str:
        return f"all_but({', '.join(map(str, self.parts))})"


CALLS: Final[dict[str, Any]] = {"all_but": AllBut}
