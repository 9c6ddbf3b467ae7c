"""Cases of the base dialect, written twice: as Python subscripts and as R source.

`disagreements` lets R itself evaluate the R source, pybridge the Python, and returns what differs
in value, shape, warnings or error, each as R source that a person can paste. Nothing expected comes
from pybridge: a message must begin with the words that R used, and its class is listed here by
those words.
"""

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
    """The outcome in one language: the text of its warnings and error, or its shape and values."""

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
    """Evaluate all cases in R, in one call."""
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


def agree(cases: list[Case]) -> None:
    assert cases
    found = disagreements(cases)
    assert not found, "\n" + "\n".join(found)
