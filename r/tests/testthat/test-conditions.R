numbers <- array(1:30, c(2, 3, 5))

test_that("an error has R's classes, the user's call and the fields of the message", {
  skip_without_python()
  x <- as_tensor(numbers)
  condition <- tryCatch(x@r[1, 2, 9], error = identity)
  expect_identical(
    class(condition),
    c(
      "pybridge_error_subscript_oob", "pybridge_error_subscript", "pybridge_error", "error",
      "condition"
    )
  )
  expect_identical(conditionCall(condition), quote(x@r[1, 2, 9]))
  expect_identical(
    condition[c("position", "axis", "size", "subscript")],
    list(position = 9L, axis = 3L, size = 5L, subscript = "9")
  )
  same <- tryCatch(r_slice(numbers, 1, 2, 9), error = identity)
  expect_identical(class(same), class(condition))
  expect_identical(conditionMessage(same), conditionMessage(condition))
  expect_equal(same[c("position", "axis", "size")], condition[c("position", "axis", "size")])
})

test_that("the call of an assignment names the user's variable", {
  skip_without_python()
  y <- as_tensor(numbers)
  expect_identical(conditionCall(tryCatch(y@r[9, NA:2] <- 1, error = identity)), quote(y@r[9, NA:2] <- 1))
  expect_identical(conditionCall(tryCatch(y@r[9] <- c(1, 2), error = identity)), quote(y@r[9] <- c(1, 2)))
  expect_identical(conditionCall(tryCatch(y@py[9] <- 1, error = identity)), quote(y@py[9] <- 1))
  expect_identical(
    conditionCall(tryCatch(r_slice(y, 9) <- 1, error = identity)), quote(r_slice(y, 9) <- 1)
  )
  write <- function(tensor, place) tensor@r[place] <- 1
  condition <- tryCatch(write(y, 9), error = identity)
  expect_identical(conditionCall(condition), quote(tensor@r[place] <- 1))
})

test_that("no Python traceback reaches the user, and no message has more than three lines", {
  skip_without_python()
  x <- as_tensor(numbers)
  for (code in expression(
    x@r[0], x@r[1, 1, 1, 1], x@r[TRUE], x@r["a"], x@r[1] <- 0.5, x@py[9], x@py["a"], r_slice(1, 2)
  )) {
    text <- conditionMessage(tryCatch(eval(code), error = identity))
    expect_lte(length(strsplit(text, "\n")[[1L]]), 2L)
    expect_no_match(text, "Traceback|py_last_error")
  }
})

test_that("a warning of Python is a warning of R", {
  skip_without_python()
  v <- as_tensor(array(c(1, 2, 3)))
  condition <- tryCatch(v@r[1:3, dialect = "base"] <- c(7, 8), warning = identity)
  expect_s3_class(condition, c("pybridge_warning_recycling", "pybridge_warning", "warning", "condition"),
    exact = TRUE
  )
  expect_identical(conditionCall(condition), quote(v@r[1:3, dialect = "base"] <- c(7, 8)))
})

test_that("an error in the user's own code stays the user's", {
  skip_without_python()
  x <- as_tensor(numbers)
  expect_error(x@r[no_such_variable], "object 'no_such_variable' not found", fixed = TRUE)
  expect_error(x@r[stop("mine")], "mine", fixed = TRUE)
  expect_error(x@r[1:stop("mine")], "mine", fixed = TRUE)
})

test_that("every message about subscripts", {
  skip_without_python()
  x <- as_tensor(numbers)
  v <- as_tensor(array(1:10))
  expect_snapshot(cran = TRUE, error = TRUE, {
    v@r[0]
    v@r[11]
    v@r[-11]
    v@r[3e9]
    v@r[2.5]
    v@r[Inf]
    v@r[NA]
    v@r[NA_integer_]
    v@r[c(1, NA)]
    v@r[c(1, 2.5)]
    v@r[c(3, 0)]
    v@r[1:20]
    v@r[1:12]
    v@r[0:3]
    v@r[1:Inf]
    v@r[1:5:-1]
    v@r[1:10:0]
    v@r["a":3]
    v@r[c(1, 2):3]
    v@r[NULL:3]
    v@r[TRUE]
    v@r[c(TRUE, NA)]
    x@r[matrix(TRUE, 2, 2)]
    x@r[matrix(1, 2, 2)]
    x@r[1, matrix(1, 2, 2)]
    x@r[1, 2, 3, 4]
    x@r[.., ..]
    v@r["a"]
    v@r[factor("a")]
    v@r[list(1)]
    v@r[mean]
    v@r[data.frame(a = 1)]
    v@r[as.Date("2024-01-01")]
    v@r[1i]
    v@r[as.raw(1)]
    v@r[quote(a)]
    v@r[i = 3]
    v@r[1, drop = NA]
    v@r[1, dialect = "bse"]
    v@r[1, order = 1]
    v@r[c(1, -1), dialect = "base"]
    v@r[12, dialect = "base"]
  })
})

test_that("every message about values", {
  skip_without_python()
  v <- as_tensor(array(1:10))
  expect_snapshot(cran = TRUE, error = TRUE, {
    v@r[1] <- 0.5
    v@r[1] <- NA
    v@r[1] <- "a"
    v@r[1] <- 1i
    v@r[1:3] <- 1:2
    v@r[1] <- list(1)
    v@r[1] <- factor("a")
    v@r[1] <- NULL
    v@r[1, drop = FALSE] <- 1
    v@r[20, dialect = "base"] <- 1
  })
})
