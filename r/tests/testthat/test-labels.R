# Labels of an xarray tensor: names in the brackets, and dimnames that cross both ways.
# R's own `[` on the array with the same dimnames is the oracle.

measures <- function() {
  array(
    as.double(1:24), c(2, 3, 4),
    list(
      species = c("setosa", "virginica"), year = NULL,
      part = c("Sepal.Length", "Sepal.Width", "Petal.Length", "Petal.Width")
    )
  )
}

test_that("names select as R's own brackets select", {
  skip_without_module("xarray")
  m <- measures()
  x <- to_python(m, like = "xarray")
  parts <- c("Petal.Width", "Sepal.Length")
  expect_identical(from_python(x@r["setosa", , parts]), m["setosa", , parts])
  expect_identical(from_python(x@r[c("virginica", "setosa"), 2:3, 4:3]), m[c("virginica", "setosa"), 2:3, 4:3])
  expect_identical(c(from_python(x@r["virginica", 2, parts])), m["virginica", 2, parts])
  expect_identical(from_python(x@r["virginica", 2, "Petal.Width"]), m["virginica", 2, "Petal.Width"])
  expect_identical(from_python(x@r["virginica", , parts, dialect = "base"]), m["virginica", , parts])
  flat <- m[, 2, ]
  points <- cbind(c("setosa", "virginica"), c("Petal.Width", "Sepal.Width"))
  expect_identical(c(from_python(to_python(flat, like = "xarray")@r[points])), flat[points])
  x@r["setosa", , parts] <- 0
  m["setosa", , parts] <- 0
  expect_identical(from_python(x), m)
  updated <- r_assign(x, "virginica", 1, value = -1)
  m["virginica", 1, ] <- -1
  expect_identical(from_python(updated), m)
})

test_that("a label that is unknown, doubled or NA is an error that offers the nearest", {
  skip_without_module("xarray")
  x <- to_python(measures(), like = "xarray")
  unknown <- expect_error(x@r["Setosa", ], 'nearest are "setosa"', class = "pybridge_error_subscript_label")
  expect_identical(unknown[c("label", "axis", "nearest")], list(label = "Setosa", axis = 1L, nearest = "setosa"))
  expect_identical(conditionCall(unknown), quote(x@r["Setosa", ]))
  expect_error(x@r["setosa", "1936", ], "axis 2 has no labels", class = "pybridge_error_subscript_type")
  expect_error(x@r[c("setosa", NA), ], "holds NA", class = "pybridge_error_subscript_missing")
  twice <- to_python(c(a = 1, b = 2, a = 3), like = "xarray")
  doubled <- expect_error(twice@r["a"], "2 positions of axis 1, 1, 3;", class = "pybridge_error_subscript_label")
  expect_identical(doubled$positions, c(1L, 3L))
  expect_identical(c(from_python(twice@r["a", dialect = "base"])), c(a = 1))
  expect_error(to_python(1:3)@r["a"], "tensors carry no dimnames", class = "pybridge_error_subscript_type")
})

test_that("dimnames cross both ways, as both sides can hold them", {
  skip_without_python()
  expect_error(
    from_python(to_python(1:2), dimnames = TRUE), "one sequence of labels", class = "pybridge_error_argument"
  )
  skip_without_module("xarray")
  for (v in list(
    measures(), c(a = 1, b = 2), 1:3, array(1:3, 3, list(species = c("a", "b", "c"))), matrix(1:6, 2),
    matrix(c("u", "v"), 1, dimnames = list("r", c("p", "q"))), 2.5, matrix(0, 0, 2, dimnames = list(NULL, c("a", "b")))
  )) {
    x <- to_python(v, like = "xarray")
    expect_s3_class(x, "xarray.core.dataarray.DataArray")
    expect_identical(from_python(x), v)
  }
  narrow <- to_python(c(a = 1, b = 2), "uint8", like = to_python(c(z = 1), like = "xarray")) |>
    expect_error("determines the dtype")
  x <- to_python(measures(), like = "xarray")
  again <- to_python(matrix(1:2, 1, dimnames = list("r", NULL)), like = x)
  expect_identical(tensor_dtype(again), "float64")
  expect_identical(dimnames(from_python(again)), list("r", NULL))
  expect_identical(tensor_dtype(to_python(measures(), "float32", like = "xarray")), "float32")
  expect_error(to_python(1, like = "arrow"), "`like` is a tensor, a table", class = "pybridge_error_argument")
  expect_error(
    to_python(NA, like = "xarray", na = "mask"), "masked array",
    class = "pybridge_error_argument"
  )
})
