# Subscripts of R's own vectors and arrays, without Python: each becomes positive positions, and R's
# own `[` and `[<-` do the rest. Each rule and each message is that of pybridge's tensor dialect; the
# tests run one corpus through both.

#' Read an R array by subscripts
#' @noRd
read_array <- function(x, capture, call) {
  check_array(x, call)
  parts <- capture_parts(capture, call)
  if (has_option(parts$record, BASE)) {
    return(eval_base(x, parts, call))
  }
  selection <- select(x, parts, call)
  found <- do.call(`[`, c(list(x), selection$index, list(drop = FALSE)), quote = TRUE)
  labels <- if (is.null(dim(x))) list(names(found)) else dimnames(found)
  found <- as.vector(found)
  if (length(selection$shape) > 1L) {
    dim(found) <- selection$shape
  }
  if (!is.null(labels) && !is.null(selection$axes)) {
    found <- with_labels(found, labels, selection$axes)
  }
  found
}

#' Keep names and dimnames as R's own `[` does: those of the axes that remain
#'
#' @param axes The axes of the result as those of the array; 0 is a new one.
#' @noRd
with_labels <- function(found, labels, axes) {
  if (length(axes) == 0L && length(labels) == 1L) {
    axes <- 1L # R keeps the name of one element of a vector
  }
  if (length(axes) > 1L && any(lengths(labels[axes]) > 0L)) {
    kept <- lapply(axes, function(axis) if (axis > 0L) labels[[axis]])
    names(kept) <- if (!is.null(names(labels))) c("", names(labels))[axes + 1L]
    dimnames(found) <- kept
  } else if (length(axes) == 1L && axes > 0L) {
    names(found) <- labels[[axes]]
  }
  found
}

#' Return an R array with a value at the elements that the subscripts name
#' @noRd
write_array <- function(x, capture, value, call) {
  check_array(x, call)
  parts <- assignment_parts(capture, call)
  if (is_python(value, call)) {
    value <- reticulate::py_to_r(value)
  }
  check_value(value, call)
  if (inherits(value, "integer64")) {
    value <- read_int64(value, call, is_exact = TRUE)
  }
  if (has_option(parts$record, BASE)) {
    return(eval_base(x, parts, call, value))
  }
  selection <- select(x, parts, call)
  fitted <- cast_value(broadcast_value(value, selection$shape, call), x, call)
  do.call(`[<-`, c(list(x), selection$index, list(value = fitted)), quote = TRUE)
}

check_array <- function(x, call) {
  if (!is.atomic(x) || is.null(x) || is.raw(x) || is.object(x)) {
    abort(
      sprintf("%s is no tensor and no R array; convert it first", describe_value(x)),
      "pybridge_error_tensor", call
    )
  }
}

array_shape <- function(x) {
  dim(x) %||% length(x)
}

#' Do what R's own `[` and `[<-` do
#' @noRd
eval_base <- function(x, parts, call, value) {
  index <- lapply(decode(parts$record, parts$values), function(item) {
    switch(item$kind,
      missing = quote(expr = ),
      newaxis = NULL,
      rest = abort_subscript("R's own `[` has no `..`; it belongs to the tensor dialect", "type", call,
        subscript = ".."
      ),
      value = as_base_index(item$value, call),
      item$value
    )
  })
  more <- if (missing(value)) list(drop = !has_option(parts$record, NO_DROP)) else list(value = value)
  tryCatch(
    withCallingHandlers(
      do.call(if (missing(value)) `[` else `[<-`, c(list(x), index, more), quote = TRUE),
      warning = function(warning) {
        warn_recycling(conditionMessage(warning), call)
        invokeRestart("muffleWarning")
      }
    ),
    error = function(error) {
      message <- conditionMessage(error)
      abort(message, base_error_class(message), call)
    }
  )
}

as_base_index <- function(value, call) {
  if (is_python(value, call)) {
    return(reticulate::py_to_r(value))
  }
  if (inherits(value, "integer64")) read_int64(value, call) else value
}

#' Name the class of an error of R's own brackets
#' @noRd
base_error_class <- function(message) {
  kinds <- c(
    oob = "^subscript out of bounds|^subscript too large",
    count = "^incorrect number of|^number of subscripts",
    mask = "logical subscript too long",
    type = "^invalid subscript type|^no 'dimnames'",
    missing = "^NAs are not allowed"
  )
  kind <- names(kinds)[vapply(kinds, grepl, NA, message)]
  if (grepl("replacement", message)) {
    return("pybridge_error_assignment")
  }
  c(if (length(kind) > 0L) paste0("pybridge_error_subscript_", kind[[1L]]), "pybridge_error_subscript")
}

#' Return the subscripts of a capture, each a list of its kind and its value
#' @noRd
read_items <- function(parts, call) {
  items <- lapply(decode(parts$record, parts$values), function(item) {
    if (item$kind == "value") read_value(item$value, call) else item
  })
  if (sum(item_kinds(items) == "rest") > 1L) {
    text <- items_text(items)
    abort(
      sprintf("`%s` has more than one `..`; only one can stand for the other axes", text),
      "pybridge_error_subscript", call, list(subscript = text)
    )
  }
  items
}

item_kinds <- function(items) {
  vapply(items, function(item) item$kind, "")
}

read_value <- function(value, call) {
  if (inherits(value, "pybridge_bounds")) {
    bounds <- vapply(tag_bounds(value, call), read_bound, 0, call = call)
    return(list(kind = "range", value = c(bounds, NA)[1:3]))
  }
  if (is_python(value, call) && !inherits(value, "python.builtin.tuple")) {
    value <- reticulate::py_to_r(value)
    if (is.null(value)) {
      return(list(kind = "newaxis"))
    }
  }
  tag_subscript(value, FALSE, call) # it refuses what is no subscript
  if (inherits(value, "integer64")) {
    value <- read_int64(value, call)
  }
  if (is.double(value)) {
    value[is.nan(value)] <- NA # as R's own `[` reads it
  }
  kind <- if (is.character(value)) {
    "characters"
  } else if (is.logical(value)) {
    "mask"
  } else if (is.null(dim(value)) && length(value) == 1L) {
    "scalar"
  } else {
    "vector"
  }
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
    value <- reticulate::py_to_r(value)
    return(read_bound(tag_bounds(list(value, NA, NULL), call)[[1L]], call))
  }
  as.double(value)
}

#' Resolve subscripts against an array
#'
#' @return A list of `index`, what R's own brackets take; `shape`, that of the result; and `axes`,
#'   those of the array that remain in it, 0 for a new one, or NULL where R keeps no names.
#' @noRd
select <- function(x, parts, call) {
  shape <- array_shape(x)
  items <- read_items(parts, call)
  kinds <- item_kinds(items)
  labels <- if (is.null(dim(x))) list(names(x)) else dimnames(x)
  if (length(items) == 1L) {
    value <- items[[1L]]$value
    if (kinds == "mask" && length(dim(value)) > 1L) {
      return(select_mask(value, shape, has_option(parts$record, COLUMN_MAJOR), call))
    }
    if (kinds == "vector" && length(dim(value)) == 2L) {
      return(select_points(value, shape, call))
    }
    if (kinds == "characters" && length(dim(value)) == 2L && ncol(value) == length(shape)) {
      points <- vapply(seq_along(shape), FUN.VALUE = numeric(nrow(value)), function(axis) {
        as.double(label_positions(value[, axis], items[[1L]], labels[[axis]], axis, call))
      })
      return(select_points(matrix(points, nrow(value)), shape, call))
    }
  }
  index <- list()
  kept <- integer()
  axis <- 0L
  for (item in expand(items, length(shape), call)) {
    if (item$kind == "newaxis") {
      kept <- c(kept, 0L)
      next
    }
    axis <- axis + 1L
    item <- with_positions(item, labels[[axis]], axis, call)
    index[[axis]] <- axis_index(item, shape[[axis]], axis, call)
    if (item$kind != "scalar" || has_option(parts$record, NO_DROP)) {
      kept <- c(kept, axis)
    }
  }
  list(index = index, shape = c(1L, lengths(index))[kept + 1L], axes = kept)
}

#' Make `..` and the trailing axes explicit: after this, subscript k is axis k
#' @noRd
expand <- function(items, ndim, call) {
  kinds <- item_kinds(items)
  named <- sum(!kinds %in% c("newaxis", "rest"))
  if (length(items) == 1L && kinds == "missing") {
    named <- 0L
    items <- list()
  }
  if (named > ndim) {
    text <- items_text(items)
    abort_subscript(
      sprintf("`[%s]` names %d axes; the tensor has %d", text, named, ndim), "count", call,
      subscript = text, count = named, ndim = ndim
    )
  }
  rest <- rep(list(list(kind = "missing")), ndim - named)
  place <- if ("rest" %in% kinds) which(kinds == "rest") else length(items) + 1L
  c(items[seq_len(place - 1L)], rest, items[-seq_len(place)])
}

#' Turn labels into the positions where an array has them; each is the label of one position
#' @noRd
with_positions <- function(item, labels, axis, call) {
  if (item$kind != "characters") {
    return(item)
  }
  if (length(dim(item$value)) > 1L) {
    text <- item_text(item)
    abort_subscript(
      sprintf(
        paste(
          "`%s` has shape %s; a vector of names is needed here, or a matrix of names with one column",
          "for each axis as the only subscript"
        ),
        text, python_tuple(dim(item$value))
      ),
      "type", call,
      subscript = text
    )
  }
  places <- label_positions(as.vector(item$value), item, labels, axis, call)
  is_one <- length(places) == 1L && is.null(dim(item$value))
  list(kind = if (is_one) "scalar" else "vector", value = places)
}

label_positions <- function(names, item, labels, axis, call) {
  if (is.null(labels)) {
    text <- item_text(item)
    abort_subscript(
      sprintf("`%s` names a position; tensors carry no dimnames, so use its number", text),
      "type", call,
      subscript = text
    )
  }
  if (anyNA(names)) {
    text <- item_text(item)
    abort_subscript(
      sprintf("`%s` on axis %d holds NA, which is the label of no position", text, axis),
      "missing", call,
      subscript = text
    )
  }
  labels[!nzchar(labels)] <- NA # to R "" is no label
  places <- match(names, labels)
  if (anyNA(places)) {
    abort_label(names[is.na(places)][[1L]], labels, axis, call)
  }
  doubled <- names[names %in% labels[duplicated(labels, incomparables = NA)]]
  if (length(doubled) > 0L) {
    abort_doubled(doubled[[1L]], which(labels == doubled[[1L]]), axis, call)
  }
  places
}

abort_label <- function(name, labels, axis, call) {
  nearest <- nearest_labels(name, labels)
  shown <- labels[seq_len(min(length(labels), 5L))]
  advice <- if (length(nearest) > 0L) {
    paste("the nearest are", quoted_names(nearest))
  } else {
    paste0("the labels are ", quoted_names(shown[!is.na(shown)]), if (length(labels) > 5L) ", ...")
  }
  text <- quoted_names(name)
  abort_subscript(sprintf("%s is no label of axis %d; %s", text, axis, advice), "label", call,
    subscript = text, label = name, axis = axis, nearest = nearest
  )
}

abort_doubled <- function(name, positions, axis, call) {
  shown <- positions[seq_len(min(length(positions), 5L))]
  more <- if (length(positions) > 5L) ", ..." else ""
  text <- quoted_names(name)
  abort_subscript(
    sprintf(
      "%s is the label of %d positions of axis %d, %s%s; use the numbers of those that you want",
      text, length(positions), axis, paste(shown, collapse = ", "), more
    ),
    "label", call,
    subscript = text, label = name, axis = axis, positions = shown
  )
}

quoted_names <- function(names) {
  paste(vapply(names, function(name) short_text(deparse(name)), ""), collapse = ", ")
}

#' Return up to three labels that a name may have been meant for, the nearest first
#' @noRd
nearest_labels <- function(name, labels) {
  labels <- unique(labels[seq_len(min(length(labels), 10000L))])
  labels <- labels[!is.na(labels)]
  distances <- as.vector(utils::adist(name, labels, ignore.case = TRUE))
  near <- distances <= max(1, 0.4 * nchar(name)) & distances < nchar(name)
  nearest <- labels[near][order(distances[near])]
  nearest[seq_len(min(length(nearest), 3L))]
}

select_mask <- function(mask, shape, is_column_major, call) {
  text <- item_text(list(kind = "mask", value = mask))
  refuse_missing_mask(mask, text, call)
  if (!identical(as.numeric(dim(mask)), as.numeric(shape))) {
    abort_subscript(
      sprintf(
        "a logical array of shape %s meets a tensor of shape %s; alone it must have the tensor's own shape",
        python_tuple(dim(mask)), python_tuple(shape)
      ),
      "mask", call,
      subscript = text
    )
  }
  places <- if (is_column_major) which(mask) else aperm(array(seq_along(mask), shape))[aperm(mask)]
  list(index = list(places), shape = length(places))
}

select_points <- function(points, shape, call) {
  text <- item_text(list(kind = "vector", value = points))
  if (ncol(points) != length(shape)) {
    abort_subscript(
      sprintf(
        paste(
          "`%s` has %d columns and the tensor %d axes; a matrix of positions has one column for",
          "each axis"
        ),
        text, ncol(points), length(shape)
      ),
      "count", call,
      subscript = text, count = ncol(points), ndim = length(shape)
    )
  }
  places <- rep(1, nrow(points))
  strides <- cumprod(c(1, shape))
  for (axis in seq_along(shape)) {
    positions <- checked_positions(points[, axis], text, shape[[axis]], axis, call)
    places <- places + (positions - 1) * strides[[axis]]
  }
  list(index = list(places), shape = length(places))
}
