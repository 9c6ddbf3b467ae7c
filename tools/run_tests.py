"""Run checks and the tests of one or both languages, and count the tests of each.

`python tools/run_tests.py lint coverage python r`; `quick python r` runs the core of each language.
The tests that `make coverage` measures are run by it, and not again beside it. The last line is
`N passed, N failed`. A language fails if no test ran, if a test was skipped, or if its runner
stopped before it could count. A failed check counts as one failure; the others run nevertheless.
All use two processors: what needs one, the checks and R, runs beside the tests of Python, and each
is printed as a whole, in the order above.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Literal, NamedTuple

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


class Outcome(NamedTuple):
    """The exit code of a job, and its count; a check has none."""

    code: int
    count: Count = Count(0, 0, 0)


Scope = Literal["all", "quick", "not covered"]
"""Which tests are wanted: all, the core, or those that `make coverage` does not run."""
Job = Callable[[Path, Scope, IO[str]], Outcome]
"""Runs, given a folder of its own, which tests are wanted, and where to print."""


def call(command: list[str], output: IO[str], **environment: str) -> int:
    """Run a command in the checkout, and return its exit code."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdout=output,
        stderr=subprocess.STDOUT,
    )
    return done.returncode


def check(name: str) -> Job:
    """Return the job of a command of the Makefile that passes or fails as a whole."""
    command = ["make", "--no-print-directory", name]
    return lambda folder, scope, output: Outcome(call(command, output))


def coverage(folder: Path, scope: Scope, output: IO[str]) -> Outcome:
    """Run `make coverage`; return its exit code and the count of the tests that it ran."""
    report = folder / "covered.xml"
    command = ["make", "--no-print-directory", "coverage"]
    code = call(command, output, PYTEST_ADDOPTS=f"--junitxml={report}")
    return Outcome(code, count_of(report))


def count_of(report: Path) -> Count:
    """Return the count of a report of pytest, of nothing if there is none."""
    ran = failed = skipped = 0
    if report.exists():
        for suite in ElementTree.parse(report).getroot().iter("testsuite"):
            ran += int(suite.get("tests", 0))
            failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped += int(suite.get("skipped", 0))
    return Count(ran - failed - skipped, failed, skipped)


def count_python(folder: Path, scope: Scope, output: IO[str]) -> Outcome:
    """Run pytest; return its exit code and its count.

    One process runs all tests of a file, so that what they share is made once. The files with the
    longest tests come first, see tests/support/order.py, so that both processes end together.
    """
    report = folder / "python.xml"
    command = [sys.executable, "-m", "pytest", "-n", "2", f"--junitxml={report}"]
    command += ["--dist=loadfile", "--no-loadscope-reorder"]
    if scope == "quick":
        command += ["-q", "--no-search", *QUICK_PYTHON]
    elif scope == "not covered":
        command += ["--not-covered"]
    code = call(command, output)
    return Outcome(code if report.exists() else code or 1, count_of(report))


def count_r(folder: Path, scope: Scope, output: IO[str]) -> Outcome:
    """Run testthat, in a process of its own; return its exit code and its count."""
    report = folder / "r.json"
    command = ["Rscript", "--no-environ", "--no-init-file", "tools/run_tests.R", str(report)]
    if scope == "quick":
        command += QUICK_R
    code = call(command, output)
    if not report.exists():
        return Outcome(code or 1)
    return Outcome(code, Count(**json.loads(report.read_text())))


LANGUAGES: dict[str, tuple[str, Job]] = {
    "python": ("Python", count_python),
    "r": ("R", count_r),
}


CHECKS: dict[str, Job] = {"lint": check("lint"), "coverage": coverage}

QUICK = "quick"
"""The word that stands before languages of which only the core is wanted."""


def show(log: Path, job: Future[Outcome]) -> None:
    """Print what a job prints, from its beginning, until it ends."""
    with log.open(encoding="utf-8", errors="replace") as lines:
        is_over = False
        while not is_over:
            is_over = job.done()  # asked before the rest is read, of which nothing is missed
            shutil.copyfileobj(lines, sys.stdout)
            sys.stdout.flush()
            if not is_over:
                time.sleep(0.1)


def outcomes(jobs: dict[str, tuple[str, Job]], scope: Scope) -> dict[str, Outcome]:
    """Run jobs, those of one processor after each other and beside Python's; print them in order.

    Each writes into a file of its own, which is printed when those before it are over.
    """
    found: dict[str, Outcome] = {}
    with (
        tempfile.TemporaryDirectory() as temporary,
        ThreadPoolExecutor(1) as alone,
        ThreadPoolExecutor(1) as beside,
    ):
        logs = {name: Path(temporary, name, "printed") for name in jobs}

        def start(name: str) -> Outcome:
            with logs[name].open("w") as output:
                return jobs[name][1](logs[name].parent, scope, output)

        for log in logs.values():
            log.parent.mkdir()
            log.touch()
        started = {
            name: (alone if name == "python" else beside).submit(start, name) for name in jobs
        }
        for name, job in started.items():
            print(f"==== {jobs[name][0]}", flush=True)
            show(logs[name], job)
            found[name] = job.result()
    return found


def run(wanted: list[str]) -> int:
    """Run the checks and the languages wanted, print the counts, and return the exit code."""
    if unknown := set(wanted) - {QUICK, *CHECKS, *LANGUAGES}:
        sys.exit(f"run_tests.py knows no {', '.join(sorted(unknown))}")
    counts, faults, lines = [], [], []
    jobs = {name: (f"make {name}", job) for name, job in CHECKS.items() if name in wanted}
    for name, (label, job) in LANGUAGES.items():
        if name in wanted:
            jobs[name] = f"{label} tests", job
    scope: Scope = "quick" if QUICK in wanted else "all"
    if scope == "all" and "coverage" in wanted:
        scope = "not covered"
    found = outcomes(jobs, scope)
    for name in CHECKS.keys() & found.keys():
        code, count = found[name]
        faults += [f"make {name}"] if code and not count.failed else []
        if count.passed + count.failed:  # its tests are Python's
            found["python"] = found["python"]._replace(
                count=Count(*map(sum, zip(found["python"].count, count, strict=True)))
            )
    for name, (label, _) in LANGUAGES.items():
        if name not in found:
            continue
        code, count = found[name]
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
