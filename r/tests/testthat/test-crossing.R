test_that("Python has the same parts, or the error says what to do", {
  skip_without_python()
  fields <- reticulate::py_to_r(start_bridge()$part_fields())
  expect_no_error(check_part_fields(fields))
  expect_error(check_part_fields(fields[-1L]), "install the same version of both", class = "pybridge_error_version")
  fields$text <- rev(fields$text)
  expect_error(check_part_fields(fields), class = "pybridge_error_version")
})

test_that("a part has the fields that its kind has", {
  origin <- new_origin("x", NULL)
  values <- list(
    c(1, 2), 1L, TRUE, "a", c("a", NA), matrix(c("a", "b"), 1L), as.raw(1:2), factor(c("a", "b")), iris[1:3, ],
    list(a = 1, "b"), c(a = 1), Sys.Date(), as.POSIXct("2020-02-29", tz = "UTC"), quote(x + y), mean, NULL,
    data.frame(a = 1:2, row.names = c("u", "v")), array(1:3, 3L)
  )
  if (requireNamespace("Matrix", quietly = TRUE)) values <- c(values, Matrix::Diagonal(3))
  seen <- character()
  walk <- function(parts) {
    if (!is.list(parts)) {
      return(invisible())
    }
    if (is.character(parts[[1L]]) && length(parts[[1L]]) == 1L && parts[[1L]] %in% names(part_fields)) {
      seen <<- c(seen, parts[[1L]])
      expect_length(parts, length(part_fields[[parts[[1L]]]]) + 1L)
    }
    for (part in parts) walk(part)
  }
  for (value in values) walk(to_parts(value, origin, labels = TRUE))
  expect_true(all(c("texts", "text", "typed", "shaped", "classed", "labelled", "list", "count", "other") %in% seen))
})

test_that("a part of an unknown kind is an error", {
  expect_error(from_parts(list("numbers", 1)), 'unknown kind "numbers"', class = "pybridge_error_version")
})

test_that("elements with more axes than NumPy 1 has keep their type", {
  skip_without_python()
  version <- reticulate::py_to_r(reticulate::import("numpy", convert = FALSE)$`__version__`)
  skip_if(numeric_version(version) < "2.0", "NumPy 1 has 32 axes")
  sizes <- c(rep(1L, 32L), 3L)
  for (x in list(as.raw(c(7, 255, 0)), c(TRUE, FALSE, TRUE), c("a", "b", "c"), c(1.5, -0, 2), 3:1)) {
    expected <- array(if (is.raw(x)) as.integer(x) else x, sizes)
    expect_identical(from_python(to_python(array(x, sizes))), expected)
  }
})
