# The message when a package that is attached later masks a function of ours.

# A library of packages that export some functions.
make_packages <- function(...) {
  root <- tempfile("packages")
  library <- file.path(root, "library")
  dir.create(library, recursive = TRUE)
  for (name in ...names()) {
    dir.create(file.path(root, name, "R"), recursive = TRUE)
    writeLines(c(
      paste("Package:", name), "Version: 1.0.0", "Title: Stand-In", "Author: Nobody", "License: MIT",
      "Maintainer: Nobody <nobody@example.org>", "Description: It has functions of the same name."
    ), file.path(root, name, "DESCRIPTION"))
    writeLines("exportPattern('^[a-z]')", file.path(root, name, "NAMESPACE"))
    writeLines(list(...)[[name]], file.path(root, name, "R", "code.R"))
  }
  system2(
    file.path(R.home("bin"), "R"),
    c("CMD", "INSTALL", "--no-docs", paste0("--library=", shQuote(library)), shQuote(file.path(root, ...names()))),
    stdout = FALSE, stderr = FALSE
  )
  stopifnot(dir.exists(file.path(library, ...names())))
  sprintf(".libPaths(c(%s, .libPaths()))", deparse(library))
}

use_library <- NULL

# Run code in a process that has packages with the names of dplyr and tensorflow.
run_with_others <- function(...) {
  if (is.null(use_library)) {
    use_library <<- make_packages(
      dplyr = "explain <- function(x, ...) UseMethod('explain')",
      tensorflow = "array_reshape <- function(x, dim) NULL"
    )
  }
  run_r(c(use_library, ...))
}

again <- function(name) sprintf(c("library(%s)", "detach('package:%s')", "library(%s)"), name)

test_that("one message announces each package, attached later, that masks a function", {
  lines <- run_with_others(
    "library(pybridge)", again("reticulate"), again("dplyr"), "cat(environmentName(environment(explain)))"
  )
  announced <- grep("array_reshape() is now reticulate's function", lines, fixed = TRUE)
  expect_length(announced, 1L)
  expect_match(lines[announced + 1L], "library(reticulate, exclude = \"array_reshape\")", fixed = TRUE)
  announced <- grep("explain() is now dplyr's function", lines, fixed = TRUE)
  expect_length(announced, 1L)
  expect_match(lines[announced + 1L], "library(dplyr, exclude = \"explain\")", fixed = TRUE)
  expect_identical(lines[[length(lines)]], "dplyr")
})

test_that("tensorflow, which hands reticulate's function on, is named as well", {
  lines <- run_with_others("library(pybridge)", "library(tensorflow)")
  expect_length(grep("library(tensorflow, exclude = \"array_reshape\")", lines, fixed = TRUE), 1L)
})

test_that("nothing is announced where nothing is masked, and no hook is left", {
  lines <- run_with_others(
    "library(pybridge)", "library(reticulate, exclude = 'array_reshape')",
    "cat(environmentName(environment(array_reshape)), '\\n')",
    "unloadNamespace('pybridge')", "cat(length(getHook(packageEvent('dplyr', 'attach'))))"
  )
  expect_identical(lines, c("pybridge ", "0"))
  lines <- run_with_others("library(reticulate)", "library(dplyr)", "library(pybridge)")
  expect_length(grep("() is now", lines, fixed = TRUE), 0L)
})
