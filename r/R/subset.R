# r_slice(), r_slice<-() and r_assign(): the subscripts of `x@r[...]` as functions, for tensors and R's arrays.

#' Read and write by subscripts, in pipes and programs
#'
#' @description
#' `r_slice(x, ...)` is `x@r[...]` as a function. `r_slice(x, ...) <- value` is `x@r[...] <- value`: it writes in
#' place or, if the tensor never changes, binds the name to an updated tensor. `r_assign(x, ..., value = )` never
#' changes `x`, and returns the updated tensor, for every library.
#'
#' All three also take plain R vectors and arrays, with the same rules and without starting Python. Then the
#' result is an R vector (one axis or none) or an R array.
#'
#' @param x A Python tensor, or an R vector or array of logicals, numbers, complex numbers or
#'   strings.
#' @param ... Subscripts, as in \code{\link[=tensor-subscripts]{x@r[...]}}. They are captured as written, so
#'   `NA:5` and `1:10:2` are ranges.
#' @param value What to write: a number, an R array, or a tensor.
#' @param drop Whether a single number drops its axis. In the base dialect, whether every axis of size
#'   1 is dropped.
#' @param dialect `"tensor"` for the strict rules of [tensor-subscripts], or `"base"` for exactly the rules of R's
#'   own `[`.
#' @param order The order in which a logical array of the same shape as `x` selects: `"C"` row-major,
#'   `"F"` column-major as in R.
#' @return `r_slice()`: the selected elements, as a tensor of the same library or an R array.
#'   `r_assign()`: a copy of `x` with the value in it.
#' @export
#' @examples
#' x <- array(1:30, c(2, 3, 5))
#' r_slice(x, 2, 3, NA:2)
#' r_slice(x, .., -1)
#' x |> r_assign(1, , value = 0L) |> r_slice(, , 1)
#' r_slice(x, 1, 1, 5:4) <- c(-5L, -4L)
#' x[1, 1, ]
#' @examplesIf pybridge:::has_numpy()
#' y <- reticulate::np_array(x)
#' y |> r_slice(2, 3, NA:2)
#' y |> r_assign(.., -1, value = 0)
r_slice <- function(x, ..., drop = TRUE, dialect = c("tensor", "base"), order = c("C", "F")) {
  call <- sys.call()
  capture <- capture_subscripts(
    ...,
    drop = drop, dialect = dialect[[1L]], order = order[[1L]], .call = call, .frame = parent.frame()
  )
  if (is_python(x, call)) {
    return(read_tensor(x, capture, call))
  }
  read_array(x, capture, call)
}

#' @rdname r_slice
#' @export
`r_slice<-` <- function(x, ..., dialect = c("tensor", "base"), order = c("C", "F"), value) {
  call <- sys.call()
  frame <- parent.frame()
  capture <- capture_subscripts(
    ...,
    dialect = dialect[[1L]], order = order[[1L]], .call = call, .frame = frame, .is_write = TRUE
  )
  delayedAssign("assignment", assignment_call(call, frame, x, substitute(value)))
  write <- if (is_python(x, assignment)) write_tensor else write_array
  write(x, capture, value, assignment)
}

#' @rdname r_slice
#' @export
r_assign <- function(x, ..., value, dialect = c("tensor", "base"), order = c("C", "F")) {
  call <- sys.call()
  if (missing(value)) {
    abort_argument("`value` is missing; it has to be named: `r_assign(x, ..., value = 0)`", call)
  }
  capture <- capture_subscripts(
    ...,
    dialect = dialect[[1L]], order = order[[1L]], .call = call, .frame = parent.frame(), .is_write = TRUE
  )
  if (!is_python(x, call)) {
    return(write_array(x, capture, value, call))
  }
  parts <- assignment_parts(capture, call)
  values <- tag_values(parts, call)
  flagged(call_with_value("assign_to_copy", x, parts$record, values, value, call), x, call)
}

#' New axes and all the other axes
#'
#' @description
#' In the subscripts of a tensor `newaxis`, which is `NULL`, makes a new axis of size 1. `..` stands for all
#' axes without a subscript. In brackets `..` is never evaluated. Its value is this object, for use in `do.call()`.
#'
#' @format `NULL`, and an object of class `pybridge_rest`.
#' @export
#' @examples
#' x <- array(1:30, c(2, 3, 5))
#' dim(r_slice(x, newaxis))
#' dim(r_slice(x, .., newaxis))
#' dim(do.call(r_slice, list(x, .., 1)))
newaxis <- NULL

#' @rdname newaxis
#' @export
.. <- structure(list(), class = "pybridge_rest")

#' @export
print.pybridge_rest <- function(x, ...) {
  cat("<all the axes that are not named>\n")
  invisible(x)
}

#' Reject `..` in other brackets than ours, such as tensorflow's `x[.., 1]`
#'
#' reticulate calls this when it converts the subscripts to a tuple.
#' @exportS3Method reticulate::r_to_py
#' @noRd
r_to_py.pybridge_rest <- function(x, convert = FALSE) {
  abort_subscript("`..` is a subscript of `@r[` and `@py[`: write `x@r[.., 1]` for `x[.., 1]`", "type", NULL)
}

read_tensor <- function(x, capture, call) {
  if (is.integer(capture)) {
    return(flagged(py_call(bridge$python$subset, x, capture), x, call))
  }
  parts <- capture_parts(capture, call)
  values <- tag_values(parts, call)
  flagged(py_call(bridge$python$subset, x, parts$record, values), x, call)
}

# Write into a tensor, and return it; where the library of `x` never writes, return an updated tensor
write_tensor <- function(x, capture, value, call) {
  parts <- assignment_parts(capture, call)
  values <- tag_values(parts, call)
  updated <- answered(call_with_value("assign", x, parts$record, values, value, call), call)
  if (is_none(updated)) x else flagged(updated, x, call)
}

is_none <- function(value) is.null(value) || inherits(value, "python.builtin.NoneType")

assignment_parts <- function(capture, call) {
  parts <- capture_parts(capture, call, known = c("dialect", "order"))
  if (has_option(parts$record, NO_DROP)) {
    abort_argument("an assignment has no `drop`; the value broadcasts to the selection", call)
  }
  parts
}

# Call a function of pybridge.rbridge that writes a value
call_with_value <- function(name, x, record, values, value, call) {
  py_call(bridge$python[[name]], x, record, values, tag_value(value, call))
}

# Tag the value of an assignment. One plain number crosses as a number, which is fastest.
tag_value <- function(value, call) {
  if (is_python(value, call)) {
    return(list("tensor", value))
  }
  if (is.numeric(value) && length(value) == 1L && is.null(attributes(value)) && !is.na(value)) {
    return(list("number", value))
  }
  if (!is.atomic(value) || is.null(value)) {
    abort_value(value, call)
  }
  if (inherits(value, "integer64")) {
    int64_bits(value, call) # an error for a broken one
  }
  list("r", to_parts(value, new_origin("value", call, "pybridge_error_assignment")))
}
