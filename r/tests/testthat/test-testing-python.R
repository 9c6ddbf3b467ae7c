# expect_same_as_python(): it holds where both languages do the same, and fails in words where they do not.

numpy_code <- function(code) paste("import numpy as np;", code)

test_that("values, types and shapes of both languages agree", {
  skip_without_python()
  x <- matrix(c(3, 1, 5, 4, 1, 2), 2)
  expect_success(expect_same_as_python(x[2, ], "x[1]", x = x))
  expect_success(expect_same_as_python(t(x), "x.T", x = x))
  expect_success(expect_same_as_python(apply(x, 1, cumsum), numpy_code("np.cumsum(x, 1).T"), x = x))
  expect_success(expect_same_as_python(colSums(x), "y = x.sum(0)\nz = y\nz", x = x))
  expect_success(expect_same_as_python(order(x[1, ]), numpy_code("np.argsort(x[0]) + 1"), x = x))
  expect_success(expect_same_as_python(c(1, NA), numpy_code("np.array([1, np.nan])")))
  expect_success(expect_same_as_python(0.1 + 0.2, "0.3", tolerance = 1e-15))
  expect_success(expect_same_as_python(x > 2, "x > 2", x = x))
  expect_success(expect_same_as_python(toupper(c("a", "b")), "[t.upper() for t in x]", x = c("a", "b")))
  expect_success(expect_same_as_python(NULL, "None"))
  expect_success(expect_same_as_python(2^40, numpy_code("np.int64(2)**40")))
  expect_null(expect_same_as_python(1, "1.0"))
})

test_that("a wrong value, type, shape and kind each fail, with the code of both", {
  skip_without_python()
  x <- matrix(c(3, 1, 5, 4, 1, 2), 2)
  expect_failure(
    expect_same_as_python(x[2, ], "x[0]", x = x),
    "`x\\[2, \\]`: 3 of 3 elements differ, the first at \\[1\\]: 1 in R, 3 in Python\n(.|\n)*Python: x\\[0\\]"
  )
  expect_failure(expect_same_as_python(x, "x.T", x = x), "the shape in R is 2 x 3, and in Python 3 x 2")
  expect_failure(expect_same_as_python(1, "1"), "R gives double, and Python integer")
  expect_failure(expect_same_as_python(c(1, NA), "x", x = c(NaN, 1)), "2 of 2")
  expect_failure(expect_same_as_python(NULL, "1"), "R gives NULL, and Python integer")
  expect_failure(expect_same_as_python(1.1, "1.0", tolerance = 0.01), "1 of 1")
  expect_failure(expect_same_as_python(1L, "2", tolerance = 1), "1 of 1")
  expect_failure(expect_same_as_python(TRUE, "False", tolerance = 1), "1 of 1")
  next_day <- "__import__('datetime').date(2024, 1, 2)"
  expect_failure(expect_same_as_python(as.Date("2024-01-01"), next_day, tolerance = 1), "1 of 1")
  failure <- tryCatch(expect_same_as_python(x[2, ], "x[0]", x = x), expectation = conditionMessage)
  pasted <- new.env()
  eval(parse(text = sub("\nPython: .*", "", sub(".*paste into R:\n", "", failure))), pasted)
  expect_identical(pasted$found, x[2, ])
  expect_identical(pasted$wanted, x[1, ])
})

test_that("lists and data frames are compared part by part, and names when asked", {
  skip_without_python()
  both <- list(a = 1, b = c(2, 3))
  expect_success(expect_same_as_python(both, "{'b': x, 'a': 1.0}", x = c(2, 3)))
  expect_failure(
    expect_same_as_python(both, "{'b': x, 'a': 1.0}", x = c(2, 3), check_names = TRUE), "R has the names"
  )
  expect_failure(
    expect_same_as_python(both, "{'b': x, 'a': 1.0}", x = c(2, 4)),
    "at \\$b 1 of 2 elements differ, the first at \\[2\\]"
  )
  expect_failure(
    expect_same_as_python(both, "{'b': x, 'c': 1.0}", x = c(2, 3)), "R has the names a, b, and Python b, c"
  )
  expect_failure(expect_same_as_python(list(1, list(2, 3)), "[1.0, [2.0]]"), "at \\[\\[2\\]\\]")
  skip_without_module("pandas")
  frame <- data.frame(u = c(1L, 3L), v = c("a", "b"), w = factor(c("x", "y")))
  expect_success(expect_same_as_python(frame[2:1, ], "x.iloc[::-1]", x = frame))
  expect_failure(
    expect_same_as_python(frame[2:1, ], "x.iloc[::-1]", x = frame, check_names = TRUE), "R has the names"
  )
  expect_failure(expect_same_as_python(frame, "x.assign(u=[1, 4])", x = frame), "at \\$u 1 of 2")
  expect_success(expect_same_as_python(c(a = 1, b = 2), numpy_code("np.array([1., 2.])")))
  named <- "import pandas as pd; pd.Series([1., 2.], index=['a', 'b'])"
  expect_success(expect_same_as_python(c(a = 1, b = 2), named, check_names = TRUE))
  expect_failure(
    expect_same_as_python(c(a = 1, c = 2), named, check_names = TRUE),
    "R has the names list\\(c\\(\"a\", \"c\"\\)\\), and Python list\\(c\\(\"a\", \"b\"\\)\\)"
  )
  expect_success(expect_same_as_python(as.Date("2020-02-29"), "x", x = as.Date("2020-02-29")))
  expect_failure(expect_same_as_python(as.Date("2020-02-29"), "x", x = as.Date("2020-03-01")), "1 of 1")
  expect_failure(expect_same_as_python(as.Date("2020-02-29"), "18321.0"), "R gives a Date, and Python double")
})

test_that("both stop, or both warn, with classes and messages", {
  skip_without_python()
  raise <- "raise ValueError('no such row'); 0"
  no_row <- function() stop(errorCondition("no row", class = "no_row"))
  both <- function(...) expect_same_as_python(no_row(), raise, ..., x = 1)
  expect_success(both(raises = "ValueError"))
  expect_success(both(raises = "Exception", match = "such row", r_match = "^no row$", r_class = "no_row"))
  expect_failure(both(raises = "IndexError"), "Python raises ValueError: no such row, which is no IndexError")
  value_error <- function(...) both(raises = "ValueError", ...)
  expect_failure(value_error(match = "column"), "Python's message does not match \"column\": no such row")
  expect_failure(value_error(r_match = "column"), "R's message does not match \"column\": no row")
  expect_failure(value_error(r_class = "other"), "has the classes no_row, error, condition, and not other")
  expect_failure(
    expect_same_as_python(1, raise, raises = "ValueError"),
    "R gives a value, and Python raises ValueError: no such row, where both should stop"
  )
  expect_failure(
    expect_same_as_python(no_row(), "1", raises = "ValueError"), "R stops: no row, and Python gives a value"
  )
  warns <- "import warnings; warnings.warn('few rows'); 2.0"
  warned <- function() {
    warning("few")
    2
  }
  expect_success(expect_same_as_python(warned(), warns, warns = "UserWarning", match = "rows", r_match = "few"))
  expect_failure(
    expect_same_as_python(2, warns, warns = "UserWarning"), "R does not warn, and Python warns: UserWarning: few rows"
  )
  expect_failure(expect_same_as_python(warned(), "2.0", warns = "UserWarning"), "and Python does not warn")
  expect_failure(expect_same_as_python(warned(), warns, warns = "FutureWarning"), "Python should give a FutureWarning")
  expect_failure(expect_same_as_python(1 + warned(), warns, warns = "UserWarning"), "1 of 1 elements differ")
  expect_warning(expect_same_as_python(2, warns), "in Python: UserWarning: few rows")
})

test_that("what is not stated is an error, and so is code that compares nothing", {
  skip_without_python()
  expect_error(expect_same_as_python(stop("no row"), "1"), "^no row$")
  expect_error(
    expect_same_as_python(1, "raise ValueError('no such row'); 0"),
    "the Python code raises ValueError: no such row; if R must raise an error, too, write `raises = \"ValueError\"`",
    class = "pybridge_error_python", fixed = TRUE
  )
  wrong <- function(...) expect_error(expect_same_as_python(...), class = "pybridge_error_argument")
  expect_match(conditionMessage(wrong(1, "x = 1")), "the last statement of the Python code is an expression")
  expect_match(conditionMessage(wrong(1, "")), "the last statement")
  expect_match(conditionMessage(wrong(1, "1 +")), "the code is not Python: invalid syntax")
  expect_match(conditionMessage(wrong(1, "x", 1)), "each variable of the Python code has a name")
  expect_match(conditionMessage(wrong(1, 2)), "the Python code is one text, not 2")
  expect_match(conditionMessage(wrong(1, "1", match = "a")), "go with `raises` or with `warns`")
  expect_match(conditionMessage(wrong(1, "1", raises = "A", warns = "B")), "has no result to compare")
  expect_match(conditionMessage(wrong(1, "1", raises = TRUE)), "`raises` is one text, not TRUE")
})

test_that("names of variables are never taken for those of arguments", {
  skip_without_python()
  expect_success(expect_same_as_python(3, "c + e", c = 1, e = 2))
  x <- c(1, 2)
  expect_same_as_python(c(1, 2), "x.__setitem__(0, 9.0) or [1.0, 2.0] and [*map(float, y)]", x = x, y = x)
  expect_identical(x, c(1, 2))
})

test_that("without Python it is an error, and a skip only where the suite says so", {
  code <- c(
    "library(testthat); library(pybridge)",
    "options(pybridge.python_required = FALSE)",
    "outcome <- tryCatch(expect_same_as_python(1, '1.0'), skip = conditionMessage)",
    "cat('outcome:', outcome, '\\n')",
    "options(pybridge.python_required = NULL)",
    "outcome <- tryCatch(expect_same_as_python(1, '1.0'), skip = function(e) 'skipped', error = conditionMessage)",
    "cat('required:', outcome, '\\n')"
  )
  nowhere <- c("RETICULATE_PYTHON=/nowhere/python", "RETICULATE_PYTHON_ENV=", "VIRTUAL_ENV=")
  lines <- run_r(code, nowhere)
  expect_match(lines, "^outcome: .*expect_same_as_python\\(\\) did not ask Python", all = FALSE)
  expect_match(lines, "^required: this needs Python with NumPy, which did not start", all = FALSE)
})
