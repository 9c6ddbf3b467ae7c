"""The positions that come out of NumPy arrays are R's, and select what they name."""

import numpy as np
import pytest
from position_cases import ALONG, R_VERBS, VERBS, every_vector, said_by_r, some_arrays

from pybridge import NA, R, errors, order, r_assign, which, which_max, which_min


def masked(x: np.ndarray, seed: int) -> np.ndarray:
    return np.ma.MaskedArray(x, np.random.default_rng(seed).random(x.shape) < 0.3)


@pytest.fixture(scope="module")
def cases():
    arrays = [*every_vector(), *some_arrays(400, 1)]
    hidden = [masked(x, k) for k, x in enumerate(some_arrays(200, 2))]
    return said_by_r([*arrays, *hidden])


def test_every_position_is_rs(cases):
    count = 0
    for case in cases:
        for verb, expected in case.says.items():
            found = VERBS[verb](case.x)
            assert found.dtype == np.int64, (verb, case)
            assert found.shape == expected.shape, (verb, case, found)
            assert np.array_equal(found, expected), (R_VERBS[verb], case, found)
            count += 1
    assert count > 8000, count


def test_every_position_along_an_axis_is_rs(cases):
    count = 0
    for case in cases:
        for verb, answers in case.along.items():
            for axis, expected in enumerate(answers):
                for written in (axis + 1, axis - case.x.ndim):
                    found = ALONG[verb](case.x, written)
                    assert found.shape == case.x.shape[:axis] + case.x.shape[axis + 1 :]
                    assert np.array_equal(found.ravel(), np.ravel(expected)), (verb, axis, case)
                    count += 1
    assert count > 500, count


def test_what_comes_out_goes_straight_in(cases):
    for case in cases:
        x = case.x
        if isinstance(x, np.ma.MaskedArray):
            continue
        flat = x.ravel(order="F")
        if x.dtype == bool:
            assert R(x)[which(x)].all()
            assert R(x)[which(x)].shape == (int(x.sum()),)
            continue
        known = flat[~np.isnan(flat)]
        assert np.array_equal(R(x)[order(x, na_last=NA)], np.sort(known))
        greatest, least = ([known.max()], [known.min()]) if known.size else ([], [])
        assert R(x)[which_max(x)].tolist() == greatest
        assert R(x)[which_min(x)].tolist() == least


def test_rows_in_row_major_order_select_as_the_mask_does():
    x = np.arange(30).reshape(2, 3, 5)
    mask = x % 7 < 3
    assert np.array_equal(R(x)[which(mask, order="C")], R(x)[mask])
    assert not np.array_equal(R(x)[which(mask)], R(x)[mask])


@pytest.mark.parametrize(
    "dtype",
    [
        "int8",
        "int16",
        "int32",
        "int64",
        "uint8",
        "uint16",
        "uint32",
        "uint64",
        "float16",
        "float32",
    ],
)
def test_extremes_of_every_dtype(dtype):
    info = np.iinfo(dtype) if "int" in dtype else np.finfo(dtype)
    x = np.array([1, info.max, info.min, info.max, info.min, 0], dtype)
    assert which_max(x).tolist() == [2]
    assert which_min(x).tolist() == [3]
    expected = [3, 5, 6, 1, 2, 4]
    assert order(x).tolist() == expected
    hidden = np.ma.MaskedArray(x, [False, True, True, True, True, False])
    assert which_max(hidden).tolist() == [1]
    assert which_min(hidden).tolist() == [6]
    only_least = np.ma.MaskedArray(x, [True, True, True, True, False, True])
    assert which_max(only_least).tolist() == [5]
    assert which_min(np.ma.MaskedArray(x, [True, True, True, False, True, True])).tolist() == [4]


def test_dates_compare_as_numbers_and_not_a_time_is_missing():
    days = np.array(["2024-03-01", "NaT", "2023-01-01", "2024-03-01"], "datetime64[D]")
    assert which_max(days).tolist() == [1]
    assert which_min(days).tolist() == [3]
    assert order(days, decreasing=True).tolist() == [1, 4, 3, 2]
    assert which_max(days[1:2]).tolist() == []


def test_a_tensor_of_no_axis_has_coordinates_of_no_column():
    for x in (np.array(7.0), np.float64(7)):
        for verb in (which_max, which_min, order):
            assert verb(x).shape == (1, 0)
        assert R(x)[which_max(x)].shape == (1,)
        assert R(x)[which_max(x)].tolist() == [7.0]
        assert R(x)[which_max(np.array(np.nan))].shape == (0,)
    for rows, value, expected in [(0, 3, 7), (1, 3, 3), (2, [3, 4], 4)]:
        assert r_assign(np.array(7.0), np.zeros((rows, 0), int), value=value) == expected
    assert which(np.array(True)).shape == (1, 0)
    assert which(np.array(False)).shape == (0, 0)
    assert which_max(np.array(np.nan)).shape == (0, 0)


@pytest.mark.parametrize(
    ("act", "kind", "words"),
    [
        (lambda: which(np.array([1, 0])), errors.UnsupportedTensorError, "holds int64; compare"),
        (lambda: which([True]), errors.UnsupportedTensorError, "`list` is not a tensor"),
        (lambda: which(np.array([True]), order="K"), errors.ArgumentError, '"C" or "F"'),
        (lambda: order(np.array([1j])), errors.UnsupportedTensorError, "complex128"),
        (lambda: which_max(np.array(["b"])), errors.UnsupportedTensorError, "holds str"),
        (lambda: which_max(np.zeros((2, 3)), 0), errors.ArgumentError, "from 1 to 2.*, not 0"),
        (lambda: which_max(np.zeros((2, 3)), -3), errors.ArgumentError, "from 1 to 2.*, not -3"),
        (lambda: which_max(np.zeros((2, 3)), 1.0), errors.ArgumentError, "not 1.0"),
        (lambda: which_max(np.zeros((2, 3)), True), errors.ArgumentError, "not True"),
        (lambda: which_max(np.array(1.0), 1), errors.ArgumentError, "has no axis"),
        (lambda: order(np.zeros(2), decreasing=1), errors.ArgumentError, "`decreasing`.*not 1"),
        (lambda: order(np.zeros(2), na_last="no"), errors.ArgumentError, "`na_last`.*not 'no'"),
    ],
)
def test_what_is_refused(act, kind, words):
    with pytest.raises(kind, match=words):
        act()
