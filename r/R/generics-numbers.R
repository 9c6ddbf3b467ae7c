# R's Math and Summary groups, mean(), sort(), rbind(), cbind() and dim<-() on tensors. Python does the
# work, in the library of the tensor; here is what R's functions take beside it.

# One function of R's Math group on a tensor
tensor_math <- function(x, ...) {
  given <- list(...)
  name <- get(".Generic")
  if (name == "log" && length(given) && !is_tensor(x) && is_tensor(given[[1L]])) {
    # R gives a method the values of x and base in the order in which the call has them, by the wrong names
    exchanged <- x
    x <- given[[1L]]
    given[[1L]] <- exchanged
  }
  if (!is_tensor(x)) {
    return(NextMethod())
  }
  call <- call_by_names(generic_call(sys.call(), name), parent.frame())
  argument <- NULL
  if (name %in% c("round", "signif")) {
    argument <- if (length(given)) given[[1L]] else if (name == "round") 0 else 6
    argument <- one_number(argument, "digits", call)
  } else if (name == "log" && length(given)) {
    base <- one_number(given[[1L]], "base", call)
    if (base %in% c(2, 10)) {
      name <- paste0("log", base)
    } else {
      argument <- suppressWarnings(log(base))
    }
  }
  flagged(py_call(bridge$math_group, x, name, argument), x, call)
}

# One function of R's Summary group, on a tensor and what stands beside it
tensor_summary <- function(..., na.rm = FALSE) {
  given <- list(...)
  if (!is_tensor(given[[1L]])) {
    return(NextMethod())
  }
  name <- get(".Generic")
  call <- call_by_names(generic_call(sys.call(), name), parent.frame())
  if (name == "range" && !is.null(given[["finite"]])) {
    abort_argument("range() of a tensor has no `finite`; select the finite elements first", call)
  }
  na_rm <- one_flag(na.rm, "na.rm", call)
  counted <- operands_with_na(given, name, na_rm, call)
  operands <- tag_operands(counted$operands, call)
  result <- flagged(py_call(bridge$summary_group, operands, name, na_rm), given[[1L]], call)
  if (counted$is_unsettled && as.logical(elements_in_r(result, call)) == (name == "all")) {
    refuse_na_result(name, given[[1L]], call)
  }
  result
}

# What R wrote beside a tensor in a summary, with NA left out, or as the NaN that it becomes among reals. A
# tensor of integers has no such element; any() and all() may be settled by the others: `is_unsettled` says
# that NA would be the result if they are not.
operands_with_na <- function(operands, name, na_rm, call) {
  is_unsettled <- FALSE
  for (k in seq_along(operands)) {
    operand <- operands[[k]]
    if (!is.atomic(operand) || !anyNA(operand)) {
      next
    }
    is_logical <- name %in% c("any", "all")
    if (!na_rm && !is_logical && !grepl("float|complex", tensor_dtype(operands[[1L]]))) {
      refuse_na_result(name, operands[[1L]], call)
    }
    operands[[k]] <- if (na_rm || is_logical) operand[!is.na(operand)] else as.double(operand)
    is_unsettled <- is_unsettled || (is_logical && !na_rm)
  }
  list(operands = operands, is_unsettled = is_unsettled)
}

refuse_na_result <- function(name, x, call) {
  words <- "%s() with NA is NA, which a tensor of dtype %s does not hold; `na.rm = TRUE` leaves NA out"
  abort(sprintf(words, name, tensor_dtype(x)), "pybridge_error_missing_value", call)
}

# Write names for the tensors in a call, where R has put what the arguments were
call_by_names <- function(call, frame) {
  for (k in which(vapply(as.list(call), is.environment, NA))) {
    names <- lapply(names(frame), as.name)
    found <- names[vapply(names, is_value_of, NA, frame = frame, value = call[[k]])]
    call[[k]] <- c(found, quote(x))[[1L]]
  }
  if ("na.rm" %in% names(call) && isFALSE(call[["na.rm"]])) call[["na.rm"]] <- NULL
  call
}

# Tag what is no tensor among operands, so that Python knows that it came from R
tag_operands <- function(operands, call) {
  operands <- unname(operands[!vapply(operands, is.null, NA)])
  lapply(operands, function(operand) {
    if (inherits(operand, "python.builtin.object")) {
      if (!is_tensor(operand)) {
        abort_argument(sprintf("a %s is no tensor", class(operand)[[1L]]), call)
      }
      return(operand)
    }
    check_value(operand, call)
    list("r", as_operand(operand, call))
  })
}

tensor_mean <- function(x, trim = 0, na.rm = FALSE, ...) {
  if (!identical(as.double(trim), 0)) {
    abort_argument("mean() of a tensor trims nothing; sort it and select first", call)
  }
  flagged(py_call(bridge$mean, x, one_flag(na.rm, "na.rm", call)), x, call)
}

tensor_sort <- function(x, decreasing = FALSE, na.last = NA, partial = NULL, index.return = FALSE, ...) {
  if (!is.null(partial) || !isFALSE(index.return)) {
    abort_argument(
      "sort() of a tensor has neither `partial` nor `index.return`; tensor_order(x) gives positions", call
    )
  }
  place <- missing_place(na.last, "na.last", call)
  flagged(py_call(bridge$sort, x, one_flag(decreasing, "decreasing", call), place), x, call)
}

# Make the method of rbind() or cbind()
binds <- function(generic) {
  is_rows <- generic == "rbind"
  function(..., deparse.level = 1) {
    call <- sys.call(-1L) # the method is called by what the function of R is made of
    given <- list(...)
    if (!any(vapply(given, is_tensor, NA, call = generic_call(call, generic)))) {
      return(bind_as_r_does(generic, given, substitute(list(...)), deparse.level))
    }
    # to R's functions NULL is a vector of no element
    operands <- tag_operands(lapply(given, function(operand) operand %||% logical()), call)
    first <- Find(function(operand) inherits(operand, "python.builtin.object"), given)
    flagged(py_call(bridge$bind, operands, is_rows), first, call)
  }
}

# Bind Python objects of which none is a tensor, as R does without a method: R's rbind() and cbind() know no
# NextMethod(), so the method steps aside for one call.
bind_as_r_does <- function(generic, given, written, deparse.level) {
  name <- paste0(generic, ".python.builtin.object")
  table <- methods_table(baseenv())
  method <- table[[name]]
  rm(list = name, envir = table)
  on.exit(assign(name, method, table))
  frame <- new.env(parent = baseenv())
  operands <- Map(function(value, expression) {
    if (!is.symbol(expression)) {
      return(call("quote", value))
    }
    assign(as.character(expression), value, frame)
    expression
  }, given, as.list(written)[-1L])
  eval(as.call(c(as.name(generic), operands, deparse.level = deparse.level)), frame)
}

tensor_dim_assign <- function(x, value) {
  sizes <- if (is.null(value)) -1 else read_sizes(value, call)
  if (!is.null(value) && any(sizes < 0)) {
    abort_argument("`dim(x) <-` takes every size; array_reshape() computes one that is left open", call)
  }
  flagged(call_python("array_reshape", x, as.list(sizes), "F", call = call), x, call)
}
