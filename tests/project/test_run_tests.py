"""`make test` and `make test-quick` run both languages whatever fails, and end with one sum."""

import subprocess
from pathlib import Path

import pytest

from tools import run_tests
from tools.run_tests import QUICK_PYTHON, QUICK_R, Count, run


@pytest.fixture
def asked(monkeypatch):
    """Let nothing run; return the languages that were asked for, and whether for their core."""
    calls = []

    def counted(name, count):
        def count_tests(folder, is_quick):
            calls.append((name, is_quick))
            return (1 if count.failed else 0), count

        return count_tests

    counts = {"python": Count(7, 2, 0), "r": Count(11, 0, 0)}
    languages = {name: (name, counted(name, count)) for name, count in counts.items()}
    monkeypatch.setattr(run_tests, "LANGUAGES", languages)
    return calls


def test_a_failure_of_python_does_not_stop_r_and_the_last_line_is_the_sum(asked, capsys):
    assert run(["quick", "python", "r"]) == 1
    assert asked == [("python", True), ("r", True)]
    assert capsys.readouterr().out.splitlines()[-1] == "18 passed, 2 failed"


def test_without_the_word_all_tests_are_run(asked):
    run(["r"])
    assert asked == [("r", False)]


def test_a_word_that_is_none_is_refused(asked):
    with pytest.raises(SystemExit, match="knows no rust"):
        run(["python", "rust"])
    assert asked == []


@pytest.mark.parametrize("is_quick", [True, False])
def test_the_core_is_what_the_runners_are_given(is_quick, monkeypatch):
    commands = []

    def note(command, cwd):
        commands.append(command)
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(run_tests.subprocess, "run", note)
    assert run_tests.count_python(Path("nowhere"), is_quick) == (1, Count(0, 0, 0))
    assert run_tests.count_r(Path("nowhere"), is_quick) == (1, Count(0, 0, 0))
    python, r = commands
    assert python[6:] == (["-q", "--no-search", *QUICK_PYTHON] if is_quick else [])
    assert r[5:] == (list(QUICK_R) if is_quick else [])
