# How values and subscripts are written in messages: in R's notation, as Python's half writes them.

# Name a value in a message: itself where it is short, its kind elsewhere
describe_value <- function(value) {
  if (is.character(value) && length(value) == 1L && !is.na(value)) {
    return(short_text(dQuote(value, FALSE)))
  }
  if ((is.numeric(value) || is.logical(value)) && !is.object(value) && length(value) == 1L) {
    return(format_number(value))
  }
  if (is.function(value)) {
    return("a function")
  }
  if (is.null(value)) {
    return("NULL")
  }
  if (is.atomic(value) && !is.object(value)) {
    return(sprintf("a %s vector of length %.0f", typeof(value), length(value)))
  }
  sprintf("an object of class %s", class(value)[[1L]])
}

# Cut a text that came from the user, so that no message is long
short_text <- function(text) if (nchar(text) > 60L) paste0(substr(text, 1L, 57L), "...") else text

# Write one number, logical or NA as Python's messages do
format_number <- function(value) {
  value <- as.vector(unclass(value))
  if (is.double(value) && !is.na(value) && is.finite(value) && value == trunc(value) && abs(value) < 1e15) {
    return(sprintf("%.0f", value))
  }
  format(value, digits = 15L)
}

# Refuse a subscript; `words` are the format of a message, whose first value is the subscript's text
refuse <- function(text, kind, call, words, ..., fields = list()) {
  class <- c(paste0("pybridge_error_subscript_", kind), "pybridge_error_subscript")
  abort(sprintf(paste(words, collapse = " "), text, ...), class, call, c(list(subscript = text), fields))
}

python_tuple <- function(shape) {
  shape <- vapply(shape, format_number, "")
  if (length(shape) == 1L) sprintf("(%s,)", shape) else sprintf("(%s)", paste(shape, collapse = ", "))
}

# Write an item in R's notation, as pybridge.subscripts.short_text does; a long vector shows its two ends
item_text <- function(item) {
  value <- item$value
  switch(item$kind,
    missing = "",
    newaxis = "newaxis",
    rest = "..",
    scalar = format_number(value),
    range = paste(vapply(value[c(TRUE, TRUE, !is.na(value[[3L]]))], format_number, ""),
      collapse = ":"
    ),
    entries_text(value)
  )
}

items_text <- function(items) paste(vapply(items, item_text, ""), collapse = ", ")

entries_text <- function(value) {
  printed <- 12L
  shape <- array_shape(value)
  count <- length(value)
  shown <- if (count <= printed) seq_len(count) else c(seq_len(printed - 1L), count)
  texts <- vapply(shown, function(k) {
    if (is.character(value)) short_text(deparse(value[[k]])) else format_number(value[[k]])
  }, "")
  if (!is.character(value) && !is.logical(value) && count > 0L && all(is.na(value))) {
    texts[] <- "NA_integer_"
  }
  if (count > printed) {
    texts <- append(texts, "...", printed - 1L)
  }
  joined <- if (count > 0L) {
    sprintf("c(%s)", toString(texts))
  } else if (is.logical(value)) {
    "logical(0)"
  } else {
    "integer(0)"
  }
  if (length(shape) == 1L) {
    if (count != 1L) {
      return(joined)
    }
    return(if (is.logical(value) || is.character(value)) texts else sprintf("array(%s)", texts))
  }
  if (length(shape) == 2L && shape[[2L]] > 0L) {
    return(sprintf("matrix(%s, ncol = %d)", joined, shape[[2L]]))
  }
  sprintf("array(%s, dim = c(%s))", joined, toString(shape))
}
