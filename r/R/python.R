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

#' Whether a value lives in Python; one of an R session that has ended is refused
#' @noRd
is_python <- function(x, call = sys.call(-1L)) {
  if (!inherits(x, "python.builtin.object")) {
    return(FALSE)
  }
  if (is_ended(x)) refuse_ended(call) else TRUE
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

refuse_ended <- function(call) {
  abort(
    "the tensor belongs to an R session that has ended; save its elements, as.array(x), instead",
    "pybridge_error_tensor", call
  )
}

#' Make a value of R cross as the array that it is; a number crosses as a number
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

#' Find a Python with NumPy for the vignette, or stop: one without its output tells nothing
#'
#' It asks the Python that the user has pointed to, that of a checkout, and those on PATH; at last it
#' makes a Python with NumPy that goes with this session. R CMD check, which keeps no vignette, may do
#' without.
#' @noRd
numpy_for_vignette <- function() {
  if (has_numpy()) {
    return(TRUE)
  }
  quietly <- function(python, ...) {
    # R's own LD_LIBRARY_PATH would give that Python libraries that are not its own.
    system2(python, shQuote(c(...)), stdout = FALSE, stderr = FALSE, env = "LD_LIBRARY_PATH=") == 0L
  }
  is_fit <- function(python) {
    quietly(python, "-c", "import sys, numpy; sys.exit(sys.version_info < (3, 11))")
  }
  checkout <- file.path(Sys.getenv("PWD"), c(".venv", "../.venv"), "bin/python")
  on_path <- Sys.which(c("python3.11", "python3.12", "python3.13", "python3", "python"))
  candidates <- Filter(file.exists, c(checkout, on_path))
  python <- Find(is_fit, candidates)
  if (is.null(python) && length(on_path <- on_path[nzchar(on_path)])) {
    folder <- tempfile("python")
    made <- file.path(folder, "bin/python")
    quietly(on_path[[1L]], "-m", "venv", folder) && quietly(made, "-m", "pip", "install", "numpy")
    python <- Find(is_fit, Filter(file.exists, made))
  }
  if (!is.null(python)) {
    # What is on PATH may be a script that starts another Python.
    place <- c("-c", "import sys; print(); print(sys.executable)")
    place <- system2(python, shQuote(place), stdout = TRUE, env = "LD_LIBRARY_PATH=")
    Sys.setenv(RETICULATE_PYTHON = place[length(place)])
  }
  if (!has_numpy()) {
    if (grepl("[.]Rcheck/", getwd())) {
      return(FALSE)
    }
    stop("the vignette needs a Python with NumPy: set RETICULATE_PYTHON to one", call. = FALSE)
  }
  TRUE
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
