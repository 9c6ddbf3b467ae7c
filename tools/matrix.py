"""Test every supported library at its oldest and its newest version: `make matrix`.

    python tools/matrix.py [LABEL ...]

Each row is an environment of its own, in a temporary folder outside the checkout that is removed
afterwards: a Python, one library at one version by the extra of pyproject.toml, and the tests of
that library with the corpus. The last lines are a table; the status is 1 where a row failed.
MATRIX_PYTHONS names more Pythons than those on PATH, separated by colons; MATRIX_R_LIBS names a
library of R with another reticulate, for the R tests too; MATRIX_LOGS a folder to keep the logs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TESTS = ["pytest", "pytest-xdist", "hypothesis"]
MINUTES = 40
PURE = ["tests/subscripts", "tests/dialects", "tests/shapes", "tests/subsetting"]
TENSORS = ["tests/backends"]
CONVERSION = ["tests/conversion", "tests/dialects"]
STORES = ["tests/backends/test_stores.py", "tests/backends/test_xarray.py"]


class Row(NamedTuple):
    """One environment: `extra` is an extra of the package, `pins` hold it to a version."""

    label: str
    extra: str
    pins: list[str]
    pythons: list[str]
    tests: list[str]


ROWS = [
    Row("numpy oldest", "", ["numpy==1.26.0"], ["3.11", "3.12"], PURE),
    Row("numpy newest", "", [], ["3.11", "3.12", "3.13"], PURE),
    Row("dask oldest", "dask", ["dask==2025.1.0"], ["3.11"], TENSORS),
    Row("dask newest", "dask", [], ["3.13"], TENSORS),
    Row("jax oldest", "jax", ["jax==0.7.0", "jaxlib==0.7.0"], ["3.11"], TENSORS),
    Row("jax newest", "jax", [], ["3.13"], TENSORS),
    Row("keras oldest", "keras", ["keras==3.12.0", "tensorflow-cpu==2.20.0"], ["3.11"], TENSORS),
    Row("keras newest", "keras", [], ["3.13"], TENSORS),
    Row("rpy2 oldest", "rpy2", ["rpy2==3.5.17"], ["3.11"], CONVERSION),
    Row("rpy2 newest", "rpy2", [], ["3.13"], CONVERSION),
    Row(
        "stores oldest",
        "zarr,hdf5,xarray",
        ["zarr==3.0.8", "h5py==3.10.0", "xarray==2024.1.0", "numpy==1.26.4"],
        ["3.11"],
        STORES,
    ),
    Row("stores newest", "zarr,hdf5,xarray", [], ["3.13"], STORES),
    Row("torch oldest", "torch", ["torch==2.13.0"], ["3.11"], TENSORS),
    Row("torch newest", "torch", [], ["3.13"], TENSORS),
]
LIBRARIES = {
    "keras": "tensorflow,variable,keras",
    "": "numpy",
    "zarr,hdf5,xarray": "zarr,h5py,xarray",
}
VERSIONS = (
    "import importlib.metadata as m; "
    "names = 'numpy dask h5py jax keras rpy2 tensorflow-cpu tensorflow torch xarray zarr'.split(); "
    "have = {d.name.lower().replace('_', '-'): d.version for d in m.distributions()}; "
    "print(' '.join(f'{n} {have[n]}' for n in names if n in have))"
)


def find_python(version: str) -> str | None:
    """Return a Python of this version that can make environments."""
    places = os.environ.get("MATRIX_PYTHONS", "").split(":")
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    named = shutil.which(f"python{version}")
    for place in [*places, *map(str, pyenv), *([named] if named else [])]:
        probe = "import ensurepip, sys; print('%d.%d' % sys.version_info[:2])"
        if place and Path(place).exists():
            done = subprocess.run([place, "-c", probe], capture_output=True, text=True)
            if done.stdout.strip() == version:
                return place
    return None


def run_row(row: Row, version: str, folder: Path) -> tuple[str, str]:
    """Make the environment of a row and run its tests; return what was tested, and the outcome."""
    python = find_python(version)
    if python is None:
        return "", f"no Python {version} here"
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "R_HOME", "RETICULATE_PYTHON")
    }
    environment |= {"RPY2_CFFI_MODE": "ABI", "KERAS_BACKEND": "tensorflow"}
    environment["PYBRIDGE_TEST_BACKENDS"] = LIBRARIES.get(row.extra, row.extra)
    log = folder / "log"

    def call(*command: str, cwd: Path = ROOT) -> int:
        with log.open("a") as file:
            return subprocess.run(
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                timeout=60 * MINUTES,
            ).returncode

    inside = str(folder / "env/bin/python")
    # The tests run on a copy, as those of the source distribution do: nothing else is in reach.
    copy = folder / "source"
    shutil.copytree(ROOT / "pybridge", copy / "pybridge", ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copytree(ROOT / "tests", copy / "tests", ignore=shutil.ignore_patterns("*.pyc"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copy(ROOT / name, copy)
    extras = f"[{row.extra}]" if row.extra else ""
    pip = [inside, "-m", "pip", "install", "--quiet"]
    if call(python, "-m", "venv", str(folder / "env")):
        return "", f"no environment: {last_line(log)}"
    if call(*pip, f"{copy}{extras}", *row.pins, *TESTS):
        return "", f"not installed: {last_line(log)}"
    call(inside, "-c", VERSIONS)
    versions = last_line(log)
    call(inside, "-m", "pytest", "-q", "-p", "no:cacheprovider", *row.tests, cwd=copy)
    summary = last_line(log)
    keep = os.environ.get("MATRIX_LOGS")
    if keep:
        shutil.copy(log, Path(keep) / f"{row.label} {version}.log".replace(" ", "-"))
    return versions, summary


def run_r(library: str) -> tuple[str, str]:
    """Run the R tests on the reticulate of a library, or on R's own; return as `run_row` does."""
    libraries = [library, str(ROOT / ".venv/r-library"), os.environ.get("R_LIBS", "")]
    environment = os.environ | {"R_LIBS": ":".join(filter(None, libraries))}
    environment["RETICULATE_PYTHON"] = str(ROOT / ".venv/bin/python")
    rscript = ["Rscript", "--no-environ", "--no-init-file"]
    ask = "cat('reticulate', format(packageVersion('reticulate')))"
    versions = subprocess.run(
        [*rscript, "-e", ask], env=environment, capture_output=True, text=True
    ).stdout.splitlines()[-1]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        subprocess.run(
            [*rscript, "tools/run_tests.R", str(report)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=60 * MINUTES,
        )
        if not report.exists():
            return versions, "error: the R tests did not end"
        count = json.loads(report.read_text())
    return versions, ", ".join(f"{number} {what}" for what, number in count.items() if number)


def last_line(log: Path) -> str:
    """Return the last line of a log."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else ""


def finished(
    label: str, version: str, versions: str, outcome: str, began: float
) -> tuple[str, ...]:
    """Return a line of the table, and print it."""
    passed = re.search(r"\d+ passed", outcome) and not re.search(r"failed|error", outcome)
    minutes = f"{(time.monotonic() - began) / 60:.1f} min"
    line = (label, version, versions, "ok" if passed else "FAIL", outcome, minutes)
    print("  ".join(line), flush=True)
    return line


def main(wanted: list[str]) -> int:
    """Run the rows whose label begins with a wanted word, and print the table."""
    table: list[tuple[str, ...]] = []
    for row in ROWS:
        if wanted and not any(row.label.startswith(word) for word in wanted):
            continue
        for version in row.pythons:
            began = time.monotonic()
            with tempfile.TemporaryDirectory(prefix="pybridge-matrix-") as folder:
                try:
                    versions, outcome = run_row(row, version, Path(folder))
                except subprocess.TimeoutExpired:
                    versions, outcome = "", f"took more than {MINUTES} minutes"
            table.append(finished(row.label, version, versions, outcome, began))
    for label, library in (("reticulate", ""), ("reticulate newer", "MATRIX_R_LIBS")):
        library = os.environ.get(library, "") if library else ""
        if (wanted and label not in wanted) or (label.endswith("newer") and not library):
            continue
        began = time.monotonic()
        try:
            versions, outcome = run_r(library)
        except subprocess.TimeoutExpired:
            versions, outcome = "", f"took more than {MINUTES} minutes"
        table.append(finished(label, "3", versions, outcome, began))
    print("\n| row | Python | versions | | tests | time |\n|---|---|---|---|---|---|")
    for cells in table:
        print(f"| {' | '.join(cells)} |")
    return 1 if not table or any(cells[3] != "ok" for cells in table) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
