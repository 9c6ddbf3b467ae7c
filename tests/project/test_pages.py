"""Run the calls in the tables of the guides, and compare them with R."""

import itertools
import re

import pytest
from processes import ROOT

from tools.documents import Piece, run_python, run_r
from tools.unchanged import SITE

pytestmark = pytest.mark.made_of(*SITE)

TENSORS = """
library(pybridge)
v <- to_python(c(30, 10, 20, 20))
w <- to_python(c(2.5, NaN, 1))
m <- to_python(matrix(c(1, 4, 2, 5, 3, 6), 2))
s <- to_python(matrix(c(4, 1, 1, 3), 2))
"""
ARRAYS = TENSORS.replace("to_python", "identity")
# Some functions have another name on tensors, which R's own arrays know by R's.
OWN_NAMES = {"tensor_which_max": "which.max", "tensor_which": "which", "tensor_order": "order"}


CODE_IN_PYTHON = """
import numpy as np, xarray as xr
from pybridge import R, all_but
x = np.arange(1, 31).reshape(2, 3, 5)
coords = {"row": ["a", "b"], "column": ["u", "v", "w"]}
da = xr.DataArray(x, dims=("row", "column", "time"), coords=coords)
"""


def rows(name: str, title: str) -> list[list[str]]:
    """Return the cells of the tables below a heading of a page, each with its pieces of code."""
    text = (ROOT / f"docs/{name}.md").read_text()
    (section,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return table(section)


def table(section: str) -> list[list[str]]:
    """Return the cells of all rows of a text's tables, but for the lines below their heads."""
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    cells = [re.split(r"(?<!\\) \| ", line.removeprefix("| ").removesuffix(" |")) for line in lines]
    return [[code.replace("\\|", "|") for code in row] for row in cells]


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


DESCRIBE = """
describe <- function(call) {
  is_tensor <- FALSE
  rounded <- function(e) {
    if (is.environment(e)) return("python")
    if (is.numeric(e)) signif(as.numeric(unclass(e)), 10) else e
  }
  tryCatch({
    value <- suppressWarnings(call)
    is_tensor <- inherits(value, "python.builtin.object")
    elements <- lapply(as.list(if (is_tensor) from_python(value) else value), rounded)
    cat(if (is_tensor) "tensor" else "R", deparse1(elements), sep = "\n")
  }, error = function(condition) cat("error\n", conditionMessage(condition)))
}
"""


def run_all(calls: list[str], *others: list[str]) -> list[list[tuple[str, str]]]:
    """Return what calls give on tensors, in R's own functions on arrays, and others on tensors.

    Each is a word, "tensor", "R" or "error", and the elements or the message. One R runs them all.
    """
    own = [re.sub("|".join(OWN_NAMES), lambda name: OWN_NAMES[name[0]], call) for call in calls]
    runs = [(calls, TENSORS), (own, ARRAYS), *((other, TENSORS) for other in others)]
    pieces = [
        Piece(f"describe({{ {call} }})", setup + call, setup + DESCRIBE)
        for texts, setup in runs
        for call in texts
    ]
    printed = (outcome.printed.partition("\n") for outcome in run_r(pieces))
    described = ((kind, words) for kind, _, words in printed)
    return [list(itertools.islice(described, len(texts))) for texts, _ in runs]


@pytest.mark.parametrize(
    ("title", "kind"), [("The result is a tensor", "tensor"), ("The result is an R object", "R")]
)
def test_functions_give_on_tensors_what_they_give_in_r(title, kind):
    calls = [call for row in rows("r-functions", title)[1:] for call in codes(row[1])]
    assert len(calls) > 30
    for call, on_tensors, in_r in zip(calls, *run_all(calls), strict=True):
        assert in_r[0] == "R", (call, in_r)
        assert on_tensors == (kind, in_r[1]), call


@pytest.mark.parametrize(
    ("title", "stops"), [("R raises an error", True), ("R returns another result", False)]
)
def test_what_to_write_instead_gives_what_r_gives(title, stops):
    pairs = [[codes(cell)[0] for cell in row] for row in rows("r-functions", title)[1:]]
    assert len(pairs) >= 14
    calls, instead = zip(*pairs, strict=True)
    for pair, on_tensors, in_r, by_other in zip(pairs, *run_all(calls, instead), strict=True):
        assert (on_tensors[0] == "error") is stops, (pair, on_tensors)
        assert on_tensors[1] != in_r[1], pair
        assert by_other[0] != "error", (pair, by_other)
        assert by_other[1] == in_r[1], pair


def test_the_message_of_a_forgotten_convert_names_the_class():
    text = (ROOT / "docs/convert-false.md").read_text()
    pairs = [
        (codes(row[0])[0], code)
        for row in table(text[: text.index("## The way out")])[1:]
        for code in codes(row[1])
    ]
    assert len(pairs) > 10
    setup = 'for (name in c("numpy", "pandas")) reticulate::py_run_string(paste("import", name))'
    pieces = [Piece(f"py_eval('{code}')@r", code, setup) for _, code in pairs]
    for (kind, code), outcome in zip(pairs, run_r(pieces), strict=True):
        message = f'no applicable method for `@` applied to an object of class "{kind}"'
        assert outcome.printed.endswith(message), (code, outcome.printed)


@pytest.mark.parametrize("title", ["xarray, in Python"])
def test_forms_side_by_side_select_the_same_elements(title):
    count = 0
    for theirs, ours, _ in rows("coming-from", title)[1:]:
        if ours == "the same":
            continue
        for code in codes(theirs):
            other = run_python(f"np.asarray({code})", CODE_IN_PYTHON)
            assert not other.stopped, (code, other.printed)
            assert other.is_same_as(run_python(f"np.asarray({codes(ours)[0]})", CODE_IN_PYTHON)), (
                code
            )
            count += 1
    assert count > 10
