"""The parts in which values cross: R and Python know the same kinds, and nothing unknown passes."""

import re
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp
from conversion_oracle import assert_identical, r_value

from pybridge import from_r, to_r
from pybridge.conversion.parts import check_fields, described, parts_of
from pybridge.conversion.policies import ToR
from pybridge.conversion.python_to_r import new_object
from pybridge.conversion.rpy2_host import r_host
from pybridge.errors import ConversionError
from pybridge.part_fields import FIELDS

CONVERSION = Path(__file__).parents[2] / "pybridge" / "conversion"

FROM_R = {
    "texts": 'c("a", "b")',
    "text": 'c("a", NA)',
    "typed": "as.raw(1:2)",
    "shaped": 'matrix(c("a", "b"), 1)',
    "classed": 'factor(c("a", "b"))',
    "labelled": "c(a = 1, b = 2)",
    "list": "list(1, list(2))",
    "count": "data.frame(a = 1:3)",
    "matrix": "Matrix::sparseMatrix(i = 1:2, j = 1:2, x = c(1, 2))",
    "other": "function(x) x",
}
TO_R = {
    "new_text": np.array(["a", None], "O"),
    "new_list": [1, [2]],
    "new_matrix": "sparse",
    "array": np.array([["a"], ["b"]]),
    "with": np.array(["2020-02-29"], "M8[D]"),
    "object": "sexp",
}


def kinds_in(parts) -> set[str]:
    if not isinstance(parts, list | tuple) or not parts:
        return set()
    own = {parts[0]} if isinstance(parts[0], str) and parts[0] in FIELDS else set()
    return own.union(*map(kinds_in, parts))


def test_r_and_python_know_the_same_kinds_and_fields():
    source = (CONVERSION / "crossing.R").read_text(encoding="utf-8")
    names = list(r_value(f"local({{{source}; names(part_fields)}})"))
    assert names == [*FIELDS]
    for kind in names:
        assert [*r_value(f"local({{{source}; part_fields${kind}}})")] == [*FIELDS[kind]]


def test_each_kind_has_somebody_who_sends_it():
    by_reticulate_alone = {"logical", "fill"}
    assert FROM_R.keys() | TO_R.keys() | by_reticulate_alone == FIELDS.keys()


@pytest.mark.parametrize("kind", FROM_R)
def test_r_sends_a_kind_with_the_fields_that_it_has(kind):
    parts = r_host().parts(r_value(FROM_R[kind]), kind == "labelled")
    assert kind in kinds_in(parts)

    def check(part):
        if isinstance(part, list) and part and isinstance(part[0], str) and part[0] in FIELDS:
            assert len(part) == len(FIELDS[part[0]]) + 1
        for inner in part if isinstance(part, list) else ():
            check(inner)

    check(parts)


@pytest.mark.parametrize("kind", TO_R)
def test_python_sends_a_kind(kind):
    x = TO_R[kind]
    if kind == "new_matrix":
        x = sp.csc_matrix(np.eye(2))
    if kind == "object":
        x = [r_value("quote(a + b)"), 1]
    parts = parts_of(new_object(x, ToR()), lambda new, place: new.filled())
    assert kind in kinds_in(parts)
    assert to_r(x).typeof.name in ("STRSXP", "VECSXP", "S4SXP", "REALSXP")


@pytest.mark.parametrize(
    "fields",
    [
        {**FIELDS, "numbers": {"elements": ""}},
        {kind: names for kind, names in FIELDS.items() if kind != "text"},
        {**FIELDS, "text": {"codes": "", "utf8": ""}},
    ],
)
def test_another_schema_is_refused_at_the_start(fields):
    with pytest.raises(ConversionError, match=r"differ in the parts (numbers|text): install"):
        check_fields({kind: [*names] for kind, names in fields.items()})


@pytest.mark.parametrize("parts", [["numbers", 1], ["text", b""], ["texts"], [], [1, 2]])
def test_a_part_that_is_not_known_is_an_error(parts):
    with pytest.raises(ConversionError, match="R sent a part that is not known here"):
        described(parts)


def test_r_refuses_a_part_that_it_does_not_know():
    with pytest.raises(ConversionError, match='Python sent a part of the unknown kind "numbers"'):
        r_host().session.call("make_object", r_value("'numbers'"))


@pytest.mark.parametrize("count", [1, 2**18])  # copied by rpy2, and filled in R's memory
def test_an_error_inside_names_each_place_once(count):
    wide = np.full(count, 2**60)
    for x, places in (([wide, "a"], "element 1: "), (["a", [wide]], "element 2: element 1: ")):
        with pytest.raises(ConversionError) as caught:
            to_r(x)
        assert str(caught.value).startswith(f"{places}element [1] is {2**60}:")


def test_code_of_r_is_never_evaluated_on_its_way():
    r_value("rm(list = intersect('crossed', ls(globalenv())), envir = globalenv())")
    for code in ("quote(crossed <<- 1)", "quote(crossed)", "list(quote(crossed <<- 1))"):
        with pytest.raises(ConversionError, match="has no array"):
            from_r(r_value(code))
    kept = to_r([r_value("quote(crossed <<- 1)"), {"a": r_value("quote(crossed)")}])
    assert_identical(kept, "list(quote(crossed <<- 1), list(a = quote(crossed)))")
    assert not r_value("exists('crossed', globalenv(), inherits = FALSE)")[0]


def test_no_r_code_stands_in_a_string_of_python():
    for path in CONVERSION.glob("*.py"):
        assert not re.search(r"function\([^)]*\) *\{", path.read_text(encoding="utf-8")), path.name
