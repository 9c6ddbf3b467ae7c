"""The quick tests and the searches exist: a filter that matches nothing would skip them."""

import re

from processes import ROOT, python
from searches import COVERED, SEARCHES

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


def names_of(*options):
    """Return the tests of some folders that a run with options would run."""
    paths = [
        "tests/test_lossless.py",
        "tests/test_answers.py",
        "tests/subscripts",
        "pybridge/shape.py",
    ]
    command = ["-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", *options]
    done = python(*command, *(path for path in paths if (ROOT / path).exists()), cwd=ROOT)
    return {line for line in done.stdout.splitlines() if "::" in line}


def test_what_coverage_leaves_out_is_what_the_other_run_runs():
    assert [path for path in COVERED if not (ROOT / path).exists()] == []
    every, rest, searchless = names_of(), names_of("--not-covered"), names_of("--no-search")
    covered = {name for name in searchless if name.startswith(COVERED)}
    assert len(covered) > 100
    assert rest
    assert rest | covered == every
    assert not rest & covered
