x <- c(2, 5, 1, 1, 7, 3, 4, 0)
levels <- matrix(c(1, 4, 2, 8, 3, 9, 5, 5, 1, 0, 2, 6), 4)

test_that("peaks are where Python finds them, counted from one", {
  expect_same_as_python(peaks(x), "signals.peaks(x) + 1", x = x, signals = signals)
  expect_same_as_python(peaks(c(1, 2)), "signals.peaks(x) + 1", x = c(1, 2), signals = signals)
})

test_that("columns are standardized, and a missing value makes its own column missing", {
  expect_same_as_python(
    standardized(levels), "signals.standardized(x)", x = levels, signals = signals, tolerance = 1e-14
  )
  levels[2, 3] <- NaN
  expect_same_as_python(
    standardized(levels), "signals.standardized(x)", x = levels, signals = signals, tolerance = 1e-14
  )
})

test_that("both refuse what is no matrix", {
  expect_same_as_python(
    standardized(x), "signals.standardized(x)", x = x, signals = signals,
    raises = "ValueError", match = "1 axes", r_class = "signals_error_shape"
  )
})

test_that("both warn of a negative level", {
  expect_same_as_python(
    decibels(c(10, -1)), "signals.decibels(x)", x = c(10, -1), signals = signals, tolerance = 1e-15,
    warns = "RuntimeWarning", match = "invalid value", r_match = "NaNs produced"
  )
})

test_that("a description has the same entries", {
  expect_same_as_python(described(x), "signals.described(x)", x = x, signals = signals, check_names = TRUE)
})

test_that("a tensor is compared by expect_equal()", {
  expect_equal(signals$standardized(to_python(levels)), standardized(levels))
})
