"""Say what a process that ended in the middle of a test wrote last, as a library says why it ends.

pytest keeps what a test writes in a file without a name, which is gone with the process: the one
that distributes the tests opens it while the process lives. Linux alone can do this.
"""

import os
import tempfile
from pathlib import Path
from typing import BinaryIO

import pytest

PID = "pid_file"


def pytest_configure(config: pytest.Config) -> None:
    """Let a process of xdist name itself, and the one that distributes the tests listen."""
    if hasattr(config, "workerinput"):
        Path(config.workerinput[PID]).write_text(str(os.getpid()))
    elif config.pluginmanager.hasplugin("dsession") or config.getoption("numprocesses", None):
        config.pluginmanager.register(Listener())


class Listener:
    """Holds what each process has written since its test began."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.written: dict[str, BinaryIO] = {}

    def pid_file(self, name: str) -> Path:
        """Return the file in which a process names itself."""
        return Path(self.folder.name, name)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node) -> None:
        """Tell a process where to name itself."""
        node.workerinput[PID] = str(self.pid_file(node.gateway.id))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Open what a process writes, once its tests have begun."""
        name = report.node.gateway.id
        if report.when == "call" and name not in self.written:
            stream = Path(f"/proc/{self.pid_file(name).read_text()}/fd/2")
            if stream.exists() or stream.is_symlink():
                self.written[name] = stream.open("rb")

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport, sched) -> None:
        """Add the last words to the report of the test that did not end."""
        if file := self.written.get(report.node.gateway.id):
            file.seek(0)
            words = file.read()[-4000:].decode(errors="replace").strip()
            report.longrepr = f"{report.longrepr}; its last words:\n{words}"
