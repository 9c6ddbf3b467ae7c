# The expectation for other packages: it holds where it should, and fails on every kind of fault.

cube <- array(1:30, c(2, 3, 5))

test_that("a tensor that holds what the array holds passes", {
  skip_without_python()
  x <- as_tensor(cube)
  expect_success(expect_same_tensor(x, cube))
  expect_success(expect_same_tensor(x@r[2, , 1:2], cube[2, , 1:2]))
  expect_success(expect_same_tensor(x@r[2, 3, 5], 30L))
  expect_success(expect_same_tensor(as_tensor(array(c(1, NaN))), c(1, NA)))
  expect_success(expect_same_tensor(as_tensor(array(c(TRUE, FALSE))), c(TRUE, FALSE)))
  expect_success(expect_same_tensor(as_tensor(array(0.1 + 0.2)), 0.3, tolerance = 1e-15))
  expect_identical(expect_same_tensor(x, cube), x)
})

test_that("R's own arrays are taken too", {
  expect_success(expect_same_tensor(r_slice(cube, 2, , 1), cube[2, , 1]))
  expect_failure(expect_same_tensor(cube, aperm(cube)), "the shape is 2 x 3 x 5, not 5 x 3 x 2")
})

test_that("a wrong value, order, shape and kind each fail, and the code can be pasted", {
  skip_without_python()
  x <- as_tensor(cube)
  wrong <- cube
  wrong[2, 1, 3] <- 0L
  expect_failure(expect_same_tensor(x, wrong), "1 of 30 elements differ, the first at \\[2, 1, 3\\]: 14, not 0")
  expect_failure(expect_same_tensor(x@r[1, 1, 5:1], cube[1, 1, ]), "4 of 5 elements differ, the first at \\[1\\]")
  expect_failure(expect_same_tensor(x@r[1], cube), "`x@r\\[1\\]`: the shape is 3 x 5, not 2 x 3 x 5")
  expect_failure(expect_same_tensor(x@r[1, , ], 1 * cube[1, , ]), "the kind is integer \\(int32\\), not double")
  expect_failure(expect_same_tensor(as_tensor(array(c(NaN, 2))), c(1, NA)), "2 of 2")
  expect_failure(expect_same_tensor(as_tensor(array(1.1)), 1, tolerance = 0.01), "1 of 1")
  expect_failure(expect_same_tensor(as_tensor(array(1L)), 2L, tolerance = 1), "1 of 1")
  expect_failure(expect_same_tensor(as_tensor(array(TRUE)), FALSE, tolerance = 1), "1 of 1")
  expect_failure(expect_same_tensor(as_tensor(array(c(1, Inf))), c(Inf, 1), tolerance = 0.5), "2 of 2")
  failure <- tryCatch(expect_same_tensor(x, wrong), expectation = conditionMessage)
  pasted <- new.env()
  eval(parse(text = sub(".*paste into R:\n", "", failure)), pasted)
  expect_identical(pasted$found, cube)
  expect_identical(pasted$wanted, wrong)
})

test_that("other objects are an error", {
  expect_error(expect_same_tensor(cube, list(1)), class = "pybridge_error")
})

test_that("a number that R does not hold is a difference, and narrow reals are compared", {
  skip_without_python()
  reticulate::py_run_string("import numpy as np")
  wide <- reticulate::py_eval("np.array([2**53 + 1, 5])", convert = FALSE)
  expect_failure(expect_same_tensor(wide, c(1L, 5L)), "element \\[1\\] is 9007199254740993")
  skip_without_module("ml_dtypes")
  narrow <- reticulate::py_eval("np.array([1, 2.5], __import__('ml_dtypes').bfloat16)", convert = FALSE)
  expect_success(expect_same_tensor(narrow, c(1, 2.5)))
  expect_failure(expect_same_tensor(narrow, c(1, 2)), "2.5, not 2")
})
