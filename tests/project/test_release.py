"""A release changes nothing if something is wrong, and sets both versions otherwise."""

import importlib.util
import re
import shutil

import pytest
from processes import ROOT

from pybridge import __version__

FILES = (
    "pybridge/__init__.py",
    "r/DESCRIPTION",
    "r/NEWS.md",
    "README.md",
    "docs/install.md",
    "pyproject.toml",
    "CHANGELOG.md",
)


@pytest.fixture
def release(tmp_path, monkeypatch):
    """The tool, on a copy of the files that it changes."""
    found = importlib.util.spec_from_file_location("release", ROOT / "tools/release.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


def test_both_versions_and_all_addresses_are_set(release, tmp_path):
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\n## 9.8.7 (2031-05-06)\n\n- new\n")
    texts = release.changed("9.8.7", "https://pybridge.test/")
    assert set(texts) == {tmp_path / name for name in FILES[:-1]}
    assert '__version__ = "9.8.7"' in texts[tmp_path / "pybridge/__init__.py"]
    assert "\nVersion: 9.8.7\n" in texts[tmp_path / "r/DESCRIPTION"]
    assert texts[tmp_path / "r/NEWS.md"].startswith("# pybridge 9.8.7\n")
    for name in ("README.md", "docs/install.md"):
        assert "\nR CMD INSTALL pybridge_9.8.7.tar.gz" in texts[tmp_path / name]
    assert [path for path, text in texts.items() if f"_{__version__}" in text] == []
    for name in ("r/DESCRIPTION", "pyproject.toml"):
        assert "https://pybridge.test" in texts[tmp_path / name]
        assert release.PLACEHOLDER not in texts[tmp_path / name]


def test_what_a_release_does_not_set_states_no_version(release):
    kept = {"CHANGELOG.md", "r/tests/testthat/test-zzz.R", "r/tests/testthat/_snaps/zzz.md"}
    folders = ("pybridge", "r", "tests", "docs", "examples", "benchmarks", "tools")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.*")]
    files += [*ROOT.glob("*.md"), *ROOT.glob("*.toml"), *ROOT.glob("*.yml"), ROOT / "Makefile"]
    stating = {
        str(path.relative_to(ROOT))
        for path in files
        if path.suffix in {".py", ".R", ".Rd", ".md", ".Rmd", ".toml", ".yml", ""}
        and path.is_file()
        and re.search(rf"(?<![\d.]){re.escape(__version__)}(?!\.?\d)", path.read_text("utf-8"))
    }
    assert stating - kept == set(release.VERSIONED) - {"r/DESCRIPTION"}


@pytest.mark.parametrize(
    ("heading", "version", "url", "fault"),
    [
        ("9.8.7 (2031-05-06)", "9.8", "https://x.test", "three numbers"),
        ("9.8.7 (2031-05-06)", "9.8.7", "x.test", "begins with https"),
        ("9.8.6 (2031-05-06)", "9.8.7", "https://x.test", "is not '## 9.8.7'"),
        ("9.8.7 (not yet released)", "9.8.7", "https://x.test", "give its date"),
    ],
)
def test_what_is_amiss_is_said_and_nothing_is_changed(
    release, tmp_path, capsys, heading, version, url, fault
):
    (tmp_path / "CHANGELOG.md").write_text(f"# Changes\n\n## {heading}\n")
    before = {name: (tmp_path / name).read_text() for name in FILES}
    assert release.main(version, url) == 1
    assert fault in capsys.readouterr().err
    assert before == {name: (tmp_path / name).read_text() for name in FILES}
