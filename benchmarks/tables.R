# Tables that cross between R and Python by from_python() and to_python(), next to reticulate's py_to_r() and
# r_to_py(), and next to the package nanoarrow, to which Python gives a stream of Arrow.
#
# `Rscript benchmarks/tables.R memory SOURCE WAY` prints the most memory that one way takes, as a multiple of the
# size of its result: the process has no other use.

source("benchmarks/timing.R")
source("benchmarks/results.R")
suppressMessages({
  library(reticulate, exclude = "array_reshape")
  library(pybridge)
})

columns <- import_from_path("columns", "benchmarks", convert = FALSE)
pyarrow <- import("pyarrow", convert = FALSE)
polars <- import("polars", convert = FALSE)
sources <- py_to_r(columns$SOURCES)
others <- sources[1:2] # reticulate has tables of pandas alone
all_columns <- py_to_r(columns$ALL)
kinds <- names(py_to_r(columns$columns(1L)))

# ---- The ways ----

# The version of nanoarrow that makes a stream of Python's objects itself does the same: PyArrow fills the stream,
# which it takes from any library without a copy.
by_nanoarrow <- function(x) {
  stream <- nanoarrow::nanoarrow_allocate_array_stream()
  address <- py_eval(nanoarrow::nanoarrow_pointer_addr_chr(stream), convert = FALSE)
  pyarrow$RecordBatchReader$from_stream(x)$`_export_to_c`(address)
  # It warns of each time in nanoseconds, also of those that a double holds.
  frame <- suppressWarnings(as.data.frame(stream))
  # Its texts are made each time one is looked at; a subset of all of them is a vector of R that has them.
  for (k in which(vapply(frame, is.character, NA))) {
    frame[[k]] <- frame[[k]][seq_along(frame[[k]])]
  }
  frame
}

by_nanoarrow_back <- function(frame, reader) {
  stream <- nanoarrow::as_nanoarrow_array_stream(frame)
  address <- py_eval(nanoarrow::nanoarrow_pointer_addr_chr(stream), convert = FALSE)
  reader(pyarrow$RecordBatchReader$`_import_from_c`(address))
}

# The ways of a table to R. Those of reticulate begin with the table that a user has.
ways_to_r <- function(x, source) {
  ways <- list(
    "from_python()" = function() from_python(x),
    "py_to_r()" = function() py_to_r(if (source %in% others) x$to_pandas() else x),
    nanoarrow = function() by_nanoarrow(x)
  )
  if (source %in% others) names(ways)[[2L]] <- "py_to_r() of x.to_pandas()"
  ways
}

table_of <- function(tables, kind, source) {
  columns$in_library(py_get_item(tables, kind), source)
}

stays_in_python <- function(frame) {
  any(vapply(frame, inherits, NA, what = "python.builtin.object"))
}

# ---- To R ----

# Whoever would take longer than this for a million rows gets fewer.
# The nine columns of polars, the slowest that are measured whole, take reticulate some 13 seconds.
most_seconds <- 40
times_as_many <- 100

to_r <- function(source) {
  title <- sprintf("Tables to R from %s, a million rows", source)
  differing <- list()
  for (way in ways_to_r(table_of(columns$tables(10L), all_columns, source), source)) way() # what starts once
  for (kind in c(kinds, all_columns)) {
    small <- ways_to_r(table_of(few, kind, source), source)
    ours <- small[[1L]]()
    large <- ways_to_r(table_of(tables, kind, source), source)
    in_time <- slow <- list()
    for (name in names(small)[-1L]) {
      start <- bench::hires_time()
      theirs <- small[[name]]()
      is_slow <- (bench::hires_time() - start) * times_as_many > most_seconds
      found <- if (stays_in_python(theirs)) "an object of Python" else differences(theirs, ours)
      if (kind != all_columns && length(found)) {
        words <- paste(name, "makes", found, "of")
        differing[[words]] <- c(differing[[words]], kind)
      }
      if (stays_in_python(theirs)) next
      shown <- if (length(found)) paste0(name, ", which differs") else name
      if (is_slow) slow[[shown]] <- small[[name]] else in_time[[shown]] <- large[[name]]
    }
    compare_slow(title, kind, large[[1L]], in_time)
    compare_slow(title, paste0(kind, ", 10,000 rows"), small[[1L]], slow)
  }
  if (length(differing)) {
    words <- paste(names(differing), vapply(differing, paste, "", collapse = " and of "), collapse = "; ")
    note(title, sprintf("What differs: %s.", words))
  }
  note_memory(title, source, c(names(small)[[1L]], sub(", which differs", "", names(in_time))))
}

# ---- Back ----

to_pandas <- function() {
  title <- "Tables from R to pandas, a million rows"
  words <- character()
  for (kind in c(kinds, all_columns)) {
    frame <- frame_of(kind)
    theirs <- list("r_to_py()" = function() r_to_py(frame))
    compare_slow(title, kind, function() to_python(frame), theirs)
    found <- c(dtype_of(r_to_py(frame[1:10, , drop = FALSE])), dtype_of(to_python(frame[1:10, , drop = FALSE])))
    if (kind != all_columns && found[[1L]] != found[[2L]]) {
      words <- c(words, sprintf("%s is %s by r_to_py(), %s by to_python()", kind, found[[1L]], found[[2L]]))
    }
  }
  note(title, paste0("What differs: ", paste(words, collapse = "; "), "."))
}

dtype_of <- function(frame) py_str(py_get_attr(frame$iloc, "obj")$dtypes$tolist()[0L])

to_others <- function() {
  title <- "Tables from R to polars and PyArrow, a million rows"
  frame <- frame_of(all_columns)
  compare_slow(
    title, "polars, nine columns", function() to_python(frame, like = "polars"),
    list(
      "polars.from_pandas(r_to_py(x))" = function() polars$from_pandas(r_to_py(frame)),
      nanoarrow = function() by_nanoarrow_back(frame, polars$from_arrow)
    )
  )
  compare_slow(
    title, "PyArrow, nine columns", function() to_python(frame, like = "pyarrow"),
    list(
      "pyarrow.Table.from_pandas(r_to_py(x))" = function() pyarrow$Table$from_pandas(r_to_py(frame)),
      nanoarrow = function() by_nanoarrow_back(frame, function(reader) reader$read_all())
    )
  )
}

frame_of <- function(kind) from_python(table_of(tables, kind, "pandas"))

# ---- Memory ----

# What a process of its own prints: the most memory that a way takes, as a multiple of the size of its result.
memory_of <- function(source, name) {
  x <- table_of(columns$tables(kind = all_columns), all_columns, source)
  way <- ways_to_r(x, source)[[name]]
  gc()
  columns$forget_peak()
  before <- py_to_r(columns$peak())
  result <- way()
  (py_to_r(columns$peak()) - before) / as.numeric(object.size(result))
}

note_memory <- function(title, source, names) {
  if (!py_to_r(columns$can_forget_peak())) {
    note(title, "The memory at the peak is measured under Linux alone.")
    return(invisible())
  }
  multiples <- vapply(names, function(name) {
    program <- c("--no-environ", "--no-init-file", "benchmarks/tables.R")
    arguments <- shQuote(c(program, "memory", source, name))
    as.numeric(system2(file.path(R.home("bin"), "Rscript"), arguments, stdout = TRUE))
  }, 0)
  text <- paste(sprintf("%s %.2g", names, multiples), collapse = ", ")
  note(title, sprintf(
    "The most memory that the nine columns take on the way, as a multiple of the size of the result: %s.", text
  ))
}

arguments <- commandArgs(TRUE)
if (length(arguments) == 3L && arguments[[1L]] == "memory") {
  cat(memory_of(arguments[[2L]], arguments[[3L]]))
} else {
  tables <- columns$tables()
  few <- columns$tables(10000L)
  for (source in sources) to_r(source)
  to_pandas()
  to_others()
  report()
}
