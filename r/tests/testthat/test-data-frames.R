# Data frames cross as DataFrames of pandas, matrices of the package Matrix as SciPy's: what reticulate carries.

frames <- function() {
  odd <- data.frame(
    i = c(1L, NA, 3L), l = c(TRUE, NA, FALSE), d = c(NA, NaN, 0.5), s = c("a", NA, "\u00e9"), z = c(1i, NA, 2),
    f = factor(c("u", NA, "v"), levels = c("v", "u", "w")), o = ordered(c("lo", "hi", NA), levels = c("lo", "hi")),
    day = as.Date(c("2020-02-29", NA, "1969-12-31")), t = as.POSIXct(c(1.5, NA, -1e9), tz = "Europe/Berlin"),
    e = as.difftime(c(1.5, NA, -3), units = "secs"), row.names = c("r1", "r 2", "\u00e9")
  )
  odd$l2 <- list(1:2, "a", NULL)
  list(
    mtcars, iris, airquality, ToothGrowth, warpbreaks, esoph, odd, odd[c(3, 1), ], odd[0, -11], mtcars[0, ], iris[0, ],
    iris[c(5, 3), ], head(iris), data.frame(), data.frame(row.names = c("a", "b")), data.frame(row.names = 1:3),
    data.frame(x = 1), data.frame(x = NA), data.frame(s = NA_character_), data.frame(s = "a", row.names = "u"),
    data.frame(x = seq_len(3e6) / 7, i = seq_len(3e6)), data.frame(x = 2, row.names = 7L)
  )
}

test_that("a data frame and what comes back are identical", {
  skip_without_module("pandas")
  for (x in frames()) {
    table <- to_python(x)
    expect_true(any(endsWith(class(table), "DataFrame")))
    expect_identical(from_python(table), x)
  }
  expect_identical(from_python(to_python(list(a = mtcars, b = 1:2))), list(a = mtcars, b = 1:2))
})

test_that("an array with dimnames crosses as one of xarray", {
  skip_without_module("xarray")
  for (x in list(state.x77, unclass(Titanic))) {
    expect_identical(from_python(to_python(x, like = "xarray")), x)
  }
})

test_that("columns, dtypes and the index are where pandas has them", {
  skip_without_module("pandas")
  main <- reticulate::import_main(convert = TRUE)
  main$table <- to_python(mtcars)
  code <- function(text) reticulate::py_eval(text)
  expect_identical(code("table.loc['Fiat 128', 'mpg']"), mtcars["Fiat 128", "mpg"])
  expect_identical(code("list(table.columns)"), names(mtcars))
  main$table <- to_python(airquality)
  expect_identical(code("[str(x) for x in table.dtypes]"), c("Int32", "Int32", "float64", "int32", "int32", "int32"))
  expect_identical(code("list(table.index[:2])"), 0:1)
  main$table <- to_python(airquality, na = "float")
  expect_identical(code("str(table.dtypes['Ozone'])"), "float64")
  main$table <- to_python(data.frame(x = 1:2, y = c(0.5, 2)), dtype = "float32")
  expect_identical(code("[str(x) for x in table.dtypes]"), c("float32", "float32"))
  expect_error(
    to_python(iris, dtype = "float32"), "column 'Species': a factor is categories",
    class = "pybridge_error_conversion"
  )
  main$table <- NULL
})

test_that("a DataFrame that Python made is a data frame, a dict is a list", {
  skip_without_module("pandas")
  reticulate::py_run_string("import pandas as pd, numpy as np")
  new <- function(code) reticulate::py_eval(code, convert = FALSE)
  table <- new("pd.DataFrame({'a': [1, 2], 's': ['u', None]})")
  expect_identical(from_python(table), data.frame(a = c(1, 2), s = c("u", NA)))
  table <- new("pd.DataFrame({'a': [1, 2**60]})")
  expect_identical(from_python(table, int64 = "character"), data.frame(a = c("1", "1152921504606846976")))
  expect_identical(from_python(new("{'a': 0.5, 'b': ['u', 'v']}")), list(a = 0.5, b = c("u", "v")))
  expect_identical(from_python(new("{'a': np.zeros(2)}"), mapping = "data.frame"), data.frame(a = c(0, 0)))
  refused <- function(code, why) expect_error(from_python(new(code)), why, class = "pybridge_error_conversion")
  refused("pd.DataFrame({'a': [1, 2]}, index=['u', 'u'])", "'u' more than once")
  refused("pd.DataFrame({'a': [1, 2**60]})", "column 'a': element \\[2\\] is 1152921504606846976")
  refused("pd.DataFrame(np.eye(2))", "column name 0 is not")
})

test_that("what pandas cannot hold is refused", {
  skip_without_module("pandas")
  refused <- function(x, why) expect_error(to_python(x), why, class = "pybridge_error_conversion")
  x <- data.frame(i = 1:3)
  refused(within(x, m <- matrix(1:6, 3)), "column 'm': it is a matrix")
  x$d <- cars[1:3, ]
  refused(x, "column 'd': it is a data frame")
  refused(data.frame(f = addNA(factor(c("a", NA)))), "column 'f': NA is a level")
  refused(data.frame(r = as.roman(3)), "class roman")
  refused(structure(list(a = 1:2), class = "data.frame", row.names = 1:3), "it is broken")
  expect_error(
    to_python(mtcars, like = to_python(1)), "has row names, such as 'Mazda RX4'",
    class = "pybridge_error_conversion"
  )
  expect_identical(from_python(to_python(as.list(mtcars))), as.list(mtcars))
})

test_that("without pandas a data frame is a dict, and its row names are refused", {
  skip_without_python()
  reticulate::py_run_string("import sys; pybridge_pandas = sys.modules.get('pandas'); sys.modules['pandas'] = None")
  on.exit(reticulate::py_run_string(paste(
    "del sys.modules['pandas']", "if pybridge_pandas: sys.modules['pandas'] = pybridge_pandas", "del pybridge_pandas",
    sep = "\n"
  )))
  expect_identical(from_python(to_python(cars), mapping = "data.frame"), cars)
  expect_error(to_python(mtcars), "pandas is not installed", class = "pybridge_error_conversion")
})
