"""Explanations in parts, as R receives them: sizes are reals, and -1 is one that is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pybridge import explaining
from pybridge.shape import Shape, sizes_for_r
from pybridge.shapes.explaining import Outcome, explain_shapes


def shapes(known: Sequence[Shape]) -> dict[str, Any]:
    """Return how R's rule and NumPy's combine shapes: the parts, and the picture in two forms."""
    explanation = explain_shapes(*known)
    return {
        "recycling": _outcome(explanation.recycling),
        "broadcasting": _outcome(explanation.broadcasting),
        "verdict": explanation.verdict,
        "position": explanation.position and list(explanation.position),
        "lines": str(explanation).splitlines(),
        "html": explanation._repr_html_(),
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    shape = None if outcome.shape is None else sizes_for_r(outcome.shape)
    return {"shape": shape, "error": outcome.error, "warnings": list(outcome.warnings)}


def subscripts(name: str | None, x: Any, written: Any, drop: bool, dialect: Any) -> dict[str, Any]:
    """Return the parts of an explanation, and the lines of its text.

    `x` is a tensor or its sizes; `written` are subscripts, as text or stored.
    """
    if isinstance(written, str):
        explanation = explaining.explain(x, written, dialect=dialect, drop=drop)
    else:
        explanation = explaining.explain_named(
            name or "x", x, (written,), dialect=dialect, drop=drop
        )
    return {
        "subscripts": str(explanation.subscripts),
        "dialect": explanation.dialect,
        "selected": list(explanation.selected),
        "python": explanation.python,
        "shape": [float(size) for size in explanation.shape],
        "result_shape": sizes_for_r(explanation.result_shape),
        "in_r": list(explanation.in_r),
        "in_python": list(explanation.in_python),
        "in_tensor_dialect": list(explanation.in_tensor_dialect),
        "lines": str(explanation).splitlines(),
    }
