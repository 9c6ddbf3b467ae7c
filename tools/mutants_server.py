"""Run tests again and again, each time in a fork of a process that has imported every library.

`tools/mutants.py` starts this in its copy of the checkout and writes one job a line, as JSON: the
`files` of tests, the `tests` wanted in them (None are all) and their `marks`, the `seconds` that
they may take, whether the first failure `stops` them, and whether to note which lines each of them
`covers`. The answer is one line. pybridge is imported in the fork alone, as the copy then has it.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

LIBRARIES = ("numpy", "scipy.sparse", "pandas", "pyarrow", "polars", "xarray", "zarr", "h5py")
LIBRARIES += ("tensorstore", "anndata", "dask.array", "sparse", "array_api_strict", "duckdb")
LIBRARIES += ("tensorflow", "keras", "jax", "torch", "torch._dynamo", "hypothesis", "coverage")
LIBRARIES += ("hypothesis.extra.numpy", "jax.experimental.sparse", "awkward", "nanoarrow")
REPORT = Path("output/mutants-report.json")


class Chosen:
    """Keeps the wanted tests, quickest first, and notes what became of each."""

    def __init__(self, tests: list[str] | None, lines: Any) -> None:
        self.places = None if tests is None else {test: n for n, test in enumerate(tests)}
        self.lines = lines
        self.seconds: dict[str, float] = defaultdict(float)
        self.failed: list[tuple[str, str]] = []

    def pytest_collection_modifyitems(self, config: Any, items: list[Any]) -> None:
        """Keep the wanted tests, in the order in which they are wanted."""
        if self.places is not None:
            places = self.places
            items[:] = [item for item in items if item.nodeid in places]
            items.sort(key=lambda item: places[item.nodeid])

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note the lines of this test as its own."""
        if self.lines is not None:
            self.lines.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note the time of a test, and how it failed."""
        self.seconds[report.nodeid] += report.duration
        if report.failed:
            self.failed.append((report.nodeid, last_line(report)))

    def pytest_collectreport(self, report: Any) -> None:
        """Note a file that cannot be imported."""
        if report.failed:
            self.failed.append((report.nodeid or "pytest", last_line(report)))


def last_line(report: Any) -> str:
    """Return what a test said when it failed."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return (crash.message if crash else str(report.longrepr)).strip().partition("\n")[0][:200]


def run_tests(job: dict[str, Any]) -> dict[str, Any]:
    """Run the tests of a job in this process, and return the times, the failures and the lines."""
    lines = None
    if job.get("covers"):
        import coverage

        lines = coverage.Coverage(data_file=None, source=["pybridge"], config_file=False)
        lines.start()
    import pytest

    chosen = Chosen(job["tests"], lines)
    began = time.monotonic()
    options = ["-q", "--no-header", "-p", "no:cacheprovider", "--hypothesis-seed=0"]
    options += ["-m", job["marks"], *(["-x"] if job.get("stops") else []), *job["files"]]
    code = pytest.main(options, plugins=[chosen])
    answer = {"code": int(code), "failed": chosen.failed, "tests": chosen.seconds}
    answer["overhead"] = time.monotonic() - began - sum(chosen.seconds.values())
    if lines is not None:
        lines.stop()
        answer["lines"] = lines_of(lines.get_data(), list(chosen.seconds))
    return answer


def lines_of(data: Any, tests: list[str]) -> dict[str, dict[int, list[int]]]:
    """Return for each file and line the numbers of the tests that ran it; no test is an import."""
    numbers = {test: n for n, test in enumerate(tests)}
    found = {}
    for file in data.measured_files():
        by_line = data.contexts_by_lineno(file)
        found[os.path.relpath(file)] = {
            line: sorted(numbers[name] for name in names if name in numbers)
            for line, names in by_line.items()
        }
    return found


def child(job: dict[str, Any]) -> None:
    """Do a job in a fork, with what it prints in a file, and end."""
    os.setsid()
    log = os.open("output/mutants-log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for number, to in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(to, number)
    REPORT.write_text(json.dumps(run_tests(job)))
    os._exit(0)


def answer(job: dict[str, Any]) -> dict[str, Any]:
    """Do a job in a fork, which ends when its time is over, and all that it started."""
    REPORT.unlink(missing_ok=True)
    began = time.monotonic()
    number = os.fork()
    if number == 0:
        try:
            child(job)
        finally:
            os._exit(1)
    ended = 0
    while not ended and time.monotonic() - began < job["seconds"]:
        ended, _ = os.waitpid(number, os.WNOHANG)
        time.sleep(0.02)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(number, signal.SIGKILL)
    if not ended:
        os.waitpid(number, 0)
    found = json.loads(REPORT.read_text()) if REPORT.exists() else {}
    return {**found, "is_over": bool(ended), "seconds": time.monotonic() - began}


def main() -> None:
    """Import the libraries, and answer jobs until there are no more."""
    Path("output").mkdir(exist_ok=True)
    sys.path[:0] = [str(Path(folder).resolve()) for folder in ("tests/support", "tests", ".")]
    importlib.import_module("conftest")  # says what every library is to see when it starts
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    assert "pybridge" not in sys.modules
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
