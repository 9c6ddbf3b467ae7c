"""Data larger than the memory: dask reads chunks, pybridge slices them. In R: larger_than_memory.R.

    python examples/larger_than_memory.py

The example writes the training digits to a Zarr store many times, each time shifted a little. Then
it allows itself only MEMORY_MB more memory. It computes the mean image of each digit, and how well
these ten images recognize the test digits. MNIST_SHIFTS is the number of times (25 make 1.2 GB),
and MNIST_OUTPUT is the folder. MNIST_LOAD_ALL=1 tries to load the whole store, to show that this
fails.

If DASK_SCHEDULER_ADDRESS names a scheduler, its workers read and reduce the chunks. They need
the store at the same path, and this folder on their PYTHONPATH:

    dask scheduler &
    PYTHONPATH=examples dask worker localhost:8786 --nworkers 2 --nthreads 1 &
    DASK_SCHEDULER_ADDRESS=localhost:8786 python examples/larger_than_memory.py
"""

from __future__ import annotations

import gc
import os
import resource
import shutil
import sys
from pathlib import Path
from typing import Any

import dask
import dask.array
import numpy as np
import zarr
from mnist_data import MnistError, load_mnist
from pictures import draw_means
from progress import Progress

from pybridge import NA, R, array_reshape

# Each thread keeps some memory of its own, and two read as fast as the disk gives.
zarr.config.set({"async.concurrency": 2, "threading.max_workers": 2})

MEMORY_MB = 170
CHUNK = 6000


def shifts(count: int) -> list[tuple[int, int]]:
    """Return how far to move the digits down and right: not at all, then farther and farther."""
    every = [(down, right) for down in range(-2, 3) for right in range(-2, 3)]
    return sorted(every, key=lambda shift: shift[0] ** 2 + shift[1] ** 2)[:count]


def kept(size: int, shift: int) -> tuple[slice, slice]:
    """Return the positions that a shift fills, and those that fill them."""
    if shift >= 0:
        return slice(shift + 1, NA), slice(NA, size - shift)
    return slice(NA, size + shift), slice(1 - shift, NA)


def write_shifted(images: np.ndarray, count: int, path: Path | str) -> None:
    """Write all images once for each shift, one shift after the other, in chunks of CHUNK."""
    shape = (count * len(images), *images.shape[1:])
    chunks = (CHUNK, *images.shape[1:])
    store = zarr.create_array(
        path, shape=shape, chunks=chunks, dtype="uint8", compressors=None, overwrite=True
    )
    height, width = images.shape[1:]
    with Progress(count, "writing", "shifts") as progress:
        for number, (down, right) in enumerate(shifts(count)):
            part = np.zeros_like(images)
            (to_rows, from_rows), (to_columns, from_columns) = (
                kept(height, down),
                kept(width, right),
            )
            R(part)[:, to_rows, to_columns] = R(images)[:, from_rows, from_columns]
            R(store)[number * len(images) + 1 : (number + 1) * len(images)] = part
            progress.advance()


def size_in_mb(path: Path | str) -> float:
    """Return how large a store is on the disk."""
    return sum(file.stat().st_size for file in Path(path).rglob("*") if file.is_file()) / 2**20


def find_workers() -> None:
    """Let dask compute on the cluster whose scheduler the environment names, or in two threads."""
    if "DASK_SCHEDULER_ADDRESS" in os.environ:
        from distributed import Client

        Client()  # which is dask's own choice from now on
    else:
        dask.config.set(scheduler="threads", num_workers=2)


def limit_memory(megabytes: int) -> None:
    """Allow this process only so much more memory of its own; a mapped file does not count."""
    if sys.platform != "linux":
        print("only Linux keeps to such a limit: there is none here")
        return
    gc.collect()  # or the limit has room for what the process has used and can give back
    lines = Path("/proc/self/status").read_text().splitlines()
    used = next(int(line.split()[1]) for line in lines if line.startswith("VmData:"))
    limit = (used + 1024 * megabytes) * 1024
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def load_all(path: Path | str) -> None:
    """Try what the limit is there to forbid."""
    try:
        digits = zarr.open_array(path, mode="r")[...]
    except MemoryError as fault:
        sys.exit(f"larger_than_memory: {fault}; read it in chunks instead")
    raise AssertionError(f"{digits.nbytes} bytes fitted into {MEMORY_MB} MB")


def open_in_chunks(path: Path | str) -> Any:
    """Return the store as a dask array whose chunks are read when they are needed."""
    return dask.array.from_zarr(str(path))


def sums_by_label(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the sum of the images of each digit."""
    sums = [R(images)[labels == digit].sum(axis=0, dtype="int64") for digit in range(10)]
    return np.stack(sums)


def mean_digits(digits: Any, labels: np.ndarray) -> np.ndarray:
    """Return the mean image of each digit; no more than a few chunks are ever in memory."""
    sums = np.zeros((10, 28, 28), "int64")
    with Progress(len(digits), "reading", "images") as progress:
        for first in range(1, len(digits) + 1, len(labels)):
            parts = [
                # Every copy of the digits has the same labels.
                dask.delayed(sums_by_label)(
                    R(digits)[first + start : first + start + CHUNK - 1],
                    R(labels)[start + 1 : start + CHUNK],
                )
                for start in range(0, len(labels), CHUNK)
            ]
            sums += sum(dask.compute(*parts))
            progress.advance(len(labels))
    counts = np.bincount(labels) * (len(digits) // len(labels))
    return sums / R(counts)[:, None, None]


def nearest(means: np.ndarray, images: np.ndarray) -> np.ndarray:
    """Return the digit whose mean image is nearest to each image."""
    points = array_reshape(means, (10, -1)).astype("float32")
    products = array_reshape(images, (len(images), -1)).astype("float32") @ points.T
    return (products - (points**2).sum(axis=1) / 2).argmax(axis=1)


def main() -> None:
    count = int(os.environ.get("MNIST_SHIFTS", 25))
    output = Path(os.environ.get("MNIST_OUTPUT", "output"))
    output.mkdir(parents=True, exist_ok=True)
    try:
        mnist = load_mnist()
    except MnistError as fault:
        sys.exit(f"larger_than_memory: {fault}")
    path = output / "shifted-digits.zarr"
    try:
        write_shifted(mnist.x_train, count, path)
        size = size_in_mb(path)
        print(f"a store of {size:.0f} MB, and {MEMORY_MB} MB of memory to read it")
        assert size > MEMORY_MB
        find_workers()
        limit_memory(MEMORY_MB)
        if os.environ.get("MNIST_LOAD_ALL"):
            load_all(path)

        digits = open_in_chunks(path)
        print(f"{digits.shape[0]} images in {digits.numblocks[0]} chunks")
        means = mean_digits(digits, mnist.y_train)
    finally:
        shutil.rmtree(path, ignore_errors=True)
    accuracy = float(np.mean(nearest(means, mnist.x_test) == mnist.y_test))
    print(f"ink in the mean image of each digit: {means.mean(axis=(1, 2)).round(2).tolist()}")
    print(f"test digits read by the nearest mean image: {accuracy:.4f}")
    draw_means(means, output / "larger-than-memory-means-python.png")
    print(f"picture: {output}/larger-than-memory-means-python.png")
    assert 0.75 < accuracy < 0.85


if __name__ == "__main__":
    main()
