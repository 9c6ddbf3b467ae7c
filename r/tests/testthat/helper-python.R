# What the tests need of Python. Without a Python that has NumPy they skip, as on a machine of CRAN;
# the project's own runs set PYBRIDGE_REQUIRE_PYTHON, and then a missing Python is a failure.

skip_without_python <- function() {
  if (reticulate::py_module_available("numpy")) {
    return(invisible())
  }
  if (nzchar(Sys.getenv("PYBRIDGE_REQUIRE_PYTHON"))) {
    stop("PYBRIDGE_REQUIRE_PYTHON is set, and no Python with NumPy was found")
  }
  skip("no Python with NumPy")
}

# An R array as a tensor with the same elements at the same positions.
as_tensor <- function(x, dtype = NULL) {
  reticulate::np_array(x, dtype = dtype)
}

expect_tensor <- function(x, expected) {
  expect_s3_class(x, "python.builtin.object")
  expect_equal(reticulate::py_to_r(x), expected)
}
