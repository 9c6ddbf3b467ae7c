# The manual pages of the R package as fragments of HTML, in JSON, by topic.

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

fragments <- lapply(pages, fragment_of)
cat(jsonlite::toJSON(stats::setNames(fragments, topics), auto_unbox = TRUE))
