# Calls as subscripts: all_but(), on R's own arrays and on tensors of every library, with R's own minus as the
# oracle, and as it crosses to Python. Where RETICULATE_PYTHON points at a Python, PYBRIDGE_TEST_BACKENDS may name
# the libraries that it must have; the others run where they are installed.
numbers <- array(1:30, c(2, 3, 5))
named <- c(a = 10, b = 20, c = 30, d = 40, e = 50)

# The elements of a tensor in R, which are computed or made dense where they are not yet.
expect_elements <- function(x, expected, label) {
  elements <- as.array(x)
  expect_identical(dim(elements), dim(expected) %||% length(expected), label = paste("the shape of", label))
  expect_equal(as.vector(elements), as.vector(expected), label = label)
}

# What code with `x` gives, in R: its value, or its error without what differs from place to place.
answer <- function(code, x) {
  tryCatch(from_python(eval(code, list(x = x))), pybridge_error = function(error) {
    fields <- c("message", "subscript", "position", "axis", "size", "count", "ndim", "label")
    c(list(class = class(error)), unclass(error)[intersect(fields, names(error))])
  })
}

rest <- all_but(2, 4)
flags <- c(FALSE, TRUE, FALSE, TRUE, TRUE)

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
  expect_error(r_slice(named, 1:all_but(2)), "^`1:all_but\\(2\\)`: a bound", class = "pybridge_error_subscript_type")
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
  only <- function(...) subscript_call("only", ...)
  steps <- function(parts, size, on, refuse) {
    if (length(parts) != 1L) refuse("only() takes one number")
    seq(1, size, by = parts[[1L]]$value)
  }
  local_mocked_bindings(calls = c(calls, only = steps), in_base = c(in_base, only = "write seq()"))
  expect_identical(r_slice(named, only(2)), named[c(1, 3, 5)])
  expect_identical(r_slice(named, only(11)), named[1])
  expect_identical(r_slice(named, all_but(only(2))), named[c(2, 4)])
  expect_identical(format(only(2)), "only(2)")
  expect_error(only(2, ), "argument 2 of only() is empty", fixed = TRUE)
  expect_error(r_slice(named, only(2, 3)), "`only(2, 3)`: only() takes one number",
    fixed = TRUE, class = "pybridge_error_subscript_type"
  )
  expect_error(r_slice(named, only(2), dialect = "base"), "; write seq()", fixed = TRUE)
})

test_that("what R's own dialect has in place of a call is said alike in both languages", {
  skip_without_python()
  known <- start_bridge()$records$CALLS
  for (name in names(calls)) {
    expect_identical(in_base[[name]], reticulate::py_to_r(known[[name]]$in_r))
  }
  expect_identical(names(in_base), names(calls))
})

test_that("each call has a line in `calls`, and its function here and in Python", {
  functions <- Filter(is.function, as.list(asNamespace("pybridge")))
  makes_call <- vapply(functions, function(f) "subscript_call" %in% all.names(body(f)), NA)
  expect_setequal(names(functions)[makes_call], names(calls))
  for (name in names(calls)) {
    expect_in(name, getNamespaceExports("pybridge"))
    expect_identical(functions[[name]](1)$name, name)
  }
  skip_without_python()
  python <- reticulate::import("pybridge", convert = FALSE)
  for (name in names(calls)) {
    expect_in(name, reticulate::py_to_r(python$`__all__`))
    expect_identical(reticulate::py_to_r(python[[name]](1L)$name), name)
  }
})

test_that("each call selects and refuses the same here and in Python", {
  skip_without_python()
  start_bridge() # an error at once where R and Python have other calls
  all_parts <- list(
    list(), list(1), list(2), list(-1), list(1, 4), list(quote(2:NA)), list(quote(NA:NA)), list(quote(5:1:-2)),
    list(c(3, 1)), list(array(2)), list(integer()), list(flags), list(flags, 1), list(quote(all_but(2))), list(0),
    list(6), list(1, -6), list(1.5), list(NA), list(c(1, NA)), list(TRUE), list("a"), list(cbind(1, 2))
  )
  for (name in names(calls)) {
    for (parts in all_parts) {
      part <- as.call(c(as.name(name), parts))
      for (code in list(call("r_slice", quote(x), part), call("r_assign", quote(x), part, value = 0))) {
        for (x in list(c(10, 20, 30, 40, 50), 10, numeric())) {
          label <- sprintf("%s of %d", deparse1(code), length(x))
          expect_equal(c(answer(code, as_tensor(array(x)))), c(answer(code, x)), label = label)
        }
      }
    }
    # on an axis whose size is not known yet, and in text
    part <- call(name, 2)
    x <- c(10, 20, 30, 40, 50)
    selected <- eval(call("r_slice", x, part))
    expect_in(eval(call("result_shape", list(NULL), part)), c(NA, length(selected)))
    expect_identical(eval(call("explain", 5, part))$result_shape, length(selected), label = name)
    expect_identical(explain(5, deparse1(part))$result_shape, length(selected), label = name)
  }
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
  words <- "is a subscript of `@r\\[` and R\\(x\\)\\[...\\]; Python's own brackets do not have it"
  expect_error(x@py[all_but(1)], words)
  expect_error(x@py[0, all_but(1)] <- 0, words)
  expect_tensor(x, numbers)
})

for (library in names(tensor_makers)) {
  make <- tensor_makers[[library]]
  module <- tensor_modules[[library]]

  test_that(paste("all_but() reads a tensor of", library, "as R's own minus reads an array"), {
    skip_without_module(module)
    x <- make(as_tensor(numbers, "float32"))
    own_class <- class(x@r[2:1]) # that of a part of a variable is another than its own
    positions <- make(as_tensor(array(c(4, 2)), "int32"))
    mask <- make(as_tensor(array(flags)))
    one <- make(reticulate::import("numpy", convert = FALSE)$array(2L))
    forwarded <- function(...) x@r[.., all_but(...)]
    pairs <- list(
      expression(x@r[all_but(2)], numbers[-2, , , drop = FALSE]),
      expression(x@r[, all_but(2)], numbers[, -2, , drop = FALSE]),
      expression(x@r[.., all_but(2, 4)], numbers[, , -c(2, 4), drop = FALSE]),
      expression(x@r[.., rest], numbers[, , -c(2, 4), drop = FALSE]),
      expression(do.call(r_slice, list(x, .., rest)), numbers[, , -c(2, 4), drop = FALSE]),
      expression(x |> r_slice(.., 2 |> all_but(4)), numbers[, , -c(2, 4), drop = FALSE]),
      expression(forwarded(2, 4:NA), numbers[, , -c(2, 4, 5), drop = FALSE]),
      expression(x@r[.., all_but(4:NA)], numbers[, , -(4:5), drop = FALSE]),
      expression(x@r[.., all_but(5:1:-2)], numbers[, , -c(5, 3, 1), drop = FALSE]),
      expression(x@r[.., all_but(-1, -4:-3)], numbers[, , -c(5, 2, 3), drop = FALSE]),
      expression(x@r[.., all_but(c(4, -1), 4, -2)], numbers[, , -c(4, 5), drop = FALSE]),
      expression(x@r[.., all_but(array(3))], numbers[, , -3, drop = FALSE]),
      expression(x@r[.., all_but(flags)], numbers[, , -which(flags), drop = FALSE]),
      expression(x@r[.., all_but(flags, 1)], numbers[, , -c(1, which(flags)), drop = FALSE]),
      expression(x@r[.., all_but(which(flags))], numbers[, , -which(flags), drop = FALSE]),
      expression(x@r[.., all_but(mask)], numbers[, , -which(flags), drop = FALSE]),
      expression(x@r[.., all_but(positions, 1)], numbers[, , -c(1, 4, 2), drop = FALSE]),
      expression(x@r[.., all_but(one)], numbers[, , -2, drop = FALSE]),
      expression(x@r[.., all_but(one:3)], numbers[, , -(2:3), drop = FALSE]),
      expression(x@r[.., all_but(tensor_which(mask))], numbers[, , -which(flags), drop = FALSE]),
      expression(x@r[.., all_but(bit64_value(2L))], numbers[, , -2, drop = FALSE]),
      expression(x@r[.., all_but(rest)], numbers[, , -c(1, 3, 5), drop = FALSE]),
      expression(x@r[.., all_but(all_but(), 1)], numbers[, , -(1:5), drop = FALSE]),
      expression(x@r[.., all_but(NA:NA)], numbers[, , -(1:5), drop = FALSE]),
      expression(x@r[.., all_but()], numbers),
      expression(x@r[.., all_but(integer(), logical(5))], numbers),
      expression(x@r[all_but(1), all_but(2), rest], numbers[-1, -2, -c(2, 4), drop = FALSE]),
      expression(x@r[2, all_but(2), 5:4], numbers[2, -2, 5:4]),
      expression(x@r[2, all_but(2), newaxis, c(5, 1)], array(numbers[2, -2, c(5, 1)], c(2, 1, 2))),
      expression(x@r[2, all_but(1, 2), 3, drop = FALSE], numbers[2, -(1:2), 3, drop = FALSE])
    )
    for (pair in pairs) {
      code <- deparse1(pair[[1L]])
      # where the values of a part are not known yet, there is no range, and tensor_which() has no size
      if (library == "dask" && grepl("one:3|tensor_which", code)) next
      part <- eval(pair[[1L]])
      expect_elements(part, eval(pair[[2L]]), paste(library, code))
      expect_identical(class(part), own_class, label = paste("the class of", code))
    }
    expect_identical(result_shape(x, 2, all_but(2)), dim(numbers[2, -2, ]))
  })

  test_that(paste("all_but() writes a tensor of", library, "as R's own minus writes an array"), {
    skip_without_module(module)
    expected <- numbers + 0
    x <- make(as_tensor(expected, "float32"))
    unchanged <- expected
    updated <- r_assign(x, all_but(1), , rest, value = matrix(-(1:9), 3))
    expected[-1, , -c(2, 4)] <- matrix(-(1:9), 3)
    expect_elements(updated, expected, library)
    expect_elements(x, unchanged, library)

    expected <- unchanged
    x@r[.., all_but(2, 4)] <- 0
    expected[, , -c(2, 4)] <- 0
    expect_elements(x, expected, library)
    r_slice(x, 2, all_but(-1)) <- array(51:60, c(2, 5))
    expected[2, -3, ] <- array(51:60, c(2, 5))
    expect_elements(x, expected, library)
    x@r[, 2, rest] <- -1
    expected[, 2, -c(2, 4)] <- -1
    expect_elements(x, expected, library)
    x@r[1, .., all_but(flags)] <- 99
    expected[1, , -which(flags)] <- 99
    expect_elements(x, expected, library)
    x@r[.., all_but(NA:NA)] <- 7
    expect_elements(x, expected, library)
    expect_error(x@r[.., all_but(6)] <- 7, class = "pybridge_error_subscript_oob")
    expect_error(x@r[1, all_but(1), 1] <- 1:3, class = "pybridge_error_assignment")
    expect_elements(x, expected, library)
    x@r[.., all_but()] <- 8
    expect_elements(x, array(8, dim(numbers)), library)
  })

  test_that(paste("what all_but() refuses on a tensor of", library, "is the same as on R's array"), {
    skip_without_module(module)
    tensor <- make(as_tensor(numbers, "float32"))
    for (code in expression(
      r_slice(x, , all_but(0)), r_slice(x, , all_but(1, -4)), r_slice(x, .., all_but(1, 4:6)), r_slice(x, all_but(3)),
      r_slice(x, , all_but(c(1, 9))), r_slice(x, , all_but(1.5)), r_slice(x, , all_but(c(1, 2.5))),
      r_slice(x, , all_but(NA)), r_slice(x, , all_but(NA_integer_)), r_slice(x, , all_but(array(NA))),
      r_slice(x, , all_but(array(NA_real_))), r_slice(x, , all_but(c(1, NA))), r_slice(x, , all_but(c(TRUE, NA, TRUE))),
      r_slice(x, , all_but(TRUE)), r_slice(x, , all_but(logical())), r_slice(x, , all_but(1, c(TRUE, FALSE))),
      r_slice(x, , all_but(matrix(TRUE, 1, 3))), r_slice(x, , all_but(cbind(1, 2))), r_slice(x, , all_but("a")),
      r_slice(x, , all_but(1:3:0)), r_slice(x, , all_but(1:3:-1)), r_slice(x, , all_but(all_but(4))),
      r_slice(x, 1, 1, 1, all_but(2)), r_slice(x, .., all_but(2), ..), r_slice(x, 1:all_but(2)),
      r_slice(x, all_but(newaxis)), r_slice(x, all_but(1, NULL)), r_slice(x, all_but(..)), r_slice(x, all_but(1, )),
      r_slice(x, list(rest)), r_slice(x, all_but(list(1))), r_slice(x, all_but(drop = 1)), r_slice(x, all_but(1:"a")),
      r_slice(x, rest, dialect = "base"), r_slice(x, , all_but(2, 4:NA), 1, dialect = "base"),
      r_assign(x, rest, value = 0, dialect = "base"), r_assign(x, , all_but(7), value = 0)
    )) {
      ours <- answer(code, numbers)
      expect_equal(answer(code, tensor), ours, label = paste(library, deparse1(code)))
      expect_contains(ours$class, "pybridge_error")
    }
    expect_elements(tensor, numbers, library)
  })

  test_that(paste("other brackets on a tensor of", library, "refuse all_but()"), {
    skip_without_module(module)
    x <- make(as_tensor(numbers, "float32"))
    words <- "`all_but(2)` is a subscript of `@r[`: write `x@r[all_but(2)]` for `x[all_but(2)]`"
    for (code in expression(x[all_but(2)], x[1, all_but(2)], x[[all_but(2)]], reticulate::py_get_item(x, all_but(2)))) {
      expect_error(eval(code), words, fixed = TRUE, class = "pybridge_error_subscript_type", label = deparse1(code))
    }
    expect_error(x[all_but(2)] <- 0, words, fixed = TRUE, class = "pybridge_error_subscript_type")
    words <- "`all_but(2)` is a subscript of `@r[` and R(x)[...]; Python's own brackets do not have it"
    expect_error(x@py[all_but(2)], words, fixed = TRUE, class = "pybridge_error_python")
    expect_error(x@py[0, all_but(2)], words, fixed = TRUE, class = "pybridge_error_python")
    expect_error(x@py[all_but(2)] <- 0, words, fixed = TRUE, class = "pybridge_error_python")
    expect_elements(x, numbers, library)
  })

  test_that(paste("a minus before positions is refused on a tensor of", library), {
    skip_without_module(module)
    x <- make(as_tensor(numbers, "float32"))
    mask <- make(as_tensor(array(flags)))
    v <- make(as_tensor(array(c(3, 1, 5, 2, 4)), "float32"))
    elements <- c(3, 1, 5, 2, 4)
    forwarded <- function(...) x@r[.., ...]
    of_parts <- function(...) x@r[.., all_but(...)]
    frame <- environment()
    refuse <- function(code, operand) {
      advice <- "`-%s` counts these positions from the end; to leave them out write `all_but(%s)`"
      advice <- sprintf(advice, deparse1(operand), deparse1(operand))
      code <- do.call(substitute, list(code, list(y = operand)))
      expect_error(eval(code, frame), advice,
        fixed = TRUE, class = "pybridge_error_subscript_type", label = deparse1(code)
      )
    }
    several <- make(as_tensor(array(2:1)))
    single <- make(as_tensor(array(2L)))
    for (operand in expression(several, single)) refuse(quote(x@r[.., -y]), operand)
    for (operand in expression(
      which(flags), which.max(elements), which.min(elements), base::which.max(elements), tensor_which(mask),
      tensor_which_max(v), tensor_which_min(v), pybridge::tensor_which_min(v), match(c(2, 4), 1:5), match(2, 1:5),
      grep("b", "abc"), c(1, 2), flags
    )) {
      refuse(quote(x@r[.., -y]), operand)
    }
    for (code in expression(
      x |> r_slice(.., -y), x |> r_assign(.., -y, value = 0), x@r[.., -y] <- 0, r_slice(x, .., -y) <- 0,
      x@r[.., all_but(-y)], x@r[.., all_but(1, all_but(-y))], forwarded(-y), of_parts(-y), of_parts(1, -y)
    )) {
      refuse(code, quote(which(flags)))
      refuse(code, quote(tensor_which_max(v)))
    }
    expect_elements(x, numbers, library)
    expect_elements(x@r[, , -which(flags), dialect = "base"], numbers[, , -which(flags)], library)
    expect_elements(x@r[.., c(-which.max(elements))], numbers[, , 3], library)
    expect_elements(x@r[.., all_but(which.max(elements))], numbers[, , -3], library)
    expect_elements(x@r[.., all_but(tensor_which_min(v))], numbers[, , -2], library)
  })
}

test_that("all_but() leaves rows and columns of a table out, by position and by name", {
  skip_without_module("pandas")
  x <- to_python(mtcars)
  cars <- c("Fiat 128", "Valiant")
  is_other <- !rownames(mtcars) %in% cars
  expect_identical(from_python(x@r[all_but(2, 4:NA)]), mtcars[-c(2, 4:32), ])
  expect_identical(from_python(x@r[all_but(cars), all_but("mpg", -1)]), mtcars[is_other, -c(1, 11)])
  expect_identical(from_python(x@r[all_but("Valiant", "Fiat 128"), ]), mtcars[is_other, ])
  expect_identical(from_python(x@r[all_but(mtcars$cyl == 4), 2:3]), mtcars[-which(mtcars$cyl == 4), 2:3])
  expect_identical(from_python(x@r["Valiant", all_but("mpg", 3), drop = FALSE]), mtcars["Valiant", -c(1, 3)])
  expect_error(x@r[all_but("mpg")], "of axis 1|of axis 2", class = "pybridge_error_subscript_label")
  expect_error(x@r[, all_but(1, "mgp")], "mpg", class = "pybridge_error_subscript_label")
  expect_error(x@r[-which(mtcars$cyl == 4), ], "all_but(", fixed = TRUE, class = "pybridge_error_subscript_type")
  expected <- mtcars
  x@r[all_but(cars), "mpg"] <- 0
  expected[is_other, "mpg"] <- 0
  expect_identical(from_python(x), expected)
  updated <- r_assign(x, 1, all_but(2:NA), value = 9)
  expect_identical(from_python(x), expected)
  expected[1, -(2:11)] <- 9
  expect_identical(from_python(updated), expected)
})

test_that("all_but() leaves labels out of an array with dimnames, here and in Python", {
  m <- array(as.double(1:30), c(2, 3, 5), list(row = c("a", "b"), NULL, part = c("p", "q", "r", "s", "t")))
  expect_identical(r_slice(m, , all_but(2), all_but("q", "t")), m[, -2, -c(2, 5)])
  expect_identical(r_slice(m, all_but("a"), , rest), m[-1, , -c(2, 4), drop = FALSE])
  expect_identical(r_slice(m, "b", , all_but(c("q", "p"), 3)), m["b", , -(1:3)])
  changed <- m
  changed[-1, , -c(1, 5)] <- 0
  expect_identical(r_assign(m, all_but("a"), , all_but("p", -1), value = 0), changed)
  expect_error(r_slice(m, , all_but("a"), ), "carry no dimnames", class = "pybridge_error_subscript_type")
  expect_error(r_slice(m, all_but("z")), "of axis 1", class = "pybridge_error_subscript_label")
  skip_without_module("xarray")
  x <- to_python(m, like = "xarray")
  expect_identical(from_python(x@r[, all_but(2), all_but("q", "t")]), m[, -2, -c(2, 5)])
  expect_identical(from_python(x@r[all_but("a"), , rest]), m[-1, , -c(2, 4), drop = FALSE])
  x@r[all_but("a"), , all_but("p", -1)] <- 0
  expect_identical(from_python(x), changed)
  expect_error(x@r[all_but("z")], "of axis 1", class = "pybridge_error_subscript_label")
})

test_that("all_but() leaves observations and variables of an AnnData out", {
  skip_without_module("anndata")
  counts <- matrix(c(0, 3, 0, 1, 0, 2, 5, 0, 0, 4, 1, 0), 4, 3)
  cells <- data.frame(group = c("T", "B", "T", "NK"), row.names = paste0("cell", 1:4))
  genes <- data.frame(row.names = c("CD3D", "MS4A1", "NKG7"))
  ad <- reticulate::import("anndata", convert = FALSE)
  x <- ad$AnnData(to_python(counts), obs = to_python(cells), var = to_python(genes))
  part <- x@r[all_but("cell2", -1), all_but("MS4A1")]
  expect_identical(from_python(part$X), counts[-c(2, 4), -2])
  expect_identical(from_python(part$obs), cells[-c(2, 4), , drop = FALSE])
})

test_that("all_but() reads and writes stores", {
  skip_without_module("zarr", "h5py", "tensorstore")
  m <- array(as.double(1:105), c(7, 3, 5))
  for (x in stores(m)) {
    expected <- m
    expect_identical(from_python(x@r[all_but(2, 4:5), , 5]), m[-c(2, 4, 5), , 5])
    expect_identical(from_python(x@r[all_but(-1), all_but(2), rest]), m[-7, -2, -c(2, 4)])
    expect_identical(from_python(x@r[.., all_but(flags)]), m[, , -which(flags)])
    expect_identical(from_python(x@r[.., all_but()]), m)
    expect_error(x@r[all_but(8)], class = "pybridge_error_subscript_oob")
    expect_error(x@r[rest, dialect = "base"], "of the tensor dialect", class = "pybridge_error_subscript_type")
    x@r[rest, 2, all_but(1:3)] <- 0
    expected[-c(2, 4), 2, -(1:3)] <- 0
    expect_identical(from_python(x@r[..]), expected)
    r_slice(x, 1, all_but(-1), 1) <- c(-5, -6)
    expected[1, -3, 1] <- c(-5, -6)
    expect_identical(from_python(x@r[..]), expected)
    expect_error(x@r[-which(flags)] <- 0, "all_but(", fixed = TRUE, class = "pybridge_error_subscript_type")
    expect_error(x@r[all_but(9)] <- 0, class = "pybridge_error_subscript_oob")
    expect_identical(from_python(x@r[..]), expected)
  }
})

test_that("all_but() reads and writes sparse matrices of every layout", {
  skip_without_module("scipy.sparse")
  dense <- matrix(c(3, 0, 0, 4, 5, 0, 0, 1, 0, 2, 0, 6), 3)
  sparse <- reticulate::import("scipy.sparse", convert = FALSE)
  elements <- function(x) reticulate::py_to_r(x$toarray())
  for (layout in c("csr_array", "csc_array", "lil_array", "coo_array", "csr_matrix", "csc_matrix", "dok_matrix")) {
    x <- sparse[[layout]](as_tensor(dense, "float64"))
    own_class <- class(x)
    expected <- dense
    part <- x@r[all_but(2), rest]
    expect_identical(class(part), own_class)
    expect_identical(elements(part), dense[-2, -c(2, 4)])
    expect_identical(elements(x@r[, all_but(dense[1, ] > 0)]), dense[, -which(dense[1, ] > 0), drop = FALSE])
    expect_identical(elements(x@r[all_but(NA:NA), all_but()]), dense[-(1:3), ])
    x@r[all_but(1), rest] <- matrix(7:10, 2)
    expected[-1, -c(2, 4)] <- 7:10
    expect_identical(elements(x), expected)
    expect_error(x@r[all_but(4)] <- 1, class = "pybridge_error_subscript_oob")
    expect_error(x@r[, -which(dense[1, ] > 0)], "all_but(", fixed = TRUE, class = "pybridge_error_subscript_type")
    expect_identical(elements(x), expected)
  }
  skip_if_not_installed("Matrix")
  m <- Matrix::sparseMatrix(i = c(1, 3, 2, 3, 1), j = c(1, 1, 3, 5, 5), x = c(1.5, 2, 7, -1, 4), dims = c(3, 5))
  expect_identical(from_python(to_python(m)@r[all_but(2), rest]), m[-2, -c(2, 4)])
})

test_that("explain() and result_shape() know all_but()", {
  skip_without_python()
  x <- as_tensor(numbers)
  explained <- explain(x@r[, all_but(2), rest])
  expect_identical(explained$subscripts, ", all_but(2), all_but(2, 4)")
  expect_identical(explained$selected, c(
    "axis 1 of size 2: everything", "axis 2 of size 3: `all_but(2)` is positions 1, 3",
    "axis 3 of size 5: `all_but(2, 4)` is positions 1, 3, 5"
  ))
  expect_identical(explained$result_shape, dim(numbers[, -2, -c(2, 4)]))
  for (same in list(
    explain(x, , all_but(2), rest), explain(numbers, , all_but(2), rest), explain(numbers[, all_but(2), rest]),
    explain(c(2, 3, 5), ", all_but(2), all_but(2, 4)")
  )) {
    expect_identical(same[c("selected", "result_shape", "shape")], explained[c("selected", "result_shape", "shape")])
  }
  expect_match(explained$in_r, "`all_but(2)` is unknown; R's own takes positions", fixed = TRUE, all = FALSE)
  for (pair in list(
    expression(result_shape(numbers, , all_but(2), rest), numbers[, -2, -c(2, 4)]),
    expression(result_shape(x, , all_but(1, 3)), numbers[, -c(1, 3), , drop = FALSE]),
    expression(result_shape(x, 2, all_but(1)), numbers[2, -1, ]),
    expression(result_shape(x, .., all_but(flags)), numbers[, , -which(flags)]),
    expression(result_shape(c(2, 3, 5), .., all_but()), numbers)
  )) {
    expect_identical(eval(pair[[1L]]), dim(eval(pair[[2L]])), label = deparse1(pair[[1L]]))
  }
  expect_identical(result_shape(list(NULL, 5), all_but(1), rest), c(NA, 3L))
  expect_identical(explain(named[all_but(2)])$result_shape, length(named[-2]))
  for (code in expression(explain(5, all_but(6)), result_shape(5, all_but(6)))) {
    expect_error(eval(code), "position 6 is out of bounds: axis 1 has size 5", class = "pybridge_error_subscript_oob")
  }
  for (code in expression(
    explain(5, rest, dialect = "base"), explain(named[rest], dialect = "base"), result_shape(5, rest, dialect = "base")
  )) {
    expect_error(eval(code), "`all_but(2, 4)` is a subscript of the tensor dialect; R's own takes positions",
      fixed = TRUE, class = "pybridge_error_subscript_type"
    )
  }
})
