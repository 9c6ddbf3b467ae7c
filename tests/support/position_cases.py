"""Cases for `which`, `which_max`, `which_min` and `order`, and R's answers from one call.

R's own `which`, `which.max`, `which.min` and `order` speak of a vector; for more axes R's
`arrayInd` makes coordinates of what they give.
"""

import itertools
import random
from dataclasses import dataclass

import numpy as np

from pybridge import NA, order, which, which_max, which_min
from pybridge.testing import run_r

R_VERBS = {
    "which": "which(x)",
    "which_max": "which.max(x)",
    "which_min": "which.min(x)",
    "order": "order(x)",
    "order, decreasing": "order(x, decreasing = TRUE)",
    "order, NA first": "order(x, na.last = FALSE)",
    "order, decreasing, NA first": "order(x, decreasing = TRUE, na.last = FALSE)",
    "order, no NA": "order(x, na.last = NA)",
    "order, decreasing, no NA": "order(x, decreasing = TRUE, na.last = NA)",
}
"""What R computes, on the vector of all elements, column by column."""

VERBS = {
    "which": which,
    "which_max": which_max,
    "which_min": which_min,
    "order": order,
    "order, decreasing": lambda x: order(x, decreasing=True),
    "order, NA first": lambda x: order(x, na_last=False),
    "order, decreasing, NA first": lambda x: order(x, decreasing=True, na_last=False),
    "order, no NA": lambda x: order(x, na_last=NA),
    "order, decreasing, no NA": lambda x: order(x, decreasing=True, na_last=NA),
}

ALONG = {"which_max": which_max, "which_min": which_min}
"""The verbs that take an axis."""

SOURCE = """
say <- function(expression, values) {
  lapply(values, function(v) {
    x <- as.vector(v)
    k <- eval(expression)
    if (length(dim(v)) > 1L) arrayInd(k, dim(v)) else as.integer(k)
  })
}
along <- function(verb, values) {
  first <- function(x) { k <- verb(x); if (length(k)) k else 0L }
  lapply(values, function(v) {
    axes <- seq_along(dim(v))
    lapply(axes, function(axis) {
      found <- apply(v, axes[-axis], first)
      if (length(dim(found)) < 2L) as.vector(found) else found
    })
  })
}
cut <- function(flat, sizes, shapes) {
  ends <- cumsum(sizes)
  lapply(seq_along(sizes), function(k) {
    v <- flat[seq_len(sizes[k]) + ends[k] - sizes[k]]
    dim <- shapes[[k]]
    if (length(dim) > 1L) array(v, dim) else v
  })
}
"""


@dataclass(frozen=True)
class Case:
    """An array, and R's answer by verb; `along` has one answer for each axis."""

    x: np.ndarray
    says: dict[str, np.ndarray]
    along: dict[str, list[np.ndarray]]


def said_by_r(arrays: list[np.ndarray]) -> list[Case]:
    """Ask R about all the arrays at once; logicals also by `which`. A masked entry is R's NA."""
    made = ["list()"] * 2
    variables = {}
    kinds = {False: "numbers", True: "logicals"}
    groups = {
        is_logical: [x for x in arrays if (x.dtype == bool) == is_logical] for is_logical in kinds
    }
    for is_logical, name in kinds.items():
        group = groups[is_logical]
        flat = [np.ma.getdata(x).ravel(order="F").astype(float) for x in group]
        holes = [np.ma.getmaskarray(x).ravel(order="F") for x in group]
        variables[name] = np.concatenate([*flat, np.zeros(0)])
        variables[f"{name}_holes"] = np.concatenate([*holes, np.zeros(0, bool)])
        shapes = ", ".join(f"c({', '.join(map(str, x.shape))})" for x in group)
        sizes = ", ".join(str(x.size) for x in group)
        cast = "as.logical" if is_logical else "as.double"
        made[is_logical] = (
            f"{{ v <- {cast}({name}); v[as.logical({name}_holes)] <- NA; "
            f"cut(v, c({sizes}), list({shapes})) }}"
        )
    verbs = ", ".join(f"`{verb}` = quote({text})" for verb, text in R_VERBS.items())
    source = f"""
{SOURCE}
verbs <- list({verbs})
both <- list({made[0]}, {made[1]})
lapply(1:2, function(k) {{
  values <- both[[k]]
  wide <- Filter(function(v) length(dim(v)) > 1L && length(v) > 0L, values)
  list(
    says = lapply(if (k == 1L) verbs[-1L] else verbs, say, values),
    along = lapply(list(which_max = which.max, which_min = which.min), along, wide)
  )
}})
"""
    answers = run_r(source, **variables)
    cases = []
    for is_logical, answer in enumerate(answers):
        wide = 0
        for k, x in enumerate(groups[bool(is_logical)]):
            says = {verb: np.asarray(found[k], np.int64) for verb, found in answer["says"].items()}
            along = {}
            if x.ndim > 1 and x.size:
                along = {verb: found[wide] for verb, found in answer["along"].items()}
                wide += 1
            cases.append(Case(x, says, along))
    return cases


def every_vector() -> list[np.ndarray]:
    """Return every short vector of few values, with those that R treats in a way of its own."""
    values = [np.nan, -np.inf, 1.0, 2.0]
    reals = [
        np.array(entries)
        for length in range(5)
        for entries in itertools.product(values, repeat=length)
    ]
    logicals = [
        np.array(entries, bool)
        for length in range(5)
        for entries in itertools.product([False, True], repeat=length)
    ]
    zeros = [np.array(entries) for entries in itertools.product([0.0, -0.0, -1.0], repeat=3)]
    return [*reals, *logicals, *zeros]


def some_arrays(count: int, seed: int) -> list[np.ndarray]:
    """Return random arrays of one to four axes, with many ties, NaN, and empty ones."""
    drawn = random.Random(seed)
    found = []
    for _ in range(count):
        shape = tuple(drawn.choice([0, 1, 2, 3, 5]) for _ in range(drawn.randint(1, 4)))
        numbers = np.random.default_rng(drawn.randrange(2**32))
        kind = drawn.choice(["real", "tie", "logical", "integer", "missing"])
        if kind == "logical":
            found.append(numbers.random(shape) < 0.4)
        elif kind == "integer":
            found.append(numbers.integers(-3, 4, shape))
        elif kind == "real":
            found.append(numbers.normal(size=shape))
        else:
            x = numbers.choice([-np.inf, -1.0, 0.0, -0.0, 2.0, np.inf], shape)
            if kind == "missing":
                x[numbers.random(shape) < 0.4] = np.nan
            found.append(x)
    return found
