# Run the R package's tests against the installed package, all of them or those of the files that are named after
# it, as "array" for test-array.R; write the count to the file named first, with what failed. One test is one
# test_that() block; an error or a failed expectation makes it a failed one. The file of the same name with ".running"
# has the test that has begun, which is the culprit if R ends.

arguments <- commandArgs(TRUE)
report <- arguments[[1]]
files <- arguments[-1]
Running <- R6::R6Class("Running", inherit = testthat::Reporter, public = list(
  file = "",
  start_file = function(name) self$file <- name,
  start_test = function(context, test) {
    writeLines(enc2utf8(paste0(self$file, ": ", test)), paste0(report, ".running"), useBytes = TRUE)
  }
))
results <- testthat::test_dir(
  "r/tests/testthat",
  package = "pybridge",
  load_package = "installed",
  filter = if (length(files)) sprintf("^(%s)$", paste(files, collapse = "|")),
  reporter = testthat::MultiReporter$new(list(
    testthat::ProgressReporter$new(update_interval = Inf), Running$new()
  )),
  stop_on_failure = FALSE
)
counts <- as.data.frame(results)
failed <- counts$failed > 0 | counts$error
skipped <- counts$skipped & !failed
failure_of <- function(test) {
  is_fault <- vapply(test$results, inherits, NA, c("expectation_failure", "expectation_error"))
  words <- conditionMessage(test$results[is_fault][[1]])
  file <- sub("^test-(.*)[.][rR]$", "\\1", test$file)
  list(name = paste0("r/tests/testthat/", test$file, ": ", test$test), words = sub("\n.*", "", words),
    command = paste0("make test-r FILES=", file))
}
jsonlite::write_json(
  list(passed = sum(!failed & !skipped), failed = sum(failed), skipped = sum(skipped),
    failures = lapply(results[failed], failure_of)),
  report,
  auto_unbox = TRUE
)
quit(status = as.integer(any(failed)))
