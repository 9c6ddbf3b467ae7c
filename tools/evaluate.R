# Run pieces of R code as its prompt would, and write what each printed: Rscript evaluate.R IN OUT
#
# IN is JSON, a list of pieces: `code`, `group` (pieces of one group share their variables) and
# optionally `setup`, code that runs first and prints nothing. OUT has for each piece what it `printed`;
# the shape and the row-major elements of its last `value`, or NULL; and whether an error `stopped` it.

files <- commandArgs(TRUE)
pieces <- jsonlite::read_json(files[[1]])
suppressMessages(library(reticulate, exclude = "array_reshape"))
library(pybridge)
groups <- new.env()

environment_of <- function(group) {
  if (is.null(groups[[group]])) {
    groups[[group]] <- new.env(parent = globalenv())
  }
  groups[[group]]
}

elements <- function(value) {
  if (inherits(value, "python.builtin.object")) {
    numpy <- import("numpy", convert = FALSE)
    array <- tryCatch(numpy$asarray(value), error = function(e) NULL)
    if (is.null(array) || !py_to_r(array$dtype$kind) %in% c("b", "i", "u", "f")) {
      return(NULL)
    }
    shape <- unlist(py_to_r(array$shape))
    return(list(shape = I(as.integer(shape)), values = I(unlist(py_to_r(array$ravel()$tolist())))))
  }
  if (!is.numeric(value) && !is.logical(value)) {
    return(NULL)
  }
  shape <- if (is.null(dim(value))) length(value) else dim(value)
  list(shape = I(shape), values = I(as.vector(aperm(array(value, shape)))))
}

# The text that R's prompt prints for an error or a warning.
condition_text <- function(kind, condition) {
  call <- conditionCall(condition)
  where <- if (is.null(call)) "" else paste0(" in ", paste(deparse(call), collapse = " "))
  message <- strsplit(conditionMessage(condition), "\nRun `reticulate", fixed = TRUE)[[1]][[1]]
  sub(" *\n$", "\n", paste0(kind, where, if (nzchar(where)) " : " else ": ", message, "\n"))
}

evaluate <- function(piece) {
  where <- environment_of(piece$group)
  if (!is.null(piece$setup)) {
    eval(parse(text = piece$setup), where)
  }
  last <- NULL
  stopped <- FALSE
  show_warning <- function(condition) {
    cat(condition_text("Warning", condition))
    invokeRestart("muffleWarning")
  }
  run <- function() {
    for (expression in parse(text = piece$code, keep.source = FALSE)) {
      shown <- withCallingHandlers(withVisible(eval(expression, where)), warning = show_warning)
      last <<- shown$value
      if (shown$visible) print(shown$value)
    }
  }
  printed <- utils::capture.output(tryCatch(run(), error = function(condition) {
    stopped <<- TRUE
    cat(condition_text("Error", condition))
  }))
  list(
    printed = paste(sub(" +$", "", printed), collapse = "\n"),
    value = if (stopped) NULL else elements(last),
    stopped = stopped
  )
}

jsonlite::write_json(
  lapply(pieces, evaluate), files[[2]],
  auto_unbox = TRUE, null = "null", na = "null", digits = NA
)
