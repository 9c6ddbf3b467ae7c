# MNIST on one worker or on several: the same script. The same in Python: mnist_workers.py.
#
#     Rscript examples/mnist_workers.R                                              # one worker
#     python examples/launch_workers.py 2 Rscript examples/mnist_workers.R          # two, here
#
# On several machines start it on each with TF_CONFIG set, as tf.distribute asks; nothing else
# changes. Every worker sees every batch and takes its share of it, so that the weights are the same
# on all of them; some may run R and others Python. MNIST_EPOCHS and MNIST_SAMPLES make a shorter
# run.

Sys.setenv(PYTHONUNBUFFERED = "1")
library(reticulate, exclude = "array_reshape") # pybridge has one that knows every tensor library
library(pybridge)
source("examples/progress.R")

tf <- import("tensorflow", convert = FALSE)
checkpoint <- import_from_path("checkpoint", path = "examples", convert = FALSE)

LEARNING_RATE <- 0.1
BATCH_SIZE <- 128
# What TensorFlow raises, from one moment to the next, when another worker is gone.
ANOTHER_IS_GONE <- paste0(
  "tensorflow.python.framework.errors_impl.",
  c("UnavailableError", "AbortedError", "CancelledError", "DeadlineExceededError", "InternalError")
)

# The weights of two dense layers; each worker gets those of the first.
new_weights <- function() {
  uniform <- function(rows, columns, seed) {
    tf$random$stateless_uniform(
      tuple(rows, columns), seed = tuple(1L, seed), minval = -0.05, maxval = 0.05
    )
  }
  values <- list(uniform(784L, 512L, 1L), tf$zeros(512L), uniform(512L, 10L, 2L), tf$zeros(10L))
  lapply(values, tf$Variable)
}

logits <- function(weights, images) {
  hidden <- tf$nn$relu(tf$matmul(images, weights[[1]]) + weights[[2]])
  tf$matmul(hidden, weights[[3]]) + weights[[4]]
}

# strategy$run() calls a function in threads of its own, and R has only one: this one is Python's.
all_reduce <- py_run_string("
def all_reduce(*tensors):
    import tensorflow as tf

    own = [tf.identity(tensor) for tensor in tensors]  # on this replica's device
    return tf.distribute.get_replica_context().all_reduce('SUM', own)
", local = TRUE, convert = FALSE)$all_reduce

# Returns the function that trains on one batch, of which this worker has its share.
new_step <- function(strategy, weights) {
  own_part <- function(value) iterate(strategy$experimental_local_results(value))[[1]]
  step <- function(images, labels, count) {
    own_weights <- lapply(weights, own_part)
    with(tf$GradientTape() %as% tape, {
      scores <- logits(own_weights, images)
      losses <- tf$nn$sparse_softmax_cross_entropy_with_logits(labels, scores)
      loss <- tf$reduce_sum(losses) / count
    })
    own <- do.call(tuple, c(list(loss), iterate(tape$gradient(loss, own_weights))))
    results <- lapply(iterate(strategy$run(all_reduce, args = own)), own_part)
    Map(\(weight, gradient) weight$assign_sub(LEARNING_RATE * gradient), weights, results[-1])
    results[[1]]
  }
  tf$`function`(step, autograph = FALSE, reduce_retracing = TRUE)
}

# Trains for some epochs; all workers take the batches in the same order.
train <- function(strategy, number, count, weights, images, labels) {
  epochs <- as.integer(Sys.getenv("MNIST_EPOCHS", "3"))
  size <- py_len(images)
  step <- new_step(strategy, weights)

  # Deals the batch out, one image after the other, as one deals cards: some may get none.
  share_of <- function(batch) {
    owners <- (seq_len(py_len(batch)) - 1) %% count + 1
    tf$constant(batch@r[owners == number])
  }

  for (epoch in seq_len(epochs)) {
    progress <- new_progress(ceiling(size / BATCH_SIZE), paste("epoch", epoch), "batches")
    for (start in seq(1, size, by = BATCH_SIZE)) {
      end <- min(start + BATCH_SIZE - 1, size)
      loss <- step(
        share_of(images@r[start:end]), share_of(labels@r[start:end]),
        tf$constant(end - start + 1, "float32")
      )
      progress$advance()
    }
    progress$close()
    cat(sprintf("epoch %d: loss of the last batch %.3f\n", epoch, from_python(loss)))
  }
}

main <- function() {
  strategy <- tf$distribute$MultiWorkerMirroredStrategy()
  task <- py_to_r(strategy$cluster_resolver$task_id)
  number <- if (is.null(task)) 1L else task + 1L
  count <- py_to_r(strategy$num_replicas_in_sync)
  cat(sprintf("worker %d of %d\n", number, count))
  loader <- import_from_path("mnist_data", path = "examples", convert = FALSE)
  mnist <- tryCatch(loader$load_mnist(), error = function(fault) {
    message("mnist_workers: ", py_last_error()$value)
    quit(status = 1)
  })
  train_images <- array_reshape(mnist$x_train, c(60000, 784))$astype("float32") / 255
  test_images <- array_reshape(mnist$x_test, c(10000, 784))$astype("float32") / 255
  samples <- as.integer(Sys.getenv("MNIST_SAMPLES", "60000"))
  labels <- mnist$y_train$astype("int32")
  tryCatch(
    {
      with(strategy$scope(), weights <- new_weights())
      train(
        strategy, number, count, weights, train_images@r[NA:samples], labels@r[NA:samples]
      )
    },
    error = function(fault) {
      gone <- intersect(class(fault), ANOTHER_IS_GONE)
      if (!length(gone)) stop(fault)
      message(sprintf(
        paste0(
          "mnist_workers: worker %d of %d stopped, because another worker no longer answers (%s); ",
          "start all the workers again"
        ),
        number, count, sub(".*[.]", "", gone[1])
      ))
      quit(status = 1)
    }
  )
  predicted <- max.col(from_python(logits(weights, test_images)), ties.method = "first") - 1
  accuracy <- mean(predicted == from_python(mnist$y_test))
  cat(sprintf("accuracy: %.4f\n", accuracy))
  cat(sprintf("weights: %s\n", py_to_r(checkpoint$digest(lapply(weights, \(w) w$numpy())))))
  stopifnot(accuracy > 0.8 || samples < 10000) # so few teach too little
}

main()
