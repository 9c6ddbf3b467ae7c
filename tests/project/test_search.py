"""The first hit of the site's search is the page that answers, in a real browser, from a file."""

import json
import re

import pytest

from tools.browser import open_file
from tools.unchanged import SITE

pytestmark = pytest.mark.made_of(*SITE)

MESSAGES = [
    ("position 11 is out of bounds", "errors"),
    ("positions start at 1, so there is no position 0", "errors"),
    ("every entry must be a position", "errors"),
    ("is not a whole number", "errors"),
    ("counts these positions from the end", "errors"),
    ("tensors carry no dimnames", "errors"),
    ("is not a label of axis 2", "errors"),
    ("names 4 axes; the tensor has 3", "errors"),
    ("wrong sign in the step", "errors"),
    ("non-conformable arrays", "errors"),
    ("would lose information in a tensor of dtype int64", "errors"),
    ("cannot be written in place", "errors"),
    ("no applicable method for `@`", "convert-false"),
    ("this needs Python with NumPy, which did not start", "errors"),
    ("install the same version of both", "errors"),
]
QUESTIONS = [
    ("NA integer", "errors"),
    ("subset tensor R", "reference-r"),
    ("data frame polars", "tables"),
    ("h5ad", "single-cells"),
    ("uv", "install"),
    ("decimal", "tables"),
    ("knitr", "faq"),
    ("r.x", "convert-false"),
    ("array_reshape", "reference-python"),
    ("x@r", "reference-r"),
    ("all_but", "reference-python"),
    ("SubscriptOutOfBoundsError", "errors"),
    ("install", "install"),
    ("dplyr", "r-functions"),
    ("single cell", "single-cells"),
]
SOMEWHERE = [
    ("py_to_r", "faq"),
    ("as.array", "conversion"),
    ("zarr", "faq"),
    ("convert = FALSE", "convert-false"),
    ("py$", "convert-false"),
    ("is.na", "r-functions"),
    ("difftime", "rpy2"),
]
LEFT_OUT = {"benchmarks", "changelog", "contributing", "notebooks", "pictures-python", "pictures-r"}


def test_there_are_fifteen_messages_and_fifteen_questions():
    assert (len(MESSAGES), len(QUESTIONS)) == (15, 15)


@pytest.fixture(scope="module")
def found(browser, site):
    """Return a function that types words, and returns the pages that the search finds in order."""
    open_file(browser, site / "index.html", width=1300, scheme="light")
    browser.locator(".md-search__input").click()

    def pages(words):
        search = browser.locator(".md-search__input")
        for text in ("", words):
            search.fill(text)
            # a key that comes before the index is ready finds nothing, so that it is pressed again
            browser.wait_for_function(
                """(isEmpty) => {
                  const box = document.querySelector(".md-search__input");
                  box.dispatchEvent(new KeyboardEvent("keyup", {bubbles: true}));
                  return isEmpty !== Boolean(document.querySelector(".md-search-result__link"));
                }""",
                arg=text == "",
                polling=200,
                timeout=20_000,
            )
        links = browser.locator(".md-search-result__link")
        addresses = links.evaluate_all("links => links.map((link) => link.href)")
        return [re.findall(r"/([\w-]+)\.html", address)[0] for address in addresses]

    return pages


@pytest.mark.parametrize(("words", "page"), MESSAGES + QUESTIONS)
def test_the_first_hit_answers(words, page, found):
    hits = found(words)
    assert hits[0] == page, hits
    print(f"\n{words!r} leads to {hits[0]}")


@pytest.mark.parametrize(("words", "page"), SOMEWHERE)
def test_the_search_finds_a_page(words, page, found):
    hits = found(words)
    assert page in hits, hits


def test_pages_that_answer_no_question_are_left_out(site):
    index = json.loads((site / "search/search_index.json").read_text())
    searched = {section["location"].partition(".html")[0] for section in index["docs"]}
    assert not searched & LEFT_OUT
    assert {"errors", "tables", "index"} <= searched
