# Values that cross between R and Python by to_python() and from_python(), next to what a user would do
# instead: one pass of R that writes as much, NumPy's own cast, a bare py_call(), and py_to_r(), which
# checks nothing.

source("benchmarks/timing.R")
suppressMessages({
  library(reticulate, exclude = "array_reshape")
  library(pybridge)
})

np <- import("numpy", convert = FALSE)
py_run_string("def same(tensor):\n    return tensor\n")
same <- import("__main__", convert = FALSE)$same

# One pass of R that writes a result of the type that a dtype becomes.
pass_of <- function() {
  list(uint8 = quote(integers + 0L), float32 = quote(reals + 0), int64 = quote(reals + 0))
}

for (shape in list(c(60000L, 28L, 28L), c(1000L, 100L))) {
  integers <- array(rep_len(0:126, prod(shape)), shape)
  reals <- integers + 0
  seconds <- if (length(shape) == 3L) 1 else 0.3
  title <- sprintf("Values to R by from_python(), (%s)", toString(shape))
  for (dtype in c("uint8", "float32", "int64")) {
    x <- to_python(integers, dtype)
    label <- paste("from_python(),", dtype)
    passes <- list(quote(from_python(x)), "R's own pass" = pass_of()[[dtype]])
    if (length(shape) == 3L) compare(title, label, passes, seconds)
    compare(title, label, list(quote(from_python(x)), "py_to_r()" = quote(py_to_r(x))), seconds)
  }
  title <- sprintf("Values to Python by to_python(), (%s)", toString(shape))
  for (kind in c("reals", "integers")) {
    view <- r_to_py(get(kind)) # R's own memory
    for (dtype in c("float32", "uint8", "float64")) {
      ours <- bquote(to_python(.(as.name(kind)), .(dtype)))
      theirs <- bquote(view$astype(.(dtype), order = "C"))
      label <- sprintf("to_python(), %s to %s", kind, dtype)
      compare(title, label, list(ours, "NumPy's astype" = theirs), seconds)
    }
  }
  rm(x, view)
}

title <- "Values between R and Python: the cost of a call"
values <- list("a number" = 5, "a vector of 10" = as.double(1:10), "text" = c("a", "bc"))
for (size in names(values)) {
  value <- values[[size]]
  x <- to_python(value)
  floor <- list("a bare py_call()" = bquote(py_call(same, .(x))))
  compare(title, paste("from_python(),", size), c(list(bquote(from_python(.(x)))), floor))
  compare(title, paste("to_python(),", size), c(list(bquote(to_python(.(value)))), floor))
}
report()
