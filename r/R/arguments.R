# Checks of arguments. Each returns the value, or signals an error that names the argument.

# Return one of some words; an argument that still has all that the signature offers means the first of them
one_of <- function(value, name, words, call, offered = words) {
  if (identical(value, offered)) {
    return(offered[[1L]])
  }
  for (word in words) {
    if (identical(value, word)) {
      return(word)
    }
  }
  choices <- listed(sprintf('"%s"', words), "or")
  abort_argument(sprintf("`%s` is %s, not %s", name, choices, one_line(value)), call)
}

memory_order <- function(order, call, offered = c("C", "F")) one_of(order, "order", c("C", "F"), call, offered)

one_flag <- function(value, name, call, written = describe_value(value)) {
  if (!isTRUE(value) && !isFALSE(value)) {
    abort_argument(sprintf("`%s` is TRUE or FALSE, not %s", name, written), call)
  }
  value
}

one_number <- function(value, name, call) {
  is_number <- (is.numeric(value) || is.logical(value)) && length(value) == 1L
  if (!is_number || inherits(value, "python.builtin.object") || is.na(value)) {
    abort_argument(sprintf("`%s` is one number, not %s", name, describe_value(value)), call)
  }
  as.double(value)
}

# Return where R's argument `na.last` puts the missing elements of an order
missing_place <- function(na_last, name, call) {
  if (!is.logical(na_last) || length(na_last) != 1L) {
    abort_argument(sprintf("`%s` is TRUE, FALSE or NA, not %s", name, one_line(na_last)), call)
  }
  if (is.na(na_last)) "none" else if (na_last) "last" else "first"
}

# Return an axis as an integer, or NULL for all axes
one_axis <- function(axis, call) {
  if (is.null(axis)) {
    return(NULL)
  }
  if (!is.numeric(axis) || length(axis) != 1L || is.na(axis) || axis != trunc(axis)) {
    abort_argument(paste0("`axis` is the number of one axis, not ", one_line(axis)), call)
  }
  as.integer(axis)
}

dtype_name <- function(dtype, call) {
  if (is_python(dtype, call)) {
    name <- reticulate::py_get_attr(dtype, "name", silent = TRUE)
    dtype <- if (inherits(name, "python.builtin.str")) reticulate::py_to_r(name) else NA
  }
  if (is.null(dtype)) {
    return(NULL)
  }
  if (!is.character(dtype) || length(dtype) != 1L || is.na(dtype)) {
    abort_argument('`dtype` is the name of a dtype, such as "float32"', call)
  }
  utf8_text(dtype, new_origin("dtype", call, "pybridge_error_argument"))
}

check_array <- function(x, call) {
  if (!is.atomic(x) || is.null(x) || is.raw(x) || is.object(x)) {
    message <- paste(describe_value(x), "is neither a tensor nor an R array; convert it first")
    abort(message, "pybridge_error_tensor", call)
  }
}

check_numbers <- function(x, verb, call) {
  check_array(x, call)
  if (!(is.numeric(x) || is.logical(x))) {
    abort(sprintf("%s compares numbers, not %s", verb, typeof(x)), "pybridge_error_tensor", call)
  }
}

# Check the value of an assignment
check_value <- function(value, call) {
  if (!is.atomic(value) || is.null(value) || (is.object(value) && !inherits(value, "integer64"))) {
    abort_value(value, call)
  }
}

# Check an operand of recycle(), recycled() or broadcast()
check_operand <- function(x, call) {
  is_array <- (is.atomic(x) || is.list(x)) && !is.null(x)
  if (!is_array || inherits(x, c("factor", "data.frame", "POSIXlt"))) {
    abort_argument(sprintf("an operand is a %s, which is neither an R array nor a tensor", class_name(x)), call)
  }
}
