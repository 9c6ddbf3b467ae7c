# A random search: values of R through to_python(), another memory layout and from_python(), and then
# R's own identical() beside what R itself says they must be.
#
#     Rscript tests/support/conversion_fuzz.R 200000 1 1800
#
# The numbers are how many cases, the seed, and after how many seconds it ends at the latest. A batch
# of cases has one policy and crosses as one list, or each case by itself.

suppressMessages({
  library(reticulate, exclude = "array_reshape")
  library(pybridge)
})

given <- as.numeric(commandArgs(TRUE))
COUNT <- if (length(given)) given[[1]] else 200000
SEED <- if (length(given) > 1L) given[[2]] else 1
SECONDS <- if (length(given) > 2L) given[[3]] else 1800
BATCH <- 50L

main <- py_run_string("
import numpy as np

def laid_out(arrays, kind):
    return [LAYOUTS[kind](x) if x.ndim and not isinstance(x, np.ma.MaskedArray) else x
            for x in arrays]

def strided(x):
    wide = np.empty(tuple(2 * size + 1 for size in x.shape), x.dtype)
    every_second = wide[tuple(slice(1, None, 2) for _ in x.shape)]
    every_second[...] = x
    return every_second

def backwards(x):
    turned = tuple(slice(None, None, -1) for _ in x.shape)
    return np.ascontiguousarray(x[turned])[turned]

def swapped(x):
    return x if x.dtype.kind == 'V' else x.astype(x.dtype.newbyteorder())

def frozen(x):
    x = x.copy()
    x.flags.writeable = False
    return x

LAYOUTS = {
    'as it is': lambda x: x, 'C': np.ascontiguousarray, 'F': np.asfortranarray,
    'strided': strided, 'backwards': backwards, 'swapped': swapped, 'frozen': frozen,
    'rolled': lambda x: np.moveaxis(np.moveaxis(x, 0, -1).copy(), -1, 0),
}

def at(arrays, indices):
    # the element at an index from zero, read by Python alone
    return [complex(x[tuple(int(i) for i in index)]) for x, index in zip(arrays, indices)]

def dtypes(arrays):
    return [x.dtype.name for x in arrays]
", convert = FALSE)
LAYOUTS <- c("as it is", "C", "F", "strided", "backwards", "swapped", "frozen", "rolled")

# ---- What R says ---------------------------------------------------------------------------------

# The axes as they come back: R's array of one axis is a vector.
bare <- function(x) {
  if (length(dim(x)) == 1L) dim(x) <- NULL
  x
}
as_type <- function(mode) {
  function(x) {
    storage.mode(x) <- mode
    x
  }
}
through_bytes <- function(x) {
  values <- readBin(writeBin(as.double(x), raw(), size = 4L), "double", length(x), size = 4L)
  if (is.null(dim(x))) values else array(values, dim(x))
}
integer_between <- function(low, high) {
  function(n) {
    edges <- c(low, high, low + 1, high - 1, 0, 1)
    if (n) ifelse(stats::runif(n) < 0.3, sample(edges, n, TRUE), floor(stats::runif(n, low, high))) else numeric()
  }
}
LARGEST <- .Machine$integer.max
RANGES <- list(
  int8 = c(-128, 127), uint8 = c(0, 255), int16 = c(-32768, 32767), uint16 = c(0, 65535),
  int32 = c(-LARGEST, LARGEST), uint32 = c(0, 2^32 - 1), int64 = c(-2^53, 2^53), uint64 = c(0, 2^53),
  float16 = c(-2048, 2048), float32 = c(-2^24, 2^24), bfloat16 = c(-256, 256), float64 = c(-2^53, 2^53)
)
SHORT <- c("int8", "uint8", "int16", "uint16", "int32")
reals <- function(n) sample(c(1, -1), n, TRUE) * exp(stats::runif(n, -60, 60))
some <- function(x, value, share = 0.2) {
  x[stats::runif(length(x)) < share] <- value
  x
}

# A policy: how values are made, how they cross, and what R says must come back.
policy <- function() {
  dtype <- sample(names(RANGES), 1L)
  range <- RANGES[[dtype]]
  back <- as_type(if (dtype %in% SHORT) "integer" else "double")
  clipped <- c(max(range[[1]], -LARGEST), min(range[[2]], LARGEST))
  whole <- integer_between(range[[1]], range[[2]])
  integers <- function(n) as.integer(integer_between(clipped[[1]], clipped[[2]])(n))
  texts <- c("", "a", "\u00e9", "b\n", "\U0001F600", "NA", "a long one")
  switch(sample(18L, 1L),
    list(make = integers, dtype = dtype, back = back),
    list(make = whole, dtype = dtype, back = back),
    list(make = function(n) stats::runif(n) < 0.5, dtype = sample(list(NULL, "bool"), 1L)[[1L]], back = identity),
    list(make = function(n) stats::runif(n) < 0.5, dtype = dtype, back = back),
    list(make = integers, back = identity),
    list(make = function(n) some(some(reals(n), NA), NaN), back = identity),
    list(make = function(n) some(reals(n), Inf), dtype = "float32", back = through_bytes),
    list(
      make = function(n) complex(real = reals(n), imaginary = reals(n)),
      dtype = sample(list(NULL, "complex128"), 1L)[[1L]], back = identity
    ),
    list(
      make = function(n) complex(real = reals(n), imaginary = reals(n)), dtype = "complex64",
      back = function(x) {
        found <- complex(real = through_bytes(Re(c(x))), imaginary = through_bytes(Im(c(x))))
        if (is.null(dim(x))) found else array(found, dim(x))
      }
    ),
    list(make = function(n) as.raw(sample.int(256L, n, TRUE) - 1L), back = as_type("integer")),
    list(make = function(n) sample(texts, n, TRUE), back = identity),
    list(make = function(n) some(sample(texts, n, TRUE), NA), na = "mask", back = identity),
    list(make = function(n) some(integers(n), NA), na = "mask", dtype = dtype, back = back),
    list(make = function(n) some(whole(n), NA), na = "mask", dtype = dtype, back = back),
    list(make = function(n) some(integers(n), NA), na = "float", back = as_type("double")),
    list(make = function(n) some(stats::runif(n) < 0.5, NA), na = "mask", back = identity),
    list(make = integers, dtype = dtype, int64 = "integer", back = if (grepl("float", dtype)) {
      as_type("double")
    } else {
      as_type("integer")
    }),
    list(make = integers, dtype = sample(c("int64", "uint32"), 1L), int64 = "character", make_within = 0, back = function(x) {
      found <- format(c(x), scientific = FALSE, trim = TRUE)
      if (length(x) == 0L) found <- character()
      if (is.null(dim(x))) found else array(found, dim(x))
    })
  )
}

random_shape <- function(is_large) {
  if (is_large) {
    return(list(c(70001L), c(1300L, 70L), c(260L, 3L, 101L), c(5L, 20011L))[[sample.int(4L, 1L)]])
  }
  axes <- sample.int(5L, 1L) - 1L
  sample(0:4, axes, TRUE, prob = c(1, 3, 4, 4, 3))
}

value_of <- function(make, shape) {
  if (length(shape) == 0L) {
    return(make(1L)) # one number, which has no axes in Python
  }
  array(make(prod(shape)), shape)
}

# ---- The search ----------------------------------------------------------------------------------

is_same <- function(found, expected) {
  identical(found, expected, num.eq = FALSE, single.NA = FALSE)
}

complain <- function(p, x, found, expected) {
  policy <- toString(deparse(p[setdiff(names(p), c("make", "back"))]))
  cat("a difference:", policy, "\nx <-", deparse(x), "\nfound <-", deparse(found), "\nexpected <-", deparse(expected), "\n")
}

# One batch by one policy; returns how many cases differ.
search_batch <- function(size, is_large) {
  p <- policy()
  if (!is.null(p$make_within)) { # uint32 holds no negative number
    p$make <- local({
      make <- p$make
      function(n) abs(make(n))
    })
  }
  p$order <- sample(c("C", "F"), 1L)
  p$layout <- sample(LAYOUTS, 1L)
  values <- lapply(seq_len(size), function(k) value_of(p$make, random_shape(is_large)))
  leave <- function(x) to_python(x, dtype = p$dtype, na = p$na %||% "error", order = p$order)
  return_to_r <- function(x) from_python(x, int64 = p$int64 %||% "double", mapping = "list")
  is_alone <- sample(c(TRUE, FALSE), 1L)
  made <- if (is_alone) r_to_py(lapply(values, leave), convert = FALSE) else leave(values)
  laid <- main$laid_out(made, p$layout)
  found <- if (is_alone) {
    lapply(seq_along(values), function(k) return_to_r(py_get_item(laid, k - 1L)))
  } else {
    return_to_r(laid)
  }
  expected <- lapply(values, function(x) bare(p$back(x)))
  differ <- which(!mapply(is_same, found, expected))
  # And one element of each by Python's own index, so that two errors cannot undo each other.
  numeric <- which(vapply(values, function(x) {
    (is.numeric(x) || is.complex(x)) && length(x) > 0L && !anyNA(x) && length(dim(x)) > 0L && all(is.finite(x))
  }, NA))
  if (length(numeric)) {
    indices <- lapply(values[numeric], function(x) vapply(dim(x), sample.int, 1L, size = 1L))
    picked <- lapply(numeric, function(k) py_get_item(made, k - 1L))
    read <- py_to_r(main$at(picked, lapply(indices, function(i) as.list(i - 1L))))
    wanted <- Map(function(x, i) as.complex(do.call(`[`, c(list(p$back(x)), as.list(i)))), values[numeric], indices)
    if (!identical(p$int64, "character")) {
      differ <- union(differ, numeric[!mapply(`==`, read, wanted)])
    }
  }
  for (k in utils::head(differ, 2L)) complain(p, values[[k]], found[[k]], expected[[k]])
  length(differ)
}

# What a dtype does not hold, at one place: the error must name that place.
search_error <- function() {
  dtype <- sample(c("uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32"), 1L)
  is_real <- stats::runif(1L) < 0.6 || !dtype %in% c("uint8", "int8", "int16", "uint16", "float32")
  range <- RANGES[[dtype]]
  bad <- if (is_real && dtype == "float32") {
    sample(c(1e39, -1e300), 1L)
  } else if (is_real) {
    sample(c(range[[2]] + 1, 0.5, NaN, NA, Inf, range[[1]] - 1, 1e300), 1L)
  } else if (dtype == "float32") {
    sample(c(2^24 + 1, NA), 1L)
  } else {
    sample(c(range[[2]] + 1, range[[1]] - 1, NA), 1L)
  }
  if (is_real && dtype %in% c("int64", "uint64") && bad %in% (2^53 + 0:1)) {
    bad <- 2^65
  }
  if (is_real && identical(bad, -2^31)) bad <- -2^31 - 1 # an int32, though R's integer has it not
  if (dtype == "int64" && is_real && is.finite(bad) && bad < 0 && bad >= -2^63) bad <- -2^64
  shape <- sample.int(5L, sample.int(3L, 1L), TRUE)
  x <- array(sample(c(0, 1, 5), prod(shape), TRUE), shape)
  place <- sample.int(length(x), 1L)
  x[[place]] <- bad
  if (!is_real) storage.mode(x) <- "integer"
  error <- tryCatch(
    {
      to_python(x, dtype, order = sample(c("C", "F"), 1L))
      NULL
    },
    pybridge_error_conversion = conditionMessage
  )
  where <- sprintf("element [%s] is", toString(arrayInd(place, shape)))
  if (is.null(error) || !startsWith(error, where)) {
    cat("no error at", where, "but", error %||% "none", "\nx <-", deparse(x), dtype, "\n")
    return(1L)
  }
  0L
}

options(warn = 2L)
set.seed(SEED)
done <- 0
different <- 0
turn <- 0L
began <- Sys.time()
while (done < COUNT && difftime(Sys.time(), began, units = "secs") < SECONDS) {
  turn <- turn + 1L
  is_large <- turn %% 200L == 0L
  size <- if (is_large) 2L else BATCH
  different <- different + search_batch(size, is_large)
  for (k in 1:3) different <- different + search_error()
  done <- done + size + 3
  if (different > 20) break
}
cat(sprintf("%.0f conversions to Python and back, or refused: %.0f differences\n", done, different))
if (different) quit(status = 1L)
