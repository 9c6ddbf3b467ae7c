"""The corpus, the laws, values from elsewhere and conversion, on tensors of a device.

Results stay there, nothing is copied to the host that need not be, and what needs values where
there are none, on PyTorch's "meta", is an error of ours.
"""

import warnings

import numpy as np
import pytest
from backends.adapters import ADAPTERS
from backends.devices import ON_A_DEVICE, OnJax, OnTorch
from backends.running import base_cases, complaint, found_in, one_of_each, verdict
from conversion_oracle import r_value
from corpus import cases
from device_runs import DEVICE, places
from hypothesis import given, settings
from subscript_draws import subscripted, tensor

from pybridge import (
    R,
    array_reshape,
    broadcast,
    errors,
    from_r,
    order,
    r_assign,
    r_slice,
    recycle,
    result_shape,
    to_r,
    which_max,
    which_min,
)

PLACES = places()
on_devices = pytest.mark.parametrize(
    ("name", "device"), PLACES, ids=[" ".join(pair) for pair in PLACES]
)
X = np.arange(1.0, 31).reshape(2, 3, 5)
DRAWS = 300 if DEVICE else 30
"""JAX compiles for each shape."""


def test_there_is_a_device():
    assert PLACES


@on_devices
def test_the_corpus_on_a_device(name, device):
    adapter, wanted = ON_A_DEVICE[name](device), cases() if DEVICE else one_of_each(cases())
    for mode in adapter.modes if DEVICE else ["eager"]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", errors.PybridgeWarning)
            found = found_in(adapter, mode, wanted)
        complaints = {
            case["id"]: verdict(adapter, mode, case, found[case["id"]]) for case in wanted
        }
        assert {text: why for text, why in complaints.items() if why} == {}
        assert not any(isinstance(each, errors.TracingError) for each in found.values())


@on_devices
@pytest.mark.filterwarnings("ignore::pybridge.errors.PybridgeWarning")
def test_r_s_own_dialect_on_a_device(name, device):
    adapter, wanted = ON_A_DEVICE[name](device), base_cases()
    found = found_in(adapter, "eager", wanted)
    complaints = {
        case["id"]: complaint(case, found[case["id"]], has_values=adapter.has_values)
        for case in wanted
    }
    assert {text: why for text, why in complaints.items() if why} == {}


@on_devices
def test_the_laws_on_a_device(name, device):
    adapter = ON_A_DEVICE[name](device)

    @settings(max_examples=DRAWS)
    @given(subscripted())
    def law(case):
        shape, written = case
        x = tensor(shape)
        expected = np.asarray(r_slice(x, *written))
        value = -expected

        def act(x):
            read = r_slice(x, *written)
            return [read, r_assign(x, *written, value=read), r_assign(x, *written, value=value)]

        read, same, changed = adapter.eager(act, x)
        assert read.shape == result_shape(shape, *written) == expected.shape
        assert same.shape == changed.shape == shape
        assert read.dtype == same.dtype == changed.dtype == x.dtype
        if adapter.has_values:
            np.testing.assert_array_equal(read, expected)
            np.testing.assert_array_equal(same, x)
            np.testing.assert_array_equal(changed, r_assign(x, *written, value=value))

    law()


@on_devices
def test_shapes_of_tensors_on_a_device_and_elsewhere(name, device):
    adapter = ON_A_DEVICE[name](device)

    def act(x):
        return [
            array_reshape(x, (5, -1)),
            array_reshape(x, (5, 6), order="F"),
            recycle(R(x)[1, :, 1], np.zeros((3, 2)))[0],
            broadcast(R(x)[2], X)[0],
            recycle(np.zeros(6), R(x)[1, :, 1])[1],
        ]

    found = adapter.eager(act, X)
    for one, other in zip(found, act(X), strict=True):
        assert one.shape == other.shape
        if adapter.has_values:
            np.testing.assert_array_equal(one, other)


def elsewhere(adapter, array):
    """Return a tensor of the same library where the library puts it by itself, and must stay."""
    if adapter.library == "jax":
        import jax

        return jax.device_put(array, jax.devices("cpu")[0])
    return ADAPTERS[adapter.library].make(array)


@on_devices
def test_subscripts_and_values_come_from_elsewhere(name, device):
    adapter = ON_A_DEVICE[name](device)
    rows, mask, row = np.array([2, 1, 2]), np.array([True, False, True]), np.arange(5.0)
    points = np.array([[2, 1, 5], [1, 3, 1]])
    there = [elsewhere(adapter, array) for array in (rows, mask, row, points, X[0] > 3, X)]

    def act(x, rows, mask, row, points, of_part, other):
        part = R(x)[1]
        return [
            R(x)[rows],
            R(x)[:, mask],
            R(x)[points],
            R(part)[of_part],
            r_assign(x, rows, mask, value=row),
            r_assign(x, points, value=2),
            r_assign(part, of_part, value=row[1]),
            r_assign(x, 2, value=other[1]),
            r_assign(x, 2, slice(2, 1), value=other[1, 1:]),
            r_assign(x, slice(None), [3, 1], 2, value=other[:, :2, 0]),
        ]

    expected = act(X, rows, mask, row, points, X[0] > 3, X)
    with adapter.scope():
        found = act(adapter.make(X), *there)
    for one, other in zip(found, expected, strict=True):
        assert adapter.is_there(one), adapter.where(one)
        assert tuple(one.shape) == other.shape
        if adapter.has_values:
            np.testing.assert_array_equal(adapter.read(one), other)


@on_devices
def test_a_value_of_a_device_goes_elsewhere(name, device):
    adapter = ON_A_DEVICE[name](device)
    row, position = adapter.make(np.arange(5.0)), adapter.make(np.array([2, 1]))
    mask = adapter.make(np.array([True, False, True]))
    for x in (X, elsewhere(adapter, X)):
        for act in (
            lambda x: r_assign(x, 2, 3, value=row),
            lambda x: R(x)[position],
            lambda x: R(x)[:, mask],
            lambda x: r_assign(x, position, 1, value=0),
        ):
            if not adapter.has_values:
                with pytest.raises(errors.TracingError):
                    act(x)
                continue
            found = act(x)
            expected = act(X) if x is X else found
            if adapter.serves(found):
                assert adapter.where(found) == adapter.where(x)
            np.testing.assert_array_equal(np.asarray(found), expected)


def same_in_r(one, other):
    return list(r_value("identical(one, other, single.NA = FALSE)", one=one, other=other)) == [True]


DTYPES = ("bool", "int8", "uint8", "int32", "int64", "float16", "float32", "float64", "complex64")


@on_devices
def test_conversion_to_r_and_onto_a_device(name, device):
    adapter = ON_A_DEVICE[name](device)
    for dtype in DTYPES:
        array = np.array([[1, 0, 1], [0, 0, 1]]).astype(dtype)
        in_r = to_r(array)
        try:
            x = adapter.make(array)
        except (TypeError, RuntimeError):  # such as 64-bit reals on "mps"
            if not DEVICE:
                raise
            continue
        if adapter.has_values:
            assert same_in_r(to_r(x), in_r), dtype
        else:
            with pytest.raises(errors.TracingError, match="has no elements"):
                to_r(x)
        with adapter.scope():
            for value in (in_r, to_r(array[:, 1:]), to_r(array[0, 0])):
                found = from_r(value, like=x)
                assert adapter.is_there(found), (dtype, adapter.where(found))
                assert found.dtype == x.dtype
                if adapter.has_values:
                    assert same_in_r(to_r(found), value), dtype


def test_an_array_that_jax_divides_among_devices_takes_values_from_one():
    import jax

    mesh = jax.sharding.Mesh(np.array(jax.devices("cpu")[:2]), ("rows",))
    rows = jax.sharding.NamedSharding(mesh, jax.sharding.PartitionSpec("rows"))
    x = jax.device_put(X, rows)
    value = jax.device_put(-X[0], jax.devices("cpu")[1])
    found = r_assign(x, 2, value=value)
    assert found.devices() == x.devices()
    np.testing.assert_array_equal(found, r_assign(X, 2, value=-X[0]))
    assert R(x)[[2, 1, 1]].devices() == x.devices()


def test_whether_an_element_is_missing_is_asked_on_the_device():
    on_jax = OnJax("cpu:1")
    x = on_jax.make(X)
    for verb in (order, which_max, which_min):
        with on_jax.counting() as copies:
            verb(x)
        assert copies == ["shape ()"], verb


def test_a_mask_is_written_on_meta_inside_vmap():
    import torch

    x = OnTorch("meta").make(X)
    mask = X[0] > 3

    def write(part):
        return r_assign(part, mask, value=np.arange(float(mask.sum())))

    found = torch.func.vmap(write)(x)
    assert (found.shape, found.device.type) == (X.shape, "meta")
    with pytest.raises(errors.TracingError, match="has no elements"):
        order(x)
