# array_reshape(): R arrays by src/reshape.c, without Python; tensors by pybridge/shapes/reshaping.py.

#' Reshape an array or tensor in row-major order
#'
#' Elements are read and filled along the rows, with the last axis fastest, as in 'NumPy' and the tensor libraries.
#' With `order = "F"` the first axis is fastest, as in [`dim<-`][dim()]. For an R array the
#' result is an R array, without 'Python'. For a tensor the result is a tensor with the same library, device,
#' dtype and graph.
#'
#' In R's terms, the result for an R array is
#' `aperm(array(aperm(as.array(x)), rev(dim)))`, and `dim(array_reshape(x, dim))` is `dim`.
#' Names, dimnames and time series attributes are dropped, because they belong to the old axes. Other
#' attributes, such as the class of dates, stay.
#'
#' @param x An R vector or array, or a 'Python' tensor. A raw vector is reshaped as integers.
#'   A factor is its text, a data frame of numbers or of text a matrix, and a list of such vectors of one length a
#'   matrix of its rows. Any other object, such as a store on disk or a 'pandas' table, is passed to reticulate's
#'   function with the same name, which needs 'Python'; a list whose values would change there is an error.
#' @param dim The new sizes: a vector of whole numbers, a list of them, or a 'Python' tuple, list or shape.
#'   One size may be `-1` or `NA`, or in a list `NULL`. It is computed from the others.
#' @param order `"C"` for row-major, `"F"` for column-major.
#' @return An R array with dim `dim`, or a tensor. Sizes that do not fit are an error of class
#'   `pybridge_error_reshape`, which names them.
#' @examples
#' x <- matrix(1:6, nrow = 3, ncol = 2)
#' x
#' array_reshape(x, c(2, 3))
#' array_reshape(x, c(2, 3), order = "F")
#'
#' # images as rows of a matrix; the number of images is computed
#' images <- array(1:24, c(2, 3, 4))
#' array_reshape(images, c(-1, 12))
#' @export
array_reshape <- function(x, dim, order = c("C", "F")) {
  call <- sys.call()
  order <- memory_order(order, call)
  if (missing(dim)) {
    dim <- NULL
  }
  sizes <- read_sizes(dim, call)
  if (is_python(x, call)) {
    reshaped <- call_python("array_reshape", x, as.list(sizes), order, call = call)
    is_passed_on <- inherits(reshaped, "python.builtin.NotImplementedType")
    return(if (is_passed_on) masked_reshape(x, sizes, order, call) else flagged(reshaped, x, call))
  }
  if (!isS4(x)) {
    x <- as_plain_array(x, call)
  }
  if (isS4(x) || is.data.frame(x) || (is.list(x) && is.null(dim(x)))) {
    return(masked_reshape(x, sizes, order, call))
  }
  if (!is.atomic(x) && !is.list(x) || is.null(x)) {
    abort_argument(sprintf("`x` is of type %s, which is neither an R array nor a tensor", typeof(x)), call)
  }
  if (is.raw(x) && is.null(dim(x))) {
    x <- as.integer(x) # as reticulate's function does
  }
  old <- array_shape(x)
  sizes <- new_sizes(old, sizes, call)
  reshaped <- if (order == "C") .Call(pybridge_reshape, x, old, sizes) else as.vector(x)
  if (order == "F") {
    attributes(reshaped) <- if (length(sizes)) list(dim = sizes)
  }
  if (is.object(x)) keep_meaning(reshaped, x) else reshaped
}

# The text of a factor, and the matrix of a data frame or a list of numbers, or of text: its columns, or its rows as
# reticulate has them. In any other list reticulate makes a value of NA, and text of a number beside text.
as_plain_array <- function(x, call) {
  if (is.factor(x)) {
    return(as.character(x))
  }
  if (!is.list(x) || !length(x) || !is.data.frame(x) && (is.object(x) || !is.null(dim(x)))) {
    return(x)
  }
  parts <- lapply(unname(unclass(x)), function(part) if (is.factor(part)) as.character(part) else part)
  is_number <- vapply(parts, function(part) is.numeric(part) || is.logical(part) || is.complex(part), NA)
  is_text <- vapply(parts, is.character, NA)
  is_plain <- !vapply(parts, function(part) is.object(part) || !is.null(dim(part)), NA)
  if (all(is_plain) && (all(is_number) || all(is_text)) && length(unique(lengths(parts))) == 1L) {
    bind <- if (is.data.frame(x)) cbind else if (length(parts[[1L]]) == 1L) c else rbind
    found <- do.call(bind, parts)
    if (is.integer(found) && !is.data.frame(x)) storage.mode(found) <- "double" # as reticulate's
    return(found)
  }
  leaves <- rapply(parts, identity, how = "unlist")
  if (anyNA(leaves) || is.character(leaves) && !all(is_text) && !is.data.frame(x)) {
    words <- "`x` is a %s of several kinds of values, or with NA, which would change on their way through Python"
    abort_argument(paste0(sprintf(words, class_name(x)), "; give an array"), call)
  }
  x
}

# Call the function of reticulate that ours masks. It converts `x` by itself, so what would end R is looked for.
masked_reshape <- function(x, sizes, order, call) {
  if (!is.environment(x)) {
    check_text(x, new_origin("x", call))
    check_slots(x, call)
  }
  reticulate::array_reshape(x, as.integer(sizes), order = order)
}

# Check an object by the rules of its class: reticulate reads the slots of a sparse matrix as they are
check_slots <- function(x, call) {
  faults <- if (isS4(x)) tryCatch(methods::validObject(x, test = TRUE), error = conditionMessage)
  if (is.character(faults)) {
    words <- "`x` is a broken object of class %s: %s"
    abort(sprintf(words, class_name(x), printable(faults[[1L]])), "pybridge_error_conversion", call)
  }
}

# Restore the attributes of `x` that describe its elements, such as the class of dates, and not its axes
keep_meaning <- function(array, x) {
  meaning <- attributes(x)
  meaning[c("names", "dim", "dimnames", "tsp")] <- NULL
  meaning$class <- setdiff(meaning$class, c("ts", "mts", "matrix", "array", "table"))
  if (length(meaning$class)) {
    attributes(array) <- c(attributes(array), meaning)
  }
  array
}

# sizes: the rules and messages of pybridge/shapes/sizes.py

# Read the sizes that the caller wrote; -1 is the one left open
read_sizes <- function(dim, call) {
  if (is_python(dim, call)) {
    return(as.double(unlist(reticulate::py_to_r(call_python("read_sizes", dim, call = call)))))
  }
  if (is.null(dim)) {
    abort_reshape(call, "`dim` is missing (NULL); give the new sizes, such as c(-1, 784)")
  }
  if (!is.list(dim)) {
    if (!is_number_like(dim)) {
      type <- class_name(dim)
      abort_reshape(call, "`dim` is ", one_line(dim), ", of type ", type, "; give the new sizes as numbers")
    }
    if (length(dim(dim)) > 1L) {
      abort_reshape(call, "`dim` has shape ", shape_text(dim(dim)), "; the new sizes are one vector")
    }
    is_plain <- is.integer(dim) && !is.object(dim) && !anyNA(dim) && all(dim >= 0L)
    dim <- as.vector(dim)
    if (is_plain || is.double(dim) && all(is.finite(dim)) && all(dim == trunc(dim) & dim >= -1)) {
      return(dim)
    }
  }
  vapply(seq_along(dim), function(k) read_size(dim[[k]], k, call), 0)
}

is_number_like <- function(x) (is.numeric(x) || is.logical(x)) && !is.factor(x)

read_size <- function(entry, k, call) {
  reject <- function(...) abort_reshape(call, "`dim[", k, "]` is ", ...)
  if (is_python(entry, call)) {
    entry <- in_r(entry, call)
  }
  if (is.null(entry)) {
    return(-1)
  }
  if (!is_number_like(entry) || length(entry) != 1L) {
    reject(
      "an object of type ", class_name(entry), ", not a known number; write -1 or NA for ",
      "the one size to be computed when the code runs"
    )
  }
  if (is.na(entry)) {
    return(-1) # a logical NA too
  }
  if (is.logical(entry)) {
    reject(entry, "; a logical is not a size")
  }
  if (!is.finite(entry) || entry != trunc(entry)) {
    reject(format(entry, digits = 15L), "; a size is a whole number")
  }
  if (entry < -1) {
    reject(entry, "; a size is 0 or more, and -1 or NA stands for the one to be computed")
  }
  as.double(entry)
}

# Return the sizes as integers that fit an array of shape `old`
new_sizes <- function(old, sizes, call) {
  open <- which(sizes == -1)
  count <- prod(old)
  others <- prod(sizes[sizes != -1])
  fields <- list(shape = old, dim = sizes)
  reject <- function(...) {
    abort_reshape(call, "cannot reshape ", shape_text(old), " to ", shape_text(sizes), ": ", ..., fields = fields)
  }
  if (length(open) > 1L) {
    abort_reshape(call, "`dim` = ", shape_text(sizes), " leaves the sizes ", listed(open), " open; at most one may ",
      "be -1 or NA",
      fields = fields
    )
  }
  if (length(open) == 0L && others != count) {
    reject(elements_text(count), " cannot become ", plain_text(others), lost_entry_text(count, sizes))
  }
  if (length(open) == 1L) {
    if (others == 0 && count == 0) {
      reject("the other sizes multiply to 0, so any size fits the open one; write the size")
    }
    if (others == 0) {
      reject(elements_text(count), " cannot become 0")
    }
    if (count %% others != 0) {
      counts <- c(plain_text(count), plain_text(others))
      reject(elements_text(count), " cannot be split evenly, ", counts[[1L]], " is not a multiple of ", counts[[2L]])
    }
    sizes[open] <- count / others
  }
  most <- .Machine$integer.max
  if (any(sizes > most)) {
    beyond <- paste0(" has a size beyond ", most, ", the most that an axis of an R array holds")
    abort_reshape(call, "`dim` = ", shape_text(sizes), beyond)
  }
  as.integer(sizes)
}

lost_entry_text <- function(count, sizes) {
  if (!length(sizes) && count != 1) {
    return("; `dim` is empty, so check that it was not computed from NULL")
  }
  if (length(sizes) != 1L || count == 0) {
    return("")
  }
  size <- plain_text(sizes)
  paste0(
    "; `dim` has the one entry ", size, ", so check that none was lost on the way: c(nrow(x), ",
    size, ") is c(", size, ") where nrow(x) is NULL, as for a plain vector",
    if (sizes > 0 && count %% sizes == 0) paste0("; c(-1, ", size, ") computes the other size")
  )
}

abort_reshape <- function(call, ..., fields = list()) {
  abort(paste0(...), c("pybridge_error_reshape", "pybridge_error_shape"), call, fields)
}
