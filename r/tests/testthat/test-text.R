# Text that is not UTF-8 is refused with the argument and the position, since reticulate would make a null pointer
# of it. tests/support/text_doors.R gives such text to every argument of every function.

broken <- "\xff"
bytes <- "\xff"
Encoding(bytes) <- "bytes"
latin1 <- "caf\xe9"
Encoding(latin1) <- "latin1"

test_that("text in any encoding that R knows crosses as UTF-8", {
  skip_without_python()
  expect_identical(from_python(to_python(c(latin1, "\u4e2d", NA), na = "mask")), c("caf\u00e9", "\u4e2d", NA))
  expect_identical(from_python(to_python(list(a = latin1)))[["a"]], "caf\u00e9")
  expect_identical(names(from_python(to_python(stats::setNames(list(1), latin1)))), "caf\u00e9")
})

test_that("what is not text is refused by its place in the argument", {
  skip_without_python()
  expect_error(to_python(c("a", broken, "b")), "^element 2 of `x` is not valid UTF-8: \"<ff>\"; iconv\\(")
  expect_error(to_python(broken), "^`x` is not valid UTF-8", class = "pybridge_error_conversion")
  expect_error(to_python(rep(c("a", broken), 100)), "^element 2 of `x` is not valid")
  expect_error(to_python(list(1, list("a", c("b", broken)))), "element 2 of `x[[2]][[2]]` is not valid", fixed = TRUE)
  expect_error(to_python(stats::setNames(list(1, 2), c("a", broken))), "element 2 of `names(x)`", fixed = TRUE)
  expect_error(to_python(factor(c("a", broken))), "of `attr(x, \"levels\")`", fixed = TRUE)
  expect_error(to_python(matrix(c("a", broken), 1)), "^element 2 of `x`")
  expect_error(to_python(structure(1, class = broken)), "^`class\\(x\\)` is not")
  expect_error(to_python(bytes), "^`x` is marked with Encoding \"bytes\"")
  expect_error(to_python(c("\u00e9", bytes)), "^element 2 of `x` is marked")
  condition <- tryCatch(to_python(c("a", broken)), error = identity)
  expect_identical(condition[c("argument", "position")], list(argument = "x", position = 2))
  expect_identical(conditionCall(condition), quote(to_python(c("a", broken))))
})

test_that("names, options, subscripts and values are refused in their own classes of errors", {
  skip_without_python()
  x <- as_tensor(array(1:30, c(2, 3, 5)))
  expect_error(to_python(1, dtype = broken), "^`dtype` is not valid", class = "pybridge_error_argument")
  expect_error(
    to_python(1, like = broken), "^`like` is a tensor, .*, not \"<ff>\"",
    class = "pybridge_error_argument"
  )
  expect_error(
    to_python(1, na = broken), "^`na` is \"error\", \"mask\" or \"float\", not",
    class = "pybridge_error_argument"
  )
  expect_error(
    from_python(x, int64 = factor(broken)), "^`int64` is \"double\", \"integer\"",
    class = "pybridge_error_argument"
  )
  expect_error(from_python(x, dimnames = list(c("a", broken))), "of `dimnames[[1]]`", fixed = TRUE)
  expect_error(
    x@r[c("a", broken), 1], "^element 2 of `c\\(\"a\", .*\\)` is not valid UTF-8: \"<ff>\"",
    class = "pybridge_error_subscript_type"
  )
  expect_error(x@r[1] <- broken, "^`value` is not valid UTF-8", class = "pybridge_error_assignment")
  expect_error(explain(4, broken), "is not valid UTF-8", class = "pybridge_error_subscript_syntax")
  expect_error(result_shape(4, broken), "is not valid UTF-8", class = "pybridge_error_subscript_syntax")
  expect_error(recycle(x, broken), "is not valid UTF-8", class = "pybridge_error_argument")
  expect_error(recycle(x, data.frame(a = 1)), "an operand is a data.frame", class = "pybridge_error_argument")
  expect_error(recycled(broken)(x, 1), "<ff>", class = "pybridge_error_argument")
  expect_true(validUTF8(conditionMessage(tryCatch(x@r[structure(1, class = broken)], error = identity))))
})

test_that("an operation of Python gets text that is text, and no NA of integers", {
  skip_without_python()
  plus <- reticulate::py_eval("lambda x, y, **options: x + y", convert = FALSE)
  expect_error(recycled(plus)(c(1, 2), 3, a = broken), "is not valid UTF-8", class = "pybridge_error_argument")
  expect_error(recycled(plus)(c(1L, NA), 3L), "has no NA", class = "pybridge_error_conversion")
})

test_that("what reticulate would convert by itself is looked at first", {
  skip_without_python()
  table <- data.frame(n = 1, text = broken)
  expect_error(array_reshape(table, 2), "`x[[2]]` is not valid UTF-8", fixed = TRUE)
  expect_identical(array_reshape(list("a", broken), 2), array(c("a", broken)))
  expect_identical(array_reshape(factor(broken), 1), array(broken))
  skip_if_not_installed("Matrix")
  m <- Matrix::sparseMatrix(1:2, 1:2, x = c(1, 2))
  m@i <- c(0L, 7L)
  expect_error(array_reshape(m, 4), "^`x` is a broken object of class dgCMatrix: ", class = "pybridge_error_conversion")
})

test_that("an environment with the class of a Python object is none", {
  skip_without_python()
  fake <- structure(new.env(), class = c("numpy.ndarray", "python.builtin.object"))
  words <- "^an object of class numpy.ndarray holds no Python object"
  expect_null(dim(fake))
  expect_error(fake@r[1], words, class = "pybridge_error_tensor")
  expect_error(r_slice(fake, 1), words, class = "pybridge_error_tensor")
  expect_error(from_python(fake), words, class = "pybridge_error_tensor")
})

test_that("what contains itself, or has no end, is an error", {
  skip_without_python()
  reticulate::py_run_string(paste(
    "around = [1]; around.append(around)",
    "class Endless:",
    "    def __getitem__(self, k): return 1.0",
    "class Nested:",
    "    def __len__(self): return 2",
    "    def __getitem__(self, k): return self",
    sep = "\n"
  ))
  main <- reticulate::import_main(convert = FALSE)
  x <- as_tensor(c(1, 2, 3))
  expect_error(r_slice(1:3, main$around), "contains itself", class = "pybridge_error_conversion")
  expect_error(r_assign(1:3, 1, value = main$around), "contains itself", class = "pybridge_error_conversion")
  expect_error(array_reshape(x, main$around), "`dim[2]` is an object of type list", fixed = TRUE)
  expect_error(array_reshape(x, main$Endless()), "more than 65536 entries", class = "pybridge_error_reshape")
  expect_error(x@r[1] <- main$Nested(), "neither an array nor a sequence", class = "pybridge_error_assignment")
  expect_error(to_python(1, dtype = main$Endless()), "^`dtype` is the name", class = "pybridge_error_argument")
})

test_that("explain() takes as many axes as result_shape() does", {
  skip_without_python()
  expect_length(explain(seq_len(2000), 1)$selected, 2000L)
})
