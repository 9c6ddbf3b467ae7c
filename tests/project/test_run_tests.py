"""`make test` and `make test-quick` run both languages whatever fails, and end with one sum."""

import contextlib
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import pytest
from order import LONGEST
from processes import INHERITED, ROOT

from tools import run_tests
from tools.run_tests import QUICK_PYTHON, QUICK_R, SLOW_R, XUNIT1, Count, Outcome, run


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
        *("==== the last words of make lint", "failed", "lint begins", "lint ends", "===="),
        "Python tests: 12 ran (10 passed, 2 failed)",
        "R tests: 11 ran (11 passed, 0 failed)",
        *("make lint - failed", "    make lint"),
        "21 passed, 3 failed",
    ]


def test_without_a_word_all_tests_but_slow_ones_are_run(asked):
    run(["r"])
    assert asked == [("r", "usual")]


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


GIVEN = {
    "usual": (["--unchanged", "-m", "not slow"], []),
    "not covered": (["--unchanged", "-m", "not slow", "--not-covered"], []),
    "quick": (["-q", "--no-search", *QUICK_PYTHON], QUICK_R),
    "rest": (["-m", "slow"], SLOW_R),
    "all": (["--not-covered"], []),
}


@pytest.mark.parametrize("scope", GIVEN)
def test_the_runners_are_given_what_is_wanted(scope, monkeypatch, tmp_path):
    calls = []

    def note(command, output, **environment):
        calls.append((command, environment))
        return 1

    monkeypatch.setattr(run_tests, "call", note)
    assert run_tests.count_python(tmp_path, scope, None) == (1, Count(0, 0, 0), ())
    assert run_tests.count_r(tmp_path, scope, None).code == 1
    (python, _), (r, environment) = calls
    assert python[python.index("--no-loadscope-reorder") + 1 :] == GIVEN[scope][0]
    assert r[5:] == list(GIVEN[scope][1])
    is_slow = "yes" if scope in ("rest", "all") else "no"
    assert environment == {"PYBRIDGE_TEST_SLOW": is_slow}


def test_the_files_of_r_that_draw_more_do_so():
    folder = ROOT / "r/tests/testthat"
    drawing = {path.stem for path in folder.glob("test-*.R") if "is_slow(" in path.read_text()}
    assert drawing == {f"test-{name}" for name in SLOW_R}


# ---- What failed is said last --------------------------------------------------------------------

FAILING = """
import ctypes, os, pytest

def test_right():
    pass

class TestWrong:
    @pytest.mark.parametrize("k", ["a b"])
    def test_wrong(self, k):
        assert 1 == 2, "one is not two"

def test_fixture(nowhere):
    pass

def test_before_the_end():
    os.write(2, b"what another test wrote\\n")

def test_ends():
    ctypes.CDLL(None).perror(b"the library says why")
    os._exit(3)

@pytest.mark.skip(reason="unchanged since it passed")
def test_unchanged():
    pass
"""


def test_a_report_has_what_failed_and_the_last_words_of_a_process(tmp_path):
    (tmp_path / "test_port.py").write_text(FAILING)
    plugins = (tmp_path / "conftest.py", tmp_path / "pytest.ini", tmp_path / "report.xml")
    plugins[0].write_text('pytest_plugins = ["last_words"]\n')
    plugins[1].write_text("[pytest]\n")
    options = ["-n", "1", "-p", "no:cacheprovider", *XUNIT1.split(), f"--junitxml={plugins[2]}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "xdist", *options],
        cwd=tmp_path,
        env={
            **INHERITED,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": str(ROOT / "tests/support"),
        },
        capture_output=True,
        text=True,
    )
    count, failures = run_tests.read_report(plugins[2])
    assert count == Count(2, 3, 0, 1), done.stdout + done.stderr
    wrong, fixture, ends = sorted(failures, key=lambda each: "fixture ends".find(each.name[-4:]))
    assert str(wrong).splitlines() == [
        "test_port.py::TestWrong::test_wrong[a b] - AssertionError: one is not two",
        "    .venv/bin/python -m pytest 'test_port.py::TestWrong::test_wrong[a b]'",
    ]
    assert "fixture 'nowhere' not found" in fixture.words
    assert "crashed while running 'test_port.py::test_ends'" in str(ends).splitlines()[0]
    assert "the library says why" in ends.words
    assert "what another test wrote" not in ends.words


def test_a_runner_of_r_that_ends_names_the_test_and_its_last_words(monkeypatch, capsys):
    def ends(command, output, **environment):
        Path(f"{command[4]}.running").write_text("test-view.R: a view is a view\n")
        print("terminate called", "double free", sep="\n", file=output)
        return 134

    monkeypatch.setattr(run_tests, "call", ends)
    assert run(["r"]) == 1
    assert capsys.readouterr().out.splitlines()[2:] == [
        *("double free", "==== the last words of test-view.R: a view is a view"),
        *("R ended with 134 while it ran this", "terminate called", "double free", "===="),
        "R tests: 0 ran (0 passed, 0 failed)",
        "test-view.R: a view is a view - R ended with 134 while it ran this",
        *("    make test-r", "FAILED: no R test ran", "0 passed, 1 failed"),
    ]


ENDLESS = """
import subprocess, sys
import tools.run_tests as run_tests
child = f"import time; time.sleep(600)  # {sys.argv[1]}"
parent = f"import subprocess, sys, time; command = [sys.executable, '-c', {child!r}]; "
parent += "subprocess.Popen(command, start_new_session=True); time.sleep(600)"
command = [sys.executable, "-c", parent]
work = lambda folder, scope, output: run_tests.Outcome(run_tests.call(command, output))
run_tests.LANGUAGES.update(python=("Python", work), r=("R", work))
run_tests.adopt_orphans()
run_tests.signal.signal(run_tests.signal.SIGTERM, run_tests.interrupted)
sys.exit(run_tests.run(["python", "r"]))
"""


def running(mark):
    """Return how many processes have a word on their command line."""
    found = 0
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            found += mark.encode() in path.read_bytes()
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which processes there are")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_no_process_behind(number):
    mark = f"mark-{uuid.uuid4()}"
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, mark], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    while running(mark) < 5:
        assert process.poll() is None
    process.send_signal(number)
    printed, _ = process.communicate(timeout=600)
    assert process.returncode == 130
    assert printed.splitlines()[-2:] == ["interrupted; no process is left", "0 passed, 1 failed"]
    assert running(mark) == 0


def test_the_files_that_come_first_are_there():
    assert [name for name in LONGEST if not (ROOT / name).exists()] == []
