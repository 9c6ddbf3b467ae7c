# recycle(), recycled() and broadcast(): R arrays by R, tensors by pybridge/shapes/recycling.py.

#' Recycle as R does, or broadcast as 'NumPy' does
#'
#' `recycle()` returns its arguments with the common shape of R's arithmetic, `broadcast()` with the
#' common shape of 'NumPy'. `recycled()` turns any elementwise operation into one that follows R's
#' rule, for R arrays and for tensors. Two shapes may fit by both rules, but the rules may use
#' different elements. [explain_shapes()] shows when.
#'
#' R's rule:
#'
#' * For two vectors the shorter vector is repeated. If the lengths do not fit, R warns.
#' * For a vector and an array the vector is repeated down the columns.
#' * Two arrays must have equal shapes.
#' * Length 0 gives length 0.
#' * More than two operands are combined from the left, as in `x + y + z`.
#' * An array with one axis counts as a plain vector here. To R's own operators it is an array.
#'
#' 'NumPy' matches axes from the last axis. A missing axis, or an axis of size 1, is repeated.
#' `align = "leading"` matches from the first axis, so that a vector runs down the first axis.
#'
#' For R arrays the results are R arrays, without 'Python'. If one of the operands is a tensor, all
#' results are tensors, as views if possible.
#'
#' @param ... R vectors and arrays, or tensors. The function that `recycled()` returns passes
#'   named arguments to `op` unchanged.
#' @param align `"trailing"` or `"leading"`: the side from which axes are matched.
#' @param op An elementwise function of two operands, or its name, such as `"+"`.
#' @param fold Whether more than two operands are combined from the left, `op(op(x, y), z)`. With `FALSE`
#'   all of them are passed to `op` at once.
#' @return `recycle()` and `broadcast()` return a list of the arguments with their common shape. An
#'   argument that already has this shape is unchanged. Any other argument loses its names and dimnames. `recycled()`
#'   returns a function. Errors by R's rule have R's messages and the class `pybridge_error_recycling`.
#'   Errors by the rule of 'NumPy' have the class `pybridge_error_broadcast`. Warnings have the class
#'   `pybridge_warning_recycling`.
#' @examples
#' recycle(matrix(0, 2, 3), 1:2)[[2]]
#' broadcast(matrix(0, 2, 3), 1:3)[[2]]
#' broadcast(matrix(0, 2, 3), 1:2, align = "leading")[[2]]
#' recycled("+")(matrix(1:6, 2), c(10, 20))
#' recycled(pmax)(matrix(c(1:5, NA), 2), c(2, 5), na.rm = TRUE)
#' @export
recycle <- function(...) {
  call <- sys.call()
  operands <- list(...)
  if (has_tensor(operands)) {
    return(call_on_operands("recycle", operands, call = call))
  }
  recycle_operands(operands, TRUE, call)
}

#' @rdname recycle
#' @export
broadcast <- function(..., align = c("trailing", "leading")) {
  call <- sys.call()
  align <- one_of(align, "align", c("trailing", "leading"), call)
  operands <- list(...)
  if (has_tensor(operands)) {
    return(call_on_operands("broadcast", operands, align, call = call))
  }
  for (x in operands) check_operand(x, call)
  shapes <- lapply(operands, array_shape)
  shape <- broadcast_shapes(shapes, align, call)
  operands[] <- Map(function(x, own) {
    is_common <- length(own) == length(shape) && all(own == shape)
    if (is_common) x else stretch(x, padded(own, length(shape), align), shape)
  }, operands, shapes)
  operands
}

#' @rdname recycle
#' @export
recycled <- function(op, fold = TRUE) {
  call <- sys.call()
  is_python(op)
  if (!is.function(op) && !(is.character(op) && length(op) == 1L)) {
    abort_argument(paste0("`op` is a function or its name, not ", one_line(op)), call)
  }
  one_flag(fold, "fold", call, one_line(fold))
  op <- tryCatch(match.fun(op), error = function(error) abort_argument(conditionMessage(error), call))
  is_arithmetic <- !is_comparison(op)
  function(...) {
    call <- sys.call()
    operands <- list(...)
    is_option <- nzchar(names(operands) %||% character(length(operands)))
    options <- operands[is_option]
    operands <- operands[!is_option]
    if (!length(operands)) {
      abort_argument("an operation under R's rule needs at least one operand", call)
    }
    if (!fold || length(operands) < 3L) {
      return(apply_recycled(op, operands, options, is_arithmetic, call))
    }
    Reduce(function(x, y) apply_recycled(op, list(x, y), options, is_arithmetic, call), operands)
  }
}

apply_recycled <- function(op, operands, options, is_arithmetic, call) {
  forms <- if (has_tensor(operands)) {
    call_on_operands("recycle_forms", operands, is_arithmetic, call = call)
  } else {
    recycle_operands(operands, is_arithmetic, call, is_own = is_one_of(op, own_operators))
  }
  if (inherits(op, "python.builtin.object")) {
    forms <- lapply(forms, as_operand, call = call)
    check_text(options, new_origin("list(...)", call, "pybridge_error_argument"))
  }
  forms <- c(unname(forms), options)
  # by name, or an error of `op` would print the arrays as its call
  places <- lapply(seq_along(forms), function(k) call("[[", quote(forms), k))
  names(places) <- names(forms)
  eval(as.call(c(quote(op), places)))
}

has_tensor <- function(operands) any(vapply(operands, inherits, NA, "python.builtin.object"))

# Call Python to recycle or broadcast operands, of which those of R become tensors. Each result gets the convert
# flag of its operand; where that is an R array, the flag of the first tensor.
call_on_operands <- function(name, operands, ..., call) {
  results <- call_python(name, lapply(unname(operands), as_operand, call = call), ..., call = call)
  first <- Find(function(operand) inherits(operand, "python.builtin.object"), operands)
  operands[] <- lapply(seq_along(operands), function(k) {
    like <- if (inherits(operands[[k]], "python.builtin.object")) operands[[k]] else first
    flagged(reticulate::py_get_item(results, k - 1L), like, call)
  })
  operands
}

# Whether an operation is one of R's comparisons and logic, to which an array of one element and a longer
# vector are an error; R's arithmetic only warns.
is_comparison <- function(op) {
  if (inherits(op, "python.builtin.object")) {
    return(reticulate::py_to_r(call_python("is_comparison", op)))
  }
  is_one_of(op, c(own_comparisons, xor))
}

own_comparisons <- list(`<`, `<=`, `>`, `>=`, `==`, `!=`, `&`, `|`)
own_operators <- c(own_comparisons, `+`, `-`, `*`, `/`, `^`, `%%`, `%/%`)

is_one_of <- function(op, functions) any(vapply(functions, identical, NA, op))

# Return R operands at their common shape. R's own operators recycle their positions, so that the shape, the
# warnings and the errors are R's.
recycle_operands <- function(operands, is_arithmetic, call, is_own = FALSE) {
  for (x in operands) check_operand(x, call)
  operands[] <- lapply(operands, function(x) {
    if (length(dim(x)) == 1L) dim(x) <- NULL
    x
  })
  if (is_own && length(operands) == 2L && recycles_evenly(operands[[1L]], operands[[2L]])) {
    return(operands)
  }
  positions <- vector("list", length(operands)) # NULL where an operand has the common shape
  common <- NULL # zeros of the common shape so far
  for (k in seq_along(operands)) {
    zeros <- with_shape(integer(length(operands[[k]])), operands[[k]])
    sum <- if (k == 1L) zeros else add_zeros(common, zeros, is_arithmetic, call)
    before <- seq_len(k - 1L)
    positions[before] <- lapply(positions[before], recycle_positions, common, zeros, sum)
    positions[k] <- list(recycle_positions(NULL, zeros, common, sum))
    common <- sum
  }
  operands[] <- Map(take, operands, positions)
  operands
}

# A cheap sufficient test that one of R's own operators recycles two operands without a warning or an error
recycles_evenly <- function(x, y) {
  shorter <- if (length(x) < length(y)) x else y
  is_multiple <- length(shorter) > 0L && max(length(x), length(y)) %% length(shorter) == 0
  is_same_shape(x, y) || (is_multiple && is.null(dim(shorter)))
}

# Add zeros by R's own rule, whose warnings and errors get our classes and the user's call
add_zeros <- function(left, right, is_arithmetic, call) {
  classes <- c("pybridge_error_recycling", "pybridge_error_shape")
  fields <- list(shapes = list(array_shape(left), array_shape(right)))
  with_our_conditions(
    if (is_arithmetic) left + right else (left < right) + 0L,
    call, function(message) classes, fields
  )
}

# Recycle positions in an array of the shape of `own`, to which zeros of another shape are added; NULL is the
# positions 1, 2, 3, ...
recycle_positions <- function(positions, own, zeros, sum) {
  if (is_same_shape(own, sum)) {
    return(positions)
  }
  suppressWarnings((positions %||% with_shape(seq_along(own), own)) + zeros)
}

# The elements of an operand at some positions, in their shape. Without positions it keeps its names.
take <- function(x, positions) {
  if (is.null(positions)) {
    return(x)
  }
  taken <- unclass(x)[as.vector(positions)]
  attributes(taken) <- NULL
  with_shape(taken, positions, x)
}

is_same_shape <- function(x, y) length(x) == length(y) && identical(dim(x), dim(y))

# A bare vector in the shape of `like`, with the class of `x`
with_shape <- function(vector, like, x = NULL) {
  dim(vector) <- dim(like)
  if (is.object(x)) keep_meaning(vector, x) else vector
}

# broadcasting

# The common shape by NumPy's rule
broadcast_shapes <- function(shapes, align, call) {
  ndim <- max(lengths(shapes), 0L)
  aligned <- lapply(shapes, padded, ndim, align)
  classes <- c("pybridge_error_broadcast", "pybridge_error_shape")
  shape <- vapply(seq_len(ndim), function(axis) {
    sizes <- setdiff(vapply(aligned, function(sizes) as.double(sizes[[axis]]), 0), 1)
    if (length(sizes) > 1L) {
      words <- "shapes %s do not broadcast: axis %d has the sizes %s"
      texts <- listed(vapply(shapes, shape_text, ""))
      abort(sprintf(words, texts, axis, listed(sizes)), classes, call, list(shapes = shapes))
    }
    c(sizes, 1)[[1L]]
  }, 0)
  if (prod(shape) > 2^52) {
    words <- "the common shape %s has %.3g elements, and an R vector holds at most 2^52"
    abort(sprintf(words, shape_text(shape), prod(shape)), classes, call, list(shape = shape))
  }
  shape
}

# A shape with axes of size 1 added where `align` does not match
padded <- function(shape, ndim, align) {
  ones <- rep(1L, ndim - length(shape))
  if (align == "trailing") c(ones, shape) else c(shape, ones)
}

# Repeat an array along its axes of size 1. `aligned` is its shape with as many axes as `shape`; the result of
# one axis is a plain vector.
stretch <- function(x, aligned, shape) {
  array <- unclass(x)
  attributes(array) <- list(dim = aligned)
  index <- Map(function(own, size) if (own == size) seq_len(size) else rep_len(1L, size), aligned, shape)
  array <- do.call(`[`, c(list(array), unname(index), drop = FALSE), quote = TRUE)
  if (length(shape) < 2L) dim(array) <- NULL
  if (is.object(x)) keep_meaning(array, x) else array
}
