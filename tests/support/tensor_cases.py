"""Cases of the tensor dialect: Python subscripts, which print themselves as R source.

`disagreements` runs cases through pybridge and through `restatement.R`, which says the dialect once
more in base R, and returns what differs, each with R source that a person can paste after
`source("tests/support/restatement.R")`.
"""

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pybridge import NA, R, Subscripts, all_but, errors, r_assign, r_slice
from pybridge.subscripts.python_values import as_subscript
from pybridge.testing import run_r

RESTATEMENT = (Path(__file__).parent / "restatement.R").read_text()
CODES = {
    1: errors.SubscriptOutOfBoundsError,
    2: errors.SubscriptTypeError,
    3: errors.SubscriptMissingError,
    4: errors.SubscriptCountError,
    5: errors.SubscriptRangeError,
    6: errors.SubscriptMaskError,
    7: errors.AssignmentError,
    8: errors.SubscriptError,
}
VALUE_SHAPES = {
    "scalar": ("function(d) integer(0)", lambda d: ()),
    "full": ("function(d) d", lambda d: d),
    "last": ("function(d) utils::tail(d, 1)", lambda d: d[-1:]),
    "ones": ("function(d) rep(1, length(d))", lambda d: (1,) * len(d)),
    "larger": ("function(d) d + 1", lambda d: tuple(n + 1 for n in d)),
    "leading": ("function(d) c(1, 1, d)", lambda d: (1, 1, *d)),
    "deeper": ("function(d) c(2, d)", lambda d: (2, *d)),
}


@dataclass(frozen=True)
class Case:
    """One read (`value` is None) or one assignment of a value of a named shape."""

    shape: tuple[int, ...]
    subscripts: tuple[Any, ...]
    drop: bool = True
    value: str | None = None

    @property
    def r_source(self) -> str:
        shape = f"c({', '.join(map(str, self.shape))})" if self.shape else "integer(0)"
        subs = f"subs_of({json.dumps(str(Subscripts(tuple(map(as_subscript, self.subscripts)))))})"
        if self.value is not None:
            return f"assign_case({shape}, {subs}, {VALUE_SHAPES[self.value][0]})"
        return f"read_case({shape}, {subs}{'' if self.drop else ', FALSE'})"


def places(shape: tuple[int, ...]) -> np.ndarray:
    """Return the array whose entries are their places in row-major order, from 1."""
    return np.arange(1, 1 + int(np.prod(shape)), dtype=np.int64).reshape(shape)


def outcome(case: Case) -> list[float]:
    """Return what pybridge does with a case, in the form of `read_case` and `assign_case` in R."""
    x = places(case.shape)
    try:
        if case.value is None:
            found = r_slice(x, *case.subscripts, drop=case.drop)
        else:
            extents = r_slice(x, *case.subscripts).shape
            shape = VALUE_SHAPES[case.value][1](extents)
            value = 1000 + places(shape)
            found = r_assign(x, *case.subscripts, value=value)
            assert (x == places(case.shape)).all(), "r_assign changed its tensor"
            R(x)[case.subscripts] = value
            assert (x == found).all(), "the two forms of assignment differ"
    except errors.PybridgeError as error:
        return [-1, next((code for code, cls in CODES.items() if type(error) is cls), 0)]
    return [found.ndim, *found.shape, *found.ravel().tolist()]


def restated(cases: Iterable[Case]) -> list[list[float]]:
    """Return what the restatement in R does with each case."""
    sources = ",\n".join(case.r_source for case in cases)
    found = run_r(f"{RESTATEMENT}\nrun_cases(expression({sources}))")
    ends = np.cumsum(found["sizes"])
    return [part.tolist() for part in np.split(found["values"], ends[:-1])]


def disagreements(cases: list[Case], most: int = 5) -> list[str]:
    """Return a text for each of the first few cases on which pybridge and R differ."""
    differing = []
    for case, theirs in zip(cases, restated(cases), strict=True):
        ours = outcome(case)
        if ours != theirs:
            differing.append(f"{case.r_source}\n  R: {theirs}\n  pybridge: {ours}")
            if len(differing) == most:
                break
    return differing


def random_cases(count: int, seed: int) -> Iterator[Case]:
    """Yield random cases on 1 to 4 axes, about half of them assignments, mostly valid."""
    rng = random.Random(seed)
    for _ in range(count):
        ndim = rng.randint(1, 4)
        shape = tuple(rng.choice((0, 1, 2, 3, 4, 5)) for _ in range(ndim))
        named = rng.choice((ndim, ndim, ndim, rng.randint(0, ndim + 1)))
        subscripts = [random_subscript(rng, shape[k] if k < ndim else 3) for k in range(named)] or [
            ...
        ]
        for _ in range(rng.choice((0, 0, 0, 1, 2))):
            subscripts.insert(rng.randint(0, len(subscripts)), None)
        if rng.random() < 0.15:
            subscripts.insert(rng.randint(0, len(subscripts)), ...)
        value = rng.choice(tuple(VALUE_SHAPES)) if rng.random() < 0.5 else None
        yield Case(shape, tuple(subscripts), rng.random() < 0.7, value)


def random_subscript(rng: random.Random, size: int) -> Any:
    """Return one subscript for an axis, valid nine times in ten where the axis allows it."""
    positions = [p for p in range(-size, size + 1) if p]
    if rng.random() < 0.1 or not positions:
        positions = list(range(-size - 2, size + 3))
    kinds = ("scalar", "range", "range", "vector", "vector", "mask", "missing", "all_but")
    match rng.choice(kinds):
        case "scalar":
            return rng.choice(positions)
        case "range":
            bounds = (NA, *positions, 1.5) if rng.random() < 0.1 else (NA, *positions)
            start, stop = (rng.choice(bounds) for _ in range(2))
            step = rng.choice((None, None, None, 1, 2, 3, -1, -2, -3))
            return slice(start, stop, step)
        case "vector":
            return [rng.choice(positions) for _ in range(rng.randint(0, 5))]
        case "all_but":
            parts = [random_subscript(rng, size) for _ in range(rng.choice((0, 1, 1, 2, 3)))]
            return all_but(*parts)
        case "mask":
            length = size if rng.random() < 0.9 else size + 1
            return [rng.random() < 0.5 for _ in range(length)]
        case _:
            return slice(None)
