"""Interrupts in the middle of conversions: `python tests/support/conversion_signals.py 500 [r]`.

A child process converts and reads while another of its threads is at work in R, and is sent one
interrupt after another at random moments. It must never hang, the lock of R must be free after each
interrupt, R's stack as high as before, and every conversion right. With `r` the child is R, with a
thread of Python at work: `r_signals.R` beside this file.
"""

import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CHILD = """
import ctypes, os, platform, signal, sys, threading
os.environ.setdefault("RPY2_CFFI_MODE", "ABI")
import numpy as np
import rpy2.situation
from pybridge import R, from_r, to_r
from pybridge.conversion.rpy2_host import r_host
from rpy2.rinterface_lib import openrlib

r = r_host()
library = ctypes.CDLL(str(rpy2.situation.get_rlib_path(openrlib.R_HOME, platform.system())))
stack = ctypes.c_int.in_dll(library, "R_PPStackTop")
height = stack.value
limit = ctypes.c_size_t.in_dll(library, "R_CStackLimit")
normal = limit.value
x = np.arange(30, dtype="int16").reshape(2, 3, 5)
s = np.array(["a", "é", "a"])
stop = threading.Event()
turns = [0]

def work():
    while not stop.is_set():
        assert from_r(to_r(x)).tolist() == x.tolist()
        turns[0] += 1

def in_another_thread(function):
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join(20)
    assert found, "a thread hangs"
    return found[0]

armed = [False]

def interrupt(*_):
    if armed[0]:
        raise KeyboardInterrupt

# An interrupt inside a first import can leave Python's own lock of that module held for ever.
from_r(to_r(x)), from_r(to_r(s)), from_r(to_r({"a": [1.5], "b": ["x"]})), R(x)[1, -1]
signal.signal(signal.SIGINT, interrupt)
worker = threading.Thread(target=work, daemon=True)
worker.start()
print("ready", flush=True)
seen = 0
while seen < int(sys.argv[1]):
    try:
        armed[0] = True
        while True:
            assert from_r(to_r(x)).tolist() == x.tolist()
            assert from_r(to_r(s)).tolist() == s.tolist()
            assert from_r(to_r({"a": [1.5], "b": ["x"]}))["a"] == 1.5
            assert R(x)[1, -1].tolist() == [10, 11, 12, 13, 14]
    except KeyboardInterrupt:
        armed[0] = False
    seen += 1
    assert not r.session._lock._is_owned(), "the lock is still held"
    if seen % 25 == 0:
        assert in_another_thread(lambda: from_r(to_r(x)).shape) == (2, 3, 5)
    before = turns[0]
    print(seen, flush=True)
stop.set()
worker.join(20)
assert not worker.is_alive() and turns[0] > 0
from_r(to_r(x))
assert stack.value == height, (stack.value, height)
assert limit.value == normal
print("done", turns[0], flush=True)
"""


def command_of(language: str) -> list[str]:
    """Return the command that starts the child, without the number of interrupts."""
    if language == "r":
        script = Path(__file__).with_name("r_signals.R")
        return ["Rscript", "--no-environ", "--no-init-file", str(script)]
    return [sys.executable, "-X", "faulthandler", "-c", CHILD]


def interrupt(count: int, seed: int = 1, language: str = "python") -> int:
    """Send `count` interrupts; return how often the other thread converted meanwhile."""
    moments = random.Random(seed)
    longest = 0.02 if language == "r" else 0.004  # so that any step of a turn is met
    errors = tempfile.TemporaryFile("w+")  # noqa: SIM115
    child = subprocess.Popen(
        [*command_of(language), str(count)],
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    deadline = time.monotonic() + 60 + count
    line = child.stdout.readline()
    while line and line.strip() != str(count):
        time.sleep(moments.random() * longest)
        child.send_signal(signal.SIGINT)
        # Python swallows an interrupt that comes while an object is dropped; then there is another.
        while not select.select([child.stdout], [], [], 1)[0]:
            if time.monotonic() > deadline:
                child.kill()
                raise AssertionError("the child hangs")
            child.send_signal(signal.SIGINT)
        line = child.stdout.readline()
    line = line and child.stdout.readline()
    if child.wait(60) != 0 or not line:
        errors.seek(0)
        said = errors.read()[-2000:]
        raise AssertionError(f"the child ended with {child.returncode}: {said}")
    return int(line.split()[1])


if __name__ == "__main__":
    os.environ.setdefault("RPY2_CFFI_MODE", "ABI")
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    language = sys.argv[2] if len(sys.argv) > 2 else "python"
    start = time.perf_counter()
    turns = interrupt(count, language=language)
    did, free = ("read", "") if language == "r" else ("converted", "lock free, ")
    print(
        f"{count} interrupts: no hang, {free}stack level, every value right; the other thread "
        f"{did} {turns} times; {time.perf_counter() - start:.0f} s"
    )
