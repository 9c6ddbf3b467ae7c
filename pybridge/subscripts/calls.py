"""Subscripts that are calls, such as `all_but(2, 4)`: one class for each.

A call becomes a selection once its axis is known. R text, the record of a call in R, compiled code
and explanations find it in `CALLS`, by its name. Inside are subscripts of the tensor dialect. A new
call is one class here, and one line in r/R/calls.R.
"""

from __future__ import annotations

from typing import Any, ClassVar, Final

import numpy as np

from pybridge.axis import Axis
from pybridge.errors import SubscriptTypeError
from pybridge.subscripts.kinds import Kind, select
from pybridge.subscripts.notation import is_whole_axis, python_source, r_source, short_text
from pybridge.subscripts.resolve import Policies
from pybridge.subscripts.selections import AxisSelection, Gather, LeftOut, Taken

CALLS: Final[dict[str, type[Call]]] = {}
"""The classes of calls by their names."""


class Call(Kind):
    """Base class of calls; `parts` are the subscripts between the parentheses."""

    parts: tuple[Any, ...] = ()

    name: ClassVar[str]
    in_r: ClassVar[str]
    """What one writes in R's own dialect, for its refusal."""

    def __init_subclass__(cls) -> None:
        CALLS[cls.name] = cls

    def r_source(self, most: int) -> str:
        """Return R source; a whole axis inside a call is `NA:NA`."""
        parts = [
            "NA:NA" if is_whole_axis(part) else r_source(part, most) for part in self.parts
        ]
        return f"{self.name}({', '.join(parts)})"

    @property
    def python(self) -> str:
        """Python source."""
        return f"{self.name}({', '.join(map(python_source, self.parts))})"

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
                raise SubscriptTypeError(
                    f"`{r_source(part)}` is a subscript of its own, not a part of {self.name}()",
                    subscript=r_source(part),
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
    in_r = "in R's own a minus leaves out, as in `-c(2, 4)`"

    def selected(self, axis: Axis, policies: Policies) -> AxisSelection:
        """Return the indices that are left.

        >>> from pybridge.subscripts.resolve import TENSOR
        >>> AllBut((2, slice(4, None))).on(Axis(size=6), TENSOR).indices
        array([0, 2])
        """
        parts = tuple([select(part, axis, policies) for part in self.parts])
        if axis.size is None or any(
            isinstance(part, Taken) and not isinstance(part, Gather) for part in parts
        ):
            return LeftOut(parts)
        is_left = np.ones(axis.size, bool)
        for part in parts:
            is_left[part.indices if isinstance(part, Gather) else part] = False
        return Gather(np.flatnonzero(is_left))
