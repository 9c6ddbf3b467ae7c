# For the tests of other packages: the twin of assert_same_as_r() in Python.

#' Expect that a tensor holds what an R array holds
#'
#' For tests with testthat. The shape, the kind (logical, integer, real, complex) and every element
#' must agree; a plain vector is a tensor of one axis. `NA` and `NaN` agree with `NaN`. A failure shows
#' the first element that differs, counting from one, and R code to paste.
#'
#' @param tensor A Python tensor of any library, or an R vector or array.
#' @param array What it should hold: an R vector or array.
#' @param tolerance The relative difference that reals may have; none by default.
#' @param label How a failure names the tensor; its code by default.
#' @return `tensor`, invisibly.
#' @export
#' @examplesIf pybridge:::has_numpy() && requireNamespace("testthat", quietly = TRUE)
#' x <- reticulate::np_array(array(1:30, c(2, 3, 5)))
#' testthat::test_that("a row is where R has it", {
#'   expect_same_tensor(x@r[2, , 1:2], array(1:30, c(2, 3, 5))[2, , 1:2])
#' })
expect_same_tensor <- function(tensor, array, tolerance = 0, label = NULL) {
  if (!requireNamespace("testthat", quietly = TRUE)) {
    stop("expect_same_tensor() needs the package testthat: install.packages(\"testthat\")")
  }
  check_array(array, sys.call())
  label <- label %||% deparse(substitute(tensor), width.cutoff = 60L)[[1L]]
  complaint <- tensor_complaint(tensor, array, tolerance)
  if (is.null(complaint)) {
    testthat::succeed()
  } else {
    testthat::fail(sprintf("`%s`: %s", label, complaint))
  }
  invisible(tensor)
}

# How a tensor differs from an R array, or NULL.
tensor_complaint <- function(tensor, array, tolerance) {
  shape <- tensor_shape(tensor)
  wanted <- array_shape(array)
  # R has no array without axes: one element is a vector of length 1
  if (!identical(shape, wanted) && !(length(shape) == 0L && identical(wanted, 1L))) {
    return(sprintf("the shape is %s, not %s", shape_words(shape), shape_words(wanted)))
  }
  kind <- tensor_kind(tensor)
  if (kind != typeof(array)) {
    return(sprintf("the kind is %s (%s), not %s", kind, tensor_dtype(tensor), typeof(array)))
  }
  found <- tryCatch(as.vector(elements_in_r(tensor, sys.call())), pybridge_error_conversion = identity)
  if (inherits(found, "condition")) {
    return(conditionMessage(found)) # a number that R does not hold is no number of an R array
  }
  is_same <- same_values(found, as.vector(array), tolerance)
  if (all(is_same)) {
    return(NULL)
  }
  first <- which(!is_same)[[1L]]
  place <- if (length(wanted) > 1L) arrayInd(first, wanted) else first
  sprintf(
    "%d of %d elements differ, the first at [%s]: %s, not %s\npaste into R:\nfound <- %s\nwanted <- %s",
    sum(!is_same), length(is_same), paste(place, collapse = ", "),
    format(found[[first]], digits = 17), format(array[[first]], digits = 17),
    array_code(found, wanted), array_code(as.vector(array), wanted)
  )
}

same_values <- function(found, wanted, tolerance) {
  is_same <- is.na(found) & is.na(wanted)
  known <- !is.na(found) & !is.na(wanted)
  is_same[known] <- found[known] == wanted[known]
  if (tolerance > 0) {
    near <- known & is.finite(found) & is.finite(wanted)
    is_same[near] <- abs(found[near] - wanted[near]) <= tolerance * abs(wanted[near])
  }
  is_same
}

shape_words <- function(shape) if (length(shape)) paste(shape, collapse = " x ") else "without axes"

# The type that R has for a dtype.
tensor_kind <- function(tensor) {
  if (!inherits(tensor, "python.builtin.object")) {
    return(typeof(tensor))
  }
  dtype <- tensor_dtype(tensor)
  kinds <- c("^bool" = "logical", "^u?int" = "integer", "float" = "double", "^complex" = "complex")
  found <- kinds[vapply(names(kinds), grepl, TRUE, x = dtype)]
  if (length(found)) found[[1L]] else "character"
}

array_code <- function(values, shape) {
  code <- paste(deparse(values, control = c("keepNA", "keepInteger", "digits17")), collapse = "")
  if (length(shape) > 1L) sprintf("array(%s, c(%s))", code, paste(shape, collapse = ", ")) else code
}
