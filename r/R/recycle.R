# R's recycling and NumPy's broadcasting by name: on R arrays in R, on tensors by Python.

#' R's recycling and 'NumPy' broadcasting, each by its name
#'
#' `recycle()` returns its arguments at the common shape of R's arithmetic, `broadcast()` at the
#' common shape of 'NumPy'. `recycled()` turns any elementwise operation into one that follows R's
#' rule, on R arrays and on tensors alike. The same two shapes may satisfy both rules and mean
#' different elements; [explain_shapes()] says when.
#'
#' R's rule: a vector with a vector repeats the shorter, with a warning where it does not fit
#' evenly; a vector with an array repeats down the columns; arrays must have equal shapes; length 0
#' gives length 0. More than two operands fold from the left, as in `x + y + z`. An array of one
#' axis, as tensors become in R, counts as a plain vector here, where R's own operators would count
#' it as an array.
#'
#' 'NumPy' matches axes from the last one; a missing axis, or one of size 1, stretches.
#' `align = "leading"` matches from the first, so that a vector runs down the first axis.
#'
#' R arrays give R arrays and start no 'Python'. Where a tensor is among the operands, all of the
#' results are tensors, as views wherever a view exists.
#'
#' @param ... R vectors and arrays, or tensors. The function that `recycled()` returns passes
#'   arguments with a name to `op` as they are.
#' @param align `"trailing"` or `"leading"`: the side from which axes are matched.
#' @param op An elementwise function of two operands, or its name, such as `"+"`.
#' @param fold Whether more than two operands fold from the left, `op(op(x, y), z)`. With `FALSE`
#'   `op` gets them all at once.
#' @return `recycle()` and `broadcast()` return a list of the arguments at their common shape; one
#'   that has it already is returned as it is, any other loses its names and dimnames. `recycled()`
#'   returns a function. Errors have R's words and the classes `pybridge_error_recycling` and
#'   `pybridge_error_broadcast`, the warning is of class `pybridge_warning_recycling`.
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
    operands[] <- call_python("recycle", operands, call = call)
    return(operands)
  }
  recycle_operands(operands, TRUE, call)
}

#' @rdname recycle
#' @export
broadcast <- function(..., align = c("trailing", "leading")) {
  call <- sys.call()
  align <- choose(align, "align", c("trailing", "leading"), call)
  operands <- list(...)
  if (has_tensor(operands)) {
    operands[] <- call_python("broadcast", operands, align, call = call)
    return(operands)
  }
  shapes <- operand_shapes(operands, call)
  found <- broadcast_shapes(shapes, align)
  classes <- c("pybridge_error_broadcast", "pybridge_error_shape")
  if (!is.null(found$error)) {
    abort(found$error, classes, call, list(shapes = shapes))
  }
  shape <- found$shape
  if (prod(shape) > 2^52) {
    words <- "the common shape %s has %.3g elements, and a vector of R holds at most 2^52"
    abort(sprintf(words, shape_text(shape), prod(shape)), classes, call, list(shape = shape))
  }
  Map(stretch, operands, shapes, MoreArgs = list(shape, align))
}

#' @rdname recycle
#' @export
recycled <- function(op, fold = TRUE) {
  is_python(op)
  if (!is.function(op) && !(is.character(op) && length(op) == 1L)) {
    abort_argument(paste0("`op` is a function or its name, not ", one_line(op)), sys.call())
  }
  one_flag(fold, "fold", sys.call(), one_line(fold))
  op <- match.fun(op)
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
    call_python("recycle_forms", operands, is_arithmetic, call = call)
  } else {
    recycle_operands(operands, is_arithmetic, call, is_own = is_one_of(op, own_operators))
  }
  forms <- c(unname(forms), options)
  # by name, or an error of `op` would print the arrays as its call
  places <- lapply(seq_along(forms), function(k) call("[[", quote(forms), k))
  names(places) <- names(forms)
  eval(as.call(c(quote(op), places)))
}

has_tensor <- function(operands) {
  any(vapply(operands, inherits, NA, "python.builtin.object"))
}

# Whether an operation is one of R's comparisons and logic, which refuse an array of one element with a
# longer vector; R's arithmetic lets that pass.
is_comparison <- function(op) {
  if (!inherits(op, "python.builtin.object")) {
    return(is_one_of(op, c(own_comparisons, xor)))
  }
  # A callable such as functools.partial() has no name, and is none of these.
  name <- tryCatch(reticulate::py_to_r(reticulate::py_get_attr(op, "__name__")), error = function(e) NULL)
  is.character(name) && name %in% comparisons
}

comparisons <- c(
  "less", "less_equal", "greater", "greater_equal", "equal", "not_equal",
  "lt", "le", "gt", "ge", "eq", "ne", "and_", "or_", "xor",
  "logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor"
)
own_comparisons <- list(`<`, `<=`, `>`, `>=`, `==`, `!=`, `&`, `|`)
own_operators <- c(own_comparisons, `+`, `-`, `*`, `/`, `^`, `%%`, `%/%`)

is_one_of <- function(op, known) any(vapply(known, identical, NA, op))

# R operands at their common shape, with R's warnings and errors. `is_own` tells that they go to one of R's
# own operators, which repeats evenly by itself.
recycle_operands <- function(operands, is_arithmetic, call, is_own = FALSE) {
  plan <- recycle_shapes(operand_shapes(operands, call), is_arithmetic)
  for (words in plan$warnings) {
    warn_recycling(words, call)
  }
  if (!is.null(plan$error)) {
    classes <- c("pybridge_error_recycling", "pybridge_error_shape")
    abort(plan$error, classes, call, list(shapes = plan$shapes))
  }
  is_own <- is_own && !length(plan$warnings)
  for (k in seq_along(operands)) {
    if (length(dim(operands[[k]])) == 1L) {
      dim(operands[[k]]) <- NULL
    }
    for (shape in if (!is_own) plan$paths[[k]]) {
      operands[[k]] <- repeated(operands[[k]], shape)
    }
  }
  operands
}

repeated <- function(x, shape) {
  length_of <- prod(shape)
  made <- if (length_of) rep_len(x, length_of) else x[0L]
  attributes(made) <- if (length(shape) > 1L) list(dim = shape)
  if (is.object(x)) keep_meaning(made, x) else made
}

operand_shapes <- function(operands, call) {
  lapply(operands, function(x) {
    if (is.factor(x) || is.data.frame(x) || !(is.atomic(x) || is.list(x)) || is.null(x)) {
      abort_argument(sprintf("an operand is a %s, which is neither an R array nor a tensor", class(x)[1L]), call)
    }
    array_sizes(x, call)
  })
}

stretch <- function(x, old, shape, align) {
  if (identical(as.integer(old), as.integer(shape))) {
    return(x)
  }
  made <- .Call(pybridge_broadcast, x, padded(old, length(shape), align), shape)
  if (length(shape) == 1L) {
    dim(made) <- NULL
  }
  if (is.object(x)) keep_meaning(made, x) else made
}

warn_recycling <- function(words, call) {
  classes <- c("pybridge_warning_recycling", "pybridge_warning", "warning")
  warning(new_condition(words, classes, call, list()))
}

# the two rules on shapes: the same as shapes.py, where an unknown size is NA

uneven <- "longer object length is not a multiple of shorter object length"

known_count <- function(shape) {
  count <- prod(shape, na.rm = TRUE)
  if (anyNA(shape) && count != 0) NA else count
}

padded <- function(shape, ndim, align) {
  ones <- rep(1L, ndim - length(shape))
  if (align == "trailing") c(ones, shape) else c(shape, ones)
}

broadcast_shapes <- function(shapes, align = "trailing") {
  ndim <- max(lengths(shapes), 0L)
  aligned <- lapply(shapes, padded, ndim, align)
  common <- integer(ndim)
  for (axis in seq_len(ndim)) {
    sizes <- unlist(lapply(aligned, `[[`, axis))
    known <- unique(sizes[!is.na(sizes) & sizes != 1L])
    if (length(known) > 1L) {
      words <- "shapes %s do not broadcast: axis %d has the sizes %s"
      return(list(error = sprintf(words, listed(vapply(shapes, shape_text, "")), axis, listed(known))))
    }
    common[axis] <- if (length(known)) known else if (anyNA(sizes)) NA else 1L
  }
  list(shape = common)
}

# What R's arithmetic makes of shapes, folded from the left: `shape`, NULL after an error; `paths`, for each
# operand the shapes through which it is repeated; `warnings` and `error` in R's words; `is_unknown`,
# whether the answer depends on an unknown size.
recycle_shapes <- function(shapes, is_arithmetic = TRUE) {
  plan <- list(
    shape = if (length(shapes)) shapes[[1L]], paths = rep(list(list()), length(shapes)),
    warnings = character()
  )
  for (k in seq_along(shapes)[-1L]) {
    pair <- recycle_pair(plan$shape, shapes[[k]], is_arithmetic)
    plan$warnings <- c(plan$warnings, pair$warning)
    if (is.null(pair$shape)) {
      failed <- list(error = pair$error, is_unknown = pair$is_unknown, shapes = list(plan$shape, shapes[[k]]))
      plan["shape"] <- list(NULL)
      return(c(plan, failed))
    }
    for (j in if (pair$repeats[[1L]]) seq_len(k - 1L)) {
      plan$paths[[j]] <- lengthened(shapes[[j]], plan$paths[[j]], pair$shape)
    }
    if (pair$repeats[[2L]]) {
      plan$paths[[k]] <- list(pair$shape)
    }
    plan$shape <- pair$shape
  }
  plan
}

# A path and a shape after it; a stage that repeats the start evenly says nothing new
lengthened <- function(start, path, shape) {
  last <- length(path)
  if (last) {
    before <- known_count(if (last > 1L) path[[last - 1L]] else start)
    count <- known_count(path[[last]])
    if (count %in% 0 || (!is.na(before) && before > 0 && count %% before == 0)) {
      path <- path[-last]
    }
  }
  c(path, list(shape))
}

# The common `shape` of two and which of them `repeats`, or an `error`, and perhaps a `warning`
recycle_pair <- function(left, right, is_arithmetic) {
  is_array <- c(length(left), length(right)) > 1L
  if (all(is_array)) {
    if (length(left) != length(right) || any(left != right, na.rm = TRUE)) {
      return(list(error = "non-conformable arrays"))
    }
    return(list(shape = ifelse(is.na(left), right, left), repeats = c(FALSE, FALSE)))
  }
  if (!any(is_array)) {
    return(recycle_vectors(left, right))
  }
  if (is_array[[2L]]) {
    return(recycle_into_array(left, right, is_arithmetic, "vector-array"))
  }
  pair <- recycle_into_array(right, left, is_arithmetic, "array-vector")
  pair$repeats <- rev(pair$repeats)
  pair
}

recycle_vectors <- function(left, right) {
  sizes <- c(if (length(left)) left else 1L, if (length(right)) right else 1L)
  is_one <- sizes %in% 1L
  if (anyNA(sizes)) {
    is_left <- if (any(is_one)) is_one[[2L]] else is.na(sizes[[2L]])
    return(list(shape = if (is_left) left else right, repeats = is_one))
  }
  if (sizes[[1L]] == sizes[[2L]]) {
    longer <- if (length(left)) left else right
    return(list(shape = longer, repeats = c(length(left), length(right)) < length(longer)))
  }
  if (0L %in% sizes) {
    return(list(shape = 0L, repeats = sizes != 0L))
  }
  shape <- max(sizes)
  list(shape = shape, repeats = sizes < shape, warning = if (shape %% min(sizes) != 0L) uneven)
}

# R's rule for a vector and an array, in this order
recycle_into_array <- function(vector, array, is_arithmetic, operands) {
  size <- if (length(vector)) vector else 1L
  count <- known_count(array)
  along <- list(shape = array, repeats = c(TRUE, FALSE))
  if (size %in% 1L || count %in% 0) {
    return(along)
  }
  if (is.na(size) || is.na(count)) {
    if (!is.na(size) && size > 0L && fits_known_axes(size, array)) {
      return(along)
    }
    return(list(is_unknown = TRUE, error = paste0(
      "whether a vector of shape ", shape_text(vector), " can be recycled along an array of shape ",
      shape_text(array), " depends on a size that is known only when the code runs; give the ",
      "vector as many axes as the array has, with size 1 where it repeats"
    )))
  }
  if (size == 0L) {
    return(list(shape = 0L, repeats = c(FALSE, TRUE)))
  }
  if (count == 1 && is_arithmetic) {
    return(list(shape = size, repeats = c(FALSE, TRUE), warning = paste0(
      "Recycling array of length 1 in ", operands, " arithmetic is deprecated.\n",
      "  Use c() or as.vector() instead."
    )))
  }
  warning <- if (max(size, count) %% min(size, count) != 0) uneven
  if (size > count) {
    words <- "dims [product %s] do not match the length of object [%s]"
    return(list(warning = warning, error = sprintf(words, plain(count), plain(size))))
  }
  c(along, warning = warning)
}

fits_known_axes <- function(size, shape) {
  unknown <- which(is.na(shape))
  known <- if (length(unknown)) shape[seq_len(unknown[1L] - 1L)] else shape
  any(cumprod(known) %% size == 0)
}
