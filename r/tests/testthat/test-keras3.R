# Beside keras3, by a stand-in that registers the methods that keras3 registers, at the moment it
# does: when Python imports `keras`, here a module of the test's own.

make_stand_in <- function() {
  root <- tempfile("stand-in")
  package <- file.path(root, "keras3")
  dir.create(file.path(package, "R"), recursive = TRUE)
  writeLines(c(
    "Package: keras3", "Version: 1.0.0", "Title: Stand-In", "Author: Nobody", "License: MIT",
    "Maintainer: Nobody <nobody@example.org>", "Description: It claims subscripts.",
    "Imports: reticulate"
  ), file.path(package, "DESCRIPTION"))
  writeLines("export(newaxis)", file.path(package, "NAMESPACE"))
  writeLines(c(
    "newaxis <- NULL",
    "at <- function(object, name) structure(list(object), class = 'their_view')",
    "at_set <- function(object, name, value) value",
    "read <- function(x, ...) 'theirs'",
    "write <- function(x, ..., value) .subset2(x, 1L)",
    ".onLoad <- function(libname, pkgname) {",
    "  claim <- function() {",
    "    for (class in c('numpy.ndarray', 'their.Tensor')) {",
    "      registerS3method('@', class, at, baseenv())",
    "      registerS3method('@<-', class, at_set, baseenv())",
    "    }",
    "    registerS3method('[', 'their_view', read, baseenv())",
    "    registerS3method('[<-', 'their_view', write, baseenv())",
    "  }",
    "  loaded <- reticulate::py_available() &&",
    "    'keras' %in% names(reticulate::import('sys')$modules)",
    "  if (loaded) claim() else setHook('reticulate::keras::load', claim)",
    "}"
  ), file.path(package, "R", "zzz.R"))
  dir.create(file.path(root, "python", "keras"), recursive = TRUE)
  file.create(file.path(root, "python", "keras", "__init__.py"))
  dir.create(file.path(root, "library"))
  system2(
    file.path(R.home("bin"), "R"),
    c("CMD", "INSTALL", "--no-docs", paste0("--library=", shQuote(file.path(root, "library"))), shQuote(package)),
    stdout = FALSE, stderr = FALSE
  )
  stopifnot(dir.exists(file.path(root, "library", "keras3")))
  root
}

# Run code that loads the packages in an order, imports `keras`, and then subscripts.
run_beside <- function(root, first, ...) {
  library_lines <- c("library(pybridge)", "library(keras3)")
  run_r(c(
    sprintf(".libPaths(c(%s, .libPaths()))", deparse(file.path(root, "library"))),
    "x <- reticulate::import('numpy', convert = FALSE)$arange(1L, 11L)",
    sprintf("reticulate::import('sys', convert = FALSE)$path$insert(0L, %s)", deparse(file.path(root, "python"))),
    "suppressMessages({",
    if (first == "pybridge") library_lines else rev(library_lines),
    "})",
    ...
  ))
}

for (first in c("pybridge", "keras3")) {
  test_that(paste("ours serves where keras3 has claimed @r, loaded first:", first), {
    skip_without_python()
    root <- make_stand_in()
    lines <- run_beside(
      root, first,
      "invisible(reticulate::import('keras'))",
      "print(x@r[1])",
      "x@r[2] <- 100L",
      "print(class(x))",
      "print(x@r[2])",
      "options(pybridge.yield_to_keras3 = TRUE)",
      "print(x@r[1])",
      "options(pybridge.yield_to_keras3 = NULL)",
      "print(x@r[1])"
    )
    said <- grep("pybridge reads `x@r", lines)
    expect_length(said, 1L)
    printed <- utils::tail(lines, 5L)
    expect_identical(printed, c(
      "np.int64(1)", "[1] \"numpy.ndarray\"         \"python.builtin.object\"", "np.int64(100)",
      "[1] \"theirs\"", "np.int64(1)"
    ))
  })

  test_that(paste("a Keras that was imported before changes nothing, loaded first:", first), {
    skip_without_python()
    lines <- run_beside(make_stand_in(), first, "print(x@r[1])")
    expect_identical(utils::tail(lines, 1L), "np.int64(1)")
  })
}

test_that("keras3 that is loaded after Python imported Keras is taken over as well", {
  skip_without_python()
  root <- make_stand_in()
  lines <- run_r(c(
    sprintf(".libPaths(c(%s, .libPaths()))", deparse(file.path(root, "library"))),
    sprintf("reticulate::import('sys', convert = FALSE)$path$insert(0L, %s)", deparse(file.path(root, "python"))),
    "x <- reticulate::import('numpy', convert = FALSE)$arange(1L, 11L)",
    "invisible(reticulate::import('keras'))",
    "library(pybridge)",
    "suppressMessages(library(keras3))",
    "print(x@r[1])"
  ))
  expect_identical(utils::tail(lines, 1L), "np.int64(1)")
})
