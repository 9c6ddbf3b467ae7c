# Decode the captures of src/capture.c: only this file in R knows the codes of a record.
#
# A capture is an integer vector, the record, or list(record, values, settings) where whole numbers do not
# suffice. A value crosses to Python tagged with its kind in R.

# The codes are those of src/capture.c, which are compared when the package is loaded, and of
# pybridge/subscripts/records.py, which are compared with the tags when Python starts.
NO_DROP <- 1L
BASE <- 2L
COLUMN_MAJOR <- 4L

MISSING <- 0L
NEW_AXIS <- 1L
REST <- 2L
POSITION <- 3L
VALUE <- 4L
RANGE_OF_VALUES <- 5L
VECTOR <- 6L
RANGE <- 8L
HAS_START <- 1L # added to RANGE
HAS_STOP <- 2L
HAS_STEP <- 4L

# What a value is, in the first element of its list for Python
TAGS <- c("na", "entries", "characters", "int64", "tensor", "number", "call")

# Compare R's codes with those of C
check_own_codes <- function(codes = .Call(pybridge_codes)) {
  own <- mget(names(codes), envir = topenv(), ifnotfound = NA)
  if (!identical(unlist(own), codes)) {
    message <- "the R code and the C code of pybridge have different codes of subscripts; install the package again"
    abort(message, "pybridge_error_version")
  }
}

# Compare the codes of Python with those of C, which are R's, and the words with R's
check_codes <- function(codes, words) {
  own <- .Call(pybridge_codes)
  codes <- unlist(codes)
  if (!setequal(names(codes), names(own)) || any(codes[names(own)] != own) || !setequal(words, c(TAGS, names(calls)))) {
    message <- "R and Python write subscripts by different codes; install the same version of both"
    abort(message, "pybridge_error_version")
  }
}

# Capture the subscripts and named arguments of the calling function. A subscript may have any name, so those of
# the arguments here, which come after `...`, cannot be abbreviated. What stands in `...` beside the subscripts is
# evaluated only where these came through `...` themselves. `.is_bracket`, `.is_write`: see src/capture.c.
capture_subscripts <- function(..., .call, .frame, .is_bracket = FALSE, .is_write = FALSE) {
  capture <- .Call(pybridge_capture, .call, .frame, .is_bracket, .is_write)
  if (is.null(capture)) capture_forwarded(...) else capture # `%||%` would take a hundredth of the time of x@r[1]
}

# Capture subscripts and named arguments that came through `...` of the caller. Each may have a frame of its
# own, which only its promise knows.
capture_forwarded <- function(...) {
  dots <- rlang::enquos0(...)
  call <- as.call(c(list(quote(r_slice), quote(x)), lapply(dots, rlang::quo_get_expr)))
  frames <- c(list(emptyenv()), unname(lapply(dots, rlang::quo_get_env)))
  .Call(pybridge_capture, call, frames, TRUE, FALSE)
}

# Split a capture into its record and its values. Only arguments named in `known` are allowed. A Python tuple
# alone is several subscripts, as between Python's own brackets.
capture_parts <- function(capture, call, known = c("drop", "dialect", "order")) {
  if (is.integer(capture)) {
    return(list(record = capture, values = list()))
  }
  settings <- rev(capture[[3L]]) # the capture has the last first
  for (name in names(settings)) {
    if (!name %in% known) {
      allowed <- if (length(known)) paste0("none of ", toString(sprintf("`%s`", known))) else "no argument here"
      message <- sprintf("a subscript has no name, and `%s =` is %s", short_text(name), allowed)
      abort_subscript(message, "type", call, name)
    }
    allowed <- switch(name, drop = "TRUE or FALSE", dialect = '"tensor" or "base"', '"C" or "F"')
    abort_argument(sprintf("`%s` is %s, not %s", name, allowed, describe_value(settings[[name]])), call)
  }
  record <- capture[[1L]]
  values <- capture[[2L]]
  is_tuple <- identical(record[-1L], VALUE) && inherits(values[[1L]], "python.builtin.tuple")
  if (is_tuple && is_python(values[[1L]], call)) {
    values <- lapply(seq_len(length(values[[1L]])) - 1L, reticulate::py_get_item, x = values[[1L]])
    record <- c(record[[1L]], rep(VALUE, length(values)))
  }
  list(record = record, values = values)
}

# Whether a record has an option: NO_DROP, BASE or COLUMN_MAJOR
has_option <- function(record, option) bitwAnd(record[[1L]], option) > 0L

# Decode the subscripts of a record, each a list of its kind and its value. The kinds are missing, newaxis, rest,
# scalar, range, and value for one of `values`.
decode <- function(record, values) {
  items <- list()
  place <- 1L
  next_numbers <- function(count) {
    place <<- place + count
    as.double(record[place - count + seq_len(count)])
  }
  count_of_values <- 0L
  while (place < length(record)) {
    code <- next_numbers(1L)
    if (code == VALUE || code == RANGE_OF_VALUES) {
      count_of_values <- count_of_values + 1L
    }
    items[[length(items) + 1L]] <- if (code >= RANGE) {
      has_bound <- bitwAnd(code, c(HAS_START, HAS_STOP, HAS_STEP)) > 0L
      list(kind = "range", value = replace(rep(NA_real_, 3L), has_bound, next_numbers(sum(has_bound))))
    } else if (code == POSITION) {
      list(kind = "scalar", value = next_numbers(1L))
    } else if (code == VECTOR) {
      entries <- next_numbers(1L)
      list(kind = "value", value = next_numbers(entries))
    } else if (code == VALUE || code == RANGE_OF_VALUES) {
      list(kind = "value", value = values[[count_of_values]])
    } else {
      list(kind = c("missing", "newaxis", "rest")[[code + 1L]])
    }
  }
  items
}

# Tag the values of a capture with their kinds for Python. No NA crosses raw, and a vector crosses as an array,
# because reticulate makes a vector of length 1 a number.
tag_values <- function(parts, call) {
  lapply(parts$values, function(value) {
    if (inherits(value, "pybridge_bounds")) {
      tag_bounds(value, call)
    } else {
      tag_subscript(value, has_option(parts$record, BASE), call)
    }
  })
}

tag_bounds <- function(bounds, call) {
  text <- bounds_text(bounds)
  bounds <- bounds[c(TRUE, TRUE, !is.null(bounds[[3L]]))]
  lapply(bounds, function(bound) {
    if (is_python(bound, call)) {
      return(list("tensor", bound))
    }
    is_number <- is.numeric(bound) || identical(bound, NA)
    if (!is_number || length(bound) != 1L || is.factor(bound) || is_nan(bound)) {
      more <- if (is.function(bound)) "; the last position is -1, and an open end is NA" else ""
      words <- "`%s`: a bound of a range is one number or NA, not %s%s"
      reject(text, "type", call, words, describe_value(bound), more)
    }
    tag_entry(bound, call)
  })
}

bounds_text <- function(bounds) {
  bounds <- bounds[c(TRUE, TRUE, !is.null(bounds[[3L]]))]
  paste(vapply(bounds, bound_text, ""), collapse = ":")
}

bound_text <- function(bound) {
  if (inherits(bound, "pybridge_call")) {
    return(format(bound))
  }
  if (is.numeric(bound) && length(bound) != 1L && !is.object(bound)) {
    return(entries_text(bound))
  }
  if (is.atomic(bound) && length(bound) == 1L) short_text(format_number(bound)) else class_name(bound)
}

is_nan <- function(value) is.double(value) && !is.object(value) && is.nan(value)

tag_subscript <- function(value, base, call) {
  value <- without_minus(value, call)
  if (is_python(value, call)) {
    if (inherits(value, "python.builtin.tuple")) {
      words <- "a Python tuple is several subscripts, and here it is one of them; write its parts, or a vector such as"
      abort_subscript(paste(words, "c(1, 2)"), "type", call, "<tuple>")
    }
    return(list("tensor", value))
  }
  if (inherits(value, "pybridge_call")) {
    return(list("call", value$name, as.list(value$record), tag_values(value, call)))
  }
  check_subscript(value, base, call)
  if (is.character(value)) {
    sizes <- dim(value) # without sizes, one name drops its axis
    text <- utf8_text(value, new_origin(entries_text(value), call, subscript_classes("type")))
    names <- lapply(text, function(name) if (!is.na(name)) name)
    return(list("characters", names, if (!is.null(sizes)) as.list(sizes)))
  }
  if (is.null(dim(value)) && length(value) == 1L && is.numeric(value)) {
    return(tag_entry(value, call))
  }
  tag_entries(value, call)
}

# Tag one number
tag_entry <- function(value, call) {
  if (inherits(value, "integer64")) {
    return(tag_entries(value, call))
  }
  value <- as.vector(value)
  if (is.na(value) && !is.nan(value)) list("na") else list("number", value)
}

# Tag a vector or an array of numbers or logicals, without its names and classes
tag_entries <- function(value, call) {
  sizes <- dim(value) %||% length(value)
  if (inherits(value, "integer64")) {
    bits <- int64_bits(value, call)
    is_one <- is.null(dim(value)) && length(bits) == 1L
    return(list("int64", if (is_one) bits else array(bits, sizes)))
  }
  value <- as.vector(unclass(value))
  if (!anyNA(value)) {
    return(list("entries", array(value, sizes)))
  }
  is_na <- is.na(value)
  value[is_na] <- if (is.logical(value)) FALSE else 0L
  list("entries", array(value, sizes), array(is_na, sizes))
}

# Reject a value that cannot be a subscript
check_subscript <- function(value, base, call) {
  advice <- if (is.factor(value) && !base) {
    "a factor; use as.integer() for its codes"
  } else if (is.data.frame(value)) {
    "a data frame; use as.matrix() for a matrix of positions"
  } else if (inherits(value, "pybridge_spliced")) {
    paste(
      "a list behind `!!!`, which R itself does not splice; write rlang::inject(x@r[!!!i]), or",
      "do.call(`[`, c(list(x@r), i))"
    )
  } else if (is.list(value)) {
    "a list; use unlist() for a vector"
  } else if (!is.numeric(value) && !is.logical(value) && !is.character(value) && !is.factor(value)) {
    paste0(describe_value(value), "; use numbers, logicals, a range, newaxis, .. or nothing")
  } else if (is.object(value) && !base && !is.factor(value) && !inherits(value, "integer64")) {
    sprintf("of class %s; use unclass() for its numbers", class_name(value))
  } else if (length(value) > .Machine$integer.max) {
    "longer than any axis can be"
  }
  if (!is.null(advice)) {
    abort_subscript(paste("a subscript is", advice), "type", call, sprintf("<%s>", class_name(value)))
  }
}

# Return a value, unless it stands behind a minus by which R's own brackets would leave positions out
without_minus <- function(value, call) {
  if (!inherits(value, "pybridge_negated")) {
    return(value)
  }
  if (value[[4L]] && !length(dim(value[[1L]]))) {
    return(value[[1L]]) # a tensor without axes behind a name
  }
  words <- c(
    "`%s` counts these positions from the end; to leave them out write `all_but(%s)`, and to count from the end",
    "give each its minus, as in `c(-1, -2)`"
  )
  reject(short_text(one_line(value[[2L]])), "type", call, words, short_text(one_line(value[[3L]])))
}

# Values among which a minus before positions is what it is to R and Python
without_marks <- function(values) {
  lapply(values, function(value) if (inherits(value, "pybridge_negated")) value[[1L]] else value)
}

# The bits of 64-bit integers, which the package bit64 stores in reals
int64_bits <- function(value, call) {
  if (!is.double(value)) {
    words <- "an object of class integer64 stores its bits in reals, and this one is of type"
    abort_argument(paste0(words, " ", typeof(value), "; bit64::as.integer64() makes one"), call)
  }
  as.vector(unclass(value))
}

# Convert 64-bit integers to reals of the same shape; the smallest is NA. With `is_exact`, one that no real can
# hold is an error.
read_int64 <- function(value, call, is_exact = FALSE) {
  bytes <- writeBin(int64_bits(value, call), raw(), endian = "little")
  halves <- readBin(bytes, "integer", 2L * length(value), endian = "little")
  halves[is.na(halves)] <- -2^31 # R reads its pattern as NA
  low <- halves[c(TRUE, FALSE)]
  reals <- halves[c(FALSE, TRUE)] * 2^32 + low %% 2^32
  reals[reals == -2^63] <- NA_real_
  is_rounded <- abs(reals) > 2^53 | (abs(reals) == 2^53 & low %% 2 != 0)
  if (is_exact && any(is_rounded, na.rm = TRUE)) {
    message <- "a 64-bit integer beyond 2^53 would lose information in an R array of reals"
    abort(message, c("pybridge_error_assignment_lossy", "pybridge_error_assignment"), call)
  }
  dim(reals) <- dim(value)
  reals
}
