"""The documentation site builds, and a reader can read every page of it, in a real browser."""

import fcntl
import html
import os
import re
from contextlib import contextmanager

import pytest
from processes import ROOT, python

import pybridge
from pybridge import errors
from pybridge.testing.corpus import cases
from tools.browser import SCHEMES, WIDTHS, new_page, open_file

LOOKING = (ROOT / "tests/support/looking.js").read_text()
NAMES = sorted(path.stem for path in ROOT.glob("docs/*.md"))
NOTEBOOKS = ("pictures-python", "pictures-r")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site, once for all the processes that run tests; return its folder."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "site"
    with (shared / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            done = python("-m", "mkdocs", "build", "--quiet", "--site-dir", str(shared / "half"))
            assert done.returncode == 0, done.stderr
            (shared / "half").rename(folder)
    return folder


@pytest.fixture(scope="module")
def sources(site) -> dict[str, str]:
    return {name: (site / f"{name}.html").read_text() for name in NAMES}


@pytest.fixture(scope="module")
def pages(sources) -> dict[str, str]:
    """Return the pages without their tags."""
    return {name: html.unescape(re.sub(r"<[^>]*>", "", source)) for name, source in sources.items()}


@pytest.fixture(scope="module")
def browser():
    with new_page() as page:
        yield page


# ---- What stands there ---------------------------------------------------------------------------


def test_every_page_is_in_the_navigation_and_filled_in(sources, pages):
    assert len(NAMES) >= 20
    for name in NAMES:
        assert f'href="{name}.html"' in sources["index"] or name == "index", name
        assert "<!-- pybridge" not in sources[name], name
        assert "```" not in pages[name], name


def test_the_reference_of_python_is_complete(pages):
    text = pages["reference-python"]
    for name in pybridge.__all__:
        assert name in text
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, Exception) and "pybridge" in kind.__module__:
            assert name in text
    assert "R(x: Tensor, *, dialect: Dialect = 'tensor')" in text


def test_the_reference_of_r_is_complete(pages):
    exported = re.findall(r'^export\("?(.*?)"?\)', (ROOT / "r/NAMESPACE").read_text(), re.MULTILINE)
    assert len(exported) > 10
    for name in exported:
        assert name.removesuffix("<-") in pages["reference-r"], name


def test_the_page_of_differences_is_filled_in(pages):
    text = pages["r-says-numpy-says"]
    assert "R(x)[1, 1, 1]" in text
    assert text.count("the same") > 30
    assert text.count("differs") > 15


def test_the_porting_page_shows_that_every_line_is_the_same(pages):
    assert pages["porting-base-r"].count("the same") > 80
    assert "differs" not in pages["porting-base-r"]


def test_the_table_of_conformance_names_every_library_and_rule(pages, sources):
    text = pages["who-is-right"]
    for name in ("numpy", "tensorflow", "jax", "torch", "keras", "dask"):
        assert re.search(rf"{name}\s+{len(cases())} of {len(cases())}", text), name
    assert sources["who-is-right"].count('class="silent"') > 100
    assert sources["who-is-right"].count('class="right"') > 100
    assert "several vectors" in text
    assert "R's own [: negatives leave out" in text


def test_the_page_of_benchmarks_has_the_last_table_its_date_and_its_machine(pages, sources):
    assert "make bench" in pages["benchmarks"]
    assert re.search(r"Measured on \d+ \w+ \d{4}, on \d+ processors \(.+\)", pages["benchmarks"])
    assert sources["benchmarks"].count("<tr>") > 20


def test_both_notebooks_ran(sources, pages):
    for name in NOTEBOOKS:
        assert sources[name].count('src="data:image/png') == 7, name
        for message in (
            "position 13 is out of bounds: axis 1 has size 12",
            "positions start at 1",
            "`20:30`: position 30 is out of bounds: axis 2 has size 28",
            "`[1, 1, 1, 1]` names 4 axes; the tensor has 3",
        ):
            assert message in pages[name], (name, message)
        assert "as R recycles it" in pages[name]


def test_the_cheat_sheet_prints_on_one_page(site):
    printed = (site / "cheat-sheet.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


# ---- What a reader sees --------------------------------------------------------------------------


def faults(browser, site, name):
    """Return what cannot be read on a page, at each width in each scheme, and the page's height."""
    found, heights = [], {}
    for scheme in SCHEMES:
        open_file(browser, site / f"{name}.html", width=max(WIDTHS.values()), scheme=scheme)
        for width in sorted(WIDTHS.values(), reverse=True):
            browser.set_viewport_size({"width": width, "height": 900})
            found += [f"{scheme}, {width} pixels: {fault}" for fault in browser.evaluate(LOOKING)]
            heights[width] = browser.evaluate("document.documentElement.scrollHeight")
        wanted = {"light": "default", "dark": "slate"}[scheme]
        assert browser.locator("body").get_attribute("data-md-color-scheme") == wanted
    return found, heights


@pytest.mark.parametrize("name", NAMES)
def test_every_page_can_be_read(name, browser, site):
    found, heights = faults(browser, site, name)
    assert found == []
    assert heights[390] < 40_000  # a column of single letters is higher


@contextmanager
def spoilt(site, name, old, new):
    """Yield the name of a copy of a page that has a fault."""
    text = (site / f"{name}.html").read_text()
    assert old in text
    page = site / f"spoilt-{os.getpid()}.html"
    page.write_text(text.replace(old, new, 1))
    try:
        yield page.stem
    finally:
        page.unlink()


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ('<p style="width: 500px">wide', "ends at"),
        ('<p style="width: 1em">unreadable', "room for"),
        ('<p style="color: #999; background: #fff">pale', "contrast of 2.8"),
        ('<div style="width: 2000px; height: 1px"></div>', "pixels wide"),
        ('<p style="font-size: 6px">too small to read', "6 pixels high"),
    ],
)
def test_looking_finds_a_page_that_cannot_be_read(markup, words, browser, site):
    with spoilt(site, "notebooks", "<p>The same", f"{markup}</p><p>The same") as name:
        found, _ = faults(browser, site, name)
    assert any(words in fault for fault in found), found


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("py_to_r", "faq.html"),
        ("as.array", "conversion.html"),
        ("zarr", "faq.html"),
        ("install", "install.html"),
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


def copied(browser, site, name, begin):
    """Return what the button of the first block that starts with `begin` copies."""
    open_file(browser, site / f"{name}.html", width=1300, scheme="light")
    browser.locator("[data-clipboard-target]").first.wait_for(state="attached")
    return browser.evaluate(
        """(begin) => {
          for (const button of document.querySelectorAll("[data-clipboard-target]")) {
            const code = document.querySelector(button.dataset.clipboardTarget);
            if (code.textContent.startsWith(begin)) {
              button.click();
              return button.dataset.clipboardText;
            }
          }
        }""",
        begin,
    )


def test_a_block_copies_its_code_alone(browser, site):
    assert copied(browser, site, "index", ">>> from pybridge").splitlines() == [
        "from pybridge import NA, R, array_reshape",
        "x = array_reshape(np.arange(1.0, 31.0), (2, 3, 5))",
        "R(x)[2, 3, NA:2]",
        "R(x)[:, :, -1]",
        "R(x)[1, 3:1, 1]",
        "R(x)[2, 3, 1:6]",
    ]
    assert copied(browser, site, "index", "x <- c(10").splitlines() == [
        "x <- c(10, 20, 30, 40, 50)",
        "x[2:4]",
        "x[-1]",
        "matrix(0, 2, 2) + c(1, 2)",
    ]
    assert copied(browser, site, "from-python", "$ python") == (
        'python -m pybridge explain "x[NA:5, , 8:-8]" --shape 60000,28,28'
    )
    assert "def show(shown" in copied(browser, site, "pictures-python", "def show")
