# The tensor dialect, said once more in base R: seq.int() and `[` do the work. It shares no line and
# no algorithm with the package. Subscripts are R source, as a kind prints itself.

rg <- function(a, b, s = NA) list(kind = "range", a = a, b = b, s = s)
mi <- list(kind = "missing")
re <- list(kind = "rest")

# What a call such as all_but(2, 4) selects, by its parts and the size of its axis.
calls <- list(
  all_but = function(parts, n) {
    p <- unlist(lapply(parts, axis_positions, n))
    if (length(p)) seq_len(n)[-p] else seq_len(n)
  }
)

fail <- function(code) stop(structure(list(message = code, call = NULL),
                                      class = c("refusal", "error", "condition")))

at <- function(p, n) {
  if (is.na(p)) fail("missing")
  if (p != trunc(p)) fail("type")
  if (p == 0 || abs(p) > n) fail("oob")
  if (p < 0) n + 1 + p else p
}

range_positions <- function(a, b, s, n) {
  for (part in c(a, b, s)) if (!is.na(part) && part != trunc(part)) fail("type")
  if (!is.na(s) && s == 0) fail("range")
  for (bound in c(a, b)) if (!is.na(bound) && bound == 0) fail("oob")
  if (is.na(a) || is.na(b)) {
    by <- if (is.na(s)) 1 else s
    if (by > 0 && is.na(b) && identical(as.numeric(a), n + 1)) return(integer(0))
    from <- if (!is.na(a)) at(a, n) else if (by > 0) 1 else n
    to <- if (!is.na(b)) at(b, n) else if (by > 0) n else 1
  } else {
    same <- sign(a) == sign(b)
    by <- if (!is.na(s)) s else if (same && a > b) -1 else 1
    # R's own seq.int() would say: wrong sign in 'by'
    if (same && a != b && sign(b - a) != sign(by)) fail("range")
    from <- at(a, n)
    to <- at(b, n)
  }
  if (from != to && sign(to - from) != sign(by)) {
    # the start has fallen below 1, where it means the end
    if (!is.na(a) && !is.na(b) && a < 0 && b > 0) fail("range")
    return(integer(0))
  }
  if (n == 0) return(integer(0))
  seq.int(from, to, by)
}

# The subscripts between two brackets, read by R's own parser. A range is one only as written: its
# bounds are evaluated, and everything else is evaluated whole.
subs_of <- function(text) {
  written <- as.list(str2lang(paste0("f(", text, ")")))[-1]
  if (length(written) == 0) return(list(mi))
  lapply(seq_along(written), function(k) {
    if (identical(written[[k]], quote(expr = ))) return(mi)
    sub_of(written[[k]])
  })
}

sub_of <- function(e) {
  if (identical(e, quote(..))) return(re)
  if (is.null(e) || identical(e, quote(newaxis))) return(list(kind = "newaxis"))
  if (is.call(e) && as.character(e[[1]])[1] %in% names(calls)) {
    return(list(kind = "call", name = as.character(e[[1]]), parts = lapply(as.list(e)[-1], sub_of)))
  }
  if (is.call(e) && identical(e[[1]], quote(`:`))) {
    inner <- e[[2]]
    if (is.call(inner) && identical(inner[[1]], quote(`:`))) {
      return(rg(eval(inner[[2]]), eval(inner[[3]]), eval(e[[3]])))
    }
    return(rg(eval(inner), eval(e[[3]])))
  }
  value <- eval(e)
  # R's own brackets would leave these out, and a minus counts from the end here
  inside <- e
  while (is.call(inside) && identical(inside[[1]], quote(`(`))) inside <- inside[[2]]
  is_minus <- is.call(inside) && identical(inside[[1]], quote(`-`)) && length(inside) == 2
  if (is_minus && (length(value) != 1 || length(setdiff(all.names(inside), c("-", "+", "("))))) fail("type")
  if (is.character(value)) return(list(kind = "character"))
  if (length(dim(value)) > 1) return(list(kind = if (is.logical(value)) "whole" else "matrix", p = value))
  is_one <- length(value) == 1 && is.null(dim(value))
  list(kind = if (is.logical(value)) "mask" else if (is_one) "scalar" else "vector", p = value)
}

axis_positions <- function(sub, n) {
  switch(sub$kind,
    missing = seq_len(n),
    scalar = at(sub$p, n),
    range = range_positions(sub$a, sub$b, sub$s, n),
    vector = {
      if (anyNA(sub$p)) fail("missing")
      if (any(sub$p != trunc(sub$p))) fail("type")
      vapply(sub$p, at, 0, n = n)
    },
    matrix = fail("type"),
    whole = fail("mask"),
    character = fail("type"),
    newaxis = fail("type"),
    rest = fail("type"),
    call = calls[[sub$name]](sub$parts, n),
    mask = {
      if (anyNA(sub$p)) fail("missing")
      if (length(sub$p) != n) fail("mask")
      which(sub$p)
    })
}

# The positions of every axis, and the extents of the result: NULL where a scalar drops its axis.
resolve <- function(shape, subs, drop = TRUE) {
  kinds <- vapply(subs, `[[`, "", "kind")
  named <- sum(!kinds %in% c("newaxis", "rest"))
  if (length(subs) == 1 && kinds == "missing") return(resolve(shape, list(re), drop))
  if (length(subs) == 1 && kinds %in% c("matrix", "whole")) {
    linear <- alone(shape, subs[[1]])
    return(list(linear = linear, extents = length(linear)))
  }
  if (sum(kinds == "rest") > 1) fail("twice")
  if (named > length(shape)) fail("count")
  fill <- rep(list(mi), length(shape) - named)
  rest <- which(kinds == "rest")
  subs <- if (length(rest)) {
    c(subs[seq_len(rest - 1)], fill, subs[-seq_len(rest)])
  } else {
    c(subs, fill)
  }
  axis <- 0
  positions <- list()
  extents <- list()
  for (sub in subs) {
    if (sub$kind == "newaxis") {
      extents <- c(extents, 1)
      next
    }
    axis <- axis + 1
    p <- axis_positions(sub, shape[axis])
    positions[[axis]] <- p
    if (sub$kind != "scalar" || !drop) extents <- c(extents, length(p))
  }
  list(positions = positions, extents = as.integer(unlist(extents)))
}

row_major <- function(x) if (length(dim(x)) > 1) as.vector(aperm(x)) else as.vector(x)

# Entry [i, j, k] holds its place in row-major order, so that a wrong element shows.
places <- function(shape) {
  if (length(shape) == 0) return(1)
  aperm(array(seq_len(prod(shape)), rev(shape)))
}

# The linear, column-major places that a matrix of positions or a logical of the whole shape names.
alone <- function(shape, sub) {
  if (anyNA(sub$p)) fail("missing")
  strides <- cumprod(c(1, shape))[seq_along(shape)]
  if (sub$kind == "matrix") {
    if (ncol(sub$p) != length(shape)) fail("count")
    if (any(sub$p != trunc(sub$p))) fail("type")
    for (axis in seq_along(shape)) {
      sub$p[, axis] <- vapply(sub$p[, axis], at, 0, n = shape[axis])
    }
    return(as.vector(1 + (sub$p - 1) %*% strides))
  }
  if (!identical(dim(sub$p), as.integer(shape))) fail("mask")
  linear <- array(seq_len(prod(shape)), shape)
  row_major(linear)[row_major(sub$p)]
}

subset_of <- function(x, found) {
  if (!is.null(found$linear)) return(x[found$linear])
  if (length(found$positions) == 0) return(x)
  do.call(`[`, c(list(x), found$positions, list(drop = FALSE)))
}

code_of <- function(condition) {
  match(conditionMessage(condition), c("oob", "type", "missing", "count", "range", "mask", "value",
                               "twice"))
}

# -1 and the code of the refusal, or the number of axes, the extents, and the elements row-major.
read_case <- function(shape, subs, drop = TRUE) {
  tryCatch({
    found <- resolve(shape, subs, drop)
    c(length(found$extents), found$extents, row_major(subset_of(places(shape), found)))
  }, refusal = function(e) c(-1, code_of(e)))
}

# NumPy's rule, by coordinates: a value of extents `v` meets a selection of extents `d`.
broadcast_value <- function(value, v, d) {
  while (length(v) > length(d) && v[1] == 1) v <- v[-1]  # as NumPy's assignment does
  if (length(v) > length(d)) fail("value")
  own <- utils::tail(d, length(v))
  if (any(v != own & v != 1)) fail("value")
  if (prod(d) == 0) return(numeric(0))
  if (length(v) == 0) return(rep(value, prod(d)))
  at <- arrayInd(seq_len(prod(d)), d)
  at <- at[, length(d) - length(v) + seq_along(v), drop = FALSE]
  stride <- rev(cumprod(c(1, rev(v))))[-1]
  value[1 + drop(sweep(at - 1, 2, v - 1, pmin) %*% stride)]
}

# The value has the extents `v` and counts 1001, 1002, ... in row-major order.
assign_case <- function(shape, subs, shape_of_value) {
  tryCatch({
    found <- resolve(shape, subs)
    v <- shape_of_value(found$extents)
    x <- places(shape)
    linear <- seq_along(x)
    dim(linear) <- dim(x)
    into <- subset_of(linear, found)
    x[as.vector(into)] <- broadcast_value(1000 + seq_len(prod(v)), v, found$extents)
    c(length(shape), shape, row_major(x))
  }, refusal = function(e) c(-1, code_of(e)))
}

read_text <- function(shape, text, drop = TRUE) {
  tryCatch(read_case(shape, subs_of(text), drop), refusal = function(e) c(-1, code_of(e)))
}

# `value` is a list of its extents and its entries in row-major order.
assign_text <- function(shape, text, extents, entries) {
  tryCatch({
    found <- resolve(shape, subs_of(text))
    x <- places(shape)
    linear <- seq_along(x)
    dim(linear) <- dim(x)
    into <- as.vector(subset_of(linear, found))
    x[into] <- broadcast_value(entries, extents, found$extents)
    c(length(shape), shape, row_major(x))
  }, refusal = function(e) c(-1, code_of(e)))
}

run_cases <- function(cases, envir = parent.frame()) {
  found <- lapply(cases, eval, envir = envir)
  list(sizes = lengths(found), values = as.numeric(unlist(found)))
}
