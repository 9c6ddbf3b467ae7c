# Tables of polars and PyArrow from R; R's own data frames are the oracle. They are never written in place.

frame <- data.frame(
  n = c(3L, NA, 5L, 4L, 2L), v = c(0.5, 1.5, 2.5, -3.5, 7.25), t = c("cc", "a", NA, "dd", "b"),
  f = c(TRUE, FALSE, NA, TRUE, FALSE)
)

sources <- c(
  polars = "
import polars
class of_polars:
    table = staticmethod(polars.DataFrame)
    vector = staticmethod(polars.Series)
    lazy = staticmethod(polars.LazyFrame)
    listed = staticmethod(lambda x: x.to_dict(as_series=False) if hasattr(x, 'columns') else x.to_list())
",
  pyarrow = "
import pyarrow, pyarrow.dataset
class of_pyarrow:
    table = staticmethod(pyarrow.table)
    vector = staticmethod(pyarrow.array)
    lazy = staticmethod(lambda columns: pyarrow.dataset.dataset(pyarrow.table(columns)))
    listed = staticmethod(lambda x: x.to_pydict() if hasattr(x, 'columns') else x.to_pylist())
"
)
collecting <- c(polars = "x.collect\\(\\)", pyarrow = "x.to_table\\(\\)")

# The functions of a library: what they make stays in Python
functions_of <- function(name) {
  skip_without_module(name)
  reticulate::py_run_string(sources[[name]])
  made <- reticulate::import_main(convert = FALSE)[[paste0("of_", name)]]
  as_list <- function(x) lapply(as.list(x), function(each) if (is.na(each)) NULL else each)
  columns <- function(x) reticulate::r_to_py(lapply(as.list(x), as_list))
  list(
    table = function(x) made$table(columns(x)),
    vector = function(x) made$vector(reticulate::r_to_py(as_list(x))),
    lazy = function(x) made$lazy(columns(x)),
    listed = function(x) {
      found <- reticulate::py_to_r(made$listed(x))
      as_vector <- function(each) unlist(lapply(each, function(one) if (is.null(one)) NA else one))
      if (is.null(names(found))) as_vector(found) else lapply(found, as_vector)
    }
  )
}

# A column of NA alone has no type
expect_frame <- function(found, expected) {
  expect_identical(found, lapply(as.list(expected), function(each) if (all(is.na(each))) as.logical(each) else each))
}

for (name in names(sources)) {
  test_that(paste("rows and columns are read by position and by name:", name), {
    py <- functions_of(name)
    x <- py$table(frame)
    expect_identical(tensor_shape(x), dim(frame))
    expect_frame(py$listed(x@r[2:4, c("t", "n")]), frame[2:4, c("t", "n")])
    expect_frame(py$listed(x@r[NA:2]), frame[1:2, ])
    expect_frame(py$listed(x@r[.., -2:-1]), frame[, 3:4])
    expect_frame(py$listed(x@r[which(frame$v > 1), ]), frame[which(frame$v > 1), ])
    expect_frame(py$listed(x@r[frame$v > 1, 2:3]), frame[frame$v > 1, 2:3])
    expect_frame(py$listed(x@r[all_but(2, 4), all_but("v")]), frame[-c(2, 4), -2])
    expect_frame(py$listed(x@r[2]), frame[2, ])
    expect_identical(py$listed(x@r[, "v"]), frame$v)
    expect_identical(py$listed(x@r[5:1, 1]), frame$n[5:1])
    expect_frame(py$listed(r_slice(x, 2, 3, drop = FALSE)), frame[2, 3, drop = FALSE])
    expect_identical(py$listed(py$vector(frame$t)@r[c(5, 1)]), frame$t[c(5, 1)])
    for (call in expression(x[-1, 2:3], x[c("v", "t")], x[2], x[-(1:2)], x[1, ], x[c(TRUE, FALSE), 1:2], x[0, ])) {
      ours <- call
      ours[[2L]] <- quote(y@r)
      ours[["dialect"]] <- "base"
      expected <- eval(call, list(x = frame))
      expect_identical(lengths(py$listed(eval(ours, list(y = x)))), lengths(as.list(expected)))
      if (nrow(expected)) expect_frame(py$listed(eval(ours, list(y = x))), expected)
    }
    expect_error(x@r["n"], "of axis 2", class = "pybridge_error_subscript_label")
    expect_error(x@r[6], class = "pybridge_error_subscript_oob")
    expect_error(x@r[newaxis], class = "pybridge_error_tensor")
    expect_error(sum(x), class = "pybridge_error_tensor")
  })

  test_that(paste("an element is that of the library:", name), {
    py <- functions_of(name)
    element <- py$table(frame)@r[3, "v"]
    expect_identical(from_python(if (name == "pyarrow") element$as_py() else element), 2.5)
  })

  test_that(paste("a write binds the name to a new table:", name), {
    py <- functions_of(name)
    x <- py$table(frame)
    same <- x
    changed <- frame
    x@r[1:2, "v"] <- c(8, 9)
    changed[1:2, "v"] <- c(8, 9)
    x@r[5, c("n", "v")] <- 7L
    changed[5, c("n", "v")] <- 7L
    x@r[which(frame$v > 2), "t"] <- "z"
    changed[which(frame$v > 2), "t"] <- "z"
    x@r[1, "n"] <- NA
    changed[1, "n"] <- NA
    r_slice(x, all_but(1, 2), "f") <- FALSE
    changed[-(1:2), "f"] <- FALSE
    expect_frame(py$listed(x), changed)
    expect_frame(py$listed(same), frame)
    updated <- r_assign(x, , "n", value = 5:1, dialect = "base")
    expect_frame(py$listed(x), changed)
    changed[, "n"] <- 5:1
    expect_frame(py$listed(updated), changed)
    expect_error(x@r[1, "n"] <- 1.5, "column 'n'", class = "pybridge_error_assignment_lossy")
    expect_error(x@r[1, "n"] <- "one", "column 'n'", class = "pybridge_error_assignment")
    vector <- py$vector(frame$n)
    vector@r[2] <- 9L
    expect_identical(py$listed(vector), c(3L, 9L, 5L, 4L, 2L))
  })

  test_that(paste("a column is a subscript and a value:", name), {
    py <- functions_of(name)
    values <- as_tensor(array(frame$v))
    expect_identical(as.vector(values@r[py$vector(c(5L, 1L))]), c(7.25, 0.5))
    expect_identical(as.vector(values@r[py$vector(c(TRUE, FALSE, FALSE, FALSE, TRUE))]), c(0.5, 7.25))
    expect_error(values@r[py$vector(frame$f)], class = "pybridge_error_subscript_missing")
    expect_identical(as.vector(r_assign(values, 1:2, value = py$vector(c(8, NA)))), c(8, NaN, frame$v[3:5]))
    x <- py$table(frame)
    x@r[c(2, 1), "n"] <- x@r[2:3, "n"]
    expect_identical(py$listed(x)$n, c(5L, NA, 5L, 4L, 2L))
  })

  test_that(paste("what has no rows yet is refused with the call that gives them:", name), {
    py <- functions_of(name)
    x <- py$lazy(frame)
    expect_error(r_slice(x, 1), collecting[[name]], class = "pybridge_error_tensor")
    expect_error(x@r[1:2, "n"], collecting[[name]], class = "pybridge_error_tensor")
    expect_error(x@r[1, "n"] <- 1L, collecting[[name]], class = "pybridge_error_tensor")
  })
}
