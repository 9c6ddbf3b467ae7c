# With a stand-in for keras3 that registers the same methods at the same moments:
# NumPy's class and a product when it is loaded, methods for JAX by its NAMESPACE, the tensor classes
# of Keras when Python imports `keras` and of TensorFlow when it imports `tensorflow`, here two
# modules of the test's own. Like keras3 it hands on reticulate's array_reshape().

make_stand_in <- function() {
  root <- tempfile("stand-in")
  package <- file.path(root, "keras3")
  dir.create(file.path(package, "R"), recursive = TRUE)
  writeLines(c(
    "Package: keras3", "Version: 1.0.0", "Title: Stand-In", "Author: Nobody", "License: MIT",
    "Maintainer: Nobody <nobody@example.org>", "Description: It claims subscripts.",
    "Imports: reticulate"
  ), file.path(package, "DESCRIPTION"))
  writeLines(c(
    "export(newaxis)", "export(array_reshape)", "importFrom(reticulate,array_reshape)",
    "S3method(as.array,jaxlib._jax.ArrayImpl)", "S3method(str,jaxlib._jax.ArrayImpl)"
  ), file.path(package, "NAMESPACE"))
  writeLines(c(
    "newaxis <- NULL",
    "as.array.jaxlib._jax.ArrayImpl <- function(x, ...) 'their array'",
    "str.jaxlib._jax.ArrayImpl <- function(object, ...) cat('their str')",
    "at <- function(object, name) structure(list(object), class = 'their_view')",
    "at_set <- function(object, name, value) value",
    "read <- function(x, ...) 'theirs'",
    "write <- function(x, ..., value) .subset2(x, 1L)",
    "claim <- function(class) {",
    "  registerS3method('@', class, at, baseenv())",
    "  registerS3method('@<-', class, at_set, baseenv())",
    "}",
    "on_import <- function(module, hook) {",
    "  loaded <- reticulate::py_available() &&",
    "    module %in% reticulate::py_to_r(reticulate::import_builtins(FALSE)$list(",
    "      reticulate::import('sys', convert = FALSE)$modules))",
    "  if (loaded) hook() else setHook(paste('reticulate', module, 'load', sep = '::'), hook)",
    "}",
    ".onLoad <- function(libname, pkgname) {",
    "  registerS3method('%*%', 'tensorflow.tensor', function(x, y) 'their product', baseenv())",
    "  claim('numpy.ndarray')",
    "  registerS3method('[', 'their_view', read, baseenv())",
    "  registerS3method('[<-', 'their_view', write, baseenv())",
    "  on_import('keras', function() {",
    "    claim('keras.Backend')",
    "    claim('keras.Symbolic')",
    "    registerS3method('t', 'keras.Backend', function(x) 'their t', baseenv())",
    "  })",
    "  on_import('tensorflow', function() claim('tensorflow.Tensor'))",
    "}"
  ), file.path(package, "R", "zzz.R"))
  classes <- list(keras = c("Backend", "Symbolic"), tensorflow = "Tensor")
  for (module in names(classes)) {
    folder <- file.path(root, "python", module)
    dir.create(folder, recursive = TRUE)
    writeLines(c(
      "import numpy",
      sprintf("class %s(numpy.ndarray): pass", classes[[module]])
    ), file.path(folder, "__init__.py"))
  }
  dir.create(file.path(root, "library"))
  system2(
    file.path(R.home("bin"), "R"),
    c("CMD", "INSTALL", "--no-docs", paste0("--library=", shQuote(file.path(root, "library"))), shQuote(package)),
    stdout = FALSE, stderr = FALSE
  )
  stopifnot(dir.exists(file.path(root, "library", "keras3")))
  root
}

stand_in <- NULL

# Run code in a process that has the stand-in and its modules.
run_beside <- function(...) {
  if (is.null(stand_in)) {
    stand_in <<- make_stand_in()
  }
  run_r(c(
    sprintf(".libPaths(c(%s, .libPaths()))", deparse(file.path(stand_in, "library"))),
    "start <- function() {",
    "  path <- reticulate::import('sys', convert = FALSE)$path",
    sprintf("  path$insert(0L, %s)", deparse(file.path(stand_in, "python"))),
    "  reticulate::import('numpy', convert = FALSE)$arange(1L, 11L)",
    "}",
    "show <- function(x) cat(tryCatch(as.character(x), error = conditionMessage), '')",
    ...
  ))
}

# Read and write a NumPy array, and arrays of the classes that are claimed at an import. A module that
# replaces Keras is removed from Python's modules, or the real one would be searched for its names.
tensor <- c(
  "modules <- function() reticulate::import('sys', convert = FALSE)$modules",
  "tensor <- function(module, class) {",
  "  type <- reticulate::import(module, convert = FALSE)[[class]]",
  "  modules()$pop(module, NULL)",
  "  x[1:10]$view(type)",
  "}"
)
serve <- c("x@r[2] <- 100L", "show(x@r[1])", "show(x@r[2])")
serve_claimed <- c(
  tensor,
  "keras <- tensor('keras', 'Backend')",
  "show(keras@r[1])",
  "keras@r[1] <- 7L",
  "show(keras@r[1])",
  "show(tensor('keras', 'Symbolic')@r[1])",
  "show(tensor('tensorflow', 'Tensor')@r[1])",
  "show(x@r[2])"
)

attached <- list(
  "pybridge first" = c("library(pybridge)", "library(keras3)"),
  "keras3 first" = c("library(keras3)", "library(pybridge)")
)
quietly <- function(lines) c("invisible(suppressMessages({", lines, "}))")
expect_printed <- function(lines, expected) expect_identical(trimws(utils::tail(lines, 1L)), expected)

for (order in names(attached)) {
  test_that(paste("@r is ours from the start, after any import, and announced once,", order), {
    skip_without_python()
    lines <- run_beside(
      attached[[order]], "loadNamespace('keras3') |> invisible()", attached[[order]],
      "x <- start()", serve, serve_claimed, "show(t(keras))"
    )
    expect_printed(lines, "1 100 100 7 7 7 7 their t")
    expect_length(grep("pybridge reads `x@r", lines), 1L)
    expect_length(grep("overwritten", lines), 0L)
  })

  test_that(paste("@r is ours after any load, and keras3's without pybridge; the message can be silenced,", order), {
    skip_without_python()
    lines <- run_beside(
      "x <- start()", "invisible(reticulate::import('keras'))",
      "suppressPackageStartupMessages({", attached[[order]], "})", serve,
      quietly(c("unloadNamespace('keras3')", attached[[order]])), serve,
      quietly(c("unloadNamespace('keras3')", "loadNamespace('keras3')")), serve_claimed,
      quietly("unloadNamespace('pybridge')"), "show(x@r[1])", "show(keras@r[1])",
      quietly("library(pybridge)"), "show(x@r[1])", "show(keras@r[1])"
    )
    expect_identical(trimws(lines), "1 100 1 100 100 7 7 7 7 theirs theirs 1 7")
  })

  test_that(paste("the option leaves @r to keras3 and takes it back at any time,", order), {
    skip_without_python()
    lines <- run_beside(
      "options(pybridge.yield_to_keras3 = TRUE)", attached[[order]], "x <- start()",
      "show(x@r[1])",
      "options(pybridge.yield_to_keras3 = NULL)", serve,
      tensor, "keras <- tensor('keras', 'Backend')",
      "options(pybridge.yield_to_keras3 = TRUE)", "show(x@r[1])", "show(keras@r[1])",
      "options(pybridge.yield_to_keras3 = FALSE)", "show(x@r[1])", "show(keras@r[1])"
    )
    expect_printed(lines, "theirs 1 100 theirs theirs 1 100")
    expect_length(grep("pybridge reads `x@r", lines), 0L)
  })
}
