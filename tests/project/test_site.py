"""The documentation site builds, and a reader can read every page of it, in a real browser."""

import html
import os
import re
from contextlib import contextmanager

import pytest
from processes import ROOT

import pybridge
from pybridge import errors
from pybridge.testing.corpus import cases
from tools import front_picture
from tools.browser import SCHEMES, WIDTHS, open_file
from tools.site import print_on_one_sheet
from tools.unchanged import SITE

pytestmark = pytest.mark.made_of(*SITE)

LOOKING = (ROOT / "tests/support/looking.js").read_text()
NAMES = sorted(path.stem for path in ROOT.glob("docs/*.md"))
ROOTS = ("PybridgeError", "PybridgeWarning")
NOTEBOOKS = ("pictures-python", "pictures-r")


@pytest.fixture(scope="module")
def sources(site) -> dict[str, str]:
    return {name: (site / f"{name}.html").read_text() for name in NAMES}


@pytest.fixture(scope="module")
def pages(sources) -> dict[str, str]:
    """Return the pages without their tags."""
    return {name: html.unescape(re.sub(r"<[^>]*>", "", source)) for name, source in sources.items()}


# ---- What stands there ---------------------------------------------------------------------------


def test_every_page_is_in_the_navigation_and_filled_in(sources, pages):
    assert len(NAMES) >= 20
    for name in NAMES:
        assert f'href="{name}.html"' in sources["index"] or name == "index", name
        assert "<!-- pybridge" not in sources[name], name
        assert "```" not in pages[name], name


def test_the_front_page_has_a_name_a_picture_and_tabs(site, sources):
    source = sources["index"]
    title = html.unescape(re.findall(r"<title>(.*?)</title>", source)[0])
    assert title == "R's subscripts on Python tensors - pybridge"
    (alt,) = re.findall(r'<img alt="([^"]*)" src="brackets.svg"', source)
    assert "x[-1] is all but the first in R" in alt
    assert (site / "brackets.svg").read_text() == front_picture.FILE.read_text()
    labels = re.findall(r'<div class="tabbed-labels">(.*?)</div>', source, re.DOTALL)[0]
    assert re.findall(r">(You [^<]*)<", labels) == [
        "You write R",
        "You write Python",
    ]
    assert 'rel="icon" href="logo.svg"' in source
    assert "md-footer__link--next" in source


def test_the_picture_of_the_front_page_shows_what_r_and_python_select():
    selected = front_picture.computed()
    assert selected["R", "x[2:4]"] != selected["Python", "x[2:4]"]
    assert selected["R", "x@r[2:4]"] == selected["Python", "R(x)[2:4]"] == (20, 30, 40)
    assert front_picture.drawn(selected) == front_picture.FILE.read_text()


def test_the_reference_of_r_shows_what_its_examples_print(pages):
    for words in ("x@r[2, 3, NA:2]\n#> array([ 6, 12], dtype=int32)", "#> [1] 2 4 3 1"):
        assert words in pages["reference-r"], words
    topics = len(list((ROOT / "r/man").glob("*.Rd")))
    assert pages["reference-r"].count("Examples\u00b6") >= topics - 2


def test_long_pages_begin_with_their_contents(sources):
    for name in ("r-says-numpy-says", "who-is-right", "cheat-sheet", "porting-base-r"):
        contents = re.findall(r'<div class="toc">(.*?)</div>', sources[name], re.DOTALL)
        assert len(contents) == 1, name
        assert contents[0].count('<a href="#') > 3, name


def test_the_reference_of_python_is_complete(pages, sources):
    text = pages["reference-python"]
    for name in pybridge.__all__:
        assert name in text
    assert "Bases: " not in text
    assert "Final" not in text
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, Exception) and "pybridge" in kind.__module__:
            assert name in pages["reference-errors"]
            assert f'href="errors.html#{name}"' in sources["reference-errors"] or name in ROOTS
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
    rows = sources["benchmarks"].count("<tr>")
    assert rows > 20
    assert sources["benchmarks"].count('<span class="ratio ') > rows / 2
    assert sources["benchmarks"].count('<path class="curve1"') >= 4
    heads = re.findall(r'<h2 id="[^"]*">(.*?)<a', sources["benchmarks"])
    assert heads[:4] == [
        "What you notice",
        "Aims",
        "How to read the tables",
        "Subscripts from Python",
    ]


def test_a_phone_shows_each_ratio_and_its_times_without_scrolling(browser, site):
    open_file(browser, site / "benchmarks.html", width=WIDTHS["phone"], scheme="light")
    ends = browser.evaluate(
        """() => [...document.querySelectorAll(".bench td, .aims td")].map((cell) => {
          const part = cell.querySelector(".ratio") || cell;
          return part.getBoundingClientRect().width ? part.getBoundingClientRect().right : Infinity;
        })"""
    )
    assert len(ends) > 500
    assert max(ends) <= WIDTHS["phone"]


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


def sheets(printed):
    return len(re.findall(rb"/Type\s*/Page\b", printed))


def test_the_cheat_sheet_prints_on_one_page(site):
    assert sheets((site / "cheat-sheet.pdf").read_bytes()) == 1


def test_the_cheat_sheet_prints_on_one_page_with_wider_fonts(browser, site):
    open_file(browser, site / "cheat-sheet.html", width=1000, scheme="light")
    browser.add_style_tag(content="* { letter-spacing: 0.1em; line-height: 1.7 }")
    assert sheets(browser.pdf(format="A4", scale=0.8)) > 1
    assert sheets(print_on_one_sheet(browser)) == 1
    browser.add_style_tag(content="body::after { content: ''; display: block; height: 9000px }")
    with pytest.raises(ValueError, match="is too long for one sheet that can be read"):
        print_on_one_sheet(browser)


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
        (
            f'<div class="highlight"><pre style="white-space: pre"><code>{"long " * 99}'
            "</code></pre></div><style>.highlight code { white-space: inherit !important }</style>",
            "beyond its frame",
        ),
    ],
)
def test_looking_finds_a_page_that_cannot_be_read(markup, words, browser, site):
    with spoilt(site, "notebooks", "<p>Both notebooks", f"{markup}</p><p>Both notebooks") as name:
        found, _ = faults(browser, site, name)
    assert any(words in fault for fault in found), found


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
    assert copied(browser, site, "index", ">>> import numpy").splitlines() == [
        "import numpy as np",
        "from pybridge import NA, R, array_reshape",
        "x = array_reshape(np.arange(1.0, 31.0), (2, 3, 5))",
        "R(x)[2, 3, NA:2]",
        "R(x)[:, :, -1]",
        "R(x)[1, 3:1, 1]",
        "R(x)[2, 3, 1] = 0",
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
