# The oracle is R's own which(), which.max(), which.min(), order() and arrayInd(), called here.

vectors <- list(
  c(3, 1, 2, 3, 1), c(NA, -Inf, NaN, -Inf), c(NaN, NA), numeric(), c(2L, 7L, 7L),
  c(0, -0, 0)
)
arrays <- list(
  matrix(c(3, 9, 4, 9, NA, 1), 2), array(c(5:1, 3:8, 1:19), c(2, 3, 5)), matrix(0, 0, 3),
  matrix(NaN, 2, 2)
)

at <- function(k, x) if (is.null(dim(x))) k else arrayInd(k, dim(x))

values_of <- function(positions) {
  if (!inherits(positions, "python.builtin.object")) {
    return(positions)
  }
  value <- reticulate::py_to_r(positions$astype("int32"))
  if (length(dim(value)) == 1L) as.vector(value) else value
}

expect_positions <- function(make) {
  for (x in c(vectors, arrays)) {
    tensor <- make(x)
    flat <- as.vector(x)
    expect_identical(values_of(tensor_which_max(tensor)), at(which.max(flat), x))
    expect_identical(values_of(tensor_which_min(tensor)), at(which.min(flat), x))
    for (decreasing in c(FALSE, TRUE)) {
      for (na_last in c(TRUE, FALSE, NA)) {
        expect_identical(
          values_of(tensor_order(tensor, decreasing, na_last)),
          at(order(flat, decreasing = decreasing, na.last = na_last), x)
        )
      }
    }
    mask <- !is.na(x) & x > 2
    expect_identical(values_of(tensor_which(make(mask))), at(which(as.vector(mask)), x))
  }
  # an integer(0) from R has no dim, an empty matrix of coordinates has one
  m <- arrays[[1L]]
  expect_identical(values_of(tensor_which_max(make(m), 1)), apply(m, 2, which.max))
  expect_identical(values_of(tensor_which_min(make(m), axis = -1)), apply(m, 1, which.min))
  a <- arrays[[2L]]
  expect_identical(values_of(tensor_which_max(make(a), 2)), apply(a, c(1, 3), which.max))
  expect_identical(values_of(tensor_which_max(make(matrix(NaN, 2, 2)), 1)), c(0L, 0L))
  mask <- a > 4
  expect_identical(
    values_of(tensor_which(make(mask), order = "C")),
    unname(which(aperm(mask), arr.ind = TRUE)[, 3:1])
  )
}

test_that("positions of R arrays are R's own, and start no Python", {
  expect_positions(identity)
  expect_identical(tensor_which(c(TRUE, NA, FALSE, TRUE)), c(1L, 4L))
  expect_identical(tensor_which_max(c(2, 5, 5), 1), 2L)
  expect_identical(tensor_which_max(array(c(2, 5, 5))), 2L)
})

test_that("positions of tensors are R's own", {
  skip_without_python()
  expect_positions(as_tensor)
})

test_that("what comes out goes straight in, in every library", {
  skip_without_python()
  x <- c(3, NaN, 1, 4, 1)
  for (library in libraries_asked_for(c("tensorflow", "jax", "torch", "dask"))) {
    tensor <- switch(library,
      tensorflow = reticulate::import("tensorflow", convert = FALSE)$constant(as_tensor(array(x))),
      jax = reticulate::import("jax.numpy", convert = FALSE)$asarray(as_tensor(array(x))),
      torch = reticulate::import("torch", convert = FALSE)$asarray(as_tensor(array(x))),
      dask = reticulate::import("dask.array", convert = FALSE)$from_array(as_tensor(array(x)))
    )
    expect_equal(as.vector(as.array(tensor@r[tensor_order(tensor)])), sort(x, na.last = TRUE))
    expect_equal(as.vector(as.array(tensor@r[tensor_which_max(tensor)])), 4)
  }
})

test_that("the same calls are errors in both halves", {
  skip_without_python()
  for (make in list(identity, as_tensor)) {
    x <- make(matrix(1:6, 2))
    expect_error(tensor_which(x), "takes logicals", class = "pybridge_error_tensor")
    expect_error(tensor_which_max(x, 3), "from 1 to 2", class = "pybridge_error_argument")
    expect_error(tensor_which_max(x, 0), "from 1 to 2", class = "pybridge_error_argument")
    expect_error(tensor_which_max(x, 1.5), "`axis`", class = "pybridge_error_argument")
    expect_error(tensor_which_max(x, 1:2), "`axis`", class = "pybridge_error_argument")
    expect_error(tensor_which(x, "K"), "\"C\" or \"F\"", class = "pybridge_error_argument")
    expect_error(tensor_order(x, NA), "`decreasing`", class = "pybridge_error_argument")
    expect_error(tensor_order(x, na_last = "no"), "`na_last`", class = "pybridge_error_argument")
    expect_error(tensor_order(make(c(1i, 2))), "compares numbers", class = "pybridge_error_tensor")
  }
  expect_identical(
    conditionCall(tryCatch(tensor_order(as_tensor(1i)), error = identity)),
    quote(tensor_order(as_tensor(1i)))
  )
})

test_that("messages name the functions of R", {
  skip_without_python()
  x <- as_tensor(c(3, 1, 2))
  expect_error(tensor_which(x), "tensor_which() takes logicals", fixed = TRUE, class = "pybridge_error_tensor")
  text <- as_tensor(array(c("a", "b")))
  expect_error(tensor_which_max(text), "tensor_which_max()", fixed = TRUE)
  expect_error(tensor_order(text), "tensor_order()", fixed = TRUE)
})
