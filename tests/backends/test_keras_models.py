"""Keras on each of its backends, and models that outlive pybridge; each in its own process."""

from pathlib import Path

import pytest
from processes import ROOT, python

SCRIPT = Path(__file__).parent / "keras_model.py"


def run(backend, *arguments):
    done = python(str(SCRIPT), *arguments, KERAS_BACKEND=backend, PYTHONPATH=str(ROOT))
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
