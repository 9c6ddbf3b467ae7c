"""Test the package with each extra at its oldest and at its newest versions: `make matrix`.

The rows are the extras of pyproject.toml, so that a new one needs nothing here. Each runs in an
environment of its own outside the checkout, on a copy of what the source distribution holds: the
tests skip what the row has not installed, and fail where the row's own libraries are missing.
`.venv/bin/python -m nox -f tools/noxfile.py --list` prints the rows, and `-k jax` runs some of
them. A Python of each version must be on PATH. MATRIX_R_LIBS names a library of R with another
reticulate, on which the R tests run as well.
"""

import os
import re
import shutil
import tempfile
import tomllib
from pathlib import Path

import nox

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = SETTINGS["project"]
EXTRAS = {"": [], **PROJECT["optional-dependencies"]}
SOURCES = [*SETTINGS["tool"]["hatch"]["build"]["targets"]["sdist"]["include"], "/pyproject.toml"]
TESTS = [f"tests/{name}" for name in ("subscripts", "dialects", "shapes", "subsetting", "backends")]
ROWS = [
    nox.param(python, versions, extra, id=f"{extra or 'numpy'}, {versions}, {python}")
    for extra in EXTRAS
    for versions, python in (("oldest", "3.11"), ("newest", "3.12"), ("newest", "3.13"))
    if python != "3.12" or not extra
]
OUTSIDE = ("PYTHONPATH", "PYTHONHOME", "R_HOME", "RETICULATE_PYTHON")

nox.options.error_on_missing_interpreters = True
nox.options.envdir = os.path.join(tempfile.gettempdir(), "pybridge-matrix")


@nox.session
@nox.parametrize(["python", "versions", "extra"], ROWS)
def library(session: nox.Session, versions: str, extra: str) -> None:
    """Run the tests with one extra, at the lower bounds of its requirements or at the newest."""
    requirements = [*PROJECT["dependencies"], *EXTRAS[extra]]
    if extra in ("pandas", "sparse"):
        requirements += EXTRAS["rpy2"]  # conversion is what they are for
    names = {re.match(r"[\w-]+", requirement)[0] for requirement in requirements}
    if versions == "oldest":
        requirements = [re.sub(r">=([\d.]+)(,<\d+)?", r"==\1", each) for each in requirements]
    copy = Path(session.create_tmp(), "copy")
    for source in (ROOT / name.lstrip("/") for name in SOURCES):
        if source.is_dir():
            shutil.copytree(source, copy / source.name, ignore=shutil.ignore_patterns("*.pyc"))
        else:
            shutil.copy(source, copy)
    session.install(str(copy), *requirements, "pytest", "pytest-xdist", "hypothesis", silent=True)
    session.chdir(copy)
    session.env.update(
        dict.fromkeys(OUTSIDE), PYBRIDGE_TEST_BACKENDS=",".join(names).replace("-", "_")
    )
    session.run("python", "-m", "pybridge", "doctor", success_codes=[0, 1])  # prints the versions
    tests = [*TESTS, *(["tests/conversion"] if "rpy2" in names else [])]
    session.run("python", "-m", "pytest", "-q", "-rfE", "-n", "2", "-p", "no:cacheprovider", *tests)
    shutil.rmtree(session.virtualenv.location)  # gigabytes, where a library brings its own CUDA


@nox.session(venv_backend="none")
@nox.parametrize("library", ["", *filter(None, [os.environ.get("MATRIX_R_LIBS")])])
def reticulate(session: nox.Session, library: str) -> None:
    """Run the R tests with the reticulate that R has, or with that of another library."""
    libraries = [library, str(ROOT / ".venv/r-library"), os.environ.get("R_LIBS", "")]
    session.env.update(
        R_LIBS=":".join(filter(None, libraries)), RETICULATE_PYTHON=str(ROOT / ".venv/bin/python")
    )
    session.chdir(ROOT)
    rscript = ["Rscript", "--no-environ", "--no-init-file"]
    session.run(*rscript, "-e", "cat('reticulate', format(packageVersion('reticulate')), '\\n')")
    session.run(*rscript, "tools/run_tests.R", os.path.join(session.create_tmp(), "count.json"))
