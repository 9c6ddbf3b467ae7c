# For the tests of other packages, as assert_same_as_r() of pybridge/testing/asserting.py.

#' Expect that a tensor has the elements of an R array
#'
#' For testthat tests. The shape, the kind (logical, integer, real, complex) and every element
#' must agree. A plain vector agrees with a tensor with one axis. `NA` and `NaN` agree with `NaN`. A failure shows
#' the position and the value of the first difference, and R code that you can paste into R.
#'
#' @param tensor A Python tensor of any library, or an R vector or array.
#' @param array The expected elements: an R vector or array.
#' @param tolerance The relative difference that real numbers may have. By default none.
#' @param label The name of the tensor in a failure. By default its code.
#' @return `tensor`, invisibly.
#' @export
#' @examplesIf pybridge:::has_numpy() && requireNamespace("testthat", quietly = TRUE)
#' x <- reticulate::np_array(array(1:30, c(2, 3, 5)))
#' testthat::test_that("a row is where R has it", {
#'   expect_same_tensor(x@r[2, , 1:2], array(1:30, c(2, 3, 5))[2, , 1:2])
#' })
expect_same_tensor <- function(tensor, array, tolerance = 0, label = NULL) {
  need_testthat("expect_same_tensor()")
  check_array(array, sys.call())
  tolerance <- one_number(tolerance, "tolerance", sys.call())
  label <- label %||% deparse(substitute(tensor), width.cutoff = 60L)[[1L]]
  complaint <- tensor_complaint(tensor, array, tolerance)
  if (is.null(complaint)) {
    testthat::succeed()
  } else {
    testthat::fail(sprintf("`%s`: %s", label, complaint))
  }
  invisible(tensor)
}

# Describe the difference between a tensor and an R array; NULL if there is none
tensor_complaint <- function(tensor, array, tolerance) {
  shape <- tensor_shape(tensor)
  expected_shape <- array_shape(array)
  # R has no array without axes: one element is a vector of length 1
  if (!identical(shape, expected_shape) && !(length(shape) == 0L && identical(expected_shape, 1L))) {
    return(sprintf("the shape is %s, not %s", shape_words(shape), shape_words(expected_shape)))
  }
  kind <- tensor_kind(tensor)
  if (kind != typeof(array)) {
    return(sprintf("the kind is %s (%s), not %s", kind, tensor_dtype(tensor), typeof(array)))
  }
  actual <- tryCatch(as.vector(elements_in_r(tensor, sys.call())), pybridge_error_conversion = identity)
  if (inherits(actual, "condition")) {
    return(conditionMessage(actual)) # a number outside of R's types is in no R array
  }
  difference_words(actual, as.vector(array), expected_shape, tolerance)
}

# Describe where two vectors of the elements of one shape differ; NULL if they do not. `owners` are whose they are.
difference_words <- function(actual, expected, shape, tolerance, owners = NULL) {
  is_same <- same_values(actual, expected, tolerance)
  if (all(is_same)) {
    return(NULL)
  }
  first <- which(!is_same)[[1L]]
  place <- if (length(shape) > 1L) arrayInd(first, shape) else first
  values <- c(format(actual[[first]], digits = 17), format(expected[[first]], digits = 17))
  sprintf(
    "%d of %d elements differ, the first at [%s]: %s\npaste into R:\nfound <- %s\nwanted <- %s",
    sum(!is_same), length(is_same), paste(place, collapse = ", "),
    if (is.null(owners)) paste(values, collapse = ", not ") else paste(values, "in", owners, collapse = ", "),
    array_code(actual, shape), array_code(expected, shape)
  )
}

same_values <- function(actual, expected, tolerance) {
  is_same <- is.na(actual) & is.na(expected)
  is_known <- !is.na(actual) & !is.na(expected)
  is_same[is_known] <- actual[is_known] == expected[is_known]
  if (tolerance > 0 && any(c(typeof(actual), typeof(expected)) %in% c("double", "complex"))) {
    is_near <- is_known & is.finite(actual) & is.finite(expected)
    is_same[is_near] <- abs(actual[is_near] - expected[is_near]) <= tolerance * abs(expected[is_near])
  }
  is_same
}

shape_words <- function(shape) if (length(shape)) paste(shape, collapse = " x ") else "without axes"

# The type in R for the dtype of a tensor
tensor_kind <- function(tensor) {
  if (!inherits(tensor, "python.builtin.object")) {
    return(typeof(tensor))
  }
  types <- c("^bool" = "logical", "^u?int" = "integer", "float" = "double", "^complex" = "complex")
  is_type <- vapply(names(types), grepl, NA, x = tensor_dtype(tensor))
  c(types[is_type], "character")[[1L]]
}

array_code <- function(values, shape) {
  code <- paste(deparse(values, control = c("keepNA", "keepInteger", "digits17")), collapse = "")
  if (length(shape) > 1L) sprintf("array(%s, c(%s))", code, paste(shape, collapse = ", ")) else code
}
