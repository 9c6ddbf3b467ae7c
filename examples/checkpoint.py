"""Checkpoints of a training loop, and Ctrl-C that waits for the end of a step. For both languages.

R imports this module through reticulate, so a run that was interrupted in one language resumes in
the other: weights are NumPy arrays in a file of NumPy's own format.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np


class Checkpoint(NamedTuple):
    """The weights after `batch` batches of `epoch`, and the losses noted on the way there."""

    weights: list[np.ndarray]
    epoch: int
    batch: int
    losses: list[float]


def save(
    path: str | os.PathLike[str],
    run: str,
    weights: list[Any],
    epoch: int,
    batch: int,
    losses: list[float],
) -> None:
    """Write a checkpoint of `run` completely or not at all: a crash keeps the one before."""
    arrays = [np.asarray(weight) for weight in weights]
    facts = {"run": run, "epoch": int(epoch), "batch": int(batch), "losses": list(losses)}
    facts["weights"] = digest(arrays)
    # A run that is killed here leaves this file; the next one writes over it.
    unfinished = Path(f"{path}.part")
    try:
        with unfinished.open("wb") as file:
            np.savez(file, *arrays, facts=np.array(json.dumps(facts)))
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def load(path: str | os.PathLike[str], run: str) -> Checkpoint | None:
    """Return the checkpoint that an interrupted `run` left, or None when there is none of it."""
    try:
        with np.load(path) as saved:
            facts = json.loads(str(saved["facts"]))
            weights = [saved[f"arr_{index}"] for index in range(len(saved.files) - 1)]
        found = Checkpoint(weights, int(facts["epoch"]), int(facts["batch"]), facts["losses"])
        if facts["weights"] != digest(weights) or not isinstance(facts["run"], str):
            raise ValueError("the weights are not those that were saved")
    except FileNotFoundError:
        return None
    # Nobody has listed what zipfile and NumPy raise for a file that is damaged anywhere.
    except Exception:
        print(f"{path} is not a checkpoint: starting from the beginning")
        return None
    if facts["run"] != run:
        print(f"{path} is of another run ({facts['run']}): starting from the beginning")
        return None
    return found


def remove(path: str | os.PathLike[str]) -> None:
    """Remove the checkpoint of a run that is complete, and what a killed run left of one."""
    for left in (Path(path), Path(f"{path}.part")):
        left.unlink(missing_ok=True)


def digest(weights: list[Any]) -> str:
    """Return a short name of all the bits of the weights: equal weights have equal names."""
    bits = b"".join(np.asarray(weight).tobytes() for weight in weights)
    return hashlib.sha256(bits).hexdigest()[:16]


class Interrupt:
    """While it is active, Ctrl-C sets `requested`; a second Ctrl-C stops at once.

    A step that is half done would leave some weights updated and others not, so the loop looks at
    `requested` between steps.
    """

    def __init__(self) -> None:
        self.requested = False
        self.previous: Any = None

    def start(self) -> Self:
        """Take over Ctrl-C."""
        self.previous = signal.signal(signal.SIGINT, self._receive)
        return self

    def stop(self) -> None:
        """Give Ctrl-C back."""
        # None stands for a handler that was not installed from Python, as R's is not.
        signal.signal(signal.SIGINT, self.previous or signal.SIG_DFL)

    def _receive(self, number: int, frame: object) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *fault: object) -> None:
        self.stop()
