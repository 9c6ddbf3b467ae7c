"""The search of the site finds the page that answers, in a real browser, from a file."""

import pytest

from tools.browser import open_file


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("py_to_r", "faq.html"),
        ("as.array", "conversion.html"),
        ("zarr", "faq.html"),
        ("install", "install.html"),
        ("no applicable method for `@`", "convert-false.html"),
        ("convert = FALSE", "convert-false.html"),
        ("py$", "convert-false.html"),
        ("is.na", "r-functions.html"),
        ("dplyr", "r-functions.html"),
        ("difftime", "rpy2.html"),
    ],
)
def test_the_search_finds_pages_from_a_file(words, page, browser, site):
    open_file(browser, site / "index.html", width=1300, scheme="light")
    browser.locator(".md-search__input").click()
    browser.keyboard.type(words)
    # a key that comes before the index is ready finds nothing, so that it is pressed again
    browser.wait_for_function(
        """() => {
          const box = document.querySelector(".md-search__input");
          box.dispatchEvent(new KeyboardEvent("keyup", {bubbles: true}));
          return document.querySelector(".md-search-result__link");
        }""",
        polling=200,
    )
    links = browser.locator(".md-search-result__link")
    addresses = links.evaluate_all("links => links.map((link) => link.href)")
    assert any(f"/{page}" in address for address in addresses), addresses
