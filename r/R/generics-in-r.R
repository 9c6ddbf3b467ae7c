# R's functions that compare, group, draw or describe elements, on tensors. Their results are R objects: the
# elements are converted to R, and R's own function is called.

# The generics with a result in R, by package. tensor_methods has those with a tensor as result.
generics_in_r <- list(
  base = c(
    "anyDuplicated", "as.data.frame", "as.Date", "as.matrix", "as.POSIXct", "as.POSIXlt", "as.raw", "as.table",
    "chol", "cut", "determinant", "diff", "duplicated", "mtfrm", "plot", "pretty", "qr", "rowsum", "scale",
    "solve", "split", "unique", "xtfrm"
  ),
  stats = c(
    "as.ts", "density", "ks.test", "median", "qqnorm", "quantile", "t.test", "var.test", "wilcox.test"
  ),
  graphics = c(
    "barplot", "boxplot", "contour", "hist", "image", "lines", "mosaicplot", "pairs", "persp", "points",
    "stripchart"
  ),
  grDevices = "as.raster"
)

# The first argument where it is not `x`
first_arguments <- c(barplot = "height", qqnorm = "y", solve = "a")

# Make the methods of the generics of a package with a result in R
methods_in_r <- function(package) {
  generics <- generics_in_r[[package]]
  structure(lapply(generics, method_in_r, package), names = generics)
}

method_in_r <- function(generic, package) {
  force(package)
  method <- function(x, ...) {
    if (!is_tensor(x)) {
      return(NextMethod())
    }
    call_in_r(getExportedValue(package, generic), x, substitute(x), generic_call(sys.call(), generic), ...)
  }
  if (generic %in% names(first_arguments)) {
    first <- first_arguments[[generic]]
    names(formals(method))[[1L]] <- first
    body(method) <- do.call(substitute, list(body(method), list(x = as.name(first))))
  }
  method
}

# Call R's function with the elements of the tensors among its arguments, under the names that the user wrote,
# which plots show
call_in_r <- function(work, x, expression, call, ...) {
  arguments <- c(list(x), list(...))
  expressions <- c(list(expression), as.list(substitute(list(...)))[-1L])
  frame <- new.env(parent = baseenv())
  for (k in seq_along(arguments)) {
    argument <- arguments[[k]]
    if (inherits(argument, "python.builtin.object") && is_tensor(argument, call)) {
      name <- argument_name(expressions[[k]], taken = names(frame))
      elements <- elements_in_r(argument, call)
      if (isS4(elements)) elements <- as.matrix(elements) # R's functions of vectors need a dense matrix
      assign(name, elements, frame)
      arguments[[k]] <- as.name(name)
    } else if (is.language(argument)) {
      arguments[[k]] <- call("quote", argument)
    }
  }
  eval(as.call(c(work, arguments)), frame)
}

# The code of an argument as a name, made unique; "x" for a value that do.call() passed
argument_name <- function(expression, taken) {
  name <- if (is.language(expression)) deparse(expression, width.cutoff = 60L, nlines = 1L)[[1L]] else "x"
  make.unique(c(taken, name))[[length(taken) + 1L]]
}

# reticulate has as.list() for NumPy's arrays; ours makes masked elements NA
tensor_as_list <- function(x, ...) {
  if (!is_tensor(x) || inherits(x, "numpy.ndarray") && !inherits(x, masked_classes)) {
    return(NextMethod())
  }
  as.list(elements_in_r(x, generic_call(sys.call(), "as.list")), ...)
}

# NumPy's class of masked arrays, under its two names
masked_classes <- c("numpy.ma.MaskedArray", "numpy.ma.core.MaskedArray")

# reticulate's methods for NumPy's arrays would return the values under the mask
masked_methods <- list(
  as.array = function(x, ...) as_r_array(x, generic_call(sys.call(), "as.array")),
  as.double = function(x, ...) as.double(elements_in_r(x, generic_call(sys.call(), "as.double"))),
  as.matrix = function(x, ...) as.matrix(elements_in_r(x, generic_call(sys.call(), "as.matrix"))),
  as.vector = function(x, mode = "any") as.vector(elements_in_r(x, generic_call(sys.call(), "as.vector")), mode)
)

# The result of is.na() and the like: logicals of R in the shape of the tensor
test_elements <- function(x, generic, call) {
  elements_in_r(call_python("elementwise_test", x, generic, call = call), call)
}

# labels.default() looks at dim(), which only this package has for tensors unless another has a method too
tensor_labels <- function(object, ...) {
  has_own_dim <- function(class) !is.null(utils::getS3method("dim", class, optional = TRUE, envir = baseenv()))
  if (any(vapply(setdiff(class(object), "python.builtin.object"), has_own_dim, NA))) {
    return(NextMethod())
  }
  names <- names(object)
  if (length(names)) names else as.character(seq_along(object))
}

# Reject a replacement that R computes by `x[i] <- value`, where Python counts from zero
abort_replacement <- function(generic, advice, call) {
  words <- "R computes `%s` by `x[i] <- value`, where Python counts from zero; write `x@r[...] <- %s"
  abort_argument(sprintf(words, generic, advice), call)
}

# Make the method of crossprod() or tcrossprod(). Either operand may be an R array.
cross_product <- function(generic) {
  force(generic)
  function(x, y = NULL, ...) {
    call <- generic_call(sys.call(), generic)
    y <- y %||% x
    like <- if (is_tensor(x, call)) x else y
    if (!is_tensor(like, call)) {
      return(NextMethod())
    }
    operands <- tag_operands(list(x, y), call)
    flagged(py_call(bridge$python$cross_product, operands[[1L]], operands[[2L]], generic), like, call)
  }
}

# Omit missing values as R does: elements of a vector, rows of a matrix
omit_missing <- function(x, call) {
  missing <- test_elements(x, "is.na", call)
  ndim <- tensor_ndim(x)
  is_omitted <- if (ndim == 1L) missing else if (ndim == 2L) rowSums(missing) > 0
  if (any(is_omitted)) select_from(x, list(which(!is_omitted)), "tensor", call) else x
}
