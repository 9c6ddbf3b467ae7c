# Announce once that a package attached after this one masks a function of ours.

# Our functions that other packages have too. keras3 and tensorflow re-export that of reticulate.
shared_names <- list(
  array_reshape = list(
    packages = c("reticulate", "keras3", "tensorflow"),
    words = "array_reshape() is now reticulate's function, which makes a NumPy array of any tensor."
  ),
  explain = list(
    packages = "dplyr",
    words = "explain() is now dplyr's function, which explains queries to a database, not subscripts."
  )
)

masking_packages <- unique(unlist(lapply(shared_names, `[[`, "packages"), use.names = FALSE))

watch_masking <- function() {
  for (package in masking_packages) {
    setHook(packageEvent(package, "attach"), announce_masking)
  }
}

announce_masking <- function(pkgname, ...) {
  places <- match(paste0("package:", c(pkgname, "pybridge")), search())
  if (anyNA(places) || places[[1L]] > places[[2L]]) {
    return(invisible())
  }
  for (name in names(shared_names)) {
    shared <- shared_names[[name]]
    is_masked <- pkgname %in% shared$packages && exists(name, places[[1L]], inherits = FALSE)
    if (is_masked && !name %in% claims$announced_names) {
      claims$announced_names <- c(claims$announced_names, name)
      packageStartupMessage(
        shared$words, "\nlibrary(", pkgname, ", exclude = \"", name, "\") keeps pybridge's in front, and ",
        "pybridge::", name, "() reaches it."
      )
    }
  }
}
