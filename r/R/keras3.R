# Beside keras3, which claims `@` on tensor classes when Python imports Keras. Ours takes its place
# there, whichever package was loaded first, and one option gives it back.

claims <- new.env(parent = emptyenv())

#' Take over each `@` that keras3 registers, once it has registered it
#'
#' keras3 registers when Python imports a library, by a hook of reticulate. Those hooks run in the
#' order they came, and ours come after keras3 is loaded, in either order of loading.
#' @noRd
watch_keras3 <- function() {
  if (isNamespaceLoaded("keras3")) {
    watch_imports()
  } else {
    setHook(packageEvent("keras3", "onLoad"), watch_imports)
  }
}

watch_imports <- function(...) {
  for (module in c("keras", "tensorflow")) {
    # the name by which reticulate keeps the hooks on a module; its own function to add one starts
    # Python in some versions
    setHook(paste("reticulate", module, "load", sep = "::"), claim_subscripts)
  }
  if (reticulate::py_available()) {
    claim_subscripts()
  }
}

#' Register ours over every `@` and `@<-` of keras3
#' @noRd
claim_subscripts <- function() {
  table <- baseenv()[[".__S3MethodsTable__."]]
  if (is.null(table)) {
    return(invisible())
  }
  found <- grep("^@(<-)?\\.", ls(table, all.names = TRUE), value = TRUE)
  taken <- character()
  for (name in found) {
    theirs <- table[[name]]
    if (identical(environmentName(topenv(environment(theirs))), "keras3")) {
      generic <- sub("^(@(<-)?)\\..*", "\\1", name)
      class <- substring(name, nchar(generic) + 2L)
      registerS3method(generic, class, yielding(generic, theirs), baseenv())
      taken <- c(taken, class)
    }
  }
  if (length(taken) > 0L && !isTRUE(claims$announced)) {
    claims$announced <- TRUE
    packageStartupMessage(
      "pybridge reads `x@r[...]` on tensors that keras3 claimed; ",
      "options(pybridge.yield_to_keras3 = TRUE) gives them back to keras3."
    )
  }
  invisible(taken)
}

yielding <- function(generic, theirs) {
  force(theirs)
  if (generic == "@") {
    function(object, name) {
      if (isTRUE(getOption("pybridge.yield_to_keras3"))) {
        return(theirs(object, name))
      }
      `@.python.builtin.object`(object, name)
    }
  } else {
    function(object, name, value) {
      if (isTRUE(getOption("pybridge.yield_to_keras3"))) {
        return(theirs(object, name, value))
      }
      `@<-.python.builtin.object`(object, name, value)
    }
  }
}
