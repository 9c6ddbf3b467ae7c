# `@` where keras3 has methods too: it registers them for NumPy arrays when it is loaded, and for the tensor
# classes of Keras and TensorFlow when Python imports those. Ours replaces them, in any order of loading; an
# option gives them back.

claims <- new.env(parent = emptyenv())

# Replace each `@` method of keras3 after it is registered: a hook on a package runs after the package's own
# `.onLoad()`, at every load.
watch_keras3 <- function() {
  setHook(packageEvent("keras3", "onLoad"), watch_imports)
  setHook(packageEvent("keras3", "attach"), announce_claims)
  if (isNamespaceLoaded("keras3")) {
    watch_imports()
  }
}

# Replace them now, and after each import at which keras3 registers more. Hooks run in the order in which they
# were set, and ours are set after those of keras3.
watch_imports <- function(...) {
  for (hook in import_hooks()) {
    setHook(hook, claim_subscripts)
  }
  claim_subscripts()
}

# reticulate's names for the hooks on Python modules; its own function that adds one starts Python in some
# versions
import_hooks <- function() paste("reticulate", c("keras", "tensorflow"), "load", sep = "::")

# Register ours over every `@` and `@<-` of keras3
claim_subscripts <- function(...) {
  table <- methods_table(baseenv())
  for (name in subscript_methods(table)) {
    theirs <- table[[name]]
    if (identical(environmentName(topenv(environment(theirs))), "keras3")) {
      generic <- sub("^(@(<-)?)\\..*", "\\1", name)
      class <- substring(name, nchar(generic) + 2L)
      registerS3method(generic, class, yielding(generic, theirs), baseenv())
    }
  }
}

# The names of all methods for `@` and `@<-`
subscript_methods <- function(table) grep("^@(<-)?\\.", ls(table, all.names = TRUE), value = TRUE)

yielding <- function(generic, theirs) {
  force(theirs)
  ours <- get(paste0(generic, ".python.builtin.object"))
  function(object, ...) {
    method <- if (isTRUE(getOption("pybridge.yield_to_keras3"))) theirs else ours
    method(object, ...)
  }
}

# Announce once, when the second of the two packages is attached, whose `x@r` is used
announce_claims <- function(...) {
  if (isTRUE(claims$announced) || isTRUE(getOption("pybridge.yield_to_keras3"))) {
    return(invisible())
  }
  claims$announced <- TRUE
  packageStartupMessage(
    "pybridge reads `x@r[...]`, although keras3 also has a method for it; ",
    "options(pybridge.yield_to_keras3 = TRUE) makes it keras3's again."
  )
}

# Restore the methods of keras3 and remove all hooks when the package is unloaded
release_claims <- function() {
  table <- methods_table(baseenv())
  for (name in subscript_methods(table)) {
    theirs <- environment(table[[name]])[["theirs"]]
    if (is_ours(table[[name]]) && is.function(theirs)) {
      assign(name, theirs, envir = table)
    }
  }
  events <- c(
    packageEvent("keras3", "onLoad"), packageEvent("keras3", "attach"), import_hooks(),
    vapply(masking_packages, packageEvent, "", event = "attach")
  )
  for (event in events) {
    setHook(event, Filter(Negate(is_ours), getHook(event)), "replace")
  }
}

is_ours <- function(x) is.function(x) && identical(topenv(environment(x)), topenv())
