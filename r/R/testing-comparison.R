# Tensors in testthat's own expectations, by a method of waldo that only a call registers.

#' Compare tensors by testthat's own expectations
#'
#' By default `expect_equal()` and `expect_identical()` compare the addresses of Python objects. After
#' `local_tensor_comparison()` they, and every other comparison by the package waldo, compare the elements of Python
#' tensors and tables, as [from_python()] converts them. You can compare a tensor with an R array, or two tensors. This
#' lasts until the end of the test, function or file that calls `local_tensor_comparison()`. An object that
#' `from_python()` does not convert, such as a module, is compared as before. A tensor without values is an error.
#'
#' Dtypes with the same R type are equal: int8 and int32 are both integers. [tensor_dtype()] distinguishes them, and
#' [expect_same_tensor()] compares the kind and shows the position of a difference.
#'
#' Attaching the package alone registers nothing. If another package has registered a method for Python objects, that
#' method is restored at the end.
#'
#' @param .env The environment at whose end the former comparison is restored. By default the caller's environment.
#' @return `NULL`, invisibly.
#' @export
#' @examplesIf pybridge:::has_numpy() && requireNamespace("testthat", quietly = TRUE)
#' x <- reticulate::np_array(array(1:30, c(2, 3, 5)))
#' testthat::test_that("a row is where R has it", {
#'   testthat::local_edition(3)
#'   local_tensor_comparison()
#'   testthat::expect_equal(x@r[2, , 1:2], array(1:30, c(2, 3, 5))[2, , 1:2])
#' })
local_tensor_comparison <- function(.env = parent.frame()) {
  need_testthat("local_tensor_comparison()")
  if (!is.environment(.env)) {
    abort_argument(sprintf("`.env` is an environment, not %s", describe_value(.env)), sys.call())
  }
  waldo <- asNamespace("waldo")
  before <- registered_method("compare_proxy", waldo)
  registerS3method("compare_proxy", "python.builtin.object", compare_tensor, waldo)
  withr::defer(
    if (is.null(before)) {
      rm("compare_proxy.python.builtin.object", envir = methods_table(waldo))
    } else {
      registerS3method("compare_proxy", "python.builtin.object", before, waldo)
    },
    envir = .env
  )
  invisible()
}

# What is compared instead of a Python object, and where that is in what is compared
compare_tensor <- function(x, path) {
  call <- call("compare_proxy", as.name("x"))
  if (inherits(x, "python.builtin.module") || !is_python(x, call)) {
    return(list(object = x, path = path))
  }
  found <- tryCatch(
    elements_in_r(x, call),
    pybridge_error_tensor = function(error) if (is_tensor(x, call)) stop(error) else x
  )
  list(object = found, path = if (is_python(found, call)) path else sprintf("from_python(%s)", path))
}
