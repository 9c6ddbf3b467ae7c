# Matrices of the package Matrix cross as SciPy's, of the same layout; what R makes dense is the oracle.

skip_without_scipy <- function() {
  skip_if_not_installed("Matrix")
  skip_without_module("scipy")
}

general <- function() {
  m <- Matrix::sparseMatrix(
    i = c(1, 3, 2, 3, 1), j = c(1, 1, 3, 5, 5), x = c(1.5, 2, NA, -1, 0), dims = c(3, 5)
  )
  large <- Matrix::rsparsematrix(2000, 1500, 0.2)
  layouts <- function(x) lapply(c("CsparseMatrix", "RsparseMatrix", "TsparseMatrix"), function(to) as(x, to))
  c(
    layouts(m), layouts(m[0, ]), layouts(m[, 0]), layouts(m[1, , drop = FALSE] > 0.5), layouts(large),
    layouts(large > 0),
    list(m[0, 0], m[1, 1, drop = FALSE], Matrix::Diagonal(3, c(1, NA, 0)), Matrix::Diagonal(2, c(TRUE, FALSE)))
  )
}

special <- function() {
  s <- Matrix::sparseMatrix(i = c(1, 3, 2, 3, 1), j = c(1, 1, 3, 3, 2), x = c(1.5, 2, 3, -1, 9), dims = c(3, 3))
  unit <- function(class, ...) methods::new(methods::getClass(class, where = asNamespace("Matrix")), diag = "U", ...)
  list(
    Matrix::forceSymmetric(s, "U"), Matrix::forceSymmetric(s, "L"), Matrix::triu(s), Matrix::tril(s),
    as(Matrix::forceSymmetric(s), "RsparseMatrix"), as(Matrix::tril(s), "TsparseMatrix"), as(s, "nMatrix"),
    as(Matrix::forceSymmetric(s), "nMatrix"), Matrix::forceSymmetric(s > 1), Matrix::Diagonal(3), Matrix::Diagonal(0),
    as(Matrix::Diagonal(3), "nMatrix"), unit("dtCMatrix", i = 0:1, p = c(0L, 0L, 1L, 2L), x = c(7, 5), Dim = c(3L, 3L)),
    unit("dtTMatrix", i = 2L, j = 0L, x = 7, Dim = c(3L, 3L), uplo = "L")
  )
}

test_that("a general or diagonal matrix keeps its layout and comes back identical", {
  skip_without_scipy()
  python <- c(C = "csc_matrix", R = "csr_matrix", T = "coo_matrix", i = "dia_matrix")
  for (x in general()) {
    there <- to_python(x)
    expect_match(class(there)[[1L]], paste0(python[[substr(class(x), 3L, 3L)]], "$"))
    expect_identical(reticulate::py_to_r(there$dtype$name), if (substr(class(x), 1L, 1L) == "l") "bool" else "float64")
    expect_identical(from_python(there$toarray()), as.matrix(x))
    expect_identical(from_python(there), x)
  }
})

test_that("a matrix of Python is its own memory, long or short, and outlives R's", {
  skip_without_scipy()
  main <- reticulate::import_main(convert = FALSE)
  for (size in c(30, 3000)) {
    x <- Matrix::rsparsematrix(size, 100, 0.5)
    before <- as.matrix(x)
    for (class in c("CsparseMatrix", "RsparseMatrix", "TsparseMatrix")) {
      y <- as(x, class)
      main$pybridge_matrix <- to_python(y)
      reticulate::py_run_string("pybridge_matrix.data += 1; pybridge_matrix.data *= 2")
      expect_identical(as.matrix(y), before)
      rm(y)
      gc()
      for (k in 1:20) runif(size * 50)
      expect_equal(as.matrix(from_python(main$pybridge_matrix)), ifelse(before == 0, 0, 2 * (before + 1)))
    }
    expect_identical(as.matrix(x), before)
  }
  reticulate::py_run_string("del pybridge_matrix")
})

test_that("symmetric, triangular and pattern matrices are what R makes dense", {
  skip_without_scipy()
  for (x in special()) {
    there <- to_python(x)
    expect_identical(from_python(there$toarray()), unname(as.matrix(x)), label = class(x))
    expect_identical(as.matrix(from_python(there)), unname(as.matrix(x)), label = class(x))
  }
})

test_that("matrices that reticulate changes or gets wrong cross whole", {
  skip_without_scipy()
  reticulate::py_run_string("import numpy as np, scipy.sparse as sp")
  new <- function(code) reticulate::py_eval(code, convert = FALSE)
  dense <- function(code) from_python(new(paste0("(", code, ").toarray()")))
  codes <- c(
    "sp.csc_matrix((np.array([1., 2, 4, 8]), [2, 0, 2, 1], [0, 3, 4]), shape=(3, 2))", # unsorted, repeated
    "sp.csr_array(np.array([[True, False], [True, True]]))", "sp.csr_matrix((0, 4))", "sp.csc_array((3, 0))",
    "sp.csc_matrix((np.array([0., 5]), [0, 1], [0, 1, 2]), shape=(2, 2))", "sp.lil_array(np.eye(3)[:, :2])",
    "sp.bsr_matrix(np.kron(np.eye(2), np.ones((2, 2))))", "sp.dok_array(np.eye(2))", "sp.dia_matrix(np.eye(3)[:2])",
    "sp.coo_array((np.array([100, 1, 100], 'int64'), ([0, 1, 0], [2, 0, 2])), shape=(2, 3))"
  )
  for (code in codes) {
    x <- from_python(new(code))
    expect_true(methods::validObject(x))
    expected <- dense(code)
    if (is.integer(expected)) storage.mode(expected) <- "double"
    expect_identical(as.matrix(x), expected, label = code)
  }
  named <- list(cells = c("a", "b", "c"), genes = NULL)
  expect_identical(from_python(new("sp.csc_matrix(np.eye(3))"), dimnames = named)@Dimnames, named)
  expect_identical(from_python(new("[sp.eye(2, format='dia'), None]")), list(Matrix::Diagonal(2, c(1, 1)), NULL))
  expect_identical(as.array(new("sp.csr_array(np.eye(3)[:2])")), diag(3)[1:2, ])
  converted <- Matrix::Diagonal(2) # what reticulate converted before
  expect_identical(from_python(converted), converted)
})

test_that("what the other side cannot hold is refused", {
  skip_without_scipy()
  refused <- function(code, why) expect_error(code, why, class = "pybridge_error_conversion")
  s <- Matrix::sparseMatrix(i = c(1, 3), j = 1:2, x = c(1.5, 2))
  broken <- s
  broken@i[1L] <- 99L
  refused(to_python(broken), "`x` is broken: .*'i' slot has elements not in")
  logical <- s > 1
  logical@x[2L] <- NA
  refused(to_python(logical), "element \\[2\\] is NA")
  expect_identical(from_python(to_python(logical, na = "float"))@x, c(1, NA))
  expect_identical(reticulate::py_to_r(to_python(s, dtype = "float32")$dtype$name), "float32")
  refused(to_python(s, dtype = "int8"), "element \\[1\\] is 1.5, which dtype int8")
  refused(to_python(as(3:1, "pMatrix")), 'as\\(x, "CsparseMatrix"\\)')
  refused(to_python(as(s, "denseMatrix")), "as.matrix\\(x\\) is an R array")
  expect_error(
    to_python(s, like = to_python(1)), "a SciPy matrix and nothing else", class = "pybridge_error_conversion"
  )
  x <- to_python(matrix(0, 3, 2))
  expect_error(x@r[, ] <- s, "the value is an object of class dgCMatrix", class = "pybridge_error_assignment")
  expect_error(x@r[, 1:2] <- data.frame(a = 1:3, b = 4:6), "the value is", class = "pybridge_error_assignment")
  expect_identical(from_python(x), matrix(0, 3, 2))
  reticulate::py_run_string("import numpy as np, scipy.sparse as sp")
  new <- function(code) reticulate::py_eval(code, convert = FALSE)
  refused(from_python(new("sp.csc_matrix(np.array([[2**53 + 1]]))")), "element \\[1\\] is 9007199254740993")
  refused(from_python(new("sp.csc_matrix(np.array([[1j]]))")), "complex128 is neither")
  refused(from_python(new("sp.coo_array((2**31, 1))")), "axis 1 has 2147483648 positions")
})

test_that("R's functions on a sparse tensor see its elements as those of a dense one", {
  skip_without_scipy()
  m <- matrix(c(3, 0, 0, 0, 5, 0, 1, 0, 2), 3)
  sparse <- reticulate::import("scipy.sparse", convert = FALSE)
  drawn <- tempfile(fileext = ".pdf")
  grDevices::pdf(drawn)
  on.exit(grDevices::dev.off())
  works <- list(
    unique, duplicated, anyDuplicated, function(x) cut(x, 3), diff, as.data.frame, det, determinant,
    function(x) hist(x, plot = FALSE)$counts, function(x) boxplot(x, plot = FALSE)$stats, image, chol, qr, solve,
    scale, function(x) split(x, c(1, 2, 1)), quantile, median, as.ts, pretty, function(x) rowsum(x, c(1, 2, 1)),
    as.table, xtfrm, function(x) grDevices::as.raster(x / 5), pairs, contour, persp, barplot
  )
  for (kind in c("csr_array", "csc_matrix", "coo_array")) {
    for (work in works) {
      expected <- tryCatch(work(m), error = conditionMessage)
      found <- tryCatch(work(sparse[[kind]](to_python(m))), error = conditionMessage)
      expect_equal(found, expected, ignore_attr = TRUE, label = deparse(work, nlines = 1L))
    }
  }
})
