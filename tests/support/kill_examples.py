"""Kill each example at random moments and run it again: it must end as if nothing had happened.

    python tests/support/kill_examples.py [TIMES [SEED [NAME ...]]]

A search, so no test: `make fuzz` calls it. What is compared is what an example prints at its end,
without the times, and every byte of the files that it leaves.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from example_process import SAME_NUMBERS, command_of
from processes import INHERITED, ROOT

TRAINING = {"MNIST_EPOCHS": "2", "MNIST_SAMPLES": "2560", "KERAS_BACKEND": "tensorflow"}
NETWORK = {"MNIST_EPOCHS": "1", "MNIST_SAMPLES": "20000", "KERAS_BACKEND": "tensorflow"}
WORKERS = {"MNIST_EPOCHS": "1", "MNIST_SAMPLES": "1280"}
LAUNCH = [sys.executable, "examples/launch_workers.py", "2"]
EXAMPLES = {
    "from_scratch.py": (command_of("from_scratch.py"), TRAINING),
    "from_scratch.R": (command_of("from_scratch.R"), TRAINING),
    "mnist.py": (command_of("mnist.py"), NETWORK),
    "mnist.R": (command_of("mnist.R"), NETWORK),
    "larger_than_memory.py": (command_of("larger_than_memory.py"), {"MNIST_SHIFTS": "4"}),
    "larger_than_memory.R": (command_of("larger_than_memory.R"), {"MNIST_SHIFTS": "4"}),
    "workers": (
        [*LAUNCH, *command_of("mnist_workers.py"), "+", *command_of("mnist_workers.R")],
        WORKERS,
    ),
}
# A line that depends on time, or on how much there was left to do.
VARIES = (
    r"^Downloading|seconds of training|^\d+/\d+ - |^epoch \d|^loss at batch|^resuming|"
    r"is process \d+"
)


class End(NamedTuple):
    """How a run ended."""

    code: int
    printed: list[str]
    files: dict[str, str]


def start(name: str, output: Path) -> subprocess.Popen[str]:
    """Start an example in a session of its own, so that it can be killed with all its children."""
    command, environment = EXAMPLES[name]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**INHERITED, **SAME_NUMBERS, "MNIST_OUTPUT": str(output), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def end_of(name: str, output: Path) -> End:
    """Run an example to its end."""
    process = start(name, output)
    printed, _ = process.communicate()
    lines = [line.replace(str(output), "OUTPUT") for line in printed.splitlines()]
    kept = sorted(line for line in lines if not re.search(VARIES, line))
    files = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(output.iterdir())
    }
    return End(process.returncode, kept, files)


def killed(name: str, output: Path, seconds: float) -> bool:
    """Kill an example after some seconds; say whether it was still at work."""
    process = start(name, output)
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    return False


def search(name: str, times: int, chance: random.Random) -> int:
    """Kill one example many times; return how often it did not end as it should."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        expected = end_of(name, Path(folder))
        whole = time.monotonic() - began
    assert expected.code == 0, expected
    faults = cut = 0
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            # Two in three near the end, where there is something to lose.
            share = chance.choice([chance.uniform(0, 1), *[chance.uniform(0.6, 1)] * 2])
            cut += killed(name, Path(folder), share * whole)
            left = sorted(path.name for path in Path(folder).iterdir())
            found = end_of(name, Path(folder))
            if found != expected:
                faults += 1
                print(f"{name} killed at {share:.2f}, which left {left}: {found}, not {expected}")
    ended = f"{cut} killed, {times - cut} had ended, {faults} of {times} did not end as they should"
    print(f"{name:22} {whole:5.1f} s whole; {ended}", flush=True)
    return faults


def main(times: int = 20, seed: int = 1, *names: str) -> None:
    """Kill all examples, or those named."""
    chance = random.Random(int(seed))
    faults = sum(search(name, int(times), chance) for name in names or EXAMPLES)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
