# The only non-standard evaluation of the package: a call becomes a record of its subscripts.
# src/capture.c reads the call; here its values are checked and tagged for Python.

#' Read the subscripts of the calling function's own call
#'
#' @param call,env The call and the frame it was made from.
#' @param is_bracket Whether the call is one of `[` and `[<-`.
#' @param quosures A function that captures the `...` of the caller, for forwarded dots.
#' @return An integer vector, or a list of record, values and settings; see src/capture.c.
#' @noRd
capture_subscripts <- function(call, env, is_bracket, quosures) {
  made <- .Call(pybridge_capture, call, env, is_bracket)
  if (!is.null(made)) {
    return(made)
  }
  dots <- quosures()
  expressions <- lapply(dots, rlang::quo_get_expr)
  environments <- lapply(dots, rlang::quo_get_env)
  call <- as.call(c(quote(r_slice), quote(x), expressions))
  .Call(pybridge_capture, call, c(list(env), environments), TRUE)
}

#' Tag the values of a capture so that Python knows what each is
#'
#' No NA crosses raw, and a vector crosses as an array, or length 1 would be ambiguous.
#' @noRd
encode_values <- function(values, call) {
  lapply(values, encode_value, call = call)
}

encode_value <- function(value, call) {
  if (inherits(value, "python.builtin.object")) {
    return(list("tensor", value))
  }
  if (is.numeric(value) || is.logical(value)) {
    return(encode_entries(value))
  }
  list("characters", as.list(as.character(value)))
}

encode_entries <- function(value) {
  holes <- is.na(value)
  sizes <- dim(value)
  if (is.null(sizes)) {
    sizes <- length(value)
  }
  if (!any(holes)) {
    return(list("entries", array(value, sizes)))
  }
  value[holes] <- if (is.logical(value)) FALSE else 0L
  list("entries", array(value, sizes), array(as.vector(holes), sizes))
}
