# The message when a package that is attached later masks a function of ours.

test_that("one message announces that a package attached later masks array_reshape()", {
  lines <- run_r(c("library(pybridge)", "library(reticulate)", "detach('package:reticulate')", "library(reticulate)"))
  announced <- grep("array_reshape() is now reticulate's function", lines, fixed = TRUE)
  expect_length(announced, 1L)
  expect_match(lines[announced + 1L], "library(reticulate, exclude = \"array_reshape\")", fixed = TRUE)
  lines <- run_r(c(
    "library(pybridge)", "library(reticulate, exclude = 'array_reshape')",
    "cat(environmentName(environment(array_reshape)))"
  ))
  expect_identical(lines, "pybridge")
  lines <- run_r(c("library(reticulate)", "library(pybridge)"))
  expect_length(grep("array_reshape() is now", lines, fixed = TRUE), 0L)
})

# A package that exports some functions, in a library of its own.
make_package <- function(name, code) {
  root <- tempfile("package")
  dir.create(file.path(root, name, "R"), recursive = TRUE)
  writeLines(c(
    paste("Package:", name), "Version: 1.0.0", "Title: Stand-In", "Author: Nobody", "License: MIT",
    "Maintainer: Nobody <nobody@example.org>", "Description: It has functions of the same name."
  ), file.path(root, name, "DESCRIPTION"))
  writeLines("exportPattern('^[a-z]')", file.path(root, name, "NAMESPACE"))
  writeLines(code, file.path(root, name, "R", "code.R"))
  library <- file.path(root, "library")
  dir.create(library)
  system2(
    file.path(R.home("bin"), "R"),
    c("CMD", "INSTALL", "--no-docs", paste0("--library=", shQuote(library)), shQuote(file.path(root, name))),
    stdout = FALSE, stderr = FALSE
  )
  stopifnot(dir.exists(file.path(library, name)))
  library
}

test_that("one message announces that dplyr, attached later, masks explain()", {
  library <- make_package("dplyr", "explain <- function(x, ...) UseMethod('explain')")
  use_library <- sprintf(".libPaths(c(%s, .libPaths()))", deparse(library))
  again <- c("library(pybridge)", "library(dplyr)", "detach('package:dplyr')", "library(dplyr)")
  lines <- run_r(c(use_library, again, "cat(environmentName(environment(explain)))"))
  announced <- grep("explain() is now dplyr's function", lines, fixed = TRUE)
  expect_length(announced, 1L)
  expect_match(lines[announced + 1L], "library(dplyr, exclude = \"explain\")", fixed = TRUE)
  expect_identical(lines[[length(lines)]], "dplyr")
  lines <- run_r(c(use_library, "library(dplyr)", "library(pybridge)"))
  expect_length(grep("explain() is now", lines, fixed = TRUE), 0L)
  lines <- run_r(c(
    use_library, "library(pybridge)", "unloadNamespace('pybridge')",
    "cat(length(getHook(packageEvent('dplyr', 'attach'))))"
  ))
  expect_identical(lines[[length(lines)]], "0")
})

test_that("tensorflow, which hands reticulate's function on, is named as well", {
  library <- make_package("tensorflow", "array_reshape <- function(x, dim) NULL")
  use_library <- sprintf(".libPaths(c(%s, .libPaths()))", deparse(library))
  lines <- run_r(c(use_library, "library(pybridge)", "library(tensorflow)"))
  expect_length(grep("library(tensorflow, exclude = \"array_reshape\")", lines, fixed = TRUE), 1L)
})
