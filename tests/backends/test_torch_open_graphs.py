"""torch.compile: what changes between calls is checked as in eager code."""

import numpy as np
import pytest
from backends.running import BY_CLASS

from pybridge import (
    NA,
    R,
    errors,
    r_assign,
    r_slice,
)


def outcome(function, *given):
    """Return the class of the error that a call ends in, or its result."""
    try:
        return function(*given)
    except errors.PybridgeError as error:
        return BY_CLASS[error.r_class]


def zeros(*shape):
    import torch

    return torch.zeros(shape)


def ramp(*shape):
    import torch

    return torch.arange(1.0, 1 + float(np.prod(shape))).reshape(shape)


CHANGING = {
    "a value for a repeated vector": (
        lambda x, v: r_assign(x, [3, 1, 3], value=v),
        [(zeros(4), ramp(n)) for n in (3, 4, 1, 3, 2)],
    ),
    "a value for repeated points": (
        lambda x, v: r_assign(x, [[1, 1], [2, 2], [1, 1]], value=v),
        [(zeros(3, 3), ramp(n)) for n in (3, 4, 2)],
    ),
    "a value for a new axis": (
        lambda x, v: r_assign(x, None, ..., value=v),
        [(zeros(2, 5), ramp(n, 2, 5)) for n in (1, 5, 6)],
    ),
    "integers into reals": (
        lambda x, v: r_assign(x, 1, value=v),
        [(zeros(3), v) for v in (1, 2, 2**24 + 1, 3)],
    ),
    "reals into narrower ones": (
        lambda x, v: r_assign(x, 1, value=v).nan_to_num(99),
        [(zeros(3), v) for v in (1.5, 2.5, 1e300, float("nan"), float("inf"))],
    ),
    "a size in a bound": (
        lambda x, _: R(x)[1 : x.shape[0] - 1],
        [(ramp(*shape), 0) for shape in ((6, 3), (7, 3), (2, 2), (9, 4))],
    ),
    "a number beside a tensor": (
        lambda x, k: R(x)[zeros(2).long() + 1, [1, k]],
        [(ramp(3, 5), k) for k in (1, 2, 5, 6)],
    ),
    "a mask": (
        lambda x, m: R(x)[m > 2],
        [(ramp(n), ramp(m)) for n, m in ((6, 6), (7, 7), (8, 7), (7, 8), (9, 9))],
    ),
    "a mask on an axis": (
        lambda x, m: r_assign(x, 1, m > 2, value=0.0),
        [(ramp(2, n), ramp(m)) for n, m in ((6, 6), (7, 7), (8, 7))],
    ),
    "a mask of the whole shape": (
        lambda x, m: R(x)[m > 2],
        [(ramp(n, 2), ramp(m, 2)) for n, m in ((6, 6), (7, 7), (8, 7))],
    ),
}


@pytest.mark.parametrize("name", CHANGING)
def test_what_changes_between_calls_is_checked_in_torch_compile_as_elsewhere(name):
    import torch

    function, calls = CHANGING[name]
    torch.compiler.reset()
    run = torch.compile(function, backend="eager")
    for given in calls:
        expected, found = outcome(function, *given), outcome(run, *given)
        if isinstance(expected, torch.Tensor):
            assert isinstance(found, torch.Tensor), found
            assert torch.equal(found, expected)
        else:
            assert found is expected


def test_complex_numbers_inside_torch_compile():
    import torch

    x = torch.zeros(3, dtype=torch.complex64)
    for function in (
        lambda x: r_assign(x, 1, value=5),
        lambda x: r_assign(x, [1, 2, 2], value=[NA, 1, 2 + 3j]),
        lambda x: r_slice(x, [NA, 1], dialect="base"),
    ):
        expected = torch.view_as_real(function(x)).nan_to_num(99)
        run = torch.compile(function, backend="eager", fullgraph=True)
        assert torch.equal(torch.view_as_real(run(x)).nan_to_num(99), expected)


def test_a_value_of_unknown_size_for_a_repeated_vector_in_a_graph():
    import tensorflow as tf

    signature = [tf.TensorSpec([4], tf.float32), tf.TensorSpec([None], tf.float32)]
    for written in (([3, 1, 3],), ([[3], [1], [3]],)):

        @tf.function(input_signature=signature)
        def update(x, v, written=written):
            return r_assign(x, *written, value=v)

        x = tf.zeros(4)
        assert update(x, tf.range(1.0, 4)).numpy().tolist() == [2, 0, 3, 0]
        assert update(x, tf.range(1.0, 2)).numpy().tolist() == [1, 0, 1, 0]
        for count in (2, 5):
            with pytest.raises(tf.errors.InvalidArgumentError):
                update(x, tf.range(float(count)))
