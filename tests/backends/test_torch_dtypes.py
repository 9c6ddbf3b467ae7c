"""The dtypes of PyTorch that most of its operations lack: served otherwise, or rejected."""

import numpy as np
import pytest
import torch

from pybridge import NA, R, array_reshape, errors, r_assign, r_slice

DTYPES = ["uint16", "uint32", "uint64", "complex32"] + [
    f"float8_{kind}" for kind in ("e4m3fn", "e5m2", "e4m3fnuz", "e5m2fnuz", "e8m0fnu")
]
X = np.array([[1.0, 2, 4], [8, 16, 0.5]])
SUBSCRIPTS = {
    "scalars": (2, 3),
    "range": (slice(1, 2), slice(3, 1)),
    "backwards": (slice(NA, NA, -1), slice(NA, NA, -2)),
    "vector": (slice(None), [3, 1]),
    "repeats": ([2, 1, 2], [3, 1, 3]),
    "axis mask": ([True, False],),
    "mask": (np.array([[True, False, True], [False, True, True]]),),
    "points": ([[1, 1], [2, 3], [1, 1]],),
    "nothing": ([],),
}


def tensor(dtype):
    x = X.copy()
    x[1, 2] = 32 if dtype.startswith("uint") else 0.5
    return torch.tensor(x).to(getattr(torch, dtype)), x


def plain(tensor):
    return tensor.to(torch.complex128).real.numpy()


@pytest.mark.filterwarnings("ignore:ComplexHalf")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("subscripts", SUBSCRIPTS.values(), ids=SUBSCRIPTS)
def test_what_these_dtypes_read_and_write_is_what_numpy_does(dtype, subscripts):
    x, expected = tensor(dtype)
    found = r_slice(x, *subscripts)
    assert found.dtype == x.dtype
    np.testing.assert_array_equal(plain(found), r_slice(expected, *subscripts))
    values = [found.flip(0)] if found.dtype is torch.bfloat16 else [found]
    values += [2, np.full(found.shape, 16.0)]
    for value in values:
        as_array = plain(value) if isinstance(value, torch.Tensor) else value
        after = r_assign(expected, *subscripts, value=as_array)
        updated = r_assign(x, *subscripts, value=value)
        assert updated.dtype == x.dtype
        np.testing.assert_array_equal(plain(updated), after)
        written = x.clone()
        R(written)[subscripts] = value
        np.testing.assert_array_equal(plain(written), after)
    np.testing.assert_array_equal(plain(x), expected)


@pytest.mark.filterwarnings("ignore:ComplexHalf")
@pytest.mark.parametrize("dtype", DTYPES)
def test_other_verbs_and_dialects_on_these_dtypes(dtype):
    x, expected = tensor(dtype)
    for dim, order in (((3, 2), "C"), ((3, 2), "F"), ((6,), "F")):
        found = plain(array_reshape(x, dim, order))
        np.testing.assert_array_equal(found, expected.reshape(dim, order=order))
    mask = SUBSCRIPTS["mask"][0]
    np.testing.assert_array_equal(plain(r_slice(x, mask, order="F")), expected.T[mask.T])
    np.testing.assert_array_equal(
        plain(r_slice(x, -1, [3, 2], dialect="base")), expected[1, 2:0:-1]
    )
    found = plain(r_assign(x, [1, 4], value=[4, 8], dialect="base"))
    assert (found[0, 0], found[1, 1], found[0, 1]) == (4, 8, 2)
    assert [plain(row).tolist() for row in R(x)] == expected.tolist()


@pytest.mark.filterwarnings("ignore:ComplexHalf")
@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        *(("uint16", 2**16), ("uint32", -1), ("uint64", 0.5), ("complex32", 2049)),
        *(("complex32", 1e5), ("complex32", 1e5j), ("float8_e4m3fn", 500.0)),
        *(("float8_e4m3fn", 17), ("float8_e4m3fn", np.inf), ("float8_e5m2", 9)),
        *(("float8_e5m2", 60000.0), ("float8_e5m2fnuz", -np.inf), ("float8_e4m3fnuz", 1j)),
        ("float8_e8m0fnu", -1.0),
        ("float8_e8m0fnu", 0.0),
    ],
)
def test_what_they_cannot_hold_is_refused(dtype, value):
    x, expected = tensor(dtype)
    for written in (value, np.array([value]), torch.tensor([value])):
        with pytest.raises(errors.AssignmentError):
            r_assign(x, 1, 1, value=written)
    np.testing.assert_array_equal(plain(x), expected)


def test_what_they_hold_arrives():
    for dtype, value in [
        *(("float8_e4m3fn", 448), ("float8_e4m3fn", -16), ("float8_e5m2", 57344.0)),
        *(("float8_e5m2", np.inf), ("float8_e4m3fn", np.nan), ("uint64", 2**64 - 1)),
    ]:
        x, _ = tensor(dtype)
        found = R(r_assign(x, 1, 1, value=value))[1, 1]
        np.testing.assert_array_equal(found.to(torch.float64).numpy(), float(value))
