# The same project used from R, through reticulate: its tensors hold what R's own arrays hold.

library(testthat)
library(pybridge)
columns <- reticulate::import_from_path("columns", Sys.getenv("TEST_KIT"), convert = FALSE)
np <- reticulate::import("numpy", convert = FALSE)

test_that("columns are centered", {
  x <- matrix(c(1, 3, 10, 30, 4, 2), 2)
  expect_same_tensor(columns$centered(np$array(x)), sweep(x, 2, colMeans(x)))
})

test_that("one number for each row", {
  x <- matrix(c(0, 3, 6, 1, 4, 7, 2, 5, 8), 3)
  expect_same_tensor(columns$less_by_row(np$array(x), np$array(c(1, 2, 3))), x - c(1, 2, 3))
})

test_that("images are cropped", {
  x <- array(1:128, c(2, 8, 8))
  expect_same_tensor(columns$cropped(np$array(x), 2L), x[, 3:6, 3:6])
})
