"""The example suite in testthat, whose oracle is Python: it passes, and detects a wrong port."""

import shutil

from processes import ROOT, rscript

PROJECT = ROOT / "examples/test_kit_testthat"


def run_testthat(folder):
    return rscript("-e", f"testthat::test_dir('{folder}/tests/testthat', reporter = 'summary')")


def test_the_suite_passes():
    done = run_testthat(PROJECT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "signals: ........\n" in done.stdout, done.stdout


def test_a_wrong_port_fails_in_words(tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__"))
    source = (folder / "R/signals.R").read_text()
    for right, wrong in (
        ("inner[x[inner] > x[inner - 1L]", "inner[x[inner] >= x[inner - 1L]"),
        ("apply(x, 2, sd)", "apply(x, 2, mad)"),
        ("if (!is.matrix(x))", "if (!is.numeric(x))"),
        ("range = range(x)", "range = rev(range(x))"),
    ):
        assert right in source
        source = source.replace(right, wrong)
    (folder / "R/signals.R").write_text(source)
    (folder / "tests/testthat/test-more.R").write_text(
        'test_that("a flat signal has no peak", {\n'
        "  y <- c(1, 3, 3, 2)\n"
        '  expect_same_as_python(peaks(y), "signals.peaks(x) + 1", x = y, signals = signals)\n'
        "})\n"
    )
    done = run_testthat(folder)
    said = done.stdout + done.stderr
    assert done.returncode != 0, said
    assert "`peaks(y)`: the shape in R is 1, and in Python 0" in said
    assert "`standardized(levels)`: 12 of 12 elements differ, the first at [1, 1]: " in said
    assert "Python: signals.standardized(x)" in said
    assert "R's condition has the classes simpleError, error, condition, and not signals" in said
    assert (
        "`described(x)`: at $range 2 of 2 elements differ, the first at [1]: 7 in R, 0 in" in said
    )
    assert "paste into R:" in said


def test_without_python_the_suite_fails_or_says_that_it_skips(tmp_path):
    folder = tmp_path / "project"
    (folder / "tests/testthat").mkdir(parents=True)
    test = folder / "tests/testthat/test-one.R"
    body = 'test_that("one", pybridge::expect_same_as_python(1, "1.0"))\n'
    nowhere = {"RETICULATE_PYTHON": "/nowhere/python"}
    code = f"testthat::test_dir('{folder}/tests/testthat', reporter = 'summary')"
    test.write_text(body)
    done = rscript("-e", code, **nowhere)
    assert done.returncode != 0, done.stdout
    assert "this needs Python with NumPy, which did not start" in done.stdout
    test.write_text("options(pybridge.python_required = FALSE)\n" + body)
    done = rscript("-e", code, **nowhere)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "expect_same_as_python() did not ask Python" in done.stdout
