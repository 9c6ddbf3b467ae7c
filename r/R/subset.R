#' @export
`@.python.builtin.object` <- function(object, name) {
  if (identical(name, "r")) {
    view <- list(object)
    class(view) <- "pybridge_view"
    return(view)
  }
  stop("there is no `@", name, "` on a Python object; `@r` and `@py` there are", call. = FALSE)
}

#' @export
`[.pybridge_view` <- function(x, ...) {
  record <- capture_subscripts(
    sys.call(), parent.frame(), TRUE, function() rlang::enquos0(...)
  )
  read_tensor(.subset2(x, 1L), record)
}

#' Read a tensor by R's subscripts
#'
#' @param x A tensor.
#' @param ... Subscripts.
#' @param drop Whether positions drop their axis.
#' @export
r_slice <- function(x, ..., drop = TRUE) {
  record <- capture_subscripts(
    sys.call(), parent.frame(), FALSE, function() rlang::enquos0(...)
  )
  read_tensor(x, record)
}

#' @rdname r_slice
#' @export
newaxis <- NULL

read_tensor <- function(x, record) {
  if (is.integer(record)) {
    return(answered(reticulate::py_call(bridge$subset, x, record)))
  }
  values <- encode_values(record[[2L]])
  answered(reticulate::py_call(bridge$subset_by_values, x, record[[1L]], values))
}

answered <- function(result) {
  if (inherits(result, "pybridge.rbridge.Failure")) {
    stop(reticulate::py_to_r(result$message), call. = FALSE)
  }
  result
}

reshape_tensor <- function(x, dim, order) {
  answered(reticulate::py_call(bridge$reshape, x, as.list(as.integer(dim)), order))
}
