"""`python -m pybridge doctor`: check the R and Python set-up.

Nothing is imported and R is not started: versions come from the metadata of installed packages.
R's `pybridge_doctor()` shows the same checks with its own.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Final, Literal, TypeAlias

import pybridge
from pybridge.holders import LIBRARIES

Status: TypeAlias = Literal["ok", "note", "fail"]

OLDEST_PYTHON: Final = (3, 11)
OLDEST_NUMPY: Final = (1, 26)
REMOVE_OTHER: Final = (
    "pip uninstall pybridge, then pip install --force-reinstall --no-deps pybridge-r"
)
"""The advice about the other project of this name on PyPI, whose folder is `pybridge` too."""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check: its state, and advice if it failed."""

    name: str
    status: Status
    found: str
    advice: str = ""

    def __str__(self) -> str:
        line = f"{self.status:<5} {self.name:<12} {self.found}"
        return f"{line}\n{'':<19}{self.advice}" if self.advice else line


@dataclass(frozen=True, slots=True)
class Report:
    """All checks; prints as a list, and the exit status is 1 if one failed.

    >>> report = Report((Check("NumPy", "fail", "not installed", "pip install numpy"),))
    >>> print(report)
    fail  NumPy        not installed
                       pip install numpy
    >>> report.exit_status
    1
    """

    checks: tuple[Check, ...]

    def __str__(self) -> str:
        return "\n".join(map(str, self.checks))

    @property
    def exit_status(self) -> int:
        """1 if a check failed, else 0."""
        return int(any(check.status == "fail" for check in self.checks))


def examine(environment: Mapping[str, str] = os.environ) -> Report:
    """Check this Python, its packages, the environment variables and this process."""
    return Report(
        (
            check_python(sys.version_info[:2]),
            check_shared_library(),
            *check_pybridge(),
            check_numpy(_version("numpy")),
            *check_keras(environment),
            *check_libraries(),
            check_rpy2(environment),
            *check_environment(environment),
            check_process(),
        )
    )


def check_python(version: tuple[int, ...]) -> Check:
    """Check that this Python is new enough.

    >>> check_python((3, 9)).status
    'fail'
    """
    version_text = f"{'.'.join(map(str, version))}, {sys.executable}"
    if version < OLDEST_PYTHON:
        return Check("Python", "fail", version_text, "pybridge needs Python 3.11 or newer")
    return Check("Python", "ok", version_text)


def check_shared_library() -> Check:
    """Check that R can load this Python: reticulate needs a shared library."""
    name = str(sysconfig.get_config_var("INSTSONAME") or "")
    if sys.platform == "win32" or sysconfig.get_config_var("Py_ENABLE_SHARED"):
        return Check("libpython", "ok", f"shared, {name or 'part of Python'}")
    if sysconfig.get_config_var("PYTHONFRAMEWORK"):
        return Check("libpython", "ok", "shared, a framework")
    return Check(
        "libpython",
        "fail",
        f"not shared ({name})",
        "R cannot load this Python; use one built with --enable-shared",
    )


def check_pybridge() -> Iterator[Check]:
    """Report this package, and others of its name that could be imported instead.

    PyPI has another project `pybridge`. Installed later, it replaces `pybridge/__init__.py` of this
    one; uninstalled, it takes that file away.
    """
    own = Path(pybridge.__file__).resolve().parent
    if version():
        yield Check("pybridge", "ok", f"{version()}, {own}")
    else:
        replaced = f"another project has replaced {own / '__init__.py'}"
        yield Check("pybridge", "fail", replaced, REMOVE_OTHER)
    others = {
        place.resolve()
        for entry in sys.path
        if (place := Path(entry or ".") / "pybridge").joinpath("__init__.py").is_file()
    } - {own}
    for place in sorted(others):
        yield Check(
            "pybridge",
            "note",
            f"another copy is on sys.path: {place}",
            "the copy that is imported first serves both languages",
        )
    if _version("pybridge") is not None:
        yield Check(
            "pybridge",
            "fail",
            f"the distribution `pybridge` {_version('pybridge')} is another project",
            f"{REMOVE_OTHER}; this one is called pybridge-r",
        )


def version() -> str:
    """Return the version of this package, or "" where `pybridge` is another project's."""
    return str(getattr(pybridge, "__version__", ""))


def check_numpy(version: str | None) -> Check:
    """Check that NumPy is installed and new enough.

    >>> check_numpy("1.24.0").status, check_numpy(None).status
    ('fail', 'fail')
    """
    if version is None:
        return Check("NumPy", "fail", "not installed", _install("numpy"))
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < OLDEST_NUMPY:
        return Check("NumPy", "fail", version, "pybridge needs NumPy 1.26 or newer")
    return Check("NumPy", "ok", version)


def check_keras(environment: Mapping[str, str]) -> Iterator[Check]:
    """Report Keras, and whether the library of its backend is installed."""
    version = _version("keras")
    if version is None:
        yield Check("Keras", "note", "not installed", "")
        return
    backend = environment.get("KERAS_BACKEND") or _configured_backend(environment)
    if backend == "numpy" or importlib.util.find_spec(backend) is not None:
        yield Check("Keras", "ok", f"{version}, on {backend}")
    else:
        yield Check(
            "Keras",
            "fail",
            f"{version}, on {backend}, which is not installed",
            f"{_install(backend)}, or set KERAS_BACKEND to one that is",
        )


def _install(package: str) -> str:
    """Return the command that installs a package here, by what has made this environment."""
    settings = Path(sys.prefix, "pyvenv.cfg")
    if not settings.is_file() or "\nuv = " not in f"\n{settings.read_text()}":
        return f"pip install {package}"
    if "rpytools" in sys.modules:  # reticulate makes one for each set of required packages
        return f'reticulate::py_require("{package}"), in a new R session'
    return f"uv pip install --python {sys.executable} {package}"


def _configured_backend(environment: Mapping[str, str]) -> str:
    home = Path(environment.get("KERAS_HOME") or Path.home() / ".keras")
    try:
        settings = json.loads((home / "keras.json").read_text())
        return str(settings.get("backend", "tensorflow"))
    except (OSError, ValueError, AttributeError):
        return "tensorflow"


def check_libraries() -> Iterator[Check]:
    """Report the installed tensor libraries other than NumPy and Keras."""
    distributions = metadata.packages_distributions()  # tensorflow-cpu provides `tensorflow` too
    for name in (module.partition(".")[0] for module in LIBRARIES):
        if name in distributions and name not in ("numpy", "keras"):
            yield Check(name, "ok", str(_version(distributions[name][0])))


def check_rpy2(environment: Mapping[str, str]) -> Check:
    """Report rpy2 and the R that it would start."""
    version = _version("rpy2")
    if version is None:
        return Check("rpy2", "note", "not installed", "")
    home = environment.get("R_HOME") or _r_home()
    if home is None:
        return Check("rpy2", "note", f"{version}, and no R on PATH", "put R on PATH or set R_HOME")
    return Check("rpy2", "ok", f"{version}, with the R in {home}")


def _r_home() -> str | None:
    program = shutil.which("R")
    if program is None:
        return None
    try:
        done = subprocess.run(
            [program, "RHOME"], capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def check_environment(environment: Mapping[str, str]) -> Iterator[Check]:
    """Report environment variables that point R or Python to another installation.

    >>> [check.status for check in check_environment({"PYTHONHOME": "/elsewhere"})]
    ['fail']
    """
    if home := environment.get("PYTHONHOME"):
        yield Check("PYTHONHOME", "fail", home, "unset it: it moves the library of every Python")
    if environment.get("TF_USE_LEGACY_KERAS") in ("1", "true", "True"):
        yield Check("TF_USE_LEGACY_KERAS", "note", "set", "unset it for Keras 3 tensors")
    for name in ("RETICULATE_PYTHON", "RETICULATE_PYTHON_FALLBACK"):
        if (pointed := environment.get(name)) and not _is_this_python(pointed):
            yield Check(
                name, "note", pointed, f"R would use that Python, and this is {sys.executable}"
            )
    if (active := environment.get("VIRTUAL_ENV")) and not _is_same(active, sys.prefix):
        yield Check("VIRTUAL_ENV", "note", active, f"this Python belongs to {sys.prefix}")
    if (home := environment.get("R_HOME")) and not Path(home).is_dir():
        yield Check("R_HOME", "fail", f"{home}, which is not a folder", "unset it, or correct it")


def _is_this_python(pointed: str) -> bool:
    if pointed == "managed":
        return False
    place = Path(pointed).expanduser()
    folder = place if place.is_dir() else place.parent.parent
    return _is_same(str(folder), sys.prefix)


def _is_same(left: str, right: str) -> bool:
    return os.path.realpath(left) == os.path.realpath(right)


def check_process(modules: Mapping[str, object] = sys.modules) -> Check:
    """Check that rpy2 and reticulate do not share this process: each would start the other's host.

    >>> check_process({"rpy2.rinterface": None, "rpytools": None}).status
    'fail'
    """
    has_rpy2 = any(name in modules for name in ("rpy2.rinterface", "rpy2.robjects"))
    has_reticulate = "rpytools" in modules
    if has_rpy2 and has_reticulate:
        return Check(
            "process",
            "fail",
            "rpy2 and reticulate are in one process",
            "use one of them: rpy2 in a Python process, reticulate in an R process",
        )
    host = "R, through reticulate" if has_reticulate else "Python"
    return Check("process", "ok", f"hosted by {host}{', with R through rpy2' if has_rpy2 else ''}")


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
