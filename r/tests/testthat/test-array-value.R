test_that("a value that would lose information is an error", {
  expect_error(r_assign(1:3, 1, value = 0.5), class = "pybridge_error_assignment_lossy")
  expect_error(r_assign(1:3, 1, value = NaN), class = "pybridge_error_assignment_lossy")
  expect_error(r_assign(1:3, 1, value = 1e10), class = "pybridge_error_assignment_lossy")
  expect_error(r_assign(c(1, 2), 1, value = 1i), class = "pybridge_error_assignment_lossy")
  expect_error(r_assign(TRUE, 1, value = 2L), class = "pybridge_error_assignment_lossy")
  expect_error(r_assign(1:3, 1, value = "a"), class = "pybridge_error_assignment")
})

test_that("a value broadcasts by NumPy's rule", {
  x <- matrix(0, 2, 3)
  expect_identical(r_assign(x, .., value = c(1, 2, 3)), rbind(c(1, 2, 3), c(1, 2, 3)))
  expect_identical(r_assign(x, .., value = matrix(1:2)), matrix(as.double(1:2), 2, 3))
  expect_identical(r_assign(x, 1, value = array(1:3, c(1, 1, 3)))[1, ], c(1, 2, 3))
  expect_error(r_assign(x, .., value = c(1, 2)), class = "pybridge_error_assignment")
})
