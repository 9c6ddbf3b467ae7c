#' Reshape in row-major order
#'
#' @param x A tensor.
#' @param dim The new shape.
#' @export
array_reshape <- function(x, dim) {
  call_python("array_reshape", x, as.list(dim), "C")
}
