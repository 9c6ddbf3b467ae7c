"""Whole jobs with pybridge and without: imports, an epoch of batches, and training on MNIST.

`python benchmarks/jobs.py`. Where the digits cannot be had, noise of the same shape stands in: what
is measured is time.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np
from timing import Row, compare, main

from pybridge import R

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "examples"))

SIZE = 128
STARTS = range(1, 60001, SIZE)


def imports() -> Iterator[Row]:
    """Time new processes that import NumPy, and pybridge after it, both compiled to bytecode."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}

        def start(code: str) -> Callable[[], object]:
            command = [sys.executable, "-c", code]
            return lambda: subprocess.run(command, check=True, env=environment)

        yield compare(
            "python -c 'import numpy, pybridge'",
            start("import numpy, pybridge"),
            [start("import numpy")],
            alternative="import numpy",
        )


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Return the training images as rows of reals, and their labels."""
    from mnist_data import MnistError, load_mnist

    try:
        mnist = load_mnist()
        images, labels = mnist.x_train, mnist.y_train
    except MnistError:
        rng = np.random.default_rng(1)
        images = rng.integers(0, 256, (60000, 28, 28), np.uint8)
        labels = rng.integers(0, 10, 60000, np.uint8)
    return images.reshape(60000, 784).astype("float32") / 255, labels


def by_r(x: np.ndarray, y: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the batches of an epoch by R's subscripts."""
    for start in STARTS:
        end = min(start + SIZE - 1, 60000)
        yield R(x)[start:end], R(y)[start:end]


def by_numpy(x: np.ndarray, y: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the same batches by NumPy's."""
    for start in STARTS:
        end = min(start + SIZE - 1, 60000)
        yield x[start - 1 : end], y[start - 1 : end]


def batches() -> Iterator[Row]:
    """Time 469 batches of images and labels, without doing anything with them."""
    x, y = digits()
    yield compare(
        "469 batches of images and labels",
        lambda: list(by_r(x, y)),
        [lambda: list(by_numpy(x, y))],
        alternative="NumPy's slices",
    )


def training() -> Iterator[Row]:
    """Time one epoch of training on those batches; the two ways take turns."""
    import keras

    x, y = digits()
    model = keras.Sequential(
        [keras.layers.Dense(512, activation="relu"), keras.layers.Dense(10, activation="softmax")]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")

    def epoch(cut: Callable[..., Iterator[tuple[np.ndarray, np.ndarray]]]) -> float:
        begin = time.perf_counter()
        for images, labels in cut(x, y):
            model.train_on_batch(images, labels)
        return time.perf_counter() - begin

    epoch(by_numpy)  # compiles the model
    pairs = [(epoch(by_r), epoch(by_numpy)) for _ in range(5)]
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    yield Row("one epoch of Keras on MNIST", ours, theirs, "NumPy's slices")
    # Two epochs differ by more than what is looked for: what the batches cost more is exact.
    (row,) = batches()
    yield Row(
        "the same, by what its batches cost more",
        theirs + row.ours - row.theirs,
        theirs,
        "NumPy's slices",
    )


if __name__ == "__main__":
    main(
        {"Import": imports, "One epoch of batches, from Python": batches, "The MNIST job": training}
    )
