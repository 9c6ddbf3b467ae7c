# Calls as subscripts: all_but(), on R's own arrays with R's own minus as the oracle, and as it crosses to Python.
numbers <- array(1:30, c(2, 3, 5))
named <- c(a = 10, b = 20, c = 30, d = 40, e = 50)

test_that("all_but() selects all positions of an axis but those of its parts, in order", {
  expect_identical(r_slice(named, all_but(2, 4)), named[-c(2, 4)])
  expect_identical(r_slice(named, all_but(-1)), named[-5])
  expect_identical(r_slice(named, all_but(2, 4:NA)), named[c(1, 3)])
  expect_identical(r_slice(named, all_but(NA:-4, 5:1:-2)), named[4])
  expect_identical(r_slice(named, all_but(c(4, -1), 4, -2)), named[1:3])
  expect_identical(r_slice(named, all_but(named > 25)), named[1:2])
  expect_identical(r_slice(named, all_but("b", c("e", "a"))), named[3:4])
  expect_identical(r_slice(named, all_but(all_but(2, "c"))), named[2:3])
  expect_identical(r_slice(named, all_but(bit64_value(2L))), named[-2])
  expect_identical(r_slice(numbers, , all_but(2), 3:4), numbers[, -2, 3:4])
  expect_identical(r_slice(numbers, .., all_but(1), newaxis), array(numbers[, , -1], c(2, 3, 4, 1)))
})

test_that("nothing to leave out is everything, and everything leaves nothing", {
  expect_identical(r_slice(named, all_but()), named)
  expect_identical(r_slice(named, all_but(integer())), named)
  expect_identical(r_slice(named, all_but(named > 50)), named)
  expect_identical(r_slice(named, all_but(NA:NA)), named[0])
  expect_identical(r_slice(integer(), all_but()), integer())
})

test_that("all_but() keeps its axis", {
  expect_identical(r_slice(numbers, all_but(2)), numbers[1, , , drop = FALSE])
  expect_identical(r_slice(numbers, 1, all_but(1, 2)), matrix(numbers[1, 3, ], 1))
})

test_that("all_but() is written to as it is read", {
  expected <- numbers
  expected[, -2, ] <- 0L
  expect_identical(r_assign(numbers, , all_but(2), value = 0L), expected)
  x <- numbers
  r_slice(x, , all_but(2)) <- 0L
  expect_identical(x, expected)
})

test_that("all_but() is a value, and its arguments may come through `...`", {
  rest <- all_but(2, 4)
  expect_s3_class(rest, "pybridge_call")
  expect_identical(r_slice(named, rest), named[-c(2, 4)])
  expect_identical(do.call(r_slice, list(named, rest)), named[-c(2, 4)])
  expect_identical(r_slice(named, do.call(all_but, list(2, 4))), named[-c(2, 4)])
  expect_identical(r_slice(named, 2 |> all_but(4)), named[-c(2, 4)])
  first <- 4
  of_parts <- function(...) {
    first <- "not the caller's"
    r_slice(named, all_but(...))
  }
  expect_identical(of_parts(2, first:NA), named[c(1, 3)])
  of_subscripts <- function(...) r_slice(...)
  expect_identical(of_subscripts(named, all_but(2, first:NA)), named[c(1, 3)])
  count <- 0
  r_slice(named, all_but({
    count <- count + 1
    2
  }))
  expect_identical(count, 1)
})

test_that("a part that does not fit is the usual error with the part's own text", {
  expect_error(r_slice(named, all_but(0)), "^`0` on axis 1: positions", class = "pybridge_error_subscript_oob")
  expect_error(r_slice(named, all_but(1, 4:6)), "`4:6`: position 6", class = "pybridge_error_subscript_oob")
  expect_error(r_slice(named, all_but(1, -6)), "^position -6 is", class = "pybridge_error_subscript_oob")
  expect_error(r_slice(named, all_but(1.5)), "^`1.5` on axis 1", class = "pybridge_error_subscript_type")
  expect_error(r_slice(named, all_but(NA)), "^`NA` on axis 1", class = "pybridge_error_subscript_missing")
  expect_error(r_slice(named, all_but(c(1, NA))), "^entry 2 of", class = "pybridge_error_subscript_missing")
  expect_error(r_slice(named, all_but(TRUE)), "^`TRUE` has length 1", class = "pybridge_error_subscript_mask")
  expect_error(r_slice(named, all_but("z")), "^\"z\" is not a label", class = "pybridge_error_subscript_label")
  expect_error(r_slice(1:3, all_but("a")), "carry no dimnames", class = "pybridge_error_subscript_type")
  expect_error(r_slice(named, all_but(1), 1), "`[all_but(1), 1]` names 2 axes",
    fixed = TRUE, class = "pybridge_error_subscript_count"
  )
  expect_error(r_slice(named, 1:all_but(1)), "a bound of a range", class = "pybridge_error_subscript_type")
})

test_that("what can never be a part is an error where it is written", {
  expect_snapshot(cran = TRUE, error = TRUE, {
    all_but(2, )
    all_but(newaxis)
    all_but(1, NULL)
    all_but(..)
    all_but(1, drop = TRUE)
    all_but(list(1, 2))
    all_but(1:"a")
    all_but(-which(c(TRUE, FALSE)))
  })
})

test_that("all_but() prints as it is written", {
  x <- 1:2
  expect_output(print(all_but(2, 4:NA)), "^all_but\\(2, 4:NA\\)$")
  expect_identical(
    format(all_but(-1, c(3, 1), 2.5, "a", TRUE, NA:x[[2]]:2, 1:2.5, integer(), array(3), all_but(), bit64_value(7L))),
    "all_but(-1, c(3, 1), 2.5, \"a\", TRUE, NA:2:2, 1:2.5, integer(0), array(3), all_but(), 7)"
  )
})

test_that("R's own dialect has no calls", {
  words <- paste(
    "`all_but(2, 4:NA)` is a subscript of the tensor dialect; R's own takes positions, and a minus leaves them",
    "out, as in `-c(2, 4)`"
  )
  expect_error(r_slice(named, all_but(2, 4:NA), dialect = "base"), words,
    fixed = TRUE, class = "pybridge_error_subscript_type"
  )
  expect_error(r_assign(named, all_but(2, 4:NA), value = 0, dialect = "base"), words,
    fixed = TRUE, class = "pybridge_error_subscript_type"
  )
})

test_that("a further call needs one function and one line", {
  every <- function(...) subscript_call("every", ...)
  local_mocked_bindings(calls = c(calls, every = function(positions, size) seq(1, size, by = positions)))
  expect_identical(r_slice(named, every(2)), named[c(1, 3, 5)])
  expect_identical(r_slice(named, all_but(every(2))), named[c(2, 4)])
  expect_identical(format(every(2)), "every(2)")
  expect_error(every(2, ), "argument 2 of every() is empty", fixed = TRUE)
})

test_that("all_but() crosses to Python with its parts", {
  skip_without_python()
  tensor <- as_tensor(array(2L))
  parts <- capture_parts(capture_forwarded(1, all_but(2, 4:NA, "a", all_but(c(1, NA)), tensor)), NULL)
  values <- tag_values(parts, NULL)
  expect_identical(values, list(list("call", "all_but", list(0L, 3L, 2L, 9L, 4L, 4L, 4L, 4L), list(
    list("characters", list("a"), NULL),
    list("call", "all_but", list(0L, 4L), list(list("entries", array(c(1, 0)), array(c(FALSE, TRUE))))),
    list("tensor", tensor)
  ))))
  decoded <- start_bridge()$decode(as.list(parts$record), values)
  call <- decoded[1L]
  expect_identical(reticulate::py_to_r(reticulate::py_get_attr(call, "__class__")$`__name__`), "AllBut")
  expect_identical(reticulate::py_to_r(reticulate::py_str(call$parts[1L])), "slice(4, None, None)")
  expect_identical(length(call$parts), 5L)
  empty <- tag_values(capture_parts(capture_forwarded(all_but()), NULL), NULL)
  expect_identical(length(start_bridge()$decode(list(0L, 4L), empty)[0L]$parts), 0L)
})

test_that("tensors are parts, and None is none", {
  skip_without_python()
  expect_identical(r_slice(named, all_but(as_tensor(array(c(2L, 4L))))), named[-c(2, 4)])
  expect_identical(r_slice(named, all_but(as_tensor(array(named > 25)))), named[1:2])
  expect_identical(r_slice(named, all_but(2:reticulate::py_eval("4", convert = FALSE))), named[c(1, 5)])
  expect_error(all_but(reticulate::py_eval("None", convert = FALSE)), "`newaxis` is a subscript of its own")
  expect_error(all_but(reticulate::tuple(1L, 2L)), "a Python tuple", class = "pybridge_error_subscript_type")
  expect_match(format(all_but(1, as_tensor(array(2L)))), "^all_but\\(1, <numpy.ndarray>\\)$")
})

test_that("other brackets refuse all_but()", {
  skip_without_python()
  expect_error(reticulate::tuple(all_but(1), 1L), "write `x@r[all_but(1)]` for `x[all_but(1)]`",
    fixed = TRUE, class = "pybridge_error_subscript_type"
  )
  x <- as_tensor(numbers)
  words <- "is a subscript of `@r\\[` and R\\(x\\)\\[...\\]; Python's own brackets have none such"
  expect_error(x@py[all_but(1)], words)
  expect_error(x@py[0, all_but(1)] <- 0, words)
  expect_tensor(x, numbers)
})
