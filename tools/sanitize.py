"""Run the R package's C code under the tools that see what C does to memory.

`python tools/sanitize.py [seconds]` runs four checks, each bounded by so many seconds in all:

1. `sanitizers`: the package built with AddressSanitizer and UndefinedBehaviorSanitizer, over the R
   tests;
2. `valgrind`: the tests of the package's own C code, in valgrind's memcheck;
3. `gctorture`: a garbage collection at every allocation inside the package's C code, over the R
   tests: what is not protected is gone at once;
4. `call forms`: a program that prints what hundreds of odd calls give, under valgrind and under
   gctorture; each must print what a plain run prints.

What it needs of the system, Debian's packages, it installs. The exit code tells whether all is
clean; a run that the time ended is no fault, and is named.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "r" / "tests" / "testthat"
CALL_FORMS = ROOT / "tests" / "support" / "r_call_forms.R"
RSCRIPT = ("Rscript", "--no-environ", "--no-init-file")
FLAGS = "-g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all"

# Tests whose calls of C are many and whose calls of Python are few: valgrind slows all of it down.
VALGRIND_TESTS = ("reshape", "array", "array-value", "record", "subset", "view", "conversion")

VALGRIND = "valgrind --quiet --error-exitcode=9 --leak-check=no --num-callers=20"
# Python's allocator and vectorised string functions read beyond what they use, on purpose.
SUPPRESSIONS = """
{
   python_allocator
   Memcheck:Addr4
   ...
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


def ensure_tools() -> None:
    """Install valgrind and the sanitizers' libraries where they are missing."""
    missing = [] if shutil.which("valgrind") else ["valgrind"]
    if not Path(library_of("libasan.so")).is_absolute():
        missing.append("gcc")
    if not missing:
        return
    command = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    print("installing", *missing, flush=True)
    subprocess.run([*as_root, "apt-get", "update"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([*as_root, *command], check=True, stdout=subprocess.DEVNULL)


def library_of(name: str) -> str:
    """Return where the compiler keeps a library, or the bare name."""
    command = ["gcc", f"-print-file-name={name}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def install_sanitized(folder: Path) -> Path:
    """Build the R package with the sanitizers, and return its library."""
    makevars, library = folder / "Makevars", folder / "library"
    library.mkdir()
    makevars.write_text(f"CFLAGS = {FLAGS}\nSHLIB_LDFLAGS = -shared -fsanitize=address,undefined\n")
    source = folder / "r"  # a copy: a checkout keeps no object files
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
    """What was run, and what was found."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.faults: list[str] = []

    def run(
        self,
        label: str,
        command: list[str],
        seconds: float,
        environment: dict[str, str] | None = None,
    ) -> str:
        """Run a check, print how it ended, and return what it printed."""
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
        state = "FAILED" if bad else "clean" if ended else f"clean when {seconds:.0f} s were over"
        said = [line for line in text.splitlines() if line.startswith("sanitize:")]
        print(f"{label}: {state}", *said, sep="\n  ", flush=True)
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
            # R and Python leave memory to the end of the process, which is no leak of the package.
            "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
            "UBSAN_OPTIONS": "print_stacktrace=1",
            # The C code is the same for every library.
            "PYBRIDGE_TEST_BACKENDS": "",
        }
        report.run("sanitizers", tests("plain", every_test()), seconds, environment)


def valgrind(report: Report, seconds: float) -> None:
    """Run the tests of C code in valgrind."""
    chosen = sorted({*VALGRIND_TESTS} & {*every_test()})
    with tempfile.NamedTemporaryFile("w", suffix=".supp") as file:
        file.write(SUPPRESSIONS)
        file.flush()
        debugger = f"--debugger={VALGRIND} --suppressions={file.name}"
        environment = {"PYBRIDGE_TEST_BACKENDS": "", "PYTHONMALLOC": "malloc"}
        command = ["R", "--no-echo", "--no-restore", "--no-environ", "--no-init-file", debugger]
        command += ["-f", "tools/torture.R", "--args", "plain", *chosen]
        report.run("valgrind", command, seconds, environment)


def gctorture(report: Report, seconds: float) -> None:
    """Run the R tests with garbage collections inside the package's C code."""
    names = every_test()
    environment = {"PYBRIDGE_TEST_BACKENDS": ""}
    mode = f"torture={seconds / len(names):.0f}"
    for name in names:
        report.run(f"gctorture, {name}", tests(mode, [name]), 2 * seconds, environment)


def call_forms(report: Report, seconds: float) -> None:
    """Compare what the odd call forms print, plain, in valgrind and tortured."""
    if not CALL_FORMS.exists():
        return
    script = str(CALL_FORMS)
    plain = report.run("call forms", [*RSCRIPT, script], seconds)
    command = ["R", "--no-echo", "--no-restore", "--no-environ", "--no-init-file"]
    command += [f"--debugger={VALGRIND}", "-f", script]
    environment = {"PYTHONMALLOC": "malloc"}
    found = {
        "valgrind": report.run("call forms, valgrind", command, seconds, environment),
        "gctorture": report.run("call forms, gctorture", tests("torture=0", [script]), seconds),
    }
    for tool, text in found.items():
        printed = [line for line in text.splitlines() if not line.startswith(("==", "sanitize:"))]
        if printed != plain.splitlines():
            report.faults.append(f"call forms: {tool} prints what a plain run does not")
    print(f"call forms: {len(plain.splitlines())} lines, the same in every run")


def every_test() -> list[str]:
    """Return the names of the R tests, without those that start many other processes."""
    names = [path.stem.removeprefix("test-") for path in sorted(TESTS.glob("test-*.R"))]
    return [name for name in names if name not in ("keras3", "doctor", "zzz", "chapter")]


def tests(mode: str, names: list[str]) -> list[str]:
    """Return the command that runs these tests."""
    return [*RSCRIPT, "tools/torture.R", mode, *names]


def main() -> int:
    """Run every check and return the exit code."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600
    ensure_tools()
    report = Report()
    for check in (sanitizers, valgrind, gctorture, call_forms):
        check(report, seconds)
    print("sanitize:", "; ".join(report.faults) if report.faults else "all clean")
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main())
