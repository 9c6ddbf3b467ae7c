# explain() and result_shape(): the meaning of subscripts and the shape of their result. Python answers both.

#' Explain subscripts and the shape of their result
#'
#' @description
#' `explain()` describes the selection on each axis, the same subscripts in Python, the shape of the
#' result, and how R's own `[` and Python's brackets differ. `result_shape()` returns only the shape.
#' Neither function reads an element.
#'
#' Other packages have an `explain()` too. `explain()` takes brackets on a tensor or an R array, or a shape
#' with subscripts. Other arguments are passed to the next function of that name on the search path.
#'
#' @param x Brackets on a tensor or an R array, as in `explain(x@r[NA:5, , -1])`, which are not evaluated.
#'   Or a shape, as for `result_shape()`.
#' @param shape The sizes of a tensor, or a tensor or an R array.
#' @param ... After a shape, subscripts as in \code{\link[=tensor-subscripts]{x@r[...]}}, or one text with all
#'   of them, with or without brackets. Otherwise, for `explain()`, arguments of another package's function.
#' @param drop,dialect As for [r_slice()].
#' @return `explain()`: an object of class `pybridge_explanation` that prints as a page. Its fields are
#'   those of Python's `explain`: `selected`, `python`, `result_shape`, `in_r`, `in_python` and
#'   `in_tensor_dialect`. `result_shape()`: the sizes, with `NA` for an unknown size.
#' @export
#' @examplesIf pybridge:::has_numpy()
#' explain(c(60000, 28, 28), NA:5, , -1)
#' explain(c(60000, 28, 28), "x[NA:5, , -1]")
#' x <- array(1:30, c(2, 3, 5))
#' explain(x[-1, 1:2, 3])
#' result_shape(c(60000, 28, 28), , 8:-8, 8:-8)
#' result_shape(x, "2, .., -1")
explain <- function(x, ..., drop = TRUE, dialect = c("tensor", "base")) {
  call <- sys.call()
  frame <- parent.frame()
  written <- if (!missing(x)) substitute(x)
  is_bracket <- is.call(written) && identical(written[[1L]], quote(`[`))
  target <- if (is_bracket && !...length()) explained_target(written, frame)
  if (is.null(target)) {
    if (is_bracket && !...length() || missing(x) || !...length() || !has_sizes(x)) {
      return(next_explain(call, frame))
    }
    capture <- capture_subscripts(..., drop = drop, dialect = dialect[[1L]], .call = call, .frame = frame)
    subscripts <- shape_subscripts(capture, call)
    tensor <- x
    sizes <- shape_of(x, call)
  } else {
    parts <- capture_parts(target$capture, call, known = character())
    if (identical(dialect, "base")) { # the brackets themselves do not say so
      parts$values <- without_marks(parts$values)
    }
    subscripts <- list(record = parts$record, values = tag_values(parts, call))
    tensor <- target$tensor
    sizes <- target_shape(tensor, call)
  }
  dialect <- one_of(dialect, "dialect", c("tensor", "base"), call)
  drop <- one_flag(drop, "drop", call)
  if (anyNA(sizes)) {
    abort_argument("explain() needs every size, and result_shape() takes NA for one that is not known", call)
  }
  shape <- if (is_python(tensor, call)) tensor else as.list(sizes)
  result <- call_python(
    "explain", target$name, subscripts$record, subscripts$values, shape, drop, dialect, call = call
  )
  explanation <- lapply(reticulate::py_to_r(result), unlist)
  shapes <- c("result_shape", "shape")
  explanation[shapes] <- lapply(explanation[shapes], as_shape)
  texts <- c("selected", "in_r", "in_python", "in_tensor_dialect")
  explanation[texts] <- lapply(explanation[texts], as.character)
  structure(explanation, class = "pybridge_explanation")
}

#' @rdname explain
#' @export
result_shape <- function(shape, ..., drop = TRUE, dialect = c("tensor", "base")) {
  call <- sys.call()
  sizes <- if (is_python(shape, call) && has_sizes(shape)) shape else sizes_for_python(shape_of(shape, call))
  capture <- capture_subscripts(
    ...,
    drop = drop, dialect = dialect[[1L]], .call = call, .frame = parent.frame()
  )
  subscripts <- shape_subscripts(capture, call)
  result <- call_python("result_shape", sizes, subscripts$record, subscripts$values, call = call)
  as_shape(unlist(reticulate::py_to_r(result)))
}

# The subscripts after a shape: a record and its values, or one text with all of them
shape_subscripts <- function(capture, call) {
  parts <- capture_parts(capture, call, known = c("drop", "dialect"))
  is_text <- identical(parts$record[-1L], VALUE) && is.character(parts$values[[1L]]) &&
    length(parts$values[[1L]]) == 1L
  list(
    record = if (is_text) {
      utf8_text(parts$values[[1L]], new_origin("...", call, subscript_classes("syntax")))
    } else {
      parts$record
    },
    values = if (is_text) list() else tag_values(parts, call)
  )
}

# Whether a value has sizes, or is them: a tensor, an array or plain numbers
has_sizes <- function(x) {
  if (inherits(x, "python.builtin.object")) is_tensor(x) else is.atomic(x) && (is.numeric(x) || !is.null(dim(x)))
}

# The sizes that a value is or has, NA where one is unknown
shape_of <- function(x, call) {
  as_shape(if (is_python(x, call)) python_shape(x, call) else dim(x) %||% read_sizes(x, call))
}

# The sizes of what stands before brackets, where the numbers of an R vector are elements and not sizes
target_shape <- function(x, call) as_shape(if (is_python(x, call)) python_shape(x, call) else array_shape(x))

# Sizes as Python takes them: a list, with NULL for an unknown one
sizes_for_python <- function(sizes) {
  sizes <- as.list(sizes)
  sizes[is.na(sizes)] <- list(NULL)
  sizes
}

# Sizes as integers where each is one, with NA for one below zero, which is unknown
as_shape <- function(sizes) {
  sizes <- as.numeric(sizes)
  sizes[sizes < 0] <- NA
  if (any(sizes > .Machine$integer.max, na.rm = TRUE)) sizes else as.integer(sizes)
}

# The tensor, its name and the subscripts in brackets that were written; NULL for other code
explained_target <- function(written, frame) {
  target <- written[[2L]]
  if (is.call(target) && identical(target[[1L]], quote(`@`)) && identical(target[[3L]], quote(r))) {
    target <- target[[2L]]
  }
  tensor <- tryCatch(eval(target, frame), error = function(e) NULL)
  is_own <- if (inherits(tensor, "python.builtin.object")) is_tensor(tensor) else is.atomic(tensor)
  if (is.null(tensor) || !is_own) {
    return(NULL)
  }
  as_call <- as.call(c(list(quote(r_slice), target), as.list(written)[-(1:2)]))
  capture <- .Call(pybridge_capture, as_call, frame, FALSE, FALSE)
  if (is.null(capture)) {
    return(NULL)
  }
  list(tensor = tensor, name = if (is.name(target)) printable(as.character(target)) else "x", capture = capture)
}

# Call the function of the same name of another package, which ours masks
next_explain <- function(call, frame) {
  for (place in setdiff(search(), "package:pybridge")) {
    other <- get0("explain", as.environment(place), mode = "function", inherits = FALSE)
    if (!is.null(other) && !identical(other, explain)) {
      call[[1L]] <- other
      return(eval(call, frame))
    }
  }
  abort_argument(paste0(
    "explain() takes brackets on a tensor, as in `explain(x@r[1])`, or a shape with subscripts, as in ",
    "`explain(c(2, 3), 1)`"
  ), call)
}

#' @export
format.pybridge_explanation <- function(x, ...) x$lines

#' @export
print.pybridge_explanation <- function(x, ...) {
  cat(format(x), sep = "\n")
  invisible(x)
}
