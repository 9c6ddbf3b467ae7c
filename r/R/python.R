# Calls to pybridge.rbridge, operands on their way there, and whether there is a Python.

#' Call a function of pybridge.rbridge for the function that the user called
#'
#' A list among the arguments holds operands, of which those of R become tensors. A list of tensors
#' comes back as a list of R, the sizes of a shape as numbers, anything else unchanged. Each tensor
#' gets the convert flag of its operand; where that is an R array, the flag of the first tensor.
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
      like <- if (inherits(operands[[k]], "python.builtin.object")) operands[[k]] else first
      flagged(reticulate::py_get_item(result, k - 1L), like, call)
    }))
  }
  result
}

#' Whether a value is an object of Python; one of an R session that has ended is an error
#' @noRd
is_python <- function(x, call = sys.call(-1L)) {
  if (!inherits(x, "python.builtin.object")) {
    return(FALSE)
  }
  if (is_ended(x)) abort_ended(call) else TRUE
}

#' The environment in which reticulate keeps what belongs to a Python object; `NULL` for other values
#' @noRd
reference <- function(x) {
  while (!is.environment(x)) {
    if (is.null(x)) {
      return(NULL)
    }
    x <- attr(x, "py_object", exact = TRUE)
  }
  x
}

#' Whether a Python object belongs to an R session that has ended: R saves no pointer
#' @noRd
is_ended <- function(x) inherits(x, "python.builtin.object") && py_is_null_xptr(x)

abort_ended <- function(call) {
  abort(
    "the tensor belongs to an R session that has ended; save its elements, as.array(x), instead",
    "pybridge_error_tensor", call
  )
}

#' Convert an operand of R for reticulate: a vector to an array of one axis, one number to a number
#' @noRd
as_operand <- function(value, call) {
  if (is_python(value, call) || !is.atomic(value) || is.null(value)) {
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

#' Find a Python with NumPy to build the vignette with
#'
#' It is the one that the user has named, that of a checkout, or the first on PATH that has NumPy. Without one
#' the build stops, because the vignette would have no output; only R CMD check may go on.
#' @noRd
numpy_for_vignette <- function() {
  if (!has_numpy()) {
    checkout <- file.path(Sys.getenv("PWD"), c(".venv", "../.venv"), "bin/python")
    on_path <- Sys.which(c("python3.11", "python3.12", "python3.13", "python3", "python"))
    # A command may be a script that starts another Python.
    code <- "import sys, numpy; assert sys.version_info >= (3, 11); print(); print(sys.executable)"
    for (python in Filter(file.exists, c(checkout, on_path))) {
      # R's own LD_LIBRARY_PATH would make that Python load libraries of R.
      lines <- suppressWarnings(
        system2(python, c("-c", shQuote(code)), stdout = TRUE, stderr = FALSE, env = "LD_LIBRARY_PATH=")
      )
      if (is.null(attr(lines, "status"))) {
        Sys.setenv(RETICULATE_PYTHON = lines[[length(lines)]])
        break
      }
    }
  }
  if (!has_numpy() && !grepl("[.]Rcheck/", getwd())) {
    stop("the vignette needs a Python with NumPy: set RETICULATE_PYTHON to one", call. = FALSE)
  }
  has_numpy()
}

#' Whether there is a Python with NumPy, for the examples and the tests
#'
#' Only a Python that the user has named, or that already runs, is asked: where there is none, newer versions
#' of reticulate would download one.
#' @noRd
has_numpy <- function() {
  named <- Sys.getenv(c("RETICULATE_PYTHON", "RETICULATE_PYTHON_ENV", "VIRTUAL_ENV"))
  if (!reticulate::py_available() && !any(nzchar(named))) {
    return(FALSE)
  }
  isTRUE(tryCatch(reticulate::py_module_available("numpy"), error = function(e) FALSE))
}
