# recycle, recycled and broadcast on R arrays, against R's own operators

small_shapes <- function(most) {
  sizes <- 0:most
  pairs <- expand.grid(sizes, sizes)
  triples <- expand.grid(sizes, sizes, sizes)
  c(
    as.list(sizes), lapply(seq_len(nrow(pairs)), function(k) unlist(pairs[k, ], use.names = FALSE)),
    lapply(seq_len(nrow(triples)), function(k) unlist(triples[k, ], use.names = FALSE))
  )
}

operand <- function(shape, k) {
  values <- seq_len(prod(shape)) * c(1, 100, 10000)[k]
  if (length(shape) > 1L) array(values, shape) else values
}

#' The value, warnings and error of an expression
observe <- function(expression) {
  messages <- character()
  value <- tryCatch(
    withCallingHandlers(expression, warning = function(w) {
      messages <<- c(messages, conditionMessage(w))
      invokeRestart("muffleWarning")
    }),
    error = function(e) {
      messages <<- c(messages, paste("error:", conditionMessage(e)))
      NULL
    }
  )
  list(value, messages)
}

test_that("every pair of small shapes agrees with R's own operators", {
  shapes <- small_shapes(if (is_slow()) 4L else 3L)
  expect_length(shapes, if (is_slow()) 155L else 84L)
  operators <- c("+", "-", "*", "<", "&")
  # two different shapes of three axes only stop, which the smallest ones show as well
  is_large <- vapply(shapes, function(shape) length(shape) == 3L && max(shape) > 2L, NA)
  for (i in seq_along(shapes)) {
    x <- operand(shapes[[i]], 1L)
    for (j in seq_along(shapes)) {
      if (i != j && length(shapes[[j]]) == 3L && length(shapes[[i]]) == 3L && (is_large[[i]] || is_large[[j]])) next
      y <- operand(shapes[[j]], 2L)
      name <- operators[(i + j) %% length(operators) + 1L]
      expected <- observe(match.fun(name)(x, y))
      actual <- observe(recycled(name)(x, y))
      if (!identical(actual, expected)) {
        fail(paste0("c(", toString(shapes[[i]]), ") ", name, " c(", toString(shapes[[j]]), ")"))
      }
      # a function that repeats nothing itself sees operands of equal shape
      by_hand <- observe(recycled(function(a, b) {
        stopifnot(identical(dim(a), dim(b)), length(a) == length(b))
        a + b
      })(x, y))
      if (!identical(by_hand, observe(x + y))) {
        fail(paste0("c(", toString(shapes[[i]]), ") by hand c(", toString(shapes[[j]]), ")"))
      }
    }
  }
})

test_that("three operands fold from the left, in random draws", {
  set.seed(60000)
  draw <- function() {
    array <- sample.int(4L, sample.int(3L, 1L), replace = TRUE)
    lapply(1:3, function(k) {
      switch(sample.int(3L, 1L),
        array,
        max(1L, prod(array[seq_len(sample.int(length(array), 1L))]) %/% sample.int(2L, 1L)),
        sample.int(5L, sample.int(2L, 1L), replace = TRUE) - sample(0:1, 1L)
      )
    })
  }
  kinds <- c(value = 0L, warning = 0L, error = 0L)
  for (case in seq_len(if (is_slow()) 5000L else 500L)) {
    xs <- Map(operand, draw(), 1:3)
    expected <- observe(xs[[1L]] + xs[[2L]] + xs[[3L]])
    actual <- observe(recycled("+")(xs[[1L]], xs[[2L]], xs[[3L]]))
    all_at_once <- observe(do.call(recycled(function(a, b, c) a + b + c, fold = FALSE), xs))
    if (!identical(actual, expected) || !identical(all_at_once, expected)) {
      fail(paste("shapes", toString(lapply(xs, function(x) dim(as.array(x))))))
    }
    kind <- if (is.null(expected[[1L]])) "error" else if (length(expected[[2L]])) "warning" else "value"
    kinds[kind] <- kinds[kind] + 1L
  }
  expect_true(all(kinds > 30L))
})

test_that("recycle returns the operands that R uses", {
  recycled_operands <- recycle(a = matrix(0, 2, 3), b = 1:2)
  expect_identical(recycled_operands, list(a = matrix(0, 2, 3), b = matrix(c(1L, 2L, 1L, 2L, 1L, 2L), 2)))
  expect_identical(recycle(1:6, c("x", "y"))[[2L]], rep(c("x", "y"), 3))
  expect_identical(recycle(matrix(1:6, 2), list(1, "b"))[[2L]], matrix(rep(list(1, "b"), 3), 2))
  named <- matrix(1:4, 2, dimnames = list(c("a", "b"), NULL))
  expect_identical(recycle(named, 5)[[1L]], named)
  expect_identical(recycle(c(a = 1), 1:2)[[1L]], c(1, 1))
  expect_identical(recycle(as.Date("2026-01-01"), 1:2)[[1L]], rep(as.Date("2026-01-01"), 2))
  expect_identical(recycle(), list())
})

test_that("an array of one axis is a plain vector", {
  expect_identical(recycled("+")(array(1:2), matrix(1:6, 2)), 1:2 + matrix(1:6, 2))
  expect_identical(recycle(array(1:3), array(4:6)), list(1:3, 4:6))
  expect_identical(recycled("+")(array(1:2), array(1:6)), c(2L, 4L, 4L, 6L, 6L, 8L))
})

test_that("options with a name reach the operation", {
  x <- matrix(c(1, NA, 3, 4), 2)
  expect_identical(recycled(pmax)(x, c(2, 5), na.rm = TRUE), matrix(c(2, 5, 3, 5), 2))
  expect_identical(recycled("-")(5), -5)
})

test_that("conditions have classes and the caller's call", {
  error <- expect_error(
    recycle(matrix(0, 2, 3), matrix(0, 3, 2)), "^non-conformable arrays$",
    class = "pybridge_error_recycling"
  )
  expect_s3_class(error, c("pybridge_error_shape", "pybridge_error"))
  expect_identical(error$shapes, list(2:3, 3:2))
  expect_identical(as.character(conditionCall(error)[[1L]]), "recycle")
  expect_warning(recycle(1:3, 1:2), "^longer object length is not a multiple", class = "pybridge_warning_recycling")
  expect_error(recycle(factor("a"), 1), "factor", class = "pybridge_error_argument")
  expect_error(recycle(NULL, 1), "NULL", class = "pybridge_error_argument")
  expect_error(recycled(1), "`op` is a function", class = "pybridge_error_argument")
  expect_error(recycled("+", fold = NA), "`fold` is", class = "pybridge_error_argument")
  expect_error(recycled("+")(), "at least one operand", class = "pybridge_error_argument")
})

broadcast_by_hand <- function(x, old, shape, align) {
  ones <- rep(1L, length(shape) - length(old))
  padded <- if (align == "trailing") c(ones, old) else c(old, ones)
  grid <- as.matrix(expand.grid(lapply(shape, seq_len)))
  places <- matrix(pmin(grid, rep(padded, each = nrow(grid))), nrow(grid))
  array(array(x, padded)[places], shape)
}

test_that("every pair of small shapes broadcasts, element by element", {
  shapes <- Filter(function(shape) length(shape) > 1L || shape > 0L, small_shapes(2L))
  failures <- 0L
  for (left in shapes) {
    for (right in shapes) {
      for (align in c("trailing", "leading")) {
        xs <- list(operand(left, 1L), operand(right, 2L))
        ndim <- max(length(left), length(right))
        pad <- function(shape) {
          ones <- rep(1L, ndim - length(shape))
          if (align == "trailing") c(ones, shape) else c(shape, ones)
        }
        fits <- pad(left) == pad(right) | pad(left) == 1L | pad(right) == 1L
        if (!all(fits)) {
          failures <- failures + 1L
          # expect_error() takes longer than what it tests
          said <- tryCatch(broadcast(xs[[1L]], xs[[2L]], align = align), pybridge_error_broadcast = conditionMessage)
          if (!is.character(said) || !grepl(paste("axis", which(!fits)[1L]), said)) {
            fail(paste(toString(left), "and", toString(right), align))
          }
          next
        }
        shape <- ifelse(pad(left) == 1L, pad(right), pad(left))
        actual <- broadcast(xs[[1L]], xs[[2L]], align = align)
        for (k in 1:2) {
          expected <- broadcast_by_hand(xs[[k]], list(left, right)[[k]], shape, align)
          if (ndim == 1L) expected <- as.vector(expected)
          if (!identical(actual[[k]], expected)) {
            fail(paste(toString(left), "and", toString(right), align))
          }
        }
      }
    }
  }
  expect_gt(failures, 100L)
})

test_that("broadcast keeps types, names the axis, and checks `align`", {
  expect_identical(broadcast(matrix(0, 2, 2), c("a", "b"))[[2L]], matrix(c("a", "a", "b", "b"), 2))
  expect_identical(
    broadcast(matrix(0, 2, 2), c("a", "b"), align = "leading")[[2L]],
    matrix(c("a", "b", "a", "b"), 2)
  )
  expect_identical(broadcast(1:3, 5L), list(1:3, c(5L, 5L, 5L)))
  expect_error(
    broadcast(array(0, c(2, 3, 5)), 1:2, matrix(0, 4, 1)),
    "shapes (2, 3, 5), (2) and (4, 1) do not broadcast: axis 2 has the sizes 3 and 4",
    fixed = TRUE, class = "pybridge_error_broadcast"
  )
  expect_error(broadcast(1, 2, align = "left"), "`align` is", class = "pybridge_error_argument")
})

test_that("tensors follow the same rules", {
  skip_without_python()
  np <- reticulate::import("numpy", convert = FALSE)
  as_r <- function(xs) lapply(xs, reticulate::py_to_r)
  x <- array(as.double(1:30), c(2, 3, 5))
  y <- as.double(1:6)
  tensor <- np$array(x)
  expect_identical(as_r(recycle(a = tensor, b = y)), recycle(a = x, b = y))
  expect_identical(as_r(broadcast(tensor, 1:2 + 0, align = "leading")), list(
    x, broadcast(x, 1:2 + 0, align = "leading")[[2L]]
  ))
  sum <- recycled("+")(tensor, y, 100)
  expect_s3_class(sum, "numpy.ndarray")
  expect_identical(reticulate::py_to_r(sum), x + y + 100)
  expect_identical(reticulate::py_to_r(recycled(np$subtract)(tensor, y)), x - y)
  expect_identical(reticulate::py_to_r(recycled("<")(tensor, y)), x < y)
  expect_warning(
    uneven_fit <- recycled("+")(tensor, 1:4 + 0), "^longer object length",
    class = "pybridge_warning_recycling"
  )
  expect_identical(reticulate::py_to_r(uneven_fit), suppressWarnings(x + 1:4))
  error <- expect_error(
    recycle(tensor, matrix(0, 3, 2)), "^non-conformable arrays$",
    class = "pybridge_error_recycling"
  )
  expect_identical(as.character(conditionCall(error)[[1L]]), "recycle")
  expect_error(broadcast(tensor, 1:2 + 0), "axis 3", class = "pybridge_error_broadcast")
  one <- np$array(matrix(1))
  expect_error(recycled("<")(one, 1:3 + 0), "dims [product 1]", fixed = TRUE)
  expect_error(recycled(np$less)(one, 1:3 + 0), "dims [product 1]", fixed = TRUE)
  expect_warning(recycled(np$add)(one, 1:3 + 0), "array-vector arithmetic is deprecated")
  expect_identical(explain_shapes(tensor, 5)$shapes, list(c(2L, 3L, 5L), 5L))
})

test_that("a common shape beyond the length of any vector is an error, and nothing is written", {
  spread <- function(sizes) {
    lapply(seq_along(sizes), function(k) {
      array(as.raw(k), replace(rep(1L, length(sizes)), k, sizes[[k]]))
    })
  }
  # as 64-bit integers, these products wrap to a small number, and to zero
  for (sizes in list(c(2577, 2577, 1522, 2045, 2672, 334), rep(16, 16), rep(2^20, 4))) {
    expect_error(do.call(broadcast, spread(sizes)), "elements", class = "pybridge_error_broadcast")
  }
  expect_error(do.call(broadcast, spread(c(2^25, 2^26))), "cannot allocate")
  empty <- c(2^20, 2^20, 2^20, 0)
  expect_identical(dim(do.call(broadcast, spread(empty))[[1]]), as.integer(empty))
})
