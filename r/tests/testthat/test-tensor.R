numbers <- array(1:30, c(2, 3, 5))

test_that("shape, axes and dtype of R arrays are those of the tensors that they become", {
  expect_identical(tensor_shape(numbers), c(2L, 3L, 5L))
  expect_identical(tensor_shape(1:4), 4L)
  expect_identical(tensor_ndim(numbers), 3L)
  expect_identical(tensor_ndim(7), 1L)
  for (x in list(c(TRUE, FALSE), 1:2, c(1, 2), c(1i, 2))) {
    skip_without_python()
    expect_identical(tensor_dtype(x), tensor_dtype(as_tensor(x)))
  }
})

test_that("shape, axes and dtype of tensors", {
  skip_without_python()
  np <- reticulate::import("numpy", convert = FALSE)
  x <- as_tensor(numbers, "float32")
  expect_identical(tensor_shape(x), c(2L, 3L, 5L))
  expect_identical(tensor_ndim(x), 3L)
  expect_identical(tensor_dtype(x), "float32")
  expect_identical(tensor_shape(np$float64(3)), integer())
  expect_identical(tensor_ndim(np$float64(3)), 0L)
  wide <- np$broadcast_to(np$float32(1), reticulate::py_eval("(3, 2**31)", convert = FALSE))
  expect_identical(tensor_shape(wide), c(3, 2^31))
  expect_error(tensor_shape(reticulate::py_eval("'a'", convert = FALSE)), class = "pybridge_error_tensor")
  expect_error(tensor_dtype(list()), class = "pybridge_error_tensor")
})

test_that("dim(), nrow(), t(), aperm(), %*% and str() do on a tensor what they do on its array", {
  skip_without_python()
  x <- as_tensor(numbers)
  m <- numbers[, , 1]
  expect_identical(dim(x), dim(numbers))
  expect_identical(c(nrow(x), ncol(x), length(x)), c(2L, 3L, 30L))
  expect_tensor(t(x@r[, , 1]), t(m))
  expect_tensor(t(as_tensor(array(1:3))), t(1:3))
  expect_tensor(aperm(x), aperm(numbers))
  expect_tensor(aperm(x, c(3, 1, 2)), aperm(numbers, c(3, 1, 2)))
  expect_tensor(x@r[, , 1] %*% t(x@r[, , 2]), m %*% t(numbers[, , 2]))
  expect_tensor(diag(2) %*% x@r[, , 1], diag(2) %*% m)
  expect_identical(as.array(x), numbers)
  expect_output(str(x), "<numpy.ndarray shape(2,3,5), dtype=int32>", fixed = TRUE)
  expect_snapshot(cran = TRUE, error = TRUE, {
    t(x)
    aperm(x, c(1, 1, 2))
    x %*% x
  })
})

test_that("a method that another package has stays", {
  skip_without_python()
  table <- get(".__S3MethodsTable__.", baseenv())
  expect_identical(environmentName(topenv(environment(table[["dim.numpy.ndarray"]]))), "pybridge")
  registerS3method("aperm", "torch.Tensor", function(a, perm, ...) "theirs", baseenv())
  register_missing_methods()
  theirs <- table[["aperm.torch.Tensor"]]
  registerS3method("aperm", "torch.Tensor", tensor_aperm, baseenv())
  expect_identical(theirs(NULL), "theirs")
})

test_that("reshaping and recycling reach tensors", {
  skip_without_python()
  x <- as_tensor(numbers)
  expect_tensor(array_reshape(x, c(6, -1)), array_reshape(numbers, c(6, -1)))
  expect_tensor(array_reshape(x, c(NA, 6), order = "F"), array(numbers, c(5, 6)))
  expect_tensor(array_reshape(as_tensor(1:6), c(3, 2)), matrix(1:6, 3, byrow = TRUE))
  found <- tryCatch(array_reshape(x, c(7, 4)), error = identity)
  expect_s3_class(found, "pybridge_error_reshape")
  expect_identical(conditionCall(found), quote(array_reshape(x, c(7, 4))))

  m <- as_tensor(matrix(1:6, 2))
  both <- recycle(m, c(10L, 20L))
  expect_length(both, 2L)
  expect_tensor(both[[2L]], matrix(c(10, 20), 2, 3))
  expect_tensor(recycled("+")(m, c(10L, 20L)), matrix(1:6, 2) + c(10L, 20L))
  expect_tensor(broadcast(m, 1:3)[[2L]], rbind(1:3, 1:3))
  expect_tensor(broadcast(m, 1:2, align = "leading")[[2L]], matrix(1:2, 2, 3))
  expect_tensor(recycle(m, 7)[[2L]], matrix(7, 2, 3))
  expect_warning(recycle(as_tensor(1:3), 1:2), class = "pybridge_warning_recycling")
  expect_error(recycle(m, as_tensor(matrix(1:6, 3))), class = "pybridge_error_recycling")
  expect_error(broadcast(m, 1:2), class = "pybridge_error_broadcast")
  expect_error(recycle(m, c(1L, NA)), class = "pybridge_error_conversion")
  expect_identical(explain_shapes(m, 2)$verdict, "recycling only")
})
