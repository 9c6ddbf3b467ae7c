"""R in a process of its own, with reticulate on this Python and the R package installed here."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
R_LIBRARY = ROOT / ".venv/r-library"


def rscript(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Rscript in the checkout's folder."""
    # rpy2, once started in this process, describes its own R in variables that mislead another.
    inherited = {k: v for k, v in os.environ.items() if k not in ("R_HOME", "R_SESSION_TMPDIR")}
    places = {"RETICULATE_PYTHON": sys.executable, "R_LIBS": str(R_LIBRARY)}
    return subprocess.run(
        ["Rscript", "--no-environ", "--no-init-file", *arguments],
        cwd=ROOT,
        env={**places, **inherited, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
