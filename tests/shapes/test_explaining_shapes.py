"""`explain_shapes`: its verdicts against what the two rules really do, and its picture."""

import itertools
import warnings
from html.parser import HTMLParser

import numpy as np
import pytest

from pybridge import NA, broadcast, explain_shapes, recycle
from pybridge.errors import ArgumentError, ReshapeError, ShapeError

SHAPES = [
    shape
    for ndim in range(4)
    for shape in itertools.product([0, 1, 2, 3], repeat=ndim)
    if ndim < 3 or 0 not in shape
]


def really(rule, operands):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return rule(*operands)
        except ShapeError:
            return None


def real_verdict(shapes):
    operands = [np.arange(np.prod(shape, dtype=int)).reshape(shape, order="F") for shape in shapes]
    ours, theirs = really(recycle, operands), really(broadcast, operands)
    if ours is None or theirs is None:
        if ours is not None:
            return "recycling only", None
        return ("neither" if theirs is None else "broadcasting only"), None
    if ours[0].shape != theirs[0].shape:
        return "different", None
    differs = np.any([a != b for a, b in zip(ours, theirs, strict=True)], axis=0)
    if not differs.any():
        return "same", None
    first = np.argwhere(differs.T)[0][::-1]  # column-major
    return "different", tuple(int(k) + 1 for k in first)


@pytest.mark.parametrize("count", [2, 3])
def test_verdicts_are_what_the_rules_do(count):
    pairs = list(itertools.product(SHAPES, repeat=2))
    if count == 3:
        rng = np.random.default_rng(33)
        few = [(3,), (1,), (), (3, 3), (2, 3), (1, 3), (3, 1), (2,), (2, 2, 2), (1, 1, 2), (6,)]
        pairs = [(*pair, few[rng.integers(len(few))]) for pair in itertools.product(few, repeat=2)]
    seen = set()
    for shapes in pairs:
        found = explain_shapes(*shapes)
        assert (found.verdict, found.position) == real_verdict(shapes), shapes
        assert str(found)
        assert "</div>" in found._repr_html_()
        seen.add((found.verdict, found.position is None))
    assert len(seen) == 6  # the five known verdicts, "different" both by shape and by element


def test_the_square_matrix_trap():
    found = explain_shapes((3, 3), (3,))
    assert found.verdict == "different"
    assert found.position == (2, 1)
    assert found.recycling.shape == found.broadcasting.shape == (3, 3)
    assert repr(found) == str(found)
    assert (
        str(found)
        == """\
x (3, 3)   y (3)

y as R recycles it     y as NumPy broadcasts it
  y[1]  y[1]* y[1]*      y[1]  y[2]* y[3]*
  y[2]* y[2]  y[2]*      y[1]* y[2]  y[3]*
  y[3]* y[3]* y[3]       y[1]* y[2]* y[3]

R recycles:        result (3, 3)
NumPy broadcasts:  result (3, 3)

Both rules succeed and disagree (*): at [2, 1] R uses y[2], NumPy uses y[1].
Choose one: recycle(x, y) is R's rule, broadcast(x, y) is NumPy's."""
    )


def test_a_large_tensor_shows_a_corner_of_one_slice():
    assert (
        str(explain_shapes(np.broadcast_to(0, (60000, 28, 28)), (28,))).split("\n\n")[1]
        == """\
y as R recycles it, [, 1, ]      y as NumPy broadcasts it, [, 1, ]
  y[1]  y[1]* y[1]* y[1]* ...      y[1]  y[2]* y[3]* y[4]* ...
  y[2]* y[2]  y[2]* y[2]* ...      y[1]* y[2]  y[3]* y[4]* ...
  y[3]* y[3]* y[3]  y[3]* ...      y[1]* y[2]* y[3]  y[4]* ...
  y[4]* y[4]* y[4]* y[4]  ...      y[1]* y[2]* y[3]* y[4]  ...
  ...                              ..."""
    )


def test_one_rule_alone():
    text = str(explain_shapes((2, 3), (2,)))
    assert "  y[1] y[1] y[1]\n  y[2] y[2] y[2]\n" in text
    assert "error: shapes (2, 3) and (2) do not broadcast: axis 2 has the sizes 3 and 2" in text
    assert text.endswith(
        "Only R's rule fits: recycle(x, y), or recycled(op)(x, y).\n"
        'broadcast(x, y, align="leading") gives the same elements.'
    )
    text = str(explain_shapes((2, 1), (1, 3)))
    assert "  y[1, 1] y[1, 2] y[1, 3]\n  y[1, 1] y[1, 2] y[1, 3]\n" in text
    assert "R recycles:        error: non-conformable arrays\n" in text
    assert "leading" not in str(explain_shapes((4, 3), (2,)))


def test_warnings_of_r_are_told():
    found = explain_shapes((2, 3), (4,))
    assert found.recycling.warnings == (
        "longer object length is not a multiple of shorter object length",
    )
    assert "with the warning: longer object length is not a multiple" in str(found)
    assert "  y[1] y[3] y[1]\n  y[2] y[4] y[2]\n" in str(found)


def test_three_operands_recycle_what_was_recycled():
    text = str(explain_shapes((2,), (3,), (3, 2)))
    assert "x as R recycles it\n  x[1] x[1]\n  x[2] x[2]\n  x[1] x[1]\n" in text
    assert explain_shapes((3, 3), (3,), (3,)).verdict == "different"
    assert "x1 (2)   x2 (2)   x3 (2)   x4 (2)" in str(explain_shapes(2, 2, 2, 2))


def test_unknown_sizes():
    found = explain_shapes((None, 3), (3,))
    assert (found.verdict, found.recycling.shape) == ("unknown", None)
    assert found.broadcasting.shape == (None, 3)
    assert str(found).endswith("depends on a size that is known only when the code runs.")
    assert explain_shapes((None, 3), (NA, 3)).verdict == "same"
    trap = explain_shapes((3, None), (3,))
    assert (trap.verdict, trap.position) == ("different", (2, 1))
    assert "x as R" not in str(trap)
    assert "  y[2]* y[2]  y[2]* ..." in str(trap)


def test_shapes_are_read_from_tensors_sequences_and_numbers():
    expected = ((2, 3), (2,))
    assert explain_shapes(np.zeros((2, 3)), np.zeros(2)).shapes == expected
    assert explain_shapes([2, 3.0], 2).shapes == expected
    with pytest.raises(ArgumentError, match="two or more shapes, not 1"):
        explain_shapes((2, 3))
    with pytest.raises(ReshapeError):
        explain_shapes((2, 3), "2")


class Cells(HTMLParser):
    """Collects the text of table cells and checks that every tag is closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.cells = [], []

    def handle_starttag(self, tag, attrs):
        if tag != "br":
            self.open.append(tag)
        if tag == "td":
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "td" in self.open:
            self.cells[-1] += data


def test_the_html_holds_the_same_cells():
    parser = Cells()
    html = explain_shapes((3, 3), (3,))._repr_html_()
    parser.feed(html)
    assert parser.open == []
    ours = ["y[1]", "y[1]*", "y[1]*", "y[2]*", "y[2]", "y[2]*", "y[3]*", "y[3]*", "y[3]"]
    theirs = ["y[1]", "y[2]*", "y[3]*", "y[1]*", "y[2]", "y[3]*", "y[1]*", "y[2]*", "y[3]"]
    assert parser.cells == ours + theirs
    assert "at [2, 1] R uses y[2], NumPy uses y[1]" in html
