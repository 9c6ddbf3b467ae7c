# The capture of a call: its record, as src/capture.c describes it, and its values.

capture <- function(...) .Call(pybridge_capture, sys.call(), parent.frame(), FALSE, FALSE)
x <- NULL

test_that("whole numbers, ranges of them, new axes and nothing are one record", {
  expect_identical(capture(x, 3), c(0L, 3L, 3L))
  expect_identical(capture(x, 3L, -1), c(0L, 3L, 3L, 3L, -1L))
  expect_identical(capture(x, ), c(0L, 0L))
  expect_identical(capture(x), 0L)
  expect_identical(capture(x, 1:3), c(0L, 11L, 1L, 3L))
  expect_identical(capture(x, NA:5), c(0L, 10L, 5L))
  expect_identical(capture(x, 6:NA), c(0L, 9L, 6L))
  expect_identical(capture(x, NA:NA), c(0L, 8L))
  expect_identical(capture(x, NA_integer_:NA_real_:-1), c(0L, 12L, -1L))
  expect_identical(capture(x, 1:10:2), c(0L, 15L, 1L, 10L, 2L))
  expect_identical(capture(x, .., newaxis, NULL), c(0L, 2L, 1L, 1L))
  expect_identical(capture(x, 1, drop = FALSE, order = "F"), c(5L, 3L, 1L))
  expect_identical(capture(1, x = x), c(0L, 3L, 1L))
})

test_that("a short vector of whole numbers is in the record, while there is room", {
  expect_identical(capture(x, c(3, -1), 2L), c(0L, 6L, 2L, 3L, -1L, 3L, 2L))
  long <- 64:1
  expect_identical(capture(x, long), c(0L, 6L, 64L, long))
  captured <- capture(x, long, long, long, long, 5)
  expect_identical(captured[[1L]], c(0L, rep(c(6L, 64L, long), 3L), 4L, 3L, 5L))
  expect_identical(captured[[2L]], list(long))
})

test_that("in R's own dialect a range is R's vector", {
  expect_identical(capture(x, 1:3, dialect = "base"), c(2L, 6L, 3L, 1:3))
  expect_error(capture(x, NA:5, dialect = "base"), "NA/NaN argument")
})

test_that("no NA is in a record: it is among the values", {
  for (value in list(NA, NA_integer_, NA_real_, NaN, 2.5, 3e9, -3e9, Inf, TRUE, "a")) {
    captured <- capture(x, value)
    expect_identical(captured[[1L]], c(0L, 4L))
    expect_identical(captured[[2L]], list(value))
  }
  for (value in list(c(1, 2.5), c(1L, NA), c(1, 3e9), c(a = 1, b = 2), array(1:2), numeric(), 1:65)) {
    expect_identical(capture(x, value), list(c(0L, 4L), list(value), list()))
  }
  bounds <- structure(list(1, 2.5, NULL), class = "pybridge_bounds")
  expect_identical(capture(x, 1:2.5), list(c(0L, 5L), list(bounds), list()))
  expect_identical(capture(x, NaN:3)[[1L]], c(0L, 5L))
})

test_that("an unknown argument is among the settings", {
  captured <- capture(x, 1, drop = NA, i = 3)
  expect_identical(rev(captured[[3L]]), list(drop = NA, i = 3))
})

test_that("`...` in the call is for the other reader", {
  forwarded <- function(...) capture(x, ...)
  expect_null(forwarded(1))
  through <- function(...) capture_forwarded(...)
  low <- 2
  expect_identical(through(low:NA, , .., drop = FALSE), c(1L, 9L, 2L, 0L, 2L))
})

test_that("what crosses to Python is tagged, and no NA is in it", {
  tag <- function(...) {
    parts <- capture_parts(capture_forwarded(...), NULL)
    tag_values(parts, NULL)
  }
  expect_identical(tag(1, 2:3), list())
  expect_identical(tag(c(3, 1.5)), list(list("entries", array(c(3, 1.5)))))
  expect_identical(tag(array(3L)), list(list("entries", array(3L))))
  expect_identical(tag(TRUE), list(list("entries", array(TRUE))))
  expect_identical(tag(c(a = 2.5)), list(list("number", 2.5)))
  expect_identical(tag(NA_integer_), list(list("na")))
  expect_identical(
    tag(c(1L, NA)), list(list("entries", array(c(1L, 0L)), array(c(FALSE, TRUE))))
  )
  expect_identical(tag(NA), list(list("entries", array(FALSE), array(TRUE))))
  expect_identical(
    tag(1, 2.5:NA, 1:2, c(4, 5.5)),
    list(
      list(list("number", 2.5), list("na")),
      list("entries", array(c(4, 5.5)))
    )
  )
  expect_identical(tag(letters[1:2]), list(list("characters", list("a", "b"), NULL)))
})

test_that("Python has the same codes, and other ones are an error", {
  skip_without_python()
  codes <- reticulate::py_to_r(start_bridge()$record_codes())
  expect_setequal(names(codes), c(
    "NO_DROP", "BASE", "COLUMN_MAJOR", "MISSING", "NEW_AXIS", "REST", "POSITION", "VALUE", "RANGE_OF_VALUES",
    "VECTOR", "RANGE", "HAS_START", "HAS_STOP", "HAS_STEP"
  ))
  tags <- unlist(reticulate::py_to_r(start_bridge()$records$WORDS))
  expect_no_error(check_codes(codes, tags))
  wrong <- list(
    list(replace(codes, "VECTOR", 7L), tags), list(c(codes, OTHER = 9L), tags), list(codes[-1L], tags),
    list(codes, tags[-1L]), list(codes, c(tags, "other"))
  )
  for (one in wrong) {
    expect_error(check_codes(one[[1L]], one[[2L]]), "different codes", class = "pybridge_error_version")
  }
  local_mocked_bindings(TAGS = TAGS[-1L])
  expect_error(check_codes(codes, tags), "different codes", class = "pybridge_error_version")
})

test_that("R has the codes of C, and other ones are an error when the package is loaded", {
  expect_no_error(check_own_codes())
  codes <- .Call(pybridge_codes)
  expect_type(codes, "integer")
  for (wrong in list(replace(codes, "VECTOR", 7L), c(codes, OTHER = 9L))) {
    expect_error(check_own_codes(wrong), "different codes", class = "pybridge_error_version")
  }
  local_mocked_bindings(VECTOR = 7L)
  expect_error(check_own_codes(), "different codes", class = "pybridge_error_version")
  expect_error(.onLoad(NULL, "pybridge"), "different codes", class = "pybridge_error_version")
})

test_that("Python refuses a tag that it does not know", {
  skip_without_python()
  x <- as_tensor(array(1:3))
  expect_error(reticulate::py_call(bridge$python$subset, x, c(0L, 4L), list(list("other", 1))) |> answered(NULL),
    "install the same version of both"
  )
})

test_that("a minus before positions is marked, where its code is known and the dialect is not R's own", {
  marked <- function(value, code, operand) {
    structure(list(value, code, operand, FALSE), class = "pybridge_negated")
  }
  bad <- c(FALSE, TRUE)
  expect_identical(capture(x, -which(bad))[[2L]], list(marked(-2L, quote(-which(bad)), quote(which(bad)))))
  expect_identical(capture(x, -((1:2)))[[2L]], list(marked(-(1:2), quote(-((1:2))), quote(1:2))))
  braced <- str2lang("(-{1:1})")
  expect_identical(eval(bquote(capture(x, .(braced))))[[2L]], list(marked(-1L, braced[[2L]], quote(1:1))))
  through <- function(...) capture_forwarded(...)
  expect_s3_class(through(-which(bad))[[2L]][[1L]], "pybridge_negated")
  expect_identical(do.call(through, list(-which(bad))), c(0L, 3L, -2L))
})

test_that("what is written behind a minus decides whether it counts from the end, and behind a name the length", {
  cfg <- list(k = 2, deep = list(k = 3L), many = 1:2)
  k <- list(1)
  one <- 1
  many <- c(1, 2)
  none <- integer()
  is_marked <- function(code, ...) {
    captured <- eval(as.call(list(quote(capture), quote(x), code, ...)), parent.frame())
    is.list(captured) && inherits(captured[[2L]][[1L]], "pybridge_negated")
  }
  calls <- expression(
    (1:one), 1:one, seq_len(one), seq(one, one), which(TRUE), which(TRUE)[1], which(TRUE)[[1]], base::which(TRUE),
    c(1), c(one), rev(one), length(one), min(which(TRUE)), max(one), many[1], cfg$many[1], match(2, 1:5),
    grep("b", "b"), which.max(many), tensor_which(TRUE), array(3), (function() 1)(), if (TRUE) one, as.integer("1"),
    nrow(iris), get("one"), which(TRUE) + 1, 1 + length(one), -length(one), sum(many), integer(), none, many, cfg$many
  )
  numbers <- expression(
    1, 1L, 2.5, one, cfg$k, cfg$deep$k, cfg[["k"]], cfg[["deep"]]$k, k[[1]], one + 1, 2 * one, -one, +one,
    one %% 2, one %/% 2, one^2, one / 1, cfg$k - one, base::pi, TRUE
  )
  wrapped <- str2expression(c(
    "-operand", "(-operand)", "-(operand)", "-{operand}", "((-((operand))))", "{-operand}", "-{one; operand}"
  ))
  for (wrapping in wrapped) {
    for (operand in calls) {
      code <- do.call(substitute, list(wrapping, list(operand = operand)))
      expect_true(is_marked(code), label = deparse1(code))
      expect_false(is_marked(code, dialect = "base"), label = deparse1(code))
    }
    for (operand in numbers) {
      code <- do.call(substitute, list(wrapping, list(operand = operand)))
      expect_false(is_marked(code), label = deparse1(code))
    }
  }
  plain <- str2expression(c(
    "c(-1, -3)", "which(TRUE)", "0 - which(TRUE)", "-length(many):NA", "-which(TRUE):-1", "1:-length(one)"
  ))
  for (code in plain) expect_false(is_marked(code), label = deparse1(code))
})
