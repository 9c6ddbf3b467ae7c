# Subscripts of R's own vectors and arrays, without Python: each becomes positive positions, and R's own `[`
# and `[<-` do the rest. The rules and messages are those of pybridge/dialects/tensor.py; one corpus of
# cases tests both.

# Read an R array by subscripts
read_array <- function(x, capture, call) {
  check_array(x, call)
  parts <- capture_parts(capture, call)
  if (has_option(parts$record, BASE)) {
    return(eval_base(x, parts, call))
  }
  selection <- select(x, parts, call)
  selected <- do.call(`[`, c(list(x), selection$index, list(drop = FALSE)), quote = TRUE)
  labels <- axis_labels(selected)
  selected <- as.vector(selected)
  if (length(selection$shape) > 1L) {
    dim(selected) <- selection$shape
  }
  if (is.null(labels) || is.null(selection$axes)) selected else with_labels(selected, labels, selection$axes)
}

axis_labels <- function(x) if (is.null(dim(x))) list(names(x)) else dimnames(x)

# Add names and dimnames as R's own `[` does: those of the axes that remain, of which 0 is a new one
with_labels <- function(array, labels, axes) {
  if (length(axes) == 0L && length(labels) == 1L) {
    axes <- 1L # R keeps the name of one element of a vector
  }
  if (length(axes) > 1L && any(lengths(labels[axes]) > 0L)) {
    dimnames <- lapply(axes, function(axis) if (axis > 0L) labels[[axis]])
    names(dimnames) <- if (!is.null(names(labels))) c("", names(labels))[axes + 1L]
    dimnames(array) <- dimnames
  } else if (length(axes) == 1L && axes > 0L) {
    names(array) <- labels[[axes]]
  }
  array
}

# Return an R array with a value at the elements that the subscripts name
write_array <- function(x, capture, value, call) {
  check_array(x, call)
  parts <- assignment_parts(capture, call)
  value <- in_r(value, call)
  check_value(value, call)
  if (inherits(value, "integer64")) {
    value <- read_int64(value, call, is_exact = TRUE)
  }
  if (has_option(parts$record, BASE)) {
    return(eval_base(x, parts, call, value))
  }
  selection <- select(x, parts, call)
  value <- cast_value(broadcast_value(value, selection$shape, call), x, call)
  do.call(`[<-`, c(list(x), selection$index, list(value = value)), quote = TRUE)
}

array_shape <- function(x) dim(x) %||% length(unclass(x))

# Evaluate R's own `[`, or `[<-` with a value
eval_base <- function(x, parts, call, value) {
  items <- decode(parts$record, parts$values)
  if (any(item_kinds(items) == "rest")) {
    reject_rest(parts, call)
  }
  index <- lapply(items, function(item) {
    switch(item$kind,
      missing = quote(expr = ),
      newaxis = NULL,
      value = as_base_index(item$value, call),
      item$value
    )
  })
  brackets <- if (missing(value)) `[` else `[<-`
  more <- if (missing(value)) list(drop = !has_option(parts$record, NO_DROP)) else list(value = value)
  with_our_conditions(do.call(brackets, c(list(x), index, more), quote = TRUE), call, base_error_class)
}

# Reject `..`, by the words of `received` in pybridge/dialects/base.py
reject_rest <- function(parts, call) {
  read_items(parts, call) # an error for a second one, in either dialect
  words <- c(
    "`%s` is not a subscript in R's own dialect; write one subscript for each axis, `:` in Python and",
    "nothing in R for a whole axis, or use the tensor dialect"
  )
  reject("..", "type", call, words)
}

as_base_index <- function(value, call) {
  if (inherits(value, "pybridge_call")) {
    words <- "`%s` is a subscript of the tensor dialect; %s"
    reject(item_text(read_value(value, call)), "type", call, words, in_base[[value$name]])
  }
  value <- in_r(value, call)
  if (inherits(value, "integer64")) read_int64(value, call) else value
}

# Convert a Python value to R: a tensor to its elements, which are one number where it has no axes
in_r <- function(value, call) {
  if (!is_python(value, call)) {
    return(value)
  }
  if (!is_tensor(value)) {
    return(reticulate::py_to_r(call_python("convertible", value, call = call)))
  }
  elements <- elements_in_r(value, call)
  if (isS4(elements)) elements <- as.matrix(elements) # a sparse matrix of the package Matrix
  if (tensor_ndim(value) == 1L) as.array(elements) else elements
}

# The class of an error of R's own brackets
base_error_class <- function(message) {
  if (grepl("replacement", message)) {
    return("pybridge_error_assignment")
  }
  kinds <- c(
    oob = "^subscript out of bounds|^subscript too large",
    count = "^incorrect number of|^number of subscripts",
    mask = "logical subscript too long",
    type = "^invalid subscript type|^no 'dimnames'",
    missing = "^NAs are not allowed"
  )
  kind <- names(kinds)[vapply(kinds, grepl, NA, message)]
  c(sprintf("pybridge_error_subscript_%s", kind), "pybridge_error_subscript")
}

# Return the subscripts of a capture, each a list of its kind and its value
read_items <- function(parts, call) {
  items <- lapply(decode(parts$record, parts$values), function(item) {
    if (item$kind == "value") read_value(item$value, call) else item
  })
  if (sum(item_kinds(items) == "rest") > 1L) {
    text <- items_text(items)
    message <- sprintf("`%s` has more than one `..`; only one can cover the other axes", text)
    abort(message, "pybridge_error_subscript", call, list(subscript = text))
  }
  items
}

item_kinds <- function(items) vapply(items, function(item) item$kind, "")

read_value <- function(value, call) {
  if (inherits(value, "pybridge_bounds")) {
    bounds <- vapply(tag_bounds(value, call), read_bound, 0, call = call)
    return(list(kind = "range", value = c(bounds, NA)[1:3]))
  }
  value <- without_minus(value, call)
  if (inherits(value, "pybridge_call")) {
    return(list(kind = "call", name = value$name, value = read_items(value, call)))
  }
  if (is_python(value, call)) {
    tag_subscript(value, FALSE, call) # an error for a tuple
    value <- in_r(value, call)
    if (is.null(value)) {
      return(list(kind = "newaxis"))
    }
  }
  check_subscript(value, FALSE, call)
  if (inherits(value, "integer64")) {
    value <- read_int64(value, call)
  }
  if (is.double(value)) {
    value[is.nan(value)] <- NA # as R's own `[` reads it
  }
  is_one <- is.numeric(value) && is.null(dim(value)) && length(value) == 1L
  kind <- switch(typeof(value), character = "characters", logical = "mask", if (is_one) "scalar" else "vector")
  list(kind = kind, value = value)
}

read_bound <- function(tagged, call) {
  if (tagged[[1L]] == "na") {
    return(NA_real_)
  }
  value <- tagged[[2L]]
  if (tagged[[1L]] == "int64") {
    value <- read_int64(structure(value, class = "integer64"), call)
  } else if (tagged[[1L]] == "tensor") {
    value <- in_r(value, call)
    if (is_python(value, call)) check_subscript(value, FALSE, call)
    return(read_bound(tag_bounds(list(value, NA, NULL), call)[[1L]], call))
  }
  as.double(value)
}

# Resolve subscripts against an array: `index` holds the arguments of R's own brackets; `shape` is that of the
# result; `axes` are those of the array that remain in it, 0 for a new one, or NULL where R keeps no names.
select <- function(x, parts, call) {
  shape <- array_shape(x)
  items <- read_items(parts, call)
  labels <- axis_labels(x)
  value <- if (length(items) == 1L) items[[1L]]$value
  if (length(dim(value)) > 1L && is.logical(value)) {
    return(select_mask(value, shape, has_option(parts$record, COLUMN_MAJOR), call))
  }
  if (length(dim(value)) == 2L && is.character(value) && ncol(value) == length(shape)) {
    points <- lapply(seq_along(shape), function(axis) {
      as.double(label_positions(value[, axis], items[[1L]], labels[[axis]], axis, call))
    })
    value <- matrix(unlist(points), nrow(value), length(shape))
  }
  if (length(dim(value)) == 2L && is.numeric(value)) {
    return(select_points(value, shape, call))
  }
  index <- list()
  axes <- integer()
  axis <- 0L
  for (item in expand(items, length(shape), call)) {
    if (item$kind == "newaxis") {
      axes <- c(axes, 0L)
      next
    }
    axis <- axis + 1L
    item <- with_positions(item, labels[[axis]], axis, call)
    index[[axis]] <- axis_index(item, shape[[axis]], axis, call)
    if (item$kind != "scalar" || has_option(parts$record, NO_DROP)) {
      axes <- c(axes, axis)
    }
  }
  list(index = index, shape = c(1L, lengths(index))[axes + 1L], axes = axes)
}

# Write out `..` and the trailing axes: then subscript k is that of axis k, new axes apart
expand <- function(items, ndim, call) {
  kinds <- item_kinds(items)
  if (identical(kinds, "missing")) {
    kinds <- character()
    items <- list()
  }
  named <- sum(!kinds %in% c("newaxis", "rest"))
  if (named > ndim) {
    words <- "`[%s]` names %d axes; the tensor has %d"
    fields <- list(count = named, ndim = ndim)
    reject(items_text(items), "count", call, words, named, ndim, fields = fields)
  }
  rest <- rep(list(list(kind = "missing")), ndim - named)
  place <- c(which(kinds == "rest"), length(items) + 1L)[[1L]]
  c(items[seq_len(place - 1L)], rest, items[-seq_len(place)])
}

# Replace labels by their positions, each the label of one position. A call keeps them for those of its parts that
# are positions.
with_positions <- function(item, labels, axis, call) {
  if (item$kind == "call") {
    item$labels <- labels
  }
  if (item$kind != "characters") {
    return(item)
  }
  sizes <- dim(item$value)
  if (length(sizes) > 1L) {
    words <- c(
      "`%s` has shape %s; a vector of names is needed here, or a matrix of names with one column",
      "for each axis as the only subscript"
    )
    reject(item_text(item), "type", call, words, python_tuple(sizes))
  }
  places <- label_positions(as.vector(item$value), item, labels, axis, call)
  list(kind = if (length(places) == 1L && is.null(sizes)) "scalar" else "vector", value = places)
}

label_positions <- function(names, item, labels, axis, call) {
  if (is.null(labels)) {
    words <- "`%s` names a position; tensors carry no dimnames, so use its number"
    reject(item_text(item), "type", call, words)
  }
  if (anyNA(names)) {
    words <- "`%s` on axis %d holds NA, which is not a label"
    reject(item_text(item), "missing", call, words, axis)
  }
  if (any(Encoding(names) == "bytes")) {
    utf8_text(names, new_origin(item_text(item), call, subscript_classes("type"))) # match() stops at bytes
  }
  labels[!nzchar(labels)] <- NA # R does not match ""
  places <- match(names, labels)
  if (anyNA(places)) {
    reject_label(names[is.na(places)][[1L]], labels, axis, call)
  }
  doubled <- names[names %in% labels[duplicated(labels, incomparables = NA)]]
  if (length(doubled) > 0L) {
    positions <- which(labels == doubled[[1L]])
    first <- utils::head(positions, 5L)
    words <- "%s is the label of %d positions of axis %d, %s%s; use the numbers of those that you want"
    reject(quoted_names(doubled[[1L]]), "label", call, words, length(positions), axis,
      toString(first), if (length(positions) > 5L) ", ..." else "",
      fields = list(label = doubled[[1L]], axis = axis, positions = first)
    )
  }
  places
}

# Reject an unknown label. Only Python searches for the nearest ones.
reject_label <- function(name, labels, axis, call) {
  first <- utils::head(labels, 5L)
  words <- "%s is not a label of axis %d; the labels are %s%s"
  reject(quoted_names(name), "label", call, words, axis,
    quoted_names(first[!is.na(first)]), if (length(labels) > 5L) ", ..." else "",
    fields = list(label = name, axis = axis, nearest = character())
  )
}

quoted_names <- function(names) {
  toString(vapply(names, function(name) short_text(deparse(name)), ""))
}

select_mask <- function(mask, shape, is_column_major, call) {
  text <- entries_text(mask)
  reject_missing_mask(mask, text, call)
  if (!identical(as.numeric(dim(mask)), as.numeric(shape))) {
    words <- "a logical array of shape %s does not fit a tensor of shape %s; alone it must have the tensor's own shape"
    message <- sprintf(words, python_tuple(dim(mask)), python_tuple(shape))
    abort_subscript(message, "mask", call, text)
  }
  places <- if (is_column_major) which(mask) else aperm(array(seq_along(mask), shape))[aperm(mask)]
  list(index = list(places), shape = length(places))
}

select_points <- function(points, shape, call) {
  text <- entries_text(points)
  ndim <- length(shape)
  if (ncol(points) != ndim) {
    words <- "`%s` has %d columns and the tensor %d axes; a matrix of positions has one column for each axis"
    fields <- list(count = ncol(points), ndim = ndim)
    reject(text, "count", call, words, ncol(points), ndim, fields = fields)
  }
  positions <- lapply(seq_len(ndim), function(axis) vector_index(points[, axis], text, shape[[axis]], axis, call))
  list(index = list(do.call(cbind, positions)), shape = nrow(points))
}
