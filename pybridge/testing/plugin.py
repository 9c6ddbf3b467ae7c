"""The plugin for pytest: `pytest_plugins = ["pybridge.testing.plugin"]` in a `conftest.py`.

The fixture `r` evaluates R source with arrays by name, `r("x[2, ]", x=x)`, as `run_r` does. With
`r_own_process = true` in the settings of pytest, or `--r-own-process`, R runs in a process of its
own: a crash of R ends one test and not the run, and nothing of R is in the process of the tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pybridge.testing.oracle import run_r
from pybridge.testing.own_process import OwnProcess

OWN_PROCESS = "r_own_process"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option and the setting."""
    about = "run R, for the fixture `r`, in a process of its own"
    group = parser.getgroup("pybridge", "R's answers, by pybridge.testing")
    group.addoption("--r-own-process", action="store_true", default=False, help=about)
    parser.addini(OWN_PROCESS, about, type="bool", default=False)


@pytest.fixture(scope="session")
def r(request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Evaluate R source with arrays by name: `r("x[2, ]", x=x)` is `run_r("x[2, ]", x=x)`."""
    if request.config.getoption("--r-own-process") or request.config.getini(OWN_PROCESS):
        with OwnProcess() as own:
            yield own
    else:
        yield run_r
