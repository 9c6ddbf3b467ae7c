# Run tests of the R package, or one program: `Rscript tools/torture.R MODE NAME...`.
#
# MODE is `plain`, `memory` or `torture=SECONDS`. With `memory` a failed test is no fault: valgrind
# keeps no flags of floating point, by which NumPy knows that a number was too large. With `torture`
# a garbage collection comes at every allocation inside the package's C code, for so many seconds in
# all, 0 for no end, and each file has its share of them. After the first calls of a routine it is
# every seventh, so that a long test is met all the way.

arguments <- commandArgs(TRUE)
mode <- arguments[[1]]
names <- arguments[-1]
suppressMessages(library(pybridge))

calls <- new.env()
calls$all <- calls$tortured <- 0
seconds <- as.numeric(sub("^torture=|^plain$|^memory$", "", mode))
calls$budget <- if (isTRUE(seconds == 0)) Inf else seconds

tortured_call <- function(...) {
  calls$all <- calls$all + 1
  if (calls$budget <= 0 || (calls$all > 400 && calls$all %% 7 != 0)) {
    return(.Call(...))
  }
  calls$tortured <- calls$tortured + 1
  start <- proc.time()[["elapsed"]]
  on.exit({
    gctorture(FALSE)
    calls$budget <- calls$budget - (proc.time()[["elapsed"]] - start)
  })
  gctorture(TRUE)
  .Call(...)
}

# Every function of the package that calls C calls it through the function above.
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

if (startsWith(mode, "torture")) torture(asNamespace("pybridge"))

report <- function(what) {
  tortured <- if (startsWith(mode, "torture")) {
    sprintf(", %.0f of %.0f calls of C tortured", calls$tortured, calls$all)
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
    calls$all <- calls$tortured <- 0
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
