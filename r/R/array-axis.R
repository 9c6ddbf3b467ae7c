# One axis of an R array: a position, a range, a vector or a logical becomes positive positions. Each
# rule and each message is that of pybridge/dialects/tensor_axis.py.

axis_index <- function(item, size, axis, call) {
  switch(item$kind,
    missing = seq_len(size),
    scalar = scalar_index(item, size, axis, call),
    range = range_index(item, size, axis, call),
    vector = vector_index(item, size, axis, call),
    mask_index(item, size, axis, call)
  )
}

scalar_index <- function(item, size, axis, call) {
  position <- whole_number(item$value, item, axis, call)
  check_position(position, item_text(item), size, axis, call)
  if (position > 0) position else position + size + 1
}

whole_number <- function(value, item, axis, call) {
  if (is.na(value)) {
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
  ends <- if (step > 0) c(1, size) else c(size, 1)
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
        "`%s` on axis %d: positions start at 1, so there is no position 0; the first is 1, the last -1",
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
  mask <- item$value
  text <- item_text(item)
  if (text == "NA") {
    whole_number(NA, item, axis, call)
  }
  refuse_missing_mask(mask, text, call)
  ndim <- max(length(dim(mask)), 1L)
  if (ndim != 1L) {
    abort_subscript(
      sprintf("`%s` has %d axes; on axis %d a logical vector is needed", text, ndim, axis),
      "mask", call,
      subscript = text
    )
  }
  if (length(mask) != size) {
    abort_subscript(
      sprintf(
        paste(
          "`%s` has length %.0f and axis %d has size %.0f; a logical subscript has one entry for",
          "each position, nothing is recycled"
        ),
        text, length(mask), axis, size
      ),
      "mask", call,
      subscript = text
    )
  }
  which(as.vector(mask))
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
