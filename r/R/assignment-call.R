# The call that an error of an assignment shows. R turns `x@r[1] <- v` into calls on `*tmp*`, so the target is
# looked up in the code that runs, only when an error shows it, and nothing is evaluated for it.

# Return an assignment as the user wrote it, from the call of the method, such as
# `[<-`(`*tmp*`, 1, value = v), and the frame of that call. `accessor` is "r" or "py" for `x@r[...]` and
# `x@py[...]`, NULL for `r_slice(x, ...)`.
assignment_call <- function(call, frame, tensor, value, accessor = NULL) {
  if (!identical(call[[2L]], quote(`*tmp*`))) {
    # `[<-` or `r_slice<-` was called by its own name
    return(generic_call(call, if (is.null(accessor)) "r_slice<-" else "[<-"))
  }
  subscripts <- as.list(call)[-c(1:2, length(call))]
  as_written <- function(target) {
    view <- if (is.null(accessor)) target else call("@", target, as.name(accessor))
    verb <- if (is.null(accessor)) quote(r_slice) else quote(`[`)
    call("<-", as.call(c(verb, view, subscripts)), value)
  }
  depth <- if (is.null(accessor)) 2L else c(2L, 2L) # the place of the target in such a call
  targets <- do.call(c, lapply(running_code(frame), assigned_targets, depth, as_written))
  has_tensor <- vapply(targets, function(target) is.name(target) && is_value_of(target, frame, tensor), NA)
  as_written(c(targets[has_tensor], targets, names_of(tensor, frame), quote(x))[[1L]])
}

# The names of a value in a frame
names_of <- function(value, frame) {
  names <- lapply(setdiff(names(frame), "*tmp*"), as.name)
  names[vapply(names, is_value_of, NA, frame = frame, value = value)]
}

# Whether a name has a value in a frame. No promise and no active binding is evaluated.
is_value_of <- function(name, frame, value) .Call(pybridge_is_value_of, name, frame, value)

# The code that is evaluated in a frame: the body of its function, or the argument of eval()
running_code <- function(frame) {
  frames <- sys.frames()
  lapply(rev(which(vapply(frames, identical, NA, frame))), function(n) {
    own <- sys.function(n)
    if (!is.primitive(own)) {
      body(own)
    } else if (n > 1L && identical(sys.function(n - 1L), base::eval)) {
      frames[[n - 1L]]$expr
    }
  })
}

# The targets of the assignments in some code that read like one with another target
assigned_targets <- function(code, depth, as_written) {
  if (!is.call(code) && !is.expression(code)) {
    return(list())
  }
  target <- if (length(code) == 3L && is.call(code[[2L]])) {
    tryCatch(code[[2L]][[depth]], error = function(e) NULL)
  }
  is_like <- !is.null(target) && identical(as.list(code)[-1L], as.list(as_written(target))[-1L])
  c(if (is_like) list(target), do.call(c, unname(lapply(code, assigned_targets, depth, as_written))))
}
