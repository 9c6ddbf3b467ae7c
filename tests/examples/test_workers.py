"""Several workers on this machine: the same weights on all, and one sentence when one dies."""

import os
import re
import signal
import sys

import pytest
from example_process import command_of, started

LAUNCH = [sys.executable, "examples/launch_workers.py"]
ENDLESS = {"MNIST_EPOCHS": "1000", "MNIST_SAMPLES": "6400"}
IN_PYTHON, IN_R = command_of("mnist_workers.py"), command_of("mnist_workers.R")


slow = pytest.mark.slow


@pytest.mark.parametrize(
    ("workers", "images"),
    [("2", "1280"), pytest.param("2", "12800", marks=slow), pytest.param("3", "129", marks=slow)],
)
def test_python_and_r_workers_end_with_the_same_weights(workers, images, tmp_path):
    """With 129 images the last batch has one, and two of three workers have no share of it."""
    short = {"MNIST_EPOCHS": "1", "MNIST_SAMPLES": images}
    with started([*LAUNCH, workers, *IN_PYTHON, "+", *IN_R], tmp_path, **short) as process:
        printed, _ = process.communicate(timeout=1800)
    assert process.returncode == 0, printed
    accuracies = dict(re.findall(r"^worker (\d): accuracy: (0\.\d+)$", printed, re.M))
    weights = dict(re.findall(r"^worker (\d): weights: ([0-9a-f]{16})$", printed, re.M))
    assert set(weights) == set(accuracies) == set("123"[: int(workers)])
    assert len(set(weights.values())) == 1
    assert len(set(accuracies.values())) == 1
    if images == "12800":
        assert 0.84 < float(accuracies["1"]) < 0.92


@slow
@pytest.mark.parametrize(("victim", "witness"), [(2, 1), (1, 2)])
def test_killing_one_is_noticed(victim, witness, tmp_path):
    lines, pids, trained, is_killed = [], {}, set(), False
    with started([*LAUNCH, "2", *IN_PYTHON, "+", *IN_R], tmp_path, **ENDLESS) as process:
        for line in process.stdout:
            lines.append(line)
            if found := re.match(r"worker (\d) is process (\d+)", line):
                pids[int(found[1])] = int(found[2])
            if found := re.match(r"worker (\d): epoch 1: ", line):
                trained.add(int(found[1]))
            if trained == {1, 2} and not is_killed:
                is_killed = True
                os.kill(pids[victim], signal.SIGKILL)
        assert process.wait(timeout=600) == 1
    assert is_killed, lines
    told = [line for line in lines if "no longer answers" in line]
    assert len(told) == 1
    assert re.fullmatch(
        rf"worker {witness}: mnist_workers: worker {witness} of 2 stopped, because another worker "
        r"no longer answers \(\w+Error\); start all the workers again\n",
        told[0],
    )
    ended = f"launch_workers: worker {victim} was killed (SIGKILL); worker {witness} exited with 1"
    assert lines[-1].strip() == ended
