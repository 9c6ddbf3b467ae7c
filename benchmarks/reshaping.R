# How fast array_reshape is on an R array, beside reticulate and base R: Rscript reshaping.R
#
# For an integer (60000, 28, 28) array to (60000, 784) it must be at least 4 times as fast as
# reticulate::array_reshape and cost at most 1.5 times `x + 0L`.

best_of_each <- function(calls, rounds) {
  best <- rep(Inf, length(calls))
  for (round in seq_len(rounds)) {
    for (k in seq_along(calls)) {
      gc(FALSE)
      start <- proc.time()[["elapsed"]]
      calls[[k]]()
      best[k] <- min(best[k], proc.time()[["elapsed"]] - start)
    }
  }
  names(best) <- names(calls)
  best
}

x <- array(sample.int(256L, 60000 * 784, TRUE) - 1L, c(60000L, 28L, 28L))
stopifnot(identical(
  pybridge::array_reshape(x[1:50, , ], c(50, 784)),
  aperm(array(aperm(x[1:50, , ]), c(784, 50)))
))
fast <- best_of_each(list(
  "pybridge (60000, 784)" = function() pybridge::array_reshape(x, c(60000, 784)),
  "pybridge (60000, 784), order = F" = function() pybridge::array_reshape(x, c(60000, 784), "F"),
  "pybridge (47040000)" = function() pybridge::array_reshape(x, -1),
  "pybridge (784, 60000), no common refinement" = function() {
    pybridge::array_reshape(x, c(784, 60000))
  },
  "x + 0L" = function() x + 0L
), 9L)
slow <- best_of_each(list(
  "reticulate (60000, 784)" = function() reticulate::array_reshape(x, c(60000, 784)),
  "base R: aperm(array(aperm(x), rev(dim)))" = function() aperm(array(aperm(x), c(784, 60000)))
), 3L)
for (name in names(c(fast, slow))) {
  seconds <- c(fast, slow)[[name]]
  cat(sprintf("%-45s %7.0f ms %7.2f\n", name, seconds * 1000, seconds / fast[[1L]]))
}
cat(sprintf(
  "\nreticulate / pybridge: %.1f (at least 4)   pybridge / (x + 0L): %.2f (at most 1.5)\n",
  slow[[1L]] / fast[[1L]], fast[[1L]] / fast[["x + 0L"]]
))
small <- array(1:30, c(2L, 3L, 5L))
count <- 5000L
per_call <- best_of_each(list(
  "pybridge::array_reshape" = function() {
    for (k in seq_len(count)) pybridge::array_reshape(small, c(6, 5))
  },
  "aperm(array(aperm(x), rev(dim)))" = function() {
    for (k in seq_len(count)) aperm(array(aperm(small), c(5, 6)))
  }
), 5L) / count * 1e6
cat("\n(2, 3, 5) to (6, 5), per call\n")
cat(sprintf("%-45s %7.1f us\n", names(per_call), per_call), sep = "")
