"""Subscripts that are calls, such as `all_but(2, 4)`: one class for each.

A call becomes a selection once its axis is known. R text, the record of a call in R, compiled code
and explanations find it in `CALLS`, by its name. Inside are subscripts of the tensor dialect. A new
call is one class here, the function that makes it, and three lines in R: its function in
r/R/subscript-call.R, and what it selects and what R has in its place in r/R/array-axis.R.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np

from pybridge.axis import Axis
from pybridge.errors import SubscriptTypeError
from pybridge.subscripts.kinds import Kind, Subscripts, select
from pybridge.subscripts.notation import python_source, r_source, short_text
from pybridge.subscripts.resolve import Policies
from pybridge.subscripts.selections import AxisSelection, Gather, LeftOut, Taken, TracedMask
from pybridge.subscripts.traced import traced_inside

CALLS: Final[dict[str, type[Call]]] = {}
"""The classes of calls by their names."""


class Call(Kind):
    """Base class of calls.

    `parts` are what is between the parentheses: values as Python and R write them, which become
    subscripts when the call is read, or subscripts.
    """

    parts: tuple[Any, ...] = ()

    name: ClassVar[str]
    in_r: ClassVar[str]
    """What R's own dialect has in place of it; r/R/array-axis.R has the same words."""
    in_python: ClassVar[str]
    """What Python's own brackets have in place of it."""

    def __init_subclass__(cls) -> None:
        CALLS[cls.name] = cls

    def _read_parts(self) -> tuple[Any, ...]:
        from pybridge.subscripts.python_values import as_subscript  # which reads calls too

        return tuple(map(as_subscript, self.parts))

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._read_parts() == other._read_parts()

    def __hash__(self) -> int:
        return hash((self.name, Subscripts(self._read_parts())))

    def r_source(self, most: int) -> str:
        """Return R source; a whole axis inside a call is `NA:NA`."""
        sources = [r_source(part, most) or "NA:NA" for part in self._read_parts()]
        return f"{self.name}({', '.join(sources)})"

    @property
    def python(self) -> str:
        """Python source."""
        return f"{self.name}({', '.join(map(python_source, self._read_parts()))})"

    def mapped(self, f: Any) -> Any:
        """Return the call with `f` applied to its parts."""
        return type(self)(tuple(map(f, self.parts)))

    def on(self, axis: Axis, policies: Policies) -> AxisSelection:
        """Return what the call selects on an axis; only the tensor dialect has calls."""
        if policies.is_loose:
            text = short_text(self)
            raise SubscriptTypeError(
                f"`{text}` is a subscript of the tensor dialect; {self.in_r}", subscript=text
            )
        for part in self.parts:
            if part is None or part is ...:
                text = r_source(part)
                raise SubscriptTypeError(
                    f"`{text}` is a subscript of its own, not a part of {self.name}()",
                    subscript=text,
                )
        return self.selected(axis, policies)

    def selected(self, axis: Axis, policies: Policies) -> AxisSelection:
        """Return what the call selects on an axis."""
        raise NotImplementedError


class AllBut(Call):
    """All positions of the axis but these, in order.

    >>> str(AllBut((2, slice(4, None)))), AllBut((2, slice(4, None))).python
    ('all_but(2, 4:NA)', 'all_but(2, slice(4, None, None))')
    """

    name = "all_but"
    in_r = "R's own takes positions, and a minus leaves them out, as in `-c(2, 4)`"
    in_python = "where the indices themselves are written"

    def selected(self, axis: Axis, policies: Policies) -> AxisSelection:
        """Return the indices that are left.

        >>> from pybridge.subscripts.resolve import TENSOR
        >>> AllBut((2, slice(4, None))).on(Axis(size=6), TENSOR).indices
        array([0, 2])
        """
        parts = tuple([select(part, axis, policies) for part in self.parts])
        if axis.size is None:
            left = LeftOut(parts)
            return left.without_size() or left
        is_left = np.ones(axis.size, bool)
        not_known = []
        for part in parts:
            if isinstance(part, Taken) and not isinstance(part, Gather):
                not_known.append(part)
                continue
            chosen: Any = part.indices if isinstance(part, Gather) else part
            is_left[chosen] = False
        traced = traced_inside(self) if not_known else None
        if traced is None:
            return Gather(np.flatnonzero(is_left))
        backend = traced.backend
        mask = LeftOut(tuple(not_known)).mask(backend, backend.as_indices(np.arange(axis.size)))
        return TracedMask(backend.where(is_left, mask, False))
