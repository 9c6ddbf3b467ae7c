"""What passed is not run again while all that it is made of is as it was."""

import sys

import pytest
from processes import INHERITED, ROOT
from projects import last_lines, project, run_pytest

from tools import unchanged

CONFTEST = f"""
import sys
from pathlib import Path
from tools import unchanged
sys.path.insert(0, {str(ROOT / "tests/support")!r})
pytest_plugins = ["searches"]
unchanged.ROOT = Path(__file__).parent
unchanged.RECORDS = unchanged.ROOT / "passed"
"""
TESTS = """
import pytest
pytestmark = pytest.mark.made_of("texts", "port.py")

@pytest.fixture
def broken():
    yield
    raise OSError

@pytest.mark.parametrize("k", [1, 2])
def test_right(k):
    pass

def test_wrong():
    assert 1 == 2

def test_wrong_afterwards(broken):
    pass
"""


def test_a_test_is_run_again_when_what_it_is_made_of_changes(tmp_path, monkeypatch):
    folder = project(tmp_path / "port", conftest=CONFTEST, port="", test_port=TESTS)
    (folder / "texts/.cache").mkdir(parents=True)
    text = folder / "texts/one.txt"
    monkeypatch.setitem(INHERITED, "PYBRIDGE_TEST_RECORDS", "")

    def ran(*options):
        return last_lines(run_pytest(folder, *options))[0]

    again, not_again = "1 failed, 3 passed, 1 error", "1 failed, 1 passed, 2 skipped, 1 error"
    text.write_text("1")
    assert ran("-n", "2") == again
    assert ran() == again  # it is asked for by an option
    assert ran("--unchanged") == not_again
    (folder / "texts/.cache/made").write_text("1")
    assert ran("--unchanged", "-n", "2") == not_again
    text.rename(folder / "texts/two.txt")
    assert ran("--unchanged") == again
    (folder / "port.py").write_text("1")
    assert ran("--unchanged") == again
    assert ran("--unchanged") == not_again
    monkeypatch.setitem(INHERITED, "PYBRIDGE_TEST_RECORDS", "ignore")
    assert ran("--unchanged") == again


def test_a_command_is_run_again_when_it_failed_or_its_files_changed(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr(unchanged, "ROOT", tmp_path)
    monkeypatch.setattr(unchanged, "RECORDS", tmp_path / "passed")
    monkeypatch.delenv("PYBRIDGE_TEST_RECORDS", raising=False)
    text, code = tmp_path / "text", "print('ran'); exit(open('text').read() == 'wrong')"

    def printed(words, status):
        unchanged.content.cache_clear()
        text.write_text(words)
        assert unchanged.main(["text", "--", sys.executable, "-c", code]) == status
        return capfd.readouterr().out.splitlines()[-1].rpartition(": ")[2]

    found = [printed(*each) for each in (("wrong", 1), ("wrong", 1), ("a", 0), ("a", 0), ("b", 0))]
    assert found == ["ran", "ran", "ran", unchanged.REASON, "ran"]
    with pytest.raises(FileNotFoundError):
        unchanged.main(["nowhere", "--", sys.executable])
