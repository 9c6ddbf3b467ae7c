#' Check R, reticulate and Python
#'
#' @description
#' The report covers:
#'
#' * R, reticulate and this package,
#' * the Python that reticulate has chosen, by which rule, and whether R can load it,
#' * the versions of NumPy, Keras and the tensor libraries,
#' * environment variables that point to another Python,
#' * whether rpy2 and reticulate are in one process.
#'
#' `python -m pybridge doctor` reports the same about any Python, without R.
#'
#' @details
#' `pybridge_doctor()` starts Python, because only a running Python can report on itself. If no setting names a
#' Python, it starts none and downloads nothing. The report then says that reticulate downloads a Python at
#' the first call, and how to install and name your own.
#'
#' @param exit Whether to end R with a status, for CI: 1 if a check failed, else 0.
#' @return Invisibly, a data frame with a row for each check: its `name`, its `status` (`"ok"`,
#'   `"note"` or `"fail"`), its result in `found`, and an `advice`. Its class is `pybridge_doctor`.
#' @export
#' @examplesIf pybridge:::has_numpy()
#' report <- pybridge_doctor()
#' subset(report, status == "fail")
pybridge_doctor <- function(exit = FALSE) {
  one_flag(exit, "exit", sys.call())
  checks <- c(examine_r(), examine_python(), examine_neighbours())
  report <- do.call(rbind, lapply(checks, as.data.frame))
  class(report) <- c("pybridge_doctor", "data.frame")
  print(report)
  if (exit) {
    quit(status = as.integer(any(report$status == "fail")))
  }
  invisible(report)
}

new_check <- function(name, status, result, advice = "") {
  list(name = name, status = status, found = result, advice = advice)
}

check_least <- function(name, version, least, result = version) {
  if (package_version(version) < least) {
    return(new_check(name, "fail", result, sprintf("pybridge needs %s %s or newer", name, least)))
  }
  new_check(name, "ok", result)
}

examine_r <- function() {
  r <- paste(R.version$major, R.version$minor, sep = ".")
  list(
    check_least("R", r, "4.3", sprintf("%s, %s", r, R.home())),
    check_least("reticulate", as.character(utils::packageVersion("reticulate")), "1.41"),
    new_check("pybridge (R)", "ok", sprintf(
      "%s, %s", utils::packageVersion("pybridge"), system.file(package = "pybridge")
    ))
  )
}

# Start Python, and let the Python package check it
examine_python <- function() {
  if (!is_python_named()) {
    is_managed <- !tolower(Sys.getenv("RETICULATE_USE_MANAGED_VENV")) %in% c("no", "false", "0")
    found <- if (is_managed) {
      "nothing names a Python, so none was started; reticulate downloads one at the first call"
    } else {
      "nothing names a Python, and RETICULATE_USE_MANAGED_VENV forbids reticulate to download one"
    }
    advice <- python_advice(is_managed)
    return(list(new_check(
      "chosen", if (is_managed) "note" else "fail", found, paste(advice, collapse = sprintf("\n%19s", ""))
    )))
  }
  config <- tryCatch(reticulate::py_config(), error = identity)
  if (inherits(config, "error")) {
    return(list(new_check(
      "chosen", "fail", first_line(conditionMessage(config)),
      "set RETICULATE_PYTHON, or call reticulate::use_python() before Python starts"
    )))
  }
  chosen <- new_check("chosen", "ok", sprintf("%s, %s", config$python, reason_text(config$forced)))
  answer <- tryCatch(start_bridge()$examine(), error = identity)
  if (inherits(answer, "error")) {
    return(list(chosen, new_check("bridge", "fail", first_line(conditionMessage(answer)), bridge_advice())))
  }
  checks <- lapply(reticulate::py_to_r(answer), function(check) do.call(new_check, unname(as.list(check))))
  c(list(chosen), checks)
}

# What to do where nothing names a Python, by the programs that there are
python_advice <- function(is_managed, programs = Sys.which(c("uv", "python3", "py", "python")),
                          is_windows = .Platform$OS.type == "windows") {
  has <- names(programs)[nzchar(programs)]
  # `~` is another folder in R than in a shell on Windows
  folder <- if (is_windows) "C:/pybridge" else "~/pybridge"
  inside <- function(program) file.path(folder, if (is_windows) "Scripts" else "bin", program)
  python <- inside(if (is_windows) "python.exe" else "python")
  starter <- intersect(if (is_windows) c("py", "python") else c("python3", "python"), has)
  make <- if ("uv" %in% has) {
    sprintf("uv venv %s --python 3.12, then uv pip install --python %s numpy", folder, python)
  } else if (length(starter)) {
    sprintf("%s -m venv %s, then %s install numpy", starter[[1L]], folder, inside("pip"))
  }
  c(
    if (is_managed) {
      c(
        "with a network:         nothing; the first call, to_python(1), downloads Python and NumPy by uv",
        "with more packages:     reticulate::py_require(c(\"anndata\", \"scipy\")) before it"
      )
    } else {
      "with a network:         Sys.unsetenv(\"RETICULATE_USE_MANAGED_VENV\"), in a new R session"
    },
    "with one of your own:",
    paste("  make it, in a shell: ", make %||% "there is no uv and no Python: install one of them first"),
    sprintf("  name it, in R, first: Sys.setenv(RETICULATE_PYTHON = \"%s\")", python),
    sprintf("  or in ~/.Renviron:    RETICULATE_PYTHON=%s", python),
    "then call pybridge_doctor() again, in a new R session"
  )
}

# What to do if our half of Python could not be imported: PyPI has another project with a folder `pybridge`
bridge_advice <- function() {
  other <- tryCatch(
    reticulate::py_eval("getattr(__import__('sys').modules.get('pybridge'), '__file__', None)"),
    error = function(e) NULL
  )
  own <- normalizePath(system.file("python", package = "pybridge"))
  if (is.null(other) || startsWith(normalizePath(other, mustWork = FALSE), own)) {
    return("see the other lines")
  }
  sprintf(
    "Python has imported %s: if that is the other project of this name, pip uninstall pybridge; restart R", other
  )
}

# Whether Python runs, or something names the one to start. Otherwise reticulate would download one, or take the
# first on PATH.
is_python_named <- function() {
  if (reticulate::py_available()) {
    return(TRUE)
  }
  managed <- Sys.getenv("RETICULATE_USE_MANAGED_VENV", NA)
  Sys.setenv(RETICULATE_USE_MANAGED_VENV = "no")
  on.exit({
    Sys.unsetenv("RETICULATE_USE_MANAGED_VENV")
    if (!is.na(managed)) Sys.setenv(RETICULATE_USE_MANAGED_VENV = managed)
  })
  if (nzchar(Sys.getenv("RETICULATE_PYTHON"))) {
    return(TRUE) # an error at its start is reported
  }
  old <- options(show.error.messages = FALSE) # reticulate prints errors of its attempts
  on.exit(options(old), add = TRUE)
  config <- suppressMessages(suppressWarnings(
    tryCatch(reticulate::py_discover_config(), error = function(e) NULL)
  ))
  is.list(config) && !is.null(config$forced) && !config$forced %in% c("PATH", "Windows Registry")
}

# The rule by which reticulate chose a Python
reason_text <- function(forced) {
  if (is.null(forced)) "which reticulate found by itself" else sprintf("which %s asked for", forced)
}

# Report the loaded R packages for the same tensors
examine_neighbours <- function() {
  loaded <- Filter(isNamespaceLoaded, c("keras3", "tensorflow", "torch"))
  lapply(loaded, function(name) {
    version <- as.character(utils::packageVersion(name))
    owner <- if (isTRUE(getOption("pybridge.yield_to_keras3"))) "keras3" else "pybridge"
    new_check(name, "ok", if (name == "keras3") sprintf("%s; `x@r` belongs to %s", version, owner) else version)
  })
}

first_line <- function(text) strsplit(text, "\n", fixed = TRUE)[[1L]][[1L]]

#' @export
format.pybridge_doctor <- function(x, ...) {
  lines <- sprintf("%-5s %-12s %s", x$status, x$name, x$found)
  advised <- nzchar(x$advice)
  lines[advised] <- sprintf("%s\n%19s%s", lines[advised], "", x$advice[advised])
  lines
}

#' @export
print.pybridge_doctor <- function(x, ...) {
  if (identical(names(x), c("name", "status", "found", "advice"))) {
    cat(format(x), sep = "\n")
  } else {
    NextMethod()
  }
  invisible(x)
}
