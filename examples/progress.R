# A line that says how far a long loop is: count, rate and time left.
# The same in Python: progress.py.

seconds_now <- function() as.numeric(Sys.time())

progress_line <- function(done, total, label, unit, seconds) {
  rate <- done / seconds
  left <- round((total - done) / rate)
  sprintf(
    "%s: %d/%d %s, %.1f/s, %d:%02d left",
    label, done, total, unit, rate, left %/% 60, left %% 60
  )
}

# Returns two functions: `advance()` counts one more as done, `close()` clears the line. The line is
# rewritten on a terminal; where stderr is a file or a pipe nothing is said.
new_progress <- function(total, label, unit) {
  is_shown <- isatty(stderr())
  if (!is_shown) {
    return(list(advance = function() invisible(), close = function() invisible()))
  }
  done <- 0
  began <- last_line <- seconds_now()
  advance <- function() {
    done <<- done + 1
    now <- seconds_now()
    if (now - last_line >= 0.2) {
      last_line <<- now
      cat("\r", progress_line(done, total, label, unit, now - began), "\033[K",
        sep = "", file = stderr()
      )
    }
    invisible()
  }
  list(advance = advance, close = function() cat("\r\033[K", file = stderr()))
}
