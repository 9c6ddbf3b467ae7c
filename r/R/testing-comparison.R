# Tensors in testthat's own expectations, by a method of waldo that only a call registers.

#' Compare tensors by testthat's own expectations
#'
#' Until the end of a test, or of the function or file that calls it, `expect_equal()`, `expect_identical()` and
#' every other comparison by the package waldo compare what a Python tensor or table holds, as [from_python()]
#' converts it: a tensor with an R array, or two tensors. Without it they compare the objects' addresses. What
#' `from_python()` does not convert, such as a module, stays as it is; a tensor without values is an error.
#'
#' The dtype is that of R: int8 and int32 are integers. [tensor_dtype()] tells two apart, and
#' [expect_same_tensor()] compares the kind and shows the position of a difference.
#'
#' Nothing is registered where the package is only attached. A method for Python objects that another package
#' has registered is there again at the end.
#'
#' @param .env The environment at whose end the comparison is as it was before: that of the caller by default.
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
