numbers <- array(1:30, c(2, 3, 5))

test_that("r_slice() is x@r[...] for pipes and programs", {
  skip_without_python()
  x <- as_tensor(numbers)
  expect_tensor(x |> r_slice(2, 3, NA:2), numbers[2, 3, 1:2])
  expect_tensor(r_slice(x, .., -1), numbers[, , 5])
  expect_tensor(r_slice(1, x = x), numbers[1, , ])
  expect_tensor(r_slice(x, 1, drop = FALSE), numbers[1, , , drop = FALSE])
  expect_tensor(r_slice(x, 1:3, dialect = "base"), 1:3)
  expect_tensor(do.call(r_slice, list(x, 1, .., 2)), numbers[1, , 2])
  expect_tensor(do.call(r_slice, list(x, newaxis, drop = FALSE)), numbers, c(1, 2, 3, 5))
  forwarded <- function(...) r_slice(...)
  expect_tensor(forwarded(x, 1:2, drop = FALSE), numbers)
})

test_that("r_slice() <- writes in place", {
  skip_without_python()
  x <- as_tensor(numbers)
  same <- x
  r_slice(x, .., 5:4) <- 0
  expect_identical(x, same)
  expected <- numbers
  expected[, , 4:5] <- 0L
  expect_tensor(x, expected, dtype = "int32")
})

test_that("r_assign() never changes x", {
  skip_without_python()
  x <- as_tensor(numbers)
  updated <- x |> r_assign(1, value = 0)
  expected <- numbers
  expected[1, , ] <- 0L
  expect_tensor(updated, expected, dtype = "int32")
  expect_tensor(x, numbers)
  grown <- r_assign(as_tensor(array(c(1, 2))), 4, value = 9, dialect = "base")
  expect_tensor(grown, c(1, 2, NA, 9))
  forwarded <- function(...) r_assign(..., value = 0L)
  expect_tensor(forwarded(x, 2, NA:3)@r[2], matrix(0, 3, 5))
})

test_that("the value of r_assign() is named", {
  expect_snapshot(cran = TRUE, error = TRUE, {
    r_assign(numbers, 1, 0)
  })
})

test_that("newaxis needs no attached package", {
  expect_identical(
    eval(quote(dim(slice(x, newaxis))), list(slice = r_slice, x = numbers), baseenv()),
    c(1L, 2L, 3L, 5L)
  )
})

test_that("`..` in brackets that convert it to Python is an error with advice", {
  skip_without_python()
  # so do those of the package tensorflow, where they index a tensor by Python's tuple
  expect_error(reticulate::tuple(.., 1L), "write `x@r[.., 1]`", fixed = TRUE, class = "pybridge_error_subscript_type")
  expect_error(reticulate::r_to_py(list(..)), "write `x@r[.., 1]`", fixed = TRUE)
})

test_that("`..` prints", {
  expect_snapshot(cran = TRUE, ..)
})
