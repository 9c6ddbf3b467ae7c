# x@py, and what views refuse: other uses than brackets, tuples, spliced lists.

numbers <- array(1:30, c(2, 3, 5))

test_that("x@py counts from zero and leaves every rule to Python", {
  skip_without_python()
  x <- as_tensor(numbers)
  expect_tensor(x@py[1], numbers[2, , ])
  expect_tensor(x@py[, 0:2], numbers[, 1:2, ])
  expect_tensor(x@py[.., -1], numbers[, , 5])
  expect_tensor(x@py[NA:NA:-1, NA:1], numbers[2:1, 1, ], c(2, 1, 5))
  expect_tensor(x@py[, newaxis, 0, c(4, 0)], numbers[, 1, c(5, 1)], c(2, 1, 2))
  expect_tensor(x@py[c(TRUE, FALSE)], numbers[1, , , drop = FALSE])
  x@py[0, 0, 0] <- 100L
  expect_equal(reticulate::py_to_r(x@r[1, 1, 1]), 100L)
  items <- reticulate::py_eval("{'a': 3}", convert = FALSE)
  expect_equal(reticulate::py_to_r(items@py["a"]), 3L)
})

test_that("other uses of a view are errors", {
  skip_without_python()
  x <- as_tensor(numbers)
  expect_snapshot(cran = TRUE, error = TRUE, {
    x@foo
    x@r$shape
    x@r[[1]]
    x@r <- 0
    x@py[9]
    x@py[0, drop = FALSE]
    x@py[c(1, NA)]
    reticulate::py_eval("[1, 2]", convert = FALSE)@r[1]
  })
})

test_that("a view is for brackets, and a tuple alone is several subscripts", {
  skip_without_python()
  x <- as_tensor(numbers)
  for (code in expression(head(x@r), tail(x@py), str(x@r), utils::str(x@py), lapply(x@r, identity))) {
    expect_error(eval(code), class = "pybridge_error_argument")
  }
  expect_error(head(x@r), "write `x@r[...]`", fixed = TRUE)
  tuple <- reticulate::tuple
  expect_equal(reticulate::py_to_r(x@r[tuple(2L, 3L, 5L)]), 30L)
  expect_tensor(x@r[tuple(2L, 3L)], numbers[2, 3, ])
  rows <- as_tensor(array(2:1))
  columns <- as_tensor(array(c(3L, 1L)))
  expect_tensor(x@r[tuple(rows, columns)], numbers[2:1, c(3, 1), ])
  expect_tensor(x@py[tuple(1L, 2L)], numbers[2, 3, ])
  expect_identical(r_slice(numbers, tuple(2L, 3L)), numbers[2, 3, ])
  expect_error(x@r[tuple(1L, 2L), 1], "write its parts", class = "pybridge_error_subscript_type")
  x@r[tuple(2L, 3L, 5L)] <- 0L
  expect_tensor(x, replace(numbers, 30, 0L))
})

test_that("`!!!` outside tidy evaluation is R's `!`, and a list after it is an error with advice", {
  skip_without_python()
  x <- as_tensor(numbers)
  mask <- c(TRUE, FALSE)
  negated <- x@r[!!!mask]
  expect_tensor(negated, numbers[2, , , drop = FALSE])
  i <- list(2, 3)
  error <- tryCatch(x@r[!!!i], error = identity) # expect_error() would splice
  expect_s3_class(error, "pybridge_error_subscript_type")
  expect_match(conditionMessage(error), "rlang::inject(x@r[!!!i])", fixed = TRUE)
  expect_tensor(rlang::inject(x@r[!!!i]), numbers[2, 3, ])
  expect_tensor(do.call(`[`, c(list(x@r), i)), numbers[2, 3, ])
  expect_error(x@r[1:end], "the last position is -1", class = "pybridge_error_subscript_type")
  expect_error(x@r[value = 2], class = "pybridge_error_subscript_type")
  expect_error(x@py[value = 2], class = "pybridge_error_subscript_type")
  expect_error(x@r[1, value = 2], "`value =`", fixed = TRUE)
})
