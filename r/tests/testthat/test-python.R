test_that("no Python is looked for where none is pointed at", {
  lines <- run_r(
    c(
      "cat(pybridge:::has_numpy(), reticulate::py_available(), '\\n')"
    ),
    c("RETICULATE_PYTHON=", "RETICULATE_PYTHON_ENV=", "VIRTUAL_ENV=")
  )
  expect_identical(trimws(utils::tail(lines, 1L)), "FALSE FALSE")
})

test_that("operands of R cross as the arrays that they are, a number as a number", {
  expect_identical(as_operand(3, NULL), 3)
  expect_identical(as_operand(c(a = 3), NULL), 3)
  expect_identical(as_operand(1:3, NULL), array(1:3))
  expect_identical(as_operand(matrix(1:6, 2), NULL), matrix(1:6, 2))
  expect_identical(as_operand(c(1, NA), NULL), array(c(1, NA)))
  expect_error(as_operand(c(TRUE, NA), NULL), class = "pybridge_error_conversion")
})

test_that("a list of tensors comes back as a list of R", {
  skip_without_python()
  operands <- call_on_operands("recycle", list(as_tensor(1:4), 2L), call = NULL)
  expect_type(operands, "list")
  expect_tensor(operands[[2L]], rep(2L, 4L))
  expect_identical(python_shape(as_tensor(matrix(0, 2, 3)), NULL), c(2, 3))
})

test_that("an error names the function that the user called", {
  skip_without_python()
  verb <- function(x) call_python("tensor_dtype", x)
  error <- tryCatch(verb(reticulate::py_eval("'text'", convert = FALSE)), error = identity)
  expect_identical(conditionCall(error), quote(verb(reticulate::py_eval("'text'", convert = FALSE))))
  expect_s3_class(error, "pybridge_error_tensor")
})
