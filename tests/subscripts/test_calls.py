"""Subscripts that are calls, such as `all_but(2, 4)`, and where each of them must be known."""

import re

import numpy as np
import pytest
from corpus import cases
from processes import ROOT
from tensor_cases import RESTATEMENT

import pybridge
from pybridge import NA, R, all_but, errors, r_assign, r_slice, r_subscripts, result_shape
from pybridge.subscripts import CALLS
from pybridge.subscripts.python_values import as_subscript

X = np.arange(1, 31).reshape(2, 3, 5)


def test_it_selects_what_numpy_keeps_when_it_deletes():
    assert np.array_equal(R(X)[:, :, all_but(2, -1)], np.delete(X, [1, 4], 2))
    assert np.array_equal(R(X)[all_but(1)], np.delete(X, [0], 0))
    assert np.array_equal(R(X)[..., all_but(slice(2, NA, 2))], np.delete(X, np.s_[1::2], 2))
    assert np.array_equal(R(X)[..., all_but([1, 1, 5])], np.delete(X, [0, 4], 2))
    leaves = np.array([True, False, True, True, False])
    assert np.array_equal(R(X)[..., all_but(leaves)], X[..., ~leaves])
    assert np.array_equal(R(X)[..., all_but(all_but(2, 3))], X[..., [1, 2]])
    assert R(X)[all_but(), all_but(slice(None))].shape == (2, 0, 5)
    assert result_shape((10, 3), all_but(2, 4), 1) == (8,)


def test_it_writes():
    expected = X.copy()
    expected[:, [0, 2], 1:] = 0
    assert np.array_equal(r_assign(X, slice(None), all_but(2), all_but(1), value=0), expected)
    y = X.copy()
    R(y)[:, all_but(2), all_but(1)] = 0
    assert np.array_equal(y, expected)


def test_parts_are_those_of_the_moment():
    positions, leaves = [1, 2], np.array([True, False])
    one, two = all_but(positions), all_but(leaves)
    positions[0], leaves[:] = 3, False
    assert str(one) == "all_but(c(1, 2))"
    assert str(two) == "all_but(c(TRUE, FALSE))"


def test_equal_calls_are_equal_and_print_themselves():
    assert all_but(2, [4.0, 5]) == all_but(2, np.array([4, 5]))
    assert hash(all_but(2, slice(4, NA))) == hash(all_but(2, slice(4, None)))
    assert all_but(2) != all_but([2]) != all_but(2, 2) != 2
    held = r_subscripts("all_but(2, 4:NA, c(TRUE, FALSE), 'a'), all_but()")
    assert held == r_subscripts(all_but(2, slice(4, NA), [True, False], "a"), all_but())
    assert str(held) == 'all_but(2, 4:NA, c(TRUE, FALSE), "a"), all_but()'
    for item in held.items:
        assert as_subscript(eval(item.python, {"all_but": all_but})) == item


@pytest.mark.parametrize(
    ("part", "error"),
    [
        (6, errors.SubscriptOutOfBoundsError),
        (-6, errors.SubscriptOutOfBoundsError),
        (0, errors.SubscriptOutOfBoundsError),
        (1.5, errors.SubscriptTypeError),
        (NA, errors.SubscriptMissingError),
        ([True, False], errors.SubscriptMaskError),
        ("a", errors.SubscriptTypeError),
        (None, errors.SubscriptTypeError),
        (..., errors.SubscriptTypeError),
        ({}, errors.SubscriptTypeError),
        ([[1, 2]], errors.SubscriptTypeError),
        (slice(-1, 3), errors.SubscriptRangeError),
    ],
)
def test_a_part_that_does_not_fit_raises_what_it_raises_alone(part, error):
    with pytest.raises(error):
        R(X)[1, 1, all_but(2, part)]


def test_r_s_own_dialect_names_its_own_way():
    for read in (
        lambda: R(X, dialect="base")[all_but(2), 1, 1],
        lambda: r_slice(X, "all_but(2)", dialect="base"),
        lambda: r_assign(X[0, 0], all_but(2), value=0, dialect="base"),
    ):
        with pytest.raises(errors.SubscriptTypeError, match=r"as in `-c\(2, 4\)`"):
            read()


def text_of(path):
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("pybridge/subsetting/brackets.py", r"^def {}\("),
        ("r/R/subscript-call.R", r"^{} <- function\(\.\.\.\)"),
        ("r/R/array-axis.R", r"^  {} = function\("),
        ("r/NAMESPACE", r"^export\({}\)$"),
        ("r/_pkgdown.yml", r"^ *- {}$"),
        ("docs/cheat-sheet.md", r"{}\("),
        ("CHANGELOG.md", r"{}\("),
    ],
)
def test_each_call_is_known_in_each_of_its_places(name, path, pattern):
    assert re.search(pattern.format(name), text_of(path), re.MULTILINE), f"{name}: add it to {path}"


@pytest.mark.parametrize("name", CALLS)
def test_each_call_has_a_name_an_oracle_and_cases(name):
    assert name in pybridge.__all__, f"{name}: export it in pybridge/__init__.py"
    for words in ("in_r", "in_python"):
        where = f"{name}: give it `{words}` in pybridge/subscripts/calls.py"
        assert getattr(CALLS[name], words, ""), where
    assert re.search(rf"\b{name} = function", RESTATEMENT), f"{name}: tests/support/restatement.R"
    used = [case for case in cases() if f"{name}(" in case["subscripts"]]
    where = f"{name}: write cases in pybridge/testing/subscripts.json, run tests/support/corpus.py"
    assert any("error" in case["expected"] for case in used), where
    assert any("value" in case for case in used), where
