# The values are facts of the contract: x holds 1, ..., 30 so that x[i, j, k] in R has a value of
# its own on every axis.
numbers <- array(1:30, c(2, 3, 5))

test_that("positions count from one, and ranges hold both their ends", {
  skip_without_python()
  x <- as_tensor(1:10)
  expect_equal(reticulate::py_str(x@r[1]), "1")
  expect_tensor(x@r[1:3], array(1:3))
  expect_tensor(x@r[NA:5], array(1:5))
  expect_tensor(x@r[6:NA], array(6:10))
  expect_equal(reticulate::py_str(x@r[-1]), "10")
  expect_tensor(x@r[-3:NA], array(8:10))
  expect_tensor(x@r[10:1:-3], array(c(10L, 7L, 4L, 1L)))
  expect_tensor(x@r[c(3, 1)], array(c(3L, 1L)))
})

test_that("a tensor is read as the R array is", {
  skip_without_python()
  x <- as_tensor(numbers)
  expect_tensor(x@r[2, , ], numbers[2, , ])
  expect_tensor(x@r[, 3:2, NA:4], numbers[, 3:2, 1:4])
  expect_tensor(x@r[.., c(5, 1)], numbers[, , c(5, 1)])
  expect_tensor(x@r[, newaxis, 2], array(numbers[, 2, ], c(2, 1, 5)))
  expect_tensor(r_slice(x, 1, drop = FALSE), numbers[1, , , drop = FALSE])
})

test_that("array_reshape() fills in row-major order", {
  skip_without_python()
  expect_tensor(array_reshape(as_tensor(1:6), c(3, 2)), matrix(1:6, 3, byrow = TRUE))
})
