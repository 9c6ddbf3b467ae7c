# array_reshape on R arrays, against the law written in base R

law <- function(x, dim) aperm(array(aperm(as.array(x)), rev(dim)))

factorizations <- function(count, ndim) {
  if (ndim == 1L) {
    return(list(count))
  }
  firsts <- which(count %% seq_len(count) == 0L)
  do.call(c, lapply(firsts, function(k) {
    lapply(factorizations(count %/% k, ndim - 1L), function(rest) c(k, rest))
  }))
}

shapes_of <- function(count) {
  do.call(c, lapply(1:4, function(ndim) factorizations(count, ndim)))
}

test_that("factors, data frames and lists keep their values, by R itself or not at all", {
  expect_identical(array_reshape(factor(c("u", NA, "w", "w")), c(2, 2)), matrix(c("u", "w", NA, "w"), 2))
  expect_identical(array_reshape(data.frame(p = c(1L, NA), q = 3:4), 4), array(c(1L, 3L, NA, 4L)))
  expect_identical(array_reshape(data.frame(p = c(TRUE, NA), q = 3:4), 4), array(c(1L, 3L, NA, 4L)))
  expect_identical(array_reshape(data.frame(p = factor(c("u", NA)), q = c("a", "b")), 4), array(c("u", "a", NA, "b")))
  expect_identical(array_reshape(list(TRUE, NA, FALSE), c(3, 1)), matrix(c(TRUE, NA, FALSE)))
  expect_identical(array_reshape(list(c(1, NA), 3:4), 4), array(c(1, NA, 3, 4)))
  expect_identical(array_reshape(list("a", NA_character_), 2), array(c("a", NA)))
  for (x in list(
    list(list(1, NA), list(3, 4)), list(1, "a", 2, "b"), list(1, as.Date(NA)), data.frame(p = c("a", NA), q = 3:4),
    list(1:2, c("a", "b")), list(factor(c("u", NA)), 1:2)
  )) {
    expect_error(array_reshape(x, 4), "change on their way through Python", class = "pybridge_error_argument")
  }
})

test_that("every factorization agrees with the law, in both orders", {
  compared <- 0L
  for (count in 1:60) {
    shapes <- shapes_of(count)
    for (k in seq_along(shapes)) {
      x <- array(seq_len(count), shapes[[k]])
      partners <- if (count <= 12L) seq_along(shapes) else (k + 41L * 0:6) %% length(shapes) + 1L
      for (dim in shapes[unique(partners)]) {
        reshaped <- array_reshape(x, dim)
        if (!identical(reshaped, law(x, dim)) || !identical(array_reshape(x, dim, "F"), array(x, dim))) {
          fail(paste("array(seq_len(n), c(", toString(shapes[[k]]), ")) to", toString(dim)))
        }
        compared <- compared + 1L
      }
    }
  }
  expect_gt(compared, 20000L)
})

test_that("every type keeps its values", {
  numbers <- array(1:60, c(3, 4, 5))
  types <- list(
    integer = replace(numbers, 7L, NA), double = replace(numbers + 0.5, 8:9, c(NA, NaN)),
    logical = numbers %% 3L == 0L, complex = numbers + 1i,
    character = array(paste0("<", numbers, ">"), dim(numbers)),
    raw = array(as.raw(numbers), dim(numbers)), list = array(as.list(numbers), dim(numbers))
  )
  for (type in names(types)) {
    x <- types[[type]]
    before <- x[]
    for (dim in list(c(12, 5), c(5, 12), 60, c(2, 3, 10), c(1, 6, 1, 10), c(15, 4))) {
      expect_identical(array_reshape(x, dim), law(x, dim), label = type)
      expect_identical(array_reshape(x, dim, order = "F"), array(x, dim), label = type)
    }
    expect_identical(x, before)
  }
})

test_that("long lines and tiles agree with the law", {
  x <- array(seq_len(70 * 33 * 41), c(70L, 33L, 41L))
  for (dim in list(c(70, 33 * 41), c(33, 70 * 41), c(41, 33, 70), c(35, 66, 41), c(10, -1))) {
    size <- replace(dim, dim == -1, length(x) / 10)
    expect_identical(array_reshape(x, dim), law(x, size))
  }
})

test_that("literal values, row by row", {
  x <- matrix(1:6, 3)
  expect_identical(array_reshape(x, c(2, 3)), matrix(c(1L, 5L, 4L, 3L, 2L, 6L), 2))
  expect_identical(array_reshape(x, 6), array(c(1L, 4L, 2L, 5L, 3L, 6L)))
  expect_identical(array_reshape(1:6, c(2, 3)), matrix(1:6, 2, byrow = TRUE))
})

test_that("one size may be left open, and sizes may be written in many ways", {
  x <- array(1:30, c(2, 3, 5))
  expected <- law(x, c(6, 5))
  for (dim in list(
    c(6L, 5L), c(6, 5), c(-1, 5), c(NA, 5), c(6L, NA), c(NaN, 5), list(6, 5L), list(6L, NA),
    list(-1, 5)
  )) {
    expect_identical(array_reshape(x, dim), expected)
  }
  expect_identical(array_reshape(x, NA), law(x, 30))
  expect_identical(dim(array_reshape(x, -1L)), 30L)
})

test_that("no axes and no elements", {
  expect_identical(array_reshape(matrix(7), integer()), 7)
  expect_identical(array_reshape(matrix(7), integer(), "F"), 7)
  expect_identical(array_reshape(7, c(1, 1, 1)), array(7, c(1, 1, 1)))
  expect_identical(array_reshape(matrix(0L, 0, 3), c(5, 0)), matrix(0L, 5, 0))
  expect_identical(dim(array_reshape(matrix(0L, 0, 3), c(-1, 4))), c(0L, 4L))
  expect_identical(array_reshape(character(), c(0, 2)), matrix("", 0, 2))
})

test_that("names and dimnames go, the class of the elements stays", {
  x <- matrix(1:6, 2, dimnames = list(c("a", "b"), NULL))
  expect_identical(attributes(array_reshape(x, c(3, 2))), list(dim = 3:2))
  expect_identical(attributes(array_reshape(x, c(3, 2), "F")), list(dim = 3:2))
  expect_identical(attributes(array_reshape(c(a = 1, b = 2), 2)), list(dim = 2L))
  expect_identical(attributes(array_reshape(ts(1:6), c(3, 2))), list(dim = 3:2))
  days <- as.Date("2026-01-01") + 0:5
  expect_identical(array_reshape(days, c(2, 3))[2, 1], days[4])
  expect_error(array_reshape(NULL, 0), "NULL", class = "pybridge_error_argument")
  expect_error(array_reshape(sum, 1), "builtin", class = "pybridge_error_argument")
})

expect_refused <- function(expression, message) {
  error <- expect_error(expression, class = "pybridge_error_reshape")
  expect_s3_class(error, c("pybridge_error_shape", "pybridge_error", "error"))
  expect_identical(conditionMessage(error), message)
  expect_identical(as.character(conditionCall(error)[[1L]]), "array_reshape")
}

test_that("errors name the sizes", {
  x <- array(0, c(2, 3, 5))
  expect_refused(
    array_reshape(x, c(6, 6)), "cannot reshape (2, 3, 5) to (6, 6): 30 elements cannot become 36"
  )
  pixels <- integer(784 * 3)
  expect_refused(array_reshape(pixels, c(nrow(pixels), 784)), paste0(
    "cannot reshape (2352) to (784): 2352 elements cannot become 784; `dim` has the one entry ",
    "784, so check that none was lost on the way: c(nrow(x), 784) is c(784) where nrow(x) is ",
    "NULL, as for a plain vector; c(-1, 784) computes the other size"
  ))
  expect_refused(array_reshape(x, c(-1, 4)), paste0(
    "cannot reshape (2, 3, 5) to (-1, 4): 30 elements cannot be split evenly, 30 is not a ",
    "multiple of 4"
  ))
  expect_refused(
    array_reshape(x, c(-1, 5, NA)),
    "`dim` = (-1, 5, -1) leaves the sizes 1 and 3 open; at most one may be -1 or NA"
  )
  expect_refused(array_reshape(matrix(0, 0, 3), c(0, NA)), paste0(
    "cannot reshape (0, 3) to (0, -1): the other sizes multiply to 0, so any size fits ",
    "the open one; write the size"
  ))
  expect_refused(
    array_reshape(x, c(0, -1)), "cannot reshape (2, 3, 5) to (0, -1): 30 elements cannot become 0"
  )
  expect_refused(array_reshape(x, c(6, 2.5)), "`dim[2]` is 2.5; a size is a whole number")
  expect_refused(array_reshape(x, c(Inf, 5)), "`dim[1]` is Inf; a size is a whole number")
  missing_text <- "`dim` is missing (NULL); give the new sizes, such as c(-1, 784)"
  expect_refused(array_reshape(x), missing_text)
  expect_refused(array_reshape(x, NULL), missing_text)
  expect_refused(array_reshape(x, TRUE), "`dim[1]` is TRUE; a logical is not a size")
  expect_refused(array_reshape(x, list(TRUE, 30)), "`dim[1]` is TRUE; a logical is not a size")
  expect_refused(
    array_reshape(x, c(6, -5)),
    "`dim[2]` is -5; a size is 0 or more, and -1 or NA stands for the one to be computed"
  )
  expect_refused(
    array_reshape(x, "30"), "`dim` is \"30\", of type character; give the new sizes as numbers"
  )
  expect_refused(
    array_reshape(x, matrix(1, 2, 1)), "`dim` has shape (2, 1); the new sizes are one vector"
  )
  expect_refused(array_reshape(integer(), c(0, 2^31)), paste0(
    "`dim` = (0, 2147483648) has a size beyond 2147483647, the most that an axis of an R array ",
    "holds"
  ))
  expect_error(array_reshape(x, 30, order = "K"), "`order` is", class = "pybridge_error_argument")
})

test_that("the C code rejects shapes that do not belong to its vector", {
  reshape <- function(...) .Call(getFromNamespace("pybridge_reshape", "pybridge"), ...)
  expect_error(reshape(1:6, 6L, c(4L, 2L)), "as many elements")
  expect_error(reshape(1:6, c(-2L, -3L), 6L), "not a length")
  expect_error(reshape(1:6, c(2, NaN), 6L), "not a length")
  expect_error(reshape(1:6, c(3L, NA), 6L), "not a length")
  expect_error(reshape(1:3, "a", 3L), "not numeric")
  expect_error(reshape(sum, 1L, 1L), "not an array")
  expect_error(reshape(1L, 1L, rep(2^20, 3)), "as many elements")
  large <- c(rep(.Machine$integer.max, 40L), 0L)
  expect_identical(dim(reshape(integer(), 0L, large)), large)
})

test_that("R arrays start no Python", {
  lines <- run_r(c(
    "library(pybridge)",
    "x <- matrix(1:6, 2)",
    "stopifnot(identical(dim(array_reshape(x, c(3, 2))), c(3L, 2L)))",
    "stopifnot(identical(recycle(x, 1:2)[[2]], matrix(1:2, 2, 3)))",
    "stopifnot(identical(broadcast(x, 1:3)[[1]], x), identical(recycled('+')(x, 1:2), x + 1:2))",
    "cat(reticulate::py_available(), '\\n')"
  ))
  expect_identical(trimws(utils::tail(lines, 1L)), "FALSE")
})

test_that("tensors stay tensors, and agree with R arrays", {
  skip_without_python()
  np <- reticulate::import("numpy", convert = FALSE)
  x <- array(1:30, c(2, 3, 5))
  tensor <- np$array(x)
  for (dim in list(c(6, 5), c(5L, 6L), c(-1, 10), c(NA, 2, 3), 30, list(3, 10L))) {
    for (order in c("C", "F")) {
      reshaped <- array_reshape(tensor, dim, order)
      expect_s3_class(reshaped, "numpy.ndarray")
      expect_identical(reticulate::py_to_r(reshaped), array_reshape(x, dim, order))
    }
  }
  expect_refused(
    array_reshape(tensor, c(6, 6)),
    "cannot reshape (2, 3, 5) to (6, 6): 30 elements cannot become 36"
  )
  expect_refused(array_reshape(tensor, c(6, 2.5)), "`dim[2]` is 2.5; a size is a whole number")
  shape <- np$zeros(reticulate::tuple(6L, 5L))$shape
  expect_identical(reticulate::py_to_r(array_reshape(tensor, shape)), array_reshape(x, c(6, 5)))
})

test_that("an open size is NULL, NA or -1 in a list, and sizes are what Python holds them in", {
  x <- matrix(1:6, 2)
  wanted <- rbind(c(1L, 3L), c(5L, 2L), c(4L, 6L))
  # keras3's shape(NA, 2) is such a list
  shape <- structure(list(NULL, 2L), class = "keras_shape")
  for (dim in list(list(NULL, 2L), list(NA, 2), list(-1L, 2L), shape, list(3L, NULL), list(3L, 2L))) {
    expect_identical(array_reshape(x, dim), wanted)
  }
  expect_identical(array_reshape(x, 6), c(1L, 3L, 5L, 2L, 4L, 6L) |> array(6))
  expect_identical(array_reshape(as.raw(1:4), c(2, 2)), rbind(1:2, 3:4))
  skip_without_python()
  python <- function(text) reticulate::py_eval(text, convert = FALSE)
  sizes <- c(
    "(3, 2)", "[3, 2]", "(None, 2)", "[-1, 2]", "__import__('numpy').array([3, 2])",
    "__import__('collections').namedtuple('Shape', 'p q')(3, 2)"
  )
  for (text in sizes) {
    expect_identical(array_reshape(x, python(text)), wanted, label = text)
    expect_tensor(array_reshape(as_tensor(x), python(text)), wanted)
  }
  expect_identical(array_reshape(x, python("6")), array_reshape(x, 6))
  expect_tensor(array_reshape(python("[1, 2, 3, 4]"), c(2, 2)), rbind(1:2, 3:4))
  expect_tensor(array_reshape(python("((1, 2), (3, 4))"), 4), 1:4)
})

# What a value is: its class, shape, dtype, flag and elements, whichever language has it.
described <- function(value) {
  if (!inherits(value, "python.builtin.object")) {
    return(value)
  }
  text <- reticulate::py_eval(paste(
    "lambda x: [type(x).__module__ + '.' + type(x).__name__, str(getattr(x, 'shape', '')),",
    "str(getattr(x, 'dtype', '')), repr(x.todense().tolist() if hasattr(x, 'todense') else",
    "x.tolist() if hasattr(x, 'tolist') else x)]"
  ), convert = FALSE)
  c(unlist(reticulate::py_to_r(text(value))), get0("convert", envir = value, inherits = FALSE))
}

test_that("what pybridge does not serve goes to reticulate's function, which this one masks", {
  skip_without_module("h5py", "pandas", "xarray", "zarr")
  kinds <- reticulate::py_run_string("
import os, tempfile
import h5py, numpy as np, pandas as pd, xarray, zarr

class Reshapes:
    def __init__(self, text='whole'): self.text = text
    def reshape(self, shape, order='C'): return Reshapes(f'{shape} {order}')
    def __repr__(self): return self.text

v = np.array([[0., 5., 2.], [3., 0., 7.]])
file = h5py.File(os.path.join(tempfile.mkdtemp(), 'x.h5'), 'w')
kinds = {
    'matrix': np.matrix(v), 'DataFrame': pd.DataFrame(v),
    'zarr': zarr.create_array({}, data=v), 'h5py': file.create_dataset('x', data=v),
    'Categorical': pd.Categorical(list('abcabc')), 'IntegerArray': pd.array([1, 2, None, 4, 5, 6], dtype='Int64'),
    'BooleanArray': pd.array([True, None, False, True, True, False], dtype='boolean'),
    'Index': pd.Index(v.ravel()), 'DatetimeArray': pd.date_range('2020-01-01', periods=6).array,
    'DataArray': xarray.DataArray(v, dims=['a', 'b']), 'list': [[1, 2, 3], [4, 5, 6]], 'own': Reshapes(),
}
", local = TRUE, convert = FALSE)
  kinds <- reticulate::py_get_item(kinds, "kinds")
  compared <- 0
  for (name in unlist(reticulate::py_to_r(reticulate::import_builtins(FALSE)$list(kinds)))) {
    x <- reticulate::py_get_item(kinds, name)
    for (dim in list(c(3, 2), 6, 1, -1, c(1, 6))) {
      for (order in c("C", "F")) {
        label <- sprintf("array_reshape(%s, c(%s), \"%s\")", name, toString(dim), order)
        wanted <- tryCatch(described(reticulate::array_reshape(x, dim, order)), error = function(e) "fails")
        if (identical(wanted, "fails")) {
          # an error there too, but for a DataArray, of which ours takes the values
          if (name != "DataArray") expect_error(array_reshape(x, dim, order), label = label)
          next
        }
        compared <- compared + 1
        expect_identical(described(array_reshape(x, dim, order)), wanted, label = label)
      }
    }
  }
  expect_gt(compared, 80)
  expect_identical(described(array_reshape(reticulate::py_get_item(kinds, "DataArray"), 6))[[1L]], "numpy.ndarray")
})

expect_reshaped_as_reticulate <- function(x) {
  for (dim in list(c(3, 2), 6, c(-1, 3))) {
    for (order in c("C", "F")) {
      expect_identical(array_reshape(x, dim, order), reticulate::array_reshape(x, dim, order))
    }
  }
}

test_that("R objects other than arrays are passed on to reticulate's function as well", {
  skip_without_python()
  for (x in list(
    list(1, 2, 3, 4, 5, 6), list("a", "b", "c", "d", "e", "f"), list(TRUE, 2, 3L, 4, 5, 6),
    list(1:2, 3:4, 5:6), list(list(1, 2), list(3, 4), list(5, 6)), factor(letters[1:6]), as.raw(1:6)
  )) {
    expect_reshaped_as_reticulate(x)
  }
  # the same, without reticulate's function as the oracle
  expect_identical(array_reshape(factor(c("u", "w")), 2), array(c("u", "w")))
  expect_identical(array_reshape(list(1, 2, 3, 4), c(2, 2)), rbind(c(1, 2), c(3, 4)))
  expect_identical(array_reshape(list(1:2, 3:4, 5:6), c(2, 3)), rbind(c(1, 2, 3), c(4, 5, 6)))
  expect_identical(array_reshape(list(1:2, 3:4, 5:6), c(2, 3), "F"), rbind(c(1, 5, 4), c(3, 2, 6)))
  expect_identical(array_reshape(list(list(1, 2), list(3, 4)), 4), array(c(1, 2, 3, 4)))
  expect_error(array_reshape(list(1, "a", 2:3, NULL), c(2, 2)))
})

test_that("data frames and matrices of the package Matrix are passed on as well", {
  skip_without_module("pandas", "scipy")
  for (x in list(
    data.frame(a = 1:3, b = letters[1:3]),
    data.frame(p = 1:3, q = 4:6), data.frame(p = c("a", "b", "d"), q = factor(c("c", NA, "e")))
  )) {
    expect_reshaped_as_reticulate(x)
  }
  # the same, without reticulate's function as the oracle
  expect_identical(array_reshape(data.frame(p = 1:2, q = 3:4), 4), array(c(1L, 3L, 2L, 4L)))
  expect_identical(array_reshape(data.frame(p = c("a", "b"), q = factor(c("c", NA))), 4), array(c("a", "c", "b", NA)))
  expect_error(array_reshape(data.frame(p = as.Date("2026-01-01") + 0:5), 5))
  expect_error(array_reshape(data.frame(), 2))
  skip_if_not_installed("Matrix")
  x <- Matrix::Matrix(c(0, 1, 0, 2, 0, 3), 2, sparse = TRUE)
  expect_identical(as.matrix(array_reshape(x, c(3, 2))), as.matrix(reticulate::array_reshape(x, c(3, 2))))
})

test_that("dim<- and t() answer with a tensor or refuse in words, whatever holds the elements", {
  skip_without_module("pandas", "xarray", "zarr")
  reticulate::py_run_string(paste(
    "import numpy, pandas, xarray, zarr",
    "held = dict(series=pandas.Series([1, 2, 3, 4]), frame=pandas.DataFrame({'a': [1, 2], 'b': [3, 4]}),",
    "            matrix=numpy.matrix([[1, 2], [3, 4]]), store=zarr.array(numpy.arange(4)),",
    "            named=xarray.DataArray(numpy.arange(4).reshape(2, 2)))",
    sep = "\n"
  ))
  held <- reticulate::import_main(convert = FALSE)$held
  outcome <- function(name, code) {
    frame <- list2env(list(x = held[[name]]), parent = environment())
    tryCatch(
      {
        eval(code, frame)
        tensor_shape(frame$x)
      },
      pybridge_error = function(error) class(error)[[1L]]
    )
  }
  refused <- "pybridge_error_tensor"
  for (name in c("series", "frame", "store")) {
    expect_identical(outcome(name, quote(dim(x) <- c(2, 2))), refused, label = name)
    expect_identical(outcome(name, quote(dim(x) <- NULL)), refused, label = name)
  }
  for (name in c("matrix", "named")) {
    expect_identical(outcome(name, quote(dim(x) <- c(4, 1))), c(4L, 1L), label = name)
    expect_identical(outcome(name, quote(dim(x) <- NULL)), 4L, label = name)
  }
  expect_identical(outcome("series", quote(x <- t(x))), refused)
  expect_identical(outcome("store", quote(x <- t(x))), refused)
  for (name in c("frame", "matrix", "named")) {
    expect_identical(outcome(name, quote(x <- t(x))), c(2L, 2L), label = name)
  }
})
