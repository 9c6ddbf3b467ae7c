# tensor_which(), tensor_which_max(), tensor_which_min(), tensor_order(): positions in tensors, under names that
# mask none of R's own functions. The rules are those of pybridge/r_functions/positions.py.

#' The positions of elements: which, which.max, which.min and order on tensors
#'
#' R's own [which()], [which.max()] and [which.min()] do not take tensors, and the functions
#' of a 'Python' library count from zero. The functions on this page count from one, and follow R's rules for ties,
#' `NA` and empty tensors. You can use their results as subscripts in `x@r[...]`.
#'
#' The positions in a vector are a vector. The positions in a tensor of more axes are a coordinate matrix, with one
#' row for each element and one column for each axis, as `which(x, arr.ind = TRUE)` returns it. It is
#' [arrayInd()] of the positions that R's function finds in column-major order.
#'
#' In traced code of some libraries a size cannot depend on values. There `tensor_which()` and
#' `na_last = NA` are errors. In traced code `tensor_which_max()` and `tensor_which_min()` without an axis
#' return one position, which is 0 if there is none.
#'
#' For R arrays these functions call R's own functions, without 'Python'.
#'
#' @param x A tensor or an R array; of logicals for `tensor_which()`, of logicals or numbers for the
#'   others.
#' @param order The order of the rows that `tensor_which()` returns for more than one axis: `"F"`
#'   column-major as in R, or `"C"` row-major, in which `x@r[mask]` selects.
#' @param axis The axis to search along, counted from one, or from the end if it is negative. The result has one
#'   position for each combination of the other axes, and 0 where there is none. Without `axis` the whole tensor is
#'   searched.
#' @param decreasing Whether the greatest element comes first. Equal elements keep their order.
#' @param na_last Where missing elements are put: `TRUE` last, `FALSE` first. With `NA` they are left out.
#' @return Positions counted from one, as a tensor of integers of the same library, or as R integers.
#' @export
#' @examples
#' x <- matrix(c(3, 9, 4, 9, 5, NA), 2)
#' tensor_which(x > 3)
#' tensor_which_max(x)
#' tensor_which_max(x, axis = 2)
#' tensor_order(c(3, 1, 2, 1))
#' @examplesIf pybridge:::has_numpy()
#' y <- reticulate::np_array(c(3, 1, 2, 1))
#' y@r[tensor_order(y)]
#' y@r[tensor_which_min(y)]
tensor_which <- function(x, order = c("F", "C")) {
  call <- sys.call()
  order <- memory_order(order, call, offered = c("F", "C"))
  if (is_python(x, call)) {
    return(flagged(call_python("which", x, order, call = call), x, call))
  }
  check_array(x, call)
  if (!is.logical(x)) {
    words <- "tensor_which() takes logicals, not %s; compare first, as in `x > 0`"
    abort(sprintf(words, typeof(x)), "pybridge_error_tensor", call)
  }
  if (order == "F" || length(dim(x)) < 2L) {
    return(positions_in(x, which(as.vector(x))))
  }
  unname(which(aperm(x), arr.ind = TRUE)[, rev(seq_along(dim(x))), drop = FALSE])
}

#' @rdname tensor_which
#' @export
tensor_which_max <- function(x, axis = NULL) extreme_position(x, axis, "which_max", sys.call())

#' @rdname tensor_which
#' @export
tensor_which_min <- function(x, axis = NULL) extreme_position(x, axis, "which_min", sys.call())

#' @rdname tensor_which
#' @export
tensor_order <- function(x, decreasing = FALSE, na_last = TRUE) {
  call <- sys.call()
  one_flag(decreasing, "decreasing", call, one_line(decreasing))
  place <- missing_place(na_last, "na_last", call)
  if (is_python(x, call)) {
    return(flagged(call_python("order", x, decreasing, place, call = call), x, call))
  }
  check_numbers(x, "tensor_order()", call)
  positions_in(x, order(as.vector(x), decreasing = decreasing, na.last = na_last))
}

extreme_position <- function(x, axis, name, call) {
  axis <- one_axis(axis, call)
  if (is_python(x, call)) {
    return(flagged(call_python(name, x, axis, call = call), x, call))
  }
  check_numbers(x, paste0("tensor_", name, "()"), call)
  find <- if (name == "which_max") which.max else which.min
  if (is.null(axis)) {
    return(positions_in(x, find(as.vector(x))))
  }
  sizes <- array_shape(x)
  ndim <- length(sizes)
  if (abs(axis) < 1 || abs(axis) > ndim) {
    words <- "`axis` is a number from 1 to %1$d, or from -1 to -%1$d counted from the end, not %2$s"
    abort_argument(sprintf(words, ndim, plain_text(axis)), call)
  }
  others <- seq_len(ndim)[-(if (axis < 0) axis + ndim + 1 else axis)]
  first <- function(values) c(find(values), 0L)[[1L]]
  if (ndim == 1L) first(x) else unname(apply(x, others, first))
}

# Positions in R's order as those of an array: a vector, or a coordinate matrix
positions_in <- function(x, places) {
  places <- as.vector(unname(places))
  if (length(dim(x)) < 2L) places else unname(arrayInd(places, dim(x)))
}
