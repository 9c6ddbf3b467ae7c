# Vectors longer than R's own integers count, both ways: 2^31 + 10 bytes.
#
#     Rscript tests/support/long_vectors.R        raw to uint8, and bytes to raw: 5 GB of memory
#     Rscript tests/support/long_vectors.R all    also uint8 to integer: 11 GB

suppressMessages({
  library(reticulate, exclude = "array_reshape")
  library(pybridge)
})
np <- import("numpy", convert = FALSE)
LENGTH <- 2^31 + 10
PLACES <- c(1, 2^31 - 1, 2^31, 2^31 + 1, LENGTH)
BYTES <- c(11L, 22L, 33L, 44L, 255L)

check <- function(what, found, expected) {
  if (!identical(found, expected)) {
    print(list(found = found, expected = expected))
    stop(what)
  }
  cat(what, "\n")
}
of_python <- function(expression) py_to_r(py_eval(expression, convert = FALSE))

x <- raw(LENGTH)
x[PLACES] <- as.raw(BYTES)
main <- import_main(convert = FALSE)
main$x <- to_python(x)
rm(x)
invisible(gc())
check("raw to uint8: the dtype", of_python("x.dtype.name"), "uint8")
check("raw to uint8: the size", of_python("float(x.size)"), LENGTH)
indices <- toString(sprintf("%.0f", PLACES - 1))
check("raw to uint8: the bytes", unlist(of_python(sprintf("x[[%s]].tolist()", indices))), BYTES)
check("raw to uint8: all others are zero", of_python("int((x != 0).sum())"), 5L)

back <- from_python(py_eval("x.view('S1')", convert = FALSE))
check("bytes to raw: the type", typeof(back), "raw")
check("bytes to raw: the length", as.numeric(length(back)), LENGTH)
check("bytes to raw: the bytes", as.integer(back[PLACES]), BYTES)
rm(back)
invisible(gc())

error <- tryCatch(from_python(py_eval("x.view('S1').reshape(-1, 1)", convert = FALSE)), error = conditionMessage)
check("an axis beyond R's own is refused", error, sprintf(
  "axis 1 has %.0f positions; an axis of an R array holds 2147483647", LENGTH
))

if (identical(commandArgs(TRUE), "all")) {
  back <- from_python(main$x)
  check("uint8 to integer: the type", typeof(back), "integer")
  check("uint8 to integer: the length", as.numeric(length(back)), LENGTH)
  check("uint8 to integer: the numbers", back[PLACES], BYTES)
}
