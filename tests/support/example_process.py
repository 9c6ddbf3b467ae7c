"""Run each example in its own process, as a user does, or where its libraries are loaded."""

import contextlib
import io
import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from matplotlib.image import imread
from processes import INHERITED, ROOT, rscript, run

# The same numbers in R and in Python, bit by bit.
SAME_NUMBERS = {"TF_ENABLE_ONEDNN_OPTS": "0", "PYTHONUNBUFFERED": "1"}
TRAINING = {"MNIST_EPOCHS": "1", "MNIST_SAMPLES": "25600"}
"""A short run from scratch; `make examples` trains for ten epochs, and holds loss and accuracy."""


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


def lines_here(script: str | Path, output: Path, **environment: str) -> list[str]:
    """Run an example of Python in this process, and return what it prints."""
    path = [str(ROOT / "examples"), *sys.path]
    printed = io.StringIO()
    with (
        contextlib.chdir(ROOT),
        mock.patch.object(sys, "path", path),
        mock.patch.dict(os.environ, {"MNIST_OUTPUT": str(output), **environment}),
        contextlib.redirect_stdout(printed),
    ):
        runpy.run_path(str(ROOT / "examples" / script), run_name="__main__")
    return [line.rstrip() for line in printed.getvalue().splitlines()]


def lines_in_one_r(scripts: dict[str, dict[str, str]], output: Path) -> dict[str, list[str]]:
    """Run examples of R, each with its environment, in one process; return what each prints.

    They are written into one script, one after the other, so that each runs at the top level.
    """
    mark = "==== the next example ===="
    parts = []
    for script, environment in scripts.items():
        values = {"MNIST_OUTPUT": str(output), **environment}.items()
        parts += [f"Sys.setenv({name} = {json.dumps(value)})" for name, value in values]
        parts.append((ROOT / "examples" / script).read_text(encoding="utf-8"))
        parts.append(f'cat("\\n{mark}\\n"); rm(list = ls())')
    whole = output / "examples.R"
    whole.write_text("\n".join(parts), encoding="utf-8")
    done = rscript(str(whole), **SAME_NUMBERS)
    whole.unlink()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "left" not in done.stderr
    *printed, _ = done.stdout.split(f"\n{mark}\n")
    lines = [[line.rstrip() for line in text.splitlines()] for text in printed]
    return dict(zip(scripts, lines, strict=True))


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


def check_training(lines, folder, name):
    """Check what a short run from scratch prints; return the name of its weights."""
    losses = [float(line.split(": ")[1]) for line in lines if line.startswith("loss at batch")]
    # An untrained network says log(10) = 2.30; each hundred batches take a little off.
    assert losses
    assert all(2.15 < loss < 2.30 for loss in losses)
    assert losses == sorted(losses, reverse=True)
    accuracy, weights, share, pictures = lines[-4:]
    assert 0.15 < float(accuracy.removeprefix("accuracy: ")) < 0.45
    times = r"\d+\.\d seconds of training, \d+\.\d\d% of them to slice the batches"
    assert re.fullmatch(times, share)
    assert pictures.startswith("pictures: ")
    sizes = {"loss": (800, 450), "confusion": (700, 650), "digits": (800, 600)}
    assert_pictures(folder, {f"from-scratch-{k}-{name}": v for k, v in sizes.items()})
    assert not list(folder.glob("*.npz"))
    return re.fullmatch("weights: ([0-9a-f]{16})", weights)[1]
