# What x@r[...] costs from R, beside the floor: one call of a Python function that returns its
# tensor. Run with Rscript, with the package installed and RETICULATE_PYTHON set.
#
# Each figure is the median over CALLS calls, timed in groups since one call is shorter than the
# clock's step. A ratio is what the target is about; the times depend on the machine.

suppressMessages({
  library(reticulate)
  library(pybridge)
})

CALLS <- 3000L
GROUP <- 20L

np <- import("numpy", convert = FALSE)
py_run_string("def floor(tensor, position):\n    return tensor\n")
floor <- import("__main__", convert = FALSE)$floor

small <- np$arange(10L)
images <- np$zeros(tuple(60000L, 28L, 28L), "uint8")
few_images <- np$zeros(tuple(256L, 28L, 28L), "uint8")

# The median time of an expression in microseconds, as a function's body compiled like a user's.
median_time <- function(expression) {
  run <- compiler::cmpfun(eval(call("function", NULL, expression), globalenv()))
  for (k in seq_len(GROUP)) run()
  times <- vapply(seq_len(CALLS %/% GROUP), function(group) {
    begin <- Sys.time()
    for (k in seq_len(GROUP)) run()
    as.numeric(Sys.time() - begin, units = "secs") / GROUP
  }, 0)
  1e6 * stats::median(times)
}

report <- function(label, time, floor_time, most = 3) {
  ratio <- time / floor_time
  cat(sprintf(
    "%-38s %8.2f us %6.2f x floor%s\n", label, time, ratio, if (ratio > most) "  MISSED" else ""
  ))
  ratio <= most
}

on_small <- median_time(quote(py_call(floor, small, 3L)))
on_images <- median_time(quote(py_call(floor, images, 3L)))
cat(sprintf("%-38s %8.2f us\n", "floor, 10 numbers", on_small))
cat(sprintf("%-38s %8.2f us\n", "floor, (60000, 28, 28)", on_images))

met <- c(
  report("x@r[3]", median_time(quote(small@r[3])), on_small),
  report("x@r[1:3]", median_time(quote(small@r[1:3])), on_small),
  report("x@r[NA:5]", median_time(quote(small@r[NA:5])), on_small),
  report("images@r[, 15:NA, 15:NA]", median_time(quote(images@r[, 15:NA, 15:NA])), on_images),
  report("images@r[129:256, , ]", median_time(quote(images@r[129:256, , ])), on_images)
)

big <- median_time(quote(images@r[129:256, , ]))
few <- median_time(quote(few_images@r[129:256, , ]))
cat(sprintf("%-38s %8.2f x the same on (256, 28, 28)\n", "images@r[129:256, , ]", big / few))

# One epoch: 469 batches of images and labels.
x_train <- np$zeros(tuple(60000L, 784L), "float32")
y_train <- np$zeros(60000L, "uint8")
epoch <- function() {
  for (start in seq(1L, 60000L, by = 128L)) {
    end <- min(start + 127L, 60000L)
    batch <- x_train@r[start:end, ]
    labels <- y_train@r[start:end]
  }
}
epoch()
seconds <- stats::median(vapply(1:9, function(k) system.time(epoch())[["elapsed"]], 0))
cat(sprintf("%-38s %8.3f s%s\n", "469 batches, images and labels", seconds, if (seconds > 0.1) "  MISSED" else ""))

quit(status = as.integer(!all(met) || seconds > 0.1))
