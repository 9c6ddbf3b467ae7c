"""The quick tests and the searches exist, which a filter would skip; one command sees a GPU."""

import os
import re
import subprocess

from processes import ROOT, python
from searches import COVERED, SEARCHES

from tools.run_tests import QUICK_PYTHON, QUICK_R


def test_the_quick_tests_are_there():
    assert len(QUICK_R) > 5
    missing = [name for name in QUICK_R if not (ROOT / f"r/tests/testthat/test-{name}.R").exists()]
    assert missing == []
    assert [path for path in QUICK_PYTHON if not (ROOT / path).exists()] == []


def test_each_search_that_coverage_leaves_out_is_there():
    texts = [path.read_text() for path in (ROOT / "tests").rglob("*.py")]
    tests = set(re.findall(r"^def (test_\w+)", "\n".join(texts), re.MULTILINE))
    assert len(SEARCHES) > 5
    assert [name for name in SEARCHES if not any(name in test for test in tests)] == []


SOME = ("tests/test_lossless.py", "tests/test_rbridge.py", "tests/subscripts", "pybridge/shape.py")


def names_of(*options, paths=SOME):
    """Return the tests of some files and folders that a run with options would run."""
    command = ["-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", *options]
    done = python(*command, *paths, cwd=ROOT)
    return {line for line in done.stdout.splitlines() if "::" in line}


def test_what_coverage_leaves_out_is_what_the_other_run_runs():
    assert [path for path in COVERED if not (ROOT / path).exists()] == []
    every, rest, searchless = names_of(), names_of("--not-covered"), names_of("--no-search")
    covered = {name for name in searchless if name.startswith(COVERED)}
    assert len(covered) > 100
    assert rest
    assert rest | covered == every
    assert not rest & covered


def made(*arguments):
    """Return what make would do, where the environment says nothing of a device."""
    said = ("CUDA_VISIBLE_DEVICES", "DEVICE")
    environment = {name: value for name, value in os.environ.items() if name not in said}
    return subprocess.run(
        ["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True
    )


def test_one_command_runs_on_a_device_and_the_others_hide_it():
    done = made("-n", "test-device", "DEVICE=cuda")
    assert 'PYBRIDGE_TEST_DEVICE="cuda" .venv/bin/python -m pytest tests/devices\n' in done.stdout
    unsaid = made("-n", "test-device")
    assert unsaid.returncode == 2
    assert "say which device: make test-device DEVICE=cuda, mps, cpu:1 or meta" in unsaid.stderr
    hiding = "\nCUDA_VISIBLE_DEVICES = -1\n"
    assert hiding in made("-np", "test-quick").stdout
    assert hiding not in made("-np", "test-device", "DEVICE=cuda").stdout


def test_what_make_test_leaves_out_is_what_make_test_rest_runs():
    """The marks are asked of one file, which both have a part of."""
    marks = ([], ["-m", "not slow"], ["-m", "slow"])
    every, usual, rest = (
        names_of(*mark, paths=["tests/examples/test_workers.py"]) for mark in marks
    )
    assert rest
    assert usual
    assert usual | rest == every
    assert not usual & rest
    assert "tools/run_tests.py rest python r" in made("-n", "test-rest").stdout
