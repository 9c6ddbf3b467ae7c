# The value of an assignment to an R array: cast without loss, and broadcast by NumPy's rule. The
# rules and messages are those of pybridge/subsetting/values.py.

# A value in the type of `x`, or refuse what would lose information
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
  changed <- (is.na(cast) != is.na(value)) | (!is.na(value) & cast != value)
  changed <- changed | is.nan(value) & !is.nan(cast)
  if (any(changed)) {
    lost <- format_number(value[which(changed)[[1L]]])
    words <- "%s would lose information in an R array of type %s; convert the value or the array first"
    classes <- c("pybridge_error_assignment_lossy", "pybridge_error_assignment")
    abort(sprintf(words, lost, typeof(x)), classes, call, list(dtype = typeof(x)))
  }
  cast
}

# A value's elements, in R's order, broadcast to a shape by NumPy's rule
broadcast_value <- function(value, shape, call) {
  given <- if (is.null(dim(value)) && length(value) == 1L) integer() else array_shape(value)
  own <- given
  while (length(own) > length(shape) && own[[1L]] == 1L) {
    own <- own[-1L]
  }
  missing_axes <- length(shape) - length(own)
  aligned <- c(rep(1L, max(missing_axes, 0L)), own)
  if (missing_axes < 0L || !all(aligned == shape | aligned == 1L)) {
    words <- "a value of shape %s does not broadcast into a selection of shape %s"
    abort(sprintf(words, python_tuple(given), python_tuple(shape)), "pybridge_error_assignment", call)
  }
  if (length(shape) == 0L) {
    return(as.vector(value))
  }
  index <- Map(function(own, size) rep_len(seq_len(own), size), aligned, shape)
  as.vector(do.call(`[`, c(list(array(value, aligned)), unname(index), list(drop = FALSE))))
}
