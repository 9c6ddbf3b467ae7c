# What the verbs that have a half in R need of the other half, and which Python there is.

#' Call a function of pybridge.rbridge for the function that the user called
#'
#' A list among the arguments holds operands, of which those of R become tensors. A list of tensors
#' comes back as a list of R, the sizes of a shape as numbers, anything else as it is. Each tensor
#' has the flag of the operand that it came from; one made of an R array that of the first tensor.
#' @param name One of `bridge_functions`.
#' @param ... Its arguments.
#' @noRd
call_python <- function(name, ..., call = sys.call(-1L)) {
  arguments <- lapply(list(...), function(argument) {
    if (is.list(argument)) lapply(unname(argument), as_operand, call = call) else argument
  })
  result <- answered(do.call(py_call, c(list(bridge[[name]]), arguments), quote = TRUE), call)
  if (name == "tensor_shape") {
    return(as.numeric(unlist(reticulate::py_to_r(result))))
  }
  if (inherits(result, "python.builtin.list")) {
    operands <- list(...)[[1L]]
    first <- Find(function(operand) inherits(operand, "python.builtin.object"), operands)
    return(lapply(seq_along(operands), function(k) {
      operand <- operands[[k]]
      made <- reticulate::py_get_item(result, k - 1L)
      flagged(made, if (inherits(operand, "python.builtin.object")) operand else first, call)
    }))
  }
  result
}

#' Make a value of R cross as the array that it is; a number crosses as a number
#' @noRd
as_operand <- function(value, call) {
  if (inherits(value, "python.builtin.object") || !is.atomic(value) || is.null(value)) {
    return(value)
  }
  if ((is.integer(value) || is.logical(value)) && anyNA(value)) {
    abort(
      sprintf("a tensor of %s values has no NA; as.double() makes it NaN", typeof(value)),
      "pybridge_error_conversion", call
    )
  }
  if (is.null(dim(value)) && length(value) == 1L) as.vector(value) else as.array(value)
}

#' Whether a Python with NumPy is at hand, for the examples and the tests
#'
#' It looks only where the user has pointed, or where Python already runs: on a machine with none,
#' newer versions of reticulate would fetch one.
#' @noRd
has_numpy <- function() {
  pointed <- Sys.getenv(c("RETICULATE_PYTHON", "RETICULATE_PYTHON_ENV", "VIRTUAL_ENV"))
  if (!reticulate::py_available() && !any(nzchar(pointed))) {
    return(FALSE)
  }
  isTRUE(tryCatch(reticulate::py_module_available("numpy"), error = function(e) FALSE))
}
