"""The plugin for pytest in projects of their own: records, replays, and what is skipped."""

import re

from projects import CONFTEST, last_lines, project, run_pytest

from pybridge.testing.record_files import read_file

TESTS = """
import numpy as np
import pytest
from pybridge.testing import assert_same_as_r

x = np.array([0.1, 0.2, 0.4])

@pytest.fixture(scope="module")
def scaled(r):
    return r("x * 3", x=x)

def test_with_the_fixture(r, scaled):
    assert scaled.tolist() == (x * 3).tolist()
    assert r("sum(x)", x=x)[0] == x.sum()

@pytest.mark.r
@pytest.mark.parametrize("k", [1, 2, 3])
def test_with_the_assertion(k):
    assert_same_as_r(x[k - 1], f"x[{k}]", x=x)

class TestStops:
    def test_it(self, r, scaled):
        assert_same_as_r(lambda: x[3], "x[[4]]", x=x, raises=IndexError, run=r)

def test_of_python_alone():
    assert x[0] == 0.1
"""
WRITES = """
import sys

def forbid(event, arguments):
    path = arguments[0] if arguments else ""
    is_written = event in ("os.mkdir", "os.rename", "os.remove")
    if event == "open" and isinstance(arguments[1], str):
        is_written = bool(set(arguments[1]) & set("wax+"))
    if is_written and str(path).startswith(FOLDER):
        raise PermissionError(f"{event} of {path}: the checkout is read-only")

FOLDER = str(__import__("pathlib").Path(__file__).parent)
sys.addaudithook(forbid)
"""


def test_written_with_r_and_replayed_without(tmp_path):
    folder = project(tmp_path / "port", test_port=TESTS)
    done = run_pytest(folder, "--r-record")
    assert last_lines(done) == ["6 passed"], done.stdout + done.stderr
    file = folder / "__r__/test_port.json"
    written = file.read_text()
    names = {
        "test_with_the_fixture",
        "fixture scaled of test_port.py",
        "::".join(["TestStops", "test_it"]),
    }
    names |= {f"test_with_the_assertion[{k}]" for k in (1, 2, 3)}
    assert set(read_file(file)) == names
    # in any order, by several processes and again, the same file is written
    file.unlink()
    done = run_pytest(folder, "--r-record", "-n", "2", "--r-own-process")
    assert last_lines(done) == ["6 passed"], done.stdout + done.stderr
    assert file.read_text() == written
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    done = run_pytest(folder, "--r-check")
    assert last_lines(done) == ["6 passed"], done.stdout + done.stderr
    # a checkout that is read-only, without R
    (folder / "conftest.py").write_text((folder / "conftest.py").read_text() + WRITES)
    done = run_pytest(folder, r=False)
    assert last_lines(done, 2) == ["6 passed", "Answered by a record of R: 5 tests"], done.stdout
    done = run_pytest(folder, "--r-record", "-k", "fixture")
    assert done.returncode != 0  # the guard sees a write
    assert f"ERROR: --r-record cannot write {file}: " in done.stderr
    assert "the checkout is read-only" in done.stderr
    assert file.read_text() == written


SHARED = """
import pytest

@pytest.fixture(scope="session", params=[2, 3])
def table(r, request):
    return r("seq_len(n) * 10", n=request.param)

@pytest.fixture
def own(r):
    return r("1L")
"""


def test_a_fixture_that_files_share_has_a_record_beside_its_own_file(tmp_path):
    tests = "def test_it(table, own):\n    assert table[1] == 20 * own[0]\n"
    folder = project(tmp_path / "port", test_one=tests, test_two=tests.replace("it", "two"))
    (folder / "conftest.py").write_text(f"{CONFTEST}{SHARED}")
    done = run_pytest(folder, "--r-record", "-n", "2")
    assert last_lines(done) == ["4 passed"], done.stdout + done.stderr
    records = {path.stem: set(read_file(path)) for path in (folder / "__r__").iterdir()}
    assert records == {
        "conftest": {"fixture table[0]", "fixture table[1]"},
        "test_one": {"test_it[2]", "test_it[3]"},  # by what is asked for a test alone
        "test_two": {"test_two[2]", "test_two[3]"},
    }
    done = run_pytest(folder, r=False)
    assert last_lines(done, 2)[0] == "4 passed", done.stdout


def test_a_part_of_the_tests_leaves_the_records_of_the_others(tmp_path):
    folder = project(tmp_path / "port", test_port=TESTS)
    run_pytest(folder, "--r-record")
    file = folder / "__r__/test_port.json"
    before = read_file(file)
    source = TESTS.replace("test_with_the_fixture", "test_renamed")
    (folder / "test_port.py").write_text(source.replace("x[{k}]", "x[{k}L]"))
    done = run_pytest(folder, "--r-record", "test_port.py::test_with_the_assertion")
    assert last_lines(done) == ["3 passed"], done.stdout + done.stderr
    after = read_file(file)
    assert set(after) == set(before)
    assert after["test_with_the_assertion[2]"]["questions"][0]["code"] == "x[2L]"
    assert after["test_with_the_fixture"] == before["test_with_the_fixture"]
    run_pytest(folder, "--r-record", "-k", "renamed")
    assert set(read_file(file)) == {*before, "test_renamed"} - {"test_with_the_fixture"}
    # the record of a fixture stays where a test uses it, though none of those that ran
    (folder / "test_port.py").write_text(TESTS)
    run_pytest(folder, "--r-record", "-k", "assertion")
    assert "fixture scaled of test_port.py" in read_file(file)
    (folder / "test_port.py").write_text(TESTS.replace("scaled", "tripled"))
    run_pytest(folder, "--r-record", "-k", "assertion")
    assert "fixture scaled of test_port.py" not in read_file(file)


def test_without_r_a_stale_record_fails_and_says_what_changed(tmp_path):
    folder = project(tmp_path / "port", test_port=TESTS)
    run_pytest(folder, "--r-record")
    (folder / "test_port.py").write_text(TESTS.replace("0.4", "0.5"))
    done = run_pytest(folder, r=False)
    assert last_lines(done) == ["3 failed, 1 passed, 2 errors"], done.stdout
    assert "the input x was double[3] " in done.stdout
    assert "Run pytest with --r-record where R is, and read what changed" in done.stdout
    (folder / "test_port.py").write_text(TESTS.replace("x[[4]]", "x[[5]]"))
    done = run_pytest(folder, r=False)
    assert last_lines(done, 2)[0] == "1 failed, 5 passed", done.stdout
    assert "    x[[4]]\nE         and it is:\nE           x[[5]]\n" in done.stdout


DRAWN = """
from hypothesis import given, settings, strategies as st
from pybridge.testing import assert_same_as_r

@settings(max_examples=5, database=None, deadline=None)
@given(x=st.integers(-9, 9))
def test_drawn(x):
    assert_same_as_r(-x, "-x", x=x)
"""


def test_what_hypothesis_draws_is_never_recorded(tmp_path):
    folder = project(tmp_path / "port", test_drawn=DRAWN)
    done = run_pytest(folder, "--r-record")
    assert last_lines(done) == ["1 passed"], done.stdout + done.stderr
    assert not (folder / "__r__").exists()
    done = run_pytest(folder, "--r-replay")
    assert last_lines(done) == ["1 failed"]
    assert "--r-replay was given; what Hypothesis draws is never recorded" in done.stdout


# ---- Nothing is skipped in silence ---------------------------------------------------------------


def test_without_r_and_without_a_record_a_test_fails_or_is_counted(tmp_path):
    folder = project(tmp_path / "port", test_port=TESTS)
    done = run_pytest(folder, r=False)
    assert last_lines(done) == ["3 failed, 1 passed, 2 errors"], done.stdout
    assert (
        "R was not asked: R cannot be asked: rpy2 is missing (No module named 'rpy2')"
        in done.stdout
    )
    assert "__r__/test_port.json has no answer to question 1" in done.stdout
    (folder / "pytest.ini").write_text("[pytest]\nr_required = false\n")
    for options in ((), ("-n", "2")):
        done = run_pytest(folder, *options, r=False)
        assert last_lines(done, 2) == ["1 passed, 5 skipped", "R was not asked: 5 tests"]
    done = run_pytest(folder, "-m", "not r", r=False)
    assert last_lines(done) == ["1 passed, 5 deselected"], done.stdout
    done = run_pytest(folder, "-m", "r")
    assert last_lines(done) == ["5 passed, 1 deselected"], done.stdout


REQUIRES = """
import pytest

@pytest.mark.parametrize("k", [1, 2])
def test_there(r, k):
    r.requires("Matrix>=1.0", "stats")
    assert r("Matrix::rankMatrix(diag(3))[[1]]")[0] == 3

def test_too_old(r):
    r.requires("Matrix >= 999.10")

def test_absent(r):
    r.requires("notOnThisMachine")

def test_misspelt(r):
    r.requires("Matrix=>1.0")
"""


def test_the_packages_that_a_test_requires(tmp_path):
    folder = project(tmp_path / "port", test_port=REQUIRES)
    done = run_pytest(folder, "--r-record")
    assert last_lines(done) == ["3 failed, 2 passed"], done.stdout + done.stderr
    assert re.search(r"R has Matrix [\d.-]+, and Matrix >= 999.10 is required", done.stdout)
    assert "R has no package notOnThisMachine, and notOnThisMachine is required" in done.stdout
    assert 'takes "fixest" or "fixest>=0.12", not \'Matrix=>1.0\'' in done.stdout
    record = read_file(folder / "__r__/test_port.json")["test_there[2]"]
    assert record["requires"] == ["Matrix>=1.0", "stats"]
    assert set(record["packages"]) == {"Matrix"}
    # without R the record says what it was made with
    done = run_pytest(folder, "-k", "there", r=False)
    assert last_lines(done, 2)[0] == "2 passed, 3 deselected", done.stdout
    (folder / "test_port.py").write_text(REQUIRES.replace(">=1.0", ">=1.1"))
    done = run_pytest(folder, "-k", "there", r=False)
    assert "Matrix>=1.1 is not among what __r__/test_port.json requires" in done.stdout
    (folder / "pytest.ini").write_text("[pytest]\nr_required = false\n")
    done = run_pytest(folder, "-k", "old or absent")
    assert last_lines(done, 2) == ["2 skipped, 3 deselected", "R was not asked: 2 tests"]


def test_options_that_contradict_each_other(tmp_path):
    folder = project(tmp_path / "port", test_port=TESTS)
    done = run_pytest(folder, "--r-record", "--r-check")
    assert done.stderr == "ERROR: choose one of --r-record, --r-check\n\n"


def test_the_settings_of_pytest_bring_the_plugin_too(tmp_path):
    folder = project(tmp_path / "port", test_port=TESTS)
    (folder / "conftest.py").unlink()
    done = run_pytest(folder, "-p", "pybridge.testing.plugin", "-k", "assertion")
    assert last_lines(done) == ["3 passed, 3 deselected"], done.stdout + done.stderr


def test_what_importing_the_kit_and_a_replay_load(tmp_path):
    """NumPy, pytest and pybridge itself: no library of tensors, no rpy2, no Hypothesis."""
    loaded = """
import sys
def test_what_is_loaded(r):
    assert r("1L")[0] == 1
    import pybridge
    ours = {name.split(".")[0] for name in sys.modules} - set(sys.stdlib_module_names) - BEFORE
    assert ours <= {"numpy", "pybridge", "conftest", "test_port"}, ours
    kit = {n for n in sys.modules if n.startswith("pybridge.")} - WITHOUT_THE_KIT
    assert {n for n in kit if not n.startswith("pybridge.testing")} == set(), kit
"""
    head = "import sys\nBEFORE = {n.split('.')[0] for n in sys.modules}\nimport pybridge\n"
    head += "WITHOUT_THE_KIT = {n for n in sys.modules if n.startswith('pybridge')}\n"
    folder = project(tmp_path / "port", test_port=loaded)
    (folder / "conftest.py").write_text(f"{head}{(folder / 'conftest.py').read_text()}")
    source = (folder / "test_port.py").read_text()
    (folder / "test_port.py").write_text(f"from conftest import BEFORE, WITHOUT_THE_KIT\n{source}")
    run_pytest(folder, "--r-record")
    done = run_pytest(folder, "--r-replay", "-p", "no:hypothesispytest")
    assert last_lines(done, 2)[0] == "1 passed", done.stdout
