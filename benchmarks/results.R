# Whether two ways made the same of a table, and in words how they differ: for tables.R and tables.py.

# R's own types of whole numbers may differ.
is_same <- function(theirs, ours) {
  if (is.integer(theirs) && is.double(ours) && !is.object(theirs)) theirs <- as.double(theirs)
  identical(theirs, ours)
}

in_words <- function(column) {
  if (inherits(column, "POSIXct")) {
    zone <- attr(column, "tzone")
    if (all(is.na(column))) {
      return("NA alone")
    }
    if (is.null(zone) || identical(zone, "")) "a POSIXct without a zone" else paste("a POSIXct in", zone[[1L]])
  } else if (is.double(column) && any(is.nan(column))) {
    "a double with NaN for NA"
  } else {
    paste("a", class(column)[[1L]])
  }
}

# How the columns of one way differ from those of the other: one text for each that does.
differences <- function(theirs, ours) {
  differs <- !mapply(is_same, theirs, ours)
  words <- vapply(theirs[differs], in_words, "")
  is_of_a_kind <- words == vapply(ours[differs], in_words, "")
  ifelse(is_of_a_kind, paste(words, "with other values"), words)
}
