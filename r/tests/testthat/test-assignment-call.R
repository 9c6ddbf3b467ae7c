# What a write evaluates, and the call that its errors show.
numbers <- array(1:30, c(2, 3, 5))

call_of <- function(code) conditionCall(tryCatch(code, error = identity))

test_that("a write evaluates nothing that is not written in the call", {
  skip_without_python()
  x <- as_tensor(numbers)
  evaluated <- character()
  note <- function(what) evaluated <<- c(evaluated, what)
  body <- "function(x, unused, default = note('a default')) {
    delayedAssign('delayed', note('a delayed value'))
    makeActiveBinding('active', function() note('an active binding'), environment())
    own <- numbers
    %s
  }"
  targets <- c("x@r[%s]", "x@py[%s]", "r_slice(x, %s)", "r_slice(own, %s)")
  for (target in targets) {
    writes <- eval(parse(text = sprintf(body, sprintf(paste(target, "<- 0L"), "1"))))
    expect_no_error(writes(x, note("an argument")))
    expect_no_error(writes(x))
    # a write that fails shows its call, and evaluates no more
    fails <- eval(parse(text = sprintf(body, sprintf(paste(target, "<- 0L"), "9"))))
    expect_error(fails(x, note("an argument")), class = "pybridge_error")
    expect_error(compiler::cmpfun(fails)(x), class = "pybridge_error")
  }
  expect_identical(evaluated, character())
})

test_that("an error of a write shows what the user wrote, whatever other names the tensor has", {
  skip_without_python()
  a <- x <- z <- as_tensor(numbers)
  v <- c(1, 2)
  expect_identical(call_of(x@r[9] <- c(v, 3)), quote(x@r[9] <- c(v, 3)))
  expect_identical(call_of(z@r[9, NA:2] <- v), quote(z@r[9, NA:2] <- v))
  expect_identical(call_of(a@py[9] <- v), quote(a@py[9] <- v))
  expect_identical(call_of(r_slice(z, 9) <- v), quote(r_slice(z, 9) <- v))
  own <- numbers
  expect_identical(call_of(r_slice(own, 9) <- v), quote(r_slice(own, 9) <- v))
  expect_identical(call_of(r_assign(own, 9, value = v)), quote(r_assign(own, 9, value = v)))
  model <- list(layers = list(list(w = x)))
  expect_identical(
    call_of(model$layers[[1]]$w@r[9] <- v), quote(model$layers[[1]]$w@r[9] <- v)
  )
  expect_identical(call_of(`[<-`(x@r, 9, value = 0)), quote(`[<-`(x@r, 9, value = 0)))
  write <- function(tensor, other) {
    other <- tensor
    other@r[1] <- 2:1
    tensor@r[1] <- 2:1
  }
  for (f in list(write, compiler::cmpfun(write))) {
    expect_identical(call_of(f(x)), quote(other@r[1] <- 2:1))
  }
  # no code to look into: at the top level of a script
  lines <- run_r(c(
    "library(pybridge)", "weights <- reticulate::np_array(array(1:3))",
    "for (k in 9) print(conditionCall(tryCatch(weights@r[k] <- c(1, 2), error = identity)))"
  ))
  expect_identical(utils::tail(lines, 1L), "weights@r[k] <- c(1, 2)")
})
