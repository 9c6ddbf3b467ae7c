# A tour of tensors: ranks, attributes, subscripts, operations, shapes. The same in Python: tour.py.
#
#     Rscript examples/tour.R
#
# Every line shows an expression and what it prints. The tour stops if the output differs.
# MNIST_OUTPUT names another folder for the pictures.

library(reticulate, exclude = "array_reshape") # pybridge has one that knows every tensor library
library(pybridge)
source("examples/pictures.R")

np <- import("numpy", convert = FALSE)
output <- Sys.getenv("MNIST_OUTPUT", "output")
dir.create(output, showWarnings = FALSE, recursive = TRUE)

# Prints an expression and its value, which has to print as `printed`.
show <- function(value, printed) {
  written <- paste(trimws(deparse(substitute(value), width.cutoff = 500)), collapse = " ")
  # str() prints by itself and returns nothing visible.
  text <- capture.output(result <- withVisible(value))
  if (inherits(value, "python.builtin.object")) {
    text <- py_repr(value)
  } else if (result$visible) {
    text <- capture.output(print(value))
  }
  cat(sprintf("> %s\n%s\n", written, paste(text, collapse = "\n")))
  if (!identical(as.character(text), printed)) {
    stop("should print\n", paste(printed, collapse = "\n"), call. = FALSE)
  }
}

section <- function(title) cat(sprintf("\n---- %s %s\n\n", title, strrep("-", 70 - nchar(title))))

# Are the elements of two tensors, or of a tensor and an R array, the same?
is_same <- function(x, y) py_to_r(np$array_equal(x, y))

# ---- Ranks ---------------------------------------------------------------------------------------

section("Tensors of rank 0 to 5")
show(np$sum(1:3), "np.int64(6)")
show(np$square(np$sum(1:3)), "np.int64(36)")
show(py_to_r(np$square(np$sum(1:3))), "[1] 36")
x <- np$array(12)
show(x, "array(12.)")
show(x$ndim, "0")
x <- as.array(c(12, 3, 6, 14, 7))
show(dim(x), "[1] 5")
show(str(x), " num [1:5(1d)] 12 3 6 14 7")
x <- np_array(x)
show(x, "array([12.,  3.,  6., 14.,  7.])")
show(x$shape, "(5,)")
show(x$ndim, "1")
x <- array(seq(2 * 3), dim = c(2, 3))
show(x, c("     [,1] [,2] [,3]", "[1,]    1    3    5", "[2,]    2    4    6"))
show(length(dim(x)), "[1] 2")
x <- np_array(x)
show(x, "array([[1, 3, 5],\n       [2, 4, 6]], dtype=int32)")
show(x$ndim, "2")
show(x@r[1], "array([1, 3, 5], dtype=int32)")
show(x@r[, 1], "array([1, 2], dtype=int32)")
x <- array(seq(2 * 3 * 4), dim = c(4, 3, 2))
show(str(x), " int [1:4, 1:3, 1:2] 1 2 3 4 5 6 7 8 9 10 ...")
show(length(dim(x)), "[1] 3")
show(x, c(
  ", , 1", "",
  "     [,1] [,2] [,3]",
  "[1,]    1    5    9", "[2,]    2    6   10", "[3,]    3    7   11", "[4,]    4    8   12",
  "", ", , 2", "",
  "     [,1] [,2] [,3]",
  "[1,]   13   17   21", "[2,]   14   18   22", "[3,]   15   19   23", "[4,]   16   20   24", ""
))
x <- np_array(x)
show(x$ndim, "3")
show(x$shape, "(4, 3, 2)")
show(x, paste(sep = "\n",
  "array([[[ 1, 13],", "        [ 5, 17],", "        [ 9, 21]],", "",
  "       [[ 2, 14],", "        [ 6, 18],", "        [10, 22]],", "",
  "       [[ 3, 15],", "        [ 7, 19],", "        [11, 23]],", "",
  "       [[ 4, 16],", "        [ 8, 20],", "        [12, 24]]], dtype=int32)"
))
x <- np$stack(list(x, x, x, x, x))
show(x$shape, "(5, 4, 3, 2)")
show(x$ndim, "4")
x <- x@r[newaxis]
show(x$shape, "(1, 5, 4, 3, 2)")
show(x$ndim, "5")

# ---- Attributes ----------------------------------------------------------------------------------

section("Key attributes, on the digits")
mnist <- tryCatch(
  import_from_path("mnist_data", path = "examples", convert = FALSE)$load_mnist(),
  error = function(fault) {
    message("tour: ", py_last_error()$value)
    quit(status = 1)
  }
)
train_images <- mnist$x_train
train_labels <- mnist$y_train
show(tensor_ndim(train_images), "[1] 3")
show(tensor_shape(train_images), "[1] 60000    28    28")
show(tensor_dtype(train_images), "[1] \"uint8\"")
show(train_images$dtype, "dtype('uint8')")
show(from_python(train_labels@r[1:10]), " [1] 5 0 4 1 9 2 1 3 1 4")
show(from_python(mnist$y_test@r[1:10]), " [1] 7 2 1 0 4 1 4 9 5 9")
show(train_labels@r[5], "np.uint8(9)")

open_picture(file.path(output, "tour-digit-r.png"), 400, 400)
par(mar = c(1, 1, 2.5, 1))
draw_image(from_python(train_images@r[5, , ]))
title(sprintf("The fifth digit is a %d", from_python(train_labels@r[5])), font.main = 1)
box()
close_picture()

# ---- Subscripts ----------------------------------------------------------------------------------

section("Subscripts")
x <- np_array(1:10)
show(x@r[1], "np.int32(1)")
show(x@py[1], "np.int32(2)")
show(x@r[1:3], "array([1, 2, 3], dtype=int32)")
show(x@py[1:3], "array([2, 3], dtype=int32)")
show(x@r[NA:5], "array([1, 2, 3, 4, 5], dtype=int32)")
show(x@r[6:NA], "array([ 6,  7,  8,  9, 10], dtype=int32)")
show(x@r[-1], "np.int32(10)")
show(x@r[-3:NA], "array([ 8,  9, 10], dtype=int32)")

my_slice <- train_images@r[10:99]
show(my_slice$shape, "(90, 28, 28)")
show(is_same(train_images@r[10:99, , ], my_slice), "[1] TRUE")
show(is_same(train_images@r[10:99, NA:NA, NA:NA], my_slice), "[1] TRUE")
show(is_same(train_images@r[10:99, 1:28, 1:28], my_slice), "[1] TRUE")
show(train_images@r[, 15:NA, 15:NA]$shape, "(60000, 14, 14)")
show(train_images@r[, 8:-8, 8:-8]$shape, "(60000, 14, 14)")
show(train_images@r[newaxis]$shape, "(1, 60000, 28, 28)")
show(train_images@r[, newaxis]$shape, "(60000, 1, 28, 28)")
show(train_images@r[, NULL]$shape, "(60000, 1, 28, 28)")
show(train_images@r[.., newaxis]$shape, "(60000, 28, 28, 1)")
show(train_images@r[.., newaxis, ]$shape, "(60000, 28, 1, 28)")

# ---- Batches -------------------------------------------------------------------------------------

section("Batches")
batch <- train_images@r[1:128, , ]
show(batch$shape, "(128, 28, 28)")
batch <- train_images@r[129:256, , ]
show(is_same(batch, train_images@py[128:256]), "[1] TRUE")
n <- 3
ids <- seq(to = 128 * n, length.out = 128)
batch <- train_images@r[ids, , ]
show(is_same(batch, train_images@py[256:384]), "[1] TRUE")
batches_per_epoch <- ceiling(nrow(train_images) / 128)
show(batches_per_epoch, "[1] 469")
show(5 * batches_per_epoch, "[1] 2345")
show(train_images@r[(128 * 468 + 1):NA]$shape, "(96, 28, 28)")

# ---- Shapes of real data -------------------------------------------------------------------------

# A tensor of any size in the memory of one number.
tensor_of <- function(..., dtype = "float32") np$broadcast_to(np$zeros(tuple(), dtype), tuple(...))

section("Shapes of real data")
people <- tensor_of(100000L, 3L)
show(people@r[1]$shape, "(3,)")
texts <- tensor_of(500L, 20000L)
show(texts@r[, 17]$shape, "(500,)")
stocks <- tensor_of(250L, 390L, 3L)
show(stocks@r[-1]$shape, "(390, 3)")
show(stocks@r[, 390, 1]$shape, "(250,)")
tweets <- tensor_of(1000000L, 280L, 128L, dtype = "uint8")
show(tweets@r[1]$shape, "(280, 128)")
images <- tensor_of(128L, 256L, 256L, 3L)
show(images@r[.., 1]$shape, "(128, 256, 256)")
show(np$moveaxis(images, -1L, 1L)$shape, "(128, 3, 256, 256)")
show(train_images@r[1:128, .., newaxis]$shape, "(128, 28, 28, 1)")
video <- tensor_of(4L, 240L, 144L, 256L, 3L)
show(video$size, "106168320")
show(round(py_to_r(video$nbytes) / 1e6), "[1] 425")
show(video@r[1, 1:8]$shape, "(8, 144, 256, 3)")

# ---- Elementwise operations ----------------------------------------------------------------------

naive_relu <- function(x) {
  stopifnot(is.matrix(x))
  for (i in seq_len(nrow(x))) {
    for (j in seq_len(ncol(x))) {
      x[i, j] <- max(x[i, j], 0)
    }
  }
  x
}

naive_add <- function(x, y) {
  stopifnot(is.matrix(x), is.matrix(y), dim(x) == dim(y))
  for (i in seq_len(nrow(x))) {
    for (j in seq_len(ncol(x))) {
      x[i, j] <- x[i, j] + y[i, j]
    }
  }
  x
}

random_array <- function(...) array(runif(prod(...)), c(...))

microseconds <- function(run, count) {
  once <- function(turn) system.time(for (i in seq_len(count)) run())[["elapsed"]]
  1e6 * min(vapply(1:3, once, 0)) / count
}

section("Elementwise operations, and their naive twins")
set.seed(1)
x <- random_array(20, 100)
y <- random_array(20, 100)
show(identical(naive_add(x, y), x + y), "[1] TRUE")
show(identical(naive_relu(x - y), pmax(x - y, 0)), "[1] TRUE")
fast <- microseconds(\() pmax(x + y, 0), 2000)
naive <- microseconds(\() naive_relu(naive_add(x, y)), 100)
cat(sprintf(
  "x + y and relu: %.0f microseconds; naive: %.0f, %.0f times that\n", fast, naive, naive / fast
))
stopifnot(naive > 5 * fast)

# ---- Broadcasting --------------------------------------------------------------------------------

naive_add_matrix_and_vector <- function(x, y) {
  stopifnot(is.matrix(x), length(dim(y)) == 1, ncol(x) == dim(y))
  for (i in seq_len(nrow(x))) {
    for (j in seq_len(ncol(x))) {
      x[i, j] <- x[i, j] + y[j]
    }
  }
  x
}

section("Broadcasting")
x <- np_array(random_array(32, 10))
y <- np_array(random_array(10))
row <- y@r[newaxis, ..]
show(row$shape, "(1, 10)")
tiled <- np$tile(row, tuple(32L, 1L))
show(tiled$shape, "(32, 10)")
show(all(vapply(1:32, \(i) is_same(tiled@r[i], y), NA)), "[1] TRUE")
# The same with R's arrays: one row, and that row 32 times.
r_row <- array_reshape(py_to_r(y), c(1, 10))
show(dim(r_row[rep(1, 32), ]), "[1] 32 10")
show(is_same(r_row[rep(1, 32), ], tiled), "[1] TRUE")
show(is_same(x + y, x + tiled), "[1] TRUE")
show(is_same(naive_add_matrix_and_vector(py_to_r(x), py_to_r(y)), x + y), "[1] TRUE")
show(is_same(broadcast(x, y)[[2]], tiled), "[1] TRUE")
# R recycles down the columns: a vector of 32 meets every column, and one of 10 would run askew.
column <- np_array(random_array(32))
show(is_same(recycle(x, column)[[2]], np$tile(column@r[, newaxis], tuple(1L, 10L))), "[1] TRUE")
show(is_same(py_to_r(x) + as.vector(py_to_r(column)), x + column@r[, newaxis]), "[1] TRUE")

x <- np_array(random_array(64, 3, 32, 10))
y <- np_array(random_array(32, 10))
z <- x + y
show(z$shape, "(64, 3, 32, 10)")
show(is_same(z, x + y@r[newaxis, newaxis, ..]), "[1] TRUE")

# ---- Tensor products -----------------------------------------------------------------------------

naive_vector_dot <- function(x, y) {
  stopifnot(length(x) == length(y))
  z <- 0
  for (i in seq_along(x)) {
    z <- z + x[i] * y[i]
  }
  z
}

naive_matrix_vector_dot <- function(x, y) {
  z <- array(0, nrow(x))
  for (i in seq_len(nrow(x))) {
    z[i] <- naive_vector_dot(x[i, ], y)
  }
  z
}

naive_matrix_dot <- function(x, y) {
  stopifnot(ncol(x) == nrow(y))
  z <- array(0, c(nrow(x), ncol(y)))
  for (i in seq_len(nrow(x))) {
    for (j in seq_len(ncol(y))) {
      z[i, j] <- naive_vector_dot(x[i, ], y[, j])
    }
  }
  z
}

section("Tensor products")
x <- random_array(32)
y <- random_array(32)
show(np$matmul(np_array(x), np_array(y))$ndim, "0")
show(is_same(np$allclose(np_array(x) %*% np_array(y), naive_vector_dot(x, y)), TRUE), "[1] TRUE")
show(all.equal(naive_vector_dot(x, y), c(x %*% y)), "[1] TRUE")
x <- random_array(2, 3)
y <- random_array(3, 5)
show(all.equal(naive_matrix_vector_dot(x, y[, 1]), array(x %*% y[, 1], 2)), "[1] TRUE")
show(all.equal(naive_matrix_dot(x, y), x %*% y), "[1] TRUE")
show(dim(x %*% y), "[1] 2 5")
x <- np_array(random_array(2, 3, 4, 5))
show(np$matmul(x, random_array(5))$shape, "(2, 3, 4)")
show(np$matmul(x, random_array(5, 6))$shape, "(2, 3, 4, 6)")
show(
  tryCatch(random_array(3, 5) %*% random_array(2, 3), error = conditionMessage),
  "[1] \"non-conformable arguments\""
)

# ---- Reshaping -----------------------------------------------------------------------------------

section("Reshaping and transposition")
show(array_reshape(train_images, c(60000, 28 * 28))$shape, "(60000, 784)")
show(array_reshape(mnist$x_test, c(NA, 28 * 28))$shape, "(10000, 784)")
x <- array(1:6)
show(x, "[1] 1 2 3 4 5 6")
show(
  array_reshape(x, dim = c(3, 2)),
  c("     [,1] [,2]", "[1,]    1    2", "[2,]    3    4", "[3,]    5    6")
)
show(
  array_reshape(x, dim = c(2, 3)),
  c("     [,1] [,2] [,3]", "[1,]    1    2    3", "[2,]    4    5    6")
)
x <- array(1:6, dim = c(3, 2))
show(x, c("     [,1] [,2]", "[1,]    1    4", "[2,]    2    5", "[3,]    3    6"))
show(t(x), c("     [,1] [,2] [,3]", "[1,]    1    2    3", "[2,]    4    5    6"))
show(identical(x[2, ], t(x)[, 2]), "[1] TRUE")

# ---- Geometry ------------------------------------------------------------------------------------

section("Geometry")
A <- c(0.5, 1)
B <- c(1, 0.25)
show(A + B, "[1] 1.50 1.25")
rotation <- function(degrees) {
  theta <- degrees * pi / 180
  rbind(c(cos(theta), -sin(theta)), c(sin(theta), cos(theta)))
}
# Points are columns, as in `matrix %*% points`; R recycles a vector of 2 down every column.
flag <- rbind(c(0, 0, 1, 0.75, 1, 0), c(0, 2, 2, 1.5, 1, 1))
scaling <- rbind(c(1, 0), c(0, 0.5))
W <- rbind(c(1, 0.6), c(-0.4, 0.9))
b <- c(0.5, -1)
turned <- rotation(45) %*% flag
affine <- W %*% flag + b
moves <- list(
  "Translation: + (1, 0.25)" = flag + B,
  "Rotation by 45 degrees" = turned,
  "Scaling: height by 0.5" = scaling %*% flag,
  "Linear: W %*% x" = W %*% flag,
  "Affine: W %*% x + b" = affine,
  "Dense layer: relu(W %*% x + b)" = pmax(affine, 0)
)
show(round(c(rotation(90) %*% c(1, 0)), 12), "[1] 0 1")
show(all.equal(colSums(turned^2), colSums(flag^2)), "[1] TRUE")
show((scaling %*% flag)[2, ], "[1] 0.00 1.00 1.00 0.75 0.50 0.50")
W2 <- rotation(30)
b2 <- c(-1, 2)
show(all.equal(W2 %*% affine + b2, (W2 %*% W) %*% flag + c(W2 %*% b + b2)), "[1] TRUE")
show(identical(pmax(affine, 0), naive_relu(affine)), "[1] TRUE")

draw_vectors <- function(title) {
  plot(NULL,
    xlim = c(-0.3, 2), ylim = c(-0.3, 2), asp = 1, las = 1, xlab = "", ylab = "",
    main = title, font.main = 1, panel.first = grid()
  )
  arrows(0, 0, A[1], A[2], length = 0.1, lwd = 3, col = "steelblue")
  text(0.1, 0.6, "A", col = "steelblue", cex = 1.3)
}

draw_move <- function(title) {
  plot(NULL,
    xlim = c(-1.8, 2.8), ylim = c(-1.6, 3), asp = 1, las = 1, xlab = "", ylab = "",
    main = title, font.main = 1, panel.first = grid()
  )
  abline(h = 0, v = 0, lwd = 0.8)
  polygon(t(flag), border = "gray40", lty = "dashed")
  polygon(t(moves[[title]]), col = "lightsteelblue", border = "steelblue", lwd = 2)
}

open_picture(file.path(output, "tour-geometry-r.png"), 1200, 640)
par(mfrow = c(2, 4), mar = c(2.5, 2.5, 2.5, 0.8), mgp = c(2, 0.6, 0), cex.main = 1.2)
draw_vectors("A point, and its arrow")
points(A[1], A[2], pch = 19, cex = 1.5, col = "steelblue")
draw_vectors("A + B")
arrows(A[1], A[2], A[1] + B[1], A[2] + B[2], length = 0.1, lwd = 3, col = "darkorange")
arrows(0, 0, A[1] + B[1], A[2] + B[2], length = 0.1, lwd = 3, col = "firebrick")
text(c(1, 1.15), c(1.3, 0.6), c("B", "A + B"), col = c("darkorange", "firebrick"), cex = 1.3)
for (title in names(moves)) {
  draw_move(title)
}
close_picture()
cat(sprintf("\npictures: %s/tour-digit-r.png, %s/tour-geometry-r.png\n", output, output))
