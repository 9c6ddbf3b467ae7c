# Timing ways side by side, as timing.py does: medians by bench::mark(), rows for run.py as JSON.
#
# The ways take turns, and the first turn of each is not counted: in it R may have to get memory from the
# system, which later turns find allocated.

rows <- list()

# Times a list of expressions, the first of which is pybridge's, and keeps the fastest of the rest.
compare <- function(title, label, ways, seconds = 0.3) {
  gc() # R does not know how large the arrays of Python are that wait to be freed
  turns <- lapply(1:4, function(turn) {
    bench::mark(exprs = ways, check = FALSE, memory = FALSE, min_time = seconds / 3, min_iterations = 2)$time
  })
  medians <- vapply(seq_along(ways), function(k) {
    stats::median(unlist(lapply(turns[-1L], `[[`, k)))
  }, 0)
  others <- medians[-1L]
  rows[[length(rows) + 1L]] <<- list(
    title = title, label = label, ours = medians[[1L]], theirs = min(others),
    alternative = names(ways)[[1L + which.min(others)]]
  )
}

# Times functions that take long: each once in a turn, after a turn that is not counted, and keeps a row for each of
# `theirs`. One of them that takes more than `most` seconds in that first turn is timed in it alone.
compare_slow <- function(title, label, ours, theirs, turns = 3L, most = 0.5) {
  ways <- c(list(ours), theirs)
  times <- vector("list", length(ways))
  if (!length(theirs)) {
    return(invisible())
  }
  for (turn in 0:turns) {
    for (k in seq_along(ways)) {
      if (k > 1L && turn > 0L && times[[k]][[1L]] > most) next
      gc(full = FALSE) # so that nobody waits for what another left behind
      start <- bench::hires_time()
      ways[[k]]()
      elapsed <- bench::hires_time() - start
      # The first turn is forgotten when there is a second.
      times[[k]] <- if (turn == 1L) elapsed else c(times[[k]], elapsed)
    }
  }
  medians <- vapply(times, stats::median, 0)
  for (k in seq_along(theirs)) {
    rows[[length(rows) + 1L]] <<- list(
      title = title, label = label, ours = medians[[1L]], theirs = medians[[k + 1L]],
      alternative = names(theirs)[[k]]
    )
  }
}

# Keeps what stands below the table of a title, in words.
note <- function(title, text) {
  rows[[length(rows) + 1L]] <<- list(title = title, text = text)
}

# Writes the rows to the path that the program was given, or prints them.
report <- function() {
  path <- commandArgs(TRUE)
  if (length(path)) {
    jsonlite::write_json(rows, path, auto_unbox = TRUE, null = "null", digits = NA)
  } else {
    for (row in rows) {
      if (!is.null(row$text)) {
        cat(row$title, ": ", row$text, "\n", sep = "")
        next
      }
      cat(sprintf(
        "%-44s %10.2f us %10.2f us %7.2f  %s\n", row$label, 1e6 * row$ours, 1e6 * row$theirs,
        row$ours / row$theirs, row$alternative
      ))
    }
  }
}
