"""Stores of 1 GB, compared with the library's own call and dask: `python benchmarks/stores.py`.

The stores are in a temporary folder: 20,000 images of 112 x 112 reals in chunks of 100, not
compressed, in Zarr and in HDF5. BENCH_IMAGES makes them smaller. The last table is of whole
processes: the seconds and the peak of memory of one batch, by pybridge and by what R does without
it, which is to read everything.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dask
import dask.array
import h5py
import numpy as np
import zarr
from timing import Row, compare, main

from pybridge import R

COUNT = int(os.environ.get("BENCH_IMAGES", 20_000))
SIDE = 112
CHUNK = 100
FOLDER = tempfile.TemporaryDirectory(prefix="pybridge-stores-")
ZARR = Path(FOLDER.name) / "x.zarr"
HDF5 = Path(FOLDER.name) / "x.h5"
PICK = np.random.default_rng(1)
BATCH = np.sort(PICK.choice(COUNT, 64, replace=False)) + 1
NEAR = np.sort(PICK.choice(1000, 200, replace=False)) + 1
SHUFFLED = PICK.permutation(BATCH)
TURNS = 7


def write() -> None:
    """Write both stores, a few chunks at a time."""
    shape, chunks = (COUNT, SIDE, SIDE), (CHUNK, SIDE, SIDE)
    made = zarr.create_array(ZARR, shape=shape, chunks=chunks, dtype="f4", compressors=None)
    with h5py.File(HDF5, "w") as file:
        dataset = file.create_dataset("x", shape=shape, chunks=chunks, dtype="f4")
        for start in range(0, COUNT, 1000):
            part = PICK.random((min(1000, COUNT - start), SIDE, SIDE), np.float32)
            made[start : start + 1000] = part
            dataset[start : start + 1000] = part


def batches(x: Any, library: str, pick: Callable[[Any, np.ndarray], Any]) -> Iterator[Row]:
    """Compare reads of one store with what its library does by itself, and with dask."""
    lazy = dask.array.from_array(x, chunks=x.chunks)

    def by_dask(take: Callable[[Any], Any]) -> Callable[[], Any]:
        return lambda: take(lazy).compute(scheduler="threads")

    cases: list[tuple[str, Callable[[], Any], Callable[[], Any], Callable[[Any], Any]]] = [
        ("[1001:1500]", lambda: R(x)[1001:1500], lambda: x[1000:1500], lambda d: d[1000:1500]),
        (
            "[, 8:-8, 8:-8] of 500",
            lambda: R(x)[1:500, 8:-8, 8:-8],
            lambda: x[:500, 7:-7, 7:-7],
            lambda d: d[:500, 7:-7, 7:-7],
        ),
        ("[64 rows]", lambda: R(x)[BATCH], lambda: pick(x, BATCH - 1), lambda d: d[BATCH - 1]),
        (
            "[64 rows, shuffled]",
            lambda: R(x)[SHUFFLED],
            lambda: pick(x, np.sort(SHUFFLED) - 1)[np.argsort(np.argsort(SHUFFLED))],
            lambda d: d[SHUFFLED - 1],
        ),
        (
            "[200 of 1000 rows]",
            lambda: R(x)[NEAR],
            lambda: pick(x, NEAR - 1),
            lambda d: d[NEAR - 1],
        ),
        (
            "[1000:1:-10]",
            lambda: R(x)[1000:1:-10],
            lambda: x[9:1000:10][::-1],
            lambda d: d[999::-10],
        ),
        ("[5]", lambda: R(x)[5], lambda: x[4], lambda d: d[4]),
    ]
    for label, ours, own, take in cases:
        assert np.array_equal(ours(), own()), label
        assert np.array_equal(ours(), by_dask(take)()), label
        yield compare(f"R(x){label}", ours, [own], alternative=library, turns=TURNS)
        yield compare(f"R(x){label}", ours, [by_dask(take)], alternative="dask", turns=TURNS)


def in_zarr() -> Iterator[Row]:
    """Zarr, whose own vectors are `oindex`."""
    yield from batches(zarr.open_array(ZARR, mode="r"), "zarr", lambda x, at: x.oindex[at])


def in_hdf5() -> Iterator[Row]:
    """HDF5, whose own vectors are ascending."""
    with h5py.File(HDF5) as file:
        yield from batches(file["x"], "h5py", lambda x, at: x[at])


OPEN = {
    "zarr": f"import zarr; x = zarr.open_array({str(ZARR)!r}, mode='r')",
    "h5py": f"import h5py; x = h5py.File({str(HDF5)!r})['x']",
}
PEAK = """
import time
from pybridge import R
def peak():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
{opened}
R(x)[1]
before = peak()
began = time.perf_counter()
y = {taken}
print(time.perf_counter() - began, peak() - before, y.nbytes / 2**20)
"""


def whole_processes() -> Iterator[Row]:
    """Print what one read costs a fresh process, by pybridge and by reading everything first."""
    for library, opened in OPEN.items():
        found = {}
        for taken in ("R(x)[1001:1500]", "R(x)[1:5000]", "x[...][1000:1500]"):
            code = PEAK.format(opened=opened, taken=taken)
            done = subprocess.run(
                [sys.executable, "-c", code], check=True, capture_output=True, text=True
            )
            seconds, peak, size = map(float, done.stdout.split())
            found[taken] = seconds
            cost = f"{seconds:7.3f} s, {peak:6.0f} MB more for {size:.0f} MB"
            print(f"{library} {taken:20} {cost}", file=sys.stderr)
        yield Row(
            f"{library}: R(x)[1001:1500]",
            found["R(x)[1001:1500]"],
            found["x[...][1000:1500]"],
            "reading all of it first",
        )


if __name__ == "__main__":
    write()
    main(
        {
            "A Zarr store of 1 GB": in_zarr,
            "An HDF5 file of 1 GB": in_hdf5,
            "One read in a fresh process": whole_processes,
        }
    )
