numbers <- array(1:30, c(2, 3, 5))

test_that("x@r is a thin view, and x keeps its own class", {
  skip_without_python()
  x <- as_tensor(numbers)
  expect_s3_class(x@r, "pybridge_view", exact = TRUE)
  expect_s3_class(x@py, c("pybridge_py_view", "pybridge_view"), exact = TRUE)
  expect_identical(class(x), c("numpy.ndarray", "python.builtin.object"))
  expect_snapshot(cran = TRUE, {
    x@r
    x@py
  })
})

test_that("a tensor is read as the R array is", {
  skip_without_python()
  x <- as_tensor(numbers)
  expect_tensor(x@r[2, , ], numbers[2, , ])
  expect_tensor(x@r[, 3:2, NA:4], numbers[, 3:2, 1:4])
  expect_tensor(x@r[.., c(5, 1)], numbers[, , c(5, 1)])
  expect_tensor(x@r[c(2, 1), c(3, 1, 3), c(5, 1)], numbers[c(2, 1), c(3, 1, 3), c(5, 1)])
  expect_tensor(x@r[, newaxis, 2], numbers[, 2, ], c(2, 1, 5))
  expect_tensor(x@r[2, c(TRUE, FALSE, TRUE)], numbers[2, c(1, 3), ])
  expect_tensor(x@r[1, drop = FALSE], numbers[1, , , drop = FALSE])
  expect_tensor(x@r[], numbers)
  expect_equal(reticulate::py_to_r(x@r[2, 3, 5]), 30L)
})

test_that("a logical array selects in row-major order, a matrix one element for each row", {
  skip_without_python()
  x <- as_tensor(numbers)
  mask <- numbers %in% c(2L, 7L, 29L)
  dim(mask) <- dim(numbers)
  expect_tensor(x@r[mask], c(7, 29, 2))
  expect_tensor(x@r[mask, order = "F"], c(2, 7, 29))
  expect_tensor(x@r[rbind(c(1, 2, 3), c(2, 3, 5), c(-1, -1, 1))], c(15, 30, 6))
})

test_that("dialect = \"base\" is R's own bracket, traps included", {
  skip_without_python()
  v <- as_tensor(array(c(1.5, 2.5, 3.5)))
  expect_tensor(v@r[-1, dialect = "base"], c(2.5, 3.5))
  expect_tensor(v@r[c(TRUE, FALSE), dialect = "base"], c(1.5, 3.5))
  expect_tensor(v@r[c(0, 2.9), dialect = "base"], 2.5)
  expect_tensor(v@r[5, dialect = "base"], NA_real_, 1L)
  expect_tensor(v@r[factor("b", c("a", "b")), dialect = "base"], 2.5, 1L)
  expect_tensor(as_tensor(numbers)@r[1:3, dialect = "base"], 1:3)
  expect_tensor(as_tensor(numbers)@r[NULL, 1, 1, dialect = "base"], integer())
  expect_warning(v@r[1:3, dialect = "base"] <- c(7, 8), class = "pybridge_warning_recycling")
  expect_tensor(v, c(7, 8, 7))
})

test_that("a minus before positions is an error in R's brackets, and a minus in Python's", {
  skip_without_python()
  bad <- c(FALSE, TRUE, FALSE)
  x <- as_tensor(array(c(10, 20, 30)))
  words <- "to leave them out write `all_but(which(bad))`"
  expect_error(x@r[-which(bad)], words, fixed = TRUE, class = "pybridge_error_subscript_type")
  expect_error(x@r[-which(bad)] <- 0, words, fixed = TRUE, class = "pybridge_error_subscript_type")
  expect_error(x@r[-tensor_which(x > 10)], "`all_but(tensor_which(x > 10))`", fixed = TRUE)
  expect_tensor(x, c(10, 20, 30))
  expect_tensor(x@r[-which(bad), dialect = "base"], c(10, 30))
  expect_tensor(x@r[c(-1, -2)], c(30, 20))
  expect_tensor(x@py[-c(1, 2)], c(30, 20))
  expect_equal(reticulate::py_to_r(x@py[-which(bad)]), 20, ignore_attr = TRUE)
})

test_that("a range is read as it is written; its bounds are evaluated in the caller's frame", {
  skip_without_python()
  v <- as_tensor(array(1:10))
  from_inside <- function(tensor) {
    low <- 2
    high <- 4L
    tensor@r[low:high]
  }
  expect_tensor(from_inside(v), 2:4)
  expect_tensor(v@r[10:1:-3], c(10, 7, 4, 1))
  expect_tensor(v@r[(2 - 1) * 3 + 1:2], 4:5)
  expect_tensor(v@r[6:-6], integer())
  positions <- 6:-6
  expect_error(v@r[positions], class = "pybridge_error_subscript_oob")
  expect_tensor(v@r[3:3], 3L)
  expect_equal(reticulate::py_to_r(v@r[c(3)]), 3L)
  expect_identical(tensor_shape(v@r[array(3)]), 1L)
})

test_that("each subscript is evaluated once", {
  skip_without_python()
  v <- as_tensor(array(1:10))
  count <- 0
  read <- v@r[(count <- count + 1):(count <- count + 1)]
  expect_identical(count, 2)
  expect_tensor(read, 1:2)
  v@r[c(count <- count + 1, 1)]
  expect_identical(count, 3)
  v@r[count <- count + 1] <- 0L
  expect_identical(count, 4)
})

test_that("subscripts pass through `...`, do.call() and lapply()", {
  skip_without_python()
  x <- as_tensor(numbers)
  inner <- function(tensor, ...) tensor@r[...]
  outer <- function(tensor, ...) inner(tensor, ...)
  caller <- function(tensor) {
    last <- 2
    outer(tensor, , NA:last, 5)
  }
  expect_tensor(caller(x), numbers[, 1:2, 5])
  expect_tensor(outer(x, .., 2, drop = FALSE), numbers[, , 2, drop = FALSE])
  expect_tensor(outer(x, newaxis), numbers, c(1, 2, 3, 5))
  expect_tensor(do.call("[", list(x@r, 2, 3:1)), numbers[2, 3:1, ])
  expect_tensor(do.call(`[`, list(x@r, quote(NA:1))), numbers[1, , , drop = FALSE])
  expect_tensor(lapply(list(x@r), `[`, 2, 1)[[1]], numbers[2, 1, ])
  write <- function(tensor, ...) {
    tensor@r[...] <- 0L
    tensor
  }
  expect_tensor(write(x, 1, NA:2)@r[1], rbind(0, 0, numbers[1, 3, ]))
})

test_that("an argument that was left out is a missing subscript, as in R", {
  skip_without_python()
  x <- as_tensor(numbers)
  rows <- function(tensor, i, j, k) tensor@r[i, j, k]
  through <- function(tensor, i, j) rows(tensor, i, j)
  expect_tensor(rows(x, 2, , 1), numbers[2, , 1])
  expect_tensor(through(x, 1), numbers[1, , ])
  m <- function(i) numbers[i, 1, 1]
  expect_identical(m(), c(1L, 2L))
})

test_that("the user's own variables are what they are", {
  skip_without_python()
  v <- as_tensor(array(1:10))
  N <- 3
  x <- 4
  drop <- 5
  newaxis <- 6
  dialect <- 7
  c <- function(...) stop("this c() is the user's")
  expect_equal(reticulate::py_to_r(v@r[N]), 3L)
  expect_equal(reticulate::py_to_r(v@r[x]), 4L)
  expect_equal(reticulate::py_to_r(v@r[drop]), 5L)
  expect_equal(reticulate::py_to_r(v@r[newaxis]), 6L)
  expect_equal(reticulate::py_to_r(r_slice(v, dialect)), 7L)
  expect_identical(tensor_shape(v@r[x:drop]), 2L)
})

test_that("an assignment writes in place, and x is the object that it was", {
  skip_without_python()
  x <- as_tensor(numbers)
  same <- x
  view <- x@r[1]
  x@r[1, 1] <- 0
  expect_identical(x, same)
  expect_identical(class(x), c("numpy.ndarray", "python.builtin.object"))
  expected <- numbers
  expected[1, 1, ] <- 0L
  expect_tensor(x, expected, dtype = "int32")
  expect_tensor(same, expected)
  expect_tensor(view, expected[1, , ])
})

needs <- function(module) {
  skip_without_module(module)
  reticulate::import(module, convert = FALSE)
}

test_that("an assignment to what its library never writes binds the name anew, wherever the name is", {
  jnp <- needs("jax.numpy")
  x <- jnp$array(c(1, 2, 3), dtype = "float32")
  old <- x
  x@r[1] <- 20
  expect_tensor(x, c(20, 2, 3), dtype = "float32")
  expect_tensor(old, c(1, 2, 3))
  r_slice(x, 2:3) <- old@r[1:2]
  expect_tensor(x, c(20, 1, 2))
  model <- list(x = x)
  model$x@r[-1] <- 0
  expect_tensor(model$x, c(20, 1, 0))
  expect_tensor(x, c(20, 1, 2))
  x@r[2:3]@r[1] <- 7 # into a part of it
  expect_tensor(x, c(20, 7, 2))
  write <- function(tensor) {
    tensor@r[1] <- 0
    tensor
  }
  expect_tensor(write(x), c(0, 7, 2))
  expect_tensor(x, c(20, 7, 2))
  object <- reticulate::import("types", convert = FALSE)$SimpleNamespace(weight = x)
  object$weight@r[1] <- 5
  expect_tensor(object$weight, c(5, 7, 2))
  view <- x@r
  view[1] <- 9
  expect_s3_class(view, "pybridge_view")
  expect_tensor(view[1:3], c(9, 7, 2))
  expect_tensor(x, c(20, 7, 2))
  expect_tensor(do.call(`[<-`, list(x@r, 1, value = 3)), c(3, 7, 2))
  for (attempt in expression(x@r[4] <- 0, x@r[1] <- 1i, x@r[1:2] <- 1:3, r_slice(x, 4) <- 0, x@r <- x, x@r <- old@r)) {
    expect_error(eval(attempt), class = "pybridge_error")
  }
  expect_tensor(x, c(20, 7, 2))
  expect_error(x@py[0] <- 1, "immutable", class = "pybridge_error_python") # Python's brackets are Python's
})

test_that("a part of a variable by scalars and ranges can do what TensorFlow's can", {
  tf <- needs("tensorflow")
  v <- tf$Variable(tf$zeros(reticulate::tuple(3L, 2L)))
  v@r[1, 1]$assign(3)
  expect_tensor(v, rbind(c(3, 0), 0, 0))
  v@r[-1:-2, 2]$assign(c(7, 8))
  expect_tensor(v, rbind(c(3, 0), c(0, 8), c(0, 7)))
  v@r[2:NA, newaxis, 1]$assign(matrix(1, 2, 1))
  expect_tensor(v, rbind(c(3, 0), c(1, 8), c(1, 7)))
  r_slice(v, 3)$assign(c(5, 6))
  expect_tensor(v, rbind(c(3, 0), c(1, 8), c(5, 6)))
  expect_tensor(v@r[c(3, 1), 2], c(6, 0))
})

test_that("a value broadcasts, and keeps the dtype", {
  skip_without_python()
  x <- as_tensor(array(0, c(2, 3)))
  x@r[, 2] <- c(7L, 8L)
  x@r[2, 3:1] <- bit64_value(5L)
  x@r[1, 3] <- NA
  expect_tensor(x, rbind(c(0, 7, NaN), c(5, 5, 5)), dtype = "float64")
  x@r[..] <- as_tensor(array(1:3))
  expect_tensor(x, rbind(1:3, 1:3), dtype = "float64")
  x@r[1] <- TRUE
  expect_tensor(x, rbind(c(1, 1, 1), 1:3))
})

test_that("NA is missing in a real tensor, and an error for any other", {
  skip_without_python()
  x <- as_tensor(array(0, 4))
  x@r[1:2] <- c(NA, 3L)
  x@r[3] <- NA_real_
  x@r[4] <- NaN
  expect_tensor(x, c(NaN, 3, NaN, NaN), dtype = "float64")
  y <- as_tensor(array(1:4))
  expect_error(y@r[1] <- NA, class = "pybridge_error_missing_value")
  expect_error(y@r[1:2] <- c(NA, 3L), class = "pybridge_error_missing_value")
  expect_error(y@r[1] <- NaN, class = "pybridge_error_assignment_lossy")
  names <- reticulate::import("numpy", convert = FALSE)$array(list("a", "b"))
  names@r[2] <- "c"
  expect_tensor(names, c("a", "c"))
  expect_error(names@r[2] <- NA_character_, class = "pybridge_error_missing_value")
})

test_that("64-bit integers are positions", {
  skip_without_python()
  v <- as_tensor(array(1:10))
  expect_equal(reticulate::py_to_r(v@r[bit64_value(5L)]), 5L)
  expect_tensor(v@r[bit64_value(2L, 9L)], c(2L, 9L))
})

test_that("a vector that is too long is an error before it is allocated", {
  skip_without_python()
  v <- as_tensor(array(1:10))
  long <- 1:3e9 # two numbers, as long as nobody looks at the others
  expect_error(v@r[long], "longer than any axis", class = "pybridge_error_subscript_type")
  expect_error(r_slice(1:3, long), "longer than any axis", class = "pybridge_error_subscript_type")
  expect_error(v@r[1:3e9], class = "pybridge_error_subscript_oob")
})

test_that("a failed assignment changes nothing", {
  skip_without_python()
  x <- as_tensor(numbers)
  for (attempt in expression(
    x@r[1] <- 0.5, x@r[1] <- NA, x@r[1] <- "a", x@r[1:2] <- 1:4, x@r[9] <- 1, x@r[1] <- list(1),
    x@r[1] <- factor("a"), x@r[1, drop = FALSE] <- 1, x@r <- 1, x@py[9] <- 1
  )) {
    expect_error(eval(attempt), class = "pybridge_error")
  }
  expect_tensor(x, numbers, dtype = "int32")
})

test_that("memory that is read-only stays as it is", {
  skip_without_python()
  ten <- array(1:10)
  x <- reticulate::r_to_py(ten)
  is_refused <- function(write) {
    expect_error(write, "view of R's memory.*`copy\\(\\)`.*`to_python\\(\\)`",
      class = "pybridge_error_assignment_immutable"
    )
  }
  is_refused(x@r[1] <- 0L)
  is_refused(x@py[0] <- 0L)
  is_refused(r_slice(x, 1) <- 0L)
  expect_identical(ten, array(1:10))
  y <- reticulate::py_call(reticulate::py_get_attr(x, "copy"))
  y@r[1] <- 0L
  expect_tensor(y, c(0L, 2:10))
  expect_tensor(r_assign(x, 1, value = 0L), c(0L, 2:10))
})

test_that("tensors are subscripts", {
  skip_without_python()
  x <- as_tensor(numbers)
  expect_tensor(x@r[2, as_tensor(array(c(3L, 1L)))], numbers[2, c(3, 1), ])
  expect_tensor(x@r[as_tensor(array(c(FALSE, TRUE)))], numbers[2, , , drop = FALSE])
  two <- reticulate::py_eval("2", convert = FALSE)
  expect_tensor(x@r[two, two:NA], numbers[2, 2:3, ])
})

test_that("a whole real beyond 32 bits is an index", {
  skip_without_python()
  x <- as_tensor(numbers)
  expect_error(x@py[2^33 - 1], "8589934591 is out of bounds", class = "pybridge_error_python")
})

test_that("a tensor of another session is an error in every verb and at every place", {
  skip_without_python()
  x <- as_tensor(numbers)
  file <- tempfile(fileext = ".rds")
  saveRDS(list(x, reticulate::tuple(1L, 2L)), file)
  saved <- readRDS(file)
  old <- saved[[1L]]
  pair <- saved[[2L]]
  for (code in expression(
    old@r[1], old@py[0], r_slice(old, 1), r_slice(old, c(1, 2), NULL), r_assign(old, 1, value = 0L),
    x@r[old], x@r[pair], x@r[1:old], x@py[old], r_slice(numbers, old), r_slice(1:3, pair),
    r_slice(numbers, old, dialect = "base"), r_assign(x, 1, value = old),
    r_assign(numbers, 1, value = old), to_python(old), to_python(1:3, like = old),
    to_python(1:3, dtype = old), from_python(old), array_reshape(old, 30), array_reshape(x, old),
    array_reshape(x, list(old, 5)), recycle(old, 1), recycle(x, old), broadcast(old, 1),
    recycled("+")(old, 1), recycled(old), tensor_shape(old), tensor_ndim(old), tensor_dtype(old),
    explain_shapes(old, x), tensor_which(old), tensor_which_max(old), tensor_which_min(old),
    tensor_order(old), as.integer(old), as.logical(old), aperm(old), head(old), tail(old),
    rev(old), rep(old, 2), expect_same_tensor(old, numbers), is.na(old), anyNA(old), order(old), median(old),
    unique(old), as.list(old), as.data.frame(old), hist(old), crossprod(old), na.omit(old)
  )) {
    expect_error(eval(code), class = "pybridge_error_tensor")
  }
  # newer releases of reticulate have a method of their own
  if (is.null(utils::getS3method("t", "numpy.ndarray", optional = TRUE))) {
    expect_error(t(old), class = "pybridge_error_tensor")
  }
  for (code in expression(old@r[1] <- 0L, old@py[0] <- 0L, r_slice(old, 1) <- 0L, x@r[1] <- old)) {
    error <- expect_error(eval(code), "session that has ended", class = "pybridge_error_tensor")
    expect_false("*tmp*" %in% all.names(conditionCall(error)))
  }
  error <- tryCatch(recycle(x, old), error = identity)
  expect_identical(conditionCall(error), quote(recycle(x, old)))
  expect_null(dim(old)) # what only looks at objects asks for it
})

test_that("a value that overlaps what it is written to is as if it had been copied first", {
  skip_without_python()
  np <- reticulate::import("numpy", convert = FALSE)
  masked <- rep(c(FALSE, TRUE), 4)
  for (write in expression(
    x@r[2:8:2] <- x@r[1:4],
    x@r[c(2, 4, 6, 8)] <- x@r[1:4],
    x@r[masked] <- x@r[1:4],
    r_slice(x, c(2, 4, 6, 8), dialect = "base") <- x@r[1:4]
  )) {
    x <- np$arange(8L)
    eval(write)
    expect_identical(as.vector(as.array(x)), c(0, 0, 2, 1, 4, 2, 6, 3))
  }
})

test_that("`x@` is completed with r and py", {
  skip_without_python()
  x <- as_tensor(1:3)
  expect_identical(utils::.AtNames(x, ""), c("r", "py"))
  expect_identical(utils::.AtNames(x, "^p"), "py")
})
