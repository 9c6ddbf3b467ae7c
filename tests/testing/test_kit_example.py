"""The example projects that use the test kit: their suites run, and detect a wrong port.

Those in pytest run with R, in an environment without R and without rpy2, and with a changed input.
"""

import shutil

import pytest
from processes import ROOT, rscript
from projects import last_lines, run_pytest

PROJECT = ROOT / "examples/test_kit"
RECORDS = sorted((PROJECT / "tests/__r__").glob("*.json"))


def run_testthat(folder):
    code = f"testthat::test_file('{folder}/tests/test-columns.R', reporter = 'summary')"
    return rscript("-e", code, TEST_KIT=str(folder))


@pytest.fixture
def copy(tmp_path):
    """Return a function that copies an example, with texts of a file replaced."""

    def copied(name, path="", **changes):
        folder = tmp_path / name
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "examples" / name, folder, ignore=ignored, dirs_exist_ok=True)
        for right, wrong in changes.get("changes", {}).items():
            source = (folder / path).read_text()
            assert right in source
            (folder / path).write_text(source.replace(right, wrong))
        return folder

    return copied


def test_the_suite_in_testthat_passes():
    done = run_testthat(PROJECT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "columns: ...\n" in done.stdout


def test_the_records_answer_where_nobody_installed_r(copy):
    done = run_pytest(copy("test_kit"), r=False)
    expected = ["23 passed", "Answered by a record of R: 23 tests"]
    assert last_lines(done, 2) == expected, done.stdout + done.stderr


def test_the_suite_passes_and_the_records_are_what_r_answers_now(copy):
    folder = copy("test_kit")
    shutil.rmtree(folder / "tests/__r__")
    done = run_pytest(folder, "--r-record")
    assert last_lines(done) == ["23 passed"], done.stdout + done.stderr
    version = '"R": '
    for path in RECORDS:
        written = (folder / "tests/__r__" / path.name).read_text().splitlines()
        kept = path.read_text().splitlines()
        assert [line for line in written if version not in line] == [
            line for line in kept if version not in line
        ]


def test_a_changed_input_fails_in_words(copy):
    folder = copy("test_kit", "tests/test_filters.py", changes={"[3.0, 1.0,": "[3.5, 1.0,"})
    done = run_pytest(folder, "-k", "filters", r=False)
    assert last_lines(done, 2)[0] == "14 failed, 2 passed, 7 deselected", done.stdout
    assert "is no longer the one in __r__/test_filters.json" in done.stdout
    assert "  the input x was double[8] " in done.stdout
    assert "Run pytest with --r-record where R is, and read what changed" in done.stdout


WRONG = {
    "weights in the other order": ("weight * padded[first", "weights[-k - 1] * padded[first"),
    "looking behind": ("len(weights) // 2 if", "(len(weights) - 1) // 2 if"),
    "a silent refusal": ("if len(weights) > len(x):", "if False:"),
    "a group without its first": ("each == label for each", "each > label for each"),
    "a group of what has none": ("if label is not None and label == label", ""),
    "another function": ("= function(values", "= np.mean(values"),
}


@pytest.mark.parametrize(("right", "wrong"), WRONG.values(), ids=WRONG)
def test_a_wrong_port_is_caught_by_the_records_alone(right, wrong, copy):
    folder = copy("test_kit", "filters.py", changes={right: wrong})
    done = run_pytest(folder, "-k", "filters", r=False)
    assert " failed" in last_lines(done, 2)[0], done.stdout
    assert "paste into R:" in done.stdout


def test_a_wrong_port_is_caught(copy):
    wrong = {
        "margin + 1, -margin - 1": "margin, -margin - 1",
        "recycled(lambda left, right: left - right)(x, v)": "x - v",
    }
    done = run_pytest(copy("test_kit", "columns.py", changes=wrong), "-k", "numpy and columns")
    assert last_lines(done) == ["2 failed, 2 passed, 19 deselected"], done.stdout + done.stderr
    assert "the shape is (2, 5, 5), and in R (2, 4, 4)" in done.stdout
    assert "6 of 9 elements are not as in R, the first at [1, 2]" in done.stdout
    assert done.stdout.count("paste into R:") >= 2


def test_what_hypothesis_draws_needs_r(copy):
    folder = copy("test_kit_hypothesis")
    done = run_pytest(folder)
    assert last_lines(done) == ["4 passed"], done.stdout + done.stderr
    done = run_pytest(folder, r=False)
    assert last_lines(done, 2) == ["4 skipped", "R was not asked: 4 tests"], done.stdout
    folder = copy("test_kit_hypothesis", "intervals.py", changes={'"left" if': '"right" if'})
    done = run_pytest(folder)
    assert last_lines(done)[0].startswith("1 failed, 3 passed"), done.stdout
    assert "findInterval(x, b, left.open = TRUE)" in done.stdout
