"""Keras on each of its backends, and models that outlive pybridge; each in its own process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).parent / "keras_model.py"


def run(backend, *arguments):
    env = os.environ | {"KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=env,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize(
    ("backend", "loaded_by"),
    [("tensorflow", ["tensorflow", "torch"]), ("jax", ["jax"]), ("torch", ["torch"])],
)
def test_a_model_is_saved_and_loaded_without_pybridge(tmp_path, backend, loaded_by):
    """The process that builds it reads and writes variables as well; a model may change backend."""
    file = str(tmp_path / "model.keras")
    assert run(backend, "build", file).splitlines()[-1] == f"same on {backend}"
    for other in loaded_by:
        assert run(other, "load", file).splitlines()[-1] == f"same on {other}"
