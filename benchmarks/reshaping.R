# array_reshape and recycling on R arrays, compared with reticulate and base R.

source("benchmarks/timing.R")
suppressMessages(library(pybridge))

x <- array(sample.int(256L, 60000 * 784, TRUE) - 1L, c(60000L, 28L, 28L))
stopifnot(identical(
  array_reshape(x[1:50, , ], c(50, 784)), aperm(array(aperm(x[1:50, , ]), c(784, 50)))
))
title <- "array_reshape on an R array, (60000, 28, 28) integers"
rows_of <- quote(array_reshape(x, c(60000, 784)))
compare(title, "to (60000, 784)", list(
  rows_of, "reticulate" = quote(reticulate::array_reshape(x, c(60000, 784)))
))
compare(title, "to (60000, 784)", list(
  rows_of, "base R's aperm, twice" = quote(aperm(array(aperm(x), c(784, 60000))))
))
compare(title, "to (60000, 784)", list(rows_of, "x + 0L" = quote(x + 0L)))
compare(title, "to (60000, 784), order = \"F\"", list(
  quote(array_reshape(x, c(60000, 784), "F")), "array(x, dim)" = quote(array(x, c(60000, 784)))
))

small <- array(1:30, c(2L, 3L, 5L))
compare("Verbs on R arrays: the cost of a call", "array_reshape, (2, 3, 5) to (6, 5)", list(
  quote(array_reshape(small, c(6, 5))),
  "base R's aperm, twice" = quote(aperm(array(aperm(small), c(5, 6))))
))

title <- "Recycling on R arrays"
add <- recycled("+")
m <- matrix(runif(1250000), 1250)
v <- runif(1250)
compare(title, "recycled(\"+\")(m, v), 10 MB", list(quote(add(m, v)), "m + v" = quote(m + v)))
columns <- runif(1000)
compare(title, "recycled(\"+\")(m, rows of broadcast), 10 MB", list(
  quote(add(m, broadcast(m, columns)[[2L]])), "sweep" = quote(sweep(m, 2L, columns, "+"))
))
report()
