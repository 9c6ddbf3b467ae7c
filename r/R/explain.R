# explain_shapes: what R's rule and NumPy's would do to some shapes, as a small picture. The same
# rules, words and pictures as explaining.py.

#' What recycling and broadcasting would do to some shapes
#'
#' The same two shapes may satisfy R's rule and that of 'NumPy' and mean different elements: a
#' 3 x 3 matrix and a vector of length 3 do. `explain_shapes()` says so, and where.
#'
#' @param ... Two or more shapes: each a vector or list of sizes (`NA` for an unknown one), or an R
#'   array with a `dim` or a tensor, of which only the shape is read.
#' @return An object of class `pybridge_shapes` that prints as a small picture, in a terminal and in
#'   a notebook. Its `verdict` is `"same"`, `"different"` (both rules succeed and disagree),
#'   `"recycling only"`, `"broadcasting only"`, `"neither"`, or `"unknown"` where it depends on a
#'   size that is known only when the code runs. `shapes` holds the shapes; `recycling` and
#'   `broadcasting` hold the `shape` of the result, the `error` and the `warnings`; `position` is
#'   the first place, column-major, at which results of one shape differ.
#' @examples
#' explain_shapes(c(3, 3), 3)
#' explain_shapes(c(2, 3), 2)
#' explain_shapes(c(60000, 28, 28), c(28, 28))$verdict
#' @export
explain_shapes <- function(...) {
  call <- sys.call()
  shapes <- lapply(unname(list(...)), shape_of, call = call)
  if (length(shapes) < 2L) {
    abort_argument(sprintf("explain_shapes compares two or more shapes, not %d", length(shapes)), call)
  }
  plan <- recycle_shapes(shapes)
  broadcasting <- broadcast_shapes(shapes)
  may_be_same <- may_agree(plan$shape, broadcasting$shape)
  position <- if (may_be_same) first_difference(shapes, plan$shape)
  verdict <- if (isTRUE(plan$is_unknown)) {
    "unknown"
  } else if (is.null(plan$shape)) {
    if (is.null(broadcasting$shape)) "neither" else "broadcasting only"
  } else if (is.null(broadcasting$shape)) {
    "recycling only"
  } else {
    if (may_be_same && is.null(position)) "same" else "different"
  }
  structure(class = "pybridge_shapes", list(
    shapes = shapes, recycling = plan[intersect(c("shape", "error", "warnings"), names(plan))],
    broadcasting = broadcasting, verdict = verdict, position = position
  ))
}

shape_of <- function(x, call) {
  sizes <- if (is_python(x, call)) {
    call_python("tensor_shape", x, call = call)
  } else {
    dim(x) %||% read_sizes(x, call)
  }
  sizes[sizes == -1] <- NA
  r_sizes(sizes, call)
}

may_agree <- function(left, right) {
  !is.null(left) && !is.null(right) && length(left) == length(right) && !any(left != right, na.rm = TRUE)
}

# The first position at which the rules differ, when both gave `shape`.
#
# Arrays are then equal under both rules, and so is a single element. A vector of another length
# is as long as the last axis, along which NumPy lays it, while R starts with the first axis: they
# agree only where every axis before the last has size 1, or where there is no element at all.
first_difference <- function(shapes, shape) {
  is_along_last <- any(vapply(shapes, function(s) length(s) == 1L && !(s %in% 1L), NA))
  long <- which(!(shape[-length(shape)] %in% 1L))
  if (length(shape) < 2L || !is_along_last || known_count(shape) %in% 0 || !length(long)) {
    return(NULL)
  }
  replace(rep(1L, length(shape)), long[1L], 2L)
}

# Which element of operand `k` stands at a position under R's rule (1) or NumPy's (2)
element_at <- function(shapes, k, rule, position) {
  if (rule == 1L) {
    return(recycled_position(shapes, k, position))
  }
  found <- last_of(position, length(shapes[[k]]))
  found[shapes[[k]] %in% 1L] <- 1L
  if (length(found)) found else 1L
}

recycled_position <- function(shapes, k, position) {
  plan <- recycle_shapes(shapes)
  path <- plan$paths[[k]]
  ndim <- length(shapes[[k]])
  if (!length(path)) {
    return(position[seq_len(ndim)])
  }
  if (ndim > 1L) {
    return(rep(1L, ndim))
  }
  # beyond an unknown size a vector that fits has started anew, so any multiple will do
  sizes <- ifelse(is.na(plan$shape), 1L, plan$shape)
  offset <- sum((position - 1) * cumprod(c(1, sizes))[seq_along(sizes)])
  for (stage in c(rev(path[-length(path)]), shapes[k])) {
    offset <- offset %% prod(ifelse(is.na(stage) | stage == 0L, 1L, stage))
  }
  offset + 1
}

last_of <- function(position, count) position[seq_along(position) > length(position) - count]

# the picture

PANEL_EXTENT <- 4L
UNKNOWN_EXTENT <- 3L
PICTURE_WIDTH <- 80L

operand_names <- function(shapes) {
  if (length(shapes) <= 3L) c("x", "y", "z")[seq_along(shapes)] else paste0("x", seq_along(shapes))
}

# The operands that a rule repeats, and of which there is more than one element
pictured <- function(found) {
  results <- Filter(Negate(is.null), list(found$recycling$shape, found$broadcasting$shape))
  if (!length(results) || any(vapply(results, function(s) known_count(s) %in% 0, NA))) {
    return(integer())
  }
  Filter(function(k) {
    shape <- found$shapes[[k]]
    !(known_count(shape) %in% 1) &&
      !all(vapply(results, function(result) may_agree(shape, result), NA))
  }, seq_along(found$shapes))
}

panel_axes <- function(found, shape) {
  last <- length(shape)
  if (found$verdict == "recycling only") {
    return(c(1L, 2L))
  }
  c(if (is.null(found$position)) max(last - 1L, 1L) else which(found$position == 2L), last)
}

# The panel of operand `k` under R's rule (1) or NumPy's (2), or NULL without a result
panel <- function(found, k, rule) {
  result <- found[[c("recycling", "broadcasting")[rule]]]$shape
  if (is.null(result)) {
    return(NULL)
  }
  shape <- if (length(result) > 1L) result else c(1L, result)
  axes <- panel_axes(found, shape)
  name <- operand_names(found$shapes)[k]
  title <- paste0(name, " as ", c("R recycles", "NumPy broadcasts")[rule], " it")
  if (length(shape) > 2L) {
    others <- replace(rep("1", length(shape)), axes, "")
    title <- paste0(title, ", [", paste(others, collapse = ", "), "]")
  }
  extent <- ifelse(is.na(shape[axes]), UNKNOWN_EXTENT, pmin(shape[axes], PANEL_EXTENT))
  labels <- matrix("", extent[1L], extent[2L])
  differs <- matrix(FALSE, extent[1L], extent[2L])
  for (row in seq_len(extent[1L])) {
    for (column in seq_len(extent[2L])) {
      position <- replace(rep(1L, length(shape)), axes, c(row, column))
      position <- last_of(position, length(result))
      here <- element_at(found$shapes, k, rule, position)
      labels[row, column] <- paste0(name, "[", paste(here, collapse = ", "), "]")
      differs[row, column] <- !is.null(found$position) &&
        !identical(as.double(here), as.double(element_at(found$shapes, k, 3L - rule, position)))
    }
  }
  is_cut <- is.na(shape[axes]) | shape[axes] != extent
  list(title = title, labels = labels, differs = differs, is_cut = is_cut)
}

text_panel <- function(found, k, rule) {
  made <- panel(found, k, rule)
  if (is.null(made)) {
    return(character())
  }
  cells <- made$labels
  cells[made$differs] <- paste0(cells[made$differs], "*")
  cells[] <- formatC(cells, width = -max(nchar(cells)))
  lines <- paste0("  ", apply(cells, 1L, paste, collapse = " "), if (made$is_cut[2L]) " ...")
  c(made$title, trimws(c(lines, if (made$is_cut[1L]) "  ..."), "right"))
}

beside <- function(left, right) {
  if (!length(left) || !length(right)) {
    return(c(left, right))
  }
  width <- max(nchar(left)) + 4L
  if (width + max(nchar(right)) > PICTURE_WIDTH) {
    return(c(left, "", right))
  }
  height <- max(length(left), length(right))
  fill <- function(lines) c(lines, rep("", height - length(lines)))
  trimws(paste0(formatC(fill(left), width = -width), fill(right)), "right")
}

outcome_summary <- function(outcome) {
  if (is.null(outcome$shape)) {
    return(paste0("error: ", outcome$error))
  }
  warned <- vapply(outcome$warnings, function(w) paste0(", with the warning: ", w), "")
  paste0(c("result ", shape_text(outcome$shape), warned), collapse = "")
}

advice <- function(found) {
  names <- paste(operand_names(found$shapes), collapse = ", ")
  switch(found$verdict,
    same = "Both rules succeed and mean the same elements.",
    different = c(
      disagreement(found),
      sprintf("Say which one you mean: recycle(%1$s) is R's rule, broadcast(%1$s) is NumPy's.", names)
    ),
    "recycling only" = c(
      sprintf("Only R's rule fits: recycle(%1$s), or recycled(op)(%1$s).", names),
      leading_advice(found, names)
    ),
    "broadcasting only" =
      sprintf("Only NumPy's rule fits: broadcast(%s); R's operators would fail.", names),
    neither = "Neither rule fits these shapes.",
    "The answer depends on a size that is known only when the code runs."
  )
}

disagreement <- function(found) {
  at <- found$position
  if (is.null(at)) {
    return("Both rules succeed and disagree: the results have different shapes.")
  }
  for (k in pictured(found)) {
    ours <- element_at(found$shapes, k, 1L, at)[1L]
    theirs <- element_at(found$shapes, k, 2L, at)[1L]
    if (ours != theirs) {
      name <- operand_names(found$shapes)[k]
      words <- "Both rules succeed and disagree (*): at [%s] R uses %s[%s], NumPy uses %s[%s]."
      return(sprintf(words, toString(at), name, ours, name, theirs))
    }
  }
}

leading_advice <- function(found, names) {
  shape <- found$recycling$shape
  leading <- broadcast_shapes(found$shapes, "leading")$shape
  vectors <- unlist(found$shapes[lengths(found$shapes) == 1L])
  if (length(leading) && length(leading) == length(shape) && identical(leading, shape) &&
    all(vectors %in% c(1L, shape[1L]))) {
    paste0("broadcast(", names, ", align=\"leading\") gives the same elements.")
  }
}

#' @export
format.pybridge_shapes <- function(x, ...) {
  shapes <- paste(operand_names(x$shapes), vapply(x$shapes, shape_text, ""), collapse = "   ")
  pictures <- lapply(pictured(x), function(k) {
    c(beside(text_panel(x, k, 1L), text_panel(x, k, 2L)), "")
  })
  c(
    shapes, "", unlist(pictures),
    paste0("R recycles:        ", outcome_summary(x$recycling)),
    paste0("NumPy broadcasts:  ", outcome_summary(x$broadcasting)),
    "", advice(x)
  )
}

#' @export
print.pybridge_shapes <- function(x, ...) {
  cat(format(x), sep = "\n")
  invisible(x)
}

#' @export
print.pybridge_explanation <- print.pybridge_shapes

# pictures in notebooks: Jupyter asks for repr_html, R Markdown for knit_print

#' @exportS3Method repr::repr_html
repr_html.pybridge_shapes <- function(obj, ...) {
  shapes <- paste0(
    "<code>", operand_names(obj$shapes), " ", vapply(obj$shapes, shape_text, ""), "</code>",
    collapse = " &nbsp; "
  )
  rows <- vapply(pictured(obj), function(k) {
    tables <- paste0(html_panel(panel(obj, k, 1L)), html_panel(panel(obj, k, 2L)))
    paste0("<div style=\"display:flex;flex-wrap:wrap;gap:2.5em\">", tables, "</div>")
  }, "")
  paste0(
    "<div><p>", shapes, "</p>", paste(rows, collapse = ""), "<p style='margin:.6em 0'>",
    "R recycles: ", html_escape(outcome_summary(obj$recycling)), "<br>",
    "NumPy broadcasts: ", html_escape(outcome_summary(obj$broadcasting)), "</p><p><b>",
    paste(html_escape(advice(obj)), collapse = "<br>"), "</b></p></div>"
  )
}

#' @exportS3Method knitr::knit_print
knit_print.pybridge_shapes <- function(x, ...) {
  if (knitr::is_html_output()) {
    knitr::asis_output(repr_html.pybridge_shapes(x))
  } else {
    knitr::normal_print(x)
  }
}

html_panel <- function(made) {
  if (is.null(made)) {
    return("")
  }
  # half-transparent colours stay readable on a light and on a dark page
  colors <- ifelse(made$differs, "rgba(214,93,14,.35)", "transparent")
  cells <- made$labels
  cells[] <- paste0(
    "<td style=\"border:1px solid rgba(128,128,128,.6);padding:.2em .6em;background:", colors,
    "\"><code>", html_escape(made$labels), "</code>", ifelse(made$differs, "*", ""), "</td>"
  )
  rows <- paste0(
    "<tr>", apply(cells, 1L, paste, collapse = ""),
    if (made$is_cut[2L]) "<td>&hellip;</td>" else "", "</tr>"
  )
  paste0(
    "<table style=\"border-collapse:collapse;margin:.4em 0\">",
    "<caption style=\"text-align:left;caption-side:top;white-space:nowrap\">",
    html_escape(made$title), "</caption>", paste(rows, collapse = ""),
    if (made$is_cut[1L]) "<tr><td>&#8942;</td></tr>", "</table>"
  )
}

html_escape <- function(text) {
  escapes <- c("&" = "&amp;", "<" = "&lt;", ">" = "&gt;", "\"" = "&quot;", "'" = "&#x27;")
  for (sign in names(escapes)) {
    text <- gsub(sign, escapes[[sign]], text, fixed = TRUE)
  }
  text
}
