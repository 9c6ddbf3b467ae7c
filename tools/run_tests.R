# Run the R package's tests against the installed package, all of them or those of the files that are named after
# it, as "array" for test-array.R; write the count to the file named first. One test is one test_that() block; an error
# or a failed expectation makes it a failed one.

arguments <- commandArgs(TRUE)
report <- arguments[[1]]
files <- arguments[-1]
results <- as.data.frame(testthat::test_dir(
  "r/tests/testthat",
  package = "pybridge",
  load_package = "installed",
  filter = if (length(files)) sprintf("^(%s)$", paste(files, collapse = "|")),
  reporter = testthat::ProgressReporter$new(update_interval = Inf),
  stop_on_failure = FALSE
))

failed <- results$failed > 0 | results$error
skipped <- results$skipped & !failed
jsonlite::write_json(
  list(passed = sum(!failed & !skipped), failed = sum(failed), skipped = sum(skipped)),
  report,
  auto_unbox = TRUE
)
quit(status = as.integer(any(failed)))
