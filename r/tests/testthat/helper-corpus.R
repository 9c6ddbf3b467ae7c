# The corpus of cases that drives the tests of both languages comes with the package.

corpus <- function(dialect = c("tensor", "base"), assigns) {
  skip_if_not_installed("jsonlite")
  file <- system.file("python/pybridge/testing/subscripts.json", package = "pybridge")
  cases <- jsonlite::read_json(file)$cases
  if (length(cases) == 0L) {
    stop("the corpus is empty")
  }
  Filter(function(case) case$dialect %in% dialect && is.null(case$value) != assigns, cases)
}

# R values from values in row-major order, null for NA; one axis or none is a vector.
from_row_major <- function(values, shape) {
  values <- vapply(values, function(value) if (is.null(value)) NA_real_ else as.numeric(value), 0)
  shape <- unlist(shape)
  if (length(shape) < 2L) {
    return(values)
  }
  aperm(array(values, rev(shape)))
}

# The array that a case speaks of: 1, 2, 3, ... in row-major order, as reals.
case_array <- function(case) {
  from_row_major(seq_len(prod(unlist(case$shape))), case$shape)
}

case_tensor <- function(case) {
  np <- reticulate::import("numpy", convert = FALSE)
  values <- array(as.double(seq_len(prod(unlist(case$shape)))))
  np$array(np$reshape(values, as.list(as.integer(unlist(case$shape)))))
}

case_value <- function(case) {
  shape <- unlist(case$value$shape)
  values <- from_row_major(case$value$values, shape)
  if (length(shape) == 0L) values else array(values, shape)
}

# Write a case as the code that a user would type.
case_code <- function(case, on_array) {
  options <- paste0(
    if (identical(case$dialect, "base")) ", dialect = \"base\"",
    if (identical(case$drop, FALSE)) ", drop = FALSE"
  )
  target <- if (on_array) "r_slice(x, %s%s)" else "x@r[%s%s]"
  code <- sprintf(target, case$subscripts, paste(options, collapse = ""))
  if (is.null(case$value)) code else paste(code, "<- value")
}

# Run a case: return its value, after an assignment the whole tensor, or the class of its error.
run_case <- function(case, on_array) {
  env <- new.env(parent = globalenv())
  env$x <- if (on_array) case_array(case) else case_tensor(case)
  env$value <- if (!is.null(case$value)) case_value(case)
  tryCatch(
    {
      actual <- suppressWarnings(eval(parse(text = case_code(case, on_array)), env))
      if (is.null(case$value)) actual else env$x
    },
    pybridge_error = function(error) class(error)[[1L]]
  )
}

expect_case <- function(case, on_array) {
  actual <- run_case(case, on_array)
  label <- sprintf("%s (%s: %s)", case$id, case$dialect, case_code(case, on_array))
  if (!is.null(case$expected$error)) {
    expect_identical(actual, case$expected$error, label = label)
    return(invisible())
  }
  shape <- as.integer(unlist(case$expected$shape))
  expected <- as.double(from_row_major(case$expected$values, shape))
  if (on_array) {
    actual_shape <- if (length(shape) > 1L) dim(actual) else if (length(shape) == 1L) length(actual)
    expect_equal(as.integer(actual_shape), shape, label = paste("the shape of", label))
    expect_equal(as.vector(actual), expected, label = label)
  } else {
    expect_equal(tensor_shape(actual), shape, label = paste("the shape of", label))
    expect_same_tensor(actual, if (length(shape)) array(expected, shape) else expected, label = label)
  }
}

# Whether slow tests are run, as `make test-rest` does: then a search takes more cases.
is_slow <- function() Sys.getenv("PYBRIDGE_TEST_SLOW") == "yes"
