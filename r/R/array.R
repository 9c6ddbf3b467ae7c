# The tensor dialect on R's own vectors and arrays, without Python. Each rule and each message is
# that of pybridge/dialects/tensor.py; the tests run one corpus through both.

#' Read an R array by subscripts
#' @noRd
read_array <- function(x, capture, call) {
  check_array(x, call)
  parts <- capture_parts(capture, call)
  if (is_base(parts$record)) {
    return(eval_base(x, parts, call))
  }
  items <- read_items(parts, call)
  selection <- select(items, array_shape(x), parts$record[[1L]], call)
  found <- if (is.null(selection$index)) {
    x[selection$elements]
  } else {
    do.call(`[`, c(list(as_array(x)), selection$index, list(drop = FALSE)))
  }
  with_shape(found, selection$shape)
}

#' Return an R array with a value at the elements that the subscripts name
#' @noRd
write_array <- function(x, capture, value, call) {
  check_array(x, call)
  parts <- capture_parts(capture, call, known = c("dialect", "order"))
  if (is_base(parts$record)) {
    return(eval_base(x, parts, call, value))
  }
  items <- read_items(parts, call)
  selection <- select(items, array_shape(x), parts$record[[1L]], call)
  fitted <- broadcast_value(cast_value(value, x, call), selection$shape, call)
  if (is.null(selection$index)) {
    x[selection$elements] <- fitted
    return(x)
  }
  places <- array(seq_along(x), array_shape(x))
  places <- do.call(`[`, c(list(places), selection$index, list(drop = FALSE)))
  x[as.vector(places)] <- fitted
  x
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

as_array <- function(x) {
  if (is.null(dim(x))) array(x, length(x)) else x
}

#' Give elements, in R's order, their shape: one axis or none is an R vector
#' @noRd
with_shape <- function(elements, shape) {
  elements <- as.vector(elements)
  if (length(shape) > 1L) {
    dim(elements) <- shape
  }
  elements
}

#' Do what R's own `[` and `[<-` do
#' @noRd
eval_base <- function(x, parts, call, value) {
  if (bitwAnd(parts$record[[1L]], 1L) > 0L) {
    drop <- list(drop = FALSE)
  } else {
    drop <- list()
  }
  index <- lapply(read_items(parts, call, check = FALSE), function(item) {
    switch(item$kind,
      missing = quote(expr = ),
      newaxis = NULL,
      rest = abort_subscript("R's own `[` has no `..`; it belongs to the tensor dialect", "type", call,
        subscript = ".."
      ),
      item$value
    )
  })
  tryCatch(
    withCallingHandlers(
      if (missing(value)) {
        do.call(`[`, c(list(x), index, drop), quote = TRUE)
      } else {
        do.call(`[<-`, c(list(x), index, list(value = value)), quote = TRUE)
      },
      warning = function(warning) {
        class <- c("pybridge_warning_recycling", "pybridge_warning", "warning")
        base::warning(new_condition(conditionMessage(warning), class, call, list()))
        invokeRestart("muffleWarning")
      }
    ),
    error = function(error) {
      message <- conditionMessage(error)
      abort(message, base_error_class(message), call)
    }
  )
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

#' Turn a capture into items, each a list of its kind and its value
#' @noRd
read_items <- function(parts, call, check = TRUE) {
  record <- parts$record
  values <- parts$values
  items <- list()
  place <- 2L
  beside <- 0L
  while (place <= length(record)) {
    code <- record[[place]]
    place <- place + 1L
    item <- if (code == 0L) {
      list(kind = "missing")
    } else if (code == 1L) {
      list(kind = "newaxis")
    } else if (code == 2L) {
      list(kind = "rest")
    } else if (code == 3L) {
      place <- place + 1L
      list(kind = "scalar", value = record[[place - 1L]])
    } else if (code == 4L) {
      beside <- beside + 1L
      value <- values[[beside]]
      if (check) read_value(value, call) else list(kind = "value", value = value)
    } else if (code == 5L) {
      beside <- beside + 1L
      list(kind = "range", value = read_bounds(values[[beside]], call))
    } else {
      given <- bitwAnd(code, c(1L, 2L, 4L)) > 0L
      bounds <- rep(NA_real_, 3L)
      bounds[given] <- record[place - 1L + seq_len(sum(given))]
      place <- place + sum(given)
      list(kind = "range", value = bounds)
    }
    items[[length(items) + 1L]] <- item
  }
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

read_bounds <- function(bounds, call) {
  tagged <- tag_bounds(bounds, call)
  vapply(tagged, function(bound) {
    switch(bound[[1L]],
      na = NA_real_,
      number = as.double(bound[[2L]]),
      int64 = int64_as_double(bound[[2L]]),
      tensor = as.double(reticulate::py_to_r(bound[[2L]]))
    )
  }, 0)
}

read_value <- function(value, call) {
  if (inherits(value, "python.builtin.object")) {
    value <- reticulate::py_to_r(value)
  }
  check_subscript(value, FALSE, call)
  if (inherits(value, "integer64")) {
    value <- array(int64_as_double(as.vector(unclass(value))), dim(value) %||% length(value))
    if (length(value) == 1L) dim(value) <- NULL
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

#' Read 64-bit integers out of the bits of reals; the smallest is NA
#' @noRd
int64_as_double <- function(bits) {
  halves <- readBin(writeBin(bits, raw(), endian = "little"), "integer", 2L * length(bits),
    endian = "little"
  )
  low <- halves[c(TRUE, FALSE)]
  high <- halves[c(FALSE, TRUE)]
  # R reads the pattern of -2^31 as NA
  low[is.na(low)] <- -2^31
  high[is.na(high)] <- -2^31
  value <- high * 2^32 + ifelse(low < 0, low + 2^32, low)
  ifelse(value == -2^63, NA_real_, value)
}

#' Resolve items against a shape
#'
#' @return A list of `shape`, that of the result, and either `index`, R's subscripts for each axis,
#'   or `elements`, where the elements are in R's order.
#' @noRd
select <- function(items, shape, options, call) {
  kinds <- item_kinds(items)
  if (length(items) == 1L) {
    value <- items[[1L]]$value
    if (kinds == "missing") {
      items <- list()
    } else if (kinds == "mask" && length(dim(value)) > 1L) {
      return(select_mask(value, shape, options, call))
    } else if (kinds == "vector" && length(dim(value)) == 2L) {
      return(select_points(value, shape, call))
    }
  }
  index <- list()
  kept <- integer()
  axis <- 0L
  for (item in expand(items, length(shape), call)) {
    if (item$kind == "newaxis") {
      kept <- c(kept, 1L)
      next
    }
    axis <- axis + 1L
    index[[axis]] <- axis_index(item, shape[[axis]], axis, call)
    if (item$kind != "scalar" || bitwAnd(options, 1L) > 0L) {
      kept <- c(kept, length(index[[axis]]))
    }
  }
  list(index = index, shape = kept)
}

#' Make `..` and the trailing axes explicit: after this, subscript k is axis k
#' @noRd
expand <- function(items, ndim, call) {
  kinds <- item_kinds(items)
  named <- sum(!kinds %in% c("newaxis", "rest"))
  if (named > ndim) {
    text <- items_text(items)
    abort_subscript(
      sprintf("`[%s]` names %d axes; the tensor has %d", text, named, ndim), "count", call,
      subscript = text, count = named, ndim = ndim
    )
  }
  rest <- rep(list(list(kind = "missing")), ndim - named)
  place <- if ("rest" %in% kinds) which(kinds == "rest") else length(items) + 1L
  before <- items[seq_len(place - 1L)]
  after <- items[seq_len(max(length(items) - place, 0L)) + place]
  c(before, rest, after)
}

axis_index <- function(item, size, axis, call) {
  switch(item$kind,
    missing = seq_len(size),
    scalar = scalar_index(item, size, axis, call),
    range = range_index(item, size, axis, call),
    vector = vector_index(item, size, axis, call),
    mask = mask_index(item, size, axis, call),
    abort_subscript(
      sprintf("`%s` names a position; tensors carry no dimnames, so use its number", item_text(item)),
      "type", call,
      subscript = item_text(item)
    )
  )
}

scalar_index <- function(item, size, axis, call) {
  position <- whole_number(item$value, item, axis, call)
  check_position(position, item_text(item), size, axis, call)
  if (position > 0) position else position + size + 1
}

whole_number <- function(value, item, axis, call) {
  if (is.na(value) && !is.nan(value)) {
    abort_subscript(
      sprintf("`NA` on axis %d is no position; for an open end write a range such as `NA:5`", axis),
      "missing", call,
      subscript = "NA"
    )
  }
  if (!is.finite(value) || value != trunc(value)) {
    abort_fractional(value, item_text(item), axis, call)
  }
  value
}

range_index <- function(item, size, axis, call) {
  text <- item_text(item)
  bounds <- item$value
  for (bound in bounds[!is.na(bounds)]) {
    whole_number(bound, item, axis, call)
  }
  start <- bounds[[1L]]
  stop <- bounds[[2L]]
  step <- bounds[[3L]]
  if (isTRUE(step == 0)) {
    abort_subscript(
      sprintf("`%s` has step 0; a step moves forward or backward, so write 1 or -1", text),
      "range", call,
      subscript = text
    )
  }
  have_one_sign <- isTRUE(start * stop > 0)
  if (is.na(step)) {
    step <- if (have_one_sign && start > stop) -1 else 1
  } else if (have_one_sign && start != stop && (step > 0) != (start < stop)) {
    abort_subscript(
      sprintf(
        "`%s`: wrong sign in the step; from %s to %s the step is %s", text, format_number(start),
        format_number(stop), if (start < stop) "positive" else "negative"
      ),
      "range", call,
      subscript = text
    )
  }
  if (isTRUE(start == size + 1) && is.na(stop) && step > 0) {
    return(integer()) # so that NA:k and (k + 1):NA always split an axis
  }
  ends <- c(if (step > 0) c(1, size) else c(size, 1))
  first <- bound_index(start, ends[[1L]], text, size, axis, call)
  last <- bound_index(stop, ends[[2L]], text, size, axis, call)
  if (size == 0 || (last - first) * step < 0) integer() else seq(first, last, by = step)
}

bound_index <- function(bound, open, text, size, axis, call) {
  if (is.na(bound)) {
    return(open)
  }
  check_position(bound, text, size, axis, call)
  if (bound > 0) bound else bound + size + 1
}

check_position <- function(position, text, size, axis, call) {
  if (position == 0) {
    abort_subscript(
      sprintf(
        "`%s` on axis %d: positions start at 1, and 0 is none; the first is 1, the last -1",
        text, axis
      ),
      "oob", call,
      subscript = text, position = 0L, axis = axis, size = size
    )
  }
  if (abs(position) > size) {
    shown <- format_number(position)
    place <- if (shown == text) "position %s" else sprintf("`%s`: position %%s", text)
    abort_subscript(
      sprintf("%s is out of bounds: axis %d has size %.0f", sprintf(place, shown), axis, size),
      "oob", call,
      subscript = text, position = position, axis = axis, size = size
    )
  }
}

vector_index <- function(item, size, axis, call) {
  text <- item_text(item)
  ndim <- max(length(dim(item$value)), 1L)
  if (ndim != 1L) {
    abort_subscript(
      sprintf(
        paste(
          "`%s` has %d axes; on axis %d a vector is needed. A matrix of positions with one column",
          "for each axis must be the only subscript"
        ),
        text, ndim, axis
      ),
      "type", call,
      subscript = text
    )
  }
  checked_positions(as.vector(item$value), text, size, axis, call)
}

checked_positions <- function(positions, text, size, axis, call) {
  if (anyNA(positions)) {
    where <- which(is.na(positions))[[1L]]
    abort_subscript(
      sprintf("entry %d of `%s` on axis %d is NA; every entry must be a position", where, text, axis),
      "missing", call,
      subscript = text
    )
  }
  is_whole <- is.finite(positions) & positions == trunc(positions)
  if (!all(is_whole)) {
    abort_fractional(positions[!is_whole][[1L]], text, axis, call)
  }
  bad <- positions == 0 | abs(positions) > size
  if (any(bad)) {
    check_position(positions[bad][[1L]], text, size, axis, call)
  }
  from_end <- positions < 0
  positions[from_end] <- positions[from_end] + size + 1
  positions
}

abort_fractional <- function(value, text, axis, call) {
  abort_subscript(
    sprintf(
      "`%s` on axis %d: %s is not a whole number; a position is one", text, axis,
      format_number(value)
    ),
    "type", call,
    subscript = text
  )
}

mask_index <- function(item, size, axis, call) {
  text <- item_text(item)
  if (text == "NA") {
    whole_number(NA, item, axis, call)
  }
  refuse_missing_mask(item$value, text, call)
  ndim <- max(length(dim(item$value)), 1L)
  if (ndim != 1L) {
    abort_subscript(
      sprintf("`%s` has %d axes; on axis %d a logical vector is needed", text, ndim, axis),
      "mask", call,
      subscript = text
    )
  }
  if (length(item$value) != size) {
    abort_subscript(
      sprintf(
        paste(
          "`%s` has length %d and axis %d has size %.0f; a logical subscript has one entry for",
          "each position, nothing is recycled"
        ),
        text, length(item$value), axis, size
      ),
      "mask", call,
      subscript = text
    )
  }
  which(as.vector(item$value))
}

refuse_missing_mask <- function(mask, text, call) {
  if (anyNA(mask)) {
    abort_subscript(
      sprintf("`%s` holds NA; a logical subscript must say TRUE or FALSE everywhere", text),
      "missing", call,
      subscript = text
    )
  }
}

select_mask <- function(mask, shape, options, call) {
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
  places <- if (bitwAnd(options, 4L) > 0L) {
    which(mask)
  } else {
    aperm(array(seq_along(mask), shape))[which(aperm(mask))]
  }
  list(elements = places, shape = length(places))
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
  strides <- c(1, cumprod(shape))
  places <- rep(1, nrow(points))
  for (axis in seq_along(shape)) {
    positions <- checked_positions(points[, axis], text, shape[[axis]], axis, call)
    places <- places + (positions - 1) * strides[[axis]]
  }
  list(elements = places, shape = length(places))
}
