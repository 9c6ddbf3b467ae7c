"""The examples, each in a process of its own as a user starts it."""

import os
import subprocess
import sys
from pathlib import Path

from matplotlib.image import imread
from r_process import R_LIBRARY, ROOT


def command_of(script: str) -> list[str]:
    """Return the command that runs one of the examples."""
    if script.endswith(".R"):
        return ["Rscript", "--no-environ", "--no-init-file", str(Path("examples", script))]
    return [sys.executable, str(Path("examples", script))]


def environment_of(output: Path, **more: str) -> dict[str, str]:
    """Return the environment of an example that draws into `output`."""
    # rpy2, once started in this process, describes its own R in variables that mislead another.
    inherited = {k: v for k, v in os.environ.items() if k not in ("R_HOME", "R_SESSION_TMPDIR")}
    places = {"RETICULATE_PYTHON": sys.executable, "R_LIBS": str(R_LIBRARY)}
    written = {"MNIST_OUTPUT": str(output), "PYTHONUNBUFFERED": "1", "TF_ENABLE_ONEDNN_OPTS": "0"}
    return {**places, **inherited, **written, **more}


def start(command: list[str], output: Path, **more: str) -> subprocess.Popen[str]:
    """Start a command whose stdout and stderr are read line by line."""
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment_of(output, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(script: str, output: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run an example to its end."""
    return subprocess.run(
        command_of(script),
        cwd=ROOT,
        env=environment_of(output, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


def lines_of(script: str, output: Path, **more: str) -> list[str]:
    """Run an example that succeeds, and return what it prints."""
    done = run(script, output, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def assert_pictures(folder: Path, **sizes: tuple[int, int]) -> None:
    """The pictures are there, of their size (width, height), and no blank pages."""
    for name, (width, height) in sizes.items():
        picture = imread(folder / f"{name.replace('_', '-')}.png")
        assert picture.shape[:2] == (height, width)
        assert picture[..., :3].std() > 0.05
