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
  operands <- list(...)
  if (has_tensor(operands)) {
    made <- call_python("recycle", operands, call = sys.call())
    names(made) <- names(operands)
    return(made)
  }
  recycle_operands(operands, TRUE, sys.call())
}

#' @rdname recycle
#' @export
broadcast <- function(..., align = c("trailing", "leading")) {
  if (!identical(align, c("trailing", "leading")) &&
    !identical(align, "trailing") && !identical(align, "leading")) {
    abort_argument(paste0(
      "`align` is \"trailing\" or \"leading\", not ", one_line(align)
    ), sys.call())
  }
  operands <- list(...)
  if (has_tensor(operands)) {
    made <- call_python("broadcast", operands, align[1L], call = sys.call())
    names(made) <- names(operands)
    return(made)
  }
  shapes <- operand_shapes(operands, sys.call())
  found <- broadcast_shapes(shapes, align[1L])
  if (!is.null(found$error)) {
    classes <- c("pybridge_error_broadcast", "pybridge_error_shape")
    abort(found$error, classes, sys.call(), list(shapes = shapes))
  }
  check_length(found$shape, sys.call())
  for (k in seq_along(operands)) {
    operands[[k]] <- stretch(operands[[k]], shapes[[k]], found$shape, align[1L])
  }
  operands
}

#' @rdname recycle
#' @export
recycled <- function(op, fold = TRUE) {
  is_python(op)
  if (!is.function(op) && !(is.character(op) && length(op) == 1L)) {
    abort_argument(paste0("`op` is a function or its name, not ", one_line(op)), sys.call())
  }
  if (!isTRUE(fold) && !isFALSE(fold)) {
    abort_argument(paste0("`fold` is TRUE or FALSE, not ", one_line(fold)), sys.call())
  }
  op <- match.fun(op)
  is_arithmetic <- !is_comparison(op)
  function(...) {
    operands <- list(...)
    is_option <- if (is.null(names(operands))) FALSE else nzchar(names(operands))
    options <- operands[is_option]
    operands <- operands[rep_len(!is_option, length(operands))]
    if (!length(operands)) {
      abort_argument("an operation under R's rule needs at least one operand", sys.call())
    }
    if (!fold || length(operands) < 3L) {
      return(apply_recycled(op, operands, options, is_arithmetic, sys.call()))
    }
    result <- operands[[1L]]
    for (operand in operands[-1L]) {
      result <- apply_recycled(op, list(result, operand), options, is_arithmetic, sys.call())
    }
    result
  }
}

apply_recycled <- function(op, operands, options, is_arithmetic, call) {
  forms <- if (has_tensor(operands)) {
    call_python("recycle_forms", operands, is_arithmetic, call = call)
  } else {
    recycle_operands(operands, is_arithmetic, call, is_own = is_own_operator(op))
  }
  forms <- c(unname(forms), options)
  # by name, or an error of `op` would print the arrays as its call
  places <- lapply(seq_along(forms), function(k) call("[[", quote(forms), k))
  names(places) <- names(forms)
  eval(as.call(c(quote(op), places)))
}

has_tensor <- function(operands) {
  for (operand in operands) {
    if (inherits(operand, "python.builtin.object")) {
      return(TRUE)
    }
  }
  FALSE
}

#' Whether an operation is one of R's comparisons and logic
#'
#' They refuse an array of one element with a longer vector, which R's arithmetic lets pass.
#' @noRd
is_comparison <- function(op) {
  if (is_one_of(op, list(`<`, `<=`, `>`, `>=`, `==`, `!=`, `&`, `|`, xor))) {
    return(TRUE)
  }
  if (!inherits(op, "python.builtin.object")) {
    return(FALSE)
  }
  name <- tryCatch(
    reticulate::py_to_r(reticulate::py_get_attr(op, "__name__")),
    error = function(e) NULL
  )
  is.character(name) && name %in% comparisons
}

comparisons <- c(
  "less", "less_equal", "greater", "greater_equal", "equal", "not_equal",
  "lt", "le", "gt", "ge", "eq", "ne", "and_", "or_", "xor",
  "logical_and", "logical_or", "logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor"
)

is_own_operator <- function(op) {
  is_one_of(op, list(
    `+`, `-`, `*`, `/`, `^`, `%%`, `%/%`, `<`, `<=`, `>`, `>=`, `==`, `!=`, `&`, `|`
  ))
}

is_one_of <- function(op, known) any(vapply(known, identical, NA, op))

#' Return R operands at their common shape, with R's warnings and errors
#'
#' `is_own` tells that they go to one of R's own operators, which repeats evenly by itself.
#' @noRd
recycle_operands <- function(operands, is_arithmetic, call, is_own = FALSE) {
  shapes <- operand_shapes(operands, call)
  plan <- recycle_shapes(shapes, is_arithmetic)
  for (words in plan$warnings) {
    warn_recycling(words, call)
  }
  if (!is.null(plan$error)) {
    classes <- c("pybridge_error_recycling", "pybridge_error_shape")
    abort(plan$error, classes, call, list(shapes = plan$shapes))
  }
  is_own <- is_own && !length(plan$warnings)
  for (k in seq_along(operands)) {
    path <- plan$paths[[k]]
    if (length(dim(operands[[k]])) == 1L) {
      dim(operands[[k]]) <- NULL
    }
    for (shape in if (!is_own) path) {
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
      abort_argument(paste0(
        "an operand is a ", class(x)[1L], ", which is neither an R array nor a tensor"
      ), call)
    }
    array_sizes(x, call)
  })
}

stretch <- function(x, old, shape, align) {
  ones <- rep(1L, length(shape) - length(old))
  padded <- if (align == "trailing") c(ones, old) else c(old, ones)
  if (identical(as.integer(old), as.integer(shape))) {
    return(x)
  }
  made <- .Call(pybridge_broadcast, x, padded, shape)
  if (length(shape) == 1L) {
    dim(made) <- NULL
  }
  if (is.object(x)) keep_meaning(made, x) else made
}

#' Refuse a shape with more elements than any vector of R can hold
#' @noRd
check_length <- function(shape, call) {
  if (prod(shape) > 2^52) {
    abort(
      sprintf(
        "the common shape %s has %.3g elements, and a vector of R holds at most 2^52",
        shape_text(shape), prod(shape)
      ),
      c("pybridge_error_broadcast", "pybridge_error_shape"), call, list(shape = shape)
    )
  }
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

broadcast_shapes <- function(shapes, align = "trailing") {
  ndim <- max(lengths(shapes), 0L)
  common <- integer(ndim)
  for (axis in seq_len(ndim)) {
    sizes <- unlist(lapply(shapes, function(shape) {
      k <- if (align == "trailing") axis - ndim + length(shape) else axis
      if (k >= 1L && k <= length(shape)) shape[k] else 1L
    }))
    known <- unique(sizes[!is.na(sizes) & sizes != 1L])
    if (length(known) > 1L) {
      texts <- vapply(shapes, shape_text, "")
      return(list(error = paste0(
        "shapes ", listed(texts), " do not broadcast: axis ", axis, " has the sizes ",
        listed(known)
      )))
    }
    common[axis] <- if (length(known)) known else if (anyNA(sizes)) NA else 1L
  }
  list(shape = common)
}

#' Return what R's arithmetic makes of shapes, folded from the left
#'
#' @return A list of `shape`, NULL after an error; `paths`, for each operand the shapes through
#'   which it is repeated; `warnings` and `error` in R's words; `is_unknown`, whether the answer
#'   depends on an unknown size.
#' @noRd
recycle_shapes <- function(shapes, is_arithmetic = TRUE) {
  plan <- list(
    shape = if (length(shapes)) shapes[[1L]], paths = rep(list(list()), length(shapes)),
    warnings = character()
  )
  for (k in seq_along(shapes)[-1L]) {
    pair <- recycle_pair(plan$shape, shapes[[k]], is_arithmetic)
    plan$warnings <- c(plan$warnings, pair$warning)
    if (is.null(pair$shape)) {
      failed <- list(error = pair$error, is_unknown = pair$is_unknown)
      failed$shapes <- list(plan$shape, shapes[[k]])
      plan["shape"] <- list(NULL)
      return(c(plan, failed))
    }
    for (j in if (isTRUE(pair$left)) seq_len(k - 1L)) {
      plan$paths[[j]] <- lengthened(shapes[[j]], plan$paths[[j]], pair$shape)
    }
    if (isTRUE(pair$right)) {
      plan$paths[[k]] <- list(pair$shape)
    }
    plan$shape <- pair$shape
  }
  plan
}

#' Return a path and a shape after it; a stage that repeats the start evenly says nothing new
#' @noRd
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

recycle_pair <- function(left, right, is_arithmetic) {
  if (length(left) > 1L && length(right) > 1L) {
    if (length(left) != length(right) || any(left != right, na.rm = TRUE)) {
      return(list(error = "non-conformable arrays"))
    }
    return(list(shape = ifelse(is.na(left), right, left)))
  }
  if (length(left) <= 1L && length(right) <= 1L) {
    return(recycle_vectors(left, right))
  }
  if (length(left) <= 1L) {
    pair <- recycle_into_array(left, right, is_arithmetic, "vector-array")
    return(c(pair, left = isFALSE(pair$is_array_recycled), right = pair$is_array_recycled))
  }
  pair <- recycle_into_array(right, left, is_arithmetic, "array-vector")
  c(pair, left = pair$is_array_recycled, right = isFALSE(pair$is_array_recycled))
}

recycle_vectors <- function(left, right) {
  a <- if (length(left)) left else 1L
  b <- if (length(right)) right else 1L
  if (is.na(a) || is.na(b)) {
    if (a %in% 1L || b %in% 1L) {
      return(list(shape = if (a %in% 1L) right else left, left = a %in% 1L, right = b %in% 1L))
    }
    return(list(shape = if (is.na(a)) b else a))
  }
  if (a == b) {
    longer <- if (length(left)) left else right
    return(list(
      shape = longer, left = length(left) < length(longer), right = length(right) < length(longer)
    ))
  }
  if (a == 0L || b == 0L) {
    return(list(shape = 0L, left = a != 0L, right = b != 0L))
  }
  list(
    shape = max(a, b), left = a < b, right = b < a,
    warning = if (max(a, b) %% min(a, b) != 0L) uneven
  )
}

recycle_into_array <- function(vector, array, is_arithmetic, operands) {
  size <- if (length(vector)) vector else 1L
  count <- known_count(array)
  if (size %in% 1L || count %in% 0) {
    return(list(shape = array, is_array_recycled = FALSE))
  }
  if (is.na(size) || is.na(count)) {
    if (!is.na(size) && size > 0L && fits_known_axes(size, array)) {
      return(list(shape = array, is_array_recycled = FALSE))
    }
    return(list(is_unknown = TRUE, error = paste0(
      "whether a vector of shape ", shape_text(vector), " can be recycled along an array of shape ",
      shape_text(array), " depends on a size that is known only when the code runs; give the ",
      "vector as many axes as the array has, with size 1 where it repeats"
    )))
  }
  if (size == 0L) {
    return(list(shape = 0L, is_array_recycled = TRUE))
  }
  if (count == 1 && is_arithmetic) {
    return(list(shape = size, is_array_recycled = TRUE, warning = paste0(
      "Recycling array of length 1 in ", operands, " arithmetic is deprecated.\n",
      "  Use c() or as.vector() instead."
    )))
  }
  warning <- if (max(size, count) %% min(size, count) != 0) uneven
  if (size > count) {
    return(list(warning = warning, error = paste0(
      "dims [product ", plain(count), "] do not match the length of object [", plain(size), "]"
    )))
  }
  list(shape = array, is_array_recycled = FALSE, warning = warning)
}

fits_known_axes <- function(size, shape) {
  unknown <- which(is.na(shape))
  known <- if (length(unknown)) shape[seq_len(unknown[1L] - 1L)] else shape
  any(cumprod(known) %% size == 0)
}
