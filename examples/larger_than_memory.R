# Data larger than the memory: dask reads chunks, pybridge slices them. This example also
# uses the store and the limit of larger_than_memory.py.
#
#     Rscript examples/larger_than_memory.R
#
# Computes the mean image of each digit in a Zarr store of shifted digits, with only MEMORY_MB more
# memory than at the start. MNIST_SHIFTS says how large the store is (25 make 1.2 GB), MNIST_OUTPUT
# where it is. MNIST_LOAD_ALL=1 tries to load the whole store, to show that this fails. If
# DASK_SCHEDULER_ADDRESS names a scheduler, the workers of its cluster read the chunks.

library(reticulate, exclude = "array_reshape") # pybridge has one that knows every tensor library
library(pybridge)
source("examples/progress.R")
source("examples/pictures.R")

np <- import("numpy", convert = FALSE)
twin <- import_from_path("larger_than_memory", path = "examples", convert = FALSE)
MEMORY_MB <- py_to_r(twin$MEMORY_MB)
CHUNK <- py_to_r(twin$CHUNK)

# The sum of the images of each digit in one chunk.
sums_by_label <- function(images, labels) {
  sums <- array(0, c(10, 28, 28))
  for (digit in 0:9) {
    sums[digit + 1, , ] <- py_to_r(images@r[labels == digit]$sum(axis = 0L, dtype = "float64"))
  }
  sums
}

# The mean image of each digit; no more than one chunk is ever in memory.
mean_digits <- function(digits, labels) {
  count <- tensor_shape(digits)[1]
  sums <- array(0, c(10, 28, 28))
  progress <- new_progress(count / CHUNK, "reading", "chunks")
  for (start in seq(1, count, by = CHUNK)) {
    chunk <- digits@r[start:(start + CHUNK - 1)]$compute()
    # Every copy of the digits has the same labels.
    first <- (start - 1) %% length(labels)
    sums <- sums + sums_by_label(chunk, labels[first + seq_len(CHUNK)])
    # R does not see how large the Python objects are, so it must be asked to release them.
    rm(chunk)
    gc(verbose = FALSE, full = FALSE)
    progress$advance()
  }
  progress$close()
  # R recycles the ten counts down the first axis, which is the digits'.
  sums / (as.vector(table(labels)) * (count / length(labels)))
}

# The digit whose mean image is nearest to each image.
nearest <- function(means, images) {
  points <- array_reshape(means, c(10, -1))
  rows <- array_reshape(images, c(tensor_shape(images)[1], -1))$astype("float32")
  products <- py_to_r(np$matmul(rows, np_array(t(points), "float32")))
  max.col(products - rep(rowSums(points^2) / 2, each = nrow(products)), "first") - 1L
}

main <- function() {
  count <- as.integer(Sys.getenv("MNIST_SHIFTS", "25"))
  output <- Sys.getenv("MNIST_OUTPUT", "output")
  dir.create(output, showWarnings = FALSE, recursive = TRUE)
  loader <- import_from_path("mnist_data", path = "examples", convert = FALSE)
  mnist <- tryCatch(loader$load_mnist(), error = function(fault) {
    message("larger_than_memory: ", py_last_error()$value)
    quit(status = 1)
  })
  path <- file.path(output, "shifted-digits-r.zarr")
  on.exit(unlink(path, recursive = TRUE))
  twin$write_shifted(mnist$x_train, count, path)
  size <- py_to_r(twin$size_in_mb(path))
  cat(sprintf("a store of %.0f MB, and %d MB of memory to read it\n", size, MEMORY_MB))
  stopifnot(size > MEMORY_MB)
  twin$find_workers()
  twin$limit_memory(MEMORY_MB)
  if (nzchar(Sys.getenv("MNIST_LOAD_ALL"))) {
    tryCatch(twin$load_all(path), error = function(fault) {
      message(py_last_error()$value)
      unlink(path, recursive = TRUE)
      quit(status = 1)
    })
  }

  digits <- twin$open_in_chunks(path)
  cat(sprintf(
    "%d images in %d chunks\n", tensor_shape(digits)[1], length(py_to_r(digits$chunks)[[1]])
  ))
  means <- mean_digits(digits, as.integer(py_to_r(mnist$y_train)))
  accuracy <- mean(nearest(means, mnist$x_test) == py_to_r(mnist$y_test))
  cat("ink in the mean image of each digit:", round(rowMeans(means), 2), "\n")
  cat(sprintf("test digits read by the nearest mean image: %.4f\n", accuracy))
  picture <- file.path(output, "larger-than-memory-means-r.png")
  draw_means(means, picture)
  cat("picture:", picture, "\n")
  stopifnot(accuracy > 0.75, accuracy < 0.85)
}

main()
