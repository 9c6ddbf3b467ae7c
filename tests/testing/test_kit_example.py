"""The example project that uses the test kit: its suites run, and detect a wrong port."""

import shutil
import sys

from processes import ROOT, rscript, run

PROJECT = ROOT / "examples/test_kit"


def run_pytest(folder, *options):
    quiet = ("-q", "-p", "no:cacheprovider", "-c", f"{folder}/pytest.ini")
    return run(sys.executable, "-m", "pytest", *quiet, *options, str(folder))


def run_testthat(folder):
    code = f"testthat::test_file('{folder}/tests/test-columns.R', reporter = 'summary')"
    return rscript("-e", code, TEST_KIT=str(folder))


def test_both_suites_of_the_example_pass():
    done = run_pytest(PROJECT)
    assert "8 passed" in done.stdout, done.stdout + done.stderr
    done = run_testthat(PROJECT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "columns: ...\n" in done.stdout


def test_a_wrong_port_is_caught(tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    source = (folder / "columns.py").read_text()
    for right, wrong in (
        ("margin + 1, -margin - 1", "margin, -margin - 1"),
        ("recycled(lambda left, right: left - right)(x, v)", "x - v"),
    ):
        assert right in source
        source = source.replace(right, wrong)
    (folder / "columns.py").write_text(source)
    done = run_pytest(folder, "-k", "numpy")
    assert "2 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert "the shape is (2, 5, 5), and in R (2, 4, 4)" in done.stdout
    assert "6 of 9 elements are not as in R, the first at [1, 2]" in done.stdout
    assert done.stdout.count("paste into R:") >= 2
