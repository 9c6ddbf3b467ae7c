"""The documentation site builds, with every page filled in and both notebooks run."""

import html
import re

import pytest
from processes import ROOT, python

import pybridge
from pybridge import errors

PAGES = ("index", "from-r", "from-python", "r-says-numpy-says", "reference-r", "reference-python")
NOTEBOOKS = ("pictures-python", "pictures-r")


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, str]:
    """Build the site; return the pages without their tags."""
    folder = tmp_path_factory.mktemp("site")
    done = python("-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder))
    assert done.returncode == 0, done.stderr
    return {
        name: html.unescape(re.sub(r"<[^>]*>", "", (folder / f"{name}.html").read_text()))
        for name in (*PAGES, *NOTEBOOKS, "contributing", "benchmarks", "notebooks")
    } | {name + " with tags": (folder / f"{name}.html").read_text() for name in NOTEBOOKS}


def test_nothing_is_left_to_fill_in(pages):
    for name in PAGES:
        assert "<!-- pybridge" not in pages[name], name
        assert "```" not in pages[name], name


def test_the_reference_of_python_is_complete(pages):
    text = pages["reference-python"]
    for name in pybridge.__all__:
        assert name in text
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, Exception) and "pybridge" in kind.__module__:
            assert name in text
    assert '(x: Tensor, *, dialect: Dialect = "tensor")' in text


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


def test_both_notebooks_ran(pages):
    for name in NOTEBOOKS:
        assert pages[f"{name} with tags"].count('src="data:image/png') == 7, name
        for message in (
            "position 13 is out of bounds: axis 1 has size 12",
            "positions start at 1, and 0 is none",
            "`20:30`: position 30 is out of bounds: axis 2 has size 28",
            "`[1, 1, 1, 1]` names 4 axes; the tensor has 3",
        ):
            assert message in pages[name], (name, message)
        assert "as R recycles it" in pages[name]
