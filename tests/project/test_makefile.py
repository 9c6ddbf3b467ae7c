"""The tests that the Makefile names exist: a filter that matches nothing would skip them."""

import re

from processes import ROOT

MAKEFILE = (ROOT / "Makefile").read_text().replace("\\\n\t", "")  # continued lines as one


def names(variable, pattern):
    (found,) = re.findall(rf"^{variable} := .*?{pattern}", MAKEFILE, re.MULTILINE)
    return re.split(r" or |[| ]", found)


def test_the_quick_tests_are_there():
    files = names("quick_r", r"\^\(([\w|-]+)\)")
    assert len(files) > 5
    assert [name for name in files if not (ROOT / f"r/tests/testthat/test-{name}.R").exists()] == []
    paths = names("quick_python", r"(\S.*)")
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_each_search_that_coverage_leaves_out_is_there():
    texts = [path.read_text() for path in (ROOT / "tests").rglob("*.py")]
    tests = set(re.findall(r"^def (test_\w+)", "\n".join(texts), re.MULTILINE))
    searches = names("no_search", r"\(([\w ]+)\)")
    assert len(searches) > 5
    assert [name for name in searches if not any(name in test for test in tests)] == []
