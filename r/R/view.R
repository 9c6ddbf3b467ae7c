# `x@r` and `x@py`: a tensor in a list whose class has our methods for `[` and `[<-`.

#' R's and Python's subscripts on a tensor
#'
#' @description
#' `x@r[...]` reads a Python tensor with R's subscripts, and `x@r[...] <- value` writes into it. Positions
#' start at 1, ranges include both ends, and a subscript that does not fit is an error.
#' `x@py[...]` counts from zero and follows Python's rules, as Python's own brackets do.
#'
#' Both work on NumPy arrays and on every tensor class of TensorFlow, JAX, PyTorch, Keras and dask,
#' as soon as the package is attached. The result is a tensor of the same library, not an R object.
#' [from_python()] and [as.array()] convert it to R.
#'
#' @section Subscripts of `x@r`:
#' * A single whole number is a position, and its axis is dropped: `x@r[1]` is the first position, `x@r[-1]`
#'   the last, `x@r[-2]` the one before the last. Zero and a position beyond the axis are errors.
#' * `a:b` and `a:b:s` are ranges. They include both ends, and never drop their axis. `NA` is an open
#'   end, and a negative bound counts from the end: `NA:5`, `6:NA`, `8:-8`, `1:10:3`, `NA:NA:-1`.
#'   A range such as `-1:3`, from the end to a position before it, selects nothing. It is an error, because
#'   its start has probably fallen below 1.
#' * `x@r[all_but(2, 4)]` leaves out positions 2 and 4: see [all_but()].
#' * A vector of positions selects them in its order, with repeats. Several vectors select a grid, and axes
#'   never move.
#' * A logical vector has one entry for each position of its axis. Nothing is recycled.
#' * An empty subscript selects the whole axis. An axis without a subscript is also selected completely:
#'   `x@r[1:3]`, `x@r[, 2]`.
#' * `newaxis` or `NULL` makes a new axis of size 1. `..` stands for all axes without a subscript.
#' * A logical array of the tensor's own shape, as the only subscript, selects its elements in row-major order
#'   (`order = "F"` for R's order). A matrix with one column for each axis selects one element for each row.
#' * A tensor as a subscript works like a vector or array of its positions or logicals.
#' * `drop = FALSE` keeps the axes of single positions, with size 1. `dialect = "base"` follows R's own `[`
#'   exactly, with all its traps: then `-1` leaves out, and every axis of size 1 is dropped.
#'
#' @section Differences from R's `[`:
#' * `-1` counts from the end. In R it leaves out the first element, which is `all_but(1)` here. Therefore a minus
#'   before several positions is an error, and before any call that could give them, such as `which()`, `seq_len()`
#'   or `1:k`: write `x@r[all_but(which(bad))]` for `x@r[-which(bad)]`. It may stand before a number, a name, an
#'   element such as `cfg$k` or `k[[1]]`, and arithmetic on these. To count from the end, write `c(-1, -3)` or
#'   `c(-length(y))`.
#' * The code of a range is read, not its value: `26:-26` means "cut 25 from each side". A variable that holds
#'   `26:-26` is R's vector of 53 numbers. One of them is zero, so this vector is an error. Bounds may be
#'   variables: `a:b` takes the values of `a` and `b`.
#' * A single number drops its axis, a range or vector does not. R cannot distinguish `3` and `c(3)`, so a
#'   vector of length 1 is a number. `array(3)` and `3:3` are vectors.
#' * A range inside a larger expression is R's vector: `(n - 1) * 128 + 1:128`.
#'
#' @section Assignment:
#' `x@r[...] <- value` writes in place if the library can. Then `x` remains the same object, and
#' the change is visible under every other name and in every view of it, as after an assignment in Python. Some
#' tensors never change: JAX arrays, `tf.Tensor`, symbolic tensors and dask arrays. For these the assignment binds
#' `x` to an updated tensor, as R's own assignment does, and every other name keeps the old tensor. Writing into a
#' read-only tensor of another library is an error. [r_assign()] returns an updated tensor.
#'
#' The value is one number, or an array or tensor that broadcasts to the selection by NumPy's rule. The assignment
#' never changes the dtype of `x`. A value that would lose information is an error. A failed assignment
#' changes nothing.
#'
#' @section With keras3:
#' The package keras3 also has a method for `@r` on some tensor classes. When both packages are loaded, in
#' either order, pybridge's method is used. A message says so once in a session. At any time
#' `options(pybridge.yield_to_keras3 = TRUE)` makes `@r` on these classes keras3's again.
#'
#' @param object A Python tensor.
#' @param name `r` or `py`.
#' @param value For `@<-`, the value of the assignment into the view.
#' @return A view of class `pybridge_view`, for `x@py` also of class `pybridge_py_view`. Use it only with brackets,
#'   in the same expression.
#' @seealso [r_slice()] and [r_assign()], which do the same in pipes and programs; [all_but()].
#' @name tensor-subscripts
#' @aliases subset-tensors @r @py
#' @examplesIf pybridge:::has_numpy()
#' x <- reticulate::np_array(array(1:30, c(2, 3, 5)))
#' x@r[2, 3, NA:2]
#' x@r[.., -1]
#' x@r[1, 3:1, c(5, 1)]
#' x@r[, all_but(2)]$shape
#' x@r[, newaxis]$shape
#' x@py[0, 0, 0:2]
#'
#' x@r[1, 1] <- 0
#' x@r[1]
NULL

#' @rdname tensor-subscripts
#' @usage \method{@}{python.builtin.object}(object, name)
#' @export
`@.python.builtin.object` <- function(object, name) {
  view_class <- switch(as.character(name), r = "pybridge_view", py = c("pybridge_py_view", "pybridge_view"))
  if (!is.null(view_class) && is_live(object)) {
    view <- list(object)
    class(view) <- view_class
    return(view)
  }
  call <- sys.call(-1L)
  if (identical(call[[2L]], quote(`*tmp*`))) {
    call[[2L]] <- c(names_of(object, parent.frame()), quote(x))[[1L]]
  }
  is_python(object, call)
  abort_argument(sprintf("a Python object has `@r` and `@py`, and no `@%s`", toString(name)), call)
}

#' @rdname tensor-subscripts
#' @usage \method{@}{python.builtin.object}(object, name) <- value
#' @export
`@<-.python.builtin.object` <- function(object, name, value) {
  if (inherits(value, "pybridge_view") && identical(attr(value, "written"), object)) {
    return(.subset2(value, 1L))
  }
  abort_argument(
    sprintf("`x@%s <- value` does not assign; write `x@%s[...] <- value`", name, name),
    call("<-", call("@", quote(x), as.name(name)), quote(value))
  )
}

#' Complete `x@` with `r` and `py`
#' @exportS3Method utils::.AtNames
#' @noRd
.AtNames.python.builtin.object <- function(x, pattern) grep(pattern, c("r", "py"), value = TRUE)

# Return the value of an assignment into a view.
# R evaluates `x@r[1] <- 0` as ``x <- `@<-`(x, "r", `[<-`(x@r, 1, 0))``. The result is a view of the tensor
# after the write, which may be another than `x`; its attribute `written` is the tensor before.
written_view <- function(tensor, view, call) {
  if (!identical(call[[2L]], quote(`*tmp*`))) {
    return(tensor) # `[<-` was called by its own name
  }
  written <- .subset2(view, 1L)
  structure(list(tensor), class = class(view), written = written)
}

#' @export
`[.pybridge_view` <- function(x, ...) {
  call <- sys.call()
  # without calls of functions that only pass on what they get: this is half of what a user waits for
  capture <- .Call(pybridge_capture, call, parent.frame(), TRUE, FALSE)
  x <- .subset2(x, 1L)
  if (is.integer(capture)) {
    return(flagged(py_call(bridge$python$subset, x, capture), x, generic_call(call, "[")))
  }
  if (is.null(capture)) capture <- capture_forwarded(...)
  read_tensor(x, capture, generic_call(call, "["))
}

#' @export
`[<-.pybridge_view` <- function(x, ..., value) {
  tensor <- .subset2(x, 1L)
  call <- sys.call()
  frame <- parent.frame()
  capture <- capture_subscripts(..., .call = call, .frame = frame, .is_bracket = TRUE, .is_write = TRUE)
  updated <- write_tensor(
    tensor, capture, value, assignment_call(call, frame, tensor, substitute(value), "r")
  )
  written_view(updated, x, call)
}

#' @export
`[.pybridge_py_view` <- function(x, ...) {
  call <- sys.call()
  capture <- capture_subscripts(..., .call = call, .frame = parent.frame(), .is_bracket = TRUE)
  call <- generic_call(call, "[")
  parts <- python_parts(capture, call)
  x <- .subset2(x, 1L)
  flagged(py_call(bridge$python$subset_as_python, x, parts$record, parts$values), x, call)
}

#' @export
`[<-.pybridge_py_view` <- function(x, ..., value) {
  tensor <- .subset2(x, 1L)
  call <- sys.call()
  frame <- parent.frame()
  capture <- capture_subscripts(..., .call = call, .frame = frame, .is_bracket = TRUE, .is_write = TRUE)
  write_as_python(
    tensor, capture, value, assignment_call(call, frame, tensor, substitute(value), "py")
  )
  written_view(tensor, x, call)
}

write_as_python <- function(tensor, capture, value, call) {
  parts <- python_parts(capture, call)
  answered(call_with_value("assign_as_python", tensor, parts$record, parts$values, value, call), call)
}

python_parts <- function(capture, call) {
  parts <- capture_parts(capture, call, known = character())
  if (parts$record[[1L]] > 0L) {
    abort_argument("`drop`, `dialect` and `order` belong to `@r`; `@py` takes none of them", call)
  }
  parts$values <- without_marks(parts$values)
  parts$values <- tag_values(parts, call)
  parts
}

#' @export
`[[.pybridge_view` <- function(x, ...) {
  abort_argument("a tensor has no `[[`; write `x@r[...]`", generic_call(sys.call(), "[["))
}

#' @export
`$.pybridge_view` <- function(x, name) {
  abort_argument(
    sprintf("`x@r` is a view of a tensor; write `x$%s`", name),
    generic_call(sys.call(), "$")
  )
}

# Reject a view in place of a tensor
reject_view <- function(x, ...) {
  call <- sys.call()
  name <- sub("\\.pybridge_view$", "", as.character(call[[1L]])[[1L]])
  abort_argument(
    sprintf("`x@r` and `x@py` are only for brackets; `%s()` takes a tensor: write `x@r[...]` or `x`", name),
    generic_call(call, name)
  )
}

#' @exportS3Method utils::head
head.pybridge_view <- reject_view

#' @exportS3Method utils::tail
tail.pybridge_view <- reject_view

#' @exportS3Method utils::str
str.pybridge_view <- reject_view

#' @export
print.pybridge_view <- function(x, ...) {
  cat("<R's subscripts of a tensor: x@r[...]>\n")
  invisible(x)
}

#' @export
print.pybridge_py_view <- function(x, ...) {
  cat("<Python's subscripts of a tensor, counting from zero: x@py[...]>\n")
  invisible(x)
}
