"""Keras on each of its backends, and models that outlive pybridge; each in its own process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).parent / "keras_model.py"
BACKENDS = ["tensorflow", "jax", "torch"]


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


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    made = {}

    def save(backend):
        if backend not in made:
            made[backend] = str(tmp_path_factory.mktemp("models") / f"{backend}.keras")
            run(backend, "build", made[backend])
        return made[backend]

    return save


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_model_is_built_saved_and_loaded_without_pybridge(saved, backend):
    assert run(backend, "load", saved(backend)) == f"same on {backend}\n"


def test_a_model_moves_to_another_backend(saved):
    assert run("torch", "load", saved("tensorflow")) == "same on torch\n"


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_variable_reads_and_writes(backend):
    assert run(backend, "variables") == f"same on {backend}\n"
