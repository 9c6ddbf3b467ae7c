# explain_shapes(): verdicts against the results of both rules, and the picture

really <- function(rule, operands) {
  suppressWarnings(tryCatch(do.call(rule, operands), pybridge_error_shape = function(e) NULL))
}

sizes_of <- function(x) if (is.null(dim(x))) length(x) else dim(x)

test_that("verdicts are what the rules do", {
  skip_without_python()
  shapes <- c(
    as.list(0:3), lapply(seq_len(16), function(k) c((k - 1L) %/% 4L, (k - 1L) %% 4L)),
    list(c(2L, 3L, 2L), c(1L, 1L, 3L), c(3L, 3L, 3L), c(1L, 2L, 3L), c(2L, 1L, 1L))
  )
  seen <- character()
  for (left in shapes) {
    for (right in shapes) {
      operands <- lapply(list(left, right), function(shape) {
        values <- seq_len(prod(shape))
        if (length(shape) > 1L) array(values, shape) else values
      })
      ours <- really(recycle, operands)
      theirs <- really(broadcast, operands)
      explanation <- explain_shapes(left, right)
      expected <- if (is.null(ours) && is.null(theirs)) {
        "neither"
      } else if (is.null(theirs)) {
        "recycling only"
      } else if (is.null(ours)) {
        "broadcasting only"
      } else if (identical(lapply(ours, unname), theirs)) {
        "same"
      } else {
        "different"
      }
      expect_identical(explanation$verdict, expected, label = paste(toString(left), "/", toString(right)))
      if (expected == "different" && identical(sizes_of(ours[[1L]]), sizes_of(theirs[[1L]]))) {
        differs <- ours[[1L]] != theirs[[1L]] | ours[[2L]] != theirs[[2L]]
        expect_identical(explanation$position, unname(which(differs, arr.ind = TRUE)[1L, ]))
      } else {
        expect_null(explanation$position)
      }
      expect_gt(length(format(explanation)), 4L)
      expect_match(repr_html.pybridge_shapes(explanation), "</div>$")
      seen <- union(seen, expected)
    }
  }
  expect_length(seen, 5L)
})

test_that("the square-matrix trap prints as a picture", {
  skip_without_python()
  expect_identical(capture.output(explain_shapes(c(3, 3), 3)), c(
    "x (3, 3)   y (3)",
    "",
    "y as R recycles it     y as NumPy broadcasts it",
    "  y[1]  y[1]* y[1]*      y[1]  y[2]* y[3]*",
    "  y[2]* y[2]  y[2]*      y[1]* y[2]  y[3]*",
    "  y[3]* y[3]* y[3]       y[1]* y[2]* y[3]",
    "",
    "R recycles:        result (3, 3)",
    "NumPy broadcasts:  result (3, 3)",
    "",
    "Both rules succeed and disagree (*): at [2, 1] R uses y[2], NumPy uses y[1].",
    "Choose one: recycle(x, y) is R's rule, broadcast(x, y) is NumPy's."
  ))
})

test_that("shapes are read from vectors, lists and arrays, with unknown sizes", {
  skip_without_python()
  expect_identical(explain_shapes(list(2, NULL), 3)$shapes, list(c(2L, NA), 3L))
  expect_identical(explain_shapes(matrix(0, 2, 3), c(NA, 3))$shapes, list(2:3, c(NA, 3L)))
  expect_identical(explain_shapes(c(NA, 3), 3)$verdict, "unknown")
  expect_identical(explain_shapes(c(3, NA), 3)$position, c(2L, 1L))
  expect_error(explain_shapes(1), "two or more shapes, not 1", class = "pybridge_error_argument")
  expect_error(explain_shapes(2, "2"), "as numbers", class = "pybridge_error_reshape")
})

test_that("a notebook shows the same cells", {
  skip_without_python()
  html <- repr_html.pybridge_shapes(explain_shapes(c(3, 3), 3))
  cells <- regmatches(html, gregexpr("<code>y\\[[0-9]\\]</code>[*]?", html))[[1L]]
  expect_identical(gsub("</?code>", "", cells), c(
    "y[1]", "y[1]*", "y[1]*", "y[2]*", "y[2]", "y[2]*", "y[3]*", "y[3]*", "y[3]",
    "y[1]", "y[2]*", "y[3]*", "y[1]*", "y[2]", "y[3]*", "y[1]*", "y[2]*", "y[3]"
  ))
  expect_match(html, "disagree (*): at [2, 1] R uses y[2], NumPy uses y[1].", fixed = TRUE)
})

test_that("R prints Python's own picture, and its fields are values of R", {
  skip_without_python()
  python <- reticulate::py_run_string(
    "from pybridge import explain_shapes", local = TRUE, convert = FALSE
  )
  explain <- reticulate::py_get_item(python, "explain_shapes")
  builtins <- reticulate::import_builtins()
  shapes <- list(
    list(c(2, 3), 4), list(3, NA), list(c(60000, 28, 28), 28), list(c(2, 3), c(3, 2)), list(2, 3, c(3, 2)),
    list(2, 4, 8, c(8, 3)), list(c(NA, 3), 3), list(integer(), c(2, 3)), list(c(2, 0), 3), list(c(3, 3, 3), 3, 1)
  )
  for (each in shapes) {
    sizes <- lapply(each, function(shape) lapply(shape, function(size) if (!is.na(size)) as.integer(size)))
    expected <- do.call(explain, sizes)
    explanation <- do.call(explain_shapes, each)
    expect_identical(paste(format(explanation), collapse = "\n"), builtins$str(expected))
    expect_identical(repr_html.pybridge_shapes(explanation), reticulate::py_to_r(expected$`_repr_html_`()))
  }
  uneven <- explain_shapes(c(2, 3), 4)
  expect_identical(uneven$recycling, list(
    shape = 2:3, error = NULL, warnings = "longer object length is not a multiple of shorter object length"
  ))
  expect_identical(uneven$broadcasting, list(
    shape = NULL, error = "shapes (2, 3) and (4) do not broadcast: axis 2 has the sizes 3 and 4", warnings = character()
  ))
  expect_identical(explain_shapes(c(NA, 3), c(NA, 3))$broadcasting$shape, c(NA, 3L))
  error <- expect_error(explain_shapes(1), class = "pybridge_error_argument")
  expect_identical(conditionCall(error), quote(explain_shapes(1)))
})

test_that("without Python the error names the reason, and R's arrays need none", {
  lines <- run_r(c(
    "library(pybridge)",
    "error <- tryCatch(explain_shapes(c(3, 3), 3), error = identity)",
    "cat(class(error)[[1]], conditionMessage(error), sep = '\\n')",
    "cat(recycle(matrix(0, 2, 3), 1:2)[[2]])"
  ), "RETICULATE_PYTHON=/nonexistent/python")
  expect_identical(utils::tail(lines, 5L), c(
    "pybridge_error_python",
    paste0(
      "this needs Python with NumPy, which did not start: ",
      "Python specified in RETICULATE_PYTHON (/nonexistent/python) does not exist"
    ),
    "With a network reticulate downloads one by itself, unless RETICULATE_USE_MANAGED_VENV is \"no\";",
    "RETICULATE_PYTHON names one of your own. pybridge_doctor() says what is missing, and what to do.",
    "1 2 1 2 1 2"
  ))
})
