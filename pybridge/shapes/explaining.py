"""`explain_shapes`: compare R's rule and NumPy's on some shapes, in a small picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import zip_longest
from typing import Any, Final, Literal, TypeAlias

from pybridge.errors import ArgumentError, BroadcastError, TracingError
from pybridge.holders import find_holder
from pybridge.shape import Shape, fits_shape
from pybridge.shapes import broadcast_shapes, known_count, pad_shape, recycle_shapes, shape_text
from pybridge.shapes.sizes import read_shape

Verdict: TypeAlias = Literal[
    "same", "different", "recycling only", "broadcasting only", "neither", "unknown"
]
Place: TypeAlias = tuple[int, ...]

ROWS: Final = 4
COLUMNS: Final = 4
"""The most rows and columns of a result in the picture."""
UNKNOWN_EXTENT: Final = 3
"""The rows or columns in the picture for an axis of unknown size."""
WIDTH: Final = 80
"""Two panels that are wider together are drawn one below the other."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one rule: a shape, or an error; and warnings."""

    shape: Shape | None
    error: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """One line for a person."""
        if self.shape is None:
            return f"error: {self.error}"
        warned = "".join([f", with the warning: {words}" for words in self.warnings])
        return f"result {shape_text(self.shape)}{warned}"


@dataclass(frozen=True, slots=True)
class ShapeExplanation:
    """The results of both rules for `shapes`, and whether they use the same elements.

    `verdict` is "same", "different" (the trap: both rules succeed but differ), "recycling only",
    "broadcasting only", "neither", or "unknown" if it depends on a size that is known only when
    the code runs. If the results have the same shape but different elements, `position` is the
    first position, one-based and in column-major order, at which they differ.
    """

    shapes: tuple[Shape, ...]
    recycling: Outcome
    broadcasting: Outcome
    verdict: Verdict
    position: Place | None = None

    def __str__(self) -> str:
        lines = ["   ".join(f"{name} {text}" for name, text in _named(self.shapes)), ""]
        for k in _pictured(self):
            lines += _side_by_side(_text_panel(self, k, 0), _text_panel(self, k, 1))
            lines.append("")
        lines += [
            f"R recycles:        {self.recycling.summary}",
            f"NumPy broadcasts:  {self.broadcasting.summary}",
            "",
            *_advice(self),
        ]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        shapes = " &nbsp; ".join(
            f"<code>{name} {escape(text)}</code>" for name, text in _named(self.shapes)
        )
        rows = []
        for k in _pictured(self):
            panels = [_panel(self, k, rule) for rule in (0, 1)]
            tables = "".join(_html_panel(panel) for panel in panels if panel is not None)
            rows.append(f'<div style="display:flex;flex-wrap:wrap;gap:2.5em">{tables}</div>')
        outcomes = (
            f"<p style='margin:.6em 0'>R recycles: {escape(self.recycling.summary)}<br>"
            f"NumPy broadcasts: {escape(self.broadcasting.summary)}</p>"
        )
        advice = "<br>".join(map(escape, _advice(self)))
        return f"<div><p>{shapes}</p>{''.join(rows)}{outcomes}<p><b>{advice}</b></p></div>"


def explain_shapes(*shapes: Any) -> ShapeExplanation:
    """Compare R's recycling and NumPy's broadcasting for two or more shapes.

    Each of `shapes` is a tuple or list of sizes (None or `NA` for an unknown size), one integer for
    a vector of that length, or a tensor, of which only the shape is read. The result prints as a
    picture, in a terminal and in a notebook, and its fields hold the same information.

    >>> explain_shapes((3, 3), (3,))
    x (3, 3)   y (3)
    <BLANKLINE>
    y as R recycles it     y as NumPy broadcasts it
      y[1]  y[1]* y[1]*      y[1]  y[2]* y[3]*
      y[2]* y[2]  y[2]*      y[1]* y[2]  y[3]*
      y[3]* y[3]* y[3]       y[1]* y[2]* y[3]
    <BLANKLINE>
    R recycles:        result (3, 3)
    NumPy broadcasts:  result (3, 3)
    <BLANKLINE>
    Both rules succeed and disagree (*): at [2, 1] R uses y[2], NumPy uses y[1].
    Choose one: recycle(x, y) is R's rule, broadcast(x, y) is NumPy's.
    """
    if len(shapes) < 2:
        raise ArgumentError(f"explain_shapes compares two or more shapes, not {len(shapes)}")
    read = tuple([_shape_of(shape) for shape in shapes])
    plan = recycle_shapes(read)
    recycling = Outcome(plan.shape, None if plan.error is None else str(plan.error), plan.warnings)
    try:
        broadcasting = Outcome(broadcast_shapes(read))
    except BroadcastError as error:
        broadcasting = Outcome(None, str(error))
    position = None
    verdict: Verdict = "different"
    if isinstance(plan.error, TracingError):
        verdict = "unknown"
    elif recycling.shape is None:
        verdict = "neither" if broadcasting.shape is None else "broadcasting only"
    elif broadcasting.shape is None:
        verdict = "recycling only"
    elif fits_shape(recycling.shape, broadcasting.shape):
        position = _first_difference(read, recycling.shape)
        verdict = "same" if position is None else "different"
    return ShapeExplanation(read, recycling, broadcasting, verdict, position)


def _shape_of(shape: Any) -> Shape:
    if not isinstance(shape, tuple | list | int):
        holder = find_holder(shape)
        if holder is not None:
            return holder.shape(shape)
    return read_shape(shape)


def _first_difference(shapes: Sequence[Shape], shape: Shape) -> Place | None:
    """Return the first position at which the rules differ, when both gave `shape`.

    Arrays are then equal under both rules, and so is a single element. A vector of another length
    is as long as the last axis, along which NumPy repeats it, while R starts with the first axis:
    they agree only if every axis before the last has size 1, or if there are no elements.
    """
    is_along_last = any(len(old) == 1 and known_count(old) != 1 for old in shapes)
    if len(shape) < 2 or not is_along_last or known_count(shape) == 0:
        return None
    for axis, size in enumerate(shape[:-1]):
        if size != 1:
            return (1,) * axis + (2,) + (1,) * (len(shape) - axis - 1)
    return None


# the element of an operand at a position


def _recycled_position(shapes: Sequence[Shape], k: int, position: Place) -> Place:
    """Return the element of operand `k` at `position` of R's result; both one-based."""
    plan = recycle_shapes(shapes)
    path = plan.paths[k]
    if not path:
        return position[: len(shapes[k])]
    assert plan.shape is not None
    offset, stride = 0, 1
    for place, size in zip(position, plan.shape, strict=True):
        offset += (place - 1) * stride
        # beyond an unknown size a vector that fits has started anew, so any multiple will do
        stride *= 1 if size is None else size
    for stage in (*reversed(path[:-1]), shapes[k]):
        offset %= math.prod(size or 1 for size in stage)
    return (offset + 1,) if len(shapes[k]) <= 1 else (1,) * len(shapes[k])


def _broadcast_position(shapes: Sequence[Shape], k: int, position: Place) -> Place:
    """Return the element of operand `k` at `position` of NumPy's result; both one-based."""
    old = pad_shape(shapes[k], len(position), "trailing")
    own = tuple([1 if size == 1 else place for place, size in zip(position, old, strict=True)])
    return own[len(position) - len(shapes[k]) :] or (1,)


# the picture


def _named(shapes: Sequence[Shape]) -> list[tuple[str, str]]:
    names = "xyz" if len(shapes) <= 3 else [f"x{k + 1}" for k in range(len(shapes))]
    return list(zip(names, map(shape_text, shapes), strict=False))


def _pictured(explanation: ShapeExplanation) -> list[int]:
    """Return the operands of more than one element that a rule repeats."""
    results = [
        o.shape for o in (explanation.recycling, explanation.broadcasting) if o.shape is not None
    ]
    if not results or any(known_count(shape) == 0 for shape in results):
        return []
    return [
        k
        for k, shape in enumerate(explanation.shapes)
        if known_count(shape) != 1 and not all(fits_shape(shape, result) for result in results)
    ]


def _panel_axes(explanation: ShapeExplanation, shape: Shape) -> tuple[int, int]:
    """Return the two axes of the result that the picture shows, as rows and columns."""
    last = len(shape) - 1
    if explanation.verdict == "recycling only":
        return 0, 1
    if explanation.position is not None:
        return explanation.position.index(2), last
    return max(last - 1, 0), last


@dataclass(frozen=True, slots=True)
class _Panel:
    """One operand under one rule: labels by row, whether each differs, and the cut sides."""

    title: str
    cells: list[list[tuple[str, bool]]]
    is_cut_right: bool
    is_cut_below: bool


def _panel(explanation: ShapeExplanation, k: int, rule: int) -> _Panel | None:
    """Return the panel of operand `k` under R's rule (0) or NumPy's (1), if it has a result."""
    outcome = (explanation.recycling, explanation.broadcasting)[rule]
    if outcome.shape is None:
        return None
    shape = outcome.shape if len(outcome.shape) > 1 else (1, *outcome.shape)
    rows, columns = _panel_axes(explanation, shape)
    name, _ = _named(explanation.shapes)[k]
    title = f"{name} as {('R recycles', 'NumPy broadcasts')[rule]} it"
    if len(shape) > 2:
        title += f", [{', '.join('' if a in (rows, columns) else '1' for a in range(len(shape)))}]"
    axes = range(len(shape) - len(outcome.shape), len(shape))
    cells: list[list[tuple[str, bool]]] = []
    height, width = _extent(shape[rows], ROWS), _extent(shape[columns], COLUMNS)
    has_position = explanation.position is not None
    for row in range(1, height + 1):
        cells.append([])
        for column in range(1, width + 1):
            at = {columns: column, rows: row}
            position = tuple([at.get(axis, 1) for axis in axes])
            here = _element(explanation, k, rule, position)
            differs = has_position and here != _element(explanation, k, 1 - rule, position)
            cells[-1].append((f"{name}[{', '.join(map(str, here))}]", differs))
    return _Panel(title, cells, shape[columns] != width, shape[rows] != height)


def _extent(size: int | None, most: int) -> int:
    return UNKNOWN_EXTENT if size is None else min(size, most)


def _element(explanation: ShapeExplanation, k: int, rule: int, position: Place) -> Place:
    return (_recycled_position, _broadcast_position)[rule](explanation.shapes, k, position)


def _text_panel(explanation: ShapeExplanation, k: int, rule: int) -> list[str]:
    panel = _panel(explanation, k, rule)
    if panel is None:
        return []
    cells = [[label + "*" * differs for label, differs in row] for row in panel.cells]
    width = max(len(cell) for row in cells for cell in row)
    dots = " ..." if panel.is_cut_right else ""
    lines = ["  " + " ".join(cell.ljust(width) for cell in row) + dots for row in cells]
    if panel.is_cut_below:
        lines.append("  ...")
    return [panel.title, *map(str.rstrip, lines)]


def _side_by_side(left: list[str], right: list[str]) -> list[str]:
    if not left or not right:
        return left or right
    width = max(map(len, left)) + 4
    if width + max(map(len, right)) > WIDTH:
        return [*left, "", *right]
    pairs = zip_longest(left, right, fillvalue="")
    return [f"{a.ljust(width)}{b}".rstrip() for a, b in pairs]


def _advice(explanation: ShapeExplanation) -> list[str]:
    """Return the conclusion, in a sentence or two."""
    names = ", ".join(name for name, _ in _named(explanation.shapes))
    choice = f"Choose one: recycle({names}) is R's rule, broadcast({names}) is NumPy's."
    match explanation.verdict:
        case "same":
            return ["Both rules succeed and mean the same elements."]
        case "different" if explanation.position is None:
            return ["Both rules succeed and disagree: the results have different shapes.", choice]
        case "different":
            return [_disagreement(explanation), choice]
        case "recycling only":
            return [
                f"Only R's rule fits: recycle({names}), or recycled(op)({names}).",
                *_leading_advice(explanation, names),
            ]
        case "broadcasting only":
            return [f"Only NumPy's rule fits: broadcast({names}); R's operators would fail."]
        case "neither":
            return ["Neither rule fits these shapes."]
    return ["The answer depends on a size that is known only when the code runs."]


def _disagreement(explanation: ShapeExplanation) -> str:
    assert explanation.position is not None
    at = explanation.position
    used = {
        k: [_element(explanation, k, rule, at) for rule in (0, 1)] for k in _pictured(explanation)
    }
    k, (ours, theirs) = next((k, both) for k, both in used.items() if both[0] != both[1])
    name, _ = _named(explanation.shapes)[k]
    return (
        f"Both rules succeed and disagree (*): at [{', '.join(map(str, at))}] R uses "
        f"{name}[{ours[0]}], NumPy uses {name}[{theirs[0]}]."
    )


def _leading_advice(explanation: ShapeExplanation, names: str) -> list[str]:
    """Return a line if NumPy's rule with axes matched from the first has R's result."""
    shape = explanation.recycling.shape
    vectors = [old for old in explanation.shapes if len(old) == 1]
    try:
        leading = broadcast_shapes(explanation.shapes, "leading")
    except BroadcastError:
        return []
    if not shape or leading != shape or not all(old[0] in (1, shape[0]) for old in vectors):
        return []
    return [f'broadcast({names}, align="leading") gives the same elements.']


def _html_panel(panel: _Panel) -> str:
    body = []
    for row in panel.cells:
        cells = "".join(_html_cell(label, differs) for label, differs in row)
        body.append(f"<tr>{cells}{'<td>&hellip;</td>' * panel.is_cut_right}</tr>")
    if panel.is_cut_below:
        body.append("<tr><td>&#8942;</td></tr>")
    return (
        '<table style="border-collapse:collapse;margin:.4em 0">'
        '<caption style="text-align:left;caption-side:top;white-space:nowrap">'
        f"{escape(panel.title)}</caption>{''.join(body)}</table>"
    )


def _html_cell(label: str, differs: bool) -> str:
    # half-transparent colours stay readable on a light and on a dark page
    color = "rgba(214,93,14,.35)" if differs else "transparent"
    return (
        f'<td style="border:1px solid rgba(128,128,128,.6);padding:.2em .6em;background:{color}">'
        f"<code>{escape(label)}</code>{'*' * differs}</td>"
    )
