"""The calls that make subscripts in text."""

from __future__ import annotations

from typing import Any, Final

from pybridge.subscripts.frozen import Frozen


class AllBut(Frozen):
    """All positions but those of its parts.

    >>> str(AllBut((2, 3)))
    'all_but(2, 3)'
    """

    parts: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return f"all_but({', '.join(map(str, self.parts))})"


CALLS: Final[dict[str, type]] = {"all_but": AllBut}
"""The name of each call, and the class that has its parts."""
