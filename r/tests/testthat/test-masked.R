# NumPy's masked arrays from R: an element written as NA is masked, and a masked one is NA in R.

masked <- function(values, mask) {
  reticulate::import("numpy", convert = FALSE)$ma$array(values, mask = mask)
}

test_that("NA sets the mask of any dtype, alone and in a vector, and a value takes it away", {
  skip_without_python()
  cases <- list(
    list(c(1.5, 2, 3), 9.5, NULL), list(c(1L, 2L, 3L), 9L, "int32"), list(c(TRUE, FALSE, TRUE), FALSE, NULL),
    list(c("a", "b", "c"), "d", NULL)
  )
  for (case in cases) {
    values <- case[[1L]]
    x <- reticulate::import("numpy", convert = FALSE)$ma$array(as.list(values), case[[3L]])
    x@r[1] <- NA
    expect_identical(from_python(x), replace(values, 1, NA))
    expect_identical(is.na(x), c(TRUE, FALSE, FALSE))
    expect_identical(is.na(as.array(x@r[1])), array(TRUE)) # NumPy's constant of a masked element has no dtype
    r_slice(x, 3) <- if (is.character(values)) NA else values[NA][1L]
    expect_identical(from_python(x), c(NA, values[2], NA))
    x@r[1] <- case[[2L]]
    expect_identical(from_python(x), c(case[[2L]], values[2], NA))
    expect_identical(from_python(r_assign(x, 2:3, value = NA)), c(case[[2L]], NA, NA))
    if (is.character(values)) next
    x@r[2:3] <- c(NA, case[[2L]])
    expect_identical(from_python(x), c(case[[2L]], NA, case[[2L]]))
  }
})

test_that("what is missing stays missing on its way through R's functions", {
  skip_without_python()
  x <- masked(matrix(as.double(1:6), 2), matrix(c(FALSE, TRUE, FALSE, FALSE, FALSE, FALSE), 2))
  a <- replace(matrix(as.double(1:6), 2), 2, NA)
  expect_identical(as.array(x), a)
  expect_identical(as.array(x@r[2]), array(a[2, ]))
  expect_identical(as.numeric(x@r[2, 1]), NA_real_)
  expect_identical(as.matrix(x), a)
  expect_identical(as.vector(x), as.vector(a))
  expect_identical(unique(x), unique(a))
  expect_identical(order(x), order(a))
  expect_identical(median(x), median(a))
  expect_identical(median(x, na.rm = TRUE), median(a, na.rm = TRUE))
  expect_identical(from_python(recycle(x, 1:2)[[1L]]), a)
  recycled <- recycle(to_python(c(1L, NA, 3L), na = "mask"), as_tensor(matrix(0, 3, 2)))[[1L]]
  expect_identical(from_python(recycled), matrix(c(1L, NA, 3L), 3, 2))
})

test_that("R's sort() and its like read dates in either order of bytes", {
  skip_without_python()
  np <- reticulate::import("numpy", convert = FALSE)
  days <- c("2020-01-02", "1970-01-02", "2000-01-01")
  for (dtype in c(">M8[D]", "<M8[D]", ">M8[s]", ">i4", ">f8")) {
    values <- if (grepl("M8", dtype)) days else c(300, -2, 1)
    wanted <- if (grepl("M8", dtype)) as.Date(days) else values
    x <- np$array(as.list(values), dtype)
    expect_equal(as.vector(tensor_order(x)), order(wanted), label = dtype)
    expect_identical(order(x), order(wanted), label = dtype)
    for (decreasing in c(FALSE, TRUE)) {
      sorted <- from_python(sort(x, decreasing = decreasing))
      expect_identical(format(sorted), format(sort(wanted, decreasing = decreasing)), label = dtype)
    }
  }
})
