# The half in R of `python tests/support/conversion_signals.py 500 r`: it reads, writes and converts
# while a thread of Python is at work, and is interrupted again and again. After each interrupt every
# value must be right, R's stack as high as before, and what Python holds of R let go.
suppressPackageStartupMessages(library(pybridge))

count <- as.integer(commandArgs(TRUE)[[1L]])
numbers <- array(1:30, c(2, 3, 5))
words <- list(a = c("u", "v"), b = c(1.5, NaN))
x <- to_python(numbers)
written <- to_python(matrix(0, 4, 5))

python <- reticulate::py_run_string(paste(
  "import ctypes, threading, time",
  "import numpy as np",
  "from pybridge import R",
  "stack = ctypes.c_int.in_dll(ctypes.CDLL('libR.so'), 'R_PPStackTop')",
  "turns, wrong, stop = [0], [], threading.Event()",
  "def work():",
  "    y = np.arange(30).reshape(2, 3, 5)",
  "    while not stop.is_set():",
  "        if R(y)[1, -1].tolist() != [10, 11, 12, 13, 14]: wrong.append(turns[0])",
  "        turns[0] += 1",
  "        time.sleep(0.0002)",
  "worker = threading.Thread(target=work, daemon=True)",
  "worker.start()",
  "def height(): return stack.value",
  "def state(): return len(wrong) if worker.is_alive() else -1",
  "def finish():",
  "    stop.set()",
  "    worker.join(20)",
  "    return -1 if worker.is_alive() else turns[0]",
  sep = "\n"
), convert = TRUE)

check <- function(k) {
  stopifnot(
    identical(from_python(to_python(numbers)), numbers),
    identical(from_python(to_python(words), mapping = "list"), words),
    identical(from_python(x@r[2, -1]), numbers[2, 3, ]),
    identical(from_python(r_assign(x, 1, 1, 1, value = 9L))[1, 1, 1], 9L),
    identical(from_python(x), numbers)
  )
  # A write is whole or not at all.
  rows <- from_python(written)
  stopifnot(apply(rows, 1L, function(row) length(unique(row)) == 1L))
  row <- k %% 4 + 1
  written@r[row] <- k
  stopifnot(from_python(written)[row, ] == k)
}

# R compiles a loop after its first turns, which may change the height once; nothing may pile up.
heights <- integer()
# An interrupt inside reticulate's own work on a result reaches R as an error of reticulate's.
is_interrupt <- function(condition) {
  text <- paste(conditionMessage(condition), collapse = " ")
  if (!grepl("KeyboardInterrupt|unable to build R 'class' attribute", text)) stop(condition)
  FALSE
}
seen <- k <- 0L
# Outside `allowInterrupts()` an interrupt waits.
suspendInterrupts({
  cat("ready\n")
  while (seen < count) {
    tryCatch(
      allowInterrupts(repeat {
        k <- k + 1L
        check(k)
      }),
      interrupt = function(condition) NULL,
      error = is_interrupt
    )
    # Another interrupt may come while this is looked at; then it is looked at again.
    is_looked_at <- FALSE
    while (!is_looked_at) {
      is_looked_at <- tryCatch(
        allowInterrupts({
          check(k)
          height <- python$height()
          stopifnot(python$state() == 0L)
          TRUE
        }),
        interrupt = function(condition) FALSE,
        error = is_interrupt
      )
    }
    seen <- seen + 1L
    heights[[seen]] <- height
    cat(seen, "\n")
  }
})
turns <- python$finish()
stopifnot(turns > 0L, utils::tail(heights, 1L) <= heights[[min(10L, count)]])
cat("done", turns, "\n")
