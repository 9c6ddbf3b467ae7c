"""`all_but()` in traced and compiled code, and on axes of unknown size."""

import numpy as np
import pytest
from backends.adapters import ADAPTERS

from pybridge import NA, R, all_but, errors, r_assign

X = np.arange(1.0, 31).reshape(2, 3, 5)
MODES = [
    *(("tensorflow", mode) for mode in ("function", "unknown", "xla")),
    *(("jax", mode) for mode in ("jit", "vmap")),
    *(("torch", mode) for mode in ("vmap",)),
    *(("keras", mode) for mode in ("model", "batched")),
    ("dask", "lazy"),
]
IDS = [" ".join(pair) for pair in MODES]
KNOWN = {
    "one": ((2,), [0, 2]),
    "none": ((), [0, 1, 2]),
    "the last": ((-1,), [0, 1]),
    "several, one twice": (([1, 1], 3), [1]),
    "a range": ((slice(2, 3),), [0]),
    "a range from the end": ((slice(-2, NA),), [0]),
    "a step": ((slice(1, 3, 2),), [1]),
    "a range downward": ((slice(3, 2),), [0]),
    "all": (([1, 2, 3],), []),
}
COUNTED = ("function", "unknown", "lazy")
"""Where traced code may select a number of elements that only its values tell."""


@pytest.mark.parametrize(("library", "mode"), MODES, ids=IDS)
@pytest.mark.parametrize(("parts", "left"), KNOWN.values(), ids=KNOWN)
def test_known_parts_are_left_out(library, mode, parts, left):
    run = ADAPTERS[library].modes[mode]

    def act(x):
        return [
            R(x)[:, all_but(*parts)],
            R(x)[1, all_but(*parts), [5, 1]],
            r_assign(x, slice(None), all_but(*parts), slice(1, 3), value=0),
        ]

    found = run(act, X)
    np.testing.assert_array_equal(found[0], X[:, left])
    np.testing.assert_array_equal(found[1], X[0][left][:, [4, 0]])
    expected = X.copy()
    expected[:, left, :3] = 0
    np.testing.assert_array_equal(found[2], expected)


@pytest.mark.parametrize(("library", "mode"), [("tensorflow", "unknown"), ("keras", "batched")])
@pytest.mark.parametrize(
    ("parts", "left"),
    [((1,), [1]), ((-1,), [0]), ((), [0, 1]), ((slice(1, 2),), []), (([2, 2],), [0])],
)
def test_of_an_axis_of_unknown_size(library, mode, parts, left):
    run = ADAPTERS[library].modes[mode]
    found = run(lambda x: [R(x)[all_but(*parts)]], X)
    np.testing.assert_array_equal(found[0], X[left])


def test_parts_from_both_ends_of_an_unknown_size_may_meet():
    run = ADAPTERS["tensorflow"].modes["unknown"]
    (found,) = run(lambda x: [R(x)[:, all_but(3, -1, slice(1, NA, 2))]], X)
    np.testing.assert_array_equal(found, X[:, [1]])


@pytest.mark.parametrize(("library", "mode"), [("tensorflow", "unknown"), ("keras", "batched")])
def test_a_position_beyond_an_unknown_size_is_the_library_s_error(library, mode):
    run = ADAPTERS[library].modes[mode]
    with pytest.raises(Exception, match="indices") as caught:
        run(lambda x: [R(x)[all_but(9)]], X)
    assert not isinstance(caught.value, errors.SubscriptError)


@pytest.mark.parametrize(("library", "mode"), MODES, ids=IDS)
def test_traced_parts_are_left_out_where_their_number_may_be_unknown(library, mode):
    run = ADAPTERS[library].modes[mode]

    def act(x, i, several):
        results = []
        for part in (i, several):
            try:
                results.append(R(x)[:, all_but(part)])
            except errors.TracingError as error:
                results.append(error)
        return [each for each in results if not isinstance(each, Exception)] or [x]

    found = run(act, X, np.array(-2), np.array([3, 1, 3]))
    if mode in COUNTED:
        np.testing.assert_array_equal(found[0], X[:, [0, 2]])
        np.testing.assert_array_equal(found[1], X[:, [1]])


@pytest.mark.parametrize("mode", ["jit", "vmap"])
def test_jax_writes_where_traced_parts_are_left_out(mode):
    run = ADAPTERS["jax"].modes[mode]
    act = lambda x, i: [r_assign(x, slice(None), all_but(i, 1), value=0)]  # noqa: E731
    expected = X.copy()
    expected[:, 1] = 0
    np.testing.assert_array_equal(run(act, X, np.array(-1))[0], expected)


IN_ONE_GRAPH = {
    "a number": (lambda x, n, i: R(x)[:, all_but(n)], [0, 2]),
    "a list": (lambda x, n, i: R(x)[:, all_but([3, 1])], [1]),
    "a number and a range": (lambda x, n, i: R(x)[:, all_but(n, slice(3, NA))], [0]),
    "a tensor": (lambda x, n, i: R(x)[:, all_but(i)], [1]),
    "text": (lambda x, n, i: R(x)[", all_but(-1)"], [0, 1]),
    "nested": (lambda x, n, i: R(x)[:, all_but(all_but(n))], [1]),
}


@pytest.mark.parametrize(("function", "left"), IN_ONE_GRAPH.values(), ids=IN_ONE_GRAPH)
def test_torch_compiles_a_call_into_one_graph(function, left):
    import torch

    x, i = torch.tensor(X), torch.tensor([3, -3])
    torch.compiler.reset()
    compiled = torch.compile(function, backend="aot_eager", fullgraph=True)
    np.testing.assert_array_equal(compiled(x, 2, i).numpy(), X[:, left])


def test_torch_compiles_a_stored_call_and_writes():
    import torch

    rest = all_but(1, slice(3, NA))

    def act(x):
        return r_assign(x, slice(None), rest, value=0.0)

    expected = X.copy()
    expected[:, 1] = 0
    torch.compiler.reset()
    compiled = torch.compile(act, backend="aot_eager", fullgraph=True)
    np.testing.assert_array_equal(compiled(torch.tensor(X)).numpy(), expected)
