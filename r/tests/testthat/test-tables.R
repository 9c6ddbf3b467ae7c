# Tables of pandas and AnnData from R; R's own data frames are the oracle.

table_of <- function(x) {
  skip_without_module("pandas")
  to_python(x)
}

test_that("rows and columns of a table are read by position and by name", {
  x <- table_of(mtcars)
  expect_identical(dim(x), dim(mtcars))
  expect_identical(from_python(x@r[1:3, c("mpg", "cyl")]), mtcars[1:3, c("mpg", "cyl")])
  expect_identical(from_python(x@r[NA:5]), mtcars[1:5, ])
  expect_identical(from_python(x@r[.., -2:-1]), mtcars[, 10:11])
  expect_identical(from_python(x@r[c("Fiat 128", "Valiant"), ]), mtcars[c("Fiat 128", "Valiant"), ])
  expect_identical(from_python(x@r[mtcars$cyl == 4, 2:3]), mtcars[mtcars$cyl == 4, 2:3])
  expect_identical(as.numeric(x@r["Fiat 128", "mpg"]), mtcars["Fiat 128", "mpg"])
  expect_identical(as.vector(from_python(x@r[, "hp"])), mtcars[, "hp"])
  expect_identical(from_python(r_slice(x, 2, 3, drop = FALSE)), mtcars[2, 3, drop = FALSE])
  expect_identical(from_python(head(x, 3)), head(mtcars, 3))
  for (call in expression(
    x[-1, 2:3], x[c("mpg", "wt")], x["mpg"], x[2], x[-(1:9)], x[1, ], x[-(1:30), -1],
    x["Valiant", ], x[c(TRUE, FALSE), 1:2], x[0, ], x[3:1, c("wt", "mpg")]
  )) {
    ours <- call
    ours[[2L]] <- quote(y@r)
    ours[["dialect"]] <- "base"
    result <- eval(ours, list(y = x))
    expect_identical(from_python(result), eval(call, list(x = mtcars)))
  }
})

test_that("a table is written by the same brackets, column by column", {
  frame <- data.frame(n = 1:4, v = c(0.5, 1.5, 2.5, 3.5), t = c("a", "b", "c", "d"), row.names = letters[1:4])
  x <- table_of(frame)
  same <- x
  x@r[1:2, "v"] <- c(8, 9)
  frame[1:2, "v"] <- c(8, 9)
  x@r["d", c("n", "v")] <- 7L
  frame["d", c("n", "v")] <- 7L
  x@r[3, "t"] <- "z"
  frame[3, "t"] <- "z"
  expect_identical(from_python(x), frame)
  expect_identical(from_python(same), frame)
  updated <- r_assign(x, , "n", value = 4:1, dialect = "base")
  expect_identical(from_python(x), frame)
  frame[, "n"] <- 4:1
  expect_identical(from_python(updated), frame)
  expect_error(x@r[1, "n"] <- 1.5, "column 'n'", class = "pybridge_error_assignment_lossy")
  expect_error(x@r["n"], "of axis 2", class = "pybridge_error_subscript_label")
  expect_error(x@r[newaxis], class = "pybridge_error_tensor")
  expect_error(sum(x), class = "pybridge_error_tensor")
})

test_that("messages about tables name what can be done from R, and it can be done", {
  x <- table_of(data.frame(kind = factor(c("u", "v")), n = 1:2, row.names = c("a", "b")))
  error <- expect_error(x@r[1, "kind"] <- "w", "is not a category", class = "pybridge_error_assignment")
  eval(str2lang(sub(".* in R ", "", conditionMessage(error))))
  x@r[1, "kind"] <- "w"
  expect_identical(from_python(x)$kind, factor(c("w", "v"), levels = c("u", "v", "w")))
  error <- expect_error(x@r[, "new"] <- c(TRUE, NA), class = "pybridge_error_subscript_label")
  value <- c(TRUE, NA)
  eval(str2lang(sub(".* in R ", "", conditionMessage(error))))
  expect_identical(from_python(x)$new, value)
  expect_error(x@r[1, "n"] <- 0.5, "0.5 would lose information in a column", fixed = TRUE)
})

test_that("dimnames() are the labels of a table, and NULL for a tensor", {
  expect_identical(dimnames(table_of(mtcars)), dimnames(mtcars))
  expect_identical(rownames(to_python(mtcars)), rownames(mtcars))
  expect_null(dimnames(to_python(mtcars$mpg)))
  expect_null(dimnames(to_python(list(1, "a"))))
  counted <- to_python(data.frame(n = 1:2))
  expect_identical(dimnames(counted), list(NULL, "n"))
  x <- matrix(1:6, 2, dimnames = list(c("a", "b"), NULL))
  expect_null(dimnames(to_python(x)))
  skip_without_module("xarray")
  expect_identical(dimnames(to_python(x, like = "xarray")), list(c("a", "b"), NULL))
})

test_that("an AnnData is selected by observations and variables", {
  skip_without_module("anndata")
  ad <- reticulate::import("anndata", convert = FALSE)
  counts <- matrix(c(0, 3, 0, 1, 0, 2, 5, 0, 0, 4, 1, 0), 4, 3)
  cells <- data.frame(group = c("T", "B", "T", "NK"), row.names = paste0("cell", 1:4))
  genes <- data.frame(row.names = c("CD3D", "MS4A1", "NKG7"))
  x <- ad$AnnData(to_python(counts), obs = to_python(cells), var = to_python(genes))
  expect_identical(dim(x), c(4L, 3L))
  part <- x@r[1:3, c("NKG7", "CD3D")]
  expect_identical(class(part), class(x))
  expect_identical(from_python(part$X), counts[1:3, c(3, 1)])
  expect_identical(from_python(part$obs), cells[1:3, , drop = FALSE])
  expect_identical(dim(x@r["cell2", "MS4A1"]), c(1L, 1L))
  expect_identical(from_python(x@r[-1, , dialect = "base"]$X), counts[-1, ])
  expect_error(x@r["CD3D"], "of axis 2", class = "pybridge_error_subscript_label")
  expect_error(x@r[1, 1] <- 0, "x.X", class = "pybridge_error_tensor")
  x$X@r[1, 1:2] <- c(6, 7)
  expect_identical(from_python(x$X)[1, ], c(6, 7, 0))
})

test_that("a write to a part of a view of an AnnData stays when the part is put back", {
  skip_without_module("anndata")
  reticulate::py_run_string(paste(
    "import warnings; warnings.simplefilter('ignore')",
    "import anndata, numpy",
    "whole = anndata.AnnData(numpy.arange(1.0, 21).reshape(5, 4))",
    "view = whole[1:3]",
    sep = "\n"
  ))
  main <- reticulate::import_main(convert = FALSE)
  view <- main$view
  x <- view$X
  x@r[1, 1] <- 55
  expect_identical(from_python(x)[, 1], c(55, 9))
  view$X <- x
  expect_identical(from_python(main$view$X)[, 1], c(55, 9))
  expect_identical(from_python(main$whole$X)[, 1], c(1, 5, 9, 13, 17))
  updated <- r_assign(main$whole$`__getitem__`(reticulate::py_eval("slice(1, 3)", convert = FALSE))$X, 1, 1, value = 7)
  expect_identical(class(updated)[[1L]], "numpy.ndarray")
  expect_identical(from_python(updated)[1, 1], 7)
  expect_identical(from_python(main$whole$X)[2, 1], 5)
})
