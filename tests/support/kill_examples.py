"""Kill each example at random moments and run it again: the result must be the same.

    python tests/support/kill_examples.py --times 20 --seconds 2400 from_scratch.R workers

A search, so no test: `make fuzz` calls it. What is compared is what an example prints at its end,
without the times, and every byte of the files that it leaves. A moment is a share of the processor
time of a whole run, which is the same on a busy machine. Where a kill has left no file at all, the
next run would start as the first one did, and is spared.
"""

from __future__ import annotations

import argparse
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


TICKS = os.sysconf("SC_CLK_TCK")


class End(NamedTuple):
    """How a run ended."""

    code: int
    printed: list[str]
    files: dict[str, str]


def spent(session: int) -> float:
    """Return the processor seconds of a session, its ended children among them."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name of a command, in brackets, may hold spaces.
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        if int(fields[3]) == session:
            total += sum(map(int, fields[11:15]))
    return total / TICKS


def run(name: str, output: Path, until: float = float("inf")) -> tuple[End, float]:
    """Run an example, and kill it with all its children after some processor seconds.

    Return how it ended, and the processor seconds that were seen.
    """
    command, environment = EXAMPLES[name]
    with tempfile.TemporaryFile("w+") as file:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**INHERITED, **SAME_NUMBERS, "MNIST_OUTPUT": str(output), **environment},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        seconds = 0.0
        while process.poll() is None:
            seconds = max(seconds, spent(process.pid))
            if seconds > until:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                break
            time.sleep(0.1)
        file.seek(0)
        lines = [line.replace(str(output), "OUTPUT") for line in file.read().splitlines()]
    files = {
        str(path.relative_to(output)): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(output.rglob("*"))
        if path.is_file()
    }
    kept = sorted(line for line in lines if not re.search(VARIES, line))
    return End(process.returncode, kept, files), seconds


def whole(name: str) -> tuple[End, float]:
    """Run an example that nothing interrupts."""
    with tempfile.TemporaryDirectory() as folder:
        return run(name, Path(folder))


def search(name: str, times: int, seconds: float, chance: random.Random) -> int:
    """Kill one example many times; return how often it did not end as it should."""
    deadline = time.monotonic() + seconds
    expected, cost = whole(name)
    assert expected.code == 0, expected
    kills = ended = empty = faults = 0
    for _ in range(times):
        if kills and time.monotonic() > deadline:
            break
        with tempfile.TemporaryDirectory() as folder:
            # Two in three near the end, where there is something to lose.
            share = chance.choice([chance.uniform(0, 1), *[chance.uniform(0.6, 1)] * 2])
            left, _ = run(name, Path(folder), share * cost)
            kills += 1
            ended += left.code == 0
            if not left.files:
                empty += 1
                continue
            found, _ = run(name, Path(folder))
        if found != expected:
            expected, _ = whole(name)  # a new font on the machine changes every picture
        if found != expected:
            faults += 1
            print(f"{name} killed at {share:.2f}, which left {left}: {found}, not {expected}")
    print(
        f"{name:22} {cost:5.1f} s whole; {kills - ended} of {times} killed, {ended} had ended; "
        f"{empty} left no file, {kills - empty} ran again, {faults} did not end as they should",
        flush=True,
    )
    return faults


def main() -> int:
    """Kill all examples, or those named, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=20, help="how often to kill each example")
    parser.add_argument("--seconds", type=float, default=2400, help="when to stop at the latest")
    parser.add_argument("--seed", type=int, default=1, help="the same one chooses the same moments")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(EXAMPLES)}")
    chosen = parser.parse_args()
    names = chosen.names or list(EXAMPLES)
    chance = random.Random(chosen.seed)
    share = chosen.seconds / len(names)
    return 1 if sum(search(name, chosen.times, share, chance) for name in names) else 0


if __name__ == "__main__":
    sys.exit(main())
