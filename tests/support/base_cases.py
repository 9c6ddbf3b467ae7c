"""Cases of the base dialect, written twice: as Python subscripts and as R source.

`disagreements` lets R itself evaluate the R source, pybridge the Python, and returns what differs
in value, shape, warnings or error, each as R source that a person can paste. Nothing expected comes
from pybridge: a message must begin with the words that R used, and its class is listed here by
those words.
"""

import random
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hearing import heard_warnings

from pybridge import NA, R, errors, r_assign, r_slice
from pybridge.subscripts import Scalar
from pybridge.subscripts.python_values import mask
from pybridge.testing import r_text, run_r

RUN_CASES = """
run_cases <- function(sources) {
  cases <- parse(text = sources, keep.source = FALSE)
  env <- environment()
  said <- character(length(cases)); values <- dims <- vector("list", length(cases))
  for (i in seq_along(cases)) {
    words <- character(0)
    value <- tryCatch(
      withCallingHandlers(eval(cases[[i]], env), warning = function(w) {
        words <<- c(words, paste0("W:", conditionMessage(w)))
        invokeRestart("muffleWarning")
      }),
      error = function(e) {
        words <<- c(words, paste0("E:", conditionMessage(e)))
        NULL
      })
    said[i] <- paste(words, collapse = "|")
    dims[[i]] <- if (is.null(dim(value))) length(value) else dim(value)
    values[[i]] <- as.double(value)
  }
  kinds <- unique(said)
  list(kinds = kinds, said = match(said, kinds), ndims = lengths(dims), dims = unlist(dims),
       values = as.double(unlist(values)))
}
run_cases(sources)
"""

CLASSES = {
    "subscript out of bounds": errors.SubscriptOutOfBoundsError,
    "(subscript) logical subscript too long": errors.SubscriptMaskError,
    "only 0's may be mixed with negative subscripts": errors.SubscriptError,
    "negative values are not allowed in a matrix subscript": errors.SubscriptError,
    "incorrect number of dimensions": errors.SubscriptCountError,
    "incorrect number of subscripts": errors.SubscriptCountError,
    "incorrect number of subscripts on matrix": errors.SubscriptCountError,
    "NA/NaN argument": errors.SubscriptMissingError,
    "result would be too long a vector": errors.SubscriptRangeError,
    "NAs are not allowed in subscripted assignments": errors.SubscriptMissingError,
    "replacement has length zero": errors.AssignmentError,
    "number of items to replace is not a multiple of replacement length": errors.AssignmentError,
    "vector is too large": errors.AssignmentError,
}
RECYCLING_WORDS = "number of items to replace is not a multiple of replacement length"
GROWTH_WORDS = "R would make a new vector"


@dataclass(frozen=True)
class Both:
    """One subscript or value, as Python and as R source."""

    python: Any
    r: str


@dataclass(frozen=True)
class Case:
    """One read (`value` is None) or one assignment."""

    shape: tuple[int, ...]
    subscripts: tuple[Both, ...]
    drop: bool = True
    value: Both | None = None
    in_place: bool = False

    def r_source(self, x: str) -> str:
        """Return the case as R source about the array named `x`."""
        inside = ", ".join(item.r for item in self.subscripts)
        if self.value is not None:
            return f"{{x <- {x}; x[{inside}] <- {self.value.r}; x}}"
        return f"{x}[{inside}{'' if self.drop else ', drop = FALSE'}]"

    def __str__(self) -> str:
        x = r_text(tensor(self.shape)) if self.shape != () else "1"
        source = self.r_source("x0").replace("x <- x0; ", "").strip("{}")
        return f"{{x0 <- x <- {x}; {source}}}"


@dataclass
class Outcome:
    """What a side gave: its warnings and its error as words, or the shape and the values."""

    said: tuple[str, ...]
    shape: tuple[int, ...] | None = None
    values: np.ndarray = field(default_factory=lambda: np.empty(0))
    error: Exception | None = None

    def __str__(self) -> str:
        values = np.array2string(self.values, threshold=40)
        return f"{' '.join(self.said)} {'' if self.shape is None else (self.shape, values)}"


def tensor(shape: tuple[int, ...]) -> np.ndarray:
    """Return an array of distinct reals: its places in row-major order."""
    return np.arange(1.0, 1 + int(np.prod(shape))).reshape(shape)


def value_of(*shape: int) -> Both:
    """Return a value of distinct reals, so that the order in which it is read shows."""
    made = 0.5 + tensor(shape)
    return Both(made, "numeric(0)" if made.size == 0 and made.ndim < 2 else r_text(made))


def by_r(cases: Sequence[Case]) -> list[Outcome]:
    """Let R evaluate all the cases in one call."""
    shapes = sorted({case.shape for case in cases})
    names = {shape: f"x{k}" for k, shape in enumerate(shapes)}
    sources = np.array([case.r_source(names[case.shape]) for case in cases])
    arrays = {names[shape]: tensor(shape) for shape in shapes}
    found = run_r(RUN_CASES, sources=sources, **arrays)
    assert len(found["said"]) == len(cases)
    kinds = [tuple(kind.split("|")) if kind else () for kind in found["kinds"]]
    values = np.where(np.isnan(found["values"]), np.nan, found["values"])
    dims, ndims = found["dims"].tolist(), found["ndims"].tolist()
    outcomes = []
    dim_at = value_at = 0
    for kind, ndim in zip(found["said"].tolist(), ndims, strict=True):
        said = kinds[kind - 1]
        shape = tuple(dims[dim_at : dim_at + ndim])
        count = int(np.prod(shape, dtype=int))
        if said and said[-1].startswith("E:"):
            outcomes.append(Outcome(said))
        else:
            outcomes.append(Outcome(said, shape, values[value_at : value_at + count]))
        dim_at, value_at = dim_at + ndim, value_at + count
    assert value_at == len(values)
    return outcomes


def by_pybridge(cases: Iterable[Case]) -> Iterator[Outcome]:
    """Evaluate the cases in Python, each by the public call that a user would write."""
    tensors: dict[tuple[int, ...], np.ndarray] = {}
    with heard_warnings() as heard:
        for case in cases:
            heard.clear()
            if case.shape not in tensors:
                tensors[case.shape] = tensor(case.shape)
            try:
                found = _call(case, tensors[case.shape])
            except Exception as error:  # whatever it is, R says whether it should be
                yield Outcome(tuple(map(_heard, heard)), error=error)
            else:
                values = found.ravel(order="F")
                yield Outcome(tuple(map(_heard, heard)), found.shape, values)
    for shape, x in tensors.items():
        np.testing.assert_array_equal(x, tensor(shape), "a read or r_assign changed its tensor")


def _call(case: Case, x: np.ndarray) -> np.ndarray:
    subscripts = tuple(item.python for item in case.subscripts)
    if case.value is None:
        if case.in_place:
            return R(x, dialect="base")[subscripts]
        return r_slice(x, *subscripts, drop=case.drop, dialect="base")
    if not case.in_place:
        return r_assign(x, *subscripts, value=case.value.python, dialect="base")
    mine = x.copy()
    try:
        R(mine, dialect="base")[subscripts] = case.value.python
    except errors.PybridgeError:
        np.testing.assert_array_equal(mine, x, "a failed assignment changed the tensor")
        raise
    return mine


def _heard(warning: warnings.WarningMessage) -> str:
    kind = errors.RecyclingWarning
    text = str(warning.message)
    if not text.startswith(RECYCLING_WORDS):
        kind = errors.SubscriptWarning
    assert warning.category is kind, warning
    return f"W:{text}"


def differs(case: Case, by_r: Outcome, ours: Outcome) -> bool:
    """Return whether two outcomes differ in value, shape, warnings or error."""
    said = by_r.said
    error = said[-1][2:] if said and said[-1].startswith("E:") else None
    wanted = said if error is None else said[:-1]
    if len(wanted) != len(ours.said):
        return True
    if not all(our.startswith(f"{r}: ") for r, our in zip(wanted, ours.said, strict=True)):
        return True
    if error is not None:
        return (
            ours.error is None
            or type(ours.error) is not CLASSES.get(error)
            or not str(ours.error).startswith(f"{error}: ")
        )
    if case.in_place and case.value is not None and by_r.shape != (case.shape or (1,)):
        return type(ours.error) is not errors.AssignmentError or not str(ours.error).startswith(
            GROWTH_WORDS
        )
    if ours.error is not None:
        return True
    shape = by_r.shape
    if case.shape == () and case.value is not None and shape == (1,):
        shape = ()  # a tensor without axes keeps its shape where R's vector keeps its length
    return shape != ours.shape or by_r.values.tobytes() != ours.values.tobytes()


def disagreements(cases: Sequence[Case], most: int = 10) -> list[str]:
    """Return where R and pybridge differ, at most `most`, as R source and both outcomes."""
    found = []
    for case, wanted, ours in zip(cases, by_r(cases), by_pybridge(cases), strict=True):
        if differs(case, wanted, ours):
            python = ", ".join(repr(item.python) for item in case.subscripts)
            found.append(
                f"{case}\n  Python: [{python}]{' in place' if case.in_place else ''}\n"
                f"  R:      {wanted}\n  ours:   {ours} {ours.error!r}"
            )
    if len(found) > most:
        found[most:] = [f"... and {len(found) - most} more"]
    return found


def number(value: Any) -> str:
    """Write one entry as R source, integers as R integers where R has them."""
    if value is NA:
        return "NA"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value != value:
            return "NaN"
        return {np.inf: "Inf", -np.inf: "-Inf"}.get(value) or repr(value)
    return f"{value}L" if abs(value) < 2**31 else f"{value}"


def scalar(value: Any) -> Both:
    """Return one number; `NA` is R's NA_integer_."""
    if value is NA:
        return Both(Scalar(NA), "NA_integer_")
    return Both(value, number(value))


def vector(entries: Sequence[Any]) -> Both:
    """Return a list of numbers or logicals as R's c()."""
    if len(entries) == 0:
        return Both([], "integer(0)")
    return Both(list(entries), f"c({', '.join(map(number, entries))})")


def span(start: Any, stop: Any, step: Any = NA) -> Both:
    """Return a range as R's `:`."""
    text = f"{number(start)}:{number(stop)}"
    if step is NA:
        return Both(slice(start, stop), text)
    return Both(slice(start, stop, step), f"{text}:{number(step)}")


def flags(entries: Sequence[Any]) -> Both:
    """Return a logical vector, with `NA` for a missing entry."""
    if len(entries) == 0:
        return Both(np.empty(0, bool), "logical(0)")
    holes = [entry is NA for entry in entries]
    known = [entry is True for entry in entries]
    return Both(mask(known, holes if any(holes) else None), f"c({', '.join(map(number, entries))})")


def matrix(array: np.ndarray) -> Both:
    """Return a matrix, or an array of more axes, of numbers or logicals."""
    if array.size == 0:
        kind = "logical" if array.dtype == bool else "numeric"
        return Both(array, f"array({kind}(0), dim = c({', '.join(map(str, array.shape))}))")
    entries = ", ".join(map(number, array.ravel(order="F").tolist()))
    return Both(array, f"array(c({entries}), dim = c({', '.join(map(str, array.shape))}))")


MISSING = Both(slice(None), "")
NULL = Both(None, "NULL")
LOGICAL_NA = flags([NA])


class Draw:
    """Random subscripts, values and cases, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.large = 3e9
        """Beyond R's integers; alone, where a vector would grow that long, beyond its vectors."""

    def case(self) -> Case:
        """Return one case on 0 to 4 axes, mostly on 1 to 4."""
        rng = self.random
        ndim = rng.choices((0, 1, 2, 3, 4), (1, 30, 30, 20, 20))[0]
        most = (0, 9, 6, 5, 4)[ndim]
        shape = tuple(rng.randint(1, most) if rng.random() < 0.95 else 0 for _ in range(ndim))
        subscripts = self.subscripts(shape)
        if rng.random() < 0.5:
            in_place = rng.random() < 0.3
            return Case(shape, subscripts, in_place or rng.random() < 0.7, in_place=in_place)
        return Case(shape, subscripts, value=self.value(shape), in_place=rng.random() < 0.3)

    def subscripts(self, shape: tuple[int, ...]) -> tuple[Both, ...]:
        rng = self.random
        ndim = len(shape)
        self.large = 3e9
        if ndim < 2 or rng.random() < 0.3:
            if rng.random() < 0.02:
                return ()
            if rng.random() < 0.98:
                self.large = 1e16
                return (self.alone(shape),)
        if rng.random() < 0.03:
            return tuple(self.one(4) for _ in range(rng.randint(2, 5)))
        return tuple(map(self.one, shape)) if ndim > 1 else (self.one(3), self.one(2))

    def alone(self, shape: tuple[int, ...]) -> Both:
        rng = self.random
        ndim, size = len(shape), int(np.prod(shape))
        draw = rng.random()
        if ndim > 1 and draw < 0.4:
            return self.coordinates(shape)
        if ndim > 1 and draw < 0.5:
            made = np.array([rng.random() < 0.4 for _ in range(size)], bool).reshape(shape)
            return matrix(made)
        return self.one(size)

    def coordinates(self, shape: tuple[int, ...]) -> Both:
        rng = self.random
        rows = rng.randint(0, 4)
        wild = rng.random() < 0.3
        table = [[self.coordinate(n, wild) for n in shape] for _ in range(rows)]
        array = np.array(table, float).reshape(rows, len(shape))
        if not np.isfinite(array).all() or (array != np.trunc(array)).any() or rng.random() < 0.3:
            return matrix(array)
        return matrix(array.astype(np.int64))

    def coordinate(self, size: int, wild: bool) -> float:
        rng = self.random
        if wild and rng.random() < 0.15:
            return rng.choice([0, -1, size + 1, np.nan, np.inf, 3e9, -0.5, 1.5])
        return rng.randint(1, size) if size else 1

    def entry(self, size: int) -> Any:
        """Return one entry of a vector, mostly a position on the axis."""
        rng = self.random
        draw = rng.random()
        if draw < 0.9 and size:
            return rng.randint(1, size)
        if draw < 0.94:
            return 0
        if draw < 0.97:
            return NA
        return size + rng.randint(1, 2)

    def one(self, size: int) -> Both:
        """Return one subscript for an axis of `size`."""
        return self.KINDS[self.random.choices(range(len(self.KINDS)), self.WEIGHTS)[0]](self, size)

    def _missing(self, size: int) -> Both:
        return MISSING

    def _position(self, size: int) -> Both:
        value = self.random.randint(1, size) if size else 1
        return Both(self.random.choice((value, np.int64(value), float(value))), number(value))

    def _number(self, size: int) -> Both:
        return scalar(self.random.randint(-size - 2, size + 2))

    def _odd_number(self, size: int) -> Both:
        odd = (0.5, -0.5, 1.5, -1.5, size + 0.9, -size - 0.9, np.inf, -np.inf, np.nan)
        return scalar(self.random.choice((*odd, self.large, -self.large, -(2**31), NA)))

    def _run(self, size: int) -> Both:
        return span(self.random.randint(1, size or 1), self.random.randint(1, size or 1))

    def _any_run(self, size: int) -> Both:
        low, high = -size - 1, size + 1
        return span(self.random.randint(low, high), self.random.randint(low, high))

    def _odd_run(self, size: int) -> Both:
        rng = self.random
        ends = (0.5, -0.5, 1.5, -2.5, float(size), 1, -1, size, NA, np.inf, 1e300, 2.9999999999)
        step = rng.choice((NA, NA, 1, 2, -1, 1.5))
        start, stop = rng.choice(ends), rng.choice(ends)
        if start in (np.inf, 1e300):
            start = 1  # R's own arithmetic overflows: Inf:Inf is a vector of negative length
        return span(start, stop, step)

    def _positions(self, size: int) -> Both:
        made = [self.random.randint(1, size or 1) for _ in range(self.random.randint(0, 4))]
        if made and self.random.random() < 0.5:
            dtype = self.random.choice((np.int32, np.uint8, np.float64))
            return Both(np.array(made, dtype), vector(made).r)
        return vector(made)

    def _mixed(self, size: int) -> Both:
        return vector([self.entry(size) for _ in range(self.random.randint(0, 5))])

    def _exclusions(self, size: int) -> Both:
        rng = self.random
        made: list[Any] = [-rng.randint(0, size + 1) for _ in range(rng.randint(1, 4))]
        if rng.random() < 0.1:
            made[0] = rng.choice((NA, 1, size + 1, -0.5, 0.5))
        return vector(made)

    def _reals(self, size: int) -> Both:
        rng = self.random
        made = [rng.uniform(0, size + 1) for _ in range(rng.randint(1, 3))]
        if rng.random() < 0.2:
            made[0] = rng.choice((-0.9, np.inf, -np.inf, np.nan, self.large))
        return Both(np.array(made), f"c({', '.join(map(number, made))})")

    def _flags(self, size: int) -> Both:
        rng = self.random
        count = rng.choice((0, 1, 2, 3, size, size, size, size + rng.randint(0, 2)))
        kinds = (True, False, NA) if rng.random() < 0.2 else (True, False)
        return flags([rng.choice(kinds) for _ in range(count)])

    def _null(self, size: int) -> Both:
        return NULL

    def _table(self, size: int) -> Both:
        rng = self.random
        shape = rng.choice(((1, 2), (2, 2), (2, 1), (2, 1, 2), (1, 1), (0, 2), (3, 2)))
        if rng.random() < 0.2:
            return matrix(
                np.array([rng.random() < 0.5 for _ in range(np.prod(shape))]).reshape(shape)
            )
        made = [
            rng.randint(0 if rng.random() < 0.1 else 1, size or 1) for _ in range(np.prod(shape))
        ]
        return matrix(np.array(made, np.int64).reshape(shape))

    KINDS = (
        _missing, _position, _number, _odd_number, _run, _any_run, _odd_run, _positions, _mixed,
        _exclusions, _reals, _flags, _null, _table,
    )  # fmt: skip
    WEIGHTS = (14, 12, 8, 3, 14, 5, 3, 14, 8, 8, 4, 12, 1, 3)

    def value(self, shape: tuple[int, ...]) -> Both:
        """Return a value of few elements, or of a shape near the tensor's."""
        rng = self.random
        draw = rng.random()
        if draw < 0.4:
            return Both(0.5, "0.5") if draw < 0.38 else Both(NA, "NA")
        if draw < 0.8:
            return value_of(rng.choice((0, 1, 2, 2, 3, 4, 6, 8, 12)))
        if draw < 0.9 and shape:
            return value_of(*shape)
        return value_of(*(rng.randint(1, 3) for _ in range(rng.randint(2, 3))))


def random_cases(count: int, seed: int) -> list[Case]:
    """Return `count` random cases; the same seed gives the same ones."""
    draw = Draw(seed)
    return [draw.case() for _ in range(count)]
