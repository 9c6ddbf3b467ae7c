# The manual pages of the R package, in JSON by topic: a fragment of HTML, and the examples with what they
# print.

suppressMessages(library(pybridge))
files <- sort(list.files("r/man", "[.]Rd$", full.names = TRUE))
topics <- sub("[.]Rd$", "", basename(files))
pages <- lapply(files, tools::parse_Rd)

aliases_of <- function(page) {
  tags <- vapply(page, function(part) attr(part, "Rd_tag"), "")
  vapply(page[tags == "\\alias"], function(part) paste(unlist(part), collapse = ""), "")
}

aliases <- lapply(pages, aliases_of)
places <- rep(paste0("#", topics), lengths(aliases))
links <- stats::setNames(places, unlist(aliases))

fragment_of <- function(page) {
  path <- tempfile()
  tools::Rd2HTML(page, path, Links = links, Links2 = tools::findHTMLlinks(level = 1))
  paste(readLines(path, encoding = "UTF-8"), collapse = "\n")
}

# An example that stops, stops the build. What the doctor says is different on every machine.
examples_of <- function(page, topic) {
  path <- tempfile()
  tools::Rd2ex(page, path)
  if (!file.exists(path)) {
    return("")
  }
  lines <- readLines(path, encoding = "UTF-8")
  lines <- lines[-seq_len(grep("^### [*][*] Examples", lines)[[1]])]
  ends <- cumsum(c(FALSE, startsWith(lines, "## End(Don't show)")))[seq_along(lines)]
  lines <- lines[cumsum(startsWith(lines, "## Don't show:")) == ends]
  knitr::opts_chunk$set(
    comment = "#>", collapse = TRUE, error = FALSE, render = knitr::normal_print,
    eval = topic != "pybridge_doctor"
  )
  text <- knitr::knit(text = c("```{r}", lines, "```"), quiet = TRUE, envir = new.env())
  paste(grep("^```", strsplit(trimws(text), "\n")[[1]], value = TRUE, invert = TRUE), collapse = "\n")
}

entries <- Map(function(page, topic) list(page = fragment_of(page), examples = examples_of(page, topic)), pages, topics)
cat(jsonlite::toJSON(stats::setNames(entries, topics), auto_unbox = TRUE))
