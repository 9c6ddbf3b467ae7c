# Conditions of R's own, whatever came back from Python: classed, with fields, the user's own call.

#' Return the call of a method as the user wrote it: of the generic
#' @noRd
generic_call <- function(call, generic) {
  call[[1L]] <- as.name(generic)
  call
}

#' Signal an error of a class, with its fields
#'
#' @param message The text; one line or two.
#' @param class The classes, most specific first; "error" and "condition" are added.
#' @param call The user's own call.
#' @param fields A named list; each is an element of the condition.
#' @noRd
abort <- function(message, class = character(), call = NULL, fields = list()) {
  if (!"pybridge_error" %in% class) {
    class <- c(class, "pybridge_error")
  }
  stop(new_condition(message, c(class, "error"), call, fields))
}

abort_subscript <- function(message, kind, call, ...) {
  class <- c(paste0("pybridge_error_subscript_", kind), "pybridge_error_subscript")
  abort(message, class, call, list(...))
}

abort_argument <- function(message, call) {
  abort(message, "pybridge_error_argument", call)
}

new_condition <- function(message, class, call, fields) {
  structure(
    class = c(class, "condition"),
    c(list(message = message, call = call), fields)
  )
}

#' Return the result of a call to Python, or signal what it answered instead
#'
#' @param result What Python gave: a value, or an answer that holds errors and warnings.
#' @param call The user's own call.
#' @noRd
answered <- function(result, call) {
  if (inherits(result, "pybridge.rbridge.Answer")) {
    return(signal_answer(result, call))
  }
  result
}

#' Return the result of a call to Python with reticulate's flag of the tensor that went in
#'
#' The flag says whether what comes of the result is converted to R.
#' @noRd
flagged <- function(result, x, call) {
  if (inherits(result, "pybridge.rbridge.Answer")) {
    result <- signal_answer(result, call)
  }
  from <- reference(x)
  if (!is.null(from) && !isFALSE(.subset2(from, "convert")) && !is.null(to <- reference(result))) {
    assign("convert", TRUE, envir = to)
  }
  result
}

signal_answer <- function(answer, call) {
  for (found in reticulate::py_to_r(answer$describe())) {
    message <- found[[1L]]
    class <- as.character(found[[2L]])
    if (startsWith(class[[1L]], "pybridge_warning")) {
      class <- c(class, "pybridge_warning", "warning")
      warning(new_condition(message, class, call, list()))
    } else {
      abort(message, class, call, found[[3L]])
    }
  }
  answer$value
}
