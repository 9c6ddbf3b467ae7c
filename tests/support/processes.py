"""Run Python and R in separate processes, in the checkout's folder.

R gets reticulate on this Python and the R package that is installed here. `conftest.py` imports
this module before any test starts rpy2: rpy2 describes its own R in the environment, with library
paths that would have another Python load a libpython that is not its own.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INHERITED = {
    "R_LIBS": str(ROOT / ".venv/r-library"),
    **os.environ,
    "RETICULATE_PYTHON": sys.executable,
}


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command without input and return what it printed."""
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**INHERITED, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=1800,  # of what hangs: a busy machine is no reason to fail
    )


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run this Python."""
    return run(sys.executable, *arguments, **environment)


def rscript(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run R's Rscript, without the user's own settings."""
    return run("Rscript", "--no-environ", "--no-init-file", *arguments, **environment)
