# R's own arrays; R's own brackets are the oracle where they can select the same.
numbers <- array(1:30, c(2, 3, 5))

test_that("no Python is started for an R array", {
  lines <- run_r(c(
    "library(pybridge)",
    "x <- array(1:30, c(2, 3, 5))",
    "stopifnot(identical(r_slice(x, 2, 3, NA:2), c(6L, 12L)))",
    "r_slice(x, 1) <- 0L",
    "y <- r_assign(x, .., -1, value = 1)",
    "stopifnot(tensor_ndim(x) == 3L, tensor_dtype(x) == 'int32')",
    "cat(reticulate::py_available(), '\\n')"
  ))
  expect_identical(trimws(utils::tail(lines, 1L)), "FALSE")
})

test_that("the result is an R array; one axis or none is a vector", {
  expect_identical(r_slice(numbers, 2), numbers[2, , ])
  expect_identical(r_slice(numbers, 2, 3, 5), 30L)
  expect_identical(r_slice(numbers, 2:2), numbers[2, , , drop = FALSE])
  expect_identical(r_slice(1:10, -3:NA), 8:10)
  expect_identical(r_slice(numbers, .., newaxis), array(numbers, c(2, 3, 5, 1)))
  expect_identical(r_slice(c(a = 1, b = 2), 2), c(b = 2))
  expect_identical(r_slice(c("a", "b"), 2:1), c("b", "a"))
  expect_identical(r_slice(c(TRUE, NA), c(FALSE, TRUE)), NA)
  expect_identical(r_slice(matrix(1:6, 2), rbind(c(1, 3), c(2, 1))), c(5L, 2L))
  expect_identical(r_slice(matrix(1:6, 2), matrix(1:6 %in% c(2L, 3L, 5L), 2)), c(3L, 5L, 2L))
  expect_identical(
    r_slice(matrix(1:6, 2), matrix(1:6 %in% c(2L, 3L, 5L), 2), order = "F"), c(2L, 3L, 5L)
  )
})

test_that("an assignment keeps the type and the names of an R array", {
  x <- matrix(1:6, 2, dimnames = list(c("a", "b"), NULL))
  r_slice(x, -1, 3:1) <- c(7, 8, 9)
  expect_identical(x, matrix(c(1L, 9L, 3L, 8L, 5L, 7L), 2, dimnames = list(c("a", "b"), NULL)))
  before <- x
  y <- r_assign(x, 1, value = NA)
  expect_identical(x, before)
  expect_identical(y[1, ], rep(NA_integer_, 3))
  expect_identical(r_assign(c(1, 2), 1, value = 5L), c(5, 2))
  expect_identical(r_assign(c(TRUE, FALSE), 2, value = 1), c(TRUE, TRUE))
  expect_identical(r_assign(1:3, c(1, 1), value = c(8L, 9L)), c(9L, 2L, 3L))
})

test_that("a minus before positions, which leaves them out in R's own brackets, is an error", {
  x <- c(10, 20, 30)
  bad <- x > 20
  words <- "`-which(bad)` counts these positions from the end; to leave them out write `all_but(which(bad))`"
  error <- expect_error(r_slice(x, -which(bad)), words, fixed = TRUE, class = "pybridge_error_subscript_type")
  expect_identical(error$subscript, "-which(bad)")
  expect_error(r_slice(x, -c(1, 2)), "write `all_but(c(1, 2))`", fixed = TRUE, class = "pybridge_error_subscript_type")
  expect_error(r_slice(x, -(1:2)), "write `all_but(1:2)`", fixed = TRUE, class = "pybridge_error_subscript_type")
  expect_error(r_slice(x, -which(x > 99)), "all_but(which(x > 99))", fixed = TRUE)
  expect_error(r_assign(x, -which(bad), value = 0), words, fixed = TRUE)
  expect_error(r_slice(x, -which(bad)) <- 0, words, fixed = TRUE)
  forwarded <- function(...) r_slice(x, ...)
  expect_error(forwarded(-which(bad)), words, fixed = TRUE)
  expect_identical(r_slice(x, all_but(which(bad))), x[-which(bad)])
  expect_identical(r_slice(x, c(-1, -3)), c(30, 10))
  places <- -which(bad)
  expect_identical(r_slice(x, places), 10)
  expect_identical(r_slice(x, -which(bad), dialect = "base"), c(10, 20))
  expect_identical(r_assign(x, -c(1, 2), value = 0, dialect = "base"), c(10, 20, 0))
})

test_that("dialect = \"base\" is R's own bracket", {
  expect_identical(r_slice(1:5, -1, dialect = "base"), 2:5)
  expect_identical(r_slice(numbers, 1, , c(TRUE, FALSE), dialect = "base"), numbers[1, , c(1, 3, 5)])
  expect_identical(
    r_slice(numbers, 1, , , drop = FALSE, dialect = "base"), numbers[1, , , drop = FALSE]
  )
  expect_identical(r_slice(1:3, NULL, dialect = "base"), integer())
  expect_identical(r_slice(c(a = 1), "a", dialect = "base"), c(a = 1))
  expect_identical(r_assign(1:2, 4, value = 9L, dialect = "base"), c(1L, 2L, NA, 9L))
  expect_warning(r_assign(1:3, 1:3, value = 1:2, dialect = "base"), "multiple of replacement")
  expect_error(r_slice(numbers, 3, 1, 1, dialect = "base"), class = "pybridge_error_subscript_oob")
  expect_error(r_slice(numbers, 1, 1, dialect = "base"), class = "pybridge_error_subscript_count")
  expect_error(r_slice(1:3, c(-1, 1), dialect = "base"), class = "pybridge_error_subscript")
})

test_that("every message of an R array is that of a tensor", {
  skip_without_python()
  wrong <- expression(
    r_slice(x, 0), r_slice(x, 3), r_slice(x, , -4), r_slice(x, 1, 1, 1, 1), r_slice(x, NA),
    r_slice(x, c(1, NA)), r_slice(x, 2.5), r_slice(x, , c(1, 2.5)), r_slice(x, , c(1, 9)),
    r_slice(x, , 1:9), r_slice(x, , 3:1:2), r_slice(x, 1:2:0), r_slice(x, TRUE),
    r_slice(x, c(TRUE, NA)), r_slice(x, "a"), r_slice(x, c("a", "b")), r_slice(x, matrix(1, 2, 2)),
    r_slice(x, 1, matrix(1, 2, 2)), r_slice(x, matrix(TRUE, 2, 2)), r_slice(x, 1, matrix(TRUE, 1, 3)),
    r_slice(x, .., ..), r_slice(x, , , c(1:20)), r_slice(x, 1:Inf), r_slice(x, 0:1), r_slice(x, 3e9),
    r_slice(x, NaN), r_slice(x, c(1, NaN)), r_slice(x, NaN:2), r_slice(x, 1:NaN), r_slice(x, 1:5:-1, 1, 1, 1),
    r_slice(x, 0, 1, 1, 1), r_slice(x, value = 2), r_slice(x, structure(1:2, class = "integer64")),
    r_slice(x, structure(1L, class = "integer64"), 1, 1, dialect = "base"), r_slice(x, 1:end),
    r_slice(x, factor("a")), r_slice(x, !!!list(1)), r_slice(x, reticulate::tuple(1L, 2L), 1),
    r_slice(x, reticulate::tuple(1L, 2L, 3L, 4L)), r_slice(x, 1, i = 2),
    r_assign(x, 1, value = structure(1L, class = "integer64")),
    r_slice(x, -c(1, 2)), r_slice(x, , -which(TRUE)), r_slice(x, -integer(), 1, 1, 1),
    r_slice(x, NA:7), r_slice(x, , c(NA, NA_real_)), r_slice(x, rbind(c(1, 1, 9), 1)), r_slice(x, Inf)
  )
  tensor <- as_tensor(numbers)
  for (code in wrong) {
    on_array <- tryCatch(eval(code, list(x = numbers)), error = identity)
    on_tensor <- tryCatch(eval(code, list(x = tensor)), error = identity)
    label <- deparse1(code)
    expect_identical(conditionMessage(on_array), conditionMessage(on_tensor), label = label)
    expect_identical(class(on_array), class(on_tensor), label = label)
  }
})

test_that("Python objects that are not tensors select where R has the same type, else they are an error", {
  skip_without_python()
  py <- function(code) reticulate::py_eval(code, convert = FALSE)
  expect_identical(r_slice(numbers, py("2")), numbers[2, , ])
  expect_identical(r_slice(numbers, py("[2, 1]"), py("None")), array(numbers[2:1, , ], c(2, 1, 3, 5)))
  for (code in c("object()", "slice(1, 2)", "...", "range(1, 3)")) {
    expect_error(r_slice(numbers, py(code)), class = "pybridge_error_subscript_type", label = code)
    expect_error(r_slice(numbers, 1:py(code)), class = "pybridge_error_subscript_type", label = code)
  }
})

test_that("names and dimnames stay where R's own `[` keeps them", {
  named <- c(a = 1, b = 2, c = 3)
  m <- matrix(1:6, 2, dimnames = list(rows = c("a", "b"), columns = c("x", "y", "z")))
  half <- matrix(1:6, 2, dimnames = list(NULL, c("x", "y", "z")))
  one <- array(1:3, 3, list(c("a", "b", "c")))
  expect_identical(r_slice(named, 3:2), named[3:2])
  expect_identical(r_slice(named, -1), named[3])
  expect_identical(r_slice(named, c(TRUE, FALSE, TRUE)), named[c(1, 3)])
  expect_identical(r_slice(m, 1), m[1, ])
  expect_identical(r_slice(m, , 2), m[, 2])
  expect_identical(r_slice(m, 2, 3), m[2, 3])
  expect_identical(r_slice(m, 2:1, c(3, 1)), m[2:1, c(3, 1)])
  expect_identical(r_slice(m, 1, drop = FALSE), m[1, , drop = FALSE])
  expect_identical(r_slice(half, 2), half[2, ])
  expect_identical(r_slice(half, , 2), half[, 2])
  expect_identical(r_slice(half, 1:1), half[1, , drop = FALSE])
  expect_identical(r_slice(m, m > 2, order = "F"), m[m > 2])
  expect_identical(r_slice(m, cbind(2, 3)), m[cbind(2, 3)])
  expect_identical(r_slice(one, 2:3), c(b = 2L, c = 3L))
  expect_identical(
    dimnames(r_slice(m, , newaxis, 2:3)), list(rows = c("a", "b"), NULL, columns = c("y", "z"))
  )
})

test_that("a string is a label where the array has labels", {
  m <- matrix(1:6, 2, dimnames = list(c("a", "b"), c("x", "y", "z")))
  expect_identical(r_slice(m, "b"), m["b", ])
  expect_identical(r_slice(m, "b", "x"), m["b", "x"])
  expect_identical(r_slice(m, , c("y", "x")), m[, c("y", "x")])
  expect_identical(r_slice(m, array("b"), ), m["b", , drop = FALSE])
  expect_identical(r_slice(m, cbind(c("b", "a"), c("z", "x"))), m[cbind(c("b", "a"), c("z", "x"))])
  expect_error(r_slice(m, cbind("a", "x"), 1), "has shape .1, 2.", class = "pybridge_error_subscript_type")
  expect_identical(r_slice(c(a = 1, b = 2), "b"), c(b = 2))
  expect_identical(r_assign(m, "a", "y", value = 0L)["a", "y"], 0L)
  expect_error(r_slice(m, "z"), "the labels are \"a\", \"b\"", class = "pybridge_error_subscript_label")
  expect_error(r_slice(m, NA_character_), class = "pybridge_error_subscript_missing")
  expect_error(r_slice(matrix(1:6, 2), "a"), class = "pybridge_error_subscript_type")
})

test_that("an unknown label is an error that shows the labels, a doubled one that shows its positions", {
  m <- matrix(1:9, 3, dimnames = list(c("setosa", "versicolor", ""), c("x", "y", "x")))
  unknown <- expect_error(
    r_slice(m, "Setosa"), "is not a label of axis 1; the labels are \"setosa\", \"versicolor\"$",
    class = "pybridge_error_subscript_label"
  )
  expect_identical(unknown[c("label", "axis", "nearest")], list(label = "Setosa", axis = 1L, nearest = character()))
  many <- stats::setNames(1:6, letters[1:6])
  expect_error(r_slice(many, "z"), "the labels are \"a\", \"b\", \"c\", \"d\", \"e\", ...", fixed = TRUE)
  doubled <- expect_error(r_slice(m, 1, "x"), "2 positions of axis 2, 1, 3;", class = "pybridge_error_subscript_label")
  expect_identical(doubled$positions, c(1L, 3L))
  expect_identical(r_slice(m, 1, "y"), c(m[1, "y"]))
  expect_identical(r_slice(m, 1, "x", dialect = "base"), m[1, "x"])
  expect_error(r_slice(m, ""), "\"\" is not a label", class = "pybridge_error_subscript_label")
  expect_error(r_slice(m, "q") <- 1L, class = "pybridge_error_subscript_label")
})

test_that("what R's own dialect refuses in words of ours, it refuses in the same words on arrays and on tensors", {
  skip_without_python()
  m <- array(c(1, 4, 2, 5, 3, 6), c(2L, 3L))
  texts <- c("..", "1, ..", "newaxis, ..", "NULL, 2:3, ..", "1, .., ..", ".., 7:9, ..")
  for (text in texts) {
    for (form in c("r_slice(x, %s, dialect = \"base\")", "r_assign(x, %s, value = 1, dialect = \"base\")")) {
      code <- str2lang(sprintf(form, text))
      on_array <- expect_error(eval(code, list(x = m)), class = "pybridge_error_subscript")
      on_tensor <- expect_error(eval(code, list(x = as_tensor(m))), class = "pybridge_error_subscript")
      expect_identical(conditionMessage(on_array), conditionMessage(on_tensor), info = text)
      expect_identical(class(on_array), class(on_tensor), info = text)
    }
  }
})

test_that("64-bit integers are read exactly or are an error, on arrays and tensors alike", {
  skip_without_python()
  v <- c(10, 20, 30)
  for (x in list(v, as_tensor(array(v)))) {
    elements <- function(x) as.vector(if (is.numeric(x)) x else reticulate::py_to_r(x))
    expect_identical(elements(r_slice(x, bit64_value(2L), dialect = "base")), 20)
    expect_identical(elements(r_slice(x, bit64_value(3L, 1L), dialect = "base")), c(30, 10))
    expect_identical(elements(r_assign(x, 1, value = bit64_value(5L), dialect = "base")), c(5, 20, 30))
    code <- structure(-1L, levels = "a", class = "factor")
    expect_identical(elements(r_slice(x, code, dialect = "base")), c(20, 30))
    beyond <- structure(readBin(as.raw(c(1, 0, 0, 0, 0, 0, 0x20, 0)), "double", endian = "little"), class = "integer64")
    expect_error(r_assign(x, 1, value = beyond), class = "pybridge_error_assignment_lossy")
  }
})

test_that("a vector of 2^31 elements and more follows the same rules", {
  long <- 1:3e9
  expect_identical(r_slice(long, 1), 1)
  expect_identical(r_slice(long, -1), 3e9)
  expect_identical(r_slice(long, 2999999999:NA), c(2999999999, 3e9))
  expect_error(r_slice(long, 3e9 + 1), class = "pybridge_error_subscript_oob")
  expect_error(r_slice(long, 1, 1), class = "pybridge_error_subscript_count")
  expect_error(r_slice(long, TRUE), class = "pybridge_error_subscript_mask")
  expect_error(r_slice(long, matrix(TRUE, 1, 1)), class = "pybridge_error_subscript_mask")
  expect_error(r_slice(1:3, long), class = "pybridge_error_subscript_type")
  expect_error(r_assign(1:3, 1:2, value = long), class = "pybridge_error_assignment")
})

test_that("other objects are an error", {
  expect_snapshot(cran = TRUE, error = TRUE, {
    r_slice(NULL, 1)
    r_slice(mean, 1)
    r_slice(data.frame(a = 1), 1)
    r_slice(factor("a"), 1)
    r_slice(list(1), 1)
    r_assign(1:3, 1, value = list(1))
    r_assign(1:3, 1, value = 0.5)
    r_assign(1:3, 1, value = "a")
    r_assign(1:3, 1:2, value = 1:3)
  })
})
