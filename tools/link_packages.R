# Fill a library with links to packages: those that are named, and those that they need, from wherever R has
# them. `Rscript tools/link_packages.R LIBRARY NAME...`; nothing else but pybridge itself stays in LIBRARY.
# A process whose only other library is R's own then sees what the set-up names, and no other package.

arguments <- commandArgs(TRUE)
folder <- arguments[[1L]]
own_library <- normalizePath(.Library)
libraries <- setdiff(.libPaths(), c(own_library, normalizePath(folder)))

find_package <- function(name, where) {
  found <- file.path(where, name)
  normalizePath(found[file.exists(file.path(found, "DESCRIPTION"))])[1L]
}

needed_by <- function(path) {
  fields <- read.dcf(file.path(path, "DESCRIPTION"), c("Depends", "Imports", "LinkingTo"))
  entries <- unlist(strsplit(fields[!is.na(fields)], ","))
  setdiff(trimws(sub("[(].*", "", entries)), c("R", ""))
}

# The paths of packages and of all that they need. R finds those of its own library without a link.
with_needed <- function(names) {
  paths <- character()
  while (length(names)) {
    name <- names[[1L]]
    paths[[name]] <- find_package(name, c(libraries, own_library))
    needed <- if (!is.na(paths[[name]])) needed_by(paths[[name]])
    names <- setdiff(c(names[-1L], needed), names(paths))
  }
  paths[!is.na(paths)]
}

link <- function(paths) {
  here <- setdiff(list.files(folder, all.files = TRUE, no.. = TRUE), "pybridge")
  for (name in here) {
    target <- Sys.readlink(file.path(folder, name))
    if (!name %in% names(paths) || target != paths[[name]]) {
      # Of a link, this removes the link alone.
      unlink(file.path(folder, name), recursive = !nzchar(target), force = TRUE)
    }
  }
  new <- paths[setdiff(names(paths), list.files(folder))]
  if (length(new)) stopifnot(file.symlink(new, file.path(folder, names(new))))
}

paths <- with_needed(arguments[-1L])
link(paths[dirname(paths) != own_library])

# R cannot leave out its own library. Where that holds more than R itself brings, the tests see it, as they do
# where R is installed from CRAN and install.packages() writes there.
brought <- function(name) {
  description <- file.path(own_library, name, "DESCRIPTION")
  !file.exists(description) || !is.na(read.dcf(description, "Priority"))
}
more <- setdiff(Filter(Negate(brought), list.files(own_library)), c(names(paths), "translations"))
if (length(more)) {
  message(
    "setup: R's own library, ", own_library, ", also holds ", toString(more),
    ". R cannot leave these out: a test that uses one of them passes here although nothing installs it."
  )
}
