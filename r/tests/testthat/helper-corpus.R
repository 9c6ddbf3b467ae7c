# The corpus of cases that drives the tests of both languages. It lies in the checkout and travels
# with neither package, so that a check of the tarball alone has none to run.

corpus_path <- function() {
  given <- Sys.getenv("PYBRIDGE_CORPUS")
  if (nzchar(given)) {
    return(given)
  }
  file.path("..", "..", "..", "tests", "corpus", "subscripts.json")
}

skip_without_corpus <- function() {
  skip_if_not(
    file.exists(corpus_path()) || nzchar(Sys.getenv("PYBRIDGE_REQUIRE_PYTHON")),
    "the corpus is part of the project's checkout"
  )
  skip_if_not_installed("jsonlite")
}

corpus <- function() {
  cases <- jsonlite::read_json(corpus_path())
  if (length(cases) == 0L) {
    stop("the corpus is empty")
  }
  cases
}

# An R array from values in row-major order; one axis or none is a vector.
from_row_major <- function(values, shape) {
  values <- vapply(values, function(value) if (is.null(value)) NA_real_ else as.numeric(value), 0)
  shape <- unlist(shape)
  if (length(shape) < 2L) {
    return(values)
  }
  aperm(array(values, rev(shape)))
}

# The array that a case speaks of: 1, 2, 3, ... in row-major order, as reals.
case_array <- function(case) {
  shape <- unlist(case$shape)
  from_row_major(seq_len(prod(shape)), shape)
}

case_tensor <- function(case) {
  values <- array(as.double(seq_len(prod(unlist(case$shape)))))
  np <- reticulate::import("numpy", convert = FALSE)
  np$array(np$reshape(values, as.list(as.integer(unlist(case$shape)))))
}

# What a case gives: its elements as an R array, or the class of the condition.
outcome <- function(expression, env) {
  tryCatch(
    suppressWarnings(eval(expression, env), classes = "warning"),
    pybridge_error = function(error) class(error)[[1L]]
  )
}

parse_case <- function(case, target) {
  options <- ""
  if (identical(case$dialect, "base")) options <- paste0(options, ", dialect = \"base\"")
  if (identical(case$drop, FALSE)) options <- paste0(options, ", drop = FALSE")
  text <- switch(target,
    read = sprintf("x@r[%s%s]", case$subscripts, options),
    write = sprintf("x@r[%s%s] <- value", case$subscripts, options),
    read_array = sprintf("r_slice(x, %s%s)", case$subscripts, options),
    write_array = sprintf("r_slice(x, %s%s) <- value", case$subscripts, options)
  )
  parse(text = text, keep.source = FALSE)[[1L]]
}
