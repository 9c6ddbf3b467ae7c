# Run the R package's tests against the installed package; write the count to the file named.
# One test is one test_that() block; an error or a failed expectation makes it a failed one.

report <- commandArgs(TRUE)[[1]]
results <- as.data.frame(testthat::test_dir(
  "r/tests/testthat",
  package = "pybridge",
  load_package = "installed",
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
