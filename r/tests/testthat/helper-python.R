# What the tests need of Python. Where RETICULATE_PYTHON points at one, as in the project's own
# runs, it must work; a machine that names none, such as one of CRAN, skips these tests.

skip_without_python <- function() {
  if (!has_numpy()) {
    if (nzchar(Sys.getenv("RETICULATE_PYTHON"))) {
      stop("RETICULATE_PYTHON points at a Python without NumPy, or at none")
    }
    skip("no Python with NumPy")
  }
}

# Those libraries that PYBRIDGE_TEST_BACKENDS asks for: it is "all", or names between commas.
asked_for <- function(libraries) {
  asked <- strsplit(Sys.getenv("PYBRIDGE_TEST_BACKENDS"), ",", fixed = TRUE)[[1L]]
  if ("all" %in% asked) libraries else intersect(libraries, asked)
}

# The same, and skip where it asks for none.
libraries_asked_for <- function(libraries) {
  asked <- asked_for(libraries)
  if (!length(asked)) skip("PYBRIDGE_TEST_BACKENDS asks for none of the libraries")
  asked
}

# Skip where a Python module is not installed, except where PYBRIDGE_TEST_BACKENDS asks for its library.
skip_without_module <- function(...) {
  skip_without_python()
  for (module in c(...)) {
    if (!reticulate::py_module_available(module)) {
      if (length(asked_for(sub("[.].*", "", module)))) stop(module, " is missing")
      skip(paste(module, "is not installed"))
    }
  }
}

# An R array as a tensor of its own memory, with the same elements at the same positions.
as_tensor <- function(x, dtype = NULL) {
  np <- reticulate::import("numpy", convert = FALSE)
  np$array(reticulate::np_array(x, dtype))
}

# Compare elements, shape and dtype with what they should be; a literal shape if there is one.
expect_tensor <- function(x, expected, shape = NULL, dtype = NULL) {
  expect_s3_class(x, "python.builtin.object")
  expect_identical(tensor_shape(x), as.integer(shape %||% dim(expected) %||% length(expected)))
  expect_equal(as.vector(reticulate::py_to_r(x)), as.vector(expected))
  if (!is.null(dtype)) {
    expect_identical(tensor_dtype(x), dtype)
  }
}

# Run R code in a process of its own, which has this library and this Python, and return its lines.
run_r <- function(code, env = character()) {
  if (!dir.exists(file.path(getNamespaceInfo("pybridge", "path"), "Meta"))) {
    skip("another process needs the package installed, and this one has it by load_all()")
  }
  file <- script_file(code)
  on.exit(unlink(file))
  libraries <- paste(.libPaths(), collapse = .Platform$path.sep)
  suppressWarnings(system2(
    file.path(R.home("bin"), "Rscript"), shQuote(file),
    stdout = TRUE, stderr = TRUE,
    env = c(sprintf("R_LIBS=%s", shQuote(libraries)), env)
  ))
}

script_file <- function(lines) {
  file <- tempfile(fileext = ".R")
  writeLines(lines, file)
  file
}

# Small numbers as 64-bit integers, without the package that makes them: in the bits of a real.
bit64_value <- function(...) {
  bits <- vapply(c(...), function(value) {
    readBin(writeBin(c(value, 0L), raw(), endian = "little"), "double", endian = "little")
  }, 0)
  structure(bits, class = "integer64")
}

# A tensor of each library from one of NumPy, and the module that each needs.
tensor_makers <- list(
  numpy = identity,
  tensorflow = function(x) reticulate::import("tensorflow", convert = FALSE)$constant(x),
  variable = function(x) reticulate::import("tensorflow", convert = FALSE)$Variable(x),
  jax = function(x) reticulate::import("jax.numpy", convert = FALSE)$asarray(x),
  torch = function(x) reticulate::import("torch", convert = FALSE)$as_tensor(x),
  keras = function(x) reticulate::import("keras", convert = FALSE)$Variable(x),
  dask = function(x) reticulate::import("dask.array", convert = FALSE)$from_array(x),
  # SciPy has no array without an axis
  scipy = function(x) {
    if (!length(tensor_shape(x))) return(x)
    reticulate::import("scipy.sparse", convert = FALSE)$coo_array(x)
  }
)
tensor_modules <- c(
  numpy = "numpy", tensorflow = "tensorflow", variable = "tensorflow", jax = "jax", torch = "torch",
  keras = "keras", dask = "dask.array", scipy = "scipy.sparse"
)

# An R array as stores on disk, for which Python needs the modules zarr, h5py and tensorstore.
stores <- function(x) {
  zarr <- reticulate::import("zarr", convert = FALSE)
  h5py <- reticulate::import("h5py", convert = FALSE)
  file <- h5py$File(tempfile(fileext = ".h5"), "w")
  tensorstore <- reticulate::import("tensorstore", convert = FALSE)
  path <- paste0("file://", tempfile())
  opened <- tensorstore$open(
    list(driver = "zarr3", kvstore = path), create = TRUE, shape = dim(x), dtype = "float64"
  )$result()
  opened$write(as_tensor(x))$result()
  list(
    zarr = zarr$create_array(tempfile(fileext = ".zarr"), data = as_tensor(x), chunks = reticulate::tuple(2L, 2L, 4L)),
    h5py = file$create_dataset("x", data = as_tensor(x), chunks = reticulate::tuple(2L, 2L, 4L)),
    tensorstore = opened
  )
}
