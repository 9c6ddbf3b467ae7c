# One corpus, both languages: here through the brackets on tensors, and on R's own arrays.

test_that("the corpus has cases of every kind", {
  expect_gt(length(corpus("tensor", assigns = FALSE)), 100L)
  expect_gt(length(corpus("tensor", assigns = TRUE)), 10L)
})

test_that("every read of a tensor in the corpus has the expected result", {
  skip_without_python()
  for (case in corpus(assigns = FALSE)) {
    expect_case(case, on_array = FALSE)
  }
})

test_that("every assignment to a tensor in the corpus has the expected result", {
  skip_without_python()
  for (case in corpus(assigns = TRUE)) {
    expect_case(case, on_array = FALSE)
  }
})

# R has no array without axes: those cases are for tensors alone.
on_arrays <- function(cases) {
  Filter(function(case) length(case$shape) > 0L, cases)
}

test_that("every read of an R array in the corpus has the expected result", {
  for (case in on_arrays(corpus(assigns = FALSE))) {
    expect_case(case, on_array = TRUE)
  }
})

test_that("every assignment to an R array in the corpus has the expected result", {
  for (case in on_arrays(corpus(assigns = TRUE))) {
    expect_case(case, on_array = TRUE)
  }
})

test_that("a wrong value, shape and class each fail a case", {
  case <- list(
    id = "wrong", dialect = "tensor", shape = list(2L, 3L), subscripts = "1",
    expected = list(shape = list(3L), values = list(1, 2, 3))
  )
  expect_success(expect_equal(as.vector(run_case(case, TRUE)), c(1, 2, 3)))
  case$expected$values[[3L]] <- 4
  expect_failure(expect_case(case, on_array = TRUE))
  case$expected <- list(shape = list(1L, 3L), values = list(1, 2, 3))
  expect_failure(expect_case(case, on_array = TRUE))
  case$expected <- list(error = "pybridge_error_subscript_oob")
  expect_failure(expect_case(case, on_array = TRUE))
})
