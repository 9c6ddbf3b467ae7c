"""Keras on each of its backends, and models that outlive pybridge; each in its own process."""

from pathlib import Path

import pytest
from processes import ROOT, python

SCRIPT = Path(__file__).parent / "keras_model.py"


def run(backend, *arguments):
    done = python(str(SCRIPT), *arguments, KERAS_BACKEND=backend, PYTHONPATH=str(ROOT))
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def check(folder, *steps):
    """Check models that are built and loaded; each step is a process, its backend and its verbs."""
    for backend, *verbs in steps:
        files = [word if word in ("build", "load") else str(folder / word) for word in verbs]
        printed = run(backend, *files).splitlines()
        assert printed[-len(verbs) // 2 :] == [f"same on {backend}"] * (len(verbs) // 2)


def test_a_model_is_saved_and_loaded_without_pybridge(tmp_path):
    """Each process loads the model of another backend where there is no pybridge, then builds one.

    The process that builds a model reads and writes variables as well.
    """
    check(
        tmp_path,
        ("tensorflow", "build", "one.keras"),
        ("torch", "load", "one.keras", "build", "two.keras"),
        ("jax", "load", "two.keras", "build", "three.keras"),
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend", "loaded_by"),
    [("tensorflow", ["tensorflow", "torch"]), ("jax", ["jax"]), ("torch", ["torch"])],
)
def test_each_backend_loads_what_it_saved(tmp_path, backend, loaded_by):
    loads = [(other, "load", "model.keras") for other in loaded_by]
    check(tmp_path, (backend, "build", "model.keras"), *loads)
