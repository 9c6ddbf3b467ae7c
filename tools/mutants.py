"""Change pybridge in one place at a time, and say which test notices: `make mutants`.

A mutant is one change in one line of pybridge/ or of r/R: a comparison flipped, one added to a
number or taken away, a branch dropped, two arguments swapped, a condition negated, `and` for `or`.
They are drawn with a seed, spread over the files, and written into a copy of the checkout, which
Python, R and all that tests start from there then see. The tests that run the changed line, as one
run of all of them has shown, are run until one fails; a mutant that none kills is a survivor.

The results are a line of JSON for each mutant, `mutants.jsonl`, and a table, `mutants.md`.
mutmut and cosmic-ray know no R, and start what imports TensorFlow anew for each mutant; here it is
imported once, by `tools/mutants_server.py`, and forked.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import coverage

ROOT = Path(__file__).resolve().parent.parent
R = ("Rscript", "--no-environ", "--no-init-file")
FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
SYMMETRIC = ("max", "min", "isinstance", "np.array_equal")
"""Functions whose arguments are not swapped: the result is the same, or an error at once."""
NOT_MAPPED = ("examples", "site", "search", "lookup_page", "builds", "pages", "pkgdown", "setup")
NOT_MAPPED += ("release", "run_tests", "makefile", "forge", "needs", "library", "benchmarks")
NOT_MAPPED += ("mutants", "missing")
"""Tests of the project that run pybridge in other processes, if at all."""


class Mutant(NamedTuple):
    """A change of the bytes of a file between two places, in a line of a statement."""

    path: str
    line: int
    statement: int
    start: int
    end: int
    kind: str
    before: str
    after: str
    function: str = ""

    @property
    def key(self) -> str:
        """Return what names this mutant among all."""
        return f"{self.path}:{self.line}:{self.start} {self.before} -> {self.after}"


def python_sites(path: str, source: str) -> list[Mutant]:
    """Return all mutants of a Python file."""
    found: list[Mutant] = []
    begins = [0]
    for line in source.encode().splitlines(keepends=True):
        begins.append(begins[-1] + len(line))

    def add(kind: str, node: ast.expr, statement: int, after: str) -> None:
        start = begins[node.lineno - 1] + node.col_offset
        end = begins[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
        before = source.encode()[start:end].decode()
        found.append(Mutant(path, node.lineno, statement, start, end, kind, before, after))

    def visit(node: ast.AST, statement: int) -> None:
        if is_left_out(node):
            return
        if isinstance(node, ast.stmt):
            statement = node.lineno
        for kind, place, after in changes(node):
            add(kind, place, statement, after)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list"):
                continue
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, ast.AST):
                    visit(each, statement)

    visit(ast.parse(source), 1)
    return found


def is_left_out(node: ast.AST) -> bool:
    """Return whether nothing in a node is worth a mutant: errors, types, what is abstract."""
    if isinstance(node, ast.Raise | ast.JoinedStr):
        return True
    if isinstance(node, ast.Call):
        return ast.unparse(node.func).endswith(("Error", "Warning", "warn"))
    if isinstance(node, ast.If):
        return ast.unparse(node.test) in ("TYPE_CHECKING", "__name__ == '__main__'")
    if isinstance(node, ast.FunctionDef):
        marks = {ast.unparse(mark).rpartition(".")[2] for mark in node.decorator_list}
        return bool(marks & {"abstractmethod", "overload"})
    return False


def changes(node: ast.AST) -> Iterator[tuple[str, ast.expr, str]]:
    """Yield the kind of each change of a node, the expression that it replaces, and by what."""
    match node:
        case ast.Compare(left, operators, right):
            for place, operator in enumerate(operators):
                new = [*operators[:place], FLIPPED[type(operator)](), *operators[place + 1 :]]
                yield "comparison flipped", node, f"({ast.unparse(ast.Compare(left, new, right))})"
        case ast.BoolOp(operator, values):
            new = ast.Or() if isinstance(operator, ast.And) else ast.And()
            yield "and for or", node, f"({ast.unparse(ast.BoolOp(new, values))})"
        case ast.Constant(int(number)) if not isinstance(number, bool):
            yield "one added", node, str(number + 1)
            yield "one taken away", node, str(number - 1)
        case ast.Call(function, [first, second, *rest], keywords) if (
            not any(isinstance(each, ast.Starred) for each in (first, second))
            and ast.dump(first) != ast.dump(second)
            and ast.unparse(function) not in SYMMETRIC
        ):
            swapped = ast.Call(function, [second, first, *rest], keywords)
            yield "arguments swapped", node, ast.unparse(swapped)
    if isinstance(node, ast.If | ast.IfExp):
        yield "branch dropped", node.test, "False"
    tests = [node.test] if isinstance(node, ast.If | ast.IfExp | ast.While) else []
    for test in node.ifs if isinstance(node, ast.comprehension) else tests:
        yield "condition negated", test, f"(not ({ast.unparse(test)}))"


def mutated(source: bytes, mutant: Mutant) -> bytes:
    """Return a file with the change."""
    return source[: mutant.start] + mutant.after.encode() + source[mutant.end :]


def drawn(sites: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """Return some mutants: of each file, and in it of each kind, as many as of another."""
    random.Random(seed).shuffle(sites)
    kinds: Counter[tuple[str, str]] = Counter()
    files: Counter[str] = Counter()
    ranked = []
    for mutant in sites:
        ranked.append((kinds[mutant.path, mutant.kind], mutant))
        kinds[mutant.path, mutant.kind] += 1
    turns = []
    for _, mutant in sorted(ranked, key=lambda pair: pair[0]):
        turns.append((files[mutant.path], mutant))
        files[mutant.path] += 1
    return [mutant for _, mutant in sorted(turns, key=lambda pair: pair[0])[:count]]


def r_sites(paths: list[str]) -> list[Mutant]:
    """Return all mutants of files of R, which R finds."""
    asked = subprocess.run([*R, "tools/mutants.R", "sites", *paths], cwd=ROOT, check=True, **TEXT)
    found = []
    for site in json.loads(asked.stdout):
        path, line = site["file"], site["line"]
        source = (ROOT / path).read_bytes()
        begins = [0]
        for each in source.splitlines(keepends=True):
            begins.append(begins[-1] + len(each))
        start = begins[line - 1] + site["column"] - 1
        end = begins[site["end_line"] - 1] + site["end_column"]
        before = source[start:end].decode()
        after, function = site["after"], site["function"]
        found.append(Mutant(path, line, line, start, end, site["kind"], before, after, function))
    return found


TEXT: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}


class Copy:
    """A copy of the checkout with an R library of its own, whose R package has the Python there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.library = folder / "output/r-library"
        self.environment = os.environ | {
            "PYTHONPATH": str(folder),
            "R_LIBS": f"{self.library}:{os.environ.get('R_LIBS', '')}",
            "PYBRIDGE_TEST_RECORDS": "ignore",
        }
        self.server: subprocess.Popen[str] | None = None

    def refresh(self) -> None:
        """Make the copy as the checkout is, and install its R package."""
        self.library.mkdir(parents=True, exist_ok=True)
        listed = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
        names = subprocess.run(listed, cwd=ROOT, check=True, **TEXT).stdout
        for name in filter(None, names.split("\0")):
            here, there = ROOT / name, self.folder / name
            if here.is_symlink() or not here.exists():
                there.unlink(missing_ok=True)
            if here.exists() and not (there.exists() and same(here, there)):
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(here, there, follow_symlinks=False)
                compiled(there).unlink(missing_ok=True)
        if not (self.folder / ".venv").exists():
            (self.folder / ".venv").symlink_to(sys.prefix)
        self.install()

    def install(self) -> bool:
        """Install the R package, and link the Python package in it; return whether R could."""
        command = ["R", "CMD", "INSTALL", "--no-docs", "--no-test-load", "--no-byte-compile"]
        command += ["--no-staged-install", f"--library={self.library}", "r"]
        done = subprocess.run(command, cwd=self.folder, env=self.environment, **TEXT)
        python = self.library / "pybridge/python/pybridge"
        shutil.rmtree(python, ignore_errors=True)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.symlink_to(self.folder / "pybridge")
        return done.returncode == 0

    def write(self, path: str, content: bytes) -> None:
        """Write a file of the copy, so that Python sees it; R does once it is installed."""
        (self.folder / path).write_bytes(content)
        compiled(self.folder / path).unlink(missing_ok=True)

    def ask(self, **job: Any) -> dict[str, Any]:
        """Run tests of Python in a fork of the server, and return what it answers."""
        if self.server is None or self.server.poll() is not None:
            self.server = subprocess.Popen(
                [sys.executable, "tools/mutants_server.py"],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self.server.stdin
        assert self.server.stdout
        print(json.dumps(job), file=self.server.stdin, flush=True)
        answer: dict[str, Any] = json.loads(self.server.stdout.readline())
        return answer

    def ask_r(self, *words: str, seconds: float, **environment: str) -> str | None:
        """Run tests of R, and return what it printed, or None if it was not over in time."""
        process = subprocess.Popen(
            [*R, "tools/mutants.R", *words],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **TEXT,
        )
        try:
            return process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
            return None


def same(one: Path, other: Path) -> bool:
    """Return whether two files have the same content."""
    return one.read_bytes() == other.read_bytes()


def compiled(file: Path) -> Path:
    """Return where Python keeps what it compiled of a file, which it may take for a mutant's."""
    return Path(importlib.util.cache_from_source(str(file)))


class Group(NamedTuple):
    """A file of tests: what starting it costs, the seconds of each test, and what they run."""

    name: str
    overhead: float
    tests: dict[str, float]
    lines: dict[str, dict[str, list[int]]]
    functions: frozenset[str] = frozenset()

    @property
    def is_r(self) -> bool:
        """Return whether R runs it."""
        return self.name.endswith(".R")

    def covering(self, mutant: Mutant) -> list[str]:
        """Return the tests that run what is changed, or, if importing does, all; quickest first."""
        names = list(self.tests)
        if mutant.path.startswith("r/"):
            is_run = not mutant.function or mutant.function in self.functions
            wanted = names if self.is_r and is_run else []
        elif self.is_r:
            wanted = names if str(mutant.line) in self.lines.get(mutant.path, {}) else []
        else:
            lines = self.lines.get(mutant.path, {})
            found = lines.get(str(mutant.line), lines.get(str(mutant.statement)))
            wanted = names if found == [] else [names[n] for n in found or ()]
        return sorted(wanted, key=lambda test: self.tests[test])


def python_groups() -> list[str]:
    """Return the files of Python's tests, and pybridge, whose docstrings have tests."""
    files = sorted(str(file.relative_to(ROOT)) for file in ROOT.glob("tests/**/test_*.py"))
    left_out = ("tests/examples", *(f"tests/project/test_{name}" for name in NOT_MAPPED))
    return [*(file for file in files if not file.startswith(left_out)), "pybridge"]


def mapped(copy: Copy, folder: Path, suite: Suite) -> list[Group]:
    """Return what each file of tests runs, of which each that is not known yet is run once."""
    folder.mkdir(parents=True, exist_ok=True)
    r_files = [str(file.relative_to(ROOT)) for file in sorted(ROOT.glob("r/tests/*/test-*.R"))]
    slow_r = [file for file in r_files if file.endswith("test-recycle.R")]
    names = [*python_groups(), *(slow_r if suite == "rest" else r_files)]
    groups = []
    for name in names:
        if name == "pybridge" and suite == "rest":
            continue
        kept = folder / f"{name.replace('/', '+')}.json"
        if not kept.exists():
            run = r_map if name.endswith(".R") else python_map
            found = run(copy, name, suite)
            print(f"{name}: {found['seconds']:.0f} s, failed: {found.get('failed', 'all')}")
            kept.write_text(json.dumps(found))
        found = json.loads(kept.read_text())
        if not found.get("tests"):
            continue
        failed = {test for test, _ in found["failed"]}
        tests = {test: 1e9 if test in failed else s for test, s in found["tests"].items()}
        functions = frozenset(found.get("functions", ()))
        groups.append(Group(name, found["overhead"], tests, found["lines"], functions))
    return groups


def python_map(copy: Copy, name: str, suite: Suite) -> dict[str, Any]:
    """Run a file of Python's tests, and return which lines each test runs."""
    marks = MARKS[suite] if name.startswith("tests") else ""
    return copy.ask(files=[name], tests=None, marks=marks, seconds=900, covers=True)


def r_map(copy: Copy, name: str, suite: Suite) -> dict[str, Any]:
    """Run a file of R's tests, and return which functions of R and lines of Python it runs."""
    began = time.monotonic()
    data = copy.folder / "output/covered"
    settings = copy.folder / "output/coveragerc"
    settings.write_text(f"[run]\nsource = pybridge\nparallel = true\ndata_file = {data}\n")
    says = {"COVERAGE_PROCESS_START": str(settings), "PYBRIDGE_TEST_SLOW": SLOW[suite]}
    printed = copy.ask_r("map", name, seconds=900, **says)
    found: dict[str, Any] = json.loads((printed or "{}").splitlines()[-1])
    lines: dict[str, dict[int, list[int]]] = {}
    for file in data.parent.glob("covered.*"):
        read = coverage.CoverageData(str(file))
        read.read()
        for path in read.measured_files():
            place = os.path.relpath(os.path.realpath(path), copy.folder.resolve())
            lines.setdefault(place, {}).update((line, [0]) for line in read.lines(path) or ())
        file.unlink()
    seconds = time.monotonic() - began
    tests = {} if found.get("failed", True) else {name: seconds}
    return {
        **found,
        "failed": [],
        "tests": tests,
        "seconds": seconds,
        "overhead": 0,
        "lines": lines,
    }


Suite = Literal["default", "rest"]
MARKS: dict[Suite, str] = {"default": "not slow", "rest": "slow"}
SLOW: dict[Suite, str] = {"default": "no", "rest": "yes"}


def batches(
    groups: list[Group], mutant: Mutant, seconds: float
) -> Iterator[tuple[list[str], float]]:
    """Yield tests to run together and what they take, R's after Python's, the quickest first."""
    wanted = []
    for group in groups:
        tests, cost = [], group.overhead
        for test in group.covering(mutant):
            if cost + group.tests[test] <= seconds:
                tests.append(test)
                cost += group.tests[test]
        if tests:
            wanted.append((group.is_r, cost, tests))
    if not wanted and mutant.function:  # what loading the package calls is a matter of every test
        yield from batches(groups, mutant._replace(function=""), seconds)
    batch: list[str] = []
    total, least = 0.0, 5.0
    for n, (is_r, cost, tests) in enumerate(sorted(wanted)):
        batch += tests
        total += cost
        is_last = n + 1 == len(wanted) or sorted(wanted)[n + 1][0] != is_r
        if total > least or is_last:
            yield batch, total
            batch, total, least = [], 0.0, 2 * least


def tried(
    copy: Copy, groups: list[Group], mutant: Mutant, suite: Suite, each: float
) -> dict[str, Any]:
    """Write a mutant into the copy, run its tests until one fails, and return what became of it."""
    source = (ROOT / mutant.path).read_bytes()
    record = {"key": mutant.key, **mutant._asdict(), "outcome": "uncovered", "ran": 0, "left": 0}
    try:
        copy.write(mutant.path, mutated(source, mutant))
        if mutant.path.startswith("r/") and not copy.install():
            return record | {"outcome": "killed", "test": "R CMD INSTALL"}
        spent = 0.0
        for tests, cost in batches(groups, mutant, each):
            if spent + cost > each:
                record["left"] += len(tests)
                continue
            spent += cost
            record |= {"outcome": "survived", "ran": record["ran"] + len(tests)}
            limit = 20 + 4 * cost
            if tests[0].endswith(".R"):
                slow = SLOW[suite]
                printed = copy.ask_r("run", *tests, seconds=limit, PYBRIDGE_TEST_SLOW=slow)
                is_over, failed = printed is not None, failed_in_r(printed or "")
            else:
                files = sorted({test.partition("::")[0] for test in tests})
                marks = MARKS[suite] if any(file.startswith("tests") for file in files) else ""
                found = copy.ask(files=files, tests=tests, marks=marks, seconds=limit, stops=True)
                is_over, failed = found["is_over"], failed_in_python(found)
            if not is_over or failed:
                test, words = (*(failed if is_over else ()), (tests[0], f"over {limit:.0f} s"))[0]
                outcome = "killed" if is_over else "timeout"
                return record | {"outcome": outcome, "test": test, "words": words}
        return record
    finally:
        copy.write(mutant.path, source)


def failing_alone(copy: Copy, records: list[dict[str, Any]]) -> set[str]:
    """Return the tests that killed a mutant, and also fail without one, apart from the others."""
    files: dict[str, set[str]] = {}
    for each in records:
        test = each.get("test", "")
        if each["outcome"] == "killed" and "::" in test:
            files.setdefault(test.partition("::")[0], set()).add(test)
    failing = set()
    for file, tests in files.items():
        found = copy.ask(files=[file], tests=sorted(tests), marks="", seconds=600)
        failing |= {test for test, _ in found.get("failed", ())}
    return failing


def failed_in_python(found: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the tests of Python that failed; without any, pytest may have ended before them."""
    code = found.get("code")
    if found.get("failed") or code in PASSES:
        return [(test, words) for test, words in found["failed"]]
    return [("pytest", f"ended with {code}")]


PASSES = (0, 5)
"""How pytest ends if no test fails, or if none is there."""


def failed_in_r(printed: str) -> list[tuple[str, str]]:
    """Return the test of R that failed, from what R printed; R says last that it is done."""
    for line in printed.splitlines():
        if line.startswith("KILLED "):
            file, _, words = line.removeprefix("KILLED ").partition(": ")
            return [(f"r/tests/testthat/{file}", words)]
    return [] if "\nDONE" in printed else [("R", "ended")]


def table(records: list[dict[str, Any]]) -> str:
    """Return the counts of mutants and the survivors, in Markdown."""
    lines = [
        "| mutants of | all | killed | timeout | survived | uncovered |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, folder in (("pybridge/", "pybridge/"), ("r/R", "r/R/")):
        counts = Counter(each["outcome"] for each in records if each["path"].startswith(folder))
        columns = [counts[name] for name in ("killed", "timeout", "survived", "uncovered")]
        lines.append(f"| {name} | {counts.total()} | {' | '.join(map(str, columns))} |")
    lines += ["", "| survivor | kind | before | after | tests run |", "|---|---|---|---|--:|"]
    for each in sorted(records, key=lambda each: (each["path"], each["line"])):
        if each["outcome"] in ("survived", "uncovered"):
            texts = (
                " ".join(each[name].split()).replace("|", "\\|") for name in ("before", "after")
            )
            cells = (
                f"{each['path']}:{each['line']}",
                each["kind"],
                *(f"`{text}`" for text in texts),
            )
            lines.append(f"| {' | '.join(cells)} | {each['ran']} |")
    return "\n".join(lines) + "\n"


def chosen(options: argparse.Namespace) -> list[Mutant]:
    """Return the mutants that are asked for."""
    python = sorted(str(file.relative_to(ROOT)) for file in ROOT.glob("pybridge/**/*.py"))
    r = sorted(str(file.relative_to(ROOT)) for file in ROOT.glob("r/R/*.R"))
    sites = [site for path in python for site in python_sites(path, (ROOT / path).read_text())]
    both = [
        *drawn(sites, options.count, options.seed),
        *drawn(r_sites(r), options.r_count, options.seed),
    ]
    return [mutant for mutant in both if mutant.path.startswith(options.only)]


def main() -> None:
    """Draw mutants, run their tests and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, default=ROOT / "output/mutants", help="a folder")
    parser.add_argument("--count", type=int, default=300, help="mutants of pybridge/")
    parser.add_argument("--r-count", type=int, default=60, help="mutants of r/R")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="how the paths of the mutants begin")
    parser.add_argument(
        "--suite",
        choices=["default", "rest"],
        default="default",
        help="the tests of make test, or those of make test-rest on the survivors",
    )
    parser.add_argument("--resume", action="store_true", help="keep the results that there are")
    parser.add_argument("--each", type=float, default=90, help="seconds of tests for a mutant")
    parser.add_argument("--seconds", type=float, default=7200, help="seconds for all")
    options = parser.parse_args()
    results: Path = options.results.resolve()
    began = time.monotonic()
    copy = Copy(results / "tree")
    copy.refresh()
    groups = mapped(copy, results / f"map-{options.suite}", options.suite)
    print(f"the tests are known after {time.monotonic() - began:.0f} s", flush=True)
    usual, rest = results / "mutants.jsonl", results / "mutants-rest.jsonl"
    kept = rest if options.suite == "rest" else usual
    if not options.resume:
        kept.unlink(missing_ok=True)
    mutants = chosen(options)
    if options.suite == "rest":
        alive = {
            each["key"] for each in read(usual) if each["outcome"] in ("survived", "uncovered")
        }
        mutants = [mutant for mutant in mutants if mutant.key in alive]
    known = {each["key"] for each in read(kept)}
    for n, mutant in enumerate(mutants):
        if mutant.key in known:
            continue
        if time.monotonic() - began > options.seconds:
            print(f"the time is over; {len(mutants) - n} mutants are left: --resume")
            break
        start = time.monotonic()
        record = tried(copy, groups, mutant, options.suite, options.each)
        record["seconds"] = round(time.monotonic() - start, 1)
        with kept.open("a") as file:
            print(json.dumps(record), file=file)
        print(
            n + 1,
            record["outcome"],
            record["seconds"],
            mutant.key,
            record.get("test", ""),
            flush=True,
        )
    records = read(kept)
    if failing := failing_alone(copy, records):
        print("these fail without a mutant; what they killed is left out:", *failing, sep="\n")
        records = [each for each in records if each.get("test") not in failing]
        kept.write_text("".join(f"{json.dumps(each)}\n" for each in records))
    text = table(records)
    kept.with_suffix(".md").write_text(text)
    print(text)


def read(file: Path) -> list[dict[str, Any]]:
    """Return the results of a file, if it is there."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


if __name__ == "__main__":
    main()
