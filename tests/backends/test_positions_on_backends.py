"""The positions that come out of tensors of every library, eager and traced, are R's."""

import numpy as np
import pytest
from backends.adapters import ADAPTERS
from backends.running import MODES
from backends.stores import STANDARD
from position_cases import ALONG, VERBS, said_by_r

from pybridge import errors, which_max

NAN, INF = np.nan, np.inf
FEW = [
    np.array([[3.0, 9.0, NAN, -INF, -0.0], [9.0, -INF, 3.0, NAN, 0.0], [NAN, 0.0, 1.0, 9.0, 3.0]]),
    np.arange(30).reshape(2, 3, 5) % 4 < 2,
    np.array([NAN, NAN]),
]
"""What every mode answers, those also that take seconds for each array."""
MORE = [
    np.array([NAN, -INF, NAN, -INF, 3.0, 0.0, -0.0]),
    np.array([NAN, -INF, -INF, NAN]),
    np.array([NAN, INF, INF]),
    np.array([0.0, -0.0, 0.0]),
    np.arange(30.0).reshape(2, 3, 5) * 7 % 11,
    np.array([3, 1, 2, 3, 1]),
    np.arange(10).reshape(2, 5) * 3 % 7,
    np.array([False, False]),
    np.array([[1.0, NAN, 2.0], [NAN, NAN, NAN]]),
    np.zeros(0),
    np.zeros((2, 0, 5)),
]
FEW_VERBS = {"which", "which_max", "which_min", "order", "order, decreasing, NA first"}
FEW_VERBS |= {"order, no NA"}
SLOW = {"function", "unknown", "xla", "jit", "vmap", "model", "batched", "compiled", "open"}
OF_OPEN_SIZE = frozenset({"which", "order, no NA", "order, decreasing, no NA"})
"""The verbs whose number of positions only the values tell."""
OPEN = {VERBS[verb] for verb in OF_OPEN_SIZE}
COUNTED = {("tensorflow", "function"), ("tensorflow", "unknown"), ("dask", "lazy")}
"""Traced code in which a size may depend on values."""
EAGER = {pair for pair in MODES if pair[1] == "eager"}
EAGER |= {("tensorflow", "variable"), ("torch", "graph"), ("keras", "variable")}
IDS = [" ".join(pair) for pair in MODES]


@pytest.fixture(scope="module")
def cases():
    return said_by_r([*FEW, *MORE])


def outcomes(name, mode, x, verbs):
    """Return what verbs give: arrays, or the errors of pybridge.

    A compiler ends at the first error, and takes what leaves a size open by itself.
    """

    def one(verb, tensor):
        try:
            return verb(tensor)
        except errors.PybridgeError as error:
            return error

    run = ADAPTERS[name].modes[mode]
    if mode not in ADAPTERS[name].compiled:
        return run(lambda tensor: [one(verb, tensor) for verb in verbs], x)
    found = [None] * len(verbs)
    closed = [k for k, verb in enumerate(verbs) if verb not in OPEN]
    together = run(lambda tensor: [verbs[k](tensor) for k in closed], x)
    for k, value in zip(closed, together, strict=True):
        found[k] = value
    for k, verb in enumerate(verbs):
        if found[k] is None:
            (found[k],) = run(lambda tensor, verb=verb: [verb(tensor)], x)
    return found


def test_every_mode_is_eager_or_traced():
    traced = set(MODES) - EAGER
    assert traced > COUNTED
    assert len(traced) + len(EAGER) == len(MODES)


@pytest.mark.parametrize(("name", "mode"), MODES, ids=IDS)
def test_positions_are_rs(cases, name, mode):
    is_traced = (name, mode) not in EAGER
    counts = {"as R": 0, "refused": 0}
    few = {id(x) for x in FEW}
    for case in cases:
        is_slow = mode in SLOW or name == "jax"
        if is_slow and id(case.x) not in few:
            continue
        if mode == "graph" and case.x.dtype.kind == "f":
            continue  # positions have no gradient, and that mode asks each result for one
        verbs = [verb for verb in (FEW_VERBS if is_slow else VERBS) if verb in case.says]
        for verb, found in zip(
            verbs, outcomes(name, mode, case.x, [VERBS[verb] for verb in verbs]), strict=True
        ):
            expected = case.says[verb]
            if isinstance(found, errors.TracingError):
                counts["refused"] += 1
                is_open = verb in OF_OPEN_SIZE and (name, mode) not in COUNTED
                assert is_traced, (verb, case.x, found)
                assert is_open, (verb, case.x, found)
                continue
            assert not isinstance(found, Exception), (verb, case.x, found)
            assert found.dtype.kind == "i"
            if is_traced and verb in ALONG and case.x.size and not expected.size:
                expected = np.zeros((1,) * case.x.ndim if case.x.ndim == 1 else (1, case.x.ndim))
            assert found.shape == expected.shape, (verb, case.x, found)
            assert np.array_equal(found, expected), (verb, case.x, found)
            counts["as R"] += 1
    assert counts["as R"] >= 8, counts
    assert is_traced or not counts["refused"]


@pytest.mark.parametrize("mode", STANDARD["array_api"].modes)
def test_the_greatest_along_each_axis_by_the_array_standard(mode):
    x = np.arange(30.0).reshape(2, 3, 5) * 7 % 11
    for axis in range(3):
        run = STANDARD["array_api"].modes[mode]
        (found,) = run(lambda x, axis=axis: [which_max(x, axis=axis + 1)], x)
        assert np.array_equal(found, x.argmax(axis) + 1)
