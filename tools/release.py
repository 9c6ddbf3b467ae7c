"""Prepare a release: set both versions, check the changelog, build and try all three packages.

    make release VERSION=1.2.3 [URL=https://...]

URL replaces the placeholder for the project's address. Nothing is committed, tagged or uploaded:
the wheel, the sdist and the R tarball are in `dist/` at the end.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = "https://pybridge.example.org"
VERSIONED = {
    "pybridge/__init__.py": r'(?m)^(__version__ = ")[^"]+(")$',
    "r/DESCRIPTION": r"(?m)^(Version: ).+()$",
    "CITATION.cff": r"(?m)^(version: ).+()$",
    "conda/recipe.yaml": r"(?m)^(  version: )\d[\d.]*()$",
    "README.md": r"(R CMD INSTALL pybridge_)[\d.]+(\.tar\.gz)",
    "docs/install.md": r"(R CMD INSTALL pybridge_)[\d.]+(\.tar\.gz)",
}
"""The files that state the version. CHANGELOG.md is checked; it is the NEWS of R as well."""
ADDRESSED = (
    "pyproject.toml",
    "CITATION.cff",
    "conda/recipe.yaml",
    "r/DESCRIPTION",
    "r/_pkgdown.yml",
    "r/man/pybridge-package.Rd",
    "docs/install.md",
)
"""The files that have the project's address."""


def changed(version: str, url: str) -> dict[Path, str]:
    """Return the new text of each file that a release changes; raise ValueError for a fault."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ValueError(f"VERSION is three numbers such as 1.2.3, not {version!r}")
    if not re.fullmatch(r"https://[^\s\"]+", url):
        raise ValueError(f"URL begins with https://, and {url!r} does not")
    heading = re.search(r"(?m)^## (\S+)(.*)$", (ROOT / "CHANGELOG.md").read_text())
    if heading is None or heading[1] != version:
        raise ValueError(f"the first heading of CHANGELOG.md is not '## {version}'")
    date = re.fullmatch(r" \((\d{4}-\d\d-\d\d)\)", heading[2])
    if date is None:
        raise ValueError(f"the first heading of CHANGELOG.md is not '## {version} (YEAR-MM-DD)'")
    texts = {}
    for name, pattern in VERSIONED.items():
        text, count = re.subn(pattern, rf"\g<1>{version}\g<2>", (ROOT / name).read_text())
        if count == 0:
            raise ValueError(f"{name} has no line with a version")
        texts[ROOT / name] = text
    for name in ADDRESSED:
        text = texts.get(ROOT / name) or (ROOT / name).read_text()
        texts[ROOT / name] = text.replace(PLACEHOLDER, url.rstrip("/"))
    citation = ROOT / "CITATION.cff"
    texts[citation] = re.sub(
        r"(?m)^(date-released: ).+$", rf'\g<1>"{date[1]}"', texts[citation], count=1
    )
    return texts


def call(*command: str, cwd: Path = ROOT) -> None:
    """Run a command, and stop where it fails."""
    print("==== " + " ".join(command), flush=True)
    subprocess.run(command, cwd=cwd, check=True)


def set_digest(sdist: Path) -> None:
    """Write the digest of the source distribution into the recipe of conda."""
    recipe = ROOT / "conda/recipe.yaml"
    digest = hashlib.sha256(sdist.read_bytes()).hexdigest()
    recipe.write_text(re.sub(r"(?m)^(  sha256: ).+$", rf"\g<1>{digest}", recipe.read_text()))


def main(version: str = "", url: str = PLACEHOLDER) -> int:
    """Prepare the release, or print what is wrong and change nothing."""
    try:
        texts = changed(version, url)
    except ValueError as fault:
        print(f"release: {fault}", file=sys.stderr)
        return 1
    for path, text in texts.items():
        path.write_text(text)
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir()
    try:
        # These tests build the three packages, and try each outside the checkout.
        call(sys.executable, "-m", "pytest", "-q", "tests/project/test_builds.py")
        call(sys.executable, "-m", "build", "--outdir", str(dist), str(ROOT))
        call(sys.executable, "-m", "twine", "check", "--strict", *map(str, dist.iterdir()))
        (sdist,) = dist.glob("*.tar.gz")
        set_digest(sdist)
        call("R", "--no-environ", "--no-init-file", "CMD", "build", str(ROOT / "r"), cwd=dist)
    except subprocess.CalledProcessError as fault:
        print(f"release: {fault.cmd[0]} exited with {fault.returncode}", file=sys.stderr)
        return 1
    print("\n".join(str(path) for path in sorted(dist.iterdir())))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
