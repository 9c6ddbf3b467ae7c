"""The search of `make fuzz` in tables, a short one; and it finds faults that are planted."""

import fuzz_tables
import pytest
from conversion_oracle import r_value

from pybridge import to_r


def test_random_tables_cross_with_the_elements_that_they_have():
    assert [text for text in map(fuzz_tables.disagreement, range(600)) if text] == []


FAULTS = {
    "a zone is lost": 'if (inherits(v, "POSIXct")) structure(v, tzone = "UTC") else v',
    "codes of other levels": "if (is.factor(v)) v[] <- rev(levels(v))[v]; v",
    "NaN for NA": "if (is.double(v) && !is.object(v)) { v[is.na(v)] <- NaN; v } else v",
    "the order of the rows": "if (is.list(v)) v else v[rev(seq_along(v))]",
    "a moment is a second late": 'if (inherits(v, "POSIXct")) v + 1 else v',
    "a type is wider": "if (is.integer(v) && !is.object(v)) v + 0 else v",
    "names": "v",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_search_finds(fault, monkeypatch):
    names = 'names(x) <- rev(c(names(x), "z"))[seq_along(x)]; ' if fault == "names" else ""
    code = f"{{ change <- function(v) {{ {FAULTS[fault]} }}; if (is.data.frame(x)) {{ {names}"
    code += "x[] <- lapply(x, change) } else x <- change(x); x }"

    def with_fault(x, **policies):
        return r_value(code, x=to_r(x, **policies))

    monkeypatch.setattr(fuzz_tables, "to_r", with_fault)
    assert any(map(fuzz_tables.disagreement, range(400)))
