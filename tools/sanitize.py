"""Run the C code of the R package under tools that check its use of memory.

`python tools/sanitize.py [seconds]` runs four checks, which share the time, 560 seconds by default:

1. `sanitizers`: the R tests, on a build with AddressSanitizer and UndefinedBehaviorSanitizer;
2. `valgrind`: the tests of the package's own C code, in valgrind's memcheck;
3. `gctorture`: the R tests, with a garbage collection at every allocation inside the package's C
   code, so that an unprotected object is freed at once;
4. `call forms`: a program that prints the results of hundreds of odd calls, under valgrind and
   under gctorture; each must print the same as a plain run.

Each check prints which files it completed and which its time did not suffice for, which is not a
failure. The exit code is 0 if all that was run is clean.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "r" / "tests" / "testthat"
CALL_FORMS = ROOT / "tests" / "support" / "r_call_forms.R"
RSCRIPT = ("Rscript", "--no-environ", "--no-init-file")
FLAGS = "-g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all"

# Tests with many calls of C and few calls of Python come first.
FIRST_TESTS = ("record", "array-value", "subset", "view", "convert", "array", "reshape")
# The share of the time of each check; the call forms run three times.
SHARES = {"sanitizers": 0.3, "valgrind": 0.25, "gctorture": 0.15, "call forms": 0.1}

VALGRIND = "valgrind --quiet --error-exitcode=9 --leak-check=no --num-callers=20"
# Python's allocator and vectorised string functions read beyond what they use, on purpose. The
# uninitialised values stay within Python: the innermost frame is Python's own, never ours.
SUPPRESSIONS = """
{
   python_allocator
   Memcheck:Addr4
   ...
   obj:*libpython*
}
{
   python_condition
   Memcheck:Cond
   obj:*libpython*
}
{
   python_value
   Memcheck:Value8
   obj:*libpython*
}
{
   libraries_of_python
   Memcheck:Cond
   ...
   obj:*site-packages*
}
{
   libraries_of_python_value
   Memcheck:Value8
   ...
   obj:*site-packages*
}
"""


def library_of(name: str) -> str:
    """Return where the compiler keeps a library, or the bare name."""
    command = ["gcc", f"-print-file-name={name}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def install_sanitized(folder: Path) -> Path:
    """Build the R package with the sanitizers, and return its library."""
    makevars, library = folder / "Makevars", folder / "library"
    library.mkdir()
    makevars.write_text(f"CFLAGS = {FLAGS}\nSHLIB_LDFLAGS = -shared -fsanitize=address,undefined\n")
    source = folder / "r"  # a copy, so that no object files are left in the checkout
    shutil.copytree(
        ROOT / "r", source, symlinks=False, ignore=shutil.ignore_patterns("*.o", "*.so")
    )
    environment = os.environ | {"R_MAKEVARS_USER": str(makevars)}
    command = ["R", "CMD", "INSTALL", "--no-docs", "--no-test-load", f"--library={library}"]
    subprocess.run(
        [*command, str(source)], check=True, capture_output=True, env=environment, cwd=folder
    )
    return library


class Report:
    """Which checks failed."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.faults: list[str] = []

    def run(
        self,
        label: str,
        command: list[str],
        seconds: float,
        environment: dict[str, str] | None = None,
        names: Sequence[str] = (),
    ) -> str:
        """Run a check, print its result and the files it completed, and return its output."""
        with tempfile.TemporaryFile("w+") as output:
            ended = True
            try:
                code = subprocess.run(
                    command,
                    cwd=ROOT,
                    env=os.environ | (environment or {}),
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    timeout=seconds,
                ).returncode
            except subprocess.TimeoutExpired:
                code, ended = 0, False
            output.seek(0)
            text = output.read()
        bad = code != 0 or re.search(
            r"runtime error:|ERROR: AddressSanitizer|==\d+== (Invalid|Use)", text
        )
        state = "FAILED" if bad else "clean" if ended else f"clean until {seconds:.0f} s were over"
        lines = [line for line in text.splitlines() if line.startswith("sanitize:")]
        completed = {line.split(":")[1].strip() for line in lines}
        if cut := [name for name in names if name not in completed]:
            lines.append(f"sanitize: not completed: {', '.join(cut)}")
        print(f"{label}: {state}", *lines, sep="\n  ", flush=True)
        if bad:
            self.faults.append(label)
            print(text[-6000:], flush=True)
        return text


def sanitizers(report: Report, seconds: float) -> None:
    """Run the R tests on a build with the sanitizers."""
    with tempfile.TemporaryDirectory() as folder:
        library = install_sanitized(Path(folder))
        environment = {
            "R_LIBS": f"{library}:{os.environ.get('R_LIBS', '')}",
            "LD_PRELOAD": " ".join(map(library_of, ("libasan.so", "libubsan.so"))),
            # R and Python free some memory only when the process ends.
            "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1",
            # The C code is the same for every library.
            "PYBRIDGE_TEST_BACKENDS": "",
        }
        names = every_test()
        report.run("sanitizers", tests("plain", names), seconds, environment, names)


@contextmanager
def r_in_valgrind() -> Iterator[list[str]]:
    """Yield the command that runs R in valgrind, up to the name of a script."""
    with tempfile.NamedTemporaryFile("w", suffix=".supp") as file:
        file.write(SUPPRESSIONS)
        file.flush()
        debugger = f"--debugger={VALGRIND} --suppressions={file.name}"
        yield ["R", "--no-echo", "--no-restore", "--no-environ", "--no-init-file", debugger, "-f"]


def valgrind(report: Report, seconds: float) -> None:
    """Run the tests of C code in valgrind."""
    chosen = every_test()[: len(FIRST_TESTS)]
    environment = {"PYBRIDGE_TEST_BACKENDS": "", "PYTHONMALLOC": "malloc"}
    with r_in_valgrind() as command:
        command += ["tools/torture.R", "--args", "memory", *chosen]
        report.run("valgrind", command, seconds, environment, chosen)


def gctorture(report: Report, seconds: float) -> None:
    """Run the R tests with garbage collections inside the package's C code."""
    names = every_test()
    environment = {"PYBRIDGE_TEST_BACKENDS": ""}
    # Half for the collections, half for the tests themselves.
    report.run("gctorture", tests(f"torture={seconds / 2:.0f}", names), seconds, environment, names)


def call_forms(report: Report, seconds: float) -> None:
    """Compare the output of the odd call forms: plain, in valgrind and with collections."""
    script = str(CALL_FORMS)
    tortured = f"torture={seconds / 2:.0f}"  # after this time the forms run plain
    plain = report.run("call forms", [*RSCRIPT, script], seconds).splitlines()
    environment = {"PYTHONMALLOC": "malloc"}
    outputs = {}
    with r_in_valgrind() as command:
        command += [script]
        outputs["valgrind"] = report.run("call forms, valgrind", command, seconds, environment)
    outputs["gctorture"] = report.run("call forms, gctorture", tests(tortured, [script]), seconds)
    for tool, text in outputs.items():
        printed = [line for line in text.splitlines() if " -> " in line]
        expected = [line for line in plain if " -> " in line]
        is_whole = plain[-1] in text.splitlines()  # how many calls there were
        if not is_whole:
            printed = printed[:-1]  # the last line may have been cut in the middle
        wanted = expected if is_whole else expected[: len(printed)]
        differ = [pair for pair in zip_longest(printed, wanted) if pair[0] != pair[1]]
        print(f"  {tool}: {len(printed)} of {len(expected)} forms, {len(differ)} differ")
        for found_line, line in differ[:5]:
            print(f"    {found_line}\n    plain: {line}")
        if differ:
            report.faults.append(f"call forms: {tool} prints what a plain run does not")


def every_test() -> list[str]:
    """Return the names of the R tests, without those that start many other processes."""
    names = [path.stem.removeprefix("test-") for path in sorted(TESTS.glob("test-*.R"))]
    others = ("company", "beside", "keras3", "doctor", "zzz", *FIRST_TESTS)
    return [*FIRST_TESTS, *(name for name in names if name not in others)]


def tests(mode: str, names: list[str]) -> list[str]:
    """Return the command that runs these tests."""
    return [*RSCRIPT, "tools/torture.R", mode, *names]


def main() -> int:
    """Run every check and return the exit code."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 560
    report = Report()
    sanitizers(report, seconds * SHARES["sanitizers"])
    valgrind(report, seconds * SHARES["valgrind"])
    gctorture(report, seconds * SHARES["gctorture"])
    call_forms(report, seconds * SHARES["call forms"])
    print("sanitize:", "; ".join(report.faults) if report.faults else "all clean")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
