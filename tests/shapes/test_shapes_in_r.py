"""The R package reads new sizes without Python, and rejects them as the Python package does."""

import re

import numpy as np
import pytest
from processes import ROOT

from pybridge import NA, array_reshape
from pybridge.errors import ReshapeError
from pybridge.testing import assert_same_as_r

NAMES = ("text.R", "conditions.R", "notation.R", "arguments.R", "array.R", "reshape.R")
# Read here, so that outside a checkout the test skips and names what it needs.
LOAD = "\n".join((ROOT / "r/R" / name).read_text(encoding="utf-8") for name in NAMES)
LOAD += "\nis_python <- function(x, call) FALSE\n"  # it is C code, and no tensor is here


REJECTED = [
    ((2, 3, 5), "c(6, 6)", (6, 6)),
    ((2352,), "784", 784),
    ((2, 3, 5), "7", 7),
    ((2, 3, 5), "integer()", ()),
    ((1,), "c(2, 3)", (2, 3)),
    ((2, 3, 5), "c(-1, 4)", (-1, 4)),
    ((2, 3, 5), "c(NA, 5, -1)", (NA, 5, -1)),
    ((0, 3), "c(0, NA)", (0, NA)),
    ((0, 3), "1", 1),
    ((2, 3, 5), "c(0, -1)", (0, -1)),
    ((2, 3, 5), "c(6, 2.5)", (6, 2.5)),
    ((2, 3, 5), "c(-Inf, 5)", (-np.inf, 5)),
    ((2, 3, 5), "NULL", None),
    ((2, 3, 5), "list(FALSE, 30)", (False, 30)),
    ((2, 3, 5), "c(6L, -5L)", (6, -5)),
    ((2, 3, 5), "matrix(1, 2, 1)", np.ones((2, 1))),
]


@pytest.mark.parametrize(("shape", "r_dim", "dim"), REJECTED, ids=[case[1] for case in REJECTED])
def test_both_languages_reject_sizes_in_the_same_words(shape, r_dim, dim):
    with pytest.raises(ReshapeError) as caught:
        array_reshape(np.zeros(shape), dim)
    assert_same_as_r(
        lambda: array_reshape(np.zeros(shape), dim),
        f"{LOAD} x <- array(0, as.integer(shape)); array_reshape(x, {r_dim})",
        shape=np.array(shape),
        raises=ReshapeError,
        r_class=ReshapeError.r_class,
        r_match=f"^{re.escape(str(caught.value))}$",
    )
