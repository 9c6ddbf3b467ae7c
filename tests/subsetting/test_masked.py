"""Masked arrays: a missing element is missing everywhere."""

import numpy as np
import pytest

from pybridge import NA, R, array_reshape, broadcast, errors, r_assign, recycle, recycled

DTYPES = ["i4", ">i2", "u1", "f8", "c16", "?", "M8[D]"]


def masked(dtype="i4"):
    return np.ma.MaskedArray(np.arange(6).reshape(2, 3).astype(dtype), [[0, 1, 0], [0, 0, 1]])


def plain(x):
    """Return the elements as Python's objects, None where one is missing."""
    return np.where(np.ma.getmaskarray(x), None, np.ma.getdata(x).astype(object)).tolist()


@pytest.mark.parametrize("dtype", DTYPES)
def test_what_is_missing_stays_so_in_each_form(dtype):
    x = masked(dtype)
    a, _, c, d, e, _ = x.data.ravel().tolist()
    assert plain(x) == [[a, None, c], [d, e, None]]
    assert plain(R(x)[2:1, [3, 1]]) == [[None, d], [c, a]]
    assert plain(R(x)[[[1, 2], [2, 2]]]) == [None, e]
    assert plain(array_reshape(x, (3, 2))) == [[a, None], [c, d], [e, None]]
    assert plain(broadcast(x[0], np.zeros((2, 3)))[0]) == [[a, None, c]] * 2
    assert plain(recycle(x[:, 1], np.zeros((2, 3)))[0]) == [[None] * 3, [e] * 3]
    assert plain(recycle(x[0], np.zeros(6))[0]) == [a, None, c] * 2
    assert plain(R(x[0], dialect="base")[[1, NA, 5, 2]]) == [a, None, None, None]
    assert plain(R(x, dialect="base")[1, [NA, 3]]) == [None, c]


def test_arithmetic_carries_the_mask():
    x = masked()
    assert plain(recycled(np.add)(x, [10, 20] @ np.eye(2, dtype=int))) == [
        [10, None, 12],
        [23, 24, None],
    ]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("absent", [NA, np.ma.masked, np.ma.MaskedArray(0, True), "pandas"])
def test_what_is_missing_sets_the_mask(dtype, absent):
    if absent == "pandas":
        import pandas as pd

        absent = pd.NA
    x = masked(dtype)
    first = x.data.ravel().tolist()
    R(x)[1, 1] = absent
    assert plain(x)[0] == [None, None, first[2]]
    assert plain(r_assign(x, [1, 2], 3, value=[absent, x[1, 0]])) == [
        [None, None, None],
        [first[3], first[4], first[3]],
    ]
    R(x, dialect="base")[[5, 6]] = [absent, x[1, 0]]
    assert plain(x) == [[None, None, None], [first[3], first[4], first[3]]]


@pytest.mark.parametrize("dtype", ["i4", "f8", "M8[D]"])
def test_a_masked_value_stays_masked_and_what_is_known_unmasks(dtype):
    x, y = masked(dtype), masked(dtype)[::-1].copy()
    R(x)[1, 1:3] = y[0]
    assert plain(x)[0] == plain(y)[0]
    R(x)[:, 2] = x.data[0, 0]
    assert None not in plain(x[:, 1])
    R(x)[1:2] = R(x)[2:1]
    assert plain(x)[0][0] == plain(y)[1][0] or dtype


def test_a_masked_vector_grows_by_missing_elements():
    x = masked()[0]
    assert plain(r_assign(x, 5, value=7, dialect="base")) == [0, None, 2, None, 7]


def test_an_array_without_a_mask_has_no_missing_integer():
    for target in (np.zeros(3, int), np.zeros(3, "M8[D]")):
        with pytest.raises(errors.MissingValueError):
            R(target)[1] = np.ma.masked
    reals = np.zeros(3)
    R(reals)[1:3] = masked()[0]
    assert np.isnan(reals).tolist() == [False, True, False]


def test_masked_records_are_written_whole():
    x = np.ma.zeros(3, [("a", "i4"), ("b", "f8")])
    R(x)[1] = NA
    R(x)[3] = np.ma.masked
    assert x.mask.tolist() == [(True, True), (False, False), (True, True)]


@pytest.mark.parametrize("dialect", ["tensor", "base"])
@pytest.mark.parametrize(
    "subscripts",
    [
        (1, 2),
        (1, slice(None)),
        (slice(None), [2, 1]),
        ([2, 1], [3, 2]),
        (np.array([[1, 2], [2, 1]]),),
        (np.array([[False, True, False], [True, False, False]]),),
    ],
    ids=repr,
)
def test_what_is_under_a_hard_mask_is_refused_and_nothing_else_changes(subscripts, dialect):
    """NumPy's own brackets leave such an element as it was, without a word."""
    data = np.arange(1, 7).reshape(2, 3)
    hard = np.ma.MaskedArray(data.copy(), [[0, 1, 0], [0, 0, 0]], hard_mask=True)
    with pytest.raises(errors.AssignmentError, match="soften_mask"):
        r_assign(hard, *subscripts, value=9, dialect=dialect)
    with pytest.raises(errors.AssignmentError, match="soften_mask"):
        R(hard, dialect=dialect)[subscripts] = 9
    assert hard.tolist() == [[1, None, 3], [4, 5, 6]]
    assert hard.data.tolist() == data.tolist()
    soft = hard.copy()
    soft.soften_mask()
    R(soft, dialect=dialect)[subscripts] = 9
    assert soft[0, 1] == 9
    R(hard)[2, 1] = 9
    assert hard.tolist() == [[1, None, 3], [9, 5, 6]]
