# R's side of the bridge by rpy2: crossing.R and text.R are evaluated in the same environment before this file, whose
# last lines compile them all. Python calls what `entries` names.

# rpy2 shows the memory of a vector as it is, and finds the sizes with more calls than they are worth
show_numbers <- function(x) if (is.null(dim(x))) x else list("shaped", x, dim(x))

take_numbers <- identity

abort <- function(message, class, call, fields = list()) {
  stop(structure(class = c(class, "pybridge_error", "error", "condition"), list(message = message, call = call)))
}

split_object <- function(x, labels) to_parts(x, new_origin("v", NULL), labels)

make_object <- function(...) from_parts(list(...))

# Some builds of rpy2 show no complex numbers
bytes_of_complex <- function(x) writeBin(as.vector(x), raw())

complex_from_doubles <- function(x) {
  dim(x) <- c(2, length(x) / 2)
  complex(real = x[1L, ], imaginary = x[2L, ])
}

drop_dim <- function(x) {
  dim(x) <- NULL
  x
}

# The bytes that R can still allocate for vectors and for nodes, whichever are fewer. R's heap grows in steps: near the
# limit only its free part is available.
free_memory <- function() {
  heap <- gc()
  used <- heap[, "used"]
  limit <- 0.7 * c(mem.maxNSize(), mem.maxVSize() * 2^17)
  min(c(56, 8) * pmax(limit - used, heap[, "gc trigger"] - used), 2^30)
}

# Let a function return a refusal in place of an error: an environment, which no result is
guarded <- function(f) {
  force(f)
  function(...) {
    tryCatch(f(...), error = function(error) {
      list2env(list(message = conditionMessage(error), is_ours = inherits(error, "pybridge_error")))
    })
  }
}

# Compile now: R's just-in-time compiler ends the process if memory runs out.
for (name in ls()) {
  if (is.function(get(name))) assign(name, compiler::cmpfun(get(name)))
}
entries <- c(
  "split_object", "make_object", "new_vector", "bytes_of_complex", "complex_from_doubles", "drop_dim", "free_memory"
)
for (name in entries) assign(name, compiler::cmpfun(guarded(get(name))))
