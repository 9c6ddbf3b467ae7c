"""Text, in every encoding."""

import numpy as np
import pytest
from conversion_oracle import assert_identical, r_value

from pybridge.conversion import from_r, to_r
from pybridge.errors import ConversionError


@pytest.mark.parametrize(
    "value", ["a\0", "\0", np.str_("a\0"), ["b", "a\0"], ("a\0",), {"a\0": [1.0]}, {"a": "b\0"}]
)
def test_a_nul_at_the_end_of_a_text_is_refused_and_not_dropped(value):
    with pytest.raises(ConversionError, match=r"cannot hold a NUL character: '[ab]?\\x00'"):
        to_r(value)


def test_text_in_every_encoding_of_r_arrives_as_text():
    latin = 'x <- "fa\\xE7ile"; Encoding(x) <- "latin1"; c(x, "plain", "caf\\u00e9", x)'
    assert from_r(r_value(latin)).tolist() == ["façile", "plain", "café", "façile"]
    assert_identical(to_r(from_r(r_value(latin))), f"enc2utf8({{{latin}}})")
    marks = r_value("Encoding(x)", x=to_r(["a", "é"]))
    assert list(marks) == ["unknown", "UTF-8"]
