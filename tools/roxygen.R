# Check that r/NAMESPACE and r/man are what roxygen2 makes of the comments in r/R.

copy <- file.path(tempfile(), "pybridge")
dir.create(copy, recursive = TRUE)
stopifnot(file.copy(file.path("r", c("DESCRIPTION", "NAMESPACE", "R", "man")), copy, recursive = TRUE))
invisible(utils::capture.output(
  suppressMessages(roxygen2::roxygenise(copy, load_code = "source")),
  type = "output"
))

sums <- function(folder) {
  files <- c("DESCRIPTION", "NAMESPACE", file.path("man", list.files(file.path(folder, "man"))))
  stats::setNames(tools::md5sum(file.path(folder, files)), files)
}
committed <- sums("r")
generated <- sums(copy)
files <- union(names(committed), names(generated))
differ <- files[!mapply(identical, unname(committed[files]), unname(generated[files]))]
if (length(differ)) {
  cat("roxygen2 would change", toString(differ), "\n")
  cat("run: Rscript -e 'roxygen2::roxygenise(\"r\", load_code = \"source\")'\n")
  quit(status = 1)
}
cat("roxygen2: nothing differs\n")
