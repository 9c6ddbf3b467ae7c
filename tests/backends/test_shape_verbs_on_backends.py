"""Reshaping, recycling and broadcasting on every backend in every mode, as on NumPy."""

import operator

import numpy as np
import pytest
from backends.adapters import ADAPTERS
from backends.running import MODES, alone

from pybridge import R, array_reshape, broadcast, recycle, recycled
from pybridge.errors import PybridgeError, RecyclingError, ReshapeError, TracingError

X = np.arange(1.0, 31).reshape(2, 3, 5)
SIX = np.arange(6.0) * 100
TWO = np.array([0.25, 0.5])
ROW = np.arange(5.0) / 8
ONE = np.array([7.0])

DIMS = [(6, 5), (5, 6), (-1, 10), (30,), (2, 3, 5, 1), (1, -1), (15, 2)]
RESHAPING = {
    f"{dim}, {order}": lambda x, *_, dim=dim, order=order: array_reshape(x, dim, order)
    for dim in DIMS
    for order in "CF"
}
RECYCLING = {
    "x + six": lambda x, six, two, row, one: recycled(operator.add)(x, six),
    "six - x": lambda x, six, two, row, one: recycled(operator.sub)(six, x),
    "six * two": lambda x, six, two, row, one: recycled(operator.mul)(six, two),
    "x + two + six": lambda x, six, two, row, one: recycled(operator.add)(x, two, six),
    "recycle(x, six)": lambda x, six, two, row, one: recycle(x, six)[1],
    "recycle(six, two)": lambda x, six, two, row, one: recycle(six, two)[1],
    "recycle(x, one)": lambda x, six, two, row, one: recycle(x, one)[1],
    "broadcast(x, row)": lambda x, six, two, row, one: broadcast(x, row)[1],
    "broadcast(x, two)": lambda x, six, two, row, one: broadcast(x, two, align="leading")[1],
}
ANYWHERE = {
    "x + x": lambda x, *_: recycled(operator.add)(x, x),
    "x * 2": lambda x, *_: recycled(operator.mul)(x, 2.0),
    "recycle(x, x)": lambda x, *_: operator.sub(*recycle(x, x)),
    "broadcast(x, x)": lambda x, *_: operator.mul(*broadcast(x, x)),
}
FAILING = {
    "(6, 6)": (ReshapeError, lambda x, *_: array_reshape(x, (6, 6))),
    "two open": (ReshapeError, lambda x, *_: array_reshape(x, (-1, -1))),
    "x[0] + x": (RecyclingError, lambda x, *_: recycled(operator.add)(R(x)[1], x)),
}
CHECKED_WHEN_RUN = {"(6, 6)", "six * two"}
"""Where a size is unknown, the library meets what does not fit when the code runs."""


def outcomes(name, mode, verbs):
    def run(*tensors):
        found = []
        for verb in verbs:
            try:
                found.append(verb(*tensors))
            except PybridgeError as error:
                found.append(error)
        return found

    if mode in ADAPTERS[name].compiled:
        return [alone(ADAPTERS[name].modes[mode], verb, X, SIX, TWO, ROW, ONE) for verb in verbs]
    return ADAPTERS[name].modes[mode](run, X, SIX, TWO, ROW, ONE)


def assert_as_on_numpy(name, mode, verbs):
    for (what, verb), found in zip(
        verbs.items(), outcomes(name, mode, verbs.values()), strict=True
    ):
        expected = verb(X, SIX, TWO, ROW, ONE)
        assert not isinstance(found, Exception), (what, found)
        assert found.dtype == expected.dtype, what
        assert found.shape == expected.shape, what
        assert np.array_equal(found, expected), what


@pytest.mark.parametrize(("name", "mode"), MODES, ids=[" ".join(pair) for pair in MODES])
def test_reshaping(name, mode):
    assert_as_on_numpy(name, mode, RESHAPING | ANYWHERE)


@pytest.mark.parametrize(("name", "mode"), MODES, ids=[" ".join(pair) for pair in MODES])
def test_recycling(name, mode):
    if mode not in ADAPTERS[name].unknown:
        assert_as_on_numpy(name, mode, RECYCLING)
        return
    # never a plausible wrong answer: R's, or a refusal that says why
    verbs = {what: verb for what, verb in RECYCLING.items() if what not in CHECKED_WHEN_RUN}
    for (what, verb), found in zip(
        verbs.items(), outcomes(name, mode, verbs.values()), strict=True
    ):
        if not isinstance(found, TracingError):
            assert not isinstance(found, Exception), (what, found)
            assert np.array_equal(found, verb(X, SIX, TWO, ROW, ONE)), what


@pytest.mark.parametrize(("name", "mode"), MODES, ids=[" ".join(pair) for pair in MODES])
def test_failing(name, mode):
    is_unknown = mode in ADAPTERS[name].unknown
    failing = {k: v for k, v in FAILING.items() if not is_unknown or k not in CHECKED_WHEN_RUN}
    found = outcomes(name, mode, [verb for _, verb in failing.values()])
    for (what, (kind, _)), error in zip(failing.items(), found, strict=True):
        assert isinstance(error, kind), (what, error)


@pytest.mark.parametrize(
    ("name", "mode"), [pair for pair in MODES if pair[1] in ADAPTERS[pair[0]].unknown]
)
@pytest.mark.parametrize("what", ["(6, 6)", "six * two"])
def test_the_library_checks_what_only_a_run_can_tell(name, mode, what):
    verb = RECYCLING[what] if what in RECYCLING else FAILING[what][1]
    with pytest.raises(Exception, match=r"36|[Ii]ncompatible"):
        outcomes(name, mode, [verb])
