"""The data of the page "Look up" is what R and Python give, asked in another way."""

import re
from functools import cache

import numpy as np
import pytest
from processes import ROOT

from pybridge import R
from pybridge.testing import RError, run_r
from tools import lookup

SHAPES = tuple(lookup.SUBSCRIPTS)


@cache
def rows(shape):
    return list(lookup.rows(shape))


def array_of(answer):
    values = [np.nan if value is None else value for value in answer["values"]]
    return np.array(values, float).reshape(answer["shape"])


def same(answer, value):
    value = np.asarray(value, float)
    return answer["error"] == "" and np.array_equal(array_of(answer), value, equal_nan=True)


def test_there_are_some_five_hundred_subscripts():
    texts = [(shape, row["r"]) for shape in SHAPES for row in rows(shape)]
    assert 450 < len(texts) < 650
    assert len(set(texts)) == len(texts)


def attempt(work):
    """Return what a function returns, or the exception."""
    try:
        return work()
    except (RError, IndexError, TypeError, ValueError) as error:
        return error


@pytest.mark.parametrize("shape", SHAPES)
def test_r_within_python_agrees_about_every_third_subscript(shape):
    """R is asked by another bridge, about an array that is made in another way."""
    x = lookup.elements(shape)
    for row in rows(shape)[::3]:
        answer, text = row["answers"][0], row["r"]
        value = attempt(lambda text=text: run_r(f"suppressWarnings(x[{text}])", x=x))
        if isinstance(value, RError):
            assert answer["error"], text
            assert answer["error"] in str(value), text
        else:
            assert same(answer, value), (text, answer, value)


@pytest.mark.parametrize("shape", SHAPES)
def test_numpy_and_pybridge_agree_in_python_spelling(shape):
    variables = {"x": lookup.elements(shape), "R": R}
    for row in rows(shape):
        own, numpy, tensor, base = row["answers"]
        for answer, name in ((numpy, "x"), (tensor, "R(x)")):
            code = f"{name}[{row['python']}]"
            value = attempt(lambda code=code: eval(code, variables))
            if isinstance(value, Exception):
                assert answer["error"] == f"{type(value).__name__}: {value}", code
            else:
                assert same(answer, value), code
        assert bool(row["explained"]) is not bool(tensor["error"])
        is_served = row["r"] not in ("", "newaxis", ", newaxis,") and ".." not in row["r"]
        if is_served and not base["error"]:
            assert base["values"] == own["values"], row["r"]


def test_every_example_of_the_page_is_among_the_subscripts():
    script = (ROOT / "docs/lookup.js").read_text()
    (block,) = re.findall(r"const examples = \[\n(.*?)\n  \];", script, re.DOTALL)
    for shape, line in zip(SHAPES, block.splitlines(), strict=True):
        examples = re.findall(r'"([^"]*)"', line)
        assert len(examples) > 6
        assert set(examples) <= {row["r"] for row in rows(shape)}
