test_that("the doctor names Python, the reason for it, and the versions", {
  skip_without_python()
  lines <- capture.output(report <- pybridge_doctor())
  expect_s3_class(report, "pybridge_doctor")
  expect_true(all(report$status %in% c("ok", "note", "fail")))
  expect_true(all(c("R", "reticulate", "chosen", "Python", "libpython", "NumPy", "process") %in% report$name))
  expect_match(report$found[report$name == "process"], "R, through reticulate")
  expect_length(lines, nrow(report) + sum(nzchar(report$advice)))
})

test_that("its exit status is for CI", {
  skip_without_python()
  # what is wrong with this machine, if anything, is wrong in the other process too
  utils::capture.output(report <- pybridge_doctor())
  status <- attr(run_r("pybridge::pybridge_doctor(exit = TRUE)"), "status") %||% 0L
  expect_identical(status, as.integer(any(report$status == "fail")))
  broken <- run_r("pybridge::pybridge_doctor(exit = TRUE)", "RETICULATE_PYTHON=/nowhere/python")
  expect_identical(attr(broken, "status"), 1L)
  expect_match(broken, "^fail  chosen", all = FALSE)
  expect_error(pybridge_doctor(exit = NA), class = "pybridge_error_argument")
})

test_that("where nothing names a Python it advises, and starts and downloads none", {
  program <- paste(
    "Sys.unsetenv(c('RETICULATE_PYTHON', 'RETICULATE_PYTHON_ENV', 'VIRTUAL_ENV', 'CONDA_PREFIX'))",
    "Sys.unsetenv('RETICULATE_USE_MANAGED_VENV')",
    "Sys.setenv(HOME = tempdir()); setwd(tempdir())",
    "report <- pybridge::pybridge_doctor()",
    "cat(reticulate::py_available(), Sys.getenv('RETICULATE_USE_MANAGED_VENV', 'unset'))",
    sep = "; "
  )
  lines <- run_r(program)
  expect_match(lines, "^note  chosen       nothing names a Python.* downloads one at the first call", all = FALSE)
  expect_match(lines, 'py_require(c("anndata", "scipy"))', fixed = TRUE, all = FALSE)
  expect_match(lines, "RETICULATE_PYTHON", all = FALSE)
  expect_lt(length(lines), 14)
  expect_identical(lines[length(lines)], "FALSE unset")
  expect_false(any(grepl("Downloading|Installing", lines)))
  forbidden <- run_r(sub("Sys.unsetenv('RETICULATE_USE_MANAGED_VENV')",
    "Sys.setenv(RETICULATE_USE_MANAGED_VENV = 'no')", program, fixed = TRUE))
  expect_match(forbidden, "^fail  chosen", all = FALSE)
  expect_match(forbidden, "Sys.unsetenv(\"RETICULATE_USE_MANAGED_VENV\")", fixed = TRUE, all = FALSE)
})

test_that("it advises what the machine has: uv, Python or neither, and the paths of the system", {
  programs <- c(uv = "", python3 = "", py = "", python = "")
  with <- function(...) replace(programs, c(...), "/somewhere")
  expect_snapshot(cran = TRUE, {
    writeLines(python_advice(TRUE, with("uv", "python3"), is_windows = FALSE))
    writeLines(python_advice(FALSE, with("python3"), is_windows = FALSE))
    writeLines(python_advice(TRUE, with("py"), is_windows = TRUE))
  })
  none <- python_advice(TRUE, programs, is_windows = FALSE)
  expect_false(any(grepl("-m venv|uv venv", none)))
  expect_match(none, "there is no uv and no Python", all = FALSE)
})

test_that("a start of Python that fails ends with a line that names the doctor", {
  lines <- run_r("tryCatch(pybridge::to_python(1), error = \\(e) writeLines(conditionMessage(e)))",
    "RETICULATE_PYTHON=/nowhere/python")
  expect_match(lines[[length(lines)]], "pybridge_doctor() says what is missing", fixed = TRUE)
})

test_that("another package of the same name that Python has imported is named", {
  skip_without_python()
  folder <- tempfile()
  dir.create(file.path(folder, "pybridge"), recursive = TRUE)
  file <- file.path(folder, "pybridge", "__init__.py")
  writeLines("import re", file)
  on.exit(unlink(folder, recursive = TRUE))
  program <- sprintf(
    "invisible(reticulate::import_from_path('pybridge', %s)); pybridge::pybridge_doctor(exit = TRUE)",
    deparse(normalizePath(folder, winslash = "/"))
  )
  lines <- run_r(program)
  expect_identical(attr(lines, "status"), 1L)
  expect_match(lines, "^fail  bridge", all = FALSE)
  expect_match(lines, "Python has imported .*pybridge.__init__.py.*pip uninstall pybridge", all = FALSE)
})

test_that("its lines are a table that a person can read", {
  report <- structure(
    data.frame(name = c("R", "NumPy"), status = c("ok", "fail"), found = c("4.5.0", "not installed"),
      advice = c("", "pip install numpy")),
    class = c("pybridge_doctor", "data.frame")
  )
  expect_snapshot(cran = TRUE, report)
  expect_identical(check_least("R", "4.1.0", "4.3")$status, "fail")
  expect_identical(check_least("R", "4.10.0", "4.3")$status, "ok")
  expect_identical(reason_text(NULL), "which reticulate found by itself")
})
