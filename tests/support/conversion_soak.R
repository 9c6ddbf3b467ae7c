# Small conversions from R, checked, and what they leave behind:
#
#     Rscript tests/support/conversion_soak.R 1000000

suppressMessages({
  library(reticulate, exclude = "array_reshape")
  library(pybridge)
})
COUNT <- as.numeric(c(commandArgs(TRUE), 1e6)[[1L]])

values <- list(
  1:3, c(TRUE, FALSE), matrix(c(1.5, 2, 3, 4), 2), c("a", "\u00e9"), complex(real = 1, imaginary = 2),
  array(1:8, c(2, 2, 2)), 5, as.Date("2026-01-02")
)
dtypes <- list("uint8", NULL, "float32", NULL, NULL, "int64", NULL, NULL)
expected <- values
expected[[6]] <- values[[6]] + 0

# Each turn is two conversions; every fiftieth also writes a value, and is refused one.
convert <- function(count) {
  target <- to_python(c(1, 2, 3))
  for (turn in seq_len(count / 2)) {
    k <- 1L + turn %% length(values)
    back <- from_python(to_python(values[[k]], dtypes[[k]]))
    if (!identical(back, expected[[k]])) stop("turn ", turn, " came back as ", deparse(back))
    if (turn %% 50L == 0L) {
      target@r[1:2] <- c(turn, NA)
      tryCatch(to_python(c(1L, NA)), pybridge_error_conversion = identity)
      frame <- from_python(to_python(data.frame(n = 1:2, s = c("u", "v"))))
      if (!identical(frame$s, c("u", "v"))) stop("turn ", turn, ": ", deparse(frame))
    }
  }
}

resident <- function() {
  invisible(gc())
  py_run_string("import gc; gc.collect()")
  pages <- as.numeric(strsplit(readLines("/proc/self/statm"), " ")[[1L]][[2L]])
  pages * 4096
}

convert(max(COUNT / 10, 8000)) # both languages let their heaps grow at first
before <- resident()
began <- Sys.time()
for (done in seq_len(10) * COUNT / 10) {
  convert(COUNT / 10)
  grown <- (resident() - before) / 2^20
  seconds <- difftime(Sys.time(), began, units = "secs")
  cat(sprintf("%.0f conversions from R: %.0f s, grew %.2f MB\n", done, seconds, grown))
}
if (grown > 16) quit(status = 1L)
