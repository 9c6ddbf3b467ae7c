# The same brackets on the tensors of every library. Where RETICULATE_PYTHON points at a Python,
# PYBRIDGE_TEST_BACKENDS may name the libraries that it must have; the others run where they are
# installed.

values <- array(as.double(1:30), c(2, 3, 5))

for (library in names(tensor_makers)) {
  test_that(paste("subscripts on a tensor of", library), {
    skip_without_module(tensor_modules[[library]])
    x <- tensor_makers[[library]](as_tensor(values, "float32"))
    own_class <- class(x)
    expect_elements <- function(x, expected) {
      expect_identical(tensor_shape(x), as.integer(dim(expected) %||% length(expected)))
      expect_equal(as.vector(as.array(x)), as.vector(expected))
    }

    expect_identical(tensor_dtype(x), "float32")
    expect_identical(dim(x), dim(values))
    expect_elements(x@r[2, 3:1, NA:-2], values[2, 3:1, 1:4])
    expect_elements(x@r[.., c(5, 1)], values[, , c(5, 1)])
    expect_elements(x@r[, newaxis, 2], array(values[, 2, ], c(2, 1, 5)))
    expect_elements(x@r[2, c(TRUE, FALSE, TRUE)], values[2, c(1, 3), ])
    positions <- tensor_makers[[library]](as_tensor(array(c(2, 1)), "int32"))
    if (library != "dask") { # the values of a dask array are not known before it is computed
      expect_elements(x@r[positions], values[2:1, , ])
    }
    # and of an R array, where one without axes is a number, as on a tensor
    one <- tensor_makers[[library]](reticulate::import("numpy", convert = FALSE)$array(2L))
    expect_identical(r_slice(values, positions), values[2:1, , ])
    expect_identical(r_slice(values, one), values[2, , ])
    expect_identical(r_slice(values, 1, one:3), values[1, 2:3, ])
    expect_identical(r_slice(values, one, one, -1, dialect = "base"), values[2, 2, -1])
    expect_identical(r_assign(values, one, value = x@r[1])[2, , ], values[1, , ])
    expect_elements(r_slice(x, 1, drop = FALSE), values[1, , , drop = FALSE])
    expect_elements(x@r[-1, 1, 1, dialect = "base"], values[-1, 1, 1])
    expect_elements(array_reshape(x, c(6, -1)), array_reshape(values, c(6, -1)))
    expect_identical(as.numeric(x@r[2, 3, 5]), values[2, 3, 5])
    expect_identical(if (as.numeric(x@r[1, 1, 2]) == 7) "seven", "seven")
    expect_identical(sapply(1:3, function(i) as.integer(x@r[1, i, 1])), as.integer(values[1, 1:3, 1]))
    expect_identical(as.logical(x@r[1, 1, 1]), TRUE)
    expect_identical(as.array(x@r[1, 1, 3]), array(values[1, 1, 3]))
    expect_identical(as.vector(x@r[1, 1]), values[1, 1, ])
    expect_error(x@r[3], class = "pybridge_error_subscript_oob")
    expect_error(x@r[0], class = "pybridge_error_subscript_oob")

    changed <- values
    changed[1, , 5] <- 0
    updated <- r_assign(x, 1, .., -1, value = 0)
    expect_elements(updated, changed)
    expect_elements(x, values)
    same <- x
    x@r[1, , 5] <- 0
    expect_elements(x, changed)
    if (library %in% c("tensorflow", "jax", "dask")) {
      # the name is bound anew, and every other name keeps the old tensor
      expect_elements(same, values)
      by_function <- same
      r_slice(by_function, 1, , 5) <- 0
      expect_elements(by_function, changed)
      expect_elements(same, values)
      expect_error(x@r[9] <- 0, class = "pybridge_error_subscript_oob")
      expect_error(x@r[1, 1, 1] <- 1i, class = "pybridge_error_assignment_lossy")
      expect_elements(x, changed)
    } else {
      expect_identical(x, same)
    }
    expect_identical(class(x), own_class)
  })
}

test_that("subscripts on the sparse classes of SciPy", {
  skip_without_module("scipy.sparse")
  dense <- matrix(c(3, 0, 0, 4, 5, 0, 0, 1, 0, 2, 0, 6), 3)
  x <- as_tensor(dense, "float64")
  cases <- expand.grid(
    class = c("csr_array", "csc_array", "lil_array", "csr_matrix", "csc_matrix", "dok_matrix"),
    convert = c(FALSE, TRUE), stringsAsFactors = FALSE
  )
  # reticulate itself converts matrices to those of the package Matrix
  cases <- cases[!(cases$convert & grepl("matrix", cases$class)), ]
  for (k in seq_len(nrow(cases))) {
    library <- reticulate::import("scipy.sparse", convert = cases$convert[[k]])
    sparse <- library[[cases$class[[k]]]](x)
    elements <- function(x) {
      found <- x$toarray()
      expect_identical(inherits(found, "python.builtin.object"), !cases$convert[[k]])
      reticulate::py_to_r(found)
    }
    own_class <- class(sparse)
    part <- sparse@r[1:2, c(4, 1)]
    expect_identical(class(part), own_class)
    expect_identical(elements(part), dense[1:2, c(4, 1)])
    expect_identical(elements(sparse@r[3:1, c(TRUE, FALSE, TRUE, TRUE)]), dense[3:1, c(1, 3, 4)])
    expect_identical(as.vector(as.array(sparse@r[2, ])), dense[2, ])
    expect_identical(as.numeric(sparse@r[3, 4]), 6)
    expect_identical(dim(sparse), dim(dense))
    expect_identical(as.numeric(sum(sparse)), sum(dense))
    expect_identical(elements(head(sparse, 2)), head(dense, 2))
    expect_error(exp(sparse), "no function for exp()", class = "pybridge_error_tensor", fixed = TRUE)
    same <- sparse
    changed <- dense
    changed[2, 2:4] <- c(7, 0, 9)
    sparse@r[2, 2:NA] <- c(7, 0, 9)
    expect_identical(elements(sparse), changed)
    expect_identical(elements(same), changed)
    expect_error(sparse@r[4, 1], class = "pybridge_error_subscript_oob")
    expect_error(sparse@r[1, 1] <- 1i, class = "pybridge_error_assignment_lossy")
    expect_identical(elements(sparse), changed)
  }
})
