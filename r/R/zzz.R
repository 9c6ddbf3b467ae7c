#' @useDynLib pybridge, .registration = TRUE
#' @importFrom reticulate py_call py_is_null_xptr
#' @importFrom rlang %||%
NULL

# The functions of pybridge.rbridge. Each is looked up at its first use, which may start Python, and kept: a
# look-up through reticulate costs as much as a call.
bridge <- new.env(parent = emptyenv())

bridge_functions <- c(
  "subset", "assign", "assign_to_copy", "subset_as_python", "assign_as_python",
  "array_reshape", "with_shape", "recycle", "recycle_forms", "broadcast", "is_comparison", "tensor_shape",
  "tensor_dtype",
  "which", "which_max", "which_min", "order", "math_group", "summary_group", "mean", "sort", "bind",
  "cross_product", "elementwise_test", "permute", "is_tensor", "explain", "explain_shapes", "result_shape",
  "to_python", "from_python", "fill", "filled", "read_sizes", "convertible"
)

# Import the Python half of the package, and check that it is of this version.
# The package contains it. A pybridge that the user has already imported from another place is used, if its
# version is the same.
start_bridge <- function(folder = system.file("python", package = "pybridge")) {
  # in a checkout it is a link, which a system without links turns into a file
  if (!file.exists(file.path(folder, "pybridge", "rbridge.py"))) {
    abort(
      paste0(
        "the R package pybridge was installed without its Python half.\n",
        "Install it from its tarball, or from a checkout in which r/inst/python is a link."
      ),
      "pybridge_error_version"
    )
  }
  module <- tryCatch(
    reticulate::import_from_path("pybridge.rbridge", path = folder, convert = FALSE),
    error = function(error) {
      words <- "this needs Python with NumPy, which did not start: %s\npybridge_doctor() says what is missing."
      abort(sprintf(words, conditionMessage(error)), "pybridge_error_python")
    }
  )
  check_version(reticulate::py_to_r(module$version()), reticulate::py_to_r(module$place()))
  check_codes(reticulate::py_to_r(module$record_codes()), unlist(reticulate::py_to_r(module$records$WORDS)))
  module
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
  for (name in bridge_functions) {
    bind_lazily(name)
  }
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

bind_lazily <- function(name) {
  delayedAssign(name, start_bridge()[[name]], environment(), bridge)
}

.onUnload <- function(libpath) {
  release_claims()
  remove_tensor_methods()
  library.dynam.unload("pybridge", libpath)
}
