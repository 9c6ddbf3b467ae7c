# Lint R code with the settings of r/.lintr, and fail if the linter finds anything: all of it, or the files that
# are named.

stopifnot(requireNamespace("pybridge")) # so that the linter knows its functions
options(lintr.linter_file = normalizePath("r/.lintr"))
files <- commandArgs(TRUE)
found <- if (length(files)) {
  lapply(files, lintr::lint, cache = FALSE)
} else {
  lapply(c("r", "tools", "examples", "benchmarks"), function(folder) {
    lintr::lint_dir(folder, pattern = "[.]R$", cache = FALSE, relative_path = FALSE)
  })
}
found <- unlist(found, recursive = FALSE)
# Scripts source one another, so that the linter cannot know all names outside the package.
is_script <- !grepl("(^|/)r/R/", vapply(found, `[[`, "", "filename"))
found <- found[!is_script | vapply(found, `[[`, "", "linter") != "object_usage_linter"]
for (lint in found) {
  cat(sprintf("%s:%d: %s [%s]\n", lint$filename, lint$line_number, lint$message, lint$linter))
}
if (length(found)) quit(status = 1)
cat("lintr: nothing found\n")
