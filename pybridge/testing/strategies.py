"""Hypothesis strategies: shapes, values, and subscripts that are written for both languages.

Every drawn subscript has three forms with the same meaning: Python values, R text, and
an expression in base R, without pybridge. Any two of them can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pybridge.subscripts import NA

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Kind = Literal["position", "range", "vector", "mask", "missing"]
KINDS: tuple[Kind, ...] = ("position", "range", "vector", "mask", "missing")


@dataclass(frozen=True)
class Axis:
    """One subscript for one axis, in three forms."""

    python: Any
    text: str
    r: str
    """The same positions in base R, where every one is written from one upward."""
    extent: int | None
    """The number of selected positions; None if a number drops the axis."""


@dataclass(frozen=True)
class Written:
    """Subscripts for a tensor, in three forms."""

    python: tuple[Any, ...]
    """For `R(x)[python]` and `r_slice(x, *python)`."""
    text: str
    """For `r_slice(x, text)`, and between the brackets of `x@r[...]`."""
    r: str
    """An expression of base R about an array named `x`, with the same shape and elements."""


def shapes(
    *, min_axes: int = 1, max_axes: int = 4, min_size: int = 0, max_size: int = 5
) -> SearchStrategy[tuple[int, ...]]:
    """Return a strategy for shapes, some with an axis of size 0 or 1 unless sizes are limited."""
    from hypothesis import strategies as st

    sizes = st.integers(min_size, max_size)
    return st.lists(sizes, min_size=min_axes, max_size=max_axes).map(tuple)


def values(shape: Sequence[int], dtype: Any = "float64") -> SearchStrategy[Any]:
    """Return a strategy for arrays of a shape and a dtype, with NaN and infinities among reals.

    Whole numbers fit into R's integers, and no real becomes R's NA.
    """
    from hypothesis import strategies as st
    from hypothesis.extra import numpy as arrays

    kind = np.dtype(dtype)
    elements: Any = None
    if kind.kind in "iu":
        least = max(int(np.iinfo(kind).min), 1 - 2**31)
        elements = st.integers(least, min(int(np.iinfo(kind).max), 2**31 - 1))
    if kind.kind in "fc":
        elements = arrays.from_dtype(kind, allow_nan=False) | st.just(kind.type("nan"))
    return arrays.arrays(kind, tuple(shape), elements=elements)


def places(shape: Sequence[int]) -> Any:
    """Return the array of a shape with the elements 1, 2, 3, ... in row-major order.

    All values are different, so every wrong element is found.
    """
    return np.arange(1, 1 + int(np.prod(shape)), dtype=np.int32).reshape(tuple(shape))


def subscripts(shape: Sequence[int], *, kinds: Sequence[Kind] = KINDS) -> SearchStrategy[Written]:
    """Return a strategy for valid subscripts of the tensor dialect, one for each axis of a shape.

    Positions and bounds count from either end. Ranges run upward and downward, have open and closed
    ends, and have a step or none. An axis of size 0 gets no position.

    >>> from hypothesis import find
    >>> find(subscripts((2, 3), kinds=["position"]), lambda w: w.python == (2, -1)).r
    'x[2, 3]'
    """
    from hypothesis import strategies as st

    return st.tuples(*(_axis(st, size, kinds) for size in shape)).map(_joined)


def _joined(axes: tuple[Axis, ...]) -> Written:
    inside = ", ".join(axis.r for axis in axes)
    extents = [axis.extent for axis in axes if axis.extent is not None]
    dim = f"c({', '.join(map(str, extents))})"
    # R drops every axis of extent 1; one axis is a plain vector, and none a vector of length 1.
    r = f"x[{inside}]" if len(extents) < 2 else f"array(x[{inside}], dim = {dim})"
    text = ", ".join(axis.text for axis in axes)
    return Written(tuple(axis.python for axis in axes) or (...,), text if axes else "..", r)


def _axis(st: Any, size: int, kinds: Sequence[Kind]) -> Any:
    everything = Axis(slice(None), "", "", size)
    if size == 0:
        return st.just(everything)
    makers = {"position": _position, "range": _range, "vector": _vector, "mask": _mask}
    return st.one_of(
        [makers[kind](st, size) if kind in makers else st.just(everything) for kind in kinds]
    )


def _signed(position: int, size: int) -> tuple[int, int]:
    """Return both ways to write a position: from the first one and from the last."""
    return position, position - size - 1


def _position(st: Any, size: int) -> Any:
    def axis_from(position: int, way: int) -> Axis:
        written = _signed(position, size)[way]
        return Axis(written, str(written), str(position), None)

    return st.builds(axis_from, st.integers(1, size), st.integers(0, 1))


def _vector(st: Any, size: int) -> Any:
    def axis_from(drawn: list[tuple[int, int]]) -> Axis:
        written = [_signed(position, size)[way] for position, way in drawn]
        positions = [position for position, _ in drawn]
        # to the text `c(3)` is the number 3, as it is to R, so a vector of one entry says `array`
        name = "array" if len(drawn) == 1 else "c"
        text = f"{name}({', '.join(map(str, written))})" if drawn else "integer(0)"
        r = f"c({', '.join(map(str, positions))})" if drawn else "integer(0)"
        return Axis(written, text, r, len(drawn))

    entry = st.tuples(st.integers(1, size), st.integers(0, 1))
    return st.builds(axis_from, st.lists(entry, max_size=5))


def _mask(st: Any, size: int) -> Any:
    def axis_from(flags: list[bool]) -> Axis:
        text = f"c({', '.join('TRUE' if flag else 'FALSE' for flag in flags)})"
        return Axis(flags, text, text, sum(flags))

    return st.builds(axis_from, st.lists(st.booleans(), min_size=size, max_size=size))


def _range(st: Any, size: int) -> Any:
    def axis_from(
        ends: tuple[int, int], ways: tuple[int, int], opened: tuple[bool, bool], step: int
    ) -> Axis:
        first, last = ends
        start: Any = _signed(first, size)[ways[0]]
        stop: Any = _signed(last, size)[ways[1]]
        # an open bound is the end of the axis at which the direction starts, or ends
        downward = first > last
        if opened[0] and first == (size if downward else 1):
            start = NA
        if opened[1] and last == (1 if downward else size):
            stop = NA
        by = -step if downward else step
        # bounds of one sign run downward by themselves; all others need a step for it
        runs_itself = NA not in (start, stop) and ways[0] == ways[1]
        if step == 1 and (runs_itself or not downward):
            python, text = slice(start, stop), f"{start}:{stop}"
        else:
            python, text = slice(start, stop, by), f"{start}:{stop}:{by}"
        positions = range(first, last + (-1 if downward else 1), by)
        return Axis(python, text, f"seq({first}, {last}, by = {by})", len(positions))

    ends = st.tuples(st.integers(1, size), st.integers(1, size))
    ways = st.tuples(st.integers(0, 1), st.integers(0, 1))
    opened = st.tuples(st.booleans(), st.booleans())
    return st.builds(axis_from, ends, ways, opened, st.integers(1, 3))
