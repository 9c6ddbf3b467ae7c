# Odd calls of the R package, and what became of each, one line a call. The lines are the same in
# every run, so that runs under valgrind or gctorture can be compared with a plain one; valgrind has
# no 80 bits for a real, so that R prints one like 1e300 otherwise there:
#   Rscript tests/support/r_call_forms.R            every form once
#   Rscript tests/support/r_call_forms.R hostile N  N random calls from a fixed seed; the status is 1
#                                                   where one raised an error that is neither ours
#                                                   nor R's about the user's own code
suppressPackageStartupMessages(library(pybridge))

numbers <- array(101:130, c(2, 3, 5))
named <- matrix(1:6, 2, dimnames = list(c("a", "b"), c("x", "y", "z")))
new_tensor <- function() reticulate::np_array(numbers)$copy()

subscripts <- c(
  "", "1", "2L", "-1", "0", "3", "2.5", "NA", "NA_integer_", "NaN", "Inf", "-Inf", "1e22", "3e9",
  "TRUE", "c(TRUE, FALSE)", "c(TRUE, NA)", "logical(0)", "integer(0)", "c(2, 1)", "c(1, NA)", "c(0, 1)",
  "-1:1", "1:2", "2:1", "NA:NA", "NA:1", "1:NA:2", "1:2:0", "1:2:-1", "NaN:2", "1:9", "'a':2", "1:mean",
  "NULL", "newaxis", "..", "'a'", "c('a', 'b')", "NA_character_", "character(0)", "factor('a')",
  "list(1)", "mean", "quote(a)", "quote(expr = )", "as.raw(1)", "1i", "as.Date('2024-01-01')",
  "data.frame(a = 1)", "matrix(1, 2, 2)", "matrix(TRUE, 2, 3)", "array(1, c(1, 1, 1))", "array(2)",
  "rbind(c(1, 1, 1), c(2, 3, 5))", "structure(1:2, class = 'integer64')",
  "structure(1, class = 'integer64')", "structure(-1L, levels = 'a', class = 'factor')",
  "reticulate::tuple(1L, 2L)", "reticulate::py_none()", "reticulate::py_eval('[2, 1]', convert = FALSE)",
  "environment()", "stop('mine')", "!!!list(1)", "1:1e15", "strrep('a', 1e5)", "rep(7, 1e5)"
)
verbs <- c(
  "tensor@r[%s]", "tensor@py[%s]", "r_slice(tensor, %s)", "r_slice(own, %s)", "r_slice(named, %s)",
  "r_slice(own, %s, dialect = 'base')", "tensor@r[%s, dialect = 'base']", "tensor@r[1, %s, drop = FALSE]",
  "r_assign(own, %s, value = 0L)", "r_assign(tensor, %s, value = 0L)", "{tensor@r[%s] <- 0L; tensor}",
  "{tensor@py[%s] <- 0L; tensor}", "{r_slice(own, %s) <- 1:2; own}", "tensor@r[i = %s]"
)

# Evaluate a call in a frame of its own: its value, or its error, in one line.
outcome <- function(code) {
  frame <- list2env(list(tensor = new_tensor(), own = numbers, named = named), parent = globalenv())
  tryCatch(
    {
      value <- suppressWarnings(eval(str2lang(code), frame))
      if (inherits(value, "python.builtin.object")) {
        value <- tryCatch(reticulate::py_to_r(value), error = function(e) class(value)[[1L]])
      }
      paste(deparse(value, nlines = 1L), collapse = " ")
    },
    error = identity
  )
}

is_known <- function(error, code) {
  message <- conditionMessage(error)
  is_ours <- inherits(error, "pybridge_error") && nchar(message) < 500L
  is_ours || grepl("stop('mine')", code, fixed = TRUE) && message == "mine" ||
    grepl("invalid argument type|NA/NaN argument|argument of length 0|result would be too long a vector|vector memory", message)
}

arguments <- commandArgs(TRUE)
is_hostile <- length(arguments) == 2L && arguments[[1L]] == "hostile"
codes <- as.vector(outer(verbs, subscripts, sprintf))
if (is_hostile) {
  set.seed(20240501)
  count <- as.integer(arguments[[2L]])
  pick <- function() paste(sample(subscripts, sample(4L, 1L), replace = TRUE), collapse = ", ")
  codes <- vapply(seq_len(count), function(k) sprintf(sample(verbs, 1L), pick()), "")
}
wrong <- 0L
for (code in codes) {
  found <- outcome(code)
  if (inherits(found, "error")) {
    text <- sprintf("%s: %s", class(found)[[1L]], gsub("\n", " ", conditionMessage(found)))
    if (!is_known(found, code)) {
      wrong <- wrong + 1L
      text <- paste("UNKNOWN", text)
    }
  } else {
    text <- found
  }
  if (!is_hostile || startsWith(text, "UNKNOWN")) {
    cat(code, " -> ", substr(text, 1L, 300L), "\n", sep = "")
  }
}
cat(length(codes), "calls,", wrong, "with an error that is not ours\n")
if (wrong > 0L) quit(status = 1L)
