"""Compute the data of the page "Look up": what some five hundred subscripts select.

Each subscript is put to R's own brackets in a process of R, to NumPy's as Python spells it, and to
both dialects of pybridge. docs/lookup.js draws the results. They are a script and not JSON, since a
page that is opened as a file may load a script and nothing else.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import numpy as np

from pybridge import explain, r_slice
from tools.documents import Piece, run_r

Spelling: TypeAlias = tuple[str, str]
"""One subscript as R spells it, and as Python does."""
WHOLE: Spelling = ("", ":")
REST: Spelling = ("..", "...")
NEW: Spelling = ("newaxis", "None")


# ---- The subscripts ------------------------------------------------------------------------------


def _same(*texts: object) -> list[Spelling]:
    return [(str(text), str(text)) for text in texts]


def _vectors(*vectors: tuple[object, ...]) -> list[Spelling]:
    in_python = [f"[{', '.join(map(str, entries))}]" for entries in vectors]
    in_r = [text.upper().replace("[", "c(").replace("]", ")") for text in in_python]
    return list(zip(in_r, in_python, strict=True))


def _joined(*axes: Iterable[Spelling]) -> Iterator[Spelling]:
    for parts in product(*axes):
        in_r, in_python = (", ".join(texts) for texts in zip(*parts, strict=True))
        yield in_r.strip(), in_python


def _of_one_axis() -> Iterator[Spelling]:
    bounds = (1, 2, 3, 4, 5, 8, 10, 12, -1, -2, -3)
    yield from _same(*range(1, 12), *range(-1, -12, -1), 0, 2.9, "0:3", "9:12", "3:-10", "2, 3")
    yield from _same(*(f"{start}:{stop}" for start, stop in product(bounds, bounds)))
    yield from ((f"NA:{bound}", f":{bound}") for bound in bounds)
    yield from ((f"{bound}:NA", f"{bound}:") for bound in bounds)
    yield from _same("1:10:3", "2:9:2", "10:1:3", "10:1:-3", "-1:1:-2", "1:10:0")
    yield from (("NA:NA:-1", "::-1"), ("NA:NA:2", "::2"), ("3:NA:2", "3::2"), ("NA:8:3", ":8:3"))
    yield from _vectors((1, 3), (3, 1), (2, 2), (5, 1, 5), (-1, -2), (-2, -1), (1, -1), (0, 3))
    yield from _vectors((9, 11), (2.9, 4), (10, 8, 6), (True, False), (True, False, False))
    yield from _vectors((False,) * 9 + (True,), (True,) + (False,) * 9)
    yield from (WHOLE, REST, NEW)


def _of_two_axes() -> Iterator[Spelling]:
    vectors = _vectors((3, 1), (-1, -2))
    logical = _vectors((True, False, True, False))
    axis = [WHOLE, *_same(1, 3, -1, 0, "2:3", "3:1", "2:-2"), ("NA:2", ":2"), *vectors]
    yield from _joined(axis, axis)
    yield from _joined(logical, [WHOLE, *_same(2), *vectors[:1]])
    yield from _joined([REST], _same(1, -1, "2:3"))
    yield from _joined([WHOLE], [NEW], [WHOLE])
    yield from (WHOLE, REST, NEW, *logical, *vectors, *_vectors((1, 5)))
    yield from _same(1, 2, 3, -1, 7, 21, "2:3", "3:1", "-2:-1")


def _of_three_axes() -> Iterator[Spelling]:
    first = [WHOLE, *_same(2, -1, "2:1")]
    second = [WHOLE, *_same(3, -1), ("NA:2", ":2"), *_vectors((3, 1))]
    third = [WHOLE, *_same(4, -1, "2:4", "2:6"), *_vectors((5, 1))]
    yield from _joined(first, second, third)
    yield from _joined([REST], [*third[1:], *_same(1)])
    yield from _joined(first[1:], [REST], third[1:])
    yield from (WHOLE, REST, NEW, *_vectors((2, 1), (True, False)))
    yield from _same(1, 2, -1, 7, 31, "1:2", "2:1", "1, 2", "-1, -1")


SUBSCRIPTS = {(10,): _of_one_axis, (4, 5): _of_two_axes, (2, 3, 5): _of_three_axes}


# ---- What they select ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What brackets give: the shape and the elements (None is NA), or an error; and a warning."""

    shape: tuple[int, ...] = ()
    values: tuple[int | None, ...] = ()
    error: str = ""
    warning: str = ""


def elements(shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """Return an array whose elements spell their positions: 235 is at 2, 3, 5; 20 is the second."""
    digits = (np.indices(shape) + 1).reshape(len(shape), -1)
    values = 10.0 ** np.arange(len(shape))[::-1] @ digits
    return (values * 10 if len(shape) == 1 else values).reshape(shape)


def in_r(shape: tuple[int, ...], texts: list[str]) -> list[Answer]:
    """Return what R's own brackets give for each text; `newaxis` of pybridge is not there."""
    flat = ", ".join(map(str, elements(shape).ravel(order="F")))
    setup = f"x <- c({flat})" + (f"; dim(x) <- c{shape}" if len(shape) > 1 else "")
    code = "local(x[{}], list2env(list(x = x), parent = baseenv()))"
    outcomes = run_r([Piece(code.format(text), f"{shape}", setup) for text in texts])
    answers = []
    for outcome in outcomes:
        # A warning comes before the value or the error, each on a line of its own.
        lines = [line.split(" : ", 1)[-1].strip() for line in outcome.printed.splitlines()]
        warned = lines[0] if outcome.printed.startswith("Warning") else ""
        if outcome.shape is None:
            answers.append(Answer(error=lines[-1], warning=warned))
        else:
            answers.append(_answer(outcome.shape, outcome.values or (), warned))
    return answers


def in_python(expression: str, **variables: Any) -> Answer:
    """Return what an expression gives in Python."""
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            value = np.asarray(eval(expression, variables))
    except Exception as error:
        return Answer(error=f"{type(error).__name__}: {error}")
    return _answer(value.shape, value.ravel().tolist(), *(str(each.message) for each in caught))


def by_dialect(shape: tuple[int, ...], text: str, dialect: str) -> Answer:
    """Return what a dialect of pybridge gives for R's text."""
    names = {"x": elements(shape), "text": text, "dialect": dialect, "r_slice": r_slice}
    return in_python("r_slice(x, text, dialect=dialect)", **names)


def _answer(shape: tuple[int, ...], values: Iterable[Any], warning: str = "") -> Answer:
    whole = tuple(None if value is None or value != value else int(value) for value in values)
    return Answer(shape, whole, warning=warning)


def rows(shape: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Yield for each subscript its spellings, its explanation, and all four answers."""
    spellings = list(dict.fromkeys(SUBSCRIPTS[shape]()))
    for (text, code), own in zip(spellings, in_r(shape, [r for r, _ in spellings]), strict=True):
        numpy = in_python(f"x[{code}]", x=elements(shape))
        dialects = [by_dialect(shape, text, dialect) for dialect in ("tensor", "base")]
        explained = "" if dialects[0].error else str(explain(shape, f"x[{text}]"))
        answers = [vars(answer) for answer in (own, numpy, *dialects)]
        yield {"r": text, "python": code, "answers": answers, "explained": explained}


def script() -> str:
    """Return the data as a script that sets one variable."""
    arrays = [
        {"shape": shape, "elements": elements(shape).ravel().tolist(), "rows": list(rows(shape))}
        for shape in SUBSCRIPTS
    ]
    return f"window.pybridgeLookUp = {json.dumps(arrays, separators=(',', ':'))};\n"
