"""A store larger than the memory that the process may have: read in chunks, or not at all."""

import re

import pytest
from example_process import assert_pictures, lines_of, run_example

pytestmark = pytest.mark.slow
SCRIPTS = {"larger_than_memory.py": "python", "larger_than_memory.R": "r"}


@pytest.mark.parametrize("script", SCRIPTS)
def test_in_chunks(script, tmp_path):
    lines = lines_of(script, tmp_path, MNIST_SHIFTS="4")
    assert lines[:2] == [
        "a store of 179 MB, and 170 MB of memory to read it",
        "240000 images in 40 chunks",
    ]
    # What plain NumPy finds in memory, with np.pad() for the shifts and all distances computed.
    ink = [float(number) for number in re.findall(r"\d+\.\d+", lines[2])]
    assert ink == [44.22, 19.38, 37.99, 36.09, 30.95, 32.83, 35.01, 29.2, 38.29, 31.26]
    assert lines[3] == "test digits read by the nearest mean image: 0.8145"
    assert_pictures(tmp_path, {f"larger-than-memory-means-{SCRIPTS[script]}": (800, 380)})
    assert not list(tmp_path.glob("*.zarr"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_all_at_once_does_not_fit(script, tmp_path):
    done = run_example(script, tmp_path, MNIST_SHIFTS="4", MNIST_LOAD_ALL="1")
    assert done.returncode == 1
    assert re.fullmatch(
        r"larger_than_memory: Unable to allocate 179\. MiB .*; read it in chunks instead",
        done.stderr.strip(),
    )
    assert list(tmp_path.iterdir()) == []
