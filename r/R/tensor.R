# The shape, the number of axes and the dtype of a tensor.

#' The shape, the number of axes and the dtype of a tensor
#'
#' @param x A Python tensor, or an R vector or array.
#' @return `tensor_shape()`: the size of each axis, an integer vector, with `NA` for a size that is unknown in
#'   traced code. For a tensor without axes it is `integer(0)`. `tensor_ndim()`: the number of axes.
#'   `tensor_dtype()`: the dtype under NumPy's name, such as `"uint8"`. For an R array it is the dtype that the array
#'   gets in Python.
#' @export
#' @examples
#' x <- array(1:30, c(2, 3, 5))
#' tensor_shape(x)
#' tensor_ndim(x)
#' tensor_dtype(x)
#' @examplesIf pybridge:::has_numpy()
#' images <- reticulate::np_array(array(0L, c(7, 28, 28)), "uint8")
#' tensor_shape(images)
#' tensor_ndim(images)
#' tensor_dtype(images)
tensor_shape <- function(x) {
  if (!is_python(x)) {
    check_array(x, sys.call())
    return(array_shape(x))
  }
  as_shape(python_shape(x, sys.call()))
}

# The sizes of a tensor as reals, -1 for an unknown one
python_shape <- function(x, call) {
  as.numeric(unlist(reticulate::py_to_r(call_python("tensor_shape", x, call = call))))
}

#' @rdname tensor_shape
#' @export
tensor_ndim <- function(x) {
  call <- sys.call()
  if (!is_python(x)) {
    check_array(x, call)
    return(length(array_shape(x)))
  }
  length(python_shape(x, call))
}

#' @rdname tensor_shape
#' @export
tensor_dtype <- function(x) {
  call <- sys.call()
  if (is_python(x)) {
    return(reticulate::py_to_r(call_python("tensor_dtype", x, call = call)))
  }
  check_array(x, call)
  switch(typeof(x), logical = "bool", integer = "int32", double = "float64", complex = "complex128", "str")
}

#' Count the elements of an array in a store that has no length in Python
#'
#' reticulate returns 1 for it, and the number of elements for a 'NumPy' array.
#' @export
#' @noRd
length.zarr.core.array.Array <- function(x) {
  prod(dim(x) %||% 1L)
}

#' @export
length.tensorstore.TensorStore <- length.zarr.core.array.Array
