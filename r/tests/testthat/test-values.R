# The corpus of values, which the tests in Python run as well: what becomes what, both ways.

value_cases <- function(direction) {
  skip_without_module("pandas", "polars", "pyarrow", "nanoarrow")
  skip_if_not_installed("jsonlite")
  file <- system.file("python/pybridge/testing/values.json", package = "pybridge")
  cases <- Filter(function(case) case$direction %in% c(direction, "both"), jsonlite::read_json(file))
  if (length(cases) < 20L) stop("the corpus is not there")
  cases
}

python_names <- function() {
  reticulate::py_run_string(paste(
    "import collections, dataclasses, datetime, decimal, enum, fractions, zoneinfo",
    "import numpy as np, pandas as pd, polars as pl, pyarrow as pa",
    "from pybridge.testing.values import difference as pybridge_difference",
    sep = "\n"
  ), convert = FALSE)
}

# The result of a conversion, or whether its error is the one that a case has
crossed <- function(case, convert, label) {
  found <- tryCatch(convert(), pybridge_error = identity)
  if (inherits(found, "pybridge_error")) {
    expect_match(conditionMessage(found), case$error %||% "no error", label = label)
  } else if (!is.null(case$error)) {
    fail(paste(label, "is no error"))
  }
  found
}

test_that("a value of Python is in R what the corpus says", {
  cases <- value_cases("from_python")
  python_names()
  for (case in cases) {
    policy <- case$policy[setdiff(names(case$policy), "like")]
    x <- reticulate::py_eval(case$python, convert = FALSE)
    label <- paste(case$python, jsonlite::toJSON(policy, auto_unbox = TRUE))
    if (!inherits(x, "python.builtin.object")) next # reticulate converts what is plain
    found <- crossed(case, function() do.call(from_python, c(list(x), policy), quote = TRUE), label)
    if (is.null(case$error)) {
      expect_identical(found, eval(parse(text = case$r, encoding = "UTF-8", keep.source = FALSE)), label = label)
    }
  }
})

test_that("a value of R is in Python what the corpus says", {
  cases <- value_cases("to_python")
  main <- python_names()
  for (case in cases) {
    value <- eval(parse(text = case$r, encoding = "UTF-8", keep.source = FALSE))
    label <- paste(case$r, jsonlite::toJSON(case$policy, auto_unbox = TRUE))
    found <- crossed(case, function() do.call(to_python, c(list(value), case$policy), quote = TRUE), label)
    if (is.null(case$error)) {
      difference <- main$pybridge_difference(found, reticulate::py_eval(case$python, convert = FALSE))
      expect_identical(reticulate::py_to_r(difference), "", label = label)
    }
  }
})

test_that("a function takes what a data frame becomes", {
  skip_without_module("pyarrow", "nanoarrow")
  rows <- reticulate::py_eval("lambda table: table.num_rows", convert = TRUE)
  expect_identical(from_python(to_python(data.frame(a = 1:3), like = rows)), 3)
  table <- to_python(data.frame(a = 1:3), like = "pyarrow")
  expect_identical(class(to_python(data.frame(b = "x"), like = table)), class(table))
  expect_error(to_python(data.frame(a = 1), like = "arrow"), class = "pybridge_error_argument")
})
