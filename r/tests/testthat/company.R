# What other people's code does with tensors, none of it by pybridge: expressions, evaluated on the
# tensors of every library in this process, and described in text, so that two processes compare.
#
# In an expression x is a tensor of shape (2, 3), y one of (3, 2), v a vector, s a tensor without
# axes, l a vector of logicals, all of one library; n is a NumPy array and a an R array like x.

company_expressions <- c(
  # its type
  "class(x)", "inherits(x, 'python.builtin.object')", "typeof(x)", "mode(x)", "is.environment(x)",
  "is.list(x)", "is.vector(x)", "is.atomic(x)", "is.numeric(x)", "is.function(x)", "is.null(x)",
  "is.object(x)", "is.array(x)", "is.matrix(x)", "is.data.frame(x)", "is.character(x)",
  "is.element(1, x)", "identical(x, x)", "all.equal(x, x)", "methods::is(x)", "isS4(x)",
  "reticulate::is_py_object(x)", "attributes(x)", "oldClass(x)", "inherits(x, what = 'array')",
  "length(x)", "length(v)", "length(s)", "length(l)", "lengths(x)", "lengths(list(x, v))", "names(x)",
  "object.size(x) > 0", "nchar(x)", "levels(x)", "dimnames(x)", "rownames(x)", "anyNA(x)", "is.na(x)",
  # how it prints
  "print(x)", "print(v)", "print(s)", "str(x)", "str(v)", "str(s)", "str(list(a = x, b = 1))",
  "format(x)", "format(s)", "toString(s)", "as.character(x)", "as.character(s)", "cat(format(s))",
  "cat(s)", "paste(s)", "summary(x)", "summary(s)", "deparse(class(x))", "reticulate::py_str(x)",
  "reticulate::py_repr(x)", "print(list(x))", "message(s)", "sprintf('%s', as.character(s))",
  # its elements
  "x[0L]", "x[1L]", "x[-1L]", "x[0L, 1L]", "x[0:1]", "x[0:2, 1]", "x[, 1]", "x[1, ]", "x[[0L]]",
  "x[[1L]]", "x[l]", "x[NULL]", "x[c(0L, 1L)]", "x[1]", "x[x > 2]", "v[0L]", "v[-1L]", "v[[1L]]",
  "v[0:2]", "v[1L]", "v[NA]", "x[1:2, 2:3]", "x[1:2, 2:3, drop = FALSE]", "x['shape']", "x[['shape']]",
  "v[2]", "v[l]", "x[7L]", "head(v, 2)", "head(x, 1)", "tail(v, 2)", "tail(x, 1)", "head(letters, 2)",
  "tail(a, 1)", "labels(x)", "labels(v)", "is.nan(a)", "crossprod(a)",
  "rev(v)", "rev(x)", "rev(list(x, v))[[1L]]", "rep(v, 2)", "rep(x, 2)", "rep(list(x), 2)",
  "rep_len(v, 2)", "sort(v)", "sort(x)", "order(v)", "unique(v)", "unique(x)", "duplicated(v)",
  "rev(s)", "sort(s)", "head(s)", "rep(s, 2)", "which(l)", "match(1, v)", "3 %in% v", "table(v)",
  "dim(x)", "dim(v)", "dim(s)", "nrow(x)", "ncol(x)", "NROW(x)", "NCOL(v)", "dim(a)",
  # its attributes
  "x$shape", "x$ndim", "x$dtype", "x$T", "x$no_such_attribute", "x$sum()", "x$mean()", "s$item()",
  "x$tolist()", "x$numpy()", "x$reshape(-1L)", "x$`__len__`()", "names(x)[1:3]", "is.function(x$sum)",
  "with(x, 1 + 1)", "reticulate::py_has_attr(x, 'shape')", "reticulate::py_len(v)", "reticulate::py_bool(s)",
  "reticulate::py_get_item(v, 0L)", "reticulate::py_to_r(x)", "reticulate::py_to_r(s)",
  "reticulate::py_to_r(v)", "reticulate::r_to_py(x)", "reticulate::as_iterator(v)",
  "reticulate::iterate(x[l], as.character)", "reticulate::py_id(x) == reticulate::py_id(x)",
  "reticulate::tuple(v, v)", "reticulate::py_call(x$`__len__`)", "reticulate::dict(a = s)",
  # as something of R
  "as.array(x)", "as.array(v)", "as.array(s)", "as.matrix(x)", "as.matrix(v)", "as.vector(x)",
  "as.vector(v)", "as.vector(s)", "as.vector(v, 'list')", "as.numeric(x)", "as.numeric(v)",
  "as.numeric(s)", "as.double(s)", "as.integer(x)", "as.integer(v)", "as.integer(s)", "as.logical(l)",
  "as.logical(s)", "as.logical(x)", "as.complex(s)", "as.list(v)", "as.list(x)", "as.list(s)",
  "as.data.frame(x)", "as.factor(v)", "unlist(list(v, 1))", "unlist(list(s))", "as.environment(x)",
  "data.frame(v)", "array(x)", "array(v, 3)", "matrix(v, 1)", "c(a)", "as.raw(s)", "as.name('x')",
  # arithmetic
  "x + 1", "1 + x", "x + x", "x - v", "v * 2", "2 * v", "x / 2", "x ^ 2", "2 ^ x", "v %% 2", "v %/% 2",
  "-x", "+x", "!l", "!s", "l & l", "l | l", "s & TRUE", "x + a", "a + x", "v + 1:3", "1:3 + v",
  "x + n", "n + x", "x * n", "n * x", "n - x", "x - n", "s + s", "s + 1L", "s * v", "x + TRUE", "v + NULL",
  "x == x", "x == 2", "2 == x", "x != 2", "x > 2", "x >= 2", "x < 2", "x <= 2", "s == 7", "7 == s",
  "x == n", "n == x", "n > x", "x < n", "x == 'a'", "isTRUE(s == 7)", "if (s == 7) 'yes' else 'no'",
  "if (s) 'yes' else 'no'", "if (l[0L]) 'yes' else 'no'", "while (s == 8) 1", "ifelse(l, 1, 2)",
  "xor(l, l)", "isTRUE(s)", "any(s == 7)", "all.equal(s, s)", "identical(s, 7)", "s && TRUE", "s || FALSE",
  # products and turns
  "x %*% y", "y %*% x", "x %*% v", "v %*% v", "a %*% y", "y %*% a", "x %*% t(a)", "n %*% y", "y %*% n",
  "x %*% t(n)", "t(n) %*% x", "x %*% 2", "v %*% 1:3", "1:3 %*% v", "x %o% v", "outer(v, v)",
  "crossprod(x)", "crossprod(x, x)", "tcrossprod(x)", "kronecker(x, x)", "diag(x)", "solve(x)", "det(x)",
  "t(x)", "t(v)", "t(s)", "aperm(x)", "aperm(x, c(2, 1))", "aperm(x, 2:1)", "aperm(v)", "t(a)",
  # groups and sums
  "sum(x)", "sum(v)", "sum(s)", "prod(v)", "max(x)", "min(v)", "range(v)", "any(l)", "all(l)", "mean(x)",
  "mean(v)", "mean(s)", "median(v)", "var(v)", "sd(v)", "sum(x, 1)", "max(s, 3)", "min(v, 0)",
  "abs(x)", "sqrt(x)", "exp(v)", "log(v)", "log(v, 2)", "log2(v)", "floor(v)", "ceiling(v)", "round(v)",
  "round(v, 1)", "trunc(v)", "sign(v)", "cumsum(v)", "cumprod(v)", "sin(v)", "cos(s)", "tanh(v)",
  "gamma(v)", "lgamma(v)", "signif(v, 2)", "Re(v)", "Im(v)", "Mod(v)", "Arg(v)", "Conj(v)",
  "is.finite(v)", "is.nan(v)", "is.infinite(v)", "rowSums(x)", "colMeans(x)", "scale(x)", "sweep(x, 1, 1)",
  "pmax(v, 2)", "pmin(v, 2)", "diff(v)", "quantile(v)", "cor(x)", "zapsmall(v)", "max.col(x)", "which.max(v)",
  # bound and built
  "c(x, x)", "c(v, 1)", "c(1, v)", "c(s, s)", "list(x, v)", "rbind(x, x)", "cbind(x, x)", "rbind(v, v)",
  "cbind(v, 1:3)", "cbind(reticulate::dict(p = 1), 2)",
  "{ d <- reticulate::dict(p = 1, q = 2); cbind(d, 1:2, d) }", "rbind(reticulate::dict(p = 1), 2)",
  "cbind(1:4, reticulate::dict(p = 1), deparse.level = 2)", "rbind(reticulate::import('math')$sqrt, 1:2)",
  "{ d <- reticulate::dict(p = 1); cbind(d, reticulate::import('math')$sqrt, matrix(1:4, 2)) }",
  "rbind(a, a)", "append(list(x), 1)", "append(v, 1)", "setdiff(v, 1)", "union(v, 1)",
  "if (length(v) %in% 0:9) seq_along(v)", "if (length(x) %in% 0:9) seq_along(x)", "seq_len(s)",
  "rapply(list(x), class, how = 'unlist')",
  # loops
  "lapply(v, identity)", "lapply(list(x, v), class)", "lapply(x, function(e) e)", "sapply(v, as.numeric)",
  "vapply(list(v, v), length, 0L)", "Map(function(e) class(e), list(x))", "Filter(is.object, list(x, 1))",
  "Reduce(`+`, list(v, v))", "do.call(`+`, list(v, v))", "for (e in v) print(e)", "for (e in list(x)) print(class(e))",
  "mapply(function(p, q) p, 1:2, 1:2)", "apply(x, 1, sum)",
  "apply(a, 1, sum)", "tapply(v, v, sum)", "outer(1:2, 1:2)", "switch(s, 'a')",
  "sapply(list(s, s), as.character)", "purrr_free <- x; class(purrr_free)",
  # assigned
  "{ z <- x; z[0L] <- 0L; z }", "{ z <- v; z[1L] <- 9L; z }", "{ z <- v; z[[1L]] <- 9L; z }",
  "{ z <- x; z$no_such <- 1; z$no_such }", "{ z <- x; dim(z) <- c(3, 2); z }", "{ z <- x; names(z) <- 'a'; z }",
  "{ z <- x; length(z) <- 2; z }", "{ z <- x; z@shape }", "x@shape", "x@no_such",
  "{ z <- x; attr(z, 'k') <- 1; class(z) }",
  "{ z <- list(x); z[[1]] <- v; class(z[[1]]) }", "{ z <- x; levels(z) <- 'a'; class(z) }",
  # reshaped, by reticulate's function or the one that masks it
  "array_reshape(a, c(3, 2))", "array_reshape(a, c(3L, 2L), order = 'F')", "array_reshape(a, -1)",
  "array_reshape(1:6, c(2, 3))", "array_reshape(1:6, list(2L, 3L))", "array_reshape(1:6, list(-1L, 3L))",
  "array_reshape(a, 6)", "array_reshape(5, c(1, 1))", "array_reshape(5, 1)", "array_reshape(TRUE, 1L)",
  "array_reshape(c(1i, 2), c(2, 1))", "array_reshape(c('a', 'b'), c(1, 2))", "array_reshape(n, c(3, 2))",
  "array_reshape(n, -1L)", "array_reshape(n, list(3, 2), 'F')", "array_reshape(n, c(1, 2, 3))",
  "array_reshape(a, c('3', '2'))", "array_reshape(list(1, 2, 3, 4), c(2, 2))", "array_reshape(a, 6.0)",
  "array_reshape(list(1:2, 3:4), c(4))", "array_reshape(factor(c('u', 'w')), 2)", "array_reshape(NULL, 0)",
  "array_reshape(as.raw(1:4), c(2, 2))", "array_reshape(reticulate::r_to_py(list(1, 2, 3, 4)), c(2L, 2L))",
  "array_reshape(reticulate::tuple(1, 2), c(2L, 1L))", "array_reshape(data.frame(p = 1:2, q = 3:4), 4)",
  "array_reshape(a, c(3.7, 2.2))", "array_reshape(matrix(letters[1:4], 2), 4)", "array_reshape(integer(), 0)",
  "array_reshape(array(0, c(0, 3)), c(3, 0))", "array_reshape(a, factor(c(3, 2)))", "array_reshape(5, integer())",
  "array_reshape(7, c(NA, 1))", "array_reshape(a, NULL)", "array_reshape(a, c(4, 4))", "array_reshape(NA, 1)",
  "array_reshape(c(1, NA), c(2, 1))", "array_reshape(c(TRUE, FALSE), c(2, 1))", "array_reshape(Sys.Date(), 1)",
  "array_reshape(reticulate::r_to_py(a), c(3, 2))", "array_reshape(reticulate::r_to_py(a, convert = TRUE), c(3, 2))",
  "array_reshape(reticulate::r_to_py(1:6), list(2L, 3L))", "array_reshape(2L, c(1, 1, 1))",
  "array_reshape(a, TRUE)", "array_reshape(1:2, list(TRUE, 2L))", "array_reshape(reticulate::r_to_py(5), 1L)",
  "array_reshape(reticulate::r_to_py(list(1L, 2L)), -1L)", "array_reshape(x = a, dim = c(2, 3), order = 'C')",
  "array_reshape(a, c(p = 3, q = 2))", "array_reshape(structure(1:4, names = letters[1:4]), c(2, 2))",
  "array_reshape(ts(1:4), c(2, 2))", "array_reshape(table(c(1, 1, 2)), c(2, 1))", "array_reshape(1:4, array(c(2, 2)))"
)

# The tensors of each library, created by Python alone: every process has the same.
company_tensors <- "
def make_company():
    import numpy as np
    import keras, tensorflow as tf, torch, jax.numpy as jnp
    def of(make, logicals=None):
        x = np.arange(1, 7, dtype='float32').reshape(2, 3)
        return dict(
            x=make(x), y=make(x.T.copy()), v=make(np.array([3, 1, 2], 'float32')),
            s=make(np.array(7, 'float32')),
            l=(logicals or make)(np.array([True, False, True])),
        )
    symbol = lambda x: keras.KerasTensor(x.shape, dtype=str(x.dtype), name='symbol')
    return dict(
        numpy=of(np.array), tensorflow=of(tf.constant), tf_variable=of(tf.Variable),
        keras_variable=of(lambda x: keras.Variable(x, dtype=str(x.dtype), name='variable'), tf.constant),
        symbolic=of(symbol), torch=of(torch.tensor), jax=of(jnp.asarray),
    )
"

describe_company <- function(value) {
  if (inherits(value, "python.builtin.object") && !reticulate::py_is_null_xptr(value)) {
    flag <- if (is.environment(value)) get0("convert", envir = value, inherits = FALSE)
    return(c(class(value), reticulate::py_repr(value), format(flag)))
  }
  if (is.list(value) && !is.object(value)) {
    return(c("list", names(value), unlist(lapply(value, describe_company))))
  }
  if (is.environment(value) || is.function(value)) {
    return(class(value))
  }
  c(class(value), deparse(value), utils::capture.output(print(value)))
}

# Evaluate an expression: its output, warnings and value, or its failure.
run_company <- function(text, tensors) {
  env <- list2env(tensors, parent = globalenv())
  warned <- character()
  done <- NULL
  printed <- utils::capture.output(
    done <- tryCatch(
      withCallingHandlers(
        describe_company(eval(parse(text = text), env)),
        warning = function(w) {
          warned <<- c(warned, conditionMessage(w))
          invokeRestart("muffleWarning")
        }
      ),
      error = function(e) structure(conditionMessage(e), failed = TRUE)
    )
  )
  if (isTRUE(attr(done, "failed"))) {
    return(list(failed = TRUE, text = as.vector(done)[1L]))
  }
  text <- paste(c(done, warned, printed), collapse = "\n")
  # addresses and counters differ from one evaluation to the next
  text <- gsub("0x[0-9a-f]{4,}", "0x", text)
  list(failed = FALSE, text = gsub("(symbol|variable|tensor|array)_[0-9]+", "\\1", text))
}

run_all_company <- function(known = NULL) {
  main <- reticulate::py_run_string(company_tensors, local = TRUE, convert = FALSE)
  outcomes <- list()
  tensors_by_library <- reticulate::py_get_item(main, "make_company")()
  libraries <- unlist(reticulate::py_to_r(reticulate::import_builtins(FALSE)$list(tensors_by_library)))
  for (library in libraries) {
    group <- reticulate::py_get_item(tensors_by_library, library)
    is_whole <- nzchar(Sys.getenv("PYBRIDGE_TEST_BESIDE"))
    # NumPy's arrays usually have the convert flag off, tensors of other packages have it on
    for (convert in if (library != "numpy") TRUE else if (is_whole) c(FALSE, TRUE) else FALSE) {
      # the suite of every day takes the whole list on two libraries, and deals it to the other five
      dealt <- seq_along(company_expressions) %% 5L == match(library, libraries) %% 5L
      for (text in company_expressions[is_whole | library %in% c("numpy", "tensorflow") | dealt]) {
        if (convert && grepl("array_reshape", text)) next
        if (library != "numpy" && !grepl("\\b[xyvsl]\\b", text)) next
        if (library == "symbolic" && grepl("iterat", text)) next # to iterate over it has no end
        label <- sprintf("%s, convert = %s: %s", library, convert, text)
        if (isTRUE(known[[label]]$failed)) next # what fails alone may do anything else in company
        # fresh tensors for each expression: some write
        tensors <- lapply(c(x = "x", y = "y", v = "v", s = "s", l = "l"), function(name) {
          copied <- reticulate::py_get_item(group, name)
          if (grepl("<-", text)) copied <- reticulate::import("copy", convert = FALSE)$deepcopy(copied)
          assign("convert", convert, envir = copied)
          copied
        })
        tensors$n <- reticulate::import("numpy", convert = FALSE)$array(
          reticulate::r_to_py(matrix(as.double(1:6), 2, byrow = TRUE)), "float32"
        )
        tensors$a <- matrix(as.double(1:6), 2, byrow = TRUE)
        outcomes[[label]] <- run_company(text, tensors)
      }
    }
  }
  outcomes
}

# What may differ: labels by a pattern, and the reason.
company_exceptions <- c(
  "(is.na|anyNA)\\(x\\)$" = "of each element, where it was FALSE of every object, with a warning",
  "p(max|min)\\(v, 2\\)$" = "the same elements without that warning",
  "(dim|nrow|ncol)\\([xv]\\)$" = "a tensor's sizes, where there was NULL",
  "N(ROW|COL)\\([xv]\\)$" = "a tensor's sizes, where it counted as one element or by len()",
  "(head|tail)\\([xv], [12]\\)$" = "the first and last elements, where positions counted from zero",
  "mean\\([xvs]\\)$" = "the mean, where there was NA with a warning",
  "cbind\\((x, x|v, 1:3)\\)$" = "the columns of a matrix, where it was a list of tensors",
  "rev\\([xv]\\)$" = "the elements in reverse, where there were none",
  "array_reshape\\((1:6|1:4|2L|integer\\(\\)|structure|ts)" = "integers stay integers, and were doubles",
  "array_reshape\\(NA," = "NA stays NA, and was TRUE",
  "array_reshape\\(Sys.Date" = "dates stay an array of dates, and were a list",
  "array_reshape\\(5, integer" = "no axis: a vector of one element, and was an array of one axis",
  "array_reshape\\((a|1:2), (c\\('3'|c\\(3.7|list\\(TRUE)" = "a size that is no whole number is refused",
  "array_reshape\\(.*convert = TRUE" = "the flag of what went in, and was off"
)

# Called as a script: company.R FILE PACKAGE ... evaluates the list with the packages, attaches
# pybridge and evaluates what worked once more. With pybridge among the packages, FILE is there, and
# what worked is evaluated with them attached in that order. Beside reticulate alone, which pybridge
# loads first in any order, the places on the search path are all that differs: one process does both.
arguments <- commandArgs(TRUE)
if (length(arguments) > 1L && file.exists(dirname(arguments[[1L]]))) {
  file <- arguments[[1L]]
  attach_all <- function(packages) {
    for (package in packages) {
      suppressWarnings(suppressMessages(library(package, character.only = TRUE)))
    }
  }
  # tensorflow prints these once in a session, so the second evaluation would differ
  options(
    tensorflow.extract.warn_negatives_pythonic = FALSE,
    tensorflow.extract.warn_tensors_passed_asis = FALSE
  )
  attach_all(arguments[-1L])
  if ("pybridge" %in% arguments[-1L]) {
    outcomes <- readRDS(file)
    outcomes$first <- run_all_company(outcomes$without)
  } else {
    outcomes <- list(without = run_all_company())
    attach_all("pybridge")
    outcomes$last <- run_all_company(outcomes$without)
    if (identical(arguments[-1L], "reticulate")) {
      detach("package:reticulate")
      attach_all("reticulate")
      stopifnot(match("package:reticulate", search()) < match("package:pybridge", search()))
      outcomes$first <- run_all_company(outcomes$without)
    }
  }
  saveRDS(outcomes, file)
}
