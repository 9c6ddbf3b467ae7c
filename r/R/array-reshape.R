#' Reshape in row-major order
#'
#' @param x A tensor.
#' @param dim The new shape.
#' @export
array_reshape <- function(x, dim) {
  reshape_tensor(x, dim, "C", sys.call())
}
