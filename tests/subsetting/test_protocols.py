"""What `R(x)` answers to Python beside brackets: as the tensor itself would, or a refusal."""

import copy
import math
import operator
import pickle

import numpy as np
import pytest
from backends.adapters import ADAPTERS, ALL

from pybridge import R, errors

V = np.array([3, 1, 2])
M = np.arange(1, 7).reshape(2, 3)
LIBRARIES = ["numpy", *ADAPTERS]


def make(library, array):
    return array if library == "numpy" else ALL[library].make(array)


def read(library, tensor):
    return np.asarray(tensor) if library == "numpy" else ADAPTERS[library].read(tensor)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("dialect", ["tensor", "base"])
def test_iteration_and_length_count_the_first_axis(library, dialect):
    rows = R(make(library, M), dialect=dialect)
    assert [read(library, row).tolist() for row in rows] == [[1, 2, 3], [4, 5, 6]]
    assert [read(library, row).tolist() for row in reversed(rows)] == [[4, 5, 6], [1, 2, 3]]
    assert len(rows) == operator.length_hint(rows) == 2
    first, second = rows
    assert (read(library, first)[0], read(library, second)[0]) == (1, 4)
    vector = R(make(library, V), dialect=dialect)
    assert [int(read(library, entry)) for entry in vector] == [3, 1, 2]
    assert int(read(library, sum(vector))) == 6
    assert list(R(make(library, np.zeros((0, 3))))) == []


@pytest.mark.parametrize(
    "library",
    ["numpy", *[name for name in ALL if name != "anndata"]],  # which has no elements
)
def test_membership_truth_and_numpy_are_the_tensors_own(library):
    x = R(make(library, M))
    assert 6 in x
    assert 6.0 in x
    assert 7 not in x
    assert 10**400 not in x
    assert 10**400 not in R(make(library, M.astype("float32")))
    assert None not in x
    with pytest.raises(errors.OperationError, match=r"numpy\.isin"):
        assert [4, 5, 6] in x
    assert bool(R(make(library, np.array([[2]])))) is True
    assert bool(R(make(library, np.array([[0]])))) is False
    assert bool(R(make(library, np.array(0)))) is False
    for several in (x, R(make(library, np.zeros(0)))):
        with pytest.raises(errors.OperationError, match="neither true nor false"):
            bool(several)
    np.testing.assert_array_equal(np.asarray(x), M)
    np.testing.assert_array_equal(np.concatenate([x, x]), [*M, *M])
    assert np.shape(x) == (2, 3)
    assert np.asarray(x, "float32").dtype == np.float32


def test_nobody_knows_the_truth_of_no_values():
    import torch

    with pytest.raises(errors.OperationError, match="the truth of this Tensor is unknown"):
        bool(R(torch.zeros(1, device="meta")))


def test_numpy_gets_the_memory_of_the_array_itself():
    assert np.asarray(R(V)) is V
    assert not np.shares_memory(np.array(R(V)), V)
    assert bytes(R(V)) == V.tobytes()


@pytest.mark.parametrize(
    "act",
    [
        *(operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge),
        *(operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv),
        *(operator.mod, operator.pow, operator.matmul, divmod, operator.and_, operator.or_),
        *(operator.xor, operator.lshift, operator.rshift, operator.iadd, operator.imul),
        *(operator.imatmul, operator.ipow, operator.iand, np.add, np.equal, np.matmul),
    ],
)
def test_an_operator_is_refused_on_either_side(act):
    others = [V, 2, 2.5, None] + [ADAPTERS[library].make(V) for library in ("torch", "jax")]
    x = V.copy()
    for left, right in [(R(x), other) for other in others] + [(R(x), R(x))]:
        with pytest.raises(errors.OperationError, match="not an operand"):
            act(left, right)
    for left in (V, 2, 2.5):
        with pytest.raises(errors.OperationError, match="not an operand"):
            act(left, R(x))
    assert x.tolist() == [3, 1, 2]


@pytest.mark.parametrize(
    "act", [operator.neg, operator.pos, operator.invert, abs, np.sum, np.negative, np.add.reduce]
)
def test_so_is_one_operand_alone(act):
    with pytest.raises(errors.OperationError, match="not an operand"):
        act(R(V))


@pytest.mark.parametrize(
    "act",
    [
        *(hash, int, float, complex, operator.index, round, math.floor, math.trunc, memoryview),
        *(lambda x: x(1), lambda x: {x: 1}, lambda x: {x}, lambda x: f"{x:.2f}", next),
        *(lambda x: range(x), lambda x: [1, 2, 3][x], lambda x: "a" * x, lambda x: dict(**x)),
    ],
)
def test_what_has_no_answer_is_pythons_own_error(act):
    with pytest.raises(TypeError):
        act(R(V))


def test_an_attribute_of_the_tensor_is_looked_for_there():
    for name in ("shape", "dtype", "sum", "__dlpack__", "dialetc"):
        with pytest.raises(AttributeError, match=rf"no attribute '{name}'.*`x\.{name}`"):
            getattr(R(V), name)
    with pytest.raises(AttributeError):
        R(V).shape = (3, 1)
    with pytest.raises(errors.OperationError, match="keep the others"):
        del R(V)[1]


def test_a_copy_keeps_what_it_holds():
    x = R(V, dialect="base")
    for again in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert repr(again) == 'R(array([3, 1, 2]), dialect="base")'
        assert again[-1].tolist() == [1, 2]
    assert np.asarray(copy.copy(x)) is V
    assert not np.shares_memory(np.asarray(copy.deepcopy(x)), V)


def test_a_tensor_without_axes_has_no_length():
    for act in (len, iter, reversed):
        with pytest.raises(errors.OperationError, match=r"shape \(\) has none"):
            act(R(np.array(5)))
    assert 5 in R(np.array(5))


@pytest.mark.parametrize("act", [len, iter, reversed, bool, np.asarray, lambda x: 1 in x])
def test_what_is_no_tensor_is_refused_here_too(act):
    with pytest.raises(errors.UnsupportedTensorError, match=r"numpy\.asarray\(x\) makes an array"):
        act(R([1, 2]))


def test_what_traced_code_does_not_know_is_refused():
    import jax
    import keras

    symbol = keras.Input((3,))
    for act in (len, iter, lambda x: 1 in x):
        with pytest.raises(errors.TracingError):
            act(R(symbol))
    with pytest.raises(errors.OperationError, match="cannot read this KerasTensor"):
        np.asarray(R(symbol))

    def total(x):
        with pytest.raises(errors.TracingError):
            assert 1.0 in R(x)
        return sum(row * row for row in R(x))

    assert jax.grad(total)(np.array([1.0, 2.0])).tolist() == [2, 4]


def test_a_tensor_of_another_dtype_may_be_the_element_that_is_looked_for():
    import torch

    x = torch.tensor([1, 2**63], dtype=torch.uint64)
    assert torch.tensor(1, dtype=torch.int64) in R(x)
    assert torch.tensor(2.0) not in R(x)
