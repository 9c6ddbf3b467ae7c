# Convert R objects for Python and back through reticulate's published functions, without loss: numbers as views
# of R's memory or as vectors that Python fills, text as bytes of UTF-8, everything else as lists of these.

# ---- To Python -----------------------------------------------------------------------------------

# Split an R object into parts that reticulate passes on unchanged, with `labels` also its names and dimnames.
# Bare numbers are an array, whose memory Python sees, or one number. Everything else is an unnamed list that
# begins with its kind, which pybridge/conversion/in_r.py reads. `origin` is that of the object, for errors.
to_parts <- function(x, origin, labels = FALSE) {
  if (is.object(x)) {
    return(object_parts(x, origin, labels))
  }
  type <- typeof(x)
  switch(type,
    double = ,
    integer = ,
    complex = if (labels) vector_parts(x, origin, labels = TRUE) else number_parts(x, origin),
    character = if (is_short_text(x) && !labels) {
      list("texts", utf8_text(x, origin))
    } else {
      vector_parts(x, origin, labels = labels)
    },
    logical = ,
    raw = vector_parts(x, origin, labels = labels),
    list = list_parts(x, origin),
    "NULL" = NULL,
    list("other", type, list())
  )
}

object_parts <- function(x, origin, labels) {
  classes <- as.list(utf8_text(class(x), part_of(origin, "class(", ")")))
  type <- typeof(x)
  if (is.atomic(x)) {
    own <- unlist(texts_of[class(x)], use.names = FALSE)
    texts <- if (!is.null(own)) attr(x, own[[1L]], exact = TRUE)
    texts <- if (!is.null(texts)) text_parts(texts, attribute_of(origin, own[[1L]]))
    return(vector_parts(unclass(x), origin, classes, texts, labels))
  }
  if (type == "list" && !isS4(x)) {
    return(list_parts(unclass(x), origin, classes))
  }
  if (!isS4(x) || type == "list") {
    return(list("other", type, classes))
  }
  slots <- attributes(x)
  slots <- slots[names(slots) %in% matrix_slots]
  is_long <- vapply(slots, is_long_vector, NA)
  list("S4", classes, lapply(slots[!is_long], to_parts, origin), lapply(slots[is_long], own_copy))
}

# The slots that hold a matrix of the package Matrix, except its names
matrix_slots <- c("i", "j", "p", "x", "Dim", "uplo", "diag")

# The attribute that holds the text of a vector of a class
texts_of <- list(factor = "levels", POSIXct = "tzone", difftime = "units")

# Whether a vector is bare numbers and so long that the copy which Python needs is better made here
is_long_vector <- function(x) {
  (typeof(x) == "integer" || typeof(x) == "double") && is.null(attributes(x)) && length(x) > 10000L &&
    length(x) <= .Machine$integer.max && bridge$is_shown
}

# Copy a vector: nothing else refers to the copy, so Python may write to it
own_copy <- function(x) {
  x <- rep_len(x, length(x))
  dim(x) <- length(x)
  x
}

# Split a vector: type, elements, whether it is one element without axes, classes, text of its class, labels
vector_parts <- function(x, origin, classes = list(), texts = NULL, labels = FALSE) {
  type <- typeof(x)
  parts <- if (type == "character") {
    list(text_parts(x, origin), dim_parts(x))
  } else {
    list(number_parts(if (type == "logical") x + 0L else x, origin), NULL)
  }
  is_one <- is.null(dim(x)) && length(x) == 1L
  c(list("vector", type), parts, list(is_one, classes, texts, if (labels) label_parts(x, origin)))
}

# Convert numbers to an array, or to one number; raw bytes to an array
number_parts <- function(x, origin) {
  sizes <- dim(x)
  if (is.null(sizes)) {
    count <- length(x)
    if (count == 1L && !is.raw(x)) {
      return(x)
    }
    if (count > .Machine$integer.max) {
      dim(x) <- long_sizes(count, origin$call)
      return(list("shaped", x, list(-1L)))
    }
    dim(x) <- count
  } else if (!is.integer(sizes) || prod(sizes) != length(x)) {
    return(list("broken", typeof(x), length(x), typeof(sizes), as.list(sizes)))
  } else if (length(sizes) > 32L) { # more than NumPy may have
    dim(x) <- length(x)
    return(list("shaped", x, as.list(sizes)))
  }
  x
}

# Find the sizes of a matrix with as many elements as a vector that is longer than an axis may be
long_sizes <- function(count, call) {
  rows <- Find(function(rows) count %% rows == 0, 2^16:2)
  if (is.null(rows)) {
    words <- "a vector of %.0f elements is longer than an axis of R, and no matrix has as many"
    abort(sprintf(words, count), "pybridge_error_conversion", call)
  }
  c(rows, count / rows)
}

dim_parts <- function(x) {
  sizes <- dim(x)
  if (is.null(sizes)) {
    return(NULL)
  }
  is_broken <- !is.integer(sizes) || prod(sizes) != length(x)
  if (is_broken) list("broken", typeof(x), length(x), typeof(sizes), as.list(sizes)) else as.list(sizes)
}

# Split text into its distinct strings, as bytes, and the code of each element where strings repeat
text_parts <- function(x, origin) {
  if (!is.character(x)) {
    return(list("no text", typeof(x)))
  }
  attributes(x) <- NULL
  # unique() stops at bytes, and what is not text is looked for among the distinct strings, to save time
  has_bytes <- any(Encoding(x) == "bytes")
  as_given <- if (has_bytes) x else unique(x)
  distinct <- enc2utf8(as_given)
  if (has_bytes || !all(is_text(as_given, distinct))) {
    utf8_text(x, origin) # an error, which has the position
  }
  codes <- NULL
  if (2 * length(distinct) < length(x)) {
    distinct <- distinct[!is.na(distinct)]
    codes <- array(match(x, distinct))
  } else { # match() takes longer than more strings
    distinct <- enc2utf8(x)
    if (anyNA(x)) {
      codes <- array(replace(seq_along(x), is.na(x), NA))
      distinct[is.na(x)] <- ""
    }
  }
  list("text", writeBin(distinct, raw(), useBytes = TRUE), codes)
}

# Whether text crosses as Python's own strings: few, none `NA`
is_short_text <- function(x) length(x) %in% 1:64 && is.null(dim(x)) && !anyNA(x)

label_parts <- function(x, origin) {
  texts <- function(label, origin) if (is.character(label)) text_parts(label, origin)
  labels <- attr(x, "dimnames", exact = TRUE)
  if (is.null(labels)) {
    names <- if (length(dim(x)) < 2L) attr(x, "names", exact = TRUE)
    return(if (!is.null(names)) list(list(texts(names, names_origin(origin))), NULL))
  }
  origin <- part_of(origin, "dimnames(", ")")
  of_axes <- lapply(seq_along(labels), function(axis) texts(labels[[axis]], element_of(origin, axis)))
  list(of_axes, texts(names(labels), names_origin(origin)))
}

list_parts <- function(x, origin, classes = list()) {
  names <- attr(x, "names", exact = TRUE)
  parts <- lapply(seq_along(x), function(k) to_parts(.subset2(x, k), element_of(origin, k)))
  texts <- if (!is.null(names)) text_parts(names, names_origin(origin))
  list("list", parts, texts, classes, !is.null(dim(x)), row_parts(x, origin))
}

# Split row names: their number if they are 1, 2, 3...
row_parts <- function(x, origin) {
  names <- attr(x, "row.names", exact = TRUE)
  if (is.null(names)) {
    return(NULL)
  }
  if (!is.integer(names)) {
    return(text_parts(names, part_of(origin, "row.names(", ")")))
  }
  if (.row_names_info(x) < 0L || identical(names, seq_along(names))) {
    return(length(names))
  }
  array(names)
}

# ---- To R ----------------------------------------------------------------------------------------

# Make an R object from the parts that Python returned. Parts that are not a list are the object itself; a vector
# from reticulate has one axis, which is dropped.
from_parts <- function(parts, call) {
  if (!is.list(parts)) {
    if (length(dim(parts)) == 1L) {
      dim(parts) <- NULL
    }
    return(parts)
  }
  kind <- parts[[1L]]
  x <- if (kind %in% c("logical", "array", "with")) from_parts(parts[[2L]], call)
  switch(kind,
    fill = return(filled(parts, call)),
    list = return(lapply(parts[[2L]], from_parts, call)),
    matrix = return(new_matrix(parts[[2L]], from_parts(parts[[3L]], call), call)),
    logical = storage.mode(x) <- "logical",
    array = dim(x) <- parts[[3L]],
    text = {
      x <- readBin(parts[[2L]], "character", parts[[3L]])
      if (!parts[[4L]]) Encoding(x) <- "UTF-8"
      if (!is.null(parts[[5L]])) x[as.vector(parts[[5L]])] <- NA
    },
    with = for (name in names(parts[[3L]])) attr(x, name) <- from_parts(parts[[3L]][[name]], call)
  )
  x
}

# Make a matrix of the package Matrix, which checks its slots
new_matrix <- function(name, slots, call) {
  if (!requireNamespace("Matrix", quietly = TRUE)) {
    words <- "a sparse matrix in R needs the package Matrix, which is not installed"
    abort(words, "pybridge_error_conversion", call)
  }
  class <- methods::getClass(name, where = asNamespace("Matrix"))
  do.call(methods::new, c(list(class), slots), quote = TRUE)
}

# Make a vector and let Python fill it: each element is written once
filled <- function(parts, call) {
  type <- parts[[2L]]
  sizes <- parts[[3L]]
  source <- parts[[5L]]
  if (!bridge$is_shown) {
    return(from_parts(reticulate::py_to_r(answered(py_call(bridge$filled, source), call)), call))
  }
  elements <- vector(type, prod(sizes))
  dim(elements) <- if (max(sizes) > .Machine$integer.max) long_sizes(sizes, call) else sizes
  answered(py_call(bridge$fill, source, elements), call)
  if (!parts[[4L]]) {
    dim(elements) <- NULL
  }
  elements
}

# Whether reticulate gives Python a view of R's own memory, in which R sees what Python writes
shows_memory <- function() {
  mark <- start_bridge()$mark
  all(vapply(c("logical", "integer", "double", "complex", "raw"), function(type) {
    x <- vector(type, 3L)
    dim(x) <- 3L
    py_call(mark, x, type)
    identical(as.integer(x), c(0L, 1L, 0L))
  }, NA))
}
