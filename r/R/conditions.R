# R's conditions, wherever they come from: with classes, fields and the user's own call.

# Return the call of a method under the name of its generic
generic_call <- function(call, generic) {
  call[[1L]] <- as.name(generic)
  call
}

# Signal an error with the user's own call. `class` has the classes, most specific first, to which
# "pybridge_error", "error" and "condition" are added; `fields`, a named list, become elements of the condition.
abort <- function(message, class = character(), call = NULL, fields = list()) {
  if (!"pybridge_error" %in% class) {
    class <- c(class, "pybridge_error")
  }
  stop(new_condition(message, c(class, "error"), call, fields))
}

subscript_classes <- function(kind) c(paste0("pybridge_error_subscript_", kind), "pybridge_error_subscript")

abort_subscript <- function(message, kind, call, text = NULL, fields = list()) {
  abort(message, subscript_classes(kind), call, c(if (!is.null(text)) list(subscript = text), fields))
}

abort_argument <- function(message, call) {
  abort(message, "pybridge_error_argument", call)
}

abort_value <- function(value, call) {
  abort(
    sprintf("the value is %s; use numbers, logicals or a tensor", describe_value(value)),
    "pybridge_error_assignment", call
  )
}

warn_recycling <- function(message, call) {
  classes <- c("pybridge_warning_recycling", "pybridge_warning", "warning")
  warning(new_condition(message, classes, call, list()))
}

new_condition <- function(message, class, call, fields) {
  structure(
    class = c(class, "condition"),
    c(list(message = printable(message), call = call), fields)
  )
}

# Evaluate code whose warnings and errors are R's own, and signal them as ours. `error_class` is a function that
# returns the classes of an error by its message.
with_our_conditions <- function(code, call, error_class, fields = list()) {
  tryCatch(
    withCallingHandlers(code, warning = function(warning) {
      warn_recycling(conditionMessage(warning), call)
      invokeRestart("muffleWarning")
    }),
    error = function(error) abort(conditionMessage(error), error_class(conditionMessage(error)), call, fields)
  )
}

# Return the result of a call to Python; an answer with errors and warnings is signalled instead
answered <- function(result, call) {
  if (inherits(result, "pybridge.answers.Answer")) {
    return(signal_answer(result, call))
  }
  result
}

# Return the result of a call to Python with the convert flag of the tensor that went in. The flag decides
# whether reticulate converts results of its methods to R.
flagged <- function(result, x, call) {
  if (inherits(result, "pybridge.answers.Answer")) {
    result <- signal_answer(result, call)
  }
  from <- if (is.environment(x)) x else reference(x)
  if (is.null(from) || isFALSE(.subset2(from, "convert"))) {
    return(result)
  }
  if (!is.null(to <- reference(result))) {
    assign("convert", TRUE, envir = to)
  }
  result
}

signal_answer <- function(answer, call) {
  for (condition in reticulate::py_to_r(answer$describe())) {
    message <- condition[[1L]]
    class <- as.character(condition[[2L]])
    if (startsWith(class[[1L]], "pybridge_warning")) {
      class <- c(class, "pybridge_warning", "warning")
      warning(new_condition(message, class, call, list()))
    } else {
      abort(message, class, call, condition[[3L]])
    }
  }
  answer$value
}
