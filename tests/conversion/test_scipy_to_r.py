"""Sparse matrices and arrays of SciPy as matrices of R's package Matrix."""

import numpy as np
import pytest
import scipy.sparse as sp
from conversion_oracle import assert_identical, r_value

from pybridge import to_r
from pybridge.conversion.policies import ToR
from pybridge.conversion.rvalues import NewMatrix, NewNumbers
from pybridge.conversion.scipy_to_r import matrix_to_r
from pybridge.errors import ArgumentError, ConversionError

r_value("suppressMessages(library(Matrix))")

DENSE = np.array([[1.5, 0, 0, 0, -1], [0, 0, np.nan, 0, 0], [2, 0, 0, 0, 7]])
FORMATS = {
    "csc": "dgCMatrix",
    "csr": "dgRMatrix",
    "coo": "dgTMatrix",
    "bsr": "dgRMatrix",
    "lil": "dgRMatrix",
    "dok": "dgTMatrix",
    "dia": "dgCMatrix",
}
DTYPES = ["bool", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8"]


def snapshot(x):
    return {
        name: np.array(value) for name, value in vars(x).items() if isinstance(value, np.ndarray)
    }


def assert_matrix(x, name, **policies):
    """R finds the matrix valid, of the class, and of the elements that SciPy makes dense."""
    before = snapshot(x)
    value = to_r(x, **policies)
    assert list(value.rclass) == [name]
    assert list(r_value("validObject(value)", value=value)) == [True]
    dense = r_value("as.matrix(value)", value=value)
    expected = x.toarray()
    expected = expected if expected.dtype == bool else expected.astype("f8")
    same = r_value("identical(value, dense)", value=dense, dense=to_r(expected))
    assert list(same) == [True]
    after = snapshot(x)
    assert before.keys() == after.keys()
    for name in before:
        np.testing.assert_array_equal(before[name], after[name])
    return value


@pytest.mark.parametrize("kind", ["matrix", "array"])
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_format_and_dtype_is_a_matrix_of_the_same_elements(kind, format, dtype):
    dense = np.nan_to_num(np.abs(DENSE), nan=3).astype(dtype)
    x = getattr(sp, f"{format}_{kind}")(dense)
    letter = "l" if dtype == "bool" else "d"
    assert_matrix(x, letter + FORMATS[format][1:])
    for shape in [(0, 5), (3, 0), (0, 0)]:
        name = FORMATS[format]
        if format in ("bsr", "dia") and 0 in shape:
            continue  # SciPy has none
        assert_matrix(getattr(sp, f"{format}_{kind}")(shape, dtype=dtype), letter + name[1:])


def test_what_is_made_is_what_r_makes():
    x = sp.csc_matrix(DENSE)
    code = "sparseMatrix(i = c(1, 3, 2, 1, 3), j = c(1, 1, 3, 5, 5), x = c(1.5, 2, NaN, -1, 7))"
    assert_identical(to_r(x), code)
    names = [["a", "b", "é"], None]
    assert_identical(
        to_r(x, dimnames=names), f"x <- {code}; dimnames(x) <- list(c('a', 'b', 'é'), NULL); x"
    )
    assert_identical(
        to_r(x, dimnames={"cells": names[0], "genes": None}),
        f"x <- {code}; x@Dimnames <- list(cells = c('a', 'b', 'é'), genes = NULL); x",
    )
    with pytest.raises(ArgumentError, match="give axis 1 2 labels for 3 places"):
        to_r(x, dimnames=[["a", "b"], None])
    assert_identical(to_r(x, na="float"), code.replace("NaN", "NA"))
    assert_identical(to_r([x, None]), f"list({code}, NULL)")
    assert_identical(to_r({"x": x}), f"list(x = {code})")
    with pytest.raises(ConversionError, match="column 'x' is not an array"):
        to_r({"x": x}, mapping="data.frame")


def test_a_diagonal_is_one():
    assert_identical(to_r(sp.dia_matrix(np.diag([1.5, 0, 2]))), "Diagonal(3, c(1.5, 0, 2))")
    assert_identical(to_r(sp.eye_array(2, dtype=bool, format="dia")), "Diagonal(2, c(TRUE, TRUE))")
    long = sp.dia_matrix((np.array([[1, 2, 3, 99]]), [0]), shape=(3, 3))
    assert_identical(to_r(long), "Diagonal(3, c(1, 2, 3))")
    short = sp.dia_matrix((np.array([[1, 2]]), [0]), shape=(3, 3))
    assert_identical(to_r(short), "Diagonal(3, c(1, 2, 0))")
    for x in (
        sp.dia_matrix((np.array([[1, 2, 3]]), [1]), shape=(3, 3)),
        sp.dia_matrix((np.array([[1, 2, 3]]), [0]), shape=(3, 4)),
        sp.dia_matrix((3, 3)),
        sp.dia_matrix((np.array([[1, 2, 3], [4, 5, 6]]), [0, -1]), shape=(3, 3)),
    ):
        assert_matrix(x, "dgCMatrix")


def test_unsorted_and_repeated_indices_are_summed_as_scipy_sums_them():
    data, indices, pointers = np.array([1.0, 2, 4, 8, 0]), np.array([2, 0, 2, 1, 0]), [0, 3, 5]
    assert_matrix(sp.csc_matrix((data, indices, pointers), shape=(3, 2)), "dgCMatrix")
    assert_matrix(sp.csr_array((data, indices, pointers), shape=(2, 3)), "dgRMatrix")
    small = np.array([100, 100, 100, 1, 0], "i1")
    assert_matrix(sp.csc_matrix((small, indices, pointers), shape=(3, 2)), "dgCMatrix")
    position = ([0, 1, 0], [2, 0, 2])
    for dtype in ("f8", "i1", "f4", "bool"):
        triplets = sp.coo_array((np.array([100, 1, 100], dtype), position), shape=(2, 3))
        assert_matrix(triplets, "lgTMatrix" if dtype == "bool" else "dgTMatrix")
    # What SciPy remembers of the indices no longer holds.
    x = sp.csc_matrix((data[:2], [0, 2], [0, 2, 2]), shape=(3, 2))
    assert x.has_canonical_format
    x.indices[:] = [2, 0]
    assert_identical(to_r(x), "sparseMatrix(i = c(3, 1), j = c(1, 1), x = c(1, 2), dims = c(3, 2))")


def test_explicit_zeros_stay():
    x = sp.csc_matrix((np.array([0.0, 5]), [0, 1], [0, 1, 2]), shape=(2, 2))
    assert_identical(to_r(x), "sparseMatrix(i = 1:2, j = 1:2, x = c(0, 5))")


@pytest.mark.parametrize(
    ("data", "policies", "code"),
    [
        (np.array([2**53, -1]), {}, "c(2^53, -1)"),
        (np.array([2**31, -1]), {}, "c(2^31, -1)"),
        (np.array([7, -1]), {"int64": "integer"}, "c(7, -1)"),
        (np.array([7, 1], "u4"), {"int64": "integer"}, "c(7, 1)"),
        (np.array([-(2**31), 1], "i4"), {}, "c(-2^31, 1)"),
        (np.array([-(2**31), 1], "i4"), {"na": "integer"}, "c(NA, 1)"),
        (np.array([7, 1], "i2"), {"int64": "character"}, "c(7, 1)"),
        (np.array([np.nan, 1], "f4"), {}, "c(NaN, 1)"),
    ],
)
def test_integers_are_doubles_by_the_law_of_arrays(data, policies, code):
    x = sp.csr_matrix((data, [0, 1], [0, 1, 2]), shape=(2, 2))
    assert_identical(r_value("x@x", x=to_r(x, **policies)), code)


@pytest.mark.parametrize(
    ("x", "policies", "message"),
    [
        (sp.csc_matrix(np.array([[2**53 + 1]])), {}, r"element \[1\] is 9007199254740993"),
        (sp.csc_matrix(np.array([[2**31]])), {"int64": "integer"}, r"element \[1\] is 2147483648"),
        (sp.csc_matrix(np.array([[1]])), {"int64": "character"}, "hold doubles and logicals"),
        (sp.csc_matrix(np.array([[1]], "u8")), {"int64": "integer64"}, "hold doubles and logicals"),
        (sp.csr_matrix(np.array([[1j]])), {}, r"dtype complex128 is neither: x.real"),
        (sp.csr_matrix(np.array([[1]], np.longdouble)), {}, "more digits than R's double"),
        (sp.coo_array((2**31, 1)), {}, "axis 1 has 2147483648 positions"),
        (sp.csr_array((1, 2**33)), {}, "axis 2 has 8589934592 positions"),
    ],
)
def test_what_r_cannot_hold_is_refused(x, policies, message):
    with pytest.raises(ConversionError, match=message):
        to_r(x, **policies)


def test_a_sparse_array_that_is_not_a_matrix_is_a_dense_one_in_r():
    vector, cube = np.array([1.5, 0, 2]), np.arange(24.0).reshape(2, 3, 4)
    assert_identical(to_r(sp.coo_array(vector)), "c(1.5, 0, 2)")
    assert_identical(to_r(sp.coo_array(cube)), "aperm(array(as.double(0:23), 4:2))")


@pytest.mark.parametrize("format", ["csc", "csr"])
def test_a_broken_matrix_is_refused_before_r_reads_it(format):
    for break_it in (
        lambda x: x.indices.__setitem__(0, 99),
        lambda x: x.indices.__setitem__(0, -1),
        lambda x: x.indptr.__setitem__(1, 7),
        lambda x: x.indptr.__setitem__(0, 1),
        lambda x: setattr(x, "data", x.data[:-2]),
    ):
        x = getattr(sp, f"{format}_matrix")(np.eye(3) + 1)
        break_it(x)
        with pytest.raises(ConversionError, match="is broken"):
            to_r(x)
    x = sp.coo_matrix(np.eye(3))
    x.row[0] = -1
    with pytest.raises(ConversionError, match="is broken"):
        to_r(x)


def test_nothing_is_made_dense_and_entries_are_not_copied_before_r_has_them():
    n = 2_000_000
    x = sp.csc_matrix((np.arange(1.0, 5), [0, n - 1, 7, 9], [0, 1, 2, *[2] * (n - 3), 4]), (n, n))
    value = to_r(x)
    assert list(r_value("dim(value)", value=value)) == [n, n]
    assert list(r_value("c(value[1, 1], value[n, 2], value[8, n])", value=value, n=to_r(n))) == [
        1,
        2,
        3,
    ]
    new = matrix_to_r(x, ToR())
    assert isinstance(new, NewMatrix)
    entries = [one.source for one in new.slots.values() if isinstance(one, NewNumbers)]
    assert any(np.shares_memory(one, x.data) for one in entries)


@pytest.mark.parametrize("seed", range(60))
def test_random_matrices(seed):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(0, 7, 2))
    count = int(rng.integers(0, 20)) if 0 not in shape else 0
    position = (rng.integers(0, max(shape[0], 1), count), rng.integers(0, max(shape[1], 1), count))
    data = rng.integers(-3, 100, count).astype(rng.choice(["f8", "i1", "f4", "bool", "i8"]))
    triplets = sp.coo_matrix((data, position), shape=shape)
    format = rng.choice(["csc", "csr", "coo"])
    x = triplets if format == "coo" else getattr(sp, f"{format}_array")(triplets)
    assert_matrix(x, ("l" if data.dtype == bool else "d") + FORMATS[format][1:])


def test_without_the_package_matrix_it_is_an_error_in_words():
    x = sp.csc_matrix(DENSE)
    r_value("keep <<- base::requireNamespace")
    replace = "unlockBinding('requireNamespace', b); assign('requireNamespace', {}, b)"
    r_value(f"b <- baseenv(); {replace.format('function(...) FALSE')}")
    try:
        with pytest.raises(
            ConversionError, match="needs the package Matrix, which is not installed"
        ):
            to_r(x)
    finally:
        r_value(f"b <- baseenv(); {replace.format('keep')}; lockBinding('requireNamespace', b)")
        r_value("rm(keep, envir = globalenv())")
    assert list(to_r(x).rclass) == ["dgCMatrix"]
