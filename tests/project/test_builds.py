"""The packages that are built from this checkout work outside it."""

import email
import email.policy
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest
from processes import INHERITED, ROOT, run

from pybridge import __version__

pytestmark = pytest.mark.slow
SMOKE = """
import sys
import numpy as np
from pybridge import NA, R, array_reshape, explain_shapes
import pybridge

assert pybridge.__file__.startswith(sys.prefix), pybridge.__file__
x = array_reshape(np.arange(1, 31), (2, 3, 5))
assert R(x)[2, 3, NA:2].tolist() == [26, 27]
assert R(x, dialect="base")[-1, 1:2, 3].tolist() == [18, 23]
assert explain_shapes((3, 3), (3,)).verdict == "different"
libraries = {"tensorflow", "keras", "jax", "torch", "dask", "rpy2"}
assert not libraries & set(sys.modules)
print("works")
"""
SMOKE_R = r"""
place <- find.package("pybridge")
stopifnot(startsWith(normalizePath(place), normalizePath(Sys.getenv("LIBRARY"))))
library(pybridge)
stopifnot(identical(array_reshape(matrix(1:6, 2), c(3, 2)), matrix(c(1L, 5L, 4L, 3L, 2L, 6L), 3)))
stopifnot(!reticulate::py_available())
pages <- vapply(c("@r", "@py", "subset-tensors"), \(topic) length(help((topic))), 0L)
stopifnot(pages == 1L, nzchar(help(package = "pybridge")$info[[2]]))
suppressWarnings(example("array_reshape", "pybridge", echo = FALSE, ask = FALSE))
x <- reticulate::np_array(array(1:30, c(2, 3, 5)))
stopifnot(identical(as.vector(reticulate::py_to_r(x@r[2, 3, NA:2])), c(6L, 12L)))
module <- reticulate::import("pybridge")
stopifnot(startsWith(normalizePath(module[["__file__"]]), normalizePath(place)))
cat("works")
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> dict[str, str]:
    """Build the sdist, and the wheel from it, and return their paths."""
    folder = tmp_path_factory.mktemp("dist")
    # What the build itself needs is installed for it, as a user's pip would.
    done = run(sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT))
    assert done.returncode == 0, done.stdout + done.stderr
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return {"sdist": str(sdist), "wheel": str(wheel)}


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_an_empty_environment_runs_what_was_built(kind, built, tmp_path):
    venv.create(tmp_path / "empty", with_pip=True)
    python = str(tmp_path / "empty" / "bin" / "python")
    clean = {name: value for name, value in INHERITED.items() if name != "PYTHONPATH"}

    def inside(*arguments: str) -> str:
        done = subprocess.run(
            [python, *arguments], cwd=tmp_path, env=clean, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    inside("-m", "pip", "install", "--quiet", "--disable-pip-version-check", built[kind])
    assert inside("-c", SMOKE) == "works\n"
    assert "axis 2" in inside("-m", "pybridge", "explain", "x[1, NA:2]", "--shape", "2,3")
    script = tmp_path / "empty" / "bin" / "pybridge"
    printed = subprocess.run([script, "--version"], env=clean, capture_output=True, text=True)
    assert printed.stdout == f"pybridge {__version__}\n", printed.stderr
    freeze = inside("-m", "pip", "freeze", "--disable-pip-version-check").splitlines()
    assert sorted(line.split("==")[0].split(" @")[0] for line in freeze) == ["numpy", "pybridge-r"]


def test_a_wheel_holds_the_package_and_nothing_else(built):
    names = zipfile.ZipFile(built["wheel"]).namelist()
    assert "pybridge/py.typed" in names
    assert {name.split("/")[0] for name in names} == {
        "pybridge",
        f"pybridge_r-{__version__}.dist-info",
    }


def test_pypi_accepts_what_was_built_and_its_page_has_no_dead_link(built):
    done = run(sys.executable, "-m", "twine", "check", "--strict", *built.values())
    assert done.returncode == 0, done.stdout + done.stderr
    archive = zipfile.ZipFile(built["wheel"])
    (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    metadata = email.message_from_bytes(archive.read(name), policy=email.policy.default)
    site = dict(line.split(", ") for line in metadata.get_all("Project-URL"))["Documentation"]
    page = metadata.get_content()
    links = re.findall(r"(?:\]\(|(?:src|srcset|href)=\")([^)\"\s]+)", page)
    assert len(links) > 8
    for link in links:
        assert link.startswith("https://"), link
        if link.startswith(site):
            file = link.removeprefix(f"{site}/").partition("#")[0].replace(".html", ".md")
            assert (ROOT / "docs" / file).is_file(), link


def test_the_source_package_of_r_installs_from_its_tarball(tmp_path):
    """The tarball carries the Python package, so that nothing else need be installed.

    Nothing names a Python: the vignette finds one on PATH.
    """
    rcmd = ["R", "--no-environ", "--no-init-file", "CMD"]
    unnamed = {k: v for k, v in INHERITED.items() if k not in ("RETICULATE_PYTHON", "VIRTUAL_ENV")}
    unnamed["PATH"] = f"{Path(sys.executable).parent}:{unnamed['PATH']}"
    built = subprocess.run(
        [*rcmd, "build", str(ROOT / "r")],  # runs the vignettes as well
        cwd=tmp_path,
        env=unnamed,
        capture_output=True,
        text=True,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (tarball,) = tmp_path.glob("pybridge_*.tar.gz")
    with tarfile.open(tarball) as archive:
        names = archive.getnames()
        assert "pybridge/inst/python/pybridge/rbridge.py" in names
        vignette = archive.extractfile("pybridge/inst/doc/pybridge.html")
        # A tensor is printed, so Python was not passed by.
        text = vignette.read().decode()
        assert re.search(r"#&gt; .*array\(", text), re.findall("#&gt;.*", text)[:5]
        assert not any(member.issym() for member in archive)
    assert not [name for name in names if "__pycache__" in name or name.endswith((".o", ".so"))]

    library = tmp_path / "a library"
    library.mkdir()
    libraries = f"{library}:{INHERITED['R_LIBS']}"  # reticulate is in another one
    environment = {**INHERITED, "R_LIBS": libraries, "LIBRARY": str(library)}
    environment["RETICULATE_PYTHON"] = sys.executable
    for name in ("PYTHONPATH", "R_HOME", "LD_LIBRARY_PATH"):
        environment.pop(name, None)

    def inside(*command: str) -> str:
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    inside(*rcmd, "INSTALL", f"--library={library}", str(tarball))
    tarball.unlink()
    assert inside("Rscript", "--no-environ", "--no-init-file", "-e", SMOKE_R) == "works"
