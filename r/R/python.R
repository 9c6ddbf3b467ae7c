# Calls to pybridge.rbridge, Python objects, and whether there is a Python.

# Call a function of pybridge.rbridge for the function that the user called
call_python <- function(name, ..., call = sys.call(-1L)) answered(py_call(bridge$python[[name]], ...), call)

# Whether a value is a Python object; one without a Python object behind it is an error
is_python <- function(x, call = sys.call(-1L)) {
  if (!inherits(x, "python.builtin.object")) {
    return(FALSE)
  }
  if (is_ended(x)) abort_ended(x, call) else TRUE
}

# The environment in which reticulate keeps what belongs to a Python object; `NULL` for other values
reference <- function(x) {
  while (!is.environment(x)) {
    if (is.null(x)) {
      return(NULL)
    }
    x <- attr(x, "py_object", exact = TRUE)
  }
  x
}

# Whether there is no Python object behind a value of its class: it belongs to an R session that has ended,
# because R saves no pointer, or somebody has set the class. reticulate would look for the object for ever.
is_ended <- function(x) inherits(x, "python.builtin.object") && !is_live(x)

is_live <- function(x) has_pointer(x) && !py_is_null_xptr(x)

# reticulate imports a module at its first use, and until then it has no pointer
has_pointer <- function(x) {
  own <- if (is.environment(x)) x else reference(x)
  typeof(.subset2(own, "pyobj")) == "externalptr" || inherits(x, "python.builtin.module")
}

abort_ended <- function(x, call) {
  message <- if (has_pointer(x)) {
    "the tensor belongs to an R session that has ended; save its elements, as.array(x), instead"
  } else {
    sprintf("an object of class %s holds no Python object: only reticulate can make one", class_name(x))
  }
  abort(message, "pybridge_error_tensor", call)
}

# Convert an operand of R for reticulate: a vector to an array of one axis, one number to a number
as_operand <- function(value, call) {
  if (is_python(value, call)) {
    return(value)
  }
  check_operand(value, call)
  if (is.list(value)) {
    abort_argument("an operand next to a tensor is a list, which is neither an R array nor a tensor", call)
  }
  if (is.character(value)) {
    value[] <- utf8_text(value, new_origin("an operand", call, "pybridge_error_argument"))
  }
  if ((is.integer(value) || is.logical(value)) && anyNA(value)) {
    abort(
      sprintf("a tensor of %s values has no NA; as.double() makes it NaN", typeof(value)),
      "pybridge_error_conversion", call
    )
  }
  if (is.null(dim(value)) && length(value) == 1L) as.vector(value) else as.array(value)
}

# Find a Python with NumPy to build the vignette with.
# It is the one that the user has named, that of a checkout, or the first on PATH that has NumPy. Without one
# the build stops, because the vignette would have no output; only R CMD check may go on.
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

# Whether there is a Python with NumPy, for the examples and the tests.
# Only a Python that the user has named, or that already runs, is asked: where there is none, newer versions
# of reticulate would download one.
has_numpy <- function() {
  named <- Sys.getenv(c("RETICULATE_PYTHON", "RETICULATE_PYTHON_ENV", "VIRTUAL_ENV"))
  if (!reticulate::py_available() && !any(nzchar(named))) {
    return(FALSE)
  }
  isTRUE(tryCatch(reticulate::py_module_available("numpy"), error = function(e) FALSE))
}
