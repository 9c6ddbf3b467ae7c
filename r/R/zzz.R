#' @useDynLib pybridge, .registration = TRUE
#' @importFrom reticulate py_call py_is_null_xptr
#' @importFrom rlang %||%
NULL

# What belongs to Python: `python` has the functions of pybridge.rbridge, and `is_shown` says whether Python sees R's
# memory. Both are looked up at their first use, which may start Python, and kept.
bridge <- new.env(parent = emptyenv())

# Import the Python package inside the R package, and check that it has this version.
# The package contains it. A pybridge that the user has already imported from another place is used, if its
# version is the same.
start_bridge <- function(folder = system.file("python", package = "pybridge")) {
  # in a checkout it is a link, which a system without links turns into a file
  if (!file.exists(file.path(folder, "pybridge", "rbridge.py"))) {
    abort(
      paste0(
        "the R package pybridge was installed without its Python package.\n",
        "Install it from its tarball, or from a checkout in which r/inst/python is a link."
      ),
      "pybridge_error_version"
    )
  }
  module <- tryCatch(
    reticulate::import_from_path("pybridge.rbridge", path = folder, convert = FALSE),
    error = function(error) {
      words <- paste(
        "this needs Python with NumPy, which did not start: %s",
        "With a network reticulate downloads one by itself, unless RETICULATE_USE_MANAGED_VENV is \"no\";",
        "RETICULATE_PYTHON names one of your own. pybridge_doctor() says what is missing, and what to do.",
        sep = "\n"
      )
      abort(sprintf(words, conditionMessage(error)), "pybridge_error_python")
    }
  )
  check_version(reticulate::py_to_r(module$version()), reticulate::py_to_r(module$place()))
  check_codes(reticulate::py_to_r(module$record_codes()), unlist(reticulate::py_to_r(module$records$WORDS)))
  check_part_fields(reticulate::py_to_r(module$part_fields()))
  module
}

# Look up the functions that R calls: later a look-up would cost as much as a call
python_functions <- function(module = start_bridge()) {
  functions <- module$FUNCTIONS
  names <- names(reticulate::py_to_r(functions))
  list2env(lapply(stats::setNames(nm = names), function(name) functions[name]), parent = emptyenv())
}

# Compare the parts in which values cross, as Python knows them, with R's
check_part_fields <- function(fields) {
  known <- names(part_fields)
  if (!setequal(names(fields), known) || !identical(lapply(fields[known], unlist), part_fields)) {
    message <- "R and Python take values apart in different ways; install the same version of both"
    abort(message, "pybridge_error_version")
  }
}

check_version <- function(version, place, own = as.character(utils::packageVersion("pybridge"))) {
  if (!identical(version, own)) {
    abort(
      sprintf(
        paste0(
          "the R package pybridge is version %s and Python has imported version %s, from %s.\n",
          "Restart R, and install the same version of both."
        ),
        own, version, place
      ),
      "pybridge_error_version"
    )
  }
}

.onLoad <- function(libname, pkgname) {
  check_own_codes()
  delayedAssign("python", python_functions(), environment(), bridge)
  delayedAssign("is_shown", shows_memory(), environment(), bridge)
  if (!reticulate::py_available()) {
    reticulate::py_require("numpy>=1.26")
  }
  register_tensor_methods()
  watch_keras3()
  watch_masking()
}

.onAttach <- function(libname, pkgname) {
  if (isNamespaceLoaded("keras3")) {
    announce_claims()
  }
}

.onUnload <- function(libpath) {
  release_claims()
  remove_tensor_methods()
  library.dynam.unload("pybridge", libpath)
}
