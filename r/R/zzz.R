#' @useDynLib pybridge, .registration = TRUE
#' @importFrom reticulate py_call
#' @importFrom rlang %||%
NULL

# The functions of pybridge.rbridge, each found at its first use and kept: a look-up through
# reticulate costs as much as a call. Nothing here starts Python before it is needed.
bridge <- new.env(parent = emptyenv())

bridge_functions <- c(
  "subset", "assign", "assign_to_copy", "subset_as_python", "assign_as_python",
  "array_reshape", "recycle", "recycle_forms", "broadcast", "tensor_shape", "tensor_dtype",
  "which", "which_max", "which_min", "order",
  "math_group", "summary_group", "mean", "sort", "bind", "cross_product", "explain", "result_shape",
  "elementwise_test", "permute", "is_tensor", "to_python", "from_python"
)

#' Import the Python half of the package, and check that it is of this version
#'
#' The package carries it. Where the user has imported a pybridge of another place before, that
#' one serves, if its version is the same.
#' @noRd
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
  module <- reticulate::import_from_path("pybridge.rbridge", path = folder, convert = FALSE)
  check_version(
    reticulate::py_to_r(module$version()),
    reticulate::py_to_r(module$place())
  )
  module
}

check_version <- function(found, place, own = as.character(utils::packageVersion("pybridge"))) {
  if (!identical(found, own)) {
    abort(
      sprintf(
        paste0(
          "the R package pybridge is version %s and Python has imported version %s, from %s.\n",
          "Restart R, and install the same version of both."
        ),
        own, found, place
      ),
      "pybridge_error_version"
    )
  }
}

#' Find what calls a Python function with a list of arguments
#'
#' reticulate's own routine of C below py_call() spares a quarter of the time of a reading; where a
#' version of reticulate has it no more, py_call() does the same.
#' @return A function of R, or a routine as `.Call()` takes it.
#' @noRd
find_caller <- function() {
  namespace <- asNamespace("reticulate")
  wrapper <- get0("py_call_impl", namespace, mode = "function", inherits = FALSE)
  routine <- get0("_reticulate_py_call_impl", namespace, inherits = FALSE)
  only_calls <- quote({
    .Call(`_reticulate_py_call_impl`, x, args, keywords)
  })
  is_known <- identical(names(formals(wrapper)), c("x", "args", "keywords")) &&
    identical(body(wrapper), only_calls, ignore.srcref = TRUE)
  if (is_known && inherits(routine, "NativeSymbolInfo")) routine else call_by_py_call
}

call_by_py_call <- function(x, args, keywords) {
  do.call(py_call, c(list(x), args), quote = TRUE)
}

.onLoad <- function(libname, pkgname) {
  bridge$call <- find_caller()
  for (name in bridge_functions) {
    bind_lazily(name)
  }
  delayedAssign("host", open_host(), environment(), bridge)
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

#' Show Python the library of this package, and where R's own lies if that must be known
#' @noRd
open_host <- function() {
  .Call(pybridge_open_shelf)
  own <- getLoadedDLLs()[["pybridge"]][["path"]]
  r <- if (.Platform$OS.type == "windows") file.path(R.home("bin"), "R.dll") else ""
  py_call(start_bridge()$open_r, own, r)
  TRUE
}

bind_lazily <- function(name) {
  delayedAssign(name, start_bridge()[[name]], environment(), bridge)
}

.onUnload <- function(libpath) {
  release_claims()
  remove_tensor_methods()
  library.dynam.unload("pybridge", libpath)
}
