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

test_that("reshaping and recycling reach tensors", {
  skip_without_python()
  x <- as_tensor(numbers)
  expect_tensor(array_reshape(x, c(6, -1)), array_reshape(numbers, c(6, -1)))
  expect_tensor(array_reshape(x, c(NA, 6), order = "F"), array(numbers, c(5, 6)))
  expect_tensor(array_reshape(as_tensor(1:6), c(3, 2)), matrix(1:6, 3, byrow = TRUE))
  error <- tryCatch(array_reshape(x, c(7, 4)), error = identity)
  expect_s3_class(error, "pybridge_error_reshape")
  expect_identical(conditionCall(error), quote(array_reshape(x, c(7, 4))))

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

test_that("what comes out of a tensor has the convert flag of what went in, and stays in Python", {
  skip_without_python()
  flag <- function(x) get("convert", envir = x)
  for (convert in c(TRUE, FALSE)) {
    np <- reticulate::import("numpy", convert = FALSE)
    x <- np$arange(6L)$reshape(2L, 3L)
    assign("convert", convert, envir = x)
    i <- 2
    results <- list(
      x@r[1], x@r[1, 2], x@r[c(1, 2)], x@r[1:i, NA:2], x@r[x > 2L], x@r[-1, dialect = "base"],
      x@py[0L], x@py[0L, 1L], r_slice(x, 1), r_slice(x, c(1, 2)), r_assign(x, 1, value = 0L),
      array_reshape(x, c(3, 2)), array_reshape(x, 6, order = "F"), t(x), t(x@r[1]), aperm(x),
      recycle(x, x)[[2L]], recycle(x, 7)[[2L]], recycle(7, x)[[1L]], broadcast(x, 1:3)[[1L]],
      broadcast(1:3, x)[[1L]], recycle(x, 1:2)[[2L]]
    )
    for (k in seq_along(results)) {
      expect_s3_class(results[[k]], "python.builtin.object")
      expect_identical(flag(results[[k]]), convert, label = paste("the flag of result", k))
    }
    y <- x
    y@r[1] <- 9L
    r_slice(y, 2, 1) <- 8L
    expect_identical(flag(y), convert)
    expect_identical(flag(x), convert)
  }
  x <- np$arange(6L)$reshape(2L, 3L)
  y <- x@py[NA:NA]
  assign("convert", TRUE, envir = y)
  both <- recycle(x, y)
  expect_identical(c(flag(both[[1L]]), flag(both[[2L]])), c(FALSE, TRUE))
  expect_identical(y@r[1]$ndim, 1L)
  expect_identical(y@r[1]$tolist(), 0:2)
  expect_warning(second <- recycle(y@r[1], 1:2)[[2L]], class = "pybridge_warning_recycling")
  expect_true(flag(second))
})

test_that("a tensor without the flag has it on, by reticulate's rule", {
  skip_without_python()
  x <- as_tensor(numbers)
  rm("convert", envir = x)
  expect_identical(x@r[1]$ndim, 2L)
})
