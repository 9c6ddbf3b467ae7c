#' pybridge: R-style subscripts, reshaping and recycling for Python tensors
#'
#' Element `x[i, j, k]` in R is element `x[i-1, j-1, k-1]` in NumPy: axes keep their order in both
#' languages, and memory layout never changes which element a subscript names.
#'
#' * \code{\link[=tensor-subscripts]{x@r[...]}}, [r_slice()] and [r_assign()] read and write tensors with
#'   R's subscripts; [all_but()] leaves positions out.
#' * [array_reshape()] reshapes in row-major order; [recycle()] follows R's rule for different shapes,
#'   [broadcast()] follows NumPy's rule.
#' * [to_python()] and [from_python()] convert values without loss.
#' * [tensor_which()], [tensor_which_max()] and [tensor_order()] return positions.
#' * [explain()] describes what subscripts select, and [explain_shapes()] describes what the two rules for shapes do.
#' * R's own `dim()`, `head()`, `rev()`, `rep()`, `sort()`, `mean()`, `rbind()`, `t()`, `as.array()`,
#'   `as.numeric()` and the functions of the groups Math and Summary, such as `sqrt()` and `sum()`, take
#'   tensors unless another package has a method for them, and agree with R. Except for `dim()` and the
#'   `as.` functions they return a tensor of the same library.
#' * `is.na()`, `order()`, `median()`, `quantile()`, `unique()`, `split()`, `hist()` and R's other functions
#'   that compare, group or draw convert the elements of a tensor to R and return an R object.
#' * [pybridge_doctor()] checks which Python is used, and why.
#' * [tensor_shape()], [tensor_ndim()] and [tensor_dtype()] describe a tensor.
#'
#' The R package contains the Python package pybridge. Python starts at the first call that needs it, never
#' when the package is loaded. reticulate's rules choose the Python: see [reticulate::use_python()].
#'
#' @section Errors:
#' Every error is a condition of class `pybridge_error`, and of a special class such as
#' `pybridge_error_subscript_oob`. Its call is the call that the user wrote. Its fields hold the values in the
#' message (`position`, `axis`, `size`, `subscript`). Positions and axes count from one.
#'
#' @section Options:
#' `pybridge.yield_to_keras3`: `TRUE` leaves `@r` to keras3 on the classes that keras3 claims.
#' @keywords internal
"_PACKAGE"
