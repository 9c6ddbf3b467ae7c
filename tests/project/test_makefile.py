"""The quick tests and the searches exist: a filter that matches nothing would skip them."""

import re

from processes import ROOT
from searches import SEARCHES

from tools.run_tests import QUICK_PYTHON, QUICK_R


def test_the_quick_tests_are_there():
    assert len(QUICK_R) > 5
    missing = [name for name in QUICK_R if not (ROOT / f"r/tests/testthat/test-{name}.R").exists()]
    assert missing == []
    assert [path for path in QUICK_PYTHON if not (ROOT / path).exists()] == []


def test_each_search_that_coverage_leaves_out_is_there():
    texts = [path.read_text() for path in (ROOT / "tests").rglob("*.py")]
    tests = set(re.findall(r"^def (test_\w+)", "\n".join(texts), re.MULTILINE))
    assert len(SEARCHES) > 5
    assert [name for name in SEARCHES if not any(name in test for test in tests)] == []
