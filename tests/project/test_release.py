"""A release changes nothing if something is wrong, and sets both versions otherwise."""

import importlib.util
import re
import shutil

import pytest
import yaml
from processes import ROOT

from pybridge import __version__

FILES = (
    "pybridge/__init__.py",
    "r/DESCRIPTION",
    "r/_pkgdown.yml",
    "r/man/pybridge-package.Rd",
    "CITATION.cff",
    "conda/recipe.yaml",
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
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    return module


def test_both_versions_and_all_addresses_are_set(release, tmp_path):
    (tmp_path / "CHANGELOG.md").write_text("# Changes\n\n## 9.8.7 (2031-05-06)\n\n- new\n")
    texts = release.changed("9.8.7", "https://pybridge.test/")
    assert set(texts) == {tmp_path / name for name in FILES[:-1]}
    assert '__version__ = "9.8.7"' in texts[tmp_path / "pybridge/__init__.py"]
    assert "\nVersion: 9.8.7\n" in texts[tmp_path / "r/DESCRIPTION"]
    assert "\nversion: 9.8.7\n" in texts[tmp_path / "CITATION.cff"]
    assert '\ndate-released: "2031-05-06"\n' in texts[tmp_path / "CITATION.cff"]
    recipe = yaml.safe_load(texts[tmp_path / "conda/recipe.yaml"])
    assert recipe["context"]["version"] == "9.8.7"
    assert recipe["package"]["version"] == "${{ version }}"
    for name in ("README.md", "docs/install.md"):
        assert "\nR CMD INSTALL pybridge_9.8.7.tar.gz" in texts[tmp_path / name]
    assert [path for path, text in texts.items() if f"_{__version__}" in text] == []
    for name in release.ADDRESSED:
        assert "https://pybridge.test" in texts[tmp_path / name]
        assert release.PLACEHOLDER not in texts[tmp_path / name]


def texts_of_the_repository():
    """Return the text of each file that is written by hand, by its name."""
    folders = ["pybridge", "r", "tests", "docs", "examples", "benchmarks", "tools"]
    folders += ["conda", ".github"]
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.*")]
    files += [ROOT / "Makefile", ROOT / "CITATION.cff"]
    files += [path for end in ("md", "toml", "yml") for path in ROOT.glob(f"*.{end}")]
    kinds = {".py", ".R", ".Rd", ".md", ".Rmd", ".toml", ".yml", ".yaml", ".cff", ""}
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for path in files
        if path.suffix in kinds and path.is_file()
    }


def test_every_file_with_the_address_is_set(release):
    with_address = {
        name for name, text in texts_of_the_repository().items() if release.PLACEHOLDER in text
    }
    assert with_address | {"r/DESCRIPTION"} == {*release.ADDRESSED, "tools/release.py"}


def test_the_digest_is_that_of_the_sdist(release, tmp_path):
    sdist = tmp_path / "pybridge_r-9.8.7.tar.gz"
    sdist.write_bytes(b"abc")  # its digest is the example of the standard, FIPS 180-4
    release.set_digest(sdist)
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert f"\n  sha256: {digest}\n" in (tmp_path / "conda/recipe.yaml").read_text()


def test_what_a_release_does_not_set_states_no_version(release):
    kept = {"CHANGELOG.md", "r/NEWS.md"}
    kept |= {"r/tests/testthat/test-zzz.R", "r/tests/testthat/_snaps/zzz.md"}
    pattern = rf"(?<![\d.]){re.escape(__version__)}(?!\.?\d)"
    stating = {name for name, text in texts_of_the_repository().items() if re.search(pattern, text)}
    assert stating - kept == set(release.VERSIONED) - {"r/DESCRIPTION"}


@pytest.mark.parametrize(
    ("heading", "version", "url", "fault"),
    [
        ("9.8.7 (2031-05-06)", "9.8", "https://x.test", "three numbers"),
        ("9.8.7 (2031-05-06)", "9.8.7", "x.test", "begins with https"),
        ("9.8.6 (2031-05-06)", "9.8.7", "https://x.test", "is not '## 9.8.7'"),
        ("9.8.7 (not yet released)", "9.8.7", "https://x.test", "(YEAR-MM-DD)"),
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
