# local_tensor_comparison(): testthat compares what tensors hold until the end of a scope, and then no longer.

cube <- array(1:30, c(2, 3, 5))

test_that("tensors and tables are compared by what they hold", {
  skip_without_python()
  local_edition(3)
  local_tensor_comparison()
  x <- as_tensor(cube)
  expect_success(expect_equal(x, cube))
  expect_success(expect_equal(x@r[2, , 1:2], cube[2, , 1:2]))
  expect_success(expect_equal(x, as_tensor(cube)))
  expect_success(expect_identical(x, cube))
  expect_success(expect_equal(list(a = x), list(a = cube)))
  expect_failure(expect_equal(x, cube[, , 1:2]), "dim\\(from_python\\(actual\\)\\)")
  wrong <- cube
  wrong[2, 1, 3] <- 0L
  expect_failure(expect_equal(x, wrong), "from_python\\(actual\\)")
  expect_failure(expect_equal(x, as_tensor(wrong)), "from_python\\(expected\\)")
  expect_failure(expect_identical(x, 1 * cube), "integer")
  skip_without_module("pandas")
  frame <- data.frame(u = c(1, 3), v = c("a", "b"))
  expect_success(expect_equal(to_python(frame), frame))
  expect_failure(expect_equal(to_python(frame), frame[2:1, ]), "actual")
})

test_that("other objects of Python stay as they are, and a tensor without values is an error", {
  skip_without_python()
  local_edition(3)
  local_tensor_comparison()
  module <- reticulate::import("json", convert = FALSE)
  expect_success(expect_identical(module, module))
  fun <- module$dumps
  expect_success(expect_identical(fun, fun))
  skip_without_module("torch")
  torch <- reticulate::import("torch", convert = FALSE)
  expect_error(expect_equal(torch$zeros(2L, device = "meta"), c(0, 0)), "meta device has no elements")
  expect_error(expect_equal(torch$eye(2L)$to_sparse(), diag(2)), "dense")
})

registered <- function() registered_method("compare_proxy", asNamespace("waldo"))

test_that("the comparison ends with its scope, and gives back what was there", {
  expect_null(registered())
  (function() {
    local_tensor_comparison()
    expect_identical(registered(), compare_tensor)
    (function() {
      local_tensor_comparison()
      expect_identical(registered(), compare_tensor)
    })()
    expect_identical(registered(), compare_tensor)
  })()
  expect_null(registered())
  other <- function(x, path) list(object = "another package's", path = path)
  registerS3method("compare_proxy", "python.builtin.object", other, asNamespace("waldo"))
  (function() local_tensor_comparison())()
  expect_identical(registered(), other)
  rm("compare_proxy.python.builtin.object", envir = methods_table(asNamespace("waldo")))
  lines <- run_r(c(
    "library(pybridge); loadNamespace('waldo')",
    "method <- function() getS3method('compare_proxy', 'python.builtin.object', TRUE, asNamespace('waldo'))",
    "cat('attached:', is.null(method()), '\\n')",
    "local({local_tensor_comparison(); cat('called:', is.null(method()), '\\n')})",
    "cat('over:', is.null(method()), '\\n')"
  ))
  expect_identical(
    trimws(grep("^(attached|called|over)", lines, value = TRUE)), c("attached: TRUE", "called: FALSE", "over: TRUE")
  )
})
