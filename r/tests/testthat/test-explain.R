# explain() and result_shape(): the same answers as in Python, for the same subscripts.

test_that("explain() takes text, and brackets on a tensor or an array that it never evaluates", {
  skip_without_python()
  by_text <- explain(c(60000, 28, 28), "x[NA:5, , -1]")
  expect_identical(by_text$result_shape, c(5L, 28L))
  expect_identical(by_text$python, "x[0:5, :, 27]")
  expect_identical(by_text$selected[[3L]], "axis 3 of size 28: `-1` is position 28, and the axis is dropped")
  expect_identical(by_text$in_r[[2L]], "on axis 3 `-1` drops position 1 instead of taking the last")
  expect_identical(by_text$in_tensor_dialect, character())
  expect_identical(
    format(explain(c(60000, 28, 28), "NA:5, , -1")), format(by_text)
  )
  x <- as_tensor(array(1:30, c(2, 3, 5)))
  k <- 3L
  by_brackets <- explain(x@r[2, k, NA:2])
  expect_identical(by_brackets[-1L], explain(c(2, 3, 5), "x[2, 3, NA:2]")[-1L])
  expect_identical(explain(c(2, 3, 5), 2, k, NA:2)[-1L], by_brackets[-1L])
  expect_identical(explain(x, 2, k, NA:2)[-1L], by_brackets[-1L])
  images <- array(0, c(7, 28, 28))
  expect_identical(explain(images[-1, 8:-8, ])$python, "images[6, 7:21]")
  expect_identical(explain(images[-1, 1:2, 3], dialect = "base")$result_shape, c(6L, 2L))
  expect_identical(explain(images[1], drop = FALSE)$result_shape, c(1L, 28L, 28L))
  expect_output(print(by_text), "in Python      x[0:5, :, 27]", fixed = TRUE)
  expect_error(explain(5, "x[9]"), class = "pybridge_error_subscript_oob")
  expect_error(explain(5, "x[1"), class = "pybridge_error_subscript_syntax")
  expect_error(explain(images[1], 2, 3, 4), class = "pybridge_error_subscript_count")
  expect_error(explain(images[1], dialect = "r"), "`dialect`", class = "pybridge_error_argument")
  expect_error(explain(1 + 1), "explain() takes brackets", fixed = TRUE, class = "pybridge_error_argument")
})

test_that("explain() and result_shape() know the labels and the axes of what they are given", {
  skip_without_module("anndata")
  ad <- reticulate::import("anndata", convert = FALSE)
  genes <- data.frame(row.names = c("CD3D", "MS4A1"))
  x <- ad$AnnData(to_python(matrix(1:6 + 0, 3)), var = to_python(genes))
  for (explanation in list(explain(x@r[1:2, "CD3D"]), explain(x, 1:2, "CD3D"))) {
    expect_identical(explanation$result_shape, dim(x@r[1:2, "CD3D"]))
    expect_identical(explanation$selected[[2L]], "axis 2 of size 2: `\"CD3D\"` is position 1")
  }
  expect_identical(result_shape(x, 1:2, "CD3D"), dim(x@r[1:2, "CD3D"]))
  expect_identical(result_shape(to_python(mtcars), "Valiant", ), 11L)
})

test_that("explain() carries all_but() to Python, and rejects a minus before positions except in R's own dialect", {
  skip_without_python()
  subscripts <- shape_subscripts(capture_forwarded(all_but(2)), NULL)
  expect_identical(subscripts$values, list(list("call", "all_but", list(0L, 3L, 2L), list())))
  x <- array(1:5)
  expect_error(explain(x[-c(1, 2)]), "all_but(c(1, 2))", fixed = TRUE, class = "pybridge_error_subscript_type")
  expect_error(explain(5, -c(1, 2)), "all_but(c(1, 2))", fixed = TRUE, class = "pybridge_error_subscript_type")
  expect_error(result_shape(5, -c(1, 2)), class = "pybridge_error_subscript_type")
  expect_identical(explain(x[-c(1, 2)], dialect = "base")$result_shape, 3L)
  expect_identical(explain(5, -c(1, 2), dialect = "base")$result_shape, 3L)
})

test_that("an R vector before brackets has its length as its size, and alone its numbers as the sizes", {
  skip_without_python()
  v <- c(60000, 28, 28)
  expect_identical(explain(v[2])$shape, 3L)
  expect_identical(explain(v[-1])$python, "v[2]")
  expect_identical(explain(v[2:NA])$result_shape, 2L)
  expect_identical(explain(v[-1], dialect = "base")$result_shape, 2L)
  expect_error(explain(v[2, 1]), "names 2 axes; the tensor has 1", class = "pybridge_error_subscript_count")
  v[[2L]] <- NA # an element, and no unknown size
  expect_identical(explain(v[2])$shape, 3L)
  words <- c(a = "x", b = "y")
  expect_identical(explain(words[2])$shape, 2L)
  expect_identical(explain(words[.., newaxis])$result_shape, 2:1)
  none <- integer()
  expect_identical(explain(none[NA:NA])$result_shape, 0L)
  sizes <- c(60000, 28, 28)
  expect_identical(explain(sizes, 2)$shape, c(60000L, 28L, 28L))
  expect_identical(result_shape(sizes, 2), c(28L, 28L))
})

test_that("explain() passes other arguments on to another package", {
  skip_without_python()
  other <- new.env()
  assign("explain", function(x, ...) list("theirs", x, ...), other)
  attach(other, name = "package:other", warn.conflicts = FALSE)
  on.exit(detach("package:other"))
  frame <- data.frame(a = 1:2)
  expect_identical(pybridge::explain(frame[1], 2), list("theirs", frame[1], 2))
  expect_identical(pybridge::explain("a text"), list("theirs", "a text"))
  expect_identical(pybridge::explain(5, "x[1]")$result_shape, integer())
})

test_that("an unknown size is an error in explain(), and not in result_shape()", {
  skip_without_python()
  expect_error(explain(c(NA, 3), "x[1]"), "needs every size", class = "pybridge_error_argument")
  x <- matrix(1:6, 2)
  expect_error(explain(c(NA, 3), 1, ), "needs every size", class = "pybridge_error_argument")
})

test_that("result_shape() is the shape of the result of r_slice()", {
  skip_without_python()
  expect_identical(result_shape(c(60000, 28, 28), , 8:-8, 8:-8), c(60000L, 14L, 14L))
  expect_identical(result_shape(c(60000, 28, 28), ", 15:NA, 15:NA"), c(60000L, 14L, 14L))
  expect_identical(result_shape(c(60000, 28, 28), "x@r[.., newaxis, ]"), c(60000L, 28L, 1L, 28L))
  expect_identical(result_shape(list(NULL, 28), , 1:3), c(NA, 3L))
  x <- array(1:30, c(2, 3, 5))
  for (subscripts in list(
    list(2), list(2, 3:1), list(c(TRUE, FALSE)), list(2, 1, 1), list(NULL), list(.., c(1, 1, 2))
  )) {
    selected <- do.call(r_slice, c(list(as_tensor(x)), subscripts))
    expect_identical(do.call(result_shape, c(list(x), subscripts)), tensor_shape(selected))
    expect_identical(do.call(result_shape, c(list(as_tensor(x)), subscripts)), tensor_shape(selected))
  }
  expect_identical(result_shape(x, 1, drop = FALSE), c(1L, 3L, 5L))
  expect_identical(result_shape(x, -1, 1:2, 3, dialect = "base"), 2L)
  expect_error(result_shape(x, 3), class = "pybridge_error_subscript_oob")
})
