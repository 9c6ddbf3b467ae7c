# The cost of x@r[...] from R, compared with the least cost of a call into Python, and with reticulate's `[`.

source("benchmarks/timing.R")
suppressMessages({
  library(reticulate, exclude = "array_reshape")
  library(pybridge)
})

np <- import("numpy", convert = FALSE)
# What reticulate makes of a result costs more for a number of NumPy, of many classes, than for an array:
# the bare call gives the very object that the reading gives.
py_run_string("def giver(result):\n    return lambda tensor, position: result\n")
giver <- import("__main__", convert = FALSE)$giver

small <- np$arange(10L)
images <- np$zeros(tuple(60000L, 28L, 28L), "uint8")

calls <- function(label, ours, x) {
  floor <- list(bquote(py_call(.(giver(eval(ours))), .(x), 3L)))
  compare(
    "Subscripts from R: the cost of a call", label,
    c(list(ours), stats::setNames(floor, "a bare py_call()"))
  )
}
calls("x@r[3]", quote(small@r[3]), quote(small))
calls("x@r[1:3]", quote(small@r[1:3]), quote(small))
calls("x@r[NA:5]", quote(small@r[NA:5]), quote(small))
calls("images@r[, 15:NA, 15:NA]", quote(images@r[, 15:NA, 15:NA]), quote(images))
calls("images@r[129:256, , ]", quote(images@r[129:256, , ]), quote(images))
calls("images@r[.., -1]", quote(images@r[.., -1]), quote(images))
calls("x@r[c(3, 1, 5)]", quote(small@r[c(3, 1, 5)]), quote(small))

title <- "Subscripts from R compared with other packages"
compare(title, "x@r[3]", list(quote(small@r[3]), "reticulate's x[2L]" = quote(small[2L])))
compare(title, "x@r[1:3]", list(quote(small@r[1:3]), "reticulate's x[0:3]" = quote(small[0:3])))
if (requireNamespace("keras3", quietly = TRUE)) {
  import("keras")
  theirs <- getFromNamespace("@.numpy.ndarray", "keras3")
  compare(title, "x@r[1:3]", list(quote(small@r[1:3]), "keras3's x@r" = quote(theirs(small, "r")[1:3])))
}

# One epoch: 469 batches of images and labels.
x_train <- np$zeros(tuple(60000L, 784L), "float32")
y_train <- np$zeros(60000L, "uint8")
starts <- seq(1L, 60000L, by = 128L)
epoch <- function() {
  for (start in starts) {
    end <- min(start + 127L, 60000L)
    x_train@r[start:end, ]
    y_train@r[start:end]
  }
}
their_epoch <- function() {
  for (start in starts) {
    end <- min(start + 127L, 60000L)
    x_train[(start - 1L):end, ]
    y_train[(start - 1L):end]
  }
}
images_of <- giver(x_train@r[1:128, ])
labels_of <- giver(y_train@r[1:128])
bare_epoch <- function() {
  for (start in starts) {
    py_call(images_of, x_train, start)
    py_call(labels_of, y_train, start)
  }
}
title <- "One epoch of batches, from R"
label <- "469 batches of images and labels"
compare(title, label, list(quote(epoch()), "reticulate's x[(start - 1):end, ]" = quote(their_epoch())))
compare(title, label, list(quote(epoch()), "bare calls of reticulate" = quote(bare_epoch())))
report()
