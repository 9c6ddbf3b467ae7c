# Arrays on disk from R: Zarr, HDF5 and TensorStore are read by chunks and written in place.

is_hdf5 <- function(x) inherits(x, "h5py._hl.dataset.Dataset")

test_that("a store is read as R's own array is", {
  skip_without_module("zarr", "h5py", "tensorstore")
  m <- array(as.double(1:105), c(7, 3, 5))
  for (x in stores(m)) {
    expect_identical(from_python(x@r[2:4, , 5]), m[2:4, , 5])
    expect_identical(from_python(x@r[c(7, 1, 7), 3:1, ]), m[c(7, 1, 7), 3:1, ])
    expect_identical(from_python(x@r[.., -1]), m[, , 5])
    expect_identical(from_python(x@r[m > 100, order = "F"]), m[m > 100])
    expect_identical(from_python(x@r[cbind(c(7, 1), 2, 3)]), m[cbind(c(7, 1), 2, 3)])
    expect_identical(from_python(x@r[-1, , c(0, 2), dialect = "base"]), m[-1, , c(0, 2)])
    expect_identical(from_python(r_slice(x, 1, 2, 3)), m[1, 2, 3])
    expect_identical(dim(x), c(7L, 3L, 5L))
    expect_equal(length(x), if (is_hdf5(x)) 7 else 105) # HDF5 has a length in Python, of the first axis
    expect_identical(tensor_shape(x), c(7L, 3L, 5L))
    expect_identical(tensor_dtype(x), "float64")
  }
})

test_that("a store is written in place, or is as it was", {
  skip_without_module("zarr", "h5py", "tensorstore")
  m <- array(as.double(1:105), c(7, 3, 5))
  for (x in stores(m)) {
    x@r[7:6, , 1] <- matrix(-(1:6), 2)
    m[7:6, , 1] <- matrix(-(1:6), 2)
    x@r[c(1, 3, 1), 2, 2] <- c(100, 200, 300)
    m[c(1, 3, 1), 2, 2] <- c(100, 200, 300)
    expect_identical(from_python(x@r[..]), m)
    expect_error(x@r[8, , ] <- 0, class = "pybridge_error_subscript_oob")
    expect_error(x@r[1, , ] <- 1:2, class = "pybridge_error_assignment")
    expect_error(r_assign(x, 1, value = 0), "write in place", class = "pybridge_error_tensor")
    # reticulate's function reads all of it
    expect_identical(from_python(array_reshape(x, c(105, 1))), array(aperm(m), c(105, 1)))
    expect_identical(from_python(x@r[..]), m)
    m <- array(as.double(1:105), c(7, 3, 5))
  }
})

test_that("a file that is read-only or closed is an error", {
  skip_without_module("zarr", "h5py")
  h5py <- reticulate::import("h5py", convert = FALSE)
  path <- tempfile(fileext = ".h5")
  file <- h5py$File(path, "w")
  file$create_dataset("x", data = as_tensor(1:3))
  file$close()
  file <- h5py$File(path, "r")
  x <- file$get("x")
  expect_error(x@r[1] <- 2L, "opened for reading", class = "pybridge_error_assignment_immutable")
  expect_identical(from_python(x@r[3:2]), 3:2)
  file$close()
  expect_error(x@r[1], "is closed; open it again", class = "pybridge_error_tensor")
  zarr <- reticulate::import("zarr", convert = FALSE)
  path <- tempfile(fileext = ".zarr")
  zarr$create_array(path, data = as_tensor(1:3))
  x <- zarr$open_array(path, mode = "r")
  expect_error(x@r[1] <- 2L, 'mode="r\\+"', class = "pybridge_error_assignment_immutable")
  expect_identical(from_python(x@r[-1]), 3L)
})
