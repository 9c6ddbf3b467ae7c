# The first network again, from scratch: layers, batches, one step, the loop.
# In Python: from_scratch.py.
#
#     Rscript examples/from_scratch.R
#
# Gradients come from TensorFlow's tape. Ctrl-C leaves a checkpoint from which the next run goes on.
# MNIST_EPOCHS and MNIST_SAMPLES make a shorter run; MNIST_OUTPUT names another folder.

Sys.setenv(PYTHONUNBUFFERED = "1", KERAS_BACKEND = "tensorflow")
library(reticulate, exclude = "array_reshape") # pybridge has one that knows every tensor library
library(pybridge)
source("examples/progress.R")
source("examples/pictures.R")

tf <- import("tensorflow", convert = FALSE)
keras <- import("keras", convert = FALSE)
# Looking a function up in a Python module costs R as much as calling it: do it once.
ops <- sapply(
  c(
    "add", "convert_to_numpy", "matmul", "mean", "relu", "softmax",
    "sparse_categorical_crossentropy"
  ),
  \(name) keras$ops[[name]]
)
GradientTape <- tf$GradientTape
gradient_of <- GradientTape$gradient
checkpoint <- import_from_path("checkpoint", path = "examples", convert = FALSE)

LEARNING_RATE <- 1e-3
BATCH_SIZE <- 128L
NOTE_EVERY <- 20L

# ---- The model -----------------------------------------------------------------------------------

# activation(inputs W + b)
naive_dense <- function(input_size, output_size, activation) {
  W <- keras$Variable("uniform", shape = tuple(input_size, output_size), dtype = "float32")
  b <- keras$Variable("zeros", shape = tuple(output_size), dtype = "float32")
  call <- function(inputs) activation(ops$add(ops$matmul(inputs, W), b))
  list(weights = list(W, b), call = call)
}

# One layer after the other.
naive_sequential <- function(layers) {
  call <- function(inputs) {
    for (layer in layers) {
      inputs <- layer$call(inputs)
    }
    inputs
  }
  list(weights = unlist(lapply(layers, `[[`, "weights")), call = call)
}

new_model <- function() {
  naive_sequential(list(
    naive_dense(28L * 28L, 512L, ops$relu),
    naive_dense(512L, 10L, ops$softmax)
  ))
}

# ---- The batches ---------------------------------------------------------------------------------

# Returns a function that returns the next batch, and NULL after the last, which may be smaller.
new_batches <- function(images, labels, batch_size, first_batch = 1) {
  count <- py_len(images)
  stopifnot(count == py_len(labels))
  next_start <- (first_batch - 1) * batch_size + 1
  function() {
    start <- next_start
    if (start > count) {
      return(NULL)
    }
    end <- min(start + batch_size - 1, count)
    next_start <<- end + 1
    list(images = images@r[start:end], labels = labels@r[start:end])
  }
}

# ---- One step ------------------------------------------------------------------------------------

# The mean cross-entropy of a batch.
average_loss <- function(model, images, labels) {
  ops$mean(ops$sparse_categorical_crossentropy(labels, model$call(images)))
}

# A tape records what happens inside it, and is then played backwards.
gradients_by_tape <- function(model) {
  # What the tape watches are TensorFlow's own variables; looking them up once is enough.
  variables <- r_to_py(lapply(model$weights, `[[`, "value"))
  function(images, labels) {
    with(GradientTape() %as% tape, {
      loss <- average_loss(model, images, labels)
    })
    list(loss = loss, gradients = gradient_of(tape, loss, variables))
  }
}

# Moves every weight a little against its gradient.
update_by_hand <- function(gradients, weights) {
  Map(
    \(gradient, weight) weight$assign(weight$value - gradient * LEARNING_RATE),
    as.list(iterate(gradients)), weights
  )
}

# The same update, done by Keras' optimizer.
new_optimizer_update <- function() {
  keras$optimizers$SGD(learning_rate = LEARNING_RATE)$apply
}

# Both updates move the same weights to the same place, and the loss goes down.
check_updates_agree <- function(images, labels) {
  outcomes <- lapply(list(update_by_hand, new_optimizer_update()), function(update) {
    keras$utils$set_random_seed(1L)
    model <- new_model()
    step <- gradients_by_tape(model)(images, labels)
    update(step$gradients, model$weights)
    stopifnot(from_python(average_loss(model, images, labels)) < from_python(step$loss))
    lapply(model$weights, from_python)
  })
  stopifnot(all.equal(outcomes[[1]], outcomes[[2]], tolerance = 1e-6))
}

# ---- The loop ------------------------------------------------------------------------------------

# A training run: its model, how far it is, and where its time went.
new_run <- function(model, update) {
  list2env(list(
    model = model, update = update, loss_and_gradients = gradients_by_tape(model),
    weights = r_to_py(model$weights), epoch = 1L, batch = 0L, losses = numeric(),
    seconds = 0, seconds_slicing = 0
  ))
}

# Trains on the batches of this epoch that are left, or until Ctrl-C.
fit_epoch <- function(run, images, labels, stop) {
  count <- ceiling(py_len(images) / BATCH_SIZE)
  began <- seconds_now()
  next_batch <- new_batches(images, labels, BATCH_SIZE, first_batch = run$batch + 1)
  progress <- new_progress(count - run$batch, paste("epoch", run$epoch), "batches")
  is_stopped <- FALSE
  repeat {
    asked <- seconds_now()
    batch <- next_batch()
    run$seconds_slicing <- run$seconds_slicing + seconds_now() - asked
    if (is.null(batch)) break
    step <- run$loss_and_gradients(batch$images, batch$labels)
    run$update(step$gradients, run$weights)
    run$batch <- run$batch + 1L
    note_loss(run, step$loss)
    progress$advance()
    is_stopped <- py_to_r(stop$requested)
    if (is_stopped) break
  }
  progress$close()
  run$seconds <- run$seconds + seconds_now() - began
  if (!is_stopped) {
    run$epoch <- run$epoch + 1L
    run$batch <- 0L
  }
  is_stopped
}

# Keeps some of the losses, and prints fewer.
note_loss <- function(run, loss) {
  if (run$batch %% NOTE_EVERY == 0L) {
    run$losses <- c(run$losses, from_python(loss))
  }
  if (run$batch %% 100L == 0L) {
    cat(sprintf("loss at batch %d: %.2f\n", run$batch, run$losses[length(run$losses)]))
  }
}

resume <- function(run, path, name) {
  saved <- checkpoint$load(path, name)
  if (inherits(saved, "python.builtin.NoneType")) {
    return()
  }
  Map(\(weight, value) weight$assign(value), run$model$weights, as.list(iterate(saved$weights)))
  run$epoch <- py_to_r(saved$epoch)
  run$batch <- py_to_r(saved$batch)
  run$losses <- as.numeric(py_to_r(saved$losses))
  cat(sprintf("resuming after batch %d of epoch %d\n", run$batch, run$epoch))
}

save_run <- function(run, path, name) {
  weights <- lapply(run$model$weights, ops$convert_to_numpy)
  checkpoint$save(path, name, weights, run$epoch, run$batch, as.list(run$losses))
}

# Trains for `epochs` epochs; on Ctrl-C leaves a checkpoint and exits as an interrupted program.
fit <- function(run, images, labels, epochs, path, name) {
  resume(run, path, name)
  stop <- checkpoint$Interrupt()$start()
  on.exit(stop$stop())
  while (run$epoch <= epochs) {
    cat(sprintf("epoch %d\n", run$epoch))
    is_stopped <- fit_epoch(run, images, labels, stop)
    save_run(run, path, name)
    if (is_stopped) {
      cat(sprintf("interrupted after batch %d of epoch %d: run this again\n", run$batch, run$epoch))
      quit(status = 130)
    }
  }
}

# The labels to which the model gives the highest probability.
predicted_labels <- function(model, images) {
  max.col(from_python(model$call(images)), ties.method = "first") - 1L
}

# ---- All of it -----------------------------------------------------------------------------------

main <- function() {
  epochs <- as.integer(Sys.getenv("MNIST_EPOCHS", "10"))
  samples <- as.integer(Sys.getenv("MNIST_SAMPLES", "60000"))
  output <- Sys.getenv("MNIST_OUTPUT", "output")
  dir.create(output, showWarnings = FALSE, recursive = TRUE)
  loader <- import_from_path("mnist_data", path = "examples", convert = FALSE)
  mnist <- tryCatch(loader$load_mnist(), error = function(fault) {
    message("from_scratch: ", py_last_error()$value)
    quit(status = 1)
  })
  train_images <- array_reshape(mnist$x_train, c(60000, 28 * 28))$astype("float32") / 255
  test_images <- array_reshape(mnist$x_test, c(10000, 28 * 28))$astype("float32") / 255
  images <- train_images@r[NA:samples]
  labels <- mnist$y_train@r[NA:samples]

  check_updates_agree(images@r[1:BATCH_SIZE], labels@r[1:BATCH_SIZE])
  keras$utils$set_random_seed(1L)
  run <- new_run(new_model(), new_optimizer_update())
  stopifnot(length(run$model$weights) == 4)
  path <- file.path(output, "from-scratch-tensorflow.npz") # as in Python: either resumes the other
  name <- sprintf("tensorflow, %d images, %d epochs", samples, epochs)
  fit(run, images, labels, epochs, path, name)

  predicted <- predicted_labels(run$model, test_images)
  test_labels <- from_python(mnist$y_test)
  accuracy <- mean(predicted == test_labels)
  # A run that was killed after its last epoch has nothing left to train.
  share <- if (run$seconds > 0) run$seconds_slicing / run$seconds else 0
  cat(sprintf("accuracy: %.2f\n", accuracy))
  cat(sprintf("weights: %s\n", py_to_r(checkpoint$digest(run$model$weights))))
  cat(sprintf(
    "%.1f seconds of training, %.2f%% of them to slice the batches\n", run$seconds, 100 * share
  ))

  pictures <- sprintf("%s/from-scratch-%s-r.png", output, c("loss", "confusion", "digits"))
  per_epoch <- max(1, samples %/% BATCH_SIZE %/% NOTE_EVERY)
  draw_losses(run$losses, per_epoch, "From scratch, with TensorFlow's tape in R", pictures[1])
  draw_confusion(test_labels, predicted, accuracy, pictures[2])
  draw_guesses(mnist$x_test, test_labels, predicted, pictures[3])
  cat("pictures:", toString(pictures), "\n")
  checkpoint$remove(path)

  if (epochs == 10 && samples == 60000) {
    # Losses are noted 23 times in an epoch; the 20th note is the one at batch 400.
    at_batch_400 <- matrix(run$losses, nrow = 10, byrow = TRUE)[10, 20]
    stopifnot(at_batch_400 >= 0.75, at_batch_400 <= 1, accuracy >= 0.80, accuracy <= 0.88)
  }
}

# Not when another script takes the functions from here.
if (sys.nframe() == 0L) {
  main()
}
