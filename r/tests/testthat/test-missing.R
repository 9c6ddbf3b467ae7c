# Which arguments are missing subscripts: R's own `[` on an R array is the oracle. Each case is R
# code with a place for the subscripts, and runs once with `numbers[1, i]` and once with each verb.
numbers <- matrix(101:112, 3)
names_of_verbs <- c("@r", "r_slice", "r_slice of an R array", "@py", "[<-", "r_slice<-", "r_assign")

# What a verb makes of the subscripts, as code; `written` is a text such as "1, i".
verb_code <- function(verb, written) {
  switch(verb,
    "@r" = sprintf("tensor@r[%s]", written),
    "r_slice" = sprintf("r_slice(tensor, %s)", written),
    "r_slice of an R array" = sprintf("r_slice(numbers, %s)", written),
    "@py" = sprintf("padded@py[%s]", written),
    "[<-" = sprintf("{tensor@r[%s] <- 0L; tensor}", written),
    "r_slice<-" = sprintf("{r_slice(tensor, %s) <- 0L; tensor}", written),
    "r_assign" = sprintf("r_assign(tensor, %s, value = 0L)", written)
  )
}

# Run a case: its elements, or "error". `code` has %s where the element is read or written. Without
# a verb R's own brackets read the R array.
run_missing <- function(code, written, verb, is_compiled, tensors) {
  env <- new.env(parent = environment(run_missing))
  env$numbers <- numbers
  env$K <- 3
  body <- sprintf("numbers[%s]", written)
  if (!is.null(verb)) {
    name <- if (verb == "@py") "padded" else "tensor"
    env[[name]] <- tensors[[name]]$copy()
    body <- verb_code(verb, written)
  }
  env$prepared <- if (is_compiled) compiler::cmpfun else identity
  code <- str2lang(gsub("%s", body, code, fixed = TRUE))
  value <- tryCatch(suppressWarnings(eval(code, env)), error = function(e) "error")
  if (inherits(value, "python.builtin.object")) {
    value <- reticulate::py_to_r(value)
  }
  # the row or column of zeros that Python's whole axis has in addition
  if (identical(verb, "@py") && length(value) > 1L) as.vector(value)[-1L] else as.vector(value)
}

expect_missing_as_in_r <- function(code, written = "1, i", verbs = names_of_verbs) {
  level <- compiler::enableJIT(0)
  on.exit(compiler::enableJIT(level))
  # one row and column more: Python's index is R's position
  tensors <- list(tensor = as_tensor(numbers), padded = as_tensor(rbind(0L, cbind(0L, numbers))))
  oracle <- run_missing(code, written, NULL, FALSE)
  if (!identical(oracle, run_missing(code, written, NULL, TRUE))) {
    oracle <- "error" # where R's interpreter and its compiled code disagree, of which one gives one
  }
  is_wrong <- function(verb, is_compiled) {
    is_write <- verb %in% c("[<-", "r_slice<-", "r_assign") && !identical(oracle, "error")
    expected <- if (is_write) replace(as.vector(numbers), match(oracle, numbers), 0L) else oracle
    !identical(run_missing(code, written, verb, is_compiled, tensors), expected)
  }
  wrong <- c(
    Filter(function(verb) is_wrong(verb, FALSE), verbs),
    sprintf("%s, compiled", Filter(function(verb) is_wrong(verb, TRUE), verbs))
  )
  expect_identical(wrong, character(), label = sprintf("verbs unlike R for %s in `%s`", written, code))
}

test_that("only an argument that was not supplied and has no default is missing", {
  skip_without_python()
  defaults <- c(none = "i", constant = "i = 2", name = "i = K", other = "i = q", expression = "i = K - 1")
  # one level, two levels, a function inside; `q` is left out or supplied
  calls <- c(
    "prepared(function(q, DEFAULT) {FORCE; %s})(Q SUPPLIED)",
    "prepared(function(q, DEFAULT) prepared(function(i) %s)(i))(Q SUPPLIED)",
    "prepared(function(q, DEFAULT) prepared(function(q, i = q) %s)(i))(Q SUPPLIED)",
    "prepared(function(q, DEFAULT) {inner <- prepared(function() %s); inner()})(Q SUPPLIED)"
  )
  space <- expand.grid(
    code = calls, default = defaults, forced = c("", "try(i, silent = TRUE)"),
    q = c(", ", "4, "), supplied = c("", "2", "K", "stop()"), stringsAsFactors = FALSE
  )
  space <- space[space$forced == "" | grepl("FORCE", space$code), ]
  expect_identical(nrow(space), 200L)
  for (k in seq_len(nrow(space))) {
    code <- space$code[[k]]
    code <- sub("DEFAULT", space$default[[k]], code)
    code <- sub("FORCE", space$forced[[k]], code)
    code <- sub("Q SUPPLIED", paste0(space$q[[k]], space$supplied[[k]]), code)
    expect_missing_as_in_r(code, verbs = c("@r", "[<-"))
    if (k %% 7L == 0L) {
      expect_missing_as_in_r(code)
    }
  }
})

test_that("the same holds for `...`, `..1` and functions that take functions", {
  skip_without_python()
  dots <- c(
    "prepared(function(...) %s)(2)", "prepared(function(...) %s)(K)", "prepared(function(...) %s)()",
    "prepared(function(i) prepared(function(...) %s)(i))()", "prepared(function(i) prepared(function(...) %s)(i))(2)",
    "prepared(function(i = K) prepared(function(...) %s)(i))()", "prepared(function(...) %s)(, 1)",
    "prepared(function(...) {force(..1); %s})(K)", "prepared(function(...) prepared(function() %s)())(2)"
  )
  for (code in dots) {
    expect_missing_as_in_r(code, "1, ..1")
  }
  for (code in dots[c(1:2, 4:6, 8:9)]) {
    expect_missing_as_in_r(code, "1, ...")
  }
  for (code in c(
    "do.call(function(i) %s, list(2))", "do.call(function(i = K) %s, list())",
    "do.call(function(i) %s, list())", "do.call(function(i) %s, list(quote(expr = )))",
    "Reduce(function(before, i) %s, 3, 1)", "Map(function(i) %s, 2)[[1]]",
    "Map(function(q, i = q) %s, 2)[[1]]", "lapply(2, function(q, i = q) %s)[[1]]",
    "Filter(Negate(is.null), list((\\(i = K) %s)()))[[1]]", "(\\(i) local(%s))()",
    "(\\(i) eval(quote(%s)))()", "(\\(i) {i <- 2; %s})()",
    "(\\(i) {if (missing(i)) delayedAssign('i', 2); %s})()", "(\\(i = i) %s)()",
    "{makeActiveBinding('i', function() 2, environment()); %s}"
  )) {
    expect_missing_as_in_r(code)
  }
})

test_that("a lambda of rlang or purrr reads its argument", {
  skip_without_python()
  expect_missing_as_in_r("rlang::as_function(~ %s)(2)", "1, .x")
  expect_missing_as_in_r("rlang::as_function(~ %s)(1, 2)", ".x, .y")
  expect_missing_as_in_r("rlang::as_function(~ %s)(2)", "1, .")
  expect_missing_as_in_r("rlang::as_function(~ %s)(2)", "1, ..1")
  expect_missing_as_in_r("rlang::eval_tidy(rlang::quo(%s), list(i = 2))")
  expect_missing_as_in_r("(\\(i) rlang::eval_tidy(rlang::quo(%s)))(2)")
  expect_missing_as_in_r("(\\(i) rlang::eval_tidy(rlang::quo(%s)))()")
  skip_if_not_installed("purrr")
  expect_missing_as_in_r("purrr::map(2, ~ %s)[[1]]", "1, .x")
  expect_missing_as_in_r("purrr::map2(1, 2, ~ %s)[[1]]", ".x, .y")
  expect_missing_as_in_r("purrr::imap(3, ~ %s)[[1]]", ".y, .x")
  expect_missing_as_in_r("purrr::reduce(3, ~ %s, .init = 1)", "1, .y")
})

test_that("a writing lambda leaves the other elements alone", {
  skip_without_python()
  n <- as_tensor(array(1:5))
  write <- function(q, i = q) n@r[i] <- 0L
  write(3)
  expect_tensor(n, c(1, 2, 0, 4, 5))
  K <- 2
  r <- array(1:5)
  assign_default <- function(i = K) r_assign(r, i, value = 0L)
  expect_identical(as.vector(assign_default()), c(1L, 0L, 3L, 4L, 5L))
})

test_that("what was evaluated on its way through `...` is a value, and never code again", {
  skip_without_python()
  v <- as_tensor(array(1:5))
  through <- function(...) {
    list(...)
    v@r[...]
  }
  expect_equal(reticulate::py_to_r(through(2)), 2L)
  expect_error(through(quote(1:2)), class = "pybridge_error_subscript_type")
  expect_error(through(quote(..)), class = "pybridge_error_subscript_type")
  expect_error(through(quote(newaxis)), class = "pybridge_error_subscript_type")
})

test_that("an option that was left out is the default, as R's `drop` is", {
  skip_without_python()
  x <- as_tensor(numbers)
  read <- function(drop) list(x@r[1, 2, drop = drop], numbers[1, 2, drop = drop])
  expect_identical(tensor_shape(read()[[1]]), integer())
  expect_identical(tensor_shape(read(FALSE)[[1]]), c(1L, 1L))
  expect_identical(dim(read(FALSE)[[2]]), c(1L, 1L))
})
