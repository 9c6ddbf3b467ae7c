"""Training from scratch, in processes of their own: other gradients, and after an interruption.

`make examples` trains for ten epochs, after which the examples themselves hold loss and accuracy.
"""

import re
import signal
import sys

import numpy as np
import pytest
from example_process import TRAINING, check_training, command_of, lines_of, started
from processes import ROOT, rscript

sys.path.insert(0, str(ROOT / "examples"))
import checkpoint

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_gradients(backend, tmp_path):
    lines = lines_of("from_scratch.py", tmp_path, **TRAINING, KERAS_BACKEND=backend)
    check_training(lines, tmp_path, backend)


@pytest.mark.parametrize("script", ["from_scratch.py", "from_scratch.R"])
def test_a_run_that_was_killed_after_its_last_epoch_has_only_to_finish(script, tmp_path):
    """The checkpoint of the last epoch is there, and nothing is left to train."""
    path = tmp_path / "from-scratch-tensorflow.npz"
    sizes = ((784, 512), (512,), (512, 10), (10,))
    weights = [np.full(size, 0.001 * len(size), "float32") for size in sizes]
    checkpoint.save(path, "tensorflow, 25600 images, 1 epochs", weights, 2, 0, [2.3] * 10)
    lines = lines_of(script, tmp_path, **TRAINING, KERAS_BACKEND="tensorflow")
    assert lines[0] == "resuming after batch 0 of epoch 2"
    assert lines[2] == f"weights: {checkpoint.digest(weights)}"
    assert lines[3] == "0.0 seconds of training, 0.00% of them to slice the batches"
    assert not path.exists()


def interrupt(script, output):
    """Interrupt a run after a hundred batches; return how many it had done."""
    lines = []
    environment = {**TRAINING, "KERAS_BACKEND": "tensorflow"}
    with started(command_of(script), output, **environment) as process:
        for line in process.stdout:
            lines.append(line)
            if line.startswith("loss at batch 100"):
                process.send_signal(signal.SIGINT)
        assert process.wait(timeout=600) == 130, lines
    stopped = r"interrupted after batch (\d+) of epoch 1: run this again\n"
    assert (output / "from-scratch-tensorflow.npz").exists()
    return int(re.fullmatch(stopped, lines[-1])[1])


def test_an_interrupted_run_is_resumed_in_either_language(tmp_path):
    weights = {}
    for first, second in (("from_scratch.py", "from_scratch.R"), ("from_scratch.R",) * 2):
        batch = interrupt(first, tmp_path)
        assert 100 <= batch < 200
        lines = lines_of(second, tmp_path, **TRAINING)
        assert lines[0] == f"resuming after batch {batch} of epoch 1"
        weights[first] = check_training(lines, tmp_path, "r")
    assert len(set(weights.values())) == 1


def test_the_loops_of_both_languages_are_timed_side_by_side():
    done = rscript("examples/loops.R", TF_ENABLE_ONEDNN_OPTS="0")
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    times = re.fullmatch(
        r"a step takes (\d+\.\d\d) ms in Python and (\d+\.\d\d) ms in R: (\d\.\d\d) times .*", last
    )
    python, r, ratio = map(float, times.groups())
    assert ratio == pytest.approx(r / python, abs=0.01)
