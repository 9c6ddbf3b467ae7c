# Which Python there is, without starting one that nobody asked for.

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
