"""Conversion beside what rpy2 offers for it, in one run on one machine.

`python benchmarks/conversion.py` takes about a minute; with `--full`, rpy2 too converts the whole
array of every dtype (several minutes) where otherwise it gets a twentieth and the time is scaled.
"""

import argparse
import gc
import os
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("RPY2_CFFI_MODE", "ABI")

import numpy as np
import rpy2.robjects as ro
from rpy2.robjects import numpy2ri

from pybridge.conversion import from_r, to_r

SHAPE = (60000, 28, 28)
DTYPES = ("uint8", "bool", "int64", "float32", "int32", "float64", "float16", "complex64")
IMAGES_OF_A_SAMPLE = SHAPE[0] // 20


def best(action: Callable[[], Any], repeats: int) -> float:
    """Return the shortest of several times, in seconds; both languages tidy up in between."""
    times = []
    for _ in range(repeats):
        gc.collect()
        ro.baseenv["gc"]()
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def each(action: Callable[[], Any], count: int = 20000) -> float:
    """Return the time of one of many calls, in seconds."""
    start = time.perf_counter()
    for _ in range(count):
        action()
    return (time.perf_counter() - start) / count


def peak_ratio(x: np.ndarray) -> float:
    """Return how much more memory the process held during a conversion, in sizes of its result."""

    def status(field: str) -> int:
        with open("/proc/self/status") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))

    gc.collect()
    ro.baseenv["gc"]()
    with open("/proc/self/clear_refs", "w") as clear:
        clear.write("5")
    before = status("VmRSS")
    value = to_r(x)
    return (status("VmHWM") - before) / from_r(value).nbytes


def to_r_table(convert: Callable[[Any], Any], full: bool) -> None:
    """Print the time of every dtype, and of rpy2 for int32 and for the same array."""
    images = np.random.default_rng(1).integers(0, 127, SHAPE).astype("uint8")
    whole = images.astype("int32")
    reference = best(lambda: convert(whole), 5)
    print(f"{SHAPE} to R; rpy2's own int32 path: {reference:.3f} s")
    print("rpy2 on the same array:", "measured" if full else "a twentieth measured, scaled")
    print(
        f"{'dtype':10} {'to_r':>8} {'/ int32 path':>13} {'rpy2':>9} {'rpy2 / to_r':>12} {'peak':>6}"
    )
    for dtype in DTYPES:
        x = images.astype(dtype)
        ours = best(lambda x=x: to_r(x), 5)
        sample = x if full or dtype in ("int32", "float64") else x[:IMAGES_OF_A_SAMPLE]
        try:
            theirs = best(lambda sample=sample: convert(sample), 1) * (len(x) / len(sample))
            rival = f"{theirs:8.2f}s {theirs / ours:11.0f}x"
        except (TypeError, ValueError) as error:
            rival = f"{type(error).__name__:>9} {'':12}"
        peak = peak_ratio(x) if dtype != "bool" else peak_ratio(x) / 4
        print(f"{dtype:10} {ours:7.3f}s {ours / reference:12.2f}x {rival} {peak:6.2f}")
    columns = np.asfortranarray(images)
    print(f"{'uint8, F':10} {best(lambda: to_r(columns), 5):7.3f}s")


def from_r_table(back: Callable[[Any], Any]) -> None:
    """Print the time of the way back, a view beside a copy."""
    print("\n1 GB of doubles from R")
    value = to_r(np.zeros(2**27))
    ours = each(lambda: from_r(value), 2000)
    theirs = best(lambda: back(value), 2)
    copied = best(lambda: from_r(value, copy=True), 2)
    print(f"from_r {ours * 1e6:.1f} us, rpy2 {theirs:.2f} s, from_r(copy=True) {copied:.2f} s")


def small_table(convert: Callable[[Any], Any], back: Callable[[Any], Any]) -> None:
    """Print the time of arrays so small that only the overhead counts."""
    print("\nsmall arrays, us each")
    print(f"{'array':22} {'to_r':>7} {'rpy2':>7} {'from_r':>7} {'rpy2':>7}")
    for name, x in {
        "float64 (5,)": np.arange(5.0),
        "float64 (2, 3, 5)": np.arange(30.0).reshape(2, 3, 5),
        "uint8 (28, 28)": np.ones((28, 28), "uint8"),
        "str (10,)": np.array(list("abcdefghij")),
    }.items():
        value = to_r(x)
        times = (
            each(lambda x=x: to_r(x)),
            each(lambda x=x: convert(x), 2000),
            each(lambda value=value: from_r(value)),
            each(lambda value=value: back(value), 2000),
        )
        print(f"{name:22} " + " ".join(f"{seconds * 1e6:7.1f}" for seconds in times))


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="let rpy2 convert whole arrays")
    full = parser.parse_args().full
    with (ro.default_converter + numpy2ri.converter).context() as context:
        to_r_table(context.py2rpy, full)
        from_r_table(context.rpy2py)
        small_table(context.py2rpy, context.rpy2py)


if __name__ == "__main__":
    main()
