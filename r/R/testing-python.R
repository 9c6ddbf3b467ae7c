# For the tests of other packages, in the words of assert_same_as_r() of pybridge/testing/asserting.py.

#' Expect that R and Python do the same
#'
#' @description
#' For testthat tests of a package that has a Python counterpart, or that calls Python. R evaluates the
#' expression, and Python evaluates the code. The results must agree, or both must raise an error, or both must warn.
#'
#' The shape, the kind (logical, integer, real, complex, character, factor, date and so on) and every element
#' must agree. [from_python()] converts Python's result. Python's 64-bit integers become R integers if
#' they fit, and doubles otherwise. `NA` and `NaN` agree with NaN, a vector agrees with an array with one axis, and a
#' single element agrees with an array without axes. Named lists agree in any order. Data frames are compared column
#' by column.
#'
#' @section Without Python:
#' Without Python an expectation never passes: it is an error. If your suite may run without Python, set
#' `options(pybridge.python_required = FALSE)`. Then the test is skipped, and testthat counts it, if no Python is
#' running and `RETICULATE_PYTHON`, `RETICULATE_PYTHON_ENV` and `VIRTUAL_ENV` name no Python with 'NumPy'.
#'
#' @param .expr An R expression.
#' @param .code Python code: an expression, or statements of which the last one is an expression, such as
#'   `"import numpy as np; np.cumsum(x)"`.
#' @param ... The variables of the Python code, as named arguments. They are R values, which [to_python()] converts, or
#'   Python objects, such as a module. Their names must differ from the other arguments.
#' @param tolerance The relative difference that real numbers may have. By default none.
#' @param check_names Whether names, dimnames, row names, and the order of named lists must agree as
#'   well. In Python these are in a `Series`, a `DataFrame`, a `DataArray` or a dict.
#' @param raises The name of the exception that Python must raise when R raises an error: `"ValueError"`. It can be
#'   the name of a base class.
#' @param warns The name of the warning that Python must give when R warns. The results must agree, too.
#' @param match,r_match Regular expressions for Python's and R's message, with `raises` or `warns`.
#' @param r_class A class of R's condition.
#' @return `NULL`, invisibly.
#' @export
#' @examplesIf pybridge:::has_numpy() && requireNamespace("testthat", quietly = TRUE)
#' x <- c(3, 1, 2)
#' testthat::test_that("R and Python do the same", {
#'   expect_same_as_python(cumsum(x), "import numpy as np; np.cumsum(x)", x = x)
#'   expect_same_as_python(sort(x), "sorted(x)", x = x)
#'   expect_same_as_python(x[[4]], "x[3]", x = x, raises = "IndexError", r_match = "out of bounds")
#' })
expect_same_as_python <- function(.expr, .code, ..., tolerance = 0, check_names = FALSE, raises = NULL,
                                  warns = NULL, match = NULL, r_match = NULL, r_class = NULL) {
  call <- sys.call()
  label <- deparse(substitute(.expr), width.cutoff = 60L)[[1L]]
  need_testthat("expect_same_as_python()")
  tolerance <- one_number(tolerance, "tolerance", call)
  check_names <- one_flag(check_names, "check_names", call)
  wanted <- list(raises = raises, warns = warns, match = match, r_match = r_match, r_class = r_class)
  check_text(wanted, new_origin("list(...)", call, "pybridge_error_argument"))
  check_wanted(wanted, call)
  need_python("expect_same_as_python()")
  python <- evaluated_in_python(.code, list(...), call)
  r <- evaluated_in_r(.expr, wanted)
  complaint <- if (!is.null(raises)) {
    stop_complaint(r, python, wanted)
  } else if (!is.null(python$error)) {
    words <- "the Python code raises %s; if R must raise an error, too, write `raises = \"%s\"`"
    abort(sprintf(words, condition_words(python$error), python$error$classes[[1L]]), "pybridge_error_python", call)
  } else {
    warn_complaint(r, python, wanted) %||%
      value_complaint(result_in_r(r$value, call), result_in_r(python$value, call), tolerance, check_names)
  }
  if (is.null(complaint)) {
    testthat::succeed()
  } else {
    testthat::fail(sprintf("`%s`: %s\nPython: %s", label, complaint, .code))
  }
  invisible()
}

need_testthat <- function(verb) {
  if (!requireNamespace("testthat", quietly = TRUE)) {
    stop(verb, " needs the package testthat: install.packages(\"testthat\")", call. = FALSE)
  }
}

# Skip where the suite says that it may be run without Python, and there is none
need_python <- function(verb) {
  if (isFALSE(getOption("pybridge.python_required")) && !has_numpy()) {
    testthat::skip(paste(verb, "did not ask Python: none with NumPy is named or runs"))
  }
}

check_wanted <- function(wanted, call) {
  for (name in names(wanted)) {
    value <- wanted[[name]]
    if (!is.null(value) && !(is.character(value) && length(value) == 1L && !is.na(value))) {
      abort_argument(sprintf("`%s` is one text, not %s", name, describe_value(value)), call)
    }
  }
  if (!is.null(wanted$raises) && !is.null(wanted$warns)) {
    abort_argument("give `raises` or `warns`: an error has no result to compare", call)
  }
  if (is.null(wanted$raises) && is.null(wanted$warns) && length(Filter(Negate(is.null), wanted))) {
    abort_argument("`match`, `r_match` and `r_class` go with `raises` or with `warns`", call)
  }
}

# ---- Evaluate ------------------------------------------------------------------------------------

# Evaluate Python code: its value as a Python object, its error and its warnings as classes and message
evaluated_in_python <- function(code, variables, call) {
  if (!is.character(code) || length(code) != 1L || is.na(code)) {
    abort_argument(sprintf("the Python code is one text, not %s", describe_value(code)), call)
  }
  code <- utf8_text(code, new_origin(".code", call, "pybridge_error_argument"))
  utf8_text(as.character(names(variables)), new_origin("names(list(...))", call, "pybridge_error_argument"))
  if (length(variables) && (is.null(names(variables)) || !all(nzchar(names(variables))))) {
    abort_argument("each variable of the Python code has a name, as in `x = x`", call)
  }
  force(bridge$python) # which starts Python, and says what is missing
  module <- reticulate::import("pybridge.testing.evaluating", convert = FALSE)
  known <- reticulate::py_dict(names(variables), lapply(variables, to_python), convert = FALSE)
  found <- call_python_code(module, code, known, call)
  list(
    value = found$value,
    error = described(reticulate::py_to_r(found$error)),
    warnings = lapply(reticulate::py_to_r(found$warnings), described)
  )
}

call_python_code <- function(module, code, known, call) {
  tryCatch(
    module$evaluate(code, known),
    pybridge.errors.ArgumentError = function(error) {
      message <- sub("^ArgumentError: ", "", conditionMessage(error))
      abort_argument(sub("\nRun `reticulate::py_last_error.*", "", message), call)
    }
  )
}

described <- function(condition) {
  if (is.null(condition)) NULL else list(classes = unlist(condition[[1L]]), message = condition[[2L]])
}

# Evaluate R's expression: its value, and what was signalled that is to be compared
evaluated_in_r <- function(expr, wanted) {
  heard <- list()
  error <- NULL
  hear <- function(condition) {
    heard <<- c(heard, list(condition))
    invokeRestart("muffleWarning")
  }
  value <- if (!is.null(wanted$raises)) {
    tryCatch(expr, error = function(condition) error <<- condition)
  } else if (!is.null(wanted$warns)) {
    withCallingHandlers(expr, warning = hear)
  } else {
    expr
  }
  list(value = value, error = error, warnings = heard)
}

condition_words <- function(condition) paste0(condition$classes[[1L]], ": ", condition$message)

# ---- Compare -------------------------------------------------------------------------------------

# Describe how two ways to stop differ; NULL if they do not
stop_complaint <- function(r, python, wanted) {
  if (is.null(r$error) || is.null(python$error)) {
    return(paste0(
      if (is.null(r$error)) "R gives a value" else paste("R stops:", conditionMessage(r$error)), ", and Python ",
      if (is.null(python$error)) "gives a value" else paste("raises", condition_words(python$error)),
      ", where both should stop"
    ))
  }
  if (!wanted$raises %in% python$error$classes) {
    return(sprintf("Python raises %s, which is no %s", condition_words(python$error), wanted$raises))
  }
  condition_complaint(list(r$error), list(python$error), wanted)
}

# The same of warnings; those that nobody asked for are signalled again
warn_complaint <- function(r, python, wanted) {
  if (is.null(wanted$warns)) {
    for (words in unique(vapply(python$warnings, condition_words, ""))) warning("in Python: ", words, call. = FALSE)
    return(NULL)
  }
  ours <- Filter(function(each) wanted$warns %in% each$classes, python$warnings)
  if (length(r$warnings) && length(ours)) {
    return(condition_complaint(r$warnings, ours, wanted))
  }
  told <- paste(vapply(python$warnings, condition_words, ""), collapse = "; ")
  in_r <- paste(vapply(r$warnings, conditionMessage, ""), collapse = "; ")
  sprintf(
    "R %s, and Python %s, where Python should give a %s and R should warn",
    if (length(r$warnings)) paste0("warns: ", in_r) else "does not warn",
    if (nzchar(told)) paste0("warns: ", told) else "does not warn", wanted$warns
  )
}

# Describe which of the messages or classes is not the one wanted; one of several conditions will do
condition_complaint <- function(r, python, wanted) {
  in_r <- vapply(r, conditionMessage, "")
  in_python <- vapply(python, `[[`, "", "message")
  if (!is.null(wanted$match) && !any(grepl(wanted$match, in_python))) {
    return(sprintf("Python's message does not match \"%s\": %s", wanted$match, paste(in_python, collapse = "; ")))
  }
  if (!is.null(wanted$r_match) && !any(grepl(wanted$r_match, in_r))) {
    return(sprintf("R's message does not match \"%s\": %s", wanted$r_match, paste(in_r, collapse = "; ")))
  }
  if (!is.null(wanted$r_class) && !any(vapply(r, inherits, NA, wanted$r_class))) {
    classes <- paste(unique(unlist(lapply(r, class))), collapse = ", ")
    return(sprintf("R's condition has the classes %s, and not %s", classes, wanted$r_class))
  }
  NULL
}

# Convert a result to R, 64-bit integers to integers where all fit
result_in_r <- function(x, call) {
  if (!is_python(x, call)) {
    return(x)
  }
  tryCatch(from_python(x, int64 = "integer"), pybridge_error_conversion = function(error) from_python(x))
}

# Describe how a result of R differs from one of Python; NULL if it does not. `part` is where they are.
value_complaint <- function(r, python, tolerance, check_names, part = "") {
  at <- function(text) if (nzchar(part)) sprintf("at %s %s", part, text) else text
  within <- function(name) paste0(part, name)
  kinds <- c(kind_of(r), kind_of(python))
  if (kinds[[1L]] != kinds[[2L]]) {
    return(at(sprintf("R gives %s, and Python %s", kinds[[1L]], kinds[[2L]])))
  }
  complaint <- if (check_names) labels_complaint(r, python)
  if (!is.null(complaint)) {
    return(at(complaint))
  }
  if (is.list(r)) {
    return(list_complaint(r, python, tolerance, check_names, at, within))
  }
  if (is.null(r)) {
    return(NULL)
  }
  if (!is.atomic(r)) {
    abort_argument(sprintf("the result of R is %s, which has no counterpart in Python", describe_value(r)), NULL)
  }
  shapes <- list(array_shape(r), array_shape(python))
  if (!identical(shapes[[1L]], shapes[[2L]])) {
    words <- vapply(shapes, shape_words, "")
    return(at(sprintf("the shape in R is %s, and in Python %s", words[[1L]], words[[2L]])))
  }
  tolerance <- if (kinds[[1L]] %in% c("double", "complex")) tolerance else 0 # what is counted is exact
  difference <- difference_words(plain(r), plain(python), shapes[[1L]], tolerance, c("R", "Python"))
  if (is.null(difference)) NULL else at(difference)
}

# The kind of a value: its class where its numbers are not its meaning, or the type of its elements
kind_of <- function(x) {
  if (is.data.frame(x)) {
    return("a data frame")
  }
  for (class in c("factor", "Date", "POSIXct", "difftime")) {
    if (inherits(x, class)) return(paste0("a ", class))
  }
  if (is.list(x)) "a list" else typeof(x)
}

# The elements of a vector whose class says what they are: text of a factor, days, seconds
plain <- function(x) {
  if (is.factor(x)) {
    as.character(x)
  } else if (inherits(x, "difftime")) {
    as.double(x, units = "secs")
  } else if (is.object(x)) {
    as.double(unclass(x))
  } else {
    as.vector(x)
  }
}

list_complaint <- function(r, python, tolerance, check_names, at, within) {
  named <- !is.null(names(r)) && !is.null(names(python))
  if (named && !setequal(names(r), names(python))) {
    words <- vapply(list(names(r), names(python)), paste, "", collapse = ", ")
    return(at(sprintf("R has the names %s, and Python %s", words[[1L]], words[[2L]])))
  }
  if (length(r) != length(python)) {
    return(at(sprintf("R has %d elements, and Python %d", length(r), length(python))))
  }
  for (k in seq_along(r)) {
    name <- if (named) names(r)[[k]]
    other <- if (named && !anyDuplicated(names(r))) python[[name]] else python[[k]]
    part <- within(if (named) paste0("$", name) else sprintf("[[%d]]", k))
    complaint <- value_complaint(r[[k]], other, tolerance, check_names, part)
    if (!is.null(complaint)) return(complaint)
  }
  NULL
}

# Describe how names, dimnames, row names or levels differ; NULL if they do not
labels_complaint <- function(r, python) {
  labels <- lapply(list(r, python), function(x) {
    axes <- if (is.data.frame(x)) list(row.names(x)) else dimnames(x)
    list(names(x), axes, if (is.factor(x)) levels(x))
  })
  if (identical(labels[[1L]], labels[[2L]])) {
    return(NULL)
  }
  words <- vapply(labels, function(each) one_line(Filter(length, each)), "")
  sprintf("R has the names %s, and Python %s", words[[1L]], words[[2L]])
}
