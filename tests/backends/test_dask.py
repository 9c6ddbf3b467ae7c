"""dask: none of its own errors comes through, and what is lazy is checked when it is computed."""

import dask.array as da
import numpy as np
import pytest

from pybridge import R, array_reshape, errors, r_assign, r_slice, which

X = np.arange(6.0).reshape(2, 3)
V = np.arange(10.0)


def lazy(values, chunks=2):
    return da.from_array(np.array(values), chunks=chunks)


def computed(x):
    assert isinstance(x, da.Array)
    return x.compute(scheduler="sync").tolist()


@pytest.mark.parametrize("positions", [[3, 11], [0, 3], [-11, 1], [11, 11, 11], [2, 10**12]])
def test_a_lazy_vector_out_of_bounds_raises_when_its_blocks_are_computed(positions):
    v = lazy(V, 4)
    value = np.arange(len(positions))
    for made in (
        R(v)[lazy(positions)],
        R(lazy(X))[:, lazy(positions)],
        r_assign(v, lazy(positions), value=value),
        r_assign(v, lazy(positions), value=5),
        R(v)[lazy(positions)[1:]] if positions[1] > 10 else R(v)[lazy(positions)[:1]],
    ):
        with pytest.raises(errors.SubscriptOutOfBoundsError, match=r"axis has size (10|3)"):
            made.compute(scheduler="sync")


@pytest.mark.parametrize("position", [11, 0, -11])
def test_so_does_a_lazy_scalar(position):
    v, at = lazy(V, 4), da.from_array(np.array(position))
    for made in (R(v)[at], r_slice(v, at, drop=False), r_assign(v, at, value=5)):
        with pytest.raises(errors.SubscriptOutOfBoundsError):
            made.compute(scheduler="sync")


@pytest.mark.parametrize("matrix", [[[1, 1], [2, 4]], [[0, 1], [2, 3]], [[3, 1], [1, 1]]])
def test_so_does_a_lazy_matrix(matrix):
    for made in (R(lazy(X))[lazy(matrix)], r_assign(lazy(X), lazy(matrix), value=[7, 8])):
        with pytest.raises(errors.SubscriptOutOfBoundsError):
            made.compute(scheduler="sync")


def test_what_lies_within_is_read_and_written():
    v, x = lazy(V, 4), lazy(X)
    assert computed(R(v)[lazy([10, -10, 3])]) == [9, 0, 2]
    assert computed(R(v)[da.from_array(np.array(-1))]) == 9
    assert computed(R(x)[lazy([2, 1]), lazy([3, 1])]) == [[5, 3], [2, 0]]
    assert computed(R(x)[lazy([[1, -3], [-1, 3]])]) == [0, 5]
    assert computed(r_assign(v, lazy([10, -10, 10]), value=[5, 6, 7])) == [6, *range(1, 9), 7]
    assert computed(r_assign(x, lazy([[1, 1], [2, 3]]), value=[7, 8])) == [[7, 1, 2], [3, 4, 8]]


def test_a_huge_unsigned_position_is_no_negative_one():
    at = da.from_array(np.array([2**64 - 1], np.uint64))
    with pytest.raises(errors.SubscriptOutOfBoundsError):
        R(lazy(V))[at].compute(scheduler="sync")


@pytest.mark.parametrize("x", [X, np.zeros((0, 3)), np.zeros((2, 0)), np.zeros((0, 0))], ids=str)
def test_nothing_is_selected(x):
    mask, matrix = np.zeros(x.shape, bool), np.zeros((0, 2), int)
    made = da.from_array(x, chunks=2)
    masks = [mask, da.from_array(mask, chunks=2)]
    for subscript in (*masks, matrix, da.from_array(matrix, chunks=2)):
        assert computed(R(made)[subscript]) == []
        assert computed(r_assign(made, subscript, value=7)) == x.tolist()
        if isinstance(subscript, np.ndarray):
            assert computed(r_assign(made, subscript, value=[])) == x.tolist()
            with pytest.raises(errors.AssignmentError):
                r_assign(made, subscript, value=[1, 2])
    rows = np.zeros(x.shape[0], bool)
    for row_mask in (rows, da.from_array(rows)):
        assert R(made)[row_mask].compute(scheduler="sync").shape == (0, x.shape[1])
        assert computed(r_assign(made, row_mask, value=3)) == x.tolist()
    if x.size == 0:
        assert array_reshape(made, (0, 7)).compute(scheduler="sync").shape == (0, 7)
        assert array_reshape(made, (7, 0, 2), order="F").compute(scheduler="sync").shape == (
            7,
            0,
            2,
        )


@pytest.mark.parametrize("dtype", ["int8", "bool", "complex128"])
def test_nothing_keeps_its_dtype(dtype):
    x = da.from_array(np.zeros((0, 3), dtype))
    flat = array_reshape(x, -1)
    assert (flat.dtype, flat.shape) == (dtype, (0,))
    assert array_reshape(x, (3, 0)).compute(scheduler="sync").dtype == dtype
    assert R(x)[[]].dtype == dtype
    assert which(x == 1).dtype == np.int64


def test_a_lazy_mask_takes_one_value():
    x, v = lazy(X), lazy(V, 4)
    mask, flags = lazy(X > 2), lazy(V % 3 == 0, 3)
    assert computed(r_assign(x, mask, value=9)) == [[0, 1, 2], [9, 9, 9]]
    assert computed(r_assign(x, lazy([False, True]), value=[[7, 8, 9]])) == [[0, 1, 2], [7, 8, 9]]
    for write in (
        lambda: r_assign(x, mask, value=[7, 8, 9]),
        lambda: r_assign(v, flags, value=[7, 8]),
        lambda: r_assign(x, slice(None), lazy([True, False, True]), value=[1, 2]),
    ):
        with pytest.raises(errors.TracingError, match=r"\.compute\(\) on the mask"):
            write()


def test_a_size_that_is_unknown_is_named():
    unknown = lazy(V)[lazy(V) > 2]
    for act in (
        lambda: R(unknown)[unknown > 5],
        lambda: R(unknown)[lazy([1, 2])],
        lambda: len(R(unknown)),
        lambda: r_assign(unknown, [1, 2], value=0),
    ):
        with pytest.raises(errors.TracingError):
            act()
