# The call that an error of an assignment shows. R turns `x@r[1] <- v` into calls on `*tmp*`; the
# target's own words are in the code that runs. They are looked for only when an error shows them,
# and nothing is evaluated for it.

# An assignment as the user wrote it: from the call of the method, such as `[<-`(`*tmp*`, 1, value = v), and the
# frame where it stood. `accessor` is "r" or "py" for `x@r[...]` and `x@py[...]`, NULL for `r_slice(x, ...)`.
assignment_call <- function(call, frame, tensor, written, accessor = NULL) {
  if (!identical(call[[2L]], quote(`*tmp*`))) {
    # `[<-` or `r_slice<-` was called by its own name
    return(generic_call(call, if (is.null(accessor)) "r_slice<-" else "[<-"))
  }
  subscripts <- as.list(call)[-c(1:2, length(call))]
  as_written <- function(target) {
    view <- if (is.null(accessor)) target else call("@", target, as.name(accessor))
    head <- if (is.null(accessor)) quote(r_slice) else quote(`[`)
    call("<-", as.call(c(head, view, subscripts)), written)
  }
  depth <- if (is.null(accessor)) 2L else c(2L, 2L) # where the target stands in such a call
  found <- list()
  for (code in running_code(frame)) {
    found <- c(found, assigned_targets(code, depth, as_written))
  }
  is_own <- vapply(found, function(target) is.name(target) && is_value_of(target, frame, tensor), NA)
  if (length(found) == 0L) {
    found <- names_of(tensor, frame)
    is_own <- rep(TRUE, length(found))
  }
  as_written(c(found[is_own], found, quote(x))[[1L]])
}

# The names that the user has for a value in a frame
names_of <- function(value, frame) {
  names <- lapply(setdiff(names(frame), "*tmp*"), as.name)
  names[vapply(names, is_value_of, NA, frame = frame, value = value)]
}

# Whether a name has a value in a frame, told without evaluating a promise or an active binding
is_value_of <- function(name, frame, value) .Call(pybridge_is_value_of, name, frame, value)

# The code that is evaluated in a frame: the function's body, or what eval() was given
running_code <- function(frame) {
  frames <- sys.frames()
  found <- list()
  for (n in rev(which(vapply(frames, identical, NA, frame)))) {
    own <- sys.function(n)
    if (is.primitive(own) && n > 1L && identical(sys.function(n - 1L), base::eval)) {
      found <- c(found, list(frames[[n - 1L]]$expr))
    } else if (!is.primitive(own)) {
      found <- c(found, list(body(own)))
    }
  }
  found
}

# The targets of the assignments in some code that read like one with another target
assigned_targets <- function(code, depth, as_written) {
  if (!is.call(code) && !is.expression(code)) {
    return(list())
  }
  found <- list()
  if (length(code) == 3L && is.call(code[[2L]])) {
    target <- tryCatch(code[[2L]][[depth]], error = function(e) NULL)
    if (!is.null(target) && identical(as.list(code)[-1L], as.list(as_written(target))[-1L])) {
      found <- list(target)
    }
  }
  for (k in seq_along(code)) {
    found <- c(found, assigned_targets(code[[k]], depth, as_written))
  }
  found
}
