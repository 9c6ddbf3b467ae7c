"""Say what a process that ended in the middle of a test wrote last, as a library says why it ends.

pytest keeps what a test writes in a file without a name, which is gone with the process: the one
that distributes the tests opens it while the process lives. Linux alone can do this.
"""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

import pytest

WHERE = "where it writes"


def pytest_configure(config: pytest.Config) -> None:
    """Listen, where this process distributes the tests to those of xdist."""
    if not hasattr(config, "workerinput") and config.getoption("numprocesses", None):
        config.pluginmanager.register(Listener())


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let a process of xdist say, when its first test begins, where it writes."""
    told = Path(getattr(item.config, "workerinput", {}).get(WHERE, os.devnull))
    if told.name != "null" and not told.exists():
        told.write_text(f"/proc/{os.getpid()}/fd/{os.dup(2)}")


class Listener:
    """Holds what each process has written since its test began."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.written: dict[str, BinaryIO] = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node) -> None:
        """Tell a process in which file to say where it writes."""
        node.workerinput[WHERE] = str(Path(self.folder.name, node.gateway.id))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Open what a process writes, once its tests have begun."""
        name = report.node.gateway.id
        if report.when == "setup" and name not in self.written:
            with contextlib.suppress(OSError):
                told = Path(report.node.workerinput[WHERE]).read_text()
                self.written[name] = Path(told).open("rb")  # noqa: SIM115

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport, sched) -> None:
        """Add the last words to the report of the test that did not end."""
        if file := self.written.get(report.node.gateway.id):
            file.seek(0)
            words = file.read()[-4000:].decode(errors="replace").strip()
            report.longrepr = f"{report.longrepr}; its last words:\n{words}"
