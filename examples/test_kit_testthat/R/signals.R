# The port of python/signals.py.

peaks <- function(x) {
  inner <- seq_along(x)[-c(1L, length(x))]
  inner[x[inner] > x[inner - 1L] & x[inner] > x[inner + 1L]]
}

standardized <- function(x) {
  if (!is.matrix(x)) {
    stop(errorCondition("a matrix is needed", class = "signals_error_shape"))
  }
  sweep(sweep(x, 2, colMeans(x)), 2, apply(x, 2, sd), "/")
}

decibels <- function(x, reference = 1) 10 * log10(x / reference)

described <- function(x) {
  list(peaks = length(peaks(x)), range = range(x), is_flat = diff(range(x)) == 0)
}
