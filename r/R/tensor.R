# What an R user expects of a tensor: its shape, axes and dtype, and the methods that no other
# package has.

#' The shape, the number of axes and the dtype of a tensor
#'
#' @param x A Python tensor, or an R vector or array.
#' @return `tensor_shape()`: the size of each axis, an integer vector, `NA` where traced code does
#'   not know one; a tensor of no axis has `integer(0)`. `tensor_ndim()`: how many axes there are.
#'   `tensor_dtype()`: the dtype under NumPy's name, such as `"uint8"`; for an R array that of the
#'   array that it becomes in Python.
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
  if (!inherits(x, "python.builtin.object")) {
    check_array(x, sys.call())
    return(array_shape(x))
  }
  sizes <- call_python("tensor_shape", x)
  sizes[sizes < 0] <- NA
  if (any(sizes > .Machine$integer.max, na.rm = TRUE)) sizes else as.integer(sizes)
}

#' @rdname tensor_shape
#' @export
tensor_ndim <- function(x) {
  call <- sys.call()
  if (!inherits(x, "python.builtin.object")) {
    check_array(x, call)
    return(length(array_shape(x)))
  }
  length(call_python("tensor_shape", x))
}

#' @rdname tensor_shape
#' @export
tensor_dtype <- function(x) {
  call <- sys.call()
  if (inherits(x, "python.builtin.object")) {
    return(reticulate::py_to_r(answered(py_call(bridge$tensor_dtype, x), call)))
  }
  check_array(x, call)
  switch(typeof(x),
    logical = "bool",
    integer = "int32",
    double = "float64",
    complex = "complex128",
    character = "str"
  )
}

# The methods below are registered by hand in register_missing_methods(): on tensor classes alone,
# and only where no loaded package has its own.

tensor_classes <- c(
  "numpy.ndarray",
  "torch.Tensor",
  "jaxlib._jax.ArrayImpl",
  "jaxlib.xla_extension.ArrayImpl",
  "tensorflow.python.framework.tensor.Tensor",
  "tensorflow.python.ops.variables.Variable",
  "keras.src.backend.common.variables.Variable",
  "keras.src.backend.common.keras_tensor.KerasTensor",
  "dask.array.core.Array"
)

register_missing_methods <- function() {
  methods <- list(
    dim = tensor_shape,
    length = tensor_length,
    str = tensor_str,
    as.array = tensor_as_array,
    t = tensor_t,
    aperm = tensor_aperm,
    `%*%` = tensor_multiply
  )
  home <- list(str = asNamespace("utils"))
  for (generic in names(methods)) {
    where <- home[[generic]] %||% baseenv()
    for (class in tensor_classes) {
      if (is.null(utils::getS3method(generic, class, optional = TRUE, envir = where))) {
        registerS3method(generic, class, methods[[generic]], where)
      }
    }
  }
}

tensor_length <- function(x) {
  size <- prod(tensor_shape(x))
  if (is.na(size) || size <= .Machine$integer.max) as.integer(size) else size
}

tensor_str <- function(object, ...) {
  shape <- tensor_shape(object)
  cat(sprintf(
    "<%s shape(%s), dtype=%s>\n", class(object)[[1L]],
    paste(ifelse(is.na(shape), "NA", shape), collapse = ","), tensor_dtype(object)
  ))
  invisible()
}

tensor_as_array <- function(x, ...) {
  array <- answered(py_call(bridge$as_numpy, x), generic_call(sys.call(), "as.array"))
  value <- reticulate::py_to_r(array)
  if (is.null(dim(value))) array(value, length(value)) else value
}

tensor_t <- function(x) {
  call <- generic_call(sys.call(), "t")
  ndim <- tensor_ndim(x)
  if (ndim == 1L) {
    return(answered(py_call(bridge$array_reshape, x, list(1L, -1L), "C"), call))
  }
  if (ndim != 2L) {
    abort_argument(sprintf("t() takes a matrix, and the tensor has %d axes; aperm() takes any", ndim), call)
  }
  answered(py_call(bridge$permute, x, NULL), call)
}

tensor_aperm <- function(a, perm = NULL, ...) {
  call <- generic_call(sys.call(), "aperm")
  if (!is.null(perm)) {
    ndim <- tensor_ndim(a)
    if (!is.numeric(perm) || !identical(sort(as.numeric(perm)), as.numeric(seq_len(ndim)))) {
      abort_argument(
        sprintf("`perm` names each of the %d axes once, not %s", ndim, entries_text(perm)), call
      )
    }
    perm <- as.list(as.integer(perm))
  }
  answered(py_call(bridge$permute, a, perm), call)
}

tensor_multiply <- function(x, y) {
  answered(py_call(bridge$multiply, x, y), generic_call(sys.call(), "%*%"))
}
