# R's own arrays, by R's own brackets as the oracle wherever R can say the same.
numbers <- array(1:30, c(2, 3, 5))

test_that("no Python is started for an R array", {
  lines <- run_r(c(
    "library(pybridge)",
    "x <- array(1:30, c(2, 3, 5))",
    "stopifnot(identical(r_slice(x, 2, 3, NA:2), c(6L, 12L)))",
    "r_slice(x, 1) <- 0L",
    "y <- r_assign(x, .., -1, value = 1)",
    "stopifnot(tensor_ndim(x) == 3L, tensor_dtype(x) == 'int32')",
    "cat(reticulate::py_available(), '\\n')"
  ))
  expect_identical(trimws(utils::tail(lines, 1L)), "FALSE")
})

test_that("an R array gives R arrays; one axis or none is a vector", {
  expect_identical(r_slice(numbers, 2), numbers[2, , ])
  expect_identical(r_slice(numbers, 2, 3, 5), 30L)
  expect_identical(r_slice(numbers, 2:2), numbers[2, , , drop = FALSE])
  expect_identical(r_slice(1:10, -3:NA), 8:10)
  expect_identical(r_slice(numbers, .., newaxis), array(numbers, c(2, 3, 5, 1)))
  expect_identical(r_slice(c(a = 1, b = 2), 2), 2)
  expect_identical(r_slice(c("a", "b"), 2:1), c("b", "a"))
  expect_identical(r_slice(c(TRUE, NA), c(FALSE, TRUE)), NA)
  expect_identical(r_slice(matrix(1:6, 2), rbind(c(1, 3), c(2, 1))), c(5L, 2L))
  expect_identical(r_slice(matrix(1:6, 2), matrix(1:6 %in% c(2L, 3L, 5L), 2)), c(3L, 5L, 2L))
  expect_identical(
    r_slice(matrix(1:6, 2), matrix(1:6 %in% c(2L, 3L, 5L), 2), order = "F"), c(2L, 3L, 5L)
  )
})

test_that("an assignment keeps the type and the names of an R array", {
  x <- matrix(1:6, 2, dimnames = list(c("a", "b"), NULL))
  r_slice(x, -1, 3:1) <- c(7, 8, 9)
  expect_identical(x, matrix(c(1L, 9L, 3L, 8L, 5L, 7L), 2, dimnames = list(c("a", "b"), NULL)))
  before <- x
  y <- r_assign(x, 1, value = NA)
  expect_identical(x, before)
  expect_identical(y[1, ], rep(NA_integer_, 3))
  expect_identical(r_assign(c(1, 2), 1, value = 5L), c(5, 2))
  expect_identical(r_assign(c(TRUE, FALSE), 2, value = 1), c(TRUE, TRUE))
  expect_identical(r_assign(1:3, c(1, 1), value = c(8L, 9L)), c(9L, 2L, 3L))
})

test_that("dialect = \"base\" is R's own bracket", {
  expect_identical(r_slice(1:5, -1, dialect = "base"), 2:5)
  expect_identical(r_slice(numbers, 1, , c(TRUE, FALSE), dialect = "base"), numbers[1, , c(1, 3, 5)])
  expect_identical(
    r_slice(numbers, 1, , , drop = FALSE, dialect = "base"), numbers[1, , , drop = FALSE]
  )
  expect_identical(r_slice(1:3, NULL, dialect = "base"), integer())
  expect_identical(r_slice(c(a = 1), "a", dialect = "base"), c(a = 1))
  expect_identical(r_assign(1:2, 4, value = 9L, dialect = "base"), c(1L, 2L, NA, 9L))
  expect_warning(r_assign(1:3, 1:3, value = 1:2, dialect = "base"), "multiple of replacement")
  expect_error(r_slice(numbers, 3, 1, 1, dialect = "base"), class = "pybridge_error_subscript_oob")
  expect_error(r_slice(numbers, 1, 1, dialect = "base"), class = "pybridge_error_subscript_count")
  expect_error(r_slice(1:3, c(-1, 1), dialect = "base"), class = "pybridge_error_subscript")
})

test_that("every message of an R array is that of a tensor", {
  skip_without_python()
  wrong <- expression(
    r_slice(x, 0), r_slice(x, 3), r_slice(x, , -4), r_slice(x, 1, 1, 1, 1), r_slice(x, NA),
    r_slice(x, c(1, NA)), r_slice(x, 2.5), r_slice(x, , c(1, 2.5)), r_slice(x, , c(1, 9)),
    r_slice(x, , 1:9), r_slice(x, , 3:1:2), r_slice(x, 1:2:0), r_slice(x, TRUE),
    r_slice(x, c(TRUE, NA)), r_slice(x, "a"), r_slice(x, c("a", "b")), r_slice(x, matrix(1, 2, 2)),
    r_slice(x, 1, matrix(1, 2, 2)), r_slice(x, matrix(TRUE, 2, 2)), r_slice(x, 1, matrix(TRUE, 1, 3)),
    r_slice(x, .., ..), r_slice(x, , , c(1:20)), r_slice(x, 1:Inf), r_slice(x, 0:1), r_slice(x, 3e9),
    r_slice(x, NA:7), r_slice(x, , c(NA, NA_real_)), r_slice(x, rbind(c(1, 1, 9), 1)), r_slice(x, Inf)
  )
  tensor <- as_tensor(numbers)
  for (code in wrong) {
    on_array <- tryCatch(eval(code, list(x = numbers)), error = identity)
    on_tensor <- tryCatch(eval(code, list(x = tensor)), error = identity)
    label <- deparse1(code)
    expect_identical(conditionMessage(on_array), conditionMessage(on_tensor), label = label)
    expect_identical(class(on_array), class(on_tensor), label = label)
  }
})

test_that("what is no array says so", {
  expect_snapshot(cran = TRUE, error = TRUE, {
    r_slice(NULL, 1)
    r_slice(mean, 1)
    r_slice(data.frame(a = 1), 1)
    r_slice(factor("a"), 1)
    r_slice(list(1), 1)
    r_assign(1:3, 1, value = list(1))
    r_assign(1:3, 1, value = 0.5)
    r_assign(1:3, 1, value = "a")
    r_assign(1:3, 1:2, value = 1:3)
  })
})
