# explain_shapes(): R's rule and NumPy's on some shapes. Python decides and draws.

#' Compare recycling and broadcasting for some shapes
#'
#' Two shapes may fit by R's rule and also by the rule of 'NumPy', but the two rules may use different elements. An
#' example is a 3 x 3 matrix and a vector of length 3. `explain_shapes()` shows whether the rules differ, and where.
#'
#' The function starts 'Python' to draw the picture.
#'
#' @param ... Two or more shapes: each a vector or list of sizes (`NA` for an unknown one), or an R
#'   array with a `dim` or a tensor, of which only the shape is read.
#' @return An object of class `pybridge_shapes` that prints as a small picture, in a terminal and in
#'   a notebook. Its `verdict` is `"same"`, `"different"` (both rules succeed but differ),
#'   `"recycling only"`, `"broadcasting only"`, `"neither"`, or `"unknown"` if the verdict depends on a
#'   size that is known only when the code runs. `shapes` holds the shapes. `recycling` and
#'   `broadcasting` hold the `shape` of the result, the `error` and the `warnings`. `position` is
#'   the first position, in column-major order, at which results of the same shape differ. `lines` and `html` hold
#'   the picture.
#' @examplesIf pybridge:::has_numpy()
#' explain_shapes(c(3, 3), 3)
#' explain_shapes(c(2, 3), 2)
#' explain_shapes(c(60000, 28, 28), c(28, 28))$verdict
#' @export
explain_shapes <- function(...) {
  call <- sys.call()
  shapes <- lapply(unname(list(...)), shape_of, call = call)
  result <- call_python("explain_shapes", lapply(shapes, sizes_for_python), call = call)
  explanation <- c(list(shapes = shapes), reticulate::py_to_r(result))
  for (rule in c("recycling", "broadcasting")) {
    shape <- explanation[[rule]]$shape
    explanation[[rule]]["shape"] <- list(if (!is.null(shape)) as_shape(unlist(shape)))
    explanation[[rule]]$warnings <- as.character(explanation[[rule]]$warnings)
  }
  structure(explanation, class = "pybridge_shapes")
}

#' @export
format.pybridge_shapes <- function(x, ...) x$lines

#' @export
print.pybridge_shapes <- function(x, ...) {
  cat(format(x), sep = "\n")
  invisible(x)
}

#' Show the picture in a notebook: Jupyter calls repr_html(), R Markdown knit_print()
#' @exportS3Method repr::repr_html
#' @noRd
repr_html.pybridge_shapes <- function(obj, ...) obj$html

#' @exportS3Method knitr::knit_print
knit_print.pybridge_shapes <- function(x, ...) {
  if (knitr::is_html_output()) knitr::asis_output(x$html) else knitr::normal_print(x)
}
