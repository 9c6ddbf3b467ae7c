# to_python() and from_python(): the corpus of conversions, which the tests in Python run as well, and
# what only R shows.

conversions <- function(direction) {
  skip_without_python()
  skip_if_not_installed("jsonlite")
  file <- system.file("python/pybridge/testing/conversion.json", package = "pybridge")
  cases <- Filter(function(case) case$direction == direction, jsonlite::read_json(file))
  if (length(cases) < 30L) stop("the corpus is not there")
  cases
}

python_side <- function() {
  skip_without_python()
  reticulate::py_run_string(paste(
    "import numpy as np",
    "try:",
    "    import ml_dtypes",
    "except ImportError:",
    "    ml_dtypes = None",
    "NA_REAL = np.array([0x7FF00000000007A2], 'u8').view('f8')[0]",
    "def pybridge_differ(found, code):",
    "    expected = eval(code)",
    "    if type(found) is not type(expected): return repr(type(found))",
    "    if found.shape != expected.shape or found.dtype != expected.dtype: return repr(found)",
    "    if not found.flags.writeable: return 'read-only'",
    "    if isinstance(found, np.ma.MaskedArray):",
    "        if found.mask.tolist() != expected.mask.tolist(): return repr(found.mask)",
    "        found, expected = found.compressed(), expected.compressed()",
    "    if found.flags.f_contiguous != expected.flags.f_contiguous: return 'memory order'",
    "    return '' if found.tobytes('C') == expected.tobytes('C') else repr(found)",
    sep = "\n"
  ), convert = FALSE)
}

no_ml_dtypes <- function(case) {
  grepl("ml_dtypes", case$numpy %||% "") || grepl("^bfloat|^float8", case$policy$dtype %||% "")
}

run_cases <- function(direction, convert, agrees) {
  main <- python_side()
  has_ml_dtypes <- reticulate::py_module_available("ml_dtypes")
  for (case in conversions(direction)) {
    if (!has_ml_dtypes && no_ml_dtypes(case)) next
    label <- paste(case$r %||% case$numpy, jsonlite::toJSON(case$policy, auto_unbox = TRUE))
    actual <- tryCatch(convert(case), pybridge_error = identity)
    if (inherits(actual, "pybridge_error")) {
      expect_match(conditionMessage(actual), case$error %||% "no error", label = label)
    } else if (!is.null(case$error)) {
      fail(paste(label, "is no error"))
    } else {
      agrees(actual, case, label)
    }
  }
}

test_that("every case of the corpus crosses to Python as NumPy has it", {
  run_cases("to_python",
    function(case) {
      value <- eval(parse(text = case$r, encoding = "UTF-8", keep.source = FALSE))
      policy <- Filter(Negate(is.null), case$policy)
      do.call(to_python, c(list(value), policy), quote = TRUE)
    },
    function(actual, case, label) {
      main <- reticulate::import_main(convert = TRUE)
      expect_identical(main$pybridge_differ(actual, case$numpy), "", label = label)
    }
  )
})

test_that("every case of the corpus crosses to R as R has it", {
  run_cases("from_python",
    function(case) {
      x <- reticulate::py_eval(case$numpy, convert = FALSE)
      do.call(from_python, c(list(x), case$policy))
    },
    function(actual, case, label) {
      expected <- eval(parse(text = case$r, encoding = "UTF-8", keep.source = FALSE))
      expect_true(identical(actual, expected, num.eq = FALSE, single.NA = FALSE), label = label)
    }
  )
})

test_that("the errors are classed, and their call is the user's", {
  skip_without_python()
  error <- tryCatch(to_python(c(1L, 300L), dtype = "uint8"), error = identity)
  expect_s3_class(error, "pybridge_error_conversion")
  expect_identical(conditionCall(error), quote(to_python(c(1L, 300L), dtype = "uint8")))
  np <- reticulate::import("numpy", convert = FALSE)
  wide <- np$array(list(1))$astype("int64")$reshape(1L) + np$int64("9007199254740992")
  error <- tryCatch(from_python(wide), error = identity)
  expect_s3_class(error, "pybridge_error_conversion")
  expect_identical(conditionCall(error), quote(from_python(wide)))
  expect_error(to_python(1, dtype = 3), "name of a dtype", class = "pybridge_error_argument")
  expect_error(to_python(1, na = "x"), "`na` is \"error\", \"mask\" or \"float\"", class = "pybridge_error_argument")
  expect_error(to_python(wide, "uint8"), "is a Python object already", class = "pybridge_error_argument")
  expect_error(to_python(1, "uint8", like = wide), "not both", class = "pybridge_error_argument")
})

test_that("what is on the right side already is returned as it is", {
  skip_without_python()
  expect_identical(from_python(1:3), 1:3)
  x <- to_python(1:3)
  expect_identical(to_python(x), x)
})

test_that("an array of Python is its own memory, and a failed conversion leaves nothing behind", {
  skip_without_python()
  x <- c(1, 2, 3)
  y <- to_python(x)
  y@r[2] <- 20
  expect_identical(x, c(1, 2, 3))
  expect_identical(from_python(y), c(1, 20, 3))
  expect_error(from_python(reticulate::py_eval("np.array([1], 'm8[M]')", convert = FALSE)))
  expect_identical(from_python(y), c(1, 20, 3))
})

test_that("text that is longer than the dtype or the tensor holds is an error, not cut", {
  skip_without_python()
  like <- reticulate::py_eval("np.array(['ab'])", convert = FALSE)
  expect_identical(from_python(to_python(c("x", "yz"), like = like)), c("x", "yz"))
  expect_error(to_python(c("x", "xyz"), like = like), "\\[2\\] is xyz, which dtype <U2")
  expect_error(to_python(1, like = like), "numbers cannot become dtype <U2")
})

test_that("values may cross in the middle of a crossing", {
  skip_without_python()
  mine <- lapply(c(3, 3000, 2e6), function(n) to_python(as.double(seq_len(n))))
  other <- to_python(c(9, 9))
  between <- function() {
    to_python(7)
    to_python(rep(8, 3000))
    from_python(other)
    try(to_python(NA), silent = TRUE)
    from_python(mine[[3]])[[5]]
  }
  # An array of Python that asks R for itself in the middle of its own way to R.
  main <- reticulate::py_run_string(paste(
    "import numpy as np",
    "class PybridgeNested:",
    "    def __init__(self, ask, x): self.ask, self.x = ask, x",
    "    def __array__(self, dtype=None, copy=None):",
    "        assert self.ask() == 5",
    "        return self.x",
    sep = "\n"
  ), convert = FALSE)
  for (x in mine) {
    expect_identical(from_python(main$PybridgeNested(between, x)), from_python(x))
  }
  # A finalizer of R in the middle of everything.
  for (k in 1:40) {
    reg.finalizer(new.env(), function(e) between())
    expect_identical(from_python(to_python(c(k, 0.5))), c(k, 0.5))
    if (k %% 8L == 0L) gc()
  }
})

test_that("nothing holds on to what has crossed", {
  skip_without_python()
  x <- reticulate::py_eval("np.zeros(3000000)", convert = FALSE)
  used <- function() gc()[2, 1]
  from_python(x)
  before <- used()
  for (k in 1:12) from_python(x)
  expect_lt(used() - before, 3e6) # cells of 8 bytes, fewer than one vector has
  for (k in 1:12) to_python(rep(k / 2, 3e6))
  expect_lt(used() - before, 3e6)
})

test_that("a failed crossing leaves nothing behind, and lists are as deep as they are", {
  skip_without_python()
  expect_error(to_python(c(1, NA), "uint8"))
  expect_error(from_python(reticulate::py_eval("1j", convert = FALSE), na = "x"))
  for (k in 1:40) expect_error(to_python(c(k, NaN), "int8"), "element \\[2\\]")
  deep <- function(n) if (n == 0) list() else list(deep(n - 1))
  expect_identical(from_python(to_python(deep(40)), mapping = "list"), deep(40))
})

test_that("what reticulate shows of R's memory is R's own, or its converter serves", {
  skip_without_python()
  bridge <- asNamespace("pybridge")$bridge
  expect_true(bridge$is_shown)
  on.exit(bridge$is_shown <- TRUE)
  reticulate::py_run_string("import numpy as np")
  large <- c(
    "np.arange(3 << 20).reshape(3, -1)", "np.arange(1 << 21) % 3 == 0", "np.ones((1 << 20, 2), 'c8')",
    "np.ma.array(np.arange(1 << 22, dtype='i4'), mask=np.arange(1 << 22) % 5 == 0)",
    "np.full(1 << 23, 7, 'u1').view('V1').reshape(2, -1)", "np.arange(1 << 23, dtype='u1').reshape(2, -1, 1)"
  )
  values <- lapply(large, reticulate::py_eval, convert = FALSE)
  elements <- lapply(values, from_python)
  bridge$is_shown <- FALSE
  expect_identical(lapply(values, from_python), elements)
  expect_identical(elements[[1L]][3L, 5L], 2 * 2^20 + 4)
  expect_identical(sum(elements[[2L]]), 699051L)
  expect_identical(which(is.na(elements[[4L]]))[1:2], c(1L, 6L))
  bad <- reticulate::py_eval("[np.zeros(3), np.full((1 << 20, 2), 2**60)]", convert = FALSE)
  for (is_shown in c(TRUE, FALSE)) {
    bridge$is_shown <- is_shown
    expect_error(from_python(bad), "element 2: element [1, 1] is 1152921504606846976", fixed = TRUE)
  }
})

test_that("short vectors of every length, and any number of axes, cross whole", {
  skip_without_python()
  for (n in c(0, 1, 2, 63, 64, 65, 127, 128, 129, 255, 256, 257, 1024, 1025)) {
    values <- list(
      rep_len(c(TRUE, FALSE, FALSE), n), seq_len(n) - 3L, rep_len(7:1, n), seq_len(n) / 7,
      complex(real = seq_len(n), imaginary = -seq_len(n))
    )
    for (x in values) {
      shapes <- list(NULL, n, c(n, 1), c(1, n), c(1, n, rep(1, 6)), c(rep(1, 8), n))
      for (shape in shapes) {
        dim(x) <- shape
        y <- to_python(x)
        expected <- if (length(shape) == 1L) as.vector(x) else x
        expect_identical(from_python(y), expected)
        sizes <- if (is.null(shape) && n == 1) integer() else as.integer(shape %||% n)
        expect_identical(tensor_shape(y), sizes)
      }
    }
  }
})

test_that("lists cross whole, data frames where pandas is, and an error names the element", {
  skip_without_python()
  x <- list(a = 1:3, b = list("u", NULL))
  expect_identical(from_python(to_python(x)), x)
  expect_error(to_python(list(1, c(1L, NA))), "element 2: element \\[2\\] is NA")
  expect_error(to_python(list(a = 300L), "uint8"), "element 'a': element \\[1\\] is 300")
  skip_without_module("pandas")
  frame <- data.frame(n = c(1.5, 2.5), s = c("u", "v"))
  expect_identical(from_python(to_python(frame)), frame)
})

test_that("dimnames are set on the way to R", {
  skip_without_python()
  x <- to_python(matrix(1:6, 2))
  names <- list(c("a", "b"), NULL)
  expect_identical(from_python(x, dimnames = names), matrix(1:6, 2, dimnames = names))
  expect_identical(from_python(to_python(1:2), dimnames = list(c("a", "b"))), c(a = 1L, b = 2L))
  expect_error(from_python(x, dimnames = list("a", NULL)), "1 labels for 2 places")
})

test_that("with `like` the result has the library and dtype of another tensor", {
  skip_without_module("torch")
  torch <- reticulate::import("torch", convert = FALSE)
  x <- array(1:6 / 2, c(2, 3))
  for (dtype in list(torch$float32, torch$float64, torch$bfloat16)) {
    converted <- to_python(x, like = torch$zeros(1L, dtype = dtype))
    expect_s3_class(converted, "torch.Tensor")
    expect_identical(tensor_dtype(converted), sub("torch.", "", as.character(dtype), fixed = TRUE))
    expect_identical(from_python(converted), x)
  }
  expect_error(to_python(c(1, 2.7), like = torch$zeros(1L, dtype = torch$uint8)), "\\[2\\] is 2.7")
})

test_that("a large array crosses in tiles, element by element", {
  skip_without_python()
  x <- array(seq_len(700 * 30 * 40), c(700, 30, 40))
  expect_identical(from_python(to_python(x)), x)
  expect_identical(from_python(to_python(x, order = "F")), x)
  expect_identical(from_python(to_python(x, "int64")), x + 0)
  x[650, 20, 33] <- -1L
  expect_error(to_python(x, "uint32"), "[650, 20, 33] is -1", fixed = TRUE)
})

test_that("a value assigned from R crosses by the same law", {
  main <- python_side()
  main <- reticulate::import_main(convert = TRUE)
  tried <- 0L
  for (case in conversions("to_python")) {
    if (length(case$policy) || !is.null(case$error)) next
    value <- eval(parse(text = case$r, encoding = "UTF-8", keep.source = FALSE))
    if (!is.atomic(value)) next
    x <- reticulate::py_eval(sprintf("np.empty_like(%s)", case$numpy), convert = FALSE)
    x@r[..] <- value
    expect_identical(main$pybridge_differ(x, case$numpy), "", label = case$r)
    tried <- tried + 1L
  }
  expect_gt(tried, 12L)
})

test_that("dates, factors and 64-bit integers keep their meaning when written, or are an error", {
  skip_without_python()
  new <- function(code) reticulate::py_eval(code, convert = FALSE)
  reticulate::py_run_string("import numpy as np")
  days <- new("np.zeros(2, 'M8[D]')")
  days@r[2] <- as.Date("2026-01-02")
  expect_identical(from_python(days), as.Date(c("1970-01-01", "2026-01-02")))
  days@r[1:2] <- as.Date(c(NA, "2026-01-03"))
  expect_identical(from_python(days), as.Date(c(NA, "2026-01-03")))
  expect_error(days@r[1] <- .POSIXct(0.5, "UTC"), "would lose information", class = "pybridge_error_assignment_lossy")
  texts <- new("np.array(['a', 'b', 'c'])")
  texts@r[2:3] <- factor(c("u", "v"))
  expect_identical(from_python(texts), c("a", "u", "v"))
  expect_error(texts@r[1] <- c("u", NA)[2], "tensor of strings has none", class = "pybridge_error_missing_value")
  expect_error(texts@r[1:2] <- c("u", NA), "tensor of strings has none", class = "pybridge_error_missing_value")
  expect_identical(from_python(texts), c("a", "u", "v"))
  reals <- new("np.zeros(3)")
  reals@r[] <- table(c("a", "b", "b", "c", "c", "c"))
  expect_identical(from_python(reals), c(1, 2, 3))
  expect_error(reals@r[1] <- as.Date("2026-01-02"), "does not fit", class = "pybridge_error_assignment")
  expect_error(reals@r[1] <- factor("a"), "does not fit", class = "pybridge_error_assignment")
  expect_error(reals@r[1] <- as.difftime(1, units = "hours"), "timedelta64\\[ns\\] does not fit",
    class = "pybridge_error_assignment"
  )
  expect_error(reals@r[1:2] <- list(1, 2), "the value is", class = "pybridge_error_assignment")
  reals@r[1:3] <- c(NA, 2L, NA)
  expect_identical(is.na(from_python(reals)), c(TRUE, FALSE, TRUE))
  reals@r[1:3] <- c(NaN, NA, 1)
  expect_identical(from_python(reals), c(NaN, NA, 1))
  reals@r[1] <- NA_real_
  expect_true(identical(from_python(reals), c(NA, NA, 1), single.NA = FALSE))
  r_slice(reals, 2:3, dialect = "base") <- c(NA, 3)
  expect_identical(from_python(reals), c(NA, NA, 3))
  whole <- new("np.zeros(2, 'int32')")
  expect_error(whole@r[1] <- NA_real_, "holds NA", class = "pybridge_error_missing_value")
  expect_error(whole@r[1:2] <- c(1, NA), "holds NA", class = "pybridge_error_missing_value")
  expect_error(whole@r[1:2] <- c(1, NaN), "lose information", class = "pybridge_error_assignment_lossy")
  wide <- new("np.zeros(2, 'int64')")
  wide@r[1] <- structure(readBin(as.raw(c(1, 0, 0, 0, 0, 0, 0, 0x40)), "double"), class = "integer64")
  expect_identical(from_python(wide, int64 = "character"), c("4611686018427387905", "0"))
  expect_error(wide@r[1:2] <- c(1L, NA), "holds NA", class = "pybridge_error_missing_value")
  expect_identical(from_python(wide, int64 = "character"), c("4611686018427387905", "0"))
})

test_that("values that reticulate would change cross unchanged, or are an error", {
  skip_without_python()
  py <- function(code) reticulate::py_eval(code, convert = FALSE)
  reticulate::py_run_string("import numpy as np")
  python_repr <- function(x) reticulate::py_to_r(reticulate::py_eval("repr", convert = FALSE)(x))
  refused <- function(object, place) expect_error(object, place, class = "pybridge_error_conversion")
  # Each row: the result, or the place in the error.
  refused(to_python(array(c(1L, NA), 2)), "element \\[2\\] is NA")
  expect_identical(from_python(to_python(array(c(1L, NA), 2), na = "mask")), c(1L, NA))
  refused(to_python(array(c(TRUE, NA), 2)), "element \\[2\\] is NA")
  refused(to_python(c(1L, NA), "uint8"), "element \\[2\\] is NA")
  refused(to_python(c(1L, 300L), "uint8"), "element \\[2\\] is 300")
  refused(to_python(c(1, 2.7), "uint8"), "element \\[2\\] is 2.7")
  refused(from_python(py("np.array([2**53 + 1])")), "element \\[1\\] is 9007199254740993")
  expect_identical(from_python(py("np.array([2**53 + 1])"), int64 = "character"), "9007199254740993")
  refused(from_python(py("np.array([2**64 - 1], 'uint64')")), "element \\[1\\] is 18446744073709551615")
  expect_identical(from_python(py("np.array(['NaT'], 'M8[D]')")), as.Date(NA))
  refused(from_python(py("np.array([-2**31], 'int32')")), "element \\[1\\] is -2147483648")
  expect_identical(from_python(py("np.ma.array([7, 8], mask=[0, 1], dtype='i4')")), c(7L, NA))
  nine <- structure(readBin(as.raw(c(9, 0, 0, 0, 0, 0, 0, 0)), "double"), class = "integer64")
  expect_identical(python_repr(to_python(nine)), "array(9)")
  refused(to_python(c("a", NA)), "element \\[2\\] is NA")
  expect_identical(python_repr(to_python(c(1, 2))), "array([1., 2.])")
  x <- to_python(c(1, 2))
  x@r[1] <- 0
  expect_identical(from_python(x), c(0, 2))
})

test_that("tensors of every library cross in every dtype, and like makes more of them", {
  skip_without_python()
  makers <- c(
    torch = "lambda d: torch.tensor(a).to(getattr(torch, d))", jax = "lambda d: jnp.asarray(a).astype(d)",
    tensorflow = "lambda d: tf.cast(a, d)", keras = "lambda d: keras.Variable(a, dtype=d)",
    dask = "lambda d: da.from_array(a.astype(getattr(ml_dtypes, d, d)))"
  )
  imports <- c(
    torch = "import torch", jax = "import jax.numpy as jnp", tensorflow = "import tensorflow as tf",
    keras = "import keras", dask = "import dask.array as da, ml_dtypes"
  )
  numbers <- matrix(c(0, 1, 2, 3, 4, 5), 2)
  reticulate::py_run_string("import numpy as np\na = np.array([[0, 2, 4], [1, 3, 5]], 'float32')")
  for (library in libraries_asked_for(names(makers))) {
    reticulate::py_run_string(imports[[library]])
    new <- reticulate::py_eval(makers[[library]], convert = FALSE)
    for (dtype in c("float32", "float16", "bfloat16", "float8_e5m2", "int32", "uint8", "complex64")) {
      label <- paste(library, dtype)
      x <- new(dtype)
      expected <- numbers
      storage.mode(expected) <- switch(dtype, int32 = , uint8 = "integer", complex64 = "complex", "double")
      expect_identical(from_python(x), expected, label = label)
      converted <- to_python(expected[, 2:3], like = x)
      expect_identical(tensor_dtype(converted), dtype, label = label)
      expect_identical(from_python(converted), expected[, 2:3], label = label)
    }
  }
})
