"""Run checks and the tests of one or both languages, and count the tests of each.

`python tools/run_tests.py lint coverage python r` leaves out slow tests; the word `rest` before the
languages runs those alone, `all` every test, and `quick` the core. Tests of `make coverage` are run
by it, and not again beside it. What passed with all that it is made of as it is, is not run
again; see tools/unchanged.py. All use two processors: what needs one, the checks and R, runs beside
the tests of Python, and each is printed as a whole, in the order above.

At the end stand the names of what failed, with a line and the command that runs it alone. The last
line is `N passed, N failed`. A language fails if no test ran, if a test was skipped, or if its
runner stopped before it could count; a check that fails is one failure, and the others run
nevertheless. An interrupted run leaves no process behind.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Literal, NamedTuple, NoReturn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.unchanged import REASON  # noqa: E402

# The core, which `make test-quick` runs: subscripts, the corpus, shapes, conversion, explanations,
# what R calls, and R's own arrays. Each part of QUICK_R is the name of a file of R's tests.
QUICK_PYTHON = ("tests/subscripts", "tests/shapes", "tests/explaining", "tests/test_rbridge.py")
QUICK_PYTHON += ("tests/subsetting/test_corpus.py", "tests/conversion/test_corpus.py")
QUICK_PYTHON += ("tests/conversion/test_numpy_to_r.py", "tests/conversion/test_r_to_numpy.py")
QUICK_R = ("array", "record", "notation", "conditions", "corpus", "recycle", "explain")
QUICK_R += ("explain-shapes", "tensor")
SLOW_R = ("recycle",)
"""The files of R that search more among slow tests: see `is_slow()` in helper-corpus.R."""
SHOWN = 20
"""How many failures fit on the last screen."""


class Count(NamedTuple):
    """How many tests of one language passed, failed, were skipped, and passed as they are."""

    passed: int
    failed: int
    skipped: int
    unchanged: int = 0

    def __str__(self) -> str:
        """Return the text of the last line."""
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        unchanged = f", {self.unchanged} {REASON}" if self.unchanged else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}{unchanged}"


class Failure(NamedTuple):
    """What failed, what it said, and the command that runs it alone."""

    name: str
    words: str
    command: str

    def __str__(self) -> str:
        """Return one line, and the command below it."""
        lines = self.words.splitlines() or [""]
        return f"{self.name} - {lines[0][:200]}\n    {self.command}"


class Outcome(NamedTuple):
    """The exit code of a job, its count and its failures; a check has neither."""

    code: int
    count: Count = Count(0, 0, 0)
    failures: tuple[Failure, ...] = ()


Scope = Literal["usual", "not covered", "quick", "rest", "all"]
"""Which tests are wanted: all but slow ones, or of these what `make coverage` does not run."""
Job = Callable[[Path, Scope, IO[str]], Outcome]
"""Runs, given a folder of its own, which tests are wanted, and where to print."""
RUNNING: set[subprocess.Popen[str]] = set()


def call(command: list[str], output: IO[str], **environment: str) -> int:
    """Run a command in the checkout, as the head of its own processes; return its exit code."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )
    RUNNING.add(process)
    try:
        return process.wait()
    finally:
        RUNNING.discard(process)


def adopt_orphans() -> None:
    """Have Linux make the children of a process that ends our own, so that we can end them."""
    if sys.platform == "linux":
        set_child_subreaper = 36
        ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def descendants() -> set[int]:
    """Return the numbers of the processes that this one started, and of those that they started."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
    found = {os.getpid()}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {os.getpid()}


def stop() -> None:
    """End what is running, and all that it started; first with the time to tidy up."""
    for process in list(RUNNING):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + 5
    while RUNNING and time.monotonic() < deadline:
        time.sleep(0.1)
    for process in list(RUNNING):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    while left := descendants():
        for number in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        time.sleep(0.05)


def check(name: str) -> Job:
    """Return the job of a command of the Makefile that passes or fails as a whole."""
    command = ["make", "--no-print-directory", name]
    return lambda folder, scope, output: Outcome(call(command, output))


XUNIT1 = "-o junit_family=xunit1"
"""The reports of pytest name the files of the tests."""


def coverage(folder: Path, scope: Scope, output: IO[str]) -> Outcome:
    """Run `make coverage`; return its exit code and the count of the tests that it ran."""
    report = folder / "covered.xml"
    command = ["make", "--no-print-directory", "coverage"]
    code = call(command, output, PYTEST_ADDOPTS=f"--junitxml='{report}' {XUNIT1}")
    return Outcome(code, *read_report(report))


def read_report(report: Path) -> tuple[Count, tuple[Failure, ...]]:
    """Return the count of a report of pytest, and what failed; nothing if there is none."""
    counts = {"passed": 0, "failed": 0, "skipped": 0, "unchanged": 0}
    failures = []
    cases = ElementTree.parse(report).iter("testcase") if report.exists() else ()
    for case in cases:
        faults = [*case.iter("failure"), *case.iter("error")]
        skipped = case.find("skipped")
        if faults:
            counts["failed"] += 1
            failures.append(failure_of(case, faults[0].get("message", "")))
        elif skipped is None:
            counts["passed"] += 1
        else:
            counts["unchanged" if skipped.get("message") == REASON else "skipped"] += 1
    return Count(**counts), tuple(failures)


def failure_of(case: ElementTree.Element, message: str) -> Failure:
    """Return what failed in Python, from a case of a report of pytest."""
    file, name, classname = (case.get(key, "") for key in ("file", "name", "classname"))
    module = file.removesuffix(".py").replace("/", ".")
    classes = classname.removeprefix(module).strip(".").split(".") if file else []
    test = "::".join([file, *filter(None, classes), name]) if file else name
    if "crashed while running" not in message:  # the whole of it stands above
        lines = message.splitlines() or [""]
        faults = (line[1:].strip() for line in lines if line.startswith("E "))  # of a fixture
        message = next(faults, lines[0])
    return Failure(test, message, f".venv/bin/python -m pytest {shlex.quote(test)}")


def last_words(log: Path) -> str:
    """Return the last lines that a job printed."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-10:])


def count_python(folder: Path, scope: Scope, output: IO[str]) -> Outcome:
    """Run pytest; return its exit code, its count and what failed.

    One process runs all tests of a file, so that what they share is made once. The files with the
    longest tests come first, see tests/support/order.py, so that both processes end together.
    """
    report = folder / "python.xml"
    command = [sys.executable, "-m", "pytest", "-n", "2", f"--junitxml={report}", *XUNIT1.split()]
    command += ["--dist=loadfile", "--no-loadscope-reorder"]
    command += {
        "usual": ["--unchanged", "-m", "not slow"],
        "not covered": ["--unchanged", "-m", "not slow", "--not-covered"],
        "quick": ["-q", "--no-search", *QUICK_PYTHON],
        "rest": ["-m", "slow"],
        "all": ["--not-covered"],
    }[scope]
    code = call(command, output)
    return Outcome(code if report.exists() else code or 1, *read_report(report))


def count_r(folder: Path, scope: Scope, output: IO[str]) -> Outcome:
    """Run testthat, in a process of its own; return its exit code, its count and what failed."""
    report = folder / "r.json"
    command = ["Rscript", "--no-environ", "--no-init-file", "tools/run_tests.R", str(report)]
    command += {"quick": QUICK_R, "rest": SLOW_R}.get(scope, FILES)
    is_slow = "yes" if scope in ("rest", "all") else "no"
    code = call(command, output, PYBRIDGE_TEST_SLOW=is_slow)
    if report.exists():
        found = json.loads(report.read_text(encoding="utf-8"))
        failures = tuple(Failure(**each) for each in found.pop("failures"))
        return Outcome(code, Count(**found), failures)
    running = Path(f"{report}.running")
    name = running.read_text(encoding="utf-8").strip() if running.exists() else "R"
    words = f"R ended with {code} while it ran this"
    return Outcome(code or 1, failures=(Failure(name, words, "make test-r"),))


FILES: list[str] = []
"""The files of R's tests that `make test-r FILES=array` names; none are all."""
LANGUAGES: dict[str, tuple[str, Job]] = {
    "python": ("Python", count_python),
    "r": ("R", count_r),
}


CHECKS: dict[str, Job] = {"lint": check("lint"), "coverage": coverage}

SCOPES: tuple[Scope, ...] = ("quick", "rest", "all")
"""The words that say which tests of the languages are wanted."""


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
        try:
            for name, job in started.items():
                print(f"==== {jobs[name][0]}", flush=True)
                show(logs[name], job)
                found[name] = job.result()
                if found[name].code and not found[name].count.failed:
                    found[name] = with_last_words(found[name], jobs[name][0], logs[name])
        except BaseException:
            for pool in (alone, beside):
                pool.shutdown(wait=False, cancel_futures=True)
            stop()
            raise
    return found


def with_last_words(outcome: Outcome, label: str, log: Path) -> Outcome:
    """Return an outcome whose failure, of no test that ended, has the last lines of its job."""
    command = label if label.startswith("make ") else f"make test-{label.split()[0].lower()}"
    name, words, command = (*outcome.failures, Failure(label, "failed", command))[0]
    said = f"{words}\n{last_words(log)}"
    return outcome._replace(failures=(Failure(name, said, command),))


def run(wanted: list[str]) -> int:
    """Run the checks and the languages wanted, print the counts, and return the exit code."""
    FILES[:] = [word.removeprefix("--file=") for word in wanted if word.startswith("--file=")]
    words = [word for word in wanted if not word.startswith("--file=")]
    if unknown := set(words) - {*SCOPES, *CHECKS, *LANGUAGES}:
        sys.exit(f"run_tests.py knows no {', '.join(sorted(unknown))}")
    jobs = {name: (f"make {name}", job) for name, job in CHECKS.items() if name in words}
    for name, (label, job) in LANGUAGES.items():
        if name in words:
            jobs[name] = f"{label} tests", job
    scope: Scope = next((scope for scope in SCOPES if scope in words), "usual")
    if scope == "usual" and "coverage" in words:
        scope = "not covered"
    try:
        found = outcomes(jobs, scope)
    except KeyboardInterrupt:
        print(f"\ninterrupted; no process is left\n{Count(0, 1, 0)}")
        return 130
    return report(found)


def report(found: dict[str, Outcome]) -> int:
    """Print the counts and, last, what failed; return the exit code."""
    counts, faults, lines, failed_checks = [], [], [], 0
    for name in CHECKS.keys() & found.keys():
        code, count, _ = found[name]
        failed_checks += code != 0 and not count.failed
        if count.passed + count.failed:  # its tests are Python's
            counted = map(sum, zip(found["python"].count, count, strict=True))
            found["python"] = found["python"]._replace(count=Count(*counted))
    for name, (label, _) in LANGUAGES.items():
        if name not in found:
            continue
        code, count, _ = found[name]
        if count.passed + count.failed == 0:
            faults.append(f"no {label} test ran")
        elif code != 0 and count.failed == 0:
            faults.append(f"the {label} test runner exited with {code}")
        if count.skipped:  # the set-up installs everything that a test may need
            faults.append(f"{count.skipped} {label} tests were skipped")
        counts.append(count)
        lines.append(f"{label} tests: {count.passed + count.failed} ran ({count})")
    failures = [failure for outcome in found.values() for failure in outcome.failures]
    for failure in failures:
        if "\n" in failure.words:  # of a runner that ended, which says more than its last line
            print(f"==== the last words of {failure.name}", failure.words, sep="\n")
    print("====", *lines, *failures[:SHOWN], sep="\n")
    if len(failures) > SHOWN:
        print(f"and {len(failures) - SHOWN} more, whose names are above")
    print(*(f"FAILED: {fault}" for fault in faults), sep="\n", end="\n" if faults else "")
    total = Count(*(sum(column) for column in zip(Count(0, 0, 0), *counts, strict=True)))
    # A fault counts as a failure, so that the last line never reads like a success.
    total = total._replace(failed=total.failed + len(faults) + failed_checks)
    print(total)
    return 1 if total.failed else 0


def interrupted(number: int, frame: object) -> NoReturn:
    """End as Ctrl-C does."""
    raise KeyboardInterrupt


if __name__ == "__main__":
    adopt_orphans()
    signal.signal(signal.SIGTERM, interrupted)
    sys.exit(run(sys.argv[1:] or list(LANGUAGES)))
