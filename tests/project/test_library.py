"""What `make` runs sees the packages that the set-up names and those that they need, no other."""

import os
import subprocess
from pathlib import Path

import pytest
from needs import described, listed, packages_in
from processes import ROOT, rscript

LINK = str(ROOT / "tools/link_packages.R")
OWN_LIBRARY = Path(rscript("-e", "cat(normalizePath(.Library))").stdout)


# ---- The links -----------------------------------------------------------------------------------


def put(library: Path, name: str, **fields: str) -> Path:
    """Put a package into a library, as far as the set-up reads it."""
    package = library / name
    package.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"{field}: {value}\n" for field, value in fields.items())
    (package / "DESCRIPTION").write_text(f"Package: {name}\n{lines}")
    return package


@pytest.fixture
def machine(tmp_path):
    """Return two libraries of a machine, whose packages need one another."""
    first, second = tmp_path / "first library", tmp_path / "second library"
    put(second, "aa", Depends="R (>= 4.3), methods", Imports="bb (>= 1.0),\n    stats, cc")
    put(second, "bb", LinkingTo="dd", Suggests="ee")
    put(first, "cc", Imports="aa")
    put(second, "cc")
    for name in ("dd", "ee", "ff"):
        put(second, name)
    return first, second


def link(machine, folder: Path, *names: str) -> dict[str, Path]:
    """Fill a folder with links, and return them by their names."""
    folder.mkdir(exist_ok=True)
    done = rscript(LINK, str(folder), *names, R_LIBS=":".join(map(str, machine)))
    assert done.returncode == 0, done.stderr
    return {path.name: path.readlink() for path in folder.iterdir() if path.is_symlink()}


def test_a_package_comes_with_what_it_needs(machine, tmp_path):
    first, second = machine
    assert link(machine, tmp_path / "links", "aa", "nowhere", "utils") == {
        "aa": second / "aa",
        "bb": second / "bb",
        "cc": first / "cc",  # as R finds it
        "dd": second / "dd",
    }


def test_what_is_no_longer_named_goes_and_what_moved_is_linked_anew(machine, tmp_path):
    first, second = machine
    folder = tmp_path / "links"
    link(machine, folder, "aa", "ff")
    put(folder, "pybridge")
    put(folder, "by_hand")
    (second / "dd").rename(first / "dd")
    assert link(machine, folder, "bb") == {"bb": second / "bb", "dd": first / "dd"}
    assert sorted(path.name for path in folder.iterdir()) == ["bb", "dd", "pybridge"]
    for name in ("aa", "cc", "ff"):  # only the link is removed
        assert (second / name / "DESCRIPTION").exists()


# ---- What a run sees -----------------------------------------------------------------------------

SHOW_R = """
shown <- function(word, x) writeLines(c(paste0('<', word, '>'), x, paste0('</', word, '>')))
shown('libraries', .libPaths())
shown('visible', nzchar(c(system.file(package = 'byHand'), system.file(package = 'reticulate'))))
"""
SHOW_PYTHON = """
import sys
import rpy2.robjects as r
print("<libraries>", *r.r(".libPaths()"), "</libraries>", sep="\\n")
print("<path>", *sys.path, "</path>", sep="\\n")
"""


def shown_by_make(tmp_path: Path, target: str, **environment: str) -> dict[str, list[str]]:
    """Return what a command of the Makefile shows, in an environment in which somebody works.

    The recipe stands in a file that includes the Makefile, so that it has the Makefile's settings.
    """
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    (tmp_path / "show.R").write_text(SHOW_R)
    (tmp_path / "show.py").write_text(SHOW_PYTHON)
    recipes = {
        "show-r": f"$(rscript) '{tmp_path}/show.R'",
        "show-python": f"$(python) '{tmp_path}/show.py'",
        "show-r-of-the-profile": f"Rscript '{tmp_path}/show.R'",
        "show-within": "$(MAKE) -f $(firstword $(MAKEFILE_LIST)) --no-print-directory show-r",
    }
    rules = "".join(f"{name}:\n\t@{recipe}\n" for name, recipe in recipes.items())
    file = tmp_path / "makefile"
    file.write_text(f"include Makefile\n{rules}")
    done = subprocess.run(
        ["make", "--no-print-directory", "-f", str(file), target],
        cwd=ROOT,
        env={**plain, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines, found = iter(done.stdout.splitlines()), {}
    for line in lines:
        found[line.strip("<>")] = list(iter(lines.__next__, f"</{line.strip('<>')}>"))
    return found


@pytest.fixture
def somebody(tmp_path):
    """Return an environment with packages of R and modules of Python that came there by hand."""
    for name in ("mine", "site", "user", "modules"):
        put(tmp_path / name, "byHand", Version="1.0", Built="R 4.5.0; ; ; unix")
    (tmp_path / "Renviron").write_text(f"R_LIBS={tmp_path}/mine\nR_LIBS_SITE={tmp_path}/site\n")
    return {
        "R_LIBS": f"{tmp_path}/mine",
        "R_LIBS_SITE": f"{tmp_path}/site",
        "R_LIBS_USER": f"{tmp_path}/user",
        "R_ENVIRON_USER": f"{tmp_path}/Renviron",
        "PYTHONPATH": f"{tmp_path}/modules",
        "PYTHONUSERBASE": f"{tmp_path}/modules",
    }


LIBRARIES = [str(ROOT / ".venv/r-library"), str(OWN_LIBRARY)]


@pytest.mark.parametrize("target", ["show-r", "show-r-of-the-profile", "show-within"])
def test_r_sees_the_checkouts_library_and_its_own(target, tmp_path, somebody):
    found = shown_by_make(tmp_path, target, **somebody)
    assert found == {"libraries": LIBRARIES, "visible": ["FALSE", "TRUE"]}


def test_r_within_python_sees_the_same_and_python_sees_its_environment(tmp_path, somebody):
    found = shown_by_make(tmp_path, "show-python", **somebody)
    assert found["libraries"] == LIBRARIES
    assert not [path for path in found["path"] if path.startswith(somebody["PYTHONPATH"])]
    site = [path for path in found["path"] if path.endswith(("site-packages", "dist-packages"))]
    assert [Path(path).is_relative_to(ROOT / ".venv") for path in site] == [True]
    settings = (ROOT / ".venv/pyvenv.cfg").read_text()
    assert "include-system-site-packages = false" in settings


def test_only_the_tests_beside_keras3_see_the_users_library_and_it_comes_first(somebody):
    stand_ins = ("set_up=true", "rscript=true", "python=sh -c env")  # nothing runs but `env`
    done = subprocess.run(
        ["make", "--no-print-directory", "test-r-beside", *stand_ins],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **somebody},
        capture_output=True,
        text=True,
    )
    seen = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert seen["R_LIBS"] == f"{somebody['R_LIBS']}:{LIBRARIES[0]}"
    for name in ("R_LIBS_SITE", "R_LIBS_USER"):  # where what its packages need may be
        assert seen[name] == somebody[name]
    assert "PYTHONPATH" not in seen


def test_the_checkouts_library_holds_what_is_named_and_what_that_needs():
    tests = described(ROOT, "Imports", "Suggests") | listed(ROOT, "package", ("setup", "tests"))
    waiting = tests | listed(ROOT, "package", ("bench", "sanitize"))
    libraries = [ROOT / ".venv/r-library", OWN_LIBRARY]
    allowed = {"pybridge"}
    while waiting:
        name = waiting.pop()
        allowed.add(name)
        for description in (library / name / "DESCRIPTION" for library in libraries):
            if description.exists():
                waiting |= packages_in(description, "Depends", "Imports", "LinkingTo") - allowed
    held, own = ({path.name for path in library.iterdir()} for library in libraries)
    assert held <= allowed
    assert tests <= held | own
