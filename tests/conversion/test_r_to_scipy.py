"""Sparse matrices of R's package Matrix as SciPy's; what R makes dense is the oracle."""

import sys
from functools import partial

import numpy as np
import pytest
import scipy.sparse as sp
from conversion_oracle import assert_identical, r_value

from pybridge import from_r, to_r
from pybridge.conversion.casting import Target, own_array
from pybridge.conversion.policies import FromR
from pybridge.conversion.r_to_python import value_from
from pybridge.conversion.rpy2_host import r_host
from pybridge.errors import ConversionError

r_value("suppressMessages(library(Matrix))")

OBLONG = (
    "m <- sparseMatrix(i = c(1, 3, 2, 3, 1), j = c(1, 1, 3, 5, 5), x = c(1.5, 2, NA, -1, 0), "
    "dims = c(3, 5)); l <- m; l@x[is.na(l@x)] <- 7; "
)
SQUARE = (
    "s <- sparseMatrix(i = c(1, 3, 2, 3, 1), j = c(1, 1, 3, 3, 2), x = c(1.5, 2, 3, -1, 9), "
    "dims = c(3, 3)); "
)


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("m", "dgCMatrix", sp.csc_matrix),
        ("l > 1", "lgCMatrix", sp.csc_matrix),
        ("as(m, 'RsparseMatrix')", "dgRMatrix", sp.csr_matrix),
        ("as(l > 1, 'RsparseMatrix')", "lgRMatrix", sp.csr_matrix),
        ("as(m, 'TsparseMatrix')", "dgTMatrix", sp.coo_matrix),
        ("as(l > 1, 'TsparseMatrix')", "lgTMatrix", sp.coo_matrix),
        ("m[0, ]", "dgCMatrix", sp.csc_matrix),
        ("m[, 0]", "dgCMatrix", sp.csc_matrix),
        ("m[0, 0]", "dgCMatrix", sp.csc_matrix),
        ("as(m[0, ], 'RsparseMatrix')", "dgRMatrix", sp.csr_matrix),
        ("as(m[, 0], 'TsparseMatrix')", "dgTMatrix", sp.coo_matrix),
        ("Diagonal(4, c(1, NA, 3, 0))", "ddiMatrix", sp.dia_matrix),
        ("Diagonal(3, c(TRUE, FALSE, TRUE))", "ldiMatrix", sp.dia_matrix),
    ],
)
def test_a_matrix_keeps_its_layout_and_comes_back_identical(code, name, kind):
    value = r_value(OBLONG + code)
    assert list(value.rclass) == [name]
    x = from_r(value)
    assert type(x) is kind
    assert x.dtype == ("bool" if name[0] == "l" else "float64")
    np.testing.assert_array_equal(x.toarray(), from_r(r_value(f"{OBLONG}as.matrix({code})")))
    assert_identical(to_r(x), OBLONG + code)


@pytest.mark.parametrize(
    ("code", "name", "kind"),
    [
        ("forceSymmetric(s, 'U')", "dsCMatrix", sp.csc_matrix),
        ("forceSymmetric(s, 'L')", "dsCMatrix", sp.csc_matrix),
        ("as(forceSymmetric(s), 'RsparseMatrix')", "dsRMatrix", sp.csr_matrix),
        ("as(forceSymmetric(s), 'TsparseMatrix')", "dsTMatrix", sp.coo_matrix),
        ("forceSymmetric(s > 1)", "lsCMatrix", sp.csc_matrix),
        ("as(forceSymmetric(s), 'nMatrix')", "nsCMatrix", sp.csc_matrix),
        ("triu(s)", "dtCMatrix", sp.csc_matrix),
        ("tril(s)", "dtCMatrix", sp.csc_matrix),
        ("as(tril(s), 'RsparseMatrix')", "dtRMatrix", sp.csr_matrix),
        ("as(triu(s), 'TsparseMatrix')", "dtTMatrix", sp.coo_matrix),
        ("as(triu(s) > 0, 'nMatrix')", "ntCMatrix", sp.csc_matrix),
        (
            "new('dtCMatrix', i = c(0L, 1L), p = c(0L, 0L, 1L, 2L), x = c(7, 5), Dim = c(3L, 3L), "
            "diag = 'U')",
            "dtCMatrix",
            sp.csc_matrix,
        ),
        (
            "new('dtTMatrix', i = 2L, j = 0L, x = 7, Dim = c(3L, 3L), uplo = 'L', diag = 'U')",
            "dtTMatrix",
            sp.coo_matrix,
        ),
        ("as(s, 'nMatrix')", "ngCMatrix", sp.csc_matrix),
        ("as(as(s, 'nMatrix'), 'RsparseMatrix')", "ngRMatrix", sp.csr_matrix),
        ("as(as(s, 'nMatrix'), 'TsparseMatrix')", "ngTMatrix", sp.coo_matrix),
        ("Diagonal(3)", "ddiMatrix", sp.dia_matrix),
        ("as(Diagonal(3), 'lMatrix')", "ldiMatrix", sp.dia_matrix),
        ("as(Diagonal(3), 'nMatrix')", "ndiMatrix", sp.dia_matrix),
        ("Diagonal(0)", "ddiMatrix", sp.dia_matrix),
        (
            "new('dgTMatrix', i = c(0L, 2L, 0L), j = c(1L, 0L, 1L), x = c(1, 2, 0.5), "
            "Dim = c(3L, 3L))",
            "dgTMatrix",
            sp.coo_matrix,
        ),
    ],
)
def test_both_triangles_units_and_patterns_are_what_r_makes_dense(code, name, kind):
    value = r_value(SQUARE + code)
    assert list(value.rclass) == [name]
    x = from_r(value)
    assert type(x) is kind
    assert x.dtype == ("float64" if name[0] == "d" else "bool")
    np.testing.assert_array_equal(x.toarray(), from_r(r_value(f"{SQUARE}as.matrix({code})")))
    assert_identical(r_value("as.matrix(back)", back=to_r(x)), f"{SQUARE}unname(as.matrix({code}))")


def test_the_bits_of_na_and_explicit_zeros_are_kept():
    for code in ("m", "forceSymmetric(m[, 3:5])", "as(m, 'TsparseMatrix')", "triu(m[, 1:3])"):
        x = from_r(r_value(OBLONG + code))
        back = r_value("as.matrix(back)", back=to_r(x))
        assert_identical(back, f"{OBLONG}as.matrix({code})")
    x = from_r(r_value(OBLONG + "m"))
    assert x.nnz == 5
    assert 0.0 in x.data


def test_a_matrix_is_memory_of_its_own():
    value = r_value(OBLONG + "m")
    x = from_r(value)
    x.data[0] = 99
    x.indices[:2] = [1, 2]
    x.data[:] = 0
    assert_identical(value, OBLONG + "m")


def test_dimnames_are_dropped_or_refused():
    code = SQUARE + "dimnames(s) <- list(letters[1:3], NULL); s"
    assert from_r(r_value(code)).shape == (3, 3)
    with pytest.raises(ConversionError, match="a SciPy matrix and nothing else"):
        from_r(r_value(code), like="xarray")


def test_na_among_logicals_is_refused_or_nan():
    code = SQUARE + "l <- s > 1; l@x[2] <- NA; l"
    for policy in ("error", "mask"):
        with pytest.raises(ConversionError, match=r"(element \[2\]|entry 2 of slot x) is NA"):
            from_r(r_value(code), na=policy)
    x = from_r(r_value(code), na="float")
    assert x.data.tolist()[0] == 1
    assert np.isnan(x.data[1])
    dense = code[:-1] + "x <- unname(as.matrix(l)); storage.mode(x) <- 'double'; x"
    assert_identical(r_value("as.matrix(back)", back=to_r(x)), dense)


def with_dtype(code, **wanted):
    own = partial(own_array, target=Target(**wanted))
    policies = FromR(scalars=True, own=own, frames="dict" if "like" in wanted else "arrays")
    return value_from(r_host().parts(r_value(code)), policies)


def test_a_dtype_is_that_of_the_entries():
    x = with_dtype(SQUARE + "s[, 1:2]", dtype="float32")
    assert x.dtype == "float32"
    assert x.toarray().tolist() == [[1.5, 9], [0, 0], [2, 0]]
    assert with_dtype("as(Diagonal(2), 'nMatrix')", dtype="uint8").dtype == "uint8"
    with pytest.raises(ConversionError, match=r"element \[1\] is 1.5, which dtype int8"):
        with_dtype(SQUARE + "s", dtype="int8")
    with pytest.raises(ConversionError, match="a SciPy matrix and nothing else"):
        with_dtype(SQUARE + "s", like=np.zeros(1))


def test_a_matrix_in_a_list_is_one_there():
    x = from_r(r_value(SQUARE + "list(a = s, b = list(1, Diagonal(2)))"))
    assert x["a"].nnz == 5
    assert x["b"][1].toarray().tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("as(3:1, 'pMatrix')", r'class pMatrix .*as\(x, "CsparseMatrix"\)'),
        ("as(3:1, 'indMatrix')", r'class indMatrix .*as\(x, "CsparseMatrix"\)'),
        ("as(s[, 1], 'sparseVector')", r'class dsparseVector .*as\(x, "sparseMatrix"\)'),
        ("as(s, 'denseMatrix')", r"class dgeMatrix .*as.matrix\(x\)"),
        ("as(crossprod(s), 'denseMatrix')", r"class dsyMatrix .*as.matrix\(x\)"),
        ("as(crossprod(s) + Diagonal(3), 'dpoMatrix')", r"class dpoMatrix .*as.matrix\(x\)"),
        ("Cholesky(crossprod(s) + Diagonal(3))", "class dCHM.* has no array"),
    ],
)
def test_other_objects_of_the_package_are_refused_with_what_converts_them(code, advice):
    with pytest.raises(ConversionError, match=advice):
        from_r(r_value(SQUARE + code))


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("s@i[2] <- 3L", "'i' slot has elements not in"),
        ("s@i[2] <- -1L", "'i' slot has elements not in"),
        ("s@i[2] <- NA", "'i' slot contains NA"),
        ("attr(s, 'i') <- s@i + 0", 'slot "i" .* got class "numeric"'),
        ("attr(s, 'i') <- NULL", "slots in class definition but not in object"),
        ("s@i <- s@i[-1]", "'i' slot has length less than"),
        ("s@p[2] <- 4L", "first differences of 'p' slot"),
        ("s@p[2:3] <- c(100000000L, -5L)", "first differences of 'p' slot"),
        ("s@p[1] <- 1L", "first element of 'p' slot is not 0"),
        ("s@p <- s@p[-1]", "'p' slot does not have length"),
        ("s@x <- s@x[-1]", "'i' and 'x' slots do not have equal length"),
        ("attr(s, 'x') <- 1:5", "'x' slot is not of type"),
        ("attr(s, 'x') <- matrix(0, 5, 1)", 'slot "x" .* got class "matrix"'),
        ("s@Dim <- c(3L, NA)", "'Dim' slot contains NA"),
        ("s@Dim <- 3L", "'Dim' slot does not have length 2"),
        ("s <- triu(s); s@uplo <- 'X'", "'uplo' slot is not"),
        ("s <- triu(s); s@uplo <- c('U', 'U')", "'uplo' slot does not have length 1"),
        ("s <- triu(s); s@uplo <- 'L'", "entries above the diagonal"),
        ("s <- triu(s); s@diag <- 'U'", "entries on the diagonal"),
        ("s <- forceSymmetric(s); s@uplo <- 'L'", "entries above the diagonal"),
        ("s <- forceSymmetric(s); s@Dim <- c(4L, 3L)", "not square"),
        ("s <- as(s, 'TsparseMatrix'); s@j <- s@j[-1]", "'i' and 'j' slots do not have equal"),
        ("s <- as(s, 'TsparseMatrix'); s@j[1] <- 3L", "'j' slot has elements not in"),
        ("s <- as(s, 'RsparseMatrix'); s@j[1] <- 9L", "'j' slot has elements not in"),
        ("s <- Diagonal(3, 1:3); s@x <- 1", "'x' slot does not have length"),
        ("s <- Diagonal(3, 1:3); s@Dim <- c(3L, 2L)", "not square"),
    ],
)
def test_broken_slots_are_refused_before_scipy_reads_them(broken, message):
    with pytest.raises(ConversionError, match=rf"`v` is broken: .*Matrix. object: .*{message}"):
        from_r(r_value(f"{SQUARE}{broken}; s"))


def test_without_scipy_it_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.sparse", None)
    with pytest.raises(ConversionError, match=r"needs SciPy.*pip install .pybridge-r\[sparse\]"):
        from_r(r_value(SQUARE + "s"))


@pytest.mark.parametrize("seed", range(80))
def test_random_matrices_of_every_class_are_what_r_makes_dense(seed):
    code = f"""set.seed({seed}); n <- sample(0:6, 1)
        s <- rsparsematrix(n, n, runif(1))
        s <- switch(sample(4, 1), s, forceSymmetric(s, sample(c("U", "L"), 1)), triu(s), tril(s))
        s <- as(s, sample(c("CsparseMatrix", "RsparseMatrix", "TsparseMatrix"), 1))
        switch(sample(3, 1), s, s > 0, as(s, "nMatrix"))"""
    x = from_r(r_value(code))
    np.testing.assert_array_equal(x.toarray(), from_r(r_value(f"as.matrix({{{code}}})")))
    assert_identical(r_value("as.matrix(back)", back=to_r(x)), f"unname(as.matrix({{{code}}}))")
