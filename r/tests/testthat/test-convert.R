# to_python() and from_python(): the corpus of conversions, which the tests in Python run as well, and
# what only R shows.

conversions <- function(direction) {
  skip_without_python()
  skip_if_not_installed("jsonlite")
  file <- system.file("python/pybridge/testing/conversion.json", package = "pybridge")
  found <- Filter(function(case) case$direction == direction, jsonlite::read_json(file))
  if (length(found) < 30L) stop("the corpus is not there")
  found
}

python_side <- function() {
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
    found <- tryCatch(convert(case), pybridge_error = identity)
    if (inherits(found, "pybridge_error")) {
      expect_match(conditionMessage(found), case$error %||% "no error", label = label)
    } else if (!is.null(case$error)) {
      fail(paste(label, "is no error"))
    } else {
      agrees(found, case, label)
    }
  }
}

test_that("every case of the corpus crosses to Python as NumPy has it", {
  run_cases("to_python",
    function(case) {
      value <- eval(parse(text = case$r, keep.source = FALSE))
      policy <- Filter(Negate(is.null), case$policy)
      do.call(to_python, c(list(value), policy), quote = TRUE)
    },
    function(found, case, label) {
      main <- reticulate::import_main(convert = TRUE)
      expect_identical(main$pybridge_differ(found, case$numpy), "", label = label)
    }
  )
})

test_that("every case of the corpus crosses to R as R has it", {
  run_cases("from_python",
    function(case) {
      x <- reticulate::py_eval(case$numpy, convert = FALSE)
      do.call(from_python, c(list(x), case$policy))
    },
    function(found, case, label) {
      expected <- eval(parse(text = case$r, keep.source = FALSE))
      expect_true(identical(found, expected, num.eq = FALSE, single.NA = FALSE), label = label)
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
  expect_error(to_python(1, na = "x"), "na must be one of", class = "pybridge_error_argument")
  expect_error(to_python(wide, "uint8"), "in Python already", class = "pybridge_error_argument")
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
  expect_error(from_python(reticulate::py_eval("np.array([1], 'm8[s]')", convert = FALSE)))
  expect_identical(from_python(y), c(1, 20, 3))
})

test_that("lists and data frames cross whole, and an error names the element", {
  skip_without_python()
  x <- list(a = 1:3, b = list("u", NULL))
  expect_identical(from_python(to_python(x), mapping = "list"), x)
  frame <- data.frame(n = c(1.5, 2.5), s = c("u", "v"))
  expect_identical(from_python(to_python(frame)), frame)
  expect_error(to_python(list(1, c(1L, NA))), "element 2: element \\[2\\] is NA")
  expect_error(to_python(list(a = 300L), "uint8"), "element 'a': element \\[1\\] is 300")
})

test_that("dimnames are set on the way to R", {
  skip_without_python()
  x <- to_python(matrix(1:6, 2))
  names <- list(c("a", "b"), NULL)
  expect_identical(from_python(x, dimnames = names), matrix(1:6, 2, dimnames = names))
  expect_identical(from_python(to_python(1:2), dimnames = list(c("a", "b"))), c(a = 1L, b = 2L))
  expect_error(from_python(x, dimnames = list("a", NULL)), "1 labels for 2 places")
})

test_that("like gives a tensor of the library and dtype of another", {
  skip_without_python()
  skip_if_not(reticulate::py_module_available("torch"))
  torch <- reticulate::import("torch", convert = FALSE)
  x <- array(1:6 / 2, c(2, 3))
  for (dtype in list(torch$float32, torch$float64, torch$bfloat16)) {
    made <- to_python(x, like = torch$zeros(1L, dtype = dtype))
    expect_s3_class(made, "torch.Tensor")
    expect_identical(tensor_dtype(made), sub("torch.", "", as.character(dtype), fixed = TRUE))
    expect_identical(from_python(made), x)
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
