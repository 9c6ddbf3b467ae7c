"""The larger-than-memory example on a cluster, as it is, while one worker of the cluster dies."""

import os
import re
import signal

import pytest
from distributed import Client, LocalCluster
from distributed.diagnostics.plugin import SchedulerPlugin
from example_process import lines_of

pytestmark = pytest.mark.slow
INK = [44.22, 19.38, 37.99, 36.09, 30.95, 32.83, 35.01, 29.2, 38.29, 31.26]
"""What one process finds, and plain NumPy in memory; see test_larger_than_memory.py."""


class KillOne(SchedulerPlugin):
    """Kills a worker process when it has finished so many tasks."""

    def __init__(self, pids, tasks):
        self.pids = pids
        self.tasks = tasks
        self.killed = None
        self.lost = []

    def transition(self, key, start, finish, *args, worker=None, **kwargs):
        if finish != "memory" or self.tasks < 0:
            return
        self.tasks -= 1
        if self.tasks < 0:
            self.killed = worker
            os.kill(self.pids[worker], signal.SIGKILL)

    def remove_worker(self, scheduler, worker, **kwargs):
        self.lost.append(worker)


@pytest.fixture(scope="module")
def cluster():
    with pytest.MonkeyPatch.context() as patch:
        # R, once it runs in this process, lists folders here that may hold another libpython
        patch.delenv("LD_LIBRARY_PATH", raising=False)
        with LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        ) as made:
            yield made


@pytest.mark.parametrize("script", ["larger_than_memory.py", "larger_than_memory.R"])
def test_the_result_is_that_of_one_process_though_a_worker_dies(script, cluster, tmp_path):
    with Client(cluster) as client:
        client.wait_for_workers(2)
        plugin = KillOne(client.run(os.getpid), tasks=7)
    cluster.scheduler.add_plugin(plugin, name=script)
    lines = lines_of(
        script, tmp_path, MNIST_SHIFTS="4", DASK_SCHEDULER_ADDRESS=cluster.scheduler_address
    )
    cluster.scheduler.remove_plugin(script)
    # another worker may close at the end, which is no loss of the one that was killed
    assert plugin.killed in plugin.lost
    assert lines[1] == "240000 images in 40 chunks"
    assert [float(number) for number in re.findall(r"\d+\.\d+", lines[2])] == INK
    assert lines[3] == "test digits read by the nearest mean image: 0.8145"
