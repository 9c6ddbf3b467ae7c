"""Run each example in its own process, as a user does."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matplotlib.image import imread
from processes import INHERITED, ROOT, run

# The same numbers in R and in Python, bit by bit.
SAME_NUMBERS = {"TF_ENABLE_ONEDNN_OPTS": "0", "PYTHONUNBUFFERED": "1"}


def command_of(script: str) -> list[str]:
    """Return the command that runs one of the examples."""
    if script.endswith(".R"):
        return ["Rscript", "--no-environ", "--no-init-file", f"examples/{script}"]
    return [sys.executable, f"examples/{script}"]


def run_example(script: str, output: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run an example to its end, with its pictures in `output`."""
    return run(*command_of(script), MNIST_OUTPUT=str(output), **SAME_NUMBERS, **environment)


def lines_of(script: str, output: Path, **environment: str) -> list[str]:
    """Run an example that succeeds and has no progress to show, and return what it prints."""
    done = run_example(script, output, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "left" not in done.stderr
    return [line.rstrip() for line in done.stdout.splitlines()]


@contextmanager
def started(
    command: list[str], output: Path, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """Start a command whose stdout and stderr are read together; it does not outlive the test."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**INHERITED, "MNIST_OUTPUT": str(output), **SAME_NUMBERS, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()


def assert_pictures(folder: Path, sizes: dict[str, tuple[int, int]]) -> None:
    """Assert that the pictures exist, have their size (width, height) and are not blank."""
    for name, (width, height) in sizes.items():
        picture = imread(folder / f"{name}.png")
        assert picture.shape[:2] == (height, width)
        assert picture[..., :3].std() > 0.05
