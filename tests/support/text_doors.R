# Give text that is not valid UTF-8, or is not text at all, to every argument of every exported function, to the
# brackets, and to the generics on tensors. Nothing may end R, and each call gives a value, one of our errors, or
# R's own error where no tensor is concerned:
#   Rscript tests/support/text_doors.R 3             every door in this process, three times each
#   Rscript tests/support/text_doors.R 30 apart      each door in an R process of its own
#   Rscript tests/support/text_doors.R 30 only K     the door K alone
# The last line says how many calls there were and how many went wrong; the status is 1 where one did.
suppressPackageStartupMessages(library(pybridge))

broken <- "\xff"
as_bytes <- function(text) {
  Encoding(text) <- "bytes"
  text
}
# What a door is tried with. Each holds a string that reticulate would pass on as a null pointer, or bytes.
texts <- list(
  broken = broken,
  cut = c("a", "caf\xc3"),
  marked = structure("\xff", names = "a"),
  bytes = as_bytes(broken),
  two_bytes = c("\u00e9", as_bytes("\xe9")),
  matrix = matrix(c("a", broken), 1),
  factor = factor(broken),
  frame = stats::setNames(data.frame(1), broken),
  column = data.frame(a = c("a", broken)),
  named = stats::setNames(c(1, 2), c("a", broken)),
  labelled = matrix(1:2, 1, dimnames = list(NULL, c("a", broken))),
  list = list(broken),
  names_of_list = stats::setNames(list(1, 2), c("a", broken)),
  nested = list(a = list(b = list(broken))),
  rows = data.frame(a = 1:2, row.names = c("a", broken)),
  class = structure(1, class = broken),
  class_of_list = structure(list(1), class = c(broken, "data.frame")),
  levels = structure(1L, levels = broken, class = "factor"),
  zone = structure(0, class = c("POSIXct", "POSIXt"), tzone = broken),
  symbol = as.name(broken),
  code = expression(1, "\xff"),
  slots = tryCatch(
    {
      matrix <- Matrix::sparseMatrix(1:2, 1:2, x = c(1, 2))
      matrix@Dimnames[[2]] <- c("a", broken)
      matrix
    },
    error = function(e) stop("the search needs the package Matrix")
  )
)

own <- array(101:130, c(2, 3, 5))
named <- matrix(1:6, 2, dimnames = list(c("a", "b"), c("x", "y", "z")))
tensor <- reticulate::np_array(own)$copy()
reals <- reticulate::np_array(c(3, 1, 2))
words <- reticulate::np_array(c("a", "b"))
plus <- reticulate::py_eval("lambda x, y, **options: x + y", convert = FALSE)

# A valid call of each exported function; each of its arguments is replaced by the text in turn. A function that
# takes a tensor or an R array has one for each.
calls <- list(
  all_but = list(quote(all_but(1, 2))),
  array_reshape = list(
    quote(array_reshape(x = tensor, dim = c(6, 5), order = "C")), quote(array_reshape(x = own, dim = c(6, 5), order = "C"))
  ),
  broadcast = list(quote(broadcast(tensor, 1, align = "trailing")), quote(broadcast(own, 1, align = "trailing"))),
  expect_same_as_python = list(
    quote(expect_same_as_python(
      .expr = c("a", "b"), .code = "['a', 'b']", tolerance = 0, check_names = FALSE, raises = NULL, warns = NULL,
      match = NULL, r_match = NULL, r_class = NULL
    ))
  ),
  local_tensor_comparison = list(quote(local_tensor_comparison(.env = environment()))),
  expect_same_tensor = list(
    quote(expect_same_tensor(tensor = tensor, array = own, tolerance = 0, label = "x")),
    quote(expect_same_tensor(tensor = words, array = c("a", "b"), tolerance = 0, label = "x"))
  ),
  explain = list(quote(explain(x = c(2, 3), 1, drop = TRUE, dialect = "tensor"))),
  explain_shapes = list(quote(explain_shapes(c(2, 3), 2))),
  from_python = list(
    quote(from_python(x = tensor, na = "error", int64 = "double", dimnames = NULL, mapping = "list")),
    quote(from_python(x = reals, na = "error", int64 = "double", dimnames = list(c("a", "b", "c")), mapping = "list"))
  ),
  pybridge_doctor = list(),
  r_assign = list(
    quote(r_assign(x = tensor, 1, value = 1L, dialect = "tensor", order = "C")),
    quote(r_assign(x = own, 1, value = 1L, dialect = "tensor", order = "C")),
    quote(r_assign(x = named, "a", value = 1L, dialect = "base", order = "C")),
    quote(r_assign(x = words, 1, value = "b", dialect = "tensor", order = "C"))
  ),
  r_slice = list(
    quote(r_slice(x = tensor, 1, drop = TRUE, dialect = "tensor", order = "C")),
    quote(r_slice(x = own, 1, drop = TRUE, dialect = "tensor", order = "C")),
    quote(r_slice(x = named, "a", 1, drop = TRUE, dialect = "tensor", order = "C")),
    quote(r_slice(x = named, "a", 1, drop = TRUE, dialect = "base", order = "C"))
  ),
  `r_slice<-` = list(
    quote(`r_slice<-`(x = tensor, 1, dialect = "tensor", order = "C", value = 1L)),
    quote(`r_slice<-`(x = own, 1, dialect = "tensor", order = "C", value = 1L))
  ),
  recycle = list(quote(recycle(tensor, 1)), quote(recycle(own, 1))),
  recycled = list(
    quote(recycled(op = "+", fold = TRUE)(tensor, 1)), quote(recycled(op = plus, fold = TRUE)(own, 1)),
    quote(recycled(op = plus, fold = FALSE)(reals, 1))
  ),
  result_shape = list(quote(result_shape(shape = c(2, 3), 1, drop = TRUE, dialect = "tensor"))),
  tensor_dtype = list(quote(tensor_dtype(x = tensor))),
  tensor_ndim = list(quote(tensor_ndim(x = tensor))),
  tensor_order = list(quote(tensor_order(x = reals, decreasing = FALSE, na_last = TRUE))),
  tensor_shape = list(quote(tensor_shape(x = tensor))),
  tensor_which = list(quote(tensor_which(x = reals, order = "F"))),
  tensor_which_max = list(quote(tensor_which_max(x = reals, axis = 1))),
  tensor_which_min = list(quote(tensor_which_min(x = reals, axis = 1))),
  to_python = list(
    quote(to_python(x = c(1, 2), dtype = "float32", like = NULL, na = "error", order = "C")),
    quote(to_python(x = c("a", "b"), dtype = NULL, like = "xarray", na = "mask", order = "C"))
  )
)
# The brackets, and what else takes an argument beside a tensor; `text` is the text
forms <- c(
  "tensor@r[all_but(text)]", "tensor@r[all_but(1, text:2)]", "tensor@py[all_but(text)]", "print(all_but(text))",
  "r_slice(own, all_but(text))", "r_slice(named, all_but(text))", "{y <- words; r_slice(y, all_but(text)) <- 'b'}",
  "tensor@r[text]", "tensor@r[text, 1]", "tensor@r[1, text]", "tensor@r[text:2]", "tensor@r[1:2, NA:text]",
  "tensor@r[text, dialect = 'base']", "tensor@r[1, order = text]", "tensor@r[1, dialect = text]",
  "tensor@r[1, drop = text]", "tensor@r[1, other = text]", "do.call(`[`, stats::setNames(list(tensor@r, 1), c('', broken)))",
  "tensor@py[text]", "tensor@py[0L, text]", "{y <- tensor; y@r[1] <- text}", "{y <- tensor; y@r[text] <- 1L}",
  "{y <- tensor; y@py[0L] <- text}", "{y <- tensor; y@py[text] <- 1L}", "{y <- words; y@r[1] <- text}",
  "{y <- words; y@r[] <- text}", "{y <- own; r_slice(y, text) <- 1L}", "{y <- own; r_slice(y, 1) <- text}",
  "`@`(tensor, text)", "eval(as.call(list(quote(explain), call('[', call('@', text, quote(r)), 1))))",
  "r_slice(own, 1, text)", "r_slice(own, text, dialect = 'base')", "r_slice(c(a = 1, b = 2), text)",
  "r_slice(stats::setNames(1:2, c('\\u00e9', broken)), text)",
  "result_shape(4, text)", "explain(4, text)", "explain(tensor@r[text])", "explain(tensor@r[1, text])",
  "recycled('+')(tensor, text)", "recycled(plus)(own, text)", "recycled(plus)(reals, a = text)",
  "do.call(recycled(plus), stats::setNames(list(reals, 1), c('', broken)))", "recycle(tensor, text)", "recycle(text, tensor)",
  "broadcast(tensor, text)", "broadcast(own, text)", "array_reshape(text, 1)", "array_reshape(tensor, text)",
  "{y <- tensor; dim(y) <- text}", "log(tensor, text)", "round(tensor, text)", "sum(tensor, text)", "range(reals, text)",
  "any(tensor > 0, text)", "sum(tensor, na.rm = text)", "mean(tensor, na.rm = text)", "mean(tensor, trim = text)",
  "sort(reals, decreasing = text)", "sort(reals, na.last = text)", "rbind(reals, text)", "cbind(text, reals)",
  "crossprod(reals, text)", "rep(reals, text)", "rep(reals, times = text)", "head(reals, text)", "tail(reals, text)",
  "aperm(tensor, text)", "as.vector(tensor, text)", "order(reals, decreasing = text)", "quantile(reals, text)",
  "cut(reals, text)", "split(reals, text)", "unique(reals, text)", "{y <- reals; is.na(y) <- text}"
)

# One door for each argument of each call, and for each form
doors_of_calls <- function() {
  missing <- setdiff(Filter(function(name) is.function(getExportedValue("pybridge", name)), getNamespaceExports("pybridge")), names(calls))
  if (length(missing)) {
    stop("no call is listed for ", toString(missing))
  }
  doors <- list()
  for (name in names(calls)) {
    arguments <- names(formals(getExportedValue("pybridge", name)))
    for (code in calls[[name]]) {
      inner <- if (is.call(code[[1L]])) code[[1L]] else code # recycled(op)(x)
      unmet <- setdiff(arguments, c(names(inner), "..."))
      if (length(unmet)) {
        stop(name, "(): no call has the argument ", toString(unmet))
      }
      for (k in seq_along(inner)[-1L]) {
        changed <- inner
        changed[[k]] <- quote(text)
        if (!identical(inner, code)) {
          outer <- code
          outer[[1L]] <- changed
          changed <- outer
        }
        doors <- c(doors, list(changed))
      }
      if (!identical(inner, code)) doors <- c(doors, list(replace(code, 2L, list(quote(text)))))
    }
  }
  doors
}
doors <- c(doors_of_calls(), lapply(forms, str2lang))

# Whether R's own function stops too where R's arrays stand for the tensors. Functions of ours have no such excuse,
# but for the operation that the user gave to recycled().
stops_in_r <- function(door, text) {
  code <- deparse1(door)
  names_ours <- setdiff(names(calls), "recycled")
  if (any(vapply(names_ours, function(name) startsWith(code, paste0(name, "(")), NA)) || grepl("@", code, fixed = TRUE)) {
    return(FALSE)
  }
  values <- list(text = text, tensor = own, reals = c(3, 1, 2), words = c("a", "b"), recycled = identity_of)
  frame <- list2env(values, parent = globalenv())
  inherits(try(eval(door, frame), silent = TRUE), "try-error")
}
identity_of <- function(op, fold) match.fun(op)

# Try one door with one text: "" where all is well, else what went wrong
try_door <- function(door, text, times) {
  for (k in seq_len(times)) {
    frame <- list2env(list(text = text), parent = globalenv())
    fault <- tryCatch(
      {
        utils::capture.output(value <- suppressWarnings(suppressMessages(eval(door, frame))))
        ""
      },
      pybridge_error = function(error) if (validUTF8(conditionMessage(error))) "" else "a message that is not UTF-8",
      expectation_failure = function(failure) "",
      error = function(error) {
        is_own <- if (inherits(error, "simpleError")) {
          stops_in_r(door, text)
        } else {
          inherits(error, "python.builtin.Exception") && grepl("^recycled[(]plus[)]", deparse1(door)) # of the operation
        }
        if (is_own) "" else sprintf("%s: %s", class(error)[[1L]], conditionMessage(error))
      }
    )
    if (nzchar(fault)) {
      return(fault)
    }
  }
  ""
}

run_here <- function(doors, times) {
  wrong <- 0L
  for (door in doors) {
    for (name in names(texts)) {
      fault <- try_door(door, texts[[name]], times)
      if (nzchar(fault)) {
        wrong <- wrong + 1L
        cat(deparse1(door), " with ", name, " -> ", encodeString(substr(iconv(fault, sub = "byte"), 1L, 200L)), "\n", sep = "")
      }
    }
  }
  wrong
}

run_apart <- function(doors, times) {
  wrong <- 0L
  for (k in seq_along(doors)) {
    file <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
    command <- file.path(R.home("bin"), "Rscript")
    lines <- suppressWarnings(system2(command, c(shQuote(file), times, "only", k), stdout = TRUE, stderr = TRUE))
    last <- utils::tail(lines, 1L)
    if (!grepl(": 0 wrong$", last)) {
      wrong <- wrong + 1L
      cat(deparse1(doors[[k]]), " -> ", paste(utils::tail(lines, 4L), collapse = "\n  "), "\n", sep = "")
    }
  }
  wrong
}

arguments <- commandArgs(TRUE)
times <- as.integer(arguments[[1L]])
way <- c(arguments[-1L], "here")[[1L]]
if (way == "only") doors <- doors[as.integer(arguments[[3L]])]
wrong <- if (way == "apart") run_apart(doors, times) else run_here(doors, times)
cat(sprintf("%d doors, %d texts, %d times each: %d wrong\n", length(doors), length(texts), times, wrong))
quit(status = as.integer(wrong > 0L))
