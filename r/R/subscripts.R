# The only non-standard evaluation of the package: a call becomes a capture of its subscripts.
# src/capture.c reads the call; here its values are checked and tagged for Python.
#
# A capture is an integer vector, the record, or list(record, values, settings) where whole numbers
# do not say it all.

#' Capture subscripts that came in through `...` of the caller
#'
#' Each may have a frame of its own, which only its promise knows.
#' @param ... The subscripts, unevaluated, and named arguments.
#' @noRd
capture_forwarded <- function(...) {
  dots <- rlang::enquos0(...)
  call <- as.call(c(list(quote(r_slice), quote(x)), lapply(dots, rlang::quo_get_expr)))
  frames <- c(list(emptyenv()), unname(lapply(dots, rlang::quo_get_env)))
  .Call(pybridge_capture, call, frames, TRUE)
}

#' Split a capture into its three parts, refusing arguments that no reader knows
#'
#' @param known The names that an argument in the brackets may have.
#' @noRd
capture_parts <- function(capture, call, known = c("drop", "dialect", "order")) {
  if (is.integer(capture)) {
    return(list(record = capture, values = list()))
  }
  settings <- rev(capture[[3L]]) # the capture has the last first
  for (name in names(settings)) {
    value <- settings[[name]]
    if (!name %in% known) {
      abort_subscript(
        sprintf("a subscript has no name, and `%s =` is none of %s", name, or_text(known)),
        "type", call,
        subscript = name
      )
    }
    allowed <- switch(name, drop = "TRUE or FALSE", dialect = '"tensor" or "base"', '"C" or "F"')
    abort_argument(sprintf("`%s` is %s, not %s", name, allowed, describe_value(value)), call)
  }
  list(record = capture[[1L]], values = capture[[2L]])
}

or_text <- function(names) {
  paste0("`", names, "`", collapse = ", ")
}

#' Whether a record asks for R's own dialect
#' @noRd
is_base <- function(record) {
  bitwAnd(record[[1L]], 2L) > 0L
}

#' Tag the values of a capture, so that Python knows what each is
#'
#' No NA crosses raw, and a vector crosses as an array, or length 1 would be ambiguous. A list of
#' length three, as the capture makes it, is a range whose bounds are not all whole numbers.
#' @param values,record The parts of a capture.
#' @noRd
tag_values <- function(values, record, call) {
  if (length(values) == 0L) {
    return(values)
  }
  base <- is_base(record)
  is_range <- value_codes(record) == 5L
  lapply(seq_along(values), function(k) {
    if (is_range[[k]]) {
      tag_bounds(values[[k]], call)
    } else {
      tag_subscript(values[[k]], base, call)
    }
  })
}

#' Return the codes of the record that stand for a value, in order
#' @noRd
value_codes <- function(record) {
  codes <- integer()
  place <- 2L
  while (place <= length(record)) {
    code <- record[[place]]
    if (code == 4L || code == 5L) {
      codes <- c(codes, code)
    }
    place <- place + 1L + if (code == 3L) 1L else sum(bitwAnd(code, c(1L, 2L, 4L)) > 0L) * (code >= 8L)
  }
  codes
}

tag_bounds <- function(bounds, call) {
  given <- !vapply(bounds, is.null, NA)
  given[1:2] <- TRUE
  text <- paste(vapply(bounds[given], bound_text, ""), collapse = ":")
  tagged <- lapply(bounds[given], function(bound) {
    if (inherits(bound, "python.builtin.object")) {
      return(list("tensor", bound))
    }
    is_number <- is.numeric(bound) || is_missing_scalar(bound)
    if (!is_number || length(bound) != 1L || is.factor(bound)) {
      abort_subscript(
        sprintf("`%s`: a bound of a range is one number or NA, not %s", text, describe_value(bound)),
        "type", call,
        subscript = text
      )
    }
    if (inherits(bound, "integer64")) {
      return(tag_entries(bound))
    }
    if (is.na(bound)) list("na") else list("number", as.vector(bound))
  })
  if (length(tagged) == 2L) c(tagged, list(list("na"))) else tagged
}

bound_text <- function(bound) {
  if (is.numeric(bound) && length(bound) != 1L && !is.object(bound)) {
    return(entries_text(bound))
  }
  if (is.atomic(bound) && length(bound) == 1L) format_number(bound) else class(bound)[[1L]]
}

is_missing_scalar <- function(value) {
  is.logical(value) && length(value) == 1L && is.na(value)
}

tag_subscript <- function(value, base, call) {
  if (inherits(value, "python.builtin.object")) {
    return(list("tensor", value))
  }
  check_subscript(value, base, call)
  if (is.character(value)) {
    return(list("characters", as.list(as.vector(value))))
  }
  if (is.null(dim(value)) && length(value) == 1L && is.numeric(value)) {
    if (inherits(value, "integer64")) {
      return(tag_entries(value))
    }
    value <- as.vector(value)
    return(if (is.na(value)) list("na") else list("number", value))
  }
  tag_entries(value)
}

#' Tag a vector or an array of numbers or logicals; its names and classes stay behind
#' @noRd
tag_entries <- function(value) {
  sizes <- dim(value) %||% length(value)
  if (inherits(value, "integer64")) {
    if (is.null(dim(value)) && length(value) == 1L) {
      sizes <- NULL
    }
    bits <- as.vector(unclass(value))
    return(list("int64", if (is.null(sizes)) bits else array(bits, sizes)))
  }
  value <- as.vector(unclass(value))
  if (!anyNA(value)) {
    return(list("entries", array(value, sizes)))
  }
  holes <- is.na(value)
  value[holes] <- if (is.logical(value)) FALSE else 0L
  list("entries", array(value, sizes), array(holes, sizes))
}

#' Refuse what is no subscript, with the reason
#' @noRd
check_subscript <- function(value, base, call) {
  advice <- if (is.factor(value) && !base) {
    "a factor; use as.integer() for its codes"
  } else if (is.data.frame(value)) {
    "a data frame; use as.matrix() for a matrix of positions"
  } else if (is.list(value)) {
    "a list; use unlist() for a vector"
  } else if (!is.numeric(value) && !is.logical(value) && !is.character(value) && !is.factor(value)) {
    paste0(describe_value(value), "; use numbers, logicals, a range, newaxis, .. or nothing")
  } else if (is.object(value) && !base && !is.factor(value) && !inherits(value, "integer64")) {
    sprintf("of class %s; use unclass() for its numbers", class(value)[[1L]])
  } else if (length(value) > .Machine$integer.max) {
    "longer than any axis can be"
  }
  if (!is.null(advice)) {
    abort_subscript(
      paste("a subscript is", advice), "type", call,
      subscript = paste0("<", class(value)[[1L]], ">")
    )
  }
}
