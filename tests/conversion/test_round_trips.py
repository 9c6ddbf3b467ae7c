"""The tables of docs/conversion.md and docs/tables.md: each row in R, by `identical()`."""

import re

import numpy as np
import pandas as pd
import pytest
from conversion_oracle import assert_identical, r_value
from processes import ROOT
from value_names import NAMES

from pybridge import from_r, to_r
from pybridge.errors import ConversionError
from pybridge.testing.values import difference

if not (ROOT / "docs").exists():
    pytest.skip("needs docs/ of the checkout", allow_module_level=True)

CONVERSION = (ROOT / "docs/conversion.md").read_text()
TABLES = (ROOT / "docs/tables.md").read_text()


def rows(page, first):
    """Return the cells of the table whose first column has a title."""
    table = re.search(rf"^\| {first} \|.*\n\|.*\n((?:\|.*\n)+)", page, re.MULTILINE)[1]
    found = [[cell.strip() for cell in row[1:-1].split(" | ")] for row in table.splitlines()]
    assert len(found) >= 6
    return found


def code_in(cell):
    return cell.strip("`")


@pytest.mark.parametrize(("code", "libraries", "back"), rows(TABLES, "data set"))
def test_data_sets(code, libraries, back):
    code = code_in(code)
    for library in libraries.split(", "):
        there = from_r(r_value(code), like=library)
        assert type(there).__module__.partition(".")[0] == library
        assert_identical(to_r(there), code if back == "identical" else code_in(back))


COLUMNS = [
    (code_in(code), library, cell)
    for code, *cells in rows(TABLES, "R column")
    for library, cell in zip(("pandas", "polars", "pyarrow"), cells, strict=True)
]


@pytest.mark.parametrize(("code", "library", "cell"), COLUMNS)
def test_columns(code, library, cell):
    frame = "{{ x <- data.frame(n = seq_along({0})); x$c <- {0}; x['c'] }}"
    value = r_value(frame.format(code))
    if cell == "refused":
        with pytest.raises(ConversionError, match="column 'c': "):
            from_r(value, like=library)
        return
    dtype, _, back = cell.partition(", back ")
    there = from_r(value, like=library)
    found = str(there["c"].type if library == "pyarrow" else there["c"].dtype)
    if library != "pandas":
        found = re.match(re.escape(code_in(dtype)) + r"(?=$|[(<])", found)[0]
    assert found == {"str": str(pd.Series(["text"]).dtype)}.get(code_in(dtype), code_in(dtype))
    assert_identical(to_r(there), frame.format(code_in(back) or code))


@pytest.mark.parametrize(("code", "kind", "back"), rows(CONVERSION, "R matrix"))
def test_matrices(code, kind, back):
    m = re.search(r"^m <- Matrix.*", CONVERSION, re.MULTILINE)[0] + "; "
    there = from_r(r_value(m + code_in(code)))
    assert type(there).__name__ == code_in(kind)
    assert_identical(to_r(there), m + (code_in(code) if back == "identical" else code_in(back)))


@pytest.mark.parametrize(("code", "in_r"), rows(TABLES, "Python value"))
def test_values_of_python(code, in_r):
    assert_identical(to_r(eval(code_in(code), dict(NAMES))), code_in(in_r))


@pytest.mark.parametrize(("code", "in_python"), rows(TABLES, "R value"))
def test_values_of_r(code, in_python):
    expected = eval(code_in(in_python), dict(NAMES))
    assert difference(from_r(r_value(code_in(code))), expected) == ""


def test_what_the_page_refuses():
    import datetime
    import enum
    import fractions

    for value in (
        datetime.time(1),
        fractions.Fraction(1, 3),
        enum.Enum("Colour", "red").red,
        np.longdouble(1),
        datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),
    ):
        with pytest.raises(ConversionError):
            to_r(value)
    with pytest.raises(ConversionError, match=r"as\.POSIXct"):
        from_r(r_value("as.POSIXlt('2020-01-01')"))
    with pytest.raises(ConversionError, match="element 'call'"):
        from_r(r_value("lm(dist ~ speed, cars)"))
