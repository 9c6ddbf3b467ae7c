"""SciPy's sparse arrays: the class of a result, entries that repeat, and what is never dense."""

import tracemalloc
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from backends.stores import SCIPY_AXES
from fuzz_sparse import IN_PLACE, difference, disagreement

from pybridge import (
    NA,
    R,
    array_reshape,
    broadcast,
    errors,
    order,
    r_assign,
    r_slice,
    recycle,
    which,
    which_max,
)
from pybridge.r_functions.binding import bind
from pybridge.r_functions.elementwise import math_group
from pybridge.r_functions.summaries import mean, summary_group

DENSE = np.array([[3.0, 0, 5, 0, 1], [0, 0, 0, 0, 0], [0, 7, 0, 2, 0]])
NAMES = list(SCIPY_AXES)
UNEVEN = {
    # the entry [1, 1] is stored twice, [1, 3] is a stored zero, and no row is sorted
    "csr": ([5.0, 1, 2, 0, 9], [4, 0, 0, 2, 1], [0, 4, 4, 5]),
    "csc": ([1.0, 2, 9, 0, 5], [0, 0, 2, 0, 0], [0, 2, 3, 4, 4, 5]),
}
EVEN = np.array([[3.0, 0, 0, 0, 5], [0, 0, 0, 0, 0], [0, 9, 0, 0, 0]])


def uneven(name):
    format = name[:3]
    if format in UNEVEN:
        return getattr(sp, name)(UNEVEN[format], shape=(3, 5))
    points = ([0, 0, 0, 0, 2], [4, 0, 0, 2, 1])
    return getattr(sp, name)(sp.coo_array(([5.0, 1, 2, 0, 9], points), shape=(3, 5)))


@pytest.fixture(autouse=True)
def no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("name", NAMES)
def test_the_class_of_a_result(name):
    x = getattr(sp, name)(DENSE)
    nearest = name.replace("dia", "csr")
    for part in (R(x)[1:2], R(x)[[3, 1], [5, 1, 5]], R(x)[[True, False, True]], R(x)[[2], 3:-4]):
        assert type(part).__name__ == nearest
    assert type(R(x)[:]).__name__ == name
    for line, expected in ((R(x)[3], DENSE[2]), (R(x)[:, 5], DENSE[:, 4])):
        assert type(line) is (np.ndarray if name.endswith("matrix") else sp.coo_array)
        assert (line if name.endswith("matrix") else line.toarray()).tolist() == expected.tolist()
    assert type(R(x)[1, 3]) is np.float64
    assert r_slice(x, 3, drop=False).toarray().tolist() == DENSE[2:].tolist()
    assert type(r_assign(x, 1, value=4)).__name__ == nearest


@pytest.mark.parametrize("name", NAMES)
def test_entries_that_repeat_are_one_element_and_stored_zeros_are_zero(name):
    x = uneven(name)
    assert x.toarray().tolist() == EVEN.tolist()
    assert R(x)[1, 1] == 3
    assert R(x)[1, 3] == 0
    assert R(x)[[3, 1, 1], [5, 1]].toarray().tolist() == EVEN[[2, 0, 0]][:, [4, 0]].tolist()
    assert R(x)[1:3, 5:1].toarray().tolist() == EVEN[:, ::-1].tolist()
    points = R(x)[np.array([[1, 1], [3, 2], [1, 3], [2, 2]])]
    assert np.asarray(points.toarray() if sp.issparse(points) else points).tolist() == [3, 9, 0, 0]
    assert math_group(x, "sqrt").toarray().tolist() == np.sqrt(EVEN).tolist()
    assert which_max(x, 2).tolist() == [5, 1, 2]
    assert which(x.astype(bool)).tolist() == [[1, 1], [3, 2], [1, 5]]
    assert summary_group([x], "range", False).tolist() == [0, 9]
    assert r_assign(x, 1, 1, value=4).toarray().tolist() == [[4, 0, 0, 0, 5], *EVEN[1:].tolist()]
    assert x.toarray().tolist() == EVEN.tolist()


@pytest.mark.parametrize("name", [name for name in NAMES if name[:3] in IN_PLACE])
def test_writing_drops_the_selected_entries_and_adds_those_of_the_value(name):
    x = uneven(name)
    same = x
    R(x)[1] = [0, 8, 0, 0, NA]
    R(x)[2:3, [5, 2]] = sp.csr_array([[0, 0], [6, 0]])
    R(x)[3, 3:4] = 0
    assert x is same
    expected = [[0, 8, 0, 0, np.nan], [0, 0, 0, 0, 0], [0, 0, 0, 0, 6]]
    np.testing.assert_array_equal(x.toarray(), expected)
    assert x.nnz == 3
    assert (x @ np.ones(5))[2] == 6
    R(x)[:] = 0
    assert x.nnz == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_write_that_fails_leaves_the_array_as_it_was(name):
    x = getattr(sp, name)(DENSE.astype("i4"))
    before = {key: id(value) for key, value in vars(x).items()}
    writes = (
        *(((1,), 0.5), ((4,), 1), ((1,), [1, 2]), ((1, 1), NA), ((slice(None),), 1j), ((0,), 1)),
        ((1,), sp.csr_array([[0.5, 0, 0, 0, 0]])),
    )
    for written, value in writes:
        with pytest.raises(errors.PybridgeError):
            R(x)[written] = value
        with pytest.raises(errors.PybridgeError):
            r_assign(x, *written, value=value)
    if name[:3] not in IN_PLACE:
        with pytest.raises(errors.ImmutableTensorError, match="r_assign"):
            R(x)[1] = 1
    assert {key: id(value) for key, value in vars(x).items() if key in before} == before
    assert x.toarray().tolist() == DENSE.tolist()


@pytest.mark.parametrize("name", NAMES)
def test_an_array_without_elements(name):
    x = getattr(sp, name)((0, 4))
    assert R(x)[:, [4, 1]].shape == (0, 2)
    assert R(x)[[], :].shape == (0, 4)
    assert r_assign(x, slice(None), 2, value=5).shape == (0, 4)
    assert array_reshape(x, (2, 0)).shape == (2, 0)
    assert summary_group([x], "sum", False) == 0


def test_a_third_axis_is_that_of_a_coo_array_alone():
    x = sp.csr_array(DENSE)
    for act in (
        lambda: R(x)[None],
        lambda: array_reshape(x, (1, 3, 5)),
        lambda: R(sp.coo_matrix(DENSE))[..., None],
    ):
        with pytest.raises(errors.UnsupportedTensorError, match=r"two axes at the most.*coo_array"):
            act()
    cube = array_reshape(sp.coo_array(DENSE), (5, 1, 3))
    assert (
        R(cube)[5:4, 1, [3, 1]].toarray().tolist()
        == DENSE.reshape(5, 3)[[4, 3]][:, [2, 0]].tolist()
    )
    assert R(x)[None, 3].toarray().tolist() == DENSE[2:].tolist()


def test_reshaping_reads_by_rows_or_by_columns():
    for name in NAMES:
        x = getattr(sp, name)(DENSE)
        by_rows, by_columns = array_reshape(x, (5, -1)), array_reshape(x, (5, 3), order="F")
        assert by_rows.toarray().tolist() == DENSE.reshape(5, 3).tolist()
        assert by_columns.toarray().tolist() == DENSE.reshape(5, 3, order="F").tolist()
        vector = array_reshape(x, -1)
        assert type(vector) is sp.coo_array
        assert vector.toarray().tolist() == DENSE.ravel().tolist()


def test_recycling_is_refused_with_what_to_do():
    x = sp.csr_array(DENSE)
    for act in (recycle, broadcast):
        with pytest.raises(errors.UnsupportedTensorError, match=r"zeros would repeat.*toarray"):
            act(x, np.zeros(3))


def test_a_sparse_mask_selects_by_its_positions():
    x = sp.csr_array(DENSE)
    with pytest.raises(errors.UnsupportedTensorError, match=r"which\(mask\)"):
        R(x)[x > 2]
    assert R(x)[which(x > 2)].toarray().tolist() == [3, 7, 5]
    assert R(x)[which(x > 2, order="C")].toarray().tolist() == [3, 5, 7]
    rows = sp.coo_array(np.array([True, False, True]))
    assert R(x)[rows, 2].toarray().tolist() == [0, 7]


def test_functions_that_keep_zero_and_those_that_do_not():
    x = sp.csc_array(DENSE)
    for name in ("abs", "sqrt", "sin", "tanh", "expm1", "log1p", "floor", "sign"):
        found = math_group(x, name)
        assert type(found) is sp.csc_array
        assert found.nnz == 5
    for name in ("exp", "cos", "log", "lgamma", "cumsum"):
        with pytest.raises(errors.UnsupportedTensorError, match=rf"no function for {name}\(\)"):
            math_group(x, name)
    assert mean(x, False) == DENSE.mean()
    assert bind([x, R(x)[2:3]], True).toarray().tolist() == [*DENSE.tolist(), *DENSE[1:].tolist()]
    assert order(R(x)[1]).tolist() == [2, 4, 5, 1, 3]


def test_what_needs_the_elements_that_are_not_nan_is_refused():
    x = sp.csr_array([[3, np.nan, 0], [0, 4, 0]])
    assert summary_group([x], "sum", True) == 7
    assert mean(x, True) == 7 / 5
    for act in (lambda: which_max(x), lambda: order(x, na_last=NA)):
        with pytest.raises(errors.UnsupportedTensorError, match="this sparse array has NaN"):
            act()


def test_numpy_gets_the_elements_and_not_an_object():
    assert np.asarray(R(sp.csr_array(DENSE)), "f4").tolist() == DENSE.tolist()
    assert 7 in R(sp.csr_array(DENSE))
    assert 0 in R(sp.csr_array(DENSE))
    assert 0 not in R(sp.csr_array(DENSE + 1))
    assert [row.toarray().tolist() for row in R(sp.csr_array(DENSE))] == DENSE.tolist()


def test_a_dtype_in_which_scipy_does_not_compute_is_refused():
    x = sp.csr_array(DENSE)
    x.data = x.data.astype(">f4")
    with pytest.raises(errors.UnsupportedTensorError, match=r"x\.astype"):
        R(x)[1]


def test_nothing_is_made_dense():
    """A dense array of this shape would have 8e11 bytes."""
    n = 1_000_000
    points = np.linspace(0, n - 1, 1000).astype(int)
    x = sp.coo_array((np.ones(1000, "f4"), (points, points[::-1] // 10)), shape=(n, n // 10))
    for name in ("csr_array", "csc_matrix", "coo_array", "dok_array"):
        y = getattr(sp, name)(x)
        assert R(y)[[1, n]].nnz == 2
        assert R(y)[:, [1, n // 10]].nnz == 2
        assert R(y)[-1:1:-1].shape == (n, n // 10)
        assert r_slice(y, [1, n * n // 10], dialect="base").shape == (2,)
        assert array_reshape(y, (n // 10, n)).nnz == 1000
        assert r_assign(y, slice(None), [3, 5], value=0).nnz == 1000
        assert r_assign(y, slice(None), value=y).nnz == 1000
        assert r_assign(y, slice(None), value=y.astype("f8")).nnz == 1000
        assert which_max(y).tolist() == [[n, 1]]
        assert len(which(y.astype(bool))) == 1000
        assert summary_group([y], "sum", True) == 1000
        assert 1 in R(y)


def test_any_subscript_value_and_function_as_on_the_dense_array():
    found = [text for text in map(disagreement, range(4000)) if text]
    assert found == []


def test_the_search_can_fail():
    x = sp.csr_array(DENSE)
    assert difference(x, x, DENSE) == ""
    assert "not" in difference(x, x, DENSE + 1)
    assert "float32" in difference(x, x.astype("f4"), DENSE)
    assert "not a sparray" in difference(x, sp.csr_matrix(DENSE), DENSE)
    assert "format" in difference(x, sp.coo_array(DENSE), DENSE)
    assert "gave" in difference(x, errors.LossyValueError("no", dtype="f4"), DENSE)


LONG = 2**31


def test_an_axis_is_not_written_out_to_write_one_element():
    x = sp.coo_array(([1.0, 2.0, 3.0], ([0, 5, LONG - 1], [0, 2, 1])), shape=(LONG, 3))
    tracemalloc.start()
    R(x)[6, 3] = 9
    R(x)[LONG, :] = 0
    R(x)[2:LONG:2, 1] = 0
    R(x)[[1, 7], 2] = [4, 0]
    written = r_assign(x, slice(None), 1, value=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20
    stored = zip(x.data.tolist(), *[along.tolist() for along in x.coords], strict=True)
    found = {(row, column): value for value, row, column in stored if value}
    assert found == {(0, 0): 1, (5, 2): 9, (0, 1): 4}
    assert sorted(written.coords[1][written.data != 0].tolist()) == [1, 2]


def test_more_elements_than_64_bits_count_are_read_by_axes_and_else_refused():
    x = sp.coo_array(([7.0], ([2**40], [2**39])), shape=(2**41, 2**40))
    assert R(x)[2**40 + 1, 2**39 + 1] == 7
    assert R(x)[None, 2**40 + 1].shape == (1, 2**40)
    assert R(x)[:, None].shape == (2**41, 1, 2**40)
    assert R(x)[:, None].coords[2].tolist() == [2**39]
    for act in (
        lambda: which_max(x),
        lambda: which_max(x, 1),
        lambda: array_reshape(x, (2**40, -1)),
        lambda: array_reshape(x, (2**40, 2**41), order="F"),
        lambda: order(x),
        lambda: R(x)[np.array([[1, 1]])],
    ):
        with pytest.raises(errors.UnsupportedTensorError, match="more elements than 64 bits count"):
            act()
