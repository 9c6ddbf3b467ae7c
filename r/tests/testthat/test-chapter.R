# The subscripts of a book's chapter on tensors (its sections 2.2.5 to 2.3.2): each with the result
# that it prints. The images have the shape and dtype of MNIST's.

np <- NULL
images <- NULL
labels <- NULL

use_chapter_data <- function(env = parent.frame()) {
  skip_without_python()
  np <<- reticulate::import("numpy", convert = FALSE)
  images <<- np$zeros(reticulate::tuple(60000L, 28L, 28L), "uint8")
  labels <<- np$array(list(5L, 0L, 4L, 1L, 9L), "uint8")
}

printed <- function(x) {
  paste(capture.output(print(x)), collapse = "\n")
}

test_that("a tensor has axes, a shape and a dtype", {
  use_chapter_data()
  expect_identical(tensor_ndim(images), 3L)
  expect_identical(tensor_shape(images), c(60000L, 28L, 28L))
  expect_identical(tensor_dtype(images), "uint8")
})

test_that("one position of one axis is a scalar, one of three a matrix", {
  use_chapter_data()
  expect_identical(printed(labels@r[5]), "np.uint8(9)")
  expect_identical(printed(images@r[5, , ]$shape), "(28, 28)")
  digit <- reticulate::py_to_r(images@r[5, , ])
  expect_identical(dim(digit), c(28L, 28L))
})

test_that("R counts from one and includes the end; Python does neither", {
  use_chapter_data()
  x <- reticulate::np_array(1:10)
  expect_identical(printed(x@r[1]), "np.int32(1)")
  expect_identical(printed(x@py[1]), "np.int32(2)")
  expect_identical(printed(x@r[1:3]), "array([1, 2, 3], dtype=int32)")
  expect_identical(printed(x@py[1:3]), "array([2, 3], dtype=int32)")
})

test_that("NA is an open end", {
  use_chapter_data()
  x <- reticulate::np_array(1:10)
  expect_identical(printed(x@r[NA:5]), "array([1, 2, 3, 4, 5], dtype=int32)")
  expect_identical(printed(x@r[6:NA]), "array([ 6,  7,  8,  9, 10], dtype=int32)")
})

test_that("trailing axes are filled, in four ways alike", {
  use_chapter_data()
  expect_identical(printed(images@r[10:99]$shape), "(90, 28, 28)")
  expect_identical(printed(images@r[10:99, , ]$shape), "(90, 28, 28)")
  expect_identical(printed(images@r[10:99, NA:NA, NA:NA]$shape), "(90, 28, 28)")
  expect_identical(printed(images@r[10:99, 1:28, 1:28]$shape), "(90, 28, 28)")
})

test_that("the bottom-right corner of all images", {
  use_chapter_data()
  expect_identical(printed(images@r[, 15:NA, 15:NA]$shape), "(60000, 14, 14)")
})

test_that("newaxis and .. make and skip axes", {
  use_chapter_data()
  expect_identical(printed(images$shape), "(60000, 28, 28)")
  expect_identical(printed(images@r[newaxis]$shape), "(1, 60000, 28, 28)")
  expect_identical(printed(images@r[, newaxis]$shape), "(60000, 1, 28, 28)")
  expect_identical(printed(images@r[, NULL]$shape), "(60000, 1, 28, 28)")
  expect_identical(printed(images@r[.., newaxis]$shape), "(60000, 28, 28, 1)")
  expect_identical(printed(images@r[.., newaxis, ]$shape), "(60000, 28, 1, 28)")
})

test_that("negative numbers count from the end", {
  use_chapter_data()
  x <- reticulate::np_array(1:10)
  expect_identical(printed(x@r[-1]), "np.int32(10)")
  expect_identical(printed(x@r[-3:NA]), "array([ 8,  9, 10], dtype=int32)")
  expect_identical(printed(images@r[, 8:-8, 8:-8]$shape), "(60000, 14, 14)")
})

test_that("batches, by a range and by a stored vector", {
  use_chapter_data()
  expect_identical(printed(images@r[1:128, , ]$shape), "(128, 28, 28)")
  expect_identical(printed(images@r[129:256, , ]$shape), "(128, 28, 28)")
  n <- 3
  ids <- seq(to = 128 * n, length.out = 128)
  expect_identical(printed(images@r[ids, , ]$shape), "(128, 28, 28)")
  numbers <- np$arange(1L, 60001L)
  expect_identical(
    reticulate::py_to_r(numbers@r[ids]), reticulate::py_to_r(numbers@r[257:384])
  )
})

test_that("broadcasting by an explicit axis", {
  use_chapter_data()
  y <- np$arange(10, dtype = "float64")
  y <- y@r[newaxis, ..]
  expect_identical(printed(y$shape), "(1, 10)")
  expect_identical(printed(np$tile(y, list(32L, 1L))$shape), "(32, 10)")

  x <- as_tensor(array(as.double(1:120), c(4, 3, 5, 2)))
  y <- as_tensor(array(as.double(1:10), c(5, 2)))
  explicit <- x + y@r[newaxis, newaxis, ..]
  expect_true(all(reticulate::py_to_r(np$equal(x + y, explicit))))
})

test_that("products and transposes", {
  use_chapter_data()
  x <- np$arange(1, 33, dtype = "float64")
  expect_equal(reticulate::py_to_r(x %*% x), sum((1:32)^2))
  m <- as_tensor(array(1:6, c(3, 2)))
  expect_tensor(t(m), matrix(1:6, 2, byrow = TRUE))
})
