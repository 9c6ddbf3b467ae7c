# How messages write values, shapes and subscripts: in R's notation, as the Python package does.

# Name a value in a message: by itself where it is short, else by its kind
describe_value <- function(value) {
  if (is.character(value) && length(value) == 1L && !is.na(value)) {
    return(short_text(dQuote(printable(value), FALSE)))
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
  sprintf("an object of class %s", class_name(value))
}

# The first class of a value
class_name <- function(x) printable(class(x)[[1L]])

# The first line of a value's code; R cannot write that of names that are not text
one_line <- function(value) {
  code <- tryCatch(deparse(value, width.cutoff = 60L, nlines = 1L), error = function(e) describe_value(value))
  printable(paste(code, collapse = " "))
}

# Write one number, logical or NA as Python's messages do
format_number <- function(value) {
  value <- as.vector(unclass(value))
  if (is.double(value) && !is.na(value) && is.finite(value) && value == trunc(value) && abs(value) < 1e15) {
    return(sprintf("%.0f", value))
  }
  format(value, digits = 15L)
}

# A number without an exponent
plain_text <- function(number) format(number, scientific = FALSE, trim = TRUE, digits = 15L)

elements_text <- function(count) if (count == 1) "1 element" else paste(plain_text(count), "elements")

shape_text <- function(shape) {
  sizes <- ifelse(is.na(shape), "NA", format(shape, scientific = FALSE, trim = TRUE))
  paste0("(", paste(sizes, collapse = ", "), ")")
}

# Two or more entries as a list in a sentence
listed <- function(entries, word = "and") {
  last <- length(entries)
  paste(paste(entries[-last], collapse = ", "), word, entries[last])
}

# Reject a subscript; `words` are the format of a message, whose first value is the subscript's text
reject <- function(text, kind, call, words, ..., fields = list()) {
  abort_subscript(sprintf(paste(words, collapse = " "), text, ...), kind, call, text, fields)
}

python_tuple <- function(shape) {
  shape <- vapply(shape, format_number, "")
  if (length(shape) == 1L) sprintf("(%s,)", shape) else sprintf("(%s)", paste(shape, collapse = ", "))
}

# An item in R's notation, as pybridge.subscripts.short_text writes it; the middle of a long vector is left out
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
    call = sprintf("%s(%s)", item$name, items_text(value)),
    entries_text(value)
  )
}

# A subscript's value as it came, which may be of Python
value_text <- function(value) {
  if (inherits(value, "pybridge_bounds")) {
    return(bounds_text(value))
  }
  if (inherits(value, "pybridge_call")) {
    return(format(value))
  }
  if (inherits(value, "python.builtin.object")) {
    return(sprintf("<%s>", class_name(value)))
  }
  item_text(read_value(value, NULL))
}

items_text <- function(items) paste(vapply(items, item_text, ""), collapse = ", ")

entries_text <- function(value) {
  most <- 12L
  shape <- array_shape(value)
  count <- length(value)
  places <- if (count <= most) seq_len(count) else c(seq_len(most - 1L), count)
  texts <- vapply(places, function(k) {
    if (is.character(value)) short_text(deparse(value[[k]])) else format_number(value[[k]])
  }, "")
  if (!is.character(value) && !is.logical(value) && count > 0L && all(is.na(value))) {
    texts[] <- "NA_integer_"
  }
  if (count > most) {
    texts <- append(texts, "...", most - 1L)
  }
  vector <- if (count > 0L) {
    sprintf("c(%s)", toString(texts))
  } else if (is.logical(value)) {
    "logical(0)"
  } else {
    "integer(0)"
  }
  if (length(shape) == 1L) {
    if (count != 1L) {
      return(vector)
    }
    return(if (is.logical(value) || is.character(value)) texts else sprintf("array(%s)", texts))
  }
  if (length(shape) == 2L && shape[[2L]] > 0L) {
    return(sprintf("matrix(%s, ncol = %d)", vector, shape[[2L]]))
  }
  sprintf("array(%s, dim = c(%s))", vector, toString(shape))
}
