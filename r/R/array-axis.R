# One axis of an R array: a position, a range, a vector or a logical becomes positive positions. The rules and
# messages are those of pybridge/subscripts/resolve.py and ranges.py.

# What each call selects of an axis of a size, by its parts. `on(part)` are the positions of a part there, counted
# from the start, or its error; `refuse(words)` is the error of the call itself.
calls <- list(
  all_but = function(parts, size, on, refuse) which(replace(rep(TRUE, size), unlist(lapply(parts, on)), FALSE))
)

# What R's own dialect has in place of each call, in the words of pybridge/subscripts/calls.py
in_base <- c(
  all_but = "R's own takes positions, and a minus leaves them out, as in `-c(2, 4)`"
)

axis_index <- function(item, size, axis, call, text = item_text(item)) {
  value <- item$value
  if (is_one_na(item)) {
    words <- "`%s` on axis %d is not a position; for an open end write a range such as `NA:5`"
    reject(text, "missing", call, words, axis)
  }
  switch(item$kind,
    missing = seq_len(size),
    range = range_index(value, text, size, axis, call),
    mask = mask_index(value, text, size, axis, call),
    call = calls[[item$name]](
      value, size,
      function(part) axis_index(with_positions(part, item$labels, axis, call), size, axis, call),
      function(words) reject(text, "type", call, paste("`%s`:", words))
    ),
    vector_index(value, text, size, axis, call)
  )
}

# Whether an item is a single missing number or logical, as `NA` is
is_one_na <- function(item) {
  value <- item$value
  item$kind %in% c("scalar", "mask") && length(value) == 1L && length(dim(value)) < 2L && is.na(value)
}

range_index <- function(bounds, text, size, axis, call) {
  reject_fractions(bounds[!is.na(bounds)], text, axis, call)
  start <- bounds[[1L]]
  stop <- bounds[[2L]]
  step <- bounds[[3L]]
  if (isTRUE(step == 0)) {
    words <- "`%s` has step 0; a step moves forward or backward, so write 1 or -1"
    reject(text, "range", call, words)
  }
  have_one_sign <- isTRUE(start * stop > 0)
  if (is.na(step)) {
    step <- if (have_one_sign && start > stop) -1 else 1
  } else if (have_one_sign && start != stop && (step > 0) != (start < stop)) {
    sign <- if (start < stop) "positive" else "negative"
    words <- "`%s`: wrong sign in the step; from %s to %s the step is %s"
    reject(text, "range", call, words, format_number(start), format_number(stop), sign)
  }
  if (isTRUE(start == size + 1) && is.na(stop) && step > 0) {
    return(integer()) # NA:k and (k + 1):NA split any axis
  }
  ends <- if (step > 0) c(1, size) else c(size, 1)
  first <- if (is.na(start)) ends[[1L]] else vector_index(start, text, size, axis, call)
  last <- if (is.na(stop)) ends[[2L]] else vector_index(stop, text, size, axis, call)
  is_empty <- (last - first) * step < 0
  if (is_empty && isTRUE(start < 0) && isTRUE(stop > 0)) {
    words <- c(
      "`%s` on axis %d would select nothing: %s counts from the end, so it runs from position %.0f to %s; write",
      "`max(1, ...)` for a start that may fall below 1"
    )
    reject(text, "range", call, words, axis, format_number(start), first, format_number(stop))
  }
  if (size == 0 || is_empty) integer() else seq(first, last, by = step)
}

# The positions of a vector, or of one number, counted from the start
vector_index <- function(positions, text, size, axis, call) {
  ndim <- length(dim(positions))
  if (ndim > 1L) {
    words <- c(
      "`%s` has %d axes; on axis %d a vector is needed. A matrix of positions with one column",
      "for each axis must be the only subscript"
    )
    reject(text, "type", call, words, ndim, axis)
  }
  positions <- as.vector(positions)
  if (anyNA(positions)) {
    words <- "entry %2$d of `%1$s` on axis %3$d is NA; every entry must be a position"
    reject(text, "missing", call, words, which(is.na(positions))[[1L]], axis)
  }
  reject_fractions(positions, text, axis, call)
  bad <- positions == 0 | abs(positions) > size
  if (any(bad)) {
    reject_position(positions[bad][[1L]], text, size, axis, call)
  }
  from_end <- positions < 0
  positions[from_end] <- positions[from_end] + size + 1
  positions
}

reject_fractions <- function(values, text, axis, call) {
  is_whole <- is.finite(values) & values == trunc(values)
  if (!all(is_whole)) {
    words <- "`%s` on axis %d: %s is not a whole number; a position is one"
    reject(text, "type", call, words, axis, format_number(values[!is_whole][[1L]]))
  }
}

reject_position <- function(position, text, size, axis, call) {
  if (position == 0) {
    position <- 0L
    words <- "`%s` on axis %d: positions start at 1, so there is no position 0; the first is 1, the last -1"
    message <- sprintf(words, text, axis)
  } else {
    number <- format_number(position)
    subscript <- if (number != text) sprintf("`%s`: ", text) else ""
    message <- sprintf("%sposition %s is out of bounds: axis %d has size %.0f", subscript, number, axis, size)
  }
  abort_subscript(message, "oob", call, text, list(position = position, axis = axis, size = size))
}

mask_index <- function(mask, text, size, axis, call) {
  reject_missing_mask(mask, text, call)
  if (length(dim(mask)) > 1L) {
    words <- "`%s` has %d axes; on axis %d a logical vector is needed"
    reject(text, "mask", call, words, length(dim(mask)), axis)
  }
  if (length(mask) != size) {
    words <- c(
      "`%s` has length %.0f and axis %d has size %.0f; a logical subscript has one entry for",
      "each position, nothing is recycled"
    )
    reject(text, "mask", call, words, length(mask), axis, size)
  }
  which(as.vector(mask))
}

reject_missing_mask <- function(mask, text, call) {
  if (anyNA(mask)) {
    words <- "`%s` holds NA; a logical subscript must be TRUE or FALSE everywhere"
    reject(text, "missing", call, words)
  }
}
