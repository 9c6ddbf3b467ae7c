# The only text that crosses to Python is valid UTF-8: reticulate makes a null pointer of any other string, and R
# dies of it. Text therefore goes through utf8_text(), and an R object that reticulate converts by itself through
# check_text().

# What a value is in the user's call: its code there, the call, and the classes of an error. Functions that take
# one do not evaluate it unless there is an error to signal.
new_origin <- function(code, call, class = "pybridge_error_conversion") list(code = code, call = call, class = class)

# The origin of a part of a value, whose code has more before and behind it
part_of <- function(origin, before, behind) replace(origin, "code", paste0(before, origin$code, behind))

names_origin <- function(origin) part_of(origin, "names(", ")")

element_of <- function(origin, k) part_of(origin, "", sprintf("[[%.0f]]", k))

attribute_of <- function(origin, name) part_of(origin, "attr(", sprintf(", \"%s\")", name))

# Return strings in UTF-8 without attributes, or signal an error that names the first that is not text
utf8_text <- function(x, origin) {
  attributes(x) <- NULL
  text <- enc2utf8(x)
  if (!all(is_text(x, text))) {
    abort_text(x, text, origin)
  }
  text
}

# Whether strings are text; `text` has them in UTF-8. Bytes that the locale does not know are escaped there, which
# makes them longer.
is_text <- function(x, text) {
  marks <- Encoding(text)
  is_escaped <- !is.na(x) & marks == "unknown" & nchar(text, "bytes") != nchar(x, "bytes")
  validUTF8(text) & marks != "bytes" & !is_escaped
}

abort_text <- function(x, text, origin) {
  place <- which(!is_text(x, text))[[1L]]
  string <- x[[place]]
  what <- sprintf("`%s`", origin$code)
  if (length(x) > 1L) what <- sprintf("element %.0f of %s", place, what)
  if (Encoding(string) == "bytes") {
    words <- "%s is marked with Encoding \"bytes\", so it is not text: %s; charToRaw() gives raw"
  } else {
    words <- "%s is not valid UTF-8: %s; iconv(x, \"latin1\", \"UTF-8\") converts text that was written in Latin-1"
  }
  fields <- list(argument = origin$code, position = as.double(place))
  abort(sprintf(words, what, short_text(dQuote(string, FALSE))), origin$class, origin$call, fields)
}

# Check all text in an R object: strings, names and other attributes, in lists too
check_text <- function(x, origin) {
  if (is.character(x)) {
    utf8_text(x, origin)
  }
  if (!is.atomic(x) && !is.list(x) && !isS4(x)) {
    return(invisible()) # reticulate converts neither code nor an environment
  }
  parts <- attributes(x)
  utf8_text(as.character(names(parts)), part_of(origin, "names(attributes(", "))"))
  for (name in names(parts)) {
    check_text(parts[[name]], attribute_of(origin, name))
  }
  if (is.list(x)) {
    for (k in seq_along(x)) check_text(.subset2(x, k), element_of(origin, k))
  }
}

# Shorten a text that came from the user, to keep messages short
short_text <- function(text) {
  text <- printable(text)
  if (nchar(text) > 60L) paste0(substr(text, 1L, 57L), "...") else text
}

# Text for a message, in which bytes that are not UTF-8 are written as <ff>
printable <- function(text) {
  if (all(is_text(text, enc2utf8(text)))) text else iconv(text, "UTF-8", "UTF-8", sub = "byte")
}
