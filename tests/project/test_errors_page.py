"""The page of error messages has every class of error, its names, and a text that users see."""

import re

import pytest
from processes import ROOT

from pybridge import errors, testing

PAGE = (ROOT / "docs/errors.md").read_text()
SECTION = re.compile(r"^### (.*?)(?: \{#(\w+)\})?\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = [found.groups() for found in SECTION.finditer(PAGE)]
ROOTS = {"PybridgeError", "PybridgeWarning"}
CLASSES = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, Exception) and kind.__module__ == errors.__name__
}
KIT = {name for name in testing.__all__ if name.endswith("Error")}


def test_every_class_has_a_heading_and_no_other():
    in_r = {"pybridge_error_python", "pybridge_error_version"}
    assert len(CLASSES) > 25
    assert len(KIT) == 3
    assert {name for _, name, _ in SECTIONS if name} == CLASSES.keys() - ROOTS | KIT | in_r


def names(kind: type) -> str:
    """Return the line that names a class: in Python, its built-in bases, and in R."""
    bases = [base.__name__ for base in kind.__bases__ if base.__module__ == "builtins"]
    also = " and ".join(f"`{base}`" for base in bases)
    article = "an" if also.startswith("`I") else "a"
    if issubclass(kind, Warning):
        in_r = f"pybridge_warning_{kind.__name__.removesuffix('Warning').lower()}"
    else:
        in_r = errors.r_classes(kind("any"))[0]
    return (
        f"In Python `{kind.__name__}`{f', also {article} {also}' if also else ''}; in R `{in_r}`."
    )


@pytest.mark.parametrize("name", sorted(CLASSES.keys() - ROOTS))
def test_a_section_names_the_class_in_both_languages_its_cause_and_fix(name):
    (text,) = [text for _, anchor, text in SECTIONS if anchor == name]
    assert names(CLASSES[name]) in text
    assert "Cause: " in text
    assert "Fix: " in text


def test_every_class_of_the_r_package_is_named():
    sources = "".join(path.read_text() for path in (ROOT / "r/R").glob("*.R"))
    in_r = set(re.findall(r'"(pybridge_error_[a-z_]*[a-z])"', sources))
    assert len(in_r) > 5
    assert {name for name in in_r if f"`{name}`" not in PAGE} == set()


def test_a_heading_has_the_words_that_its_example_shows():
    """The documents' own test runs the example and compares its message."""
    compared = 0
    for heading, _, text in SECTIONS:
        shown = re.findall(r"^(?:pybridge\.errors\.|#> )(.*)$", text, re.MULTILINE)
        if shown:
            words = set(re.findall(r"\w+", heading))
            assert words <= set(re.findall(r"\w+", " ".join(shown))), heading
            compared += 1
    assert compared >= 25
