"""Small projects of somebody else that use the test kit, and their runs of pytest."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from processes import INHERITED, ROOT

CONFTEST = 'pytest_plugins = ["pybridge.testing.plugin"]\n'
NO_RPY2 = """
raise ModuleNotFoundError("No module named 'rpy2'", name="rpy2")
"""


def project(folder: Path, **files: str) -> Path:
    """Write a project: `conftest.py` and the files, which are named without their `.py`."""
    folder.mkdir(exist_ok=True)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers\n")
    for name, text in {"conftest": CONFTEST, **files}.items():
        (folder / f"{name}.py").write_text(text)
    return folder


def run_pytest(folder: Path, *options: str, r: bool = True) -> subprocess.CompletedProcess[str]:
    """Run pytest on a project, which then holds nothing new but records.

    Without R there is no rpy2 either, as on a machine where nobody installed them. Of the other
    plugins only those of pytest's `-n` and of Hypothesis are loaded: to import all that are
    installed here takes twice as long as the run.
    """
    if r and importlib.util.find_spec("rpy2") is None:
        raise ModuleNotFoundError("No module named 'rpy2'", name="rpy2")
    environment = {**INHERITED, "RPY2_CFFI_MODE": "ABI", "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    paths = [str(ROOT)]
    if not r:
        absent = folder.parent / "without_r"
        (absent / "rpy2").mkdir(parents=True, exist_ok=True)
        (absent / "rpy2/__init__.py").write_text(NO_RPY2)
        paths.insert(0, str(absent))
        environment = {k: v for k, v in environment.items() if k not in ("R_HOME", "R_LIBS")}
        environment["PATH"] = str(absent)  # a folder with no program
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "pytest.ini"]
    command += ["-p", "xdist"] if "-n" in options else []
    if any("hypothesis" in path.read_text() for path in folder.rglob("*.py")):
        command += ["-p", "_hypothesis_pytestplugin"]
    return subprocess.run(
        [*command, *options],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=1800,
    )


def last_lines(done: subprocess.CompletedProcess[str], count: int = 1) -> list[str]:
    """Return the last lines that pytest printed, without the time that it took."""
    lines = [line.partition(" in ")[0] for line in done.stdout.splitlines()[-count:]]
    assert lines, done.stderr
    return lines
