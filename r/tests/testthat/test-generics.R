numbers <- array(1:30, c(2, 3, 5))

test_that("dim(), nrow(), t(), aperm(), %*% and as.array() do on a tensor what they do on its array", {
  skip_without_python()
  x <- as_tensor(numbers)
  m <- numbers[, , 1]
  expect_identical(dim(x), dim(numbers))
  expect_identical(c(nrow(x), ncol(x), length(x)), c(2L, 3L, 30L))
  expect_tensor(t(x@r[, , 1]), t(m))
  expect_tensor(aperm(x), aperm(numbers))
  expect_tensor(aperm(x, c(3, 1, 2)), aperm(numbers, c(3, 1, 2)))
  expect_tensor(x@r[, , 1] %*% t(x@r[, , 2]), m %*% t(numbers[, , 2]))
  expect_tensor(diag(2) %*% x@r[, , 1], diag(2) %*% m)
  expect_identical(as.array(x), numbers)
  expect_snapshot(cran = TRUE, error = TRUE, aperm(x, c(1, 1, 2)))
  expect_error(aperm(x, resize = FALSE), "`resize` is TRUE", class = "pybridge_error_argument")
})

test_that("t() takes what R's takes, but for what reticulate's own does to NumPy's", {
  skip_without_python()
  x <- as_tensor(numbers)
  v <- as_tensor(array(1:3))
  if (is.null(utils::getS3method("t", "numpy.ndarray", optional = TRUE))) {
    expect_tensor(t(v), t(1:3))
    expect_error(t(x), "t() takes a matrix, and the tensor has 3 axes; aperm() takes any", fixed = TRUE)
  } else {
    expect_identical(c(tensor_shape(t(v)), tensor_shape(t(x))), c(3L, 5L, 3L, 2L))
  }
})

test_that("other objects are as without the package", {
  skip_without_python()
  for (x in list(reticulate::py_eval("{1: 2}", FALSE), reticulate::import("sys"), reticulate::py_eval("'a'", FALSE))) {
    expect_null(dim(x))
    expect_error(t(x), "argument is not a matrix", fixed = TRUE)
    expect_error(aperm(x), "invalid first argument, must be an array", fixed = TRUE)
    expect_error(as.array(x), "invalid first argument", fixed = TRUE)
  }
})

test_that("a method of any package on a class of its own comes first, whenever it is registered", {
  skip_without_python()
  table <- get(".__S3MethodsTable__.", baseenv())
  expect_false(any(grepl("^(dim|t|aperm|as.array)\\.(torch|jax|keras|tensorflow|dask)", names(table))))
  # a test that registers in this process would leave its method behind
  lines <- run_r(c(
    "x <- reticulate::import('numpy', convert = FALSE)$ones(c(2L, 3L))",
    "alone <- dim(x)",
    "library(pybridge)",
    "registerS3method('aperm', 'numpy.ndarray', function(a, perm, ...) 'theirs', baseenv())",
    "cat(aperm(x), dim(x), '\\n')",
    "unloadNamespace('pybridge')",
    "cat(identical(dim(x), alone), '\\n')",
    "library(pybridge)",
    "cat(dim(x), as.character(x@r[2, 3]), '\\n')"
  ))
  expect_identical(trimws(lines), c("theirs 2 3", "TRUE", "2 3 1.0"))
})

test_that("the tensors of a new backend have dim(), length(), as.array() and t() by its file in Python alone", {
  skip_without_python()
  lines <- run_r(c(
    "library(pybridge)",
    "tensor_shape(reticulate::np_array(1:3))",
    "reticulate::py_run_string('",
    "import sys, types",
    "import pybridge.holders as holders",
    "from pybridge.backends.numpy import NumpyBackend",
    "class Tensor:",
    "    def __init__(self, held): self.held = held",
    "    def __len__(self): return len(self.held)",
    "Tensor.__module__ = \"novel\"",
    "sys.modules[\"novel\"] = types.ModuleType(\"novel\")",
    "class NovelBackend(NumpyBackend):",
    "    def serves(self, x): return isinstance(x, Tensor)",
    "    name = \"novel\"",
    "    def value_of(self, x): return x.held if isinstance(x, Tensor) else x",
    "    def shape(self, x): return self.value_of(x).shape",
    "    def transpose(self, x, order): return self.value_of(x).transpose(order)",
    "    def to_numpy(self, x): return self.value_of(x)",
    "novel_arrays = holders.arrays.Arrays(NovelBackend(), holders.holder_of)",
    "holders.LIBRARIES[\"novel\"] = lambda: novel_arrays",
    "')",
    "make <- reticulate::py_eval('Tensor', convert = FALSE)",
    "m <- array(1:6, c(2, 3)); x <- make(reticulate::np_array(m))",
    "cat(class(x), '\\n')",
    "cat(dim(x), nrow(x), length(x), identical(as.array(x), m), identical(as.array(t(x)), t(m)), '\\n')",
    "cat(as.array(x@r[2, NA:2]), as.numeric(x@r[1, 3]), as.numeric(sum(x)), '\\n')"
  ))
  expect_identical(
    trimws(utils::tail(lines, 3)), c("novel.Tensor python.builtin.object", "2 3 2 2 TRUE TRUE", "2 4 5 21")
  )
})

test_that("a single element is useful, and a tensor becomes a vector of each type", {
  skip_without_python()
  labels <- as_tensor(c(5L, 0L, 4L, 1L, 9L), "uint8")
  expect_identical(as.numeric(labels@r[5]), 9)
  expect_identical(if (as.numeric(labels@r[5]) == 9) "nine", "nine")
  n <- as_tensor(c(1.5, -2, 0))
  expect_identical(sapply(1:3, function(i) as.numeric(n@r[i])), c(1.5, -2, 0))
  expect_identical(vapply(1:3, function(i) as.numeric(n@r[i]), 0), c(1.5, -2, 0))
  expect_identical(as.array(n@r[3]), array(0))
  expect_identical(as.integer(n@r[2]), -2L)
  expect_identical(as.logical(n@r[1:3]), c(TRUE, TRUE, FALSE))
  expect_identical(seq_len(as.numeric(labels@r[3])), 1:4)
  expect_identical(as.vector(n), c(1.5, -2, 0))
  expect_identical(as.complex(n@r[1]), 1.5 + 0i)
  x <- as_tensor(numbers)
  expect_identical(as.integer(x), as.integer(numbers))
  expect_identical(as.vector(x, "double"), as.vector(numbers, "double"))
  expect_null(dim(x@r[1, 1, 1]))
  expect_error(as.numeric(reticulate::py_eval("'a'", FALSE)), "cannot coerce", fixed = TRUE)
})

test_that("head(), tail(), rev() and rep() agree with R on every shape", {
  skip_without_python()
  compared <- 0
  expect_same <- function(x, expected, label) {
    compared <<- compared + 1
    actual <- list(tensor_shape(x), as.numeric(as.vector(x)))
    expected <- list(as.integer(dim(expected) %||% length(expected)), as.numeric(as.vector(expected)))
    expect_identical(actual, expected, label = label)
  }
  for (shape in list(1L, 5L, 0L, c(2, 3), c(3, 1), c(0, 3), c(2, 3, 5))) {
    r <- array(as.double(seq_len(prod(shape))), shape)
    x <- as_tensor(r)
    counts <- as.list(c(-7:7, -1.5, 2.7))
    if (length(shape) > 1L) {
      counts <- c(counts, list(c(1, 2), c(-1, 2), c(NA, 1), c(2, NA), c(0, 1), c(2.5, 1.5)))
    }
    for (n in counts) {
      label <- sprintf("n = %s of (%s)", deparse(n), toString(shape))
      expect_same(head(x, n), head(r, n), paste("head", label))
      expect_same(tail(x, n), tail(r, n, keepnums = FALSE), paste("tail", label))
    }
    expect_same(head(x), head(r), "head")
    expect_same(tail(x), tail(r, keepnums = FALSE), "tail")
    expect_same(rev(x), rev(r), "rev")
    expect_same(rep(x, 2), rep(r, 2), "rep")
    expect_same(rep(x, each = 3), rep(r, each = 3), "rep each")
    expect_same(rep(x, times = seq_along(r)), rep(r, times = seq_along(r)), "rep times")
    if (length(r)) expect_same(rep(x, length.out = 7), rep(r, length.out = 7), "rep length.out")
  }
  expect_identical(compared, 333)
  expect_same(rep(as_tensor(7:9)@r[3], 2), c(9, 9), "rep of one element")
  for (n in list("a", NA_integer_, NA, NULL)) {
    expect_error(head(x, n), "`n` is one number", class = "pybridge_error_argument")
    expect_error(tail(x, n), "`n` is one number", class = "pybridge_error_argument")
  }
})
