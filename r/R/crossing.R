# What crosses between R and Python: an R object is split into parts, and parts are put together to an R object. Both
# bridges use this file and text.R: the R package through reticulate, and Python through rpy2, which evaluates them in
# an environment of their own (pybridge/conversion/rpy2_side.R). Each side defines three functions beside them:
# show_numbers() makes numbers what the bridge shows as R's memory, take_numbers() makes a vector of what the bridge has
# made of numbers, and abort() signals an error.

# The kinds of parts and the fields of each, in the order in which they stand after the kind. parts.py describes them
# and has the same ones; the two are compared when a bridge starts.
part_fields <- list(
  texts = "strings",
  text = c("utf8", "codes"),
  typed = c("type", "elements"),
  shaped = c("object", "sizes"),
  classed = c("object", "classes", "own_text"),
  labelled = c("object", "labels", "names"),
  list = c("elements", "names", "classes", "row_names"),
  count = "rows",
  matrix = c("class", "sizes", "i", "j", "p", "x"),
  other = c("type", "classes"),
  new_text = c("utf8", "count", "is_ascii", "places_of_na"),
  new_list = "...",
  new_matrix = c("class", "names", "..."),
  logical = "elements",
  array = c("elements", "sizes"),
  with = c("object", "names", "..."),
  fill = c("type", "sizes", "has_dim", "source"),
  object = "object"
)

# ---- To Python -----------------------------------------------------------------------------------

# Split an R object into parts, with `labels` also its names and dimnames. Bare numbers are themselves, and `NULL` is.
# Everything else is an unnamed list that begins with its kind. `origin` is that of the object, for errors.
to_parts <- function(x, origin, labels = FALSE) {
  if (is.object(x)) {
    return(object_parts(x, origin, labels))
  }
  switch(typeof(x),
    double = ,
    integer = ,
    complex = ,
    character = ,
    logical = ,
    raw = vector_parts(x, origin, labels),
    list = list_parts(x, origin, labels = labels),
    "NULL" = NULL,
    list("other", typeof(x), character())
  )
}

object_parts <- function(x, origin, labels) {
  classes <- utf8_text(class(x), part_of(origin, "class(", ")"))
  type <- typeof(x)
  if (is.atomic(x)) {
    own <- unlist(texts_of[class(x)], use.names = FALSE)
    text <- if (!is.null(own)) attr(x, own[[1L]], exact = TRUE)
    if (identical(own, "tzone")) check_zone(text, origin)
    text <- if (!is.null(text)) text_parts(text, attribute_of(origin, own[[1L]]))
    return(list("classed", vector_parts(unclass(x), origin, labels), classes, text))
  }
  if (type == "list" && !isS4(x)) {
    return(list_parts(unclass(x), origin, classes, labels))
  }
  if (isS4(x) && type != "list" && grepl("^[dln]([gst][CRT]|di)Matrix$", classes[[1L]])) {
    return(matrix_parts(x, classes[[1L]], origin))
  }
  list("other", type, classes)
}

# Refuse a time zone that R does not list: some it reads with the sign the other way round, others as UTC. None is the
# zone of the session.
check_zone <- function(zone, origin) {
  zone <- as.character(zone)[1L]
  if (is.na(zone) || zone %in% c("", "UTC")) {
    return(invisible())
  }
  if (is.null(zones$names)) zones$names <- OlsonNames()
  if (!zone %in% zones$names) {
    words <- "the time zone %s of `%s` is none of OlsonNames(); in UTC the times are the same"
    abort(sprintf(words, short_text(dQuote(zone, FALSE)), origin$code), origin$class, origin$call)
  }
}

zones <- new.env(parent = emptyenv())

# The attribute that holds the text of a vector of a class
texts_of <- list(factor = "levels", POSIXct = "tzone", difftime = "units")

# Split a sparse matrix of the package Matrix, which checks it, and makes a general one of a symmetric or a
# triangular one
matrix_parts <- function(x, name, origin) {
  require_matrix(origin$call)
  fault <- tryCatch(is.null(methods::validObject(x)), error = conditionMessage)
  if (is.character(fault)) {
    words <- "`%s` is broken: %s"
    abort(sprintf(words, origin$code, fault), origin$class, origin$call, list(argument = origin$code))
  }
  if (endsWith(name, "diMatrix")) {
    entries <- Matrix::diag(x)
  } else {
    if (substr(name, 2L, 2L) != "g") x <- methods::as(x, "generalMatrix")
    entries <- attr(x, "x", exact = TRUE)
  }
  slot_copy <- function(name) {
    slot <- attr(x, name, exact = TRUE)
    if (!is.null(slot)) own_copy(slot)
  }
  sizes <- array(x@Dim)
  list(
    "matrix", class(x)[[1L]], sizes, slot_copy("i"), slot_copy("j"), slot_copy("p"),
    if (!is.null(entries)) vector_parts(own_copy(entries), origin, labels = FALSE)
  )
}

require_matrix <- function(call) {
  if (!requireNamespace("Matrix", quietly = TRUE)) {
    words <- "a sparse matrix in R needs the package Matrix, which is not installed"
    abort(words, "pybridge_error_conversion", call)
  }
}

# Copy a vector: nothing else refers to the copy, so Python may write to it
own_copy <- function(x) {
  x <- rep_len(x, length(x))
  dim(x) <- length(x)
  x
}

# Split a vector without a class; with `labels` also its names or dimnames, if it has them
vector_parts <- function(x, origin, labels) {
  type <- typeof(x)
  parts <- if (type == "character") {
    sizes <- checked_dim(x, origin)
    parts <- text_parts(x, origin)
    if (is.null(sizes)) parts else list("shaped", parts, array(sizes))
  } else if (type == "logical" || type == "raw") {
    list("typed", type, number_parts(x, origin))
  } else {
    number_parts(x, origin)
  }
  labels <- if (labels) label_parts(x, origin)
  if (is.null(labels)) parts else c(list("labelled", parts), labels)
}

# Numbers as the bridge shows them
number_parts <- function(x, origin) {
  sizes <- checked_dim(x, origin)
  is_long <- is.null(sizes) && length(x) > .Machine$integer.max
  if (!is_long && length(sizes) <= 32L) { # the most axes of NumPy 1
    return(show_numbers(x))
  }
  dim(x) <- if (is_long) long_sizes(length(x), origin$call) else length(x)
  list("shaped", show_numbers(x), if (is_long) -1L else array(sizes))
}

# The sizes of a vector; those that do not fit its elements are an error
checked_dim <- function(x, origin) {
  sizes <- dim(x)
  if (!is.null(sizes) && (!is.integer(sizes) || prod(sizes) != length(x))) {
    words <- if (is.integer(sizes)) {
      sprintf("`%s` has %.0f elements, and its dim says (%s)", origin$code, length(x), toString(sizes))
    } else {
      sprintf("the dim of `%s` is of type %s", origin$code, typeof(sizes))
    }
    abort(paste0(words, ": it is broken"), origin$class, origin$call, list(argument = origin$code))
  }
  sizes
}

# Find the sizes of a matrix with as many elements as a vector that is longer than an axis may be
long_sizes <- function(count, call) {
  rows <- Find(function(rows) count %% rows == 0, 2^16:2)
  if (is.null(rows)) {
    words <- "a vector of %.0f elements is longer than an axis of an R array, and no matrix has as many"
    abort(sprintf(words, count), "pybridge_error_conversion", call)
  }
  c(rows, count / rows)
}

# Split text into its distinct strings, as bytes, and the code of each element where strings repeat; a few strings
# cross as they are, if none is NA
text_parts <- function(x, origin) {
  if (!is.character(x)) {
    words <- "`%s` is of type %s and not text: the object that it belongs to is broken"
    abort(sprintf(words, origin$code, typeof(x)), origin$class, origin$call, list(argument = origin$code))
  }
  if (length(x) %in% 1:64 && !anyNA(x)) {
    return(list("texts", utf8_text(x, origin)))
  }
  if (!is.null(attributes(x))) attributes(x) <- NULL
  # What is not text is looked for among the distinct strings, to save time; unique() stops at bytes.
  as_given <- tryCatch(unique(x), error = function(error) x)
  distinct <- enc2utf8(as_given)
  if (!all(is_text(as_given, distinct))) {
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

list_parts <- function(x, origin, classes = character(), labels = FALSE) {
  if (!is.null(dim(x))) {
    abort("a list with a dim cannot be converted: c(x) drops the dim", origin$class, origin$call)
  }
  names <- attr(x, "names", exact = TRUE)
  parts <- lapply(seq_along(x), function(k) to_parts(.subset2(x, k), element_of(origin, k), labels))
  texts <- if (!is.null(names)) text_parts(names, names_origin(origin))
  list("list", parts, texts, classes, row_parts(x, origin))
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
    return(list("count", length(names)))
  }
  array(names)
}

# ---- To R ----------------------------------------------------------------------------------------

# Make an R object from the parts that Python returned. Parts that are not a list are the object itself.
from_parts <- function(parts, call = NULL) {
  if (!is.list(parts)) {
    return(take_numbers(parts))
  }
  switch(parts[[1L]],
    object = parts[[2L]],
    new_list = lapply(parts[-1L], from_parts, call),
    new_text = new_text(parts[[2L]], parts[[3L]], parts[[4L]], parts[[5L]]),
    new_matrix = new_matrix(parts[[2L]], parts[[3L]], lapply(parts[-(1:3)], from_parts, call), call),
    logical = {
      x <- from_parts(parts[[2L]], call)
      storage.mode(x) <- "logical"
      x
    },
    array = {
      x <- from_parts(parts[[2L]], call)
      dim(x) <- parts[[3L]]
      x
    },
    with = {
      x <- from_parts(parts[[2L]], call)
      names <- parts[[3L]]
      for (k in seq_along(names)) attr(x, names[[k]]) <- from_parts(parts[[k + 3L]], call)
      if ("tzone" %in% names) check_zone(attr(x, "tzone"), new_origin("x", call))
      x
    },
    fill = filled(parts, call),
    abort(sprintf("Python sent a part of the unknown kind \"%s\"", parts[[1L]]), "pybridge_error_version", call)
  )
}

# Make text of bytes of UTF-8, each string followed by NUL
new_text <- function(utf8, count, is_ascii, places_of_na) {
  x <- readBin(utf8, "character", count)
  if (!is_ascii) Encoding(x) <- "UTF-8"
  if (!is.null(places_of_na)) x[as.vector(places_of_na)] <- NA
  x
}

# Make a matrix of the package Matrix, which checks its slots
new_matrix <- function(name, names, slots, call) {
  require_matrix(call)
  names(slots) <- names
  class <- methods::getClass(name, where = asNamespace("Matrix"))
  do.call(methods::new, c(list(class), slots), quote = TRUE)
}

# Allocate a vector for Python to fill; one that is longer than an axis of R has the sizes of a matrix
new_vector <- function(type, sizes, call = NULL) {
  x <- vector(type, prod(sizes))
  if (max(sizes) > .Machine$integer.max) sizes <- long_sizes(sizes, call)
  if (length(sizes) > 1L) dim(x) <- sizes
  x
}
