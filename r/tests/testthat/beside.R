# With the real keras3, tensorflow and tfdatasets: only `make test-r-beside` runs this and
# has those packages. Called as a script: beside.R ORDER TASK ..., where each letter of ORDER is a step,
# from left to right.

steps <- list(
  k = quote(library(keras3)), p = quote(library(pybridge)), t = quote(library(tensorflow)),
  n = quote(loadNamespace("keras3")), P = quote(reticulate::py_config()),
  i = quote(reticulate::import("keras")), u = quote(unloadNamespace("keras3"))
)

say <- function(label, value) {
  text <- tryCatch(format(value), error = function(e) paste("ERROR", conditionMessage(e)[1L]))
  cat(label, ": ", paste(trimws(text), collapse = " "), "\n", sep = "")
}

# `@r` counts from one, reading and writing, whenever it is asked.
serve_numbers <- function() {
  x <- reticulate::import("numpy", convert = FALSE)$arange(1L, 11L)
  x@r[2] <- 100L
  say("numpy", reticulate::py_str(x@r[1:2]))
  say("tensor", reticulate::py_str(keras3::op_arange(1, 11)@r[1:2]))
  say("numpy", reticulate::py_str(x@r[1:2]))
}

# Layers, losses and a training step written in R, with subscripts of ours.
use_layers <- function() {
  last_step <- Layer("LastStep", call = function(x) x@r[, -1, ])
  layer <- last_step()
  x <- array(as.double(1:24), c(2, 3, 4))
  say("layer", all.equal(as.array(layer(op_convert_to_tensor(x))), x[, 3, ]))
  input <- keras_input(c(3, 4))
  say("symbolic", unlist(shape(input@r[, 1:2, NA:-2])))
  model <- keras_model(input, input |> last_step() |> layer_dense(1))
  loss <- function(y_true, y_pred) op_mean(op_square(y_true@r[, 1] - y_pred@r[, 1]))
  metric <- custom_metric("first", function(y_true, y_pred) op_mean(op_abs(y_true@r[.., 1] - y_pred@r[.., 1])))
  for (jit in c(FALSE, TRUE)) {
    model |> compile(optimizer = "sgd", loss = loss, metrics = list(metric), jit_compile = jit)
    history <- fit(model, array(runif(96), c(8, 3, 4)), matrix(runif(8), 8), verbose = 0)
    say("fitted", c(jit, sort(names(history$metrics)), is.finite(unlist(history$metrics))))
  }
  say("predicted", dim(predict(model, array(0, c(2, 3, 4)), verbose = 0)))

  stepping <- new_model_class(
    "Stepping",
    initialize = function() {
      super$initialize()
      self$dense <- layer_dense(units = 1)
    },
    call = function(x) self$dense(x@r[, 1:2]),
    train_step = function(data) {
      tf <- reticulate::import("tensorflow")
      with(tf$GradientTape() %as% tape, {
        error <- data[[2]]@r[, 1] - self(data[[1]]@r[NA:NA], training = TRUE)@r[, 1]
        loss <- op_mean(op_square(error))
      })
      self$optimizer$apply(tape$gradient(loss, self$trainable_weights), self$trainable_weights)
      list(loss = loss)
    }
  )
  model <- stepping()
  model |> compile(optimizer = "sgd")
  history <- fit(model, matrix(runif(32), 8), matrix(runif(8), 8), verbose = 0)
  say("train_step", is.finite(unlist(history$metrics)))

  rows <- tfdatasets::tensor_slices_dataset(matrix(1:12, 3)) |> tfdatasets::dataset_map(function(x) x@r[-2:NA])
  say("dataset_map", unlist(lapply(reticulate::iterate(rows), as.array)))

  file <- tempfile(fileext = ".keras")
  saved <- keras_model(input, input@r[, 1] |> layer_dense(2))
  save_model(saved, file)
  say("reloaded", all.equal(predict(saved, x, verbose = 0), predict(load_model(file), x, verbose = 0)))
}

# Fewer images and labels than MNIST's, of the same shape, the same in every process.
use_images <- "
import keras, tensorflow
def load_data(path=None):
    import numpy
    make = numpy.random.default_rng(1)
    of = lambda n: (make.integers(0, 256, (n, 28, 28)).astype('uint8'), make.integers(0, 10, n).astype('uint8'))
    return of(600), of(200)
keras.datasets.mnist.load_data = load_data
keras.utils.set_random_seed(5)
tensorflow.config.experimental.enable_op_determinism()
"

# Print the output of the listings of a script, without the elapsed times. A listing that fails prints that
# it did, because it must fail alone as well.
run_listings <- function(path) {
  options(width = 100, keras.view_metrics = FALSE)
  grDevices::pdf(NULL)
  set.seed(5)
  text <- gsub("\\b60000\\b", "600", gsub("\\b10000\\b", "200", readLines(path)))
  is_ready <- FALSE
  for (listing in as.list(parse(text = text))) {
    code <- paste(deparse(listing), collapse = " ")
    cat("\n#", substr(code, 1L, 80L), "\n")
    if (grepl("install.packages", code, fixed = TRUE)) next
    if (!is_ready && grepl("dataset_mnist", code, fixed = TRUE)) {
      reticulate::py_run_string(use_images, local = TRUE)
      is_ready <- TRUE
    }
    tryCatch(
      {
        value <- suppressPackageStartupMessages(withVisible(eval(listing, globalenv())))
        if (value$visible && !grepl("system.time", code, fixed = TRUE)) print(value$value)
      },
      error = function(e) cat("ERROR", conditionMessage(e)[1L], "\n")
    )
  }
}

arguments <- commandArgs(TRUE)
if (length(arguments) > 1L && grepl("^[kptnPiu]*$", arguments[[1L]])) {
  for (step in strsplit(arguments[[1L]], "")[[1L]]) {
    suppressWarnings(suppressPackageStartupMessages(eval(steps[[step]])))
  }
  do.call(arguments[[2L]], as.list(arguments[-(1:2)]))
}
