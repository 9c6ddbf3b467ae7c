# R's functions that answer in R, on tensors. The oracle is R's own function on an R array with the same
# elements.

answers <- c(
  "is.na(x)", "is.nan(x)", "is.finite(x)", "is.infinite(x)", "anyNA(x)", "sum(is.na(x))",
  "order(x)", "order(x, decreasing = TRUE)", "xtfrm(x)", "mtfrm(x)", "median(x)", "median(x, na.rm = TRUE)",
  "quantile(x, na.rm = TRUE)", "quantile(x, c(0.1, 0.9), na.rm = TRUE, names = FALSE)", "unique(x)",
  "duplicated(x)", "anyDuplicated(x)", "as.list(x)", "lapply(x, identity)", "diff(x)", "diff(x, lag = 2)",
  "scale(x)", "cut(x, 3)", "as.data.frame(x)$V1", "hist(x, plot = FALSE)$counts",
  "boxplot(x, plot = FALSE)$stats", "split(x, 1:2)", "as.table(x)", "rowsum(x, seq_len(NROW(x)))"
)
answer_elements <- list(
  double = c(2.5, -1, 4, 2.5, Inf, 0), with_nan = c(2, NaN, 7, -1, 2, 0.5), integer = c(4L, -2L, 9L, 4L, 0L, 1L),
  logical = c(TRUE, FALSE, FALSE, TRUE, TRUE, TRUE)
)

evaluated <- function(call, x) {
  tryCatch(
    suppressWarnings(eval(parse(text = call), list2env(list(x = x), parent = globalenv()))),
    error = function(e) structure("fails", class = "failure")
  )
}

test_that("functions with a result in R agree on a tensor and on its R array, in every library", {
  skip_without_python()
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  import <- function(name) reticulate::import(name, convert = FALSE)
  makers <- list(
    numpy = identity, torch = function(x) import("torch")$as_tensor(x),
    jax = function(x) import("jax.numpy")$asarray(x), dask = function(x) import("dask.array")$from_array(x),
    keras = function(x) import("keras")$Variable(x, dtype = tensor_dtype(x)),
    variable = function(x) import("tensorflow")$Variable(x)
  )
  modules <- c("torch", "jax", "dask.array", "keras", "tensorflow")
  makers <- makers[c(TRUE, vapply(modules, reticulate::py_module_available, NA))]
  compared <- 0
  for (library in names(makers)) {
    for (type in names(answer_elements)) {
      for (shape in list(6L, c(2L, 3L), c(1L, 2L, 3L))) {
        a <- answer_elements[[type]]
        if (length(shape) > 1L) a <- array(a, shape)
        x <- makers[[library]](as_tensor(a))
        for (call in answers) {
          expected <- evaluated(call, a)
          actual <- evaluated(call, x)
          compared <- compared + 1
          label <- sprintf("%s of %s, %s in %s", call, toString(shape), type, library)
          if (library == "jax" && type == "double" || type == "with_nan") {
            expect_equal(actual, expected, label = label) # JAX computes in float32 unless told otherwise
          } else {
            expect_identical(actual, expected, label = label)
          }
        }
      }
    }
  }
  expect_identical(compared, as.double(length(makers) * 4 * 3 * length(answers)))
})

test_that("one element of a tensor is one element of R to each of them", {
  skip_without_python()
  x <- as_tensor(array(c(2.5, NaN), c(1, 1, 2)))
  expect_identical(order(x@r[1, 1]), 1:2)
  expect_identical(order(x@r[1, 1, 1]), 1L)
  expect_identical(is.na(x@r[1, 1, 2]), TRUE)
  expect_identical(is.na(x), array(c(FALSE, TRUE), c(1, 1, 2)))
  expect_identical(median(x@r[1, 1, 1]), 2.5)
  expect_identical(as.list(x@r[1, 1, 1]), list(2.5))
})

test_that("masked elements are NA, and dates and wide integers are tested where they are", {
  skip_without_python()
  np <- reticulate::import("numpy", convert = FALSE)
  m <- np$ma$array(c(7, 8, NaN), mask = c(TRUE, FALSE, FALSE))
  expect_identical(is.na(m), c(TRUE, FALSE, TRUE))
  expect_identical(is.nan(m), c(FALSE, FALSE, TRUE))
  expect_identical(is.finite(m), c(FALSE, TRUE, FALSE))
  expect_identical(is.infinite(m), c(FALSE, FALSE, FALSE))
  expect_identical(as.list(m), list(NA_real_, 8, NaN))
  # reticulate's own methods for NumPy's arrays would show the 7 under the mask
  expect_identical(as.array(m), array(c(NA, 8, NaN)))
  expect_identical(as.vector(m), c(NA, 8, NaN))
  expect_identical(as.numeric(m), c(NA, 8, NaN))
  expect_identical(as.matrix(m), matrix(c(NA, 8, NaN)))
  expect_identical(as.array(m@r[1]), array(NA_real_))
  expect_identical(as.numeric(m@r[1]), NA_real_)
  days <- np$array(list("2026-01-31", "NaT"), "datetime64[D]")
  expect_identical(is.na(days), c(FALSE, TRUE))
  expect_identical(is.finite(days), c(TRUE, FALSE))
  expect_identical(as.Date(days), as.Date(c("2026-01-31", NA)))
  expect_identical(is.na(np$array(list("a", "NA"))), c(FALSE, FALSE))
  wide <- np$array(2^53, "int64") * np$array(c(2L, 4L))
  expect_identical(is.na(wide), c(FALSE, FALSE))
  expect_error(is.nan(np$array(list("a"))), "does not take <U1", class = "pybridge_error_tensor")
})

test_that("products of matrices and vectors are R's, and stay in the library", {
  skip_without_python()
  a <- matrix(c(1, 5, 2, 4, 0, 3), 2)
  b <- matrix(c(2, 1, 7, 3), 2)
  x <- as_tensor(a)
  expect_tensor(crossprod(x), crossprod(a))
  expect_tensor(tcrossprod(x), tcrossprod(a))
  expect_tensor(crossprod(x, as_tensor(b)), crossprod(a, b))
  expect_tensor(crossprod(x, b), crossprod(a, b))
  expect_tensor(tcrossprod(x, matrix(1:6, 2)), tcrossprod(a, matrix(1:6, 2)))
  expect_tensor(crossprod(b, x), crossprod(b, a))
  expect_tensor(crossprod(c(2, 5), x), crossprod(c(2, 5), a))
  expect_tensor(crossprod(as_tensor(1:3)), crossprod(1:3))
  expect_tensor(tcrossprod(as_tensor(1:3)), tcrossprod(1:3))
  # integers and logicals are multiplied as reals, as R does
  expect_tensor(crossprod(as_tensor(c(100L, 100L), "int8")), crossprod(c(100L, 100L)), dtype = "float64")
  expect_tensor(crossprod(as_tensor(c(TRUE, FALSE, TRUE))), crossprod(c(TRUE, FALSE, TRUE)))
  expect_error(crossprod(as_tensor(array(1, c(1, 1, 1)))), "matrices and vectors", class = "pybridge_error_shape")
  expect_error(crossprod(x, 1:3), "non-conformable", class = "pybridge_error_shape")
  for (library in c("torch", "tensorflow", "jax")) {
    if (!reticulate::py_module_available(library)) next
    module <- reticulate::import(library, convert = FALSE)
    y <- switch(library,
      torch = module$as_tensor(x), tensorflow = module$constant(x), jax = module$numpy$asarray(x)
    )
    expect_tensor(crossprod(y), crossprod(a))
    expect_tensor(tcrossprod(y, c(1, 2, 3) |> matrix(1)), tcrossprod(a, matrix(c(1, 2, 3), 1)))
    expect_identical(class(crossprod(y)), class(y))
  }
})

test_that("the answers to matrices, and those in which the tensor comes under another name", {
  skip_without_python()
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  a <- matrix(c(4, 1, 2, 3), 2)
  x <- as_tensor(a)
  expect_identical(solve(x), solve(a))
  expect_identical(solve(x, x), solve(a, a))
  expect_identical(qr(x)$rank, 2L)
  expect_identical(chol(crossprod(x)), chol(crossprod(a)))
  expect_identical(as.vector(determinant(x)$modulus), as.vector(determinant(a)$modulus))
  expect_identical(barplot(x@r[1]), barplot(a[1, ]))
  expect_identical(t.test(x@r[1], x@r[2])$p.value, t.test(a[1, ], a[2, ])$p.value)
  expect_identical(qqnorm(x@r[1], plot.it = FALSE), qqnorm(a[1, ], plot.it = FALSE))
  expect_identical(hist(x@r[1, ], plot = FALSE)$xname, "x@r[1, ]")
  expect_null(image(x))
  expect_identical(tapply(x@r[1], c("p", "q"), sum), tapply(a[1, ], c("p", "q"), sum))
})

test_that("what is drawn bears the words that were written, and two arguments stay two", {
  skip_without_python()
  grDevices::pdf(NULL)
  on.exit(grDevices::dev.off())
  x <- as_tensor(c(1, 4, 2))
  y <- as_tensor(c(3, 9, 5))
  expect_identical(t.test(x, y@r[1:2])$data.name, "x and y@r[1:2]")
  expect_identical(do.call(t.test, list(x, y))$p.value, t.test(c(1, 4, 2), c(3, 9, 5))$p.value)
  expect_identical(boxplot(x, y, plot = FALSE)$stats, boxplot(c(1, 4, 2), c(3, 9, 5), plot = FALSE)$stats)
  forwarded <- function(...) hist(..., plot = FALSE)$xname
  expect_identical(forwarded(x), "x")
  expect_null(plot(x, y))
  expect_null(lines(y))
  expect_null(points(x, y))
})

test_that("na.omit() leaves out what is missing, and a tensor without is itself", {
  skip_without_python()
  x <- as_tensor(c(1, NaN, 2))
  expect_tensor(na.omit(x), c(1, 2))
  expect_tensor(na.exclude(x), c(1, 2))
  expect_tensor(na.omit(as_tensor(matrix(c(1, NaN, 3, 4), 2))), matrix(c(1, 3), 1))
  y <- as_tensor(c(1, 2))
  expect_identical(na.omit(y), y)
  masked <- reticulate::import("numpy", convert = FALSE)$ma$array(c(7L, 8L), mask = c(TRUE, FALSE))
  expect_identical(as.vector(na.omit(masked)), 8)
  cube <- as_tensor(array(c(NaN, 1), c(1, 1, 2)))
  expect_identical(na.omit(cube), cube) # as R does of an array of three axes
})

test_that("labels() is as without the package, and a replacement that counts from zero is an error", {
  skip_without_python()
  x <- as_tensor(matrix(1:6, 2))
  # newer releases of reticulate have a dim() for NumPy's arrays
  has_dim <- !is.null(utils::getS3method("dim", "numpy.ndarray", optional = TRUE))
  expect_identical(labels(x), if (has_dim) list(c("1", "2"), c("1", "2", "3")) else names(x))
  expect_error(is.na(x) <- 2, "write `x@r[...] <- NA`", fixed = TRUE, class = "pybridge_error_argument")
  words <- "write `x@r[...] <- value`"
  expect_error(split(x, 1:2) <- list(1, 2), words, fixed = TRUE, class = "pybridge_error_argument")
  expect_tensor(x, matrix(1:6, 2))
})

test_that("NA next to a tensor counts as in R, or the error names the dtype that has no NA", {
  skip_without_python()
  reals <- as_tensor(c(1.5, 4))
  wholes <- as_tensor(c(3L, 8L))
  mixed <- as_tensor(c(TRUE, FALSE))
  expect_tensor(sum(reals, NA), NaN, integer())
  expect_tensor(max(reals, NA_integer_), NaN, integer())
  for (x in list(reals, wholes)) {
    for (missing in list(NA, NA_integer_, c(2, NA))) {
      r <- as.vector(x)
      expect_tensor(sum(x, missing, na.rm = TRUE), sum(r, missing, na.rm = TRUE), integer())
      expect_tensor(range(x, missing, na.rm = TRUE), range(r, missing, na.rm = TRUE))
    }
  }
  words <- "NA, which a tensor of dtype int32 does not hold; `na.rm = TRUE` leaves NA out"
  expect_error(sum(wholes, NA), words, fixed = TRUE, class = "pybridge_error_missing_value")
  expect_error(max(wholes, c(1, NA)), words, fixed = TRUE, class = "pybridge_error_missing_value")
  expect_tensor(any(mixed, NA), any(c(TRUE, FALSE), NA), integer())
  expect_tensor(all(mixed, NA), all(c(TRUE, FALSE), NA), integer())
  expect_error(any(mixed@r[2], NA), "does not hold", class = "pybridge_error_missing_value")
  expect_error(all(mixed@r[1], NA), "does not hold", class = "pybridge_error_missing_value")
  expect_tensor(all(mixed@r[1], NA, na.rm = TRUE), TRUE, integer())
})

test_that("the arguments of log() have names in any order", {
  skip_without_python()
  x <- as_tensor(c(1, 8, 100))
  for (actual in list(log(base = 10, x = x), log(x = x, base = 10), log(x, 10), log(10, x = x))) {
    expect_equal(as.vector(actual), log(c(1, 8, 100), 10))
  }
  expect_equal(as.vector(log(base = 3, x = x)), log(c(1, 8, 100), 3))
})

test_that("symbols of Keras whose number of rows is unknown are put together", {
  skip_without_python()
  skip_without_module("keras")
  keras <- reticulate::import("keras", convert = FALSE)
  symbol <- function(columns) keras$KerasTensor(reticulate::tuple(NULL, columns))
  expect_identical(tensor_shape(cbind(symbol(3L), symbol(2L))), c(NA, 5L))
  expect_identical(tensor_shape(rbind(symbol(3L), symbol(3L))), c(NA, 3L))
  expect_error(rbind(symbol(3L), symbol(2L)), "must match", class = "pybridge_error_shape")
  expect_error(cbind(symbol(3L), 1:3), "known sizes", class = "pybridge_error_shape")
  expect_error(is.na(symbol(3L)), "symbol in traced code", class = "pybridge_error")
  expect_identical(labels(symbol(3L)), names(symbol(3L)))
})

test_that("a tensor in a line of text is printed in a document", {
  skip_without_python()
  skip_if_not_installed("knitr")
  frame <- list2env(list(x = as_tensor(array(c(2.5, 1, 3, 4), c(1, 2, 2)))), parent = globalenv())
  written <- knitr::knit(text = "One: `r x@r[1, 1, 1]`. Two: `r x@r[1, , 1]`.", quiet = TRUE, envir = frame)
  expect_identical(written, "One: 2.5. Two: 2.5, 1.")
})

test_that("the methods for every package of R go when the package is unloaded", {
  skip_without_python()
  lines <- run_r(c(
    "library(pybridge)",
    "x <- reticulate::np_array(c(1, 2))",
    "cat(hist(x, plot = FALSE)$xname, median(x), '\\n')",
    "unloadNamespace('pybridge')",
    "cat(tryCatch(hist(x), error = conditionMessage), '\\n')",
    "masked <- reticulate::import('numpy', convert = FALSE)$ma$array(c(1, 2), mask = c(TRUE, FALSE))",
    "cat(as.array(masked), '\\n')"
  ))
  expect_identical(trimws(utils::tail(lines, 3L)), c("x 1.5", "'x' must be numeric", "1 2"))
})
