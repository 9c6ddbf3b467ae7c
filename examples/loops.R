# The loop of from_scratch in R and in Python, in turns and in one process: what does R cost?
#
#     Rscript examples/loops.R

source("examples/from_scratch.R")
from_scratch <- import_from_path("from_scratch", path = "examples", convert = FALSE)

TURNS <- 40
BATCHES <- 10
mnist <- import_from_path("mnist_data", path = "examples", convert = FALSE)$load_mnist()
samples <- BATCHES * BATCH_SIZE
images <- array_reshape(mnist$x_train@r[NA:samples], c(NA, 28 * 28))$astype("float32") / 255
labels <- mnist$y_train@r[NA:samples]
stop <- checkpoint$Interrupt()

python_run <- from_scratch$Run(from_scratch$new_model(), from_scratch$new_optimizer_update())
r_run <- new_run(new_model(), new_optimizer_update())
turn <- list(
  Python = function() python_run$fit_epoch(images, labels, stop),
  R = function() fit_epoch(r_run, images, labels, stop)
)
milliseconds_per_step <- function(one_turn) {
  began <- seconds_now()
  one_turn()
  1000 * (seconds_now() - began) / BATCHES
}

# The first turns meet cold caches, code that R has not compiled yet and a heap that still grows:
# they do not count. Their 400 steps are fewer than those of one epoch.
for (count in seq_len(40)) {
  for (one_turn in turn) one_turn()
}
# The fastest turn is the one that the rest of the machine disturbed least.
fastest <- c(Python = Inf, R = Inf)
for (count in seq_len(TURNS)) {
  fastest <- pmin(fastest, vapply(turn, milliseconds_per_step, 0))
}
cat(sprintf(
  "a step takes %.2f ms in Python and %.2f ms in R: %.2f times as long\n",
  fastest[["Python"]], fastest[["R"]], fastest[["R"]] / fastest[["Python"]]
))
