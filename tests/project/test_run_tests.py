"""`make test` and `make test-quick` run both languages whatever fails, and end with one sum."""

import threading
from pathlib import Path

import pytest
from order import LONGEST
from processes import ROOT

from tools import run_tests
from tools.run_tests import QUICK_PYTHON, QUICK_R, Count, Outcome, run


@pytest.fixture
def asked(monkeypatch):
    """Let nothing run; return the languages that were asked for, and whether for their core."""
    calls = []

    def counted(name, count):
        def count_tests(folder, scope, output):
            calls.append((name, scope))
            print(f"what {name} prints", file=output)
            return Outcome(1 if count.failed else 0, count)

        return count_tests

    counts = {"python": Count(7, 2, 0), "r": Count(11, 0, 0)}
    languages = {name: (name, counted(name, count)) for name, count in counts.items()}
    monkeypatch.setattr(run_tests, "LANGUAGES", languages)
    return calls


def test_a_failure_of_python_does_not_stop_r_and_the_last_line_is_the_sum(asked, capsys):
    assert run(["quick", "python", "r"]) == 1
    assert sorted(asked) == [("python", "quick"), ("r", "quick")]
    assert capsys.readouterr().out.splitlines()[-1] == "18 passed, 2 failed"


def test_what_runs_beside_another_is_printed_as_a_whole_and_in_order(asked, monkeypatch, capsys):
    """Here each job ends only after the next has begun, and the checks follow each other."""
    begun = {name: threading.Event() for name in ("lint", "coverage", "python", "r")}

    def job(name, after, outcome):
        def work(folder, scope, output):
            print(name, "begins", file=output, flush=True)
            begun[name].set()
            assert begun[after].wait(60)
            print(name, "ends", file=output)
            return outcome

        return work

    languages = {
        "python": ("Python", job("python", "r", Outcome(1, Count(7, 2, 0)))),
        "r": ("R", job("r", "python", Outcome(0, Count(11, 0, 0)))),
    }
    checks = {
        "lint": job("lint", "python", Outcome(2)),
        "coverage": job("coverage", "lint", Outcome(0, Count(3, 0, 0))),
    }
    monkeypatch.setattr(run_tests, "LANGUAGES", languages)
    monkeypatch.setattr(run_tests, "CHECKS", checks)
    assert run(["lint", "coverage", "python", "r"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        *("==== make lint", "lint begins", "lint ends"),
        *("==== make coverage", "coverage begins", "coverage ends"),
        *("==== Python tests", "python begins", "python ends"),
        *("==== R tests", "r begins", "r ends"),
        "====",
        "Python tests: 12 ran (10 passed, 2 failed)",
        "R tests: 11 ran (11 passed, 0 failed)",
        "FAILED: make lint",
        "21 passed, 3 failed",
    ]


def test_without_the_word_all_tests_are_run(asked):
    run(["r"])
    assert asked == [("r", "all")]


def test_a_word_that_is_none_is_refused(asked):
    with pytest.raises(SystemExit, match="knows no rust"):
        run(["python", "rust"])
    assert asked == []


def test_what_coverage_runs_is_not_run_again_beside_it(asked, monkeypatch, capsys):
    covered = lambda folder, scope, output: Outcome(0, Count(5, 0, 0))  # noqa: E731
    monkeypatch.setattr(run_tests, "CHECKS", {"coverage": covered})
    run(["coverage", "python", "r"])
    assert sorted(asked) == [("python", "not covered"), ("r", "not covered")]
    assert capsys.readouterr().out.splitlines()[-1] == "23 passed, 2 failed"


GIVEN = {"all": [], "quick": ["-q", "--no-search", *QUICK_PYTHON], "not covered": ["--not-covered"]}


@pytest.mark.parametrize(("scope", "given"), GIVEN.items())
def test_the_runners_are_given_what_is_wanted(scope, given, monkeypatch):
    commands = []

    def note(command, output):
        commands.append(command)
        return 1

    monkeypatch.setattr(run_tests, "call", note)
    assert run_tests.count_python(Path("nowhere"), scope, None) == (1, Count(0, 0, 0))
    assert run_tests.count_r(Path("nowhere"), scope, None) == (1, Count(0, 0, 0))
    python, r = commands
    assert python[8:] == given
    assert r[5:] == (list(QUICK_R) if scope == "quick" else [])


def test_the_files_that_come_first_are_there():
    assert [name for name in LONGEST if not (ROOT / name).exists()] == []
