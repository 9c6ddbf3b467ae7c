# Run tests of the R package, or one program: `Rscript tools/torture.R MODE NAME...`.
#
# MODE is `plain`, `memory` or `torture=SECONDS`. With `memory` a failed test is not a failure of the
# run: valgrind does not keep the floating point flags by which NumPy detects overflow. With `torture`
# R collects garbage at every allocation inside the package's C code, for SECONDS in all (0 for no
# limit), divided among the files. A call that evaluates much R code is slow then: after it, R collects
# at every second allocation, every fourth, and so on, until a call is fast again. After the first 400
# calls only every seventh is tortured, so that long files are covered to their end.

arguments <- commandArgs(TRUE)
mode <- arguments[[1]]
names <- arguments[-1]
suppressMessages(library(pybridge))

calls <- new.env()
calls$all <- calls$tortured <- calls$each <- 0
calls$step <- 1
seconds <- as.numeric(sub("^torture=|^plain$|^memory$", "", mode))
calls$budget <- if (isTRUE(seconds == 0)) Inf else seconds

tortured_call <- function(...) {
  calls$all <- calls$all + 1
  if (calls$budget <= 0 || (calls$all > 400 && calls$all %% 7 != 0)) {
    return(.Call(...))
  }
  calls$tortured <- calls$tortured + 1
  calls$each <- calls$each + (calls$step == 1)
  start <- proc.time()[["elapsed"]]
  on.exit({
    gctorture2(0)
    took <- proc.time()[["elapsed"]] - start
    calls$budget <- calls$budget - took
    calls$step <- if (took > 0.5) calls$step * 2 else max(calls$step %/% 2, 1)
  })
  gctorture2(calls$step)
  .Call(...)
}

# Let every function of the package that calls C do so through the function above.
replace_calls <- function(code) {
  if (is.call(code)) {
    if (identical(code[[1]], quote(.Call))) {
      code[[1]] <- tortured_call
    }
    for (k in seq_along(code)[-1]) {
      if (!identical(code[[k]], quote(expr = ))) {
        code[k] <- list(replace_calls(code[[k]]))
      }
    }
  }
  code
}

torture <- function(namespace) {
  for (name in ls(namespace, all.names = TRUE)) {
    found <- get(name, namespace)
    if (is.function(found) && ".Call" %in% all.names(body(found))) {
      body(found) <- replace_calls(body(found))
      utils::assignInNamespace(name, found, "pybridge")
      if (name %in% getNamespaceExports(namespace) && "package:pybridge" %in% search()) {
        attached <- as.environment("package:pybridge")
        if (exists(name, attached, inherits = FALSE)) {
          unlockBinding(name, attached)
          assign(name, found, attached)
        }
      }
    }
  }
}

if (startsWith(mode, "torture")) {
  # R's compiler would run inside a call of C, with a collection at each of its many allocations.
  compiler::enableJIT(0)
  torture(asNamespace("pybridge"))
  gc()
}

report <- function(what) {
  tortured <- if (startsWith(mode, "torture")) {
    sprintf(
      ", %.0f of %.0f calls of C tortured, %.0f of them at every allocation",
      calls$tortured, calls$all, calls$each
    )
  }
  cat("\nsanitize: ", what, tortured, "\n", sep = "")
}

failed <- 0
if (all(endsWith(names, ".R"))) {
  for (name in names) source(name)
  report("the program has ended")
} else {
  share <- calls$budget / length(names)
  for (name in names) {
    calls$all <- calls$tortured <- calls$each <- 0
    calls$budget <- share
    results <- as.data.frame(testthat::test_dir(
      "r/tests/testthat",
      filter = paste0("^", name, "$"), package = "pybridge", load_package = "installed",
      reporter = "summary", stop_on_failure = FALSE
    ))
    wrong <- sum(results$failed) + sum(results$error)
    report(sprintf(
      "%s: %d tests, %d expectations, %d failed", name, nrow(results), sum(results$nb), wrong
    ))
    failed <- failed + wrong * (mode != "memory") + (nrow(results) == 0L)
  }
}
if (failed > 0) quit(status = 1)
