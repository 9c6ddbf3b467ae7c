"""Run checks and the tests of one or both languages, and count the tests of each.

`python tools/run_tests.py lint coverage python r`; `quick python r` runs the core of each language.
The last line is `N passed, N failed`. A language fails if no test ran, if a test was skipped, or if
its runner stopped before it could count. A failed check counts as one failure; the others run
nevertheless.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent


# The core, which `make test-quick` runs: subscripts, the corpus, shapes, conversion, explanations,
# what R calls, and R's own arrays. Each part of QUICK_R is the name of a file of R's tests.
QUICK_PYTHON = ("tests/subscripts", "tests/shapes", "tests/explaining", "tests/test_rbridge.py")
QUICK_PYTHON += ("tests/subsetting/test_corpus.py", "tests/conversion/test_corpus.py")
QUICK_PYTHON += ("tests/conversion/test_numpy_to_r.py", "tests/conversion/test_r_to_numpy.py")
QUICK_R = ("array", "record", "notation", "conditions", "corpus", "recycle", "explain")
QUICK_R += ("explain-shapes", "tensor")


class Count(NamedTuple):
    """How many tests of one language passed, failed and were skipped."""

    passed: int
    failed: int
    skipped: int

    def __str__(self) -> str:
        """Return the text of the last line."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def count_python(folder: Path, is_quick: bool) -> tuple[int, Count]:
    """Run pytest; return its exit code and its count."""
    report = folder / "python.xml"
    command = [sys.executable, "-m", "pytest", "-n", "2", f"--junitxml={report}"]
    if is_quick:
        command += ["-q", "--no-search", *QUICK_PYTHON]
    code = subprocess.run(command, cwd=ROOT).returncode
    if not report.exists():
        return code or 1, Count(0, 0, 0)
    ran = failed = skipped = 0
    for suite in ElementTree.parse(report).getroot().iter("testsuite"):
        ran += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return code, Count(ran - failed - skipped, failed, skipped)


def count_r(folder: Path, is_quick: bool) -> tuple[int, Count]:
    """Run testthat, in a process of its own; return its exit code and its count."""
    report = folder / "r.json"
    command = ["Rscript", "--no-environ", "--no-init-file", "tools/run_tests.R", str(report)]
    if is_quick:
        command += QUICK_R
    code = subprocess.run(command, cwd=ROOT).returncode
    if not report.exists():
        return code or 1, Count(0, 0, 0)
    return code, Count(**json.loads(report.read_text()))


LANGUAGES: dict[str, tuple[str, Callable[[Path, bool], tuple[int, Count]]]] = {
    "python": ("Python", count_python),
    "r": ("R", count_r),
}


CHECKS = ("lint", "coverage")
"""Commands of the Makefile that pass or fail as a whole."""

QUICK = "quick"
"""The word that stands before languages of which only the core is wanted."""


def run(wanted: list[str]) -> int:
    """Run the checks and the languages wanted, print the counts, and return the exit code."""
    if unknown := set(wanted) - {QUICK, *CHECKS, *LANGUAGES}:
        sys.exit(f"run_tests.py knows no {', '.join(sorted(unknown))}")
    counts, faults, lines = [], [], []
    for check in [name for name in wanted if name in CHECKS]:
        print(f"==== make {check}", flush=True)
        if subprocess.run(["make", "--no-print-directory", check], cwd=ROOT).returncode != 0:
            faults.append(f"make {check}")
    for language in [name for name in wanted if name in LANGUAGES]:
        label, count_tests = LANGUAGES[language]
        print(f"==== {label} tests", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            code, count = count_tests(Path(folder), QUICK in wanted)
        if count.passed + count.failed == 0:
            faults.append(f"no {label} test ran")
        elif code != 0 and count.failed == 0:
            faults.append(f"the {label} test runner exited with {code}")
        if count.skipped:  # the set-up installs everything that a test may need
            faults.append(f"{count.skipped} {label} tests were skipped")
        counts.append(count)
        lines.append(f"{label} tests: {count.passed + count.failed} ran ({count})")
    print("====", *lines, *(f"FAILED: {fault}" for fault in faults), sep="\n")
    total = Count(*(sum(column) for column in zip(Count(0, 0, 0), *counts, strict=True)))
    # A fault counts as a failure, so that the last line never reads like a success.
    total = total._replace(failed=total.failed + len(faults))
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:] or list(LANGUAGES)))
