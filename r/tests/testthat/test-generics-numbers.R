# R's Math and Summary groups, mean(), sort(), rbind(), cbind() and dim<-() on the tensors of every
# library. The oracle is R's own function on an R array with the same elements. With
# PYBRIDGE_TEST_WHOLE the table is run whole; every day each library takes a part of it, in which every
# call occurs, on dtypes and shapes in turn.

is_whole <- nzchar(Sys.getenv("PYBRIDGE_TEST_WHOLE"))

number_makers <- tensor_makers[names(tensor_makers) != "scipy"]
number_makers$keras <- function(x) {
  reticulate::import("keras", convert = FALSE)$Variable(x, dtype = tensor_dtype(x))
}

reals <- c(
  -2.5, NaN, -1, -0.5, 0, 0.25, 0.5, 1, 1.5, 2.5, 3, 17.125, 0.15, 2.675, 100000.5, 0.001, 7.25, -0.75
)
wholes <- c(-7L, 3L, 0L, 1L, -2L, 5L, 12L, 4L, -1L, 6L, 9L, 2L)
elements <- list(
  float64 = c(reals, Inf, -Inf), float32 = c(reals, Inf, -Inf), float16 = reals[-15L],
  int64 = wholes, int32 = wholes, int8 = wholes, uint8 = abs(wholes), uint16 = abs(wholes) * 100L,
  bool = wholes > 1L, complex128 = complex(real = reals[-2L], imaginary = rev(reals)[-17L])
)
number_shapes <- list(integer(), 0L, 6L, c(2L, 3L), c(0L, 3L), c(2L, 3L, 2L))

plain_math <- c(
  "abs", "sign", "sqrt", "floor", "ceiling", "trunc", "exp", "log", "log2", "log10", "expm1",
  "log1p", "cos", "sin", "tan", "acos", "asin", "atan", "cosh", "sinh",
  "tanh", "acosh", "asinh", "atanh", "lgamma", "digamma", "cumsum", "cumprod",
  "cummax", "cummin"
)
elementwise <- c(grep("^cum", plain_math, value = TRUE, invert = TRUE), "round")
other_math <- c(
  "round(x)", "round(x, 1)", "round(x, 2)", "round(x, -1)",
  "log(x, 2)", "log(x, 10)", "log(x, base = 3)"
)
summaries <- c(
  "sum", "prod", "max", "min", "range", "any", "all", "mean"
)
number_calls <- c(
  sprintf("%s(x)", plain_math), other_math, sprintf("%s(x)", summaries),
  sprintf("%s(x, na.rm = TRUE)", summaries), "sum(x, x)", "max(x, 1L)", "min(x, x, x)", "range(x, 2L)",
  "sort(x)", "sort(x, decreasing = TRUE)", "sort(x, na.last = TRUE)", "sort(x, TRUE, na.last = FALSE)",
  "rbind(x, x)", "cbind(x, x)", "rbind(x)", "cbind(x, 1L)", "rbind(0L, x)", "cbind(x, c(1L, 2L, 0L))",
  "{ dim(x) <- length(a); x }", "{ dim(x) <- c(1, length(a)); x }", "{ dim(x) <- NULL; x }"
)

# The calls that are an error of ours, by a pattern of "library dtype call", and why. R has a result for each.
refused_in_words <- c(
  "^(numpy|keras|dask) .* (lgamma|digamma)\\(" = "the library has no such function",
  "complex128 (tan|acos|asin|atan|tanh|acosh|asinh|atanh|log2|log10|round|lgamma)\\(" =
    "R and the libraries differ at branch cuts, or the library has none",
  "complex128 log\\(x, (2|10)\\)" = "as log2() and log10()",
  "complex128 sort\\(" = "complex numbers have no order that every language shares",
  "(float|complex)[0-9]+ (any|all)\\(" = "R warns that it takes numbers for logicals",
  " (max|min|range)\\(.* of no element" = "Inf, which integers do not hold",
  "bool (max|min|range)\\(x, [12]L" = "a whole number other than 0 and 1 is not a logical",
  "bool cbind\\(x, c" = "2 is not a logical",
  "complex128 (cummax|cummin)\\(.* of no element" = "complex numbers, whatever their count",
  "(rbind|cbind)\\(.* of 3 axes" = "R takes an array of three axes as a vector"
)

number_outcome <- function(call, x, a) {
  frame <- list2env(list(x = x, a = a), parent = globalenv())
  tryCatch(suppressWarnings(eval(parse(text = call), frame)), error = identity)
}

# Return "agrees", "refused" or the difference. With `is_scalar` R's vector of length 1 has no axis.
compare_numbers <- function(expected, actual, is_scalar, tolerance, largest) {
  if (inherits(expected, "error")) {
    return(if (inherits(actual, "error")) "agrees" else "R refuses, and here is a value")
  }
  if (inherits(actual, "error")) {
    return(if (inherits(actual, "pybridge_error")) "refused" else paste("foreign error:", conditionMessage(actual)))
  }
  if (!inherits(actual, "python.builtin.object")) {
    return("it left its library")
  }
  shape <- if (is_scalar) integer() else dim(expected) %||% length(expected)
  known <- tensor_shape(actual) # dask knows some only when it has computed
  if (anyNA(known)) known <- dim(as.array(actual))
  if (!identical(known, as.integer(shape))) {
    return(sprintf("shape (%s) for (%s)", toString(tensor_shape(actual)), toString(shape)))
  }
  values <- as.vector(as.array(actual))
  expected <- as.vector(expected)
  expected[!is.na(expected) & abs(expected) > largest] <- Inf # as much as its reals hold
  is_near <- abs(values - expected) <= tolerance * pmax(abs(expected), 1)
  same <- (is.na(values) & is.na(expected)) | (!is.na(values) & values == expected) | (!is.na(is_near) & is_near)
  same[is.na(same)] <- FALSE
  if (all(same)) "agrees" else sprintf("%s for %s", toString(values[!same]), toString(expected[!same]))
}

test_that("the generics agree with R on every library, dtype and shape, or are an error of ours", {
  skip_without_python()
  counts <- c(agrees = 0L, refused = 0L)
  differ <- character()
  used <- logical(length(refused_in_words))
  libraries <- if (nzchar(Sys.getenv("PYBRIDGE_TEST_BACKENDS"))) names(number_makers) else "numpy"
  tried <- character()
  for (library in libraries) {
    deal <- 0L
    for (dtype in names(elements)) {
      for (shape in number_shapes) {
        count <- prod(shape)
        values <- elements[[dtype]]
        is_vector <- length(shape) == 1L && count > 0
        sizes <- if (length(shape)) shape else 1L
        a <- if (is_vector) array(values) else array(rep_len(values[-2L], count), sizes)
        numbers <- as_tensor(a, dtype)
        a <- as.array(numbers)
        if (dtype %in% c("int64", "uint16")) storage.mode(a) <- "integer"
        if (length(shape) == 0L) numbers <- numbers@r[1]
        if (length(dim(a)) == 1L) a <- as.vector(a)
        x <- number_makers[[library]](reticulate::import("numpy", convert = FALSE)$asarray(numbers))
        if (grepl("float", dtype) && library == "jax") a[] <- as.vector(as.array(x)) # float32, as a rule
        tolerance <- switch(dtype, float32 = 2e-5, float16 = 2e-3, 1e-9)
        if (library == "jax" && !dtype %in% "float16") tolerance <- 2e-5
        largest <- if (dtype == "float16") 65504 else if (library == "jax") 3.4e38 else Inf
        for (call in number_calls) {
          deal <- deal + 1L
          if (dtype == "complex128" && count == 0 && grepl("base", call)) next # R drops its shape
          # A prime that does not divide the number of calls deals each call. There are 60 rows of each. JAX
          # compiles a function for each dtype and shape, and most of its calls are on one of them.
          is_first <- library == "jax" && dtype == "float32" && identical(shape, c(2L, 3L))
          share <- switch(library, numpy = 3L, jax = 293L, 59L)
          if (!is_whole && !is_first && deal %% share != 0L) next
          tried <- union(tried, paste(library, call))
          expected <- number_outcome(call, a, a)
          actual <- number_outcome(call, x, a)
          is_scalar <- grepl("^(sum|prod|max|min|any|all|mean)", call) ||
            (length(shape) == 0L && sub("\\(.*", "", call) %in% elementwise)
          outcome <- compare_numbers(expected, actual, is_scalar, tolerance, largest)
          label <- paste(library, dtype, call, if (count == 0) "of no element", if (length(shape) > 2L) "of 3 axes")
          if (outcome == "refused") {
            reasons <- vapply(names(refused_in_words), grepl, NA, label)
            used <- used | reasons
            if (!any(reasons)) outcome <- paste("refused for no reason:", conditionMessage(actual))
          }
          if (outcome %in% names(counts)) {
            counts[[outcome]] <- counts[[outcome]] + 1L
          } else {
            differ <- c(differ, paste(label, "of", toString(shape), "--", outcome))
          }
        }
      }
    }
  }
  if (is_whole) print(c(counts, differ = length(differ)))
  expect_identical(differ, character(), label = paste(differ, collapse = "\n"))
  expect_length(tried, length(libraries) * length(number_calls))
  if (length(libraries) > 1L) expect_gt(counts[["agrees"]], if (is_whole) 25000L else 900L)
  if (is_whole) expect_identical(names(refused_in_words)[!used], character())
})

with_warnings <- function(value) {
  warned <- character()
  value <- withCallingHandlers(value, warning = function(w) {
    warned <<- c(warned, conditionMessage(w))
    invokeRestart("muffleWarning")
  })
  list(value = value, warned = warned)
}

integers_of <- function(values, dtype) as_tensor(array(values), dtype)

test_that("integers never wrap around: the sum is exact, or an error", {
  skip_without_python()
  most <- .Machine$integer.max
  expect_identical(as.numeric(sum(integers_of(c(most, most), "int32"))), 2 * most)
  expect_identical(as.array(cumsum(integers_of(c(most, most), "int32"))), array(c(1, 2) * most))
  expect_identical(as.numeric(mean(integers_of(c(most, most), "int32"))), as.numeric(most))
  expect_identical(as.numeric(sum(integers_of(rep(100L, 3), "int8"))), 300)
  np <- reticulate::import("numpy", convert = FALSE)
  large <- np$full(2L, reticulate::py_eval("2**62", convert = FALSE), "int64")
  expect_error(sum(large), "sum() gives 9223372036854775808, which int64 does not hold", fixed = TRUE)
  expect_error(cumsum(large), class = "pybridge_error_assignment_lossy")
  expect_error(sqrt(np$add(large, 1L)), "does not hold the integer", class = "pybridge_error_assignment_lossy")
  expect_error(abs(integers_of(c(-128L, 1L), "int8")), "abs() of -128 is not in the range of int8", fixed = TRUE)
  if (nzchar(Sys.getenv("PYBRIDGE_TEST_BACKENDS"))) {
    jax <- number_makers$jax(integers_of(c(most, most), "int32"))
    expect_error(sum(jax), "sum() gives 4294967294, which int32 does not hold", fixed = TRUE)
    expect_error(sqrt(jax), "does not hold the integer 2147483647", class = "pybridge_error_assignment_lossy")
  }
})

test_that("digits are rounded as R rounds them, on many numbers", {
  skip_without_python()
  set.seed(11)
  values <- c(runif(4000, -100, 100), round(runif(4000, -10, 10), 3), seq(-3, 3, 0.005), 10^(-8:8), -0.5, 2.5)
  x <- as_tensor(array(values))
  for (digits in c(-2:5, 12)) expect_identical(as.vector(as.array(round(x, digits))), round(values, digits))
  # to the last bit, wherever R's own steps lose some
  wide <- c(values[1:300], runif(500) * 10^runif(500, -20, 20), -9.123456789012345, Inf, -Inf, NaN, 0)
  wider <- c(wide, exp(runif(200, -745, 709)), 1.7e308, 5e-324)
  for (library in c("numpy", if (nzchar(Sys.getenv("PYBRIDGE_TEST_BACKENDS"))) "torch")) {
    x <- number_makers[[library]](as_tensor(array(wider)))
    for (digits in c(-Inf, -310:-305, -20:20, 25, 100, 300, 305:325, Inf)) {
      expect_identical(as.vector(as.array(round(x, digits))), round(wider, digits), label = paste("round", digits))
    }
  }
  for (name in c("signif", "cospi", "sinpi", "tanpi", "gamma", "trigamma")) {
    expect_error(do.call(name, list(as_tensor(1:3))), paste0(name, "(as.array(x))"), fixed = TRUE)
  }
})

test_that("rbind() and cbind() recycle and fail as R's do", {
  skip_without_python()
  m <- matrix(c(1.5, 2, 3, 4, 5, 6), 2)
  n <- reticulate::import("numpy", convert = FALSE)
  for (bind in list(rbind, cbind)) {
    for (operands in list(
      list(m, 7), list(m, 7:8), list(7:9, m), list(m, 1:6), list(m, numeric()), list(m, m, 1:3), list(1:2, m),
      list(numeric(), numeric()), list(1:6, 1:4), list(m, NULL), list(numeric(), NULL), list(m[, 0L], NULL),
      list(m[0L, ], m[0L, ]), list(m[, 0L], 1)
    )) {
      expected <- with_warnings(do.call(bind, operands))
      tensors <- lapply(operands, function(value) {
        if (is.null(value)) NULL else if (is.matrix(value)) as_tensor(value) else as_tensor(array(as.double(value)))
      })
      actual <- with_warnings(do.call(bind, tensors))
      expect_identical(actual$warned, expected$warned)
      expect_identical(dim(actual$value), dim(expected$value))
      expect_equal(as.vector(as.array(actual$value)), as.vector(expected$value))
    }
    expect_error(bind(as_tensor(m), as_tensor(t(m))), "of matrices must match", class = "pybridge_error_shape")
    expect_error(bind(as_tensor(m), n), "is not a tensor", class = "pybridge_error_argument")
    expect_error(bind(as_tensor(m), as_tensor(m, "float32")), "cannot be combined", class = "pybridge_error_tensor")
  }
})

test_that("what is empty, masked or no number, and calls that are the user's own", {
  skip_without_python()
  np <- reticulate::import("numpy", convert = FALSE)
  none <- np$zeros(0L)
  expect_warning(expect_identical(as.numeric(max(none)), -Inf), "no non-missing arguments to max; returning -Inf")
  expect_warning(expect_identical(as.numeric(min(none)), Inf), class = "pybridge_warning_summary")
  expect_error(max(np$zeros(0L, "int32")), "is -Inf in R, which int32 does not hold", class = "pybridge_error_tensor")
  expect_identical(as.numeric(mean(none)), NaN)
  masked <- np$ma$masked_array(np$array(c(3, 1, 2)), c(FALSE, TRUE, FALSE))
  expect_identical(as.numeric(sum(masked, na.rm = TRUE)), 5)
  expect_identical(from_python(sum(masked)), NA_real_)
  expect_identical(from_python(cumsum(masked)), c(3, NA, NA))
  expect_identical(from_python(sqrt(masked)), sqrt(c(3, NA, 2)))
  expect_error(sum(np$array("a")), "does not take", class = "pybridge_error_tensor")
  values <- as_tensor(c(3, 1, 2))
  failed <- list(
    tryCatch(sum(values, 1i), error = identity), tryCatch(sort(values, partial = 1), error = identity),
    tryCatch(round(values, "a"), error = identity), tryCatch(rbind(values, "a"), error = identity)
  )
  expect_identical(lapply(failed, conditionCall), list(
    quote(sum(values, 1i)), quote(sort(values, partial = 1)), quote(round(values, "a")), quote(rbind(values, "a"))
  ))
  m <- as_tensor(matrix(1:6, 2))
  expect_error(dim(m) <- c(4, 2), "6 elements cannot become 8", class = "pybridge_error_reshape")
  expect_error(dim(m) <- c(NA, 2), "takes every size", class = "pybridge_error_argument")
  expect_identical(tensor_shape(m), c(2L, 3L))
  # seq_along() counts by length(), which is reticulate's and stays so
  expect_identical(seq_along(values), seq_len(length(values)))
})
