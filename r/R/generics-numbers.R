# R's Math and Summary groups, mean(), sort(), rbind(), cbind() and dim<-() on tensors. Python computes, in the
# library of the tensor; the arguments are read here.

# The method of R's Math group
tensor_math <- function(x, ...) {
  arguments <- list(...)
  name <- get(".Generic")
  if (name == "log" && length(arguments) && !is_tensor(x) && is_tensor(arguments[[1L]])) {
    # R passes a method the values of x and base in the order of the call, with the wrong names
    base <- x
    x <- arguments[[1L]]
    arguments[[1L]] <- base
  }
  if (!is_tensor(x)) {
    return(NextMethod())
  }
  call <- call_by_names(generic_call(sys.call(), name), parent.frame())
  argument <- NULL
  if (name == "round") {
    argument <- one_number(if (length(arguments)) arguments[[1L]] else 0, "digits", call)
  } else if (name == "log" && length(arguments)) {
    base <- one_number(arguments[[1L]], "base", call)
    if (base %in% c(2, 10)) {
      name <- paste0("log", base)
    } else {
      argument <- suppressWarnings(log(base))
    }
  }
  flagged(py_call(bridge$python$math_group, x, name, argument), x, call)
}

# The method of R's Summary group, for a tensor and more operands
tensor_summary <- function(..., na.rm = FALSE) {
  operands <- list(...)
  first <- operands[[1L]]
  if (!is_tensor(first)) {
    return(NextMethod())
  }
  name <- get(".Generic")
  call <- call_by_names(generic_call(sys.call(), name), parent.frame())
  if (name == "range" && !is.null(operands[["finite"]])) {
    abort_argument("range() of a tensor has no `finite`; select the finite elements first", call)
  }
  na_rm <- one_flag(na.rm, "na.rm", call)
  known <- operands_without_na(operands, name, na_rm, call)
  result <- flagged(py_call(bridge$python$summary_group, tag_operands(known$operands, call), name, na_rm), first, call)
  if (known$is_unsettled && as.logical(elements_in_r(result, call)) == (name == "all")) {
    abort_na_result(name, first, call)
  }
  result
}

# The operands of R in a summary without NA, or with NaN in its place among reals. A tensor of integers has
# neither. any() and all() may be settled by the other operands: `is_unsettled` is TRUE where the result is NA if
# they are not.
operands_without_na <- function(operands, name, na_rm, call) {
  is_unsettled <- FALSE
  for (k in seq_along(operands)) {
    operand <- operands[[k]]
    if (!is.atomic(operand) || !anyNA(operand)) {
      next
    }
    is_logical <- name %in% c("any", "all")
    if (!na_rm && !is_logical && !grepl("float|complex", tensor_dtype(operands[[1L]]))) {
      abort_na_result(name, operands[[1L]], call)
    }
    operands[[k]] <- if (na_rm || is_logical) operand[!is.na(operand)] else as.double(operand)
    is_unsettled <- is_unsettled || (is_logical && !na_rm)
  }
  list(operands = operands, is_unsettled = is_unsettled)
}

abort_na_result <- function(name, x, call) {
  words <- "%s() with NA is NA, which a tensor of dtype %s does not hold; `na.rm = TRUE` leaves NA out"
  abort(sprintf(words, name, tensor_dtype(x)), "pybridge_error_missing_value", call)
}

# Replace the tensors in a call by their names, where R has put the values of the arguments
call_by_names <- function(call, frame) {
  for (k in which(vapply(as.list(call), is.environment, NA))) {
    call[[k]] <- c(names_of(call[[k]], frame), quote(x))[[1L]]
  }
  if ("na.rm" %in% names(call) && isFALSE(call[["na.rm"]])) call[["na.rm"]] <- NULL
  call
}

# Tag the operands of R, so Python knows where each is from
tag_operands <- function(operands, call) {
  operands <- unname(operands[!vapply(operands, is.null, NA)])
  lapply(operands, function(operand) {
    if (inherits(operand, "python.builtin.object")) {
      if (!is_tensor(operand)) {
        abort_argument(sprintf("a %s is not a tensor", class_name(operand)), call)
      }
      return(operand)
    }
    check_value(operand, call)
    list("r", as_operand(operand, call))
  })
}

tensor_mean <- function(x, trim = 0, na.rm = FALSE, ...) {
  if (!is.numeric(trim) || length(trim) != 1L || !trim %in% 0) {
    abort_argument("mean() of a tensor does not trim; sort it and select first", call)
  }
  flagged(py_call(bridge$python$mean, x, one_flag(na.rm, "na.rm", call)), x, call)
}

tensor_sort <- function(x, decreasing = FALSE, na.last = NA, partial = NULL, index.return = FALSE, ...) {
  if (!is.null(partial) || !isFALSE(index.return)) {
    abort_argument(
      "sort() of a tensor has neither `partial` nor `index.return`; tensor_order(x) gives positions", call
    )
  }
  place <- missing_place(na.last, "na.last", call)
  flagged(py_call(bridge$python$sort, x, one_flag(decreasing, "decreasing", call), place), x, call)
}

# Make the method of rbind() or cbind()
bind_method <- function(generic) {
  is_rows <- generic == "rbind"
  function(..., deparse.level = 1) {
    call <- sys.call(-1L) # R's own function, which calls the method
    operands <- list(...)
    if (!any(vapply(operands, is_tensor, NA, call = generic_call(call, generic)))) {
      return(bind_objects(generic, operands, substitute(list(...)), deparse.level))
    }
    # R binds NULL as a vector without elements
    tagged <- tag_operands(lapply(operands, function(operand) operand %||% logical()), call)
    first <- Find(function(operand) inherits(operand, "python.builtin.object"), operands)
    flagged(py_call(bridge$python$bind, tagged, is_rows), first, call)
  }
}

# Bind Python objects that are not tensors as R does without a method, since rbind() and cbind() have no
# NextMethod(): bind copies without a class, and put the objects in their place.
bind_objects <- function(generic, operands, expressions, deparse.level) {
  is_object <- vapply(operands, inherits, NA, "python.builtin.object")
  copies <- operands
  copies[is_object] <- lapply(operands[is_object], function(object) {
    if (is.environment(object)) list2env(as.list.environment(object, all.names = TRUE)) else unclass(object)
  })
  is_labelled <- nzchar(names(operands) %||% character(length(operands)))
  labels <- vapply(as.list(expressions)[-1L], function(code) {
    if (deparse.level == 2 || (deparse.level == 1 && is.symbol(code))) deparse(code, backtick = FALSE)[[1L]] else ""
  }, "")
  names(copies)[!is_labelled] <- labels[!is_labelled]
  bound <- do.call(generic, c(copies, deparse.level = 0), quote = TRUE, envir = baseenv())
  for (k in which(is_object)) {
    bound[vapply(bound, identical, NA, copies[[k]])] <- operands[k]
  }
  bound
}

tensor_dim_assign <- function(x, value) {
  sizes <- if (is.null(value)) -1 else read_sizes(value, call)
  if (!is.null(value) && any(sizes < 0)) {
    abort_argument("`dim(x) <-` takes every size; array_reshape() computes one that is left open", call)
  }
  flagged(call_python("with_shape", x, as.list(sizes), "F", call = call), x, call)
}
