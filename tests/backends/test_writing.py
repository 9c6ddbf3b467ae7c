"""Writing in place, updates that leave the tensor unchanged, and the values written."""

import numpy as np
import pytest
from backends.adapters import ADAPTERS
from backends.running import MODES

from pybridge import NA, R, errors, r_assign, r_slice

X = np.arange(1.0, 31).reshape(2, 3, 5)
WRITES = {
    "scalar": ((2, 3, 5), np.array(-1.0)),
    "range": ((1, slice(2, NA), slice(NA, NA, 2)), -np.arange(6.0).reshape(2, 3)),
    "descending": ((slice(2, 1), slice(None), slice(5, 1, -2)), -np.arange(18.0).reshape(2, 3, 3)),
    "last axis": ((..., [5, 1, 5]), -np.arange(18.0).reshape(2, 3, 3)),
    "several vectors": ((slice(None), [3, 1, 3], [5, 2]), -np.arange(12.0).reshape(2, 3, 2)),
    "apart": (([2, 1, 2], slice(None), [5, 2, 5]), -np.arange(27.0).reshape(3, 3, 3)),
    "broadcast": (([2, 1], 2, [5, 2, 4]), -np.arange(3.0)),
    "a vector beside an index": ((2, [3, 1]), -np.arange(10.0).reshape(2, 5)),
    "a vector apart from an index": ((2, slice(None), [5, 1]), -np.arange(6.0).reshape(3, 2)),
    "a vector that is a run": ((slice(None), [2, 3], 1), -np.arange(4.0).reshape(2, 2)),
    "mask": ((slice(None), [True, False, True], 1), -np.arange(4.0).reshape(2, 2)),
    "whole mask": ((X % 4 < 2,), -np.arange(15.0)),
    "whole mask, one value": ((X % 4 < 2,), np.array(0.0)),
    "points": (([[1, 1, 1], [2, 3, 5], [1, 1, 1]],), -np.arange(1.0, 4)),
    "new axis": ((1, None, slice(1, 2)), -np.arange(10.0).reshape(1, 2, 5)),
    "nothing": ((slice(None), [], 1), np.array(9.0)),
    "no points": ((np.zeros((0, 3), int),), np.zeros(0)),
    "no points, one value": ((np.zeros((0, 3), int),), np.array(9.0)),
    "a mask without a true entry": ((np.zeros(X.shape, bool),), np.zeros(0)),
    "everything": ((), -X),
}


def expected_after(subscripts, value):
    x = X.copy()
    R(x)[subscripts] = value
    return x


def holders():
    """Return tensors that can be written in place, of every library that has such."""
    import keras
    import tensorflow as tf
    import torch

    return {
        "torch": torch.tensor(X),
        "torch strided": torch.tensor(X.transpose(2, 0, 1).copy()).permute(1, 2, 0),
        "tensorflow": tf.Variable(X),
        "keras": keras.Variable(X, dtype="float64"),
    }


def values_of(holder):
    return np.asarray(holder.detach() if hasattr(holder, "detach") else holder)


@pytest.mark.parametrize("name", ["torch", "torch strided", "tensorflow", "keras"])
@pytest.mark.parametrize("write", WRITES)
def test_what_can_be_written_in_place_is(name, write):
    subscripts, value = WRITES[write]
    holder = holders()[name]
    R(holder)[subscripts] = value
    np.testing.assert_array_equal(values_of(holder), expected_after(subscripts, value))


def test_the_expected_writes_are_numpys_own():
    """A spot check by hand, so that the table above is not compared with itself alone."""
    x = expected_after(*WRITES["several vectors"])
    np.testing.assert_array_equal(x[0], [[1, -3, 3, 4, -2], [6, 7, 8, 9, 10], [11, -5, 13, 14, -4]])
    x = expected_after(*WRITES["points"])
    assert (x[0, 0, 0], x[1, 2, 4], (x != X).sum()) == (-3, -2, 2)


@pytest.mark.parametrize("library", ADAPTERS)
def test_an_update_leaves_the_tensor_and_the_value_alone(library):
    adapter = ADAPTERS[library]
    for subscripts, value in WRITES.values():
        x, given = adapter.make(X), value.copy()
        found = r_assign(x, *subscripts, value=given)
        np.testing.assert_array_equal(adapter.read(found), expected_after(subscripts, value))
        np.testing.assert_array_equal(adapter.read(r_slice(x)), X)
        np.testing.assert_array_equal(given, value)


@pytest.mark.parametrize("library", ADAPTERS)
def test_a_value_of_the_same_library_goes_in_without_leaving_it(library):
    adapter = ADAPTERS[library]
    for subscripts, value in WRITES.values():
        found = r_assign(adapter.make(X), *subscripts, value=adapter.make(value))
        np.testing.assert_array_equal(adapter.read(found), expected_after(subscripts, value))


@pytest.mark.parametrize(("library", "kind"), [("jax", "ArrayImpl"), ("dask", "Array")])
def test_what_cannot_be_written_says_so_and_names_r_assign(library, kind):
    x = ADAPTERS[library].make(X)
    with pytest.raises(errors.ImmutableTensorError, match=f"{kind}.*r_assign"):
        R(x)[1, 1, 1] = 0


def test_other_immutable_tensors_say_so_too():
    import keras
    import tensorflow as tf
    import torch

    leaf = torch.tensor(X, requires_grad=True)
    for x in (tf.constant(X), keras.Input((3, 5)), leaf):
        with pytest.raises(errors.ImmutableTensorError, match="r_assign"):
            R(x)[1, 1, 1] = 0
    with torch.no_grad():  # as PyTorch itself allows
        R(leaf)[1, 1, 1] = 0
    assert leaf[0, 0, 0] == 0


@pytest.mark.parametrize("name", ["torch", "tensorflow", "keras"])
@pytest.mark.parametrize(
    ("subscripts", "value", "error"),
    [
        ((3, 1, 1), 0, errors.SubscriptOutOfBoundsError),
        ((slice(None), [1, 4]), 0, errors.SubscriptOutOfBoundsError),
        ((1, slice(1, 2), 1), [1, 2, 3], errors.AssignmentError),
        ((1, 1, 1), 1 + 2j, errors.LossyValueError),
        ((1, 1, 1), "a", errors.AssignmentError),
    ],
)
def test_a_failed_write_changes_nothing(name, subscripts, value, error):
    holder = holders()[name]
    with pytest.raises(error):
        R(holder)[subscripts] = value
    np.testing.assert_array_equal(values_of(holder), X)


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
def test_strings_are_served_and_ragged_and_sparse_tensors_refused():
    import tensorflow as tf
    import torch

    words = tf.constant([["a", "b", "c"], ["d", "e", "f"]])
    assert R(words)[2, [3, 1]].numpy().tolist() == [b"f", b"d"]
    assert r_assign(words, 1, [1, 3], value="z").numpy()[0].tolist() == [b"z", b"b", b"z"]
    assert r_assign(words, 1, value=["x", "y", "z"]).numpy()[0].tolist() == [b"x", b"y", b"z"]
    with pytest.raises(errors.AssignmentError, match="strings"):
        r_assign(words, 1, 1, value=3)
    with pytest.raises(errors.MissingValueError, match="string"):
        r_slice(words, [1, NA], 1, dialect="base")
    for composite in (
        tf.ragged.constant([[1, 2], [3]]),
        tf.sparse.from_dense([[1, 0]]),
        torch.eye(2).to_sparse(),
        torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
    ):
        makes_dense = r"x\.to_(tensor|dense|padded_tensor)|tf\.sparse\.to_dense"
        with pytest.raises(errors.UnsupportedTensorError, match=makes_dense):
            R(composite)[1]
        with pytest.raises(errors.UnsupportedTensorError, match=makes_dense):
            R(X)[composite]


def test_an_unknown_number_of_axes_is_refused():
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec(None, tf.float32)], autograph=False)
    def read(x):
        return R(x)[1]

    with pytest.raises(errors.TracingError, match="number of axes"):
        read(tf.ones(3))


@pytest.mark.parametrize("library", ADAPTERS)
def test_axes_of_size_zero_and_tensors_of_none(library):
    adapter = ADAPTERS[library]
    empty = adapter.make(np.zeros((2, 0, 3)))
    assert adapter.read(R(empty)[1]).shape == (0, 3)
    assert adapter.read(R(empty)[:, :, [3, 1]]).shape == (2, 0, 2)
    assert adapter.read(R(empty)[[2], slice(NA, NA, -1)]).shape == (1, 0, 3)
    assert adapter.read(r_assign(empty, 1, value=7)).shape == (2, 0, 3)
    with pytest.raises(errors.SubscriptOutOfBoundsError):
        R(empty)[:, 1]
    single = adapter.make(np.array(3.0))
    assert adapter.read(R(single)[...]).shape == ()
    assert adapter.read(R(single)[None]).tolist() == [3.0]
    assert adapter.read(r_assign(single, value=4)).tolist() == 4.0
    assert adapter.read(r_slice(single, [1, 1], dialect="base")).tolist() == [3.0, 3.0]
    assert adapter.read(r_assign(single, 1, value=5, dialect="base")).ravel().tolist() == [5.0]
    with pytest.raises(errors.SubscriptCountError):
        R(single)[1]


def test_types_of_one_library_meet_without_leaving_it():
    """A parameter and a tensor, an array and a tracer, a constant and a symbol."""
    import jax
    import jax.numpy as jnp
    import tensorflow as tf
    import torch

    parameter = torch.nn.Parameter(torch.ones(2))
    r_assign(torch.zeros(3), [1, 2], value=parameter).sum().backward()
    assert parameter.grad.tolist() == [1, 1]
    value = torch.ones(2, requires_grad=True)
    r_assign(torch.nn.Parameter(torch.zeros(3)), [1, 2], value=value).sum().backward()
    assert value.grad.tolist() == [1, 1]
    constant = jnp.zeros(3)
    gradient = jax.grad(lambda v: r_assign(constant, [1, 2], value=v).sum())(jnp.ones(2))
    assert gradient.tolist() == [1, 1]
    assert jax.jit(lambda i: R(jnp.arange(3.0))[i])(jnp.array(2)) == 1
    fixed = tf.constant([1.0, 2.0, 3.0])

    @tf.function
    def use(v, i):
        return r_assign(fixed, 1, value=v), R(fixed)[i]

    updated, read = use(tf.constant(7.0), tf.constant(3))
    assert updated.numpy().tolist() == [7, 2, 3]
    assert read.numpy() == 3


def test_a_variable_of_unknown_rank_is_written():
    import tensorflow as tf

    variable = tf.Variable(np.zeros((3, 3)), shape=tf.TensorShape(None))
    R(variable)[1:2] = -1
    R(variable)[[3, 1], 2] = 5
    R(variable)[[[2, 3]]] = 7
    R(variable)[variable > 6] = 9
    assert variable.numpy().tolist() == [[-1, 5, -1], [-1, -1, 9], [0, 5, 0]]


@pytest.mark.parametrize(
    ("written", "values"),
    [((slice(2, 10),), slice(0, 9)), (([3, 2, 1],), slice(0, 3)), ((slice(12, 1),), slice(0, 12))],
)
def test_a_tensor_may_be_written_to_itself(written, values):
    import torch

    x = np.arange(12.0)
    y = torch.tensor(x)
    R(x)[written] = x[values].copy()
    R(y)[written] = y[values]
    np.testing.assert_array_equal(y, x)


def test_repeated_negative_positions_where_a_size_is_unknown():
    import tensorflow as tf

    @tf.function(input_signature=[tf.TensorSpec([None, 3])])
    def update(x):
        return r_assign(x, [1, -1, -1], value=[[1.0], [2.0], [3.0]])

    assert update(tf.zeros((4, 3))).numpy()[:, 0].tolist() == [1, 0, 0, 3]


def test_a_variable_in_a_stateless_scope_is_written_there_alone():
    import keras

    variable = keras.Variable(np.zeros(3))
    with keras.StatelessScope() as scope:
        R(variable)[2] = 5.0
        R(variable)[[1, 3]] = 7.0
        assert np.asarray(variable).tolist() == [7, 5, 7]
    assert np.asarray(scope.get_current_value(variable)).tolist() == [7, 5, 7]
    assert np.asarray(variable).tolist() == [0, 0, 0]


def test_an_empty_tensor_is_written_like_any_other():
    import torch

    for t in (torch.from_numpy(np.zeros((0, 4))), torch.zeros(2, 0, 4).expand(3, 2, 0, 4)):
        R(t)[..., 1:2] = 5.0
        assert r_assign(t, ..., 1, value=5.0).shape == t.shape
    with pytest.raises(errors.ImmutableTensorError):
        R(torch.zeros(1).expand(3))[1] = 5.0


def test_a_view_that_autograd_forbids_to_write_is_refused():
    import torch

    whole = torch.ones(2, 3, requires_grad=True) * 2
    for part in (whole.unbind()[0], whole.split(1)[1]):
        with pytest.raises(errors.ImmutableTensorError, match="r_assign"):
            R(part)[..., 1] = 5.0
        assert r_assign(part, ..., 1, value=5.0).requires_grad
    single = whole[1]
    R(single)[1] = 7.0
    assert whole[1, 0] == 7


def test_tensorflow_scatters_under_vectorized_map():
    import tensorflow as tf

    x = tf.reshape(tf.range(24.0), (2, 3, 4))
    updated = tf.vectorized_map(lambda y: r_assign(y, [3, 1], value=-1.0), x)
    assert updated[:, :, 0].numpy().tolist() == [[-1, 4, -1], [-1, 16, -1]]
    by = tf.constant([[3, 1], [2, 2]])
    updated = tf.vectorized_map(lambda pair: r_assign(pair[0], pair[1], 1, value=-1.0), (x, by))
    assert updated[:, :, 0].numpy().tolist() == [[-1, 4, -1], [12, -1, 20]]
    with pytest.raises((errors.PybridgeError, tf.errors.InvalidArgumentError)):
        tf.function(lambda y, k: r_assign(y, k, value=-1.0))(x, tf.constant([2**33 + 1]))


# inside torch.compile no NumPy array is a value
OUTSIDE = [(name, mode) for name, mode in MODES if mode not in ADAPTERS[name].compiled]


@pytest.mark.parametrize(("name", "mode"), OUTSIDE, ids=[" ".join(pair) for pair in OUTSIDE])
def test_an_update_of_no_element_is_the_same_tensor_in_every_mode(name, mode):
    def run(x):
        return [
            r_assign(x, np.zeros((0, 3), int), value=np.zeros(0)),
            r_assign(x, slice(None), [], value=np.zeros((2, 0, 5))),
        ]

    for updated in ADAPTERS[name].modes[mode](run, X):
        np.testing.assert_array_equal(updated, X)


def test_keys_for_random_numbers_are_refused_with_what_has_their_numbers():
    import jax

    words = r"^an array of keys for random numbers is not .*; jax\.random\.key_data\(x\) gives"
    with pytest.raises(errors.UnsupportedTensorError, match=words):
        r_assign(jax.random.split(jax.random.key(0), 3), 1, value=2)
