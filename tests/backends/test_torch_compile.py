"""torch.compile: one graph, sizes that stay open, and the errors of eager code."""

import numpy as np
import pytest
from processes import python

from pybridge import (
    NA,
    R,
    array_reshape,
    errors,
    r_assign,
    r_slice,
    r_subscripts,
    recycle,
)

X = np.arange(1.0, 31).reshape(2, 3, 5)

KEPT = r_subscripts("1, c(3, 1)")


INDICES = [3, -3]


ARRAY = np.array([3, -1])


ROWS = [[True, False, True, False, True]] * 3


READ_IN_ONE_GRAPH = {
    "scalar and range": lambda x, i: R(x)[1, 2:NA] * 2,
    "open ends": lambda x, i: R(x)[2:1, ..., 5:NA] * 2,
    "descending": lambda x, i: R(x)[1, 3:1, NA:NA:-2] * 2,
    "vector": lambda x, i: R(x)[1, [3, 1, 3]] * 2,
    "mask": lambda x, i: R(x)[-1, :, ROWS[0]] * 2,
    "whole mask": lambda x, i: R(x)[[ROWS, ROWS]] * 2,
    "points": lambda x, i: R(x)[[[1, 2, 3], [2, -1, 5]]] * 2,
    "new axis": lambda x, i: R(x)[..., None, [1, 1]] * 2,
    "drop": lambda x, i: r_slice(x, 1, drop=False) * 2,
    "text": lambda x, i: r_slice(x, "1, c(3, 1), 5:4") * 2,
    "kept": lambda x, i: R(x)[KEPT] * 2,
    "tensor": lambda x, i: R(x)[1, i] * 2,
    "tensor and list": lambda x, i: R(x)[:, i, [5, -2]] * 2,
    "list after ..": lambda x, i: R(x)[i[:1] - 1, ..., [5, -2]] * 2,
    "array": lambda x, i: R(x)[1, ARRAY, [5, 1]] * 2,
    "tensor mask": lambda x, i: R(x)[x > 4] * 2,
    "R's own": lambda x, i: r_slice(x, -1, [3, 1, 1], 2, dialect="base") * 2,
    "R's own brackets": lambda x, i: R(x, dialect="base")[-1, 1:2, 3] * 2,
    "R's own NA": lambda x, i: r_slice(x, 1, [2, NA], 2, dialect="base").nan_to_num(99),
    "reshape": lambda x, i: array_reshape(x, (6, -1), order="F") * 2,
    "recycle": lambda x, i: recycle(x, x[:, 0, 0])[1] * 2,
}


def written(write):
    """Return a function that writes into a copy, for a graph of its own."""

    def function(x, i):
        y = x + 1
        write(y, i)
        return y * 2

    return function


@written
def in_place(y, i):
    R(y)[1, 2:NA] = 0.5


@written
def in_place_by_vectors(y, i):
    R(y)[:, [3, 1, 3], [5, 1]] = 7


@written
def in_place_by_a_tensor(y, i):
    R(y)[1, i] = 7.0


@written
def in_place_as_r_does(y, i):
    R(y, dialect="base")[-1, 1, 1] = 7


WRITTEN_IN_ONE_GRAPH = {
    "vector": lambda x, i: r_assign(x, 1, [3, 1], value=-1.0) * 2,
    "last of equals": lambda x, i: r_assign(x, 1, [3, 1, 3], value=[[1.0], [2.0], [4.0]]) * 2,
    "vectors apart": lambda x, i: r_assign(x, [2, 1], slice(NA), [5, 1], value=x[:, :, :2]) * 2,
    "descending": lambda x, i: r_assign(x, 1, slice(3, 1), value=[[1.0], [2.0], [3.0]]) * 2,
    "tensor": lambda x, i: r_assign(x, 1, 3, value=x[0, 0] + 1) * 2,
    "integers": lambda x, i: r_assign(x, 1, 3, value=i[0]) * 2,
    "points": lambda x, i: r_assign(x, [[1, 2, 3], [2, 3, 5], [1, 2, 3]], value=[1, 2, 3]) * 2,
    "whole mask": lambda x, i: r_assign(x, [ROWS, ROWS], value=-1) * 2,
    "nothing": lambda x, i: r_assign(x, 1, [], value=1.0) * 2,
    "kept": lambda x, i: r_assign(x, KEPT, value=0.0) * 2,
    "by a tensor": lambda x, i: r_assign(x, 1, i, value=x[0, :2] + 1) * 2,
    "by a tensor and a list": lambda x, i: r_assign(x, [2], i, [1, 5], value=-1.0) * 2,
    "by a mask of tensors": lambda x, i: r_assign(x, x > 4, value=1.0) * 2,
    "R's own": lambda x, i: r_assign(x, [3, 1], value=x[0, 0, :2], dialect="base") * 2,
    "R's own growth": lambda x, i: r_assign(x[0, 0], 7, value=1, dialect="base").nan_to_num(99),
    "in place": in_place,
    "in place by vectors": in_place_by_vectors,
    "in place by a tensor": in_place_by_a_tensor,
    "in place as R does": in_place_as_r_does,
}


IN_ONE_GRAPH = [
    *(("read", name, function) for name, function in READ_IN_ONE_GRAPH.items()),
    *(("written", name, function) for name, function in WRITTEN_IN_ONE_GRAPH.items()),
]


@pytest.mark.parametrize(
    "function",
    [function for _, _, function in IN_ONE_GRAPH],
    ids=[f"{kind} {name}" for kind, name, _ in IN_ONE_GRAPH],
)
def test_torch_compiles_into_one_graph(function):
    import torch

    x, i = torch.tensor(X), torch.tensor(INDICES)
    expected = function(x, i)
    torch.compiler.reset()
    found = torch.compile(function, backend="aot_eager", fullgraph=True)(x, i)
    assert torch.equal(found, expected)
    assert torch.equal(x, torch.tensor(X))


def test_the_first_use_may_be_inside_torch_compile():
    source = """
import torch
from pybridge import NA, R, r_assign
x = torch.arange(30.0).reshape(2, 3, 5)
def use(x):
    return R(x)[1, 2:NA], r_assign(x, 2, [3, 1], value=-1.0)
read, updated = torch.compile(use, backend="eager", fullgraph=True)(x)
print(read.tolist() == x[0, 1:].tolist(), updated[1, :, 0].tolist())
"""
    done = python("-c", source)
    assert (done.returncode, done.stdout.strip()) == (0, "True [-1.0, 20.0, -1.0]"), done.stderr


class Graphs:
    """A backend of `torch.compile` that counts the graphs it is given."""

    def __init__(self):
        self.count = 0

    def __call__(self, graph, inputs):
        self.count += 1
        return graph.forward


ANY_SIZE = {
    "ranges": lambda x: (R(x)[2:NA], R(x)[NA:-2, 1], R(x)[-3:-1], R(x)[4:NA]),
    "reversed": lambda x: (R(x)[NA:NA:-1], R(x)[3:1], R(x)[-1:-3], R(x)[NA:2:-2]),
    "positions": lambda x: (R(x)[-1], R(x)[3], R(x)[..., -1]),
    "vectors": lambda x: (R(x)[[3, 1, 1]], R(x)[:, [3, -3]]),
    "text": lambda x: (r_slice(x, "NA:-2, c(3, 1)"), R(x)[KEPT_ROWS]),
    "writing": lambda x: (
        r_assign(x, 1, value=0.0),
        r_assign(x, slice(2, 3), [3, 1], value=[1, 2]),
    ),
    "reshaping": lambda x: (array_reshape(x, (-1, 1)), array_reshape(x, (NA, 3))),
}


KEPT_ROWS = r_subscripts("3:-1, 2")


@pytest.mark.parametrize("name", ANY_SIZE)
def test_one_graph_of_torch_serves_batches_of_any_size(name):
    import torch

    function, graphs = ANY_SIZE[name], Graphs()
    torch.compiler.reset()
    run = torch.compile(function, backend=graphs, fullgraph=True)
    for count in (9, 7, 4, 30, 3):
        x = torch.arange(count * 3.0).reshape(count, 3)
        for found, expected in zip(run(x), function(x), strict=True):
            assert torch.equal(found, expected), count
    assert graphs.count == 2  # one for the first size, one for all the others


@pytest.mark.parametrize(
    "act",
    [
        lambda x: R(x)[4],
        lambda x: R(x)[-4],
        lambda x: R(x)[2:4],
        lambda x: R(x)[5:NA],
        lambda x: R(x)[[1, 4]],
        lambda x: R(x)[[True] * 5],
        lambda x: r_assign(x, 4, value=0.0),
        lambda x: r_slice(x, 4, 1, dialect="base"),
    ],
)
def test_a_batch_that_is_too_small_is_refused_in_a_graph_of_any_size(act):
    import torch

    run = torch.compile(act, backend="eager", fullgraph=True)
    for count in (5, 3, 5, 3) if act(torch.zeros(5, 3)).numel() else ():
        x = torch.arange(count * 3.0).reshape(count, 3)
        if count == 5:
            assert torch.equal(run(x), act(x))
            continue
        with pytest.raises(errors.SubscriptError) as eager:
            act(x)
        with pytest.raises(type(eager.value)) as compiled:
            run(x)
        assert compiled.value.fields == eager.value.fields


@pytest.mark.parametrize("positions", [(2, 3, 4, 5, 6), (-2, -3, -4, -5, -6)])
@pytest.mark.parametrize(
    ("act", "native"),
    [
        (lambda x, k: R(x)[..., k:NA], None),
        (lambda x, k: r_assign(x, 1, value=k / 2), None),
        (lambda x, k: R(x)[:, k], lambda x, k: x[:, k]),  # PyTorch compiles anew for each
    ],
    ids=["a bound", "a value", "a position"],
)
def test_numbers_that_change_stay_open_in_a_graph(act, native, positions):
    import torch

    x = torch.arange(30.0).reshape(3, 10)

    def graphs_of(function):
        graphs = Graphs()
        torch.compiler.reset()
        run = torch.compile(function, backend=graphs, fullgraph=True)
        results = [run(x, k) for k in positions]
        return graphs.count, results

    count, results = graphs_of(act)
    for k, result in zip(positions, results, strict=True):
        assert torch.equal(result, act(x, k)), k
    assert count == (2 if native is None else graphs_of(native)[0])


def test_a_position_beyond_the_axis_is_refused_in_a_graph_of_open_positions():
    import torch

    torch.compiler.reset()
    run = torch.compile(lambda x, k: R(x)[:, k], backend="eager", fullgraph=True)
    assert torch.equal(run(torch.tensor(X), 2), torch.tensor(X)[:, 1])
    with pytest.raises(errors.SubscriptOutOfBoundsError, match="position 4"):
        run(torch.tensor(X), 4)


def test_a_whole_real_that_changes_is_a_position_in_a_graph():
    import torch

    x = torch.tensor(X)
    acts = (
        lambda x, k: R(x)[:, k],
        lambda x, k: R(x)[..., 2:k],
        lambda x, k: r_assign(x, k, value=k),
    )
    for act in acts:
        torch.compiler.reset()
        run = torch.compile(act, backend="eager", fullgraph=True)
        for k in (2.0, 1.0, 2, 2.0):
            assert torch.equal(run(x, k), act(x, k)), k
        with pytest.raises(errors.SubscriptTypeError, match=r"1\.5"):
            run(x, 1.5)


def test_a_position_that_changes_stands_before_vectors_and_ranges_that_run_down():
    # the compiler makes a symbol of it, which drops its axis as a number does
    import torch

    x = torch.arange(60.0).reshape(3, 4, 5)
    value = torch.arange(10.0).reshape(2, 5)

    def written(x, at):
        R(x)[at, [3, 1]] = value
        return x

    for act in (
        lambda x, at: R(x)[at, [1, 3]],
        lambda x, at: R(x)[at, 4:1, [2, 1]],
        lambda x, at: R(x)[at, 4:1],
        lambda x, at: r_assign(x, at, [1, 3], value=value),
        lambda x, at: r_assign(x, at, slice(4, 1), value=value[:, :1].repeat(2, 1)),
        written,
    ):
        compiled = torch.compile(act, backend="aot_eager", dynamic=True, fullgraph=True)
        for at in (1, 3, 2, -1):
            assert torch.equal(compiled(x.clone(), at), act(x.clone(), at)), (act, at)


def test_what_is_written_as_vectors_is_new_memory_in_a_graph_too():
    import torch

    def read(x):
        return R(x)[[1, 2]]

    x = torch.tensor(X)
    found = torch.compile(read, backend="eager", fullgraph=True)(x)
    found.zero_()
    assert torch.equal(x, torch.tensor(X))


def test_values_are_checked_in_torch_compile_as_elsewhere():
    import torch

    integers = torch.arange(6).reshape(2, 3)
    for function, error in [
        (lambda x: r_assign(x, 1, value=0.5), errors.LossyValueError),
        (lambda x: r_assign(x, 1, value=[1, 2]), errors.AssignmentError),
        (lambda x: r_assign(x, 1, value=[1, NA]), errors.MissingValueError),
        (lambda x: r_slice(x, [1, NA], 1, dialect="base"), errors.MissingValueError),
    ]:
        for is_one_graph in (True, False):
            with pytest.raises(error):
                torch.compile(function, backend="eager", fullgraph=is_one_graph)(integers)


def test_torch_compile_checks_and_refuses_as_eager_code_does():
    import torch

    x = torch.tensor(X)
    with pytest.raises(errors.SubscriptOutOfBoundsError, match="position 4"):
        torch.compile(lambda x: R(x)[1, 4], backend="eager")(x)
    mask = np.array([True, False])
    for function in (lambda x: R(x)[mask], lambda x: r_assign(x, 1, value=mask)):
        with pytest.raises(torch._dynamo.exc.Unsupported, match=r"a NumPy array (is not|cannot)"):
            torch.compile(function, backend="eager", fullgraph=True)(x)
        assert torch.equal(
            torch.compile(function, backend="eager")(x[:, :, :2]), function(x[:, :, :2])
        )


@pytest.mark.parametrize("strict", [False, True])
def test_torch_exports_a_model_for_batches_of_any_size(strict):
    import torch

    class Model(torch.nn.Module):
        def forward(self, x):
            updated = r_assign(x, 1, [3, 1], value=0.5)
            return R(updated)[:, 2:NA], R(x)[[2, 1]], array_reshape(x, (-1, 5)), R(x)[-1]

    sizes = {"x": {0: torch.export.Dim("batch", min=3, max=64)}}
    exported = torch.export.export(
        Model(), (torch.rand(4, 3, 5),), dynamic_shapes=sizes, strict=strict
    ).module()
    for count in (4, 9):
        x = torch.arange(count * 15.0).reshape(count, 3, 5)
        for found, expected in zip(exported(x), Model()(x), strict=True):
            assert torch.equal(found, expected), count
