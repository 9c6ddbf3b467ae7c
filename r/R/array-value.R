# The value of an assignment to an R array: cast without loss, and broadcast by NumPy's rule. The rules and
# messages are those of pybridge/holders/fitting.py.

# Return a value in the type of `x`; a value that would lose information is an error
cast_value <- function(value, x, call) {
  if (typeof(value) == typeof(x)) {
    return(value)
  }
  if (is.raw(value) || is.character(value) || is.character(x)) {
    words <- "a value of type %s does not fit an R array of type %s"
    abort(sprintf(words, typeof(value), typeof(x)), "pybridge_error_assignment", call)
  }
  cast <- value
  suppressWarnings(storage.mode(cast) <- typeof(x))
  is_changed <- (is.na(cast) != is.na(value)) | (!is.na(value) & cast != value)
  is_changed <- is_changed | is.nan(value) & !is.nan(cast)
  if (any(is_changed)) {
    entry <- format_number(value[which(is_changed)[[1L]]])
    words <- "%s would lose information in an R array of type %s; convert the value or the array first"
    classes <- c("pybridge_error_assignment_lossy", "pybridge_error_assignment")
    abort(sprintf(words, entry, typeof(x)), classes, call, list(dtype = typeof(x)))
  }
  cast
}

# The elements of a value, in R's order, broadcast to the shape of a selection. Surplus leading axes have size 1.
broadcast_value <- function(value, shape, call) {
  own <- if (is.null(dim(value)) && length(value) == 1L) integer() else array_shape(value)
  is_surplus <- seq_along(own) <= length(own) - length(shape)
  aligned <- padded(own[!is_surplus], length(shape), "trailing")
  if (any(own[is_surplus] != 1L) || !all(aligned == shape | aligned == 1L)) {
    words <- "a value of shape %s does not broadcast into a selection of shape %s"
    abort(sprintf(words, python_tuple(own), python_tuple(shape)), "pybridge_error_assignment", call)
  }
  as.vector(if (length(shape)) stretch(value, aligned, shape) else value)
}
