# The law of company: an expression that uses nothing of pybridge means the same with it attached,
# before the other packages or after them. See company.R for the list.

source(test_path("company.R"), local = TRUE)

# The packages with which the list is run; `make test-r-beside` names more.
beside <- strsplit(Sys.getenv("PYBRIDGE_TEST_BESIDE", "reticulate"), ",", fixed = TRUE)[[1L]]

test_that("what worked without pybridge means the same with it, attached first or last", {
  skip_without_module("tensorflow", "keras", "torch", "jax")
  file <- tempfile(fileext = ".rds")
  script <- normalizePath(test_path("company.R"))
  for (packages in c(list(beside), if (!identical(beside, "reticulate")) list(c("pybridge", beside)))) {
    code <- sprintf(
      "commandArgs <- function(...) %s; source(%s)", paste(deparse(c(file, packages)), collapse = ""), deparse(script)
    )
    lines <- run_r(code)
  }
  expect_true(file.exists(file), label = paste(utils::tail(lines, 20L), collapse = "\n"))
  outcomes <- readRDS(file)
  expect_named(outcomes, c("without", "last", "first"), label = paste(utils::tail(lines, 20L), collapse = "\n"))

  worked <- Filter(function(outcome) !outcome$failed, outcomes$without)
  expect_gt(length(unique(sub("^[^:]*: ", "", names(outcomes$without)))), 150L)
  expect_gt(length(worked), 600L)
  excepted <- Reduce(`|`, lapply(names(company_exceptions), grepl, names(worked)))
  for (order in c("last", "first")) {
    same <- vapply(names(worked), function(label) identical(worked[[label]], outcomes[[order]][[label]]), NA)
    differ <- names(worked)[!same & !excepted]
    differences <- vapply(differ, function(label) {
      sprintf("%s\n  without: %s\n  with: %s", label, worked[[label]]$text, outcomes[[order]][[label]]$text)
    }, "")
    expect_identical(differ, character(), label = paste(c(order, differences), collapse = "\n"))
  }
  # an exception that excepts nothing is none
  unused <- Filter(function(pattern) !any(grepl(pattern, names(worked))), names(company_exceptions))
  if (nzchar(Sys.getenv("PYBRIDGE_TEST_BESIDE")) && identical(beside, "reticulate")) {
    expect_identical(unused, character())
  }
})
