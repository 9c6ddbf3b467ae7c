"""Run a command unless it passed when all the files that it reads were as they are.

    python tools/unchanged.py r tools/lint.R -- Rscript tools/lint.R

Before `--` stand files and folders, after it the command. What passed is recorded in .venv, which
`make clean` removes. With PYBRIDGE_TEST_RECORDS=ignore a command is run whatever the records say.
tests/support/searches.py does the same for tests with the mark `made_of`.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORDS = ROOT / ".venv/passed"
REASON = "unchanged since it passed"
SITE = ("mkdocs.yml", "docs", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff")
SITE += ("CODE_OF_CONDUCT.md", "SECURITY.md", "LICENSE", "pyproject.toml", "Makefile", "pybridge")
SITE += ("r", "tools", "examples", "benchmarks", "tests/conftest.py", "tests/project")
SITE += ("tests/support", "tests/backends", "tests/product")
"""What the documents and the site are made of, and their tests."""
PROGRAMS = ("Rscript", "chromium", "pandoc")
MADE = {".pyc", ".o", ".so", ".rds", ".pdf"}
"""How the names of files end that are made, and differ without a change; so do hidden folders."""


def files(*paths: str) -> Iterator[Path]:
    """Yield the files that paths name, and all that are in folders, in one order."""
    for path in map(ROOT.joinpath, paths):
        if not path.exists():
            raise FileNotFoundError(path)
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in found:
            is_hidden = any(part.startswith(".") for part in file.relative_to(path).parent.parts)
            if file.is_file() and file.suffix not in MADE and not is_hidden:
                yield file


@functools.cache
def environment() -> bytes:
    """Return what stands for the installed packages of both languages, and for programs."""
    python = sorted(path.name for path in Path(sys.prefix).glob("lib/*/site-packages/*.dist-info"))
    r = sorted((ROOT / ".venv/r-library").glob("*/DESCRIPTION"))
    found = [path.read_bytes() for path in r if path.parent.name != "pybridge"]
    programs = [(name, shutil.which(name)) for name in PROGRAMS]
    facts = [(name, path and os.stat(path).st_mtime_ns) for name, path in programs]
    return repr((sys.version, python, found, facts)).encode()


@functools.cache
def content(*paths: str) -> str:
    """Return the digest of files, with their names, and of the environment."""
    found = hashlib.sha256(environment())
    for file in files(*paths):
        found.update(f"\n{file.relative_to(ROOT)}\n".encode())
        found.update(file.read_bytes())
    return found.hexdigest()


def digest(name: str, *paths: str) -> str:
    """Return the digest of a test or a command, and of the files that it reads."""
    return hashlib.sha256(f"{name}\n{content(*paths)}".encode()).hexdigest()


def is_recorded(found: str) -> bool:
    """Return whether what has this digest passed, unless the environment says to ignore it."""
    if os.environ.get("PYBRIDGE_TEST_RECORDS") == "ignore":
        return False
    return (RECORDS / found).exists()


def record(found: str) -> None:
    """Note that what has this digest passed."""
    RECORDS.mkdir(exist_ok=True, parents=True)
    (RECORDS / found).touch()


def main(arguments: list[str]) -> int:
    """Run a command, or say that it passed, and return the exit status."""
    middle = arguments.index("--")
    paths, command = arguments[:middle], arguments[middle + 1 :]
    found = digest(" ".join(command), *paths)
    if is_recorded(found):
        print(f"{' '.join(command)}: {REASON}")
        return 0
    code = subprocess.run(command, cwd=ROOT).returncode
    if code == 0:
        record(found)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
