"""Every public verb, with what it should give for the elements.

The second half of each verb works on an array of Python's objects with `None` for what is missing,
by loops over positions, and shares nothing with the code that it judges.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from product.expected import (
    NEVER,
    any_of,
    changed,
    columns,
    comparable,
    each,
    extreme_of,
    extremes_of,
    in_order,
    in_r,
    is_empty,
    is_time,
    mask_of,
    numeric,
    order_of,
    positions_of,
    reduced,
    reduced_without,
    running,
    running_greatest,
    span,
    trues_of,
)
from product.kind import Kind, objects

from pybridge import (
    NA,
    R,
    all_but,
    array_reshape,
    broadcast,
    order,
    r_assign,
    r_slice,
    r_subscripts,
    recycle,
    to_r,
    which,
    which_max,
    which_min,
)
from pybridge.r_functions.binding import bind, sort
from pybridge.r_functions.elementwise import math_group
from pybridge.r_functions.summaries import mean, summary_group


@dataclass(frozen=True)
class Verb:
    """One verb in one of its forms."""

    act: Callable[[Any, Kind], Any]
    """What is called."""
    expect: Callable[[np.ndarray, Kind], Any]
    """What it gives of the elements: an element, an array of objects, or `NEVER`."""
    is_write: bool = False
    """Whether it changes the array itself, which is then what is compared."""
    keeps_dtype: bool = False
    """Whether the result has the library and the dtype of the array."""


VERBS: dict[str, dict[str, Verb]] = {}


def labelled(labels: str) -> Any:
    """Return logicals with labels."""
    return pd.Series([True, False, True], index=[*labels])


def verb(group: str, name: str, act: Any, expect: Any, **more: Any) -> None:
    keeps_dtype = group in ("read", "read as R does", "r_assign")
    VERBS.setdefault(group, {})[name] = Verb(act, expect, keeps_dtype=keeps_dtype, **more)


# Reading

READINGS = {
    "scalars": ((2, 3), lambda v: v[1, 2]),
    "from the end": ((-1, -3), lambda v: v[1, 0]),
    "a range": ((slice(1, 2), slice(2, NA)), lambda v: v[:, 1:]),
    "a range downward": ((slice(2, 1),), lambda v: v[::-1]),
    "an empty range": ((slice(None), slice(3, -2)), lambda v: v[:, :0]),
    "one position": ((2,), lambda v: v[1]),
    "a vector": (([2, 1, 2],), lambda v: v[[1, 0, 1]]),
    "two vectors": (([2, 1], [3, 1]), lambda v: v[::-1][:, [2, 0]]),
    "logicals": ((slice(None), [True, False, True]), lambda v: v[:, [0, 2]]),
    "all but some": ((all_but(1), all_but(2)), lambda v: v[1:, [0, 2]]),
    "all but none, and all": ((all_but(), all_but(slice(1, NA))), lambda v: v[:, :0]),
    "a mask": (
        (np.array([[True, False, True], [False, True, False]]),),
        lambda v: v[[0, 0, 1], [0, 2, 1]],
    ),
    "points": ((np.array([[2, 1], [1, 3]]),), lambda v: v[[1, 0], [0, 2]]),
    "an open end": ((..., -1), lambda v: v[:, 2]),
    "a new axis": ((None, 1), lambda v: v[None, 0]),
}
for name, (written, expect) in READINGS.items():
    verb("read", name, lambda x, kind, w=written: R(x)[w], lambda v, kind, e=expect: e(v))
LABELLED = {
    "labelled logicals": (lambda y: (slice(None), y), lambda v: v[:, [0, 2]]),
    "stored labelled logicals": (
        lambda y: (r_subscripts(slice(None), y),),
        lambda v: v[:, [0, 2]],
    ),
}
for name, (written, expect) in LABELLED.items():
    verb(
        "read",
        name,
        lambda x, kind, w=written: R(x)[w(labelled("uvw"))],
        lambda v, kind, e=expect: e(v),
    )
    verb(
        "read",
        f"{name} of other columns",
        lambda x, kind, w=written: R(x)[w(labelled("wvu"))],
        lambda v, kind, e=expect: NEVER if kind.is_labelled else e(v),
    )
verb("read", "drop = False", lambda x, kind: r_slice(x, 1, drop=False), lambda v, kind: v[:1])
verb("read", "text", lambda x, kind: r_slice(x, "2:1, -1"), lambda v, kind: v[::-1, 2])


verb(
    "read as R does",
    "labelled logicals",
    lambda x, kind: r_slice(x, slice(None), labelled("uvw"), dialect="base"),
    lambda v, kind: v[:, [0, 2]],
)
verb(
    "read as R does",
    "labelled logicals of other columns",
    lambda x, kind: r_slice(x, slice(None), labelled("wvu"), dialect="base"),
    lambda v, kind: NEVER if kind.is_labelled else v[:, [0, 2]],
)
AS_R_READS = {
    "one vector": (([5, 1],), lambda v: columns(v)[[4, 0]]),
    "without": ((-1, [3, 1]), lambda v: v[1, [2, 0]]),
    "logicals, recycled": (([True, False],), lambda v: columns(v)[::2]),
    "beyond the end": (([1, 9],), lambda v: objects([v[0, 0], None])),
    "NA": ((1, [NA, 3]), lambda v: objects([None, v[0, 2]])),
}
AS_DATA_FRAME = {"without": lambda v: v[1:, [2, 0]], "logicals, recycled": lambda v: v[:, ::2]}
"""What data frames of R do: one subscript names columns, and one row is still a data frame."""
for name, (written, expect) in AS_R_READS.items():
    of_table = AS_DATA_FRAME.get(name, expect)
    verb(
        "read as R does",
        name,
        lambda x, kind, w=written: r_slice(x, *w, dialect="base"),
        lambda v, kind, e=expect, t=of_table: t(v) if kind.is_table else e(v),
    )

# Writing


def filled(kind: Kind, *places: tuple[int, int]) -> Callable[[np.ndarray], np.ndarray]:
    return lambda v: changed(v, *[(place, kind.element) for place in places])


WRITINGS: dict[str, tuple[tuple[Any, ...], list[tuple[int, int]]]] = {
    "scalars": ((2, 3), [(1, 2)]),
    "a range": ((1, slice(2, NA)), [(0, 1), (0, 2)]),
    "a range downward": ((slice(2, 1), 1), [(0, 0), (1, 0)]),
    "a vector": (([2, 2], [3, 1]), [(1, 2), (1, 0)]),
    "logicals": ((1, [True, False, True]), [(0, 0), (0, 2)]),
    "all but some": ((all_but(2), all_but(-1)), [(0, 0), (0, 1)]),
    "a mask": ((np.array([[False, True, False], [True, False, False]]),), [(0, 1), (1, 0)]),
    "points": ((np.array([[2, 1], [1, 3]]),), [(1, 0), (0, 2)]),
    "nothing": ((slice(None), slice(3, -2)), []),
}
for name, (written, places) in WRITINGS.items():
    expect = lambda v, kind, p=places: changed(v, *[(place, kind.element) for place in p])  # noqa: E731
    verb(
        "write",
        name,
        lambda x, kind, w=written: R(x).__setitem__(w, kind.value),
        expect,
        is_write=True,
    )
    verb("r_assign", name, lambda x, kind, w=written: r_assign(x, *w, value=kind.value), expect)


def row_of_itself(x: Any, kind: Kind) -> Any:
    return r_assign(x, [2, 1], value=R(x)[:])


verb("r_assign", "its own elements", row_of_itself, lambda v, kind: v[::-1])
verb(
    "r_assign",
    "NA",
    lambda x, kind: r_assign(x, 1, 1, value=NA),
    lambda v, kind: changed(v, ((0, 0), None)),
)
verb(
    "write",
    "labelled logicals",
    lambda x, kind: R(x).__setitem__((1, labelled("uvw")), kind.value),
    lambda v, kind: changed(v, ((0, 0), kind.element), ((0, 2), kind.element)),
    is_write=True,
)
verb(
    "write",
    "labelled logicals of other columns",
    lambda x, kind: R(x).__setitem__((1, labelled("wvu")), kind.value),
    lambda v, kind: (
        NEVER if kind.is_labelled else changed(v, ((0, 0), kind.element), ((0, 2), kind.element))
    ),
    is_write=True,
)
verb(
    "write",
    "NA",
    lambda x, kind: R(x).__setitem__((1, [1, 3]), [NA, kind.value]),
    lambda v, kind: changed(v, ((0, 0), None), ((0, 2), kind.element)),
    is_write=True,
)
verb(
    "assign as R does",
    "one vector",
    lambda x, kind: r_assign(x, [2, 5], value=kind.value, dialect="base"),
    lambda v, kind: changed(v, ((1, 0), kind.element), ((0, 2), kind.element)),
)
verb(
    "assign as R does",
    "recycled",
    lambda x, kind: r_assign(x, -1, slice(1, 3), value=[kind.value], dialect="base"),
    lambda v, kind: changed(v, *[((1, k), kind.element) for k in range(3)]),
)
verb(
    "assign as R does",
    "beyond the end",
    lambda x, kind: r_assign(R(x)[1], 5, value=kind.value, dialect="base"),
    lambda v, kind: objects([*v[0], None, kind.element]),
)

# Shapes

verb(
    "array_reshape",
    "by rows",
    lambda x, kind: array_reshape(x, (3, -1)),
    lambda v, kind: v.reshape(3, 2),
)
verb(
    "array_reshape",
    "by columns",
    lambda x, kind: array_reshape(x, (3, 2), order="F"),
    lambda v, kind: columns(v).reshape(2, 3).T,
)
verb(
    "recycle",
    "a vector",
    lambda x, kind: recycle(R(x)[:, 1], np.zeros((2, 2)))[0],
    lambda v, kind: np.stack([v[:, 0]] * 2, 1),
)
verb(
    "recycle",
    "a shorter vector",
    lambda x, kind: recycle(R(x)[1], np.zeros(6))[0],
    lambda v, kind: np.concatenate([v[0]] * 2),
)
verb(
    "broadcast",
    "a row",
    lambda x, kind: broadcast(R(x)[2], np.zeros((2, 3)))[0],
    lambda v, kind: np.stack([v[1]] * 2),
)

# Positions out


verb("which", "which", lambda x, kind: which(x), lambda v, kind: trues_of(v))
verb("order", "upward", lambda x, kind: order(x), lambda v, kind: order_of(v, False))
verb(
    "order",
    "downward",
    lambda x, kind: order(x, decreasing=True),
    lambda v, kind: order_of(v, True),
)
verb("which_max", "of all", lambda x, kind: which_max(x), lambda v, kind: extreme_of(v, True))
verb("which_min", "of all", lambda x, kind: which_min(x), lambda v, kind: extreme_of(v, False))
verb("which_max", "along an axis", lambda x, kind: which_max(x, 2), lambda v, kind: extremes_of(v))


def first(x: Any) -> Any:
    """Return the first row, as a tensor of two axes."""
    return R(x)[1:1]


def nothing(x: Any) -> Any:
    """Return the rows with no column."""
    return R(x)[:, 3:-2]


verb(
    "which_max",
    "along an axis, one row",
    lambda x, kind: which_max(first(x), 2),
    lambda v, kind: extremes_of(v[:1]) if not is_empty(v) else objects([None]),
)
verb(
    "which_max",
    "of nothing",
    lambda x, kind: which_max(nothing(x)),
    lambda v, kind: np.empty((0, 2), object) if comparable(v) else NEVER,
)
verb(
    "order",
    "of nothing",
    lambda x, kind: order(nothing(x)),
    lambda v, kind: np.empty((0, 2), object) if comparable(v) else NEVER,
)
verb(
    "which",
    "of one element",
    lambda x, kind: which(R(x)[1, 1]),
    lambda v, kind: np.empty((1, 0), object) if v[0, 0] is True else NEVER,
)
verb(
    "array_reshape",
    "of nothing",
    lambda x, kind: array_reshape(nothing(x), (3, 0)),
    lambda v, kind: np.empty((3, 0), object),
)
verb(
    "array_reshape",
    "of one element",
    lambda x, kind: array_reshape(R(x)[1, 3], (1, 1)),
    lambda v, kind: v[:1, 2:],
)
verb(
    "r_assign",
    "into nothing",
    lambda x, kind: r_assign(nothing(x), 1, value=kind.value),
    lambda v, kind: v[:, :0],
)
verb(
    "r_assign",
    "into one element",
    lambda x, kind: r_assign(R(x)[1, 3], ..., value=kind.value),
    lambda v, kind: kind.element,
)

# R's functions


def summary(name: str, na_rm: bool = False) -> Any:
    return lambda x, kind: summary_group([x], name, na_rm)


verb("Summary", "sum", summary("sum"), reduced(sum, allow_complex=True))
verb("Summary", "sum, na.rm", summary("sum", True), reduced_without(sum, allow_complex=True))
verb(
    "Summary",
    "sum of nothing",
    lambda x, kind: summary_group([nothing(x)], "sum", False),
    lambda v, kind: (
        NEVER if is_time(kind) or not numeric(v) else objects(None if is_empty(v) else 0)
    ),
)
verb("Summary", "prod", summary("prod"), reduced(math.prod, allow_complex=True))
verb("Summary", "max", summary("max"), reduced(max))
verb("Summary", "min, na.rm", summary("min", True), reduced_without(min))
verb("Summary", "range", summary("range"), lambda v, kind: span(v, kind))
verb("Summary", "any", summary("any"), any_of)
verb(
    "mean",
    "mean",
    lambda x, kind: mean(x, False),
    reduced(lambda e: sum(e) / 6, allow_complex=True),
)
verb(
    "mean",
    "mean, na.rm",
    lambda x, kind: mean(x, True),
    reduced_without(lambda e: sum(e) / len(e), allow_complex=True),
)
verb("Math", "sqrt", lambda x, kind: math_group(x, "sqrt"), each(cmath.sqrt, allow_complex=True))
verb("Math", "abs", lambda x, kind: math_group(x, "abs"), each(abs, allow_complex=True))
verb("Math", "sign", lambda x, kind: math_group(x, "sign"), each(lambda e: (e > 0) - (e < 0)))
verb("Math", "floor", lambda x, kind: math_group(x, "floor"), each(math.floor))
verb("Math", "round", lambda x, kind: math_group(x, "round", 1), each(lambda e: round(e, 1)))
verb("Math", "cumsum", lambda x, kind: math_group(x, "cumsum"), running)
verb(
    "Math",
    "cummax",
    lambda x, kind: math_group(x, "cummax"),
    lambda v, kind: running_greatest(v, kind),
)
verb("sort", "sort", lambda x, kind: sort(x, False, None), in_order)
verb(
    "rbind",
    "with itself",
    lambda x, kind: bind([x, x], True),
    lambda v, kind: np.concatenate([v, v]),
)


# To R


verb("to_r", "to_r", lambda x, kind: to_r(x), in_r)

# Python's protocols

verb("protocols", "len()", lambda x, kind: len(R(x)), lambda v, kind: objects(2))
verb("protocols", "iteration", lambda x, kind: next(iter(R(x))), lambda v, kind: v[0])
verb(
    "protocols",
    "in",
    lambda x, kind: np.array(kind.value in R(x)),
    lambda v, kind: kind.element in v.ravel().tolist(),
)

# The array as a subscript and as a value


verb(
    "as a subscript",
    "positions",
    lambda x, kind: R(np.arange(10, 70, 10))[R(x)[1]],
    positions_of,
)
verb(
    "as a subscript",
    "logicals",
    lambda x, kind: R(np.arange(10, 70, 10).reshape(2, 3))[x],
    mask_of,
)


def as_value(v: np.ndarray, kind: Kind) -> Any:
    return v if numeric(v) and not is_time(kind) else NEVER


verb(
    "as a value",
    "into reals of NumPy",
    lambda x, kind: r_assign(np.zeros((2, 3)), slice(None), value=x),
    lambda v, kind: as_value(v, kind) if numeric(v, allow_complex=False) else NEVER,
)
verb(
    "as a value",
    "into masked integers",
    lambda x, kind: r_assign(np.ma.MaskedArray(np.zeros((2, 3), "i8")), slice(None), value=x),
    lambda v, kind: as_value(v, kind) if numeric(v, allow_complex=False) else NEVER,
)
