"""The larger-than-memory example on workers of a cluster: `python benchmarks/cluster.py`.

There are 1, 2 and 4 of them, each a process with one thread on this machine. The table has the
seconds of the reduction, those with one worker killed on the way, whether the result is that of one
process, and the bytes that cross for a subscript: of the pickled graph, and of the elements it
names.
BENCH_SHIFTS says how large the store is (4 make 188 MB); it is in a temporary folder.
"""

import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "examples"))

import cloudpickle
import dask
import numpy as np
from distributed import Client, LocalCluster
from larger_than_memory import mean_digits, open_in_chunks, size_in_mb, write_shifted
from mnist_data import load_mnist

from pybridge import R


def timed(digits: object, labels: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the seconds of the reduction, and its result."""
    began = time.perf_counter()
    found = mean_digits(digits, labels)
    return time.perf_counter() - began, found


def main() -> None:
    """Measure, and print a table."""
    mnist = load_mnist()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "digits.zarr"
        write_shifted(mnist.x_train, int(os.environ.get("BENCH_SHIFTS", 4)), path)
        digits = open_in_chunks(path)
        print(f"{size_in_mb(path):.0f} MB in {digits.npartitions} chunks")
        for label, lazy in [
            ("R(digits)[1:6000]", R(digits)[1:6000]),
            ("R(digits)[5:1, , 14]", R(digits)[5:1, :, 14]),
            ("R(digits)[:, 14, 14]", R(digits)[:, 14, 14]),
        ]:
            graph = len(cloudpickle.dumps(dask.optimize(lazy)[0]))
            print(f"{label:24} graph {graph:9,} bytes, elements {lazy.nbytes:11,} bytes")
        with dask.config.set(scheduler="sync"):
            seconds, expected = timed(digits, mnist.y_train)
        print(f"{'one process':14} {seconds:6.2f} s")
        for count in (1, 2, 4):
            with (
                LocalCluster(
                    n_workers=count,
                    threads_per_worker=1,
                    host="127.0.0.1",
                    dashboard_address=None,
                ) as cluster,
                Client(cluster) as client,
            ):
                client.wait_for_workers(count)
                mean_digits(digits, mnist.y_train)  # the workers import what they need
                seconds, found = timed(digits, mnist.y_train)
                doomed = next(iter(client.run(os.getpid).values()))
                threading.Timer(seconds / 3, os.kill, (doomed, signal.SIGKILL)).start()
                with_loss, again = timed(digits, mnist.y_train)
            same = np.array_equal(found, expected) and np.array_equal(again, expected)
            verdict = "the same result" if same else "ANOTHER RESULT"
            print(f"{count} worker(s) {seconds:10.2f} s, one killed {with_loss:6.2f} s, {verdict}")


if __name__ == "__main__":
    main()
