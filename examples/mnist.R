# The first network: it learns to read handwritten digits. The same in Python: mnist.py.
#
#     make mnist
#
# The digits stay NumPy arrays, and `x@r[...]` takes R's subscripts on them. MNIST_EPOCHS and
# MNIST_SAMPLES make a shorter run; MNIST_OUTPUT names another folder for the pictures.

# Python writes through, so that its lines and R's come in the order in which they were printed.
Sys.setenv(PYTHONUNBUFFERED = "1")
library(reticulate, exclude = "array_reshape") # pybridge has one that knows every tensor library
library(pybridge)

open_picture <- function(path, width, height) {
  png(path, width, height, res = 100, type = "cairo")
}

# Draws the first forty images, each under its label.
draw_digits <- function(images, labels, path) {
  open_picture(path, width = 800, height = 600)
  par(mfrow = c(5, 8), mar = c(0.3, 0.5, 1.6, 0.5), oma = c(0, 0, 2, 0), cex.main = 1.2)
  for (position in 1:40) {
    # image() draws rows of a matrix from left to right, upwards: turn the digit.
    digit <- t(from_python(images@r[position, 28:1]))
    image(digit, col = gray(255:0 / 255), zlim = c(0, 255), axes = FALSE, asp = 1)
    title(from_python(labels@r[position]), font.main = 1, line = 0.3)
  }
  mtext("MNIST: the first 40 training digits and their labels", outer = TRUE, line = 0.3)
  invisible(dev.off())
}

# Draws loss and accuracy by epoch, with the accuracy on the test images next to it.
draw_training <- function(history, test_accuracy, path) {
  epochs <- seq_along(history$loss)
  draw_line <- function(values, color, ylim, title, ylab) {
    plot(epochs, values,
      type = "o", pch = 19, col = color, lwd = 2, ylim = ylim, xaxt = "n",
      main = title, font.main = 1, xlab = "epoch", ylab = ylab, las = 1,
      panel.first = grid(nx = NA, ny = NULL)
    )
    axis(1, at = epochs)
  }
  open_picture(path, width = 900, height = 400)
  par(mfrow = c(1, 2), mar = c(4, 4.6, 2.5, 1), mgp = c(2.9, 0.8, 0))
  draw_line(
    history$loss, "firebrick", c(0, max(history$loss)),
    "Loss on the training images", "loss (cross-entropy)"
  )
  draw_line(
    history$accuracy, "steelblue", range(history$accuracy, test_accuracy),
    "Accuracy", "share of digits read correctly"
  )
  abline(h = test_accuracy, lty = "dashed", col = "gray40")
  legend("bottomright",
    inset = 0.02,
    legend = c("training images", sprintf("test images, at the end: %.4f", test_accuracy)),
    col = c("steelblue", "gray40"), lty = c("solid", "dashed"), pch = c(19, NA),
    bg = "white", box.col = "gray80", cex = 0.85
  )
  invisible(dev.off())
}

epochs <- as.integer(Sys.getenv("MNIST_EPOCHS", "5"))
samples <- as.integer(Sys.getenv("MNIST_SAMPLES", "60000"))
output <- Sys.getenv("MNIST_OUTPUT", "output")
dir.create(output, showWarnings = FALSE, recursive = TRUE)
keras <- import("keras", convert = FALSE)
invisible(keras$utils$set_random_seed(1L))

# ---- Load the digits and look at them ------------------------------------------------------------

loader <- import_from_path("mnist_data", path = "examples", convert = FALSE)
mnist <- tryCatch(loader$load_mnist(), error = function(fault) {
  message("mnist: ", py_last_error()$value)
  quit(status = 1)
})

say <- function(...) cat(paste(...), sep = "\n")
describe <- function(x) sprintf("%s (%s)", x$dtype, toString(unlist(py_to_r(x$shape))))
first_ten <- function(x) c("first ten:", from_python(x@r[1:10])) |> paste(collapse = " ")
say("training images:", describe(mnist$x_train))
say("training labels:", describe(mnist$y_train), first_ten(mnist$y_train))
say("test images:", describe(mnist$x_test))
say("test labels:", describe(mnist$y_test), first_ten(mnist$y_test))

# The same pixels as in Python: the first digit, its sum, its first row with ink, the sum of all.
digit <- mnist$x_train@r[1]
row <- c(3, 18, 18, 18, 126, 136, 175, 26, 166, 255, 247, 127)
stopifnot(
  from_python(mnist$y_train@r[1]) == 5,
  py_to_r(digit$sum()) == 27525,
  py_to_r(digit@r[NA:5]$sum()) == 0,
  identical(as.numeric(from_python(digit@r[6, 13:24])), row),
  py_to_r(mnist$x_train$sum()) == 1567298545
)

draw_digits(mnist$x_train, mnist$y_train, file.path(output, "mnist-digits-r.png"))

# ---- From images to rows of numbers between 0 and 1 ----------------------------------------------

train_images <- array_reshape(mnist$x_train, c(60000, 28 * 28))$astype("float32") / 255
test_images <- array_reshape(mnist$x_test, c(10000, 28 * 28))$astype("float32") / 255
say("reshaped:", describe(train_images), "and", describe(test_images))

# ---- The network, and its training ---------------------------------------------------------------

model <- keras$Sequential(list(
  keras$layers$Dense(512L, activation = "relu"),
  keras$layers$Dense(10L, activation = "softmax")
))
invisible(model$compile(
  optimizer = "adam", loss = "sparse_categorical_crossentropy", metrics = list("accuracy")
))
history <- model$fit(
  train_images@r[NA:samples],
  mnist$y_train@r[NA:samples],
  epochs = epochs,
  batch_size = 128L,
  verbose = if (isatty(stdout())) 1L else 2L
)

# ---- What it says about digits that it has never seen --------------------------------------------

test_digits <- test_images@r[1:10]
predictions <- model$predict(test_digits, verbose = 0L)
position <- which.max(from_python(predictions@r[1]))
say(sprintf(
  "the first test digit: probability %.4f at position %d, so it is a %d; its label is %d",
  from_python(predictions@r[1, position]), position, position - 1L, from_python(mnist$y_test@r[1])
))
stopifnot(position == 8)

accuracy <- py_to_r(model$evaluate(test_images, mnist$y_test, verbose = 0L))[[2]]
draw_training(py_to_r(history$history), accuracy, file.path(output, "mnist-training-r.png"))
say(sprintf("test accuracy: %.4f", accuracy))
say(sprintf("pictures: %s/mnist-digits-r.png, %s/mnist-training-r.png", output, output))
stopifnot(accuracy >= if (epochs == 5 && samples == 60000) 0.97 else 0.8)
