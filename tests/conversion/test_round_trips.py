"""The tables of round trips in docs/conversion.md, each row in R and by `identical()`."""

import re

import pandas as pd
import pytest
from conversion_oracle import assert_identical, r_value
from processes import ROOT

from pybridge import from_r, to_r

if not (ROOT / "docs").exists():
    pytest.skip("needs docs/ of the checkout", allow_module_level=True)

PAGE = (ROOT / "docs/conversion.md").read_text()


def rows(first):
    """Return the rows of the table whose first column has a title: R code, Python, R code."""
    table = re.search(rf"^\| {first} \|.*\n\|.*\n((?:\|.*\n)+)", PAGE, re.MULTILINE)[1]
    found = [[cell.strip() for cell in row[1:-1].split(" | ")] for row in table.splitlines()]
    assert len(found) >= 8
    return [
        (code.strip("`"), python.strip("`"), code if back == "identical" else back.strip("`"))
        for code, python, back in ([code.strip("`"), *rest] for code, *rest in found)
    ]


@pytest.mark.parametrize(("code", "python", "back"), rows("data set"))
def test_data_sets(code, python, back):
    labels = "xarray" if python == "DataArray" else "drop"
    there = from_r(r_value(code), dimnames=labels)
    assert type(there).__name__ == python
    assert_identical(to_r(there), back)


@pytest.mark.parametrize(("code", "dtype", "back"), rows("column of R"))
def test_columns(code, dtype, back):
    frame = "{{ x <- data.frame(n = seq_along({0})); x$c <- {0}; x['c'] }}"
    there = from_r(r_value(frame.format(code)))
    expected = pd.Series(["text"]).dtype if dtype == "str" else dtype
    assert str(there["c"].dtype) == str(expected)
    assert_identical(to_r(there), frame.format(back))


@pytest.mark.parametrize(("code", "kind", "back"), rows("matrix of R"))
def test_matrices(code, kind, back):
    m = re.search(r"^m <- Matrix.*", PAGE, re.MULTILINE)[0] + "; "
    there = from_r(r_value(m + code))
    assert type(there).__name__ == kind
    assert_identical(to_r(there), m + back)
