"""Subscript text as R itself reads it: R's parser, and R's evaluator of what is not a range."""

import re

import numpy as np
import pytest

from pybridge.errors import PybridgeError
from pybridge.subscripts.text import parse_subscripts
from pybridge.testing import run_r

# R's parser reads the text, and R evaluates whatever is not a range. Each subscript comes back as
# one string, so that thousands of texts cost one crossing.
DESCRIBE = r"""
numbers_text <- function(v) {
  paste(ifelse(is.na(v), "NA", sprintf("%.17g", as.numeric(v) + 0)), collapse = " ")
}
value_text <- function(v) {
  size <- if (is.null(dim(v))) length(v) else paste(dim(v), collapse = "x")
  if (is.null(v)) "newaxis"
  else if (is.character(v)) paste("names", paste(v, collapse = " "))
  else paste(if (is.logical(v)) "logical" else "number", size, numbers_text(v))
}
bound_text <- function(e) {
  v <- eval(e, baseenv())
  if (length(v) != 1 || !(is.numeric(v) || is.na(v)) || !is.null(dim(v))) stop("no bound")
  numbers_text(v)
}
is_colon <- function(e) is.call(e) && identical(e[[1]], quote(`:`))
one_text <- function(e) {
  if (identical(e, quote(expr = ))) return("missing")
  if (identical(e, quote(..))) return("rest")
  if (identical(e, quote(newaxis))) return("newaxis")
  if (!is_colon(e)) return(value_text(eval(e, baseenv())))
  parts <- if (is_colon(e[[2]])) list(e[[2]][[2]], e[[2]][[3]], e[[3]]) else as.list(e)[-1]
  if (any(vapply(parts, is_colon, NA))) stop("too many parts")
  texts <- vapply(parts, bound_text, "")
  if (length(texts) == 3 && texts[3] == "NA") texts <- texts[1:2]
  paste("range", paste(texts, collapse = " "))
}
describe <- function(text) tryCatch(suppressWarnings({
  call <- parse(text = paste0("f(", text, ")"), keep.source = FALSE, encoding = "UTF-8")
  written <- as.list(call[[1]])[-1]
  if (length(written) == 0) return("missing")
  paste(vapply(seq_along(written), function(k) one_text(written[[k]]), ""), collapse = " | ")
}), error = function(e) "error")
vapply(texts, describe, "", USE.NAMES = FALSE)
"""


def described(texts):
    """Return what R reads in each text."""
    return run_r(DESCRIBE, texts=np.array(texts)).tolist()


def printed(text):
    """Return R source of what we read in a text, or of nothing that R could read."""
    try:
        return str(parse_subscripts(text))
    except PybridgeError:
        return "this is no subscript"


ON_PURPOSE = re.compile(
    r"text has no arithmetic|is a number, not NA|whole number, 0 or more|"
    r"a step belongs to a range that is a subscript|a range has a start, an end and a step|"
    r"a bound of `:` within other text is one number|names or numbers, not both|"
    r"matrix\(\) in text needs numbers or logicals|more than one `\.\.`"
)
"""What the grammar refuses although R has a value for it."""


def compared(texts):
    """Compare each text with R, and count what both read and what was refused on purpose.

    R reads a text and what we print of it, in which no function of the text is left but `c()`,
    `matrix()` and `array()`.
    """
    agreed = refused = 0
    both = described([*texts, *map(printed, texts)])
    for text, r, ours in zip(texts, both, both[len(texts) :], strict=False):
        if ours == r:
            agreed += ours != "error"
            continue
        assert ours == "error", f"{text!r}: R says {r}, and of {printed(text)!r} {ours}"
        with pytest.raises(PybridgeError, match=ON_PURPOSE):
            parse_subscripts(text)
        refused += 1
    return agreed, refused
