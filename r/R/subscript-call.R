# Subscripts that are calls, such as all_but(2, 4). A further one needs an exported function of one line here, its
# page in _pkgdown.yml, and a line each in `calls` and `in_base` of array-axis.R; in Python a class in
# pybridge/subscripts/calls.py and a function in pybridge/subsetting/brackets.py, which the package exports.
# test-subscript-call.R says what is missing.

#' All positions but some
#'
#' @description
#' `all_but(2, 4)` as a subscript selects all positions of its axis except the second and the fourth, in
#' order. In R's own `[` you would write `-c(2, 4)`. Here a minus counts from the end.
#'
#' `all_but()` never drops its axis. Without arguments it selects everything.
#'
#' @param ... What to leave out: subscripts of one axis as in
#'   \code{\link[=tensor-subscripts]{x@r[...]}}, captured as written. These are positions, ranges such as `4:NA`,
#'   vectors, names if the axis has labels, tensors, and other calls of `all_but()`. A logical vector leaves out the
#'   positions where it is `TRUE`. Negative positions count from the end. A position may occur more than once.
#' @return An object of class `pybridge_call` for use in brackets. You can store it and use it later.
#' @seealso [tensor-subscripts]
#' @export
#' @examples
#' x <- c(10, 20, 30, 40, 50)
#' r_slice(x, all_but(2, 4))
#' r_slice(x, all_but(-1))
#' r_slice(x, all_but(2:NA))
#' r_slice(x, all_but(which(x > 30)))
#' r_slice(x, all_but(x > 30))
#'
#' rest <- all_but(1, -1)
#' rest
#' r_slice(x, rest) <- 0
#' x
all_but <- function(...) subscript_call("all_but", ...)

# Capture the arguments of the calling function as the parts of a subscript. `NA` as an open end, and tensors, are
# read only when the axis is known; what can never be a part is an error here, where it is written.
subscript_call <- function(name, ...) {
  call <- sys.call(-1L)
  named <- setdiff(names(substitute(list(...))), "")
  if (length(named)) {
    message <- sprintf("a part of %s() has no name, and `%s =` is no argument here", name, short_text(named[[1L]]))
    abort_subscript(message, "type", call, named[[1L]])
  }
  capture <- capture_forwarded(...)
  parts <- if (is.integer(capture)) list(record = capture, values = list()) else capture[1:2]
  subscript <- structure(list(name = name, record = parts[[1L]], values = parts[[2L]]), class = "pybridge_call")
  check_parts(decode(subscript$record, subscript$values), name, call)
  tag_values(subscript, call)
  subscript
}

# Reject what cannot be a part of a call
check_parts <- function(items, name, call) {
  kinds <- item_kinds(items)
  is_none <- vapply(items, function(item) is_none(item$value) && item$kind == "value", NA)
  kinds[is_none] <- "newaxis"
  if ("missing" %in% kinds) {
    words <- "argument %d of %s() is empty"
    abort_subscript(sprintf(words, match("missing", kinds), name), "type", call)
  }
  for (kind in intersect(c("newaxis", "rest"), kinds)) {
    text <- item_text(list(kind = kind))
    reject(text, "type", call, "`%s` is a subscript of its own, not a part of %s()", name)
  }
}

#' @export
format.pybridge_call <- function(x, ...) {
  parts <- vapply(decode(x$record, x$values), function(item) {
    if (item$kind == "value") value_text(item$value) else item_text(item)
  }, "")
  sprintf("%s(%s)", x$name, toString(parts))
}

#' @export
print.pybridge_call <- function(x, ...) {
  cat(format(x), "\n", sep = "")
  invisible(x)
}

#' Reject a call in other brackets than ours, as `..`
#' @exportS3Method reticulate::r_to_py
#' @noRd
r_to_py.pybridge_call <- function(x, convert = FALSE) {
  text <- format(x)
  message <- sprintf("`%s` is a subscript of `@r[`: write `x@r[%s]` for `x[%s]`", text, text, text)
  abort_subscript(message, "type", NULL, text)
}
