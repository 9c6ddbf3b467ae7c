"""Start several workers of one training on this machine, and say so when one of them dies.

    python examples/launch_workers.py 2 python examples/mnist_workers.py

`2 COMMAND + ANOTHER` gives the second worker another command, such as the example in R. The
workers connect through ports of 127.0.0.1. During training TensorFlow also listens there for other
machines. Every line that a worker prints is printed here with its number.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack

SECONDS_TO_NOTICE = 50


def free_ports(count: int) -> list[int]:
    """Return free ports."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def commands_of(arguments: list[str]) -> list[list[str]]:
    """Return the commands that a `+` separates."""
    commands: list[list[str]] = [[]]
    for argument in arguments:
        if argument == "+":
            commands.append([])
        else:
            commands[-1].append(argument)
    return commands


def start(number: int, addresses: list[str], command: list[str]) -> subprocess.Popen[str]:
    """Start one worker, and pass on what it prints."""
    task = {"type": "worker", "index": number - 1}
    config = json.dumps({"cluster": {"worker": addresses}, "task": task})
    process = subprocess.Popen(
        command,
        env={**os.environ, "TF_CONFIG": config, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def pass_on() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            print(f"worker {number}: {line}", end="", flush=True)

    threading.Thread(target=pass_on, daemon=True).start()
    print(f"worker {number} is process {process.pid}", flush=True)
    return process


def how_it_ended(code: int) -> str:
    """Say in words what an exit code means."""
    return f"was killed ({signal.Signals(-code).name})" if code < 0 else f"exited with {code}"


def watch(processes: list[subprocess.Popen[str]]) -> list[str]:
    """Wait for all workers; return what went wrong, the first fault first."""
    faults: list[str] = []
    running = dict(enumerate(processes, start=1))
    deadline = None
    while running:
        time.sleep(0.1)
        for number, process in list(running.items()):
            code = process.poll()
            if code is None:
                continue
            del running[number]
            if code != 0:
                faults.append(f"worker {number} {how_it_ended(code)}")
                deadline = deadline or time.monotonic() + SECONDS_TO_NOTICE
        if deadline and time.monotonic() > deadline:
            for number, process in running.items():
                process.kill()
                faults.append(f"worker {number} did not notice, and was stopped")
            break
    return faults


def main() -> int:
    if len(sys.argv) < 3 or not sys.argv[1].isdigit():
        print("usage: launch_workers.py COUNT COMMAND [+ COMMAND ...]", file=sys.stderr)
        return 2
    count, commands = int(sys.argv[1]), commands_of(sys.argv[2:])
    addresses = [f"127.0.0.1:{port}" for port in free_ports(count)]
    processes = [
        start(number, addresses, commands[(number - 1) % len(commands)])
        for number in range(1, count + 1)
    ]
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        faults = watch(processes)
    except KeyboardInterrupt:  # the workers got it too
        faults = ["interrupted"]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    time.sleep(0.2)  # for the last lines to be passed on
    if faults:
        print(f"launch_workers: {'; '.join(faults)}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
