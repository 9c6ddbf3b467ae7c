# R's generics on tensors, where R would fail or return a meaningless result.
#
# The methods are for the class that every Python object has last. A method of any package for a class of its
# own is therefore found first, whichever package was loaded first, and no method is overwritten. For Python
# objects that are not tensors each method calls the next one.

# Register each method where reticulate has none. The R packages with the generics are already loaded, because
# reticulate imports them.
register_tensor_methods <- function() {
  for (package in names(tensor_methods)) {
    home <- asNamespace(package)
    for (generic in names(tensor_methods[[package]])) {
      if (is.null(registered_method(generic, home))) {
        registerS3method(generic, "python.builtin.object", tensor_methods[[package]][[generic]], home)
      }
    }
  }
  for (class in masked_classes) {
    for (generic in names(masked_methods)) {
      registerS3method(generic, class, masked_methods[[generic]], baseenv())
    }
  }
}

# Remove the methods when the package is unloaded
remove_tensor_methods <- function() {
  for (package in names(tensor_methods)) {
    home <- asNamespace(package)
    for (generic in names(tensor_methods[[package]])) {
      if (is_ours(registered_method(generic, home))) {
        rm(list = paste0(generic, ".python.builtin.object"), envir = methods_table(home))
      }
    }
  }
  masked <- outer(names(masked_methods), masked_classes, paste, sep = ".")
  rm(list = masked, envir = methods_table(baseenv()))
}

registered_method <- function(generic, home) {
  utils::getS3method(generic, "python.builtin.object", optional = TRUE, envir = home)
}

# R's table of the methods for the generics of a package. R has no function that removes a method.
methods_table <- function(home) get(".__S3MethodsTable__.", home)

# Whether a Python object is a tensor of a supported library. A module is not looked at, which would import it.
is_tensor <- function(x, call = sys.call(-1L)) {
  method <- as.character(call[[1L]])[[1L]]
  call[[1L]] <- as.name(sub(".python.builtin.object", "", method, fixed = TRUE))
  if (inherits(x, "python.builtin.module") || !is_python(x, call)) {
    return(FALSE)
  }
  tryCatch(reticulate::py_to_r(py_call(bridge$python$is_tensor, x)), error = function(e) FALSE)
}

tensor_dim <- function(x) {
  # Functions that only display objects call this, also for one whose session has ended.
  if (is_ended(x) || !is_tensor(x)) {
    return(NextMethod())
  }
  shape <- tensor_shape(x)
  if (length(shape) > 0L) shape
}

# The labels of a table, an AnnData or a DataArray, as R's functions of dimnames take them
tensor_dimnames <- function(x) {
  if (is_ended(x) || !is_tensor(x)) {
    return(NextMethod())
  }
  elements_in_r(call_python("dimnames", x), sys.call())
}

tensor_as_array <- function(x, ...) as_r_array(x, call)

as_r_array <- function(x, call) {
  value <- elements_in_r(x, call)
  if (isS4(value) || is.data.frame(value)) {
    value <- as.matrix(value) # of the package Matrix, or a table
  }
  if (is.null(dim(value))) array(value, length(value)) else value
}

tensor_as_vector <- function(x, mode = "any") {
  if (!mode %in% vector_modes || !is_tensor(x)) {
    return(NextMethod())
  }
  as.vector(elements_in_r(x, generic_call(sys.call(), "as.vector")), mode)
}

# as.vector(x, "list") is left to the next method.
vector_modes <- c("any", "logical", "integer", "numeric", "double", "complex", "character")

# Make the method of a generic from a function, in which `call` is the call that the user wrote. Where the first
# argument is not a tensor, or fails another test, the next method is called.
method_for <- function(generic, work, is_served = quote(is_tensor)) {
  body(work) <- bquote({
    if (!.(is_served)(.(as.name(names(formals(work))[[1L]])))) {
      return(NextMethod())
    }
    call <- generic_call(sys.call(), .(generic))
    .(body(work))
  })
  work
}

tensor_t <- function(x) {
  ndim <- tensor_ndim(x)
  if (ndim == 1L) {
    return(flagged(py_call(bridge$python$with_shape, x, list(1L, -1L), "C"), x, call))
  }
  if (ndim != 2L) {
    abort_argument(sprintf("t() takes a matrix, and the tensor has %d axes; aperm() takes any", ndim), call)
  }
  flagged(py_call(bridge$python$permute, x, NULL), x, call)
}

tensor_aperm <- function(a, perm = NULL, resize = TRUE, ...) {
  if (!isTRUE(resize)) {
    abort_argument("aperm() of a tensor moves the sizes with the axes: `resize` is TRUE", call)
  }
  if (!is.null(perm)) {
    ndim <- tensor_ndim(a)
    if (!is.numeric(perm) || !identical(sort(as.numeric(perm)), as.numeric(seq_len(ndim)))) {
      abort_argument(sprintf("`perm` names each of the %d axes once, not %s", ndim, one_line(perm)), call)
    }
    perm <- as.list(as.integer(perm))
  }
  flagged(py_call(bridge$python$permute, a, perm), a, call)
}

# The first elements of each axis, or the last, as head() and tail() return them for an R array
ends <- function(x, n, is_head, call) {
  shape <- tensor_shape(x)
  if (!is.numeric(n) || all(is.na(n)) || length(n) > length(shape)) {
    abort_argument(
      sprintf("`n` is one number, or one for each of the %d axes, not %s", length(shape), one_line(n)), call
    )
  }
  positions <- lapply(seq_along(n), function(axis) {
    size <- shape[[axis]]
    if (is.na(n[[axis]])) {
      return(quote(expr = ))
    }
    if (is.na(size)) {
      abort_argument(sprintf("axis %d has a size that is not known before the code runs", axis), call)
    }
    count <- if (n[[axis]] < 0) max(size + n[[axis]], 0) else min(n[[axis]], size)
    if (is_head) seq_len(count) else size - rev(seq_len(ceiling(count))) + 1L # a part of one, as R takes it
  })
  select_from(x, positions, "tensor", call)
}

tensor_rev <- function(x) {
  count <- element_count(x, call)
  if (count == 0) x else select_from(x, list(rev(seq_len(count))), "base", call)
}

tensor_rep <- function(x, ...) {
  count <- element_count(x, call)
  positions <- rep(seq_len(count), ...)
  if (count == 0 && length(positions) == 0L) {
    return(x)
  }
  if (tensor_ndim(x) == 0L) {
    x <- array_reshape(x, 1L)
  }
  select_from(x, list(positions), "base", call)
}

has_axes <- function(x, call = sys.call(-1L)) is_tensor(x, call) && tensor_ndim(x) > 0L

element_count <- function(x, call) {
  count <- prod(tensor_shape(x))
  if (is.na(count)) {
    abort_argument("the tensor has a size that is not known before the code runs", call)
  }
  count
}

# Select by vectors of positions, one for each axis; a single one in the base dialect counts in R's order
select_from <- function(x, positions, dialect, call) {
  tryCatch(
    do.call(r_slice, c(list(x), positions, dialect = dialect, drop = FALSE), quote = TRUE),
    pybridge_error = function(error) {
      error$call <- call
      stop(error)
    }
  )
}

base_methods <- list(
  dim = tensor_dim,
  dimnames = tensor_dimnames,
  as.array = method_for("as.array", tensor_as_array),
  as.vector = tensor_as_vector,
  as.double = method_for("as.double", function(x, ...) as.double(elements_in_r(x, call))),
  as.integer = method_for("as.integer", function(x, ...) as.integer(elements_in_r(x, call))),
  as.logical = method_for("as.logical", function(x, ...) as.logical(elements_in_r(x, call))),
  as.complex = method_for("as.complex", function(x, ...) as.complex(elements_in_r(x, call))),
  t = method_for("t", tensor_t),
  aperm = method_for("aperm", tensor_aperm),
  rev = method_for("rev", tensor_rev, quote(has_axes)),
  rep = method_for("rep", tensor_rep),
  Math = tensor_math,
  Summary = tensor_summary,
  mean = method_for("mean", tensor_mean),
  sort = method_for("sort", tensor_sort),
  `dim<-` = method_for("dim<-", tensor_dim_assign),
  rbind = bind_method("rbind"),
  cbind = bind_method("cbind"),
  as.list = tensor_as_list,
  is.na = method_for("is.na", function(x) test_elements(x, "is.na", call)),
  is.nan = method_for("is.nan", function(x) test_elements(x, "is.nan", call)),
  is.finite = method_for("is.finite", function(x) test_elements(x, "is.finite", call)),
  is.infinite = method_for("is.infinite", function(x) test_elements(x, "is.infinite", call)),
  anyNA = method_for("anyNA", function(x, recursive = FALSE) any(test_elements(x, "is.na", call))),
  labels = tensor_labels,
  crossprod = cross_product("crossprod"),
  tcrossprod = cross_product("tcrossprod"),
  `is.na<-` = method_for("is.na<-", function(x, ..., value) {
    abort_replacement("is.na<-", "NA`, or r_assign(x, ..., value = NA)", call)
  }),
  `split<-` = method_for("split<-", function(x, ..., value) {
    abort_replacement("split<-", "value`, or r_assign()", call)
  })
)

# The methods for the generics of each R package
tensor_methods <- list(
  base = c(base_methods, methods_in_r("base")),
  utils = list(
    head = method_for("head", function(x, n = 6L, ...) ends(x, n, TRUE, call), quote(has_axes)),
    tail = method_for("tail", function(x, n = 6L, ...) ends(x, n, FALSE, call), quote(has_axes))
  ),
  stats = c(
    methods_in_r("stats"),
    list(
      na.omit = method_for("na.omit", function(object, ...) omit_missing(object, call)),
      na.exclude = method_for("na.exclude", function(object, ...) omit_missing(object, call))
    )
  ),
  graphics = methods_in_r("graphics"),
  grDevices = methods_in_r("grDevices")
)
