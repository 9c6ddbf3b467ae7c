#' @useDynLib pybridge, .registration = TRUE
NULL

# The Python functions that R calls, each found once: a look-up costs more than many a call.
bridge <- new.env(parent = emptyenv())

start_bridge <- function() {
  module <- reticulate::import_from_path(
    "pybridge.rbridge",
    path = system.file("python", package = "pybridge", mustWork = TRUE),
    convert = FALSE
  )
  for (name in c("subset", "subset_by_values", "reshape")) {
    assign(name, module[[name]], bridge)
  }
  module
}

.onLoad <- function(libname, pkgname) {
  for (name in c("subset", "subset_by_values", "reshape")) local({
    this <- name
    delayedAssign(this, start_bridge()[[this]], environment(), bridge)
  })
  if (!reticulate::py_available()) {
    reticulate::py_require("numpy>=1.26")
  }
}
