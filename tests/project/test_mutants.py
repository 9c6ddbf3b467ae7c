"""`make mutants` changes what it says, draws evenly, runs the right tests and sees them fail."""

import json
import shutil

import pytest
from processes import ROOT, python

from tools import mutants
from tools.mutants import Group, Mutant, batches, drawn, mutated, python_sites, table

SOURCE = '''
def size_of(x: Literal[3], y=None) -> int:
    """Return 1 + 1."""
    if x < 1 and y is None:
        raise ValueError(f"{x + 5} is under 1")
    return [each for each in f(x, y) if each not in max(x, y)]
'''


def changed(source):
    """Return each kind of change with what it makes of the lines that it changes."""
    found = []
    for mutant in python_sites("a.py", source):
        new = mutated(source.encode(), mutant).decode()
        old_lines, new_lines = source.splitlines(), new.splitlines()
        (line,) = [b.strip() for a, b in zip(old_lines, new_lines, strict=True) if a != b]
        assert old_lines[mutant.line - 1] not in new_lines
        found.append((mutant.kind, line))
    return found


def test_each_kind_of_change_is_made_where_it_can_be_and_nothing_that_is_raised_is_changed():
    last = "return [each for each in {} if {}]"
    f, rest = "f(x, y)", "each not in max(x, y)"
    assert sorted(changed(SOURCE)) == [
        ("and for or", "if (x < 1 or y is None):"),
        ("arguments swapped", last.format("f(y, x)", rest)),
        ("branch dropped", "if False:"),
        ("comparison flipped", "if (x <= 1) and y is None:"),
        ("comparison flipped", "if x < 1 and (y is not None):"),
        ("comparison flipped", last.format(f, "(each in max(x, y))")),
        ("condition negated", "if (not (x < 1 and y is None)):"),
        ("condition negated", last.format(f, f"(not ({rest}))")),
        ("one added", "if x < 2 and y is None:"),
        ("one taken away", "if x < 0 and y is None:"),
    ]


def test_places_are_those_of_bytes_and_of_several_lines():
    source = 'a = ["ä", x > 2,\n  y <\n  z]\n'
    lines = [mutated(source.encode(), each).decode() for each in python_sites("a.py", source)]
    assert sorted(lines) == [
        'a = ["ä", (x >= 2),\n  y <\n  z]\n',
        'a = ["ä", x > 1,\n  y <\n  z]\n',
        'a = ["ä", x > 2,\n  (y <= z)]\n',
        'a = ["ä", x > 3,\n  y <\n  z]\n',
    ]


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="needs R, which is not on PATH")
def test_r_says_where_its_files_can_be_changed():
    found = mutants.r_sites(["r/R/array-value.R"])
    text = (ROOT / "r/R/array-value.R").read_text()
    assert {each.kind for each in found} > {"branch dropped", "and for or", "arguments swapped"}
    for each in found:
        assert text.encode()[each.start : each.end].decode() == each.before
        assert each.function in text
    (one, *_) = [each for each in found if each.kind == "and for or"]
    assert (one.before, one.after) in {("||", "&&"), ("&&", "||"), ("|", "&"), ("&", "|")}


def site(path, kind, number):
    return Mutant(path, number, number, 0, 1, kind, "1", "2")


def test_mutants_are_drawn_from_every_file_and_every_kind_and_the_same_again():
    many = [site("many.py", "a", n) for n in range(97)] + [site("many.py", "b", 97)]
    sites = [*many, *(site("few.py", "a", n) for n in range(2))]
    found = drawn(list(sites), 6, 1)
    assert [each.path for each in found].count("few.py") == 2
    assert {each.kind for each in found if each.path == "many.py"} == {"a", "b"}
    assert found == drawn(list(sites), 6, 1) != drawn(list(sites), 6, 2)
    assert len(drawn(list(sites), 100, 1)) == len(set(sites))


def test_the_quickest_tests_that_run_a_line_are_run_first_and_those_of_r_last():
    lines = {"pybridge/a.py": {"3": [0, 1], "1": []}}
    slow = Group("tests/test_slow.py", 1, {"s::1": 30.0, "s::2": 6.0}, lines)
    quick = Group("tests/test_quick.py", 1, {"q::1": 0.2, "q::2": 0.1, "q::3": 0.0}, lines)
    r = Group("r/tests/testthat/test-a.R", 0, {"test-a.R": 1.0}, lines, frozenset({"f"}))
    found = list(batches([r, slow, quick], site("pybridge/a.py", "a", 3), 90))
    assert [tests for tests, _ in found] == [["q::2", "q::1", "s::2", "s::1"], ["test-a.R"]]
    # what takes too long is left out, and what importing runs is a matter of every test
    assert next(batches([slow, quick], site("pybridge/a.py", "a", 3), 10))[0][-1] == "s::2"
    assert next(batches([quick], site("pybridge/a.py", "a", 1), 10))[0] == ["q::3", "q::2", "q::1"]
    assert list(batches([slow, quick, r], site("pybridge/a.py", "a", 2), 90)) == []
    in_r = site("r/R/a.R", "a", 3)
    assert [tests for tests, _ in batches([slow, r], in_r._replace(function="f"), 90)] == [
        ["test-a.R"]
    ]
    # loading the package may call what no test is seen to call
    assert [tests for tests, _ in batches([slow, r], in_r._replace(function="g"), 90)] == [
        ["test-a.R"]
    ]


def test_the_table_counts_outcomes_and_names_survivors():
    found = [{**site("pybridge/a.py", "a", n)._asdict(), "ran": n} for n in (5, 3, 4)]
    outcomes = ("survived", "killed", "uncovered")
    records = [{**each, "outcome": made} for each, made in zip(found, outcomes, strict=True)]
    lines = table(records).splitlines()
    assert "| pybridge/ | 3 | 1 | 0 | 1 | 1 |" in lines
    assert lines[-2:] == [f"| pybridge/a.py:{n} | a | `1` | `2` | {n} |" for n in (4, 5)]


def test_what_pytest_answers_says_whether_a_test_failed():
    killed = [("test_a.py::test_one", "assert 3 == 2")]
    assert mutants.failed_in_python({"code": 1, "failed": killed}) == killed
    assert mutants.failed_in_python({"code": 0, "failed": []}) == []
    # where tests/conftest.py cannot be imported, no test is there to fail
    assert mutants.failed_in_python({"code": 4, "failed": []}) == [("pytest", "ended with 4")]
    assert mutants.failed_in_python({}) == [("pytest", "ended with None")]


def test_what_r_printed_says_whether_a_test_failed():
    assert mutants.failed_in_r("passed\n\nDONE\n") == []
    killed = [("r/tests/testthat/test-a.R", "Error: no")]
    assert mutants.failed_in_r("x\nKILLED test-a.R: Error: no\n") == killed
    assert mutants.failed_in_r("x\n") == [("R", "ended")]


def test_results_are_read_again(tmp_path):
    file = tmp_path / "mutants.jsonl"
    assert mutants.read(file) == []
    file.write_text(json.dumps({"key": "a"}) + "\n")
    assert mutants.read(file) == [{"key": "a"}]


TESTS = """
import time
import pybridge
def test_one(): assert pybridge.one() == 1
def test_two(): assert pybridge.two() == 2
def test_three(): time.sleep(60)
"""
ASKS = """
import sys
sys.path[:0] = sys.argv[1:]
from tools.mutants_server import answer
usual = {"files": ["test_a.py"], "marks": "", "seconds": 30}
both = ["test_a.py::test_two", "test_a.py::test_one"]
import json
print(json.dumps([
    answer({**usual, "tests": both, "stops": True}),
    answer({**usual, "tests": both[1:], "covers": True}),
    answer({**usual, "tests": ["test_a.py::test_three"], "seconds": 3}),
]))
"""


def test_a_fork_says_which_test_failed_first_what_each_covers_and_what_hangs(tmp_path):
    (tmp_path / "output").mkdir()
    (tmp_path / "pybridge").mkdir()
    two = "def one():\n    return 1\ndef two():\n    return 3\n"
    (tmp_path / "pybridge/__init__.py").write_text(two)
    (tmp_path / "test_a.py").write_text(TESTS)
    (tmp_path / "asks.py").write_text(f"import os\nos.chdir({str(tmp_path)!r})\n{ASKS}")
    done = python(str(tmp_path / "asks.py"), str(ROOT), str(tmp_path))
    assert done.returncode == 0, done.stderr
    killed, covered, hung = json.loads(done.stdout)
    assert killed["failed"] == [["test_a.py::test_two", "assert 3 == 2"]]
    assert list(killed["tests"]) == ["test_a.py::test_two"]
    assert covered["failed"] == []
    assert covered["lines"]["pybridge/__init__.py"] == {"1": [], "2": [0], "3": []}
    assert (killed["is_over"], hung["is_over"], hung.get("failed")) == (True, False, None)
