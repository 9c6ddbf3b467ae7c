"""How the subscripts of each library answer the corpus: the tables of docs/who-is-right.md.

Each case is put to a library twice: with the numbers as R writes them, which is what happens when
code is copied, and counted from zero, as a careful programmer translates them by hand: one less,
and the end of a range one further. `x[2:4]` becomes `x[2:4]` first and `x[1:4]` then. The libraries
are those of the tests' adapters.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

TESTS = Path(__file__).resolve().parent.parent / "tests"
sys.path[:0] = [path for path in (str(TESTS), str(TESTS / "support")) if path not in sys.path]

from backends.adapters import ADAPTERS, LABELLED, SPARSE, STORES, Adapter  # noqa: E402
from compilers import optimise_little  # noqa: E402

from pybridge import r_assign, r_slice, r_subscripts  # noqa: E402
from pybridge import subscripts as sub  # noqa: E402
from pybridge.holders import open_tensor  # noqa: E402
from pybridge.subscripts import NA  # noqa: E402
from pybridge.subsetting.request import assign_in_place  # noqa: E402
from pybridge.testing.corpus import corpus, is_expected, tensor_of, value_of  # noqa: E402

Verdict = Literal["same", "differs", "refuses"]
COUNTINGS = {
    "Copied": "the numbers as R writes them",
    "Translated": "counted from zero by hand",
}
Task: TypeAlias = Callable[[Any], Any]
"""What one case does to a tensor."""
LIBRARIES = {
    "numpy": Adapter(np.array, np.asarray, {}),
    **ADAPTERS,
    **STORES,
    **LABELLED,
    **SPARSE,
}


@dataclass(frozen=True)
class Answer:
    """What a library makes of one case."""

    library: str
    case: dict[str, Any]
    verdicts: dict[str, Verdict]
    """By counting: whether the library's own subscripts do what R has confirmed."""
    is_ours_right: bool
    """Whether pybridge's subscripts on a tensor of the library do."""

    @property
    def rule(self) -> tuple[str, str]:
        """The dialect and the name of the rule."""
        return self.case["dialect"], self.case["rule"]


def survey(libraries: Iterable[str] = LIBRARIES) -> list[Answer]:
    """Put every case to each library."""
    optimise_little()
    cases = sorted(corpus()["cases"], key=lambda case: case["shape"])
    with warnings.catch_warnings(), _without_standard_error():
        warnings.simplefilter("ignore")
        return [answer for name in libraries for answer in _answers(name, cases)]


@contextmanager
def _without_standard_error() -> Iterator[None]:
    """Drop what TensorFlow writes to the standard error about each case that it refuses."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nothing:
            os.dup2(nothing.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _answers(name: str, cases: Sequence[dict[str, Any]]) -> Iterator[Answer]:
    adapter = LIBRARIES[name]
    copied = _run(adapter, cases, lambda case: _own_task(adapter, case, from_zero=False))
    translated = _run(adapter, cases, lambda case: _own_task(adapter, case, from_zero=True))
    ours = _run(adapter, cases, lambda case: _pybridge_task(name, case))
    for case, *results, right in zip(cases, copied, translated, ours, strict=True):
        verdicts = (_verdict(case, result) for result in results)
        named = dict(zip(COUNTINGS, verdicts, strict=True))
        yield Answer(name, case, named, is_expected(case, right))


def _run(
    adapter: Adapter, cases: Sequence[dict[str, Any]], task_of: Callable[[dict[str, Any]], Task]
) -> list[Any]:
    """Return what each task gives: a NumPy array, or an exception."""
    tasks = [task_of(case) for case in cases]
    if "jit" not in adapter.modes:
        made = (adapter.make(tensor_of(case)) for case in cases)
        return [_attempt(task, x, to_numpy=True) for task, x in zip(tasks, made, strict=True)]
    found = []  # one trace for each shape: to compile each case alone takes minutes
    for _, group in groupby(zip(cases, tasks, strict=True), key=lambda pair: pair[0]["shape"]):
        first, *_ = pairs = list(group)
        traced = lambda x, pairs=pairs: [_attempt(task, x) for _, task in pairs]  # noqa: E731
        found += adapter.modes["jit"](traced, tensor_of(first[0]))
    return found


def _attempt(task: Task, x: Any, to_numpy: bool = False) -> Any:
    try:
        if not to_numpy:
            return task(x)
        backend, tensor = open_tensor(task(x))
        return np.asarray(backend.to_numpy(tensor))
    except Exception as error:  # each library has classes of its own
        return error


def _verdict(case: dict[str, Any], result: Any) -> Verdict:
    if is_expected(case, result):
        return "same"
    return "refuses" if isinstance(result, Exception) else "differs"


def _own_task(adapter: Adapter, case: dict[str, Any], *, from_zero: bool) -> Task:
    key = python_key(case["subscripts"], from_zero=from_zero)
    if "value" in case:
        return lambda x: adapter.write(x, key, value_of(case))
    return lambda x: x[key]


def _pybridge_task(name: str, case: dict[str, Any]) -> Task:
    text, dialect = case["subscripts"], case["dialect"]

    def write(x: Any) -> Any:
        if name in STORES:
            assign_in_place(x, (text,), value_of(case), dialect=dialect)
            return x
        return r_assign(x, text, value=value_of(case), dialect=dialect)

    if "value" in case:
        return write
    return lambda x: r_slice(x, text, dialect=dialect, drop=case.get("drop", True))


# ---- R's subscripts as Python's ------------------------------------------------------------------


def python_key(text: str, *, from_zero: bool) -> tuple[Any, ...]:
    """Write R's subscripts as Python does, as they are or counted from zero by hand.

    >>> python_key("2, NA:5, c(3, 1)", from_zero=False)
    (2, slice(None, 5, None), array([3, 1]))
    >>> python_key("2, NA:5, c(3, 1), 4:2", from_zero=True)
    (1, slice(None, 5, None), array([2, 0]), slice(3, 0, -1))
    >>> python_key("-1, 2:-2", from_zero=True)
    (-1, slice(1, -1, None))
    """
    items = [item for part in _parts(text) for item in r_subscripts(part).items]
    return tuple(_python_item(item, from_zero) for item in items)


def _parts(text: str) -> list[str]:
    """Split at the commas between subscripts; each is read alone, so that any number may follow."""
    parts, depth = [""], 0
    for char in text:
        depth += (char == "(") - (char == ")")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _python_item(item: Any, from_zero: bool) -> Any:
    match item:
        case slice(start=start, stop=stop, step=step):
            return item if item == slice(None) else _slice(start, stop, step, from_zero)
        case int() | sub.Scalar():
            return _number(getattr(item, "value", item), from_zero)
        case sub.Characters(values=values):
            return list(values)
        case sub.Vector(values=values, missing=missing):
            moved = np.where(values > 0, values - 1, values) if from_zero else values
            if missing is not None:
                return np.where(missing, np.nan, moved)
            whole = moved.astype(np.int64)
            return whole if bool((whole == moved).all()) else moved
        case sub.Mask(values=values, missing=missing):
            return np.array(values) if missing is None else np.where(missing, np.nan, values)
        case sub.Call():
            return str(item)  # no library has calls, and each refuses text as a subscript
    assert item is None or item is ..., item
    return item


def _number(value: Any, from_zero: bool) -> Any:
    if value is NA:
        return float("nan")
    moved = value - 1 if from_zero and value > 0 else value
    return int(moved) if moved == moved and abs(moved) < sys.maxsize and moved % 1 == 0 else moved


def _slice(start: Any, stop: Any, step: Any, from_zero: bool) -> slice:
    bounds = [
        None if bound in (NA, None) else _number(bound, False) for bound in (start, stop, step)
    ]
    if not from_zero:
        return slice(*bounds)
    first, last, by = bounds
    if by is None and first is not None and last is not None and first * last > 0 and first > last:
        by = -1
    if last is not None and by is not None and by < 0:
        # A slice leaves out its end; what would pass an end of the axis is left open.
        last = None if last == 1 else last - 2 if last > 0 else last - 1
    elif last is not None and last < 0:
        last = last + 1 or None
    return slice(None if first is None else _number(first, True), last, by)


# ---- The tables ----------------------------------------------------------------------------------


def page() -> str:
    """Return the tables by rule for each counting, and how often pybridge is right."""
    answers = survey()
    libraries = list(dict.fromkeys(answer.library for answer in answers))
    rules = dict.fromkeys((case["dialect"], case["rule"]) for case in corpus()["cases"])
    head = "".join(f"<th>{name}</th>" for name in ("rule", "", *libraries))
    parts = []
    for counting, words in COUNTINGS.items():
        rows = [f'<tr class="head">{head}</tr>']
        for rule in [*rules, None]:
            counts = [count(answers, counting, library, rule) for library in libraries]
            cells = "".join(map(_cell, libraries, counts))
            title = f"<th>{_title(rule)}</th><td>{counts[0].total()} cases</td>"
            rows.append(f"<tr>{title}{cells}</tr>")
        table = f'<table class="conformance"><tbody>{"".join(rows)}</tbody></table>'
        parts.append(f"## {counting}: {words}\n\n{table}\n")
    total = len(answers) // len(libraries)
    right = Counter(answer.library for answer in answers if answer.is_ours_right)
    rows = [f"| {library} | {right[library]} of {total} |" for library in libraries]
    ours = ["## pybridge on the same tensors", "", "| on | right |", "|-|-|", *rows, ""]
    return "\n".join([*parts, *ours, f"The corpus has version {corpus()['version']}.", ""])


def count(
    answers: Iterable[Answer], counting: str, library: str, rule: tuple[str, str] | None = None
) -> Counter[Verdict]:
    """Count the verdicts on one rule, or on all."""
    return Counter(
        answer.verdicts[counting]
        for answer in answers
        if answer.library == library and rule in (None, answer.rule)
    )


def _title(rule: tuple[str, str] | None) -> str:
    if rule is None:
        return "all"
    return f"R's own <code>[</code>: {rule[1]}" if rule[0] == "base" else rule[1]


def _cell(library: str, verdicts: Counter[Verdict]) -> str:
    differs, refuses = verdicts["differs"], verdicts["refuses"]
    words = [f"{differs} silent"] * bool(differs) + [f"{refuses} no"] * bool(refuses)
    kind = "silent" if differs else "refuses" if refuses else "right"
    return f'<td class="{kind}" data-library="{library}">{", ".join(words) or "right"}</td>'
