# to_python() and from_python(). Python's to_r() and from_r() have the same rules and the same code; crossing.R
# splits R objects into parts for it.

#' Convert values between R and Python without loss
#'
#' @description
#' `to_python()` converts an R object to a 'NumPy' array, and `from_python()` converts a tensor of any library to an
#' R object. A loss is an error that names the first element concerned, unless an argument allows the loss.
#'
#' Element `x[i, j, k]` in R is element `x[i-1, j-1, k-1]` in Python, for any memory order. A vector becomes an array
#' with one axis, a single number an array without axes, and `array(3)` an array with one axis of size 1.
#'
#' @section Types:
#' | R | Python | back |
#' |---|---|---|
#' | logical | bool | logical |
#' | integer | int32; int8, int16, uint8, uint16 by `dtype` | integer |
#' | double | float64; float32, bfloat16 and so on by `dtype` | double |
#' | `integer64` of the package bit64 | int64 | double, an error beyond 2^53; see `int64` |
#' | complex | complex128 | complex |
#' | character | str | character |
#' | factor | `Categorical` of 'pandas' | factor |
#' | raw | uint8 | integer |
#' | Date | datetime64 in days | Date |
#' | POSIXct | datetime64 in nanoseconds | POSIXct in UTC |
#' | difftime | timedelta64 in nanoseconds | difftime in seconds |
#' | list; with names | list; dict | list |
#' | data frame | `DataFrame` of 'pandas'; another table by `like` | data frame |
#' | sparse matrix (package Matrix) | 'SciPy' sparse matrix | sparse matrix |
#'
#' Names and dimnames are dropped, unless `like` names a library that keeps them: `"pandas"` or `"xarray"`.
#' A list with a class is converted as a list of its elements. A vector with another class is an error, because its
#' class changes the meaning of its numbers. `unclass(x)` returns the numbers.
#'
#' A Python date, time, duration or decimal becomes a vector of length one, and a list of them becomes a vector. `None`
#' and `pandas.NA` among texts, numbers or dates become `NA`.
#'
#' @section Tables:
#' `from_python()` takes a 'pandas' table or column. It also takes a table or column of any library that supports
#' Arrow's PyCapsule protocol, such as 'polars', 'PyArrow' or 'DuckDB'. This needs the Python package 'nanoarrow'. A
#' null becomes `NA`, and a dictionary becomes a factor. `int64` says what 64-bit integers and decimals become.
#'
#' With `like`, `to_python()` makes a 'polars' or 'PyArrow' table. There an `NA` among reals is a null, and NaN stays
#' NaN. These tables have no row names.
#'
#' @section Data frames:
#' The row names of a data frame become the index of the `DataFrame`. Row names 1 to n become 0 to n - 1. A factor
#' becomes a categorical column, a Date a period of one day, a POSIXct a time with its zone, a difftime a duration. A
#' column with `NA` gets a nullable dtype; with `na = "mask"` every column of numbers gets one. Without 'pandas', and
#' with a tensor or `"xarray"` as `like`, the result is a dict of columns. Then row names other than 1 to n are an
#' error. `as.list(x)` keeps only the columns.
#'
#' @section Sparse matrices:
#' A sparse matrix (package Matrix) becomes a `csc_matrix`, `csr_matrix`, `coo_matrix` or `dia_matrix` with the same
#' layout. Its dtype is float64, or bool for logicals and patterns. A symmetric matrix becomes one with both triangles.
#' Nothing is made dense. A 'SciPy' matrix becomes a matrix of doubles or logicals. Triplets become a `coo_matrix`,
#' which AnnData does not take: write `to_python(m)$tocsr()`.
#'
#' @param x For `to_python()`, an R vector, array, factor, list of these, data frame or sparse matrix. For
#'   `from_python()`, a tensor of any library, a list or dict of them, a table or a column, a sparse matrix or a
#'   scalar. `to_python()` of a Python object and `from_python()` of an R object return it unchanged.
#' @param dtype The dtype of the array under its 'NumPy' name, such as `"float32"`, `"uint8"` or
#'   `"bfloat16"`. `NULL` is the dtype that belongs to the type of `x`. A real is rounded to a
#'   narrower real. Any other value that the dtype does not hold is an error.
#' @param like A tensor: the result has its library and its dtype, and is on its device. `"xarray"`: a `DataArray`,
#'   which keeps names and dimnames. `"pandas"`, `"polars"`, `"pyarrow"` or an object of one of them: a vector becomes
#'   a column, a data frame a table. A Python function, such as `ibis$memtable`: it gets a table with Arrow's
#'   protocol.
#' @param na For `to_python()`, what `NA` among logicals, integers and strings becomes: an `"error"`, with
#'   `"mask"` a masked element, with `"float"` NaN. An `NA` among reals always becomes NaN. For
#'   `from_python()`, which elements become `NA` in addition to masked ones: none with `"error"`, NaN with
#'   `"float"`, the least int32 with `"integer"`.
#' @param order The memory order of the array, `"C"` row-major or `"F"` column-major.
#' @param int64 The R type for uint32, int64, uint64 and decimals. `"double"`: an integer beyond 2^53, or a decimal
#'   with more than 15 digits, is an error. `"integer"`. `"character"`, with all digits. `"integer64"`, the class of
#'   the package bit64.
#' @param dimnames Labels for the axes: a list as for [dimnames()], or for one axis its names.
#' @param mapping Whether a dict becomes a `"list"` or a `"data.frame"`.
#' @return `to_python()`: a writable 'NumPy' array that shares no memory with R, or a tensor like `like`.
#'   `from_python()`: an R vector (one axis or none), array, list, data frame or sparse matrix. Errors are of class
#'   `pybridge_error_conversion`.
#' @seealso [as.array()] on a tensor does the same as `from_python()` with its defaults, unless another package has its
#'   own method.
#' @export
#' @examplesIf pybridge:::has_numpy()
#' x <- to_python(array(1:6, c(2, 3)), dtype = "uint8")
#' x
#' from_python(x)
#' try(to_python(c(1L, NA)))
#' to_python(c(1L, NA), na = "float")
#' try(to_python(c(1, 300), dtype = "uint8"))
to_python <- function(x, dtype = NULL, like = NULL, na = c("error", "mask", "float"),
                      order = c("C", "F")) {
  call <- sys.call()
  if (is_python(x, call)) {
    if (!is.null(dtype) || !is.null(like)) {
      abort_argument("`x` is a Python object already; cast it with its own library", call)
    }
    return(x)
  }
  # Each argument of the call costs time, so the defaults are left out.
  result <- if (nargs() == 1L) {
    py_call(bridge$python$to_python, to_parts(x, new_origin("x", call)))
  } else if (missing(like) && missing(na) && missing(order)) {
    py_call(bridge$python$to_python, to_parts(x, new_origin("x", call)), dtype_name(dtype, call))
  } else {
    na <- one_of(na, "na", c("error", "mask", "float"), call)
    order <- memory_order(order, call)
    if (!is.null(like) && !is_text_of(like, libraries_of_tables) && !is_python(like, call)) {
      words <- '`like` is a tensor, a table, a Python function, "xarray", "pandas", "polars" or "pyarrow", not '
      abort_argument(paste0(words, describe_value(like)), call)
    }
    parts <- to_parts(x, new_origin("x", call), labels = !is.null(like))
    py_call(bridge$python$to_python, parts, dtype_name(dtype, call), like, na, order)
  }
  answered(result, call)
}

libraries_of_tables <- c("xarray", "pandas", "polars", "pyarrow")

is_text_of <- function(x, choices) is.character(x) && length(x) == 1L && x %in% choices

#' @rdname to_python
#' @export
from_python <- function(x, na = c("error", "float", "integer"),
                        int64 = c("double", "integer", "character", "integer64"), dimnames = NULL,
                        mapping = c("list", "data.frame")) {
  call <- sys.call()
  policies <- if (nargs() > 1L) {
    list(
      one_of(na, "na", c("error", "float", "integer"), call),
      one_of(int64, "int64", c("double", "integer", "character", "integer64"), call),
      one_of(mapping, "mapping", c("list", "data.frame"), call),
      to_parts(dimnames, new_origin("dimnames", call))
    )
  }
  elements_in_r(x, call, policies)
}

# Convert the elements of a tensor to R, in R's order, with its axes
elements_in_r <- function(x, call, policies = NULL) {
  if (!is_python(x, call)) {
    return(x)
  }
  result <- if (is.null(policies)) {
    py_call(bridge$python$from_python, x)
  } else {
    do.call(py_call, c(list(bridge$python$from_python, x), policies), quote = TRUE)
  }
  from_parts(reticulate::py_to_r(answered(result, call)), call)
}

# ---- What reticulate does in its own way; crossing.R has what both bridges share -------------------

# Make numbers what reticulate shows as a view of R's memory: an array, whose logicals are integers, because a view of
# logicals loses NA. One number without a dim crosses as a number.
show_numbers <- function(x) {
  is_one <- is.null(dim(x)) && length(x) == 1L
  if (is.logical(x) || (is_one && is.raw(x))) {
    storage.mode(x) <- "integer"
  }
  if (is.null(dim(x)) && !is_one) {
    dim(x) <- length(x)
  }
  x
}

# Make a vector of what reticulate has made of numbers; a NumPy array has an axis that a vector has not
take_numbers <- function(x) {
  if (length(dim(x)) == 1L) {
    dim(x) <- NULL
  }
  x
}

# Make a vector and let Python fill it: each element is written once
filled <- function(parts, call) {
  source <- parts[[5L]]
  if (!bridge$is_shown) {
    return(from_parts(reticulate::py_to_r(answered(py_call(bridge$python$filled, source), call)), call))
  }
  elements <- new_vector(parts[[2L]], parts[[3L]], call)
  if (is.null(dim(elements))) dim(elements) <- length(elements)
  answered(py_call(bridge$python$fill, source, elements), call)
  if (!parts[[4L]]) {
    dim(elements) <- NULL
  }
  elements
}

# Whether reticulate gives Python a view of R's own memory, in which R sees what Python writes
shows_memory <- function() {
  all(vapply(c("logical", "integer", "double", "complex", "raw"), function(type) {
    x <- vector(type, 3L)
    dim(x) <- 3L
    py_call(bridge$python$mark, x, type)
    identical(as.integer(x), c(0L, 1L, 0L))
  }, NA))
}
