test_that("loading and attaching start no Python and register the methods", {
  lines <- run_r(c(
    "library(pybridge)",
    "cat(reticulate::py_available(), is.function(getS3method('@', 'python.builtin.object')), '\\n')"
  ))
  expect_identical(trimws(utils::tail(lines, 1L)), "FALSE TRUE")
})

test_that("the subscripts serve whether or not Keras was imported, from the first call on", {
  skip_without_python()
  lines <- run_r(c(
    "x <- reticulate::np_array(1:10)",
    "library(pybridge)",
    "print(x@r[1])",
    "cat(reticulate::py_eval(\"'keras' in __import__('sys').modules\"), '\\n')"
  ))
  expect_identical(trimws(utils::tail(lines, 2L)), c("np.int32(1)", "FALSE"))
})

test_that("the two halves are of one version, or the error names both", {
  skip_without_python()
  expect_identical(
    reticulate::py_to_r(start_bridge()$version()),
    as.character(utils::packageVersion("pybridge"))
  )
  expect_no_error(check_version("1.2.3", "here", "1.2.3"))
  expect_snapshot(cran = TRUE, error = TRUE, {
    check_version("9.9.9", "/elsewhere/pybridge/__init__.py", "0.1.0")
    start_bridge(tempdir())
  })
})

test_that("a pybridge of another version that Python has imported is an error", {
  skip_without_python()
  folder <- file.path(tempfile(), "pybridge")
  dir.create(folder, recursive = TRUE)
  own <- system.file("python", "pybridge", package = "pybridge")
  file.copy(list.files(own, full.names = TRUE), folder, recursive = TRUE)
  init <- file.path(folder, "__init__.py")
  writeLines(sub("__version__ = .*", "__version__ = \"9.9.9\"", readLines(init)), init)
  lines <- run_r(c(
    sprintf("sys <- reticulate::import('sys', convert = FALSE); sys$path$insert(0L, %s)", deparse(dirname(folder))),
    "invisible(reticulate::import('pybridge'))",
    "library(pybridge)",
    "error <- tryCatch(r_slice(reticulate::np_array(1:3), 1), error = identity)",
    "cat(class(error)[[1]], '\\n')"
  ))
  expect_identical(trimws(utils::tail(lines, 1L)), "pybridge_error_version")
})
