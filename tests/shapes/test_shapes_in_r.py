"""The R package states the rules on shapes a second time, without Python: both must agree."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from pybridge import NA, array_reshape, explain_shapes
from pybridge.errors import ReshapeError
from pybridge.testing import run_r

SOURCES = Path(__file__).parents[2] / "r" / "R"
LOAD = "".join(
    f"source({str(SOURCES / name)!r}, local = TRUE)\n"
    for name in ("conditions.R", "reshape.R", "recycle.R", "explain.R")
)
LOAD += "is_python <- function(x, call) FALSE\n"  # it is C code, and no tensor is here


def in_r(shape):
    return f"list({', '.join('NA' if size is None else str(size) for size in shape)})"


def cases():
    shapes = [(), (0,), (1,), (3,), (None,), (6,)]
    shapes += list(itertools.product([0, 1, 3, None], repeat=2))
    shapes += [
        (2, 3),
        (3, 2),
        (2, 3, 5),
        (1, 3, 3),
        (3, 1, 3),
        (None, 2, 3),
        (1, 1, 1),
        (3, 3, None),
    ]
    yield from itertools.product(shapes, repeat=2)
    few = [(3,), (2,), (1, 1), (3, 3), (6, 3), (6,), (None, 3)]
    yield from itertools.product(few, repeat=3)
    yield ((2,), (4,), (8,), (8, 3))
    yield ((60000, 28, 28), (28,))
    yield ((7,), (2, 3))


def test_both_languages_explain_shapes_in_the_same_words():
    every = list(cases())
    assert len(every) > 1000
    calls = ",\n".join(
        f"paste(format(explain_shapes({', '.join(map(in_r, shapes))})), collapse = '\\n')"
        for shapes in every
    )
    html = ",\n".join(
        f"repr_html.pybridge_shapes(explain_shapes({', '.join(map(in_r, shapes))}))"
        for shapes in every[::7]
    )
    found = run_r(f"{LOAD} list(text = c({calls}), html = c({html}))")
    for shapes, text in zip(every, found["text"], strict=True):
        assert text == str(explain_shapes(*shapes)), shapes
    for shapes, text in zip(every[::7], found["html"], strict=True):
        assert text == explain_shapes(*shapes)._repr_html_(), shapes


REFUSED = [
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


@pytest.mark.parametrize(("shape", "r_dim", "dim"), REFUSED, ids=[case[1] for case in REFUSED])
def test_both_languages_refuse_sizes_in_the_same_words(shape, r_dim, dim):
    with pytest.raises(ReshapeError) as caught:
        array_reshape(np.zeros(shape), dim)
    said = run_r(
        f"{LOAD} x <- array(0, as.integer(shape)); tryCatch(array_reshape(x, {r_dim}), "
        "pybridge_error_reshape = conditionMessage)",
        shape=np.array(shape),
    )
    assert said.tolist() == [str(caught.value)]
