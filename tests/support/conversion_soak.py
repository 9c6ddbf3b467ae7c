"""Convert many small arrays, check them, and measure the memory that is left allocated.

`python tests/support/conversion_soak.py 1000000 8` converts a million times in eight threads.
"""

import faulthandler
import gc
import os
import sys
import threading
import time
from importlib import import_module

os.environ.setdefault("RPY2_CFFI_MODE", "ABI")

import numpy as np

from pybridge.conversion import from_r, to_r
from pybridge.conversion.rpy2_host import r_host

_DTYPES = ("u1", "?", "i8", "f4", "c8", "U4", "i4", "f8")


def convert(count: int, seed: int) -> None:
    """Convert `count` small arrays to R and back and compare them."""
    for turn in range(count):
        dtype = np.dtype(_DTYPES[turn % len(_DTYPES)])
        shape = ((turn + seed) % 5, 1 + turn % 3)
        x = (np.arange(np.prod(shape)).reshape(shape) % 7 + seed % 9).astype(dtype)
        value = to_r(x)
        back = from_r(value)
        if not (back.shape == shape and (back == x).all()):
            raise AssertionError(f"turn {turn} of thread {seed}: {x!r} came back as {back!r}")
        if turn % 50 == 0:
            frame = from_r(to_r({"n": np.arange(turn % 4), "s": np.full(turn % 4, "é")}))
            if frame["s"].tolist() != ["é"] * (turn % 4):
                raise AssertionError(f"turn {turn} of thread {seed}: {frame!r}")


def in_threads(count: int, threads: int) -> None:
    """Share `count` conversions among threads; the first failure is raised."""
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            convert(count // threads, seed)
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]


def resident() -> int:
    """Return the bytes of memory in use, after both languages have tidied up."""
    gc.collect()
    r_host().session.inside(import_module("rpy2.rinterface").baseenv["gc"])
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def growth_of_soak(count: int, threads: int) -> int:
    """Return by how many bytes the process grows in `count` conversions, after twice as many."""
    in_threads(min(2 * count, 250_000), threads)  # R lets its heap grow at first
    before = resident()
    in_threads(count, threads)
    return resident() - before


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    for threads in map(int, sys.argv[2:] or ("1", "8")):
        # Threads that wait for ever are a finding. Only this program ends by it: a test imports us.
        faulthandler.dump_traceback_later(2400, exit=True)
        start = time.perf_counter()
        grown = growth_of_soak(count, threads) / 2**20
        elapsed = time.perf_counter() - start
        print(f"{count} conversions in {threads} threads: {elapsed:.0f} s, grew {grown:.2f} MB")
        if grown > 64:
            sys.exit("conversions leave memory behind")
